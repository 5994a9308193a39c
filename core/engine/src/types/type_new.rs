//! Making classes: metaclass, base layout, `__slots__`, method resolution order, and the hooks that run when a class is made.
//!
//! Invariant: a class is entered in its bases' lists of subclasses before any version of it is drawn, so a change of a base never
//! misses it; it is handed to Python code (`mro`, `__set_name__`, `__init_subclass__`) only with layout and namespace complete.
//! Source: Objects/typeobject.c (`type_new`, `mro_implementation`, `best_base`); the merge is C3 (Barrett et al., OOPSLA 1996).

use alloc::format;
use alloc::string::String;

use crate::attribute::MethodPair;
use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, ClassFlags, Keywords};
use crate::object_access::ObjectAccess;
use crate::types::cell::Cell;
use crate::types::class::{Class, allocate_of_class, slot};
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::native_function;
use crate::types::object_methods::{INSTANCE_DICT, INSTANCE_WEAK_REFERENCES};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::types::weak_reference;
use crate::value::Value;

/// The most derived metaclass of the bases and `metaclass`.
///
/// # Errors
/// TypeError if none is derived from all others.
pub fn calculate_metaclass(cx: &Context, metaclass: Class, bases: &[Value]) -> PyResult<Class> {
    let mut winner = metaclass;
    for &base in bases {
        let class = cx.class_of(base);
        if winner.is_subclass_of(class) {
            continue;
        }
        if class.is_subclass_of(winner) {
            winner = class;
            continue;
        }
        return Err(cx.type_error(format_args!(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its \
             bases"
        )));
    }
    Ok(winner)
}

/// The nearest class along the bases that added to the layout of instances.
fn solid_base(class: Class) -> Class {
    let mut class = class;
    while let Some(base) = class.base() {
        let extends = class.slot_count() != base.slot_count()
            || class.raw_bytes() != base.raw_bytes()
            || class.layout() != base.layout();
        if extends {
            break;
        }
        class = base;
    }
    class
}

/// The base whose layout instances extend.
///
/// # Errors
/// TypeError if a base cannot be inherited from, or the layouts of two conflict.
pub fn best_base(cx: &Context, bases: &[Value]) -> PyResult<Class> {
    let mut best: Option<(Class, Class)> = None;
    for &base in bases {
        let Some(candidate) = Class::from_value(base) else {
            return Err(cx.type_error(format_args!("bases must be types")));
        };
        if !candidate.flags().has(ClassFlags::SUBCLASSABLE) {
            return Err(cx.type_error(format_args!(
                "type '{}' is not an acceptable base type",
                dotted_name(cx, candidate)
            )));
        }
        let solid = solid_base(candidate);
        match best {
            None => best = Some((candidate, solid)),
            Some((_, winner)) if winner.is_subclass_of(solid) => {}
            Some((_, winner)) if solid.is_subclass_of(winner) => best = Some((candidate, solid)),
            Some(_) => {
                return Err(cx.type_error(format_args!("multiple bases have instance lay-out conflict")));
            }
        }
    }
    match best {
        Some((base, _)) => Ok(base),
        None => Err(cx.type_error(format_args!("bases must be types"))),
    }
}

/// The name of a class as C code of CPython knows it: with the module for builtin classes outside of `builtins`.
pub fn dotted_name(cx: &Context, class: Class) -> String {
    let name = class.name(cx);
    match class.native() {
        Some(native) if class.is_native() && native.module != "builtins" => {
            format!("{}.{name}", native.module)
        }
        _ => format!("{name}"),
    }
}

/// Whether instances of a native layout count as variable-sized in CPython: these take no further slots.
fn has_items(class: Class) -> bool {
    matches!(class.layout(), Kind::Int | Kind::Bool | Kind::Tuple | Kind::Bytes | Kind::Type)
}

/// Whether instances have a `__dict__`.
pub fn has_dict(class: Class) -> bool {
    class.flags().has(ClassFlags::HAS_DICT)
        || matches!(class.layout(), Kind::Module | Kind::Function | Kind::Type)
}

