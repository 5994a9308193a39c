//! `_bz2`: the bzip2 compression, over a rewrite of the library in Rust.
//!
//! Invariant: each object is used by one thread at a time; who waits for it is detached, and so is who runs the library.
//! - [`stream`]: the library, made safe.
//!
//! Source: Modules/_bz2module.c of CPython 3.14.

mod stream;

use alloc::vec::Vec;

use threadsnake_engine::native::{Arguments, state};
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Raised, Value};
use threadsnake_macros::{pyclass, pymethods, pymodule};

use crate::guarded::Guarded;
use stream::Stream;

/// What a compressor of the highest level and a decompressor hold outside of the heap, about.
const COMPRESS_BYTES: usize = 7 << 20;
const DECOMPRESS_BYTES: usize = 64 << 10;

#[cold]
fn stream_error(cx: &Context, code: i32) -> Raised {
    match code {
        libbz2_rs_sys::BZ_PARAM_ERROR => {
            cx.value_error(format_args!("Internal error - invalid parameters passed to libbzip2"))
        }
        stream::MEMORY_ERROR => cx.memory_error(),
        libbz2_rs_sys::BZ_DATA_ERROR | libbz2_rs_sys::BZ_DATA_ERROR_MAGIC => {
            cx.raise(ExceptionClass::OSError, format_args!("Invalid data stream"))
        }
        libbz2_rs_sys::BZ_UNEXPECTED_EOF => cx.raise(
            ExceptionClass::EOFError,
            format_args!("Compressed file ended before the logical end-of-stream was detected"),
        ),
        libbz2_rs_sys::BZ_SEQUENCE_ERROR => cx.raise(
            ExceptionClass::RuntimeError,
            format_args!("Internal error - Invalid sequence of commands sent to libbzip2"),
        ),
        code => cx.raise(ExceptionClass::OSError, format_args!("Unrecognized error from libbzip2: {code}")),
    }
}

#[cold]
fn not_initialized(cx: &Context) -> Raised {
    cx.value_error(format_args!("the object was not initialized"))
}

struct Compressing(Guarded<Option<Stream>>);

/// Create a compressor object for compressing data incrementally.
///
///   compresslevel
///     Compression level, as a number between 1 and 9.
///
/// For one-shot compression, use the compress() function instead.
#[pyclass(
    id = Bz2Compressor, name = "BZ2Compressor", module = "_bz2", raw = state::RAW_BYTES, signature = "(compresslevel=9, /)",
    flags(NATIVE_STATE, NO_WEAK_REFERENCES)
)]
pub struct Compressor(ObjectRef);

#[pymethods]
impl Compressor {
    #[pynew(signature = "(compresslevel=9, /)")]
    fn new(cx: &Context, class: Value, compresslevel: i32) -> PyResult {
        if !(1..=9).contains(&compresslevel) {
            return Err(cx.value_error(format_args!("compresslevel must be between 1 and 9")));
        }
        let stream = Stream::compress(compresslevel).map_err(|code| stream_error(cx, code))?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.mutator().charge_external_bytes(COMPRESS_BYTES);
        state::set_state(cx, object, Compressing(Guarded::new(Some(stream))));
        Ok(Value::from(object))
    }

    #[pymethod]
    fn __init__(self, arguments: Arguments<'_>) {
        // `__new__` has done it.
        let _ = arguments;
    }

    /// Provide data to the compressor object.
    ///
    /// Returns a chunk of compressed data if possible, or b'' otherwise.
    ///
    /// When you have finished providing data to the compressor, call the
    /// flush() method to finish the compression process.
    #[pymethod(signature = "($self, data, /)")]
    fn compress(self, cx: &Context, data: Value) -> PyResult {
        let Some(state) = state::state::<Compressing>(&self.0) else { return Err(not_initialized(cx)) };
        cx.with_bytes(data, |data| {
            let mut output = Vec::new();
            let mut guard = state.0.lock(cx);
            let Some(stream) = guard.as_mut() else {
                return Err(cx.value_error(format_args!("Compressor has been flushed")));
            };
            let run = cx.blocking(|| stream.run(data, &mut output, false, usize::MAX));
            match run.code {
                stream::OK | stream::RUN_OK => cx.bytes(&output),
                code => Err(stream_error(cx, code)),
            }
        })
    }

