//! `io.BytesIO`: a binary stream in memory.
//!
//! Invariant: slot 0 is a bytearray with the contents, or empty once the stream is closed; the raw tail is the position. Position and contents
//! change together, under the bytearray's lock. `getbuffer` lends the bytearray, which refuses to change its length meanwhile.
//! Source: Modules/_io/bytesio.c.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use threadsnake_engine::native::{Arguments, FromValue, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::byte_array::ByteArray;
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::memory_view::view_shown_as;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::{closed_error, limit, size_argument, uninitialized, writable_length};

const CONTENT: usize = 0;
const POSITION: usize = 0;
const FLAGS: usize = 8;
/// `__init__` has run.
const INITIALIZED: u64 = 1;

/// Buffered I/O implementation using an in-memory bytes buffer.
#[pyclass(
    id = BytesIO, base = BufferedIOBase, name = "BytesIO", module = "_io", slots = 1, raw = 16,
    signature = "(initial_bytes=b'')", flags(SUBCLASSABLE, HAS_DICT)
)]
pub struct BytesIO(ObjectRef);

/// What a view that `getbuffer` made says it is of.
#[pyclass(
    id = BytesIOBuffer, name = "_BytesIOBuffer", module = "_io", slots = 1,
    flags(NOT_INSTANTIABLE, NO_WEAK_REFERENCES), doc = ""
)]
pub struct BytesIOBuffer(ObjectRef);

#[pymethods]
impl BytesIOBuffer {
    #[pymethod(signature = "($self, flags, /)")]
    fn __buffer__(cx: &Context, this: BytesIOBuffer, flags: i64) -> PyResult {
        let _ = flags;
        let stream = this.0.value(0).map(|stream| <BytesIO as FromValue>::from_value(cx, stream));
        view_shown_as(cx, stream.unwrap_or_else(|| Err(uninitialized(cx)))?.content(cx)?, Value::from(this.0))
    }
}

impl BytesIO {
    fn content(self, cx: &Context) -> PyResult<ByteArray> {
        match self.0.value(CONTENT).and_then(ByteArray::from_value) {
            Some(content) => Ok(content),
            None if self.0.raw_u64(FLAGS) & INITIALIZED == 0 => Err(uninitialized(cx)),
            None => Err(closed_error(cx)),
        }
    }

    /// For callers under the lock, or as a snapshot.
    fn position(self) -> usize {
        self.0.raw_u64(POSITION) as usize
    }

    fn set_position(self, position: usize) {
        self.0.raw_store_u64(POSITION, position as u64);
    }

    fn fill(self, cx: &Context, bytes: &[u8]) -> PyResult<()> {
        let content = cx.new_byte_array(bytes)?;
        cx.store(self.0, CONTENT, content.as_value());
        self.set_position(0);
        self.0.raw_store_u64(FLAGS, INITIALIZED);
        Ok(())
    }

    /// Takes the bytes that `choose` says there are, from the position on.
    fn take(self, cx: &Context, choose: impl FnOnce(&[u8]) -> usize) -> PyResult<Vec<u8>> {
        let content = self.content(cx)?;
        Ok(content.with_bytes(cx, |bytes| {
            let position = self.position();
            let rest = bytes.get(position..).unwrap_or(&[]);
            let count = choose(rest).min(rest.len());
            self.set_position(position + count);
            rest.get(..count).unwrap_or(&[]).to_vec()
        }))
    }

