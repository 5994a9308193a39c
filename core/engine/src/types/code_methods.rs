//! Attributes and methods of code objects.
//!
//! Invariant: a code object never changes; `replace` makes another one that shares names and constants and has caches of its own.
//! Source: Objects/codeobject.c. `co_code` and the tables are in our own formats.

use alloc::boxed::Box;
use alloc::vec::Vec;

use threadsnake_bytecode::Location;
use threadsnake_heap::AllocationOptions;
use threadsnake_macros::{pyclass, pymethods};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::convert::{FromValue, NotValue};
use crate::native::{Arguments, state};
use crate::object_access::ObjectAccess;
use crate::protocol::text::identity;
use crate::types::code::{CodeObject, DATA, RAW_BYTES, slot};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

impl FromValue for CodeObject {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        CodeObject::from_value(value).ok_or_else(|| cx.type_error_expected("code", value))
    }
}
impl NotValue for CodeObject {}

/// Create a code object.  Not for mere mortals.
#[pyclass(id = Code, name = "code", slots = slot::COUNT, raw = RAW_BYTES, flags(NATIVE_STATE))]
pub struct CodeClass;

/// Each name once, though comprehensions may have variables of a local's name or of another comprehension's.
fn distinct_names(cx: &Context, names: Tuple) -> PyResult<Tuple> {
    let mut distinct = cx.scratch();
    for name in names.iter() {
        if !distinct.as_slice().contains(&name) {
            distinct.push(name);
        }
    }
    if distinct.as_slice().len() == names.len() { Ok(names) } else { cx.new_tuple(distinct.as_slice()) }
}

