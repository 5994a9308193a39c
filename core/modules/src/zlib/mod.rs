//! `zlib`: the deflate compression, over a rewrite of the zlib library in Rust.
//!
//! Invariant: each compressor and decompressor is used by one thread at a time; who waits for it is detached, and so is who
//! runs the library. Input that another thread could change is copied first.
//! - [`stream`]: the library, made safe; [`compressor`], [`decompressor`], [`buffered_decompressor`]: the three classes.
//!
//! Source: Modules/zlibmodule.c of CPython 3.14, the texts of its errors among it.

mod buffered_decompressor;
mod compressor;
mod decompressor;
pub(crate) mod stream;

use alloc::vec::Vec;

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Raised, Value};
use threadsnake_macros::pymodule;

use crate::exception_class;
use stream::Stream;

const DEFAULT_COMPRESSION: i32 = -1;
const DEFLATED: i32 = 8;
const LARGEST_WINDOW_BITS: i32 = 15;
const DEFAULT_MEMORY_LEVEL: i32 = 8;
const DEFAULT_BUFFER_BYTES: i64 = 16 * 1024;
/// Input from which on it is worth while to detach.
pub(crate) const DETACH_BYTES: usize = 2048;

/// What a compressor and a decompressor hold outside of the heap, about.
const DEFLATE_BYTES: usize = 268 * 1024;
const INFLATE_BYTES: usize = 44 * 1024;

/// `zlib.error`
#[cold]
pub(super) fn zlib_error(cx: &Context, code: i32, message: Option<&str>, doing: &str) -> Raised {
    let message = match code {
        stream::VERSION_ERROR => Some("library version mismatch"),
        stream::BUFFER_ERROR => message.or(Some("incomplete or truncated stream")),
        stream::STREAM_ERROR => message.or(Some("inconsistent stream state")),
        stream::DATA_ERROR => message.or(Some("invalid input data")),
        _ => message,
    };
    match message {
        Some(message) => {
            exception_class::raise(cx, Root::ZlibError, format_args!("Error {code} {doing}: {message}"))
        }
        None => exception_class::raise(cx, Root::ZlibError, format_args!("Error {code} {doing}")),
    }
}

#[cold]
fn out_of_memory(cx: &Context, text: &str) -> Raised {
    cx.raise(ExceptionClass::MemoryError, format_args!("{text}"))
}

/// Calls `function`, detached, with the bytes of a bytes-like object, or a copy of those that may change.
pub(super) fn detached_with_bytes<R: Send>(
    cx: &Context,
    data: Value,
    function: impl FnOnce(&[u8]) -> R,
) -> PyResult<R> {
    match Bytes::from_value(data) {
        // Nobody changes the bytes of a bytes object, and the reference on this stack keeps it.
        Some(bytes) => Ok(cx.blocking(|| function(bytes.as_slice()))),
        None => {
            let copy = cx.bytes_like(data)?;
            Ok(cx.blocking(|| function(&copy)))
        }
    }
}

/// A checksum of a bytes-like object: detached if there is much to do.
fn checksum(cx: &Context, data: Value, start: u32, function: fn(u32, &[u8]) -> u32) -> PyResult<u32> {
    cx.with_bytes(data, |bytes| {
        Ok(if bytes.len() > DETACH_BYTES {
            cx.blocking(|| function(start, bytes))
        } else {
            function(start, bytes)
        })
    })
}

/// The low 32 bits of any integer.
pub(crate) fn masked(cx: &Context, value: Option<Value>, default: u32) -> PyResult<u32> {
    let Some(value) = value else { return Ok(default) };
    let value = cx.index(value)?;
    let mask = Value::int_from_u32(u32::MAX);
    let low = cx.binary_operation(threadsnake_engine::protocol::number::BinaryOperator::And, value, mask)?;
    Ok(cx.index_u64(low)? as u32)
}

/// A dictionary argument, copied.
fn dictionary(cx: &Context, value: Option<Value>) -> PyResult<Option<Vec<u8>>> {
    value.map(|value| cx.bytes_like(value)).transpose()
}

/// The functions in this module allow compression and decompression using the
/// zlib library, which is based on GNU zip.
///
/// adler32(string[, start]) -- Compute an Adler-32 checksum.
/// compress(data[, level]) -- Compress data, with compression level 0-9 or -1.
/// compressobj([level[, ...]]) -- Return a compressor object.
/// crc32(string[, start]) -- Compute a CRC-32 checksum.
/// decompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.
/// decompressobj([wbits[, zdict]]) -- Return a decompressor object.
///
/// 'wbits' is window buffer size and container format.
/// Compressor objects support compress() and flush() methods; decompressor
/// objects support decompress() and flush().
#[pymodule(name = "zlib", classes(super::buffered_decompressor::BufferedDecompressor))]
pub mod module {
    use super::compressor::Compressor;
    use super::decompressor::Decompressor;
    use super::*;

    /// Compute an Adler-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[pyfunction(signature = "(data, value=1, /)")]
    fn adler32(cx: &Context, data: Value, value: Option<Value>) -> PyResult<u32> {
        checksum(cx, data, masked(cx, value, 1)?, stream::adler32)
    }