/// The method resolution order of a class with these bases.
///
/// # Errors
/// TypeError for a repeated base or an order that cannot be.
pub fn linearize(cx: &Context, class: Class, bases: Tuple) -> PyResult<Tuple> {
    for (index, base) in bases.iter().enumerate() {
        if bases.as_slice().get(index + 1..).unwrap_or(&[]).contains(&base) {
            let name = Class::from_value(base).map_or(cx.type_name(base), |base| base.name(cx));
            return Err(cx.type_error(format_args!("duplicate base class {name}")));
        }
    }
    let mut order = cx.scratch();
    order.push(class.as_value());
    // The sequences to merge: the bases' orders, then the bases; and how much of each is used up.
    let mut sequences = cx.scratch();
    for base in bases.iter() {
        let mro = Class::from_value(base).and_then(Class::mro);
        let Some(mro) = mro else {
            let name = Class::from_value(base).map_or(cx.type_name(base), |base| base.name(cx));
            return Err(cx.type_error(format_args!("Cannot extend an incomplete type '{name}'")));
        };
        sequences.push(mro.as_value());
    }
    sequences.push(bases.as_value());
    let mut used = alloc::vec![0usize; sequences.len()];
    let item = |sequences: &ScratchVector<'_>, sequence: usize, index: usize| -> Option<Value> {
        sequences
            .as_slice()
            .get(sequence)
            .copied()
            .and_then(Tuple::from_value)
            .and_then(|tuple| tuple.get(index))
    };
    loop {
        let mut candidate = None;
        let mut rest = false;
        for (sequence, &position) in used.iter().enumerate() {
            let Some(head) = item(&sequences, sequence, position) else { continue };
            rest = true;
            let in_a_tail = used.iter().enumerate().any(|(other, &other_position)| {
                sequences.as_slice().get(other).copied().and_then(Tuple::from_value).is_some_and(|tuple| {
                    tuple.as_slice().get(other_position + 1..).is_some_and(|tail| tail.contains(&head))
                })
            });
            if !in_a_tail {
                candidate = Some(head);
                break;
            }
        }
        if !rest {
            return cx.new_tuple(order.as_slice());
        }
        let Some(next) = candidate else { return Err(order_error(cx, &sequences, &used)) };
        order.push(next);
        for (sequence, position) in used.iter_mut().enumerate() {
            if item(&sequences, sequence, *position).is_some_and(|head| head.is(next)) {
                *position += 1;
            }
        }
    }
}

#[cold]
fn order_error(cx: &Context, sequences: &ScratchVector<'_>, used: &[usize]) -> Raised {
    let mut heads = cx.scratch();
    for (sequence, &position) in sequences.as_slice().iter().zip(used) {
        if let Some(head) = Tuple::from_value(*sequence).and_then(|tuple| tuple.get(position))
            && !heads.as_slice().contains(&head)
        {
            heads.push(head);
        }
    }
    let mut names = String::new();
    for (index, head) in heads.as_slice().iter().enumerate() {
        if index > 0 {
            names.push_str(", ");
        }
        let name = Class::from_value(*head).map_or(cx.type_name(*head), |class| class.name(cx));
        names.push_str(&name.to_utf8_lossy());
    }
    cx.type_error(format_args!("Cannot create a consistent method resolution order (MRO) for bases {names}"))
}

/// The method resolution order, from the metaclass's `mro` if it has one of its own.
///
/// # Errors
/// What `mro` raises; TypeError if it returns what is no order.
pub fn resolve_order(cx: &Context, class: Class, bases: Tuple, base: Class) -> PyResult<Tuple> {
    let metaclass = cx.class_of(class.as_value());
    let name = cx.name(Name::mro);
    let own = match metaclass.lookup_with_owner(cx, name) {
        Some((hook, owner)) if !owner.as_value().is(cx.class(Kind::Type)) => Some(hook),
        _ => None,
    };
    let Some(hook) = own else { return linearize(cx, class, bases) };
    let bound = cx.descriptor_get(hook, Some(class.as_value()), metaclass)?;
    let result = cx.call(bound, &[])?;
    let mro = cx.tuple_of(result)?;
    let solid = solid_base_of_new(class, base);
    for item in mro.iter() {
        let Some(ancestor) = Class::from_value(item) else {
            return Err(cx.type_error(format_args!("mro() returned a non-class ('{}')", cx.type_name(item))));
        };
        if ancestor != class && !solid.is_subclass_of(solid_base(ancestor)) {
            return Err(cx.type_error(format_args!(
                "mro() returned base with unsuitable layout ('{}')",
                ancestor.name(cx)
            )));
        }
    }
    Ok(mro)
}

