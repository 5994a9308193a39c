//! `ast.AST`, the base of all classes of syntax trees.
//!
//! Invariant: all state is in the instance's attributes; what fields a node has, its class says in `_fields`.
//! Source: `ast_type_*` of Parser/asdl_c.py of CPython 3.14.

use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_heap::ObjectRef;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::modules::syntax::classes::{SyntaxClasses, attributes_of};
use crate::native::{Arguments, Keywords};
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::repr_builder::ReprBuilder;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A node of a syntax tree.
#[pyclass(
    id = SyntaxNode,
    name = "AST",
    module = "ast",
    doc = "",
    flags(SUBCLASSABLE, HAS_DICT, NO_WEAK_REFERENCES)
)]
pub struct SyntaxNode(ObjectRef);

/// Levels of nodes that `repr` shows.
const REPR_DEPTH: usize = 3;

/// The names that a class lists in one of its attributes; none if it has no such attribute.
fn listed(cx: &Context, class: Class, name: &str) -> PyResult<Vec<String>> {
    let names = listed_values(cx, class, name)?;
    let mut texts = Vec::new();
    for &name in names.as_slice() {
        texts.push(Str::expect(cx, name)?.to_utf8_lossy());
    }
    Ok(texts)
}

fn listed_values<'a>(
    cx: &'a Context,
    class: Class,
    name: &str,
) -> PyResult<crate::context::ScratchVector<'a>> {
    match cx.find_attribute_or_none(class.as_value(), cx.intern_str(name)?)? {
        None => Ok(cx.scratch()),
        Some(names) => {
            cx.length(names)?;
            cx.collect(names)
        }
    }
}

fn position(names: &[Value], name: Str) -> Option<usize> {
    names.iter().position(|&other| Str::from_value(other).is_some_and(|other| other.equals(name)))
}

fn deprecated(cx: &Context, text: core::fmt::Arguments<'_>) -> PyResult<()> {
    cx.warn(ExceptionClass::DeprecationWarning, text)
}

fn full_name(cx: &Context, class: Class) -> String {
    let name = class.name(cx).to_utf8_lossy();
    if class.is_native() { alloc::format!("ast.{name}") } else { name }
}

/// Gives fields that were not set the defaults of their types.
fn set_defaults(cx: &Context, this: Value, class: Class, fields: &[Value], given: &[bool]) -> PyResult<()> {
    if given.iter().all(|&given| given) {
        return Ok(());
    }
    let Some(types) = cx.find_attribute_or_none(class.as_value(), cx.intern_str("_field_types")?)? else {
        return Ok(());
    };
    let context = SyntaxClasses::of(cx)?.sum(threadsnake_syntax::Sum::ExprContext);
    for (&name, _) in fields.iter().zip(given).filter(|(_, given)| !**given) {
        let name = Str::expect(cx, name)?;
        let name = cx.intern(name)?;
        let found = match Dict::from_value(types) {
            Some(types) => types.get(cx, name.as_value())?,
            None => None,
        };
        let Some(kind) = found else {
            deprecated(
                cx,
                format_args!(
                    "Field '{name}' is missing from {}._field_types. This will become an error in Python 3.15.",
                    full_name(cx, class)
                ),
            )?;
            continue;
        };
        if kind.is_kind(Kind::Union) {
            // An optional field: the class has None for it.
            continue;
        }
        if kind.is_kind(Kind::GenericAlias) {
            let empty = cx.new_list(0)?;
            cx.set_attribute(this, name, Some(empty.as_value()))?;
        } else if kind.is(context) {
            let load = SyntaxClasses::of(cx)?.singleton(threadsnake_syntax::Class::Load);
            cx.set_attribute(this, name, Some(load.unwrap_or(Value::NONE)))?;
        } else {
            deprecated(
                cx,
                format_args!(
                    "{}.__init__ missing 1 required positional argument: '{name}'. This will become an error in Python 3.15.",
                    full_name(cx, class)
                ),
            )?;
        }
    }
    Ok(())
}

