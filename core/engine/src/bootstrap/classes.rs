//! The tables of native classes and modules that every engine has.
//!
//! Invariant: bases come before derived classes. Exception classes are not here: `types/exception_methods.rs` builds them.

use crate::native::{NativeClass, NativeModule, NativeType};
use crate::types;

/// The core classes.
pub(super) const CORE_CLASSES: &[&NativeClass] = &[
    types::object_methods::ObjectClass::CLASS,
    types::type_methods::TypeClass::CLASS,
    types::module::Module::CLASS,
    types::function_methods::FunctionClass::CLASS,
    types::bound_method::BoundMethodClass::CLASS,
    types::native_function_methods::NativeFunctionObject::CLASS,
    types::native_function_methods::MethodDescriptor::CLASS,
    types::native_function_methods::WrapperDescriptor::CLASS,
    types::native_function_methods::ClassMethodDescriptor::CLASS,
    types::native_function_methods::GetSetDescriptor::CLASS,
    types::native_function_methods::MemberDescriptor::CLASS,
    types::property::Property::CLASS,
    types::class_method::ClassMethod::CLASS,
    types::static_method::StaticMethod::CLASS,
    types::super_object::Super::CLASS,
    types::code_methods::CodeClass::CLASS,
    types::singletons::NoneClass::CLASS,
    types::singletons::EllipsisClass::CLASS,
    types::singletons::NotImplementedClass::CLASS,
    types::int_methods::Int::CLASS,
    types::bool_object::Bool::CLASS,
    types::float_methods::Float::CLASS,
    types::complex_methods::Complex::CLASS,
    types::cell::Cell::CLASS,
];

/// The native modules of the engine itself.
pub(super) const ENGINE_MODULES: &[&NativeModule] = &[];
