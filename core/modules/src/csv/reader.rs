//! `_csv.reader`: lines to rows.
//!
//! Invariant: slots are the iterator over lines and the dialect; raw: the number of lines read, counted atomically. A record under way is on the
//! stack of the thread that reads it. A field that stands in its line as it is becomes a part of that line, without a copy in
//! between.
//! Source: Modules/_csv.c (`Reader_iternext`, `parse_process_char`) of CPython 3.14.

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::str_object::{Str, Units};
use threadsnake_engine::types::str_units::{TextBuilder, TextUnit};
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_heap::arch::Ordering;
use threadsnake_macros::{pyclass, pymethods};

use super::dialect::{
    CsvDialect, NOT_SET, QUOTE_NONE, QUOTE_NONNUMERIC, QUOTE_NOTNULL, QUOTE_STRINGS, Settings,
};
use super::{FIELD_LIMIT, csv_error, namespace};

const ITERATOR: usize = 0;
const DIALECT: usize = 1;
const LINES: usize = 0;

/// CSV reader
///
/// Reader objects are responsible for reading and parsing tabular data
/// in CSV format.
#[pyclass(id = CsvReader, name = "Reader", module = "_csv", slots = 2, raw = 8, flags(NOT_INSTANTIABLE))]
pub struct CsvReader(ObjectRef);

#[derive(Copy, Clone, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapedInQuoted,
    QuoteInQuoted,
    EndOfLine,
    BehindEscapedEndOfLine,
}

struct Record<'a> {
    cx: &'a Context,
    settings: Settings,
    limit: usize,
    row: List,
    state: State,
    unquoted: bool,
    line: Str,
    /// The part of the line that is the field so far, if `text` is empty.
    part: Option<(usize, usize)>,
    text: TextBuilder,
    length: usize,
}

const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;

