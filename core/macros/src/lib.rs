//! Attributes that declare native Python functions, classes and modules, in the style that PyO3 made familiar.
//!
//! Invariant: an attribute only adds `static` and `const` tables of `threadsnake_engine::native` and the functions that they point to;
//! nothing is built at run time, and the code that was marked stays as it was written. Every mistake is reported at the token
//! that makes it.
//!
//! # Functions and modules
//!
//! ```ignore
//! #[pymodule(name = "math", classes(Deque), functions(crate::number::gcd))]
//! /// Mathematical functions.
//! pub mod math {
//!     use threadsnake_engine::{Context, PyResult, Value};
//!
//!     /// Return the square root of x.
//!     #[pyfunction]
//!     fn sqrt(cx: &Context, x: f64) -> PyResult<f64> { ... }
//!
//!     /// Return the logarithm of x to the given base.
//!     #[pyfunction(signature = "(x, base=None, /)")]
//!     fn log(cx: &Context, x: Value, base: Option<f64>) -> PyResult<f64> { ... }
//!
//!     #[pyinitialize]
//!     fn initialize(cx: &Context, module: Value) -> PyResult<()> { ... }
//! }
//! ```
//!
//! `math::MODULE` is then the module's `NativeModule`. A `#[pyfunction]` outside of a module is listed by its path in `functions(...)`,
//! a `#[pyclass]` in `classes(...)`.
//!
//! # Parameters
//!
//! `cx: &Context` comes first or not at all. The type of each parameter says what it takes:
//!
//! | Rust type | argument |
//! | --- | --- |
//! | any `FromValue` | required, or with the default that the signature gives, which must be a literal |
//! | `Option<Value>` | may be absent; `None` is a value |
//! | `Option<T>` | may be absent or `None` |
//! | `&[Value]` | `*args` |
//! | `Keywords<'_>` | `**kwargs` |
//! | `Arguments<'_>`, alone | the call as it came; nothing is bound |
//!
//! Without `signature` every parameter is positional-only, as in most builtin functions. With it,
//! `signature = "(a, b=None, /, c=0, *args, key=None)"`, names, kinds and defaults come from the text, which also becomes
//! `__text_signature__`; `$self`, `$type` or `$module` is put in front as CPython has it. Python names that are Rust
//! keywords are written `r#type`, `self_` or `_type`.
//!
//! # Classes
//!
//! ```ignore
//! /// Built-in mutable sequence.
//! #[pyclass(id = List, name = "list", slots = 1, raw = 8, signature = "(iterable=(), /)", flags(SUBCLASSABLE, SEQUENCE))]
//! pub struct List(ObjectRef);
//!
//! #[pymethods]
//! impl List {
//!     #[pynew]
//!     fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult<Value> { ... }
//!
//!     /// Append object to the end of the list.
//!     #[pymethod]
//!     fn append(cx: &Context, this: List, object: Value) -> PyResult<()> { ... }
//!
//!     /// Return self+value.
//!     #[pymethod(name = "__add__", signature = "($self, value, /)")]
//!     fn concatenate(self, cx: &Context, value: Value) -> PyResult { ... }
//!
//!     #[pyclassmethod]
//!     fn __class_getitem__(cx: &Context, class: Value, item: Value) -> PyResult { ... }
//! }
//! ```
//!
//! `#[pyclass]` needs `id`, a variant of `Kind`; `layout` is the kind of the instances where that is another one, `base` the class it
//! inherits from (`Object` unless given; `none` for `object` itself), `module` is `builtins` unless given. The struct becomes a typed handle:
//! `List::from_value(value)`, `List::expect(cx, value)`, `list.object()`, `list.as_value()`, and parameters and results may have
//! its type. A class whose instances have no handle is declared on a unit struct. Each class has one `#[pymethods]` block, which may be empty.
//!
//! Inside the block, beside the functions above: `#[pystaticmethod]`; `#[pygetter]` and `#[pysetter]` for attributes; `#[pynext]` for
//! iterators; `#[pyfinalize]`. The receiver is `self`, `&self`, or the first parameter behind `cx`, of any convertible type.
//! One function may carry several marks with different names.
//!
//! ```ignore
//! #[pymethods]
//! impl Counter {
//!     #[pygetter]
//!     fn step(cx: &Context, this: Counter) -> PyResult { ... }
//!
//!     /// A type in place of `Option<Value>` makes `del counter.step` an AttributeError.
//!     #[pysetter]
//!     fn set_step(cx: &Context, this: Counter, value: Option<Value>) -> PyResult<()> { ... }
//!
//!     /// Makes `__next__`, and `__iter__` unless the block has one.
//!     #[pynext]
//!     fn next(cx: &Context, this: Counter) -> PyResult<Option<Value>> { ... }
//!
//!     #[pyfinalize]
//!     fn finalize(cx: &Context, this: Counter) { ... }
//! }
//! ```
//!
//! - [`signature`]: Python signatures; [`parameters`]: Rust ones; [`defaults`]: from the one to the other.
//! - [`function`], [`methods`], [`class`], [`module`]: what each attribute expands to.
//! - [`options`], [`documentation`]: what is read from attributes and doc comments.
#![forbid(unsafe_code)]

