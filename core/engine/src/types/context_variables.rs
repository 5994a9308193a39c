//! `contextvars`: contexts, context variables and tokens.
//!
//! A context's map is a dict that nobody changes: setting a variable replaces it by a changed copy, so copying a context is one load.
//! (CPython uses a hash trie; programs have few variables, and a dict of few entries copies faster than a trie grows.)
//!
//! Invariant: a thread's current context is the thread root `ContextVariables`, absent for an empty one never asked for; a context is entered by
//! at most one run at a time. Source: Python/context.c, PEP 567; threads inherit a copy, as on free-threaded CPython.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods, pymodule};

use crate::context::{Context, ThreadRoot};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::{Arguments, NativeType};
use crate::object_access::ObjectAccess;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::value::Value;

/// Slot of a context's map, or empty.
const MAP: usize = 0;
/// Slot of the context that was current before this one was entered, or empty.
const PREVIOUS: usize = 1;
/// Raw offset of whether a context is entered.
const ENTERED: usize = 0;

/// A context.
#[pyclass(id = Context, name = "Context", module = "_contextvars", slots = 2, raw = 8)]
pub struct VariableContext(ObjectRef);

/// Slot of a variable's name.
const VARIABLE_NAME: usize = 0;
/// Slot of a variable's default, or empty.
const VARIABLE_DEFAULT: usize = 1;

/// A context variable.
#[pyclass(id = ContextVariable, name = "ContextVar", module = "_contextvars", slots = 2)]
pub struct ContextVariable(ObjectRef);

/// Slot of the context that a token's variable was set in.
const TOKEN_CONTEXT: usize = 0;
/// Slot of a token's variable.
const TOKEN_VARIABLE: usize = 1;
/// Slot of the value before, or empty.
const TOKEN_OLD_VALUE: usize = 2;
/// Raw offset of whether a token was used.
const USED: usize = 0;

/// What restores a variable.
#[pyclass(id = ContextToken, name = "Token", module = "_contextvars", slots = 3, raw = 8)]
pub struct ContextToken(ObjectRef);

impl VariableContext {
    fn map(self) -> Option<Dict> {
        self.0.value(MAP).and_then(Dict::from_value)
    }

    fn lookup(self, cx: &Context, variable: Value) -> PyResult<Option<Value>> {
        match self.map() {
            Some(map) => map.get(cx, variable),
            None => Ok(None),
        }
    }

    /// Sets or deletes a variable, by a changed copy of the map.
    fn change(self, cx: &Context, variable: Value, value: Option<Value>) -> PyResult<()> {
        let map = match self.map() {
            Some(map) => map.copy(cx)?,
            None => cx.new_dict()?,
        };
        match value {
            Some(value) => map.set(cx, variable, value)?,
            None => {
                map.remove(cx, variable)?;
            }
        }
        cx.store(self.0, MAP, map.as_value());
        Ok(())
    }

    fn copied(self, cx: &Context) -> PyResult<VariableContext> {
        let copy = new_context(cx)?;
        cx.store_optional(copy.0, MAP, self.0.value(MAP));
        Ok(copy)
    }

    fn enter(self, cx: &Context) -> PyResult<()> {
        if self.0.raw_compare_exchange_u64(ENTERED, 0, 1).is_err() {
            return Err(cx.raise(
                ExceptionClass::RuntimeError,
                format_args!("cannot enter context: {} is already entered", cx.repr_lossy(self.as_value())),
            ));
        }
        cx.store_optional(self.0, PREVIOUS, cx.thread_root(ThreadRoot::ContextVariables));
        cx.set_thread_root(ThreadRoot::ContextVariables, Some(self.as_value()));
        Ok(())
    }

    fn leave(self, cx: &Context) {
        cx.set_thread_root(ThreadRoot::ContextVariables, self.0.value(PREVIOUS));
        cx.clear(self.0, PREVIOUS);
        self.0.raw_store_u64(ENTERED, 0);
    }
}

fn new_context(cx: &Context) -> PyResult<VariableContext> {
    let native = <VariableContext as NativeType>::CLASS;
    let class = cx.build_on_demand(native)?;
    Ok(VariableContext(crate::types::class::allocate_of_class(cx, class)?))
}