    /// Compute a CRC-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[pyfunction(signature = "(data, value=0, /)")]
    fn crc32(cx: &Context, data: Value, value: Option<Value>) -> PyResult<u32> {
        checksum(cx, data, masked(cx, value, 0)?, stream::crc32)
    }

    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///   level
    ///     Compression level, in 0-9 or -1.
    ///   wbits
    ///     The window buffer size and container format.
    #[pyfunction(signature = "(data, /, level=-1, wbits=15)")]
    fn compress(cx: &Context, data: Value, level: i32, wbits: i32) -> PyResult<Value> {
        let made = Stream::deflate(level, DEFLATED, wbits, DEFAULT_MEMORY_LEVEL, 0);
        let mut stream = match made {
            Ok(stream) => stream,
            Err(stream::MEMORY_ERROR) => {
                return Err(out_of_memory(cx, "Out of memory while compressing data"));
            }
            Err(stream::STREAM_ERROR) => {
                return Err(exception_class::raise(
                    cx,
                    Root::ZlibError,
                    format_args!("Bad compression level"),
                ));
            }
            Err(code) => return Err(zlib_error(cx, code, None, "while compressing data")),
        };
        let mut output = Vec::new();
        let run =
            detached_with_bytes(cx, data, |data| stream.run(data, &mut output, stream::FINISH, usize::MAX))?;
        match run.code {
            stream::STREAM_END => cx.bytes(&output),
            stream::MEMORY_ERROR => Err(cx.memory_error()),
            code => Err(zlib_error(cx, code, stream.message(), "while compressing data")),
        }
    }

    /// Returns a bytes object containing the uncompressed data.
    ///
    ///   data
    ///     Compressed data.
    ///   wbits
    ///     The window buffer size and container format.
    ///   bufsize
    ///     The initial output buffer size.
    #[pyfunction(signature = "(data, /, wbits=15, bufsize=16384)")]
    fn decompress(cx: &Context, data: Value, wbits: i32, bufsize: i64) -> PyResult<Value> {
        if bufsize < 0 {
            return Err(cx.value_error(format_args!("bufsize must be non-negative")));
        }
        let mut stream = match Stream::inflate(wbits) {
            Ok(stream) => stream,
            Err(stream::MEMORY_ERROR) => {
                return Err(out_of_memory(cx, "Out of memory while decompressing data"));
            }
            Err(code) => return Err(zlib_error(cx, code, None, "while preparing to decompress data")),
        };
        let mut output = Vec::new();
        // The size is a hint: one that no memory can hold is not asked for.
        let hint = usize::try_from(bufsize).unwrap_or(0).min(1 << 30);
        if output.try_reserve(hint).is_err() {
            return Err(cx.memory_error());
        }
        let run =
            detached_with_bytes(cx, data, |data| stream.run(data, &mut output, stream::FINISH, usize::MAX))?;
        match run.code {
            stream::STREAM_END => cx.bytes(&output),
            stream::MEMORY_ERROR => Err(out_of_memory(cx, "Out of memory while decompressing data")),
            stream::OK => {
                Err(zlib_error(cx, stream::BUFFER_ERROR, stream.message(), "while decompressing data"))
            }
            code => Err(zlib_error(cx, code, stream.message(), "while decompressing data")),
        }
    }

    /// Return a compressor object.
    ///
    ///   level
    ///     The compression level (an integer in the range 0-9 or -1; default is
    ///     currently equivalent to 6).  Higher compression levels are slower,
    ///     but produce smaller results.
    ///   method
    ///     The compression algorithm.  If given, this must be DEFLATED.
    ///   wbits
    ///     +9 to +15: The base-two logarithm of the window size.  Include a zlib
    ///         container.
    ///     -9 to -15: Generate a raw stream.
    ///     +25 to +31: Include a gzip container.
    ///   memLevel
    ///     Controls the amount of memory used for internal compression state.
    ///     Valid values range from 1 to 9.  Higher values result in higher memory
    ///     usage, faster compression, and smaller output.
    ///   strategy
    ///     Used to tune the compression algorithm.  Possible values are
    ///     Z_DEFAULT_STRATEGY, Z_FILTERED, and Z_HUFFMAN_ONLY.
    ///   zdict
    ///     The predefined compression dictionary - a sequence of bytes
    ///     containing subsequences that are likely to occur in the input data.
    #[pyfunction(signature = "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)")]
    #[allow(non_snake_case, reason = "the name of the Python parameter")]
    fn compressobj(
        cx: &Context,
        level: i32,
        method: i32,
        wbits: i32,
        memLevel: i32,
        strategy: i32,
        zdict: Option<Value>,
    ) -> PyResult<Value> {
        let zdict = dictionary(cx, zdict)?;
        let mut stream = match Stream::deflate(level, method, wbits, memLevel, strategy) {
            Ok(stream) => stream,
            Err(stream::MEMORY_ERROR) => {
                return Err(out_of_memory(cx, "Can't allocate memory for compression object"));
            }
            Err(stream::STREAM_ERROR) => {
                return Err(cx.value_error(format_args!("Invalid initialization option")));
            }
            Err(code) => return Err(zlib_error(cx, code, None, "while creating compression object")),
        };
        if let Some(zdict) = zdict {
            match stream.set_dictionary(&zdict) {
                stream::OK => {}
                stream::STREAM_ERROR => return Err(cx.value_error(format_args!("Invalid dictionary"))),
                _ => return Err(cx.value_error(format_args!("deflateSetDictionary()"))),
            }
        }
        Compressor::make(cx, stream)
    }

