//! `OSError`: the error number, its text and the files; the choice of a subclass by number; texts of error numbers.
//!
//! Invariant: `args` holds at most the number and the text when files are given. A subclass made in Python that overrides `__init__`
//! but not `__new__` has its arguments parsed in `__new__`, all others too; one that overrides `__new__` but not `__init__` in `__init__`.
//! Source: Objects/exceptions.c (`OSError_new`), PEP 3151; numbers and texts are Linux's, as on every hosted target so far.

use alloc::format;
use alloc::string::String;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::names::Name;
use crate::native::{Arguments, NativeClass};
use crate::types::class::Class;
use crate::types::exception::{RAW_BYTES, new_exception, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, arguments_of, attributes_of, check_new, extra, member, no_keywords,
    plain_text, reduced, set_extra, store_arguments, with_members,
};
use crate::value::Value;
use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

/// Slot of `errno`.
pub const NUMBER: usize = slot::EXTRA;
/// Slot of `strerror`.
pub const TEXT: usize = slot::EXTRA + 1;
/// Slot of `filename`.
pub const FILE_NAME: usize = slot::EXTRA + 2;
/// Slot of `filename2`.
pub const SECOND_FILE_NAME: usize = slot::EXTRA + 3;
/// Slot of `characters_written`.
pub const CHARACTERS_WRITTEN: usize = slot::EXTRA + 4;
/// Slots of an instance.
pub const SLOTS: u16 = slot::COUNT + 5;

/// Base class for I/O related errors.
#[pyclass(
    id = BaseException, name = "OSError", base = BaseException, slots = SLOTS, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct OSError;

/// Whether the arguments are left to `__init__`: a subclass overrides `__new__` but not `__init__`.
fn initializes_later(cx: &Context, class: Class) -> bool {
    let native =
        |name| class.lookup_with_owner(cx, cx.name(name)).is_some_and(|(_, owner)| owner.is_native());
    native(Name::__init__) && !native(Name::__new__)
}

/// Stores what the arguments mean.
fn store_members(cx: &Context, exception: ObjectRef, arguments: &[Value]) -> PyResult<()> {
    let mut kept = arguments;
    if let (2..=5, &[number, text, ref rest @ ..]) = (arguments.len(), arguments) {
        set_extra(cx, exception, NUMBER, Some(number));
        set_extra(cx, exception, TEXT, Some(text));
        let file_name = rest.first().copied().filter(|name| !name.is_none());
        let second = rest.get(2).copied().filter(|name| !name.is_none());
        if let Some(file_name) = file_name {
            let blocking = cx.is_exception_of(Value::from(exception), ExceptionClass::BlockingIOError);
            match file_name.as_small_int() {
                Some(_) if blocking => set_extra(cx, exception, CHARACTERS_WRITTEN, Some(file_name)),
                _ => {
                    set_extra(cx, exception, FILE_NAME, Some(file_name));
                    set_extra(cx, exception, SECOND_FILE_NAME, second);
                    kept = arguments.get(..2).unwrap_or(arguments);
                }
            }
        }
    }
    store_arguments(cx, exception, kept)
}

fn shown(cx: &Context, value: Option<Value>) -> PyResult<String> {
    Ok(cx.str_of(value.unwrap_or(Value::NONE))?.to_utf8_lossy())
}

