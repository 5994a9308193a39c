//! `module` objects.
//!
//! Invariant: slot 0 is the module's dict, present from creation; attribute reads take no lock, as the dict's do not.
//! Source: Objects/moduleobject.c (3.14) for the texts of missing attributes.

use alloc::format;
use alloc::string::String;

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::value::Value;
use threadsnake_macros::{pyclass, pymethods};

/// Slot of the dict.
pub const DICT: usize = 0;
/// Number of slots.
pub const SLOTS: u16 = 1;

/// Create a module object.
///
/// The name must be a string; the optional docstring can have any type.
#[pyclass(id = Module, name = "module", slots = SLOTS, signature = "(name, doc=None)", flags(SUBCLASSABLE))]
pub struct Module(ObjectRef);

#[pymethods]
impl Module {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: crate::native::Arguments<'_>) -> PyResult<Value> {
        let _ = arguments;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        let dict = cx.new_dict()?;
        cx.store(object, DICT, dict.as_value());
        Ok(Value::from(object))
    }

    #[pymethod(name = "__init__", signature = "(name, doc=None)")]
    fn init(cx: &Context, this: Module, name: Str, doc: Value) -> PyResult<()> {
        let dict = cx.dict_in_slot(this.object(), DICT)?;
        initialize_names(cx, dict, name, doc)
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: Module) -> PyResult<Value> {
        let text = module_repr(cx, this)?;
        cx.str(&text)
    }

    /// Return getattr(self, name).
    #[pymethod(name = "__getattribute__")]
    fn get_attribute(cx: &Context, this: Module, name: Value) -> PyResult<Value> {
        let name = cx.attribute_name(name)?;
        match find_attribute(cx, this.object(), name)? {
            Some(found) => Ok(found),
            None => Err(raise_missing(cx, this.object(), name)),
        }
    }

    /// __dir__() -> list
    /// specialized dir() implementation
    #[pymethod(name = "__dir__")]
    fn dir(cx: &Context, this: Module) -> PyResult<Value> {
        let dict = cx.get_attribute_name(this.as_value(), Name::__dict__)?;
        let Some(dict) = Dict::from_value(dict) else {
            return Err(cx.type_error(format_args!("<module>.__dict__ is not a dictionary")));
        };
        if let Some(hook) = dict.get_str(cx, cx.name(Name::__dir__))? {
            return cx.call(hook, &[]);
        }
        let names = cx.new_list(dict.len())?;
        for pair in dict.snapshot(cx).as_slice().chunks_exact(2) {
            if let Some(&key) = pair.first() {
                names.push(cx, key)?;
            }
        }
        Ok(names.as_value())
    }

    #[pygetter(name = "__dict__")]
    fn dict(cx: &Context, this: Module) -> PyResult<Value> {
        Ok(cx.dict_in_slot(this.object(), DICT)?.as_value())
    }

    #[pygetter(name = "__annotations__")]
    fn annotations(cx: &Context, this: Module) -> PyResult<Value> {
        let dict = cx.dict_in_slot(this.object(), DICT)?;
        let name = cx.name(Name::__annotations__);
        if let Some(annotations) = dict.get_str(cx, name)? {
            return Ok(annotations);
        }
        let annotations = match dict.get_str(cx, cx.name(Name::__annotate__))? {
            Some(annotate) if cx.is_callable(annotate) => evaluate_annotations(cx, annotate)?,
            _ => cx.new_dict()?.as_value(),
        };
        if !is_initializing(cx, dict) {
            return dict.set_default(cx, name.as_value(), annotations);
        }
        Ok(annotations)
    }

    #[pysetter(name = "__annotations__")]
    fn set_annotations(cx: &Context, this: Module, value: Option<Value>) -> PyResult<()> {
        let dict = cx.dict_in_slot(this.object(), DICT)?;
        match value {
            Some(value) => dict.set_str(cx, cx.name(Name::__annotations__), value)?,
            None => {
                if dict.remove(cx, cx.name(Name::__annotations__).as_value())?.is_none() {
                    return Err(cx.raise(ExceptionClass::AttributeError, format_args!("__annotations__")));
                }
            }
        }
        dict.remove(cx, cx.name(Name::__annotate__).as_value())?;
        Ok(())
    }

    #[pygetter(name = "__annotate__")]
    fn annotate(cx: &Context, this: Module) -> PyResult<Value> {
        let dict = cx.dict_in_slot(this.object(), DICT)?;
        let name = cx.name(Name::__annotate__);
        match dict.get_str(cx, name)? {
            Some(annotate) => Ok(annotate),
            None => dict.set_default(cx, name.as_value(), Value::NONE),
        }
    }

    #[pysetter(name = "__annotate__")]
    fn set_annotate(cx: &Context, this: Module, value: Option<Value>) -> PyResult<()> {
        let dict = cx.dict_in_slot(this.object(), DICT)?;
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("cannot delete __annotate__ attribute")));
        };
        if !value.is_none() && !cx.is_callable(value) {
            return Err(cx.type_error(format_args!("__annotate__ must be callable or None")));
        }
        dict.set_str(cx, cx.name(Name::__annotate__), value)?;
        if !value.is_none() {
            dict.remove(cx, cx.name(Name::__annotations__).as_value())?;
        }
        Ok(())
    }
}