    /// Return a decompressor object.
    ///
    ///   wbits
    ///     The window buffer size and container format.
    ///   zdict
    ///     The predefined compression dictionary.  This must be the same
    ///     dictionary as used by the compressor that produced the input data.
    #[pyfunction(signature = "(wbits=15, zdict=None)")]
    fn decompressobj(cx: &Context, wbits: i32, zdict: Option<Value>) -> PyResult<Value> {
        let (stream, zdict) = prepare(cx, wbits, zdict)?;
        Decompressor::make(cx, Some(stream), zdict)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        exception_class::add(cx, module, "zlib", "error", ExceptionClass::Exception, Root::ZlibError)?;
        let namespace = cx.module_dict(module)?;
        let constants = [
            ("MAX_WBITS", LARGEST_WINDOW_BITS),
            ("DEFLATED", DEFLATED),
            ("DEF_MEM_LEVEL", DEFAULT_MEMORY_LEVEL),
            ("DEF_BUF_SIZE", DEFAULT_BUFFER_BYTES as i32),
            ("Z_NO_COMPRESSION", 0),
            ("Z_BEST_SPEED", 1),
            ("Z_BEST_COMPRESSION", 9),
            ("Z_DEFAULT_COMPRESSION", DEFAULT_COMPRESSION),
            ("Z_DEFAULT_STRATEGY", 0),
            ("Z_FILTERED", 1),
            ("Z_HUFFMAN_ONLY", 2),
            ("Z_RLE", 3),
            ("Z_FIXED", 4),
            ("Z_NO_FLUSH", stream::NO_FLUSH),
            ("Z_PARTIAL_FLUSH", 1),
            ("Z_SYNC_FLUSH", stream::SYNC_FLUSH),
            ("Z_FULL_FLUSH", 3),
            ("Z_FINISH", stream::FINISH),
            ("Z_BLOCK", 5),
            ("Z_TREES", 6),
        ];
        for (name, value) in constants {
            namespace.set_str(cx, cx.intern_str(name)?, cx.int(value.into())?)?;
        }
        for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
            namespace.set_str(cx, cx.intern_str(name)?, cx.str(stream::version())?)?;
        }
        namespace.set_str(cx, cx.intern_str("__version__")?, cx.str("1.0")?)
    }
}

/// A decompressor and its dictionary, which a raw stream is given at once.
fn prepare(cx: &Context, wbits: i32, zdict: Option<Value>) -> PyResult<(Stream, Option<Vec<u8>>)> {
    let zdict = match zdict {
        None => None,
        Some(zdict) => match cx.bytes_like(zdict) {
            Ok(zdict) => Some(zdict),
            Err(raised) => {
                cx.take_exception(raised);
                return Err(cx.type_error(format_args!("zdict argument must support the buffer protocol")));
            }
        },
    };
    let mut stream = match Stream::inflate(wbits) {
        Ok(stream) => stream,
        Err(stream::STREAM_ERROR) => {
            return Err(cx.value_error(format_args!("Invalid initialization option")));
        }
        Err(stream::MEMORY_ERROR) => {
            return Err(out_of_memory(cx, "Can't allocate memory for decompression object"));
        }
        Err(code) => return Err(zlib_error(cx, code, None, "while creating decompression object")),
    };
    if wbits < 0
        && let Some(zdict) = &zdict
    {
        set_dictionary(cx, &mut stream, zdict)?;
    }
    Ok((stream, zdict))
}

fn set_dictionary(cx: &Context, stream: &mut Stream, zdict: &[u8]) -> PyResult<()> {
    match stream.set_dictionary(zdict) {
        stream::OK => Ok(()),
        code => Err(zlib_error(cx, code, stream.message(), "while setting zdict")),
    }
}

/// Feeds a decompressor, gives it its dictionary when it asks for it, and goes on.
///
/// # Errors
/// The dictionary is the wrong one.
fn inflate(
    cx: &Context,
    stream: &mut Stream,
    zdict: Option<&[u8]>,
    input: &[u8],
    output: &mut Vec<u8>,
    flush: i32,
    limit: usize,
) -> PyResult<stream::Run> {
    let mut consumed = 0;
    loop {
        let before = output.len();
        let rest = input.get(consumed..).unwrap_or(&[]);
        let mut run = cx.blocking(|| stream.run(rest, output, flush, limit - before));
        run.consumed += consumed;
        match zdict {
            Some(zdict) if run.code == stream::NEED_DICTIONARY => {
                set_dictionary(cx, stream, zdict)?;
                consumed = run.consumed;
            }
            _ => return Ok(run),
        }
    }
}
