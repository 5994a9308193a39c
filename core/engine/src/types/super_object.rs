//! `super` objects, and the lookup behind `super().name` that makes none.
//!
//! Invariant: slots are the class after which the search starts, the object, and the class whose MRO is searched; the last two are
//! empty for an unbound `super`. Source: Objects/typeobject.c (`super_getattro`, `super_init_without_args`).

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::attribute::{MethodPair, is_plain_method};
use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::interpreter::shape_cache::{Fact, Purpose};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::types::cell::Cell;
use crate::types::class::{Class, allocate_of_class};
use crate::types::function::Function;
use crate::types::str_object::Str;
use crate::value::Value;

const CLASS: usize = 0;
const OBJECT: usize = 1;
const OBJECT_CLASS: usize = 2;
const SLOTS: u16 = 3;

/// super() -> same as super(__class__, <first argument>)
/// super(type) -> unbound super object
/// super(type, obj) -> bound super object; requires isinstance(obj, type)
/// super(type, type2) -> bound super object; requires issubclass(type2, type)
/// Typical use to call a cooperative superclass method:
/// class C(B):
///     def meth(self, arg):
///         super().meth(arg)
/// This works for class methods too:
/// class C(B):
///     @classmethod
///     def cmeth(cls, arg):
///         super().cmeth(arg)
#[pyclass(id = Super, name = "super", slots = SLOTS, flags(SUBCLASSABLE, NO_WEAK_REFERENCES))]
pub struct Super(ObjectRef);

#[pymethods]
impl Super {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: Super, arguments: Arguments<'_>) -> PyResult<()> {
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("super() takes no keyword arguments")));
        }
        let (class, object) = match *arguments.values {
            [] => {
                let (class, object) = arguments_of_frame(cx)?;
                (class, Some(object))
            }
            [class] => (class, None),
            [class, object] => (class, Some(object)),
            _ => {
                return Err(cx.type_error(format_args!(
                    "super expected at most 2 arguments, got {}",
                    arguments.values.len()
                )));
            }
        };
        let Some(class) = Class::from_value(class) else {
            return Err(
                cx.type_error(format_args!("super() argument 1 must be a type, not {}", cx.type_name(class)))
            );
        };
        let object = object.filter(|object| !object.is_none());
        fill(cx, this.object(), class, object)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Super) -> PyResult<Value> {
        let class = this.class().map_or(cx.empty_str(), |class| class.name(cx));
        match this.0.value(OBJECT_CLASS).and_then(Class::from_value) {
            Some(object_class) => {
                cx.str_format(format_args!("<super: <class '{class}'>, <{} object>>", object_class.name(cx)))
            }
            None => cx.str_format(format_args!("<super: <class '{class}'>, NULL>")),
        }
    }

    /// Return getattr(self, name).
    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: Super, name: Value) -> PyResult<Value> {
        let name = cx.attribute_name(name)?;
        match find_attribute(cx, this.object(), name)? {
            Some(found) => Ok(found),
            None => Err(cx.raise_attribute_error(this.as_value(), name)),
        }
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__")]
    fn get(cx: &Context, this: Super, instance: Value, owner: Option<Value>) -> PyResult<Value> {
        let _ = owner;
        if instance.is_none() || this.0.value(OBJECT).is_some() {
            return Ok(this.as_value());
        }
        let Some(class) = this.class() else { return Ok(this.as_value()) };
        let own_class = cx.class_of(this.as_value());
        if !own_class.as_value().is(cx.class(Kind::Super)) {
            return cx.call(own_class.as_value(), &[class.as_value(), instance]);
        }
        let bound = cx.allocate(Kind::Super, SLOTS as usize, 0)?;
        fill(cx, bound, class, Some(instance))?;
        Ok(Value::from(bound))
    }

    /// the class invoking super()
    #[pygetter(name = "__thisclass__")]
    fn this_class(this: Super) -> Value {
        this.0.value(CLASS).unwrap_or(Value::NONE)
    }

    /// the instance invoking super(); may be None
    #[pygetter(name = "__self__")]
    fn self_object(this: Super) -> Value {
        this.0.value(OBJECT).unwrap_or(Value::NONE)
    }

    /// the type of the instance invoking super(); may be None
    #[pygetter(name = "__self_class__")]
    fn self_class(this: Super) -> Value {
        this.0.value(OBJECT_CLASS).unwrap_or(Value::NONE)
    }
}

impl Super {
    fn class(self) -> Option<Class> {
        self.0.value(CLASS).and_then(Class::from_value)
    }
}

fn fill(cx: &Context, object: ObjectRef, class: Class, receiver: Option<Value>) -> PyResult<()> {
    let receiver_class = match receiver {
        Some(receiver) => Some(search_class(cx, class, receiver)?),
        None => None,
    };
    cx.store(object, CLASS, class.as_value());
    cx.store_optional(object, OBJECT, receiver);
    cx.store_optional(object, OBJECT_CLASS, receiver_class.map(Class::as_value));
    Ok(())
}

/// The class whose MRO `super(class, receiver)` searches.
fn search_class(cx: &Context, class: Class, receiver: Value) -> PyResult<Class> {
    if let Some(receiver_class) = Class::from_value(receiver)
        && receiver_class.is_subclass_of(class)
    {
        return Ok(receiver_class);
    }
    let own = cx.class_of(receiver);
    if own.is_subclass_of(class) {
        return Ok(own);
    }
    // A proxy may say that it is an instance.
    let claimed = cx.find_attribute_or_none(receiver, cx.name(Name::__class__))?;
    if let Some(claimed) = claimed.and_then(Class::from_value)
        && claimed != own
        && claimed.is_subclass_of(class)
    {
        return Ok(claimed);
    }
    let (role, name) = match Class::from_value(receiver) {
        Some(receiver_class) => ("type", receiver_class.name(cx)),
        None => ("instance of", own.name(cx)),
    };
    Err(cx.type_error(format_args!(
        "super(type, obj): obj ({role} {name}) is not an instance or subtype of type ({}).",
        class.name(cx)
    )))
}

