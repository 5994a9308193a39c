//! What the expansions refer to, over values that need no heap.

use std::cell::{Cell, RefCell};

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    Object,
    List,
    Dict,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ObjectRef {
    pub kind: Kind,
    pub number: i64,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Text(&'static str),
    Object(ObjectRef),
}

impl Value {
    pub fn small_int_unchecked(number: i64) -> Value {
        Value::Int(number)
    }

    pub fn as_kind(self, kind: Kind) -> Option<ObjectRef> {
        match self {
            Value::Object(object) if object.kind == kind => Some(object),
            _ => None,
        }
    }
}

impl From<ObjectRef> for Value {
    fn from(object: ObjectRef) -> Value {
        Value::Object(object)
    }
}

#[derive(Debug)]
pub struct Raised(());
pub type PyResult<T = Value> = Result<T, Raised>;

/// Records the last error and the last number that a native function noted.
#[derive(Default)]
pub struct Context {
    message: RefCell<String>,
    number: Cell<i64>,
}

impl Context {
    pub fn fail(&self, message: &str) -> Raised {
        *self.message.borrow_mut() = message.to_owned();
        Raised(())
    }

    pub fn message(&self) -> String {
        self.message.borrow().clone()
    }

    pub fn note(&self, number: i64) {
        self.number.set(number);
    }

    pub fn noted(&self) -> i64 {
        self.number.get()
    }

    pub fn type_error_expected(&self, name: &str, _value: Value) -> Raised {
        self.fail(&format!("expected {name}"))
    }

    pub fn attribute_not_deletable(&self, name: &str) -> Raised {
        self.fail(&format!("cannot delete {name}"))
    }

    pub fn stop_iteration(&self) -> Raised {
        self.fail("StopIteration")
    }
}

/// Calls a table's function; the last values have the names given.
pub fn call(
    function: &native::NativeFunction,
    values: &[Value],
    names: &'static [&'static str],
) -> Result<Value, String> {
    let cx = Context::default();
    let keyword_names = (!names.is_empty()).then_some(names);
    (function.call)(&cx, native::Arguments { values, keyword_names }).map_err(|_| cx.message())
}

pub mod native {
    use super::{Context, Kind, PyResult, Value};

    pub use arguments::{Arguments, Keywords};
    pub use convert::{FromValue, IntoResult, IntoValue};

    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub enum Binding {
        Function,
        Method,
        Class,
        Static,
        New,
    }

    pub struct NativeFunction {
        pub name: &'static str,
        pub doc: &'static str,
        pub signature: &'static str,
        pub binding: Binding,
        pub call: fn(&Context, Arguments<'_>) -> PyResult<Value>,
    }

    pub struct NativeAttribute {
        pub name: &'static str,
        pub doc: &'static str,
        pub get: fn(&Context, Value) -> PyResult<Value>,
        pub set: Option<fn(&Context, Value, Option<Value>) -> PyResult<()>>,
    }

    #[derive(Copy, Clone)]
    pub struct ClassFlags(pub u32);

    impl ClassFlags {
        pub const NONE: ClassFlags = ClassFlags(0);
        pub const SUBCLASSABLE: ClassFlags = ClassFlags(1);
        pub const SEQUENCE: ClassFlags = ClassFlags(4);

        pub const fn with(self, other: ClassFlags) -> ClassFlags {
            ClassFlags(self.0 | other.0)
        }
    }

    pub struct NativeClass {
        pub id: Kind,
        pub layout: Kind,
        pub name: &'static str,
        pub module: &'static str,
        pub doc: &'static str,
        pub signature: &'static str,
        pub base: Option<Kind>,
        pub slots: u16,
        pub raw_bytes: u16,
        pub flags: ClassFlags,
        pub methods: &'static [NativeFunction],
        pub attributes: &'static [NativeAttribute],
        pub next: Option<fn(&Context, Value) -> PyResult<Option<Value>>>,
        pub finalize: Option<fn(&Context, Value)>,
    }

    pub struct NativeModule {
        pub name: &'static str,
        pub doc: &'static str,
        pub functions: &'static [NativeFunction],
        pub classes: &'static [&'static NativeClass],
        pub initialize: Option<fn(&Context, Value) -> PyResult<()>>,
    }

    pub trait NativeMethods {
        const METHODS: &'static [NativeFunction];
        const ATTRIBUTES: &'static [NativeAttribute];
        const NEXT: Option<fn(&Context, Value) -> PyResult<Option<Value>>>;
        const FINALIZE: Option<fn(&Context, Value)>;
    }

    pub trait NativeType {
        const CLASS: &'static NativeClass;
    }

    pub mod arguments {
        use super::super::{Context, PyResult, Value};

