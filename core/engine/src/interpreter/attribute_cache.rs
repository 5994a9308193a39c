//! Attribute instructions with inline caches.
//!
//! Invariant: a version is taken before the lookup that the cache remembers. An instance attribute is cached by shape; a class attribute
//! only for shapes that say themselves whether an instance attribute hides it (not for instances that keep a dict).

use threadsnake_bytecode::Instruction;
use threadsnake_heap::ObjectRef;

use crate::attribute::{DescriptorKind, MethodPair, is_plain_method, read_location};
use crate::context::Context;
use crate::error::PyResult;
use crate::interpreter::calls;
use crate::interpreter::dispatch::Called;
use crate::interpreter::frame::Frame;
use crate::interpreter::global_cache::set_cache;
use crate::interpreter::inline_cache::{
    Entry, EntryKind, MAXIMUM_PLACE, OVERFLOW, is_packed, pack, packed_place, packed_version,
};
use crate::interpreter::shape_cache::{Fact, Purpose};
use crate::interpreter::variables;
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::shape::{Location, Mode, Shape, VERSION};
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::dict_table::DictTable;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The attribute that the cache leads to, if it still holds and is in a slot of the instance.
#[inline(always)]
pub(crate) fn cached_slot(value: Value, cached: u64) -> Option<Value> {
    let place = slot_of_shape(value.as_object()?, cached)?;
    // SAFETY: the version names the shape, and every instance of a shape has the slots that the shape speaks of.
    Value::from_word(unsafe { value.as_object()?.slot_unchecked(place) })
}

/// The instance's slot that a cache word speaks of, if the instance's shape has the version of the word.
#[inline(always)]
fn slot_of_shape(object: ObjectRef, cached: u64) -> Option<usize> {
    if cached & (OVERFLOW << 1 | 1) != 1 {
        return None;
    }
    let shape = Shape::of(object)?;
    if shape.current_version() == packed_version(cached) { Some(packed_place(cached) as usize) } else { None }
}

/// Stores to the slot that the cache leads to, if it still holds and no barrier is needed; false if not.
#[inline(always)]
pub(crate) fn cached_plain_store(target: Value, value: Value, cached: u64) -> bool {
    let Some(object) = target.as_object() else { return false };
    match slot_of_shape(object, cached) {
        Some(place) if object.takes_plain_stores() => {
            // SAFETY: as in `cached_slot`; and just tested.
            unsafe { object.store_plain(place, value.word()) };
            true
        }
        _ => false,
    }
}

/// The attribute that the cache leads to, if it still holds.
fn cached_attribute(value: Value, cached: u64) -> Option<Value> {
    let object = value.as_object()?;
    let shape = Shape::of(object)?;
    if is_packed(cached) {
        let place = packed_place(cached);
        if shape.current_version() == packed_version(cached) {
            if place & OVERFLOW == 0 {
                // SAFETY: the version names the shape, and every instance of a shape has the slots that the shape speaks of.
                return Value::from_word(unsafe { object.slot_unchecked(place as usize) });
            }
            let array = object.value(crate::attribute::attribute_slot(object, shape))?.as_object()?;
            let place = (place & !OVERFLOW) as usize;
            return if place < array.slot_count() { array.value(place) } else { None };
        }
        if object.kind() == Kind::Module as u8 {
            let table = object.value(crate::types::module::DICT).and_then(Dict::from_value)?.table()?;
            if table.id() == packed_version(cached) {
                return table.value(place as usize);
            }
        }
        return None;
    }
    let entry = Entry::from_word(cached)?;
    if entry.is(EntryKind::ClassValue) && shape.current_version() == entry.version() {
        return Value::from_word(entry.value());
    }
    if entry.is(EntryKind::TypeValue)
        && object.kind() == Kind::Type as u8
        && object.raw_u64(VERSION) == entry.version()
    {
        return Value::from_word(entry.value());
    }
    None
}

/// The method that the cache leads to, if it still holds; the receiver goes before the arguments.
#[inline(always)]
pub(crate) fn cached_method(value: Value, cached: u64) -> Option<Value> {
    let entry = Entry::from_word(cached)?;
    let object = value.as_object()?;
    if Shape::of(object)?.current_version() != entry.version() || !entry.is(EntryKind::ClassValue) {
        return None;
    }
    // Only plain methods are cached by `load_method`.
    Value::from_word(entry.value())
}

