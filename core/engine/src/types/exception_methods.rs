//! The builtin exception classes: `BaseException`'s methods and attributes, and the making of all classes at start.
//!
//! Invariant: one class object per row of `EXCEPTION_CLASSES`. A class that adds attributes has its own methods in a file of its
//! group (`os_error.rs`, `unicode_error.rs`, ...) and slots beyond its base's; all others have neither and differ from their base
//! in name alone. Source: Objects/exceptions.c.

use crate::attribute::attribute_slot;
use crate::context::Context;
use crate::error::{EXCEPTION_CLASSES, ExceptionClass, ExceptionRow, PyResult};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, ClassFlags, NativeClass, NativeType};
use crate::object_access::ObjectAccess;
use crate::shape::{Mode, Shape};
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::exception::{RAW_BYTES, SUPPRESS_CONTEXT, slot};
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

/// Common base class for all exceptions.
#[pyclass(
    id = BaseException, name = "BaseException", slots = slot::COUNT, raw = RAW_BYTES,
    flags(SUBCLASSABLE, HAS_DICT, EXCEPTION)
)]
pub struct BaseException(ObjectRef);

/// A slot of an exception of a class that has it; absent when it is empty.
pub(crate) fn extra(exception: ObjectRef, slot: usize) -> Option<Value> {
    if slot < exception.slot_count() { exception.value(slot) } else { None }
}

/// Sets a slot of an exception of a class that has it.
pub(crate) fn set_extra(cx: &Context, exception: ObjectRef, slot: usize, value: Option<Value>) {
    if slot < exception.slot_count() {
        cx.store_optional(exception, slot, value);
    }
}

/// The getter of a member that is None until set.
pub(crate) fn get_member<const SLOT: usize>(cx: &Context, this: Value) -> PyResult<Value> {
    let this = BaseException::expect(cx, this)?;
    Ok(extra(this.object(), SLOT).unwrap_or(Value::NONE))
}

/// The setter of a member; deleting it makes it None.
pub(crate) fn set_member<const SLOT: usize>(cx: &Context, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = BaseException::expect(cx, this)?;
    set_extra(cx, this.object(), SLOT, value);
    Ok(())
}

/// An attribute that is a plain slot, None until set.
macro_rules! member {
    ($name:literal, $slot:expr) => {
        $crate::native::NativeAttribute {
            name: $name,
            doc: concat!("exception ", $name),
            get: $crate::types::exception_methods::get_member::<{ $slot }>,
            set: Some($crate::types::exception_methods::set_member::<{ $slot }>),
        }
    };
}
pub(crate) use member;

/// A class whose attributes are plain slots beside what `#[pymethods]` collects.
macro_rules! with_members {
    ($class:ty, $attributes:expr) => {{
        static CLASS: $crate::native::NativeClass = {
            let base = <$class as $crate::native::NativeType>::CLASS;
            $crate::native::NativeClass {
                id: base.id,
                layout: base.layout,
                name: base.name,
                module: base.module,
                doc: base.doc,
                signature: base.signature,
                base: base.base,
                slots: base.slots,
                raw_bytes: base.raw_bytes,
                flags: base.flags,
                methods: base.methods,
                attributes: $attributes,
                next: None,
                finalize: None,
            }
        };
        &CLASS
    }};
}
pub(crate) use with_members;

/// Checks that `class` is a class derived from the one whose `__new__` runs.
pub(crate) fn check_new(cx: &Context, class: Value, of: ExceptionClass, name: &str) -> PyResult<Class> {
    let Some(class) = Class::from_value(class) else {
        return Err(cx.type_error(format_args!(
            "{name}.__new__(X): X is not a type object ({})",
            cx.type_name(class)
        )));
    };
    match Class::from_value(cx.exception_class(of)) {
        Some(base) if class.is_subclass_of(base) => Ok(class),
        _ => Err(cx
            .type_error(format_args!("{name}.__new__({0}): {0} is not a subtype of {name}", class.name(cx)))),
    }
}

/// An instance with its `args`.
pub(crate) fn allocate_exception(cx: &Context, class: Class, arguments: &[Value]) -> PyResult<ObjectRef> {
    let arguments = cx.new_tuple(arguments)?;
    let object = allocate_of_class(cx, class)?;
    cx.store(object, slot::ARGUMENTS, arguments.as_value());
    Ok(object)
}

/// Sets `args` anew.
pub(crate) fn store_arguments(cx: &Context, exception: ObjectRef, arguments: &[Value]) -> PyResult<()> {
    let arguments = cx.new_tuple(arguments)?;
    cx.store(exception, slot::ARGUMENTS, arguments.as_value());
    Ok(())
}

