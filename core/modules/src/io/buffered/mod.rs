//! Buffers over raw streams: the state that the buffered classes share, and what they do alike.
//!
//! Invariant: slot 0 is the raw stream until it is detached. At most one of the two buffers holds something: before a write what was read ahead is
//! given back by seeking, before a read what was written goes out. `Buffer::raw_position` is where the raw stream stands, if known.
//! - [`reading`], [`writing`]: the operations. [`reader`], [`writer`], [`random`], [`pair`]: the classes.
//!
//! Source: Modules/_io/bufferedio.c; Lib/_pyio.py for keeping what was read and what was written apart.

pub mod pair;
pub mod random;
pub mod reader;
pub mod reading;
pub mod writer;
pub mod writing;

use alloc::vec::Vec;

use threadsnake_engine::kind::client_flags;
use threadsnake_engine::native::NativeClass;
use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::{Context, ExceptionClass, Kind, Name, ObjectRef, PyResult, Value};

use super::DEFAULT_BUFFER_SIZE;
use super::raw_device::{RawDevice, device};
use super::stream::{ask, chain, check_can, uninitialized, unsupported};
use super::stream_lock::{StreamGuard, StreamLock};

const RAW: usize = 0;
/// Slots of an instance.
pub const SLOTS: u16 = 1;
/// Raw bytes of an instance.
pub const RAW_BYTES: u16 = 8;

/// What a buffered object can be used for.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Phase {
    Uninitialized,
    Ready,
    Detached,
}

/// What the lock of a buffered object guards.
pub struct Buffer {
    phase: Phase,
    readable: bool,
    writable: bool,
    size: usize,
    /// Bytes read ahead: those of `read` from `read_start` up to `read_end`. As long as `size` once used.
    read: Vec<u8>,
    read_start: usize,
    read_end: usize,
    /// Bytes that have not been written yet.
    written: Vec<u8>,
    raw_position: Option<i64>,
    /// Whether the end of the program knows of it.
    remembered: bool,
}

impl Buffer {
    fn new() -> Self {
        Buffer {
            phase: Phase::Uninitialized,
            readable: false,
            writable: false,
            size: 0,
            read: Vec::new(),
            read_start: 0,
            read_end: 0,
            written: Vec::new(),
            raw_position: None,
            remembered: false,
        }
    }

    /// What was read ahead and not given out.
    fn ahead(&self) -> &[u8] {
        self.read.get(self.read_start..self.read_end).unwrap_or(&[])
    }

    fn forget_read(&mut self) {
        self.read_start = 0;
        self.read_end = 0;
    }

    fn moved(&mut self, count: usize) {
        self.raw_position = self.raw_position.map(|position| position.saturating_add(count as i64));
    }
}

/// A buffered object: any of the classes but the pair.
#[derive(Copy, Clone)]
pub struct Buffered(ObjectRef);

type Guard<'a> = StreamGuard<'a, Buffer>;

impl Buffered {
    /// Around an object of one of the buffered classes.
    pub fn of(object: ObjectRef) -> Buffered {
        Buffered(object)
    }

    /// The object, if it is an instance of exactly a buffered class, so that no method of it is overridden.
    pub fn exact(value: Value) -> Option<Buffered> {
        let object = value.as_object()?;
        let is_buffered =
            matches!(Kind::of(object), Kind::BufferedReader | Kind::BufferedWriter | Kind::BufferedRandom);
        (is_buffered && object.client_flags() & client_flags::SUBCLASS == 0).then_some(Buffered(object))
    }

    /// Whether the class can read.
    pub fn has_read(self) -> bool {
        Kind::of(self.0) != Kind::BufferedWriter
    }

    /// Whether the class can write.
    pub fn has_write(self) -> bool {
        Kind::of(self.0) != Kind::BufferedReader
    }

    /// As a value.
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    fn lock(&self, cx: &Context) -> PyResult<&StreamLock<Buffer>> {
        state::<StreamLock<Buffer>>(&self.0).ok_or_else(|| uninitialized(cx))
    }

    fn enter<'a>(&'a self, cx: &'a Context) -> PyResult<Guard<'a>> {
        self.lock(cx)?.enter(cx, self.as_value())
    }

