//! A compiled code block as plain data: what the compiler makes and the image holds.
//!
//! Invariant: immutable once built, and free of engine objects; an engine turns it into a heap code object, interning names and
//! constants. Text is WTF-8 (UTF-8 that may hold lone surrogates), as Python string literals may.
//! Source: CPython 3.14's `PyCodeObject` (Include/cpython/code.h) for the meaning of the fields.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::instruction::Instruction;
use crate::location::LocationTable;

/// Bits of [`Code::flags`], with CPython's values (`inspect.CO_*`).
pub mod code_flags {
    /// Locals live in registers.
    pub const OPTIMIZED: u32 = 0x0001;
    /// A call makes a new namespace.
    pub const NEW_LOCALS: u32 = 0x0002;
    /// Takes `*args`.
    pub const VARIABLE_ARGUMENTS: u32 = 0x0004;
    /// Takes `**kwargs`.
    pub const VARIABLE_KEYWORDS: u32 = 0x0008;
    /// Defined inside another function.
    pub const NESTED: u32 = 0x0010;
    /// A generator function.
    pub const GENERATOR: u32 = 0x0020;
    /// An `async def` function.
    pub const COROUTINE: u32 = 0x0080;
    /// A generator marked by `types.coroutine`.
    pub const ITERABLE_COROUTINE: u32 = 0x0100;
    /// An `async def` function with `yield`.
    pub const ASYNC_GENERATOR: u32 = 0x0200;
    /// `from __future__ import annotations`.
    pub const FUTURE_ANNOTATIONS: u32 = 0x0100_0000;
    /// The first constant is the docstring.
    pub const HAS_DOCSTRING: u32 = 0x0400_0000;
    /// A function defined directly in a class body.
    pub const METHOD: u32 = 0x0800_0000;
}

/// Text that may hold lone surrogates, as WTF-8.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Text(pub Box<[u8]>);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text(text.as_bytes().into())
    }
}

impl Text {
    /// The text as UTF-8, with each lone surrogate shown as U+FFFD.
    pub fn to_str_lossy(&self) -> alloc::borrow::Cow<'_, str> {
        alloc::string::String::from_utf8_lossy(&self.0)
    }
}

/// A compile-time constant.
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An int of at most 64 bits.
    Integer(i64),
    /// A larger int: sign and magnitude, least significant byte first.
    BigInteger {
        /// Below zero.
        negative: bool,
        /// Magnitude, least significant byte first.
        magnitude: Box<[u8]>,
    },
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A string.
    Text(Text),
    /// A bytes object.
    Bytes(Box<[u8]>),
    /// A tuple of constants.
    Tuple(Vec<Constant>),
    /// A frozenset of constants, for `in` tests of set displays.
    FrozenSet(Vec<Constant>),
    /// A slice of constants.
    Slice(Box<[Constant; 3]>),
    /// A nested code block.
    Code(Box<Code>),
}

/// One row of the exception table: an exception raised at an instruction in `start..end` goes to `handler`, the exception
/// being put into `register`. Rows are searched in order, innermost first.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ExceptionTableEntry {
    /// First instruction covered.
    pub start: u32,
    /// First instruction no longer covered.
    pub end: u32,
    /// Where to go on.
    pub handler: u32,
    /// Where the exception goes.
    pub register: u16,
}

/// A variable that inner functions share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CellVariable {
    /// Its name.
    pub name: Text,
    /// The register that holds the cell after `MakeCell`.
    pub register: u16,
}

/// A compiled module, function, class body or expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Code {
    /// `co_name`
    pub name: Text,
    /// `co_qualname`
    pub qualified_name: Text,
    /// `co_filename`
    pub file_name: Text,
    /// `co_firstlineno`
    pub first_line: u32,
    /// See [`code_flags`].
    pub flags: u32,
    /// Positional parameters, positional-only ones included.
    pub argument_count: u16,
    /// Positional-only parameters.
    pub positional_only_count: u16,
    /// Keyword-only parameters.
    pub keyword_only_count: u16,
    /// Registers in a frame, call windows' callable and arguments included.
    pub register_count: u16,
    /// Names of the registers from 0: positional parameters, keyword-only ones, `*args`, `**kwargs`, other locals.
    pub local_names: Vec<Text>,
    /// Variables of this block that inner blocks use, and where their cells are.
    pub cell_variables: Vec<CellVariable>,
    /// Names of the closure's cells.
    pub free_names: Vec<Text>,
    /// Names used by instructions.
    pub names: Vec<Text>,
    /// Constants used by instructions.
    pub constants: Vec<Constant>,
    /// The instructions.
    pub instructions: Vec<Instruction>,
    /// Where exceptions go.
    pub exception_table: Vec<ExceptionTableEntry>,
    /// Source positions.
    pub locations: LocationTable,
}
