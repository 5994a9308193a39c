//! `_json.make_scanner`: reads one JSON value.
//!
//! Invariant: the document is immutable text, whose units are read in place; nesting is bounded by the recursion limit and the native stack.
//! Slots are the hooks and parsers; raw: bits that say which of them are the builtin ones.
//! Keys of one call that are equal are one string, as far as a small table remembers them.
//! Source: Modules/_json.c (`_parse_object_unicode` and its like) of CPython 3.14.

use threadsnake_engine::context::ScratchVector;
use threadsnake_engine::native::Arguments;
use threadsnake_engine::number::float_text;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::types::str_units::TextUnit;
use threadsnake_engine::{Context, ExceptionClass, Kind, ObjectRef, PyResult, Raised, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::text::{decode_error, decode_units};

const OBJECT_HOOK: usize = 0;
const PAIRS_HOOK: usize = 1;
const PARSE_FLOAT: usize = 2;
const PARSE_INT: usize = 3;
const PARSE_CONSTANT: usize = 4;
const FLAGS: usize = 0;

const STRICT: u64 = 1;
const BUILTIN_FLOAT: u64 = 2;
const BUILTIN_INT: u64 = 4;

/// Keys longer than this are not remembered.
const LONGEST_KEY: usize = 64;
const REMEMBERED_KEYS: usize = 128;
/// Integers with fewer digits fit in an `i64`.
const SHORT_DIGITS: usize = 18;

/// JSON scanner object
#[pyclass(
    id = JsonScanner,
    name = "Scanner",
    module = "_json",
    slots = 5,
    raw = 8,
    signature = "(context)",
    flags(SUBCLASSABLE)
)]
pub struct JsonScanner(ObjectRef);

#[pymethods]
impl JsonScanner {
    #[pynew(signature = "(context)")]
    fn new(cx: &Context, class: Value, context: Value) -> PyResult {
        let class = threadsnake_engine::types::class::instance_class(
            cx,
            <JsonScanner as threadsnake_engine::native::NativeType>::CLASS,
            class,
        )?;
        let attribute = |name: &str| cx.get_attribute(context, cx.intern_str(name)?);
        let mut flags = 0;
        if cx.is_true(attribute("strict")?)? {
            flags |= STRICT;
        }
        let object_hook = attribute("object_hook")?;
        let pairs_hook = attribute("object_pairs_hook")?;
        let parse_float = attribute("parse_float")?;
        let parse_int = attribute("parse_int")?;
        let parse_constant = attribute("parse_constant")?;
        if parse_float.is(cx.class(Kind::Float)) {
            flags |= BUILTIN_FLOAT;
        }
        if parse_int.is(cx.class(Kind::Int)) {
            flags |= BUILTIN_INT;
        }
        let object = threadsnake_engine::types::class::allocate_of_class(cx, class)?;
        object.raw_store_u64(FLAGS, flags);
        cx.initialize(object, OBJECT_HOOK, object_hook);
        cx.initialize(object, PAIRS_HOOK, pairs_hook);
        cx.initialize(object, PARSE_FLOAT, parse_float);
        cx.initialize(object, PARSE_INT, parse_int);
        cx.initialize(object, PARSE_CONSTANT, parse_constant);
        Ok(Value::from(object))
    }

    #[pymethod]
    fn __init__(this: Value, arguments: Arguments<'_>) {
        // `__new__` has done it all.
        let _ = (this, arguments);
    }

    /// Call self as a function.
    #[pymethod(signature = "($self, string, idx)")]
    fn __call__(cx: &Context, this: JsonScanner, string: Value, idx: isize) -> PyResult {
        let Some(document) = Str::from_value(string) else {
            return Err(cx.type_error(format_args!(
                "first argument must be a string, not {}",
                cx.qualified_type_name(string)
            )));
        };
        let Ok(start) = usize::try_from(idx) else {
            return Err(cx.value_error(format_args!("idx cannot be negative")));
        };
        let (value, end) = match document.units() {
            Units::Latin1(units) => Scan::new(cx, this, document, units).value(start),
            Units::Ucs2(units) => Scan::new(cx, this, document, units).value(start),
            Units::Ucs4(units) => Scan::new(cx, this, document, units).value(start),
        }?;
        cx.tuple(&[value, Value::int_from_length(end)])
    }

    #[pygetter]
    fn strict(this: JsonScanner) -> bool {
        this.0.raw_u64(FLAGS) & STRICT != 0
    }

    #[pygetter]
    fn object_hook(this: JsonScanner) -> Value {
        this.slot(OBJECT_HOOK)
    }

