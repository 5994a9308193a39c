//! Attribute access: the descriptor protocol, instance attributes, and the fast paths past them.
//!
//! Invariant: names given to these functions are interned, except where a function says that it interns. An instance attribute is
//! read without lock: shape word (Acquire), then the slot; a slot that the shape names but that is still empty was not there yet.
//! Setting an existing attribute of a shared instance is one barrier store; the writer then looks at the shape again, because
//! the instance may have gone over to a dict meanwhile (`to_dict_mode`): then it stores once more, into the dict; what slips through
//! that test, `catch_up_attributes` finds.
//! Source: Objects/object.c (`_PyObject_GenericGetAttrWithDict`), Objects/typeobject.c (`type_getattro`).

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::shape::{Location, Mode, Shape};
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::native_function;
use crate::types::str_object::Str;
use crate::value::Value;

/// How a class attribute takes part in attribute access.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum DescriptorKind {
    /// Not a descriptor.
    Plain,
    /// `__get__` only: an instance attribute goes first.
    NonData,
    /// `__set__` or `__delete__` too: goes before an instance attribute.
    Data,
    /// `__set__` or `__delete__`, but no `__get__`: takes part in writing only.
    WriteOnly,
}

impl DescriptorKind {
    /// Whether setting the attribute goes through the descriptor.
    #[inline]
    pub fn takes_writes(self) -> bool {
        matches!(self, DescriptorKind::Data | DescriptorKind::WriteOnly)
    }
}

/// A method as a call wants it: a function and the receiver to put before the arguments, or a callable alone.
#[derive(Copy, Clone)]
pub struct MethodPair {
    /// What to call.
    pub callable: Value,
    /// The first argument, if the callable is an unbound function.
    pub receiver: Option<Value>,
}

impl Context {
    /// What kind of descriptor a class attribute is.
    #[inline]
    pub fn descriptor_kind(&self, attribute: Value) -> DescriptorKind {
        let Some(object) = attribute.as_object() else { return DescriptorKind::Plain };
        match Kind::of(object) {
            Kind::Function
            | Kind::NativeFunction
            | Kind::MethodDescriptor
            | Kind::WrapperDescriptor
            | Kind::ClassMethodDescriptor
            | Kind::ClassMethod
            | Kind::StaticMethod => {
                if object.kind() == Kind::NativeFunction as u8 {
                    DescriptorKind::Plain
                } else {
                    DescriptorKind::NonData
                }
            }
            Kind::Property | Kind::GetSetDescriptor | Kind::MemberDescriptor => DescriptorKind::Data,
            Kind::TupleGetter if object.client_flags() & client_flags::SUBCLASS == 0 => DescriptorKind::Data,
            Kind::Str | Kind::Int | Kind::Float | Kind::Tuple | Kind::List | Kind::Dict
                if object.client_flags() & client_flags::SUBCLASS == 0 =>
            {
                DescriptorKind::Plain
            }
            _ => {
                let class = self.class_of(attribute);
                let writes = class.lookup_name(self, Name::__set__).is_some()
                    || class.lookup_name(self, Name::__delete__).is_some();
                match (class.lookup_name(self, Name::__get__).is_some(), writes) {
                    (true, true) => DescriptorKind::Data,
                    (true, false) => DescriptorKind::NonData,
                    (false, true) => DescriptorKind::WriteOnly,
                    (false, false) => DescriptorKind::Plain,
                }
            }
        }
    }

