//! `_json.make_encoder`: writes values as JSON text.
//!
//! Invariant: a dict is written as it was at one moment, a list item by item; nesting is bounded by the recursion limit and the native stack. The containers
//! around what is being written are kept by their identity, which the callers' stack frames keep valid.
//! Source: Modules/_json.c (`encoder_listencode_obj` and its like) of CPython 3.14.

use alloc::string::ToString;
use alloc::vec::Vec;

use threadsnake_engine::context::ScratchVector;
use threadsnake_engine::native::Arguments;
use threadsnake_engine::number::{float_text, integer_text};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::protocol::text::identity;
use threadsnake_engine::types::class::{allocate_of_class, instance_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::float_object::float_of;
use threadsnake_engine::types::int_object::{integer_of, is_int};
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::str_units::TextBuilder;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ObjectRef, PyResult, Raised, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::text::push_encoded;

const MARKERS: usize = 0;
const DEFAULT: usize = 1;
const ENCODER: usize = 2;
const INDENT: usize = 3;
const KEY_SEPARATOR: usize = 4;
const ITEM_SEPARATOR: usize = 5;
const FLAGS: usize = 0;

const SORT_KEYS: u64 = 1;
const SKIP_KEYS: u64 = 2;
const ALLOW_NAN: u64 = 4;
/// The encoder of strings is `encode_basestring_ascii` or `encode_basestring` of this module.
const ASCII_STRINGS: u64 = 8;
const PLAIN_STRINGS: u64 = 16;

/// Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)
#[pyclass(
    id = JsonEncoder,
    name = "Encoder",
    module = "_json",
    slots = 6,
    raw = 8,
    signature = "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    flags(SUBCLASSABLE)
)]
pub struct JsonEncoder(ObjectRef);

#[pymethods]
impl JsonEncoder {
    #[pynew(
        signature = "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"
    )]
    fn new(
        cx: &Context,
        class: Value,
        markers: Value,
        default: Value,
        encoder: Value,
        indent: Value,
        key_separator: Str,
        item_separator: Str,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
    ) -> PyResult {
        let class =
            instance_class(cx, <JsonEncoder as threadsnake_engine::native::NativeType>::CLASS, class)?;
        if !markers.is_none() && Dict::from_value(markers).is_none() {
            return Err(cx.type_error(format_args!(
                "make_encoder() argument 1 must be dict or None, not {}",
                cx.qualified_type_name(markers)
            )));
        }
        if !indent.is_none() && Str::from_value(indent).is_none() {
            return Err(cx.type_error(format_args!(
                "make_encoder() argument 4 must be str or None, not {}",
                cx.qualified_type_name(indent)
            )));
        }
        let module = cx.import_module("_json")?;
        let own = |name: &str| cx.find_attribute_or_none(module, cx.intern_str(name)?);
        let mut flags = 0;
        for (bit, is_set) in [
            (SORT_KEYS, sort_keys),
            (SKIP_KEYS, skipkeys),
            (ALLOW_NAN, allow_nan),
            (ASCII_STRINGS, own("encode_basestring_ascii")?.is_some_and(|own| own.is(encoder))),
            (PLAIN_STRINGS, own("encode_basestring")?.is_some_and(|own| own.is(encoder))),
        ] {
            if is_set {
                flags |= bit;
            }
        }
        let object = allocate_of_class(cx, class)?;
        object.raw_store_u64(FLAGS, flags);
        cx.initialize(object, MARKERS, markers);
        cx.initialize(object, DEFAULT, default);
        cx.initialize(object, ENCODER, encoder);
        cx.initialize(object, INDENT, indent);
        cx.initialize(object, KEY_SEPARATOR, key_separator.as_value());
        cx.initialize(object, ITEM_SEPARATOR, item_separator.as_value());
        Ok(Value::from(object))
    }

    #[pymethod]
    fn __init__(this: Value, arguments: Arguments<'_>) {
        // `__new__` has done it all.
        let _ = (this, arguments);
    }

    /// Call self as a function.
    #[pymethod(signature = "($self, obj, _current_indent_level)")]
    fn __call__(cx: &Context, this: JsonEncoder, obj: Value, _current_indent_level: isize) -> PyResult {
        let level = usize::try_from(_current_indent_level).unwrap_or(0);
        let mut writer = Writer {
            cx,
            encoder: this,
            flags: this.0.raw_u64(FLAGS),
            checks: !this.slot(MARKERS).is_none(),
            indent: Str::from_value(this.slot(INDENT)),
            output: TextBuilder::with_capacity(64),
            around: Vec::new(),
        };
        writer.value(obj, level)?;
        let text = writer.output.finish(cx)?;
        cx.tuple(&[text.as_value()])
    }

    #[pygetter]
    fn markers(this: JsonEncoder) -> Value {
        this.slot(MARKERS)
    }

    #[pygetter]
    fn default(this: JsonEncoder) -> Value {
        this.slot(DEFAULT)
    }

    #[pygetter]
    fn encoder(this: JsonEncoder) -> Value {
        this.slot(ENCODER)
    }

    #[pygetter]
    fn indent(this: JsonEncoder) -> Value {
        this.slot(INDENT)
    }

    #[pygetter]
    fn key_separator(this: JsonEncoder) -> Value {
        this.slot(KEY_SEPARATOR)
    }

    #[pygetter]
    fn item_separator(this: JsonEncoder) -> Value {
        this.slot(ITEM_SEPARATOR)
    }

    #[pygetter]
    fn sort_keys(this: JsonEncoder) -> bool {
        this.0.raw_u64(FLAGS) & SORT_KEYS != 0
    }

    #[pygetter]
    fn skipkeys(this: JsonEncoder) -> bool {
        this.0.raw_u64(FLAGS) & SKIP_KEYS != 0
    }
}

