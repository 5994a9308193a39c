//! Replacement templates: text with references to groups.
//!
//! Invariant: slot 0 is a tuple of literals and group numbers in turn, as `re._parser.parse_template` gives them; the numbers are small and not
//! negative. Source: Modules/_sre/sre.c (`_sre_template_impl`, `expand_template`).

use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, Kind, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::subject::Subject;

const PARTS: usize = 0;

/// A compiled replacement.
#[pyclass(id = PatternTemplate, name = "SRE_Template", module = "_sre", slots = 1, flags(NOT_INSTANTIABLE), doc = "")]
pub struct PatternTemplate(ObjectRef);

#[pymethods]
impl PatternTemplate {}

impl PatternTemplate {
    /// A template of the parts in a list.
    ///
    /// # Errors
    /// TypeError if they are not literals and numbers in turn.
    pub fn new(cx: &Context, parts: Value) -> PyResult<PatternTemplate> {
        let parts = List::expect(cx, parts)?.snapshot(cx);
        let is_number = |value: &Value| value.as_small_int().is_some_and(|number| number >= 0);
        let numbers_valid = parts.as_slice().iter().skip(1).step_by(2).all(is_number);
        if parts.len() % 2 == 0 || !numbers_valid {
            return Err(cx.type_error(format_args!("invalid template")));
        }
        let parts = cx.tuple(parts.as_slice())?;
        let object = cx.allocate(Kind::PatternTemplate, 1, 0)?;
        cx.initialize(object, PARTS, parts);
        Ok(PatternTemplate(object))
    }

    fn parts(self) -> Option<Tuple> {
        self.0.value(PARTS).and_then(Tuple::from_value)
    }

    /// The literal that the template is, if it refers to no group.
    pub fn literal(self) -> Option<Value> {
        self.parts().filter(|parts| parts.len() == 1).and_then(|parts| parts.get(0))
    }

    /// Adds the template's text to `pieces`; `group` gives that of a group, nothing where it took no part.
    ///
    /// # Errors
    /// IndexError if a group does not exist.
    pub fn expand(
        self,
        cx: &Context,
        groups: usize,
        pieces: &mut threadsnake_engine::context::ScratchVector<'_>,
        mut group: impl FnMut(usize) -> PyResult<Option<Value>>,
    ) -> PyResult<()> {
        let Some(parts) = self.parts() else { return Ok(()) };
        for (index, part) in parts.iter().enumerate() {
            if index % 2 == 0 {
                pieces.push(part);
                continue;
            }
            let number = part.as_small_int().and_then(|number| usize::try_from(number).ok());
            match number.filter(|&number| number <= groups) {
                Some(number) => {
                    if let Some(text) = group(number)? {
                        pieces.push(text);
                    }
                }
                None => return Err(cx.raise(ExceptionClass::IndexError, format_args!("no such group"))),
            }
        }
        Ok(())
    }
}

/// What `re._compile_template` makes of a replacement for a pattern: a template, or another object.
///
/// # Errors
/// `re.error`, and TypeError for what is no replacement.
pub fn compile(cx: &Context, pattern: Value, replacement: Value) -> PyResult {
    // The cache of templates needs a key that can be hashed.
    let is_text = matches!(replacement.kind(), Some(Kind::Str | Kind::Bytes));
    let replacement = if is_text {
        replacement
    } else {
        match cx.bytes_like(replacement) {
            Ok(bytes) => cx.bytes(&bytes)?,
            Err(raised) => {
                cx.take_exception(raised);
                replacement
            }
        }
    };
    let module = cx.import_module("re")?;
    let compile = cx.get_attribute(module, cx.intern_str("_compile_template")?)?;
    let template = cx.call(compile, &[pattern, replacement])?;
    Ok(template)
}

/// A replacement that is used as it stands: text without a backslash.
pub fn is_literal(cx: &Context, replacement: Value) -> bool {
    match Subject::new(cx, replacement, None) {
        Ok(text) => !text.contains(b'\\'),
        Err(raised) => {
            cx.take_exception(raised);
            false
        }
    }
}
