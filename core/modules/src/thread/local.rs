//! `_thread._local`: attributes of which each thread has its own.
//!
//! A thread keeps a dict from a local's number to a pair of the local's weak cell and its attributes' dict; entries of locals that are
//! gone are swept when the dict has grown. Invariant: a thread touches only its own dict, so nothing here needs a lock.
//! Source: Modules/_threadmodule.c for behaviour.

use threadsnake_engine::attribute::DescriptorKind;
use threadsnake_engine::context::ThreadRoot;
use threadsnake_engine::engine::Root;
use threadsnake_engine::native::Arguments;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

/// Thread-local data.
#[pyclass(id = ThreadLocal, name = "_local", module = "_thread", slots = 2, raw = 8, flags(SUBCLASSABLE))]
pub struct ThreadLocal(ObjectRef);

/// Slot of the constructor's positional arguments.
const ARGUMENTS: usize = 0;
/// Slot of the constructor's keyword arguments.
const KEYWORDS: usize = 1;
/// Raw offset of the local's number.
const NUMBER: usize = 0;
/// A thread's dict is swept when it has this many entries, and whenever it has doubled.
const SWEEP_AT: usize = 32;

impl ThreadLocal {
    /// The attributes of this local in the running thread, made (and `__init__` run) at first use.
    fn attributes(cx: &Context, this: ThreadLocal) -> PyResult<Dict> {
        let locals = match cx.thread_root(ThreadRoot::ThreadLocals).and_then(Dict::from_value) {
            Some(locals) => locals,
            None => {
                let locals = cx.new_dict()?;
                cx.set_thread_root(ThreadRoot::ThreadLocals, Some(locals.as_value()));
                locals
            }
        };
        let number = cx.int_from_u64(this.0.raw_u64(NUMBER))?;
        if let Some(pair) = locals.get(cx, number)?.and_then(Tuple::from_value)
            && let Some(attributes) = pair.get(1).and_then(Dict::from_value)
        {
            return Ok(attributes);
        }
        if locals.len() >= SWEEP_AT && locals.len().is_power_of_two() {
            Self::sweep(cx, locals)?;
        }
        let Ok(cell) = cx.mutator().weak_cell(this.0) else { return Err(cx.memory_error()) };
        let attributes = cx.new_dict()?;
        let pair = cx.tuple(&[Value::from(cell), attributes.as_value()])?;
        locals.set(cx, number, pair)?;
        let class = cx.class_of(this.as_value());
        let initializer = class.lookup_name(cx, Name::__init__);
        if let (Some(initializer), Some(arguments)) =
            (initializer, this.0.value(ARGUMENTS).and_then(Tuple::from_value))
            && Some(initializer) != cx.root(Root::ObjectInit)
        {
            let bound = cx.descriptor_get(initializer, Some(this.as_value()), class)?;
            let keywords = this.0.value(KEYWORDS).and_then(Dict::from_value);
            if let Err(raised) = cx.call_spread(bound, arguments, keywords) {
                locals.remove(cx, number)?;
                return Err(raised);
            }
        }
        Ok(attributes)
    }

    fn sweep(cx: &Context, locals: Dict) -> PyResult<()> {
        let items = locals.snapshot(cx);
        for item in items.as_slice().chunks_exact(2) {
            let &[number, pair] = item else { continue };
            let cell = Tuple::from_value(pair).and_then(|pair| pair.get(0)).and_then(Value::as_object);
            if cell.is_some_and(|cell| cx.mutator().weak_get(cell).is_none()) {
                locals.remove(cx, number)?;
            }
        }
        Ok(())
    }