/// An attribute by the rarer forms of the cache, or looks it up and remembers where it was. A property with a Python getter
/// becomes a frame.
#[inline(never)]
pub(crate) fn load_attribute(
    cx: &Context,
    frame: &Frame,
    value: Value,
    instruction: Instruction,
    cached: u64,
) -> PyResult<Called> {
    if let Some(found) = cached_attribute(value, cached) {
        return Ok(Called::Done(found));
    }
    if let (Some(object), Some(entry)) = (value.as_object(), Entry::from_word(cached))
        && Shape::of(object).is_some_and(|shape| shape.current_version() == entry.version())
    {
        if entry.is(EntryKind::Property)
            && let Some(getter) = Value::from_word(entry.value())
        {
            return call_getter(cx, frame, getter, value, instruction.a());
        }
        if entry.is(EntryKind::GetSet)
            && let Some(descriptor) = Value::from_word(entry.value()).and_then(Value::as_object)
        {
            let definition = crate::types::native_function::attribute_definition(descriptor);
            return (definition.get)(cx, value).map(Called::Done);
        }
    }
    let name = variables::name(cx, frame, instruction.c() as u32);
    let Some(object) = value.as_object() else { return cx.get_attribute(value, name).map(Called::Done) };
    if let Some(fact) = remembered_fact(cx, frame, object, name, Purpose::Load, cached)? {
        match fact {
            Fact::Slot(place) => {
                if let Some(found) = object.value(place) {
                    return Ok(Called::Done(found));
                }
            }
            Fact::ClassValue(found) => {
                if let Some(found) = Value::from_word(found) {
                    return Ok(Called::Done(found));
                }
            }
            Fact::Property(getter) => {
                if let Some(getter) = Value::from_word(getter) {
                    return call_getter(cx, frame, getter, value, instruction.a());
                }
            }
            Fact::GetSet(descriptor) => {
                if let Some(descriptor) = Value::from_word(descriptor).and_then(Value::as_object) {
                    let definition = crate::types::native_function::attribute_definition(descriptor);
                    return (definition.get)(cx, value).map(Called::Done);
                }
            }
            Fact::Overflow(_) | Fact::Transition(..) => {}
        }
    }
    match Kind::of(object) {
        Kind::Type => return load_type_attribute(cx, frame, value, name).map(Called::Done),
        Kind::Module => {
            let found = cx.get_attribute(value, name)?;
            remember_module_attribute(cx, frame, value, name)?;
            return Ok(Called::Done(found));
        }
        Kind::Super => return cx.get_attribute(value, name).map(Called::Done),
        _ => {}
    }
    let (Some(shape), Some(class)) =
        (Shape::of(object), Shape::of(object).and_then(|shape| Class::from_value(shape.class())))
    else {
        return cx.get_attribute(value, name).map(Called::Done);
    };
    let generic = class.lookup_name(cx, Name::__getattribute__).is_some_and(|hook| cx.is_generic_hook(hook));
    let version = shape.version(cx);
    let (Some(version), true) = (version, generic) else {
        return cx.get_attribute(value, name).map(Called::Done);
    };
    let attribute = class.lookup(cx, name);
    let kind = attribute.map_or(DescriptorKind::Plain, |attribute| cx.descriptor_kind(attribute));
    if let (Some(attribute), DescriptorKind::Data) = (attribute, kind) {
        if let Some(descriptor) = attribute.as_object() {
            match Kind::of(descriptor) {
                Kind::Property if descriptor.client_flags() & client_flags::SUBCLASS == 0 => {
                    if let Some(getter) = descriptor.value(0).filter(|getter| getter.is_kind(Kind::Function))
                    {
                        let fact = Fact::Property(getter.word());
                        remember(cx, frame, version, name, Purpose::Load, fact)?;
                        return call_getter(cx, frame, getter, value, instruction.a());
                    }
                }
                Kind::GetSetDescriptor => {
                    let fact = Fact::GetSet(attribute.word());
                    remember(cx, frame, version, name, Purpose::Load, fact)?;
                }
                Kind::MemberDescriptor => {
                    let slot = crate::types::native_function::member_slot(descriptor);
                    if slot < object.slot_count() {
                        remember(cx, frame, version, name, Purpose::Load, Fact::Slot(slot))?;
                    }
                }
                // A named tuple's field. No fact of a shape: tuples of one class may differ in length.
                Kind::TupleGetter if descriptor.client_flags() & client_flags::SUBCLASS == 0 => {
                    if let Some(tuple) = Tuple::from_value(value)
                        && let Ok(index) = usize::try_from(descriptor.raw_u64(0))
                        && let Some(item) = tuple.get(index)
                    {
                        return Ok(Called::Done(item));
                    }
                }
                _ => {}
            }
        }
        return cx.get_attribute(value, name).map(Called::Done);
    }
    if shape.mode() == Mode::Slots
        && let Some(index) = shape.find(name)
    {
        if let Some(found) = read_location(object, shape, index) {
            remember(cx, frame, version, name, Purpose::Load, fact_of(shape.location(index)))?;
            return Ok(Called::Done(found));
        }
        return cx.get_attribute(value, name).map(Called::Done);
    }
    if shape.mode() != Mode::Dict
        && kind == DescriptorKind::Plain
        && let Some(attribute) = attribute
        && crate::attribute::special_dict_slot(object).is_none()
    {
        // `LoadMethod` shares the kind of the fact but neither cache: the word belongs to this instruction.
        remember(cx, frame, version, name, Purpose::Load, Fact::ClassValue(attribute.word()))?;
        return Ok(Called::Done(attribute));
    }
    cx.get_attribute(value, name).map(Called::Done)
}