/// `args`
pub(crate) fn arguments_of(cx: &Context, exception: ObjectRef) -> Tuple {
    exception.value(slot::ARGUMENTS).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
}

/// The keyword arguments named in `names`; TypeError for any other.
pub(crate) fn keyword_members<const COUNT: usize>(
    cx: &Context,
    class: &str,
    arguments: &Arguments<'_>,
    names: [&str; COUNT],
) -> PyResult<[Option<Value>; COUNT]> {
    let mut found = [None; COUNT];
    for (name, value) in arguments.keywords().iter() {
        let text = Str::expect(cx, name)?;
        match names.iter().position(|name| text.equals_ascii(name)).and_then(|index| found.get_mut(index)) {
            Some(place) => *place = Some(value),
            None => {
                return Err(
                    cx.type_error(format_args!("{class}() got an unexpected keyword argument '{text}'"))
                );
            }
        }
    }
    Ok(found)
}

/// TypeError if there are keyword arguments.
pub(crate) fn no_keywords(cx: &Context, name: Str, arguments: &Arguments<'_>) -> PyResult<()> {
    if arguments.keyword_count() > 0 {
        return Err(cx.type_error(format_args!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// The attributes dict of an exception that has attributes of its own.
pub(crate) fn attributes_of(cx: &Context, exception: ObjectRef) -> PyResult<Option<Dict>> {
    let Some(shape) = Shape::of(exception) else { return Ok(None) };
    match shape.mode() {
        Mode::Fixed => Ok(None),
        Mode::Slots if shape.count() == 0 => Ok(None),
        Mode::Slots => cx.to_dict_mode(exception).map(Some),
        Mode::Dict => Ok(exception.value(attribute_slot(exception, shape)).and_then(Dict::from_value)),
    }
}

/// What `str` gives without a class's own rule: nothing, the argument, or the tuple of them.
pub(crate) fn plain_text(cx: &Context, exception: ObjectRef) -> PyResult<Value> {
    let arguments = arguments_of(cx, exception);
    match arguments.as_slice() {
        [] => Ok(cx.empty_str().as_value()),
        &[argument] => Ok(cx.str_of(argument)?.as_value()),
        _ => Ok(cx.str_of(arguments.as_value())?.as_value()),
    }
}

/// `(class, args)`, with the state if there is one.
pub(crate) fn reduced(cx: &Context, this: Value, arguments: Value, state: Option<Value>) -> PyResult<Value> {
    let class = cx.class_of(this).as_value();
    match state {
        Some(state) => cx.tuple(&[class, arguments, state]),
        None => cx.tuple(&[class, arguments]),
    }
}

fn set_link(cx: &Context, this: ObjectRef, slot: usize, name: &str, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(cx.type_error(format_args!("__{name}__ may not be deleted")));
    };
    if !value.is_none() && !value.is_kind(Kind::BaseException) {
        return Err(cx.type_error(format_args!("exception {name} must be None or derive from BaseException")));
    }
    cx.store_optional(this, slot, Some(value).filter(|value| !value.is_none()));
    Ok(())
}

#[pymethods]
impl BaseException {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = check_new(cx, class, ExceptionClass::BaseException, "BaseException")?;
        Ok(Value::from(allocate_exception(cx, class, arguments.positional())?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: BaseException, arguments: Arguments<'_>) -> PyResult<()> {
        no_keywords(cx, cx.type_name(this.as_value()), &arguments)?;
        // `__new__` has just stored the same arguments, unless a subclass passes others.
        let stored = arguments_of(cx, this.object());
        if stored.as_slice() != arguments.positional() {
            store_arguments(cx, this.object(), arguments.positional())?;
        }
        Ok(())
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__", signature = "($self, /)")]
    fn repr(cx: &Context, this: BaseException) -> PyResult<Value> {
        let name = cx.short_type_name(this.as_value());
        let arguments = arguments_of(cx, this.object());
        let text = match arguments.as_slice() {
            &[argument] => {
                let argument = cx.repr(argument)?;
                let open = cx.str_concat(name, cx.latin1_character(b'('))?;
                let open = cx.str_concat(open, argument)?;
                cx.str_concat(open, cx.latin1_character(b')'))?
            }
            _ => cx.str_concat(name, cx.repr(arguments.as_value())?)?,
        };
        Ok(text.as_value())
    }

    /// Return str(self).
    #[pymethod(name = "__str__", signature = "($self, /)")]
    fn str(cx: &Context, this: BaseException) -> PyResult<Value> {
        plain_text(cx, this.object())
    }

    #[pymethod(name = "__reduce__", signature = "($self, /)")]
    fn reduce(cx: &Context, this: BaseException) -> PyResult<Value> {
        let arguments = arguments_of(cx, this.object());
        let state = attributes_of(cx, this.object())?.map(Dict::as_value);
        reduced(cx, this.as_value(), arguments.as_value(), state)
    }

    #[pymethod(name = "__setstate__", signature = "($self, state, /)")]
    fn set_state(cx: &Context, this: BaseException, state: Value) -> PyResult<()> {
        if state.is_none() {
            return Ok(());
        }
        let Some(state) = Dict::from_value(state) else {
            return Err(cx.type_error(format_args!("state is not a dictionary")));
        };
        let items = state.snapshot(cx);
        for pair in items.as_slice().chunks_exact(2) {
            let &[name, value] = pair else { continue };
            let name = cx.attribute_name(name)?;
            cx.set_attribute(this.as_value(), name, Some(value))?;
        }
        Ok(())
    }

    /// Exception.with_traceback(tb) --
    ///     set self.__traceback__ to tb and return self.
    #[pymethod(signature = "($self, object, /)")]
    fn with_traceback(cx: &Context, this: BaseException, object: Value) -> PyResult<Value> {
        Self::set_traceback(cx, this, Some(object))?;
        Ok(this.as_value())
    }

    /// Exception.add_note(note) --
    ///     add a note to the exception
    #[pymethod(signature = "($self, object, /)")]
    fn add_note(cx: &Context, this: BaseException, object: Value) -> PyResult<()> {
        if Str::from_value(object).is_none() {
            return Err(cx.type_error(format_args!("note must be a str, not '{}'", cx.type_name(object))));
        }
        let name = cx.name(Name::__notes__);
        match cx.find_attribute_or_none(this.as_value(), name)? {
            None => {
                let notes = cx.list(&[object])?;
                cx.set_attribute(this.as_value(), name, Some(notes))
            }
            Some(notes) => match List::from_value(notes) {
                Some(notes) => notes.push(cx, object),
                None => Err(cx.type_error(format_args!("Cannot add note: __notes__ is not a list"))),
            },
        }
    }

    #[pygetter]
    fn args(cx: &Context, this: BaseException) -> Tuple {
        arguments_of(cx, this.object())
    }

    #[pysetter(name = "args")]
    fn set_args(cx: &Context, this: BaseException, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("args may not be deleted")));
        };
        let arguments = cx.new_tuple(cx.collect(value)?.as_slice())?;
        cx.store(this.object(), slot::ARGUMENTS, arguments.as_value());
        Ok(())
    }

    #[pygetter(name = "__traceback__")]
    fn traceback(this: BaseException) -> Value {
        this.object().value(slot::TRACEBACK).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__traceback__")]
    fn set_traceback(cx: &Context, this: BaseException, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("__traceback__ may not be deleted")));
        };
        if value.is_none() {
            cx.clear(this.object(), slot::TRACEBACK);
        } else if value.is_kind(Kind::Traceback) {
            cx.store(this.object(), slot::TRACEBACK, value);
        } else {
            return Err(cx.type_error(format_args!("__traceback__ must be a traceback or None")));
        }
        Ok(())
    }

    #[pygetter(name = "__context__")]
    fn context(this: BaseException) -> Value {
        this.object().value(slot::CONTEXT).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__context__")]
    fn set_context(cx: &Context, this: BaseException, value: Option<Value>) -> PyResult<()> {
        set_link(cx, this.object(), slot::CONTEXT, "context", value)
    }

    #[pygetter(name = "__cause__")]
    fn cause(this: BaseException) -> Value {
        this.object().value(slot::CAUSE).unwrap_or(Value::NONE)
    }

    #[pysetter(name = "__cause__")]
    fn set_cause(cx: &Context, this: BaseException, value: Option<Value>) -> PyResult<()> {
        set_link(cx, this.object(), slot::CAUSE, "cause", value)?;
        this.object().raw_store_u64(SUPPRESS_CONTEXT, 1);
        Ok(())
    }

    #[pygetter(name = "__suppress_context__")]
    fn suppress_context(this: BaseException) -> bool {
        this.object().raw_u64(SUPPRESS_CONTEXT) != 0
    }

    #[pysetter(name = "__suppress_context__")]
    fn set_suppress_context(cx: &Context, this: BaseException, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) if value.is_bool() => {
                this.object().raw_store_u64(SUPPRESS_CONTEXT, value.is(Value::TRUE) as u64);
                Ok(())
            }
            Some(_) => Err(cx.type_error(format_args!("attribute value type must be bool"))),
            None => Err(cx.type_error(format_args!("can't delete numeric/char attribute"))),
        }
    }
}

