//! Audit hooks: `sys.addaudithook`, `sys.audit`, and how natives raise events.
//!
//! Invariant: the hooks are a tuple that a root holds, absent while there are none. It only grows: a longer tuple takes its place, so that who
//! calls the hooks goes over those that were there at the event, in the order of their addition, whatever other threads add meanwhile.
//! An operation without hooks pays one relaxed load. Natives raise their events where CPython does, with its arguments: after the
//! arguments are checked, before anything is done. Source: Python/sysmodule.c (`sys_audit_tstate`), PEP 578, the audit events table.

use threadsnake_heap::arch::Ordering;
use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

impl Context {
    /// Whether there are audit hooks.
    #[inline(always)]
    pub fn is_audited(&self) -> bool {
        // Relaxed: a hook sees what happens after `addaudithook` returned in the same thread, or in one that was told of it, and being told
        // orders the load. Who finds hooks loads them anew, with Acquire.
        self.engine().roots[Root::AuditHooks as usize].load(Ordering::Relaxed) != 0
    }

    /// Raises an audit event. The arguments are made only if there are hooks.
    ///
    /// # Errors
    /// What a hook raises: the operation is not to be done then. MemoryError.
    #[inline(always)]
    pub fn audit<const COUNT: usize>(
        &self,
        event: &str,
        arguments: impl FnOnce() -> PyResult<[Value; COUNT]>,
    ) -> PyResult<()> {
        if self.is_audited() { self.audit_slow(event, arguments) } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn audit_slow<const COUNT: usize>(
        &self,
        event: &str,
        arguments: impl FnOnce() -> PyResult<[Value; COUNT]>,
    ) -> PyResult<()> {
        let arguments = arguments()?;
        self.call_audit_hooks(self.intern_str(event)?.as_value(), &arguments)
    }

    fn call_audit_hooks(&self, event: Value, arguments: &[Value]) -> PyResult<()> {
        let Some(hooks) = self.root(Root::AuditHooks).and_then(Tuple::from_value) else { return Ok(()) };
        let arguments = self.tuple(arguments)?;
        for &hook in hooks.as_slice() {
            self.call(hook, &[event, arguments])?;
        }
        Ok(())
    }
}

/// Passes the event to any hooks that are attached.
#[pyfunction(signature = "(event, /, *args)")]
pub fn audit(cx: &Context, event: Value, args: &[Value]) -> PyResult<()> {
    if Str::from_value(event).is_none() {
        return Err(
            cx.type_error(format_args!("expected str for argument 'event', not {}", cx.type_name(event)))
        );
    }
    cx.call_audit_hooks(event, args)
}

/// Adds a new audit hook callback.
#[pyfunction(signature = "(hook)")]
pub fn addaudithook(cx: &Context, hook: Value) -> PyResult<()> {
    if let Err(raised) = cx.audit("sys.addaudithook", || Ok([])) {
        // A hook that was there refuses the new one; nobody is told, so that a program cannot find out that it is watched.
        if cx.pending_is(&raised, ExceptionClass::Exception) {
            cx.take_exception(raised);
            return Ok(());
        }
        return Err(raised);
    }
    loop {
        let old = cx.root(Root::AuditHooks);
        let mut hooks = cx.scratch();
        if let Some(old) = old.and_then(Tuple::from_value) {
            hooks.extend_from_slice(old.as_slice());
        }
        hooks.push(hook);
        // Another thread may have added one in the meantime: then its tuple is there, at another address, because `old` is still held here.
        if cx.replace_root(Root::AuditHooks, old, cx.tuple(hooks.as_slice())?) {
            return Ok(());
        }
    }
}

/// Raises the event of reading an attribute that leads to code or frames.
///
/// # Errors
/// What a hook raises.
#[inline(always)]
pub(crate) fn audit_read(cx: &Context, object: Value, name: &str) -> PyResult<()> {
    cx.audit("object.__getattr__", || Ok([object, cx.intern_str(name)?.as_value()]))
}

/// Raises the event of setting such an attribute, or of deleting it.
///
/// # Errors
/// What a hook raises.
#[inline(always)]
pub(crate) fn audit_change(cx: &Context, object: Value, name: &str, value: Option<Value>) -> PyResult<()> {
    match value {
        Some(value) => {
            cx.audit("object.__setattr__", || Ok([object, cx.intern_str(name)?.as_value(), value]))
        }
        None => cx.audit("object.__delattr__", || Ok([object, cx.intern_str(name)?.as_value()])),
    }
}