/// The thread's current context, made at first use.
fn current(cx: &Context) -> PyResult<VariableContext> {
    if let Some(context) = cx.thread_root(ThreadRoot::ContextVariables).and_then(VariableContext::from_value)
    {
        return Ok(context);
    }
    let fresh = new_context(cx)?;
    fresh.0.raw_store_u64(ENTERED, 1);
    cx.set_thread_root(ThreadRoot::ContextVariables, Some(fresh.as_value()));
    Ok(fresh)
}

/// A copy of the thread's current context: `copy_context()`, and what a new thread starts with.
///
/// # Errors
/// MemoryError.
pub fn copy_of_current(cx: &Context) -> PyResult<Value> {
    Ok(current(cx)?.copied(cx)?.as_value())
}

/// A new context variable.
///
/// # Errors
/// MemoryError.
pub(crate) fn new_variable(cx: &Context, name: Value, default: Option<Value>) -> PyResult<Value> {
    let class = cx.build_on_demand(<ContextVariable as NativeType>::CLASS)?;
    let object = crate::types::class::allocate_of_class(cx, class)?;
    cx.store(object, VARIABLE_NAME, name);
    cx.store_optional(object, VARIABLE_DEFAULT, default);
    Ok(Value::from(object))
}

fn expect_variable(cx: &Context, key: Value) -> PyResult<Value> {
    match ContextVariable::from_value(key) {
        Some(_) => Ok(key),
        None => Err(cx.type_error(format_args!("a ContextVar key was expected, got {}", cx.repr_lossy(key)))),
    }
}

#[pymethods]
impl VariableContext {
    #[pynew]
    fn new(cx: &Context, class: Value) -> PyResult<Value> {
        let _ = class;
        Ok(new_context(cx)?.as_value())
    }

    #[pymethod]
    fn run(cx: &Context, this: VariableContext, arguments: Arguments<'_>) -> PyResult<Value> {
        let Some(&callable) = arguments.positional().first() else {
            return Err(cx.type_error(format_args!("run() missing 1 required positional argument")));
        };
        this.enter(cx)?;
        let result = cx.call_with(callable, arguments.without_first());
        this.leave(cx);
        result
    }

    /// Return a shallow copy of the context object.
    #[pymethod]
    fn copy(cx: &Context, this: VariableContext) -> PyResult<Value> {
        Ok(this.copied(cx)?.as_value())
    }

    /// Return the value for `key` if `key` has the value in the context object.
    #[pymethod(signature = "($self, key, default=None, /)")]
    fn get(cx: &Context, this: VariableContext, key: Value, default: Option<Value>) -> PyResult<Value> {
        let key = expect_variable(cx, key)?;
        Ok(VariableContext::lookup(this, cx, key)?.or(default).unwrap_or(Value::NONE))
    }

    /// Return self[key].
    #[pymethod(name = "__getitem__")]
    fn get_item(cx: &Context, this: VariableContext, key: Value) -> PyResult<Value> {
        let key = expect_variable(cx, key)?;
        match VariableContext::lookup(this, cx, key)? {
            Some(value) => Ok(value),
            None => Err(cx.key_error(key)),
        }
    }

    /// Return bool(key in self).
    #[pymethod(name = "__contains__")]
    fn contains(cx: &Context, this: VariableContext, key: Value) -> PyResult<bool> {
        let key = expect_variable(cx, key)?;
        Ok(VariableContext::lookup(this, cx, key)?.is_some())
    }

    /// Return len(self).
    #[pymethod(name = "__len__")]
    fn length(this: VariableContext) -> usize {
        this.map().map_or(0, Dict::len)
    }

    /// Implement iter(self).
    #[pymethod(name = "__iter__")]
    fn iterate(cx: &Context, this: VariableContext) -> PyResult<Value> {
        cx.iterator_object(Self::keys(cx, this)?)
    }

    /// Return a list of all variables in the context object.
    #[pymethod]
    fn keys(cx: &Context, this: VariableContext) -> PyResult<Value> {
        part(cx, this, |pair| pair.first().copied())
    }