/// Calls an annotate function for the values of annotations (PEP 649).
///
/// # Errors
/// TypeError if it returns no dict, and what it raises.
pub fn evaluate_annotations(cx: &Context, annotate: Value) -> PyResult<Value> {
    let annotations = cx.call(annotate, &[Value::small_int_unchecked(1)])?;
    if Dict::from_value(annotations).is_none() {
        return Err(cx.type_error(format_args!(
            "__annotate__ returned non-dict of type '{}'",
            cx.type_name(annotations)
        )));
    }
    Ok(annotations)
}

/// How many attributes [`initialize_names`] sets.
const NAMES: usize = 5;

fn initialize_names(cx: &Context, dict: Dict, name: Str, doc: Value) -> PyResult<()> {
    dict.set_str(cx, cx.name(Name::__name__), name.as_value())?;
    dict.set_str(cx, cx.name(Name::__doc__), doc)?;
    dict.set_str(cx, cx.name(Name::__package__), Value::NONE)?;
    dict.set_str(cx, cx.name(Name::__loader__), Value::NONE)?;
    dict.set_str(cx, cx.name(Name::__spec__), Value::NONE)
}

/// The module's attribute: as for any object, then what its `__getattr__` function finds.
///
/// # Errors
/// What descriptors and `__getattr__` raise.
pub fn find_attribute(cx: &Context, module: ObjectRef, name: Str) -> PyResult<Option<Value>> {
    if let Some(found) = cx.generic_find_attribute(Value::from(module), name)? {
        return Ok(Some(found));
    }
    let Some(dict) = module.value(DICT).and_then(Dict::from_value) else { return Ok(None) };
    match dict.get_str(cx, cx.name(Name::__getattr__))? {
        Some(hook) => cx.call(hook, &[name.as_value()]).map(Some),
        None => Ok(None),
    }
}

fn dict_text(cx: &Context, dict: Dict, name: Name) -> Option<Str> {
    match dict.get_str(cx, cx.name(name)) {
        Ok(found) => found.and_then(Str::from_value),
        Err(raised) => {
            cx.take_exception(raised);
            None
        }
    }
}

fn attribute_quietly(cx: &Context, value: Value, name: &str) -> Option<Value> {
    let found = cx.intern_str(name).and_then(|name| cx.find_attribute_or_none(value, name));
    match found {
        Ok(found) => found,
        Err(raised) => {
            cx.take_exception(raised);
            None
        }
    }
}

fn is_true_quietly(cx: &Context, value: Option<Value>) -> bool {
    match value {
        None => false,
        Some(value) => match cx.is_true(value) {
            Ok(truth) => truth,
            Err(raised) => {
                cx.take_exception(raised);
                false
            }
        },
    }
}

