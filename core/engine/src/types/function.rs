//! Python functions and bound methods: layout and creation. Their attributes are in `types/function_methods.rs`.
//!
//! Invariant: a function's code, globals and closure are what a call uses; `__code__` and `__defaults__` may be replaced, each by one
//! store. A bound method never changes. Source: Objects/funcobject.c, Objects/classobject.c.

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::code::CodeObject;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Slots of a function.
pub mod slot {
    /// The code object; of a folded function another one (`types/folded.rs`)
    pub const CODE: usize = 0;
    /// The globals dict.
    pub const GLOBALS: usize = 1;
    /// `__name__`, or where in the image the code is
    pub const NAME: usize = 2;
    /// `__qualname__`, or empty while folded
    pub const QUALIFIED_NAME: usize = 3;
    /// `__defaults__`, a tuple, or empty
    pub const DEFAULTS: usize = 4;
    /// `__kwdefaults__`, a dict, or empty
    pub const KEYWORD_DEFAULTS: usize = 5;
    /// `__closure__`, a tuple of cells, or empty
    pub const CLOSURE: usize = 6;
    /// `__doc__`, or empty while folded
    pub const DOC: usize = 7;
    /// `__dict__`, or empty
    pub const DICT: usize = 8;
    /// `__annotations__`, or empty until computed
    pub const ANNOTATIONS: usize = 9;
    /// `__annotate__`, or empty
    pub const ANNOTATE: usize = 10;
    /// `__module__`
    pub const MODULE: usize = 11;
    /// `__type_params__`, or empty
    pub const TYPE_PARAMETERS: usize = 12;
    /// Number of slots.
    pub const COUNT: u16 = 13;
}

/// A Python function.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Function(ObjectRef);

impl Function {
    /// The function, if the value is one.
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Function> {
        value.as_kind(Kind::Function).map(Function)
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    /// The function that an object is.
    pub(crate) fn from_object(object: ObjectRef) -> Function {
        debug_assert!(Kind::of(object) == Kind::Function);
        Function(object)
    }

    /// What is in the slot of the code: of a folded function it is not its own (`types/folded.rs`). `Context::code_of` gives that.
    #[inline(always)]
    pub(crate) fn code(self) -> CodeObject {
        self.code_and_globals().0
    }

    /// The code and the word of the globals, without tests: for calls.
    #[inline(always)]
    pub(crate) fn code_and_globals(self) -> (CodeObject, u64) {
        debug_assert!(self.0.value(slot::CODE).and_then(CodeObject::from_value).is_some());
        debug_assert!(self.globals().is_some());
        // SAFETY: `Context::new_function` and `folded_function` alone make functions, with `COUNT` slots, and set these two before anybody sees the function;
        // only another code object ever replaces the code.
        unsafe {
            let code = self.0.slot_unchecked(slot::CODE);
            let globals = self.0.slot_unchecked(slot::GLOBALS);
            (CodeObject::from_object_unchecked(ObjectRef::from_address(code as usize)), globals)
        }
    }

    /// The globals.
    #[inline(always)]
    pub fn globals(self) -> Option<Dict> {
        self.0.value(slot::GLOBALS).and_then(Dict::from_value)
    }

    /// The closure.
    #[inline(always)]
    pub fn closure(self) -> Option<Tuple> {
        self.0.value(slot::CLOSURE).and_then(Tuple::from_value)
    }

    /// The defaults of positional parameters.
    #[inline(always)]
    pub fn defaults(self) -> Option<Tuple> {
        self.0.value(slot::DEFAULTS).and_then(Tuple::from_value)
    }

    /// The defaults of keyword-only parameters.
    #[inline(always)]
    pub fn keyword_defaults(self) -> Option<Dict> {
        self.0.value(slot::KEYWORD_DEFAULTS).and_then(Dict::from_value)
    }

    /// `__qualname__` of a function whose code is known (`Context::code_of`).
    pub fn qualified_name(self, cx: &Context) -> Str {
        self.0.value(slot::QUALIFIED_NAME).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str())
    }
}

/// A bound method: slots function and self.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct BoundMethod(ObjectRef);

impl BoundMethod {
    /// Number of slots.
    pub const SLOTS: u16 = 2;

    /// The method, if the value is one.
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<BoundMethod> {
        value.as_kind(Kind::BoundMethod).map(BoundMethod)
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// `__func__`
    #[inline(always)]
    pub fn function(self) -> Value {
        self.0.value(0).unwrap_or(Value::NONE)
    }

    /// `__self__`
    #[inline(always)]
    pub fn receiver(self) -> Value {
        self.0.value(1).unwrap_or(Value::NONE)
    }
}

impl Context {
    /// A bound method.
    ///
    /// # Errors
    /// MemoryError.
    pub fn bound_method(&self, function: Value, receiver: Value) -> PyResult<Value> {
        let object = self.allocate(Kind::BoundMethod, BoundMethod::SLOTS as usize, 0)?;
        self.initialize(object, 0, function);
        self.initialize(object, 1, receiver);
        Ok(Value::from(object))
    }

    /// A function of a code object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_function(&self, code: CodeObject, globals: Dict) -> PyResult<Function> {
        let object = self.allocate(Kind::Function, slot::COUNT as usize, 0)?;
        self.initialize(object, slot::CODE, code.as_value());
        self.initialize(object, slot::GLOBALS, globals.as_value());
        self.initialize(object, slot::NAME, code.name(self).as_value());
        self.initialize(object, slot::QUALIFIED_NAME, code.qualified_name(self).as_value());
        let doc = if code.data().has_docstring() { code.constant(0) } else { None };
        self.initialize(object, slot::DOC, doc.unwrap_or(Value::NONE));
        if let Some(module) = globals.get_str(self, self.name(crate::names::Name::__name__))? {
            self.store(object, slot::MODULE, module);
        }
        Ok(Function(object))
    }
}