    /// Writes at the position; behind the end zeros fill the gap.
    fn put(self, cx: &Context, bytes: &[u8]) -> PyResult<usize> {
        let content = self.content(cx)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        loop {
            let (start, length) = (self.position(), content.len());
            let gap = start.saturating_sub(length);
            let Some(end) = start.checked_add(bytes.len()).filter(|&end| end <= isize::MAX as usize) else {
                return Err(
                    cx.raise(ExceptionClass::OverflowError, format_args!("new buffer size too large"))
                );
            };
            let data = if gap == 0 {
                Cow::Borrowed(bytes)
            } else {
                let mut padded = Vec::new();
                padded.try_reserve_exact(gap + bytes.len()).map_err(|_| cx.memory_error())?;
                padded.resize(gap, 0);
                padded.extend_from_slice(bytes);
                Cow::Owned(padded)
            };
            // Chosen under the lock: if another thread moved the position or changed the length meanwhile, all is looked at again.
            let place = |now: usize| {
                let same = self.position() == start && if gap == 0 { start <= now } else { now == length };
                same.then(|| (start.min(now), end.min(now)))
            };
            if content.splice_then(cx, place, &data, || self.set_position(end))? {
                return Ok(bytes.len());
            }
            cx.poll()?;
        }
    }

    fn read_line(self, cx: &Context, size: i64) -> PyResult<Vec<u8>> {
        self.take(cx, |rest| {
            let rest = rest.get(..limit(size)).unwrap_or(rest);
            rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |place| place + 1)
        })
    }
}

fn offset(cx: &Context, value: Value) -> PyResult<i64> {
    cx.index_i64(value)
}

