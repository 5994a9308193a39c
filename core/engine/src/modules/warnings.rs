//! `_warnings`: issuing warnings, and the filters that decide about them.
//!
//! Invariant: the module `warnings` rules once it is imported: its filters (which may depend on the context), its `onceregistry`,
//! `defaultaction` and `_showwarnmsg` are looked up there each time; before that, the defaults kept here rule and the text goes to `sys.stderr`.
//! A registry is valid for one version of the filters. The lock is held while registries are read and written, not while a warning is shown.
//! Source: Python/_warnings.c.

use alloc::format;
use alloc::string::String;

use threadsnake_heap::arch::Ordering;
use threadsnake_macros::pymodule;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::names::Name;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::frame_object::{self, FrameObject};
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Places in the list that the root `WarningsFilters` holds.
mod place {
    pub const FILTERS: usize = 0;
    pub const ONCE_REGISTRY: usize = 1;
    pub const DEFAULT_ACTION: usize = 2;
    pub const CONTEXT_VARIABLE: usize = 3;
}

/// The engine's own state of warnings, made at first use.
fn state(cx: &Context) -> PyResult<List> {
    if let Some(state) = cx.root(Root::WarningsFilters).and_then(List::from_value) {
        return Ok(state);
    }
    let mut filters = cx.scratch();
    let rows = [
        ("default", ExceptionClass::DeprecationWarning, Some("__main__")),
        ("ignore", ExceptionClass::DeprecationWarning, None),
        ("ignore", ExceptionClass::PendingDeprecationWarning, None),
        ("ignore", ExceptionClass::ImportWarning, None),
        ("ignore", ExceptionClass::ResourceWarning, None),
    ];
    for (action, category, module) in rows {
        let action = cx.intern_str(action)?.as_value();
        let module = match module {
            Some(module) => cx.intern_str(module)?.as_value(),
            None => Value::NONE,
        };
        let category = cx.exception_class(category);
        filters.push(cx.tuple(&[action, Value::NONE, category, module, Value::int_from_length(0)])?);
    }
    let filters = cx.list(filters.as_slice())?;
    let once = cx.new_dict()?.as_value();
    let action = cx.intern_str("default")?.as_value();
    let variable = crate::types::context_variables::new_variable(cx, cx.str("warnings_context")?, None)?;
    let state = cx.list_from(&[filters, once, action, variable])?;
    cx.set_root(Root::WarningsFilters, Some(state.as_value()));
    Ok(state)
}

fn own(cx: &Context, place: usize) -> PyResult<Value> {
    Ok(state(cx)?.get(place).unwrap_or(Value::NONE))
}

/// The module `warnings`, if it was imported.
fn warnings_module(cx: &Context) -> PyResult<Option<Value>> {
    match cx.root(Root::Modules).and_then(Dict::from_value) {
        Some(modules) => modules.get_str(cx, cx.intern_str("warnings")?),
        None => Ok(None),
    }
}

fn module_attribute(cx: &Context, name: &str) -> PyResult<Option<Value>> {
    match warnings_module(cx)? {
        Some(module) => cx.find_attribute_or_none(module, cx.intern_str(name)?),
        None => Ok(None),
    }
}

fn current_filters(cx: &Context) -> PyResult<Value> {
    // While the module is being imported it has no such function yet.
    if let Some(function) = module_attribute(cx, "_get_filters")?
        && module_attribute(cx, "_showwarnmsg")?.is_some()
    {
        return cx.call(function, &[]);
    }
    own(cx, place::FILTERS)
}

fn filters_version(cx: &Context) -> i64 {
    // Acquire pairs with the Release in `_filters_mutated_lock_held`: who sees the version sees the filters.
    i64::from(cx.engine().warnings_version.load(Ordering::Acquire))
}

/// Whether a filter's pattern for message or module matches: None always, a string if equal, else by its `match` method.
fn pattern_matches(cx: &Context, pattern: Value, text: Value) -> PyResult<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if Str::from_value(pattern).is_some_and(Str::is_exact) {
        return cx.equal(pattern, text);
    }
    let found = cx.call_method(pattern, cx.intern_str("match")?, &[text])?;
    cx.is_true(found)
}

