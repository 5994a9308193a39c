//! `_csv.Dialect`: how a file separates, quotes and ends.
//!
//! Invariant: immutable; slot 0 is the line terminator; raw words: the three characters ([`NOT_SET`] where there is none), the kind of quoting,
//! and the switches. Source: Modules/_csv.c (`dialect_new`) of CPython 3.14.

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{allocate_of_class, instance_class};
use threadsnake_engine::types::int_object::is_int;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::{csv_error, dialects};

/// No such character.
pub const NOT_SET: u32 = u32::MAX;

pub const QUOTE_MINIMAL: u32 = 0;
pub const QUOTE_ALL: u32 = 1;
pub const QUOTE_NONNUMERIC: u32 = 2;
pub const QUOTE_NONE: u32 = 3;
pub const QUOTE_STRINGS: u32 = 4;
pub const QUOTE_NOTNULL: u32 = 5;

/// The kinds of quoting by name.
pub const QUOTING: [(&str, u32); 6] = [
    ("QUOTE_MINIMAL", QUOTE_MINIMAL),
    ("QUOTE_ALL", QUOTE_ALL),
    ("QUOTE_NONNUMERIC", QUOTE_NONNUMERIC),
    ("QUOTE_NONE", QUOTE_NONE),
    ("QUOTE_STRINGS", QUOTE_STRINGS),
    ("QUOTE_NOTNULL", QUOTE_NOTNULL),
];

const TERMINATOR: usize = 0;
const DELIMITER: usize = 0;
const QUOTE: usize = 4;
const ESCAPE: usize = 8;
const QUOTING_KIND: usize = 12;
const SWITCHES: usize = 16;

const DOUBLE_QUOTE: u32 = 1;
const SKIP_SPACE: u32 = 2;
const STRICT: u32 = 4;

/// The names of the settings, in the order of the constructor's parameters.
const SETTINGS: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

/// CSV dialect
///
/// The Dialect type records CSV dialect options.
#[pyclass(
    id = CsvDialect,
    name = "Dialect",
    module = "_csv",
    slots = 1,
    raw = 24,
    signature = "(dialect=None, delimiter=',', doublequote=True, escapechar=None, lineterminator='\\r\\n', quotechar='\"', quoting=0, skipinitialspace=False, strict=False)",
    flags(SUBCLASSABLE)
)]
pub struct CsvDialect(ObjectRef);

/// A dialect's settings.
#[derive(Copy, Clone)]
pub struct Settings {
    /// Between fields.
    pub delimiter: u32,
    /// Around fields.
    pub quote: u32,
    /// Before what is not special.
    pub escape: u32,
    /// When fields are quoted.
    pub quoting: u32,
    /// Whether a quote in a field is doubled.
    pub double_quote: bool,
    /// Whether spaces behind a delimiter are dropped.
    pub skip_space: bool,
    /// Whether bad input is an error.
    pub strict: bool,
    /// Between lines.
    pub terminator: Str,
}

fn character(cx: &Context, name: &str, value: Option<Value>, default: u32, optional: bool) -> PyResult<u32> {
    let Some(value) = value else { return Ok(default) };
    if optional && value.is_none() {
        return Ok(NOT_SET);
    }
    let or_none = if optional { " or None" } else { "" };
    let Some(text) = Str::from_value(value) else {
        return Err(cx.type_error(format_args!(
            "\"{name}\" must be a unicode character{or_none}, not {}",
            cx.qualified_type_name(value)
        )));
    };
    match text.code_point(0) {
        Some(code_point) if text.len() == 1 => Ok(code_point),
        _ => Err(cx.type_error(format_args!(
            "\"{name}\" must be a unicode character{or_none}, not a string of length {}",
            text.len()
        ))),
    }
}

impl Settings {
    fn check_character(&self, cx: &Context, name: &str, code_point: u32, may_be_space: bool) -> PyResult<()> {
        if code_point == NOT_SET {
            return Ok(());
        }
        if matches!(code_point, 0x0a | 0x0d) || (code_point == 0x20 && !may_be_space) {
            return Err(cx.value_error(format_args!("bad {name} value")));
        }
        if self.terminator.code_points().any(|other| other == code_point) {
            return Err(cx.value_error(format_args!("bad {name} or lineterminator value")));
        }
        Ok(())
    }