    /// `attribute.__get__(instance, class)`, or the attribute itself if it is no descriptor. `instance` is absent for access through
    /// the class.
    ///
    /// # Errors
    /// What the descriptor raises.
    #[inline]
    pub fn descriptor_get(&self, attribute: Value, instance: Option<Value>, class: Class) -> PyResult<Value> {
        let Some(object) = attribute.as_object() else { return Ok(attribute) };
        match Kind::of(object) {
            Kind::Function => match instance {
                Some(instance) => self.bound_method(attribute, instance),
                None => Ok(attribute),
            },
            Kind::MethodDescriptor | Kind::WrapperDescriptor => match instance {
                Some(instance) => {
                    self.check_descriptor_receiver(object, instance)?;
                    let definition = native_function::definition(object);
                    if Kind::of(object) == Kind::WrapperDescriptor {
                        self.method_wrapper(definition, instance)
                    } else {
                        self.native_function(definition, Some(instance), None)
                    }
                }
                None => Ok(attribute),
            },
            Kind::ClassMethodDescriptor => {
                self.native_function(native_function::definition(object), Some(class.as_value()), None)
            }
            Kind::GetSetDescriptor => match instance {
                Some(instance) => {
                    self.check_descriptor_receiver(object, instance)?;
                    (native_function::attribute_definition(object).get)(self, instance)
                }
                None => Ok(attribute),
            },
            Kind::MemberDescriptor => match instance {
                Some(instance) => self.member_get(object, instance),
                None => Ok(attribute),
            },
            Kind::NativeFunction => Ok(attribute),
            Kind::Str | Kind::Int | Kind::Float | Kind::Tuple | Kind::List | Kind::Dict
                if object.client_flags() & client_flags::SUBCLASS == 0 =>
            {
                Ok(attribute)
            }
            Kind::StaticMethod if object.client_flags() & client_flags::SUBCLASS == 0 => {
                Ok(object.value(0).unwrap_or(Value::NONE))
            }
            Kind::ClassMethod if object.client_flags() & client_flags::SUBCLASS == 0 => match object.value(0)
            {
                Some(function) => self.bound_method(function, class.as_value()),
                None => Ok(attribute),
            },
            Kind::Property if object.client_flags() & client_flags::SUBCLASS == 0 => {
                match (instance, crate::types::property::Property::from_value(attribute)) {
                    (Some(instance), Some(property)) => property.read(self, instance),
                    _ => Ok(attribute),
                }
            }
            _ => match self.class_of(attribute).lookup_name(self, Name::__get__) {
                None => Ok(attribute),
                Some(getter) => {
                    let instance = instance.unwrap_or(Value::NONE);
                    self.call(getter, &[attribute, instance, class.as_value()])
                }
            },
        }
    }

    fn check_descriptor_receiver(&self, descriptor: ObjectRef, instance: Value) -> PyResult<()> {
        let Some(owner) = native_function::owner(descriptor) else { return Ok(()) };
        if self.is_instance_of(instance, owner) {
            return Ok(());
        }
        let name = match Kind::of(descriptor) {
            Kind::GetSetDescriptor => native_function::attribute_definition(descriptor).name,
            _ => native_function::definition(descriptor).name,
        };
        Err(self.type_error(format_args!(
            "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
            owner.name(self),
            self.type_name(instance)
        )))
    }

    fn member_slot_of(&self, descriptor: ObjectRef, instance: Value) -> PyResult<(ObjectRef, usize)> {
        let owner = native_function::owner(descriptor);
        let slot = native_function::member_slot(descriptor);
        match instance.as_object() {
            Some(object)
                if owner.is_none_or(|owner| self.is_instance_of(instance, owner))
                    && slot < object.slot_count() =>
            {
                Ok((object, slot))
            }
            _ => {
                let name = descriptor.value(native_function::MEMBER_NAME).and_then(Str::from_value);
                Err(self.type_error(format_args!(
                    "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                    name.unwrap_or_else(|| self.empty_str()),
                    owner.map_or(self.empty_str(), |owner| owner.name(self)),
                    self.type_name(instance)
                )))
            }
        }
    }

    fn member_get(&self, descriptor: ObjectRef, instance: Value) -> PyResult<Value> {
        let (object, slot) = self.member_slot_of(descriptor, instance)?;
        match object.value(slot) {
            Some(value) => Ok(value),
            None => {
                let name = descriptor.value(native_function::MEMBER_NAME).and_then(Str::from_value);
                Err(self.raise_attribute_error(instance, name.unwrap_or_else(|| self.empty_str())))
            }
        }
    }