fn solid_base_of_new(class: Class, base: Class) -> Class {
    // The new class itself has no order yet, so whatever it adds, its base decides.
    let _ = class;
    solid_base(base)
}

/// What `__slots__` asks for.
struct Slots<'a> {
    /// Names of the slots, mangled and sorted.
    names: ScratchVector<'a>,
    add_dict: bool,
    add_weak: bool,
}

/// `__name` in a class `Class` is `_Class__name`.
fn mangle(cx: &Context, class: Str, name: Str) -> PyResult<Str> {
    let text = name.to_utf8(cx)?;
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return cx.intern(name);
    }
    let class = class.to_utf8(cx)?;
    let stripped = class.trim_start_matches('_');
    if stripped.is_empty() {
        return cx.intern(name);
    }
    cx.intern_str(&format!("_{stripped}{text}"))
}

fn is_identifier(cx: &Context, text: Str) -> PyResult<bool> {
    let is = cx.call_method(text.as_value(), cx.intern_str("isidentifier")?, &[])?;
    cx.is_true(is)
}

fn read_slots<'a>(
    cx: &'a Context,
    slots: Value,
    class_name: Str,
    namespace: Dict,
    base: Class,
    bases: &[Value],
) -> PyResult<Slots<'a>> {
    let items = match Str::from_value(slots) {
        Some(_) => cx.new_tuple(&[slots])?,
        None => cx.tuple_of(slots)?,
    };
    if !items.is_empty() && has_items(base) {
        return Err(cx.type_error(format_args!(
            "nonempty __slots__ not supported for subtype of '{}'",
            base.name(cx)
        )));
    }
    let may_add_dict = !has_dict(base);
    let may_add_weak = !weak_reference::supports(base) && !has_items(base);
    let mut result = Slots { names: cx.scratch(), add_dict: false, add_weak: false };
    for item in items.iter() {
        let Some(text) = Str::from_value(item) else {
            return Err(
                cx.type_error(format_args!("__slots__ items must be strings, not '{}'", cx.type_name(item)))
            );
        };
        if !is_identifier(cx, text)? {
            return Err(cx.type_error(format_args!("__slots__ must be identifiers")));
        }
        if text.equals_ascii("__dict__") {
            if !may_add_dict || result.add_dict {
                return Err(cx.type_error(format_args!("__dict__ slot disallowed: we already got one")));
            }
            result.add_dict = true;
            continue;
        }
        if text.equals_ascii("__weakref__") {
            if !may_add_weak || result.add_weak {
                return Err(cx.type_error(format_args!("__weakref__ slot disallowed: we already got one")));
            }
            result.add_weak = true;
            continue;
        }
        let name = mangle(cx, class_name, text)?;
        let conflicts = namespace.get_str(cx, name)?.is_some()
            && !["__qualname__", "__classcell__", "__classdictcell__"]
                .iter()
                .any(|allowed| text.equals_ascii(allowed));
        if conflicts {
            return Err(cx.value_error(format_args!(
                "{} in __slots__ conflicts with class variable",
                cx.repr(name.as_value())?
            )));
        }
        result.names.push(name.as_value());
    }
    // Interned names of one text are one object; a name given twice takes one slot.
    result.names.as_mut_slice().sort_unstable_by(|left, right| {
        match (Str::from_value(*left), Str::from_value(*right)) {
            (Some(left), Some(right)) => left.compare(right),
            _ => core::cmp::Ordering::Equal,
        }
    });
    // Bases beside the one whose layout is extended may bring a dict or weak references.
    for &other in bases {
        let Some(other) = Class::from_value(other).filter(|other| *other != base) else { continue };
        result.add_dict |= may_add_dict && has_dict(other) && other.layout() != Kind::Type;
        result.add_weak |= may_add_weak && weak_reference::supports(other);
    }
    Ok(result)
}

