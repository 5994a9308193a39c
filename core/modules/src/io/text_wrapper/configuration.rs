//! `TextIOWrapper.__init__` and `reconfigure`: encoding, error handler, line ends.
//!
//! Invariant: without an encoding it is UTF-8: the UTF-8 mode of PEP 540 is always on.

use alloc::string::String;

use threadsnake_engine::native::{NativeClass, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::protocol::codec::NativeCodec;
use threadsnake_engine::text::codecs::Codec;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, Name, PyResult, Value};

use super::super::buffered::Buffered;
use super::super::newlines::NewlineTranslator;
use super::super::stream::{ask, ask_flag, uninitialized, unsupported};
use super::super::stream_lock::StreamLock;
use super::class::TextIOWrapper;
use super::{BUFFER, DECODER, ENCODER, ENCODING, ERRORS, Phase, State, Text, Wrapper};

/// How a text stream is made.
#[derive(Copy, Clone)]
pub struct Options {
    /// The encoding; absent for UTF-8.
    pub encoding: Option<Str>,
    /// The error handler; absent for `strict`.
    pub errors: Option<Str>,
    /// The argument `newline`; absent for None.
    pub newline: Option<&'static str>,
    /// Whether a line end flushes.
    pub line_buffering: bool,
    /// Whether everything goes to the buffer at once.
    pub write_through: bool,
}

fn name_of(cx: &Context, name: Str) -> PyResult<String> {
    if name.code_points().any(|point| point == 0) {
        return Err(cx.value_error(format_args!("embedded null character")));
    }
    name.to_utf8(cx)
}

/// `sys.flags.warn_default_encoding`
///
/// # Errors
/// What the attribute raises.
pub fn warns_about_encoding(cx: &Context) -> PyResult<bool> {
    let Some(flags) = cx.sys_attribute("flags")? else { return Ok(false) };
    let flag = cx.get_attribute(flags, cx.intern_str("warn_default_encoding")?)?;
    cx.is_true(flag)
}

impl TextIOWrapper {
    /// Text over a binary stream.
    ///
    /// # Errors
    /// LookupError for an unknown encoding, and what the stream raises.
    pub fn make(cx: &Context, buffer: Value, options: &Options) -> PyResult {
        let class = cx.build_on_demand(TextIOWrapper::CLASS)?;
        let made = Wrapper::allocate(cx, TextIOWrapper::CLASS, class.as_value())?;
        made.initialize(cx, buffer, options)?;
        Ok(made.as_value())
    }
}

impl Wrapper {
    pub(super) fn allocate(cx: &Context, native: &'static NativeClass, class: Value) -> PyResult<Wrapper> {
        let object = cx.allocate_instance(native, class)?;
        let state =
            State { lock: StreamLock::new(Text::new()), deferred: spin::Mutex::new(Default::default()) };
        threadsnake_engine::native::state::set_state(cx, object, state);
        Ok(Wrapper(object))
    }

    /// Until `__init__` is through the stream cannot be used, also if it had been.
    pub(super) fn uninitialize(self, cx: &Context) -> PyResult<()> {
        let mut text = self.enter(cx)?;
        text.phase = Phase::Uninitialized;
        cx.clear(self.0, BUFFER);
        Ok(())
    }

    pub(super) fn initialize(self, cx: &Context, buffer: Value, options: &Options) -> PyResult<()> {
        self.uninitialize(cx)?;
        let mut guard = self.enter(cx)?;
        let mut text = Text {
            line_buffering: options.line_buffering,
            write_through: options.write_through,
            ..Text::new()
        };
        self.set_codec(cx, &mut text, buffer, options.encoding, options.errors)?;
        cx.store(self.0, BUFFER, buffer);
        if let (Some(_), Some(object)) = (Buffered::exact(buffer), buffer.as_object()) {
            // As a buffer does with its file: this object's finalizer closes it.
            cx.mutator().unmark_finalizable(object);
        }
        Self::set_newline(&mut text, options.newline);
        self.set_decoded(cx, &mut text, None);
        text.seekable = ask_flag(cx, buffer, Name::seekable)?;
        text.telling = text.seekable;
        text.has_read1 = cx.find_attribute_or_none(buffer, cx.name(Name::read1))?.is_some();
        self.fix_encoder_state(cx, &text)?;
        text.phase = Phase::Ready;
        *guard = text;
        Ok(())
    }

    fn set_newline(text: &mut Text, newline: Option<&'static str>) {
        text.newline = newline;
        text.write_newline = newline.filter(|newline| newline.starts_with('\r'));
        text.translator = (text.has_decoder && newline.is_none_or(str::is_empty))
            .then(|| NewlineTranslator::new(newline.is_none()));
    }

