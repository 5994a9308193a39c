//! `property` objects.
//!
//! Invariant: slots are getter, setter, deleter, docstring and name, each empty when absent; a property is complete after `__init__`
//! and then changes only by `__set_name__`, `__name__` and `__doc__`. Source: Objects/descrobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::client_flags;
use crate::names::Name;
use crate::native::Arguments;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::static_method::is_abstract;
use crate::value::Value;

/// Slot of the getter.
pub const GETTER: usize = 0;
const SETTER: usize = 1;
const DELETER: usize = 2;
const DOC: usize = 3;
const NAME: usize = 4;
const SLOTS: u16 = 5;
/// Raw byte: whether the docstring is the getter's.
const DOC_OF_GETTER: usize = 0;

/// Property attribute.
///
///   fget
///     function to be used for getting an attribute value
///   fset
///     function to be used for setting an attribute value
///   fdel
///     function to be used for del'ing an attribute
///   doc
///     docstring
///
/// Typical use is to define a managed attribute x:
///
/// class C(object):
///     def getx(self): return self._x
///     def setx(self, value): self._x = value
///     def delx(self): del self._x
///     x = property(getx, setx, delx, "I'm the 'x' property.")
///
/// Decorators make defining new properties or modifying existing ones easy:
///
/// class C(object):
///     @property
///     def x(self):
///         "I am the 'x' property."
///         return self._x
///     @x.setter
///     def x(self, value):
///         self._x = value
///     @x.deleter
///     def x(self):
///         del self._x
#[pyclass(
    id = Property,
    name = "property",
    slots = SLOTS,
    raw = 8,
    signature = "(fget=None, fset=None, fdel=None, doc=None)",
    flags(SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Property(ObjectRef);

impl Property {
    /// The getter.
    #[inline]
    pub fn getter(self) -> Option<Value> {
        self.0.value(GETTER)
    }

    fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    fn slot_or_none(self, slot: usize) -> Value {
        self.0.value(slot).unwrap_or(Value::NONE)
    }

    /// The name: given by the class, or the getter's.
    fn name_or_getters(self, cx: &Context) -> PyResult<Option<Value>> {
        if let Some(name) = self.0.value(NAME) {
            return Ok(Some(name));
        }
        match self.getter() {
            Some(getter) => cx.find_attribute_or_none(getter, cx.name(Name::__name__)),
            None => Ok(None),
        }
    }

    #[cold]
    fn missing(self, cx: &Context, instance: Value, what: &str) -> Raised {
        let name = match self.name_or_getters(cx) {
            Ok(name) => name,
            Err(raised) => return raised,
        };
        let class = cx.repr_lossy(cx.class_of(instance).qualified_name(cx).as_value());
        match name {
            Some(name) => cx.raise(
                ExceptionClass::AttributeError,
                format_args!("property {} of {class} object has no {what}", cx.repr_lossy(name)),
            ),
            None => cx.raise(
                ExceptionClass::AttributeError,
                format_args!("property of {class} object has no {what}"),
            ),
        }
    }

    /// A copy with one function replaced.
    fn copy(self, cx: &Context, slot: usize, function: Value) -> PyResult<Value> {
        let class = cx.class_of(self.as_value()).as_value();
        let pick = |own: usize| {
            if own == slot && !function.is_none() { function } else { self.slot_or_none(own) }
        };
        let doc = if self.0.raw_u8(DOC_OF_GETTER) != 0 && !pick(GETTER).is_none() {
            // The new getter's docstring is taken anew.
            Value::NONE
        } else {
            self.slot_or_none(DOC)
        };
        let copy = cx.call(class, &[pick(GETTER), pick(SETTER), pick(DELETER), doc])?;
        if let (Some(copy), Some(name)) = (Property::from_value(copy), self.0.value(NAME)) {
            cx.store(copy.0, NAME, name);
        }
        Ok(copy)
    }

    /// `property.__get__`
    ///
    /// # Errors
    /// AttributeError without getter, and what the getter raises.
    pub fn read(self, cx: &Context, instance: Value) -> PyResult<Value> {
        match self.getter() {
            Some(getter) => cx.call(getter, &[instance]),
            None => Err(self.missing(cx, instance, "getter")),
        }
    }

    /// `property.__set__` and, without a value, `property.__delete__`
    ///
    /// # Errors
    /// AttributeError without setter or deleter, and what they raise.
    pub fn write(self, cx: &Context, instance: Value, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => match self.0.value(SETTER) {
                Some(setter) => cx.call(setter, &[instance, value]).map(|_| ()),
                None => Err(self.missing(cx, instance, "setter")),
            },
            None => match self.0.value(DELETER) {
                Some(deleter) => cx.call(deleter, &[instance]).map(|_| ()),
                None => Err(self.missing(cx, instance, "deleter")),
            },
        }
    }
}