/// What the filters say: the action.
fn action_for(cx: &Context, category: Value, text: Value, module: Value, line: i64) -> PyResult<Value> {
    let filters = current_filters(cx)?;
    let Some(filters) = List::from_value(filters) else {
        return Err(cx.value_error(format_args!("_warnings.filters must be a list")));
    };
    let entries = filters.snapshot(cx);
    for (index, &entry) in entries.as_slice().iter().enumerate() {
        let parts = Tuple::from_value(entry);
        let Some(&[action, message, class, pattern, wanted]) = parts.as_ref().map(Tuple::as_slice) else {
            return Err(cx.value_error(format_args!("_warnings.filters item {index} isn't a 5-tuple")));
        };
        if Str::from_value(action).is_none() {
            return Err(
                cx.type_error(format_args!("action must be a string, not '{}'", cx.type_name(action)))
            );
        }
        let wanted = cx.index_i64(wanted)?;
        if pattern_matches(cx, message, text)?
            && cx.is_subclass(category, class)?
            && pattern_matches(cx, pattern, module)?
            && (wanted == 0 || wanted == line)
        {
            return Ok(action);
        }
    }
    match module_attribute(cx, "defaultaction")? {
        Some(action) => Ok(action),
        None => own(cx, place::DEFAULT_ACTION),
    }
}

/// Whether a registry has the key; notes it if `add`. A registry of other filters is emptied first.
fn already_warned(cx: &Context, registry: Dict, key: Value, add: bool) -> PyResult<bool> {
    let version_key = cx.intern_str("version")?;
    let version = registry.get_str(cx, version_key)?.and_then(Value::as_small_int);
    if version != Some(filters_version(cx)) {
        registry.clear(cx);
        registry.set_str(cx, version_key, Value::small_int_unchecked(filters_version(cx)))?;
    } else if let Some(known) = registry.get(cx, key)?
        && cx.is_true(known)?
    {
        return Ok(true);
    }
    if add {
        registry.set(cx, key, Value::TRUE)?;
    }
    Ok(false)
}

/// A warning on its way.
struct Warning {
    category: Value,
    message: Value,
    text: Value,
    file_name: Value,
    line: i64,
    module: Value,
    registry: Option<Dict>,
    source_line: Option<Value>,
    source: Option<Value>,
}

impl Warning {
    /// Message and category as they belong together, and the module by the file's name if it is not given.
    fn new(
        cx: &Context,
        category: Value,
        message: Value,
        file_name: Value,
        line: i64,
        module: Value,
    ) -> PyResult<Warning> {
        let (category, text, message) = if cx.is_exception_of(message, ExceptionClass::Warning) {
            (cx.class_of(message).as_value(), cx.str_of(message)?.as_value(), message)
        } else {
            (category, message, cx.call(category, &[message])?)
        };
        let module = if module.is_none() { module_of_file(cx, file_name)? } else { module };
        Ok(Warning {
            category,
            message,
            text,
            file_name,
            line,
            module,
            registry: None,
            source_line: None,
            source: None,
        })
    }

    /// Whether it is to be shown.
    fn decide(&self, cx: &Context) -> PyResult<bool> {
        let line = cx.int(self.line)?;
        let key = cx.tuple(&[self.text, self.category, line])?;
        if let Some(registry) = self.registry
            && already_warned(cx, registry, key, false)?
        {
            return Ok(false);
        }
        let action = action_for(cx, self.category, self.text, self.module, self.line)?;
        let Some(name) = Str::from_value(action) else {
            return Err(
                cx.type_error(format_args!("action must be a string, not '{}'", cx.type_name(action)))
            );
        };
        let is = |text: &str| name.equals_ascii(text);
        if is("error") {
            let object = cx.exception_from(self.message)?;
            return Err(cx.raise_object(object));
        }
        if is("ignore") {
            return Ok(false);
        }
        if is("always") || is("all") {
            return Ok(true);
        }
        if let Some(registry) = self.registry {
            registry.set(cx, key, Value::TRUE)?;
        }
        if is("once") {
            let once = match module_attribute(cx, "onceregistry")? {
                Some(once) => once,
                None => own(cx, place::ONCE_REGISTRY)?,
            };
            let once = Dict::expect(cx, once)?;
            let key = cx.tuple(&[self.text, self.category])?;
            return Ok(!already_warned(cx, once, key, true)?);
        }
        if is("module") {
            let Some(registry) = self.registry else { return Ok(true) };
            let key = cx.tuple(&[self.text, self.category, Value::int_from_length(0)])?;
            return Ok(!already_warned(cx, registry, key, true)?);
        }
        if is("default") {
            return Ok(true);
        }
        Err(cx.raise(
            ExceptionClass::RuntimeError,
            format_args!("Unrecognized action ({}) in warnings.filters", cx.repr_lossy(action)),
        ))
    }

