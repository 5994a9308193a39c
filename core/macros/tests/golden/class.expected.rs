#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
/// Built-in mutable sequence.
pub struct List(ObjectRef);
const _: () = {
    static CLASS: ::threadsnake_engine::native::NativeClass = ::threadsnake_engine::native::NativeClass {
        id: ::threadsnake_engine::Kind::List,
        layout: ::threadsnake_engine::Kind::List,
        name: "list",
        module: "builtins",
        doc: "Built-in mutable sequence.",
        signature: "(iterable=(), /)",
        base: ::core::option::Option::Some(::threadsnake_engine::Kind::Object),
        slots: 1,
        raw_bytes: 8,
        flags: ::threadsnake_engine::native::ClassFlags::NONE
            .with(::threadsnake_engine::native::ClassFlags::SUBCLASSABLE)
            .with(::threadsnake_engine::native::ClassFlags::SEQUENCE),
        methods: <List as ::threadsnake_engine::native::NativeMethods>::METHODS,
        attributes: <List as ::threadsnake_engine::native::NativeMethods>::ATTRIBUTES,
        next: <List as ::threadsnake_engine::native::NativeMethods>::NEXT,
        finalize: <List as ::threadsnake_engine::native::NativeMethods>::FINALIZE,
    };
    impl ::threadsnake_engine::native::NativeType for List {
        const CLASS: &'static ::threadsnake_engine::native::NativeClass = &CLASS;
    }
    #[allow(dead_code)]
    impl List {
        ///The handle, if the value is an instance of `list`.
        #[inline(always)]
        pub fn from_value(
            value: ::threadsnake_engine::Value,
        ) -> ::core::option::Option<Self> {
            match value.as_kind(::threadsnake_engine::Kind::List) {
                ::core::option::Option::Some(object) => {
                    ::core::option::Option::Some(List(object))
                }
                ::core::option::Option::None => ::core::option::Option::None,
            }
        }
        ///The handle of an instance of `list`.
        ///
        /// # Errors
        /// TypeError for any other object.
        #[inline]
        pub fn expect(
            cx: &::threadsnake_engine::Context,
            value: ::threadsnake_engine::Value,
        ) -> ::threadsnake_engine::PyResult<Self> {
            match Self::from_value(value) {
                ::core::option::Option::Some(this) => ::core::result::Result::Ok(this),
                ::core::option::Option::None => {
                    ::core::result::Result::Err(cx.type_error_expected("list", value))
                }
            }
        }
        /// The heap object.
        #[inline(always)]
        pub fn object(self) -> ::threadsnake_engine::ObjectRef {
            self.0
        }
        /// The object as a value.
        #[inline(always)]
        pub fn as_value(self) -> ::threadsnake_engine::Value {
            ::core::convert::From::from(self.0)
        }
    }
    impl ::threadsnake_engine::native::FromValue for List {
        #[inline]
        fn from_value(
            cx: &::threadsnake_engine::Context,
            value: ::threadsnake_engine::Value,
        ) -> ::threadsnake_engine::PyResult<Self> {
            List::expect(cx, value)
        }
    }
    impl ::threadsnake_engine::native::convert::NotValue for List {}
    impl ::threadsnake_engine::native::IntoValue for List {
        #[inline(always)]
        fn into_value(
            self,
            _cx: &::threadsnake_engine::Context,
        ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
            ::core::result::Result::Ok(self.as_value())
        }
    }
};
