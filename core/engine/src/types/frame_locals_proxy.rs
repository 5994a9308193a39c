//! `FrameLocalsProxy`: `f_locals` of a function's frame, a mapping that reads and writes its variables.
//!
//! Invariant: slot 0 is the frame; nothing is kept here. What is set under a name that is no variable goes to the frame's extra
//! locals, as does every key that is not a string. Source: PEP 667; Objects/frameobject.c.

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::native::{Arguments, NativeType};
use crate::object_access::ObjectAccess;
use crate::types::class::allocate_of_class;
use crate::types::dict::Dict;
use crate::types::frame_object::FrameObject;
use crate::types::frame_variables::Variable;
use crate::types::str_object::Str;
use crate::value::Value;

const FRAME: usize = 0;

/// The variables of a function's frame.
#[pyclass(
    id = FrameLocalsProxy,
    name = "FrameLocalsProxy",
    slots = 1,
    flags(MAPPING, NO_WEAK_REFERENCES),
    doc = ""
)]
pub struct FrameLocalsProxy(ObjectRef);

/// What a key names.
enum Place {
    Variable(Variable),
    Extra,
}

impl FrameLocalsProxy {
    fn frame(self, cx: &Context) -> PyResult<FrameObject> {
        match self.0.value(FRAME).and_then(FrameObject::from_value) {
            Some(frame) => Ok(frame),
            None => Err(cx.type_error_expected("FrameLocalsProxy of a frame", self.as_value())),
        }
    }

    fn place(self, cx: &Context, key: Value) -> PyResult<Place> {
        // What cannot be hashed is no key, whether there are extra locals or not.
        let hash = cx.hash(key)?;
        let frame = self.frame(cx)?;
        if let Some(name) =
            Str::from_value(key).filter(|_| cx.class(Kind::Str) == cx.class_of(key).as_value())
        {
            return Ok(frame.variable_named(cx, name)?.map_or(Place::Extra, Place::Variable));
        }
        // Another key is a variable's name if a dict would say so.
        let mut names = cx.scratch();
        frame.each_variable(cx, |name, _| {
            names.push(name.as_value());
            Ok(())
        })?;
        for &name in names.as_slice() {
            if cx.hash(name)? == hash
                && cx.equal(name, key)?
                && let Some(name) = Str::from_value(name)
                && let Some(variable) = frame.variable_named(cx, name)?
            {
                return Ok(Place::Variable(variable));
            }
        }
        Ok(Place::Extra)
    }

    fn lookup(self, cx: &Context, key: Value) -> PyResult<Option<Value>> {
        let frame = self.frame(cx)?;
        match (self.place(cx, key)?, frame.extra_locals()) {
            (Place::Variable(variable), _) => frame.read_variable(cx, variable),
            (Place::Extra, Some(extra)) => extra.get(cx, key),
            (Place::Extra, None) => Ok(None),
        }
    }

    fn set(self, cx: &Context, key: Value, value: Value) -> PyResult<()> {
        let frame = self.frame(cx)?;
        match self.place(cx, key)? {
            Place::Variable(variable) => frame.write_variable(cx, variable, value),
            Place::Extra => frame.extra_locals_or_new(cx)?.set(cx, key, value),
        }
    }

    /// Takes a key out of the extra locals.
    fn take(self, cx: &Context, key: Value) -> PyResult<Option<Value>> {
        match (self.place(cx, key)?, self.frame(cx)?.extra_locals()) {
            (Place::Variable(_), _) => {
                Err(cx.value_error(format_args!("cannot remove local variables from FrameLocalsProxy")))
            }
            (Place::Extra, Some(extra)) => extra.remove(cx, key),
            (Place::Extra, None) => Ok(None),
        }
    }

    fn as_dict(self, cx: &Context) -> PyResult<Dict> {
        self.frame(cx)?.copy_of_locals(cx)
    }

    fn list_of_keys(self, cx: &Context) -> PyResult<Value> {
        Ok(cx.list_from(self.as_dict(cx)?.snapshot_keys(cx).as_slice())?.as_value())
    }

