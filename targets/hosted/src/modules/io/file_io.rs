//! `io.FileIO`: a file of the operating system as a raw stream.
//!
//! Invariant: the object owns a [`FileDevice`]; the name is an attribute of the instance.
//! Source: Modules/_io/fileio.c.

use std::mem::MaybeUninit;
use std::sync::atomic::Ordering;

use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::types::int_object::is_int;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};
use threadsnake_modules::io::buffered::is_finalizing;
use threadsnake_modules::io::io_base;
use threadsnake_modules::io::raw_device::{RawDevice, RawState};
use threadsnake_modules::io::stream::{
    chain, not_picklable, size_argument, uninitialized, unsupported, writable_length,
};

use super::file_device::FileDevice;
use crate::modules::paths;
use crate::modules::system_call::call;

/// Open a file.
///
/// The mode can be 'r' (default), 'w', 'x' or 'a' for reading,
/// writing, exclusive creation or appending.  The file will be created if it
/// doesn't exist when opened for writing or appending; it will be truncated
/// when opened for writing.  A FileExistsError will be raised if it already
/// exists when opened for creating. Opening a file for creating implies
/// writing so this mode behaves in a similar way to 'w'.Add a '+' to the mode
/// to allow simultaneous reading and writing. A custom opener can be used by
/// passing a callable as *opener*. The underlying file descriptor for the file
/// object is then obtained by calling opener with (*name*, *flags*).
/// *opener* must return an open file descriptor (passing os.open as *opener*
/// results in functionality similar to passing None).
#[pyclass(
    id = FileIO, base = RawIOBase, name = "FileIO", module = "_io", raw = 8,
    signature = "(file, mode='r', closefd=True, opener=None)",
    flags(SUBCLASSABLE, HAS_DICT, NATIVE_STATE, NATIVE_FINALIZER)
)]
pub struct FileIO(ObjectRef);

/// What the letters of a mode ask for.
#[derive(Default)]
struct Mode {
    flags: i32,
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
}

impl Mode {
    fn parse(cx: &Context, mode: &str) -> PyResult<Mode> {
        let wrong = || {
            cx.value_error(format_args!(
                "Must have exactly one of create/read/write/append mode and at most one plus"
            ))
        };
        let mut made = Mode::default();
        let (mut kinds, mut plus) = (0, 0);
        for letter in mode.chars() {
            match letter {
                'x' => (made.created, made.writable) = (true, true),
                'r' => made.readable = true,
                'w' => made.writable = true,
                'a' => (made.appending, made.writable) = (true, true),
                'b' => continue,
                '+' => {
                    plus += 1;
                    continue;
                }
                _ => return Err(cx.value_error(format_args!("invalid mode: {mode}"))),
            }
            made.flags |= match letter {
                'x' => libc::O_EXCL | libc::O_CREAT,
                'w' => libc::O_CREAT | libc::O_TRUNC,
                'a' => libc::O_APPEND | libc::O_CREAT,
                _ => 0,
            };
            kinds += 1;
        }
        if kinds != 1 || plus > 1 {
            return Err(wrong());
        }
        if plus == 1 {
            (made.readable, made.writable) = (true, true);
        }
        made.flags |= match (made.readable, made.writable) {
            (true, true) => libc::O_RDWR,
            (true, false) => libc::O_RDONLY,
            _ => libc::O_WRONLY,
        };
        made.flags |= libc::O_CLOEXEC;
        Ok(made)
    }
}

/// A path as C takes it, or None if it is a descriptor.
enum Target {
    Descriptor(i32),
    Path(std::ffi::CString),
}

fn target(cx: &Context, file: Value) -> PyResult<Target> {
    if file.is_bool() {
        cx.warn(ExceptionClass::RuntimeWarning, format_args!("bool is used as a file descriptor"))?;
    }
    if is_int(file) || (cx.has_index(file) && Str::from_value(file).is_none()) {
        let number = cx.index_i64(file)?;
        if number < 0 {
            return Err(cx.value_error(format_args!("negative file descriptor")));
        }
        let number = i32::try_from(number).map_err(|_| {
            cx.raise(ExceptionClass::OverflowError, format_args!("Python int too large to convert to C int"))
        })?;
        return Ok(Target::Descriptor(number));
    }
    Ok(Target::Path(paths::file_system_path(cx, file)?.to_c_string(cx)?))
}

