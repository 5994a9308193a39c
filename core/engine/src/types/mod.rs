//! Builtin types: one file per type, methods apart from layout where both are long.

pub mod cell;
pub mod class;
pub mod code;
pub mod dict;
pub mod dict_table;
pub mod exception;
pub mod exception_group;
pub mod exception_methods;
pub mod frame_object;
pub mod function;
pub mod import_error;
pub mod list;
pub mod module;
pub mod name_error;
pub mod native_function;
pub mod object_methods;
pub mod os_error;
pub mod str_object;
pub mod super_object;
pub mod syntax_error;
pub mod traceback;
pub mod tuple;
pub mod type_new;
pub mod unicode_error;
pub mod value_exceptions;