    fn update_from(self, cx: &Context, other: Dict) -> PyResult<()> {
        for pair in other.snapshot(cx).as_slice().chunks_exact(2) {
            if let &[key, value] = pair {
                self.set(cx, key, value)?;
            }
        }
        Ok(())
    }
}

/// The dict that an operand of `|` or `update` is or stands for.
fn dict_of_operand(cx: &Context, value: Value) -> PyResult<Option<Dict>> {
    match FrameLocalsProxy::from_value(value) {
        Some(proxy) => Ok(Some(proxy.as_dict(cx)?)),
        None => Ok(Dict::from_value(value)),
    }
}

fn united(cx: &Context, left: Value, right: Value) -> PyResult {
    let (Some(left), Some(right)) = (dict_of_operand(cx, left)?, dict_of_operand(cx, right)?) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let result = left.copy(cx)?;
    result.update_from(cx, right)?;
    Ok(result.as_value())
}

fn equal(cx: &Context, this: FrameLocalsProxy, other: Value) -> PyResult<Option<bool>> {
    if let Some(other) = FrameLocalsProxy::from_value(other) {
        return Ok(Some(this.frame(cx)? == other.frame(cx)?));
    }
    match Dict::from_value(other) {
        Some(_) => Ok(Some(cx.equal(this.as_dict(cx)?.as_value(), other)?)),
        None => Ok(None),
    }
}

fn not_defined(cx: &Context, key: Value) -> Raised {
    match cx.repr(key) {
        Ok(text) => {
            cx.raise(ExceptionClass::KeyError, format_args!("local variable '{text}' is not defined"))
        }
        Err(raised) => raised,
    }
}