/// The attribute found behind `class` in the MRO of `search`: from the thread's table, or looked up and put there.
fn find_after(cx: &Context, class: Class, search: Class, name: Str) -> PyResult<Option<Value>> {
    let start = class.as_value().word();
    // Taken before the lookup.
    let version = search.version(cx).filter(|_| name.is_interned());
    if let Some(version) = version
        && let Some(Fact::ClassValue(found)) = cx.remembered(version, name, Purpose::Super, start)
    {
        return Ok(Value::from_word(found));
    }
    let found = find_after_slow(cx, class, search, name)?;
    if let (Some(version), Some(found)) = (version, found) {
        cx.remember(version, name, Purpose::Super, start, Fact::ClassValue(found.word()));
    }
    Ok(found)
}

fn find_after_slow(cx: &Context, class: Class, search: Class, name: Str) -> PyResult<Option<Value>> {
    let Some(mro) = search.mro() else { return Ok(None) };
    let mut past = false;
    for candidate in mro.iter() {
        if past {
            if let Some(dict) = Class::from_value(candidate).and_then(Class::dict)
                && let Some(found) = dict.get_str(cx, name)?
            {
                return Ok(Some(found));
            }
        } else {
            past = candidate.is(class.as_value());
        }
    }
    Ok(None)
}

fn bind(cx: &Context, found: Value, receiver: Value, search: Class) -> PyResult<Value> {
    // `super(C, D)` with a class as receiver is access through the class.
    let instance = if receiver.is(search.as_value()) { None } else { Some(receiver) };
    cx.descriptor_get(found, instance, search)
}

/// The attribute of a `super` object: behind its class in the MRO, then its own.
///
/// # Errors
/// What descriptors raise.
pub fn find_attribute(cx: &Context, object: ObjectRef, name: Str) -> PyResult<Option<Value>> {
    let class = object.value(CLASS).and_then(Class::from_value);
    let receiver = object.value(OBJECT);
    let search = object.value(OBJECT_CLASS).and_then(Class::from_value);
    if let (Some(class), Some(receiver), Some(search)) = (class, receiver, search)
        && !name.as_value().is(cx.name(Name::__class__).as_value())
        && let Some(found) = find_after(cx, class, search, name)?
    {
        return bind(cx, found, receiver, search).map(Some);
    }
    cx.generic_find_attribute(Value::from(object), name)
}

/// What `super()` without arguments takes from the calling frame: the `__class__` cell's class and the first argument.
fn arguments_of_frame(cx: &Context) -> PyResult<(Value, Value)> {
    let fail = |text: &str| Err(cx.raise(ExceptionClass::RuntimeError, format_args!("super(): {text}")));
    let Some(frame) = cx.frames().innermost() else { return fail("no current frame") };
    let Some(code) = frame.code_object() else { return fail("no code object") };
    let data = code.data();
    if data.argument_count == 0 {
        return fail("no arguments");
    }
    let Some(mut receiver) = frame.register(0) else { return fail("arg[0] deleted") };
    if data.cell_registers.contains(&0) {
        match Cell::from_value(receiver).map(Cell::contents) {
            Some(Some(contents)) => receiver = contents,
            Some(None) => return fail("arg[0] deleted"),
            None => {}
        }
    }
    let wanted = cx.name(Name::__class__).as_value();
    let Some(index) = code.free_names(cx).iter().position(|name| name.is(wanted)) else {
        return fail("__class__ cell not found");
    };
    let closure =
        Value::from_word(frame.function.get()).and_then(Function::from_value).and_then(Function::closure);
    let Some(cell) = closure.and_then(|closure| closure.get(index)).and_then(Cell::from_value) else {
        return fail("bad __class__ cell");
    };
    match cell.contents() {
        None => fail("empty __class__ cell"),
        Some(class) if Class::from_value(class).is_none() => Err(cx.raise(
            ExceptionClass::RuntimeError,
            format_args!("super(): __class__ is not a type ({})", cx.type_name(class)),
        )),
        Some(class) => Ok((class, receiver)),
    }
}

impl Context {
    /// `super(class, receiver).name`, ready to be called, without making the `super` object. The name must be interned.
    ///
    /// # Errors
    /// TypeError for a receiver that is no instance, AttributeError, and what descriptors raise.
    pub fn super_lookup(&self, class: Value, receiver: Value, name: Str) -> PyResult<MethodPair> {
        let Some(start) = Class::from_value(class) else {
            return Err(self.type_error(format_args!(
                "super() argument 1 must be a type, not {}",
                self.type_name(class)
            )));
        };
        let search = search_class(self, start, receiver)?;
        if !name.as_value().is(self.name(Name::__class__).as_value())
            && let Some(found) = find_after(self, start, search, name)?
        {
            if is_plain_method(found) && !receiver.is(search.as_value()) {
                return Ok(MethodPair { callable: found, receiver: Some(receiver) });
            }
            return Ok(MethodPair { callable: bind(self, found, receiver, search)?, receiver: None });
        }
        let object = self.allocate(Kind::Super, SLOTS as usize, 0)?;
        fill(self, object, start, Some(receiver))?;
        Ok(MethodPair { callable: self.get_attribute(Value::from(object), name)?, receiver: None })
    }
}
