//! The hooks of `sys`: what happens to results, to exceptions that nobody catches, and at `breakpoint()`.
//!
//! Invariant: they write through `sys.stdout` and `sys.stderr`; where these are missing, to the platform's streams.
//! Source: Python/sysmodule.c (`sys_displayhook`, `sys_breakpointhook`), Python/errors.c (`write_unraisable_exc`).

use alloc::format;
use alloc::string::String;

use threadsnake_hal::OutputStream;
use threadsnake_macros::pyfunction;

use crate::builtins::console::write_to_platform;
use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::names::Name;
use crate::native::{Arguments, Keywords};
use crate::object_access::ObjectAccess;
use crate::sys_module::set;
use crate::types::dict::Dict;
use crate::types::exception::{as_exception, slot};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Keeps the hooks that the module starts with under their second names.
///
/// # Errors
/// MemoryError.
pub(super) fn remember_originals(cx: &Context, namespace: Dict) -> PyResult<()> {
    for name in ["breakpointhook", "displayhook", "excepthook", "unraisablehook"] {
        if let Some(hook) = namespace.get_str(cx, cx.intern_str(name)?)? {
            set(cx, namespace, &format!("__{name}__"), hook)?;
        }
    }
    Ok(())
}

/// Writes text to `sys.stderr`, or to the platform's standard error.
///
/// # Errors
/// What the stream raises.
pub fn write_to_stderr(cx: &Context, text: &str) -> PyResult<()> {
    match cx.sys_attribute("stderr")? {
        Some(stream) if stream.is_none() => Ok(()),
        Some(stream) => {
            let text = cx.str(text)?;
            cx.call_method_name(stream, Name::write, &[text])?;
            // As CPython, a stream that cannot be flushed is no error.
            if let Err(raised) = cx.call_method_name(stream, Name::flush, &[]) {
                cx.take_exception(raised);
            }
            Ok(())
        }
        None => write_to_platform(cx, OutputStream::Error, text.as_bytes()),
    }
}

/// Print an object to sys.stdout and also save it in builtins._
#[pyfunction]
pub fn displayhook(cx: &Context, object: Value) -> PyResult<()> {
    if object.is_none() {
        return Ok(());
    }
    let Some(builtins) = cx.root(Root::Builtins).and_then(Dict::from_value) else {
        return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("lost builtins module")));
    };
    let underscore = cx.intern_str("_")?;
    // Set to None first, so that the object's repr does not see itself there.
    builtins.set_str(cx, underscore, Value::NONE)?;
    let text = cx.repr(object)?;
    match cx.sys_attribute("stdout")? {
        Some(stream) if !stream.is_none() => {
            write_encodable(cx, stream, text)?;
            cx.call_method_name(stream, Name::write, &[cx.latin1_character(b'\n').as_value()])?;
        }
        _ => return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("lost sys.stdout"))),
    }
    builtins.set_str(cx, underscore, object)
}

/// Writes text, with what the stream cannot encode as escapes.
fn write_encodable(cx: &Context, stream: Value, text: Str) -> PyResult<()> {
    let written = cx.call_method_name(stream, Name::write, &[text.as_value()]);
    let raised = match written {
        Ok(_) => return Ok(()),
        Err(raised) => raised,
    };
    if !cx.pending_is(&raised, ExceptionClass::UnicodeEncodeError) {
        return Err(raised);
    }
    cx.take_exception(raised);
    let encoding = cx.get_attribute_name(stream, Name::encoding)?;
    let escape = cx.intern_str("backslashreplace")?.as_value();
    let bytes = cx.call_method_name(text.as_value(), Name::encode, &[encoding, escape])?;
    let escaped = cx.call_method_name(bytes, Name::decode, &[encoding, cx.name(Name::strict).as_value()])?;
    cx.call_method_name(stream, Name::write, &[escaped])?;
    Ok(())
}

