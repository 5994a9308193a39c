//! The module `_csv`: comma-separated values.
//!
//! Invariant: dialects never change once they are made; a reader keeps nothing of a record between two calls, so threads may share one as they
//! may share the iterator below it. Registered dialects and the limit of a field's length are in the module's namespace.
//! - [`dialect`]: what a file looks like; [`reader`]: lines to rows; [`writer`]: rows to lines.
//!
//! Source: Modules/_csv.c of CPython 3.14.

mod dialect;
mod reader;
mod writer;

use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, PyResult, Raised, Value};
use threadsnake_macros::pymodule;

/// The longest field unless the program says otherwise.
const FIELD_LIMIT: i64 = 128 * 1024;

/// The module's namespace.
fn namespace(cx: &Context) -> PyResult<Dict> {
    cx.module_dict(cx.import_module("_csv")?)
}

/// `_csv.Error`
#[cold]
fn csv_error(cx: &Context, text: core::fmt::Arguments<'_>) -> Raised {
    let error = (|| {
        let class = namespace(cx)?.get_str(cx, cx.intern_str("Error")?)?.unwrap_or(Value::NONE);
        cx.call(class, &[cx.str_format(text)?])
    })();
    match error {
        Ok(error) => cx.raise_value(error),
        Err(raised) => raised,
    }
}

/// The dict of registered dialects.
fn dialects(cx: &Context) -> PyResult<Dict> {
    let found = namespace(cx)?.get_str(cx, cx.intern_str("_dialects")?)?;
    Dict::expect(cx, found.unwrap_or(Value::NONE))
}

/// CSV parsing and writing.
#[pymodule(
    name = "_csv",
    classes(super::dialect::CsvDialect, super::reader::CsvReader, super::writer::CsvWriter)
)]
pub mod module {
    use threadsnake_engine::native::Arguments;
    use threadsnake_engine::types::str_object::Str;
    use threadsnake_engine::{Context, ExceptionClass, Kind, PyResult, Value};

    use super::dialect;
    use super::reader::CsvReader;
    use super::writer::CsvWriter;
    use super::{FIELD_LIMIT, csv_error, dialects, namespace};

    fn split<'a>(cx: &Context, name: &str, arguments: &Arguments<'a>) -> PyResult<(Value, Option<Value>)> {
        match *arguments.positional() {
            [] => Err(cx.type_error(format_args!("{name}expected at least 1 argument, got 0"))),
            [first] => Ok((first, None)),
            [first, second] => Ok((first, Some(second))),
            ref more => {
                Err(cx.type_error(format_args!("{name}expected at most 2 arguments, got {}", more.len())))
            }
        }
    }

    /// Return a reader object that will process lines from the given iterable.
    ///
    /// The "iterable" argument can be any object that returns a line
    /// of input for each iteration, such as a file object or a list.  The
    /// optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    ///
    /// The returned object is an iterator.  Each iteration returns a row
    /// of the CSV file (which can span multiple input lines).
    #[pyfunction]
    fn reader(cx: &Context, arguments: Arguments<'_>) -> PyResult {
        let (iterable, dialect) = split(cx, "", &arguments)?;
        let iterator = cx.iterator_object(iterable)?;
        let dialect = dialect::from_call(cx, dialect, &arguments)?;
        Ok(CsvReader::new(cx, iterator, dialect)?.as_value())
    }

    /// Return a writer object that will write user data on the given file object.
    ///
    /// The "fileobj" argument can be any object that supports the file API.
    /// The optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    #[pyfunction]
    fn writer(cx: &Context, arguments: Arguments<'_>) -> PyResult {
        let (file, dialect) = split(cx, "", &arguments)?;
        let write = cx.find_attribute_or_none(file, cx.intern_str("write")?)?;
        let Some(write) = write.filter(|&write| cx.is_callable(write)) else {
            return Err(cx.type_error(format_args!("argument 1 must have a \"write\" method")));
        };
        let dialect = dialect::from_call(cx, dialect, &arguments)?;
        Ok(CsvWriter::new(cx, write, dialect)?.as_value())
    }

    /// Return a list of all known dialect names.
    #[pyfunction]
    fn list_dialects(cx: &Context) -> PyResult {
        cx.list(dialects(cx)?.snapshot_keys(cx).as_slice())
    }

    /// Create a mapping from a string name to a CVS dialect.
    ///
    /// The optional "dialect" argument specifies the base dialect instance
    /// or the name of the registered dialect.  The function also accepts
    /// optional keyword arguments which override settings provided by the
    /// dialect.
    #[pyfunction]
    fn register_dialect(cx: &Context, arguments: Arguments<'_>) -> PyResult<()> {
        let (name, dialect) = split(cx, "", &arguments)?;
        if Str::from_value(name).is_none() {
            return Err(cx.type_error(format_args!("dialect name must be a string")));
        }
        let dialect = dialect::from_call(cx, dialect, &arguments)?;
        dialects(cx)?.set(cx, name, dialect.as_value())
    }

    /// Delete the name/dialect mapping associated with a string name.
    #[pyfunction(signature = "(name)")]
    fn unregister_dialect(cx: &Context, name: Value) -> PyResult<()> {
        match dialects(cx)?.remove(cx, name)? {
            Some(_) => Ok(()),
            None => Err(csv_error(cx, format_args!("unknown dialect"))),
        }
    }

    /// Return the dialect instance associated with name.
    #[pyfunction(signature = "(name)")]
    fn get_dialect(cx: &Context, name: Value) -> PyResult {
        dialect::registered(cx, name)
    }

    /// Sets an upper limit on parsed fields.
    ///
    /// Returns old limit. If limit is not given, no new limit is set and
    /// the old limit is returned
    #[pyfunction(signature = "(new_limit=None)")]
    fn field_size_limit(cx: &Context, new_limit: Option<Value>) -> PyResult {
        let names = namespace(cx)?;
        let key = cx.intern_str("_field_size_limit")?;
        let old = names.get_str(cx, key)?.unwrap_or(cx.int(FIELD_LIMIT)?);
        if let Some(limit) = new_limit {
            if !threadsnake_engine::types::int_object::is_int(limit) {
                return Err(cx.type_error(format_args!("limit must be an integer")));
            }
            let limit = cx.index_i64(limit)?;
            names.set_str(cx, key, cx.int(limit)?)?;
        }
        Ok(old)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let names = cx.module_dict(module)?;
        for (name, value) in dialect::QUOTING {
            names.set_str(cx, cx.intern_str(name)?, Value::int_from_u32(value))?;
        }
        names.set_str(cx, cx.intern_str("_dialects")?, cx.new_dict()?.as_value())?;
        names.set_str(cx, cx.intern_str("_field_size_limit")?, cx.int(FIELD_LIMIT)?)?;
        let members = cx.new_dict()?;
        members.set_str(cx, cx.intern_str("__module__")?, cx.str("_csv")?)?;
        let bases = cx.tuple(&[cx.exception_class(ExceptionClass::Exception)])?;
        let error = cx.call(cx.class(Kind::Type), &[cx.str("Error")?, bases, members.as_value()])?;
        names.set_str(cx, cx.intern_str("Error")?, error)
    }
}