    fn issue(&self, cx: &Context) -> PyResult<()> {
        let wanted = {
            let _guard = WarningsGuard::new(cx);
            self.decide(cx)?
        };
        if wanted { self.show(cx) } else { Ok(()) }
    }

    fn show(&self, cx: &Context) -> PyResult<()> {
        let line = cx.int(self.line)?;
        let show = module_attribute(cx, "_showwarnmsg")?;
        let class = module_attribute(cx, "WarningMessage")?;
        if let (Some(show), Some(class)) = (show, class) {
            let source = self.source.unwrap_or(Value::NONE);
            let arguments =
                [self.message, self.category, self.file_name, line, Value::NONE, Value::NONE, source];
            let message = cx.call(class, &arguments)?;
            cx.call(show, &[message])?;
            return Ok(());
        }
        let category = match Class::from_value(self.category) {
            Some(class) => class.name(cx).to_utf8_lossy(),
            None => cx.repr_lossy(self.category),
        };
        let file_name = cx.str_of(self.file_name)?.to_utf8_lossy();
        let text = cx.str_of(self.text)?.to_utf8_lossy();
        let mut output = format!("{file_name}:{}: {category}: {text}\n", self.line);
        let source_line = match self.source_line.and_then(Str::from_value) {
            Some(line) => Some(line.to_utf8_lossy()),
            None => u32::try_from(self.line).ok().and_then(|line| cx.source_line(&file_name, line)),
        };
        if let Some(source_line) = source_line {
            output.push_str("  ");
            output.push_str(source_line.trim());
            output.push('\n');
        }
        match cx.sys_attribute("stderr")? {
            Some(stderr) if !stderr.is_none() => {
                let output = cx.str(&output)?;
                cx.call_method_name(stderr, Name::write, &[output]).map(|_| ())
            }
            // Without a standard error there is nobody to warn.
            _ => Ok(()),
        }
    }
}

/// Holds the lock of warnings until dropped.
struct WarningsGuard<'a> {
    cx: &'a Context,
}

impl<'a> WarningsGuard<'a> {
    fn new(cx: &'a Context) -> WarningsGuard<'a> {
        cx.engine().warnings_lock.lock(cx);
        WarningsGuard { cx }
    }
}

impl Drop for WarningsGuard<'_> {
    fn drop(&mut self) {
        self.cx.engine().warnings_lock.unlock(self.cx);
    }
}

/// The module's name when only its file is known.
fn module_of_file(cx: &Context, file_name: Value) -> PyResult<Value> {
    let text = cx.str_of(file_name)?.to_utf8_lossy();
    if text.is_empty() {
        return cx.str("<unknown>");
    }
    cx.str(text.strip_suffix(".py").unwrap_or(&text))
}

/// The class of a warning, checked.
fn category_of(cx: &Context, message: Value, category: Option<Value>) -> PyResult<Value> {
    if cx.is_exception_of(message, ExceptionClass::Warning) {
        return Ok(cx.class_of(message).as_value());
    }
    let Some(category) = category.filter(|category| !category.is_none()) else {
        return Ok(cx.exception_class(ExceptionClass::UserWarning));
    };
    let base = Class::from_value(cx.exception_class(ExceptionClass::Warning));
    match (Class::from_value(category), base) {
        (Some(class), Some(base)) if class.is_subclass_of(base) => Ok(category),
        (Some(class), _) => Err(cx
            .type_error(format_args!("category must be a Warning subclass, not class '{}'", class.name(cx)))),
        (None, _) => Err(cx.type_error(format_args!(
            "category must be a Warning subclass, not '{}'",
            cx.type_name(category)
        ))),
    }
}

