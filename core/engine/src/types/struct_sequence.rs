//! Struct sequences: tuples whose items have names (`sys.version_info`, `time.struct_time`, `os.stat_result`).
//!
//! Invariant: an instance is a tuple of the visible fields; hidden fields, if its class has any, are in a tuple in the trailing slot. A class
//! is made per engine from a static [`Description`] and cannot be changed or inherited from. A field's getter knows its index
//! only, so descriptors of equal name and index could be shared.
//! Source: Objects/structseq.c.

use alloc::format;

use threadsnake_heap::{AllocationOptions, ObjectRef};

use crate::context::Context;
use crate::engine::Root;
use crate::error::PyResult;
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::native::{Arguments, Binding, ClassFlags, NativeAttribute, NativeFunction};
use crate::object_access::ObjectAccess;
use crate::shape::Mode;
use crate::types::class::{Class, slot};
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::types::type_new::linearize;
use crate::value::Value;

/// What a class of struct sequences looks like.
pub struct Description {
    /// `__name__`
    pub name: &'static str,
    /// `__module__`
    pub module: &'static str,
    /// The docstring.
    pub doc: &'static str,
    /// Visible fields, then hidden ones.
    pub fields: &'static [NativeAttribute],
    /// Number of visible fields.
    pub visible: usize,
    /// Visible fields without a name; they come last among the visible ones.
    pub unnamed: usize,
    /// Whether Python may make instances.
    pub instantiable: bool,
}

/// Reads field number `INDEX`.
///
/// # Errors
/// None.
pub fn field<const INDEX: usize>(_cx: &Context, value: Value) -> PyResult<Value> {
    let Some(tuple) = Tuple::from_value(value) else { return Ok(Value::NONE) };
    if let Some(item) = tuple.get(INDEX) {
        return Ok(item);
    }
    let hidden = hidden_fields(tuple);
    Ok(hidden.and_then(|hidden| hidden.get(INDEX - tuple.len())).unwrap_or(Value::NONE))
}

fn hidden_fields(tuple: Tuple) -> Option<Tuple> {
    let object = tuple.object();
    if object.client_flags() & client_flags::TRAILING_ATTRIBUTES == 0 {
        return None;
    }
    object.value(tuple.len()).and_then(Tuple::from_value)
}

/// Declares a class of struct sequences: `struct_sequence!(NAME, "module", "name", "doc", visible, unnamed, instantiable, { index field "doc"; ... })`.
#[macro_export]
macro_rules! struct_sequence {
    ($static_name:ident, $module:literal, $name:literal, $doc:literal, $visible:literal, $unnamed:literal, $instantiable:literal,
     { $($index:literal $field:ident $field_doc:literal;)* }) => {
        #[doc = concat!("`", $module, ".", $name, "`")]
        pub static $static_name: $crate::types::struct_sequence::Description = $crate::types::struct_sequence::Description {
            name: $name,
            module: $module,
            doc: $doc,
            fields: &[ $( $crate::native::NativeAttribute {
                name: stringify!($field),
                doc: $field_doc,
                get: $crate::types::struct_sequence::field::<$index>,
                set: None,
            }, )* ],
            visible: $visible,
            unnamed: $unnamed,
            instantiable: $instantiable,
        };
    };
}

static METHODS: &[NativeFunction] = &[
    NativeFunction {
        name: "__repr__",
        doc: "Return repr(self).",
        signature: "($self, /)",
        binding: Binding::Method,
        call: repr,
    },
    NativeFunction { name: "__reduce__", doc: "", signature: "", binding: Binding::Method, call: reduce },
    NativeFunction {
        name: "__replace__",
        doc: "Return a copy of the structure with new values for the specified fields.",
        signature: "",
        binding: Binding::Method,
        call: replace,
    },
];

static NEW: NativeFunction =
    NativeFunction { name: "__new__", doc: "", signature: "", binding: Binding::New, call: new };

