//! `BaseExceptionGroup` and `ExceptionGroup`, and what `except*` does with them.
//!
//! Invariant: `exceptions` is a non-empty tuple of exceptions; a group of class `ExceptionGroup` or of any class derived from
//! `Exception` holds none that is not an `Exception`. Source: Objects/exceptions.c, PEP 654.

use crate::attribute::is_plain_method;
use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::types::class::Class;
use crate::types::exception::{RAW_BYTES, as_exception, slot};
use crate::types::exception_methods::{
    BaseException, allocate_exception, check_new, extra, no_keywords, store_arguments,
};
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

/// Slot of `message`.
pub const MESSAGE: usize = slot::EXTRA;
/// Slot of `exceptions`, a tuple.
pub const EXCEPTIONS: usize = slot::EXTRA + 1;

/// A combination of multiple unrelated exceptions.
#[pyclass(
    id = BaseException, name = "BaseExceptionGroup", base = BaseException, slots = slot::COUNT + 2, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct BaseExceptionGroup;

/// The exceptions of a group.
pub fn exceptions_of(cx: &Context, group: ObjectRef) -> Tuple {
    extra(group, EXCEPTIONS).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
}

/// The value as a group.
pub fn as_group(cx: &Context, value: Value) -> Option<ObjectRef> {
    if cx.is_exception_of(value, ExceptionClass::BaseExceptionGroup) { as_exception(value) } else { None }
}

/// How parts of a group are chosen.
#[derive(Copy, Clone)]
enum Matcher<'a> {
    /// Instances of a class or of one of a tuple of classes.
    Classes(Value),
    /// What a callable says is true.
    Callable(Value),
    /// These very exceptions.
    Among(&'a [Value]),
}

fn matcher(cx: &Context, condition: Value) -> PyResult<Matcher<'static>> {
    if cx.is_exception_class(condition) {
        return Ok(Matcher::Classes(condition));
    }
    if let Some(classes) = Tuple::from_value(condition) {
        if classes.iter().all(|class| cx.is_exception_class(class)) {
            return Ok(Matcher::Classes(condition));
        }
    } else if Class::from_value(condition).is_none() && cx.is_callable(condition) {
        return Ok(Matcher::Callable(condition));
    }
    Err(cx.type_error(format_args!(
        "expected an exception type, a tuple of exception types, or a callable (other than a class)"
    )))
}

impl Matcher<'_> {
    fn accepts(self, cx: &Context, exception: Value) -> PyResult<bool> {
        match self {
            Matcher::Classes(classes) => cx.exception_matches(exception, classes),
            Matcher::Callable(callable) => {
                let answer = cx.call(callable, &[exception])?;
                cx.is_true(answer)
            }
            Matcher::Among(exceptions) => Ok(exceptions.iter().any(|one| one.is(exception))),
        }
    }
}

/// A group like this one with other exceptions: `derive`, with traceback, cause, context and notes carried over.
fn subset(cx: &Context, group: ObjectRef, exceptions: &[Value]) -> PyResult<Option<Value>> {
    if exceptions.is_empty() {
        return Ok(None);
    }
    let list = cx.list(exceptions)?;
    let derive = cx.intern_str("derive")?;
    let method = cx.get_attribute(Value::from(group), derive)?;
    let derived = cx.call(method, &[list])?;
    let Some(made) = as_group(cx, derived) else {
        return Err(cx.type_error(format_args!("derive must return an instance of BaseExceptionGroup")));
    };
    for slot in [slot::TRACEBACK, slot::CONTEXT, slot::CAUSE] {
        if let Some(value) = group.value(slot) {
            cx.store(made, slot, value);
        }
    }
    if group.value(slot::CAUSE).is_some() {
        made.raw_store_u64(crate::types::exception::SUPPRESS_CONTEXT, 1);
    }
    let name = cx.name(Name::__notes__);
    if let Some(notes) = cx.find_attribute_or_none(Value::from(group), name)? {
        // Notes that are no sequence were set by the program; CPython drops them too.
        let copy = match (List::from_value(notes), Tuple::from_value(notes)) {
            (Some(notes), _) => Some(notes.snapshot(cx)).map(|notes| cx.list(notes.as_slice())),
            (None, Some(notes)) => Some(cx.list(notes.as_slice())),
            (None, None) => None,
        };
        if let Some(copy) = copy {
            cx.set_attribute(derived, name, Some(copy?))?;
        }
    }
    Ok(Some(derived))
}

