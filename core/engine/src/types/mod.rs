//! Builtin types: one file per type, methods apart from layout where both are long.

pub mod cell;
pub mod class;
pub mod code;
pub mod dict;
pub mod dict_table;
pub mod exception;
pub mod function;
pub mod list;
pub mod module;
pub mod native_function;
pub mod str_object;
pub mod super_object;
pub mod tuple;