    /// Return a list of all variables' values in the context object.
    #[pymethod]
    fn values(cx: &Context, this: VariableContext) -> PyResult<Value> {
        part(cx, this, |pair| pair.get(1).copied())
    }

    /// Return all variables and their values in the context object.
    #[pymethod]
    fn items(cx: &Context, this: VariableContext) -> PyResult<Value> {
        let mut found = cx.scratch();
        if let Some(map) = this.map() {
            for pair in map.snapshot(cx).as_slice().chunks_exact(2) {
                found.push(cx.tuple(pair)?);
            }
        }
        cx.list(found.as_slice())
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: VariableContext, value: Value) -> PyResult<Value> {
        let Some(other) = VariableContext::from_value(value) else { return Ok(Value::NOT_IMPLEMENTED) };
        let left = this.map().map_or_else(|| cx.new_dict(), Ok)?;
        let right = other.map().map_or_else(|| cx.new_dict(), Ok)?;
        Ok(Value::from_bool(cx.equal(left.as_value(), right.as_value())?))
    }
}

fn part(
    cx: &Context,
    context: VariableContext,
    choose: impl Fn(&[Value]) -> Option<Value>,
) -> PyResult<Value> {
    let mut found = cx.scratch();
    if let Some(map) = context.map() {
        for pair in map.snapshot(cx).as_slice().chunks_exact(2) {
            if let Some(value) = choose(pair) {
                found.push(value);
            }
        }
    }
    cx.list(found.as_slice())
}

#[pymethods]
impl ContextVariable {
    #[pynew(signature = "(name, /, *, default=None)")]
    fn new(cx: &Context, class: Value, name: Value, default: Option<Value>) -> PyResult<Value> {
        let _ = class;
        if Str::from_value(name).is_none() {
            return Err(cx.type_error(format_args!("context variable name must be a str")));
        }
        new_variable(cx, name, default)
    }

    /// Return a value for the context variable for the current context.
    #[pymethod(signature = "($self, default=None, /)")]
    fn get(cx: &Context, this: ContextVariable, default: Option<Value>) -> PyResult<Value> {
        let context = cx.thread_root(ThreadRoot::ContextVariables).and_then(VariableContext::from_value);
        let found = match context {
            Some(context) => VariableContext::lookup(context, cx, this.as_value())?,
            None => None,
        };
        match found.or(default).or_else(|| this.0.value(VARIABLE_DEFAULT)) {
            Some(value) => Ok(value),
            None => Err(cx.raise_with(ExceptionClass::LookupError, &[this.as_value()])),
        }
    }

    /// Call to set a new value for the context variable in the current context.
    #[pymethod]
    fn set(cx: &Context, this: ContextVariable, value: Value) -> PyResult<Value> {
        let context = current(cx)?;
        let old = VariableContext::lookup(context, cx, this.as_value())?;
        let class = cx.build_on_demand(<ContextToken as NativeType>::CLASS)?;
        let token = crate::types::class::allocate_of_class(cx, class)?;
        cx.store(token, TOKEN_CONTEXT, context.as_value());
        cx.store(token, TOKEN_VARIABLE, this.as_value());
        cx.store_optional(token, TOKEN_OLD_VALUE, old);
        context.change(cx, this.as_value(), Some(value))?;
        Ok(Value::from(token))
    }

