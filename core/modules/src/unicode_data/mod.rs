//! The module `unicodedata`: the Unicode Character Database, 16.0 and, for IDNA, 3.2.
//!
//! Invariant: what the version asked for does not assign has no property, whatever the data behind it know. Tables are searched where they lie;
//! nothing is built at run time.
//! - [`tables`]: runs; [`properties`]: one character's properties in a version; [`names`]: names both ways;
//!   [`decompositions`]: mappings; [`database`]: `UCD` objects.
//!
//! Source: Modules/unicodedata.c of CPython 3.14; docs/decisions/unicode.md for where the data come from.

mod database;
mod decompositions;
mod functions;
mod names;
mod properties;
mod tables;

use threadsnake_macros::pymodule;

/// This module provides access to the Unicode Character Database which
/// defines character properties for all Unicode characters. The data in
/// this database is based on the UnicodeData.txt file version
/// 16.0.0 which is publicly available from the Unicode Consortium
/// at https://www.unicode.org/Public/16.0.0/ucd/.
///
/// The module uses the same names and symbols as defined by the
/// UnicodeData File Format 16.0.0.
#[pymodule(name = "unicodedata", classes(super::database::UnicodeDatabase))]
pub mod module {
    use threadsnake_engine::text::unicode::UNICODE_VERSION;
    use threadsnake_engine::{Context, PyResult, Value};

    use super::database::UnicodeDatabase;
    use super::functions;
    use super::properties::Version::Current;

    /// Returns the decimal value assigned to the character chr as integer.
    ///
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction(signature = "(chr, default=<unrepresentable>, /)")]
    fn decimal(cx: &Context, chr: Value, default: Option<Value>) -> PyResult {
        functions::decimal(cx, Current, chr, default)
    }

    /// Returns the digit value assigned to the character chr as integer.
    ///
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction(signature = "(chr, default=<unrepresentable>, /)")]
    fn digit(cx: &Context, chr: Value, default: Option<Value>) -> PyResult {
        functions::digit(cx, Current, chr, default)
    }

    /// Returns the numeric value assigned to the character chr as float.
    ///
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction(signature = "(chr, default=<unrepresentable>, /)")]
    fn numeric(cx: &Context, chr: Value, default: Option<Value>) -> PyResult {
        functions::numeric(cx, Current, chr, default)
    }

    /// Returns the general category assigned to the character chr as string.
    #[pyfunction]
    fn category(cx: &Context, chr: Value) -> PyResult {
        functions::category(cx, Current, chr)
    }

    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    #[pyfunction]
    fn bidirectional(cx: &Context, chr: Value) -> PyResult {
        functions::bidirectional(cx, Current, chr)
    }

    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    #[pyfunction]
    fn combining(cx: &Context, chr: Value) -> PyResult {
        functions::combining(cx, Current, chr)
    }

    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    #[pyfunction]
    fn mirrored(cx: &Context, chr: Value) -> PyResult {
        functions::mirrored(cx, Current, chr)
    }

    /// Returns the east asian width assigned to the character chr as string.
    #[pyfunction]
    fn east_asian_width(cx: &Context, chr: Value) -> PyResult {
        functions::east_asian_width(cx, Current, chr)
    }

    /// Returns the character decomposition mapping assigned to the character chr as string.
    ///
    /// An empty string is returned in case no such mapping is defined.
    #[pyfunction]
    fn decomposition(cx: &Context, chr: Value) -> PyResult {
        functions::decomposition(cx, Current, chr)
    }

    /// Return whether the Unicode string unistr is in the normal form 'form'.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[pyfunction]
    fn is_normalized(cx: &Context, form: Value, unistr: Value) -> PyResult<bool> {
        functions::is_normalized(cx, Current, form, unistr)
    }

    /// Return the normal form 'form' for the Unicode string unistr.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[pyfunction]
    fn normalize(cx: &Context, form: Value, unistr: Value) -> PyResult {
        functions::normalize(cx, Current, form, unistr)
    }

    /// Returns the name assigned to the character chr as a string.
    ///
    /// If no name is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[pyfunction(signature = "(chr, default=<unrepresentable>, /)")]
    fn name(cx: &Context, chr: Value, default: Option<Value>) -> PyResult {
        functions::name(cx, Current, chr, default)
    }

    /// Look up character by name.
    ///
    /// If a character with the given name is found, return the
    /// corresponding character.  If not found, KeyError is raised.
    #[pyfunction]
    fn lookup(cx: &Context, name: Value) -> PyResult {
        functions::lookup(cx, Current, name)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let names = cx.module_dict(module)?;
        names.set_str(cx, cx.intern_str("unidata_version")?, cx.str(UNICODE_VERSION)?)?;
        names.set_str(cx, cx.intern_str("ucd_3_2_0")?, UnicodeDatabase::version_3_2(cx)?.as_value())
    }
}
