//! The slow halves of instructions: what is not worth a place in the loop.
//!
//! Invariant: each function is what its operation's row in `threadsnake_bytecode::operation` says; fast ones (`*_fast`) neither raise
//! nor reach a safepoint. Source: Python/ceval.c, Python/bytecodes.c for semantics and texts.

use threadsnake_bytecode::{CommonObject, Intrinsic};

use crate::attribute::MethodPair;
use crate::context::{Context, ThreadRoot};
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::interpreter::frame::Frame;
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::native::ClassFlags;
use crate::object_access::ObjectAccess;
use crate::types::cell::Cell;
use crate::types::class::Class;
use crate::types::code::CodeObject;
use crate::types::dict::Dict;
use crate::types::exception::{self, as_exception};
use crate::types::function::{self, Function};
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A name that the current code uses.
#[inline]
pub(crate) fn name(cx: &Context, frame: &Frame, index: u32) -> Str {
    frame.code_object().and_then(|code| code.used_name(index as usize)).unwrap_or_else(|| cx.empty_str())
}

/// An object of `LoadCommon`.
pub(crate) fn common_object(cx: &Context, number: u16) -> Value {
    match CommonObject::ALL.get(number as usize) {
        Some(CommonObject::AssertionError) => cx.exception_class(ExceptionClass::AssertionError),
        Some(CommonObject::NotImplementedError) => cx.exception_class(ExceptionClass::NotImplementedError),
        Some(CommonObject::StopAsyncIteration) => cx.exception_class(ExceptionClass::StopAsyncIteration),
        Some(CommonObject::BaseException) => cx.exception_class(ExceptionClass::BaseException),
        Some(CommonObject::GeneratorExit) => cx.exception_class(ExceptionClass::GeneratorExit),
        Some(CommonObject::Tuple) => cx.class(Kind::Tuple),
        Some(CommonObject::Object) | None => cx.class(Kind::Object),
    }
}

#[cold]
pub(crate) fn unbound_local(cx: &Context, frame: &Frame, name_index: u32) -> Raised {
    let name = name(cx, frame, name_index);
    cx.unbound_local_error(name)
}

#[cold]
pub(crate) fn unbound_free(cx: &Context, frame: &Frame, index: u16) -> Raised {
    let name = free_name(cx, frame, index);
    cx.raise(
        ExceptionClass::NameError,
        format_args!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        ),
    )
}

fn free_name(cx: &Context, frame: &Frame, index: u16) -> Str {
    frame
        .code_object()
        .and_then(|code| code.free_names(cx).get(index as usize))
        .and_then(Str::from_value)
        .unwrap_or_else(|| cx.empty_str())
}

/// A cell of the running function's closure.
#[inline(always)]
pub(crate) fn free_cell(frame: &Frame, index: u16) -> Option<Value> {
    let function = Value::from_word(frame.function.get()).and_then(Function::from_value)?;
    function.closure()?.get(index as usize)
}

/// A cell's contents.
#[inline(always)]
pub(crate) fn cell_contents(cell: Value) -> Option<Value> {
    Cell::from_value(cell)?.contents()
}

/// Sets or empties a cell.
#[inline(always)]
pub(crate) fn set_cell(cx: &Context, cell: Value, value: Option<Value>) {
    if let Some(cell) = Cell::from_value(cell) {
        cell.set_contents(cx, value);
    }
}

/// The namespace of the frame: a dict, or any mapping a metaclass's `__prepare__` made.
fn namespace(frame: &Frame) -> Value {
    Value::from_word(frame.namespace.get())
        .or_else(|| Value::from_word(frame.globals.get()))
        .unwrap_or(Value::NONE)
}