fn fact_of(location: Location) -> Fact {
    match location {
        Location::Inline(slot) => Fact::Slot(slot),
        Location::Overflow(place) => Fact::Overflow(place),
    }
}

/// What this thread remembers of an attribute of an object by its shape. The inline cache of the instruction under way learns it if it
/// is empty, and now and then if it is not: it may hold a shape that never comes again.
#[inline]
fn remembered_fact(
    cx: &Context,
    frame: &Frame,
    object: ObjectRef,
    name: Str,
    purpose: Purpose,
    cached: u64,
) -> PyResult<Option<Fact>> {
    let Some(shape) = Shape::of(object) else { return Ok(None) };
    let version = shape.current_version();
    let fact = cx.remembered(version, name, purpose, 0);
    if let Some(fact) = fact
        && (cached == 0 || cx.replaces_inline_cache())
    {
        set_inline_cache(cx, frame, version, fact)?;
    }
    Ok(fact)
}

/// Remembers a fact in the thread's table and in the inline cache of the instruction under way.
fn remember(
    cx: &Context,
    frame: &Frame,
    version: u64,
    name: Str,
    purpose: Purpose,
    fact: Fact,
) -> PyResult<()> {
    cx.remember(version, name, purpose, 0, fact);
    set_inline_cache(cx, frame, version, fact)
}

fn set_inline_cache(cx: &Context, frame: &Frame, version: u64, fact: Fact) -> PyResult<()> {
    let (kind, place, value, auxiliary) = match fact {
        Fact::Slot(place) => {
            if place <= MAXIMUM_PLACE {
                set_cache(cx, frame, pack(version, place as u64));
            }
            return Ok(());
        }
        Fact::Overflow(place) => {
            if place <= MAXIMUM_PLACE {
                set_cache(cx, frame, pack(version, place as u64 | OVERFLOW));
            }
            return Ok(());
        }
        Fact::ClassValue(value) => (EntryKind::ClassValue, 0, value, 0),
        Fact::Property(getter) => (EntryKind::Property, 0, getter, 0),
        Fact::GetSet(descriptor) => (EntryKind::GetSet, 0, descriptor, 0),
        Fact::Transition(place, shape) => (EntryKind::Transition, place, 0, shape),
    };
    let entry = Entry::new(cx, version, kind, place, value, auxiliary)?;
    set_cache(cx, frame, entry.word());
    Ok(())
}

fn remember_module_attribute(cx: &Context, frame: &Frame, module: Value, name: Str) -> PyResult<()> {
    let dict = module
        .as_object()
        .and_then(|object| object.value(crate::types::module::DICT))
        .and_then(Dict::from_value);
    if let Some(place) = match dict {
        Some(dict) => dict.find(cx, name.as_value())?,
        None => None,
    } {
        let table: DictTable = place.table;
        if place.entry <= MAXIMUM_PLACE {
            set_cache(cx, frame, pack(table.id(), place.entry as u64));
        }
    }
    Ok(())
}

