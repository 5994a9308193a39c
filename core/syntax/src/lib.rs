//! Python's abstract syntax as data: the classes of `ast`, and trees of their nodes.
//!
//! - [`classes`]: the table of node classes; everything about a class comes from its row.
//! - [`tree`]: trees, as the compiler makes and takes them and the engine turns them into objects and back.
//!
//! Invariant: free of engine objects and of the parser's types, so that engine and compiler meet here.
//! Source: Parser/Python.asdl of CPython 3.14.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod classes;
pub mod tree;

pub use classes::{Class, FieldRow, FieldType, Quantity, Sum};
pub use tree::{Field, Node, NodeIndex, Position, Tree};