    /// Sets or deletes through a data descriptor.
    ///
    /// # Errors
    /// What the descriptor raises.
    pub fn descriptor_set(&self, descriptor: Value, instance: Value, value: Option<Value>) -> PyResult<()> {
        if let Some(object) = descriptor.as_object() {
            match Kind::of(object) {
                Kind::GetSetDescriptor => {
                    self.check_descriptor_receiver(object, instance)?;
                    let definition = native_function::attribute_definition(object);
                    return match definition.set {
                        Some(set) => set(self, instance, value),
                        None => Err(self.raise(
                            ExceptionClass::AttributeError,
                            format_args!(
                                "attribute '{}' of '{}' objects is not writable",
                                definition.name,
                                native_function::owner(object)
                                    .map_or(self.empty_str(), |owner| owner.name(self))
                            ),
                        )),
                    };
                }
                Kind::MemberDescriptor => {
                    let (target, slot) = self.member_slot_of(object, instance)?;
                    if value.is_some() {
                        self.store_optional(target, slot, value);
                        return Ok(());
                    }
                    // Of two threads that delete it one finds it gone.
                    loop {
                        let current = target.value(slot);
                        if current.is_none() {
                            break;
                        }
                        if self.compare_exchange(target, slot, current, None) {
                            return Ok(());
                        }
                    }
                    let name = object.value(native_function::MEMBER_NAME).and_then(Str::from_value);
                    let name = name.unwrap_or_else(|| self.empty_str());
                    return Err(self.raise(ExceptionClass::AttributeError, format_args!("{name}")));
                }
                _ => {}
            }
        }
        let class = self.class_of(descriptor);
        match value {
            Some(value) => match class.lookup_name(self, Name::__set__) {
                Some(setter) => self.call(setter, &[descriptor, instance, value]).map(|_| ()),
                None => Err(self.raise(ExceptionClass::AttributeError, format_args!("__set__"))),
            },
            None => match class.lookup_name(self, Name::__delete__) {
                Some(deleter) => self.call(deleter, &[descriptor, instance]).map(|_| ()),
                None => Err(self.raise(ExceptionClass::AttributeError, format_args!("__delete__"))),
            },
        }
    }

    /// The attribute that the instance itself has. The name must be interned.
    ///
    /// # Errors
    /// What comparing keys of an instance dict raises.
    #[inline]
    pub fn instance_attribute(&self, object: ObjectRef, name: Str) -> PyResult<Option<Value>> {
        loop {
            let Some(shape) = Shape::of(object) else { return Ok(None) };
            match shape.mode() {
                Mode::Fixed => return self.special_instance_dict(object, name),
                Mode::Slots => {
                    let Some(index) = shape.find(name) else { return Ok(None) };
                    if let Some(value) = read_location(object, shape, index) {
                        return Ok(Some(value));
                    }
                    // Another thread makes the instance go over to a dict (`to_dict_mode`): the dict is there before the shape says so.
                    if let Some(dict) = object.value(attribute_slot(object, shape)).and_then(Dict::from_value)
                    {
                        return dict.get_str(self, name);
                    }
                    if Shape::of(object) == Some(shape) {
                        return Ok(None);
                    }
                }
                Mode::Dict => {
                    return match object.value(attribute_slot(object, shape)).and_then(Dict::from_value) {
                        Some(dict) => dict.get_str(self, name),
                        None => Ok(None),
                    };
                }
            }
        }
    }