/// The part that matches, and the rest if it is wanted.
fn split(
    cx: &Context,
    exception: Value,
    matcher: Matcher<'_>,
    want_rest: bool,
) -> PyResult<(Option<Value>, Option<Value>)> {
    cx.recursive(|| {
        if matcher.accepts(cx, exception)? {
            return Ok((Some(exception), None));
        }
        let Some(group) = as_group(cx, exception) else {
            return Ok((None, Some(exception).filter(|_| want_rest)));
        };
        let mut matched = cx.scratch();
        let mut rest = cx.scratch();
        for inner in exceptions_of(cx, group).iter() {
            let (inner_match, inner_rest) = split(cx, inner, matcher, want_rest)?;
            push_some(&mut matched, inner_match);
            push_some(&mut rest, inner_rest);
        }
        let matched = subset(cx, group, matched.as_slice())?;
        let rest = subset(cx, group, rest.as_slice())?;
        Ok((matched, rest))
    })
}

fn push_some(values: &mut ScratchVector<'_>, value: Option<Value>) {
    if let Some(value) = value {
        values.push(value);
    }
}

/// The exceptions that a group is made of, checked.
fn checked_exceptions(cx: &Context, value: Value) -> PyResult<Tuple> {
    if !cx.is_sequence(value) {
        return Err(cx.type_error(format_args!("second argument (exceptions) must be a sequence")));
    }
    let exceptions = cx.new_tuple(cx.collect(value)?.as_slice())?;
    if exceptions.is_empty() {
        return Err(cx.value_error(format_args!("second argument (exceptions) must be a non-empty sequence")));
    }
    for (index, exception) in exceptions.iter().enumerate() {
        if as_exception(exception).is_none() {
            return Err(cx.value_error(format_args!(
                "Item {index} of second argument (exceptions) is not an exception"
            )));
        }
    }
    Ok(exceptions)
}

