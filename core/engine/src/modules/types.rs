//! `_types`: the classes behind the names of the module `types`.
//!
//! Invariant: each name is the class that the interpreter gives to such objects. `CapsuleType` is absent: nothing here makes capsules. Source:
//! Modules/_typesmodule.c.

use threadsnake_macros::pymodule;

/// Define names for built-in types.
#[pymodule(name = "_types")]
pub mod module {
    use crate::context::Context;
    use crate::error::PyResult;
    use crate::kind::Kind;
    use crate::value::Value;

    const CLASSES: &[(&str, Kind)] = &[
        ("AsyncGeneratorType", Kind::AsyncGenerator),
        ("BuiltinFunctionType", Kind::NativeFunction),
        ("BuiltinMethodType", Kind::NativeFunction),
        ("CellType", Kind::Cell),
        ("ClassMethodDescriptorType", Kind::ClassMethodDescriptor),
        ("CodeType", Kind::Code),
        ("CoroutineType", Kind::Coroutine),
        ("EllipsisType", Kind::EllipsisType),
        ("FrameType", Kind::Frame),
        ("FunctionType", Kind::Function),
        ("GeneratorType", Kind::Generator),
        ("GenericAlias", Kind::GenericAlias),
        ("GetSetDescriptorType", Kind::GetSetDescriptor),
        ("LambdaType", Kind::Function),
        ("MappingProxyType", Kind::MappingProxy),
        ("MemberDescriptorType", Kind::MemberDescriptor),
        ("MethodDescriptorType", Kind::MethodDescriptor),
        ("MethodType", Kind::BoundMethod),
        ("ModuleType", Kind::Module),
        ("NoneType", Kind::NoneType),
        ("NotImplementedType", Kind::NotImplementedType),
        ("SimpleNamespace", Kind::SimpleNamespace),
        ("TracebackType", Kind::Traceback),
        ("UnionType", Kind::Union),
    ];

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let namespace = cx.module_dict(module)?;
        for &(name, kind) in CLASSES {
            namespace.set_str(cx, cx.intern_str(name)?, cx.class(kind))?;
        }
        // What special methods are depends on whether they are bound.
        let object = cx.class(Kind::Object);
        let unbound = cx.get_attribute(object, cx.intern_str("__init__")?)?;
        let bound = cx.get_attribute(Value::NONE, cx.intern_str("__str__")?)?;
        for (name, example) in [("WrapperDescriptorType", unbound), ("MethodWrapperType", bound)] {
            namespace.set_str(cx, cx.intern_str(name)?, cx.class_of(example).as_value())?;
        }
        Ok(())
    }
}
