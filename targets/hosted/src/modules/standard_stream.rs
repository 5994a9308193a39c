//! `sys.stdout` and `sys.stderr`: text streams over the process's own descriptors, until `_io` has its whole text layer.
//!
//! Invariant: text is encoded as UTF-8; what is buffered is written at a newline on a terminal, when the buffer is long, at `flush` and at
//! exit. One writer at a time fills the buffer, so lines of several threads do not mix within one `write`.
//! Source: Modules/_io/textio.c for the attributes that programs use.

use std::sync::{Mutex, PoisonError};

use threadsnake_engine::native::NativeType;
use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

/// A text stream over a standard descriptor.
#[pyclass(id = TextIOWrapper, name = "TextIOWrapper", module = "_io", raw = 8, flags(NATIVE_STATE, NOT_INSTANTIABLE), doc = "")]
pub struct StandardStream(ObjectRef);

/// Bytes kept before they are written.
const BUFFER_BYTES: usize = 8192;

struct Stream {
    descriptor: i32,
    /// Whether each line (each write, for the error stream) goes out at once.
    line_buffered: bool,
    /// Lone surrogates are written as escapes instead of being errors.
    escapes: bool,
    name: &'static str,
    buffer: Mutex<Vec<u8>>,
}

fn write_out(cx: &Context, descriptor: i32, mut bytes: &[u8]) -> PyResult<()> {
    while !bytes.is_empty() {
        let (count, error) = cx.blocking(|| {
            // SAFETY: the slice is readable.
            let count = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
            (count, std::io::Error::last_os_error())
        });
        match usize::try_from(count) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or(&[]),
            Err(_) if error.kind() == std::io::ErrorKind::Interrupted => cx.poll()?,
            Err(_) => return Err(cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), None)),
        }
    }
    Ok(())
}

impl StandardStream {
    fn stream<'a>(cx: &Context, this: &'a StandardStream) -> PyResult<&'a Stream> {
        match state::<Stream>(&this.0) {
            Some(stream) => Ok(stream),
            None => Err(cx.value_error(format_args!("I/O operation on uninitialized object"))),
        }
    }

    /// Makes the stream of a descriptor.
    ///
    /// # Errors
    /// MemoryError.
    pub fn open(
        cx: &Context,
        descriptor: i32,
        name: &'static str,
        is_error: bool,
        unbuffered: bool,
    ) -> PyResult<Value> {
        let class = cx.build_on_demand(StandardStream::CLASS)?;
        let object = allocate_of_class(cx, class)?;
        // SAFETY: no memory is involved.
        let terminal = unsafe { libc::isatty(descriptor) == 1 };
        set_state(
            cx,
            object,
            Stream {
                descriptor,
                line_buffered: is_error || unbuffered || terminal,
                escapes: is_error,
                name,
                buffer: Mutex::new(Vec::new()),
            },
        );
        Ok(Value::from(object))
    }

    fn flush_stream(cx: &Context, stream: &Stream) -> PyResult<()> {
        let bytes = std::mem::take(&mut *stream.buffer.lock().unwrap_or_else(PoisonError::into_inner));
        write_out(cx, stream.descriptor, &bytes)
    }
}

#[pymethods]
impl StandardStream {
    #[pymethod]
    fn write(cx: &Context, this: StandardStream, text: Value) -> PyResult<usize> {
        let Some(text) = Str::from_value(text) else {
            return Err(
                cx.type_error(format_args!("write() argument must be str, not {}", cx.type_name(text)))
            );
        };
        let stream = Self::stream(cx, &this)?;
        let encoded = if stream.escapes { text.to_utf8_lossy() } else { text.to_utf8(cx)? };
        let out = {
            let mut buffer = stream.buffer.lock().unwrap_or_else(PoisonError::into_inner);
            buffer.extend_from_slice(encoded.as_bytes());
            let now = buffer.len() >= BUFFER_BYTES
                || (stream.line_buffered && (stream.escapes || encoded.contains('\n')));
            if now { std::mem::take(&mut *buffer) } else { Vec::new() }
        };
        write_out(cx, stream.descriptor, &out)?;
        Ok(text.len())
    }

    #[pymethod]
    fn writelines(cx: &Context, this: StandardStream, lines: Value) -> PyResult<()> {
        let lines = cx.collect(lines)?;
        for &line in lines.as_slice() {
            Self::write(cx, this, line)?;
        }
        Ok(())
    }

    #[pymethod]
    fn flush(cx: &Context, this: StandardStream) -> PyResult<()> {
        Self::flush_stream(cx, Self::stream(cx, &this)?)
    }

    #[pymethod]
    fn fileno(cx: &Context, this: StandardStream) -> PyResult<i32> {
        Ok(Self::stream(cx, &this)?.descriptor)
    }

    #[pymethod]
    fn isatty(cx: &Context, this: StandardStream) -> PyResult<bool> {
        // SAFETY: no memory is involved.
        Ok(unsafe { libc::isatty(Self::stream(cx, &this)?.descriptor) == 1 })
    }

    #[pymethod]
    fn writable(this: StandardStream) -> bool {
        let _ = this;
        true
    }

    #[pymethod]
    fn readable(this: StandardStream) -> bool {
        let _ = this;
        false
    }

    #[pymethod]
    fn seekable(this: StandardStream) -> bool {
        let _ = this;
        false
    }

    #[pygetter]
    fn encoding(this: StandardStream) -> &'static str {
        let _ = this;
        "utf-8"
    }

    #[pygetter]
    fn errors(cx: &Context, this: StandardStream) -> PyResult<&'static str> {
        Ok(if Self::stream(cx, &this)?.escapes { "backslashreplace" } else { "strict" })
    }

    #[pygetter]
    fn name(cx: &Context, this: StandardStream) -> PyResult<&'static str> {
        Ok(Self::stream(cx, &this)?.name)
    }

    #[pygetter]
    fn mode(this: StandardStream) -> &'static str {
        let _ = this;
        "w"
    }

    #[pygetter]
    fn closed(this: StandardStream) -> bool {
        let _ = this;
        false
    }

    #[pygetter]
    fn line_buffering(cx: &Context, this: StandardStream) -> PyResult<bool> {
        Ok(Self::stream(cx, &this)?.line_buffered)
    }

    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: StandardStream) -> PyResult<Value> {
        let name = Self::stream(cx, &this)?.name;
        cx.str_format(format_args!("<_io.TextIOWrapper name='{name}' mode='w' encoding='utf-8'>"))
    }
}