/// Names of the slots that a class itself added, in the order of the slots.
pub fn slot_names(cx: &Context, class: Class) -> ScratchVector<'_> {
    let mut members = cx.scratch();
    if let Some(dict) = class.dict() {
        for pair in dict.snapshot(cx).as_slice().chunks_exact(2) {
            if let &[_, value] = pair
                && value.is_kind(Kind::MemberDescriptor)
            {
                members.push(value);
            }
        }
    }
    let position = |value: &Value| value.as_object().map_or(usize::MAX, native_function::member_slot);
    members.as_mut_slice().sort_unstable_by_key(position);
    let mut names = cx.scratch();
    for member in members.as_slice() {
        if let Some(name) = member.as_object().and_then(|member| member.value(native_function::MEMBER_NAME)) {
            names.push(name);
        }
    }
    names
}

/// Flags that a Python class takes over from its bases.
fn inherited_flags(base: Class, bases: &[Value]) -> ClassFlags {
    let kept = [
        ClassFlags::VARIABLE_SIZE,
        ClassFlags::MATCH_SELF,
        ClassFlags::NATIVE_STATE,
        ClassFlags::NATIVE_FINALIZER,
        ClassFlags::EXCEPTION,
        ClassFlags::METACLASS,
        ClassFlags::HAS_DICT,
    ];
    let mut flags = ClassFlags::SUBCLASSABLE.with(ClassFlags::HEAP_TYPE);
    for flag in kept {
        if base.flags().has(flag) {
            flags = flags.with(flag);
        }
    }
    for class in bases.iter().filter_map(|class| Class::from_value(*class)) {
        if class.flags().has(ClassFlags::HAS_DICT) {
            flags = flags.with(ClassFlags::HAS_DICT);
        }
    }
    flags
}

/// SEQUENCE or MAPPING, from the first class of the order that has either.
fn pattern_flags(mro: Tuple) -> ClassFlags {
    for class in mro.iter().filter_map(Class::from_value) {
        for flag in [ClassFlags::SEQUENCE, ClassFlags::MAPPING] {
            if class.flags().has(flag) {
                return flag;
            }
        }
    }
    ClassFlags::NONE
}

/// SEQUENCE or MAPPING where an abstract base class says so of itself: the bits of `__abc_tpflags__`, which the finished class does not keep.
fn stated_pattern_flags(cx: &Context, metaclass: Class, namespace: Dict) -> PyResult<ClassFlags> {
    const SEQUENCE_BIT: i64 = 1 << 5;
    const MAPPING_BIT: i64 = 1 << 6;
    if metaclass.is_native() {
        return Ok(ClassFlags::NONE);
    }
    let name = cx.intern_str("__abc_tpflags__")?;
    let Some(bits) = namespace.get_str(cx, name)?.and_then(Value::as_small_int) else {
        return Ok(ClassFlags::NONE);
    };
    namespace.remove(cx, name.as_value())?;
    Ok(match bits & (SEQUENCE_BIT | MAPPING_BIT) {
        SEQUENCE_BIT => ClassFlags::SEQUENCE,
        MAPPING_BIT => ClassFlags::MAPPING,
        0 => ClassFlags::NONE,
        _ => {
            return Err(cx.type_error(format_args!(
                "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"
            )));
        }
    })
}

/// What `type.__new__` was given.
pub struct ClassDefinition<'a> {
    /// The metaclass asked for.
    pub metaclass: Class,
    /// `__name__`
    pub name: Str,
    /// `__bases__`
    pub bases: Tuple,
    /// The namespace, which is copied.
    pub namespace: Dict,
    /// Keyword arguments for `__init_subclass__`.
    pub keywords: Keywords<'a>,
}