    #[pygetter]
    fn object_pairs_hook(this: JsonScanner) -> Value {
        this.slot(PAIRS_HOOK)
    }

    #[pygetter]
    fn parse_float(this: JsonScanner) -> Value {
        this.slot(PARSE_FLOAT)
    }

    #[pygetter]
    fn parse_int(this: JsonScanner) -> Value {
        this.slot(PARSE_INT)
    }

    #[pygetter]
    fn parse_constant(this: JsonScanner) -> Value {
        this.slot(PARSE_CONSTANT)
    }
}

impl JsonScanner {
    fn slot(self, slot: usize) -> Value {
        self.0.value(slot).unwrap_or(Value::NONE)
    }
}

#[cold]
fn no_value(cx: &Context, at: usize) -> Raised {
    cx.raise_with(ExceptionClass::StopIteration, &[Value::int_from_length(at)])
}

/// One call of a scanner. It lives on the native stack.
struct Scan<'a, U> {
    cx: &'a Context,
    scanner: JsonScanner,
    document: Str,
    units: &'a [U],
    flags: u64,
    keys: Option<ScratchVector<'a>>,
}

impl<'a, U: TextUnit> Scan<'a, U> {
    fn new(cx: &'a Context, scanner: JsonScanner, document: Str, units: &'a [U]) -> Self {
        Scan { cx, scanner, document, units, flags: scanner.0.raw_u64(FLAGS), keys: None }
    }

    #[inline(always)]
    fn unit(&self, at: usize) -> Option<u8> {
        // No character that matters is beyond ASCII.
        self.units.get(at).map(|unit| u8::try_from(unit.code_point()).unwrap_or(0xff))
    }

