//! The error path: `PyResult`, the raised token and the table of exception classes.
//!
//! Invariant: `Err(Raised)` means that the thread's pending exception is set; whoever drops a `Raised` must clear it
//! (`Context::take_exception`). The exception itself lives in the context, where the collector finds it.
//! Source: the class hierarchy is CPython 3.14's (Objects/exceptions.c).

use crate::value::Value;

/// A token: an exception is pending in the context.
#[must_use]
#[derive(Debug)]
pub struct Raised(());

impl Raised {
    /// Only the context makes these, after it has set the pending exception.
    #[inline]
    pub(crate) fn new() -> Self {
        Raised(())
    }
}

/// The result of anything that can raise.
pub type PyResult<T = Value> = Result<T, Raised>;

macro_rules! exception_classes {
    ($( $name:ident $base:ident $doc:literal )*) => {
        /// The builtin exception classes.
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum ExceptionClass { $( #[doc = $doc] $name, )* }

        /// One row per builtin exception class, bases before derived classes.
        pub const EXCEPTION_CLASSES: &[ExceptionRow] = &[ $(
            ExceptionRow {
                class: ExceptionClass::$name,
                name: stringify!($name),
                base: ExceptionClass::$base,
                doc: $doc,
            },
        )* ];
    };
}

/// A row of the table of builtin exception classes. `BaseException` is its own base.
pub struct ExceptionRow {
    /// The class.
    pub class: ExceptionClass,
    /// Its name.
    pub name: &'static str,
    /// Its base.
    pub base: ExceptionClass,
    /// Its docstring.
    pub doc: &'static str,
}

exception_classes! {
    BaseException BaseException "Common base class for all exceptions."
    Exception BaseException "Common base class for all non-exit exceptions."
    GeneratorExit BaseException "Request that a generator exit."
    KeyboardInterrupt BaseException "Program interrupted by user."
    SystemExit BaseException "Request to exit from the interpreter."
    BaseExceptionGroup BaseException "A combination of multiple unrelated exceptions."
    ExceptionGroup BaseExceptionGroup "A combination of multiple unrelated exceptions."
    StopIteration Exception "Signal the end from iterator.__next__()."
    StopAsyncIteration Exception "Signal the end from iterator.__anext__()."
    ArithmeticError Exception "Base class for arithmetic errors."
    FloatingPointError ArithmeticError "Floating-point operation failed."
    OverflowError ArithmeticError "Result too large to be represented."
    ZeroDivisionError ArithmeticError "Second argument to a division or modulo operation was zero."
    AssertionError Exception "Assertion failed."
    AttributeError Exception "Attribute not found."
    BufferError Exception "Buffer error."
    EOFError Exception "Read beyond end of file."
    ImportError Exception "Import can't find module, or can't find name in module."
    ModuleNotFoundError ImportError "Module not found."
    LookupError Exception "Base class for lookup errors."
    IndexError LookupError "Sequence index out of range."
    KeyError LookupError "Mapping key not found."
    MemoryError Exception "Out of memory."
    NameError Exception "Name not found globally."
    UnboundLocalError NameError "Local name referenced but not bound to a value."
    OSError Exception "Base class for I/O related errors."
    BlockingIOError OSError "I/O operation would block."
    ChildProcessError OSError "Child process error."
    ConnectionError OSError "Connection error."
    BrokenPipeError ConnectionError "Broken pipe."
    ConnectionAbortedError ConnectionError "Connection aborted."
    ConnectionRefusedError ConnectionError "Connection refused."
    ConnectionResetError ConnectionError "Connection reset."
    FileExistsError OSError "File already exists."
    FileNotFoundError OSError "File not found."
    InterruptedError OSError "Interrupted by signal."
    IsADirectoryError OSError "Operation doesn't work on directories."
    NotADirectoryError OSError "Operation only works on directories."
    PermissionError OSError "Not enough permissions."
    ProcessLookupError OSError "Process not found."
    TimeoutError OSError "Timeout expired."
    ReferenceError Exception "Weak ref proxy used after referent went away."
    RuntimeError Exception "Unspecified run-time error."
    NotImplementedError RuntimeError "Method or function hasn't been implemented yet."
    RecursionError RuntimeError "Recursion limit exceeded."
    PythonFinalizationError RuntimeError "Operation blocked during Python finalization."
    SyntaxError Exception "Invalid syntax."
    IndentationError SyntaxError "Improper indentation."
    TabError IndentationError "Improper mixture of spaces and tabs."
    _IncompleteInputError SyntaxError "incomplete input."
    SystemError Exception "Internal error in the Python interpreter."
    TypeError Exception "Inappropriate argument type."
    ValueError Exception "Inappropriate argument value (of correct type)."
    UnicodeError ValueError "Unicode related error."
    UnicodeDecodeError UnicodeError "Unicode decoding error."
    UnicodeEncodeError UnicodeError "Unicode encoding error."
    UnicodeTranslateError UnicodeError "Unicode translation error."
    Warning Exception "Base class for warning categories."
    BytesWarning Warning "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str."
    DeprecationWarning Warning "Base class for warnings about deprecated features."
    EncodingWarning Warning "Base class for warnings about encodings."
    FutureWarning Warning "Base class for warnings about constructs that will change semantically\nin the future."
    ImportWarning Warning "Base class for warnings about probable mistakes in module imports"
    PendingDeprecationWarning Warning "Base class for warnings about features which will be deprecated\nin the future."
    ResourceWarning Warning "Base class for warnings about resource usage."
    RuntimeWarning Warning "Base class for warnings about dubious runtime behavior."
    SyntaxWarning Warning "Base class for warnings about dubious syntax."
    UnicodeWarning Warning "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems."
    UserWarning Warning "Base class for warnings generated by user code."
}
