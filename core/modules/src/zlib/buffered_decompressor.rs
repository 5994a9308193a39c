//! `zlib._ZlibDecompressor`: a decompressor that keeps the input it has no use for yet; what `gzip` reads through.
//!
//! Invariant: `pending` holds exactly the input that was given and not consumed; it is empty where `needs_input` is true.
//! Source: Modules/zlibmodule.c (`ZlibDecompressor`).

use alloc::vec::Vec;

use threadsnake_engine::native::{Arguments, state};
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::{self, Stream};
use super::{inflate, prepare, zlib_error};
use crate::guarded::Guarded;

struct Inner {
    stream: Stream,
    pending: Vec<u8>,
    unused: Vec<u8>,
    end_seen: bool,
    needs_input: bool,
}

struct State {
    inner: Guarded<Inner>,
    dictionary: Option<Vec<u8>>,
}

/// Create a decompressor object for decompressing data incrementally.
///
///   wbits = 15
///   zdict
///     The predefined compression dictionary. This is a sequence of bytes
///     (such as a bytes object) containing subsequences that are expected
///     to occur frequently in the data that is to be compressed. Those
///     subsequences that are expected to be most common should come at the
///     end of the dictionary. This must be the same dictionary as used by the
///     compressor that produced the input data.
#[pyclass(
    id = ZlibBufferedDecompressor, name = "_ZlibDecompressor", module = "zlib", raw = state::RAW_BYTES,
    signature = "(wbits=15, zdict=b'')", flags(NATIVE_STATE, NO_WEAK_REFERENCES)
)]
pub struct BufferedDecompressor(ObjectRef);

impl BufferedDecompressor {
    fn with<R>(self, cx: &Context, function: impl FnOnce(&mut Inner) -> PyResult<R>) -> PyResult<R> {
        match state::state::<State>(&self.0) {
            Some(state) => function(&mut state.inner.lock(cx)),
            None => Err(super::compressor::inconsistent(cx)),
        }
    }
}

#[pymethods]
impl BufferedDecompressor {
    #[pynew(signature = "(wbits=15, zdict=None)")]
    fn new(cx: &Context, class: Value, wbits: i32, zdict: Option<Value>) -> PyResult {
        let (stream, dictionary) = prepare(cx, wbits, zdict)?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        let inner =
            Inner { stream, pending: Vec::new(), unused: Vec::new(), end_seen: false, needs_input: true };
        cx.mutator().charge_external_bytes(super::INFLATE_BYTES);
        state::set_state(cx, object, State { inner: Guarded::new(inner), dictionary });
        Ok(Value::from(object))
    }

    #[pymethod]
    fn __init__(self, arguments: Arguments<'_>) {
        // `__new__` has done it.
        let _ = arguments;
    }

    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes of
    /// decompressed data. If this limit is reached and further output can be
    /// produced, *self.needs_input* will be set to ``False``. In this case, the next
    /// call to *decompress()* may provide *data* as b'' to obtain more of the output.
    ///
    /// If all of the input data was decompressed and returned (either because this
    /// was less than *max_length* bytes, or because *max_length* was negative),
    /// *self.needs_input* will be set to True.
    ///
    /// Attempting to decompress data after the end of stream is reached raises an
    /// EOFError.  Any data found after the end of the stream is ignored and saved in
    /// the unused_data attribute.
    #[pymethod(signature = "($self, /, data, max_length=-1)")]
    fn decompress(self, cx: &Context, data: Value, max_length: i64) -> PyResult {
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let Some(state) = state::state::<State>(&self.0) else {
            return Err(super::compressor::inconsistent(cx));
        };
        cx.with_bytes(data, |data| {
            let mut output = Vec::new();
            let mut guard = state.inner.lock(cx);
            let inner = &mut *guard;
            if inner.end_seen {
                return Err(cx.raise(ExceptionClass::EOFError, format_args!("End of stream already reached")));
            }
            let joined;
            let input = if inner.pending.is_empty() {
                data
            } else {
                let mut pending = core::mem::take(&mut inner.pending);
                pending.extend_from_slice(data);
                joined = pending;
                joined.as_slice()
            };
            let dictionary = state.dictionary.as_deref();
            let run =
                inflate(cx, &mut inner.stream, dictionary, input, &mut output, stream::SYNC_FLUSH, limit)?;
            let rest = input.get(run.consumed..).unwrap_or(&[]);
            match run.code {
                stream::STREAM_END => {
                    inner.end_seen = true;
                    inner.needs_input = false;
                    inner.unused = rest.to_vec();
                }
                stream::OK | stream::BUFFER_ERROR => {
                    inner.needs_input = rest.is_empty();
                    inner.pending = rest.to_vec();
                }
                stream::MEMORY_ERROR => return Err(cx.memory_error()),
                code => return Err(zlib_error(cx, code, inner.stream.message(), "while decompressing data")),
            }
            cx.bytes(&output)
        })
    }

    /// True if the end-of-stream marker has been reached.
    #[pygetter]
    fn eof(self, cx: &Context) -> PyResult<bool> {
        self.with(cx, |inner| Ok(inner.end_seen))
    }

    /// Data found after the end of the compressed stream.
    #[pygetter]
    fn unused_data(self, cx: &Context) -> PyResult {
        self.with(cx, |inner| cx.bytes(&inner.unused))
    }

    /// True if more input is needed before more decompressed data can be produced.
    #[pygetter]
    fn needs_input(self, cx: &Context) -> PyResult<bool> {
        self.with(cx, |inner| Ok(inner.needs_input))
    }
}
