//! The native module `_io` of this target: the streams of `threadsnake_modules::io`, with files of the operating system.
//!
//! - [`file_device`]: a descriptor as the buffers use it. [`file_io`]: `FileIO`. [`open`]: `open` and `open_code`.
//! - [`standard_streams`]: `sys.stdin`, `sys.stdout`, `sys.stderr`.
//!
//! Source: Modules/_io/_iomodule.c.

pub mod file_device;
pub mod file_io;
pub mod open;
pub mod standard_streams;

use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;
use threadsnake_modules::io;

/// The io module provides the Python interfaces to stream handling.
#[pymodule(
    name = "_io",
    classes(
        super::io::io_base::IOBase,
        super::io::raw_io_base::RawIOBase,
        super::io::buffered_io_base::BufferedIOBase,
        super::io::text_io_base::TextIOBase,
        super::file_io::FileIO,
        super::io::bytes_io::BytesIO,
        super::io::buffered::reader::BufferedReader,
        super::io::buffered::writer::BufferedWriter,
        super::io::buffered::random::BufferedRandom,
        super::io::buffered::pair::BufferedRWPair,
        super::io::newlines::IncrementalNewlineDecoder,
        super::io::string_io::StringIO,
        super::io::text_wrapper::TextIOWrapper
    ),
    functions(super::open::open, super::open::open_code, super::open::text_encoding)
)]
pub mod module {
    use super::{Context, ExceptionClass, PyResult, Value, io};

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        let size = cx.int(io::DEFAULT_BUFFER_SIZE as i64)?;
        namespace.set_str(cx, cx.intern_str("DEFAULT_BUFFER_SIZE")?, size)?;
        let unsupported = io::stream::unsupported_class(cx)?;
        namespace.set_str(cx, cx.intern_str("UnsupportedOperation")?, unsupported)?;
        let blocking = cx.exception_class(ExceptionClass::BlockingIOError);
        namespace.set_str(cx, cx.intern_str("BlockingIOError")?, blocking)
    }
}