    fn find(cx: &Context, this: ThreadLocal, name: Str) -> PyResult<Option<Value>> {
        let attributes = Self::attributes(cx, this)?;
        if name.equals_ascii("__dict__") {
            return Ok(Some(attributes.as_value()));
        }
        let class = cx.class_of(this.as_value());
        let attribute = class.lookup(cx, name);
        let kind = attribute.map_or(DescriptorKind::Plain, |attribute| cx.descriptor_kind(attribute));
        if let (Some(attribute), DescriptorKind::Data) = (attribute, kind) {
            return cx.descriptor_get(attribute, Some(this.as_value()), class).map(Some);
        }
        if let Some(own) = attributes.get_str(cx, name)? {
            return Ok(Some(own));
        }
        match attribute {
            Some(attribute) => cx.descriptor_get(attribute, Some(this.as_value()), class).map(Some),
            None => Ok(None),
        }
    }

    fn set(cx: &Context, this: ThreadLocal, name: Str, value: Option<Value>) -> PyResult<()> {
        let attributes = Self::attributes(cx, this)?;
        let class = cx.class_of(this.as_value());
        if name.equals_ascii("__dict__") {
            return Err(cx.raise_attribute_text(
                this.as_value(),
                name,
                format_args!("'{}' object attribute '__dict__' is read-only", class.name(cx)),
            ));
        }
        if let Some(attribute) = class.lookup(cx, name)
            && cx.descriptor_kind(attribute) == DescriptorKind::Data
        {
            return cx.descriptor_set(attribute, this.as_value(), value);
        }
        match value {
            Some(value) => attributes.set_str(cx, name, value),
            None => match attributes.remove(cx, name.as_value())? {
                Some(_) => Ok(()),
                None => Err(cx.raise_attribute_error(this.as_value(), name)),
            },
        }
    }
}

#[pymethods]
impl ThreadLocal {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let class = Class::expect(cx, class)?;
        let rest = arguments;
        let initializer = class.lookup_name(cx, Name::__init__);
        if !rest.values.is_empty() && initializer == cx.root(Root::ObjectInit) {
            return Err(cx.type_error(format_args!("Initialization arguments are not supported")));
        }
        let object = allocate_of_class(cx, class)?;
        object.raw_store_u64(NUMBER, cx.next_version());
        let positional = cx.tuple(rest.positional())?;
        cx.store(object, ARGUMENTS, positional);
        let keywords = cx.new_dict()?;
        for (name, value) in rest.keywords().iter() {
            keywords.set(cx, name, value)?;
        }
        cx.store(object, KEYWORDS, keywords.as_value());
        // The constructor runs `__init__` for this thread: its dict is there before.
        let this = ThreadLocal(object);
        let locals = match cx.thread_root(ThreadRoot::ThreadLocals).and_then(Dict::from_value) {
            Some(locals) => locals,
            None => {
                let locals = cx.new_dict()?;
                cx.set_thread_root(ThreadRoot::ThreadLocals, Some(locals.as_value()));
                locals
            }
        };
        let Ok(cell) = cx.mutator().weak_cell(object) else { return Err(cx.memory_error()) };
        let attributes = cx.new_dict()?;
        let pair = cx.tuple(&[Value::from(cell), attributes.as_value()])?;
        let number = cx.int_from_u64(object.raw_u64(NUMBER))?;
        locals.set(cx, number, pair)?;
        Ok(this.as_value())
    }

    /// Return getattr(self, name).
    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: ThreadLocal, name: Str) -> PyResult<Value> {
        let name = cx.intern(name)?;
        match Self::find(cx, this, name)? {
            Some(value) => Ok(value),
            None => Err(cx.raise_attribute_error(this.as_value(), name)),
        }
    }

    /// Implement setattr(self, name, value).
    #[pymethod(name = "__setattr__")]
    fn set_attribute(cx: &Context, this: ThreadLocal, name: Str, value: Value) -> PyResult<()> {
        let name = cx.intern(name)?;
        Self::set(cx, this, name, Some(value))
    }

    /// Implement delattr(self, name).
    #[pymethod(name = "__delattr__")]
    fn delete_attribute(cx: &Context, this: ThreadLocal, name: Str) -> PyResult<()> {
        let name = cx.intern(name)?;
        Self::set(cx, this, name, None)
    }
}
