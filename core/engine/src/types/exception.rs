//! Exceptions: layout, raising, matching. The classes' constructors and attributes are in `types/exception_methods.rs`.
//!
//! Invariant: every exception object has the slots below; `TRACEBACK` grows at its head as frames are left. MemoryError and
//! RecursionError can be raised without allocating: the engine keeps an instance of the first.
//! Source: Objects/exceptions.c, Python/errors.c.

use core::fmt;

use threadsnake_heap::ObjectRef;

use crate::context::{Context, ThreadRoot};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::native::ClassFlags;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Slots of every exception.
pub mod slot {
    /// `args`
    pub const ARGUMENTS: usize = 0;
    /// `__traceback__`, or empty
    pub const TRACEBACK: usize = 1;
    /// `__context__`, or empty
    pub const CONTEXT: usize = 2;
    /// `__cause__`, or empty
    pub const CAUSE: usize = 3;
    /// First slot of what a class adds: `StopIteration.value`, `AttributeError.name`, `.obj`, ...
    pub const EXTRA: usize = 4;
    /// Number of slots of `BaseException`.
    pub const COUNT: u16 = 4;
    /// Number of slots of the classes that add attributes.
    pub const COUNT_WITH_EXTRA: u16 = 12;
}

/// Raw bytes of an exception.
pub const RAW_BYTES: u16 = 8;
/// Raw offset of `__suppress_context__`.
pub const SUPPRESS_CONTEXT: usize = 0;

/// `AttributeError.name` and `NameError.name`, relative to `slot::EXTRA`.
pub const EXTRA_NAME: usize = slot::EXTRA;
/// `AttributeError.obj`
pub const EXTRA_OBJECT: usize = slot::EXTRA + 1;
/// `StopIteration.value`, `SystemExit.code`
pub const EXTRA_VALUE: usize = slot::EXTRA;

/// An exception object, if the value is one.
#[inline(always)]
pub fn as_exception(value: Value) -> Option<ObjectRef> {
    value.as_kind(Kind::BaseException)
}

/// Makes an instance of a builtin exception class without running its constructor's Python-visible part.
///
/// # Errors
/// MemoryError.
pub fn new_exception(cx: &Context, class: ExceptionClass, arguments: &[Value]) -> PyResult<ObjectRef> {
    let Some(class_object) = Class::from_value(cx.exception_class(class)) else {
        unreachable!("exception classes are made at start");
    };
    let arguments = cx.tuple(arguments)?;
    let object = allocate_of_class(cx, class_object)?;
    cx.store(object, slot::ARGUMENTS, arguments);
    Ok(object)
}

pub(crate) fn raise_text(cx: &Context, class: ExceptionClass, text: fmt::Arguments<'_>) -> Raised {
    let message = match cx.str_format(text) {
        Ok(message) => message,
        Err(raised) => return raised,
    };
    raise_arguments(cx, class, &[message])
}

pub(crate) fn raise_arguments(cx: &Context, class: ExceptionClass, arguments: &[Value]) -> Raised {
    match new_exception(cx, class, arguments) {
        Ok(object) => {
            // What `__init__` would do: `value`, `code` and `msg` are all the first slot of their classes' own.
            let keeps_first = matches!(
                class,
                ExceptionClass::StopIteration
                    | ExceptionClass::SystemExit
                    | ExceptionClass::SyntaxError
                    | ExceptionClass::IndentationError
                    | ExceptionClass::TabError
            );
            if keeps_first && let Some(&value) = arguments.first() {
                cx.store(object, EXTRA_VALUE, value);
            }
            cx.raise_object(object)
        }
        Err(raised) => raised,
    }
}

const _: () = assert!(EXTRA_VALUE == crate::types::syntax_error::MESSAGE);

pub(crate) fn raise_memory_error(cx: &Context) -> Raised {
    match cx.root(crate::engine::Root::EmptyTuple) {
        // Before the builtins exist there is nothing to raise with.
        None => Raised::new(),
        Some(_) => match cx.memory_error_object() {
            Some(object) => cx.raise_object(object),
            None => Raised::new(),
        },
    }
}

pub(crate) fn raise_attribute(cx: &Context, value: Value, name: Str, text: fmt::Arguments<'_>) -> Raised {
    let message = match cx.str_format(text) {
        Ok(message) => message,
        Err(raised) => return raised,
    };
    match new_exception(cx, ExceptionClass::AttributeError, &[message]) {
        Ok(object) => {
            cx.store(object, EXTRA_NAME, name.as_value());
            cx.store(object, EXTRA_OBJECT, value);
            cx.raise_object(object)
        }
        Err(raised) => raised,
    }
}

impl Context {
    /// Raises an exception object: its context becomes the exception being handled.
    pub fn raise_object(&self, object: ObjectRef) -> Raised {
        self.set_exception_context(object);
        self.raise_value(Value::from(object))
    }

