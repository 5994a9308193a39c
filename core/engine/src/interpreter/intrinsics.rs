//! What the compiler refers to by number: objects that no name can hide, and intrinsic functions.
//!
//! Invariant: the numbers are places in `CommonObject::ALL` and `Intrinsic::ALL`.
//! Source: Python/intrinsics.c, Python/bytecodes.c (`LOAD_COMMON_CONSTANT`).

use threadsnake_bytecode::{CommonObject, Intrinsic};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::variables::{mapping_find, namespace};
use crate::kind::Kind;
use crate::types::function::{self, Function};
use crate::value::Value;

/// An object of `LoadCommon`.
pub(crate) fn common_object(cx: &Context, number: u16) -> Value {
    match CommonObject::ALL.get(number as usize) {
        Some(CommonObject::AssertionError) => cx.exception_class(ExceptionClass::AssertionError),
        Some(CommonObject::NotImplementedError) => cx.exception_class(ExceptionClass::NotImplementedError),
        Some(CommonObject::StopAsyncIteration) => cx.exception_class(ExceptionClass::StopAsyncIteration),
        Some(CommonObject::BaseException) => cx.exception_class(ExceptionClass::BaseException),
        Some(CommonObject::GeneratorExit) => cx.exception_class(ExceptionClass::GeneratorExit),
        Some(CommonObject::Tuple) => cx.class(Kind::Tuple),
        Some(CommonObject::Object) | None => cx.class(Kind::Object),
    }
}

/// How many registers an intrinsic reads.
pub(crate) fn intrinsic_arguments(number: u16) -> u16 {
    Intrinsic::ALL.get(number as usize).map_or(0, |intrinsic| intrinsic.argument_count())
}

pub(crate) fn call_intrinsic(cx: &Context, number: u16, arguments: &[Value]) -> PyResult<Value> {
    use crate::types::type_parameters;
    let first = arguments.first().copied().unwrap_or(Value::NONE);
    let second = arguments.get(1).copied().unwrap_or(Value::NONE);
    let third = arguments.get(2).copied().unwrap_or(Value::NONE);
    match Intrinsic::ALL.get(number as usize) {
        Some(Intrinsic::DisplayHook) => {
            let hook = cx.sys_attribute("displayhook")?;
            match hook {
                Some(hook) => cx.call(hook, &[first]),
                None => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("lost sys.displayhook"))),
            }
        }
        Some(Intrinsic::TypeVariable) => type_parameters::type_variable(cx, first, None, None),
        Some(Intrinsic::TypeVariableWithBound) => {
            type_parameters::type_variable(cx, first, Some(second), None)
        }
        Some(Intrinsic::TypeVariableWithConstraints) => {
            type_parameters::type_variable(cx, first, None, Some(second))
        }
        Some(Intrinsic::ParameterSpecification) => type_parameters::parameter_specification(cx, first),
        Some(Intrinsic::TypeVariableTuple) => type_parameters::type_variable_tuple(cx, first),
        Some(Intrinsic::SetTypeParameterDefault) => type_parameters::set_default(cx, first, second),
        Some(Intrinsic::TypeAlias) => type_parameters::type_alias(cx, first, second, third),
        Some(Intrinsic::SetFunctionTypeParameters) => {
            if let Some(function) = Function::from_value(first) {
                cx.store(function.object(), function::slot::TYPE_PARAMETERS, second);
            }
            Ok(first)
        }
        Some(Intrinsic::SubscriptGeneric) => type_parameters::subscript_generic(cx, first),
        Some(Intrinsic::StopIterationError) => crate::types::generator::stop_iteration_error(cx, first),
        Some(Intrinsic::SetUpAnnotations) => {
            let target = namespace(cx.frames().current());
            let name = cx.intern_str("__annotations__")?;
            if mapping_find(cx, target, name)?.is_none() {
                cx.set_item(target, name.as_value(), cx.new_dict()?.as_value())?;
            }
            Ok(Value::NONE)
        }
        None => Err(cx.raise(ExceptionClass::SystemError, format_args!("unknown intrinsic {number}"))),
    }
}
