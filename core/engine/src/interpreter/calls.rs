//! Entering and leaving frames from the dispatch loop.
//!
//! Invariant: a Python callee's registers start at its first argument in the caller's window; a native callee reads its arguments there.
//! The word before the arguments (the callable's) may be overwritten by a receiver.

use threadsnake_bytecode::Instruction;
use threadsnake_heap::ObjectRef;
use threadsnake_heap::arch::Ordering;

use crate::context::{Context, ThreadRoot};
use crate::error::PyResult;
use crate::interpreter::call_arguments;
use crate::interpreter::dispatch::Called;
use crate::interpreter::frame::{Frame, frame_flags};
use crate::interpreter::{Exit, pop_frame, push_function_frame};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, Binding, ClassFlags};
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::function::{BoundMethod, Function};
use crate::types::list::List;
use crate::types::native_function;
use crate::types::tuple::Tuple;
use crate::types::{generator, generator_frames};
use crate::value::Value;

/// Registers `first..first + count` as values. The compiler guarantees that they are set.
#[inline(always)]
pub(crate) fn registers<'a>(base: *mut u64, first: u16, count: u16) -> &'a [Value] {
    // SAFETY: verified operands lie within the frame's registers, and the compiler sets each of them to a value before the
    // instruction; the instruction does not write them while it uses the slice.
    unsafe { core::slice::from_raw_parts(base.add(first as usize).cast::<Value>(), count as usize) }
}

/// The instruction before `pc`.
#[inline(always)]
pub(crate) fn previous_instruction(pc: *const Instruction) -> Instruction {
    // SAFETY: a caller's saved `pc` is past the instruction that called.
    unsafe { *pc.sub(1) }
}

fn window_values<'a>(window: *mut u64, count: usize) -> &'a [Value] {
    // SAFETY: call windows lie within the caller's registers, which are not written while the call runs: frames that the
    // callee pushes start above them.
    unsafe { core::slice::from_raw_parts(window.cast::<Value>(), count) }
}

/// Enters a Python function whose `count` arguments, at `arguments`, are its registers as they are, with nothing in the way: the new
/// frame, whose `pc` is not set, and its first instruction; or nothing and nothing done if the call needs more than that.
#[inline(always)]
pub(crate) fn enter_plain<'a>(
    cx: &'a Context,
    caller: &Frame,
    function: Function,
    arguments: *mut u64,
    count: usize,
    destination: u16,
) -> Option<(&'a Frame, *const Instruction)> {
    let (code, globals) = function.code_and_globals();
    let data = code.data();
    if data.plain_call_arguments != count as u32
        // Relaxed: a safepoint asked for by another thread takes effect a little later.
        || cx.poll_word().load(Ordering::Relaxed) != 0
        || !cx.frames().has_most_registers(arguments)
        || !cx.calls.enter()
    {
        return None;
    }
    // SAFETY: `caller` is the current frame; the call was counted, and there is room for any frame's registers.
    let frame = unsafe { cx.frames().push_counted(caller) };
    for index in count..data.cleared_count as usize {
        // SAFETY: `has_most_registers` made sure that as many registers as any code has follow `arguments`.
        unsafe { arguments.add(index).write(0) };
    }
    frame.base.set(arguments);
    frame.data.set(data);
    frame.code.set(code.as_value().word());
    frame.function.set(function.as_value().word());
    frame.globals.set(globals);
    frame.namespace.set(0);
    frame.extra.set(0);
    frame.frame_object.set(0);
    frame.handled.set(0);
    frame.destination.set(destination as u32);
    frame.flags.set(0);
    Some((frame, data.instructions.as_ptr()))
}

/// Calls a Python function whose `count` arguments start at `arguments`.
#[inline(never)]
pub(crate) fn call_python(
    cx: &Context,
    function: Function,
    arguments: *mut u64,
    count: usize,
    names: Option<Tuple>,
    destination: u16,
    flags: u32,
) -> PyResult<Called> {
    let code = cx.code_of(function)?;
    let data = code.data();
    if data.simple_call
        && data.is_generator_like()
        && names.is_none()
        && count == data.argument_count as usize
    {
        // The arguments are the variables, and the object's others are empty.
        return generator::from_call(cx, function, code, arguments, count).map(Called::Done);
    }
    if !cx.frames().has_registers(arguments, data.register_count as usize + count) {
        return Err(cx.recursion_error());
    }
    let passed = Arguments { values: window_values(arguments, count), keyword_names: names };
    cx.bind_arguments(function, data, arguments, passed)?;
    if data.is_generator_like() {
        return generator::from_call(cx, function, code, arguments, data.cleared_count as usize)
            .map(Called::Done);
    }
    push_function_frame(cx, function, code, arguments, destination, flags)?;
    Ok(Called::Pushed)
}

