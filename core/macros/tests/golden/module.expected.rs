/// Bisection algorithms.
mod bisect {
    #[allow(clippy::too_many_arguments)]
    fn left(arguments: Arguments<'_>) -> PyResult {
        search(arguments)
    }
    #[doc(hidden)]
    #[allow(non_upper_case_globals)]
    const __native_left: ::threadsnake_engine::native::NativeFunction = {
        #[doc(hidden)]
        #[allow(non_snake_case, clippy::unnecessary_cast)]
        fn __call_left(
            cx: &::threadsnake_engine::Context,
            arguments: ::threadsnake_engine::native::Arguments<'_>,
        ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
            ::threadsnake_engine::native::IntoResult::into_result(left(arguments), cx)
        }
        ::threadsnake_engine::native::NativeFunction {
            name: "left",
            doc: "",
            signature: "",
            binding: ::threadsnake_engine::native::Binding::Function,
            call: __call_left,
        }
    };
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        prepare(cx, module)
    }
    ///The native module `_bisect`.
    pub static MODULE: ::threadsnake_engine::native::NativeModule = ::threadsnake_engine::native::NativeModule {
        name: "_bisect",
        doc: "Bisection algorithms.",
        functions: &[crate::number::__native_gcd, __native_left],
        classes: &[<Deque as ::threadsnake_engine::native::NativeType>::CLASS],
        initialize: ::core::option::Option::Some(initialize),
    };
}