fn spec_of(cx: &Context, dict: Dict) -> Option<Value> {
    match dict.get_str(cx, cx.name(Name::__spec__)) {
        Ok(spec) => spec.filter(|spec| !spec.is_none()),
        Err(raised) => {
            cx.take_exception(raised);
            None
        }
    }
}

fn is_initializing(cx: &Context, dict: Dict) -> bool {
    is_true_quietly(cx, spec_of(cx, dict).and_then(|spec| attribute_quietly(cx, spec, "_initializing")))
}

/// Whether a file lies in the directory that comes first on `sys.path`, the script's own: then it may hide another module.
pub fn is_possibly_shadowing(cx: &Context, origin: &str) -> bool {
    let Some(sys) = cx.root(Root::SysModule) else { return false };
    if is_true_quietly(
        cx,
        attribute_quietly(cx, sys, "flags").and_then(|flags| attribute_quietly(cx, flags, "safe_path")),
    ) {
        return false;
    }
    let Some(first) = attribute_quietly(cx, sys, "path")
        .and_then(List::from_value)
        .and_then(|path| path.get(0))
        .and_then(Str::from_value)
    else {
        return false;
    };
    let Some((mut folder, file)) = origin.rsplit_once('/') else { return false };
    if file == "__init__.py" {
        match folder.rsplit_once('/') {
            Some((parent, _)) => folder = parent,
            None => return false,
        }
    }
    first.to_utf8_lossy() == folder
}

/// Whether the standard library has a module of this name.
pub fn is_standard_library_name(cx: &Context, name: Str) -> bool {
    let Some(sys) = cx.root(Root::SysModule) else { return false };
    let Some(names) = attribute_quietly(cx, sys, "stdlib_module_names") else { return false };
    match cx.contains(names, name.as_value()) {
        Ok(found) => found,
        Err(raised) => {
            cx.take_exception(raised);
            false
        }
    }
}

/// AttributeError for a name that the module has not.
#[cold]
pub fn raise_missing(cx: &Context, module: ObjectRef, name: Str) -> Raised {
    let value = Value::from(module);
    let dict = module.value(DICT).and_then(Dict::from_value);
    let module_name = dict.and_then(|dict| dict_text(cx, dict, Name::__name__));
    let (Some(dict), Some(module_name)) = (dict, module_name) else {
        return cx.raise_attribute_text(value, name, format_args!("module has no attribute '{name}'"));
    };
    let Some(spec) = spec_of(cx, dict) else {
        return cx.raise_attribute_text(
            value,
            name,
            format_args!("module '{module_name}' has no attribute '{name}'"),
        );
    };
    let origin = attribute_quietly(cx, spec, "origin")
        .filter(|_| is_true_quietly(cx, attribute_quietly(cx, spec, "has_location")))
        .and_then(Str::from_value);
    let shadowing = origin.is_some_and(|origin| is_possibly_shadowing(cx, &origin.to_utf8_lossy()));
    if let (Some(origin), true) = (origin, shadowing)
        && is_standard_library_name(cx, module_name)
    {
        return cx.raise_attribute_text(
                value,
                name,
                format_args!(
                    "module '{module_name}' has no attribute '{name}' (consider renaming '{origin}' since it has the same \
                     name as the standard library module named '{module_name}' and prevents importing that standard library \
                     module)"
                ),
            );
    }
    if is_true_quietly(cx, attribute_quietly(cx, spec, "_initializing")) {
        return match origin {
            Some(origin) if shadowing => cx.raise_attribute_text(
                value,
                name,
                format_args!(
                    "module '{module_name}' has no attribute '{name}' (consider renaming '{origin}' if it has the same name \
                     as a library you intended to import)"
                ),
            ),
            Some(origin) => cx.raise_attribute_text(
                value,
                name,
                format_args!(
                    "partially initialized module '{module_name}' from '{origin}' has no attribute '{name}' (most likely due \
                     to a circular import)"
                ),
            ),
            None => cx.raise_attribute_text(
                value,
                name,
                format_args!(
                    "partially initialized module '{module_name}' has no attribute '{name}' (most likely due to a circular \
                     import)"
                ),
            ),
        };
    }
    if let Some(submodules) = attribute_quietly(cx, spec, "_uninitialized_submodules") {
        match cx.contains(submodules, name.as_value()) {
            Ok(true) => {
                return cx.raise_attribute_text(
                    value,
                    name,
                    format_args!(
                        "cannot access submodule '{name}' of module '{module_name}' (most likely due to a circular import)"
                    ),
                );
            }
            Ok(false) => {}
            Err(raised) => return raised,
        }
    }
    cx.raise_attribute_text(value, name, format_args!("module '{module_name}' has no attribute '{name}'"))
}