    /// Finds the codec and makes encoder and decoder.
    fn set_codec(
        self,
        cx: &Context,
        text: &mut Text,
        buffer: Value,
        encoding: Option<Str>,
        errors: Option<Str>,
    ) -> PyResult<()> {
        if encoding.is_none() && warns_about_encoding(cx)? {
            let category = cx.exception_class(ExceptionClass::EncodingWarning);
            cx.warn_above(category, 1, None, format_args!("'encoding' argument not specified"))?;
        }
        let encoding = match encoding {
            Some(encoding) if !encoding.equals_ascii("locale") => encoding,
            _ => cx.name(Name::utf_8),
        };
        let name = name_of(cx, encoding)?;
        let errors = errors.unwrap_or(cx.name(Name::strict));
        text.errors = name_of(cx, errors)?;
        text.codec = match NativeCodec::find(&name) {
            Some(NativeCodec::Plain(codec @ (Codec::Utf8 | Codec::Ascii | Codec::Latin1))) => Some(codec),
            _ => None,
        };
        let (mut encoder, mut decoder) = (None, None);
        if text.codec.is_none() {
            let entry = cx.lookup_codec(&name)?.as_value();
            let is_text = cx.find_attribute_or_none(entry, cx.intern_str("_is_text_encoding")?)?;
            if let Some(is_text) = is_text
                && !cx.is_true(is_text)?
            {
                return Err(cx.raise(
                    ExceptionClass::LookupError,
                    format_args!(
                        "'{name}' is not a text encoding; use codecs.open() to handle arbitrary codecs"
                    ),
                ));
            }
            text.has_decoder = ask_flag(cx, buffer, Name::readable)?;
            if text.has_decoder {
                let make = cx.get_attribute(entry, cx.intern_str("incrementaldecoder")?)?;
                decoder = Some(cx.call(make, &[errors.as_value()])?);
            }
            text.has_encoder = ask_flag(cx, buffer, Name::writable)?;
            if text.has_encoder {
                let make = cx.get_attribute(entry, cx.intern_str("incrementalencoder")?)?;
                encoder = Some(cx.call(make, &[errors.as_value()])?);
            }
        } else {
            text.has_decoder = ask_flag(cx, buffer, Name::readable)?;
            text.has_encoder = ask_flag(cx, buffer, Name::writable)?;
        }
        text.undecoded.clear();
        cx.store(self.0, ENCODING, encoding.as_value());
        cx.store(self.0, ERRORS, errors.as_value());
        cx.store_optional(self.0, ENCODER, encoder);
        cx.store_optional(self.0, DECODER, decoder);
        Ok(())
    }

    /// Keeps an encoder from writing its mark in the middle of a file.
    fn fix_encoder_state(self, cx: &Context, text: &Text) -> PyResult<()> {
        if !text.seekable || self.0.value(ENCODER).is_none() {
            return Ok(());
        }
        let buffer = self.0.value(BUFFER).ok_or_else(|| uninitialized(cx))?;
        let position = ask(cx, buffer, Name::tell)?;
        if cx.is_true(position)? { self.set_encoder_position(cx, false) } else { Ok(()) }
    }

    /// `reconfigure`: what is absent stays as it is; the argument `newline` may be given as None.
    pub(super) fn reconfigure(
        self,
        cx: &Context,
        encoding: Option<Str>,
        errors: Option<Str>,
        newline: Option<Option<&'static str>>,
        line_buffering: Option<bool>,
        write_through: Option<bool>,
    ) -> PyResult<()> {
        drop(self.attached(cx)?);
        let recodes = encoding.is_some() || errors.is_some() || newline.is_some();
        if recodes && self.decoded().is_some() {
            return Err(unsupported(
                cx,
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        ask(cx, self.as_value(), Name::flush)?;
        let mut guard = self.attached(cx)?;
        let text = &mut *guard;
        text.bytes_per_character = 0.0;
        if recodes {
            if encoding.is_some() || errors.is_some() {
                let buffer = self.buffer(cx)?;
                let errors = match (encoding, errors) {
                    (None, None) | (Some(_), None) if encoding.is_none() => {
                        self.0.value(ERRORS).and_then(Str::from_value)
                    }
                    (_, errors) => errors,
                };
                let encoding = encoding.or_else(|| self.0.value(ENCODING).and_then(Str::from_value));
                self.set_codec(cx, text, buffer, encoding, errors)?;
            }
            let newline = newline.unwrap_or(text.newline);
            Self::set_newline(text, newline);
            self.fix_encoder_state(cx, text)?;
        }
        text.line_buffering = line_buffering.unwrap_or(text.line_buffering);
        text.write_through = write_through.unwrap_or(text.write_through);
        Ok(())
    }
}
