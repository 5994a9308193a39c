//! `sys.monitoring`: the names of tools and events.
//!
//! Invariant: a tool can be registered, and callbacks can, but no event is ever sent: asking for one raises NotImplementedError. So
//! what merely imports the module works (`bdb`, `pdb`, `doctest`), and what would wait for events that never come says so.
//! A tool belongs to whoever put its name into the table first, which is one step of the dict. Source: PEP 669, Python/instrumentation.c.

use threadsnake_macros::pymodule;

/// The events and their bits.
const EVENTS: [(&str, u32); 20] = [
    ("NO_EVENTS", 0),
    ("PY_START", 1 << 0),
    ("PY_RESUME", 1 << 1),
    ("PY_RETURN", 1 << 2),
    ("PY_YIELD", 1 << 3),
    ("CALL", 1 << 4),
    ("LINE", 1 << 5),
    ("INSTRUCTION", 1 << 6),
    ("JUMP", 1 << 7),
    ("BRANCH_LEFT", 1 << 8),
    ("BRANCH_RIGHT", 1 << 9),
    ("STOP_ITERATION", 1 << 10),
    ("RAISE", 1 << 11),
    ("EXCEPTION_HANDLED", 1 << 12),
    ("PY_UNWIND", 1 << 13),
    ("PY_THROW", 1 << 14),
    ("RERAISE", 1 << 15),
    ("C_RETURN", 1 << 16),
    ("C_RAISE", 1 << 17),
    ("BRANCH", 1 << 18),
];
/// The first bit that is no event.
const END_OF_EVENTS: u32 = 1 << 19;

/// Tools: `0..TOOLS`.
const TOOLS: i64 = 6;

/// The tools that have a name of their own.
const TOOL_NAMES: [(&str, u32); 4] =
    [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)];

/// Events of code that runs, named so that tools can ask for them.
#[pymodule(name = "sys.monitoring")]
mod table {
    use super::{END_OF_EVENTS, EVENTS, TOOL_NAMES, TOOLS};
    use crate::context::Context;
    use crate::engine::Root;
    use crate::error::{ExceptionClass, PyResult, Raised};
    use crate::kind::Kind;
    use crate::sys_module::set;

    use crate::types::dict::Dict;
    use crate::types::str_object::Str;
    use crate::types::tuple::Tuple;
    use crate::value::Value;

    /// The table of what is registered: a tool's number leads to a tuple of its name, a pair of a tool's number and an event to a callback.
    fn registered(cx: &Context) -> PyResult<Dict> {
        cx.root(Root::MonitoringTools)
            .and_then(Dict::from_value)
            .ok_or_else(|| cx.raise(ExceptionClass::RuntimeError, format_args!("sys.monitoring is gone")))
    }

    fn checked_tool(cx: &Context, tool: i64) -> PyResult<Value> {
        if (0..TOOLS).contains(&tool) {
            return cx.int(tool);
        }
        Err(cx.value_error(format_args!("invalid tool {tool} (must be between 0 and {})", TOOLS - 1)))
    }

    fn tool_in_use(cx: &Context, tool: i64) -> PyResult<Value> {
        let key = checked_tool(cx, tool)?;
        if registered(cx)?.get(cx, key)?.is_some() {
            return Ok(key);
        }
        Err(cx.value_error(format_args!("tool {tool} is not in use")))
    }

    /// Only the empty set of events can be had.
    fn no_events(cx: &Context, what: &str, events: i64) -> PyResult<()> {
        if events == 0 {
            return Ok(());
        }
        if events < 0 || events >= i64::from(END_OF_EVENTS) {
            return Err(cx.value_error(format_args!("invalid event set 0x{events:x}")));
        }
        Err(not_supported(cx, what))
    }