    #[inline]
    fn skip_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.unit(at) {
            at += 1;
        }
        at
    }

    #[cold]
    fn error(&self, message: &str, at: usize) -> Raised {
        decode_error(self.cx, message, self.document, at)
    }

    fn is_word(&self, at: usize, word: &[u8]) -> bool {
        (0..word.len()).all(|index| self.unit(at + index) == word.get(index).copied())
    }

    /// The value at a place, and the place behind it.
    fn value(&mut self, at: usize) -> PyResult<(Value, usize)> {
        let cx = self.cx;
        match self.unit(at) {
            Some(b'"') => {
                let (text, next) =
                    decode_units(cx, self.document, self.units, at + 1, self.flags & STRICT != 0)?;
                Ok((text.as_value(), next))
            }
            Some(b'{') => cx.recursive(|| self.object(at + 1)),
            Some(b'[') => cx.recursive(|| self.array(at + 1)),
            Some(b'0'..=b'9' | b'-') => self.number(at),
            Some(b'n') if self.is_word(at, b"null") => Ok((Value::NONE, at + 4)),
            Some(b't') if self.is_word(at, b"true") => Ok((Value::from_bool(true), at + 4)),
            Some(b'f') if self.is_word(at, b"false") => Ok((Value::from_bool(false), at + 5)),
            Some(b'N') if self.is_word(at, b"NaN") => self.constant("NaN", at),
            Some(b'I') if self.is_word(at, b"Infinity") => self.constant("Infinity", at),
            _ => Err(no_value(cx, at)),
        }
    }

    #[cold]
    fn constant(&self, name: &str, at: usize) -> PyResult<(Value, usize)> {
        let value = self.cx.call(self.scanner.slot(PARSE_CONSTANT), &[self.cx.str(name)?])?;
        Ok((value, at + name.len()))
    }

    fn digits(&self, mut at: usize) -> usize {
        while let Some(b'0'..=b'9') = self.unit(at) {
            at += 1;
        }
        at
    }

    fn number(&self, start: usize) -> PyResult<(Value, usize)> {
        let cx = self.cx;
        let negative = self.unit(start) == Some(b'-');
        let first = start + negative as usize;
        let mut end = match self.unit(first) {
            Some(b'0') => first + 1,
            Some(b'1'..=b'9') => self.digits(first),
            Some(b'I') if negative && self.is_word(start, b"-Infinity") => {
                return self.constant("-Infinity", start);
            }
            _ => return Err(no_value(cx, start)),
        };
        let mut is_float = false;
        if self.unit(end) == Some(b'.') && matches!(self.unit(end + 1), Some(b'0'..=b'9')) {
            is_float = true;
            end = self.digits(end + 1);
        }
        if let Some(b'e' | b'E') = self.unit(end) {
            let sign = matches!(self.unit(end + 1), Some(b'+' | b'-')) as usize;
            let exponent = end + 1 + sign;
            let behind = self.digits(exponent);
            if behind > exponent {
                is_float = true;
                end = behind;
            }
        }
        let builtin = if is_float { BUILTIN_FLOAT } else { BUILTIN_INT };
        if self.flags & builtin == 0 {
            let parser = self.scanner.slot(if is_float { PARSE_FLOAT } else { PARSE_INT });
            let text = self.document.substring(cx, start, end)?;
            return Ok((cx.call(parser, &[text.as_value()])?, end));
        }
        if !is_float && end - first <= SHORT_DIGITS {
            let digits = self.units.get(first..end).unwrap_or(&[]);
            let number =
                digits.iter().fold(0i64, |number, digit| number * 10 + (digit.code_point() as i64 - 48));
            return Ok((cx.int(if negative { -number } else { number })?, end));
        }
        let text = self.document.substring(cx, start, end)?;
        if is_float && let Some(number) = text.as_ascii().and_then(|text| float_text::parse(text.as_bytes()))
        {
            return Ok((cx.float(number)?, end));
        }
        let class = cx.class(if is_float { Kind::Float } else { Kind::Int });
        Ok((cx.call(class, &[text.as_value()])?, end))
    }

    fn array(&mut self, at: usize) -> PyResult<(Value, usize)> {
        let cx = self.cx;
        let items = cx.new_list(0)?;
        let mut at = self.skip_space(at);
        if self.unit(at) == Some(b']') {
            return Ok((items.as_value(), at + 1));
        }
        loop {
            let (item, next) = self.value(at)?;
            items.push(cx, item)?;
            at = self.skip_space(next);
            match self.unit(at) {
                Some(b']') => return Ok((items.as_value(), at + 1)),
                Some(b',') => {}
                _ => return Err(self.error("Expecting ',' delimiter", at)),
            }
            let comma = at;
            at = self.skip_space(at + 1);
            if self.unit(at) == Some(b']') {
                return Err(self.error("Illegal trailing comma before end of array", comma));
            }
        }
    }

    /// The string that equal keys of this call share.
    fn remembered(&mut self, key: Str) -> Str {
        if key.len() > LONGEST_KEY {
            return key;
        }
        let cx = self.cx;
        let keys = self.keys.get_or_insert_with(|| {
            let mut keys = cx.scratch();
            for _ in 0..REMEMBERED_KEYS {
                keys.push(Value::NONE);
            }
            keys
        });
        let place = key.hash(cx) as usize % REMEMBERED_KEYS;
        match keys.as_mut_slice().get_mut(place) {
            Some(place) => match Str::from_value(*place) {
                Some(known) if known.equals(key) => known,
                _ => {
                    *place = key.as_value();
                    key
                }
            },
            None => key,
        }
    }

    fn object(&mut self, at: usize) -> PyResult<(Value, usize)> {
        let cx = self.cx;
        let pairs_hook = self.scanner.slot(PAIRS_HOOK);
        let pairs = if pairs_hook.is_none() { None } else { Some(cx.new_list(0)?) };
        let members = if pairs.is_none() { Some(cx.new_dict()?) } else { None };
        let mut at = self.skip_space(at);
        if self.unit(at) != Some(b'}') {
            loop {
                if self.unit(at) != Some(b'"') {
                    return Err(self.error("Expecting property name enclosed in double quotes", at));
                }
                let (key, next) =
                    decode_units(cx, self.document, self.units, at + 1, self.flags & STRICT != 0)?;
                let key = self.remembered(key);
                at = self.skip_space(next);
                if self.unit(at) != Some(b':') {
                    return Err(self.error("Expecting ':' delimiter", at));
                }
                at = self.skip_space(at + 1);
                let (value, next) = self.value(at)?;
                if let Some(pairs) = pairs {
                    pairs.push(cx, cx.tuple(&[key.as_value(), value])?)?;
                }
                if let Some(members) = members {
                    members.set_str(cx, key, value)?;
                }
                at = self.skip_space(next);
                match self.unit(at) {
                    Some(b'}') => break,
                    Some(b',') => {}
                    _ => return Err(self.error("Expecting ',' delimiter", at)),
                }
                let comma = at;
                at = self.skip_space(at + 1);
                if self.unit(at) == Some(b'}') {
                    return Err(self.error("Illegal trailing comma before end of object", comma));
                }
            }
        }
        if let Some(pairs) = pairs {
            return Ok((cx.call(pairs_hook, &[pairs.as_value()])?, at + 1));
        }
        let members = members.map_or(Value::NONE, |members| members.as_value());
        let hook = self.scanner.slot(OBJECT_HOOK);
        let result = if hook.is_none() { members } else { cx.call(hook, &[members])? };
        Ok((result, at + 1))
    }
}
