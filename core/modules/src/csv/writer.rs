//! `_csv.writer`: rows to lines.
//!
//! Invariant: slots are the file's `write` and the dialect; each row is one call of `write`, so rows of several threads are never mixed.
//! Source: Modules/_csv.c (`csv_writerow`, `join_append_data`) of CPython 3.14.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::str_units::TextBuilder;
use threadsnake_engine::{Context, Kind, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::csv_error;
use super::dialect::{
    CsvDialect, NOT_SET, QUOTE_ALL, QUOTE_NONE, QUOTE_NONNUMERIC, QUOTE_NOTNULL, QUOTE_STRINGS, Settings,
};

const WRITE: usize = 0;
const DIALECT: usize = 1;

/// CSV writer
///
/// Writer objects are responsible for generating tabular data
/// in CSV format from sequence input.
#[pyclass(id = CsvWriter, name = "Writer", module = "_csv", slots = 2, flags(NOT_INSTANTIABLE))]
pub struct CsvWriter(ObjectRef);

/// Appends a field, quoted if it must be: whether anything was added.
fn append(
    cx: &Context,
    settings: &Settings,
    line: &mut TextBuilder,
    text: Option<Str>,
    is_null: bool,
    quoted: bool,
) -> PyResult<bool> {
    let mut quoted = quoted;
    let mut field = TextBuilder::default();
    for code_point in text.iter().flat_map(|text| text.code_points()) {
        let is = |wanted: u32| wanted != NOT_SET && code_point == wanted;
        let is_special = is(settings.delimiter)
            || is(settings.escape)
            || is(settings.quote)
            || matches!(code_point, 0x0a | 0x0d)
            || settings.terminator.code_points().any(|other| other == code_point);
        if is_special {
            let mut escape = settings.quoting == QUOTE_NONE;
            if !escape {
                if is(settings.quote) {
                    if settings.double_quote {
                        field.push(settings.quote);
                    } else {
                        escape = true;
                    }
                } else if is(settings.escape) {
                    escape = true;
                }
                if !escape {
                    quoted = true;
                }
            }
            if escape {
                if settings.escape == NOT_SET {
                    return Err(csv_error(cx, format_args!("need to escape, but no escapechar set")));
                }
                field.push(settings.escape);
            }
        }
        field.push(code_point);
    }
    let is_empty = text.is_none_or(|text| text.is_empty());
    if is_empty && settings.delimiter == 0x20 && settings.skip_space {
        if settings.quoting == QUOTE_NONE
            || (is_null && matches!(settings.quoting, QUOTE_STRINGS | QUOTE_NOTNULL))
        {
            return Err(csv_error(
                cx,
                format_args!(
                    "empty field must be quoted if delimiter is a space and skipinitialspace is true"
                ),
            ));
        }
        quoted = true;
    }
    if quoted {
        line.push(settings.quote);
    }
    line.push_str(field.finish(cx)?);
    if quoted {
        line.push(settings.quote);
    }
    Ok(quoted || !is_empty)
}

/// Whether a value counts as a number: it has `__index__`, `__int__`, `__float__`, or is complex.
fn is_number(cx: &Context, value: Value) -> PyResult<bool> {
    if value.kind() == Some(Kind::Complex) {
        return Ok(true);
    }
    for method in [Name::__index__, Name::__int__, Name::__float__] {
        if cx.special_method(value, method)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl CsvWriter {
    /// A writer.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(cx: &Context, write: Value, dialect: CsvDialect) -> PyResult<CsvWriter> {
        let object = cx.allocate(Kind::CsvWriter, 2, 0)?;
        cx.initialize(object, WRITE, write);
        cx.initialize(object, DIALECT, dialect.as_value());
        Ok(CsvWriter(object))
    }

    fn write_row(self, cx: &Context, row: Value) -> PyResult {
        let (Some(write), Some(dialect)) =
            (self.0.value(WRITE), self.0.value(DIALECT).and_then(CsvDialect::from_value))
        else {
            return Ok(Value::NONE);
        };
        let settings = dialect.settings(cx);
        let fields = match cx.iterate(row) {
            Ok(fields) => fields,
            Err(raised) => {
                let exception = cx.take_exception(raised);
                if !cx.is_exception_of(exception, threadsnake_engine::ExceptionClass::TypeError) {
                    return Err(cx.raise_value(exception));
                }
                return Err(csv_error(
                    cx,
                    format_args!("iterable expected, not {}", cx.qualified_type_name(row)),
                ));
            }
        };
        let mut line = TextBuilder::default();
        let mut count = 0usize;
        let mut is_blank = true;
        let mut is_null = false;
        while let Some(field) = fields.next(cx)? {
            is_null = field.is_none();
            let quoted = match settings.quoting {
                QUOTE_NONNUMERIC => !is_number(cx, field)?,
                QUOTE_ALL => true,
                QUOTE_STRINGS => Str::from_value(field).is_some(),
                QUOTE_NOTNULL => !is_null,
                _ => false,
            };
            let text = if is_null { None } else { Some(cx.str_of(field)?) };
            if count > 0 {
                line.push(settings.delimiter);
                is_blank = false;
            }
            is_blank &= !append(cx, &settings, &mut line, text, is_null, quoted)?;
            count += 1;
        }
        if count > 0 && is_blank {
            let silent = is_null && matches!(settings.quoting, QUOTE_STRINGS | QUOTE_NOTNULL);
            if settings.quoting == QUOTE_NONE || silent {
                return Err(csv_error(cx, format_args!("single empty field record must be quoted")));
            }
            append(cx, &settings, &mut line, None, false, true)?;
        }
        line.push_str(settings.terminator);
        let line = line.finish(cx)?;
        cx.call(write, &[line.as_value()])
    }
}

#[pymethods]
impl CsvWriter {
    /// writerow(iterable)
    ///
    /// Construct and write a CSV record from an iterable of fields.  Non-string
    /// elements will be converted to string.
    #[pymethod]
    fn writerow(cx: &Context, this: CsvWriter, row: Value) -> PyResult {
        this.write_row(cx, row)
    }

    /// writerows(iterable of iterables)
    ///
    /// Construct and write a series of iterables to a csv file.  Non-string
    /// elements will be converted to string.
    #[pymethod]
    fn writerows(cx: &Context, this: CsvWriter, rows: Value) -> PyResult<()> {
        let rows = cx.iterate(rows)?;
        while let Some(row) = rows.next(cx)? {
            this.write_row(cx, row)?;
        }
        Ok(())
    }

    #[pygetter]
    fn dialect(this: CsvWriter) -> Value {
        this.0.value(DIALECT).unwrap_or(Value::NONE)
    }
}
