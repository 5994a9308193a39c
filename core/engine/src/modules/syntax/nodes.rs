//! Objects to trees.
//!
//! Invariant: a field is read once, so that an object which another thread changes gives a tree of what it was at some moment; what the
//! tree means is checked by the compiler. Source: `obj2ast_*` of Python/Python-ast.c.

use alloc::boxed::Box;
use alloc::vec::Vec;

use threadsnake_bytecode::{Constant, Text};
use threadsnake_syntax::classes::{ATTRIBUTES, Attributes};
use threadsnake_syntax::{Class as NodeClass, Field, FieldRow, FieldType, Position, Quantity, Sum, Tree};

use crate::context::Context;
use crate::engine::CompileMode;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::modules::syntax::classes::SyntaxClasses;
use crate::number::integer::IntegerRef;
use crate::types::bytes_object::Bytes;
use crate::types::class::Class;
use crate::types::complex_object::{complex_of, is_exact_complex};
use crate::types::float_object::{float_of, is_exact_float};
use crate::types::int_object::{as_i64, integer_of, is_exact_int, is_int};
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

struct Reader<'a> {
    cx: &'a Context,
    classes: SyntaxClasses,
    tree: Tree,
}

impl Reader<'_> {
    fn is_instance(&self, value: Value, class: Value) -> bool {
        Class::from_value(class).is_some_and(|class| self.cx.is_instance_of(value, class))
    }

    fn attribute(&self, object: Value, name: &str) -> PyResult<Option<Value>> {
        self.cx.find_attribute_or_none(object, self.cx.intern_str(name)?)
    }

    fn number(&self, value: Value) -> PyResult<i32> {
        let cx = self.cx;
        if !is_int(value) {
            return Err(cx.value_error(format_args!("invalid integer value: {}", cx.repr_lossy(value))));
        }
        as_i64(value).and_then(|number| i32::try_from(number).ok()).ok_or_else(|| {
            cx.raise(ExceptionClass::OverflowError, format_args!("Python int too large to convert to C int"))
        })
    }

    fn position(&self, object: Value, sum: Sum) -> PyResult<Position> {
        let attributes = sum.attributes();
        if attributes == Attributes::None {
            return Ok(Position::default());
        }
        let mut numbers = [None; 4];
        for (index, (place, name)) in numbers.iter_mut().zip(ATTRIBUTES).enumerate() {
            let optional = attributes == Attributes::OptionalEnd && index >= 2;
            match self.attribute(object, name)?.filter(|value| !(optional && value.is_none())) {
                Some(value) => *place = Some(self.number(value)?),
                None if optional => {}
                None => {
                    return Err(self
                        .cx
                        .type_error(format_args!("required field \"{name}\" missing from {}", sum.name())));
                }
            }
        }
        let [line, column, end_line, end_column] = numbers;
        let (line, column) = (line.unwrap_or(0), column.unwrap_or(0));
        Ok(Position {
            line,
            column,
            end_line: end_line.unwrap_or(line),
            end_column: end_column.unwrap_or(column),
        })
    }

    /// A node of a sum or product; absent for None.
    fn node(&mut self, object: Value, sum: Sum) -> PyResult<Field> {
        if object.is_none() {
            return Ok(Field::Absent);
        }
        let cx = self.cx;
        cx.recursive(|| {
            cx.check_native_stack()?;
            let class = if sum.is_product() {
                NodeClass::of_sum(sum).next()
            } else {
                let position = self.position(object, sum)?;
                let found =
                    NodeClass::of_sum(sum).find(|&class| self.is_instance(object, self.classes.class(class)));
                if let Some(class) = found {
                    return self.fields(object, class, position);
                }
                None
            };
            match class {
                Some(class) => {
                    // A product's attributes are read behind its fields.
                    let field = self.fields(object, class, Position::default())?;
                    let position = self.position(object, sum)?;
                    if let (Field::Node(index), nodes) = (&field, &mut self.tree.nodes)
                        && let Some(node) = nodes.get_mut(index.0 as usize)
                    {
                        node.position = position;
                    }
                    Ok(field)
                }
                None => Err(cx.type_error(format_args!(
                    "expected some sort of {}, but got {}",
                    sum.name(),
                    cx.repr_lossy(object)
                ))),
            }
        })
    }

    fn fields(&mut self, object: Value, class: NodeClass, position: Position) -> PyResult<Field> {
        let mut fields = Vec::with_capacity(class.fields().len());
        for row in class.fields() {
            fields.push(self.field(object, class, row)?);
        }
        Ok(self.tree.push(class, position, fields))
    }

    fn field(&mut self, object: Value, class: NodeClass, row: &FieldRow) -> PyResult<Field> {
        let cx = self.cx;
        let value = self.attribute(object, row.name)?;
        match (row.quantity, value) {
            (Quantity::Many, None) => Ok(Field::List(Vec::new())),
            (Quantity::Many, Some(value)) => {
                let Some(list) = List::from_value(value) else {
                    return Err(cx.type_error(format_args!(
                        "{} field \"{}\" must be a list, not a {}",
                        class.name(),
                        row.name,
                        cx.type_name(value)
                    )));
                };
                let count = list.len();
                let mut items = Vec::new();
                for &item in list.snapshot(cx).as_slice() {
                    items.push(self.single(item, row.kind)?);
                    if list.len() != count {
                        return Err(cx.raise(
                            ExceptionClass::RuntimeError,
                            format_args!(
                                "{} field \"{}\" changed size during iteration",
                                class.name(),
                                row.name
                            ),
                        ));
                    }
                }
                Ok(Field::List(items))
            }
            (Quantity::Optional, None) => Ok(Field::Absent),
            (Quantity::Optional, Some(value)) if value.is_none() => Ok(Field::Absent),
            (Quantity::One, None) => Err(cx.type_error(format_args!(
                "required field \"{}\" missing from {}",
                row.name,
                class.name()
            ))),
            (Quantity::One, Some(value))
                if value.is_none() && !matches!(row.kind, FieldType::Constant | FieldType::Number) =>
            {
                Err(cx.value_error(format_args!("field '{}' is required for {}", row.name, class.name())))
            }
            (_, Some(value)) => self.single(value, row.kind),
        }
    }

    fn single(&mut self, value: Value, kind: FieldType) -> PyResult<Field> {
        let cx = self.cx;
        match kind {
            FieldType::Node(sum) => self.node(value, sum),
            FieldType::Identifier if value.is_none() => Ok(Field::Absent),
            FieldType::Identifier => match Str::from_value(value).filter(|text| text.is_exact()) {
                Some(text) => Ok(Field::Text(Text(text.to_wtf8().into()))),
                None => Err(cx.type_error(format_args!("AST identifier must be of type str"))),
            },
            FieldType::Text => match (Str::from_value(value), Bytes::from_value(value)) {
                (Some(text), _) if text.is_exact() => Ok(Field::Text(Text(text.to_wtf8().into()))),
                (_, Some(bytes)) => Ok(Field::Text(Text(bytes.as_slice().into()))),
                _ => Err(cx.type_error(format_args!("AST string must be of type str"))),
            },
            FieldType::Number => Ok(Field::Number(self.number(value)?.into())),
            FieldType::Constant => Ok(Field::Constant(constant(cx, value)?)),
        }
    }
}

