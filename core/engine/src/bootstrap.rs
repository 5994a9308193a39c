//! Start of an engine: classes, constants, the `builtins` and `sys` modules.
//!
//! Invariant: the first context of an engine builds everything before any Python code runs, in this order: the shape and the bare class
//! object of every core class (so that every object made later has its shape), constants, interned names, then each class's name,
//! bases and namespace, the exceptions, the modules. Native classes of modules are built when first asked for.

use threadsnake_heap::arch::Ordering;
use threadsnake_heap::{AllocationOptions, ObjectRef};

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::names::{NAMES, Name};
use crate::native::{ClassFlags, NativeClass, NativeFunction, NativeModule};
use crate::shape::{Mode, Shape, new_shape};
use crate::types::class::{self, Class, slot};
use crate::types::tuple::Tuple;
use crate::value::Value;

mod classes;

use classes::CORE_CLASSES;

impl Context {
    /// Builds the engine's objects. Once per engine, on its first context.
    ///
    /// # Errors
    /// MemoryError.
    pub fn bootstrap(&self) -> PyResult<()> {
        build_shapes(self)?;
        build_constants(self)?;
        for native in CORE_CLASSES {
            if let Some(class) = Class::from_value(self.class(native.id)) {
                fill_class(self, class, native, &[])?;
            }
        }
        crate::types::exception_methods::build_classes(self)?;
        remember_special_functions(self)?;
        let reserve = crate::types::exception::new_exception(self, ExceptionClass::MemoryError, &[])?;
        let reserve = self.list(&[Value::from(reserve)])?;
        self.set_root(Root::InternalNamespace, Some(reserve));
        self.set_root(Root::Modules, Some(self.new_dict()?.as_value()));
        let builtins = self.create_native_module(&crate::builtins::MODULE)?;
        let namespace = self.module_dict(builtins)?;
        self.set_root(Root::BuiltinsModule, Some(builtins));
        self.set_root(Root::Builtins, Some(namespace.as_value()));
        self.add_module("builtins", builtins)?;
        crate::builtins::complete(self, namespace)?;
        self.create_sys_module()?;
        Ok(())
    }

    /// Adds a module to `sys.modules`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn add_module(&self, name: &str, module: Value) -> PyResult<()> {
        let name = self.intern_str(name)?;
        match self.root(Root::Modules).and_then(crate::types::dict::Dict::from_value) {
            Some(modules) => modules.set_str(self, name, module),
            None => Ok(()),
        }
    }

    /// Makes the module object of a native module and runs its initialization.
    ///
    /// # Errors
    /// What the initialization raises.
    pub fn create_native_module(&self, native: &'static NativeModule) -> PyResult<Value> {
        let module =
            self.new_module_with_capacity(native.name, native.functions.len() + native.classes.len())?;
        let namespace = self.module_dict(module)?;
        if !native.doc.is_empty() {
            namespace.set_str(self, self.name(Name::__doc__), self.str(native.doc)?)?;
        }
        let name = self.intern_str(native.name)?;
        for function in native.functions {
            self.add_native_function(namespace, function, module, name.as_value())?;
        }
        for native_class in native.classes {
            let class = self.build_on_demand(native_class)?;
            let class_name = self.intern_str(native_class.name)?;
            namespace.set_str(self, class_name, class.as_value())?;
        }
        if let Some(initialize) = native.initialize {
            initialize(self, module)?;
        }
        Ok(module)
    }

    fn add_native_function(
        &self,
        namespace: crate::types::dict::Dict,
        function: &'static NativeFunction,
        module: Value,
        module_name: Value,
    ) -> PyResult<()> {
        let name = self.intern_str(function.name)?;
        let object = self.native_function(function, Some(module), Some(module_name))?;
        namespace.set_str(self, name, object)
    }

    /// The class of a native description, built if this engine has not built it yet.
    ///
    /// # Errors
    /// MemoryError.
    pub fn build_on_demand(&self, native: &'static NativeClass) -> PyResult<Class> {
        if let Some(class) = Class::from_value(self.class(native.id)) {
            return Ok(class);
        }
        build_native_class(self, native)
    }

    /// The native module of this name that the engine was given, if any.
    pub fn find_native_module(&self, name: &str) -> Option<&'static NativeModule> {
        classes::ENGINE_MODULES
            .iter()
            .chain(self.engine().configuration().modules)
            .copied()
            .find(|module| module.name == name)
    }

    /// The native class of this id, if a module has it.
    fn find_native_class(&self, id: Kind) -> Option<&'static NativeClass> {
        classes::ENGINE_MODULES
            .iter()
            .chain(self.engine().configuration().modules)
            .flat_map(|module| module.classes)
            .copied()
            .find(|class| class.id == id)
    }

    /// The names of all native modules.
    pub fn native_module_names(&self) -> alloc::vec::Vec<&'static str> {
        classes::ENGINE_MODULES
            .iter()
            .chain(self.engine().configuration().modules)
            .map(|module| module.name)
            .collect()
    }
}