    fn check(&self, cx: &Context) -> PyResult<()> {
        if self.quoting != QUOTE_NONE && self.quote == NOT_SET {
            return Err(cx.type_error(format_args!("quotechar must be set if quoting enabled")));
        }
        self.check_character(cx, "delimiter", self.delimiter, true)?;
        self.check_character(cx, "escapechar", self.escape, !self.skip_space)?;
        self.check_character(cx, "quotechar", self.quote, !self.skip_space)?;
        for (first, second, same) in [
            ("delimiter", "escapechar", self.delimiter == self.escape),
            ("delimiter", "quotechar", self.delimiter == self.quote),
            ("escapechar", "quotechar", self.escape == self.quote && self.escape != NOT_SET),
        ] {
            if same {
                return Err(cx.value_error(format_args!("bad {first} or {second} value")));
            }
        }
        Ok(())
    }
}

/// A dialect that was registered under a name.
///
/// # Errors
/// `_csv.Error` if none was.
pub fn registered(cx: &Context, name: Value) -> PyResult {
    match dialects(cx)?.get(cx, name)? {
        Some(dialect) => Ok(dialect),
        None => Err(csv_error(cx, format_args!("unknown dialect"))),
    }
}

/// The dialect that the arguments of `reader` and its like ask for.
///
/// # Errors
/// TypeError, ValueError, `_csv.Error`.
pub fn from_call(cx: &Context, base: Option<Value>, arguments: &Arguments<'_>) -> PyResult<CsvDialect> {
    let mut settings = [None; SETTINGS.len()];
    let mut base = base;
    for (name, value) in arguments.keywords().iter() {
        let name = Str::expect(cx, name)?;
        match SETTINGS.iter().position(|setting| name.equals_ascii(setting)) {
            Some(index) => {
                if let Some(place) = settings.get_mut(index) {
                    *place = Some(value);
                }
            }
            None if name.equals_ascii("dialect") && base.is_none() => base = Some(value),
            None => {
                return Err(
                    cx.type_error(format_args!("this function got an unexpected keyword argument '{name}'"))
                );
            }
        }
    }
    let made = make(cx, cx.class(Kind::CsvDialect), base, settings)?;
    CsvDialect::expect(cx, made)
}

fn make(cx: &Context, class: Value, base: Option<Value>, given: [Option<Value>; 8]) -> PyResult {
    let class = instance_class(cx, CsvDialect::CLASS, class)?;
    let mut settings = given;
    if let Some(base) = base.filter(|base| !base.is_none()) {
        let base = if Str::from_value(base).is_some() { registered(cx, base)? } else { base };
        if CsvDialect::from_value(base).is_some() && given.iter().all(Option::is_none) {
            return Ok(base);
        }
        for (place, name) in settings.iter_mut().zip(SETTINGS) {
            if place.is_none() {
                *place = cx.find_attribute_or_none(base, cx.intern_str(name)?)?;
            }
        }
    }
    let [delimiter, double_quote, escape, terminator, quote, quoting, skip_space, strict] = settings;
    let switch = |value: Option<Value>, default| value.map_or(Ok(default), |value| cx.is_true(value));
    let quoting_kind = match quoting {
        // Who takes the quote away wants none.
        None if quote.is_some_and(|quote| quote.is_none()) => QUOTE_NONE,
        None => QUOTE_MINIMAL,
        Some(value) if !is_int(value) || value.is_bool() => {
            return Err(cx.type_error(format_args!(
                "\"quoting\" must be an integer, not {}",
                cx.qualified_type_name(value)
            )));
        }
        Some(value) => match u32::try_from(cx.index_i64(value)?) {
            Ok(kind) if kind <= QUOTE_NOTNULL => kind,
            _ => return Err(cx.type_error(format_args!("bad \"quoting\" value"))),
        },
    };
    let terminator = match terminator {
        None => cx.new_str("\r\n")?,
        Some(value) => match Str::from_value(value) {
            Some(text) => text,
            None => {
                return Err(cx.type_error(format_args!(
                    "\"lineterminator\" must be a string, not {}",
                    cx.qualified_type_name(value)
                )));
            }
        },
    };
    let settings = Settings {
        delimiter: character(cx, "delimiter", delimiter, ',' as u32, false)?,
        quote: character(cx, "quotechar", quote, '"' as u32, true)?,
        escape: character(cx, "escapechar", escape, NOT_SET, true)?,
        quoting: quoting_kind,
        double_quote: switch(double_quote, true)?,
        skip_space: switch(skip_space, false)?,
        strict: switch(strict, false)?,
        terminator,
    };
    settings.check(cx)?;
    let object = allocate_of_class(cx, class)?;
    object.raw_store_u32(DELIMITER, settings.delimiter);
    object.raw_store_u32(QUOTE, settings.quote);
    object.raw_store_u32(ESCAPE, settings.escape);
    object.raw_store_u32(QUOTING_KIND, settings.quoting);
    let mut switches = 0;
    for (bit, is_set) in
        [(DOUBLE_QUOTE, settings.double_quote), (SKIP_SPACE, settings.skip_space), (STRICT, settings.strict)]
    {
        switches |= if is_set { bit } else { 0 };
    }
    object.raw_store_u32(SWITCHES, switches);
    cx.initialize(object, TERMINATOR, settings.terminator.as_value());
    Ok(Value::from(object))
}