    /// Reset the context variable.
    #[pymethod]
    fn reset(cx: &Context, this: ContextVariable, token: Value) -> PyResult<()> {
        let Some(token) = ContextToken::from_value(token) else {
            return Err(
                cx.type_error(format_args!("expected an instance of Token, got {}", cx.repr_lossy(token)))
            );
        };
        let shown = || cx.repr_lossy(token.as_value());
        if token.0.raw_u64(USED) != 0 {
            return Err(cx.raise(
                ExceptionClass::RuntimeError,
                format_args!("{} has already been used once", shown()),
            ));
        }
        if token.0.value(TOKEN_VARIABLE) != Some(this.as_value()) {
            return Err(cx.value_error(format_args!("{} was created by a different ContextVar", shown())));
        }
        let context = current(cx)?;
        if token.0.value(TOKEN_CONTEXT) != Some(context.as_value()) {
            return Err(cx.value_error(format_args!("{} was created in a different Context", shown())));
        }
        if token.0.raw_compare_exchange_u64(USED, 0, 1).is_err() {
            return Err(cx.raise(
                ExceptionClass::RuntimeError,
                format_args!("{} has already been used once", shown()),
            ));
        }
        context.change(cx, this.as_value(), token.0.value(TOKEN_OLD_VALUE))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ContextVariable) -> PyResult<Value> {
        let name = cx.repr(this.0.value(VARIABLE_NAME).unwrap_or(Value::NONE))?;
        let address = this.0.address();
        match this.0.value(VARIABLE_DEFAULT) {
            Some(default) => {
                let default = cx.repr(default)?;
                cx.str_format(format_args!("<ContextVar name={name} default={default} at {address:#x}>"))
            }
            None => cx.str_format(format_args!("<ContextVar name={name} at {address:#x}>")),
        }
    }

    #[pygetter]
    fn name(this: ContextVariable) -> Option<Value> {
        this.0.value(VARIABLE_NAME)
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult<Value> {
        cx.generic_alias(class, object)
    }
}

#[pymethods]
impl ContextToken {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = (class, arguments);
        Err(cx.raise(ExceptionClass::RuntimeError, format_args!("Tokens can only be created by ContextVars")))
    }

    /// Enter into Token context manager.
    #[pymethod(name = "__enter__")]
    fn enter(this: ContextToken) -> ContextToken {
        this
    }

    /// Exit from Token context manager, restore the linked ContextVar.
    #[pymethod(name = "__exit__", signature = "($self, type, value, traceback, /)")]
    fn exit(cx: &Context, this: ContextToken, r#type: Value, value: Value, traceback: Value) -> PyResult<()> {
        let _ = (r#type, value, traceback);
        match this.0.value(TOKEN_VARIABLE).and_then(ContextVariable::from_value) {
            Some(variable) => ContextVariable::reset(cx, variable, this.as_value()),
            None => Ok(()),
        }
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: ContextToken) -> PyResult<Value> {
        let variable = cx.repr(this.0.value(TOKEN_VARIABLE).unwrap_or(Value::NONE))?;
        let used = if this.0.raw_u64(USED) != 0 { " used" } else { "" };
        cx.str_format(format_args!("<Token{used} var={variable} at {:#x}>", this.0.address()))
    }

    #[pygetter]
    fn var(this: ContextToken) -> Option<Value> {
        this.0.value(TOKEN_VARIABLE)
    }

    #[pygetter]
    fn old_value(cx: &Context, this: ContextToken) -> PyResult<Value> {
        match this.0.value(TOKEN_OLD_VALUE) {
            Some(value) => Ok(value),
            None => cx.get_attribute(cx.class(Kind::ContextToken), cx.intern_str("MISSING")?),
        }
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult<Value> {
        cx.generic_alias(class, object)
    }
}

/// What `Token.old_value` is when the variable had none: its `repr` is all it has.
#[pyclass(id = ContextTokenMissing, name = "Token.MISSING", module = "_contextvars", flags(NOT_INSTANTIABLE))]
pub struct MissingToken(ObjectRef);

#[pymethods]
impl MissingToken {
    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: MissingToken) -> PyResult<Value> {
        let _ = this;
        cx.str("<Token.MISSING>")
    }
}

/// Context Variables
#[pymodule(name = "_contextvars", classes(VariableContext, ContextVariable, ContextToken))]
pub mod contextvars {
    use super::*;

    /// Copy the current context.
    #[pyfunction]
    fn copy_context(cx: &Context) -> PyResult<Value> {
        copy_of_current(cx)
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let _ = module;
        let class = cx.build_on_demand(<MissingToken as NativeType>::CLASS)?;
        let missing = crate::types::class::allocate_of_class(cx, class)?;
        let token = cx.build_on_demand(<ContextToken as NativeType>::CLASS)?;
        token.set_attribute(cx, cx.intern_str("MISSING")?, Some(Value::from(missing)))?;
        Ok(())
    }
}