        #[derive(Copy, Clone)]
        pub struct Arguments<'a> {
            pub values: &'a [Value],
            pub keyword_names: Option<&'static [&'static str]>,
        }

        impl<'a> Arguments<'a> {
            fn split(&self) -> (&'a [Value], &'a [Value]) {
                self.values.split_at(self.values.len() - self.keyword_names.map_or(0, <[_]>::len))
            }

            pub fn keywords(&self) -> Keywords<'a> {
                Keywords(self.split().1)
            }

            pub fn split_receiver(
                &self,
                cx: &Context,
                class: &str,
                name: &str,
            ) -> PyResult<(Value, Arguments<'a>)> {
                match self.split().0.first() {
                    None => Err(cx.fail(&format!("unbound {class}.{name}"))),
                    Some(&receiver) => Ok((
                        receiver,
                        Arguments { values: &self.values[1..], keyword_names: self.keyword_names },
                    )),
                }
            }
        }

        #[derive(Copy, Clone)]
        pub struct Keywords<'a>(&'a [Value]);

        impl Keywords<'_> {
            #[allow(clippy::len_without_is_empty)]
            pub fn len(&self) -> usize {
                self.0.len()
            }
        }

        #[derive(Copy, Clone, PartialEq, Eq)]
        pub enum ParameterKind {
            PositionalOnly,
            Standard,
            KeywordOnly,
        }

        pub struct Parameter {
            pub name: &'static str,
            pub kind: ParameterKind,
            pub required: bool,
        }

        pub struct Signature {
            pub name: &'static str,
            pub parameters: &'static [Parameter],
            pub variable_arguments: bool,
            pub variable_keywords: bool,
        }

        impl Signature {
            fn positional(&self) -> usize {
                self.parameters.iter().filter(|one| one.kind != ParameterKind::KeywordOnly).count()
            }

            pub fn bind(
                &self,
                cx: &Context,
                arguments: &Arguments<'_>,
                bound: &mut [Option<Value>],
            ) -> PyResult<()> {
                let (positional, named) = arguments.split();
                let error = || Err(cx.fail(&format!("{}: {}", self.name, positional.len())));
                if positional.len() > self.positional() && !self.variable_arguments {
                    return error();
                }
                for (place, &value) in bound.iter_mut().zip(positional.iter().take(self.positional())) {
                    *place = Some(value);
                }
                for (name, &value) in arguments.keyword_names.unwrap_or(&[]).iter().zip(named) {
                    let index = self
                        .parameters
                        .iter()
                        .position(|one| one.name == *name && one.kind != ParameterKind::PositionalOnly);
                    match index {
                        Some(index) if bound[index].is_none() => bound[index] = Some(value),
                        None if self.variable_keywords => {}
                        _ => return error(),
                    }
                }
                let missing =
                    self.parameters.iter().zip(&*bound).any(|(one, place)| one.required && place.is_none());
                if missing { error() } else { Ok(()) }
            }

            pub fn bind_method<const COUNT: usize>(
                &self,
                cx: &Context,
                arguments: &Arguments<'_>,
                class: &str,
                name: &str,
            ) -> PyResult<(Value, [Option<Value>; COUNT])> {
                let (receiver, arguments) = arguments.split_receiver(cx, class, name)?;
                let mut bound = [None; COUNT];
                self.bind(cx, &arguments, &mut bound)?;
                Ok((receiver, bound))
            }

            pub fn given(&self, cx: &Context, place: Option<Value>, index: usize) -> PyResult<Value> {
                place.ok_or_else(|| cx.fail(&format!("{}: no argument {index}", self.name)))
            }

            pub fn rest<'a>(&self, arguments: &Arguments<'a>) -> &'a [Value] {
                arguments.split().0.get(self.positional()..).unwrap_or(&[])
            }
        }
    }

    pub mod convert {
        use super::super::{Context, PyResult, Value};

        pub trait FromValue: Sized {
            fn from_value(cx: &Context, value: Value) -> PyResult<Self>;
        }

        pub trait IntoValue {
            fn into_value(self, cx: &Context) -> PyResult<Value>;
        }

        pub trait IntoResult {
            fn into_result(self, cx: &Context) -> PyResult<Value>;
        }

        pub trait NotValue {}
        impl NotValue for i64 {}

        impl<T: IntoValue> IntoResult for T {
            fn into_result(self, cx: &Context) -> PyResult<Value> {
                self.into_value(cx)
            }
        }

        impl<T: IntoValue> IntoResult for PyResult<T> {
            fn into_result(self, cx: &Context) -> PyResult<Value> {
                self?.into_value(cx)
            }
        }

        impl<T: FromValue + NotValue> FromValue for Option<T> {
            fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
                if value == Value::None { Ok(None) } else { T::from_value(cx, value).map(Some) }
            }
        }

        impl FromValue for Option<Value> {
            fn from_value(_cx: &Context, value: Value) -> PyResult<Self> {
                Ok(Some(value))
            }
        }

        impl FromValue for Value {
            fn from_value(_cx: &Context, value: Value) -> PyResult<Self> {
                Ok(value)
            }
        }

        macro_rules! from_int {
            ($($kind:ty),*) => { $(
                impl FromValue for $kind {
                    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
                        match value {
                            Value::Int(number) => Ok(number as $kind),
                            _ => Err(cx.fail("not an int")),
                        }
                    }
                }
            )* };
        }
        from_int!(i64, isize, f64);

        impl FromValue for bool {
            fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
                match value {
                    Value::Bool(value) => Ok(value),
                    _ => Err(cx.fail("not a bool")),
                }
            }
        }

        impl FromValue for String {
            fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
                match value {
                    Value::Text(text) => Ok(text.to_owned()),
                    _ => Err(cx.fail("not a str")),
                }
            }
        }

        impl IntoValue for Value {
            fn into_value(self, _cx: &Context) -> PyResult<Value> {
                Ok(self)
            }
        }

        impl IntoValue for () {
            fn into_value(self, _cx: &Context) -> PyResult<Value> {
                Ok(Value::None)
            }
        }

        impl IntoValue for bool {
            fn into_value(self, _cx: &Context) -> PyResult<Value> {
                Ok(Value::Bool(self))
            }
        }

        impl IntoValue for i64 {
            fn into_value(self, _cx: &Context) -> PyResult<Value> {
                Ok(Value::Int(self))
            }
        }

        impl IntoValue for usize {
            fn into_value(self, _cx: &Context) -> PyResult<Value> {
                Ok(Value::Int(self as i64))
            }
        }

        impl IntoValue for String {
            fn into_value(self, _cx: &Context) -> PyResult<Value> {
                Ok(Value::Text(self.leak()))
            }
        }
    }
}