impl CsvDialect {
    /// The settings.
    pub fn settings(self, cx: &Context) -> Settings {
        let switches = self.0.raw_u32(SWITCHES);
        Settings {
            delimiter: self.0.raw_u32(DELIMITER),
            quote: self.0.raw_u32(QUOTE),
            escape: self.0.raw_u32(ESCAPE),
            quoting: self.0.raw_u32(QUOTING_KIND),
            double_quote: switches & DOUBLE_QUOTE != 0,
            skip_space: switches & SKIP_SPACE != 0,
            strict: switches & STRICT != 0,
            terminator: self.0.value(TERMINATOR).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str()),
        }
    }

    fn character(self, cx: &Context, offset: usize) -> PyResult {
        match self.0.raw_u32(offset) {
            NOT_SET => Ok(Value::NONE),
            code_point => Ok(cx.str_from_code_point(code_point)?.as_value()),
        }
    }
}

#[pymethods]
impl CsvDialect {
    #[pynew(
        signature = "(dialect=None, delimiter=None, doublequote=None, escapechar=None, lineterminator=None, quotechar=None, quoting=None, skipinitialspace=None, strict=None)"
    )]
    fn new(
        cx: &Context,
        class: Value,
        dialect: Option<Value>,
        delimiter: Option<Value>,
        doublequote: Option<Value>,
        escapechar: Option<Value>,
        lineterminator: Option<Value>,
        quotechar: Option<Value>,
        quoting: Option<Value>,
        skipinitialspace: Option<Value>,
        strict: Option<Value>,
    ) -> PyResult {
        let settings = [
            delimiter,
            doublequote,
            escapechar,
            lineterminator,
            quotechar,
            quoting,
            skipinitialspace,
            strict,
        ];
        make(cx, class, dialect, settings)
    }

    #[pymethod]
    fn __init__(this: Value, arguments: Arguments<'_>) {
        // `__new__` has done it all.
        let _ = (this, arguments);
    }

    #[pygetter]
    fn delimiter(cx: &Context, this: CsvDialect) -> PyResult {
        this.character(cx, DELIMITER)
    }

    #[pygetter]
    fn quotechar(cx: &Context, this: CsvDialect) -> PyResult {
        this.character(cx, QUOTE)
    }

    #[pygetter]
    fn escapechar(cx: &Context, this: CsvDialect) -> PyResult {
        this.character(cx, ESCAPE)
    }

    #[pygetter]
    fn lineterminator(cx: &Context, this: CsvDialect) -> Value {
        this.settings(cx).terminator.as_value()
    }

    #[pygetter]
    fn quoting(this: CsvDialect) -> u32 {
        this.0.raw_u32(QUOTING_KIND)
    }

    #[pygetter]
    fn doublequote(cx: &Context, this: CsvDialect) -> bool {
        this.settings(cx).double_quote
    }

    #[pygetter]
    fn skipinitialspace(cx: &Context, this: CsvDialect) -> bool {
        this.settings(cx).skip_space
    }

    #[pygetter]
    fn strict(cx: &Context, this: CsvDialect) -> bool {
        this.settings(cx).strict
    }

    #[pymethod]
    fn __reduce__(cx: &Context, this: CsvDialect) -> PyResult {
        let name = cx.type_name(this.as_value());
        Err(cx.type_error(format_args!("cannot pickle '{name}' instances")))
    }

    #[pymethod]
    fn __reduce_ex__(cx: &Context, this: CsvDialect, protocol: Value) -> PyResult {
        let _ = protocol;
        CsvDialect::__reduce__(cx, this)
    }
}