#[pymethods]
impl FrameLocalsProxy {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = class;
        let &[frame] = arguments.positional() else {
            return Err(cx.type_error(format_args!(
                "FrameLocalsProxy expected 1 argument, got {}",
                arguments.positional().len()
            )));
        };
        let Some(frame) = FrameObject::from_value(frame) else {
            return Err(cx.type_error(format_args!("expect frame, not {}", cx.type_name(frame))));
        };
        if arguments.keyword_count() > 0 {
            return Err(cx.type_error(format_args!("FrameLocalsProxy takes no keyword arguments")));
        }
        cx.frame_locals_proxy(frame)
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        let Some(_guard) = cx.enter_repr(this.as_value())? else { return cx.str("{...}") };
        Ok(cx.repr(this.as_dict(cx)?.as_value())?.as_value())
    }

    /// Return len(self).
    #[pymethod]
    fn __len__(cx: &Context, this: FrameLocalsProxy) -> PyResult<usize> {
        Ok(this.as_dict(cx)?.len())
    }

    /// Return self[key].
    #[pymethod]
    fn __getitem__(cx: &Context, this: FrameLocalsProxy, key: Value) -> PyResult {
        match this.lookup(cx, key)? {
            Some(value) => Ok(value),
            None => Err(not_defined(cx, key)),
        }
    }

    /// Set self[key] to value.
    #[pymethod]
    fn __setitem__(cx: &Context, this: FrameLocalsProxy, key: Value, value: Value) -> PyResult<()> {
        this.set(cx, key, value)
    }

    /// Delete self[key].
    #[pymethod]
    fn __delitem__(cx: &Context, this: FrameLocalsProxy, key: Value) -> PyResult<()> {
        match this.take(cx, key)? {
            Some(_) => Ok(()),
            None => Err(cx.key_error(key)),
        }
    }

    /// Return bool(key in self).
    #[pymethod]
    fn __contains__(cx: &Context, this: FrameLocalsProxy, key: Value) -> PyResult<bool> {
        Ok(this.lookup(cx, key)?.is_some())
    }

    /// Implement iter(self).
    #[pymethod]
    fn __iter__(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        cx.iterator_object(this.list_of_keys(cx)?)
    }

    #[pymethod(doc = "")]
    fn __reversed__(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        cx.call_method_name(this.list_of_keys(cx)?, crate::names::Name::__reversed__, &[])
    }

    /// Return self==value.
    #[pymethod]
    fn __eq__(cx: &Context, this: FrameLocalsProxy, value: Value) -> PyResult {
        Ok(equal(cx, this, value)?.map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
    }

    /// Return self!=value.
    #[pymethod]
    fn __ne__(cx: &Context, this: FrameLocalsProxy, value: Value) -> PyResult {
        Ok(equal(cx, this, value)?.map_or(Value::NOT_IMPLEMENTED, |equal| Value::from_bool(!equal)))
    }

    /// Return self|value.
    #[pymethod]
    fn __or__(cx: &Context, this: FrameLocalsProxy, value: Value) -> PyResult {
        united(cx, this.as_value(), value)
    }

    /// Return value|self.
    #[pymethod]
    fn __ror__(cx: &Context, this: FrameLocalsProxy, value: Value) -> PyResult {
        united(cx, value, this.as_value())
    }

    /// Return self|=value.
    #[pymethod]
    fn __ior__(cx: &Context, this: FrameLocalsProxy, value: Value) -> PyResult {
        let Some(other) = dict_of_operand(cx, value)? else { return Ok(Value::NOT_IMPLEMENTED) };
        this.update_from(cx, other)?;
        Ok(this.as_value())
    }

    #[pymethod(doc = "")]
    fn update(cx: &Context, this: FrameLocalsProxy, other: Value) -> PyResult<()> {
        match dict_of_operand(cx, other)? {
            Some(other) => this.update_from(cx, other),
            None => {
                Err(cx.type_error(format_args!("update() argument must be dict or another FrameLocalsProxy")))
            }
        }
    }

    #[pymethod(doc = "")]
    fn copy(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        Ok(this.as_dict(cx)?.as_value())
    }

    #[pymethod(doc = "")]
    fn keys(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        this.list_of_keys(cx)
    }

    #[pymethod(doc = "")]
    fn values(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        Ok(cx.list_from(this.as_dict(cx)?.snapshot_values(cx).as_slice())?.as_value())
    }

    #[pymethod(doc = "")]
    fn items(cx: &Context, this: FrameLocalsProxy) -> PyResult {
        let pairs = this.as_dict(cx)?.snapshot(cx);
        let list = cx.new_list(pairs.as_slice().len() / 2)?;
        for pair in pairs.as_slice().chunks_exact(2) {
            list.push(cx, cx.tuple(pair)?)?;
        }
        Ok(list.as_value())
    }

    #[pymethod(signature = "($self, key, default=None, /)", doc = "")]
    fn get(cx: &Context, this: FrameLocalsProxy, key: Value, default: Option<Value>) -> PyResult {
        Ok(this.lookup(cx, key)?.or(default).unwrap_or(Value::NONE))
    }

    #[pymethod(signature = "($self, key, default=<unrepresentable>, /)", doc = "")]
    fn pop(cx: &Context, this: FrameLocalsProxy, key: Value, default: Option<Value>) -> PyResult {
        match this.take(cx, key)?.or(default) {
            Some(value) => Ok(value),
            None => Err(cx.key_error(key)),
        }
    }

    #[pymethod(signature = "($self, key, default=None, /)", doc = "")]
    fn setdefault(cx: &Context, this: FrameLocalsProxy, key: Value, default: Option<Value>) -> PyResult {
        if let Some(value) = this.lookup(cx, key)? {
            return Ok(value);
        }
        let default = default.unwrap_or(Value::NONE);
        this.set(cx, key, default)?;
        Ok(default)
    }
}

impl Context {
    /// `f_locals` of a function's frame.
    ///
    /// # Errors
    /// MemoryError.
    pub fn frame_locals_proxy(&self, frame: FrameObject) -> PyResult {
        let class = self.build_on_demand(<FrameLocalsProxy as NativeType>::CLASS)?;
        let object = allocate_of_class(self, class)?;
        self.store(object, FRAME, frame.as_value());
        Ok(Value::from(object))
    }
}
