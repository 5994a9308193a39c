#[allow(clippy::too_many_arguments)]
/// Return the logarithm of x to the given base.
pub fn log(cx: &Context, x: f64, base: Option<Value>, limit: i64) -> PyResult<f64> {
    compute(cx, x, base, limit)
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
pub const __native_log: ::threadsnake_engine::native::NativeFunction = {
    #[doc(hidden)]
    #[allow(non_snake_case, clippy::unnecessary_cast)]
    fn __call_log(
        cx: &::threadsnake_engine::Context,
        arguments: ::threadsnake_engine::native::Arguments<'_>,
    ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
        static SIGNATURE: ::threadsnake_engine::native::arguments::Signature = ::threadsnake_engine::native::arguments::Signature {
            name: "log",
            parameters: &[
                ::threadsnake_engine::native::arguments::Parameter {
                    name: "x",
                    kind: ::threadsnake_engine::native::arguments::ParameterKind::PositionalOnly,
                    required: true,
                },
                ::threadsnake_engine::native::arguments::Parameter {
                    name: "base",
                    kind: ::threadsnake_engine::native::arguments::ParameterKind::PositionalOnly,
                    required: false,
                },
                ::threadsnake_engine::native::arguments::Parameter {
                    name: "limit",
                    kind: ::threadsnake_engine::native::arguments::ParameterKind::KeywordOnly,
                    required: false,
                },
            ],
            variable_arguments: false,
            variable_keywords: false,
        };
        let [place_0, place_1, place_2,
        ]: [::core::option::Option<::threadsnake_engine::Value>; 3usize] = match (
            arguments.keyword_names,
            arguments.values,
        ) {
            (::core::option::Option::None, &[place_0]) => {
                [
                    ::core::option::Option::Some(place_0),
                    ::core::option::Option::None,
                    ::core::option::Option::None,
                ]
            }
            (::core::option::Option::None, &[place_0, place_1]) => {
                [
                    ::core::option::Option::Some(place_0),
                    ::core::option::Option::Some(place_1),
                    ::core::option::Option::None,
                ]
            }
            _ => {
                let mut bound = [::core::option::Option::None; 3usize];
                SIGNATURE.bind(cx, &arguments, &mut bound)?;
                bound
            }
        };
        let value_0 = <f64 as ::threadsnake_engine::native::FromValue>::from_value(
            cx,
            SIGNATURE.given(cx, place_0, 0usize)?,
        )?;
        let value_1: Option<Value> = match place_1 {
            ::core::option::Option::Some(given) => {
                <Option<
                    Value,
                > as ::threadsnake_engine::native::FromValue>::from_value(cx, given)?
            }
            ::core::option::Option::None => ::core::option::Option::None,
        };
        let value_2: i64 = match place_2 {
            ::core::option::Option::Some(given) => {
                <i64 as ::threadsnake_engine::native::FromValue>::from_value(cx, given)?
            }
            ::core::option::Option::None => -1,
        };
        ::threadsnake_engine::native::IntoResult::into_result(
            log(cx, value_0, value_1, value_2),
            cx,
        )
    }
    ::threadsnake_engine::native::NativeFunction {
        name: "log",
        doc: "Return the logarithm of x to the given base.",
        signature: "($module, x, base=None, /, *, limit=-1)",
        binding: ::threadsnake_engine::native::Binding::Function,
        call: __call_log,
    }
};
