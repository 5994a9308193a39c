//! Functions of `sys`.
//!
//! Invariant: what has no meaning in this engine either does what CPython documents as a no-op or raises NotImplementedError that
//! names itself. Source: Python/sysmodule.c.

use threadsnake_heap::arch::Ordering;
use threadsnake_macros::pyfunction;

use crate::context::{Context, ThreadRoot};
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::sys_module::set;
use crate::types::class::Class;
use crate::types::exception::{as_exception, slot};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

#[cold]
fn not_supported(cx: &Context, what: &str) -> Raised {
    cx.raise(ExceptionClass::NotImplementedError, format_args!("{what} is not supported yet by threadsnake"))
}

/// Return information about the most recent exception caught by an except clause in the current stack frame or in an older stack frame.
#[pyfunction]
pub fn exc_info(cx: &Context) -> PyResult<Value> {
    let Some(exception) = cx.thread_root(ThreadRoot::Handled) else {
        return cx.tuple(&[Value::NONE; 3]);
    };
    let traceback = as_exception(exception).and_then(|exception| exception.value(slot::TRACEBACK));
    cx.tuple(&[cx.class_of(exception).as_value(), exception, traceback.unwrap_or(Value::NONE)])
}

/// Return the current exception.
///
/// Return the most recent exception caught by an except clause
/// in the current stack frame or in an older stack frame, or None
/// if no such clause exists.
#[pyfunction]
pub fn exception(cx: &Context) -> Value {
    cx.thread_root(ThreadRoot::Handled).unwrap_or(Value::NONE)
}

/// Exit the interpreter by raising SystemExit(status).
///
/// If the status is omitted or None, it defaults to zero (i.e., success).
/// If the status is an integer, it will be used as the system exit status.
/// If it is another kind of object, it will be printed and the system
/// exit status will be one (i.e., failure).
#[pyfunction(signature = "(status=None, /)")]
pub fn exit(cx: &Context, status: Value) -> PyResult<()> {
    if status.is_none() {
        return Err(cx.raise_with(ExceptionClass::SystemExit, &[]));
    }
    // A tuple is the exception's arguments, as when an exception is made lazily.
    let class = cx.exception_class(ExceptionClass::SystemExit);
    let exception = match Tuple::from_value(status) {
        Some(arguments) => cx.call(class, arguments.as_slice())?,
        None => cx.call(class, &[status])?,
    };
    match as_exception(exception) {
        Some(object) => Err(cx.raise_object(object)),
        None => Err(cx.raise_with(ExceptionClass::SystemExit, &[status])),
    }
}

/// Return the current default encoding used by the Unicode implementation.
#[pyfunction]
pub fn getdefaultencoding(cx: &Context) -> Str {
    cx.name(Name::utf_8)
}

/// Return the encoding used to convert Unicode filenames to OS filenames.
#[pyfunction]
pub fn getfilesystemencoding(cx: &Context) -> Str {
    cx.name(Name::utf_8)
}

/// Return the error mode used for Unicode to OS filename conversion.
#[pyfunction]
pub fn getfilesystemencodeerrors() -> &'static str {
    "surrogateescape"
}

/// ``Intern'' the given string.
///
/// This enters the string in the (global) table of interned strings whose
/// purpose is to speed up dictionary lookups. Return the string itself or
/// the previously interned string object with the same value.
#[pyfunction]
pub fn intern(cx: &Context, string: Value) -> PyResult<Str> {
    match Str::from_value(string) {
        Some(text) if text.is_exact() => cx.intern(text),
        Some(_) => Err(cx.type_error(format_args!("can't intern {}", cx.type_name(string)))),
        None => {
            Err(cx.type_error(format_args!("intern() argument must be str, not {}", cx.type_name(string))))
        }
    }
}

/// Return True if the given string is "interned".
#[pyfunction(name = "_is_interned")]
pub fn is_interned(cx: &Context, string: Value) -> PyResult<bool> {
    match Str::from_value(string) {
        Some(text) => Ok(text.is_interned()),
        None => Err(
            cx.type_error(format_args!("_is_interned() argument must be str, not {}", cx.type_name(string)))
        ),
    }
}

