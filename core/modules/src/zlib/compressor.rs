//! `zlib.Compress`: what `compressobj()` returns.
//!
//! Invariant: the stream is there until it has been finished. Source: Modules/zlibmodule.c.

use alloc::vec::Vec;

use threadsnake_engine::native::{NativeType, state};
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::{Context, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::{self, Stream};
use super::{detached_with_bytes, zlib_error};
use crate::guarded::Guarded;

struct State(Guarded<Option<Stream>>);

#[pyclass(
    id = ZlibCompressor, name = "Compress", module = "zlib", raw = state::RAW_BYTES, doc = "",
    flags(NATIVE_STATE, NOT_INSTANTIABLE, NO_WEAK_REFERENCES)
)]
pub struct Compressor(ObjectRef);

impl Compressor {
    /// A compressor object that owns a stream.
    pub(super) fn make(cx: &Context, stream: Stream) -> PyResult {
        let class = cx.build_on_demand(<Compressor as NativeType>::CLASS)?;
        let object = allocate_of_class(cx, class)?;
        cx.mutator().charge_external_bytes(super::DEFLATE_BYTES);
        state::set_state(cx, object, State(Guarded::new(Some(stream))));
        Ok(Value::from(object))
    }

    fn copied(self, cx: &Context) -> PyResult {
        let copy = {
            let Some(state) = state::state::<State>(&self.0) else { return Err(inconsistent(cx)) };
            let mut stream = state.0.lock(cx);
            let Some(stream) = stream.as_mut() else { return Err(inconsistent(cx)) };
            match stream.copy() {
                Ok(copy) => copy,
                Err(stream::STREAM_ERROR) => return Err(inconsistent(cx)),
                Err(stream::MEMORY_ERROR) => {
                    return Err(super::out_of_memory(cx, "Can't allocate memory for compression object"));
                }
                Err(code) => {
                    return Err(zlib_error(cx, code, stream.message(), "while copying compression object"));
                }
            }
        };
        Compressor::make(cx, copy)
    }
}

pub(super) fn inconsistent(cx: &Context) -> threadsnake_engine::Raised {
    cx.value_error(format_args!("Inconsistent stream state"))
}

#[pymethods]
impl Compressor {
    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///
    /// After calling this function, some of the input data may still
    /// be stored in internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[pymethod]
    fn compress(self, cx: &Context, data: Value) -> PyResult {
        const DOING: &str = "while compressing data";
        let mut output = Vec::new();
        let Some(state) = state::state::<State>(&self.0) else { return Err(inconsistent(cx)) };
        // Before the lock: this may call Python code.
        let data = if threadsnake_engine::types::bytes_object::Bytes::from_value(data).is_some() {
            data
        } else {
            cx.bytes(&cx.bytes_like(data)?)?
        };
        let mut guard = state.0.lock(cx);
        let Some(stream) = guard.as_mut() else {
            return Err(zlib_error(cx, stream::STREAM_ERROR, None, DOING));
        };
        let run = detached_with_bytes(cx, data, |data| {
            stream.run(data, &mut output, stream::NO_FLUSH, usize::MAX)
        })?;
        match run.code {
            stream::STREAM_ERROR => Err(zlib_error(cx, run.code, stream.message(), DOING)),
            stream::MEMORY_ERROR => Err(cx.memory_error()),
            _ => cx.bytes(&output),
        }
    }

    /// Return a bytes object containing any remaining compressed data.
    ///
    ///   mode
    ///     One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.
    ///     If mode == Z_FINISH, the compressor object can no longer be
    ///     used after calling the flush() method.  Otherwise, more data
    ///     can still be compressed.
    #[pymethod(signature = "($self, mode=4, /)")]
    fn flush(self, cx: &Context, mode: i32) -> PyResult {
        const DOING: &str = "while flushing";
        if mode == stream::NO_FLUSH {
            return cx.bytes(b"");
        }
        let mut output = Vec::new();
        let Some(state) = state::state::<State>(&self.0) else { return Err(inconsistent(cx)) };
        let mut guard = state.0.lock(cx);
        let Some(stream) = guard.as_mut() else {
            return Err(zlib_error(cx, stream::STREAM_ERROR, None, DOING));
        };
        let run = cx.blocking(|| stream.run(b"", &mut output, mode, usize::MAX));
        match run.code {
            stream::STREAM_END if mode == stream::FINISH => *guard = None,
            stream::OK | stream::BUFFER_ERROR | stream::STREAM_END => {}
            stream::MEMORY_ERROR => return Err(cx.memory_error()),
            code => return Err(zlib_error(cx, code, stream.message(), DOING)),
        }
        cx.bytes(&output)
    }

    /// Return a copy of the compression object.
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
}