/// A constant of an object.
fn constant(cx: &Context, value: Value) -> PyResult<Constant> {
    cx.check_native_stack()?;
    if value.is_none() {
        return Ok(Constant::None);
    }
    if value.is(Value::ELLIPSIS) {
        return Ok(Constant::Ellipsis);
    }
    if value.is(Value::TRUE) || value.is(Value::FALSE) {
        return Ok(if value.is(Value::TRUE) { Constant::True } else { Constant::False });
    }
    if is_exact_int(value) {
        if let Some(number) = as_i64(value) {
            return Ok(Constant::Integer(number));
        }
        if let Some(IntegerRef::Big { negative, limbs }) = integer_of(&value) {
            let magnitude: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
            return Ok(Constant::BigInteger { negative, magnitude: magnitude.into() });
        }
    }
    if is_exact_float(value)
        && let Some(number) = float_of(value)
    {
        return Ok(Constant::Float(number));
    }
    if is_exact_complex(value)
        && let Some((real, imaginary)) = complex_of(value)
    {
        return Ok(Constant::Complex(real, imaginary));
    }
    if let Some(text) = Str::from_value(value).filter(|text| text.is_exact()) {
        return Ok(Constant::Text(Text(text.to_wtf8().into())));
    }
    let class = cx.class_of(value).as_value();
    if let Some(bytes) = Bytes::from_value(value).filter(|_| class.is(cx.class(Kind::Bytes))) {
        return Ok(Constant::Bytes(Box::from(bytes.as_slice())));
    }
    let items = |items: &[Value]| {
        let mut constants = Vec::new();
        for &item in items {
            constants.push(constant(cx, item)?);
        }
        Ok(constants)
    };
    if let Some(tuple) = Tuple::from_value(value).filter(|tuple| tuple.is_exact()) {
        return Ok(Constant::Tuple(items(tuple.as_slice())?));
    }
    if class.is(cx.class(Kind::FrozenSet)) {
        return Ok(Constant::FrozenSet(items(cx.collect(value)?.as_slice())?));
    }
    Err(cx.type_error(format_args!("got an invalid type in Constant: {}", cx.type_name(value))))
}

impl Context {
    /// Whether a value is an object of a syntax tree.
    pub fn is_syntax_tree(&self, value: Value) -> bool {
        value.is_kind(Kind::SyntaxNode)
    }

    /// The tree of an object that `compile` was given.
    ///
    /// # Errors
    /// TypeError, ValueError, RecursionError if it is no tree for the mode; what reading attributes raises.
    pub fn syntax_tree_of(&self, object: Value, mode: CompileMode) -> PyResult<Tree> {
        let classes = SyntaxClasses::of(self)?;
        let class = match mode {
            CompileMode::Module => NodeClass::Module,
            CompileMode::Interactive => NodeClass::Interactive,
            CompileMode::Expression => NodeClass::Expression,
        };
        let mut reader = Reader { cx: self, classes, tree: Tree::default() };
        if !reader.is_instance(object, classes.class(class)) {
            return Err(self.type_error(format_args!(
                "expected {} node, got {}",
                class.name(),
                self.class_of(object).name(self)
            )));
        }
        reader.fields(object, class, Position::default())?;
        Ok(reader.tree)
    }
}