#[pymethods]
impl OSError {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let mut class = check_new(cx, class, ExceptionClass::OSError, "OSError")?;
        if initializes_later(cx, class) {
            return Ok(Value::from(allocate_exception(cx, class, &[])?));
        }
        let native_init =
            class.lookup_with_owner(cx, cx.name(Name::__init__)).is_none_or(|(_, owner)| owner.is_native());
        if native_init {
            no_keywords(cx, class.name(cx), &arguments)?;
        }
        let positional = arguments.positional();
        if class.as_value().is(cx.exception_class(ExceptionClass::OSError))
            && (2..=5).contains(&positional.len())
            && let Some(number) = positional.first().and_then(|number| number.as_small_int())
        {
            let better =
                class_of_number(number).and_then(|better| Class::from_value(cx.exception_class(better)));
            class = better.unwrap_or(class);
        }
        let object = allocate_exception(cx, class, &[])?;
        store_members(cx, object, positional)?;
        Ok(Value::from(object))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        let class = cx.class_of(this.as_value());
        if !initializes_later(cx, class) {
            return Ok(());
        }
        no_keywords(cx, class.name(cx), &arguments)?;
        store_members(cx, this.object(), arguments.positional())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let this = this.object();
        let (number, text) = (extra(this, NUMBER), extra(this, TEXT));
        if let Some(file_name) = extra(this, FILE_NAME) {
            let number = shown(cx, number)?;
            let text = shown(cx, text)?;
            let first = cx.repr(file_name)?.to_utf8_lossy();
            return match extra(this, SECOND_FILE_NAME) {
                Some(second) => {
                    let second = cx.repr(second)?.to_utf8_lossy();
                    cx.str_format(format_args!("[Errno {number}] {text}: {first} -> {second}"))
                }
                None => cx.str_format(format_args!("[Errno {number}] {text}: {first}")),
            };
        }
        if number.is_some() && text.is_some() {
            let number = shown(cx, number)?;
            let text = shown(cx, text)?;
            return cx.str_format(format_args!("[Errno {number}] {text}"));
        }
        plain_text(cx, this)
    }

    #[pymethod(name = "__reduce__", signature = "($self, /)")]
    fn reduce(cx: &Context, this: BaseException) -> PyResult<Value> {
        let stored = arguments_of(cx, this.object());
        let mut arguments = stored.as_value();
        if let (&[number, text], Some(file_name)) = (stored.as_slice(), extra(this.object(), FILE_NAME)) {
            arguments = match extra(this.object(), SECOND_FILE_NAME) {
                Some(second) => cx.tuple(&[number, text, file_name, Value::NONE, second])?,
                None => cx.tuple(&[number, text, file_name])?,
            };
        }
        let state = attributes_of(cx, this.object())?.map(|dict| dict.as_value());
        reduced(cx, this.as_value(), arguments, state)
    }

    fn characters_written(cx: &Context, this: BaseException) -> PyResult<Value> {
        match extra(this.object(), CHARACTERS_WRITTEN) {
            Some(count) => Ok(count),
            None => Err(cx.raise(ExceptionClass::AttributeError, format_args!("characters_written"))),
        }
    }

    fn set_characters_written(cx: &Context, this: BaseException, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => {
                let count = cx.index_i64(value)?;
                let count = cx.int(count)?;
                set_extra(cx, this.object(), CHARACTERS_WRITTEN, Some(count));
                Ok(())
            }
            None if extra(this.object(), CHARACTERS_WRITTEN).is_none() => {
                Err(cx.raise(ExceptionClass::AttributeError, format_args!("characters_written")))
            }
            None => {
                set_extra(cx, this.object(), CHARACTERS_WRITTEN, None);
                Ok(())
            }
        }
    }
}

/// `OSError`, with its attributes.
pub(crate) fn class() -> &'static NativeClass {
    with_members!(
        OSError,
        &[
            member!("errno", NUMBER),
            member!("strerror", TEXT),
            member!("filename", FILE_NAME),
            member!("filename2", SECOND_FILE_NAME),
            CHARACTERS,
        ]
    )
}

const CHARACTERS: crate::native::NativeAttribute = crate::native::NativeAttribute {
    name: "characters_written",
    doc: "",
    get: |cx, this| OSError::characters_written(cx, BaseException::expect(cx, this)?),
    set: Some(|cx, this, value| OSError::set_characters_written(cx, BaseException::expect(cx, this)?, value)),
};

/// The subclass for an error number.
pub fn class_of_number(number: i64) -> Option<ExceptionClass> {
    Some(match number {
        // EAGAIN = EWOULDBLOCK, EALREADY, EINPROGRESS
        11 | 114 | 115 => ExceptionClass::BlockingIOError,
        // EPIPE, ESHUTDOWN
        32 | 108 => ExceptionClass::BrokenPipeError,
        10 => ExceptionClass::ChildProcessError,
        103 => ExceptionClass::ConnectionAbortedError,
        111 => ExceptionClass::ConnectionRefusedError,
        104 => ExceptionClass::ConnectionResetError,
        17 => ExceptionClass::FileExistsError,
        2 => ExceptionClass::FileNotFoundError,
        21 => ExceptionClass::IsADirectoryError,
        20 => ExceptionClass::NotADirectoryError,
        4 => ExceptionClass::InterruptedError,
        // EACCES, EPERM
        13 | 1 => ExceptionClass::PermissionError,
        3 => ExceptionClass::ProcessLookupError,
        110 => ExceptionClass::TimeoutError,
        _ => return None,
    })
}

