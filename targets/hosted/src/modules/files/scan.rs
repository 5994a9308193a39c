//! `os.scandir` and `os.DirEntry`.
//!
//! Invariant: an iterator's directory is read under the iterator's lock, detached; entries are immutable but for what `stat` said, which is
//! remembered once. Source: Modules/posixmodule.c (`DirEntry`, `ScandirIterator`).

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU8, Ordering};

use threadsnake_engine::native::NativeType;
use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pyfunction, pymethods};
use threadsnake_modules::io::stream_lock::StreamLock;

use super::directory_stream::{DirectoryStream, Entry};
use super::status::stat_value;
use super::target_of;
use crate::modules::paths;
use crate::modules::system_call::try_call;

const NAME: usize = 0;
const PATH: usize = 1;
/// What `stat()` said.
const FOLLOWED: usize = 2;
/// What `stat(follow_symlinks=False)` said.
const NOT_FOLLOWED: usize = 3;

/// What an entry knows besides its slots.
struct EntryState {
    inode: u64,
    kind: u8,
    /// The descriptor of the directory, for a scan of a descriptor.
    directory: i32,
    /// The name or path for system calls.
    path: std::ffi::CString,
}

/// The entry of a directory.
#[pyclass(
    id = DirectoryEntry, name = "DirEntry", module = "posix", slots = 4, raw = 8,
    flags(NATIVE_STATE, NOT_INSTANTIABLE)
)]
pub struct DirEntry(ObjectRef);

impl DirEntry {
    fn state<'a>(&'a self, cx: &Context) -> PyResult<&'a EntryState> {
        state::<EntryState>(&self.0).ok_or_else(|| {
            cx.raise(ExceptionClass::RuntimeError, format_args!("DirEntry is not initialized"))
        })
    }

    /// What the system says now; absent if there is no such file.
    fn look(self, cx: &Context, follow: bool) -> PyResult<Result<libc::stat, i32>> {
        let state = self.state(cx)?;
        let mut info = MaybeUninit::<libc::stat>::zeroed();
        let pointer = info.as_mut_ptr();
        let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let found = try_call(cx, || {
            // SAFETY: `pointer` is a writable `stat`, the path ends with a null byte.
            i64::from(unsafe { libc::fstatat(state.directory, state.path.as_ptr(), pointer, flags) })
        })?;
        // SAFETY: zeroed is a valid `stat`, and the call has filled it.
        Ok(found.map(|_| unsafe { info.assume_init() }))
    }

    fn path(self) -> Value {
        self.0.value(PATH).unwrap_or(Value::NONE)
    }

    fn stat_result(self, cx: &Context, follow: bool) -> PyResult {
        let follow = follow && self.state(cx)?.kind_is(libc::DT_LNK) != Some(false);
        let slot = if follow { FOLLOWED } else { NOT_FOLLOWED };
        if let Some(known) = self.0.value(slot) {
            return Ok(known);
        }
        match self.look(cx, follow)? {
            Ok(info) => {
                let result = stat_value(cx, &info)?;
                cx.store(self.0, slot, result);
                Ok(result)
            }
            Err(errno) => Err(cx.os_error(errno, Some(self.path()))),
        }
    }

    /// Whether the entry, or what it links to, is of a kind.
    fn is_kind(self, cx: &Context, follow: bool, directory_type: u8, mode: libc::mode_t) -> PyResult<bool> {
        let state = self.state(cx)?;
        let is_link = state.kind_is(libc::DT_LNK);
        match (state.kind_is(directory_type), is_link) {
            (Some(answer), Some(link)) if !(follow && link) => return Ok(answer),
            _ => {}
        }
        let slot = if follow { FOLLOWED } else { NOT_FOLLOWED };
        if self.0.value(slot).is_some() {
            let status = self.stat_result(cx, follow)?;
            let known = cx.get_attribute(status, cx.intern_str("st_mode")?)?;
            return Ok(cx.index_i64(known)? as libc::mode_t & libc::S_IFMT == mode);
        }
        match self.look(cx, follow)? {
            Ok(info) => Ok(info.st_mode & libc::S_IFMT == mode),
            Err(libc::ENOENT) => Ok(false),
            Err(errno) => Err(cx.os_error(errno, Some(self.path()))),
        }
    }
}

impl EntryState {
    /// Whether the directory says that the entry is of this type; absent if it does not say.
    fn kind_is(&self, kind: u8) -> Option<bool> {
        (self.kind != libc::DT_UNKNOWN).then_some(self.kind == kind)
    }
}

