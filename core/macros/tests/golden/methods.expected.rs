#[allow(clippy::new_ret_no_self, clippy::too_many_arguments)]
impl ListIterator {
    /// Return state information for pickling.
    fn reduce(self, cx: &Context) -> PyResult {
        reduce(cx, self)
    }
    fn index(cx: &Context, this: ListIterator) -> PyResult {
        cx.int(this.position())
    }
    fn set_index(cx: &Context, this: ListIterator, value: i64) -> PyResult<()> {
        this.set_position(cx, value)
    }
    fn next(cx: &Context, this: ListIterator) -> PyResult<Option<Value>> {
        Ok(this.advance(cx))
    }
    fn finalize(cx: &Context, this: ListIterator) {
        this.close(cx);
    }
    fn position(self) -> i64 {
        0
    }
}
impl ListIterator {
    #[doc(hidden)]
    #[allow(non_snake_case, clippy::unnecessary_cast)]
    fn __native_1_reduce(
        cx: &::threadsnake_engine::Context,
        arguments: ::threadsnake_engine::native::Arguments<'_>,
    ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
        static SIGNATURE: ::threadsnake_engine::native::arguments::Signature = ::threadsnake_engine::native::arguments::Signature {
            name: "__reduce__",
            parameters: &[],
            variable_arguments: false,
            variable_keywords: false,
        };
        let (
            receiver,
            [],
        ): (
            ::threadsnake_engine::Value,
            [::core::option::Option<::threadsnake_engine::Value>; 0usize],
        ) = match (arguments.keyword_names, arguments.values) {
            (::core::option::Option::None, &[receiver]) => (receiver, []),
            _ => {
                SIGNATURE
                    .bind_method(
                        cx,
                        &arguments,
                        <ListIterator as ::threadsnake_engine::native::NativeType>::CLASS
                            .name,
                        "__reduce__",
                    )?
            }
        };
        let this = <Self as ::threadsnake_engine::native::FromValue>::from_value(
            cx,
            receiver,
        )?;
        ::threadsnake_engine::native::IntoResult::into_result(Self::reduce(this, cx), cx)
    }
    #[doc(hidden)]
    #[allow(non_snake_case)]
    fn __native_2_index(
        cx: &::threadsnake_engine::Context,
        receiver: ::threadsnake_engine::Value,
    ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
        let this = <ListIterator as ::threadsnake_engine::native::FromValue>::from_value(
            cx,
            receiver,
        )?;
        ::threadsnake_engine::native::IntoResult::into_result(Self::index(cx, this), cx)
    }
    #[doc(hidden)]
    #[allow(non_snake_case)]
    fn __native_3_set_index(
        cx: &::threadsnake_engine::Context,
        receiver: ::threadsnake_engine::Value,
        value: ::core::option::Option<::threadsnake_engine::Value>,
    ) -> ::threadsnake_engine::PyResult<()> {
        let this = <ListIterator as ::threadsnake_engine::native::FromValue>::from_value(
            cx,
            receiver,
        )?;
        let ::core::option::Option::Some(value) = value else {
            return ::core::result::Result::Err(cx.attribute_not_deletable("index"));
        };
        let value = <i64 as ::threadsnake_engine::native::FromValue>::from_value(
            cx,
            value,
        )?;
        Self::set_index(cx, this, value)
    }
    #[doc(hidden)]
    #[allow(non_snake_case)]
    fn __native_4_next(
        cx: &::threadsnake_engine::Context,
        receiver: ::threadsnake_engine::Value,
    ) -> ::threadsnake_engine::PyResult<
        ::core::option::Option<::threadsnake_engine::Value>,
    > {
        let this = <ListIterator as ::threadsnake_engine::native::FromValue>::from_value(
            cx,
            receiver,
        )?;
        Self::next(cx, this)
    }
    #[doc(hidden)]
    #[allow(non_snake_case, unused_variables)]
    fn __native_5_finalize(
        cx: &::threadsnake_engine::Context,
        receiver: ::threadsnake_engine::Value,
    ) {
        if let ::core::option::Option::Some(this) = <ListIterator>::from_value(
            receiver,
        ) {
            Self::finalize(cx, this);
        }
    }
    #[doc(hidden)]
    #[allow(non_snake_case)]
    fn __native_special_iter(
        cx: &::threadsnake_engine::Context,
        arguments: ::threadsnake_engine::native::Arguments<'_>,
    ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
        static SIGNATURE: ::threadsnake_engine::native::arguments::Signature = ::threadsnake_engine::native::arguments::Signature {
            name: "__iter__",
            parameters: &[],
            variable_arguments: false,
            variable_keywords: false,
        };
        let (receiver, arguments) = arguments
            .split_receiver(
                cx,
                <ListIterator as ::threadsnake_engine::native::NativeType>::CLASS.name,
                "__iter__",
            )?;
        SIGNATURE.bind(cx, &arguments, &mut [])?;
        ::core::result::Result::Ok(receiver)
    }
    #[doc(hidden)]
    #[allow(non_snake_case)]
    fn __native_special_next(
        cx: &::threadsnake_engine::Context,
        arguments: ::threadsnake_engine::native::Arguments<'_>,
    ) -> ::threadsnake_engine::PyResult<::threadsnake_engine::Value> {
        static SIGNATURE: ::threadsnake_engine::native::arguments::Signature = ::threadsnake_engine::native::arguments::Signature {
            name: "__next__",
            parameters: &[],
            variable_arguments: false,
            variable_keywords: false,
        };
        let (receiver, arguments) = arguments
            .split_receiver(
                cx,
                <ListIterator as ::threadsnake_engine::native::NativeType>::CLASS.name,
                "__next__",
            )?;
        SIGNATURE.bind(cx, &arguments, &mut [])?;
        match <ListIterator>::__native_4_next(cx, receiver)? {
            ::core::option::Option::Some(value) => ::core::result::Result::Ok(value),
            ::core::option::Option::None => {
                ::core::result::Result::Err(cx.stop_iteration())
            }
        }
    }
}
impl ::threadsnake_engine::native::NativeMethods for ListIterator {
    const METHODS: &'static [::threadsnake_engine::native::NativeFunction] = &[
        ::threadsnake_engine::native::NativeFunction {
            name: "__reduce__",
            doc: "Return state information for pickling.",
            signature: "($self, /)",
            binding: ::threadsnake_engine::native::Binding::Method,
            call: <ListIterator>::__native_1_reduce,
        },
        ::threadsnake_engine::native::NativeFunction {
            name: "__iter__",
            doc: "Implement iter(self).",
            signature: "($self, /)",
            binding: ::threadsnake_engine::native::Binding::Method,
            call: <ListIterator>::__native_special_iter,
        },
        ::threadsnake_engine::native::NativeFunction {
            name: "__next__",
            doc: "Implement next(self).",
            signature: "($self, /)",
            binding: ::threadsnake_engine::native::Binding::Method,
            call: <ListIterator>::__native_special_next,
        },
    ];
    const ATTRIBUTES: &'static [::threadsnake_engine::native::NativeAttribute] = &[
        ::threadsnake_engine::native::NativeAttribute {
            name: "index",
            doc: "",
            get: <ListIterator>::__native_2_index,
            set: ::core::option::Option::Some(<ListIterator>::__native_3_set_index),
        },
    ];
    const NEXT: ::core::option::Option<
        fn(
            &::threadsnake_engine::Context,
            ::threadsnake_engine::Value,
        ) -> ::threadsnake_engine::PyResult<
            ::core::option::Option<::threadsnake_engine::Value>,
        >,
    > = ::core::option::Option::Some(<ListIterator>::__native_4_next);
    const FINALIZE: ::core::option::Option<
        fn(&::threadsnake_engine::Context, ::threadsnake_engine::Value),
    > = ::core::option::Option::Some(<ListIterator>::__native_5_finalize);
}