fn receiver(cx: &Context, arguments: &Arguments<'_>) -> PyResult<Tuple> {
    match arguments.positional().first() {
        Some(&value) => Tuple::expect(cx, value),
        None => Err(cx.type_error(format_args!("unbound method needs an argument"))),
    }
}

/// The names of the fields, visible ones first.
fn field_names(cx: &Context, class: Class) -> PyResult<Tuple> {
    let name = cx.intern_str("__struct_fields__")?;
    let names = match class.dict() {
        Some(dict) => dict.get_str(cx, name)?,
        None => None,
    };
    Ok(names.and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple()))
}

fn repr(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
    let tuple = receiver(cx, &arguments)?;
    let class = cx.class_of(tuple.as_value());
    let names = field_names(cx, class)?;
    let module = cx.class_module(class)?.and_then(Str::from_value);
    let mut text = match module {
        Some(module) => format!("{module}.{}(", class.name(cx)),
        None => format!("{}(", class.name(cx)),
    };
    for (index, item) in tuple.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if let Some(name) = names.get(index).and_then(Str::from_value) {
            text.push_str(&format!("{name}="));
        }
        text.push_str(&cx.repr(item)?.to_utf8_lossy());
    }
    text.push(')');
    cx.str(&text)
}

/// The hidden fields by name.
fn hidden_dict(cx: &Context, tuple: Tuple) -> PyResult<Dict> {
    let dict = cx.new_dict()?;
    let names = field_names(cx, cx.class_of(tuple.as_value()))?;
    if let Some(hidden) = hidden_fields(tuple) {
        let named = names.len().saturating_sub(hidden.len());
        for (name, value) in names.iter().skip(named).zip(hidden.iter()) {
            dict.set(cx, name, value)?;
        }
    }
    Ok(dict)
}

fn reduce(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
    let tuple = receiver(cx, &arguments)?;
    let class = cx.class_of(tuple.as_value());
    let visible = cx.tuple(tuple.as_slice())?;
    let hidden = hidden_dict(cx, tuple)?;
    let constructor_arguments = cx.tuple(&[visible, hidden.as_value()])?;
    cx.tuple(&[class.as_value(), constructor_arguments])
}

fn replace(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
    let tuple = receiver(cx, &arguments)?;
    if arguments.positional().len() > 1 {
        return Err(cx.type_error(format_args!("__replace__() takes no positional arguments")));
    }
    let class = cx.class_of(tuple.as_value());
    let names = field_names(cx, class)?;
    let mut visible = cx.scratch();
    visible.extend_from_slice(tuple.as_slice());
    let mut hidden = cx.scratch();
    if let Some(fields) = hidden_fields(tuple) {
        hidden.extend_from_slice(fields.as_slice());
    }
    let first_hidden = names.len().saturating_sub(hidden.len());
    for (keyword, value) in arguments.keywords().iter() {
        let keyword = Str::expect(cx, keyword)?;
        let place =
            names.iter().position(|name| Str::from_value(name).is_some_and(|name| name.equals(keyword)));
        let place = match place {
            Some(place) if place < visible.len() => visible.as_mut_slice().get_mut(place),
            Some(place) => hidden.as_mut_slice().get_mut(place.saturating_sub(first_hidden)),
            None => None,
        };
        match place {
            Some(place) => *place = value,
            None => {
                return Err(cx.type_error(format_args!("Got unexpected field name(s): ['{keyword}']")));
            }
        }
    }
    Ok(Value::from(make(cx, class, visible.as_slice(), hidden.as_slice())?))
}

fn count_of(cx: &Context, class: Class, name: &str) -> PyResult<usize> {
    let name = cx.intern_str(name)?;
    let count = match class.dict() {
        Some(dict) => dict.get_str(cx, name)?,
        None => None,
    };
    Ok(count.and_then(Value::as_small_int).map_or(0, |count| count.max(0) as usize))
}

