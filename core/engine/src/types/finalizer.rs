//! Finalization of objects that became unreachable: `__del__`, and the clean-up of native classes.
//!
//! Invariant: called at most once per object, at a safepoint, with no exception pending. Source: PEP 442.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::ClassFlags;
use crate::types::class::Class;
use crate::types::generator;
use crate::value::Value;

/// Finalizes one object.
///
/// # Errors
/// What `__del__` raises.
pub(crate) fn finalize(cx: &Context, object: ObjectRef) -> PyResult<()> {
    let value = Value::from(object);
    match Kind::of(object) {
        Kind::Generator if generator::state_of(object) == generator::state::SUSPENDED => {
            return generator::close(cx, object);
        }
        Kind::Coroutine if generator::state_of(object) == generator::state::SUSPENDED => {
            return generator::close(cx, object);
        }
        Kind::Coroutine if generator::state_of(object) == generator::state::CREATED => {
            return crate::types::generator_methods::warn_never_awaited(cx, object);
        }
        Kind::AsyncGenerator => return crate::types::async_generator::finalize(cx, object),
        _ => {}
    }
    let class = cx.class_of(value);
    let mut result = Ok(());
    if let Some(method) = class.lookup_name(cx, Name::__del__) {
        let bound = cx.descriptor_get(method, Some(value), class)?;
        result = cx.call(bound, &[]).map(|_| ());
    }
    let mut base: Option<Class> = Some(class);
    while let Some(class) = base {
        if class.is_native()
            && class.flags().has(ClassFlags::NATIVE_FINALIZER)
            && let Some(finalize) = class.native().and_then(|native| native.finalize)
        {
            finalize(cx, value);
            break;
        }
        base = class.base();
    }
    result
}

/// Hands an exception that nobody can catch to `sys.unraisablehook`.
pub fn write_unraisable(cx: &Context, exception: Value, object: Option<Value>) {
    cx.report_unraisable(exception, None, object.unwrap_or(Value::NONE));
}

/// As [`write_unraisable`], with a text in place of `Exception ignored in`.
pub fn write_unraisable_text(cx: &Context, exception: Value, text: &str, object: Value) {
    cx.report_unraisable(exception, Some(text), object);
}