    /// The lock of an initialized object.
    fn ready<'a>(&'a self, cx: &'a Context) -> PyResult<Guard<'a>> {
        let buffer = self.enter(cx)?;
        let phase = buffer.phase;
        if phase == Phase::Ready {
            return Ok(buffer);
        }
        drop(buffer);
        Err(match phase {
            Phase::Detached => cx.value_error(format_args!("raw stream has been detached")),
            _ => uninitialized(cx),
        })
    }

    /// The raw stream.
    ///
    /// # Errors
    /// ValueError if there is none.
    pub fn raw(self, cx: &Context) -> PyResult {
        match self.0.value(RAW) {
            Some(raw) => Ok(raw),
            // Also asked while this thread is in an operation, to name the stream in an error.
            None if self.lock(cx)?.is_held_here(cx) => Err(uninitialized(cx)),
            None => {
                drop(self.ready(cx)?);
                Err(uninitialized(cx))
            }
        }
    }

    /// Whether the raw stream is closed, if that can be told without a call.
    pub fn is_closed_device(self) -> Option<bool> {
        let raw = self.0.value(RAW)?.as_object()?;
        device(&raw).map(RawDevice::is_closed)
    }

    /// Whether the raw stream is closed.
    ///
    /// # Errors
    /// What its attribute raises.
    pub fn is_closed(self, cx: &Context) -> PyResult<bool> {
        match self.is_closed_device() {
            Some(closed) => Ok(closed),
            None => super::stream::is_closed(cx, self.raw(cx)?),
        }
    }

    /// The lock, for an operation that a closed stream does not have.
    fn begin<'a>(&'a self, cx: &'a Context, closed_text: &str) -> PyResult<Guard<'a>> {
        let closed = self.is_closed(cx)?;
        let buffer = self.ready(cx)?;
        if closed && buffer.ahead().is_empty() {
            drop(buffer);
            return Err(cx.value_error(format_args!("{closed_text}")));
        }
        Ok(buffer)
    }

    /// A new object of one of the classes, not yet initialized.
    ///
    /// # Errors
    /// MemoryError; TypeError if `class` is no subclass.
    pub fn allocate(cx: &Context, native: &'static NativeClass, class: Value) -> PyResult<Buffered> {
        let object = cx.allocate_instance(native, class)?;
        set_state(cx, object, StreamLock::new(Buffer::new()));
        Ok(Buffered(object))
    }