/// Handle an exception by displaying it with a traceback on sys.stderr.
#[pyfunction(signature = "(exctype, value, traceback, /)")]
pub fn excepthook(cx: &Context, exctype: Value, value: Value, traceback: Value) -> PyResult<()> {
    let _ = exctype;
    if let Some(exception) = as_exception(value)
        && exception.value(slot::TRACEBACK).is_none()
        && !traceback.is_none()
    {
        cx.store(exception, slot::TRACEBACK, traceback);
    }
    let text = cx.print_exception(value);
    write_to_stderr(cx, &text)
}

/// Handle an unraisable exception.
///
/// The unraisable argument has the following attributes:
///
/// * exc_type: Exception type.
/// * exc_value: Exception value, can be None.
/// * exc_traceback: Exception traceback, can be None.
/// * err_msg: Error message, can be None.
/// * object: Object causing the exception, can be None.
#[pyfunction]
pub fn unraisablehook(cx: &Context, unraisable: Value) -> PyResult<()> {
    let attribute = |name: &str| cx.get_attribute(unraisable, cx.intern_str(name)?);
    let value = attribute("exc_value")?;
    let message = attribute("err_msg")?;
    let object = attribute("object")?;
    let mut text = String::new();
    let message = if message.is_none() { None } else { Some(cx.str_of(message)?.to_utf8_lossy()) };
    if !object.is_none() {
        let lead = message.as_deref().unwrap_or("Exception ignored in");
        text.push_str(&format!("{lead}: {}\n", cx.repr_lossy(object)));
    } else if let Some(message) = message {
        text.push_str(&format!("{message}:\n"));
    }
    if value.is_none() {
        let class = attribute("exc_type")?;
        text.push_str(&format!("{}\n", cx.repr_lossy(class)));
    } else {
        text.push_str(&cx.print_exception(value));
    }
    write_to_stderr(cx, &text)
}

/// This hook function is called by built-in breakpoint().
#[pyfunction(signature = "(*args, **kws)")]
pub fn breakpointhook(cx: &Context, args: &[Value], kws: Keywords<'_>) -> PyResult<Value> {
    let target = environment_variable(cx, "PYTHONBREAKPOINT")?;
    let target = match target.as_deref() {
        None | Some("") => "pdb.set_trace",
        Some("0") => return Ok(Value::NONE),
        Some(target) => target,
    };
    let (module, name) = target.rsplit_once('.').unwrap_or(("builtins", target));
    let hook = match cx.import_module(module) {
        Ok(module) => cx.find_attribute_or_none(module, cx.intern_str(name)?)?,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::ImportError) => {
            cx.take_exception(raised);
            None
        }
        Err(raised) => return Err(raised),
    };
    let Some(hook) = hook else {
        cx.warn(
            ExceptionClass::RuntimeWarning,
            format_args!("Ignoring unimportable $PYTHONBREAKPOINT: \"{target}\""),
        )?;
        return Ok(Value::NONE);
    };
    let mut values = cx.scratch();
    values.extend_from_slice(args);
    values.extend_from_slice(kws.values());
    cx.call_with(hook, Arguments { values: values.as_slice(), keyword_names: kws.names() })
}

/// A variable of the process's environment, through `os.environ` where there is an `os`.
fn environment_variable(cx: &Context, name: &str) -> PyResult<Option<String>> {
    let os = match cx.import_module("os") {
        Ok(os) => os,
        Err(raised) if cx.pending_is(&raised, ExceptionClass::ImportError) => {
            cx.take_exception(raised);
            return Ok(None);
        }
        Err(raised) => return Err(raised),
    };
    let environ = cx.get_attribute(os, cx.intern_str("environ")?)?;
    let value = cx.call_method_name(environ, Name::get, &[cx.str(name)?])?;
    Ok(Str::from_value(value).map(Str::to_utf8_lossy))
}

