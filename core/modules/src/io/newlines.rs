//! Line ends: translating them to `\n`, finding them, and `IncrementalNewlineDecoder`.
//!
//! Invariant: a `\r` at the end of a piece is kept back until it is known whether a `\n` follows, so a pair is never split.
//! Source: Modules/_io/textio.c (`_PyIncrementalNewlineDecoder_decode`, `_PyIO_find_line_ending`).

use alloc::vec::Vec;

use threadsnake_engine::native::Arguments;
use threadsnake_engine::native::state::{set_state, state};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::stream::uninitialized;
use super::stream_lock::{StreamGuard, StreamLock};

const RETURN: u32 = b'\r' as u32;
const FEED: u32 = b'\n' as u32;

/// `\r` was seen.
const SEEN_RETURN: u8 = 1;
/// `\n` was seen.
const SEEN_FEED: u8 = 2;
/// `\r\n` was seen.
const SEEN_PAIR: u8 = 4;

/// Recognises line ends in text that comes in pieces, and perhaps translates them.
#[derive(Default)]
pub struct NewlineTranslator {
    /// Whether every line end becomes `\n`.
    pub translate: bool,
    /// Whether a `\r` is kept back.
    pub pending_return: bool,
    seen: u8,
}

fn contains(units: &Units<'_>, wanted: u8) -> bool {
    match units {
        Units::Latin1(units) => units.contains(&wanted),
        Units::Ucs2(units) => units.contains(&u16::from(wanted)),
        Units::Ucs4(units) => units.contains(&u32::from(wanted)),
    }
}

impl NewlineTranslator {
    /// A translator at the start of a text.
    pub fn new(translate: bool) -> Self {
        NewlineTranslator { translate, pending_return: false, seen: 0 }
    }

    /// Goes back to the start.
    pub fn reset(&mut self) {
        self.pending_return = false;
        self.seen = 0;
    }

    /// Takes a piece of text: what can be given on.
    ///
    /// # Errors
    /// MemoryError.
    pub fn take(&mut self, cx: &Context, text: Str, is_final: bool) -> PyResult<Str> {
        let mut text = text;
        if self.pending_return && (is_final || !text.is_empty()) {
            text = cx.str_concat(cx.latin1_character(b'\r'), text)?;
            self.pending_return = false;
        }
        if text.is_empty() {
            return Ok(text);
        }
        if !contains(&text.units(), b'\r') {
            if self.seen & SEEN_FEED == 0 && contains(&text.units(), b'\n') {
                self.seen |= SEEN_FEED;
            }
            return Ok(text);
        }
        let mut length = text.len();
        if !is_final && text.code_point(length - 1) == Some(RETURN) {
            length -= 1;
            self.pending_return = true;
            text = text.substring(cx, 0, length)?;
        }
        let (mut returns, mut feeds, mut pairs) = (false, false, false);
        let mut points = text.code_points().peekable();
        while let Some(point) = points.next() {
            match point {
                RETURN if points.peek() == Some(&FEED) => {
                    points.next();
                    pairs = true;
                }
                RETURN => returns = true,
                FEED => feeds = true,
                _ => {}
            }
        }
        self.seen |= if returns { SEEN_RETURN } else { 0 }
            | if feeds { SEEN_FEED } else { 0 }
            | if pairs { SEEN_PAIR } else { 0 };
        if self.translate && (returns || pairs) {
            return translated(cx, text);
        }
        Ok(text)
    }

    /// What this and another translator have seen.
    pub fn merge(&mut self, other: &NewlineTranslator) {
        self.seen |= other.seen;
    }

    /// A translator that has seen the same.
    pub fn copy(&self) -> NewlineTranslator {
        NewlineTranslator { translate: self.translate, pending_return: self.pending_return, seen: self.seen }
    }

    /// The attribute `newlines`: which line ends were seen.
    ///
    /// # Errors
    /// MemoryError.
    pub fn newlines(&self, cx: &Context) -> PyResult {
        let mut names = cx.scratch();
        for (bit, text) in [(SEEN_RETURN, "\r"), (SEEN_FEED, "\n"), (SEEN_PAIR, "\r\n")] {
            if self.seen & bit != 0 {
                names.push(cx.str(text)?);
            }
        }
        match *names.as_slice() {
            [] => Ok(Value::NONE),
            [one] => Ok(one),
            ref several => cx.tuple(several),
        }
    }
}