    /// `__init__`: checks the raw stream and takes it.
    ///
    /// # Errors
    /// UnsupportedOperation if the raw stream cannot do what is needed; ValueError for a wrong size.
    pub fn initialize(
        self,
        cx: &Context,
        raw: Value,
        size: i64,
        readable: bool,
        writable: bool,
    ) -> PyResult<()> {
        {
            let mut buffer = self.enter(cx)?;
            buffer.phase = Phase::Uninitialized;
            cx.clear(self.0, RAW);
        }
        let known = raw.as_object().is_some_and(|raw| device(&raw).is_some());
        if readable && writable {
            check_can(cx, raw, Name::seekable)?;
        }
        if readable {
            check_can(cx, raw, Name::readable)?;
        }
        if writable {
            check_can(cx, raw, Name::writable)?;
        }
        let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
            return Err(cx.value_error(format_args!("buffer size must be strictly positive")));
        };
        let mut made = Buffer { size, readable, writable, phase: Phase::Ready, ..Buffer::new() };
        // A stream that takes memory at once tells a size that is too large here.
        let mut probe: Vec<u8> = Vec::new();
        if size > DEFAULT_BUFFER_SIZE && probe.try_reserve_exact(size).is_err() {
            return Err(cx.memory_error());
        }
        drop(probe);
        cx.store(self.0, RAW, raw);
        if let Some(raw) = raw.as_object().filter(|_| known) {
            // Closed by this object's finalizer, not before it by its own: the two may die in the same epoch.
            cx.mutator().unmark_finalizable(raw);
        }
        if !known {
            made.raw_position = match ask(cx, raw, Name::tell).and_then(|answer| cx.index_i64(answer)) {
                Ok(position) => Some(position).filter(|&position| position >= 0),
                Err(raised) => {
                    cx.take_exception(raised);
                    None
                }
            };
        }
        *self.enter(cx)? = made;
        Ok(())
    }

    fn raw_seek(self, cx: &Context, buffer: &mut Buffer, offset: i64, whence: i32) -> PyResult<i64> {
        let raw = self.raw(cx)?;
        let object = raw.as_object();
        let position = match object.as_ref().and_then(device) {
            Some(device) => device.seek(cx, offset, whence)?,
            None => {
                let arguments = [cx.int(offset)?, cx.int(i64::from(whence))?];
                let answer = cx.call_method_name(raw, Name::seek, &arguments)?;
                cx.index_i64(answer)?
            }
        };
        Self::position(cx, buffer, position)
    }

    fn position(cx: &Context, buffer: &mut Buffer, position: i64) -> PyResult<i64> {
        if position < 0 {
            return Err(cx.raise(
                ExceptionClass::OSError,
                format_args!("Raw stream returned invalid position {position}"),
            ));
        }
        buffer.raw_position = Some(position);
        Ok(position)
    }

    fn raw_tell(self, cx: &Context, buffer: &mut Buffer) -> PyResult<i64> {
        let raw = self.raw(cx)?;
        let object = raw.as_object();
        let position = match object.as_ref().and_then(device) {
            Some(device) => device.seek(cx, 0, 1)?,
            None => {
                let answer = ask(cx, raw, Name::tell)?;
                cx.index_i64(answer)?
            }
        };
        Self::position(cx, buffer, position)
    }

    /// Writes what is to be written, and gives what was read ahead back.
    fn settle(self, cx: &Context, buffer: &mut Buffer) -> PyResult<()> {
        self.write_out(cx, buffer)?;
        if buffer.readable {
            let ahead = buffer.ahead().len() as i64;
            self.raw_seek(cx, buffer, -ahead, 1)?;
            buffer.forget_read();
        }
        Ok(())
    }

    /// `tell()`
    ///
    /// # Errors
    /// What the raw stream raises.
    pub fn tell(self, cx: &Context) -> PyResult<i64> {
        let mut buffer = self.ready(cx)?;
        let position = self.raw_tell(cx, &mut buffer)?;
        Ok(Self::logical(&buffer, position))
    }

    fn logical(buffer: &Buffer, raw_position: i64) -> i64 {
        // A raw stream may answer nonsense; a position is never negative.
        (raw_position - buffer.ahead().len() as i64 + buffer.written.len() as i64).max(0)
    }

    /// `seek(target, whence)`
    ///
    /// # Errors
    /// ValueError, UnsupportedOperation, and what the raw stream raises.
    pub fn seek(self, cx: &Context, target: i64, whence: i32) -> PyResult<i64> {
        drop(self.ready(cx)?);
        if !(0..=2).contains(&whence) && !matches!(whence, 3 | 4) {
            return Err(cx.value_error(format_args!("whence value {whence} unsupported")));
        }
        if self.is_closed(cx)? {
            return Err(cx.value_error(format_args!("seek of closed file")));
        }
        let raw = self.raw(cx)?;
        check_can(cx, raw, Name::seekable)?;
        let mut guard = self.ready(cx)?;
        let buffer = &mut *guard;
        if whence < 2 && buffer.readable && buffer.written.is_empty() {
            let current = match buffer.raw_position {
                Some(position) => position,
                None => self.raw_tell(cx, buffer)?,
            };
            let ahead = buffer.ahead().len() as i64;
            let offset = if whence == 0 { target.saturating_sub(current - ahead) } else { target };
            if ahead > 0 && offset >= -(buffer.read_start as i64) && offset <= ahead {
                buffer.read_start = (buffer.read_start as i64 + offset) as usize;
                return Ok(current - ahead + offset);
            }
        }
        self.write_out(cx, buffer)?;
        let target = if whence == 1 { target.saturating_sub(buffer.ahead().len() as i64) } else { target };
        let position = self.raw_seek(cx, buffer, target, whence)?;
        buffer.forget_read();
        Ok(position)
    }

    /// `truncate(position)`
    ///
    /// # Errors
    /// ValueError, UnsupportedOperation, and what the raw stream raises.
    pub fn truncate(self, cx: &Context, position: Option<Value>) -> PyResult {
        let mut buffer = self.begin(cx, "truncate of closed file")?;
        if !buffer.writable {
            drop(buffer);
            return Err(unsupported(cx, "truncate"));
        }
        self.settle(cx, &mut buffer)?;
        let position = match position.filter(|position| !position.is_none()) {
            Some(position) => position,
            None => {
                let here = self.raw_tell(cx, &mut buffer)?;
                cx.int(here)?
            }
        };
        let raw = self.raw(cx)?;
        let result = cx.call_method_name(raw, Name::truncate, &[position])?;
        // The position is where it was, but a raw stream written in Python may think otherwise.
        if let Err(raised) = self.raw_tell(cx, &mut buffer) {
            cx.take_exception(raised);
            buffer.raw_position = None;
        }
        Ok(result)
    }

    /// `flush()` of a reader: that of the raw stream.
    ///
    /// # Errors
    /// What it raises.
    pub fn flush_raw(self, cx: &Context) -> PyResult {
        let raw = self.raw(cx)?;
        ask(cx, raw, Name::flush)
    }

    /// `flush()` of a writer.
    ///
    /// # Errors
    /// ValueError if the stream is closed, and what the raw stream raises.
    pub fn flush(self, cx: &Context) -> PyResult<()> {
        let mut buffer = self.begin(cx, "flush of closed file")?;
        self.settle(cx, &mut buffer)
    }

    /// `close()`
    ///
    /// # Errors
    /// What flushing and closing raise.
    pub fn close(self, cx: &Context) -> PyResult<()> {
        drop(self.ready(cx)?);
        if self.is_closed(cx)? {
            return Ok(());
        }
        let raw = self.raw(cx)?;
        if is_finalizing(cx, self.as_value())? {
            warn_unclosed(cx, raw, self.as_value());
        }
        // The method, which a subclass may override.
        let flushed = ask(cx, self.as_value(), Name::flush).map(|_| ());
        // Under the lock, so that who writes meanwhile waits and then finds the stream closed.
        let mut buffer = self.enter(cx)?;
        let result = chain(cx, flushed, || ask(cx, raw, Name::close).map(|_| ()));
        buffer.forget_read();
        buffer.read = Vec::new();
        buffer.written = Vec::new();
        result
    }

    /// `detach()`
    ///
    /// # Errors
    /// What flushing raises.
    pub fn detach(self, cx: &Context) -> PyResult {
        drop(self.ready(cx)?);
        ask(cx, self.as_value(), Name::flush)?;
        let mut buffer = self.ready(cx)?;
        let raw = self.0.value(RAW);
        buffer.phase = Phase::Detached;
        if let Some(raw) = raw.and_then(Value::as_object).filter(|raw| device(raw).is_some()) {
            cx.mutator().mark_finalizable(raw);
        }
        cx.clear(self.0, RAW);
        raw.ok_or_else(|| uninitialized(cx))
    }

    /// Calls a method of the raw stream without arguments.
    ///
    /// # Errors
    /// What it raises.
    pub fn forward(self, cx: &Context, method: Name) -> PyResult {
        let raw = self.raw(cx)?;
        ask(cx, raw, method)
    }

    /// An attribute of the raw stream.
    ///
    /// # Errors
    /// AttributeError.
    pub fn attribute(self, cx: &Context, attribute: Name) -> PyResult {
        let raw = self.raw(cx)?;
        cx.get_attribute_name(raw, attribute)
    }

    /// `_dealloc_warn(source)`
    ///
    /// # Errors
    /// ValueError if there is no raw stream.
    pub fn dealloc_warn(self, cx: &Context, source: Value) -> PyResult<()> {
        drop(self.ready(cx)?);
        let raw = self.raw(cx)?;
        warn_unclosed(cx, raw, source);
        Ok(())
    }

    /// `__sizeof__()`
    ///
    /// # Errors
    /// What the lock raises.
    pub fn size_of(self, cx: &Context) -> PyResult<usize> {
        let object = 16 + 8 * self.0.slot_count() + usize::from(RAW_BYTES);
        Ok(object + self.enter(cx)?.size)
    }
}

/// Whether the finalizer closes the stream.
///
/// # Errors
/// What the attribute raises.
pub fn is_finalizing(cx: &Context, stream: Value) -> PyResult<bool> {
    match cx.find_attribute_or_none(stream, cx.name(Name::_finalizing))? {
        Some(flag) => cx.is_true(flag),
        None => Ok(false),
    }
}

/// Lets the raw stream warn that it was left open; errors of the warning are dropped.
pub fn warn_unclosed(cx: &Context, raw: Value, source: Value) {
    let warned = cx
        .find_attribute_or_none(raw, cx.name(Name::_dealloc_warn))
        .and_then(|warn| warn.map_or(Ok(Value::NONE), |warn| cx.call(warn, &[source])));
    if let Err(raised) = warned {
        cx.take_exception(raised);
    }
}