fn mode_of(native: &NativeClass) -> Mode {
    if native.flags.has(ClassFlags::HAS_DICT) { Mode::Slots } else { Mode::Fixed }
}

/// Makes the shapes and bare class objects of the core classes.
fn build_shapes(cx: &Context) -> PyResult<()> {
    let shape_of_shapes = new_shape(cx, Value::NONE, Mode::Fixed, 0, 0, 0)?;
    cx.mutator().store_shape(shape_of_shapes.object(), shape_of_shapes.word());
    cx.publish(Value::from(shape_of_shapes.object()));
    cx.engine().shapes[Kind::Shape as usize].store(shape_of_shapes.word(), Ordering::Release);
    for native in CORE_CLASSES {
        let shape = new_shape(cx, Value::NONE, mode_of(native), native.slots as u32, 0, 0)?;
        cx.publish(Value::from(shape.object()));
        cx.engine().shapes[native.id as usize].store(shape.word(), Ordering::Release);
    }
    let type_shape = cx.shape_word(Kind::Type);
    for native in CORE_CLASSES {
        let class = bare_class(cx, type_shape)?;
        cx.engine().classes[native.id as usize].store(Value::from(class).word(), Ordering::Release);
        if let Some(shape) = Value::from_word(cx.shape_word(native.id)).and_then(Value::as_object) {
            cx.store(shape, crate::shape::CLASS, Value::from(class));
            cx.store(class, slot::INSTANCE_SHAPE, Value::from(shape));
        }
    }
    Ok(())
}

fn bare_class(cx: &Context, type_shape: u64) -> PyResult<ObjectRef> {
    cx.allocate_with(
        Kind::Type,
        type_shape,
        slot::COUNT as usize,
        class::RAW_BYTES as usize,
        AllocationOptions::STUCK,
    )
}

/// Strings that most programs intern: the table begins with room for them, instead of growing to it in steps.
const INTERNED: usize = 4096;

/// Makes the constants that other constructors return.
fn build_constants(cx: &Context) -> PyResult<()> {
    let empty_tuple = cx.allocate(Kind::Tuple, 0, 0)?;
    cx.set_root(Root::EmptyTuple, Some(Value::from(empty_tuple)));
    let empty_str = cx.str_from_units_unchecked::<u8>(&[], 0, true)?;
    cx.set_root(Root::EmptyStr, Some(empty_str.as_value()));
    let table = cx.new_dict_with_capacity(INTERNED)?;
    cx.set_root(Root::InternTable, Some(table.as_value()));
    for unit in 0..=255u8 {
        let text = cx.str_from_units_unchecked(&[unit], 0, unit < 128)?;
        cx.publish(text.as_value());
        cx.engine().latin1[unit as usize].store(text.as_value().word(), Ordering::Release);
        cx.intern(text)?;
    }
    cx.intern(empty_str)?;
    for (index, text) in NAMES.iter().enumerate() {
        let name = cx.intern_str(text)?;
        if let Some(cell) = cx.engine().names.get(index) {
            cx.publish(name.as_value());
            cell.store(name.as_value().word(), Ordering::Release);
        }
    }
    Ok(())
}

/// Gives a class object its name, bases, MRO, flags and namespace.
fn fill_class(cx: &Context, class: Class, native: &'static NativeClass, bases: &[Value]) -> PyResult<()> {
    let object = class.object();
    let name = cx.intern_str(native.name)?;
    cx.store(object, slot::NAME, name.as_value());
    cx.store(object, slot::QUALIFIED_NAME, name.as_value());
    let base = match (bases.first(), native.base) {
        (Some(&base), _) => Class::from_value(base),
        (None, Some(base)) => Class::from_value(cx.class(base)),
        (None, None) => None,
    };
    let bases = match (bases, base) {
        ([], Some(base)) => cx.new_tuple(&[base.as_value()])?,
        (given, _) => cx.new_tuple(given)?,
    };
    cx.store(object, slot::BASES, bases.as_value());
    let mro = mro_of(cx, class, bases)?;
    cx.store(object, slot::MRO, mro.as_value());
    class.set_layout(native.layout, native, native.slots as usize, native.raw_bytes as usize);
    class.set_flags(native.flags);
    let mut next = native.next;
    if let Some(base) = base {
        cx.store(object, slot::BASE, base.as_value());
        base.add_subclass(cx, class)?;
        if next.is_none() && !native.methods.iter().any(|method| method.name == "__next__") {
            next = base.native_next();
        }
    }
    class.set_native_next(next);
    class.remember_first_shape(cx)?;
    // And the docstring, and what is added below or by the class's own module.
    let room = native.methods.len() + native.attributes.len() + 3;
    let namespace = cx.new_dict_with_capacity(room)?;
    cx.store(object, slot::DICT, namespace.as_value());
    for method in native.methods {
        let method_name = cx.intern_str(method.name)?;
        let descriptor = cx.native_method(method, class)?;
        namespace.set_str(cx, method_name, descriptor)?;
    }
    for attribute in native.attributes {
        let attribute_name = cx.intern_str(attribute.name)?;
        let descriptor = cx.native_attribute(attribute, class)?;
        namespace.set_str(cx, attribute_name, descriptor)?;
    }
    let has_dict = |class: Option<Class>| class.is_some_and(|class| class.flags().has(ClassFlags::HAS_DICT));
    if has_dict(Some(class)) && !has_dict(base) {
        crate::types::type_new::add_instance_attributes(cx, class, true, false)?;
    }
    let defines = |wanted: &str| native.methods.iter().any(|method| method.name == wanted);
    if defines("__eq__") && !defines("__hash__") {
        namespace.set_str(cx, cx.name(Name::__hash__), Value::NONE)?;
    }
    let doc = if native.doc.is_empty() { Value::NONE } else { cx.str(native.doc)? };
    // Classes whose instances have a docstring of their own have a descriptor there.
    namespace.set_default(cx, cx.name(Name::__doc__).as_value(), doc)?;
    Ok(())
}

