//! The Threadsnake engine: object model, builtin types, interpreter, threads, imports, embedding API.
//!
//! | concept | module | invariant |
//! | --- | --- | --- |
//! | a Python value | [`value`] | one tagged word; heap objects by address |
//! | layout of heap objects | [`kind`], [`object_access`] | a kind fixes slots and raw bytes; each kind's file owns them |
//! | what belongs to no thread | [`engine`] | no global mutable state |
//! | what belongs to one thread | [`context`] | passed as `cx`, never looked up |
//! | errors | [`error`] | `Err(Raised)` means a pending exception |
//! | native functions, classes, modules | [`native`] | static tables made by attributes |
//! | instance layout, inline caching | [`shape`] | a version names shape and class state, never reused |
//! | attribute access | [`attribute`] | names are interned |
//! | operators, comparison, iteration, text of any object | [`protocol`] | special methods are looked up on the class |
//! | calls | [`call`] | arguments lie where the collector sees them |
//! | bytecode execution | [`interpreter`] | Python calling Python never recurses natively |
//! | builtin types | [`types`] | one file per type |
#![no_std]
#![warn(missing_docs)]
#![allow(
    bindings_with_variant_name,
    reason = "names of the engine are variants spelled as Python spells them"
)]

extern crate alloc;
extern crate self as threadsnake_engine;

pub mod attribute;
pub mod bootstrap;
pub mod builtins;
pub mod call;
pub mod context;
pub mod engine;
pub mod error;
mod finalization;
pub mod import;
pub mod intern;
pub mod interpreter;
pub mod kind;
pub mod modules;
pub mod names;
pub mod native;
pub mod number;
pub mod object_access;
pub mod protocol;
pub(crate) mod recursion;
pub mod safepoint;
pub mod shape;
pub mod sync;
pub mod sys_module;
pub mod text;
pub mod thread;
pub mod traceback_text;
pub mod types;
pub mod value;

pub use context::Context;
pub use error::{ExceptionClass, PyResult, Raised};
pub use kind::Kind;
pub use names::Name;
pub use threadsnake_heap::ObjectRef;
pub use value::Value;