fn translated(cx: &Context, text: Str) -> PyResult<Str> {
    fn units<U: Copy + PartialEq>(units: &[U], feed: U, carriage_return: U) -> Vec<U> {
        let mut made = Vec::with_capacity(units.len());
        let mut after_return = false;
        for &unit in units {
            if unit == carriage_return {
                made.push(feed);
            } else if unit != feed || !after_return {
                made.push(unit);
            }
            after_return = unit == carriage_return;
        }
        made
    }
    match text.units() {
        Units::Latin1(old) => cx.str_from_latin1(&units(old, b'\n', b'\r')),
        Units::Ucs2(old) => cx.str_from_ucs2(&units(old, u16::from(b'\n'), u16::from(b'\r'))),
        Units::Ucs4(old) => cx.str_from_code_points(&units(old, FEED, RETURN)),
    }
}

/// Which line ends a reader knows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum LineEnd {
    /// `\n` only: the others are translated already.
    Feed,
    /// `\n`, `\r` and `\r\n`.
    Universal,
    /// `\r` only.
    Return,
    /// `\r\n` only.
    Pair,
}

/// What a search for a line end found.
pub enum Found {
    /// The place after it.
    End(usize),
    /// None; further text must be searched from here on.
    NotBefore(usize),
}

/// Looks for a line end from `from` on.
pub fn find_line_end(units: &Units<'_>, from: usize, kind: LineEnd) -> Found {
    fn search<U: Copy + PartialEq>(
        units: &[U],
        from: usize,
        kind: LineEnd,
        feed: U,
        carriage_return: U,
    ) -> Found {
        let rest = units.get(from..).unwrap_or(&[]);
        let found = match kind {
            LineEnd::Feed => rest.iter().position(|&unit| unit == feed).map(|place| place + 1),
            LineEnd::Return => rest.iter().position(|&unit| unit == carriage_return).map(|place| place + 1),
            LineEnd::Universal => {
                rest.iter().position(|&unit| unit == feed || unit == carriage_return).map(|place| {
                    let pair =
                        rest.get(place) == Some(&carriage_return) && rest.get(place + 1) == Some(&feed);
                    place + 1 + usize::from(pair)
                })
            }
            LineEnd::Pair => {
                let pair = [carriage_return, feed];
                match rest.windows(2).position(|window| window == pair) {
                    Some(place) => Some(place + 2),
                    // Half a pair may stand at the end.
                    None if rest.last() == Some(&carriage_return) => {
                        return Found::NotBefore(units.len() - 1);
                    }
                    None => None,
                }
            }
        };
        match found {
            Some(end) => Found::End(from + end),
            None => Found::NotBefore(units.len().max(from)),
        }
    }
    match units {
        Units::Latin1(units) => {
            // Searching bytes for one byte is what `contains` of slices is fast at; the iterator above is vectorised alike.
            search(units, from, kind, b'\n', b'\r')
        }
        Units::Ucs2(units) => search(units, from, kind, u16::from(b'\n'), u16::from(b'\r')),
        Units::Ucs4(units) => search(units, from, kind, FEED, RETURN),
    }
}

const DECODER: usize = 0;

/// Codec used when reading a file in universal newlines mode.
///
/// It wraps another incremental decoder, translating \r\n and \r into \n.
/// It also records the types of newlines encountered.  When used with
/// translate=False, it ensures that the newline sequence is returned in
/// one piece. When used with decoder=None, it expects unicode strings as
/// decode input and translates newlines without first invoking an external
/// decoder.
#[pyclass(
    id = IncrementalNewlineDecoder, name = "IncrementalNewlineDecoder", module = "_io", slots = 1, raw = 8,
    signature = "(decoder, translate, errors='strict')", flags(SUBCLASSABLE, NATIVE_STATE)
)]
pub struct IncrementalNewlineDecoder(ObjectRef);

/// Absent until `__init__` has run.
type State = StreamLock<Option<NewlineTranslator>>;

impl IncrementalNewlineDecoder {
    fn enter<'a>(&'a self, cx: &'a Context) -> PyResult<StreamGuard<'a, Option<NewlineTranslator>>> {
        match state::<State>(&self.0) {
            Some(lock) => lock.enter(cx, self.as_value()),
            None => Err(uninitialized(cx)),
        }
    }

    fn decoder(self) -> Option<Value> {
        self.0.value(DECODER).filter(|decoder| !decoder.is_none())
    }
}

