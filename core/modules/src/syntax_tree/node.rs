//! `ast.AST`: the class of all nodes of syntax trees.
//!
//! Invariant: a node is a plain instance with attributes; what its class says of fields is looked up on the class at each call, because
//! programs make node classes of their own. Source: Python/Python-ast.c of CPython 3.14 (`ast_type_init`, `ast_repr_max_depth`).

use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::list::List;
use threadsnake_engine::types::repr_builder::ReprBuilder;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, Kind, Name, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

/// How deep `repr` looks.
const REPR_DEPTH: usize = 3;

#[pyclass(
    id = SyntaxNode, name = "AST", module = "ast", doc = "", flags(SUBCLASSABLE, HAS_DICT, NO_WEAK_REFERENCES)
)]
pub struct Node(ObjectRef);

/// A tuple of names that the node's class has as an attribute.
fn names_of(cx: &Context, node: Value, attribute: &str) -> PyResult<Tuple> {
    let class = cx.class_of(node).as_value();
    match cx.find_attribute_or_none(class, cx.intern_str(attribute)?)? {
        Some(names) => cx.new_tuple(cx.collect(names)?.as_slice()),
        None => Ok(cx.empty_tuple()),
    }
}

fn has_name(names: Tuple, name: Str) -> bool {
    names.iter().filter_map(Str::from_value).any(|known| known.equals(name))
}

fn class_name(cx: &Context, node: Value) -> alloc::string::String {
    cx.type_name(node).to_utf8_lossy()
}

fn attributes(cx: &Context, node: Value) -> PyResult<Dict> {
    Dict::expect(cx, cx.get_attribute_name(node, Name::__dict__)?)
}

/// Gives a field that was not named in the call its default, or says that there is none.
fn set_default(cx: &Context, node: Value, types: Dict, field: Str) -> PyResult<()> {
    let class_name = class_name(cx, node);
    let Some(field_type) = types.get(cx, field.as_value())? else {
        return cx.warn(
            ExceptionClass::DeprecationWarning,
            format_args!(
                "Field '{field}' is missing from {class_name}._field_types. This will become an error in Python 3.15."
            ),
        );
    };
    if cx.is_instance_of_kind(field_type, Kind::Union) {
        // Optional: the class has None.
        return Ok(());
    }
    if cx.is_instance_of_kind(field_type, Kind::GenericAlias) {
        return cx.set_attribute(node, field, Some(cx.list(&[])?));
    }
    let is_context =
        Class::from_value(field_type).is_some_and(|class| class.name(cx).equals_ascii("expr_context"));
    if is_context {
        let module = cx.import_module("_ast")?;
        let load = cx.get_attribute(module, cx.intern_str("Load")?)?;
        return cx.set_attribute(node, field, Some(cx.call(load, &[])?));
    }
    cx.warn(
        ExceptionClass::DeprecationWarning,
        format_args!(
            "{class_name}.__init__ missing 1 required positional argument: '{field}'. This will become an error in Python 3.15."
        ),
    )
}

fn repr_list(
    cx: &Context,
    items: &[Value],
    open: &str,
    close: &str,
    depth: usize,
    text: &mut ReprBuilder,
) -> PyResult<()> {
    if depth == 0 {
        text.push("...");
        return Ok(());
    }
    text.push(open);
    if let Some(&first) = items.first() {
        repr_field(cx, first, depth - 1, text)?;
    }
    if items.len() > 2 {
        text.push(", ...");
    }
    if let [_, .., last] = *items {
        text.push(", ");
        repr_field(cx, last, depth - 1, text)?;
    }
    text.push(close);
    Ok(())
}

fn repr_field(cx: &Context, value: Value, depth: usize, text: &mut ReprBuilder) -> PyResult<()> {
    if let Some(list) = List::from_value(value) {
        return repr_list(cx, list.snapshot(cx).as_slice(), "[", "]", depth, text);
    }
    if let Some(tuple) = Tuple::from_value(value) {
        return repr_list(cx, tuple.as_slice(), "(", ")", depth, text);
    }
    if Node::from_value(value).is_some() {
        return repr_node(cx, value, depth, text);
    }
    text.push_str(cx.repr(value)?);
    Ok(())
}

fn repr_node(cx: &Context, node: Value, depth: usize, text: &mut ReprBuilder) -> PyResult<()> {
    text.push_str(cx.short_type_name(node));
    if depth == 0 {
        text.push("(...)");
        return Ok(());
    }
    text.push("(");
    let Some(_guard) = cx.enter_repr(node)? else {
        text.push("...)");
        return Ok(());
    };
    for (index, field) in names_of(cx, node, "_fields")?.iter().enumerate() {
        let field = Str::expect(cx, field)?;
        if index > 0 {
            text.push(", ");
        }
        text.push_str(field);
        text.push("=");
        let value = cx.get_attribute(node, field)?;
        repr_field(cx, value, depth - 1, text)?;
    }
    text.push(")");
    Ok(())
}