impl JsonEncoder {
    fn slot(self, slot: usize) -> Value {
        self.0.value(slot).unwrap_or(Value::NONE)
    }
}

/// One call of an encoder. It lives on the native stack.
struct Writer<'a> {
    cx: &'a Context,
    encoder: JsonEncoder,
    flags: u64,
    /// Whether containers in themselves are looked for.
    checks: bool,
    indent: Option<Str>,
    output: TextBuilder,
    around: Vec<u64>,
}

/// Keys and values in turn, as they are written.
fn members_of(cx: &Context, dict: Dict, flags: u64) -> PyResult<ScratchVector<'_>> {
    if dict.is_exact() && flags & SORT_KEYS == 0 {
        return Ok(dict.snapshot(cx));
    }
    let items = cx.call_method(dict.as_value(), cx.intern_str("items")?, &[])?;
    let items = cx.list_from(cx.collect(items)?.as_slice())?;
    if flags & SORT_KEYS != 0 {
        cx.call_method(items.as_value(), cx.intern_str("sort")?, &[])?;
    }
    let mut members = cx.scratch();
    for &item in items.snapshot(cx).as_slice() {
        let pair = Tuple::from_value(item).filter(|pair| pair.len() == 2);
        let Some((key, value)) = pair.and_then(|pair| pair.get(0).zip(pair.get(1))) else {
            return Err(cx.value_error(format_args!("items must return 2-tuples")));
        };
        members.push(key);
        members.push(value);
    }
    Ok(members)
}