macro_rules! error_texts {
    ($( $number:literal $text:literal )*) => {
        /// `os.strerror` without a platform: the text of an error number.
        pub fn error_text(number: i64) -> Option<&'static str> {
            match number {
                $( $number => Some($text), )*
                _ => None,
            }
        }
    };
}

error_texts! {
    0 "Success"
    1 "Operation not permitted"
    2 "No such file or directory"
    3 "No such process"
    4 "Interrupted system call"
    5 "Input/output error"
    6 "No such device or address"
    7 "Argument list too long"
    8 "Exec format error"
    9 "Bad file descriptor"
    10 "No child processes"
    11 "Resource temporarily unavailable"
    12 "Cannot allocate memory"
    13 "Permission denied"
    14 "Bad address"
    15 "Block device required"
    16 "Device or resource busy"
    17 "File exists"
    18 "Invalid cross-device link"
    19 "No such device"
    20 "Not a directory"
    21 "Is a directory"
    22 "Invalid argument"
    23 "Too many open files in system"
    24 "Too many open files"
    25 "Inappropriate ioctl for device"
    26 "Text file busy"
    27 "File too large"
    28 "No space left on device"
    29 "Illegal seek"
    30 "Read-only file system"
    31 "Too many links"
    32 "Broken pipe"
    33 "Numerical argument out of domain"
    34 "Numerical result out of range"
    35 "Resource deadlock avoided"
    36 "File name too long"
    37 "No locks available"
    38 "Function not implemented"
    39 "Directory not empty"
    40 "Too many levels of symbolic links"
    42 "No message of desired type"
    43 "Identifier removed"
    61 "No data available"
    62 "Timer expired"
    71 "Protocol error"
    74 "Bad message"
    75 "Value too large for defined data type"
    84 "Invalid or incomplete multibyte or wide character"
    88 "Socket operation on non-socket"
    89 "Destination address required"
    90 "Message too long"
    91 "Protocol wrong type for socket"
    92 "Protocol not available"
    93 "Protocol not supported"
    94 "Socket type not supported"
    95 "Operation not supported"
    96 "Protocol family not supported"
    97 "Address family not supported by protocol"
    98 "Address already in use"
    99 "Cannot assign requested address"
    100 "Network is down"
    101 "Network is unreachable"
    102 "Network dropped connection on reset"
    103 "Software caused connection abort"
    104 "Connection reset by peer"
    105 "No buffer space available"
    106 "Transport endpoint is already connected"
    107 "Transport endpoint is not connected"
    108 "Cannot send after transport endpoint shutdown"
    109 "Too many references: cannot splice"
    110 "Connection timed out"
    111 "Connection refused"
    112 "Host is down"
    113 "No route to host"
    114 "Operation already in progress"
    115 "Operation now in progress"
    116 "Stale file handle"
    122 "Disk quota exceeded"
    125 "Operation canceled"
    130 "Owner died"
    131 "State not recoverable"
}

impl Context {
    /// OSError, or the subclass for the number, with the number's text and a file name.
    #[cold]
    pub fn os_error(&self, number: i32, file_name: Option<Value>) -> Raised {
        self.os_error_of_files(number, file_name, None)
    }

    /// As [`Context::os_error`] for an operation on two files.
    #[cold]
    pub fn os_error_of_files(&self, number: i32, first: Option<Value>, second: Option<Value>) -> Raised {
        match self.new_os_error(number, first, second) {
            Ok(object) => self.raise_object(object),
            Err(raised) => raised,
        }
    }

    fn new_os_error(&self, number: i32, first: Option<Value>, second: Option<Value>) -> PyResult<ObjectRef> {
        let class = class_of_number(i64::from(number)).unwrap_or(ExceptionClass::OSError);
        let text = match error_text(i64::from(number)) {
            Some(text) => self.str(text)?,
            None => self.str(&format!("Unknown error {number}"))?,
        };
        let number = self.int(i64::from(number))?;
        let object = new_exception(self, class, &[number, text])?;
        set_extra(self, object, NUMBER, Some(number));
        set_extra(self, object, TEXT, Some(text));
        set_extra(self, object, FILE_NAME, first);
        set_extra(self, object, SECOND_FILE_NAME, second);
        Ok(object)
    }
}