#[pymethods]
impl Node {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: Node, arguments: Arguments<'_>) -> PyResult<()> {
        let node = this.as_value();
        let fields = names_of(cx, node, "_fields")?;
        let given = arguments.positional();
        if given.len() > fields.len() {
            return Err(cx.type_error(format_args!(
                "{} constructor takes at most {} positional argument{}",
                cx.short_type_name(node),
                fields.len(),
                if fields.len() == 1 { "" } else { "s" }
            )));
        }
        let mut missing = cx.scratch();
        for (index, field) in fields.iter().enumerate() {
            let name = cx.intern(Str::expect(cx, field)?)?;
            match given.get(index) {
                Some(&value) => cx.set_attribute(node, name, Some(value))?,
                None => missing.push(name.as_value()),
            }
        }
        for (name, value) in arguments.keywords().iter() {
            let name = cx.intern(Str::expect(cx, name)?)?;
            if has_name(fields, name) {
                let place = missing
                    .as_slice()
                    .iter()
                    .position(|field| Str::from_value(*field).is_some_and(|field| field.equals(name)));
                match place {
                    Some(place) => {
                        if let Some(tail) = missing.as_mut_slice().get_mut(place..) {
                            tail.rotate_left(1);
                        }
                        missing.pop();
                    }
                    None => {
                        return Err(cx.type_error(format_args!(
                            "{} got multiple values for argument {}",
                            cx.short_type_name(node),
                            cx.repr(name.as_value())?
                        )));
                    }
                }
            } else if !has_name(names_of(cx, node, "_attributes")?, name) {
                cx.warn(
                    ExceptionClass::DeprecationWarning,
                    format_args!(
                        "{}.__init__ got an unexpected keyword argument {}. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                        class_name(cx, node),
                        cx.repr(name.as_value())?
                    ),
                )?;
            }
            cx.set_attribute(node, name, Some(value))?;
        }
        if missing.is_empty() {
            return Ok(());
        }
        let class = cx.class_of(node).as_value();
        let types =
            cx.find_attribute_or_none(class, cx.intern_str("_field_types")?)?.and_then(Dict::from_value);
        if let Some(types) = types {
            for &field in missing.as_slice() {
                set_default(cx, node, types, Str::expect(cx, field)?)?;
            }
        }
        Ok(())
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: Node) -> PyResult {
        let mut text = ReprBuilder::default();
        repr_node(cx, this.as_value(), REPR_DEPTH, &mut text)?;
        text.finish(cx)
    }

    /// Helper for pickle: the class, a None for each field, and the attributes.
    #[pymethod]
    fn __reduce__(cx: &Context, this: Node) -> PyResult {
        let node = this.as_value();
        let mut nothing = cx.scratch();
        for _ in 0..names_of(cx, node, "_fields")?.len() {
            nothing.push(Value::NONE);
        }
        let nothing = cx.tuple(nothing.as_slice())?;
        let state = attributes(cx, node)?.copy(cx)?;
        cx.tuple(&[cx.class_of(node).as_value(), nothing, state.as_value()])
    }

    /// Return a copy of the AST node with new values for the specified fields.
    #[pymethod(signature = "($self, /, **fields)")]
    fn __replace__(cx: &Context, this: Node, arguments: Arguments<'_>) -> PyResult {
        let node = this.as_value();
        let name_of_class = class_name(cx, node);
        if !arguments.positional().is_empty() {
            return Err(cx.type_error(format_args!("__replace__() takes no positional arguments")));
        }
        let (fields, places) = (names_of(cx, node, "_fields")?, names_of(cx, node, "_attributes")?);
        let values = cx.new_dict()?;
        let own = attributes(cx, node)?;
        let class = cx.class_of(node).as_value();
        for name in fields.iter().chain(places.iter()) {
            let name = Str::expect(cx, name)?;
            if let Some(value) = own.get_str(cx, name)? {
                values.set_str(cx, name, value)?;
            }
        }
        for (name, value) in arguments.keywords().iter() {
            let name = Str::expect(cx, name)?;
            if !has_name(fields, name) && !has_name(places, name) {
                return Err(cx.type_error(format_args!(
                    "{name_of_class}.__replace__ got an unexpected keyword argument {}.",
                    cx.repr(name.as_value())?
                )));
            }
            values.set_str(cx, name, value)?;
        }
        for name in fields.iter() {
            let name = Str::expect(cx, name)?;
            if values.get_str(cx, name)?.is_none() && cx.find_attribute_or_none(class, name)?.is_none() {
                return Err(cx.type_error(format_args!(
                    "{name_of_class}.__replace__ missing 1 keyword argument: '{name}'."
                )));
            }
        }
        cx.call_spread(class, cx.empty_tuple(), Some(values))
    }
}

/// The class, made.
pub(super) fn class(cx: &Context) -> PyResult<Class> {
    cx.build_on_demand(<Node as NativeType>::CLASS)
}