/// The MRO of a native class: itself, then those of its bases, each once (native classes have one base, or bases of one chain).
fn mro_of(cx: &Context, class: Class, bases: Tuple) -> PyResult<Tuple> {
    let mut order = cx.scratch();
    order.push(class.as_value());
    // A class goes after every class that inherits from it: keep the last occurrence.
    for base in bases.iter() {
        let Some(mro) = Class::from_value(base).and_then(Class::mro) else { continue };
        for entry in mro.iter() {
            if let Some(place) = order.as_slice().iter().position(|known| known.is(entry)) {
                let mut kept = cx.scratch();
                for (index, &value) in order.as_slice().iter().enumerate() {
                    if index != place {
                        kept.push(value);
                    }
                }
                order.truncate(0);
                order.extend_from_slice(kept.as_slice());
            }
            order.push(entry);
        }
    }
    cx.new_tuple(order.as_slice())
}

/// Builds a native class that is not among the core classes, and registers it under its id. If another thread has registered one meanwhile, that is
/// the class.
///
/// # Errors
/// MemoryError.
pub fn build_native_class(cx: &Context, native: &'static NativeClass) -> PyResult<Class> {
    let class = build_class(cx, native, &[])?;
    match class.instance_shape() {
        Some(shape) => Ok(cx.register_class(native.id, class, Value::from(shape.object()))),
        None => Ok(class),
    }
}

/// Builds an exception class with these bases; it is registered by the caller.
///
/// # Errors
/// MemoryError.
pub fn build_exception_class(cx: &Context, native: &'static NativeClass, bases: &[Value]) -> PyResult<Class> {
    build_class(cx, native, bases)
}

fn build_class(cx: &Context, native: &'static NativeClass, bases: &[Value]) -> PyResult<Class> {
    if let Some(base) = native.base
        && bases.is_empty()
        && Class::from_value(cx.class(base)).is_none()
        // The base of a class of one module may belong to another that is not imported yet.
        && cx.find_native_class(base).map(|base| build_native_class(cx, base)).transpose()?.is_none()
    {
        return Err(cx.raise(
            ExceptionClass::SystemError,
            format_args!("native class {} is built before its base", native.name),
        ));
    }
    let object = bare_class(cx, cx.shape_word(Kind::Type))?;
    let Some(class) = Class::from_value(Value::from(object)) else {
        return Err(cx.raise(ExceptionClass::SystemError, format_args!("class object of another kind")));
    };
    let shape: Shape =
        new_shape(cx, class.as_value(), mode_of(native), native.slots as u32, inline_capacity(native), 0)?;
    cx.store(object, slot::INSTANCE_SHAPE, Value::from(shape.object()));
    fill_class(cx, class, native, bases)?;
    cx.publish(class.as_value());
    Ok(class)
}

fn inline_capacity(native: &NativeClass) -> u32 {
    if native.flags.has(ClassFlags::HAS_DICT) && !native.flags.has(ClassFlags::VARIABLE_SIZE) { 2 } else { 0 }
}

/// Remembers natives that the engine compares with.
fn remember_special_functions(cx: &Context) -> PyResult<()> {
    let object = Class::from_value(cx.class(Kind::Object));
    let type_class = Class::from_value(cx.class(Kind::Type));
    for (root, class, name) in [
        (Root::ObjectNew, object, Name::__new__),
        (Root::ObjectInit, object, Name::__init__),
        (Root::ObjectGetAttribute, object, Name::__getattribute__),
        (Root::ObjectSetAttribute, object, Name::__setattr__),
        (Root::ObjectDelAttribute, object, Name::__delattr__),
        (Root::ObjectRepr, object, Name::__repr__),
        (Root::ObjectHash, object, Name::__hash__),
        (Root::ObjectEq, object, Name::__eq__),
        (Root::TypeGetAttribute, type_class, Name::__getattribute__),
        (Root::TypeCall, type_class, Name::__call__),
        (Root::TypeNew, type_class, Name::__new__),
        (Root::TypeInit, type_class, Name::__init__),
    ] {
        let value = class.and_then(|class| class.lookup_name(cx, name));
        cx.set_root(root, value);
    }
    Ok(())
}