/// As `importlib._bootstrap._module_repr`.
fn module_repr(cx: &Context, module: Module) -> PyResult<String> {
    let dict = cx.dict_in_slot(module.object(), DICT)?;
    if let Some(spec) = spec_of(cx, dict) {
        let name = match attribute_quietly(cx, spec, "name") {
            Some(name) if !name.is_none() => cx.repr(name)?.to_utf8_lossy(),
            _ => String::from("'?'"),
        };
        let origin = attribute_quietly(cx, spec, "origin").filter(|origin| !origin.is_none());
        let Some(origin) = origin else {
            let loader = attribute_quietly(cx, spec, "loader").filter(|loader| !loader.is_none());
            return Ok(match loader {
                None => format!("<module {name}>"),
                Some(loader) if cx.type_name(loader).equals_ascii("NamespaceLoader") => {
                    let path = attribute_quietly(cx, loader, "_path").unwrap_or(Value::NONE);
                    let list = cx.call(cx.class(Kind::List), &[path])?;
                    format!("<module {name} (namespace) from {}>", cx.repr(list)?.to_utf8_lossy())
                }
                Some(loader) => format!("<module {name} ({})>", cx.repr(loader)?.to_utf8_lossy()),
            });
        };
        return Ok(if is_true_quietly(cx, attribute_quietly(cx, spec, "has_location")) {
            format!("<module {name} from {}>", cx.repr(origin)?.to_utf8_lossy())
        } else {
            format!("<module {name} ({})>", cx.str_of(origin)?.to_utf8_lossy())
        });
    }
    let name = match dict.get_str(cx, cx.name(Name::__name__))? {
        Some(name) => cx.repr(name)?.to_utf8_lossy(),
        None => String::from("'?'"),
    };
    if let Some(file) = dict.get_str(cx, cx.name(Name::__file__))? {
        return Ok(format!("<module {name} from {}>", cx.repr(file)?.to_utf8_lossy()));
    }
    match dict.get_str(cx, cx.name(Name::__loader__))?.filter(|loader| !loader.is_none()) {
        Some(loader) => Ok(format!("<module {name} ({})>", cx.repr(loader)?.to_utf8_lossy())),
        None => Ok(format!("<module {name}>")),
    }
}

impl Context {
    /// A module with the usual names in its dict.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_module(&self, name: &str) -> PyResult<Value> {
        self.new_module_with_capacity(name, 0)
    }

    /// The same with room for so many attributes besides those that every module has.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn new_module_with_capacity(&self, name: &str, capacity: usize) -> PyResult<Value> {
        let object = self.allocate(Kind::Module, SLOTS as usize, 0)?;
        let dict = self.new_dict_with_capacity(capacity + NAMES)?;
        self.store(object, DICT, dict.as_value());
        let name = self.intern_str(name)?;
        initialize_names(self, dict, name, Value::NONE)?;
        Ok(Value::from(object))
    }

    /// The dict of a module.
    ///
    /// # Errors
    /// SystemError if the value is no module; MemoryError.
    pub fn module_dict(&self, module: Value) -> PyResult<Dict> {
        match module.as_kind(Kind::Module) {
            Some(object) => self.dict_in_slot(object, DICT),
            None => Err(self.raise(ExceptionClass::SystemError, format_args!("a module was expected"))),
        }
    }
}