impl Record<'_> {
    fn grow(&mut self, count: usize) -> PyResult<()> {
        self.length += count;
        if self.length > self.limit {
            return Err(csv_error(self.cx, format_args!("field larger than field limit ({})", self.limit)));
        }
        Ok(())
    }

    /// Moves what is part of the line into memory of its own.
    fn settle(&mut self) {
        if let Some((start, end)) = self.part.take() {
            match self.line.units() {
                Units::Latin1(units) => self.text.push_units(units.get(start..end).unwrap_or(&[])),
                Units::Ucs2(units) => self.text.push_units(units.get(start..end).unwrap_or(&[])),
                Units::Ucs4(units) => self.text.push_units(units.get(start..end).unwrap_or(&[])),
            }
        }
    }

    /// Adds a run of the line to the field.
    fn add_run(&mut self, start: usize, end: usize) -> PyResult<()> {
        let before = self.length;
        self.grow(end - start)?;
        match self.part {
            Some((first, last)) if last == start => self.part = Some((first, end)),
            None if before == 0 => self.part = Some((start, end)),
            _ => {
                self.settle();
                self.part = Some((start, end));
                self.settle();
            }
        }
        Ok(())
    }

    fn add(&mut self, code_point: u32) -> PyResult<()> {
        self.grow(1)?;
        self.settle();
        self.text.push(code_point);
        Ok(())
    }

    fn save(&mut self) -> PyResult<()> {
        let cx = self.cx;
        let quoting = self.settings.quoting;
        let field = if self.length == 0 {
            if self.unquoted && matches!(quoting, QUOTE_STRINGS | QUOTE_NOTNULL) {
                Value::NONE
            } else {
                cx.empty_str().as_value()
            }
        } else {
            let text = match self.part.take() {
                Some((start, end)) => self.line.substring(cx, start, end)?,
                None => core::mem::take(&mut self.text).finish(cx)?,
            };
            if self.unquoted && matches!(quoting, QUOTE_NONNUMERIC | QUOTE_STRINGS) {
                cx.call(cx.class(Kind::Float), &[text.as_value()])?
            } else {
                text.as_value()
            }
        };
        self.length = 0;
        self.row.push(cx, field)
    }

    fn end_field(&mut self, code_point: Option<u32>) -> PyResult<()> {
        self.save()?;
        self.state = if code_point.is_none() { State::StartRecord } else { State::EndOfLine };
        Ok(())
    }

    /// How many units from a place on are no delimiter, quote, escape or end of line.
    fn run_length<U: TextUnit>(&self, units: &[U]) -> usize {
        let settings = &self.settings;
        let quoted = self.state == State::InQuoted;
        let is_special = |unit: &U| {
            let code_point = unit.code_point();
            code_point == settings.escape
                || if quoted {
                    code_point == settings.quote
                } else {
                    code_point == settings.delimiter || matches!(code_point, LINE_FEED | CARRIAGE_RETURN)
                }
        };
        units.iter().position(is_special).unwrap_or(units.len())
    }

    fn line<U: TextUnit>(&mut self, units: &[U]) -> PyResult<()> {
        let mut at = 0;
        while let Some(unit) = units.get(at) {
            let code_point = unit.code_point();
            self.process(Some(code_point), at)?;
            at += 1;
            if matches!(self.state, State::InField | State::InQuoted) {
                let run = self.run_length(units.get(at..).unwrap_or(&[]));
                if run > 0 {
                    self.add_run(at, at + run)?;
                    at += run;
                }
            }
        }
        self.process(None, at)
    }

    /// One character of the line, or its end.
    fn process(&mut self, code_point: Option<u32>, at: usize) -> PyResult<()> {
        let settings = self.settings;
        let is_break = matches!(code_point, None | Some(LINE_FEED | CARRIAGE_RETURN));
        let is = |wanted: u32| wanted != NOT_SET && code_point == Some(wanted);
        match self.state {
            State::StartRecord if code_point.is_none() => {}
            State::StartRecord if is_break => self.state = State::EndOfLine,
            State::StartRecord | State::StartField => {
                self.unquoted = true;
                self.state = State::StartField;
                if is_break {
                    self.end_field(code_point)?;
                } else if is(settings.quote) && settings.quoting != QUOTE_NONE {
                    self.unquoted = false;
                    self.state = State::InQuoted;
                } else if is(settings.escape) {
                    self.state = State::Escaped;
                } else if is(0x20) && settings.skip_space {
                    // Spaces before a field are no part of it.
                } else if is(settings.delimiter) {
                    self.save()?;
                } else {
                    self.add_run(at, at + 1)?;
                    self.state = State::InField;
                }
            }
            State::Escaped => {
                if let Some(code_point @ (LINE_FEED | CARRIAGE_RETURN)) = code_point {
                    self.add(code_point)?;
                    self.state = State::BehindEscapedEndOfLine;
                } else {
                    self.add(code_point.unwrap_or(LINE_FEED))?;
                    self.state = State::InField;
                }
            }
            State::BehindEscapedEndOfLine if code_point.is_none() => {}
            State::BehindEscapedEndOfLine | State::InField => {
                if is_break {
                    self.end_field(code_point)?;
                } else if is(settings.escape) {
                    self.state = State::Escaped;
                } else if is(settings.delimiter) {
                    self.save()?;
                    self.state = State::StartField;
                } else {
                    self.add_run(at, at + 1)?;
                    self.state = State::InField;
                }
            }
            State::InQuoted => {
                if code_point.is_none() {
                    // The field goes on in the next line.
                } else if is(settings.escape) {
                    self.state = State::EscapedInQuoted;
                } else if is(settings.quote) && settings.quoting != QUOTE_NONE {
                    self.state = if settings.double_quote { State::QuoteInQuoted } else { State::InField };
                } else {
                    self.add_run(at, at + 1)?;
                }
            }
            State::EscapedInQuoted => {
                self.add(code_point.unwrap_or(LINE_FEED))?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => {
                if is(settings.quote) && settings.quoting != QUOTE_NONE {
                    self.add(settings.quote)?;
                    self.state = State::InQuoted;
                } else if is(settings.delimiter) {
                    self.save()?;
                    self.state = State::StartField;
                } else if is_break {
                    self.end_field(code_point)?;
                } else if !settings.strict {
                    self.add(code_point.unwrap_or(LINE_FEED))?;
                    self.state = State::InField;
                } else {
                    let delimiter = char::from_u32(settings.delimiter).unwrap_or('\u{fffd}');
                    let quote = char::from_u32(settings.quote).unwrap_or('\u{fffd}');
                    return Err(csv_error(self.cx, format_args!("'{delimiter}' expected after '{quote}'")));
                }
            }
            State::EndOfLine => {
                if code_point.is_none() {
                    self.state = State::StartRecord;
                } else if !is_break {
                    return Err(csv_error(
                        self.cx,
                        format_args!(
                            "new-line character seen in unquoted field - do you need to open the file with newline=''?"
                        ),
                    ));
                }
            }
        }
        Ok(())
    }
}