/// An attribute of a class object, cached when the class's own value needs no binding and the metaclass is `type` itself.
fn load_type_attribute(cx: &Context, frame: &Frame, value: Value, name: Str) -> PyResult<Value> {
    let Some(class) = Class::from_value(value) else { return cx.get_attribute(value, name) };
    let metaclass = cx.class_of(value);
    if metaclass.is_native() && metaclass.lookup(cx, name).is_none() {
        let version = class.version(cx);
        if let (Some(version), Some(attribute)) = (version, class.lookup(cx, name)) {
            let unbound = cx.descriptor_get(attribute, None, class)?;
            if unbound.is(attribute) {
                let entry = Entry::new(cx, version, EntryKind::TypeValue, 0, attribute.word(), 0)?;
                set_cache(cx, frame, entry.word());
            }
            return Ok(unbound);
        }
    }
    cx.get_attribute(value, name)
}

fn call_getter(
    cx: &Context,
    frame: &Frame,
    getter: Value,
    receiver: Value,
    destination: u16,
) -> PyResult<Called> {
    let Some(function) = crate::types::function::Function::from_value(getter) else {
        return cx.call(getter, &[receiver]).map(Called::Done);
    };
    // The frame's registers are all in use as far as anyone knows here, so the callee's start after them.
    let window = frame.top();
    if !cx.frames().has_registers(window, 1) {
        return Err(cx.recursion_error());
    }
    // SAFETY: `has_registers` says that there is a register at `window`.
    unsafe { window.write(receiver.word()) };
    calls::call_python(cx, function, window, 1, None, destination, 0)
}

/// Looks a method up and remembers it.
#[inline(never)]
pub(crate) fn load_method(
    cx: &Context,
    frame: &Frame,
    value: Value,
    instruction: Instruction,
    cached: u64,
) -> PyResult<MethodPair> {
    if let (None, Some(entry)) = (value.as_object(), Entry::from_word(cached))
        && entry.is(EntryKind::ClassValue)
        && cx.class_of(value).object().raw_u64(VERSION) == entry.version()
        && let Some(callable) = Value::from_word(entry.value())
    {
        return Ok(MethodPair { callable, receiver: Some(value) });
    }
    let name = variables::name(cx, frame, instruction.c() as u32);
    if let Some(object) = value.as_object() {
        match Kind::of(object) {
            Kind::Type | Kind::Module => {
                if let Some(found) = cached_attribute(value, cached) {
                    return Ok(MethodPair { callable: found, receiver: None });
                }
                let callable = if object.kind() == Kind::Type as u8 {
                    load_type_attribute(cx, frame, value, name)?
                } else {
                    let found = cx.get_attribute(value, name)?;
                    remember_module_attribute(cx, frame, value, name)?;
                    found
                };
                return Ok(MethodPair { callable, receiver: None });
            }
            Kind::Super => return cx.method_pair(value, name),
            _ => {}
        }
        if let Some(Fact::ClassValue(method)) =
            remembered_fact(cx, frame, object, name, Purpose::Method, cached)?
            && let Some(callable) = Value::from_word(method)
        {
            return Ok(MethodPair { callable, receiver: Some(value) });
        }
    }
    let shape = value.as_object().and_then(Shape::of);
    let class = cx.class_of(value);
    let version = match shape {
        Some(shape) => shape.version(cx),
        None => class.version(cx),
    };
    let generic = class.lookup_name(cx, Name::__getattribute__).is_some_and(|hook| cx.is_generic_hook(hook));
    if let (Some(version), true) = (version, generic)
        && let Some(attribute) = class.lookup(cx, name)
    {
        let hidden = match (value.as_object(), shape) {
            (Some(object), Some(shape)) => match shape.mode() {
                Mode::Fixed => crate::attribute::special_dict_slot(object).is_some(),
                Mode::Slots => shape.find(name).is_some(),
                Mode::Dict => true,
            },
            _ => false,
        };
        if is_plain_method(attribute) && !hidden {
            remember(cx, frame, version, name, Purpose::Method, Fact::ClassValue(attribute.word()))?;
            return Ok(MethodPair { callable: attribute, receiver: Some(value) });
        }
    }
    cx.method_pair(value, name)
}

/// Stores to where the cache leads, if it still holds; false if not.
fn cached_store(cx: &Context, target: Value, value: Value, cached: u64) -> bool {
    let Some(object) = target.as_object() else { return false };
    let Some(shape) = Shape::of(object) else { return false };
    if !is_packed(cached) {
        return cached_transition(cx, target, value, cached);
    }
    if shape.current_version() != packed_version(cached) {
        return false;
    }
    let place = packed_place(cached);
    if place & OVERFLOW != 0 {
        return false;
    }
    cx.store(object, place as usize, value);
    // The instance may have gone over to a dict between the test and the store (see `attribute.rs`): then the general way repeats
    // the store into the dict.
    !object.is_shared() || Shape::of(object) == Some(shape)
}

