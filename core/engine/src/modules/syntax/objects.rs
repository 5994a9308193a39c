//! Trees to objects.
//!
//! Invariant: nodes are made in the order of the tree, so children exist when their parent is made; made objects are kept alive by a
//! scratch vector. Source: `ast2obj_*` of Python/Python-ast.c.

use threadsnake_syntax::classes::{ATTRIBUTES, Attributes};
use threadsnake_syntax::{Class as NodeClass, Field, Node, Tree};

use crate::context::{Context, ScratchVector};
use crate::error::PyResult;
use crate::modules::syntax::classes::SyntaxClasses;
use crate::types::class::{Class, allocate_of_class};
use crate::value::Value;

fn field_value(cx: &Context, made: &ScratchVector<'_>, field: &Field) -> PyResult<Value> {
    Ok(match field {
        Field::Absent => Value::NONE,
        Field::Node(index) => made.as_slice().get(index.0 as usize).copied().unwrap_or(Value::NONE),
        Field::Text(text) => cx.intern_wtf8(&text.0)?.as_value(),
        Field::Number(number) => cx.int(*number)?,
        Field::Constant(constant) => cx.constant_value(constant)?,
        Field::List(items) => {
            let list = cx.new_list(items.len())?;
            for item in items {
                list.push(cx, field_value(cx, made, item)?)?;
            }
            list.as_value()
        }
    })
}

fn node_object(
    cx: &Context,
    classes: SyntaxClasses,
    made: &ScratchVector<'_>,
    node: &Node,
) -> PyResult<Value> {
    if let Some(singleton) = classes.singleton(node.class) {
        return Ok(singleton);
    }
    let class = Class::expect(cx, classes.class(node.class))?;
    let object = allocate_of_class(cx, class)?;
    for (row, field) in NodeClass::fields(node.class).iter().zip(&node.fields) {
        let value = field_value(cx, made, field)?;
        cx.set_instance_attribute(object, cx.intern_str(row.name)?, value)?;
    }
    if node.class.sum().attributes() != Attributes::None {
        let place = node.position;
        let numbers = [place.line, place.column, place.end_line, place.end_column];
        for (name, number) in ATTRIBUTES.into_iter().zip(numbers) {
            cx.set_instance_attribute(object, cx.intern_str(name)?, cx.int(i64::from(number))?)?;
        }
    }
    Ok(Value::from(object))
}

impl Context {
    /// The objects of a tree; the root's is returned.
    ///
    /// # Errors
    /// MemoryError.
    pub fn syntax_tree_object(&self, tree: &Tree) -> PyResult<Value> {
        let classes = SyntaxClasses::of(self)?;
        let mut made = self.scratch();
        for (index, node) in tree.nodes.iter().enumerate() {
            if index % 1024 == 1023 {
                self.poll()?;
            }
            let object = node_object(self, classes, &made, node)?;
            made.push(object);
        }
        Ok(made.as_slice().last().copied().unwrap_or(Value::NONE))
    }
}