/// What a decoder answered, as text.
///
/// # Errors
/// TypeError if it is none.
pub fn expect_decoded(cx: &Context, value: Value) -> PyResult<Str> {
    Str::from_value(value).ok_or_else(|| {
        cx.type_error(format_args!("decoder should return a string result, not '{}'", cx.type_name(value)))
    })
}

#[pymethods]
impl IncrementalNewlineDecoder {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        let native = <IncrementalNewlineDecoder as threadsnake_engine::native::NativeType>::CLASS;
        let object = cx.allocate_instance(native, class)?;
        set_state::<State>(cx, object, StreamLock::new(None));
        Ok(Value::from(object))
    }

    #[pymethod(name = "__init__", signature = "($self, /, decoder, translate, errors='strict')")]
    fn init(
        cx: &Context,
        this: IncrementalNewlineDecoder,
        decoder: Value,
        translate: bool,
        errors: Option<Value>,
    ) -> PyResult<()> {
        let _ = errors;
        let mut guard = this.enter(cx)?;
        cx.store(this.0, DECODER, decoder);
        *guard = Some(NewlineTranslator::new(translate));
        Ok(())
    }

    #[pymethod(signature = "($self, /, input, final=False)")]
    fn decode(cx: &Context, this: IncrementalNewlineDecoder, input: Value, r#final: bool) -> PyResult<Str> {
        let mut guard = this.enter(cx)?;
        let Some(translator) = guard.as_mut() else { return Err(uninitialized(cx)) };
        let output = match this.decoder() {
            None => input,
            Some(decoder) => {
                cx.call_method_name(decoder, Name::decode, &[input, Value::from_bool(r#final)])?
            }
        };
        let output = expect_decoded(cx, output)?;
        translator.take(cx, output, r#final)
    }

    #[pymethod]
    fn getstate(cx: &Context, this: IncrementalNewlineDecoder) -> PyResult {
        let guard = this.enter(cx)?;
        let Some(translator) = guard.as_ref() else { return Err(uninitialized(cx)) };
        let (buffer, flags) = match this.decoder() {
            None => (cx.bytes(&[])?, 0),
            Some(decoder) => {
                let state = cx.call_method_name(decoder, Name::getstate, &[])?;
                let pair = Tuple::from_value(state).and_then(|state| Some((state.get(0)?, state.get(1)?)));
                let Some((buffer, flags)) = pair else {
                    return Err(cx.type_error(format_args!("illegal decoder state")));
                };
                (buffer, cx.index_i64(flags)?)
            }
        };
        let flags = flags << 1 | i64::from(translator.pending_return);
        cx.tuple(&[buffer, cx.int(flags)?])
    }

    #[pymethod]
    fn setstate(cx: &Context, this: IncrementalNewlineDecoder, state: Value) -> PyResult<()> {
        let mut guard = this.enter(cx)?;
        let Some(translator) = guard.as_mut() else { return Err(uninitialized(cx)) };
        let Some(state) = Tuple::from_value(state) else {
            return Err(cx.type_error(format_args!("state argument must be a tuple")));
        };
        let (Some(buffer), Some(flags)) = (state.get(0), state.get(1)) else {
            return Err(cx.type_error(format_args!("setstate(): illegal state argument")));
        };
        let flags = cx.index_i64(flags)?;
        translator.pending_return = flags & 1 != 0;
        if let Some(decoder) = this.decoder() {
            let inner = cx.tuple(&[buffer, cx.int(flags >> 1)?])?;
            cx.call_method_name(decoder, Name::setstate, &[inner])?;
        }
        Ok(())
    }

    #[pymethod]
    fn reset(cx: &Context, this: IncrementalNewlineDecoder) -> PyResult<()> {
        let mut guard = this.enter(cx)?;
        let Some(translator) = guard.as_mut() else { return Err(uninitialized(cx)) };
        translator.reset();
        if let Some(decoder) = this.decoder() {
            cx.call_method_name(decoder, Name::reset, &[])?;
        }
        Ok(())
    }

    #[pygetter]
    fn newlines(cx: &Context, this: IncrementalNewlineDecoder) -> PyResult {
        let guard = this.enter(cx)?;
        match guard.as_ref() {
            Some(translator) => translator.newlines(cx),
            None => Err(uninitialized(cx)),
        }
    }
}