fn new(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
    let (class, sequence, dict) = match *arguments.values {
        [class, sequence] => (class, sequence, None),
        [class, sequence, dict] => (class, sequence, Some(dict)),
        _ => {
            return Err(cx.type_error(format_args!(
                "structseq() takes at most 2 arguments ({} given)",
                arguments.values.len().saturating_sub(1)
            )));
        }
    };
    let class = Class::expect(cx, class)?;
    let dict = match dict {
        None => None,
        Some(dict) => match Dict::from_value(dict) {
            Some(dict) => Some(dict),
            None => {
                return Err(cx.type_error(format_args!(
                    "{}() takes a dict as second arg, if any",
                    crate::types::type_new::dotted_name(cx, class)
                )));
            }
        },
    };
    let visible = count_of(cx, class, "n_sequence_fields")?;
    let total = count_of(cx, class, "n_fields")?;
    let items = cx.collect(sequence)?;
    let given = items.len();
    if given < visible || given > total {
        let bound = if visible == total {
            format!("a {visible}-sequence")
        } else if given < visible {
            format!("an at least {visible}-sequence")
        } else {
            format!("an at most {total}-sequence")
        };
        return Err(cx.type_error(format_args!(
            "{}() takes {bound} ({given}-sequence given)",
            crate::types::type_new::dotted_name(cx, class)
        )));
    }
    let (shown, rest) = items.as_slice().split_at(visible.min(given));
    let mut hidden = cx.scratch();
    hidden.extend_from_slice(rest);
    let names = field_names(cx, class)?;
    let first_hidden = names.len().saturating_sub(total - visible);
    for name in names.iter().skip(first_hidden + hidden.len()) {
        let value = match dict {
            Some(dict) => dict.get(cx, name)?,
            None => None,
        };
        hidden.push(value.unwrap_or(Value::NONE));
    }
    Ok(Value::from(make(cx, class, shown, hidden.as_slice())?))
}

fn make(cx: &Context, class: Class, visible: &[Value], hidden: &[Value]) -> PyResult<ObjectRef> {
    let Some(shape) = class.instance_shape() else { return Err(cx.cannot_create(class)) };
    let hidden = if hidden.is_empty() { None } else { Some(cx.tuple(hidden)?) };
    let slots = visible.len() + hidden.is_some() as usize;
    let object = cx.allocate_with(Kind::Tuple, shape.word(), slots, 0, AllocationOptions::NONE)?;
    let trailing = if hidden.is_some() { client_flags::TRAILING_ATTRIBUTES } else { 0 };
    object.initialize_client_flags(client_flags::SUBCLASS | trailing);
    for (index, &value) in visible.iter().enumerate() {
        cx.initialize(object, index, value);
    }
    if let Some(hidden) = hidden {
        cx.initialize(object, visible.len(), hidden);
    }
    Ok(object)
}

impl Context {
    /// The class of a description: the same one whenever it is asked for.
    ///
    /// # Errors
    /// MemoryError.
    pub fn struct_sequence_class(&self, description: &'static Description) -> PyResult<Class> {
        let classes = match self.root(Root::StructSequenceClasses).and_then(Dict::from_value) {
            Some(classes) => classes,
            None => {
                // `sys` asks first, while there is one thread.
                let classes = self.new_dict()?;
                self.set_root(Root::StructSequenceClasses, Some(classes.as_value()));
                classes
            }
        };
        let key = self.int(core::ptr::from_ref(description) as usize as i64)?;
        if let Some(class) = classes.get(self, key)?.and_then(Class::from_value) {
            return Ok(class);
        }
        // Of two threads that make it, both take the one that came first.
        let made = self.make_struct_sequence_class(description)?;
        Class::expect(self, classes.set_default(self, key, made.as_value())?)
    }