#[pymethods]
impl CodeClass {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = (class, arguments);
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("code(): making code objects from raw bytecode is not supported by threadsnake"),
        ))
    }

    /// Return repr(self).
    #[pymethod(name = "__repr__")]
    fn repr(cx: &Context, this: CodeObject) -> PyResult<Value> {
        cx.str_format(format_args!(
            "<code object {} at {:#x}, file \"{}\", line {}>",
            this.name(cx),
            identity(this.as_value()),
            this.file_name(cx),
            this.data().first_line
        ))
    }

    /// Return hash(self).
    #[pymethod(name = "__hash__")]
    fn hash(cx: &Context, this: CodeObject) -> PyResult<i64> {
        let data = this.data();
        let mut hash = this.name(cx).hash(cx);
        hash = hash.wrapping_mul(1_000_003) ^ data.first_line as i64;
        for instruction in &data.instructions {
            hash = hash.wrapping_mul(1_000_003) ^ instruction.0 as i64;
        }
        Ok(if hash == -1 { -2 } else { hash })
    }

    /// Return self==value.
    #[pymethod(name = "__eq__")]
    fn equal(cx: &Context, this: CodeObject, value: Value) -> PyResult<Value> {
        match CodeObject::from_value(value) {
            Some(other) => Ok(Value::from_bool(same_code(cx, this, other)?)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return self!=value.
    #[pymethod(name = "__ne__")]
    fn not_equal(cx: &Context, this: CodeObject, value: Value) -> PyResult<Value> {
        match CodeObject::from_value(value) {
            Some(other) => Ok(Value::from_bool(!same_code(cx, this, other)?)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Return a copy of the code object with new values for the specified fields.
    #[pymethod]
    fn replace(cx: &Context, this: CodeObject, arguments: Arguments<'_>) -> PyResult<Value> {
        replace(cx, this, &arguments)
    }

    /// Return a copy of the code object with new values for the specified fields.
    #[pymethod(name = "__replace__")]
    fn replace_special(cx: &Context, this: CodeObject, arguments: Arguments<'_>) -> PyResult<Value> {
        replace(cx, this, &arguments)
    }

    #[pymethod]
    fn co_positions(cx: &Context, this: CodeObject) -> PyResult<Value> {
        let positions = cx.new_list(0)?;
        let data = this.data();
        let mut runs = data.locations.runs();
        let mut left = data.instructions.len();
        while left > 0 {
            let (count, location) = runs.next().unwrap_or((left as u32, Location::default()));
            let position = position_tuple(cx, location)?;
            for _ in 0..(count as usize).min(left) {
                positions.push(cx, position)?;
            }
            left -= (count as usize).min(left);
        }
        cx.iterator_object(positions.as_value())
    }

    #[pymethod]
    fn co_lines(cx: &Context, this: CodeObject) -> PyResult<Value> {
        let lines = cx.new_list(0)?;
        // Adjacent runs of one line form one row; offsets are in bytes, as for `co_code`.
        let mut row: Option<(usize, usize, u32)> = None;
        let mut start = 0usize;
        let push = |row: (usize, usize, u32)| -> PyResult<()> {
            let line = if row.2 == 0 { Value::NONE } else { Value::int_from_u32(row.2) };
            let tuple =
                cx.tuple(&[Value::int_from_length(row.0 * 8), Value::int_from_length(row.1 * 8), line])?;
            lines.push(cx, tuple)
        };
        for (count, location) in this.data().locations.runs() {
            let end = start + count as usize;
            row = match row {
                Some((first, _, line)) if line == location.line => Some((first, end, line)),
                Some(finished) => {
                    push(finished)?;
                    Some((start, end, location.line))
                }
                None => Some((start, end, location.line)),
            };
            start = end;
        }
        if let Some(finished) = row {
            push(finished)?;
        }
        cx.iterator_object(lines.as_value())
    }

    #[pymethod]
    fn co_branches(cx: &Context, this: CodeObject) -> PyResult<Value> {
        let _ = this;
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("code.co_branches() is not supported yet by threadsnake"),
        ))
    }

    #[pymethod(name = "_varname_from_oparg")]
    fn variable_name(cx: &Context, this: CodeObject, oparg: i64) -> PyResult<Value> {
        let index = usize::try_from(oparg).ok();
        match index.and_then(|index| this.local_names(cx).get(index)) {
            Some(name) => Ok(name),
            None => Err(cx.index_error("tuple index out of range")),
        }
    }

    #[pygetter]
    fn co_name(cx: &Context, this: CodeObject) -> Str {
        this.name(cx)
    }

    #[pygetter]
    fn co_qualname(cx: &Context, this: CodeObject) -> Str {
        this.qualified_name(cx)
    }

    #[pygetter]
    fn co_filename(cx: &Context, this: CodeObject) -> Str {
        this.file_name(cx)
    }

    #[pygetter]
    fn co_firstlineno(this: CodeObject) -> u32 {
        this.data().first_line
    }

    #[pygetter]
    fn co_argcount(this: CodeObject) -> u16 {
        this.data().argument_count
    }

    #[pygetter]
    fn co_posonlyargcount(this: CodeObject) -> u16 {
        this.data().positional_only_count
    }

    #[pygetter]
    fn co_kwonlyargcount(this: CodeObject) -> u16 {
        this.data().keyword_only_count
    }

    #[pygetter]
    fn co_nlocals(cx: &Context, this: CodeObject) -> PyResult<usize> {
        Ok(distinct_names(cx, this.local_names(cx))?.len())
    }

    #[pygetter]
    fn co_stacksize(cx: &Context, this: CodeObject) -> usize {
        (this.data().register_count as usize).saturating_sub(this.local_names(cx).len())
    }

    #[pygetter]
    fn co_flags(this: CodeObject) -> u32 {
        // The top bits are our own.
        this.data().flags
    }

    #[pygetter]
    fn co_varnames(cx: &Context, this: CodeObject) -> PyResult<Tuple> {
        distinct_names(cx, this.local_names(cx))
    }

    #[pygetter]
    fn co_cellvars(cx: &Context, this: CodeObject) -> PyResult<Tuple> {
        distinct_names(cx, this.cell_names(cx))
    }

    #[pygetter]
    fn co_freevars(cx: &Context, this: CodeObject) -> Tuple {
        this.free_names(cx)
    }

    #[pygetter]
    fn co_names(cx: &Context, this: CodeObject) -> PyResult<Tuple> {
        array_as_tuple(cx, this, slot::NAMES)
    }

    #[pygetter]
    fn co_consts(cx: &Context, this: CodeObject) -> PyResult<Tuple> {
        cx.unfold_constants(this)?;
        array_as_tuple(cx, this, slot::CONSTANTS)
    }

    #[pygetter]
    fn co_code(cx: &Context, this: CodeObject) -> PyResult<Value> {
        let bytes: Vec<u8> =
            this.data().instructions.iter().flat_map(|instruction| instruction.0.to_le_bytes()).collect();
        cx.bytes(&bytes)
    }

    #[pygetter(name = "_co_code_adaptive")]
    fn adaptive_code(cx: &Context, this: CodeObject) -> PyResult<Value> {
        Self::co_code(cx, this)
    }

    #[pygetter]
    fn co_linetable(cx: &Context, this: CodeObject) -> PyResult<Value> {
        cx.bytes(&this.data().locations.bytes)
    }

    #[pygetter]
    fn co_exceptiontable(cx: &Context, this: CodeObject) -> PyResult<Value> {
        let mut bytes = Vec::new();
        for entry in &this.data().exception_table {
            for number in [entry.start, entry.end, entry.handler, entry.register as u32] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        cx.bytes(&bytes)
    }
}

fn array_as_tuple(cx: &Context, code: CodeObject, slot: usize) -> PyResult<Tuple> {
    let Some(array) = code.object().value(slot).and_then(Value::as_object) else {
        return Ok(cx.empty_tuple());
    };
    cx.tuple_from_fn(array.slot_count(), |index| Ok(array.value(index).unwrap_or(Value::NONE)))
}

fn position_tuple(cx: &Context, location: Location) -> PyResult<Value> {
    if location.line == 0 {
        return cx.tuple(&[Value::NONE; 4]);
    }
    cx.tuple(&[
        Value::int_from_u32(location.line),
        Value::int_from_u32(location.end_line),
        Value::int_from_u32(location.column),
        Value::int_from_u32(location.end_column),
    ])
}

fn same_code(cx: &Context, left: CodeObject, right: CodeObject) -> PyResult<bool> {
    if left == right {
        return Ok(true);
    }
    let (one, other) = (left.data(), right.data());
    let same_data = one.first_line == other.first_line
        && one.argument_count == other.argument_count
        && one.positional_only_count == other.positional_only_count
        && one.keyword_only_count == other.keyword_only_count
        && one.flags == other.flags
        && one.instructions == other.instructions
        && one.exception_table == other.exception_table
        && one.locations == other.locations;
    if !same_data || !left.name(cx).equals(right.name(cx)) {
        return Ok(false);
    }
    let tuples = [
        (left.local_names(cx), right.local_names(cx)),
        (left.cell_names(cx), right.cell_names(cx)),
        (left.free_names(cx), right.free_names(cx)),
        (array_as_tuple(cx, left, slot::NAMES)?, array_as_tuple(cx, right, slot::NAMES)?),
    ];
    for (one, other) in tuples {
        if !cx.equal(one.as_value(), other.as_value())? {
            return Ok(false);
        }
    }
    cx.unfold_constants(left)?;
    cx.unfold_constants(right)?;
    let (one, other) =
        (array_as_tuple(cx, left, slot::CONSTANTS)?, array_as_tuple(cx, right, slot::CONSTANTS)?);
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter().zip(other.iter()) {
        // `1`, `1.0` and `True` are equal but not the same constant.
        let same_class = cx.class_of(one) == cx.class_of(other);
        if !same_class || !cx.recursive(|| cx.equal(one, other))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What `replace` changes.
struct Changes {
    flags: u32,
    first_line: u32,
    texts: [(usize, Str); 3],
    constants: Option<Tuple>,
}

fn replace(cx: &Context, code: CodeObject, arguments: &Arguments<'_>) -> PyResult<Value> {
    if !arguments.positional().is_empty() {
        return Err(cx.type_error(format_args!("replace() takes no positional arguments")));
    }
    let data = code.data();
    let mut changes = Changes {
        flags: data.flags,
        first_line: data.first_line,
        texts: [
            (slot::NAME, code.name(cx)),
            (slot::QUALIFIED_NAME, code.qualified_name(cx)),
            (slot::FILE_NAME, code.file_name(cx)),
        ],
        constants: None,
    };
    for (name, value) in arguments.keywords().iter() {
        let text = Str::expect(cx, name)?;
        let text = text.to_utf8_lossy();
        let place = match text.as_str() {
            "co_name" => 0,
            "co_qualname" => 1,
            "co_filename" => 2,
            "co_flags" => {
                changes.flags = u32::from_value(cx, value)?;
                continue;
            }
            "co_firstlineno" => {
                changes.first_line = u32::from_value(cx, value)?;
                continue;
            }
            "co_consts" => {
                let constants = Tuple::expect(cx, value)?;
                let count = code.object().value(slot::CONSTANTS).and_then(Value::as_object);
                if count.is_none_or(|array| array.slot_count() != constants.len()) {
                    return Err(cx.raise(
                        ExceptionClass::NotImplementedError,
                        format_args!(
                            "code.replace(): a co_consts of another length is not supported by threadsnake"
                        ),
                    ));
                }
                changes.constants = Some(constants);
                continue;
            }
            "co_argcount" | "co_posonlyargcount" | "co_kwonlyargcount" | "co_nlocals" | "co_stacksize"
            | "co_code" | "co_names" | "co_varnames" | "co_freevars" | "co_cellvars" | "co_linetable"
            | "co_exceptiontable" => {
                let own = cx.get_attribute(code.as_value(), cx.intern_str(&text)?)?;
                if cx.equal(own, value)? {
                    continue;
                }
                return Err(cx.raise(
                    ExceptionClass::NotImplementedError,
                    format_args!("code.replace(): changing {text} is not supported by threadsnake"),
                ));
            }
            _ => {
                return Err(
                    cx.type_error(format_args!("replace() got an unexpected keyword argument '{text}'"))
                );
            }
        };
        let replacement = Str::expect(cx, value)?;
        if let Some(row) = changes.texts.get_mut(place) {
            row.1 = replacement;
        }
    }
    let made = copy(cx, code, &changes)?;
    audit_code(cx, made)?;
    Ok(made)
}

/// Raises the event of a code object that a program makes.
fn audit_code(cx: &Context, code: Value) -> PyResult<()> {
    cx.audit("code.__new__", || {
        let of = |name: &str| cx.get_attribute(code, cx.intern_str(name)?);
        Ok([
            of("co_code")?,
            of("co_filename")?,
            of("co_name")?,
            of("co_argcount")?,
            of("co_posonlyargcount")?,
            of("co_kwonlyargcount")?,
            of("co_nlocals")?,
            of("co_stacksize")?,
            of("co_flags")?,
        ])
    })
}

fn copy(cx: &Context, code: CodeObject, changes: &Changes) -> PyResult<Value> {
    let data = code.data();
    let caches = cx.allocate(Kind::SlotArray, data.instructions.len(), 0)?;
    let constants = match changes.constants {
        Some(constants) => Some(cx.slot_array(constants.as_slice())?),
        None => code.object().value(slot::CONSTANTS).and_then(Value::as_object),
    };
    let shape = cx.shape_word(Kind::Code);
    let object = cx.allocate_with(
        Kind::Code,
        shape,
        slot::COUNT as usize,
        RAW_BYTES as usize,
        AllocationOptions::NATIVE_MEMORY,
    )?;
    for slot in [slot::NAMES, slot::LOCAL_NAMES, slot::CELL_NAMES, slot::FREE_NAMES] {
        cx.store_optional(object, slot, code.object().value(slot));
    }
    cx.store_optional(object, slot::CONSTANTS, constants.map(Value::from));
    cx.store(object, slot::CACHES, Value::from(caches));
    for (slot, text) in changes.texts {
        cx.store(object, slot, text.as_value());
    }
    let fresh = data.copy_with(
        changes.flags,
        changes.first_line,
        constants.map_or(data.constants, |array| array.address()),
        caches.address(),
    );
    let boxed = Box::new(fresh);
    let address = (&raw const *boxed).expose_provenance();
    state::set_state(cx, object, boxed);
    object.raw_store_u64(DATA, address as u64);
    Ok(Value::from(object))
}
