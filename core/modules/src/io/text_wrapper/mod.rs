//! `io.TextIOWrapper`: text over a binary stream.
//!
//! Invariant: slots hold the stream, the names of encoding and error handler, encoder and decoder where the codec is not the engine's own, and the text
//! decoded but not given out; all else is Rust data under the stream's lock. Each `write` is whole: the lock is held from encoding to
//! the last byte's hand-over, so text of several threads is never mixed within one call. A thread that writes while it is in an operation of the same stream (a signal
//! handler, a finalizer) leaves its text to that operation.
//! - [`decoding`], [`encoding`]: codecs. [`reading`], [`writing`], [`position`]: the operations. [`configuration`]: `__init__` and
//!   `reconfigure`. [`class`]: methods and attributes.
//!
//! Source: Modules/_io/textio.c.

pub mod class;
mod configuration;
mod decoding;
mod encoding;
mod position;
mod reading;
mod writing;

use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_engine::kind::client_flags;
use threadsnake_engine::native::state::state;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::text::codecs::Codec;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Raised, Value};

use super::buffered::Buffered;
use super::newlines::{LineEnd, NewlineTranslator};
use super::stream::{check_open, closed_error, uninitialized};
use super::stream_lock::{StreamGuard, StreamLock};

pub use class::TextIOWrapper;
pub use configuration::{Options, warns_about_encoding};

const BUFFER: usize = 0;
const ENCODING: usize = 1;
const ERRORS: usize = 2;
/// Empty for a codec of the engine.
const ENCODER: usize = 3;
/// Empty for a codec of the engine.
const DECODER: usize = 4;
/// Text that was decoded; `Text::used` of its characters have been given out.
const DECODED: usize = 5;
/// Slots of an instance.
const SLOTS: u16 = 6;

/// `_CHUNK_SIZE`: bytes that are read, and kept unwritten, at a time.
const CHUNK_SIZE: usize = 8192;

#[derive(Copy, Clone, PartialEq, Eq)]
enum Phase {
    Uninitialized,
    Ready,
    Detached,
}

/// What is needed to find the place of the text given out: the decoder's flags before a chunk, and the bytes decoded since.
struct Snapshot {
    flags: i64,
    input: Vec<u8>,
}

/// What the lock of a text stream guards.
struct Text {
    phase: Phase,
    /// The codec, if it is one whose pieces the engine decodes itself.
    codec: Option<Codec>,
    errors: String,
    has_decoder: bool,
    has_encoder: bool,
    newline: Option<&'static str>,
    /// What `\n` becomes when written, if anything else.
    write_newline: Option<&'static str>,
    line_buffering: bool,
    write_through: bool,
    seekable: bool,
    telling: bool,
    has_read1: bool,
    chunk_size: usize,
    /// Bytes encoded but not yet handed to the buffer.
    pending: Vec<u8>,
    used: usize,
    snapshot: Option<Snapshot>,
    bytes_per_character: f64,
    translator: Option<NewlineTranslator>,
    /// The start of a character whose rest has not been read, for a codec of the engine.
    undecoded: Vec<u8>,
    /// Whether the end of the program knows of it.
    remembered: bool,
}

impl Text {
    fn new() -> Self {
        Text {
            phase: Phase::Uninitialized,
            codec: None,
            errors: String::new(),
            has_decoder: false,
            has_encoder: false,
            newline: None,
            write_newline: None,
            line_buffering: false,
            write_through: false,
            seekable: false,
            telling: false,
            has_read1: false,
            chunk_size: CHUNK_SIZE,
            pending: Vec::new(),
            used: 0,
            snapshot: None,
            bytes_per_character: 0.0,
            translator: None,
            undecoded: Vec::new(),
            remembered: false,
        }
    }

    fn line_end(&self) -> LineEnd {
        match self.newline {
            None | Some("\n") => LineEnd::Feed,
            Some("\r") => LineEnd::Return,
            Some("\r\n") => LineEnd::Pair,
            Some(_) => LineEnd::Universal,
        }
    }
}

/// The state of a text stream.
struct State {
    lock: StreamLock<Text>,
    /// Text that this stream's holder wrote from within its own operation, as UTF-8 with surrogates.
    deferred: spin::Mutex<Vec<u8>>,
}

/// A text stream.
#[derive(Copy, Clone)]
struct Wrapper(ObjectRef);

type Guard<'a> = StreamGuard<'a, Text>;

impl Wrapper {
    fn as_value(self) -> Value {
        Value::from(self.0)
    }

    fn is_exact(self) -> bool {
        self.0.kind() == Kind::TextIOWrapper as u8 && self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    fn state(&self, cx: &Context) -> PyResult<&State> {
        state::<State>(&self.0).ok_or_else(|| uninitialized(cx))
    }

    fn enter<'a>(&'a self, cx: &'a Context) -> PyResult<Guard<'a>> {
        self.state(cx)?.lock.enter(cx, self.as_value())
    }

    #[cold]
    fn unusable(cx: &Context, phase: Phase) -> Raised {
        match phase {
            Phase::Detached => cx.value_error(format_args!("underlying buffer has been detached")),
            _ => uninitialized(cx),
        }
    }

    /// The lock of an initialized stream.
    fn attached<'a>(&'a self, cx: &'a Context) -> PyResult<Guard<'a>> {
        let text = self.enter(cx)?;
        let phase = text.phase;
        if phase == Phase::Ready {
            return Ok(text);
        }
        drop(text);
        Err(Self::unusable(cx, phase))
    }

    /// The binary stream.
    fn buffer(self, cx: &Context) -> PyResult {
        match self.0.value(BUFFER) {
            Some(buffer) => Ok(buffer),
            // Also asked while this thread is in an operation, to name the stream in an error.
            None if self.state(cx)?.lock.is_held_here(cx) => Err(uninitialized(cx)),
            None => {
                drop(self.attached(cx)?);
                Err(uninitialized(cx))
            }
        }
    }

    /// Raises ValueError if the stream is closed.
    fn check_open(self, cx: &Context) -> PyResult<()> {
        let buffer = self.buffer(cx)?;
        if !self.is_exact() {
            return check_open(cx, self.as_value());
        }
        match Buffered::exact(buffer).and_then(Buffered::is_closed_device) {
            Some(false) => Ok(()),
            Some(true) => Err(closed_error(cx)),
            None => check_open(cx, buffer),
        }
    }

    /// The lock of a stream that is open.
    fn open<'a>(&'a self, cx: &'a Context) -> PyResult<Guard<'a>> {
        self.check_open(cx)?;
        self.attached(cx)
    }

    /// What is decoded and not given out yet, from `Text::used` on.
    fn decoded(self) -> Option<Str> {
        self.0.value(DECODED).and_then(Str::from_value)
    }

    fn set_decoded(self, cx: &Context, text: &mut Text, decoded: Option<Str>) {
        cx.store_optional(self.0, DECODED, decoded.map(Str::as_value));
        text.used = 0;
    }

    /// Forgets what was read ahead and not given out.
    fn forget(self, cx: &Context, text: &mut Text) {
        if self.0.value(DECODED).is_some() {
            self.set_decoded(cx, text, None);
        }
        text.snapshot = None;
    }
}
