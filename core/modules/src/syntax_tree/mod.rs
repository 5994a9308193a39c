//! `_ast`: the classes of syntax trees. Making trees of source text, and code of trees, is `compile`'s part.
//!
//! Invariant: all classes come from [`grammar`]; the names of fields, their types and defaults are class attributes, as
//! `ast` and programs that walk trees read them. Source: Python/Python-ast.c of CPython 3.14.

mod grammar;
mod node;

use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::{Context, Kind, PyResult, Value};
use threadsnake_macros::pymodule;

use grammar::{Attributes, GRAMMAR, Quantity, Sum, fields_of, name_of};

const PLACE: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

fn tuple_of_names(cx: &Context, names: impl Iterator<Item = &'static str>) -> PyResult {
    let mut values = cx.scratch();
    for name in names {
        values.push(cx.intern_str(name)?.as_value());
    }
    cx.tuple(values.as_slice())
}

fn set(cx: &Context, namespace: Dict, name: &str, value: Value) -> PyResult<()> {
    namespace.set_str(cx, cx.intern_str(name)?, value)
}

/// Makes a class; the fields' types come later, when all classes are there.
fn make_class(
    cx: &Context,
    module: Dict,
    base: Value,
    name: &str,
    doc: &str,
    constructor: &'static str,
) -> PyResult {
    let namespace = cx.new_dict()?;
    let fields = tuple_of_names(cx, fields_of(constructor).map(|field| field.name))?;
    set(cx, namespace, "_fields", fields)?;
    set(cx, namespace, "__match_args__", fields)?;
    set(cx, namespace, "__module__", cx.str("ast")?)?;
    set(cx, namespace, "__doc__", cx.str(doc)?)?;
    for field in fields_of(constructor).filter(|field| field.quantity == Quantity::Optional) {
        set(cx, namespace, field.name, Value::NONE)?;
    }
    let bases = cx.tuple(&[base])?;
    let class = cx.call(cx.class(Kind::Type), &[cx.str(name)?, bases, namespace.as_value()])?;
    set(cx, module, name, class)?;
    Ok(class)
}

fn sum_doc(sum: &Sum) -> alloc::string::String {
    let mut text = alloc::format!("{} = ", sum.name);
    let separator = if sum.constructors.iter().all(|constructor| !constructor.contains('(')) {
        alloc::string::String::from(" | ")
    } else {
        alloc::format!("\n{:width$} | ", "", width = sum.name.len())
    };
    for (index, constructor) in sum.constructors.iter().enumerate() {
        if index > 0 {
            text.push_str(&separator);
        }
        text.push_str(constructor);
    }
    text
}

fn make_sum(cx: &Context, module: Dict, root: Value, sum: &Sum) -> PyResult<()> {
    let own = match sum.constructors {
        &[only] if name_of(only) == sum.name => Some(only),
        _ => None,
    };
    let base = match own {
        Some(constructor) => make_class(cx, module, root, sum.name, constructor, constructor)?,
        None => make_class(cx, module, root, sum.name, &sum_doc(sum), "")?,
    };
    let places: &[&'static str] = if sum.attributes == Attributes::None { &[] } else { &PLACE };
    let attributes = tuple_of_names(cx, places.iter().copied())?;
    cx.set_attribute(base, cx.intern_str("_attributes")?, Some(attributes))?;
    if sum.attributes == Attributes::Place {
        for name in ["end_lineno", "end_col_offset"] {
            cx.set_attribute(base, cx.intern_str(name)?, Some(Value::NONE))?;
        }
    }
    if own.is_none() {
        for constructor in sum.constructors {
            make_class(cx, module, base, name_of(constructor), constructor, constructor)?;
        }
    }
    Ok(())
}

/// `_field_types` of a class.
fn set_field_types(cx: &Context, module: Dict, constructor: &'static str) -> PyResult<()> {
    let Some(class) = module.get_str(cx, cx.intern_str(name_of(constructor))?)? else { return Ok(()) };
    let types = cx.new_dict()?;
    for field in fields_of(constructor) {
        let single = match field.type_name {
            "identifier" | "string" => cx.class(Kind::Str),
            "int" => cx.class(Kind::Int),
            "constant" => cx.class(Kind::Object),
            name => module.get_str(cx, cx.intern_str(name)?)?.unwrap_or(Value::NONE),
        };
        let whole = match field.quantity {
            Quantity::One => single,
            Quantity::Optional => {
                let or = threadsnake_engine::protocol::number::BinaryOperator::Or;
                cx.binary_operation(or, single, Value::NONE)?
            }
            Quantity::Many => cx.generic_alias(cx.class(Kind::List), single)?,
        };
        set(cx, types, field.name, whole)?;
    }
    cx.set_attribute(class, cx.intern_str("_field_types")?, Some(types.as_value()))?;
    cx.set_attribute(class, cx.intern_str("__annotations__")?, Some(types.as_value()))
}

/// The classes of abstract syntax trees.
#[pymodule(name = "_ast")]
pub mod module {
    use super::*;

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let module = cx.module_dict(module)?;
        let root = node::class(cx)?;
        if let Some(namespace) = root.dict() {
            let empty = cx.empty_tuple().as_value();
            for name in ["_fields", "_attributes", "__match_args__"] {
                set(cx, namespace, name, empty)?;
            }
        }
        let root = root.as_value();
        set(cx, module, "AST", root)?;
        for sum in GRAMMAR {
            make_sum(cx, module, root, sum)?;
        }
        for constructor in GRAMMAR.iter().flat_map(|sum| sum.constructors) {
            set_field_types(cx, module, constructor)?;
        }
        for (name, flag) in [
            ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000u32),
            ("PyCF_ONLY_AST", 0x400),
            ("PyCF_TYPE_COMMENTS", 0x1000),
            ("PyCF_OPTIMIZED_AST", 0x8400),
        ] {
            set(cx, module, name, Value::int_from_u32(flag))?;
        }
        Ok(())
    }
}