/// The native method, if this is one as a class holds it.
#[inline(always)]
pub(crate) fn native_method(callee: Value) -> Option<ObjectRef> {
    callee
        .as_object()
        .filter(|object| matches!(Kind::of(*object), Kind::MethodDescriptor | Kind::WrapperDescriptor))
}

/// Calls a native method with its receiver as the first of `count` arguments.
#[inline(never)]
pub(crate) fn call_native_method(
    cx: &Context,
    method: ObjectRef,
    arguments: *mut u64,
    count: usize,
) -> PyResult<Value> {
    let values = window_values(arguments, count);
    let definition = match values.first() {
        Some(&receiver) => native_function::definition_for(method, receiver),
        None => None,
    };
    let definition = match definition {
        Some(definition) => definition,
        None => {
            native_function::check_receiver(cx, method, &Arguments::positional_only(values))?;
            native_function::definition(method)
        }
    };
    cx.check_native_stack()?;
    (definition.call)(cx, Arguments::positional_only(values))
}

/// Calls anything else: the callable's word is at `window`, its `count` arguments follow.
#[inline(never)]
pub(crate) fn call_window(
    cx: &Context,
    frame: &Frame,
    callee: Value,
    window: *mut u64,
    count: usize,
    names: Option<Tuple>,
    destination: u16,
) -> PyResult<Called> {
    // SAFETY: the window has a word for the callable before the arguments.
    let arguments = unsafe { window.add(1) };
    let Some(object) = callee.as_object() else { return Err(cx.not_callable(callee)) };
    match Kind::of(object) {
        Kind::NativeFunction => {
            let definition = native_function::definition(object);
            let receiver = match definition.binding {
                Binding::Method | Binding::Class => object.value(native_function::RECEIVER),
                _ => None,
            };
            let values = match receiver {
                Some(receiver) => {
                    // SAFETY: as above.
                    unsafe { window.write(receiver.word()) };
                    window_values(window, count + 1)
                }
                None => window_values(arguments, count),
            };
            cx.call_native(definition.call, Arguments { values, keyword_names: names }).map(Called::Done)
        }
        Kind::MethodDescriptor | Kind::WrapperDescriptor => {
            let passed = Arguments { values: window_values(arguments, count), keyword_names: names };
            native_function::check_receiver(cx, object, &passed)?;
            cx.call_native(native_function::definition(object).call, passed).map(Called::Done)
        }
        Kind::BoundMethod => {
            let Some(method) = BoundMethod::from_value(callee) else { return Err(cx.not_callable(callee)) };
            // SAFETY: as above.
            unsafe { window.write(method.receiver().word()) };
            if let Some(function) = Function::from_value(method.function()) {
                return call_python(cx, function, window, count + 1, names, destination, 0);
            }
            let values = window_values(window, count + 1);
            cx.call_with(method.function(), Arguments { values, keyword_names: names }).map(Called::Done)
        }
        Kind::Type => {
            if let (Some(class), 1, None) = (Class::from_value(callee), count, names)
                && let &[value] = window_values(arguments, 1)
                && let Some(converted) = cx.convert(class, value)?
            {
                return Ok(Called::Done(converted));
            }
            if let Some(class) = Class::from_value(callee)
                && let Some(pushed) = construct(cx, frame, class, window, count, names, destination)?
            {
                return Ok(pushed);
            }
            let passed = Arguments { values: window_values(arguments, count), keyword_names: names };
            cx.call_with(callee, passed).map(Called::Done)
        }
        _ => {
            let passed = Arguments { values: window_values(arguments, count), keyword_names: names };
            cx.call_with(callee, passed).map(Called::Done)
        }
    }
}

/// Makes an instance of a plain class with a Python `__init__`: the call of `__init__` is a frame in this loop.
fn construct(
    cx: &Context,
    _frame: &Frame,
    class: Class,
    window: *mut u64,
    count: usize,
    names: Option<Tuple>,
    destination: u16,
) -> PyResult<Option<Called>> {
    if class.is_native() || class.layout() != Kind::Object || class.flags().has(ClassFlags::ABSTRACT) {
        return Ok(None);
    }
    if !cx.class_of(class.as_value()).is_native() {
        return Ok(None);
    }
    let object_new = cx.root(crate::engine::Root::ObjectNew);
    if object_new.is_none() || class.lookup_name(cx, Name::__new__) != object_new {
        return Ok(None);
    }
    let Some(initializer) = class.lookup_name(cx, Name::__init__) else { return Ok(None) };
    let Some(function) = Function::from_value(initializer) else { return Ok(None) };
    let instance = allocate_of_class(cx, class)?;
    let instance_value = Value::from(instance);
    // SAFETY: the window has a word for the callable before the arguments.
    unsafe { window.write(instance_value.word()) };
    match call_python(cx, function, window, count + 1, names, destination, frame_flags::INITIALIZER)? {
        Called::Pushed => {
            cx.frames().current().extra.set(instance_value.word());
            Ok(Some(Called::Pushed))
        }
        Called::Done(result) => Err(initializer_result(cx, result)),
    }
}