/// Makes a class.
///
/// # Errors
/// TypeError or ValueError for a definition that makes no sense, and what the hooks raise.
pub fn new_class(cx: &Context, definition: &ClassDefinition<'_>) -> PyResult<Value> {
    let object_class = cx.class(Kind::Object);
    let bases = if definition.bases.is_empty() { cx.new_tuple(&[object_class])? } else { definition.bases };
    for base in bases.iter() {
        if Class::from_value(base).is_some() {
            continue;
        }
        if cx.find_attribute_or_none(base, cx.name(Name::__mro_entries__))?.is_some() {
            return Err(cx.type_error(format_args!(
                "type() doesn't support MRO entry resolution; use types.new_class()"
            )));
        }
    }
    let metaclass = calculate_metaclass(cx, definition.metaclass, bases.as_slice())?;
    if metaclass != definition.metaclass {
        // Another metaclass wins: its own `__new__` makes the class.
        if let Some(new) = metaclass.lookup_name(cx, Name::__new__) {
            let plain = cx.root(crate::engine::Root::TypeNew).is_some_and(|plain| plain.is(new));
            if !plain {
                let new = cx.descriptor_get(new, None, metaclass)?;
                let mut values = cx.scratch();
                values.push(metaclass.as_value());
                values.push(definition.name.as_value());
                values.push(definition.bases.as_value());
                values.push(definition.namespace.as_value());
                values.extend_from_slice(definition.keywords.values());
                return cx.call_with(
                    new,
                    Arguments { values: values.as_slice(), keyword_names: definition.keywords.names() },
                );
            }
        }
    }
    let base = best_base(cx, bases.as_slice())?;
    let namespace = definition.namespace.copy(cx)?;
    let class = make_class(cx, metaclass, definition.name, bases, base, namespace)?;
    set_names(cx, class, namespace)?;
    initialize_subclass(cx, class, definition.keywords)?;
    Ok(class.as_value())
}

fn make_class(
    cx: &Context,
    metaclass: Class,
    name: Str,
    bases: Tuple,
    base: Class,
    namespace: Dict,
) -> PyResult<Class> {
    if name.code_points().any(|code_point| code_point == 0) {
        return Err(cx.value_error(format_args!("type name must not contain null characters")));
    }
    // Lone surrogates are refused.
    name.to_utf8(cx)?;
    let Some(native) = base.native() else {
        return Err(cx.type_error(format_args!("type '{}' is not an acceptable base type", base.name(cx))));
    };
    let slots_value = namespace.get_str(cx, cx.name(Name::__slots__))?;
    let slots = match slots_value {
        Some(slots) => read_slots(cx, slots, name, namespace, base, bases.as_slice())?,
        None => Slots {
            names: cx.scratch(),
            add_dict: !has_dict(base),
            add_weak: !weak_reference::supports(base) && !has_items(base),
        },
    };
    let object = allocate_of_class(cx, metaclass)?;
    let Some(class) = Class::from_value(Value::from(object)) else {
        return Err(cx.cannot_create(metaclass));
    };
    cx.store(object, slot::NAME, name.as_value());
    cx.store(object, slot::BASES, bases.as_value());
    cx.store(object, slot::BASE, base.as_value());
    cx.store(object, slot::DICT, namespace.as_value());
    class.set_layout(base.layout(), native, base.slot_count() + slots.names.len(), base.raw_bytes());
    let mut flags = inherited_flags(base, bases.as_slice());
    if slots.add_dict {
        flags = flags.with(ClassFlags::HAS_DICT);
    }
    if !weak_reference::supports(base) && !slots.add_weak {
        flags = flags.with(ClassFlags::NO_WEAK_REFERENCES);
    }
    class.set_flags(flags);
    complete_namespace(cx, class, name, namespace)?;
    for (index, slot_name) in slots.names.as_slice().iter().enumerate() {
        if let Some(slot_name) = Str::from_value(*slot_name) {
            let member = cx.member_descriptor(class, slot_name, base.slot_count() + index)?;
            namespace.set_str(cx, slot_name, member)?;
        }
    }
    add_instance_attributes(cx, class, slots.add_dict, slots.add_weak)?;
    // Before `mro`, which may run methods.
    fill_class_cells(cx, class, namespace)?;
    let mro = resolve_order(cx, class, bases, base)?;
    cx.store(object, slot::MRO, mro.as_value());
    class.set_flags(class.flags().with(stated_pattern_flags(cx, metaclass, namespace)?));
    class.set_flags(class.flags().with(pattern_flags(mro)));
    if class.lookup_slow(cx, cx.name(Name::__del__)).is_some() {
        class.set_flags(class.flags().with(ClassFlags::HAS_FINALIZER));
        if namespace.get_str(cx, cx.name(Name::__del__))?.is_some() {
            cx.note_finalizer();
        }
    }
    if let Some((_, owner)) = class.lookup_with_owner(cx, cx.name(Name::__next__)) {
        class.set_native_next(owner.native_next());
    }
    class.initialize_shapes(cx)?;
    for base in bases.iter().filter_map(Class::from_value) {
        base.add_subclass(cx, class)?;
    }
    Ok(class)
}