#[pymethods]
impl BaseExceptionGroup {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let mut class = check_new(cx, class, ExceptionClass::BaseExceptionGroup, "BaseExceptionGroup")?;
        let &[message, exceptions] = arguments.positional() else {
            return Err(cx.type_error(format_args!(
                "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
                arguments.positional().len()
            )));
        };
        if Str::from_value(message).is_none() {
            return Err(cx.type_error(format_args!(
                "BaseExceptionGroup.__new__() argument 1 must be str, not {}",
                cx.type_name(message)
            )));
        }
        let exceptions = checked_exceptions(cx, exceptions)?;
        let holds_base =
            exceptions.iter().any(|exception| !cx.is_exception_of(exception, ExceptionClass::Exception));
        let base_group = cx.exception_class(ExceptionClass::BaseExceptionGroup);
        let group = cx.exception_class(ExceptionClass::ExceptionGroup);
        if class.as_value().is(base_group) {
            if let (false, Some(group)) = (holds_base, Class::from_value(group)) {
                class = group;
            }
        } else if holds_base {
            if class.as_value().is(group) {
                return Err(cx.type_error(format_args!("Cannot nest BaseExceptions in an ExceptionGroup")));
            }
            let exception = Class::from_value(cx.exception_class(ExceptionClass::Exception));
            if exception.is_some_and(|exception| class.is_subclass_of(exception)) {
                return Err(cx.type_error(format_args!("Cannot nest BaseExceptions in '{}'", class.name(cx))));
            }
        }
        let object = allocate_exception(cx, class, arguments.positional())?;
        cx.store(object, MESSAGE, message);
        cx.store(object, EXCEPTIONS, exceptions.as_value());
        Ok(Value::from(object))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        store_arguments(cx, this.object(), arguments.positional())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        let message = cx.str_of(extra(this.object(), MESSAGE).unwrap_or(Value::NONE))?;
        let count = exceptions_of(cx, this.object()).len();
        let plural = if count == 1 { "" } else { "s" };
        let tail = cx.str_format(format_args!(" ({count} sub-exception{plural})"))?;
        match Str::from_value(tail) {
            Some(tail) => Ok(cx.str_concat(message, tail)?.as_value()),
            None => Ok(message.as_value()),
        }
    }

    #[pymethod(signature = "($self, excs, /)")]
    fn derive(cx: &Context, this: BaseException, excs: Value) -> PyResult<Value> {
        let message = extra(this.object(), MESSAGE).unwrap_or(Value::NONE);
        cx.call(cx.exception_class(ExceptionClass::BaseExceptionGroup), &[message, excs])
    }

    #[pymethod(signature = "($self, matcher_value, /)")]
    fn split(cx: &Context, this: BaseException, matcher_value: Value) -> PyResult<Value> {
        let matcher = matcher(cx, matcher_value)?;
        let (matched, rest) = split(cx, this.as_value(), matcher, true)?;
        cx.tuple(&[matched.unwrap_or(Value::NONE), rest.unwrap_or(Value::NONE)])
    }

    #[pymethod(signature = "($self, matcher_value, /)")]
    fn subgroup(cx: &Context, this: BaseException, matcher_value: Value) -> PyResult<Value> {
        let matcher = matcher(cx, matcher_value)?;
        let (matched, _) = split(cx, this.as_value(), matcher, false)?;
        Ok(matched.unwrap_or(Value::NONE))
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult<Value> {
        cx.generic_alias(class, object)
    }

    /// exception message
    #[pygetter]
    fn message(cx: &Context, this: BaseException) -> Value {
        let _ = cx;
        extra(this.object(), MESSAGE).unwrap_or(Value::NONE)
    }

    /// nested exceptions
    #[pygetter]
    fn exceptions(cx: &Context, this: BaseException) -> Tuple {
        exceptions_of(cx, this.object())
    }
}

/// `except* clause`: the part of an exception that matches, as a group, and the rest; None for an empty part.
///
/// # Errors
/// TypeError if the clause names groups or what is no exception class; what `derive` raises.
pub fn match_clause(cx: &Context, exception: Value, clause: Value) -> PyResult<(Value, Value)> {
    let (matched, rest) = cx.match_exception_group(exception, clause)?;
    Ok((matched.unwrap_or(Value::NONE), rest.unwrap_or(Value::NONE)))
}

/// What is raised after the `except*` clauses of a statement, or None: `raised` is a list of what they raised and what none of them
/// matched.
///
/// # Errors
/// What `derive` raises.
pub fn combine(cx: &Context, original: Value, raised: Value) -> PyResult<Value> {
    let raised = List::expect(cx, raised)?;
    Ok(cx.combine_exception_group(original, raised)?.unwrap_or(Value::NONE))
}

impl Context {
    fn match_exception_group(
        &self,
        exception: Value,
        clause: Value,
    ) -> PyResult<(Option<Value>, Option<Value>)> {
        self.check_group_clause(clause)?;
        if self.exception_matches(exception, clause)? {
            if as_group(self, exception).is_some() {
                return Ok((Some(exception), None));
            }
            // A naked exception is wrapped, and its traceback is that of where it was caught.
            let exceptions = self.tuple(&[exception])?;
            let class = self.exception_class(ExceptionClass::ExceptionGroup);
            let class = if self.is_exception_of(exception, ExceptionClass::Exception) {
                class
            } else {
                self.exception_class(ExceptionClass::BaseExceptionGroup)
            };
            let group = self.call(class, &[self.empty_str().as_value(), exceptions])?;
            if let (Some(group), Some(inner)) = (as_exception(group), as_exception(exception))
                && let Some(traceback) = inner.value(slot::TRACEBACK)
            {
                self.store(group, slot::TRACEBACK, traceback);
            }
            return Ok((Some(group), None));
        }
        if as_group(self, exception).is_none() {
            return Ok((None, Some(exception)));
        }
        // The method may be overridden.
        let name = self.intern_str("split")?;
        let native = self
            .class_of(exception)
            .lookup(self, name)
            .is_some_and(|method| is_plain_method(method) && !method.is_kind(Kind::Function));
        if native {
            return split(self, exception, Matcher::Classes(clause), true);
        }
        let method = self.get_attribute(exception, name)?;
        let pair = self.call(method, &[clause])?;
        let Some(pair) = Tuple::from_value(pair) else {
            return Err(self.type_error(format_args!(
                "{}.split must return a tuple, not {}",
                self.type_name(exception),
                self.type_name(pair)
            )));
        };
        let (Some(matched), Some(rest)) = (pair.get(0), pair.get(1)) else {
            return Err(self.type_error(format_args!(
                "{}.split must return a 2-tuple, got tuple of size {}",
                self.type_name(exception),
                pair.len()
            )));
        };
        Ok((Some(matched).filter(|value| !value.is_none()), Some(rest).filter(|value| !value.is_none())))
    }

