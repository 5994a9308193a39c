//! `atexit`: functions that run when the program ends.
//!
//! Invariant: the callbacks are a dict in the engine's roots, from a number that is never used twice to `(function, arguments, keywords)`, so
//! adding, removing and taking the last are the dict's own atomic operations and each callback runs at most once. Only the
//! calls that the host makes at the end, and `_run_exitfuncs`, run them. Source: Modules/atexitmodule.c.

use alloc::format;

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pymodule;

fn callbacks(cx: &Context) -> Option<Dict> {
    cx.root(Root::AtExit).and_then(Dict::from_value)
}

fn call(cx: &Context, callback: Value) {
    let Some(entry) = Tuple::from_value(callback) else { return };
    let (Some(function), Some(arguments), keywords) =
        (entry.get(0), entry.get(1).and_then(Tuple::from_value), entry.get(2).and_then(Dict::from_value))
    else {
        return;
    };
    if let Err(raised) = cx.call_spread(function, arguments, keywords) {
        let exception = cx.take_exception(raised);
        let text = format!("Exception ignored in atexit callback {}", cx.repr_lossy(function));
        cx.report_unraisable(exception, Some(&text), Value::NONE);
    }
}

/// allow programmer to define multiple exit functions to be executed
/// upon normal program termination.
///
/// Two public functions, register and unregister, are defined.
#[pymodule(name = "atexit")]
pub mod module {
    use threadsnake_engine::native::Arguments;

    use super::*;

    /// Register a function to be executed upon normal program termination
    ///
    ///     func - function to be called at exit
    ///     args - optional arguments to pass to func
    ///     kwargs - optional keyword arguments to pass to func
    ///
    ///     func is returned to facilitate usage as a decorator.
    #[pyfunction(signature = "(func, /, *args, **kwargs)")]
    fn register(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
        let Some((&function, rest)) = arguments.positional().split_first() else {
            return Err(cx.type_error(format_args!("register() takes at least 1 argument (0 given)")));
        };
        if !cx.is_callable(function) {
            return Err(cx.type_error(format_args!("the first argument must be callable")));
        }
        let Some(callbacks) = callbacks(cx) else { return Ok(function) };
        let keywords = if arguments.keywords().is_empty() {
            Value::NONE
        } else {
            let keywords = cx.new_dict()?;
            for (name, value) in arguments.keywords().iter() {
                keywords.set(cx, name, value)?;
            }
            keywords.as_value()
        };
        let entry = cx.tuple(&[function, cx.tuple(rest)?, keywords])?;
        let number = cx.int_from_u64(cx.next_version())?;
        callbacks.set(cx, number, entry)?;
        Ok(function)
    }

    /// Unregister an exit function which was previously registered using
    /// atexit.register
    ///
    ///     func - function to be unregistered
    #[pyfunction(signature = "(func, /)")]
    fn unregister(cx: &Context, func: Value) -> PyResult<()> {
        let Some(callbacks) = callbacks(cx) else { return Ok(()) };
        for pair in callbacks.snapshot(cx).as_slice().chunks_exact(2) {
            let &[number, entry] = pair else { continue };
            let registered = Tuple::from_value(entry).and_then(|entry| entry.get(0));
            if let Some(registered) = registered
                && cx.equal(registered, func)?
            {
                callbacks.remove(cx, number)?;
            }
        }
        Ok(())
    }

    /// Clear the list of previously registered exit functions.
    #[pyfunction]
    fn _clear(cx: &Context) {
        if let Some(callbacks) = callbacks(cx) {
            callbacks.clear(cx);
        }
    }

    /// Run all registered exit functions.
    ///
    /// If a callback raises an exception, it is logged with sys.unraisablehook.
    #[pyfunction]
    fn _run_exitfuncs(cx: &Context) {
        // One that registers another is followed by it.
        while let Some((_, entry)) = callbacks(cx).and_then(|callbacks| callbacks.pop_last(cx)) {
            call(cx, entry);
        }
    }

    /// Return the number of registered exit functions.
    #[pyfunction]
    fn _ncallbacks(cx: &Context) -> usize {
        callbacks(cx).map_or(0, Dict::len)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let _ = module;
        if callbacks(cx).is_none() {
            cx.set_root(Root::AtExit, Some(cx.new_dict()?.as_value()));
        }
        Ok(())
    }
}