fn file_of(cx: &Context, frame: FrameObject) -> String {
    frame.code().map_or_else(String::new, |code| code.file_name(cx).to_utf8_lossy())
}

fn is_internal(file_name: &str) -> bool {
    file_name.contains("importlib") && file_name.contains("_bootstrap")
}

fn back(cx: &Context, frame: FrameObject) -> PyResult<Option<FrameObject>> {
    Ok(frame.caller(cx)?.and_then(FrameObject::from_value))
}

/// The frame that a warning is about.
fn frame_for(cx: &Context, level: i64, prefixes: &[String]) -> PyResult<Option<FrameObject>> {
    let is_skipped =
        |name: &str| is_internal(name) || prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
    let mut level = level;
    let mut frame = frame_object::current(cx)?.and_then(FrameObject::from_value);
    let plain = level <= 0 || frame.is_some_and(|frame| is_internal(&file_of(cx, frame)));
    if !prefixes.is_empty() {
        level = level.max(2);
    }
    while let (true, Some(current)) = (level > 1, frame) {
        level -= 1;
        frame = back(cx, current)?;
        while let (false, Some(candidate)) = (plain, frame) {
            if !is_skipped(&file_of(cx, candidate)) {
                break;
            }
            frame = back(cx, candidate)?;
        }
    }
    Ok(frame)
}

fn warn_at_level(
    cx: &Context,
    message: Value,
    category: Value,
    level: i64,
    source: Option<Value>,
    prefixes: &[String],
) -> PyResult<()> {
    let frame = frame_for(cx, level, prefixes)?;
    let (globals, file_name, line) = match frame {
        Some(frame) => {
            let file_name = frame.code().map_or(cx.empty_str(), |code| code.file_name(cx));
            (frame.globals(), file_name.as_value(), i64::from(frame.line(cx)))
        }
        None => {
            let sys = cx.root(Root::SysModule).map(|sys| cx.module_dict(sys)).transpose()?;
            (sys, cx.str("<sys>")?, 0)
        }
    };
    let mut registry = None;
    let mut module = cx.str("<string>")?;
    if let Some(globals) = globals {
        let name = cx.intern_str("__warningregistry__")?;
        let fresh = match globals.get_str(cx, name)? {
            Some(known) => known,
            None => globals.set_default(cx, name.as_value(), cx.new_dict()?.as_value())?,
        };
        registry = Dict::from_value(fresh);
        if let Some(name) =
            globals.get_str(cx, cx.name(Name::__name__))?.filter(|name| Str::from_value(*name).is_some())
        {
            module = name;
        }
    }
    let mut warning = Warning::new(cx, category, message, file_name, line, module)?;
    warning.registry = registry;
    warning.source = source;
    warning.issue(cx)
}

impl Context {
    /// Issues a warning at the line of the innermost Python frame.
    ///
    /// # Errors
    /// The warning itself where a filter makes it an error, and what the hooks of `warnings` raise.
    #[cold]
    pub fn warn(&self, category: ExceptionClass, text: core::fmt::Arguments<'_>) -> PyResult<()> {
        self.warn_class(self.exception_class(category), text)
    }

    /// As [`Context::warn`], for any class of warnings.
    ///
    /// # Errors
    /// As for [`Context::warn`].
    #[cold]
    pub fn warn_class(&self, category: Value, text: core::fmt::Arguments<'_>) -> PyResult<()> {
        self.warn_above(category, 1, None, text)
    }

    /// Issues a warning about a line of a file.
    ///
    /// # Errors
    /// As for [`Context::warn`].
    #[cold]
    pub fn warn_explicit(
        &self,
        category: ExceptionClass,
        text: &str,
        file_name: &str,
        line: u32,
    ) -> PyResult<()> {
        let message = self.str(text)?;
        let file_name = self.str(file_name)?;
        let category = self.exception_class(category);
        Warning::new(self, category, message, file_name, i64::from(line), Value::NONE)?.issue(self)
    }