#[cold]
fn initializer_result(cx: &Context, result: Value) -> crate::error::Raised {
    cx.type_error(format_args!("__init__() should return None, not '{}'", cx.type_name(result)))
}

/// `callable(*arguments, **keywords)`
pub(crate) fn call_spread(
    cx: &Context,
    callee: Value,
    arguments: Value,
    keywords: Option<Value>,
) -> PyResult<Value> {
    let keywords = keywords.and_then(Dict::from_value);
    match Tuple::from_value(arguments) {
        Some(tuple) => cx.call_spread(callee, tuple, keywords),
        None => {
            let tuple = match List::from_value(arguments) {
                Some(list) => {
                    let items = list.snapshot(cx);
                    cx.new_tuple(items.as_slice())?
                }
                None => call_arguments::spread_arguments(cx, callee, arguments)?,
            };
            cx.call_spread(callee, tuple, keywords)
        }
    }
}

/// Whether leaving a frame takes no more than going back to its caller.
#[inline(always)]
pub(crate) fn is_plain(frame: &Frame) -> bool {
    debug_assert!(frame.flags.get() != 0 || frame.frame_object.get() == 0);
    frame.flags.get() == 0
}

/// Leaves the current frame, which [`is_plain`]; its caller.
///
/// # Safety
/// The frame is the current one.
#[inline(always)]
pub(crate) unsafe fn leave_plain<'a>(cx: &'a Context, frame: &'a Frame) -> &'a Frame {
    cx.calls.leave(1);
    // SAFETY: a frame that runs code is above the sentinel.
    unsafe { cx.frames().pop_from(frame) }
}

/// Leaves a frame with a result, which goes to the caller's register; what the caller does with a finished generator's is done
/// too. Or the exit, if the run ends here.
///
/// # Errors
/// TypeError for a result of `__init__`, in the frame itself; what a safepoint raises, in the caller.
#[inline(never)]
pub(crate) fn leave_frame(cx: &Context, frame: &Frame, value: Value) -> PyResult<Option<Exit>> {
    let flags = frame.flags.get();
    let mut result = value;
    if flags & frame_flags::INITIALIZER != 0 {
        if !value.is_none() {
            return Err(initializer_result(cx, value));
        }
        result = Value::from_word(frame.extra.get()).unwrap_or(Value::NONE);
    }
    if flags & frame_flags::GENERATOR != 0 {
        cx.set_thread_root(ThreadRoot::Handled, Value::from_word(frame.handled.get()));
        generator_frames::finish(cx, frame);
    }
    pop_frame(cx);
    if flags & frame_flags::ENTRY != 0 {
        return Ok(Some(Exit::Return(result)));
    }
    let caller = cx.frames().current();
    generator_frames::wake(cx, caller);
    let set = |register: u16, word: u64| {
        // SAFETY: verified operands of the caller's instruction are below its `register_count`, and its registers lie in the
        // register stack.
        unsafe { caller.base.get().add(register as usize).write(word) };
    };
    let called = previous_instruction(caller.pc.get());
    if flags & frame_flags::FOR_ITERATE != 0 {
        // A generator that a loop iterated over is finished.
        for register in 0..3 {
            set(called.b() + register, 0);
        }
        jump(cx, caller, called.c_signed())?;
    } else if flags & frame_flags::DISCARD == 0 {
        set(frame.destination.get() as u16, result.word());
        if flags & frame_flags::SEND != 0 {
            jump(cx, caller, called.c_signed())?;
        }
    }
    Ok(None)
}

/// Takes a jump of the frame's instruction just executed.
fn jump(cx: &Context, frame: &Frame, distance: i16) -> PyResult<()> {
    if distance < 0 {
        cx.poll()?;
    }
    // SAFETY: verified jumps stay within the instructions.
    frame.pc.set(unsafe { frame.pc.get().offset(distance as isize) });
    Ok(())
}
