//! The classes of syntax trees and the objects that stand for operators and contexts.
//!
//! Invariant: `Root::SyntaxClasses` holds a tuple of the base, the classes of sums, the classes of nodes, and for each of these its
//! singleton or None. It is set once: of two threads that make classes at the same time, the first one's stay.

use alloc::vec::Vec;

use threadsnake_syntax::classes::{ATTRIBUTES, Attributes};
use threadsnake_syntax::{Class as NodeClass, FieldRow, FieldType, Quantity, Sum};

use crate::context::Context;
use crate::engine::Root;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::native::NativeType;
use crate::protocol::number::BinaryOperator;
use crate::types::class::{Class, allocate_of_class};
use crate::types::dict::Dict;
use crate::types::syntax_node::SyntaxNode;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The classes of an engine.
#[derive(Copy, Clone)]
pub struct SyntaxClasses(Tuple);

const FIRST_CLASS: usize = 1 + Sum::ALL.len();
const FIRST_SINGLETON: usize = FIRST_CLASS + NodeClass::ALL.len();

impl SyntaxClasses {
    /// The classes, made if they are not there yet.
    ///
    /// # Errors
    /// MemoryError.
    pub fn of(cx: &Context) -> PyResult<SyntaxClasses> {
        if let Some(classes) = cx.root(Root::SyntaxClasses).and_then(Tuple::from_value) {
            return Ok(SyntaxClasses(classes));
        }
        let made = make(cx)?;
        let kept = cx.set_root_once(Root::SyntaxClasses, made.as_value());
        Ok(SyntaxClasses(Tuple::from_value(kept).unwrap_or(made)))
    }

    fn item(self, index: usize) -> Value {
        self.0.get(index).unwrap_or(Value::NONE)
    }

    /// `AST`
    pub fn base(self) -> Value {
        self.item(0)
    }

    /// The class of a sum, such as `expr`, or of a product.
    pub fn sum(self, sum: Sum) -> Value {
        self.item(1 + sum as usize)
    }

    /// The class of nodes.
    pub fn class(self, class: NodeClass) -> Value {
        self.item(FIRST_CLASS + class as usize)
    }

    /// The object that stands for all nodes of a class without fields.
    pub fn singleton(self, class: NodeClass) -> Option<Value> {
        self.0.get(FIRST_SINGLETON + class as usize).filter(|value| !value.is_none())
    }
}

fn names(cx: &Context, names: &[&str]) -> PyResult<Value> {
    let mut values = cx.scratch();
    for name in names {
        values.push(cx.intern_str(name)?.as_value());
    }
    cx.tuple(values.as_slice())
}

fn set(cx: &Context, class: Value, name: &str, value: Value) -> PyResult<()> {
    let name = cx.intern_str(name)?;
    Class::expect(cx, class)?.set_attribute(cx, name, Some(value))?;
    Ok(())
}

/// Makes a class as a `class` statement would.
fn make_class(
    cx: &Context,
    name: &str,
    base: Value,
    fields: &[FieldRow],
    production: &str,
    attributes: Option<Attributes>,
) -> PyResult<Value> {
    let namespace = cx.new_dict()?;
    let field_names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let field_names = names(cx, &field_names)?;
    let put = |key: &str, value: Value| namespace.set_str(cx, cx.intern_str(key)?, value);
    put("_fields", field_names)?;
    put("__match_args__", field_names)?;
    put("__module__", cx.intern_str("ast")?.as_value())?;
    put("__doc__", cx.str(production)?)?;
    if let Some(attributes) = attributes {
        let listed: &[&str] = if attributes == Attributes::None { &[] } else { &ATTRIBUTES };
        put("_attributes", names(cx, listed)?)?;
        if attributes == Attributes::OptionalEnd {
            put("end_lineno", Value::NONE)?;
            put("end_col_offset", Value::NONE)?;
        }
    }
    for field in fields.iter().filter(|field| field.quantity == Quantity::Optional) {
        put(field.name, Value::NONE)?;
    }
    let bases = cx.tuple(&[base])?;
    cx.call(cx.class(Kind::Type), &[cx.str(name)?, bases, namespace.as_value()])
}

/// The type of a field, as an annotation.
fn annotation(cx: &Context, classes: &[Value], field: &FieldRow) -> PyResult<Value> {
    let class = match field.kind {
        FieldType::Node(sum) => classes.get(1 + sum as usize).copied().unwrap_or(Value::NONE),
        FieldType::Identifier | FieldType::Text => cx.class(Kind::Str),
        FieldType::Number => cx.class(Kind::Int),
        FieldType::Constant => cx.class(Kind::Object),
    };
    match field.quantity {
        Quantity::One => Ok(class),
        Quantity::Optional => cx.binary_operation(BinaryOperator::Or, class, Value::NONE),
        Quantity::Many => cx.get_item(cx.class(Kind::List), class),
    }
}

fn annotate(cx: &Context, classes: &[Value], class: Value, fields: &[FieldRow]) -> PyResult<()> {
    let field_types = cx.new_dict()?;
    let annotations = cx.new_dict()?;
    for field in fields {
        let name = cx.intern_str(field.name)?;
        let value = annotation(cx, classes, field)?;
        field_types.set_str(cx, name, value)?;
        annotations.set_str(cx, name, value)?;
    }
    set(cx, class, "_field_types", field_types.as_value())?;
    cx.set_attribute(class, cx.intern_str("__annotations__")?, Some(annotations.as_value()))
}

fn make(cx: &Context) -> PyResult<Tuple> {
    let base = cx.build_on_demand(<SyntaxNode as NativeType>::CLASS)?.as_value();
    let empty = cx.empty_tuple().as_value();
    for name in ["_fields", "_attributes", "__match_args__"] {
        set(cx, base, name, empty)?;
    }
    let mut classes = cx.scratch();
    classes.push(base);
    for &sum in Sum::ALL {
        let fields = if sum.is_product() {
            NodeClass::of_sum(sum).next().map_or(&[][..], NodeClass::fields)
        } else {
            &[]
        };
        let class = make_class(cx, sum.name(), base, fields, &sum.production(), Some(sum.attributes()))?;
        classes.push(class);
    }
    for &class in NodeClass::ALL {
        let sum = classes.as_slice().get(1 + class.sum() as usize).copied().unwrap_or(base);
        if class.sum().is_product() {
            classes.push(sum);
            continue;
        }
        classes.push(make_class(cx, class.name(), sum, class.fields(), &class.production(), None)?);
    }
    for (index, &class) in NodeClass::ALL.iter().enumerate() {
        let made = classes.as_slice().get(FIRST_CLASS + index).copied().unwrap_or(base);
        annotate(cx, classes.as_slice(), made, class.fields())?;
        if class.is_singleton() {
            let object = allocate_of_class(cx, Class::expect(cx, made)?)?;
            classes.push(Value::from(object));
        } else {
            classes.push(Value::NONE);
        }
    }
    cx.new_tuple(classes.as_slice())
}

/// The namespace of a node, without making one.
///
/// # Errors
/// MemoryError.
pub fn attributes_of(cx: &Context, node: Value) -> PyResult<Dict> {
    let found = cx.get_attribute_name(node, crate::names::Name::__dict__)?;
    Dict::expect(cx, found)
}