    /// Attributes of objects that keep a dict in a slot of their own: modules and functions.
    fn special_instance_dict(&self, object: ObjectRef, name: Str) -> PyResult<Option<Value>> {
        match special_dict_slot(object) {
            Some(slot) => match object.value(slot).and_then(Dict::from_value) {
                Some(dict) => dict.get_str(self, name),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// Sets an attribute of the instance itself; false if it cannot have any. The name must be interned.
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_instance_attribute(&self, object: ObjectRef, name: Str, value: Value) -> PyResult<bool> {
        loop {
            let Some(shape) = Shape::of(object) else { return Ok(false) };
            match shape.mode() {
                Mode::Fixed => {
                    let Some(slot) = special_dict_slot(object) else { return Ok(false) };
                    self.dict_in_slot(object, slot)?.set_str(self, name, value)?;
                    return Ok(true);
                }
                Mode::Dict => {
                    let slot = attribute_slot(object, shape);
                    self.dict_in_slot(object, slot)?.set_str(self, name, value)?;
                    return Ok(true);
                }
                Mode::Slots => {
                    if let Some(index) = shape.find(name) {
                        if self.write_location(object, shape, index, value)
                            && Shape::of(object) == Some(shape)
                        {
                            return Ok(true);
                        }
                        // The shape changed between the test and the store: look again. If it only grew, the store stands and is
                        // repeated; if it went over to a dict, the store goes there.
                        continue;
                    }
                    let Some(child) = shape.with_attribute(self, name)? else {
                        self.to_dict_mode(object)?;
                        continue;
                    };
                    if self.add_attribute(object, shape, child, value)? {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Moves an instance from a shape to its child, with the new attribute's value; false if its shape is another by now.
    pub(crate) fn add_attribute(
        &self,
        object: ObjectRef,
        shape: Shape,
        child: Shape,
        value: Value,
    ) -> PyResult<bool> {
        let index = shape.count();
        let location = child.location(index);
        let mut overflow = None;
        if let Location::Overflow(place) = location {
            let slot = attribute_slot(object, shape);
            let old = object.value(slot).and_then(Value::as_object);
            if old.is_none_or(|old| place >= old.slot_count()) {
                let array = self.allocate(Kind::SlotArray, place + 1 + place / 2 + 3, 0)?;
                overflow = Some(array);
            }
            if place == 0
                && let Some(class) = Class::from_value(shape.class())
            {
                class.note_attribute_count(self, child.count())?;
            }
        }
        let _guard = self.lock(object);
        if Shape::of(object) != Some(shape) {
            return Ok(false);
        }
        match location {
            Location::Inline(slot) => self.store(object, slot, value),
            Location::Overflow(place) => {
                let slot = attribute_slot(object, shape);
                let old = object.value(slot).and_then(Value::as_object);
                let array = match (old, overflow) {
                    (Some(old), _) if place < old.slot_count() => old,
                    (old, Some(array)) => {
                        if let Some(old) = old {
                            // A store by another thread into the old array between this copy and the change of the slot would be lost:
                            // writers of overflow attributes of shared objects take the lock (`write_location`).
                            self.copy_range(old, 0, array, 0, old.slot_count());
                        }
                        self.store(object, slot, Value::from(array));
                        array
                    }
                    (_, None) => return Ok(false),
                };
                self.store(array, place, value);
            }
        }
        self.mutator().store_shape(object, child.word());
        Ok(true)
    }

    /// Overwrites attribute number `index`; false if the place is not there (a race with a change of shape).
    #[inline]
    pub(crate) fn write_location(&self, object: ObjectRef, shape: Shape, index: u32, value: Value) -> bool {
        match shape.location(index) {
            Location::Inline(slot) => {
                if slot >= object.slot_count() {
                    return false;
                }
                self.store(object, slot, value);
                true
            }
            Location::Overflow(place) => {
                // Under the lock: a thread that adds an attribute may be copying the array.
                let _guard = self.lock(object);
                match object.value(attribute_slot(object, shape)).and_then(Value::as_object) {
                    Some(array) if array.kind() == Kind::SlotArray as u8 && place < array.slot_count() => {
                        self.store(array, place, value);
                        true
                    }
                    _ => false,
                }
            }
        }
    }

    /// Makes an instance keep its attributes in a dict, which is returned.
    ///
    /// # Errors
    /// MemoryError; TypeError if instances of its class have no attributes.
    pub fn to_dict_mode(&self, object: ObjectRef) -> PyResult<Dict> {
        loop {
            let Some(shape) = Shape::of(object) else {
                return Err(self.type_error(format_args!("object has no __dict__")));
            };
            match shape.mode() {
                Mode::Fixed => {
                    return match special_dict_slot(object) {
                        Some(slot) => self.dict_in_slot(object, slot),
                        None => Err(self.type_error(format_args!("object has no __dict__"))),
                    };
                }
                Mode::Dict => return self.dict_in_slot(object, attribute_slot(object, shape)),
                Mode::Slots => {}
            }
            let Some(class) = Class::from_value(shape.class()) else {
                return Err(self.type_error(format_args!("object has no class")));
            };
            let dict_shape = class.dict_shape(self)?;
            let names = shape.names(self);
            let dict = self.new_dict_with_capacity(names.len() + 1)?;
            {
                let _guard = self.lock(object);
                if Shape::of(object) != Some(shape) {
                    continue;
                }
                self.copy_attributes(object, shape, names.as_slice(), dict)?;
                let slot = attribute_slot(object, shape);
                self.store(object, slot, dict.as_value());
                self.mutator().store_shape(object, dict_shape.word());
            }
            if object.is_shared() {
                self.catch_up_attributes(object, shape, names.as_slice(), dict)?;
            }
            return Ok(dict);
        }
    }

    /// Repeats into the dict what other threads stored into slots of an instance while it went over to a dict.
    ///
    /// A store into an existing slot takes no lock, so one may come between the copy and the change of shape, and its writer may
    /// test the shape just before the change. After every other thread has passed a safepoint no such store is under way.
    fn catch_up_attributes(
        &self,
        object: ObjectRef,
        shape: Shape,
        names: &[Value],
        dict: Dict,
    ) -> PyResult<()> {
        let mut copied = self.scratch();
        for &name in names {
            let value = match Str::from_value(name) {
                Some(name) => dict.get_str(self, name)?,
                None => None,
            };
            copied.push(value.unwrap_or(Value::NONE));
        }
        self.mutator().handshake();
        for (index, (&name, &before)) in names.iter().zip(copied.as_slice()).enumerate() {
            let Location::Inline(slot) = shape.location(index as u32) else { continue };
            let (Some(name), true) = (Str::from_value(name), slot < object.slot_count()) else { continue };
            if let Some(now) = object.value(slot)
                && !now.is(before)
                && dict.get_str(self, name)?.is_some_and(|value| value.is(before))
            {
                dict.set_str(self, name, now)?;
            }
            self.clear(object, slot);
        }
        Ok(())
    }

    /// Copies attributes to a dict that nobody else sees and that has room, so nothing is allocated.
    fn copy_attributes(&self, object: ObjectRef, shape: Shape, names: &[Value], dict: Dict) -> PyResult<()> {
        for (index, &name) in names.iter().enumerate() {
            if let (Some(name), Some(value)) =
                (Str::from_value(name), read_location(object, shape, index as u32))
            {
                dict.set_str(self, name, value)?;
            }
        }
        Ok(())
    }

    /// The dict in a slot, made if the slot is empty.
    pub(crate) fn dict_in_slot(&self, object: ObjectRef, slot: usize) -> PyResult<Dict> {
        loop {
            if let Some(dict) = object.value(slot).and_then(Dict::from_value) {
                return Ok(dict);
            }
            let fresh = self.new_dict()?;
            if object.is_shared() {
                self.publish(fresh.as_value());
            }
            if self.compare_exchange(object, slot, None, Some(fresh.as_value())) {
                return Ok(fresh);
            }
            if object.value(slot).is_some_and(|value| Dict::from_value(value).is_none()) {
                return Err(self.type_error(format_args!("__dict__ is not a dict")));
            }
        }
    }

    /// Deletes an attribute of the instance itself; false if it has none of this name.
    ///
    /// # Errors
    /// MemoryError.
    pub fn delete_instance_attribute(&self, object: ObjectRef, name: Str) -> PyResult<bool> {
        if self.instance_attribute(object, name)?.is_none() {
            return Ok(false);
        }
        let dict = self.to_dict_mode(object)?;
        Ok(dict.remove(self, name.as_value())?.is_some())
    }

    /// `object.__getattribute__`: descriptors, then the instance, then the class. The name must be interned.
    ///
    /// # Errors
    /// AttributeError, and what descriptors raise.
    pub fn generic_get_attribute(&self, value: Value, name: Str) -> PyResult<Value> {
        match self.generic_find_attribute(value, name)? {
            Some(found) => Ok(found),
            None => Err(self.raise_attribute_error(value, name)),
        }
    }

    /// As [`Context::generic_get_attribute`]; absent instead of AttributeError when there is no such attribute.
    ///
    /// # Errors
    /// What descriptors raise.
    pub fn generic_find_attribute(&self, value: Value, name: Str) -> PyResult<Option<Value>> {
        let class = self.class_of(value);
        let attribute = class.lookup(self, name);
        let kind = attribute.map_or(DescriptorKind::Plain, |attribute| self.descriptor_kind(attribute));
        if let (Some(attribute), DescriptorKind::Data) = (attribute, kind) {
            return self.descriptor_get(attribute, Some(value), class).map(Some);
        }
        if let Some(object) = value.as_object()
            && let Some(own) = self.instance_attribute(object, name)?
        {
            return Ok(Some(own));
        }
        match attribute {
            Some(attribute) if kind == DescriptorKind::NonData => {
                self.descriptor_get(attribute, Some(value), class).map(Some)
            }
            other => Ok(other),
        }
    }

    /// `type.__getattribute__`: descriptors of the metaclass, then the class's own MRO, then the metaclass's attribute.
    ///
    /// # Errors
    /// What descriptors raise.
    pub fn class_find_attribute(&self, class: Class, name: Str) -> PyResult<Option<Value>> {
        let metaclass = self.class_of(class.as_value());
        let meta_attribute = metaclass.lookup(self, name);
        let kind = meta_attribute.map_or(DescriptorKind::Plain, |attribute| self.descriptor_kind(attribute));
        if let (Some(attribute), DescriptorKind::Data) = (meta_attribute, kind) {
            return self.descriptor_get(attribute, Some(class.as_value()), metaclass).map(Some);
        }
        if let Some(attribute) = class.lookup(self, name) {
            return self.descriptor_get(attribute, None, class).map(Some);
        }
        match meta_attribute {
            Some(attribute) => self.descriptor_get(attribute, Some(class.as_value()), metaclass).map(Some),
            None => Ok(None),
        }
    }

    /// `getattr(value, name)`. The name must be interned.
    ///
    /// # Errors
    /// AttributeError, and what descriptors and hooks raise.
    #[inline]
    pub fn get_attribute(&self, value: Value, name: Str) -> PyResult<Value> {
        match self.find_attribute(value, name)? {
            Some(found) => Ok(found),
            None => Err(self.raise_attribute_error(value, name)),
        }
    }

    /// `getattr(value, name)` for one of the engine's names.
    ///
    /// # Errors
    /// As for [`Context::get_attribute`].
    pub fn get_attribute_name(&self, value: Value, name: Name) -> PyResult<Value> {
        self.get_attribute(value, self.name(name))
    }

    /// `getattr(value, name, None)` that tells absence from None: AttributeError, wherever it comes from, is "absent".
    ///
    /// # Errors
    /// Any other exception.
    pub fn find_attribute_or_none(&self, value: Value, name: Str) -> PyResult<Option<Value>> {
        match self.find_attribute(value, name) {
            Ok(found) => Ok(found),
            Err(raised) => {
                if self.pending_is(&raised, ExceptionClass::AttributeError) {
                    self.take_exception(raised);
                    Ok(None)
                } else {
                    Err(raised)
                }
            }
        }
    }

    /// The attribute; absent when the generic lookup finds none and there is no hook, so that no exception need be made.
    ///
    /// # Errors
    /// What descriptors and hooks raise, AttributeError among them.
    pub fn find_attribute(&self, value: Value, name: Str) -> PyResult<Option<Value>> {
        let class = self.class_of(value);
        match class.lookup_name(self, Name::__getattribute__) {
            Some(hook) if self.is_generic_hook(hook) => {
                let found = if let Some(target) = Class::from_value(value) {
                    self.class_find_attribute(target, name)
                } else if let Some(module) = value.as_kind(Kind::Module) {
                    crate::types::module::find_attribute(self, module, name)
                } else if let Some(object) = value.as_kind(Kind::Super) {
                    crate::types::super_object::find_attribute(self, object, name)
                } else {
                    self.generic_find_attribute(value, name)
                };
                let raised = match found {
                    Ok(Some(found)) => return Ok(Some(found)),
                    Ok(None) => None,
                    Err(raised) => Some(raised),
                };
                match class.lookup_name(self, Name::__getattr__) {
                    Some(fallback) => {
                        if let Some(raised) = raised {
                            if !self.pending_is(&raised, ExceptionClass::AttributeError) {
                                return Err(raised);
                            }
                            self.take_exception(raised);
                        }
                        self.recursive(|| self.call(fallback, &[value, name.as_value()])).map(Some)
                    }
                    None => match raised {
                        Some(raised) => Err(raised),
                        None => Ok(None),
                    },
                }
            }
            Some(hook) => {
                let found = self.recursive(|| self.call(hook, &[value, name.as_value()]));
                let raised = match found {
                    Ok(found) => return Ok(Some(found)),
                    Err(raised) => raised,
                };
                match class.lookup_name(self, Name::__getattr__) {
                    Some(fallback) if self.pending_is(&raised, ExceptionClass::AttributeError) => {
                        self.take_exception(raised);
                        self.recursive(|| self.call(fallback, &[value, name.as_value()])).map(Some)
                    }
                    _ => Err(raised),
                }
            }
            None => self.generic_find_attribute(value, name),
        }
    }

    /// Whether an attribute hook (`__getattribute__`, `__setattr__`, `__delattr__`) found on a class is one of the engine's own, which the
    /// functions here have built in: that of `object`, `type`, `module` or `super`.
    #[inline]
    pub(crate) fn is_generic_hook(&self, hook: Value) -> bool {
        let Some(object) = hook.as_kind(Kind::WrapperDescriptor) else { return false };
        let owner = native_function::owner(object).and_then(Class::native).map(|native| native.id);
        matches!(owner, Some(Kind::Object | Kind::Type | Kind::Module | Kind::Super))
    }

    /// `setattr(value, name, new)` or `delattr(value, name)`. The name must be interned.
    ///
    /// # Errors
    /// AttributeError, and what descriptors and hooks raise.
    pub fn set_attribute(&self, value: Value, name: Str, new: Option<Value>) -> PyResult<()> {
        let class = self.class_of(value);
        let hook_name = if new.is_some() { Name::__setattr__ } else { Name::__delattr__ };
        match class.lookup_name(self, hook_name) {
            Some(hook) if !is_wrapper_of(self, hook, &[Kind::Object, Kind::Type]) => match new {
                Some(new) => self.recursive(|| self.call(hook, &[value, name.as_value(), new])).map(|_| ()),
                None => self.recursive(|| self.call(hook, &[value, name.as_value()])).map(|_| ()),
            },
            _ => match Class::from_value(value) {
                Some(target) => self.class_set_attribute(target, name, new),
                None => self.generic_set_attribute(value, name, new),
            },
        }
    }

    /// `object.__setattr__` and `object.__delattr__`.
    ///
    /// # Errors
    /// AttributeError, and what descriptors raise.
    pub fn generic_set_attribute(&self, value: Value, name: Str, new: Option<Value>) -> PyResult<()> {
        let class = self.class_of(value);
        let attribute = class.lookup(self, name);
        if let Some(attribute) = attribute
            && self.descriptor_kind(attribute).takes_writes()
        {
            return self.descriptor_set(attribute, value, new);
        }
        if let Some(object) = value.as_object() {
            let done = match new {
                Some(new) => self.set_instance_attribute(object, name, new)?,
                None => self.delete_instance_attribute(object, name)?,
            };
            if done {
                return Ok(());
            }
            let can_have = Shape::of(object).is_some_and(|shape| shape.mode() != Mode::Fixed)
                || special_dict_slot(object).is_some();
            if can_have {
                return Err(self.raise_attribute_error(value, name));
            }
        }
        if attribute.is_some() {
            return Err(self.raise_attribute_text(
                value,
                name,
                format_args!("'{}' object attribute '{}' is read-only", class.name(self), name),
            ));
        }
        if new.is_none() {
            return Err(self.raise_attribute_error(value, name));
        }
        Err(self.raise_attribute_text(
            value,
            name,
            format_args!(
                "'{}' object has no attribute '{}' and no __dict__ for setting new attributes",
                class.name(self),
                name
            ),
        ))
    }

    /// `type.__setattr__` and `type.__delattr__`.
    ///
    /// # Errors
    /// AttributeError, TypeError for a builtin class, and what descriptors raise.
    pub fn class_set_attribute(&self, class: Class, name: Str, new: Option<Value>) -> PyResult<()> {
        use crate::native::ClassFlags;
        if class.is_native() || class.flags().has(ClassFlags::IMMUTABLE) {
            return Err(self.type_error(format_args!(
                "cannot set '{}' attribute of immutable type '{}'",
                name,
                class.name(self)
            )));
        }
        let metaclass = self.class_of(class.as_value());
        if let Some(attribute) = metaclass.lookup(self, name)
            && self.descriptor_kind(attribute).takes_writes()
        {
            return self.descriptor_set(attribute, class.as_value(), new);
        }
        if class.set_attribute(self, name, new)? {
            return Ok(());
        }
        Err(self.raise_attribute_text(
            class.as_value(),
            name,
            format_args!("type object '{}' has no attribute '{}'", class.name(self), name),
        ))
    }

    /// A method of a value, ready to be called. The name must be interned.
    ///
    /// # Errors
    /// AttributeError, and what descriptors and hooks raise.
    #[inline]
    pub fn method_pair(&self, value: Value, name: Str) -> PyResult<MethodPair> {
        let class = self.class_of(value);
        if let Some(object) = value.as_object() {
            if !matches!(Kind::of(object), Kind::Type | Kind::Module | Kind::Super)
                && let Some(hook) = class.lookup_name(self, Name::__getattribute__)
                && self.is_generic_hook(hook)
                && let Some(attribute) = class.lookup(self, name)
                && is_plain_method(attribute)
                && self.instance_attribute(object, name)?.is_none()
            {
                return Ok(MethodPair { callable: attribute, receiver: Some(value) });
            }
        } else if let Some(attribute) = class.lookup(self, name)
            && is_plain_method(attribute)
        {
            return Ok(MethodPair { callable: attribute, receiver: Some(value) });
        }
        Ok(MethodPair { callable: self.get_attribute(value, name)?, receiver: None })
    }

    /// A special method, looked up on the class only.
    ///
    /// # Errors
    /// What descriptors raise.
    #[inline]
    pub fn special_method(&self, value: Value, name: Name) -> PyResult<Option<MethodPair>> {
        let class = self.class_of(value);
        let Some(attribute) = class.lookup_name(self, name) else { return Ok(None) };
        self.bind_special_method(value, attribute).map(Some)
    }

    /// What was found under a special method's name on the value's class, to be called with the value.
    ///
    /// # Errors
    /// What descriptors raise.
    #[inline]
    pub fn bind_special_method(&self, value: Value, attribute: Value) -> PyResult<MethodPair> {
        if is_plain_method(attribute) {
            return Ok(MethodPair { callable: attribute, receiver: Some(value) });
        }
        let callable = self.descriptor_get(attribute, Some(value), self.class_of(value))?;
        Ok(MethodPair { callable, receiver: None })
    }

    /// AttributeError for a missing attribute.
    #[cold]
    pub fn raise_attribute_error(&self, value: Value, name: Str) -> Raised {
        if let Some(class) = Class::from_value(value) {
            return self.raise_attribute_text(
                value,
                name,
                format_args!("type object '{}' has no attribute '{}'", class.name(self), name),
            );
        }
        if let Some(module) = value.as_kind(Kind::Module) {
            return crate::types::module::raise_missing(self, module, name);
        }
        let class_name = self.type_name(value);
        self.raise_attribute_text(
            value,
            name,
            format_args!("'{class_name}' object has no attribute '{name}'"),
        )
    }

    /// AttributeError with its `obj` and `name`.
    #[cold]
    pub fn raise_attribute_text(&self, value: Value, name: Str, text: core::fmt::Arguments<'_>) -> Raised {
        crate::types::exception::raise_attribute(self, value, name, text)
    }
}

/// Whether a special method is the native one of one of these classes.
#[inline]
fn is_wrapper_of(cx: &Context, hook: Value, kinds: &[Kind]) -> bool {
    let owner = hook.as_kind(Kind::WrapperDescriptor).and_then(|object| object.value(native_function::OWNER));
    owner.is_some_and(|owner| kinds.iter().any(|&kind| owner.is(cx.class(kind))))
}

/// Whether a class attribute is a function or native method, which a call may be given the receiver for without binding.
#[inline(always)]
pub fn is_plain_method(attribute: Value) -> bool {
    match attribute.as_object() {
        Some(object) => {
            matches!(Kind::of(object), Kind::Function | Kind::MethodDescriptor | Kind::WrapperDescriptor)
        }
        None => false,
    }
}

/// The slot in which a module or function keeps its dict.
#[inline]
pub fn special_dict_slot(object: ObjectRef) -> Option<usize> {
    match Kind::of(object) {
        Kind::Module => Some(crate::types::module::DICT),
        Kind::Function => Some(crate::types::function::slot::DICT),
        _ => None,
    }
}

/// The slot of the overflow array or dict: the last one of instances of variable size.
#[inline(always)]
pub fn attribute_slot(object: ObjectRef, shape: Shape) -> usize {
    if object.client_flags() & client_flags::TRAILING_ATTRIBUTES != 0 {
        object.slot_count().saturating_sub(1)
    } else {
        shape.base_slot()
    }
}

/// Attribute number `index` of an instance that had this shape when it was looked at.
#[inline]
pub fn read_location(object: ObjectRef, shape: Shape, index: u32) -> Option<Value> {
    match shape.location(index) {
        Location::Inline(slot) => {
            if slot < object.slot_count() {
                object.value(slot)
            } else {
                None
            }
        }
        Location::Overflow(place) => {
            let array = object.value(attribute_slot(object, shape))?.as_object()?;
            if array.kind() == Kind::SlotArray as u8 && place < array.slot_count() {
                array.value(place)
            } else {
                None
            }
        }
    }
}