    fn make_struct_sequence_class(&self, description: &'static Description) -> PyResult<Class> {
        let Some(metaclass) = Class::from_value(self.class(Kind::Type)) else {
            return Err(self.memory_error());
        };
        let Some(base) = Class::from_value(self.class(Kind::Tuple)) else {
            return Err(self.cannot_create(metaclass));
        };
        let object = crate::types::class::allocate_of_class(self, metaclass)?;
        let Some(class) = Class::from_value(Value::from(object)) else {
            return Err(self.cannot_create(metaclass));
        };
        let name = self.intern_str(description.name)?;
        let namespace = self.new_dict()?;
        let bases = self.new_tuple(&[base.as_value()])?;
        self.store(object, slot::NAME, name.as_value());
        self.store(object, slot::QUALIFIED_NAME, name.as_value());
        self.store(object, slot::BASES, bases.as_value());
        self.store(object, slot::BASE, base.as_value());
        self.store(object, slot::DICT, namespace.as_value());
        if let Some(native) = base.native() {
            class.set_layout(base.layout(), native, base.slot_count(), base.raw_bytes());
        }
        let mut flags =
            ClassFlags::HEAP_TYPE.with(ClassFlags::IMMUTABLE).with(ClassFlags::NO_WEAK_REFERENCES);
        for inherited in [ClassFlags::SEQUENCE, ClassFlags::MATCH_SELF] {
            if base.flags().has(inherited) {
                flags = flags.with(inherited);
            }
        }
        if base.flags().has(ClassFlags::VARIABLE_SIZE) {
            flags = flags.with(ClassFlags::VARIABLE_SIZE);
        }
        if !description.instantiable {
            flags = flags.with(ClassFlags::NOT_INSTANTIABLE);
        }
        class.set_flags(flags);
        let mro = linearize(self, class, bases)?;
        self.store(object, slot::MRO, mro.as_value());
        class.initialize_shapes(self)?;
        debug_assert!(class.instance_shape().is_some_and(|shape| shape.mode() == Mode::Fixed));
        base.add_subclass(self, class)?;
        self.fill_struct_namespace(class, namespace, description)?;
        self.publish(class.as_value());
        Ok(class)
    }

    fn fill_struct_namespace(
        &self,
        class: Class,
        namespace: Dict,
        description: &'static Description,
    ) -> PyResult<()> {
        namespace.set_str(self, self.name(Name::__module__), self.str(description.module)?)?;
        namespace.set_str(self, self.name(Name::__doc__), self.str(description.doc)?)?;
        let mut names = self.scratch();
        for attribute in description.fields {
            let name = self.intern_str(attribute.name)?;
            names.push(name.as_value());
            let descriptor = self.native_attribute(attribute, class)?;
            namespace.set_str(self, name, descriptor)?;
        }
        for method in METHODS {
            namespace.set_str(self, self.intern_str(method.name)?, self.native_method(method, class)?)?;
        }
        if description.instantiable {
            namespace.set_str(self, self.name(Name::__new__), self.native_method(&NEW, class)?)?;
        }
        let total = description.fields.len() + description.unnamed;
        let counts = [
            ("n_sequence_fields", description.visible),
            ("n_fields", total),
            ("n_unnamed_fields", description.unnamed),
        ];
        for (name, count) in counts {
            namespace.set_str(self, self.intern_str(name)?, Value::int_from_length(count))?;
        }
        let named = description.visible.saturating_sub(description.unnamed);
        let shown = self.tuple(names.as_slice().get(..named).unwrap_or(&[]))?;
        namespace.set_str(self, self.name(Name::__match_args__), shown)?;
        let all = self.tuple(names.as_slice())?;
        namespace.set_str(self, self.intern_str("__struct_fields__")?, all)?;
        Ok(())
    }

    /// An instance of a class of struct sequences.
    ///
    /// # Errors
    /// MemoryError.
    pub fn struct_sequence(&self, class: Class, visible: &[Value], hidden: &[Value]) -> PyResult<Value> {
        Ok(Value::from(make(self, class, visible, hidden)?))
    }
}
