//! Calls: from native code into anything callable, and the binding of arguments to a Python function's parameters.
//!
//! Invariant: argument slices lie where the collector sees them: in registers, in a scratch vector, or in an array on the native stack.
//! A frame's registers are written before the frame is pushed, while the values they come from are still held by the caller.
//! Source: Python/ceval.c (`initialize_locals`) for binding and the texts of its errors.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_bytecode::code_flags;

use crate::attribute::MethodPair;
use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::interpreter::frame::frame_flags;
use crate::interpreter::{self, Exit};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, Binding};
use crate::object_access::ObjectAccess;
use crate::types::class::Class;
use crate::types::code::{CodeData, CodeObject};
use crate::types::dict::Dict;
use crate::types::function::{BoundMethod, Function};
use crate::types::native_function;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Calls with up to this many arguments besides the receiver need no scratch vector.
const SHORT_CALL: usize = 7;

/// Passes on values that lie in an array on the native stack.
#[inline(always)]
fn in_array<const COUNT: usize, R>(
    mut array: [Value; COUNT],
    keyword_names: Option<Tuple>,
    function: impl FnOnce(Arguments<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let result = function(Arguments { values: &array, keyword_names });
    // What stays on the stack would keep the receiver alive for who looks there: the collector, while it is not overwritten.
    array.fill(Value::NONE);
    core::hint::black_box(&mut array);
    result
}

impl Context {
    /// Calls anything with positional arguments.
    ///
    /// # Errors
    /// What the call raises.
    #[inline]
    pub fn call(&self, callable: Value, arguments: &[Value]) -> PyResult<Value> {
        self.call_with(callable, Arguments::positional_only(arguments))
    }

    /// Calls anything.
    ///
    /// # Errors
    /// What the call raises.
    pub fn call_with(&self, callable: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        if let Some(object) = callable.as_object() {
            match Kind::of(object) {
                Kind::Function => return self.call_function(callable, arguments),
                Kind::NativeFunction => {
                    let definition = native_function::definition(object);
                    return match (definition.binding, object.value(native_function::RECEIVER)) {
                        (Binding::Method | Binding::Class, Some(receiver)) => {
                            self.with_receiver(receiver, arguments, |arguments| {
                                self.call_native(definition.call, arguments)
                            })
                        }
                        (Binding::New, Some(owner)) => {
                            crate::types::type_new::check_new_arguments(self, owner, &arguments)?;
                            self.call_native(definition.call, arguments)
                        }
                        _ => self.call_native(definition.call, arguments),
                    };
                }
                Kind::MethodDescriptor | Kind::WrapperDescriptor => {
                    native_function::check_receiver(self, object, &arguments)?;
                    return self.call_native(native_function::definition(object).call, arguments);
                }
                Kind::BoundMethod => {
                    if let Some(method) = BoundMethod::from_value(callable) {
                        return self.with_receiver(method.receiver(), arguments, |arguments| {
                            self.call_with(method.function(), arguments)
                        });
                    }
                }
                Kind::Type => {
                    if let Some(class) = Class::from_value(callable) {
                        return self.call_class(class, arguments);
                    }
                }
                _ => {}
            }
        }
        match self.special_method(callable, Name::__call__)? {
            Some(MethodPair { callable: method, receiver: Some(receiver) }) => {
                self.with_receiver(receiver, arguments, |arguments| {
                    self.recursive(|| self.call_with(method, arguments))
                })
            }
            Some(MethodPair { callable: method, receiver: None }) => {
                self.recursive(|| self.call_with(method, arguments))
            }
            None => Err(self.not_callable(callable)),
        }
    }

    /// What a builtin class makes of one value, where that takes no more than to look at it; absent otherwise.
    pub(crate) fn convert(&self, class: Class, value: Value) -> PyResult<Option<Value>> {
        if !class.is_native() {
            return Ok(None);
        }
        Ok(match class.native_id() {
            Kind::Str => Some(self.str_of(value)?.as_value()),
            Kind::Type => Some(self.class_of(value).as_value()),
            Kind::Bool => Some(Value::from_bool(self.is_true(value)?)),
            Kind::Int if value.is_small_int() => Some(value),
            Kind::Float if value.is_tagged_float() => Some(value),
            _ => None,
        })
    }

    /// Calls a class: through its metaclass's `__call__` if that is not `type`'s.
    fn call_class(&self, class: Class, arguments: Arguments<'_>) -> PyResult<Value> {
        let metaclass = self.class_of(class.as_value());
        if !metaclass.is_native()
            && let Some(hook) = metaclass.lookup_name(self, Name::__call__)
            && !hook.is_kind(Kind::WrapperDescriptor)
        {
            return self.with_receiver(class.as_value(), arguments, |arguments| {
                self.recursive(|| self.call_with(hook, arguments))
            });
        }
        self.check_native_stack()?;
        if let (&[value], None) = (arguments.values, arguments.keyword_names)
            && let Some(converted) = self.convert(class, value)?
        {
            return Ok(converted);
        }
        self.instantiate(class, arguments)
    }

    /// `'X' object is not callable`
    #[cold]
    pub fn not_callable(&self, callable: Value) -> Raised {
        self.type_error(format_args!("'{}' object is not callable", self.type_name(callable)))
    }

    /// Runs a native function's code, with the native stack checked.
    #[inline(always)]
    pub(crate) fn call_native(
        &self,
        call: crate::native::NativeCall,
        arguments: Arguments<'_>,
    ) -> PyResult<Value> {
        self.check_native_stack()?;
        call(self, arguments)
    }

    /// Puts a value before the positional arguments.
    pub fn with_receiver<R>(
        &self,
        receiver: Value,
        arguments: Arguments<'_>,
        function: impl FnOnce(Arguments<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let names = arguments.keyword_names;
        match *arguments.values {
            [] => return in_array([receiver], names, function),
            [first] => return in_array([receiver, first], names, function),
            [first, second] => return in_array([receiver, first, second], names, function),
            _ => {}
        }
        if arguments.values.len() <= SHORT_CALL {
            let mut array = [Value::NONE; SHORT_CALL + 1];
            let given = core::iter::once(receiver).chain(arguments.values.iter().copied());
            for (place, value) in array.iter_mut().zip(given) {
                *place = value;
            }
            let values = array.get(..arguments.values.len() + 1).unwrap_or(&[]);
            let result = function(Arguments { values, keyword_names: names });
            // As in `in_array`.
            for place in array.iter_mut().take(arguments.values.len() + 1) {
                *place = Value::NONE;
            }
            core::hint::black_box(&mut array);
            return result;
        }
        let mut values = self.scratch();
        values.push(receiver);
        values.extend_from_slice(arguments.values);
        function(Arguments { values: values.as_slice(), keyword_names: names })
    }

    /// Calls a method pair with positional arguments.
    ///
    /// # Errors
    /// What the call raises.
    #[inline]
    pub fn call_pair(&self, pair: MethodPair, arguments: &[Value]) -> PyResult<Value> {
        match pair.receiver {
            None => self.call(pair.callable, arguments),
            Some(receiver) => {
                self.with_receiver(receiver, Arguments::positional_only(arguments), |arguments| {
                    self.call_with(pair.callable, arguments)
                })
            }
        }
    }

    /// `value.name(*arguments)`. The name must be interned.
    ///
    /// # Errors
    /// AttributeError, and what the call raises.
    pub fn call_method(&self, value: Value, name: Str, arguments: &[Value]) -> PyResult<Value> {
        let pair = self.method_pair(value, name)?;
        self.call_pair(pair, arguments)
    }

    /// `value.name(*arguments)` for one of the engine's names.
    ///
    /// # Errors
    /// As for [`Context::call_method`].
    pub fn call_method_name(&self, value: Value, name: Name, arguments: &[Value]) -> PyResult<Value> {
        self.call_method(value, self.name(name), arguments)
    }

    /// `callable(*arguments, **keywords)` with a tuple and a dict.
    ///
    /// # Errors
    /// What the call raises.
    pub fn call_spread(&self, callable: Value, arguments: Tuple, keywords: Option<Dict>) -> PyResult<Value> {
        let Some(keywords) = keywords.filter(|keywords| !keywords.is_empty()) else {
            return self.call(callable, arguments.as_slice());
        };
        let mut values = self.scratch();
        values.extend_from_slice(arguments.as_slice());
        let mut names = self.scratch();
        let items = keywords.snapshot(self);
        for pair in items.as_slice().chunks_exact(2) {
            if let &[name, value] = pair {
                if Str::from_value(name).is_none() {
                    return Err(self.type_error(format_args!("keywords must be strings")));
                }
                names.push(name);
                values.push(value);
            }
        }
        let names = self.new_tuple(names.as_slice())?;
        self.call_with(callable, Arguments { values: values.as_slice(), keyword_names: Some(names) })
    }

    /// Calls a Python function from native code: a new run of the interpreter on the native stack.
    fn call_function(&self, callable: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        self.check_native_stack()?;
        let Some(function) = Function::from_value(callable) else { return Err(self.not_callable(callable)) };
        let code = self.code_of(function)?;
        let data = code.data();
        let base = self.frames().current().top();
        self.check_registers(base, data.register_count as usize + arguments.values.len())?;
        for (index, value) in arguments.values.iter().enumerate() {
            // SAFETY: `check_registers` made sure that this many registers follow `base`; no live frame owns them.
            unsafe { base.add(index).write(value.word()) };
        }
        self.bind_arguments(function, data, base, arguments)?;
        if data.is_generator_like() {
            return crate::types::generator::from_call(
                self,
                function,
                code,
                base,
                data.cleared_count as usize,
            );
        }
        interpreter::push_function_frame(self, function, code, base, 0, frame_flags::ENTRY)?;
        match interpreter::run(self)? {
            Exit::Return(value) | Exit::Yield(value) => Ok(value),
        }
    }

    /// RecursionError if fewer than `count` registers are left from `base` on.
    pub(crate) fn check_registers(&self, base: *mut u64, count: usize) -> PyResult<()> {
        if self.frames().has_registers(base, count) { Ok(()) } else { Err(self.recursion_error()) }
    }

    /// Runs a code object as a module, class body or expression: in `namespace` (or `globals` if absent).
    ///
    /// # Errors
    /// What the code raises.
    pub fn run_code(
        &self,
        code: CodeObject,
        globals: Dict,
        namespace: Option<Value>,
        closure: Option<Tuple>,
    ) -> PyResult<Value> {
        self.check_native_stack()?;
        self.ensure_builtins(globals)?;
        let data = code.data();
        let base = self.frames().current().top();
        self.check_registers(base, data.register_count as usize)?;
        for index in 0..data.cleared_count as usize {
            // SAFETY: `check_registers` made sure that this many registers follow `base`.
            unsafe { base.add(index).write(0) };
        }
        let namespace = namespace.unwrap_or(globals.as_value());
        let function = match closure {
            Some(closure) => {
                let function = self.new_function(code, globals)?;
                self.store(function.object(), crate::types::function::slot::CLOSURE, closure.as_value());
                Some(function)
            }
            None if data.is_generator_like() => Some(self.new_function(code, globals)?),
            None => None,
        };
        if let Some(function) = function.filter(|_| data.is_generator_like()) {
            // Its body runs when the result is iterated over or awaited.
            return crate::types::generator::from_call(
                self,
                function,
                code,
                base,
                data.cleared_count as usize,
            );
        }
        interpreter::push_frame(
            self,
            function.map_or(0, |function| function.as_value().word()),
            code,
            globals,
            namespace.word(),
            base,
            0,
            frame_flags::ENTRY,
        )?;
        match interpreter::run(self)? {
            Exit::Return(value) | Exit::Yield(value) => Ok(value),
        }
    }

    /// Sets `__builtins__` in globals that lack it, as `exec` does.
    ///
    /// # Errors
    /// MemoryError.
    pub fn ensure_builtins(&self, globals: Dict) -> PyResult<()> {
        let name = self.name(Name::__builtins__);
        if globals.get_str(self, name)?.is_none()
            && let Some(builtins) = self.root(crate::engine::Root::Builtins)
        {
            globals.set_str(self, name, builtins)?;
        }
        Ok(())
    }

    /// Runs a class body with its namespace (for `__build_class__`): the result is the class cell or None.
    ///
    /// # Errors
    /// What the body raises.
    pub fn run_class_body(&self, function: Value, namespace: Value) -> PyResult<Value> {
        let Some(function) = Function::from_value(function) else {
            return Err(self.type_error(format_args!("__build_class__: func must be a function")));
        };
        let code = self.code_of(function)?;
        let Some(globals) = function.globals() else {
            return Err(self.type_error(format_args!("__build_class__: func must be a function")));
        };
        let data = code.data();
        self.check_native_stack()?;
        let base = self.frames().current().top();
        self.check_registers(base, data.register_count as usize)?;
        for index in 0..data.cleared_count as usize {
            // SAFETY: `check_registers` made sure that this many registers follow `base`.
            unsafe { base.add(index).write(0) };
        }
        interpreter::push_frame(
            self,
            function.as_value().word(),
            code,
            globals,
            namespace.word(),
            base,
            0,
            frame_flags::ENTRY,
        )?;
        match interpreter::run(self)? {
            Exit::Return(value) | Exit::Yield(value) => Ok(value),
        }
    }

    /// Puts the arguments, which lie from `base` on (positional, then keyword values), into the function's parameters, and clears the
    /// other locals.
    ///
    /// # Errors
    /// TypeError with CPython's text; MemoryError.
    #[inline(always)]
    pub(crate) fn bind_arguments(
        &self,
        function: Function,
        data: &CodeData,
        base: *mut u64,
        arguments: Arguments<'_>,
    ) -> PyResult<()> {
        if data.simple_call
            && arguments.keyword_names.is_none()
            && arguments.values.len() == data.argument_count as usize
        {
            for index in data.argument_count as usize..data.cleared_count as usize {
                // SAFETY: the caller made sure that the frame's registers fit.
                unsafe { base.add(index).write(0) };
            }
            return Ok(());
        }
        if data.simple_call
            && arguments.keyword_names.is_none()
            && arguments.values.len() < data.argument_count as usize
            && self.fill_defaults(function, data, base, arguments.values.len())
        {
            return Ok(());
        }
        let bound = self.bind_arguments_slow(function, data, base, arguments);
        if bound.is_err() {
            // No frame follows that would do it.
            self.frames().set_window_end(core::ptr::null_mut());
        }
        bound
    }

    /// Puts the defaults of the positional parameters from number `given` on into their registers and clears the other locals; false,
    /// with nothing written, if one of them has no default.
    #[inline]
    fn fill_defaults(&self, function: Function, data: &CodeData, base: *mut u64, given: usize) -> bool {
        let count = data.argument_count as usize;
        let Some(defaults) = function.defaults() else { return false };
        let defaults = defaults.as_slice();
        let missing = count - given;
        let Some(values) = defaults.len().checked_sub(missing).and_then(|first| defaults.get(first..)) else {
            return false;
        };
        for (index, value) in values.iter().enumerate() {
            // SAFETY: the caller made sure that the frame's registers fit.
            unsafe { base.add(given + index).write(value.word()) };
        }
        for index in count..data.cleared_count as usize {
            // SAFETY: as above.
            unsafe { base.add(index).write(0) };
        }
        true
    }

    #[inline(never)]
    fn bind_arguments_slow(
        &self,
        function: Function,
        data: &CodeData,
        base: *mut u64,
        arguments: Arguments<'_>,
    ) -> PyResult<()> {
        // SAFETY: one past the frame's registers, which the caller made sure fit.
        self.frames().set_window_end(unsafe { base.add(data.register_count as usize) });
        // The arguments may lie in the registers that are written below.
        let mut copy = self.scratch();
        copy.extend_from_slice(arguments.values);
        let arguments = Arguments { values: copy.as_slice(), keyword_names: arguments.keyword_names };
        let positional = arguments.positional();
        let set = |index: usize, value: Option<Value>| {
            // SAFETY: parameters are below `register_count`, and the caller made sure that the frame's registers fit.
            unsafe { base.add(index).write(Value::word_or_empty(value)) };
        };
        let get = |index: usize| {
            // SAFETY: as for `set`.
            Value::from_word(unsafe { base.add(index).read() })
        };
        for index in 0..data.cleared_count as usize {
            set(index, None);
        }
        let argument_count = data.argument_count as usize;
        let keyword_only = data.keyword_only_count as usize;
        let named = argument_count + keyword_only;
        let mut rest = named;
        for (index, &value) in positional.iter().take(argument_count).enumerate() {
            set(index, Some(value));
        }
        if data.flags & code_flags::VARIABLE_ARGUMENTS != 0 {
            let surplus = positional.get(argument_count..).unwrap_or(&[]);
            let surplus = self.tuple(surplus)?;
            set(rest, Some(surplus));
            rest += 1;
        }
        let keywords = if data.flags & code_flags::VARIABLE_KEYWORDS != 0 {
            let dict = self.new_dict()?;
            set(rest, Some(dict.as_value()));
            Some(dict)
        } else {
            None
        };
        let names = function.code().local_names(self);
        for (name, value) in arguments.keywords().iter() {
            let Some(text) = Str::from_value(name) else {
                return Err(self.type_error(format_args!("keywords must be strings")));
            };
            let range = data.positional_only_count as usize..named;
            match names.as_slice().get(range.clone()).unwrap_or(&[]).iter().position(|parameter| {
                parameter.is(name)
                    || Str::from_value(*parameter).is_some_and(|parameter| parameter.equals(text))
            }) {
                Some(offset) => {
                    let index = range.start + offset;
                    if get(index).is_some() {
                        return Err(self.type_error(format_args!(
                            "{}() got multiple values for argument '{}'",
                            function.qualified_name(self),
                            text
                        )));
                    }
                    set(index, Some(value));
                }
                None => match keywords {
                    Some(dict) => dict.set_str(self, text, value)?,
                    None => return Err(self.unexpected_keyword(function, data, names, &arguments, text)),
                },
            }
        }
        if positional.len() > argument_count && data.flags & code_flags::VARIABLE_ARGUMENTS == 0 {
            return Err(self.too_many_positional(function, data, positional.len(), &get));
        }
        if positional.len() < argument_count {
            let defaults = function.defaults();
            let default_count = defaults.map_or(0, |defaults| defaults.len());
            let required = argument_count.saturating_sub(default_count);
            let missing: Vec<usize> =
                (positional.len()..required).filter(|&index| get(index).is_none()).collect();
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, names, &missing, "positional"));
            }
            if let Some(defaults) = defaults {
                for index in positional.len().max(required)..argument_count {
                    if get(index).is_none() {
                        set(index, defaults.get(index + default_count - argument_count));
                    }
                }
            }
        }
        if keyword_only > 0 {
            let defaults = function.keyword_defaults();
            let mut missing = Vec::new();
            for index in argument_count..named {
                if get(index).is_some() {
                    continue;
                }
                let name = names.get(index).and_then(Str::from_value);
                let default = match (defaults, name) {
                    (Some(defaults), Some(name)) => defaults.get_str(self, name)?,
                    _ => None,
                };
                match default {
                    Some(default) => set(index, Some(default)),
                    None => missing.push(index),
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, names, &missing, "keyword-only"));
            }
        }
        Ok(())
    }

    #[cold]
    fn unexpected_keyword(
        &self,
        function: Function,
        data: &CodeData,
        names: Tuple,
        arguments: &Arguments<'_>,
        keyword: Str,
    ) -> Raised {
        let positional_only = names.as_slice().get(..data.positional_only_count as usize).unwrap_or(&[]);
        let mut clashes = String::new();
        for (name, _) in arguments.keywords().iter() {
            let Some(name) = Str::from_value(name) else { continue };
            if positional_only
                .iter()
                .any(|other| Str::from_value(*other).is_some_and(|other| other.equals(name)))
            {
                if !clashes.is_empty() {
                    clashes.push_str(", ");
                }
                clashes.push_str(&format!("{name}"));
            }
        }
        let function_name = function.qualified_name(self);
        if !clashes.is_empty() {
            return self.type_error(format_args!(
                "{function_name}() got some positional-only arguments passed as keyword arguments: '{clashes}'"
            ));
        }
        let named = data.argument_count as usize + data.keyword_only_count as usize;
        let candidates = names.as_slice().get(data.positional_only_count as usize..named).unwrap_or(&[]);
        match self.nearest_name(candidates, keyword) {
            Some(suggestion) => self.type_error(format_args!(
                "{function_name}() got an unexpected keyword argument '{keyword}'. Did you mean '{suggestion}'?"
            )),
            None => {
                self.type_error(format_args!("{function_name}() got an unexpected keyword argument '{keyword}'"))
            }
        }
    }

    #[cold]
    fn too_many_positional(
        &self,
        function: Function,
        data: &CodeData,
        given: usize,
        get: &dyn Fn(usize) -> Option<Value>,
    ) -> Raised {
        let argument_count = data.argument_count as usize;
        let defaults = function.defaults().map_or(0, |defaults| defaults.len());
        let takes = if defaults == 0 {
            format!("{argument_count}")
        } else {
            format!("from {} to {argument_count}", argument_count.saturating_sub(defaults))
        };
        let plural = if defaults == 0 && argument_count == 1 { "" } else { "s" };
        let named = argument_count + data.keyword_only_count as usize;
        let keyword_only_given = (argument_count..named).filter(|&index| get(index).is_some()).count();
        let (detail, verb) = if keyword_only_given > 0 {
            (
                format!(
                    " positional argument{} (and {keyword_only_given} keyword-only argument{})",
                    if given == 1 { "" } else { "s" },
                    if keyword_only_given == 1 { "" } else { "s" }
                ),
                "were",
            )
        } else {
            (String::new(), if given == 1 { "was" } else { "were" })
        };
        self.raise(
            ExceptionClass::TypeError,
            format_args!(
                "{}() takes {takes} positional argument{plural} but {given}{detail} {verb} given",
                function.qualified_name(self)
            ),
        )
    }

    #[cold]
    fn missing_arguments(&self, function: Function, names: Tuple, missing: &[usize], kind: &str) -> Raised {
        let texts: Vec<String> = missing
            .iter()
            .filter_map(|&index| names.get(index).and_then(Str::from_value))
            .map(|name| format!("'{name}'"))
            .collect();
        let list = match texts.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, second] => format!("{first} and {second}"),
            [start @ .., last] => format!("{}, and {last}", start.join(", ")),
        };
        self.type_error(format_args!(
            "{}() missing {} required {kind} argument{}: {list}",
            function.qualified_name(self),
            missing.len(),
            if missing.len() == 1 { "" } else { "s" }
        ))
    }
}