impl CsvReader {
    /// A reader.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(cx: &Context, iterator: Value, dialect: CsvDialect) -> PyResult<CsvReader> {
        let object = cx.allocate(Kind::CsvReader, 2, 8)?;
        cx.initialize(object, ITERATOR, iterator);
        cx.initialize(object, DIALECT, dialect.as_value());
        Ok(CsvReader(object))
    }

    fn own_dialect(self) -> Option<CsvDialect> {
        self.0.value(DIALECT).and_then(CsvDialect::from_value)
    }
}

fn field_limit(cx: &Context) -> PyResult<usize> {
    let limit = namespace(cx)?.get_str(cx, cx.intern_str("_field_size_limit")?)?;
    Ok(usize::try_from(limit.and_then(Value::as_small_int).unwrap_or(FIELD_LIMIT)).unwrap_or(0))
}

#[pymethods]
impl CsvReader {
    #[pynext]
    fn next(cx: &Context, this: CsvReader) -> PyResult<Option<Value>> {
        let (Some(iterator), Some(dialect)) = (this.0.value(ITERATOR), this.own_dialect()) else {
            return Ok(None);
        };
        let mut record = Record {
            cx,
            settings: dialect.settings(cx),
            limit: field_limit(cx)?,
            row: cx.new_list(0)?,
            state: State::StartRecord,
            unquoted: true,
            line: cx.empty_str(),
            part: None,
            text: TextBuilder::default(),
            length: 0,
        };
        loop {
            let Some(line) = cx.next_of(iterator)? else {
                if record.length == 0 && record.state != State::InQuoted {
                    return Ok(None);
                }
                if record.settings.strict {
                    return Err(csv_error(cx, format_args!("unexpected end of data")));
                }
                record.save()?;
                break;
            };
            let Some(text) = Str::from_value(line) else {
                return Err(csv_error(
                    cx,
                    format_args!(
                        "iterator should return strings, not {} (the file should be opened in text mode)",
                        cx.qualified_type_name(line)
                    ),
                ));
            };
            // Relaxed: a count that orders nothing.
            this.0.raw_cell_u64(LINES).fetch_add(1, Ordering::Relaxed);
            record.line = text;
            match text.units() {
                Units::Latin1(units) => record.line(units),
                Units::Ucs2(units) => record.line(units),
                Units::Ucs4(units) => record.line(units),
            }?;
            record.settle();
            if record.state == State::StartRecord {
                break;
            }
        }
        Ok(Some(record.row.as_value()))
    }

    #[pygetter]
    fn dialect(this: CsvReader) -> Value {
        this.0.value(DIALECT).unwrap_or(Value::NONE)
    }

    #[pygetter]
    fn line_num(this: CsvReader) -> u64 {
        this.0.raw_u64(LINES)
    }
}