/// Return True if the given object is "immortal" per PEP 683.
#[pyfunction(name = "_is_immortal")]
pub fn is_immortal(op: Value) -> bool {
    // Tagged words are never freed.
    !op.is_object()
}

/// Private function for clearing certain descriptors from a type's dictionary.
///
/// See gh-135228 for context.
#[pyfunction(name = "_clear_type_descriptors")]
pub fn clear_type_descriptors(cx: &Context, r#type: Value) -> PyResult<()> {
    let class = Class::expect(cx, r#type)?;
    if class.is_native() {
        return Err(cx.type_error(format_args!("argument is immutable")));
    }
    for name in ["__dict__", "__weakref__"] {
        let name = cx.intern_str(name)?;
        // Not through the metaclass, whose attribute of this name cannot be deleted. There may be none.
        class.set_attribute(cx, name, None)?;
    }
    Ok(())
}

/// Private function for getting PyConfig.cpu_count
#[pyfunction(name = "_get_cpu_count_config")]
pub fn get_cpu_count_config(cx: &Context) -> i64 {
    // Relaxed: set once, before any Python code runs.
    match cx.engine().configured_processors.load(Ordering::Relaxed) {
        0 => -1,
        count => i64::from(count),
    }
}

/// Return True if the GIL is currently enabled.
#[pyfunction(name = "_is_gil_enabled")]
pub fn is_gil_enabled() -> bool {
    false
}

/// Return True if Python is exiting.
#[pyfunction]
pub fn is_finalizing(cx: &Context) -> bool {
    // Acquire: whoever sees it set also sees what was done before it was.
    cx.engine().finalizing.load(Ordering::Acquire) != 0
}

/// Return the current value of the recursion limit.
#[pyfunction]
pub fn getrecursionlimit(cx: &Context) -> u32 {
    // Relaxed: a limit guards nothing but itself.
    cx.engine().recursion_limit.load(Ordering::Relaxed)
}

/// Set the maximum depth of the Python interpreter stack to n.
///
/// This limit prevents infinite recursion from causing an overflow of the C
/// stack and crashing Python.  The highest possible limit is platform-
/// dependent.
#[pyfunction]
pub fn setrecursionlimit(cx: &Context, limit: i32) -> PyResult<()> {
    let Some(limit) = u32::try_from(limit).ok().filter(|&limit| limit >= 1) else {
        return Err(cx.value_error(format_args!("recursion limit must be greater or equal than 1")));
    };
    let depth = cx.calls.depth();
    if depth >= limit {
        return Err(cx.raise(
            ExceptionClass::RecursionError,
            format_args!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"),
        ));
    }
    cx.engine().recursion_limit.store(limit, Ordering::Relaxed);
    cx.renew_recursion_limit();
    Ok(())
}

/// Return the maximum string digits limit for non-binary int<->str conversions.
#[pyfunction]
pub fn get_int_max_str_digits(cx: &Context) -> usize {
    cx.int_digit_limit()
}

/// Set the maximum string digits limit for non-binary int<->str conversions.
#[pyfunction(signature = "(maxdigits)")]
pub fn set_int_max_str_digits(cx: &Context, maxdigits: i32) -> PyResult<()> {
    match u32::try_from(maxdigits) {
        Ok(limit) if limit == 0 || limit >= 640 => {
            cx.set_int_digit_limit(limit);
            Ok(())
        }
        _ => Err(cx.value_error(format_args!("maxdigits must be 0 or larger than 640"))),
    }
}

/// Return the reference count of object.
///
/// The count returned is generally one higher than you might expect,
/// because it includes the (temporary) reference as an argument to
/// getrefcount().
#[pyfunction]
pub fn getrefcount(object: Value) -> i64 {
    // References from stacks are not counted and counts lag behind, so no number would mean what programs take it for: it is
    // always that of an object with one reference, plus the argument's.
    let _ = object;
    2
}

/// getsizeof(object [, default]) -> int
///
/// Return the size of object in bytes.
#[pyfunction(signature = "(object, default=None)")]
pub fn getsizeof(cx: &Context, object: Value, default: Option<Value>) -> PyResult<Value> {
    let size = (|| {
        let Some(method) = cx.special_method(object, Name::__sizeof__)? else {
            return Err(
                cx.type_error(format_args!("Type {} doesn't define __sizeof__", cx.type_name(object)))
            );
        };
        let size = cx.call_pair(method, &[])?;
        let size = cx.index(size)?;
        if crate::types::int_object::as_i64(size).is_some_and(|size| size < 0) {
            return Err(cx.value_error(format_args!("__sizeof__() should return >= 0")));
        }
        Ok(size)
    })();
    match (size, default) {
        (Err(raised), Some(default)) if cx.pending_is(&raised, ExceptionClass::TypeError) => {
            cx.take_exception(raised);
            Ok(default)
        }
        (size, _) => size,
    }
}

/// Return the number of memory blocks currently allocated.
#[pyfunction]
pub fn getallocatedblocks() -> i64 {
    // CPython's answer of builds without its own allocator.
    0
}

/// Return the number of elements of the unicode interned dictionary
#[pyfunction(signature = "(*, _only_immortal=False)")]
pub fn getunicodeinternedsize(cx: &Context, _only_immortal: bool) -> PyResult<usize> {
    match cx.root(Root::InternTable) {
        Some(table) if !_only_immortal => Ok(cx.optional_length(table)?.unwrap_or(0)),
        _ => Ok(0),
    }
}

/// Return a frame object from the call stack.
///
/// If optional integer depth is given, return the frame object that many
/// calls below the top of the stack.  If that is deeper than the call
/// stack, ValueError is raised.  The default for depth is zero, returning
/// the frame at the top of the call stack.
///
/// This function should be used for internal and specialized purposes
/// only.
#[pyfunction(name = "_getframe", signature = "(depth=0, /)")]
pub fn getframe(cx: &Context, depth: i64) -> PyResult<Value> {
    let frame = Value::from(cx.frame_at(usize::try_from(depth).unwrap_or(0))?.object());
    cx.audit("sys._getframe", || Ok([frame]))?;
    Ok(frame)
}

/// Return the name of the module for a calling frame.
///
/// The default depth returns the module containing the call to this API.
/// A more typical use in a library will pass a depth of 1 to get the user's
/// module rather than the library module.
///
/// If no frame, module, or name can be found, returns None.
#[pyfunction(name = "_getframemodulename", signature = "(depth=0)")]
pub fn getframemodulename(cx: &Context, depth: i64) -> PyResult<Value> {
    cx.audit("sys._getframemodulename", || Ok([cx.int(depth)?]))?;
    let mut frame = cx.frames().innermost();
    for _ in 0..depth.max(0) {
        frame = frame.and_then(|frame| cx.frames().caller(frame)).filter(|frame| frame.code_data().is_some());
    }
    let Some(globals) = frame.and_then(|frame| frame.globals_dict()) else { return Ok(Value::NONE) };
    Ok(globals.get_str(cx, cx.name(Name::__name__))?.unwrap_or(Value::NONE))
}

/// Return a dict mapping each thread's thread id to its current stack frame.
///
/// This function should be used for specialized purposes only.
#[pyfunction(name = "_current_frames")]
pub fn current_frames(cx: &Context) -> PyResult<Value> {
    cx.audit("sys._current_frames", || Ok([]))?;
    if cx.engine().threads().count() > 0 {
        return Err(not_supported(cx, "sys._current_frames() while other threads run"));
    }
    let frames = cx.new_dict()?;
    if let Some(frame) = cx.frames().innermost()
        && let Some(object) = cx.visible_frame_object(frame)?
    {
        frames.set(cx, cx.int_from_u64(cx.identifier)?, Value::from(object.object()))?;
    }
    Ok(frames.as_value())
}

/// Return a dict mapping each thread's identifier to its current raised exception.
///
/// This function should be used for specialized purposes only.
#[pyfunction(name = "_current_exceptions")]
pub fn current_exceptions(cx: &Context) -> PyResult<Value> {
    cx.audit("sys._current_exceptions", || Ok([]))?;
    if cx.engine().threads().count() > 0 {
        return Err(not_supported(cx, "sys._current_exceptions() while other threads run"));
    }
    let exceptions = cx.new_dict()?;
    let handled = cx.thread_root(ThreadRoot::Handled).unwrap_or(Value::NONE);
    exceptions.set(cx, cx.int_from_u64(cx.identifier)?, handled)?;
    Ok(exceptions.as_value())
}

/// Clear the internal type lookup cache.
#[pyfunction(name = "_clear_type_cache")]
pub fn clear_type_cache(cx: &Context) {
    for place in cx.method_cache.iter() {
        place.take();
    }
}

/// Clear all internal performance-related caches.
#[pyfunction(name = "_clear_internal_caches")]
pub fn clear_internal_caches(cx: &Context) {
    clear_type_cache(cx);
}

/// Set the global debug tracing function.
///
/// It will be called on each function call.  See the debugger chapter
/// in the library manual.
#[pyfunction]
pub fn settrace(cx: &Context, function: Value) -> PyResult<()> {
    if function.is_none() {
        cx.audit("sys.settrace", || Ok([]))
    } else {
        Err(not_supported(cx, "sys.settrace()"))
    }
}

/// Set the global debug tracing function in all running threads belonging to the current interpreter.
///
/// It will be called on each function call. See the debugger chapter
/// in the library manual.
#[pyfunction(name = "_settraceallthreads")]
pub fn settraceallthreads(cx: &Context, function: Value) -> PyResult<()> {
    if function.is_none() {
        cx.audit("sys.settrace", || Ok([]))
    } else {
        Err(not_supported(cx, "sys._settraceallthreads()"))
    }
}

/// Return the global debug tracing function set with sys.settrace.
///
/// See the debugger chapter in the library manual.
#[pyfunction]
pub fn gettrace() -> Value {
    Value::NONE
}

/// Set the profiling function.
///
/// It will be called on each function call and return.  See the profiler
/// chapter in the library manual.
#[pyfunction]
pub fn setprofile(cx: &Context, function: Value) -> PyResult<()> {
    if function.is_none() {
        cx.audit("sys.setprofile", || Ok([]))
    } else {
        Err(not_supported(cx, "sys.setprofile()"))
    }
}

/// Set the profiling function in all running threads belonging to the current interpreter.
///
/// It will be called on each function call and return.  See the profiler
/// chapter in the library manual.
#[pyfunction(name = "_setprofileallthreads")]
pub fn setprofileallthreads(cx: &Context, function: Value) -> PyResult<()> {
    if function.is_none() {
        cx.audit("sys.setprofile", || Ok([]))
    } else {
        Err(not_supported(cx, "sys._setprofileallthreads()"))
    }
}

/// Return the profiling function set with sys.setprofile.
///
/// See the profiler chapter in the library manual.
#[pyfunction]
pub fn getprofile() -> Value {
    Value::NONE
}

/// Call func(*args), while tracing is enabled.
///
/// The tracing state is saved, and restored afterwards.  This is intended
/// to be called from a debugger from a checkpoint, to recursively debug
/// some other code.
#[pyfunction]
pub fn call_tracing(cx: &Context, func: Value, args: Tuple) -> PyResult<Value> {
    cx.call(func, args.as_slice())
}

/// Return the current thread switch interval; see sys.setswitchinterval().
#[pyfunction]
pub fn getswitchinterval(cx: &Context) -> PyResult<Value> {
    match cx.sys_attribute("_switch_interval")? {
        Some(interval) => Ok(interval),
        None => cx.float(0.005),
    }
}

/// Set the ideal thread switching delay inside the Python interpreter.
///
/// The actual frequency of switching threads can be lower if the
/// interpreter executes long sequences of uninterruptible code
/// (this is implementation-specific and workload-dependent).
///
/// The parameter must represent the desired switching delay in seconds
/// A typical value is 0.005 (5 milliseconds).
#[pyfunction]
pub fn setswitchinterval(cx: &Context, interval: f64) -> PyResult<()> {
    if interval <= 0.0 {
        return Err(cx.value_error(format_args!("switch interval must be strictly positive")));
    }
    // Threads run at once and never take turns: the figure is kept for whoever asks.
    let Some(sys) = cx.root(Root::SysModule) else { return Ok(()) };
    set(cx, cx.module_dict(sys)?, "_switch_interval", cx.float(interval)?)
}

/// Return the installed asynchronous generators hooks.
///
/// This returns a namedtuple of the form (firstiter, finalizer).
#[pyfunction]
pub fn get_asyncgen_hooks(cx: &Context) -> PyResult<Value> {
    let fields = [
        cx.thread_root(ThreadRoot::AsyncGeneratorFirstIterator).unwrap_or(Value::NONE),
        cx.thread_root(ThreadRoot::AsyncGeneratorFinalizer).unwrap_or(Value::NONE),
    ];
    match cx.sys_attribute("_asyncgen_hooks_class")?.and_then(Class::from_value) {
        Some(class) => cx.struct_sequence(class, &fields, &[]),
        None => cx.tuple(&fields),
    }
}

/// set_asyncgen_hooks([firstiter] [, finalizer])
///
/// Set a finalizer for async generators objects.
#[pyfunction(signature = "(firstiter=None, finalizer=None)")]
pub fn set_asyncgen_hooks(cx: &Context, firstiter: Option<Value>, finalizer: Option<Value>) -> PyResult<()> {
    let rows = [
        ("firstiter", ThreadRoot::AsyncGeneratorFirstIterator, firstiter),
        ("finalizer", ThreadRoot::AsyncGeneratorFinalizer, finalizer),
    ];
    for (name, _, hook) in rows {
        if hook.is_some_and(|hook| !hook.is_none() && !cx.is_callable(hook)) {
            return Err(cx.type_error(format_args!(
                "callable {name} expected, got {}",
                cx.type_name(hook.unwrap_or(Value::NONE))
            )));
        }
    }
    if finalizer.is_some() {
        cx.audit("sys.set_asyncgen_hook_finalizer", || Ok([]))?;
    }
    if firstiter.is_some() {
        cx.audit("sys.set_asyncgen_hook_firstiter", || Ok([]))?;
    }
    for (_, root, hook) in rows {
        if let Some(hook) = hook {
            cx.set_thread_root(root, Some(hook).filter(|hook| !hook.is_none()));
        }
    }
    Ok(())
}

/// Check status of origin tracking for coroutine objects in this thread.
#[pyfunction]
pub fn get_coroutine_origin_tracking_depth() -> i64 {
    0
}

/// Enable or disable origin tracking for coroutine objects in this thread.
///
/// Coroutine objects will track 'depth' frames of traceback information
/// about where they came from, available in their cr_origin attribute.
///
/// Set a depth of 0 to disable.
#[pyfunction(signature = "(depth)")]
pub fn set_coroutine_origin_tracking_depth(cx: &Context, depth: i32) -> PyResult<()> {
    match depth {
        0 => Ok(()),
        1.. => Err(not_supported(cx, "sys.set_coroutine_origin_tracking_depth()")),
        _ => Err(cx.value_error(format_args!("depth must be >= 0"))),
    }
}

/// Return *True* if a stack profiler trampoline is active.
#[pyfunction]
pub fn is_stack_trampoline_active() -> bool {
    false
}

/// Return True if remote debugging is enabled, False otherwise.
#[pyfunction]
pub fn is_remote_debug_enabled() -> bool {
    false
}

/// Executes a file containing Python code in a given remote Python process.
#[pyfunction]
pub fn remote_exec(cx: &Context, pid: Value, script: Value) -> PyResult<()> {
    let _ = (pid, script);
    Err(not_supported(cx, "sys.remote_exec()"))
}
