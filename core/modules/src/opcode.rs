//! `_opcode`: what `opcode` and `dis` ask about instructions.
//!
//! Invariant: the instructions of code objects here are not CPython's, so none of the numbers in `opcode.opmap` is valid, has an argument, or jumps;
//! the lists that `dis` decodes CPython's arguments by are empty. `stack_effect` raises. Source: Modules/_opcode.c.

use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;

#[pymodule(name = "_opcode")]
/// Opcode support module.
pub mod module {
    use super::*;

    /// Compute the stack effect of the opcode.
    #[pyfunction(signature = "(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(
        cx: &Context,
        opcode: Value,
        oparg: Option<Value>,
        jump: Option<Value>,
    ) -> PyResult<Value> {
        let _ = (opcode, oparg, jump);
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("_opcode.stack_effect is not supported: threadsnake's instructions have no stack"),
        ))
    }

    /// Return True if opcode is valid, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn is_valid(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode uses its oparg, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_arg(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode accesses a constant, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_const(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode accesses an attribute by name, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_name(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode has a jump target, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_jump(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode accesses a free variable, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_free(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode accesses a local variable, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_local(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return True if the opcode sets an exception handler, False otherwise.
    #[pyfunction(signature = "(opcode)")]
    fn has_exc(opcode: i32) -> bool {
        let _ = opcode;
        false
    }

    /// Return array of symbols of binary ops.
    #[pyfunction]
    fn get_nb_ops(cx: &Context) -> PyResult<Value> {
        cx.list(&[])
    }

    /// Return a list of names of the unary intrinsics.
    #[pyfunction]
    fn get_intrinsic1_descs(cx: &Context) -> PyResult<Value> {
        cx.list(&[])
    }

    /// Return a list of names of the binary intrinsics.
    #[pyfunction]
    fn get_intrinsic2_descs(cx: &Context) -> PyResult<Value> {
        cx.list(&[])
    }

    /// Return a list of special method names.
    #[pyfunction]
    fn get_special_method_names(cx: &Context) -> PyResult<Value> {
        cx.list(&[])
    }

    /// Return the executor object at offset in code if exists, None otherwise.
    #[pyfunction(signature = "(*, code, offset)")]
    fn get_executor(cx: &Context, code: Value, offset: i32) -> PyResult<Value> {
        let _ = (code, offset);
        Err(cx.raise(ExceptionClass::RuntimeError, format_args!("Executors are not available in this build")))
    }

    /// Return the specialization stats.
    #[pyfunction]
    fn get_specialization_stats() -> Value {
        Value::NONE
    }
}