#[pymethods]
impl Property {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__", signature = "(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(cx: &Context, this: Property, fget: Value, fset: Value, fdel: Value, doc: Value) -> PyResult<()> {
        let present = |value: Value| if value.is_none() { None } else { Some(value) };
        cx.store_optional(this.0, GETTER, present(fget));
        cx.store_optional(this.0, SETTER, present(fset));
        cx.store_optional(this.0, DELETER, present(fdel));
        cx.clear(this.0, NAME);
        this.0.raw_store_u8(DOC_OF_GETTER, 0);
        let mut doc = present(doc);
        if doc.is_none()
            && let Some(getter) = present(fget)
        {
            doc = cx.find_attribute_or_none(getter, cx.name(Name::__doc__))?.filter(|doc| !doc.is_none());
            if doc.is_some() {
                this.0.raw_store_u8(DOC_OF_GETTER, 1);
            }
        }
        cx.store_optional(this.0, DOC, doc);
        if !this.is_exact() {
            // The subclass's own `__doc__` hides the slot: an instance attribute goes before it.
            let set =
                cx.set_attribute(this.as_value(), cx.name(Name::__doc__), Some(doc.unwrap_or(Value::NONE)));
            if let Err(raised) = set {
                let explicit = this.0.raw_u8(DOC_OF_GETTER) == 0 && doc.is_some();
                if explicit || !cx.pending_is(&raised, ExceptionClass::AttributeError) {
                    return Err(raised);
                }
                cx.take_exception(raised);
            }
        }
        Ok(())
    }

    /// Descriptor to obtain a copy of the property with a different getter.
    #[pymethod(name = "getter")]
    fn replace_getter(cx: &Context, this: Property, object: Value) -> PyResult<Value> {
        this.copy(cx, GETTER, object)
    }

    /// Descriptor to obtain a copy of the property with a different setter.
    #[pymethod(name = "setter")]
    fn setter(cx: &Context, this: Property, object: Value) -> PyResult<Value> {
        this.copy(cx, SETTER, object)
    }

    /// Descriptor to obtain a copy of the property with a different deleter.
    #[pymethod(name = "deleter")]
    fn deleter(cx: &Context, this: Property, object: Value) -> PyResult<Value> {
        this.copy(cx, DELETER, object)
    }

    /// Method to set name of a property.
    #[pymethod(name = "__set_name__")]
    fn set_name_of(cx: &Context, this: Property, arguments: Arguments<'_>) -> PyResult<()> {
        let &[_, name] = arguments.positional() else {
            return Err(cx.type_error(format_args!(
                "__set_name__() takes 2 positional arguments but {} were given",
                arguments.positional().len()
            )));
        };
        cx.store(this.0, NAME, name);
        Ok(())
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(name = "__get__", signature = "(instance, owner=None, /)")]
    fn get(cx: &Context, this: Property, instance: Value, owner: Value) -> PyResult<Value> {
        let _ = owner;
        if instance.is_none() { Ok(this.as_value()) } else { this.read(cx, instance) }
    }

    /// Set an attribute of instance to value.
    #[pymethod(name = "__set__")]
    fn set(cx: &Context, this: Property, instance: Value, value: Value) -> PyResult<()> {
        this.write(cx, instance, Some(value))
    }

    /// Delete an attribute of instance.
    #[pymethod(name = "__delete__")]
    fn delete(cx: &Context, this: Property, instance: Value) -> PyResult<()> {
        this.write(cx, instance, None)
    }

    #[pygetter]
    fn fget(this: Property) -> Value {
        this.slot_or_none(GETTER)
    }

    #[pygetter]
    fn fset(this: Property) -> Value {
        this.slot_or_none(SETTER)
    }

    #[pygetter]
    fn fdel(this: Property) -> Value {
        this.slot_or_none(DELETER)
    }

    #[pygetter(name = "__doc__")]
    fn doc(this: Property) -> Value {
        this.slot_or_none(DOC)
    }

    #[pysetter(name = "__doc__")]
    fn set_doc(cx: &Context, this: Property, value: Option<Value>) -> PyResult<()> {
        cx.store_optional(this.0, DOC, value);
        Ok(())
    }

    #[pygetter(name = "__name__")]
    fn name(cx: &Context, this: Property) -> PyResult<Value> {
        match this.name_or_getters(cx)? {
            Some(name) => Ok(name),
            None => Err(cx.raise_attribute_error(this.as_value(), cx.name(Name::__name__))),
        }
    }

    #[pysetter(name = "__name__")]
    fn set_name(cx: &Context, this: Property, value: Option<Value>) -> PyResult<()> {
        cx.store_optional(this.0, NAME, value);
        Ok(())
    }

    #[pygetter(name = "__isabstractmethod__")]
    fn abstract_method(cx: &Context, this: Property) -> PyResult<bool> {
        for slot in [GETTER, SETTER, DELETER] {
            if is_abstract(cx, this.0.value(slot))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