#[pymethods]
impl BytesIO {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(cx.allocate_instance(BytesIO::CLASS, class)?))
    }

    #[pymethod(name = "__init__", signature = "($self, /, initial_bytes=b'')")]
    fn init(cx: &Context, this: BytesIO, initial_bytes: Option<Value>) -> PyResult<()> {
        match initial_bytes.filter(|initial| !initial.is_none()) {
            None => this.fill(cx, &[]),
            Some(initial) => cx.with_bytes(initial, |bytes| this.fill(cx, bytes)),
        }
    }

    #[pymethod]
    fn readable(cx: &Context, this: BytesIO) -> PyResult<bool> {
        this.content(cx).map(|_| true)
    }

    #[pymethod]
    fn writable(cx: &Context, this: BytesIO) -> PyResult<bool> {
        this.content(cx).map(|_| true)
    }

    #[pymethod]
    fn seekable(cx: &Context, this: BytesIO) -> PyResult<bool> {
        this.content(cx).map(|_| true)
    }

    #[pymethod]
    fn flush(cx: &Context, this: BytesIO) -> PyResult<()> {
        this.content(cx).map(|_| ())
    }

    #[pymethod]
    fn isatty(cx: &Context, this: BytesIO) -> PyResult<bool> {
        this.content(cx).map(|_| false)
    }

    /// Get a read-write view over the contents of the BytesIO object.
    #[pymethod]
    fn getbuffer(cx: &Context, this: BytesIO) -> PyResult {
        let lender = allocate_of_class(cx, cx.build_on_demand(BytesIOBuffer::CLASS)?)?;
        cx.initialize(lender, 0, Value::from(this.0));
        view_shown_as(cx, this.content(cx)?, Value::from(lender))
    }

    /// Retrieve the entire contents of the BytesIO object.
    #[pymethod]
    fn getvalue(cx: &Context, this: BytesIO) -> PyResult {
        let bytes = this.content(cx)?.snapshot(cx);
        cx.bytes(&bytes)
    }

    /// Current file position, an integer.
    #[pymethod]
    fn tell(cx: &Context, this: BytesIO) -> PyResult<usize> {
        this.content(cx)?;
        Ok(this.position())
    }

    /// Read at most size bytes, returned as a bytes object.
    ///
    /// If the size argument is negative, read until EOF is reached.
    /// Return an empty bytes object at EOF.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: BytesIO, size: Option<Value>) -> PyResult {
        let size = size_argument(cx, size)?;
        let bytes = this.take(cx, |_| limit(size))?;
        cx.bytes(&bytes)
    }

    /// Read at most size bytes, returned as a bytes object.
    ///
    /// If the size argument is negative or omitted, read until EOF is reached.
    /// Return an empty bytes object at EOF.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read1(cx: &Context, this: BytesIO, size: Option<Value>) -> PyResult {
        Self::read(cx, this, size)
    }

    /// Read bytes into buffer.
    ///
    /// Returns number of bytes read (0 for EOF), or None if the object
    /// is set not to block and has no data to read.
    #[pymethod]
    fn readinto(cx: &Context, this: BytesIO, buffer: Value) -> PyResult<usize> {
        let length = writable_length(cx, "readinto", buffer)?;
        let bytes = this.take(cx, |_| length)?;
        cx.write_into_buffer(buffer, 0, &bytes)
    }

    /// Next line from the file, as a bytes object.
    ///
    /// Retain newline.  A non-negative size argument limits the maximum
    /// number of bytes to return (an incomplete line may be returned then).
    /// Return an empty bytes object at EOF.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn readline(cx: &Context, this: BytesIO, size: Option<Value>) -> PyResult {
        let size = size_argument(cx, size)?;
        let line = this.read_line(cx, size)?;
        cx.bytes(&line)
    }

    /// List of bytes objects, each a line from the file.
    ///
    /// Call readline() repeatedly and return a list of the lines so read.
    /// The optional size argument, if given, is an approximate bound on the
    /// total number of bytes in the lines returned.
    #[pymethod(signature = "($self, size=None, /)")]
    fn readlines(cx: &Context, this: BytesIO, size: Option<Value>) -> PyResult {
        let most = match size.filter(|size| !size.is_none()) {
            None => 0,
            Some(size) if cx.has_index(size) => cx.index_i64(size)?,
            Some(size) => {
                return Err(
                    cx.type_error(format_args!("integer argument expected, got '{}'", cx.type_name(size)))
                );
            }
        };
        let mut lines = cx.scratch();
        let mut total = 0i64;
        loop {
            let line = this.read_line(cx, -1)?;
            if line.is_empty() {
                break;
            }
            total = total.saturating_add(line.len() as i64);
            lines.push(cx.bytes(&line)?);
            if most > 0 && total >= most {
                break;
            }
        }
        cx.list(lines.as_slice())
    }

    /// Write bytes to file.
    ///
    /// Return the number of bytes written.
    #[pymethod]
    fn write(cx: &Context, this: BytesIO, b: Value) -> PyResult<usize> {
        this.content(cx)?;
        cx.with_bytes(b, |bytes| this.put(cx, bytes))
    }

    /// Write lines to the file.
    ///
    /// Note that newlines are not added.  lines can be any iterable object
    /// producing bytes-like objects. This is equivalent to calling write() for
    /// each element.
    #[pymethod]
    fn writelines(cx: &Context, this: BytesIO, lines: Value) -> PyResult<()> {
        this.content(cx)?;
        let lines = cx.iterate(lines)?;
        while let Some(line) = lines.next(cx)? {
            cx.with_bytes(line, |bytes| this.put(cx, bytes))?;
        }
        Ok(())
    }

    /// Change stream position.
    ///
    /// Seek to byte offset pos relative to position indicated by whence:
    ///      0  Start of stream (the default).  pos should be >= 0;
    ///      1  Current position - pos may be negative;
    ///      2  End of stream - pos usually negative.
    /// Returns the new absolute position.
    #[pymethod(signature = "($self, pos, whence=0, /)")]
    fn seek(cx: &Context, this: BytesIO, pos: Value, whence: i32) -> PyResult<usize> {
        let content = this.content(cx)?;
        let pos = offset(cx, pos)?;
        if pos < 0 && whence == 0 {
            return Err(cx.value_error(format_args!("negative seek value {pos}")));
        }
        if !(0..=2).contains(&whence) {
            return Err(cx.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)")));
        }
        let moved = content.with_bytes(cx, |bytes| {
            let base = match whence {
                0 => 0,
                1 => this.position() as i64,
                _ => bytes.len() as i64,
            };
            let target = pos.checked_add(base)?.max(0) as usize;
            this.set_position(target);
            Some(target)
        });
        moved.ok_or_else(|| cx.raise(ExceptionClass::OverflowError, format_args!("new position too large")))
    }

    /// Truncate the file to at most size bytes.
    ///
    /// Size defaults to the current file position, as returned by tell().
    /// The current file position is unchanged.  Returns the new size.
    #[pymethod(signature = "($self, size=None, /)")]
    fn truncate(cx: &Context, this: BytesIO, size: Option<Value>) -> PyResult<usize> {
        let content = this.content(cx)?;
        let size = match size.filter(|size| !size.is_none()) {
            None => this.position() as i64,
            Some(size) => size_argument(cx, Some(size))?,
        };
        let Ok(size) = usize::try_from(size) else {
            return Err(cx.value_error(format_args!("negative size value {size}")));
        };
        content.splice(cx, |length| (size < length).then_some((size, length)), &[])?;
        Ok(size)
    }

    /// Disable all I/O operations.
    #[pymethod]
    fn close(cx: &Context, this: BytesIO) -> PyResult<()> {
        if let Some(content) = this.0.value(CONTENT).and_then(ByteArray::from_value) {
            // Refused while a view is lent.
            content.splice(cx, |length| Some((0, length)), &[])?;
            cx.clear(this.0, CONTENT);
        }
        Ok(())
    }

    #[pymethod(name = "__getstate__")]
    fn getstate(cx: &Context, this: BytesIO) -> PyResult {
        let content = this.content(cx)?;
        let (bytes, position) = content.with_bytes(cx, |bytes| (bytes.to_vec(), this.position()));
        let attributes = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
        let attributes = match Dict::from_value(attributes).filter(|attributes| !attributes.is_empty()) {
            Some(attributes) => attributes.copy(cx)?.as_value(),
            None => Value::NONE,
        };
        cx.tuple(&[cx.bytes(&bytes)?, cx.int(position as i64)?, attributes])
    }

    #[pymethod(name = "__setstate__")]
    fn setstate(cx: &Context, this: BytesIO, state: Value) -> PyResult<()> {
        if this.0.raw_u64(FLAGS) & INITIALIZED != 0 {
            this.content(cx)?;
        }
        let parts = Tuple::from_value(state).filter(|state| state.len() >= 3);
        let Some((initial, position, attributes)) =
            parts.and_then(|parts| Some((parts.get(0)?, parts.get(1)?, parts.get(2)?)))
        else {
            return Err(cx.type_error(format_args!(
                "{}.__setstate__ argument should be 3-tuple, got {}",
                cx.type_name(this.as_value()),
                cx.type_name(state)
            )));
        };
        cx.with_bytes(initial, |bytes| this.fill(cx, bytes))?;
        if !cx.has_index(position) {
            return Err(cx.type_error(format_args!(
                "second item of state must be an integer, not {}",
                cx.type_name(position)
            )));
        }
        let Ok(position) = usize::try_from(cx.index_i64(position)?) else {
            return Err(cx.value_error(format_args!("position value cannot be negative")));
        };
        this.set_position(position);
        if !attributes.is_none() {
            let Some(attributes) = Dict::from_value(attributes) else {
                return Err(cx.type_error(format_args!(
                    "third item of state should be a dict, got a {}",
                    cx.type_name(attributes)
                )));
            };
            let own = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
            Dict::expect(cx, own)?.update_from(cx, attributes)?;
        }
        Ok(())
    }

    #[pynext]
    fn next(cx: &Context, this: BytesIO) -> PyResult<Option<Value>> {
        let line = this.read_line(cx, -1)?;
        if line.is_empty() { Ok(None) } else { cx.bytes(&line).map(Some) }
    }

    #[pymethod(name = "__iter__")]
    fn iter(cx: &Context, this: BytesIO) -> PyResult {
        this.content(cx)?;
        Ok(this.as_value())
    }

    /// True if the file is closed.
    #[pygetter]
    fn closed(this: BytesIO) -> bool {
        this.0.value(CONTENT).is_none()
    }
}