    /// As [`Context::warn_class`], `level - 1` Python frames further out, about an object.
    ///
    /// # Errors
    /// As for [`Context::warn`].
    #[cold]
    pub fn warn_above(
        &self,
        category: Value,
        level: i64,
        source: Option<Value>,
        text: core::fmt::Arguments<'_>,
    ) -> PyResult<()> {
        let message = self.str_format(text)?;
        warn_at_level(self, message, category, level, source, &[])
    }
}

/// _warnings provides basic warning filtering support.
/// It is a helper module to speed up interpreter start-up.
#[pymodule(name = "_warnings")]
pub mod module {
    use super::*;

    /// Issue a warning, or maybe ignore it or raise an exception.
    #[pyfunction(signature = "(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
    fn warn(
        cx: &Context,
        message: Value,
        category: Option<Value>,
        stacklevel: i64,
        source: Option<Value>,
        skip_file_prefixes: Option<Value>,
    ) -> PyResult<()> {
        let category = category_of(cx, message, category)?;
        let mut prefixes = alloc::vec::Vec::new();
        if let Some(given) = skip_file_prefixes {
            for prefix in Tuple::expect(cx, given)?.iter() {
                let Some(prefix) = Str::from_value(prefix) else {
                    return Err(cx.type_error(format_args!(
                        "Found non-str '{}' in skip_file_prefixes.",
                        cx.type_name(prefix)
                    )));
                };
                prefixes.push(prefix.to_utf8_lossy());
            }
        }
        let source = source.filter(|source| !source.is_none());
        warn_at_level(cx, message, category, stacklevel, source, &prefixes)
    }

    /// Issue a warning, or maybe ignore it or raise an exception.
    #[pyfunction(
        signature = "(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)"
    )]
    fn warn_explicit(
        cx: &Context,
        message: Value,
        category: Value,
        filename: Value,
        lineno: i64,
        module: Option<Value>,
        registry: Option<Value>,
        module_globals: Option<Value>,
        source: Option<Value>,
    ) -> PyResult<()> {
        let registry = match registry.filter(|registry| !registry.is_none()) {
            Some(registry) => Some(match Dict::from_value(registry) {
                Some(registry) => registry,
                None => return Err(cx.type_error(format_args!("'registry' must be a dict or None"))),
            }),
            None => None,
        };
        if let Some(globals) = module_globals.filter(|globals| !globals.is_none())
            && Dict::from_value(globals).is_none()
        {
            return Err(
                cx.type_error(format_args!("module_globals must be a dict, not '{}'", cx.type_name(globals)))
            );
        }
        let mut warning =
            Warning::new(cx, category, message, filename, lineno, module.unwrap_or(Value::NONE))?;
        warning.registry = registry;
        warning.source = source.filter(|source| !source.is_none());
        warning.issue(cx)
    }

    #[pyfunction]
    fn _filters_mutated_lock_held(cx: &Context) -> PyResult<()> {
        if !cx.engine().warnings_lock.is_held_by(cx) {
            return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("warnings mutex is not held")));
        }
        cx.engine().warnings_version.fetch_add(1, Ordering::Release);
        Ok(())
    }

    #[pyfunction]
    fn _acquire_lock(cx: &Context) {
        cx.engine().warnings_lock.lock(cx);
    }

    #[pyfunction]
    fn _release_lock(cx: &Context) -> PyResult<()> {
        if !cx.engine().warnings_lock.unlock(cx) {
            return Err(
                cx.raise(ExceptionClass::RuntimeError, format_args!("cannot release un-acquired lock"))
            );
        }
        Ok(())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        for (name, place) in [
            ("filters", place::FILTERS),
            ("_onceregistry", place::ONCE_REGISTRY),
            ("_defaultaction", place::DEFAULT_ACTION),
            ("_warnings_context", place::CONTEXT_VARIABLE),
        ] {
            namespace.set_str(cx, cx.intern_str(name)?, own(cx, place)?)?;
        }
        Ok(())
    }
}