/// Rows of classes that add nothing: everything but name and docstring is the base's.
const fn plain_class(row: &ExceptionRow) -> NativeClass {
    NativeClass {
        id: Kind::BaseException,
        layout: Kind::BaseException,
        name: row.name,
        module: "builtins",
        doc: row.doc,
        signature: "",
        base: Some(Kind::BaseException),
        slots: slot_count(row.class),
        raw_bytes: RAW_BYTES,
        flags: ClassFlags::NONE
            .with(ClassFlags::SUBCLASSABLE)
            .with(ClassFlags::HAS_DICT)
            .with(ClassFlags::EXCEPTION),
        methods: &[],
        attributes: &[],
        next: None,
        finalize: None,
    }
}

/// Slots of instances: what the nearest base with attributes of its own has.
const fn slot_count(class: ExceptionClass) -> u16 {
    let mut class = class;
    loop {
        let own = match class {
            ExceptionClass::BaseException => slot::COUNT,
            ExceptionClass::StopIteration | ExceptionClass::SystemExit | ExceptionClass::NameError => {
                slot::COUNT + 1
            }
            ExceptionClass::AttributeError | ExceptionClass::BaseExceptionGroup => slot::COUNT + 2,
            ExceptionClass::ImportError => super::import_error::SLOTS,
            ExceptionClass::OSError => super::os_error::SLOTS,
            ExceptionClass::SyntaxError => super::syntax_error::SLOTS,
            ExceptionClass::UnicodeDecodeError
            | ExceptionClass::UnicodeEncodeError
            | ExceptionClass::UnicodeTranslateError => super::unicode_error::SLOTS,
            _ => 0,
        };
        if own != 0 {
            return own;
        }
        class = EXCEPTION_CLASSES[class as usize].base;
    }
}