#[pymethods]
impl DirEntry {
    /// The entry's base filename, relative to scandir() "path" argument.
    #[pygetter]
    fn name(this: DirEntry) -> Value {
        this.0.value(NAME).unwrap_or(Value::NONE)
    }

    /// The entry's full path name; equivalent to os.path.join(scandir_path, entry.name).
    #[pygetter(name = "path")]
    fn get_path(this: DirEntry) -> Value {
        this.path()
    }

    /// Return True if the entry is a directory; cached per entry.
    #[pymethod(signature = "($self, /, *, follow_symlinks=True)")]
    fn is_dir(cx: &Context, this: DirEntry, follow_symlinks: bool) -> PyResult<bool> {
        this.is_kind(cx, follow_symlinks, libc::DT_DIR, libc::S_IFDIR)
    }

    /// Return True if the entry is a file; cached per entry.
    #[pymethod(signature = "($self, /, *, follow_symlinks=True)")]
    fn is_file(cx: &Context, this: DirEntry, follow_symlinks: bool) -> PyResult<bool> {
        this.is_kind(cx, follow_symlinks, libc::DT_REG, libc::S_IFREG)
    }

    /// Return True if the entry is a symbolic link; cached per entry.
    #[pymethod]
    fn is_symlink(cx: &Context, this: DirEntry) -> PyResult<bool> {
        this.is_kind(cx, false, libc::DT_LNK, libc::S_IFLNK)
    }

    /// Return True if the entry is a junction; cached per entry.
    #[pymethod]
    fn is_junction(this: DirEntry) -> bool {
        let _ = this;
        false
    }

    /// Return stat_result object for the entry; cached per entry.
    #[pymethod(signature = "($self, /, *, follow_symlinks=True)")]
    fn stat(cx: &Context, this: DirEntry, follow_symlinks: bool) -> PyResult {
        this.stat_result(cx, follow_symlinks)
    }

    /// Return inode of the entry; cached per entry.
    #[pymethod]
    fn inode(cx: &Context, this: DirEntry) -> PyResult<u64> {
        Ok(this.state(cx)?.inode)
    }

    /// Returns the path for the entry.
    #[pymethod(name = "__fspath__")]
    fn file_system_path(this: DirEntry) -> Value {
        this.path()
    }

    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: DirEntry) -> PyResult {
        let name = cx.repr(this.0.value(NAME).unwrap_or(Value::NONE))?;
        cx.str_format(format_args!("<DirEntry {name}>"))
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: DirEntry) -> PyResult {
        Err(cx.type_error(format_args!("cannot pickle '{}' object", cx.type_name(this.as_value()))))
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: DirEntry, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(cx.type_error(format_args!("cannot pickle '{}' object", cx.type_name(this.as_value()))))
    }

    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, item: Value) -> PyResult {
        cx.generic_alias(class, item)
    }
}

/// The path that was scanned, as it was given.
const SCANNED: usize = 0;

struct Scan {
    stream: Option<DirectoryStream>,
    /// The path with a slash, before names; empty for a descriptor.
    prefix: Vec<u8>,
    is_bytes: bool,
    directory: i32,
}

struct ScanState {
    lock: StreamLock<Scan>,
    /// Whether it was closed, for the warning.
    closed: AtomicU8,
}

/// The iterator that `os.scandir` returns.
#[pyclass(
    id = DirectoryIterator, name = "ScandirIterator", module = "posix", slots = 1, raw = 8,
    flags(NATIVE_STATE, NATIVE_FINALIZER, NOT_INSTANTIABLE), doc = ""
)]
pub struct ScandirIterator(ObjectRef);

impl ScandirIterator {
    fn state<'a>(&'a self, cx: &Context) -> PyResult<&'a ScanState> {
        state::<ScanState>(&self.0).ok_or_else(|| {
            cx.raise(ExceptionClass::RuntimeError, format_args!("the scan of a directory is not initialized"))
        })
    }

    fn shut(self, cx: &Context) -> PyResult<()> {
        let state = self.state(cx)?;
        // Relaxed: the lock orders what it stands for.
        state.closed.store(1, Ordering::Relaxed);
        let stream = state.lock.enter(cx, self.as_value())?.stream.take();
        cx.blocking(|| drop(stream));
        Ok(())
    }

    fn entry(cx: &Context, scan: &Scan, entry: &Entry) -> PyResult {
        let mut path = scan.prefix.clone();
        path.extend_from_slice(&entry.name);
        let name = paths::result(cx, &entry.name, scan.is_bytes)?;
        let full = if scan.prefix.is_empty() { name } else { paths::result(cx, &path, scan.is_bytes)? };
        let class = cx.build_on_demand(DirEntry::CLASS)?;
        let made = allocate_of_class(cx, class)?;
        cx.initialize(made, NAME, name);
        cx.initialize(made, PATH, full);
        let Ok(path) = std::ffi::CString::new(path) else {
            return Err(cx.value_error(format_args!("embedded null byte")));
        };
        set_state(
            cx,
            made,
            EntryState { inode: entry.inode, kind: entry.kind, directory: scan.directory, path },
        );
        Ok(Value::from(made))
    }
}