/// A key of a mapping, absent if it has none (KeyError).
fn mapping_find(cx: &Context, mapping: Value, name: Str) -> PyResult<Option<Value>> {
    if let Some(dict) = Dict::from_value(mapping).filter(|dict| dict.is_exact()) {
        return dict.get_str(cx, name);
    }
    match cx.get_item(mapping, name.as_value()) {
        Ok(value) => Ok(Some(value)),
        Err(raised) if cx.pending_is(&raised, ExceptionClass::KeyError) => {
            cx.take_exception(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// The builtins that code with these globals sees: `globals['__builtins__']` (a module or dict), or the engine's.
pub(crate) fn builtins_of(cx: &Context, globals: Dict) -> PyResult<Dict> {
    let own = cx.root(Root::Builtins).and_then(Dict::from_value);
    if let Some(value) = globals.get_str(cx, cx.name(Name::__builtins__))? {
        if let Some(dict) = Dict::from_value(value) {
            return Ok(dict);
        }
        if value.is_kind(Kind::Module) {
            return cx.module_dict(value);
        }
    }
    match own {
        Some(dict) => Ok(dict),
        None => cx.new_dict(),
    }
}

pub(crate) fn find_global(cx: &Context, frame: &Frame, name: Str) -> PyResult<Option<Value>> {
    let Some(globals) = frame.globals_dict() else { return Ok(None) };
    // A subclass of dict may answer with its `__getitem__` or `__missing__`.
    let found = if globals.is_exact() {
        globals.get_str(cx, name)?
    } else {
        mapping_find(cx, globals.as_value(), name)?
    };
    if let Some(value) = found {
        return Ok(Some(value));
    }
    builtins_of(cx, globals)?.get_str(cx, name)
}

pub(crate) fn namespace_or_free(cx: &Context, frame: &Frame, mapping: Value, index: u16) -> PyResult<Value> {
    let name = free_name(cx, frame, index);
    if let Some(value) = mapping_find(cx, mapping, name)? {
        return Ok(value);
    }
    match free_cell(frame, index).and_then(cell_contents) {
        Some(value) => Ok(value),
        None => Err(unbound_free(cx, frame, index)),
    }
}

pub(crate) fn namespace_or_cell(
    cx: &Context,
    frame: &Frame,
    mapping: Value,
    cell: Value,
    name_index: u16,
) -> PyResult<Value> {
    let name = name(cx, frame, name_index as u32);
    if let Some(value) = mapping_find(cx, mapping, name)? {
        return Ok(value);
    }
    match cell_contents(cell) {
        Some(value) => Ok(value),
        None => Err(cx.unbound_local_error(name)),
    }
}

pub(crate) fn namespace_or_global(
    cx: &Context,
    frame: &Frame,
    mapping: Value,
    index: u16,
) -> PyResult<Value> {
    let name = name(cx, frame, index as u32);
    if let Some(value) = mapping_find(cx, mapping, name)? {
        return Ok(value);
    }
    match find_global(cx, frame, name)? {
        Some(value) => Ok(value),
        None => Err(cx.name_error(name)),
    }
}

pub(crate) fn store_global(cx: &Context, frame: &Frame, index: u32, value: Value) -> PyResult<()> {
    let name = name(cx, frame, index);
    match frame.globals_dict() {
        Some(globals) => globals.set_str(cx, name, value),
        None => Ok(()),
    }
}

pub(crate) fn delete_global(cx: &Context, frame: &Frame, index: u32) -> PyResult<()> {
    let name = name(cx, frame, index);
    let removed = match frame.globals_dict() {
        Some(globals) => globals.remove(cx, name.as_value())?,
        None => None,
    };
    if removed.is_some() { Ok(()) } else { Err(cx.name_error(name)) }
}

pub(crate) fn load_name(cx: &Context, frame: &Frame, index: u32) -> PyResult<Value> {
    let name = name(cx, frame, index);
    if frame.namespace.get() != 0
        && let Some(value) = mapping_find(cx, namespace(frame), name)?
    {
        return Ok(value);
    }
    match find_global(cx, frame, name)? {
        Some(value) => Ok(value),
        None => Err(cx.name_error(name)),
    }
}

pub(crate) fn store_name(cx: &Context, frame: &Frame, index: u32, value: Value) -> PyResult<()> {
    let name = name(cx, frame, index);
    let target = namespace(frame);
    match Dict::from_value(target).filter(|dict| dict.is_exact()) {
        Some(dict) => dict.set_str(cx, name, value),
        None => cx.set_item(target, name.as_value(), value),
    }
}

pub(crate) fn delete_name(cx: &Context, frame: &Frame, index: u32) -> PyResult<()> {
    let name = name(cx, frame, index);
    let target = namespace(frame);
    if let Some(dict) = Dict::from_value(target).filter(|dict| dict.is_exact()) {
        return match dict.remove(cx, name.as_value())? {
            Some(_) => Ok(()),
            None => Err(cx.name_error(name)),
        };
    }
    match cx.delete_item(target, name.as_value()) {
        Err(raised) if cx.pending_is(&raised, ExceptionClass::KeyError) => {
            cx.take_exception(raised);
            Err(cx.name_error(name))
        }
        other => other,
    }
}

pub(crate) fn super_attribute(
    cx: &Context,
    callee: Value,
    class: Value,
    receiver: Value,
    name: Str,
) -> PyResult<Value> {
    let pair = super_method(cx, callee, class, receiver, name)?;
    match pair.receiver {
        None => Ok(pair.callable),
        Some(receiver) => cx.descriptor_get(pair.callable, Some(receiver), cx.class_of(receiver)),
    }
}

pub(crate) fn super_method(
    cx: &Context,
    callee: Value,
    class: Value,
    receiver: Value,
    name: Str,
) -> PyResult<MethodPair> {
    if callee.is(cx.class(Kind::Super)) {
        return cx.super_lookup(class, receiver, name);
    }
    let proxy = cx.call(callee, &[class, receiver])?;
    cx.method_pair(proxy, name)
}

/// `container[index]` for exact lists and tuples and an index from the start.
#[inline(always)]
pub(crate) fn item_fast(container: Value, index: Value) -> Option<Value> {
    let object = container.as_object()?;
    if !index.is_small_int() || object.client_flags() & client_flags::SUBCLASS != 0 {
        return None;
    }
    // A negative index is beyond any length.
    let index = index.small_int_payload() as usize;
    if object.kind() == Kind::List as u8 {
        List::from_object(object).get_exact(index)
    } else if object.kind() == Kind::Tuple as u8 {
        Tuple::from_value(container)?.get(index)
    } else {
        None
    }
}

/// `container[index] = value` for a private exact list whose buffer needs no barrier, and an index from the start; false for
/// everything else.
#[inline(always)]
pub(crate) fn store_item_fast(container: Value, index: Value, value: Value) -> bool {
    let Some(list) = List::from_value(container) else { return false };
    if !index.is_small_int() || !list.is_exact() || list.object().is_shared() {
        return false;
    }
    let index = index.small_int_payload() as usize;
    match list.items() {
        Some(items) if index < list.len() && index < items.slot_count() && items.takes_plain_stores() => {
            // SAFETY: just tested.
            unsafe { items.store_plain(index, value.word()) };
            true
        }
        _ => false,
    }
}

/// `container[index]`.
///
/// # Errors
/// What the subscript raises.
#[inline(never)]
pub(crate) fn load_subscript(cx: &Context, container: Value, index: Value) -> PyResult<Value> {
    match subscript_fast(cx, container, index) {
        Some(value) => Ok(value),
        None => cx.get_item(container, index),
    }
}

/// `container[index] = value`.
///
/// # Errors
/// What the assignment raises.
#[inline(never)]
pub(crate) fn store_subscript(cx: &Context, container: Value, index: Value, value: Value) -> PyResult<()> {
    if store_subscript_fast(cx, container, index, value) {
        return Ok(());
    }
    cx.set_item(container, index, value)
}

/// `dict[key] = value` for an exact dict under construction.
///
/// # Errors
/// What hashing and comparing the key raises.
#[inline(never)]
pub(crate) fn dict_insert(cx: &Context, dict: Value, key: Value, value: Value) -> PyResult<()> {
    match Dict::from_value(dict) {
        Some(dict) => dict.set(cx, key, value),
        None => Ok(()),
    }
}

/// A list of these items.
///
/// # Errors
/// MemoryError.
#[inline(never)]
pub(crate) fn build_list(cx: &Context, items: &[Value]) -> PyResult<Value> {
    cx.list(items)
}

/// The truth of a value that [`truth_fast`] does not know.
///
/// # Errors
/// What `__bool__` and `__len__` raise.
#[inline(never)]
pub(crate) fn truth_slow(cx: &Context, value: Value) -> PyResult<bool> {
    cx.is_true(value)
}

/// `container[index]` for exact lists, tuples, dicts and strings.
#[inline]
fn subscript_fast(cx: &Context, container: Value, index: Value) -> Option<Value> {
    let object = container.as_object()?;
    match object.kind() {
        kind if kind == Kind::List as u8 => {
            let list = List::from_object(object);
            if !list.is_exact() {
                return None;
            }
            let index = index.as_small_int()?;
            let index = if index < 0 { index + list.len() as i64 } else { index };
            list.get(usize::try_from(index).ok()?)
        }
        kind if kind == Kind::Dict as u8 => {
            let dict = Dict::from_object(object);
            if !dict.is_exact() {
                return None;
            }
            if let Some(text) = Str::from_value(index) {
                if !text.is_exact() {
                    return None;
                }
                return dict.get_str_fast(cx, text);
            }
            if index.is_small_int() { dict.get_small_int_fast(cx, index) } else { None }
        }
        kind if kind == Kind::Str as u8 => {
            let text = Str::from_value(container)?;
            if !text.is_exact() {
                return None;
            }
            let index = index.as_small_int()?;
            let index = if index < 0 { index + text.len() as i64 } else { index };
            let code_point = text.code_point(usize::try_from(index).ok()?)?;
            u8::try_from(code_point).ok().map(|unit| cx.latin1_character(unit).as_value())
        }
        kind if kind == Kind::Tuple as u8 => {
            let tuple = Tuple::from_value(container)?;
            if !tuple.is_exact() {
                return None;
            }
            let index = index.as_small_int()?;
            let index = if index < 0 { index + tuple.len() as i64 } else { index };
            tuple.get(usize::try_from(index).ok()?)
        }
        _ => None,
    }
}

/// `container[index] = value` for exact lists; false for everything else.
#[inline]
fn store_subscript_fast(cx: &Context, container: Value, index: Value, value: Value) -> bool {
    let Some(list) = List::from_value(container).filter(|list| list.is_exact()) else { return false };
    let Some(index) = index.as_small_int() else { return false };
    let index = if index < 0 { index + list.len() as i64 } else { index };
    match usize::try_from(index) {
        Ok(index) => list.set(cx, index, value),
        Err(_) => false,
    }
}

/// The truth of constants and tagged ints.
#[inline(always)]
pub(crate) fn truth_fast(value: Value) -> Option<bool> {
    if value.is(Value::TRUE) {
        Some(true)
    } else if value.is(Value::FALSE) || value.is_none() {
        Some(false)
    } else if value.is_small_int() {
        Some(value.small_int_payload() != 0)
    } else {
        None
    }
}

/// The three registers of a loop over a value.
pub(crate) fn loop_state(cx: &Context, value: Value) -> PyResult<[u64; 3]> {
    if let Some(object) = value.as_object() {
        let zero = Value::small_int_unchecked(0).word();
        match Kind::of(object) {
            Kind::Range => {
                if let Some((start, stop, step)) = cx.small_range(object) {
                    return Ok([start.word(), stop.word(), step.word()]);
                }
            }
            Kind::List | Kind::Tuple if object.client_flags() & client_flags::SUBCLASS == 0 => {
                return Ok([value.word(), zero, 0]);
            }
            _ => {}
        }
    }
    Ok([cx.iterator_object(value)?.word(), 0, 0])
}

pub(crate) fn get_async_iterator(cx: &Context, value: Value) -> PyResult<Value> {
    let Some(pair) = cx.special_method(value, Name::__aiter__)? else {
        return Err(cx.type_error(format_args!(
            "'async for' requires an object with __aiter__ method, got {}",
            cx.type_name(value)
        )));
    };
    let iterator = cx.call_pair(pair, &[])?;
    if cx.class_of(iterator).lookup_name(cx, Name::__anext__).is_none() {
        return Err(cx.type_error(format_args!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            cx.type_name(iterator)
        )));
    }
    Ok(iterator)
}

pub(crate) fn get_async_next(cx: &Context, iterator: Value) -> PyResult<Value> {
    let Some(pair) = cx.special_method(iterator, Name::__anext__)? else {
        return Err(cx.type_error(format_args!(
            "'async for' requires an iterator with __anext__ method, got {}",
            cx.type_name(iterator)
        )));
    };
    let awaitable = cx.call_pair(pair, &[])?;
    let type_name = cx.type_name(awaitable);
    crate::types::generator::awaitable(cx, awaitable, 3).map_err(|raised| {
        let cause = cx.take_exception(raised);
        let raised =
            cx.type_error(format_args!("'async for' received an invalid object from __anext__: {type_name}"));
        let error = cx.take_exception(raised);
        if let Some(object) = as_exception(error) {
            for place in [exception::slot::CAUSE, exception::slot::CONTEXT] {
                cx.store(object, place, cause);
            }
        }
        cx.raise_value(error)
    })
}

pub(crate) fn make_function(
    cx: &Context,
    frame: &Frame,
    code: u64,
    parts: [Option<Value>; 4],
) -> PyResult<Value> {
    let (Some(code), Some(globals)) =
        (Value::from_word(code).and_then(CodeObject::from_value), frame.globals_dict())
    else {
        return Err(cx.raise(ExceptionClass::SystemError, format_args!("MakeFunction without code")));
    };
    let made = cx.new_function(code, globals)?;
    let object = made.object();
    let [defaults, keyword_defaults, closure, annotate] = parts;
    for (slot, part) in [
        (function::slot::DEFAULTS, defaults),
        (function::slot::KEYWORD_DEFAULTS, keyword_defaults),
        (function::slot::CLOSURE, closure),
        (function::slot::ANNOTATE, annotate),
    ] {
        if let Some(part) = part {
            cx.store(object, slot, part);
        }
    }
    Ok(made.as_value())
}

pub(crate) fn load_build_class(cx: &Context, frame: &Frame) -> PyResult<Value> {
    let Some(globals) = frame.globals_dict() else {
        return Err(cx.name_error(cx.name(Name::__build_class__)));
    };
    match builtins_of(cx, globals)?.get_str(cx, cx.name(Name::__build_class__))? {
        Some(function) => Ok(function),
        None => Err(cx.raise(ExceptionClass::NameError, format_args!("__build_class__ not found"))),
    }
}

pub(crate) fn build_set(cx: &Context, items: &[Value]) -> PyResult<Value> {
    let set = cx.new_set()?;
    for &item in items {
        set_add(cx, set.as_value(), item)?;
    }
    Ok(set.as_value())
}

pub(crate) fn build_dict(cx: &Context, items: &[Value]) -> PyResult<Value> {
    let dict = cx.new_dict_with_capacity(items.len() / 2)?;
    for pair in items.chunks_exact(2) {
        if let &[key, value] = pair {
            dict.set(cx, key, value)?;
        }
    }
    Ok(dict.as_value())
}

pub(crate) fn build_string(cx: &Context, pieces: &[Value]) -> PyResult<Value> {
    match pieces {
        [] => return Ok(cx.empty_str().as_value()),
        &[one] => return Ok(one),
        &[first, second] => {
            if let (Some(first), Some(second)) = (Str::from_value(first), Str::from_value(second)) {
                return Ok(cx.str_concat(first, second)?.as_value());
            }
        }
        _ => {}
    }
    Ok(cx.str_join_pieces(pieces)?.as_value())
}

pub(crate) fn list_extend(cx: &Context, target: Value, source: Value) -> PyResult<()> {
    let Some(list) = List::from_value(target) else { return Ok(()) };
    let class = cx.class_of(source);
    if class.lookup_name(cx, Name::__iter__).is_none() && class.lookup_name(cx, Name::__getitem__).is_none() {
        return Err(
            cx.type_error(format_args!("Value after * must be an iterable, not {}", cx.type_name(source)))
        );
    }
    let items = cx.collect(source)?;
    for &item in items.as_slice() {
        list.push(cx, item)?;
    }
    Ok(())
}

pub(crate) fn list_to_tuple(cx: &Context, list: Value) -> PyResult<Value> {
    match List::from_value(list) {
        Some(list) => {
            let items = list.snapshot(cx);
            cx.tuple(items.as_slice())
        }
        None => Ok(cx.empty_tuple().as_value()),
    }
}

pub(crate) fn set_add(cx: &Context, target: Value, item: Value) -> PyResult<()> {
    match crate::types::set::Set::from_value(target) {
        Some(set) => set.add(cx, item).map(|_| ()),
        None => Ok(()),
    }
}

pub(crate) fn set_update(cx: &Context, target: Value, source: Value) -> PyResult<()> {
    let items = cx.collect(source)?;
    for &item in items.as_slice() {
        set_add(cx, target, item)?;
    }
    Ok(())
}

pub(crate) fn dict_update(cx: &Context, target: Value, source: Value) -> PyResult<()> {
    let Some(dict) = Dict::from_value(target) else { return Ok(()) };
    if let Some(other) = Dict::from_value(source).filter(|other| other.is_exact()) {
        return dict.update_from(cx, other);
    }
    let keys_method = cx.find_attribute_or_none(source, cx.name(Name::keys))?;
    let Some(keys_method) = keys_method else {
        return Err(cx.type_error(format_args!("'{}' object is not a mapping", cx.type_name(source))));
    };
    let keys = cx.call(keys_method, &[])?;
    let keys = cx.collect(keys)?;
    for &key in keys.as_slice() {
        let value = cx.get_item(source, key)?;
        dict.set(cx, key, value)?;
    }
    Ok(())
}

fn callable_text(cx: &Context, callee: Value) -> alloc::string::String {
    if let Some(function) = Function::from_value(callee) {
        let module = function
            .object()
            .value(function::slot::MODULE)
            .and_then(Str::from_value)
            .filter(|module| !module.equals_ascii("builtins"));
        return match module {
            Some(module) => alloc::format!("{module}.{}()", function.qualified_name(cx)),
            None => alloc::format!("{}()", function.qualified_name(cx)),
        };
    }
    let name = cx.find_attribute_or_none(callee, cx.name(Name::__qualname__));
    let module = cx.find_attribute_or_none(callee, cx.name(Name::__module__));
    match (name, module) {
        (Ok(Some(name)), Ok(module)) => {
            let module = module.and_then(Str::from_value).filter(|module| !module.equals_ascii("builtins"));
            match (Str::from_value(name), module) {
                (Some(name), Some(module)) => alloc::format!("{module}.{name}()"),
                (Some(name), None) => alloc::format!("{name}()"),
                _ => cx.repr_lossy(callee),
            }
        }
        (first, second) => {
            for result in [first, second] {
                if let Err(raised) = result {
                    cx.take_exception(raised);
                }
            }
            cx.repr_lossy(callee)
        }
    }
}

/// The positional arguments of `callee(*arguments)` from any iterable.
pub(crate) fn spread_arguments(cx: &Context, callee: Value, arguments: Value) -> PyResult<Tuple> {
    let class = cx.class_of(arguments);
    if class.lookup_name(cx, Name::__iter__).is_none() && class.lookup_name(cx, Name::__getitem__).is_none() {
        return Err(cx.type_error(format_args!(
            "{} argument after * must be an iterable, not {}",
            callable_text(cx, callee),
            cx.type_name(arguments)
        )));
    }
    let items = cx.collect(arguments)?;
    cx.new_tuple(items.as_slice())
}

pub(crate) fn dict_merge(cx: &Context, target: Value, source: Value, callee: Value) -> PyResult<()> {
    let Some(dict) = Dict::from_value(target) else { return Ok(()) };
    let mut items = cx.scratch();
    if let Some(other) = Dict::from_value(source) {
        let snapshot = other.snapshot(cx);
        items.extend_from_slice(snapshot.as_slice());
    } else {
        let Some(keys_method) = cx.find_attribute_or_none(source, cx.name(Name::keys))? else {
            return Err(cx.type_error(format_args!(
                "{} argument after ** must be a mapping, not {}",
                callable_text(cx, callee),
                cx.type_name(source)
            )));
        };
        let keys = cx.call(keys_method, &[])?;
        let keys = cx.collect(keys)?;
        for &key in keys.as_slice() {
            let value = cx.get_item(source, key)?;
            items.push(key);
            items.push(value);
        }
    }
    for pair in items.as_slice().chunks_exact(2) {
        let &[key, value] = pair else { continue };
        let Some(text) = Str::from_value(key) else {
            return Err(cx.type_error(format_args!("keywords must be strings")));
        };
        if dict.contains(cx, key)? {
            return Err(cx.type_error(format_args!(
                "{} got multiple values for keyword argument '{text}'",
                callable_text(cx, callee)
            )));
        }
        dict.set(cx, key, value)?;
    }
    Ok(())
}

fn write_registers(target: *mut u64, values: &[Value]) {
    for (index, value) in values.iter().enumerate() {
        // SAFETY: the dispatch loop passes a range of verified registers as long as `values`.
        unsafe { target.add(index).write(value.word()) };
    }
}

/// `count` targets from a sequence or iterable.
#[inline]
pub(crate) fn unpack_sequence(cx: &Context, source: Value, target: *mut u64, count: usize) -> PyResult<()> {
    if let Some(tuple) = Tuple::from_value(source).filter(|tuple| tuple.is_exact() && tuple.len() == count) {
        write_registers(target, tuple.as_slice());
        return Ok(());
    }
    let items = cx.unpack_exact(source, count)?;
    write_registers(target, items.as_slice().get(..count).unwrap_or(&[]));
    Ok(())
}

pub(crate) fn unpack_extended(
    cx: &Context,
    source: Value,
    target: *mut u64,
    before: usize,
    after: usize,
) -> PyResult<()> {
    let items = cx.unpack_with_rest(source, before, after)?;
    let all = items.as_slice();
    if all.len() != before + 1 + after {
        return Err(
            cx.raise(ExceptionClass::SystemError, format_args!("unpacking gave another number of values"))
        );
    }
    write_registers(target, all);
    Ok(())
}

pub(crate) fn format_value(
    cx: &Context,
    value: Value,
    specification: Option<Value>,
    conversion: u16,
) -> PyResult<Value> {
    let converted = match conversion {
        1 => cx.str_of(value)?.as_value(),
        2 => cx.repr(value)?.as_value(),
        3 => cx.ascii(value)?.as_value(),
        _ => value,
    };
    let specification = specification.and_then(Str::from_value).unwrap_or_else(|| cx.empty_str());
    Ok(cx.format_value(converted, specification)?.as_value())
}

pub(crate) fn build_interpolation(
    cx: &Context,
    value: Value,
    expression: Value,
    conversion: u16,
    specification: Option<Value>,
) -> PyResult<Value> {
    let conversion = match conversion {
        1 => cx.str("s")?,
        2 => cx.str("r")?,
        3 => cx.str("a")?,
        _ => Value::NONE,
    };
    let specification = specification.unwrap_or_else(|| cx.empty_str().as_value());
    crate::types::template::new_interpolation(cx, value, expression, conversion, specification)
}

pub(crate) fn build_template(cx: &Context, strings: Value, interpolations: Value) -> PyResult<Value> {
    crate::types::template::new_template(cx, strings, interpolations)
}

pub(crate) fn import_name(
    cx: &Context,
    frame: &Frame,
    name: Str,
    level: Value,
    fromlist: Value,
) -> PyResult<Value> {
    let Some(globals) = frame.globals_dict() else {
        return Err(cx.raise(ExceptionClass::ImportError, format_args!("__import__ not found")));
    };
    let Some(import) = builtins_of(cx, globals)?.get_str(cx, cx.name(Name::__import__))? else {
        return Err(cx.raise(ExceptionClass::ImportError, format_args!("__import__ not found")));
    };
    let namespace = Value::from_word(frame.namespace.get()).unwrap_or(Value::NONE);
    cx.call(import, &[name.as_value(), globals.as_value(), namespace, fromlist, level])
}

pub(crate) fn import_from(cx: &Context, module: Value, name: Str) -> PyResult<Value> {
    if let Some(value) = cx.find_attribute_or_none(module, name)? {
        return Ok(value);
    }
    import_from_fallback(cx, module, name)
}

/// `from package import submodule` while the package is still being imported, or ImportError.
fn import_from_fallback(cx: &Context, module: Value, name: Str) -> PyResult<Value> {
    let package = cx.find_attribute_or_none(module, cx.name(Name::__name__))?.and_then(Str::from_value);
    if let (Some(package), Some(modules)) = (package, cx.root(Root::Modules).and_then(Dict::from_value)) {
        let full = cx.intern_str(&alloc::format!("{}.{}", package.to_utf8(cx)?, name.to_utf8(cx)?))?;
        if let Some(found) = modules.get_str(cx, full)? {
            return Ok(found);
        }
    }
    Err(cx.cannot_import_name(module, name))
}

pub(crate) fn import_star(cx: &Context, frame: &Frame, module: Value) -> PyResult<()> {
    let target = namespace(frame);
    let all = cx.find_attribute_or_none(module, cx.name(Name::__all__))?;
    let dict = cx.find_attribute_or_none(module, cx.name(Name::__dict__))?;
    let (names, skip_private) = match (all, dict) {
        (Some(all), _) => (cx.collect(all)?, false),
        (None, Some(dict)) => {
            let keys = cx.call_method_name(dict, Name::keys, &[])?;
            (cx.collect(keys)?, true)
        }
        (None, None) => {
            return Err(cx.raise(
                ExceptionClass::ImportError,
                format_args!("from-import-* object has no __dict__ and no __all__"),
            ));
        }
    };
    for &name in names.as_slice() {
        let Some(text) = Str::from_value(name) else {
            let what = if skip_private { "Key in" } else { "Item in" };
            let attribute = if skip_private { "__dict__" } else { "__all__" };
            let module_name = cx
                .find_attribute_or_none(module, cx.name(Name::__name__))?
                .and_then(Str::from_value)
                .unwrap_or_else(|| cx.empty_str());
            return Err(cx.type_error(format_args!(
                "{what} {module_name}.{attribute} must be str, not {}",
                cx.type_name(name)
            )));
        };
        if skip_private && text.code_point(0) == Some('_' as u32) {
            continue;
        }
        let interned = cx.intern(text)?;
        let value = cx.get_attribute(module, interned)?;
        cx.set_item(target, interned.as_value(), value)?;
    }
    Ok(())
}

pub(crate) fn raise(cx: &Context, value: Value) -> Raised {
    match cx.exception_from(value) {
        Ok(object) => cx.raise_object(object),
        Err(raised) => raised,
    }
}

pub(crate) fn raise_from(cx: &Context, value: Value, cause: Value) -> Raised {
    let object = match cx.exception_from(value) {
        Ok(object) => object,
        Err(raised) => return raised,
    };
    let cause = if cause.is_none() {
        None
    } else if as_exception(cause).is_some() || cx.is_exception_class(cause) {
        match cx.exception_from(cause) {
            Ok(cause) => Some(Value::from(cause)),
            Err(raised) => return raised,
        }
    } else {
        return cx.type_error(format_args!("exception causes must derive from BaseException"));
    };
    cx.store_optional(object, exception::slot::CAUSE, cause);
    object.raw_store_u8(exception::SUPPRESS_CONTEXT, 1);
    cx.raise_object(object)
}

pub(crate) fn raise_current(cx: &Context) -> Raised {
    match cx.thread_root(ThreadRoot::Handled) {
        Some(handled) => cx.raise_value(handled),
        None => cx.raise(ExceptionClass::RuntimeError, format_args!("No active exception to reraise")),
    }
}

pub(crate) fn match_exception_group(
    cx: &Context,
    exception: Value,
    clause: Value,
) -> PyResult<(Value, Value)> {
    crate::types::exception_group::match_clause(cx, exception, clause)
}

pub(crate) fn combine_exception_group(cx: &Context, original: Value, raised: Value) -> PyResult<Value> {
    crate::types::exception_group::combine(cx, original, raised)
}

pub(crate) fn load_special(cx: &Context, value: Value, which: u16) -> PyResult<MethodPair> {
    let name = match which {
        0 => Name::__enter__,
        1 => Name::__exit__,
        2 => Name::__aenter__,
        _ => Name::__aexit__,
    };
    if let Some(pair) = cx.special_method(value, name)? {
        return Ok(pair);
    }
    let class = cx.class_of(value);
    let type_name = cx.qualified_type_name(value);
    let has = |name: Name| class.lookup_name(cx, name).is_some();
    let (protocol, missing, hint) = match which {
        0 | 1 => (
            "context manager",
            if which == 1 { " (missed __exit__ method)" } else { "" },
            if has(Name::__aenter__) && has(Name::__aexit__) {
                " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
            } else {
                ""
            },
        ),
        _ => (
            "asynchronous context manager",
            if which == 3 { " (missed __aexit__ method)" } else { "" },
            if has(Name::__enter__) && has(Name::__exit__) {
                " but it supports the context manager protocol. Did you mean to use 'with'?"
            } else {
                ""
            },
        ),
    };
    Err(cx.type_error(format_args!(
        "'{type_name}' object does not support the {protocol} protocol{missing}{hint}"
    )))
}

pub(crate) fn call_exit(
    cx: &Context,
    callable: Value,
    receiver: Option<Value>,
    exception: Value,
) -> PyResult<Value> {
    let class = cx.class_of(exception).as_value();
    let traceback = as_exception(exception)
        .and_then(|object| object.value(exception::slot::TRACEBACK))
        .unwrap_or(Value::NONE);
    cx.call_pair(MethodPair { callable, receiver }, &[class, exception, traceback])
}

pub(crate) fn match_sequence(cx: &Context, value: Value) -> bool {
    cx.class_of(value).flags().has(ClassFlags::SEQUENCE)
}

pub(crate) fn match_mapping(cx: &Context, value: Value) -> bool {
    cx.class_of(value).flags().has(ClassFlags::MAPPING)
}

pub(crate) fn match_keys(cx: &Context, subject: Value, keys: Value) -> PyResult<Value> {
    let Some(keys) = Tuple::from_value(keys) else { return Ok(Value::NONE) };
    let mut values = cx.scratch();
    if let Some(dict) = Dict::from_value(subject).filter(|dict| dict.is_exact()) {
        for (index, key) in keys.iter().enumerate() {
            check_duplicate_key(cx, keys, index, key)?;
            match dict.get(cx, key)? {
                Some(value) => values.push(value),
                None => return Ok(Value::NONE),
            }
        }
        return cx.tuple(values.as_slice());
    }
    let missing = cx.call(cx.class(Kind::Object), &[])?;
    let get = cx.get_attribute_name(subject, Name::get)?;
    for (index, key) in keys.iter().enumerate() {
        check_duplicate_key(cx, keys, index, key)?;
        let value = cx.call(get, &[key, missing])?;
        if value.is(missing) {
            return Ok(Value::NONE);
        }
        values.push(value);
    }
    cx.tuple(values.as_slice())
}

fn check_duplicate_key(cx: &Context, keys: Tuple, index: usize, key: Value) -> PyResult<()> {
    for earlier in keys.iter().take(index) {
        if cx.equal(earlier, key)? {
            return Err(
                cx.value_error(format_args!("mapping pattern checks duplicate key ({})", cx.repr_lossy(key)))
            );
        }
    }
    Ok(())
}

pub(crate) fn match_class(
    cx: &Context,
    subject: Value,
    class: Value,
    names: Value,
    positional: usize,
) -> PyResult<Value> {
    let Some(class_object) = Class::from_value(class) else {
        return Err(cx.type_error(format_args!("called match pattern must be a class")));
    };
    if !cx.is_instance(subject, class)? {
        return Ok(Value::NONE);
    }
    let mut values = cx.scratch();
    let mut seen = cx.scratch();
    if positional > 0 {
        let class_name = class_object.name(cx);
        let match_arguments = cx.find_attribute_or_none(class, cx.name(Name::__match_args__))?;
        let mut match_self = false;
        let match_arguments = match match_arguments {
            Some(value) => match Tuple::from_value(value) {
                Some(tuple) => tuple,
                None => {
                    return Err(cx.type_error(format_args!(
                        "{class_name}.__match_args__ must be a tuple (got {})",
                        cx.type_name(value)
                    )));
                }
            },
            None => {
                match_self = class_object.flags().has(ClassFlags::MATCH_SELF);
                cx.empty_tuple()
            }
        };
        let allowed = if match_self { 1 } else { match_arguments.len() };
        if positional > allowed {
            return Err(cx.type_error(format_args!(
                "{class_name}() accepts {allowed} positional sub-pattern{} ({positional} given)",
                if allowed == 1 { "" } else { "s" }
            )));
        }
        if match_self {
            values.push(subject);
        } else {
            for name in match_arguments.iter().take(positional) {
                let Some(text) = Str::from_value(name) else {
                    return Err(cx.type_error(format_args!(
                        "__match_args__ elements must be strings (got {})",
                        cx.type_name(name)
                    )));
                };
                match pattern_attribute(cx, subject, class_name, text, &mut seen)? {
                    Some(value) => values.push(value),
                    None => return Ok(Value::NONE),
                }
            }
        }
    }
    if let Some(names) = Tuple::from_value(names) {
        for name in names.iter() {
            let Some(text) = Str::from_value(name) else { continue };
            match pattern_attribute(cx, subject, class_object.name(cx), text, &mut seen)? {
                Some(value) => values.push(value),
                None => return Ok(Value::NONE),
            }
        }
    }
    cx.tuple(values.as_slice())
}

fn pattern_attribute(
    cx: &Context,
    subject: Value,
    class_name: Str,
    name: Str,
    seen: &mut crate::context::ScratchVector<'_>,
) -> PyResult<Option<Value>> {
    let name = cx.intern(name)?;
    if seen.as_slice().iter().any(|other| other.is(name.as_value())) {
        return Err(
            cx.type_error(format_args!("{class_name}() got multiple sub-patterns for attribute '{name}'"))
        );
    }
    seen.push(name.as_value());
    cx.find_attribute_or_none(subject, name)
}

pub(crate) fn dict_without_keys(cx: &Context, mapping: Value, keys: Value) -> PyResult<Value> {
    let rest = cx.new_dict()?;
    dict_update(cx, rest.as_value(), mapping)?;
    if let Some(keys) = Tuple::from_value(keys) {
        for key in keys.iter() {
            rest.remove(cx, key)?;
        }
    }
    Ok(rest.as_value())
}

/// How many registers an intrinsic reads.
pub(crate) fn intrinsic_arguments(number: u16) -> u16 {
    Intrinsic::ALL.get(number as usize).map_or(0, |intrinsic| intrinsic.argument_count())
}

pub(crate) fn call_intrinsic(cx: &Context, number: u16, arguments: &[Value]) -> PyResult<Value> {
    use crate::types::type_parameters;
    let first = arguments.first().copied().unwrap_or(Value::NONE);
    let second = arguments.get(1).copied().unwrap_or(Value::NONE);
    let third = arguments.get(2).copied().unwrap_or(Value::NONE);
    match Intrinsic::ALL.get(number as usize) {
        Some(Intrinsic::DisplayHook) => {
            let hook = cx.sys_attribute("displayhook")?;
            match hook {
                Some(hook) => cx.call(hook, &[first]),
                None => Err(cx.raise(ExceptionClass::RuntimeError, format_args!("lost sys.displayhook"))),
            }
        }
        Some(Intrinsic::TypeVariable) => type_parameters::type_variable(cx, first, None, None),
        Some(Intrinsic::TypeVariableWithBound) => {
            type_parameters::type_variable(cx, first, Some(second), None)
        }
        Some(Intrinsic::TypeVariableWithConstraints) => {
            type_parameters::type_variable(cx, first, None, Some(second))
        }
        Some(Intrinsic::ParameterSpecification) => type_parameters::parameter_specification(cx, first),
        Some(Intrinsic::TypeVariableTuple) => type_parameters::type_variable_tuple(cx, first),
        Some(Intrinsic::SetTypeParameterDefault) => type_parameters::set_default(cx, first, second),
        Some(Intrinsic::TypeAlias) => type_parameters::type_alias(cx, first, second, third),
        Some(Intrinsic::SetFunctionTypeParameters) => {
            if let Some(function) = Function::from_value(first) {
                cx.store(function.object(), function::slot::TYPE_PARAMETERS, second);
            }
            Ok(first)
        }
        Some(Intrinsic::SubscriptGeneric) => type_parameters::subscript_generic(cx, first),
        Some(Intrinsic::StopIterationError) => crate::types::generator::stop_iteration_error(cx, first),
        Some(Intrinsic::SetUpAnnotations) => {
            let target = namespace(cx.frames().current());
            let name = cx.intern_str("__annotations__")?;
            if mapping_find(cx, target, name)?.is_none() {
                cx.set_item(target, name.as_value(), cx.new_dict()?.as_value())?;
            }
            Ok(Value::NONE)
        }
        None => Err(cx.raise(ExceptionClass::SystemError, format_args!("unknown intrinsic {number}"))),
    }
}
