//! The module `_opcode`: what `opcode` and `dis` ask about the instructions of CPython.
//!
//! Invariant: the numbers are those of `_opcode_metadata`, so that tools which look instructions up by name find them; code objects
//! of this engine hold other instructions, whose text `threadsnake_bytecode::disassembler` makes. Source: Modules/_opcode.c and
//! Include/internal/pycore_opcode_metadata.h of CPython 3.14.

use threadsnake_macros::pymodule;

/// Whether a number is in one of the ranges.
fn among(opcode: i64, ranges: &[(i64, i64)]) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&opcode))
}

/// Instructions that a compiler makes, and instrumented and pseudo ones.
const VALID: &[(i64, i64)] = &[(0, 2), (4, 120), (128, 128), (234, 266)];
/// Those with an argument.
const WITH_ARGUMENT: &[(i64, i64)] = &[
    (44, 120),
    (128, 128),
    (237, 237),
    (239, 239),
    (241, 245),
    (247, 251),
    (253, 253),
    (255, 255),
    (257, 261),
    (263, 266),
];
/// Those whose argument names a constant: `LOAD_CONST`.
const WITH_CONSTANT: &[(i64, i64)] = &[(82, 82)];
/// Those whose argument is a name.
const WITH_NAME: &[(i64, i64)] =
    &[(61, 61), (64, 65), (72, 73), (80, 80), (91, 93), (96, 96), (110, 110), (115, 116), (249, 249)];
/// Those that jump.
const WITH_JUMP: &[(i64, i64)] =
    &[(68, 68), (70, 70), (75, 77), (100, 103), (106, 106), (248, 248), (257, 260)];
/// Those about cells.
const WITH_CELL: &[(i64, i64)] = &[(62, 62), (83, 83), (90, 90), (97, 97), (111, 111)];
/// Those about locals.
const WITH_LOCAL: &[(i64, i64)] = &[(63, 63), (84, 89), (112, 114), (261, 261), (266, 266)];
/// Those that set up a handler.
const WITH_HANDLER: &[(i64, i64)] = &[(263, 265)];

const INTRINSICS: &[&str] = &[
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];
const BINARY_INTRINSICS: &[&str] = &[
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];
const SPECIAL_METHODS: &[&str] = &["__enter__", "__exit__", "__aenter__", "__aexit__"];
const OPERATORS: &[(&str, &str)] = &[
    ("NB_ADD", "+"),
    ("NB_AND", "&"),
    ("NB_FLOOR_DIVIDE", "//"),
    ("NB_LSHIFT", "<<"),
    ("NB_MATRIX_MULTIPLY", "@"),
    ("NB_MULTIPLY", "*"),
    ("NB_REMAINDER", "%"),
    ("NB_OR", "|"),
    ("NB_POWER", "**"),
    ("NB_RSHIFT", ">>"),
    ("NB_SUBTRACT", "-"),
    ("NB_TRUE_DIVIDE", "/"),
    ("NB_XOR", "^"),
    ("NB_INPLACE_ADD", "+="),
    ("NB_INPLACE_AND", "&="),
    ("NB_INPLACE_FLOOR_DIVIDE", "//="),
    ("NB_INPLACE_LSHIFT", "<<="),
    ("NB_INPLACE_MATRIX_MULTIPLY", "@="),
    ("NB_INPLACE_MULTIPLY", "*="),
    ("NB_INPLACE_REMAINDER", "%="),
    ("NB_INPLACE_OR", "|="),
    ("NB_INPLACE_POWER", "**="),
    ("NB_INPLACE_RSHIFT", ">>="),
    ("NB_INPLACE_SUBTRACT", "-="),
    ("NB_INPLACE_TRUE_DIVIDE", "/="),
    ("NB_INPLACE_XOR", "^="),
    ("NB_SUBSCR", "[]"),
];

/// Opcode support module.
#[pymodule(name = "_opcode")]
pub mod module {
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    use super::among;

    /// Compute the stack effect of the opcode.
    #[pyfunction(signature = "(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(cx: &Context, opcode: i64, oparg: Value, jump: Value) -> PyResult {
        let _ = (opcode, oparg, jump);
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!(
                "_opcode.stack_effect is not supported by threadsnake: its code has registers, not a stack"
            ),
        ))
    }

    /// Return True if opcode is valid, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn is_valid(opcode: i64) -> bool {
        among(opcode, super::VALID)
    }

    /// Return True if the opcode uses its oparg, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_arg(opcode: i64) -> bool {
        among(opcode, super::WITH_ARGUMENT)
    }

    /// Return True if the opcode accesses a constant, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_const(opcode: i64) -> bool {
        among(opcode, super::WITH_CONSTANT)
    }

    /// Return True if the opcode accesses an attribute by name, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_name(opcode: i64) -> bool {
        among(opcode, super::WITH_NAME)
    }

    /// Return True if the opcode has a jump target, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_jump(opcode: i64) -> bool {
        among(opcode, super::WITH_JUMP)
    }

    /// Return True if the opcode accesses a free variable, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_free(opcode: i64) -> bool {
        among(opcode, super::WITH_CELL)
    }

    /// Return True if the opcode accesses a local variable, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_local(opcode: i64) -> bool {
        among(opcode, super::WITH_LOCAL)
    }

    /// Return True if the opcode sets an exception handler, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_exc(opcode: i64) -> bool {
        among(opcode, super::WITH_HANDLER)
    }

    /// Return the specialization stats
    #[pyfunction]
    fn get_specialization_stats() -> Value {
        Value::NONE
    }

    fn names(cx: &Context, names: &[&str]) -> PyResult {
        let list = cx.new_list(names.len())?;
        for name in names {
            list.push(cx, cx.str(name)?)?;
        }
        Ok(list.as_value())
    }

    /// Return a list of names of the unary intrinsics.
    #[pyfunction]
    fn get_intrinsic1_descs(cx: &Context) -> PyResult {
        names(cx, super::INTRINSICS)
    }

    /// Return a list of names of the binary intrinsics.
    #[pyfunction]
    fn get_intrinsic2_descs(cx: &Context) -> PyResult {
        names(cx, super::BINARY_INTRINSICS)
    }

    /// Return a list of special method names.
    #[pyfunction]
    fn get_special_method_names(cx: &Context) -> PyResult {
        names(cx, super::SPECIAL_METHODS)
    }

    /// Return array of symbols of binary ops.
    ///
    /// Indexed by the BINARY_OP oparg value.
    #[pyfunction]
    fn get_nb_ops(cx: &Context) -> PyResult {
        let list = cx.new_list(super::OPERATORS.len())?;
        for (name, symbol) in super::OPERATORS {
            list.push(cx, cx.tuple(&[cx.str(name)?, cx.str(symbol)?])?)?;
        }
        Ok(list.as_value())
    }

    /// Return the executor object at offset in code if exists, None otherwise.
    #[pyfunction(signature = "(*, code, offset)")]
    fn get_executor(cx: &Context, code: Value, offset: i64) -> PyResult {
        let _ = (code, offset);
        Err(cx.raise(ExceptionClass::RuntimeError, format_args!("Executors are not available in this build")))
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        cx.module_dict(module)?.set_str(cx, cx.intern_str("ENABLE_SPECIALIZATION")?, cx.int(0)?)
    }
}