#[pymethods]
impl ScandirIterator {
    #[pynext]
    fn next(cx: &Context, this: ScandirIterator) -> PyResult<Option<Value>> {
        let state = this.state(cx)?;
        let mut guard = state.lock.enter(cx, this.as_value())?;
        let scan = &mut *guard;
        let Some(stream) = scan.stream.as_mut() else { return Ok(None) };
        match cx.blocking(|| stream.next()) {
            Ok(Some(entry)) => Self::entry(cx, scan, &entry).map(Some),
            Ok(None) => {
                let stream = scan.stream.take();
                cx.blocking(|| drop(stream));
                // Relaxed: see `shut`.
                state.closed.store(1, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => {
                let errno = error.raw_os_error().unwrap_or(libc::EIO);
                Err(cx.os_error(errno, this.0.value(SCANNED)))
            }
        }
    }

    #[pymethod]
    fn close(cx: &Context, this: ScandirIterator) -> PyResult<()> {
        this.shut(cx)
    }

    #[pymethod(name = "__enter__")]
    fn enter(this: ScandirIterator) -> Value {
        this.as_value()
    }

    #[pymethod(name = "__exit__", signature = "($self, /, *args)")]
    fn exit(cx: &Context, this: ScandirIterator, args: &[Value]) -> PyResult<()> {
        let _ = args;
        this.shut(cx)
    }

    #[pymethod(name = "__del__")]
    fn del(cx: &Context, this: ScandirIterator) -> PyResult<()> {
        if this.state(cx)?.closed.load(Ordering::Relaxed) != 0 {
            return Ok(());
        }
        let shown = cx.repr(this.as_value())?;
        let category = cx.exception_class(ExceptionClass::ResourceWarning);
        let warned = cx.warn_above(
            category,
            1,
            Some(this.as_value()),
            format_args!("unclosed scandir iterator {shown}"),
        );
        this.shut(cx)?;
        warned
    }

    #[pymethod(name = "__reduce__")]
    fn reduce(cx: &Context, this: ScandirIterator) -> PyResult {
        Err(cx.type_error(format_args!("cannot pickle '{}' object", cx.type_name(this.as_value()))))
    }

    #[pymethod(name = "__reduce_ex__")]
    fn reduce_ex(cx: &Context, this: ScandirIterator, protocol: Value) -> PyResult {
        let _ = protocol;
        Err(cx.type_error(format_args!("cannot pickle '{}' object", cx.type_name(this.as_value()))))
    }
}

/// Return an iterator of DirEntry objects for given path.
///
/// path can be specified as either str, bytes, or a path-like object.  If path
/// is bytes, the names of yielded DirEntry objects will also be bytes; in
/// all other circumstances they will be str.
///
/// If path is None, uses the path='.'.
#[pyfunction(signature = "(path=None)")]
pub fn scandir(cx: &Context, path: Option<Value>) -> PyResult {
    let named = path.filter(|path| !path.is_none());
    let given = match named {
        Some(path) => path,
        None => cx.str(".")?,
    };
    let (path, text) = target_of(cx, given, "scandir")?;
    cx.audit("os.scandir", || Ok([named.map_or(Value::NONE, |_| path.object)]))?;
    let stream = cx
        .blocking(|| DirectoryStream::open(&path, &text))
        .map_err(|error| cx.os_error(error.raw_os_error().unwrap_or(libc::EIO), Some(path.object)))?;
    let mut prefix = path.bytes.clone();
    if path.descriptor.is_none() && prefix.last() != Some(&b'/') {
        prefix.push(b'/');
    }
    let scan = Scan {
        stream: Some(stream),
        prefix,
        is_bytes: path.is_bytes,
        directory: path.descriptor.unwrap_or(libc::AT_FDCWD),
    };
    let class = cx.build_on_demand(ScandirIterator::CLASS)?;
    let made = allocate_of_class(cx, class)?;
    cx.initialize(made, SCANNED, given);
    set_state(cx, made, ScanState { lock: StreamLock::new(scan), closed: AtomicU8::new(0) });
    Ok(Value::from(made))
}