fn push_list(cx: &Context, text: &mut ReprBuilder, list: Value, depth: usize) -> PyResult<()> {
    let (items, open, close) = match (List::from_value(list), Tuple::from_value(list)) {
        (Some(list), _) => (list.snapshot(cx), "[", "]"),
        (_, Some(tuple)) => {
            let mut items = cx.scratch();
            items.extend_from_slice(tuple.as_slice());
            (items, "(", ")")
        }
        _ => return text.push_repr(cx, list),
    };
    let items = items.as_slice();
    text.push(open);
    if let Some((&first, rest)) = items.split_first() {
        push_value(cx, text, first, depth - 1)?;
        if rest.len() > 1 {
            text.push(", ...");
        }
        if let Some(&last) = rest.last() {
            text.push(", ");
            push_value(cx, text, last, depth - 1)?;
        }
    }
    text.push(close);
    Ok(())
}

fn push_value(cx: &Context, text: &mut ReprBuilder, value: Value, depth: usize) -> PyResult<()> {
    match SyntaxNode::from_value(value) {
        Some(node) => push_node(cx, text, node, depth),
        None => text.push_repr(cx, value),
    }
}

fn push_node(cx: &Context, text: &mut ReprBuilder, node: SyntaxNode, depth: usize) -> PyResult<()> {
    let class = cx.class_of(node.as_value());
    text.push(&full_name(cx, class));
    let guard = if depth == 0 { None } else { cx.enter_repr(node.as_value())? };
    let Some(_guard) = guard else {
        text.push("(...)");
        return Ok(());
    };
    text.push("(");
    let fields = listed_values(cx, class, "_fields")?;
    for (index, &name) in fields.as_slice().iter().enumerate() {
        let name = cx.intern(Str::expect(cx, name)?)?;
        let value = cx.get_attribute(node.as_value(), name)?;
        if index > 0 {
            text.push(", ");
        }
        text.push_str(name);
        text.push("=");
        if List::from_value(value).is_some() || Tuple::from_value(value).is_some() {
            push_list(cx, text, value, depth)?;
        } else {
            push_value(cx, text, value, depth - 1)?;
        }
    }
    text.push(")");
    Ok(())
}