impl FileIO {
    /// The file.
    ///
    /// # Errors
    /// ValueError if the object has none.
    pub fn device<'a>(&'a self, cx: &Context) -> PyResult<&'a FileDevice> {
        state::<RawState>(&self.0)
            .and_then(|state| state.0.as_any().downcast_ref::<FileDevice>())
            .ok_or_else(|| uninitialized(cx))
    }

    fn allocate(cx: &Context, class: Value) -> PyResult<FileIO> {
        let object = cx.allocate_instance(FileIO::CLASS, class)?;
        set_state(cx, object, RawState(Box::new(FileDevice::closed())));
        Ok(FileIO(object))
    }

    /// Opens a file, or takes a descriptor over.
    ///
    /// # Errors
    /// OSError, ValueError, TypeError.
    pub fn make(cx: &Context, file: Value, mode: &str, closes: bool, opener: Value) -> PyResult<FileIO> {
        let class = cx.build_on_demand(FileIO::CLASS)?;
        let made = FileIO::allocate(cx, class.as_value())?;
        made.initialize(cx, file, mode, closes, opener)?;
        Ok(made)
    }

    fn initialize(self, cx: &Context, file: Value, mode: &str, closes: bool, opener: Value) -> PyResult<()> {
        let device = self.device(cx)?;
        if device.closes.load(Ordering::Relaxed) {
            device.close(cx)?;
        } else {
            device.release();
        }
        let target = target(cx, file)?;
        let letters = mode;
        let mode = Mode::parse(cx, letters)?;
        cx.audit("open", || Ok([file, cx.str(letters)?, cx.int(i64::from(mode.flags))?]))?;
        for (cell, value) in [
            (&device.created, mode.created),
            (&device.readable, mode.readable),
            (&device.writable, mode.writable),
            (&device.appending, mode.appending),
        ] {
            cell.store(value, Ordering::Relaxed);
        }
        let own = !matches!(target, Target::Descriptor(_));
        if own && !closes {
            return Err(cx.value_error(format_args!("Cannot use closefd=False with file name")));
        }
        let descriptor = match target {
            Target::Descriptor(descriptor) => descriptor,
            Target::Path(_) if !opener.is_none() => Self::ask_opener(cx, file, opener, mode.flags)?,
            Target::Path(path) => call(cx, Some(file), || {
                // SAFETY: the path ends with a null byte.
                i64::from(unsafe { libc::open(path.as_ptr(), mode.flags, 0o666 as libc::c_uint) })
            })? as i32,
        };
        device.closes.store(closes, Ordering::Relaxed);
        device.set(descriptor);
        if let Err(raised) = self.look_at(cx, device, file, descriptor) {
            // A descriptor that was given stays open.
            if own {
                let error = cx.take_exception(raised);
                if let Err(raised) = device.close(cx) {
                    cx.take_exception(raised);
                }
                return Err(cx.raise_value(error));
            }
            device.release();
            return Err(raised);
        }
        cx.set_attribute(self.as_value(), cx.name(Name::name), Some(file))?;
        if mode.appending {
            // A pipe has no end to go to.
            if let Err(raised) = device.seek(cx, 0, libc::SEEK_END) {
                cx.take_exception(raised);
            }
        }
        Ok(())
    }

    fn ask_opener(cx: &Context, file: Value, opener: Value, flags: i32) -> PyResult<i32> {
        let given = cx.call(opener, &[file, cx.int(i64::from(flags))?])?;
        if !is_int(given) {
            return Err(cx.type_error(format_args!("expected integer from opener")));
        }
        let number = cx.index_i64(given)?;
        let Some(descriptor) = i32::try_from(number).ok().filter(|&number| number >= 0) else {
            return Err(cx.value_error(format_args!("opener returned {number}")));
        };
        call(cx, Some(file), || {
            // SAFETY: no memory is involved.
            i64::from(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) })
        })?;
        Ok(descriptor)
    }

    /// Refuses directories; learns the size of blocks.
    fn look_at(self, cx: &Context, device: &FileDevice, file: Value, descriptor: i32) -> PyResult<()> {
        let mut info = MaybeUninit::<libc::stat>::zeroed();
        let pointer = info.as_mut_ptr();
        // SAFETY: room for a `stat`.
        call(cx, None, || i64::from(unsafe { libc::fstat(descriptor, pointer) }))?;
        // SAFETY: zero is a valid `stat`, and the call has filled it.
        let info = unsafe { info.assume_init() };
        if info.st_mode & libc::S_IFMT == libc::S_IFDIR {
            return Err(cx.os_error(libc::EISDIR, Some(file)));
        }
        #[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
        let block_size = info.st_blksize as i64;
        if block_size > 1 {
            device.block_size.store(block_size, Ordering::Relaxed);
        }
        device.no_terminal.store(info.st_mode & libc::S_IFMT != libc::S_IFCHR, Ordering::Relaxed);
        Ok(())
    }

    /// Whether it is a terminal, asking the system only if it may be one.
    ///
    /// # Errors
    /// ValueError if it is closed.
    pub fn is_terminal(self, cx: &Context) -> PyResult<bool> {
        let device = self.device(cx)?;
        let descriptor = device.descriptor(cx)?;
        if device.no_terminal.load(Ordering::Relaxed) {
            return Ok(false);
        }
        // SAFETY: no memory is involved.
        Ok(cx.blocking(|| unsafe { libc::isatty(descriptor) }) == 1)
    }

    /// `st_blksize`
    ///
    /// # Errors
    /// ValueError if there is no file.
    pub fn block_size(self, cx: &Context) -> PyResult<i64> {
        Ok(self.device(cx)?.block_size.load(Ordering::Relaxed))
    }

    fn mode_text(device: &FileDevice) -> &'static str {
        let set = |cell: &std::sync::atomic::AtomicBool| cell.load(Ordering::Relaxed);
        match (set(&device.created), set(&device.appending), set(&device.readable), set(&device.writable)) {
            (true, _, true, _) => "xb+",
            (true, _, false, _) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, false, _) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }

    fn warn_unclosed(self, cx: &Context, source: Value) {
        let warned = (|| {
            let shown = cx.repr(source)?;
            let category = cx.exception_class(ExceptionClass::ResourceWarning);
            cx.warn_above(category, 1, Some(source), format_args!("unclosed file {shown}"))
        })();
        if let Err(raised) = warned {
            let exception = cx.take_exception(raised);
            if cx.is_exception_of(exception, ExceptionClass::Warning) {
                threadsnake_engine::types::finalizer::write_unraisable(cx, exception, Some(self.as_value()));
            }
        }
    }
}