impl Context {
    /// Hands an exception that cannot be raised to `sys.unraisablehook`. What the hook itself raises is written to standard error.
    pub fn report_unraisable(&self, exception: Value, message: Option<&str>, object: Value) {
        let result = (|| {
            let class = self.class_of(exception).as_value();
            let traceback = as_exception(exception).and_then(|exception| exception.value(slot::TRACEBACK));
            let message = match message {
                Some(message) => self.str(message)?,
                None => Value::NONE,
            };
            let fields = [class, exception, traceback.unwrap_or(Value::NONE), message, object];
            let arguments = self.unraisable_arguments(&fields)?;
            match self.sys_attribute("unraisablehook")? {
                Some(hook) if !hook.is_none() => {
                    if let Err(raised) = self.audit("sys.unraisablehook", || Ok([hook, arguments])) {
                        return self.write_refusal(raised);
                    }
                    self.call(hook, &[arguments]).map(|_| ())
                }
                _ => unraisablehook(self, arguments),
            }
        })();
        if let Err(raised) = result {
            let second = self.take_exception(raised);
            let text = format!("Exception ignored in sys.unraisablehook:\n{}", self.print_exception(second));
            // Standard error is the last resort; if that fails too there is nowhere to tell it.
            if let Err(raised) = write_to_stderr(self, &text) {
                self.take_exception(raised);
            }
        }
    }

    /// Writes what an audit hook raised where nothing can be raised, and no hook is asked.
    fn write_refusal(&self, raised: Raised) -> PyResult<()> {
        let refusal = self.take_exception(raised);
        write_to_stderr(self, &format!("Exception ignored in audit hook:\n{}", self.print_exception(refusal)))
    }

    /// Hands an exception that ended a program to `sys.excepthook`.
    ///
    /// # Errors
    /// What the hook raises.
    pub fn report_uncaught(&self, exception: Value) -> PyResult<()> {
        let class = self.class_of(exception).as_value();
        let traceback = as_exception(exception).and_then(|exception| exception.value(slot::TRACEBACK));
        let arguments = [class, exception, traceback.unwrap_or(Value::NONE)];
        let hook = self.sys_attribute("excepthook")?;
        let [class, value, traceback] = arguments;
        let audited =
            self.audit("sys.excepthook", || Ok([hook.unwrap_or(Value::NONE), class, value, traceback]));
        if let Err(raised) = audited {
            let refused = self.pending_is(&raised, ExceptionClass::RuntimeError);
            let refusal = self.take_exception(raised);
            if refused {
                return Ok(());
            }
            self.report_unraisable(refusal, Some("Exception ignored in audit hook"), Value::NONE);
        }
        match hook {
            Some(hook) if !hook.is_none() => {
                let raised = match self.call(hook, &arguments) {
                    Ok(_) => return Ok(()),
                    Err(raised) => raised,
                };
                let second = self.take_exception(raised);
                let text = format!(
                    "Error in sys.excepthook:\n{}\nOriginal exception was:\n{}",
                    self.print_exception(second),
                    self.print_exception(exception)
                );
                write_to_stderr(self, &text)
            }
            _ => write_to_stderr(self, &self.print_exception(exception)),
        }
    }

    /// The exit status that a SystemExit asks for, and the text that it wants on standard error, before the end of a line.
    pub fn exit_status(&self, exception: Value) -> PyResult<(i32, Option<String>)> {
        let code = self.get_attribute(exception, self.intern_str("code")?)?;
        if code.is_none() {
            return Ok((0, None));
        }
        if crate::types::int_object::is_int(code) {
            // As C's exit, the status is what fits.
            return Ok((crate::types::int_object::as_i64(code).map_or(-1, |code| code as i32), None));
        }
        let code = match Tuple::from_value(code) {
            Some(tuple) if tuple.is_empty() => return Ok((0, None)),
            _ => code,
        };
        Ok((1, Some(self.str_of(code)?.to_utf8_lossy())))
    }
}