    fn check_group_clause(&self, clause: Value) -> PyResult<()> {
        let check = |class: Value| {
            if !self.is_exception_class(class) {
                return Err(self.type_error(format_args!(
                    "catching classes that do not inherit from BaseException is not allowed"
                )));
            }
            let groups = Class::from_value(self.exception_class(ExceptionClass::BaseExceptionGroup));
            match (Class::from_value(class), groups) {
                (Some(class), Some(groups)) if class.is_subclass_of(groups) => Err(self.type_error(
                    format_args!("catching ExceptionGroup with except* is not allowed. Use except instead."),
                )),
                _ => Ok(()),
            }
        };
        match Tuple::from_value(clause) {
            Some(classes) => classes.iter().try_for_each(check),
            None => check(clause),
        }
    }

    fn combine_exception_group(&self, original: Value, raised: List) -> PyResult<Option<Value>> {
        let all = raised.snapshot(self);
        let mut fresh = self.scratch();
        let mut reraised = self.scratch();
        for &exception in all.as_slice() {
            if exception.is_none() {
                continue;
            }
            if self.is_reraised_part(original, exception) {
                reraised.push(exception)
            } else {
                fresh.push(exception)
            }
        }
        if as_group(self, original).is_none() {
            // A naked exception: at most one is raised, by a clause, or it goes on itself.
            return Ok(reraised.as_slice().first().or_else(|| fresh.as_slice().first()).copied());
        }
        let projected = if reraised.is_empty() { None } else { self.project(original, reraised.as_slice())? };
        if fresh.is_empty() {
            return Ok(projected);
        }
        push_some(&mut fresh, projected);
        if let (1, Some(&only)) = (fresh.len(), fresh.as_slice().first()) {
            return Ok(Some(only));
        }
        let exceptions = self.list(fresh.as_slice())?;
        let class = self.exception_class(ExceptionClass::BaseExceptionGroup);
        self.call(class, &[self.empty_str().as_value(), exceptions]).map(Some)
    }

    /// Whether an exception left over is a part of the original that was raised again: it kept its metadata.
    fn is_reraised_part(&self, original: Value, exception: Value) -> bool {
        if exception.is(original) {
            return true;
        }
        match (as_exception(original), as_exception(exception)) {
            (Some(original), Some(exception)) => [slot::TRACEBACK, slot::CAUSE, slot::CONTEXT]
                .iter()
                .all(|&slot| original.value(slot) == exception.value(slot)),
            _ => false,
        }
    }

    /// The original's tree with only the leaves that occur in `parts`.
    fn project(&self, original: Value, parts: &[Value]) -> PyResult<Option<Value>> {
        let mut leaves = self.scratch();
        for &part in parts {
            self.collect_leaves(part, &mut leaves)?;
        }
        Ok(split(self, original, Matcher::Among(leaves.as_slice()), false)?.0)
    }

    fn collect_leaves(&self, exception: Value, leaves: &mut ScratchVector<'_>) -> PyResult<()> {
        match as_group(self, exception) {
            None => leaves.push(exception),
            Some(group) => {
                for inner in exceptions_of(self, group).iter() {
                    self.recursive(|| self.collect_leaves(inner, leaves))?;
                }
            }
        }
        Ok(())
    }
}
