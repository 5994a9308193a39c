//! `unicodedata.UCD`: the database in another version, 3.2.
//!
//! Source: Modules/unicodedata.c of CPython 3.14.

use threadsnake_engine::{Context, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::functions;
use super::properties::Version::Old;

/// The Unicode Character Database in one version.
#[pyclass(id = UnicodeDatabase, name = "UCD", module = "unicodedata", flags(NOT_INSTANTIABLE), doc = "")]
pub struct UnicodeDatabase(ObjectRef);

impl UnicodeDatabase {
    /// Unicode 3.2.
    ///
    /// # Errors
    /// MemoryError.
    pub fn version_3_2(cx: &Context) -> PyResult<UnicodeDatabase> {
        Ok(UnicodeDatabase(cx.allocate(Kind::UnicodeDatabase, 0, 0)?))
    }
}

#[pymethods]
impl UnicodeDatabase {
    #[pygetter]
    fn unidata_version(this: UnicodeDatabase) -> &'static str {
        let _ = this;
        "3.2.0"
    }

    /// Returns the decimal value assigned to the character chr as integer.
    ///
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pymethod(signature = "($self, chr, default=<unrepresentable>, /)")]
    fn decimal(cx: &Context, this: UnicodeDatabase, chr: Value, default: Option<Value>) -> PyResult {
        let _ = this;
        functions::decimal(cx, Old, chr, default)
    }

    /// Returns the digit value assigned to the character chr as integer.
    ///
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pymethod(signature = "($self, chr, default=<unrepresentable>, /)")]
    fn digit(cx: &Context, this: UnicodeDatabase, chr: Value, default: Option<Value>) -> PyResult {
        let _ = this;
        functions::digit(cx, Old, chr, default)
    }

    /// Returns the numeric value assigned to the character chr as float.
    ///
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pymethod(signature = "($self, chr, default=<unrepresentable>, /)")]
    fn numeric(cx: &Context, this: UnicodeDatabase, chr: Value, default: Option<Value>) -> PyResult {
        let _ = this;
        functions::numeric(cx, Old, chr, default)
    }

    /// Returns the general category assigned to the character chr as string.
    #[pymethod]
    fn category(cx: &Context, this: UnicodeDatabase, chr: Value) -> PyResult {
        let _ = this;
        functions::category(cx, Old, chr)
    }

    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    #[pymethod]
    fn bidirectional(cx: &Context, this: UnicodeDatabase, chr: Value) -> PyResult {
        let _ = this;
        functions::bidirectional(cx, Old, chr)
    }

    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    #[pymethod]
    fn combining(cx: &Context, this: UnicodeDatabase, chr: Value) -> PyResult {
        let _ = this;
        functions::combining(cx, Old, chr)
    }

    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    #[pymethod]
    fn mirrored(cx: &Context, this: UnicodeDatabase, chr: Value) -> PyResult {
        let _ = this;
        functions::mirrored(cx, Old, chr)
    }

    /// Returns the east asian width assigned to the character chr as string.
    #[pymethod]
    fn east_asian_width(cx: &Context, this: UnicodeDatabase, chr: Value) -> PyResult {
        let _ = this;
        functions::east_asian_width(cx, Old, chr)
    }

    /// Returns the character decomposition mapping assigned to the character chr as string.
    ///
    /// An empty string is returned in case no such mapping is defined.
    #[pymethod]
    fn decomposition(cx: &Context, this: UnicodeDatabase, chr: Value) -> PyResult {
        let _ = this;
        functions::decomposition(cx, Old, chr)
    }

    /// Return whether the Unicode string unistr is in the normal form 'form'.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[pymethod]
    fn is_normalized(cx: &Context, this: UnicodeDatabase, form: Value, unistr: Value) -> PyResult<bool> {
        let _ = this;
        functions::is_normalized(cx, Old, form, unistr)
    }

    /// Return the normal form 'form' for the Unicode string unistr.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[pymethod]
    fn normalize(cx: &Context, this: UnicodeDatabase, form: Value, unistr: Value) -> PyResult {
        let _ = this;
        functions::normalize(cx, Old, form, unistr)
    }

    /// Returns the name assigned to the character chr as a string.
    ///
    /// If no name is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pymethod(signature = "($self, chr, default=<unrepresentable>, /)")]
    fn name(cx: &Context, this: UnicodeDatabase, chr: Value, default: Option<Value>) -> PyResult {
        let _ = this;
        functions::name(cx, Old, chr, default)
    }

    /// Look up character by name.
    ///
    /// If a character with the given name is found, return the
    /// corresponding character.  If not found, KeyError is raised.
    #[pymethod]
    fn lookup(cx: &Context, this: UnicodeDatabase, name: Value) -> PyResult {
        let _ = this;
        functions::lookup(cx, Old, name)
    }
}