/// `__dict__` and `__weakref__` descriptors of a class whose instances are the first to have them.
///
/// # Errors
/// MemoryError.
pub fn add_instance_attributes(cx: &Context, class: Class, dict: bool, weak: bool) -> PyResult<()> {
    let Some(namespace) = class.dict() else { return Ok(()) };
    if dict {
        let attribute = cx.native_attribute(&INSTANCE_DICT, class)?;
        namespace.set_default(cx, cx.name(Name::__dict__).as_value(), attribute)?;
    }
    if weak {
        let attribute = cx.native_attribute(&INSTANCE_WEAK_REFERENCES, class)?;
        namespace.set_default(cx, cx.name(Name::__weakref__).as_value(), attribute)?;
    }
    Ok(())
}

/// What the namespace of every class has, whether the body said so or not.
fn complete_namespace(cx: &Context, class: Class, name: Str, namespace: Dict) -> PyResult<()> {
    let module = cx.name(Name::__module__);
    if namespace.get_str(cx, module)?.is_none()
        && let Some(globals) = cx.frames().innermost().and_then(|frame| frame.globals_dict())
        && let Some(value) = globals.get_str(cx, cx.name(Name::__name__))?
    {
        namespace.set_str(cx, module, value)?;
    }
    let qualified = cx.name(Name::__qualname__);
    let qualified_name = match namespace.get_str(cx, qualified)? {
        None => name,
        Some(value) => match Str::from_value(value) {
            Some(text) => text,
            None => {
                return Err(cx.type_error(format_args!(
                    "type __qualname__ must be a str, not {}",
                    cx.type_name(value)
                )));
            }
        },
    };
    cx.store(class.object(), slot::QUALIFIED_NAME, qualified_name.as_value());
    namespace.remove(cx, qualified.as_value())?;
    let doc = cx.name(Name::__doc__);
    if namespace.get_str(cx, doc)?.is_none() {
        namespace.set_str(cx, doc, Value::NONE)?;
    }
    let new = cx.name(Name::__new__);
    if let Some(function) = namespace.get_str(cx, new)?.filter(|value| Function::from_value(*value).is_some())
    {
        namespace.set_str(cx, new, cx.static_method(function)?)?;
    }
    for name in [Name::__init_subclass__, Name::__class_getitem__] {
        let name = cx.name(name);
        if let Some(function) =
            namespace.get_str(cx, name)?.filter(|value| Function::from_value(*value).is_some())
        {
            namespace.set_str(cx, name, cx.class_method(function)?)?;
        }
    }
    let hash = cx.name(Name::__hash__);
    if namespace.get_str(cx, cx.name(Name::__eq__))?.is_some() && namespace.get_str(cx, hash)?.is_none() {
        namespace.set_str(cx, hash, Value::NONE)?;
    }
    Ok(())
}

/// Tells the cells behind `__class__` and the class namespace of annotations what they stand for.
fn fill_class_cells(cx: &Context, class: Class, namespace: Dict) -> PyResult<()> {
    let rows = [
        (cx.name(Name::__classcell__), "__classcell__", class.as_value()),
        (cx.intern_str("__classdictcell__")?, "__classdictcell__", namespace.as_value()),
    ];
    for (name, text, contents) in rows {
        let Some(value) = namespace.get_str(cx, name)? else { continue };
        let Some(cell) = Cell::from_value(value) else {
            return Err(cx.type_error(format_args!(
                "{text} must be a nonlocal cell, not {}",
                cx.repr(cx.class_of(value).as_value())?
            )));
        };
        cell.set_contents(cx, Some(contents));
        namespace.remove(cx, name.as_value())?;
    }
    Ok(())
}