mod class;
mod defaults;
mod documentation;
mod function;
mod methods;
mod module;
mod options;
mod parameters;
mod signature;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::options::{ClassOptions, FunctionOptions, ModuleOptions};

/// The expansion, or the item as it was with the error behind it, so that nothing else is reported missing.
fn result(expansion: syn::Result<proc_macro2::TokenStream>, item: TokenStream) -> TokenStream {
    match expansion {
        Ok(tokens) => tokens.into(),
        Err(error) => {
            let mut tokens = item;
            tokens.extend(TokenStream::from(error.into_compile_error()));
            tokens
        }
    }
}

/// Declares a native function outside of a module: `functions(path::to::it)` of a `#[pymodule]` lists it.
///
/// ```ignore
/// /// Greatest common divisor.
/// #[pyfunction(name = "gcd", signature = "(*integers)")]
/// pub fn gcd(cx: &Context, integers: &[Value]) -> PyResult { ... }
/// ```
#[proc_macro_attribute]
pub fn pyfunction(options: TokenStream, item: TokenStream) -> TokenStream {
    let expansion = syn::parse(item.clone()).and_then(|function| {
        function::expand(&FunctionOptions::parse(options.into(), function::FUNCTION_OPTIONS)?, &function)
    });
    result(expansion, item)
}

/// Declares a native class; see the crate's page.
///
/// ```ignore
/// #[pyclass(id = Zip, name = "zip", slots = 2, flags(SUBCLASSABLE))]
/// pub struct Zip(ObjectRef);
/// ```
#[proc_macro_attribute]
pub fn pyclass(options: TokenStream, item: TokenStream) -> TokenStream {
    let expansion = syn::parse(item.clone())
        .and_then(|class| class::expand(&ClassOptions::parse(options.into())?, &class));
    result(expansion, item)
}

/// Declares the methods and attributes of a native class; see the crate's page.
///
/// ```ignore
/// #[pymethods]
/// impl Zip {
///     #[pynext]
///     fn next(cx: &Context, this: Zip) -> PyResult<Option<Value>> { ... }
/// }
/// ```
#[proc_macro_attribute]
pub fn pymethods(options: TokenStream, item: TokenStream) -> TokenStream {
    let expansion = FunctionOptions::parse(options.into(), &[])
        .and_then(|_| syn::parse(item.clone()))
        .and_then(methods::expand);
    // The block's marks are no attributes of their own, so the block cannot stay as it was.
    result(expansion, TokenStream::new())
}

/// Declares a native module; see the crate's page.
///
/// ```ignore
/// #[pymodule(name = "_bisect")]
/// mod bisect {
///     #[pyfunction(signature = "(a, x, lo=0, hi=None, *, key=None)")]
///     fn bisect_left(cx: &Context, a: Value, x: Value, lo: isize, hi: Option<isize>, key: Option<Value>) -> PyResult { ... }
/// }
/// ```
#[proc_macro_attribute]
pub fn pymodule(options: TokenStream, item: TokenStream) -> TokenStream {
    let expansion = syn::parse(item.clone())
        .and_then(|module| module::expand(&ModuleOptions::parse(options.into())?, module));
    result(expansion, TokenStream::new())
}
