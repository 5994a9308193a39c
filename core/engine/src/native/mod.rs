//! The native interface: how Rust functions, classes and modules are described to the engine.
//!
//! Invariant: descriptions are `static` tables made by the attributes of `threadsnake-macros` (`#[pyfunction]`, `#[pyclass]`,
//! `#[pymethods]`, `#[pymodule]`); an engine makes Python objects of them when it needs them and never writes to them.
//! - [`arguments`]: what a call passes, and how parameters take it.
//! - [`convert`]: Python values to Rust parameters, Rust results to Python values.
//! - [`state`]: Rust values owned by heap objects.

pub mod arguments;
pub mod convert;
pub mod state;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::value::Value;

pub use arguments::{Arguments, Keywords, Parameter, ParameterKind};
pub use convert::{FromValue, IntoResult, IntoValue};

/// The code of a native function. For a method the first positional argument is the receiver (for a class method, the class).
pub type NativeCall = fn(&Context, Arguments<'_>) -> PyResult<Value>;

/// What a native function is bound to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A module's function.
    Function,
    /// A method; the first argument is the instance.
    Method,
    /// A class method; the first argument is the class.
    Class,
    /// A static method.
    Static,
    /// `__new__`: static, the first argument is the class to make an instance of.
    New,
}

/// A native function or method.
pub struct NativeFunction {
    /// Its Python name.
    pub name: &'static str,
    /// Its docstring, empty for none.
    pub doc: &'static str,
    /// `__text_signature__`, such as `($self, object, /)`; empty for none.
    pub signature: &'static str,
    /// What it is bound to.
    pub binding: Binding,
    /// Its code, which binds and converts its own arguments.
    pub call: NativeCall,
}

/// Reads a native attribute.
pub type NativeGetter = fn(&Context, Value) -> PyResult<Value>;
/// Writes a native attribute, or deletes it (`None`).
pub type NativeSetter = fn(&Context, Value, Option<Value>) -> PyResult<()>;

/// A native attribute (a getset descriptor).
pub struct NativeAttribute {
    /// Its Python name.
    pub name: &'static str,
    /// Its docstring, empty for none.
    pub doc: &'static str,
    /// Reads it.
    pub get: NativeGetter,
    /// Writes or deletes it; absent for a read-only attribute.
    pub set: Option<NativeSetter>,
}

/// Properties of a native class.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ClassFlags(pub u32);

impl ClassFlags {
    /// No property.
    pub const NONE: ClassFlags = ClassFlags(0);
    /// Python classes may inherit from it.
    pub const SUBCLASSABLE: ClassFlags = ClassFlags(1);
    /// Instances have a `__dict__`.
    pub const HAS_DICT: ClassFlags = ClassFlags(1 << 1);
    /// Matches sequence patterns.
    pub const SEQUENCE: ClassFlags = ClassFlags(1 << 2);
    /// Matches mapping patterns.
    pub const MAPPING: ClassFlags = ClassFlags(1 << 3);
    /// `cls()` raises TypeError.
    pub const NOT_INSTANTIABLE: ClassFlags = ClassFlags(1 << 4);
    /// A single positional pattern in `case cls(x)` binds the subject itself.
    pub const MATCH_SELF: ClassFlags = ClassFlags(1 << 5);
    /// Made by a `class` statement or `type()`; attributes may be set.
    pub const HEAP_TYPE: ClassFlags = ClassFlags(1 << 6);
    /// Instances vary in size, so attributes of subclasses go to the trailing slot.
    pub const VARIABLE_SIZE: ClassFlags = ClassFlags(1 << 7);
    /// Has a `__del__`.
    pub const HAS_FINALIZER: ClassFlags = ClassFlags(1 << 8);
    /// Has abstract methods.
    pub const ABSTRACT: ClassFlags = ClassFlags(1 << 9);
    /// Instances do not support weak references.
    pub const NO_WEAK_REFERENCES: ClassFlags = ClassFlags(1 << 10);
    /// Native class whose instances own a Rust value (see [`state`]).
    pub const NATIVE_STATE: ClassFlags = ClassFlags(1 << 11);
    /// Instances are finalized by the class's `finalize` when they become unreachable.
    pub const NATIVE_FINALIZER: ClassFlags = ClassFlags(1 << 12);
    /// A type whose attributes cannot be set from Python though it is a heap type.
    pub const IMMUTABLE: ClassFlags = ClassFlags(1 << 13);
    /// Instances are exceptions.
    pub const EXCEPTION: ClassFlags = ClassFlags(1 << 14);
    /// Instances are classes.
    pub const METACLASS: ClassFlags = ClassFlags(1 << 15);

    /// Both sets together.
    pub const fn with(self, other: ClassFlags) -> ClassFlags {
        ClassFlags(self.0 | other.0)
    }

    /// Whether all of `other` are set.
    pub const fn has(self, other: ClassFlags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A native class.
pub struct NativeClass {
    /// Its place in the engine's table of native classes.
    pub id: Kind,
    /// The layout of its instances: its own id, or that of the native class whose layout it extends.
    pub layout: Kind,
    /// `__name__`
    pub name: &'static str,
    /// `__module__`
    pub module: &'static str,
    /// Its docstring, empty for none.
    pub doc: &'static str,
    /// `__text_signature__` of the constructor; empty for none.
    pub signature: &'static str,
    /// The class it inherits from; absent for `object` itself only.
    pub base: Option<Kind>,
    /// Number of slots its instances start with, the base's included.
    pub slots: u16,
    /// Bytes after the slots, for fixed-size instances.
    pub raw_bytes: u16,
    /// Its properties.
    pub flags: ClassFlags,
    /// Its methods.
    pub methods: &'static [NativeFunction],
    /// Its attributes.
    pub attributes: &'static [NativeAttribute],
    /// The next item of an iterator without the cost of StopIteration; `__next__` is made from it.
    pub next: Option<fn(&Context, Value) -> PyResult<Option<Value>>>,
    /// Runs when an instance becomes unreachable (flag `NATIVE_FINALIZER`), at a safepoint.
    pub finalize: Option<fn(&Context, Value)>,
}

/// What `#[pymethods]` collects for a native class.
pub trait NativeMethods {
    /// The methods.
    const METHODS: &'static [NativeFunction];
    /// The attributes.
    const ATTRIBUTES: &'static [NativeAttribute];
    /// The code of `#[pynext]`.
    const NEXT: Option<fn(&Context, Value) -> PyResult<Option<Value>>>;
    /// The code of `#[pyfinalize]`.
    const FINALIZE: Option<fn(&Context, Value)>;
}

/// A Rust type that stands for a native class, made by `#[pyclass]`.
pub trait NativeType {
    /// The class.
    const CLASS: &'static NativeClass;
}

/// A native module.
pub struct NativeModule {
    /// Its full name.
    pub name: &'static str,
    /// Its docstring.
    pub doc: &'static str,
    /// Its functions.
    pub functions: &'static [NativeFunction],
    /// Its classes.
    pub classes: &'static [&'static NativeClass],
    /// Sets the rest of its attributes; the module object is the second argument.
    pub initialize: Option<fn(&Context, Value) -> PyResult<()>>,
}
