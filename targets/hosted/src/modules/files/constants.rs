//! Numbers of the file system's part of `posix`, and the names of what the system has.
//!
//! Source: Modules/posixmodule.c (`all_ins`, `have_functions`).

use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, PyResult, Value};

use super::scan::{DirEntry, ScandirIterator};
use super::status::{STAT_RESULT, STATVFS_RESULT};

macro_rules! numbers {
    ($( $name:ident )*) => { &[ $( (stringify!($name), libc::$name as i64), )* ] };
}

#[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
const NUMBERS: &[(&str, i64)] = numbers! {
    F_OK R_OK W_OK X_OK
    O_RDONLY O_WRONLY O_RDWR O_APPEND O_CREAT O_EXCL O_TRUNC O_NONBLOCK O_NDELAY O_CLOEXEC O_NOFOLLOW O_DIRECTORY
    O_SYNC O_DSYNC O_RSYNC O_NOCTTY O_ASYNC O_DIRECT O_NOATIME O_PATH O_TMPFILE O_ACCMODE
    SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE
    POSIX_FADV_NORMAL POSIX_FADV_SEQUENTIAL POSIX_FADV_RANDOM POSIX_FADV_NOREUSE POSIX_FADV_WILLNEED
    POSIX_FADV_DONTNEED
    ST_RDONLY ST_NOSUID ST_NODEV ST_NOEXEC ST_SYNCHRONOUS ST_MANDLOCK ST_NOATIME ST_NODIRATIME
    XATTR_CREATE XATTR_REPLACE
    MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB
    RWF_DSYNC RWF_HIPRI RWF_SYNC RWF_NOWAIT RWF_APPEND
    F_LOCK F_TLOCK F_ULOCK F_TEST O_LARGEFILE
    RTLD_LAZY RTLD_NOW RTLD_GLOBAL RTLD_LOCAL RTLD_NODELETE RTLD_NOLOAD
    SPLICE_F_MOVE SPLICE_F_NONBLOCK SPLICE_F_MORE
};

/// What `os` asks to fill `supports_dir_fd` and its sisters.
const HAVE: &[&str] = &[
    "HAVE_FACCESSAT",
    "HAVE_FCHDIR",
    "HAVE_FCHMOD",
    "HAVE_FCHMODAT",
    "HAVE_FCHOWN",
    "HAVE_FCHOWNAT",
    "HAVE_FDOPENDIR",
    "HAVE_FEXECVE",
    "HAVE_FPATHCONF",
    "HAVE_FSTATAT",
    "HAVE_FSTATVFS",
    "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS",
    "HAVE_LINKAT",
    "HAVE_LCHOWN",
    "HAVE_LSTAT",
    "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE",
    "HAVE_MKDIRAT",
    "HAVE_MKFIFOAT",
    "HAVE_MKNODAT",
    "HAVE_OPENAT",
    "HAVE_READLINKAT",
    "HAVE_RENAMEAT",
    "HAVE_SYMLINKAT",
    "HAVE_UNLINKAT",
    "HAVE_UTIMENSAT",
];

/// `os.pathconf_names`
const PATH_LIMITS: &[(&str, i32)] = &[
    ("PC_LINK_MAX", libc::_PC_LINK_MAX),
    ("PC_MAX_CANON", libc::_PC_MAX_CANON),
    ("PC_MAX_INPUT", libc::_PC_MAX_INPUT),
    ("PC_NAME_MAX", libc::_PC_NAME_MAX),
    ("PC_PATH_MAX", libc::_PC_PATH_MAX),
    ("PC_PIPE_BUF", libc::_PC_PIPE_BUF),
    ("PC_CHOWN_RESTRICTED", libc::_PC_CHOWN_RESTRICTED),
    ("PC_NO_TRUNC", libc::_PC_NO_TRUNC),
    ("PC_VDISABLE", libc::_PC_VDISABLE),
    ("PC_SYNC_IO", libc::_PC_SYNC_IO),
    ("PC_ASYNC_IO", libc::_PC_ASYNC_IO),
    ("PC_PRIO_IO", libc::_PC_PRIO_IO),
    ("PC_FILESIZEBITS", libc::_PC_FILESIZEBITS),
    ("PC_REC_INCR_XFER_SIZE", libc::_PC_REC_INCR_XFER_SIZE),
    ("PC_REC_MAX_XFER_SIZE", libc::_PC_REC_MAX_XFER_SIZE),
    ("PC_REC_MIN_XFER_SIZE", libc::_PC_REC_MIN_XFER_SIZE),
    ("PC_REC_XFER_ALIGN", libc::_PC_REC_XFER_ALIGN),
    ("PC_ALLOC_SIZE_MIN", libc::_PC_ALLOC_SIZE_MIN),
    ("PC_SYMLINK_MAX", libc::_PC_SYMLINK_MAX),
];

/// The number of a limit that is given by name or number.
///
/// # Errors
/// ValueError for an unknown name, TypeError.
pub fn path_limit(cx: &Context, value: Value) -> PyResult<i32> {
    if let Some(name) = Str::from_value(value) {
        return PATH_LIMITS
            .iter()
            .find(|(known, _)| name.equals_ascii(known))
            .map(|&(_, number)| number)
            .ok_or_else(|| cx.value_error(format_args!("unrecognized configuration name")));
    }
    if !cx.has_index(value) {
        return Err(cx.type_error(format_args!("configuration names must be strings or integers")));
    }
    threadsnake_engine::native::FromValue::from_value(cx, value)
}

/// Sets this part's names in `posix`.
///
/// # Errors
/// MemoryError.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    use threadsnake_engine::native::NativeType;
    let namespace = cx.module_dict(module)?;
    // musl's headers lack the last one.
    for &(name, number) in NUMBERS.iter().chain(&[("ST_RELATIME", 4096)]) {
        namespace.set_str(cx, cx.intern_str(name)?, cx.int(number)?)?;
    }
    let have = cx.new_list(HAVE.len())?;
    for name in HAVE {
        have.push(cx, cx.str(name)?)?;
    }
    namespace.set_str(cx, cx.intern_str("_have_functions")?, have.as_value())?;
    let limits = cx.new_dict()?;
    for &(name, number) in PATH_LIMITS {
        limits.set_str(cx, cx.intern_str(name)?, cx.int(i64::from(number))?)?;
    }
    namespace.set_str(cx, cx.intern_str("pathconf_names")?, limits.as_value())?;
    namespace.set_str(cx, cx.intern_str("XATTR_SIZE_MAX")?, cx.int(64 << 10)?)?;
    for (name, description) in [("stat_result", &STAT_RESULT), ("statvfs_result", &STATVFS_RESULT)] {
        let class = cx.struct_sequence_class(description)?;
        namespace.set_str(cx, cx.intern_str(name)?, class.as_value())?;
    }
    let entry = cx.build_on_demand(DirEntry::CLASS)?;
    namespace.set_str(cx, cx.intern_str("DirEntry")?, entry.as_value())?;
    cx.build_on_demand(ScandirIterator::CLASS).map(|_| ())
}