/// Calls `__set_name__` of the namespace's values.
fn set_names(cx: &Context, class: Class, namespace: Dict) -> PyResult<()> {
    for pair in namespace.snapshot(cx).as_slice().chunks_exact(2) {
        let &[name, value] = pair else { continue };
        if value.as_object().is_none() || value.is_kind(Kind::Function) {
            continue;
        }
        let Some(method) = cx.special_method(value, Name::__set_name__)? else { continue };
        if let Err(raised) = cx.call_pair(method, &[class.as_value(), name]) {
            let note = format!(
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                cx.type_name(value),
                cx.repr_lossy(name),
                class.name(cx)
            );
            return Err(cx.add_note(raised, &note));
        }
    }
    Ok(())
}

/// Calls `super(class, class).__init_subclass__(**keywords)`.
fn initialize_subclass(cx: &Context, class: Class, keywords: Keywords<'_>) -> PyResult<()> {
    let name = cx.name(Name::__init_subclass__);
    let MethodPair { callable, receiver } = cx.super_lookup(class.as_value(), class.as_value(), name)?;
    let plain = keywords.is_empty()
        && callable.as_kind(Kind::NativeFunction).is_some_and(|object| {
            core::ptr::eq(native_function::definition(object), object_init_subclass(cx))
        });
    if plain {
        return Ok(());
    }
    let arguments = Arguments { values: keywords.values(), keyword_names: keywords.names() };
    match receiver {
        None => cx.call_with(callable, arguments)?,
        Some(receiver) => {
            cx.with_receiver(receiver, arguments, |arguments| cx.call_with(callable, arguments))?
        }
    };
    Ok(())
}

/// The description of `object.__init_subclass__`.
fn object_init_subclass(cx: &Context) -> *const crate::native::NativeFunction {
    let found = Class::from_value(cx.class(Kind::Object))
        .and_then(|class| class.lookup_name(cx, Name::__init_subclass__))
        .and_then(|value| value.as_kind(Kind::ClassMethodDescriptor));
    found.map_or(core::ptr::null(), |object| core::ptr::from_ref(native_function::definition(object)))
}

/// Checks the class that a native `__new__` is called with by hand.
///
/// # Errors
/// TypeError if it is none, does not inherit from the `__new__`'s owner, or has a layout that this `__new__` does not make.
pub fn check_new_arguments(cx: &Context, owner: Value, arguments: &Arguments<'_>) -> PyResult<()> {
    let Some(owner) = Class::from_value(owner) else { return Ok(()) };
    let Some(&first) = arguments.positional().first() else {
        return Err(cx.type_error(format_args!("{}.__new__(): not enough arguments", dotted_name(cx, owner))));
    };
    let Some(class) = Class::from_value(first) else {
        return Err(cx.type_error(format_args!(
            "{}.__new__(X): X is not a type object ({})",
            dotted_name(cx, owner),
            cx.type_name(first)
        )));
    };
    if class == owner {
        return Ok(());
    }
    if !class.is_subclass_of(owner) {
        let (name, owner_name) = (class.name(cx), dotted_name(cx, owner));
        return Err(cx.type_error(format_args!(
            "{owner_name}.__new__({name}): {name} is not a subtype of {owner_name}"
        )));
    }
    // The native class that decides on the layout must be made by its own `__new__`.
    let mut native = class;
    while let (false, Some(base)) = (native.is_native(), native.base()) {
        native = base;
    }
    let new = cx.name(Name::__new__);
    if native != owner && native.lookup(cx, new) != owner.lookup(cx, new) {
        let safe = dotted_name(cx, native);
        return Err(cx.type_error(format_args!(
            "{}.__new__({}) is not safe, use {safe}.__new__()",
            dotted_name(cx, owner),
            class.name(cx)
        )));
    }
    Ok(())
}