    /// Sets `__context__` to the exception being handled, without making a cycle.
    pub(crate) fn set_exception_context(&self, object: ObjectRef) {
        let Some(handled) = self.thread_root(ThreadRoot::Handled) else { return };
        if handled.is(Value::from(object)) {
            return;
        }
        // Break the chain where it would come back to `object` (`_PyErr_SetObject`). The second pointer, at half speed, ends
        // the walk along a chain that is a cycle already.
        let mut current = as_exception(handled);
        let mut slow = current;
        let mut step = false;
        while let Some(exception) = current {
            let next = exception.value(slot::CONTEXT).and_then(as_exception);
            if next == Some(object) {
                self.clear(exception, slot::CONTEXT);
                break;
            }
            if step {
                slow = slow.and_then(|slow| slow.value(slot::CONTEXT)).and_then(as_exception);
                if slow == next {
                    break;
                }
            }
            step = !step;
            current = next;
        }
        self.store(object, slot::CONTEXT, handled);
    }

    /// The MemoryError kept for when there is no memory; made at start.
    fn memory_error_object(&self) -> Option<ObjectRef> {
        self.root(crate::engine::Root::InternalNamespace)
            .and_then(crate::types::list::List::from_value)
            .and_then(|reserve| reserve.get(0))
            .and_then(as_exception)
    }

    /// Whether the pending exception is an instance of a builtin class.
    #[inline]
    pub fn pending_is(&self, raised: &Raised, class: ExceptionClass) -> bool {
        let pending = self.pending_exception(raised);
        self.is_exception_of(pending, class)
    }

    /// Whether a value is an instance of a builtin exception class.
    pub fn is_exception_of(&self, value: Value, class: ExceptionClass) -> bool {
        match Class::from_value(self.exception_class(class)) {
            Some(class) => self.is_instance_of(value, class),
            None => false,
        }
    }

    /// Turns StopIteration into `None`; other exceptions stay.
    ///
    /// # Errors
    /// Any exception but StopIteration.
    pub fn catch_stop_iteration(&self, result: PyResult<Value>) -> PyResult<Option<Value>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) if self.pending_is(&raised, ExceptionClass::StopIteration) => {
                self.take_exception(raised);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    /// StopIteration with a value (`return value` of a generator).
    pub fn stop_iteration_with(&self, value: Value) -> Raised {
        if value.is_none() {
            return self.stop_iteration();
        }
        self.raise_with(ExceptionClass::StopIteration, &[value])
    }

    /// The `value` of a StopIteration.
    pub fn stop_iteration_value(&self, exception: Value) -> Value {
        as_exception(exception)
            .filter(|object| object.slot_count() > EXTRA_VALUE)
            .and_then(|object| object.value(EXTRA_VALUE))
            .unwrap_or(Value::NONE)
    }

    /// Whether a value is an exception class.
    pub fn is_exception_class(&self, value: Value) -> bool {
        Class::from_value(value).is_some_and(|class| class.flags().has(ClassFlags::EXCEPTION))
    }

    /// The exception object for `raise value`: an instance as it is, a class called.
    ///
    /// # Errors
    /// TypeError if it is neither, and what the constructor raises.
    pub fn exception_from(&self, value: Value) -> PyResult<ObjectRef> {
        if let Some(object) = as_exception(value) {
            return Ok(object);
        }
        if self.is_exception_class(value) {
            let made = self.call(value, &[])?;
            return match as_exception(made) {
                Some(object) => Ok(object),
                None => Err(self.type_error(format_args!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    self.repr_lossy(value),
                    self.type_name(made)
                ))),
            };
        }
        Err(self.type_error(format_args!("exceptions must derive from BaseException")))
    }

    /// Whether an exception matches an `except` clause's class or tuple of classes.
    ///
    /// # Errors
    /// TypeError if the clause names no exception class.
    pub fn exception_matches(&self, exception: Value, clause: Value) -> PyResult<bool> {
        if let Some(classes) = Tuple::from_value(clause) {
            for class in classes.iter() {
                if !self.is_exception_class(class) {
                    return Err(self.catching_error());
                }
            }
            let class = self.class_of(exception);
            return Ok(classes.iter().any(|candidate| {
                Class::from_value(candidate).is_some_and(|candidate| class.is_subclass_of(candidate))
            }));
        }
        match Class::from_value(clause) {
            Some(class) if class.flags().has(ClassFlags::EXCEPTION) => {
                Ok(self.is_instance_of(exception, class))
            }
            _ => Err(self.catching_error()),
        }
    }

    fn catching_error(&self) -> Raised {
        self.type_error(format_args!(
            "catching classes that do not inherit from BaseException is not allowed"
        ))
    }
}
