//! `zlib.Decompress`: what `decompressobj()` returns.
//!
//! Invariant: `unused_data` and `unconsumed_tail` are slots that are stored only with the stream's lock held, so they
//! belong to one and the same step; the stream is gone once its end has been seen. Source: Modules/zlibmodule.c.

use alloc::vec::Vec;

use threadsnake_engine::native::{NativeType, state};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::{Context, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::compressor::inconsistent;
use super::stream::{self, Stream};
use super::{inflate, zlib_error};
use crate::guarded::Guarded;

const UNUSED_DATA: usize = 0;
const UNCONSUMED_TAIL: usize = 1;
/// Raw offset of whether the end was seen.
const END_SEEN: usize = 8;

struct State {
    stream: Guarded<Option<Stream>>,
    dictionary: Option<Vec<u8>>,
}

#[pyclass(
    id = ZlibDecompressor, name = "Decompress", module = "zlib", slots = 2, raw = 16, doc = "",
    flags(NATIVE_STATE, NOT_INSTANTIABLE, NO_WEAK_REFERENCES)
)]
pub struct Decompressor(ObjectRef);

impl Decompressor {
    /// A decompressor object that owns a stream.
    pub(super) fn make(cx: &Context, stream: Option<Stream>, dictionary: Option<Vec<u8>>) -> PyResult {
        let class = cx.build_on_demand(<Decompressor as NativeType>::CLASS)?;
        let empty = cx.bytes(b"")?;
        let object = allocate_of_class(cx, class)?;
        cx.initialize(object, UNUSED_DATA, empty);
        cx.initialize(object, UNCONSUMED_TAIL, empty);
        cx.mutator().charge_external_bytes(super::INFLATE_BYTES);
        state::set_state(cx, object, State { stream: Guarded::new(stream), dictionary });
        Ok(Value::from(object))
    }

    fn attribute(self, cx: &Context, slot: usize) -> PyResult {
        match self.0.value(slot) {
            Some(value) => Ok(value),
            None => cx.bytes(b""),
        }
    }

    /// Keeps what was not consumed. With the stream's lock held.
    fn keep_rest(self, cx: &Context, rest: &[u8], code: i32) -> PyResult<()> {
        if code == stream::STREAM_END {
            if !rest.is_empty() {
                let mut unused = match self.0.value(UNUSED_DATA).and_then(Bytes::from_value) {
                    Some(bytes) => bytes.as_slice().to_vec(),
                    None => Vec::new(),
                };
                unused.extend_from_slice(rest);
                cx.store(self.0, UNUSED_DATA, cx.bytes(&unused)?);
            }
            // As in CPython: what was left before is replaced by what is left now, though that is no input any more.
            if self.0.value(UNCONSUMED_TAIL).and_then(Bytes::from_value).is_some_and(|tail| !tail.is_empty())
            {
                cx.store(self.0, UNCONSUMED_TAIL, cx.bytes(rest)?);
            }
        } else {
            cx.store(self.0, UNCONSUMED_TAIL, cx.bytes(rest)?);
        }
        Ok(())
    }

    fn copied(self, cx: &Context) -> PyResult {
        let Some(state) = state::state::<State>(&self.0) else { return Err(inconsistent(cx)) };
        let (copy, unused, tail, end_seen) = {
            let mut guard = state.stream.lock(cx);
            let copy = match guard.as_mut() {
                None => None,
                Some(stream) => match stream.copy() {
                    Ok(copy) => Some(copy),
                    Err(stream::STREAM_ERROR) => return Err(inconsistent(cx)),
                    Err(stream::MEMORY_ERROR) => {
                        return Err(super::out_of_memory(
                            cx,
                            "Can't allocate memory for decompression object",
                        ));
                    }
                    Err(code) => {
                        let doing = "while copying decompression object";
                        return Err(zlib_error(cx, code, stream.message(), doing));
                    }
                },
            };
            let unused = self.attribute(cx, UNUSED_DATA)?;
            (copy, unused, self.attribute(cx, UNCONSUMED_TAIL)?, self.0.raw_u8(END_SEEN))
        };
        let made = Decompressor::make(cx, copy, state.dictionary.clone())?;
        if let Some(made) = Decompressor::from_value(made) {
            cx.store(made.0, UNUSED_DATA, unused);
            cx.store(made.0, UNCONSUMED_TAIL, tail);
            made.0.raw_store_u8(END_SEEN, end_seen);
        }
        Ok(made)
    }
}