impl Writer<'_> {
    fn separator(&mut self, slot: usize) {
        if let Some(text) = Str::from_value(self.encoder.slot(slot)) {
            self.output.push_str(text);
        }
    }

    fn new_line(&mut self, level: usize) -> PyResult<()> {
        let Some(indent) = self.indent else { return Ok(()) };
        self.output.push('\n' as u32);
        for _ in 0..level {
            self.output.push_str(indent);
        }
        Ok(())
    }

    fn string(&mut self, text: Str) -> PyResult<()> {
        if self.flags & (ASCII_STRINGS | PLAIN_STRINGS) != 0 {
            push_encoded(&mut self.output, text, self.flags & ASCII_STRINGS != 0);
            return Ok(());
        }
        let encoded = self.cx.call(self.encoder.slot(ENCODER), &[text.as_value()])?;
        match Str::from_value(encoded) {
            Some(encoded) => {
                self.output.push_str(encoded);
                Ok(())
            }
            None => Err(self.cx.type_error(format_args!(
                "encoder() must return a string, not {}",
                self.cx.qualified_type_name(encoded)
            ))),
        }
    }

    fn float_text(&self, number: f64, value: Value) -> PyResult<alloc::string::String> {
        if number.is_finite() {
            return Ok(float_text::repr(number));
        }
        if self.flags & ALLOW_NAN == 0 {
            let text = self.cx.repr(value)?;
            return Err(self
                .cx
                .value_error(format_args!("Out of range float values are not JSON compliant: {text}")));
        }
        let text = match (number.is_nan(), number > 0.0) {
            (true, _) => "NaN",
            (false, true) => "Infinity",
            (false, false) => "-Infinity",
        };
        Ok(text.to_string())
    }

    fn int_text(&self, value: Value) -> PyResult<alloc::string::String> {
        let number = match integer_of(&value) {
            Some(number) => integer_text::to_decimal(number, self.cx.int_digit_limit()),
            None => return Err(self.cx.type_error_expected("int", value)),
        };
        number.map_err(|error| self.cx.number_error(&error))
    }

    /// The text of a constant or number.
    fn scalar(&self, value: Value) -> PyResult<Option<alloc::string::String>> {
        Ok(Some(if value.is_none() {
            "null".to_string()
        } else if value.is(Value::from_bool(true)) {
            "true".to_string()
        } else if value.is(Value::from_bool(false)) {
            "false".to_string()
        } else if is_int(value) {
            self.int_text(value)?
        } else if let Some(number) = float_of(value) {
            self.float_text(number, value)?
        } else {
            return Ok(None);
        }))
    }

    fn value(&mut self, value: Value, level: usize) -> PyResult<()> {
        if let Some(text) = Str::from_value(value) {
            return self.string(text);
        }
        if let Some(text) = self.scalar(value)? {
            self.output.push_latin1(text.as_bytes());
            return Ok(());
        }
        let cx = self.cx;
        if let Some(list) = List::from_value(value) {
            return cx.recursive(|| self.array(value, |index| list.get(index), level));
        }
        if let Some(tuple) = Tuple::from_value(value) {
            return cx.recursive(|| self.array(value, |index| tuple.get(index), level));
        }
        if let Some(dict) = Dict::from_value(value) {
            return cx.recursive(|| self.object(dict, level));
        }
        self.enter(value)?;
        let default = cx.call(self.encoder.slot(DEFAULT), &[value])?;
        if let Err(raised) = cx.recursive(|| self.value(default, level)) {
            let kind = cx.qualified_type_name(value);
            return Err(self.noted(raised, &alloc::format!("when serializing {kind} object")));
        }
        self.leave();
        Ok(())
    }

    fn enter(&mut self, container: Value) -> PyResult<()> {
        if self.checks {
            let identity = identity(container);
            if self.around.contains(&identity) {
                return Err(self.cx.value_error(format_args!("Circular reference detected")));
            }
            self.around.push(identity);
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.around.pop();
    }

    /// The exception with a note about where it came up.
    #[cold]
    fn noted(&self, raised: Raised, note: &str) -> Raised {
        let cx = self.cx;
        let exception = cx.take_exception(raised);
        let added = (|| cx.call_method(exception, cx.intern_str("add_note")?, &[cx.str(note)?]))();
        match added {
            Ok(_) => cx.raise_value(exception),
            Err(raised) => raised,
        }
    }

    /// Items are looked at one after the other: what they call may change the list, as in CPython.
    fn array(&mut self, value: Value, item: impl Fn(usize) -> Option<Value>, level: usize) -> PyResult<()> {
        if item(0).is_none() {
            self.output.push_latin1(b"[]");
            return Ok(());
        }
        self.enter(value)?;
        self.output.push('[' as u32);
        let mut index = 0;
        while let Some(item) = item(index) {
            if index > 0 {
                self.separator(ITEM_SEPARATOR);
            }
            self.new_line(level + 1)?;
            if let Err(raised) = self.value(item, level + 1) {
                let kind = self.cx.qualified_type_name(value);
                return Err(self.noted(raised, &alloc::format!("when serializing {kind} item {index}")));
            }
            index += 1;
        }
        self.new_line(level)?;
        self.output.push(']' as u32);
        self.leave();
        Ok(())
    }

    fn object(&mut self, dict: Dict, level: usize) -> PyResult<()> {
        let cx = self.cx;
        if dict.is_empty() {
            self.output.push_latin1(b"{}");
            return Ok(());
        }
        let around = self.around.len();
        self.enter(dict.as_value())?;
        self.output.push('{' as u32);
        let mut first = true;
        let members = members_of(cx, dict, self.flags)?;
        for pair in members.as_slice().chunks_exact(2) {
            let &[key, value] = pair else { continue };
            let text = match Str::from_value(key) {
                Some(text) => text,
                None => match self.scalar(key)? {
                    Some(text) => cx.new_str(&text)?,
                    None if self.flags & SKIP_KEYS != 0 => continue,
                    None => {
                        return Err(cx.type_error(format_args!(
                            "keys must be str, int, float, bool or None, not {}",
                            cx.qualified_type_name(key)
                        )));
                    }
                },
            };
            if !first {
                self.separator(ITEM_SEPARATOR);
            }
            first = false;
            self.new_line(level + 1)?;
            self.string(text)?;
            self.separator(KEY_SEPARATOR);
            if let Err(raised) = self.value(value, level + 1) {
                let kind = cx.qualified_type_name(dict.as_value());
                let pending = cx.take_exception(raised);
                let key = cx.repr_lossy(key);
                let raised = cx.raise_value(pending);
                return Err(self.noted(raised, &alloc::format!("when serializing {kind} item {key}")));
            }
        }
        if !first {
            self.new_line(level)?;
        }
        self.output.push('}' as u32);
        self.around.truncate(around);
        Ok(())
    }
}