fn cached_transition(cx: &Context, target: Value, value: Value, cached: u64) -> bool {
    let (Some(object), Some(entry)) = (target.as_object(), Entry::from_word(cached)) else { return false };
    if !entry.is(EntryKind::Transition) || object.is_shared() {
        return false;
    }
    let Some(shape) = Shape::of(object) else { return false };
    if shape.current_version() != entry.version() || entry.place() >= object.slot_count() {
        return false;
    }
    cx.store(object, entry.place(), value);
    cx.mutator().store_shape(object, entry.auxiliary());
    true
}

/// Stores an attribute by the cache, or in the general way and remembers where it went.
#[inline(never)]
pub(crate) fn store_attribute(
    cx: &Context,
    frame: &Frame,
    target: Value,
    value: Value,
    instruction: Instruction,
    cached: u64,
) -> PyResult<()> {
    if cached_store(cx, target, value, cached) {
        return Ok(());
    }
    let name = variables::name(cx, frame, instruction.c() as u32);
    let Some(object) = target.as_object() else { return cx.set_attribute(target, name, Some(value)) };
    if let Some(fact) = remembered_fact(cx, frame, object, name, Purpose::Store, cached)?
        && store_by_fact(cx, object, value, fact)
    {
        return Ok(());
    }
    let before = Shape::of(object).filter(|shape| shape.mode() == Mode::Slots);
    let Some(shape) = before else {
        remember_member_store(cx, frame, target, name)?;
        return cx.set_attribute(target, name, Some(value));
    };
    let class = cx.class_of(target);
    let generic = class.lookup_name(cx, Name::__setattr__).is_some_and(|hook| cx.is_generic_hook(hook));
    let version = shape.version(cx);
    let attribute = class.lookup(cx, name);
    let data = attribute.is_some_and(|attribute| cx.descriptor_kind(attribute).takes_writes());
    let (Some(version), true, false) = (version, generic, data) else {
        remember_member_store(cx, frame, target, name)?;
        return cx.set_attribute(target, name, Some(value));
    };
    cx.generic_set_attribute(target, name, Some(value))?;
    if let Some(index) = shape.find(name) {
        if let Location::Inline(slot) = shape.location(index) {
            remember(cx, frame, version, name, Purpose::Store, Fact::Slot(slot))?;
        }
    } else if let Some(after) = Shape::of(object)
        && let (Some(index), Mode::Slots) = (after.find(name), after.mode())
        && let (Location::Inline(slot), true) = (after.location(index), index == shape.count())
    {
        remember(cx, frame, version, name, Purpose::Store, Fact::Transition(slot, after.word()))?;
    }
    Ok(())
}

/// Stores to where a current fact says; false if that is not the whole story.
fn store_by_fact(cx: &Context, object: ObjectRef, value: Value, fact: Fact) -> bool {
    match fact {
        Fact::Slot(place) if place < object.slot_count() => {
            let shape = Shape::of(object);
            cx.store(object, place, value);
            // As in `cached_store`.
            !object.is_shared() || Shape::of(object) == shape
        }
        Fact::Transition(place, shape) if !object.is_shared() && place < object.slot_count() => {
            cx.store(object, place, value);
            cx.mutator().store_shape(object, shape);
            true
        }
        _ => false,
    }
}

/// Remembers a store through a `__slots__` descriptor.
fn remember_member_store(cx: &Context, frame: &Frame, target: Value, name: Str) -> PyResult<()> {
    let Some(object) = target.as_object() else { return Ok(()) };
    let Some(shape) = Shape::of(object) else { return Ok(()) };
    let class = cx.class_of(target);
    let generic = class.lookup_name(cx, Name::__setattr__).is_some_and(|hook| cx.is_generic_hook(hook));
    if let (Some(version), true) = (shape.version(cx), generic)
        && let Some(descriptor) =
            class.lookup(cx, name).and_then(|attribute| attribute.as_kind(Kind::MemberDescriptor))
    {
        let slot = crate::types::native_function::member_slot(descriptor);
        if slot < object.slot_count() {
            return remember(cx, frame, version, name, Purpose::Store, Fact::Slot(slot));
        }
    }
    Ok(())
}