#[pymethods]
impl Decompressor {
    /// Return a bytes object containing the decompressed version of the data.
    ///
    ///   data
    ///     The binary data to decompress.
    ///   max_length
    ///     The maximum allowable length of the decompressed data.
    ///     Unconsumed input data will be stored in
    ///     the unconsumed_tail attribute.
    ///
    /// After calling this function, some of the input data may still be stored in
    /// internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[pymethod(signature = "($self, data, /, max_length=0)")]
    fn decompress(self, cx: &Context, data: Value, max_length: i64) -> PyResult {
        const DOING: &str = "while decompressing data";
        if max_length < 0 {
            return Err(cx.value_error(format_args!("max_length must be non-negative")));
        }
        let limit = match usize::try_from(max_length) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(limit) => limit,
        };
        let Some(state) = state::state::<State>(&self.0) else { return Err(inconsistent(cx)) };
        cx.with_bytes(data, |data| {
            let mut output = Vec::new();
            let mut guard = state.stream.lock(cx);
            let Some(stream) = guard.as_mut() else {
                // The end has been seen: all that comes is behind it.
                self.keep_rest(cx, data, stream::STREAM_END)?;
                return cx.bytes(b"");
            };
            let dictionary = state.dictionary.as_deref();
            let run = inflate(cx, stream, dictionary, data, &mut output, stream::SYNC_FLUSH, limit)?;
            self.keep_rest(cx, data.get(run.consumed..).unwrap_or(&[]), run.code)?;
            match run.code {
                stream::STREAM_END => {
                    self.0.raw_store_u8(END_SEEN, 1);
                    // Its memory is not needed any more.
                    *guard = None;
                }
                stream::OK | stream::BUFFER_ERROR => {}
                stream::MEMORY_ERROR => return Err(cx.memory_error()),
                code => return Err(zlib_error(cx, code, stream.message(), DOING)),
            }
            cx.bytes(&output)
        })
    }

    /// Return a bytes object containing any remaining decompressed data.
    ///
    ///   length
    ///     the initial size of the output buffer.
    #[pymethod(signature = "($self, length=16384, /)")]
    fn flush(self, cx: &Context, length: i64) -> PyResult {
        if length <= 0 {
            return Err(cx.value_error(format_args!("length must be greater than zero")));
        }
        let mut output = Vec::new();
        let Some(state) = state::state::<State>(&self.0) else { return Err(inconsistent(cx)) };
        let mut guard = state.stream.lock(cx);
        let Some(stream) = guard.as_mut() else { return cx.bytes(b"") };
        let tail = self.0.value(UNCONSUMED_TAIL).and_then(Bytes::from_value);
        let tail = tail.as_ref().map_or(&b""[..], Bytes::as_slice);
        let dictionary = state.dictionary.as_deref();
        let run = inflate(cx, stream, dictionary, tail, &mut output, stream::FINISH, usize::MAX)?;
        if run.code == stream::MEMORY_ERROR {
            return Err(cx.memory_error());
        }
        self.keep_rest(cx, tail.get(run.consumed..).unwrap_or(&[]), run.code)?;
        if run.code == stream::STREAM_END {
            self.0.raw_store_u8(END_SEEN, 1);
            *guard = None;
        }
        cx.bytes(&output)
    }

    /// Return a copy of the decompression object.
    #[pymethod]
    fn copy(self, cx: &Context) -> PyResult {
        self.copied(cx)
    }

    #[pymethod]
    fn __copy__(self, cx: &Context) -> PyResult {
        self.copied(cx)
    }

    #[pymethod(signature = "($self, memo, /)")]
    fn __deepcopy__(self, cx: &Context, memo: Value) -> PyResult {
        let _ = memo;
        self.copied(cx)
    }

    #[pygetter]
    fn unused_data(self, cx: &Context) -> PyResult {
        self.attribute(cx, UNUSED_DATA)
    }

    #[pygetter]
    fn unconsumed_tail(self, cx: &Context) -> PyResult {
        self.attribute(cx, UNCONSUMED_TAIL)
    }

    #[pygetter]
    fn eof(self) -> bool {
        self.0.raw_u8(END_SEEN) != 0
    }
}