static PLAIN_CLASSES: [NativeClass; EXCEPTION_CLASSES.len()] = {
    let mut classes = [const { plain_class(&EXCEPTION_CLASSES[0]) }; EXCEPTION_CLASSES.len()];
    let mut index = 0;
    while index < EXCEPTION_CLASSES.len() {
        classes[index] = plain_class(&EXCEPTION_CLASSES[index]);
        index += 1;
    }
    classes
};

/// The description of a builtin exception class.
fn description(class: ExceptionClass) -> &'static NativeClass {
    let own = match class {
        ExceptionClass::BaseException => Some(<BaseException as NativeType>::CLASS),
        ExceptionClass::StopIteration => Some(super::value_exceptions::stop_iteration()),
        ExceptionClass::SystemExit => Some(super::value_exceptions::system_exit()),
        ExceptionClass::KeyError => Some(<super::value_exceptions::KeyError as NativeType>::CLASS),
        ExceptionClass::NameError => Some(super::name_error::name_error()),
        ExceptionClass::AttributeError => Some(super::name_error::attribute_error()),
        ExceptionClass::ImportError => Some(super::import_error::class()),
        ExceptionClass::OSError => Some(super::os_error::class()),
        ExceptionClass::SyntaxError => Some(super::syntax_error::class()),
        ExceptionClass::UnicodeDecodeError => Some(super::unicode_error::decode_class()),
        ExceptionClass::UnicodeEncodeError => Some(super::unicode_error::encode_class()),
        ExceptionClass::UnicodeTranslateError => Some(super::unicode_error::translate_class()),
        ExceptionClass::BaseExceptionGroup => {
            Some(<super::exception_group::BaseExceptionGroup as NativeType>::CLASS)
        }
        _ => None,
    };
    match own {
        Some(own) => own,
        None => PLAIN_CLASSES.get(class as usize).unwrap_or(<BaseException as NativeType>::CLASS),
    }
}

/// Makes all builtin exception classes and enters them in the engine's table. `object` and `type` exist already.
///
/// # Errors
/// MemoryError.
pub fn build_classes(cx: &Context) -> PyResult<()> {
    for row in EXCEPTION_CLASSES {
        let native = description(row.class);
        let class = match row.class {
            ExceptionClass::BaseException => crate::bootstrap::build_native_class(cx, native)?,
            ExceptionClass::ExceptionGroup => crate::bootstrap::build_exception_class(
                cx,
                native,
                &[
                    cx.exception_class(ExceptionClass::BaseExceptionGroup),
                    cx.exception_class(ExceptionClass::Exception),
                ],
            )?,
            _ => crate::bootstrap::build_exception_class(cx, native, &[cx.exception_class(row.base)])?,
        };
        cx.set_exception_class(row.class, class.as_value());
    }
    Ok(())
}

/// Other names of builtin exception classes in the `builtins` module.
pub const ALIASES: &[(&str, ExceptionClass)] =
    &[("EnvironmentError", ExceptionClass::OSError), ("IOError", ExceptionClass::OSError)];