#[pymethods]
impl SyntaxNode {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let _ = arguments;
        Ok(Value::from(allocate_of_class(cx, Class::expect(cx, class)?)?))
    }

    /// Initialize self.  See help(type(self)) for accurate signature.
    #[pymethod(name = "__init__")]
    fn init(cx: &Context, this: SyntaxNode, arguments: Arguments<'_>) -> PyResult<()> {
        let this = this.as_value();
        let class = cx.class_of(this);
        let fields = listed_values(cx, class, "_fields")?;
        let fields = fields.as_slice();
        let positional = arguments.positional();
        if positional.len() > fields.len() {
            return Err(cx.type_error(format_args!(
                "{} constructor takes at most {} positional argument{}",
                class.name(cx),
                fields.len(),
                if fields.len() == 1 { "" } else { "s" }
            )));
        }
        let mut given = alloc::vec![false; fields.len()];
        for ((&name, &value), given) in fields.iter().zip(positional).zip(&mut given) {
            let name = cx.intern(Str::expect(cx, name)?)?;
            cx.set_attribute(this, name, Some(value))?;
            *given = true;
        }
        let mut attributes = None;
        for (name, value) in arguments.keywords().iter() {
            let name = cx.intern(Str::expect(cx, name)?)?;
            match position(fields, name) {
                Some(index) => {
                    if given.get(index) == Some(&true) {
                        return Err(cx.type_error(format_args!(
                            "{} got multiple values for argument '{name}'",
                            full_name(cx, class)
                        )));
                    }
                    if let Some(given) = given.get_mut(index) {
                        *given = true;
                    }
                }
                None => {
                    let known = match &attributes {
                        Some(known) => known,
                        None => attributes.insert(listed(cx, class, "_attributes")?),
                    };
                    let text = name.to_utf8_lossy();
                    if !known.contains(&text) {
                        deprecated(
                            cx,
                            format_args!(
                                "{}.__init__ got an unexpected keyword argument '{name}'. Support for arbitrary keyword \
                                 arguments is deprecated and will be removed in Python 3.15.",
                                full_name(cx, class)
                            ),
                        )?;
                    }
                }
            }
            cx.set_attribute(this, name, Some(value))?;
        }
        set_defaults(cx, this, class, fields, &given)
    }

    #[pymethod(doc = "")]
    fn __reduce__(cx: &Context, this: SyntaxNode) -> PyResult {
        let class = cx.class_of(this.as_value());
        let attributes = attributes_of(cx, this.as_value())?;
        // A place for each field, so that making the copy does not warn of missing ones; their values come with the state.
        let mut places = cx.scratch();
        for &name in listed_values(cx, class, "_fields")?.as_slice() {
            if attributes.get(cx, name)?.is_none() {
                break;
            }
            places.push(Value::NONE);
        }
        let places = cx.tuple(places.as_slice())?;
        cx.tuple(&[class.as_value(), places, attributes.as_value()])
    }

    /// Return a copy of the AST node with new values for the specified fields.
    #[pymethod(signature = "($self, /, **fields)")]
    fn __replace__(cx: &Context, this: SyntaxNode, fields: Keywords<'_>) -> PyResult {
        let class = cx.class_of(this.as_value());
        let name = full_name(cx, class);
        let attributes = attributes_of(cx, this.as_value())?;
        let field_names = listed(cx, class, "_fields")?;
        let attribute_names = listed(cx, class, "_attributes")?;
        for (key, _) in fields.iter() {
            let text = Str::expect(cx, key)?.to_utf8_lossy();
            if !field_names.iter().chain(&attribute_names).any(|known| *known == text) {
                return Err(cx.type_error(format_args!(
                    "{name}.__replace__ got an unexpected keyword argument '{text}'."
                )));
            }
        }
        let types = cx.find_attribute_or_none(class.as_value(), cx.intern_str("_field_types")?)?;
        let values = cx.new_dict()?;
        let mut missing = Vec::new();
        for (text, is_field) in field_names
            .iter()
            .map(|name| (name, true))
            .chain(attribute_names.iter().map(|name| (name, false)))
        {
            let key = cx.intern_str(text)?;
            let changed = fields
                .iter()
                .find(|(name, _)| Str::from_value(*name).is_some_and(|name| name.equals(key)))
                .map(|(_, value)| value);
            let value = match changed {
                Some(value) => Some(value),
                None => attributes.get(cx, key.as_value())?,
            };
            match value {
                Some(value) => values.set_str(cx, key, value)?,
                None if is_field => {
                    let kind = match types.and_then(Dict::from_value) {
                        Some(types) => types.get(cx, key.as_value())?,
                        None => None,
                    };
                    if !kind.is_some_and(|kind| kind.is_kind(Kind::Union)) {
                        missing.push(alloc::format!("'{text}'"));
                    }
                }
                None => {}
            }
        }
        if !missing.is_empty() {
            missing.sort();
            return Err(cx.type_error(format_args!(
                "{name}.__replace__ missing {} keyword argument{}: {}.",
                missing.len(),
                if missing.len() == 1 { "" } else { "s" },
                missing.join(", ")
            )));
        }
        cx.call_spread(class.as_value(), cx.empty_tuple(), Some(values))
    }

    /// Return repr(self).
    #[pymethod]
    fn __repr__(cx: &Context, this: SyntaxNode) -> PyResult {
        let mut text = ReprBuilder::default();
        push_node(cx, &mut text, this, REPR_DEPTH)?;
        text.finish(cx)
    }
}