    #[cold]
    fn not_supported(cx: &Context, what: &str) -> Raised {
        cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("{what} with events is not supported yet by threadsnake"),
        )
    }

    /// Reserve a tool for the one who gives it a name.
    #[pyfunction]
    fn use_tool_id(cx: &Context, tool_id: i64, name: Value) -> PyResult<()> {
        let key = checked_tool(cx, tool_id)?;
        if Str::from_value(name).is_none() {
            return Err(cx.value_error(format_args!("tool name must be a str")));
        }
        // The tuple is new, so that the one that the table then has says who came first.
        let mine = cx.tuple(&[name])?;
        if registered(cx)?.set_default(cx, key, mine)? == mine {
            return Ok(());
        }
        Err(cx.value_error(format_args!("tool {tool_id} is already in use")))
    }

    fn clear(cx: &Context, key: Value) -> PyResult<()> {
        let registered = registered(cx)?;
        for callback in registered.snapshot_keys(cx).as_slice().iter().copied() {
            if let Some(pair) = Tuple::from_value(callback)
                && pair.as_slice().first() == Some(&key)
            {
                registered.remove(cx, callback)?;
            }
        }
        Ok(())
    }

    /// Unregister the callbacks of a tool.
    #[pyfunction]
    fn clear_tool_id(cx: &Context, tool_id: i64) -> PyResult<()> {
        let key = tool_in_use(cx, tool_id)?;
        clear(cx, key)
    }

    /// Give up a tool and its callbacks.
    #[pyfunction]
    fn free_tool_id(cx: &Context, tool_id: i64) -> PyResult<()> {
        let key = checked_tool(cx, tool_id)?;
        clear(cx, key)?;
        registered(cx)?.remove(cx, key)?;
        Ok(())
    }

    /// The name of a tool that is in use, or None.
    #[pyfunction]
    fn get_tool(cx: &Context, tool_id: i64) -> PyResult<Value> {
        let key = checked_tool(cx, tool_id)?;
        let tool = registered(cx)?.get(cx, key)?.and_then(Tuple::from_value);
        Ok(tool.and_then(|tool| tool.as_slice().first().copied()).unwrap_or(Value::NONE))
    }

    /// Set the function to be called for an event; the one before it.
    #[pyfunction]
    fn register_callback(cx: &Context, tool_id: i64, event: i64, func: Value) -> PyResult<Value> {
        let key = checked_tool(cx, tool_id)?;
        if event <= 0 || event & (event - 1) != 0 {
            return Err(cx.value_error(format_args!("The callback can only be set for one event at a time")));
        }
        if event >= i64::from(END_OF_EVENTS) {
            return Err(cx.value_error(format_args!("invalid event {event}")));
        }
        cx.audit("sys.monitoring.register_callback", || Ok([func]))?;
        let registered = registered(cx)?;
        let pair = cx.tuple(&[key, cx.int(event)?])?;
        let before = registered.get(cx, pair)?;
        if func.is_none() {
            registered.remove(cx, pair)?;
        } else {
            registered.set(cx, pair, func)?;
        }
        Ok(before.unwrap_or(Value::NONE))
    }

    /// The events that a tool gets of all code.
    #[pyfunction]
    fn get_events(cx: &Context, tool_id: i64) -> PyResult<i64> {
        tool_in_use(cx, tool_id)?;
        Ok(0)
    }

    /// Choose the events that a tool gets of all code.
    #[pyfunction]
    fn set_events(cx: &Context, tool_id: i64, event_set: i64) -> PyResult<()> {
        tool_in_use(cx, tool_id)?;
        no_events(cx, "sys.monitoring.set_events()", event_set)
    }

    fn check_code(cx: &Context, code: Value) -> PyResult<()> {
        if code.is_kind(Kind::Code) {
            return Ok(());
        }
        Err(cx.type_error(format_args!("code must be a code object")))
    }

    /// The events that a tool gets of one code object.
    #[pyfunction]
    fn get_local_events(cx: &Context, tool_id: i64, code: Value) -> PyResult<i64> {
        check_code(cx, code)?;
        tool_in_use(cx, tool_id)?;
        Ok(0)
    }

    /// Choose the events that a tool gets of one code object.
    #[pyfunction]
    fn set_local_events(cx: &Context, tool_id: i64, code: Value, event_set: i64) -> PyResult<()> {
        check_code(cx, code)?;
        tool_in_use(cx, tool_id)?;
        no_events(cx, "sys.monitoring.set_local_events()", event_set)
    }

    /// Turn on again what callbacks turned off; nothing is on.
    #[pyfunction]
    fn restart_events() {}

    /// The events that any tool gets, by name.
    #[pyfunction]
    fn _all_events(cx: &Context) -> PyResult<Value> {
        Ok(cx.new_dict()?.as_value())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        cx.set_root(Root::MonitoringTools, Some(cx.new_dict()?.as_value()));
        let events = cx.call(cx.class(Kind::SimpleNamespace), &[])?;
        for (name, bit) in EVENTS {
            cx.set_attribute(events, cx.intern_str(name)?, Some(Value::int_from_u32(bit)))?;
        }
        set(cx, namespace, "events", events)?;
        for (name, tool) in TOOL_NAMES {
            set(cx, namespace, name, Value::int_from_u32(tool))?;
        }
        for name in ["DISABLE", "MISSING"] {
            set(cx, namespace, name, cx.call(cx.class(Kind::Object), &[])?)?;
        }
        Ok(())
    }
}

pub use table::MODULE;