#[pymethods]
impl FileIO {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(FileIO::allocate(cx, class)?.as_value())
    }

    #[pymethod(name = "__init__", signature = "($self, /, file, mode='r', closefd=True, opener=None)")]
    fn init(
        cx: &Context,
        this: FileIO,
        file: Value,
        mode: Option<Value>,
        closefd: bool,
        opener: Value,
    ) -> PyResult<()> {
        let mode = match mode {
            None => "r".to_owned(),
            Some(mode) => match Str::from_value(mode) {
                Some(mode) => mode.to_utf8_lossy(),
                None => {
                    return Err(cx.type_error(format_args!(
                        "FileIO() argument 'mode' must be str, not {}",
                        cx.type_name(mode)
                    )));
                }
            },
        };
        this.initialize(cx, file, &mode, closefd, opener)
    }

    /// Close the file.
    ///
    /// A closed file cannot be used for further I/O operations.  close() may be
    /// called more than once without error.
    #[pymethod]
    fn close(cx: &Context, this: FileIO) -> PyResult<()> {
        let device = this.device(cx)?;
        let flushed = io_base::close(cx, this.as_value());
        if !device.closes.load(Ordering::Relaxed) {
            device.release();
            return flushed;
        }
        if device.number() >= 0 && is_finalizing(cx, this.as_value())? {
            this.warn_unclosed(cx, this.as_value());
        }
        chain(cx, flushed, || device.close(cx))
    }

    #[pymethod]
    fn _dealloc_warn(cx: &Context, this: FileIO, source: Value) -> PyResult<()> {
        let device = this.device(cx)?;
        if device.number() >= 0 && device.closes.load(Ordering::Relaxed) {
            this.warn_unclosed(cx, source);
        }
        Ok(())
    }

    /// True if file was opened in a read mode.
    #[pymethod]
    fn readable(cx: &Context, this: FileIO) -> PyResult<bool> {
        let device = this.device(cx)?;
        device.descriptor(cx)?;
        Ok(device.readable.load(Ordering::Relaxed))
    }

    /// True if file was opened in a write mode.
    #[pymethod]
    fn writable(cx: &Context, this: FileIO) -> PyResult<bool> {
        let device = this.device(cx)?;
        device.descriptor(cx)?;
        Ok(device.writable.load(Ordering::Relaxed))
    }

    /// True if file supports random-access.
    #[pymethod]
    fn seekable(cx: &Context, this: FileIO) -> PyResult<bool> {
        this.device(cx)?.seekable(cx)
    }

    /// Return the underlying file descriptor (an integer).
    #[pymethod]
    fn fileno(cx: &Context, this: FileIO) -> PyResult<i32> {
        this.device(cx)?.descriptor(cx)
    }

    /// True if the file is connected to a TTY device.
    #[pymethod]
    fn isatty(cx: &Context, this: FileIO) -> PyResult<bool> {
        let descriptor = this.device(cx)?.descriptor(cx)?;
        // SAFETY: no memory is involved.
        Ok(cx.blocking(|| unsafe { libc::isatty(descriptor) }) == 1)
    }

    #[pymethod]
    fn _isatty_open_only(cx: &Context, this: FileIO) -> PyResult<bool> {
        this.is_terminal(cx)
    }

    /// Read at most size bytes, returned as bytes.
    ///
    /// If size is less than 0, read all bytes in the file making multiple read calls.
    /// See ``FileIO.readall``.
    ///
    /// Attempts to make only one system call, retrying only per PEP 475 (EINTR). This
    /// means less data may be returned than requested.
    ///
    /// In non-blocking mode, returns None if no data is available. Return an empty
    /// bytes object at EOF.
    #[pymethod(signature = "($self, size=-1, /)")]
    fn read(cx: &Context, this: FileIO, size: Option<Value>) -> PyResult {
        let device = this.device(cx)?;
        device.descriptor(cx)?;
        let Ok(size) = usize::try_from(size_argument(cx, size)?) else { return Self::readall(cx, this) };
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| cx.memory_error())?;
        let count = device.read_append(cx, &mut bytes, size)?;
        // A signal that came with the data is handled now, not by whoever reads next.
        cx.poll()?;
        match count {
            Some(_) => cx.bytes(&bytes),
            None => Ok(Value::NONE),
        }
    }

    /// Read all data from the file, returned as bytes.
    ///
    /// Reads until either there is an error or read() returns size 0 (indicates EOF).
    /// If the file is already at EOF, returns an empty bytes object.
    ///
    /// In non-blocking mode, returns as much data as could be read before EAGAIN. If no
    /// data is available (EAGAIN is returned before bytes are read) returns None.
    #[pymethod]
    fn readall(cx: &Context, this: FileIO) -> PyResult {
        let mut bytes = Vec::new();
        if this.device(cx)?.read_all(cx, &mut bytes)? { cx.bytes(&bytes) } else { Ok(Value::NONE) }
    }

    /// Same as RawIOBase.readinto().
    #[pymethod]
    fn readinto(cx: &Context, this: FileIO, buffer: Value) -> PyResult<Option<usize>> {
        let device = this.device(cx)?;
        device.descriptor(cx)?;
        if !device.readable.load(Ordering::Relaxed) {
            return Err(unsupported(cx, "File not open for reading"));
        }
        let length = writable_length(cx, "readinto", buffer)?;
        let mut bytes = Vec::new();
        let count = device.read_append(cx, &mut bytes, length)?;
        if count.is_some() {
            cx.write_into_buffer(buffer, 0, &bytes)?;
        }
        Ok(count)
    }

    /// Write buffer b to file, return number of bytes written.
    ///
    /// Only makes one system call, so not all of the data may be written.
    /// The number of bytes actually written is returned.  In non-blocking mode,
    /// returns None if the write would block.
    #[pymethod]
    fn write(cx: &Context, this: FileIO, b: Value) -> PyResult<Option<usize>> {
        let device = this.device(cx)?;
        device.descriptor(cx)?;
        let count = cx.with_bytes(b, |bytes| device.write(cx, bytes))?;
        // As for `read`: a signal may have cut the write short.
        cx.poll()?;
        Ok(count)
    }

    /// Move to new file position and return the file position.
    #[pymethod(signature = "($self, pos, whence=0, /)")]
    fn seek(cx: &Context, this: FileIO, pos: Value, whence: i32) -> PyResult<i64> {
        let device = this.device(cx)?;
        device.descriptor(cx)?;
        if !threadsnake_engine::types::int_object::is_int(pos) && !cx.has_index(pos) {
            return Err(cx.type_error(format_args!("an integer is required")));
        }
        let pos = cx.index_i64(pos)?;
        device.seek(cx, pos, whence)
    }

    /// Current file position.
    ///
    /// Can raise OSError for non seekable files.
    #[pymethod]
    fn tell(cx: &Context, this: FileIO) -> PyResult<i64> {
        this.device(cx)?.seek(cx, 0, libc::SEEK_CUR)
    }

    /// Truncate the file to at most size bytes and return the truncated size.
    ///
    /// Size defaults to the current file position, as returned by tell().
    /// The current file position is changed to the value of size.
    #[pymethod(signature = "($self, size=None, /)")]
    fn truncate(cx: &Context, this: FileIO, size: Option<Value>) -> PyResult {
        let device = this.device(cx)?;
        let descriptor = device.descriptor(cx)?;
        if !device.writable.load(Ordering::Relaxed) {
            return Err(unsupported(cx, "File not open for writing"));
        }
        let size = match size.filter(|size| !size.is_none()) {
            Some(size) => size,
            None => cx.int(device.seek(cx, 0, libc::SEEK_CUR)?)?,
        };
        let length = cx.index_i64(size)?;
        // SAFETY: no memory is involved.
        call(cx, None, || i64::from(unsafe { libc::ftruncate(descriptor, length as libc::off_t) }))?;
        Ok(size)
    }

    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: FileIO) -> PyResult {
        let device = this.device(cx)?;
        let class = cx.class_of(this.as_value());
        let module = cx.class_module(class)?.and_then(Str::from_value).unwrap_or_else(|| cx.empty_str());
        let shown = format!("{module}.{}", class.qualified_name(cx));
        if device.number() < 0 {
            return cx.str_format(format_args!("<{shown} [closed]>"));
        }
        let mode = Self::mode_text(device);
        let closes = if device.closes.load(Ordering::Relaxed) { "True" } else { "False" };
        match cx.find_attribute_or_none(this.as_value(), cx.name(Name::name))? {
            None => {
                cx.str_format(format_args!("<{shown} fd={} mode='{mode}' closefd={closes}>", device.number()))
            }
            Some(name) => match cx.enter_repr(this.as_value())? {
                Some(_guard) => {
                    let name = cx.repr(name)?;
                    cx.str_format(format_args!("<{shown} name={name} mode='{mode}' closefd={closes}>"))
                }
                None => Err(cx.raise(
                    ExceptionClass::RuntimeError,
                    format_args!("reentrant call inside {shown}.__repr__"),
                )),
            },
        }
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: FileIO) -> PyResult {
        Err(not_picklable(cx, this.as_value()))
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: FileIO, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(not_picklable(cx, this.as_value()))
    }

    /// True if the file is closed
    #[pygetter]
    fn closed(cx: &Context, this: FileIO) -> PyResult<bool> {
        Ok(this.device(cx)?.number() < 0)
    }

    /// True if the file descriptor will be closed by close().
    #[pygetter]
    fn closefd(cx: &Context, this: FileIO) -> PyResult<bool> {
        Ok(this.device(cx)?.closes.load(Ordering::Relaxed))
    }

    /// String giving the file mode
    #[pygetter]
    fn mode(cx: &Context, this: FileIO) -> PyResult<&'static str> {
        Ok(Self::mode_text(this.device(cx)?))
    }

    #[pygetter(name = "_blksize")]
    fn block_size_of(cx: &Context, this: FileIO) -> PyResult<i64> {
        this.block_size(cx)
    }

    #[pysetter(name = "_blksize")]
    fn set_block_size(cx: &Context, this: FileIO, value: Value) -> PyResult<()> {
        let size = cx.index_i64(value)?;
        this.device(cx)?.block_size.store(size, Ordering::Relaxed);
        Ok(())
    }
}