/// Replaces the bases of a class.
///
/// # Errors
/// TypeError if the new bases do not fit.
pub fn set_bases(cx: &Context, class: Class, value: Value) -> PyResult<()> {
    let name = class.name(cx);
    let Some(bases) = Tuple::from_value(value) else {
        return Err(cx.type_error(format_args!(
            "can only assign tuple to {name}.__bases__, not {}",
            cx.type_name(value)
        )));
    };
    if bases.is_empty() {
        return Err(
            cx.type_error(format_args!("can only assign non-empty tuple to {name}.__bases__, not ()"))
        );
    }
    for base in bases.iter() {
        let Some(base) = Class::from_value(base) else {
            return Err(cx.type_error(format_args!(
                "{name}.__bases__ must be tuple of classes, not '{}'",
                cx.type_name(base)
            )));
        };
        if base.is_subclass_of(class) {
            return Err(cx.type_error(format_args!("a __bases__ item causes an inheritance cycle")));
        }
    }
    let base = best_base(cx, bases.as_slice())?;
    let old_base = class.base().unwrap_or(base);
    let fits = solid_base(base) == solid_base(old_base)
        || (base.slot_count() == old_base.slot_count()
            && base.layout() == old_base.layout()
            && base.raw_bytes() == old_base.raw_bytes());
    if !fits || has_dict(base) && !has_dict(class) {
        return Err(cx.type_error(format_args!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            base.name(cx),
            old_base.name(cx)
        )));
    }
    let old_bases = class.bases(cx);
    // The orders are found first: `mro` may be Python code, which must not run under the lock.
    let affected = class.with_subclasses(cx)?;
    let mut old_orders = cx.scratch();
    for affected_class in affected.as_slice().iter().filter_map(|value| Class::from_value(*value)) {
        old_orders.push(affected_class.mro().map_or(Value::NONE, Tuple::as_value));
    }
    let mut failure = None;
    for affected_class in affected.as_slice().iter().filter_map(|value| Class::from_value(*value)) {
        let own_bases = if affected_class == class { bases } else { affected_class.bases(cx) };
        let own_base = if affected_class == class { base } else { affected_class.base().unwrap_or(base) };
        match resolve_order(cx, affected_class, own_bases, own_base) {
            Ok(mro) => replace_order(cx, affected_class, mro)?,
            Err(raised) => {
                failure = Some(raised);
                break;
            }
        }
    }
    if let Some(raised) = failure {
        for (affected_class, old) in affected.as_slice().iter().zip(old_orders.as_slice()) {
            if let (Some(affected_class), Some(old)) =
                (Class::from_value(*affected_class), Tuple::from_value(*old))
            {
                replace_order(cx, affected_class, old)?;
            }
        }
        return Err(raised);
    }
    {
        let _guard = cx.engine().types_lock.lock(cx);
        class.reset_versions(cx, crate::shape::CHANGING)?;
        cx.store(class.object(), slot::BASES, bases.as_value());
        cx.store(class.object(), slot::BASE, base.as_value());
        class.reset_versions(cx, crate::shape::NO_VERSION)?;
    }
    for old in old_bases.iter().filter_map(Class::from_value) {
        old.remove_subclass(cx, class)?;
    }
    for new in bases.iter().filter_map(Class::from_value) {
        new.add_subclass(cx, class)?;
    }
    Ok(())
}

fn replace_order(cx: &Context, class: Class, mro: Tuple) -> PyResult<()> {
    let _guard = cx.engine().types_lock.lock(cx);
    class.reset_versions(cx, crate::shape::CHANGING)?;
    cx.store(class.object(), slot::MRO, mro.as_value());
    class.reset_versions(cx, crate::shape::NO_VERSION)
}

impl Context {
    /// A tuple of an iterable's items; an exact tuple as it is.
    ///
    /// # Errors
    /// What iterating raises.
    pub fn tuple_of(&self, iterable: Value) -> PyResult<Tuple> {
        if let Some(tuple) = Tuple::from_value(iterable)
            && tuple.is_exact()
        {
            return Ok(tuple);
        }
        let items = self.collect(iterable)?;
        self.new_tuple(items.as_slice())
    }

    /// Adds a note (PEP 678) to the pending exception.
    pub fn add_note(&self, raised: Raised, note: &str) -> Raised {
        let exception = self.take_exception(raised);
        let added = (|| {
            let note = self.str(note)?;
            let name = self.intern_str("add_note")?;
            self.call_method(exception, name, &[note])
        })();
        match added {
            Ok(_) => self.raise_value(exception),
            Err(raised) => raised,
        }
    }

    /// TypeError or AttributeError for an argument of a type constructor.
    #[cold]
    pub(crate) fn argument_type_error(
        &self,
        function: &str,
        position: usize,
        expected: &str,
        got: Value,
    ) -> Raised {
        self.raise(
            ExceptionClass::TypeError,
            format_args!("{function} argument {position} must be {expected}, not {}", self.type_name(got)),
        )
    }
}
