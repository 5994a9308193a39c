//! The module `_sre`: the engine behind `re`.
//!
//! Invariant: matching takes no lock, copies no text that cannot change, does not recurse, and polls.
//! - [`codes`]: the numbers of the code; [`program`]: its verification; [`characters`]: categories, sets, case;
//! - [`matcher`]: the loop; [`subject`]: what it runs over;
//! - [`pattern`], [`match_object`], [`scanner`], [`template`]: the classes.
//!
//! Why it is not a crate's: docs/decisions/regular-expressions.md.
//! Source: Modules/_sre/sre.c of CPython 3.14.

mod characters;
mod codes;
mod match_object;
mod matcher;
mod pattern;
mod program;
mod scanner;
mod subject;
mod template;

use threadsnake_macros::pymodule;

/// Support for regular expressions.
#[pymodule(
    name = "_sre",
    classes(
        super::pattern::Pattern,
        super::match_object::Match,
        super::scanner::Scanner,
        super::template::PatternTemplate
    )
)]
pub mod module {
    use alloc::vec::Vec;

    use threadsnake_engine::types::dict::Dict;
    use threadsnake_engine::types::list::List;
    use threadsnake_engine::types::tuple::Tuple;
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    use super::characters::{lower_ascii, lower_unicode, upper_unicode};
    use super::codes::{CODE_SIZE, MAGIC, MAXIMUM_GROUPS, MAXIMUM_REPEAT};
    use super::pattern::{Compiled, Pattern, source_kind};
    use super::program::Program;
    use super::template::PatternTemplate;

    #[pyfunction(signature = "(pattern, flags, code, groups, groupindex, indexgroup)")]
    fn compile(
        cx: &Context,
        pattern: Value,
        flags: i32,
        code: Value,
        groups: isize,
        groupindex: Value,
        indexgroup: Value,
    ) -> PyResult {
        let code = List::expect(cx, code)?.snapshot(cx);
        Dict::expect(cx, groupindex)?;
        Tuple::expect(cx, indexgroup)?;
        let is_bytes = source_kind(cx, pattern)?;
        let mut words = Vec::new();
        words.try_reserve_exact(code.len()).map_err(|_| cx.memory_error())?;
        for &word in code.as_slice() {
            match u32::try_from(cx.index_u64(word)?) {
                Ok(word) => words.push(word),
                Err(_) => {
                    return Err(cx.raise(
                        ExceptionClass::OverflowError,
                        format_args!("regular expression code size limit exceeded"),
                    ));
                }
            }
        }
        let invalid = || cx.raise(ExceptionClass::RuntimeError, format_args!("invalid SRE code"));
        let groups = usize::try_from(groups).ok().filter(|&groups| groups <= MAXIMUM_GROUPS as usize);
        let Some(groups) = groups else { return Err(invalid()) };
        if u32::try_from(words.len()).is_err() {
            return Err(invalid());
        }
        let program = Program::new(words, groups).map_err(|_| invalid())?;
        let compiled = Compiled { program, flags: flags as u32, groups, is_bytes };
        Ok(Pattern::new(cx, compiled, pattern, groupindex, indexgroup)?.as_value())
    }

    /// template is a list containing interleaved literal strings (str or bytes)
    /// and group indices (int), as returned by re._parser.parse_template():
    ///     [literal1, group1, ..., literalN]
    #[pyfunction(signature = "(pattern, template, /)")]
    fn template(cx: &Context, pattern: Value, template: Value) -> PyResult {
        Pattern::expect(cx, pattern)?;
        Ok(PatternTemplate::new(cx, template)?.as_value())
    }

    #[pyfunction]
    fn getcodesize() -> u32 {
        CODE_SIZE
    }

    #[pyfunction]
    fn ascii_iscased(character: i32) -> bool {
        u8::try_from(character).is_ok_and(|unit| unit.is_ascii_alphabetic())
    }

    #[pyfunction]
    fn unicode_iscased(character: i32) -> bool {
        let character = character as u32;
        lower_unicode(character) != character || upper_unicode(character) != character
    }

    #[pyfunction]
    fn ascii_tolower(character: i32) -> i32 {
        lower_ascii(character as u32) as i32
    }

    #[pyfunction]
    fn unicode_tolower(character: i32) -> i32 {
        lower_unicode(character as u32) as i32
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let names = cx.module_dict(module)?;
        let constants = [
            ("MAGIC", MAGIC),
            ("CODESIZE", CODE_SIZE),
            ("MAXREPEAT", MAXIMUM_REPEAT),
            ("MAXGROUPS", MAXIMUM_GROUPS),
        ];
        for (name, value) in constants {
            names.set_str(cx, cx.intern_str(name)?, Value::int_from_u32(value))?;
        }
        let copyright = cx.str(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ")?;
        names.set_str(cx, cx.intern_str("copyright")?, copyright)
    }
}