    /// Finish the compression process.
    ///
    /// Returns the compressed data left in internal buffers.
    ///
    /// The compressor object may not be used after this method is called.
    #[pymethod]
    fn flush(self, cx: &Context) -> PyResult {
        let Some(state) = state::state::<Compressing>(&self.0) else { return Err(not_initialized(cx)) };
        let mut output = Vec::new();
        let mut guard = state.0.lock(cx);
        let Some(mut stream) = guard.take() else {
            return Err(cx.value_error(format_args!("Repeated call to flush()")));
        };
        let run = cx.blocking(|| stream.run(b"", &mut output, true, usize::MAX));
        match run.code {
            stream::STREAM_END => cx.bytes(&output),
            code => Err(stream_error(cx, code)),
        }
    }
}

struct Inner {
    /// Gone once the end has been seen.
    stream: Option<Stream>,
    /// Input that was given and not consumed.
    pending: Vec<u8>,
    unused: Vec<u8>,
    needs_input: bool,
}

struct Decompressing(Guarded<Inner>);

/// Create a decompressor object for decompressing data incrementally.
///
/// For one-shot decompression, use the decompress() function instead.
#[pyclass(
    id = Bz2Decompressor, name = "BZ2Decompressor", module = "_bz2", raw = state::RAW_BYTES, signature = "()",
    flags(NATIVE_STATE, NO_WEAK_REFERENCES)
)]
pub struct Decompressor(ObjectRef);

impl Decompressor {
    fn with<R>(self, cx: &Context, function: impl FnOnce(&mut Inner) -> PyResult<R>) -> PyResult<R> {
        match state::state::<Decompressing>(&self.0) {
            Some(state) => function(&mut state.0.lock(cx)),
            None => Err(not_initialized(cx)),
        }
    }
}

#[pymethods]
impl Decompressor {
    #[pynew(signature = "()")]
    fn new(cx: &Context, class: Value) -> PyResult {
        let stream = Stream::decompress().map_err(|code| stream_error(cx, code))?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.mutator().charge_external_bytes(DECOMPRESS_BYTES);
        let inner =
            Inner { stream: Some(stream), pending: Vec::new(), unused: Vec::new(), needs_input: true };
        state::set_state(cx, object, Decompressing(Guarded::new(inner)));
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
        cx.with_bytes(data, |data| {
            self.with(cx, |inner| {
                let Some(stream) = inner.stream.as_mut() else {
                    return Err(
                        cx.raise(ExceptionClass::EOFError, format_args!("End of stream already reached"))
                    );
                };
                let mut output = Vec::new();
                let joined;
                let input = if inner.pending.is_empty() {
                    data
                } else {
                    let mut pending = core::mem::take(&mut inner.pending);
                    pending.extend_from_slice(data);
                    joined = pending;
                    joined.as_slice()
                };
                let run = cx.blocking(|| stream.run(input, &mut output, false, limit));
                let rest = input.get(run.consumed..).unwrap_or(&[]);
                match run.code {
                    stream::STREAM_END => {
                        inner.stream = None;
                        inner.needs_input = false;
                        inner.unused = rest.to_vec();
                    }
                    stream::OK => {
                        // With no room left there may be more to come even of input that was consumed.
                        inner.needs_input = rest.is_empty() && !run.full;
                        inner.pending = rest.to_vec();
                    }
                    code => return Err(stream_error(cx, code)),
                }
                cx.bytes(&output)
            })
        })
    }

    /// True if the end-of-stream marker has been reached.
    #[pygetter]
    fn eof(self, cx: &Context) -> PyResult<bool> {
        self.with(cx, |inner| Ok(inner.stream.is_none()))
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

/// The classes behind the module bz2.
#[pymodule(name = "_bz2", classes(super::Compressor, super::Decompressor))]
pub mod module {}
