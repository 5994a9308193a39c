//! Classes, functions and modules declared with the attributes, called through their tables.
//!
//! The engine's paths are provided by this crate itself: values of a few kinds, and a binder that follows the real one's rules. So
//! what is checked is the expansion: which function runs with which arguments, and what the tables say.

#![allow(dead_code, missing_docs)]

extern crate self as threadsnake_engine;

mod engine;

use engine::call;
pub use engine::{Context, Kind, ObjectRef, PyResult, Value, native};
use native::{Arguments, Keywords};
use threadsnake_macros::{pyclass, pyfunction, pymethods, pymodule};

/// A counter.
///
///   Indented.
#[pyclass(id = List, name = "counter", module = "tests", slots = 1, raw = 8, signature = "(start=0, /)", flags(SUBCLASSABLE, SEQUENCE))]
pub struct Counter(ObjectRef);

#[pymethods]
impl Counter {
    #[pynew]
    fn new(class: Value, start: Option<i64>) -> Value {
        let _ = class;
        Value::Object(ObjectRef { kind: Kind::List, number: start.unwrap_or(0) })
    }

    /// Add.
    #[pymethod(name = "__add__", signature = "($self, value, /)")]
    #[pymethod(name = "__radd__", signature = "($self, value, /)")]
    fn add(cx: &Context, this: Counter, value: i64) -> PyResult<i64> {
        let _ = cx;
        Ok(this.object().number + value)
    }

    #[pymethod]
    fn with_self(self, cx: &Context, other: Option<Counter>, r#type: Option<Value>) -> i64 {
        let _ = (cx, r#type);
        self.0.number + other.map_or(1000, |other| other.0.number)
    }

    #[pymethod(signature = "(a, b=-1, /, c=2.5, *args, key=True, limit=sys.maxsize, name='x', any=7)")]
    fn everything(
        &self,
        a: i64,
        b: i64,
        c: f64,
        args: &[Value],
        key: bool,
        limit: isize,
        name: String,
        any: Value,
    ) -> String {
        format!("{} {a} {b} {c} {} {key} {limit} {name} {any:?}", self.0.number, args.len())
    }

    #[pymethod]
    fn raw(cx: &Context, this: Value, arguments: Arguments<'_>) -> PyResult<usize> {
        let _ = (cx, this);
        Ok(arguments.values.len())
    }

    #[pymethod(signature = "(first, /, *args, **kwargs)")]
    fn many(this: Counter, first: Value, args: &[Value], kwargs: Keywords<'_>) -> i64 {
        let _ = (this, first);
        (args.len() * 10 + kwargs.len()) as i64
    }

    #[pyclassmethod]
    fn of(class: Value) -> Value {
        class
    }

    #[pystaticmethod]
    fn pair(a: i64, b: i64) -> i64 {
        a * b
    }

    /// The step.
    #[pygetter]
    fn step(this: Counter) -> i64 {
        this.0.number
    }

    #[pysetter]
    fn set_step(cx: &Context, this: Counter, value: i64) -> PyResult<()> {
        let _ = this;
        cx.note(value);
        Ok(())
    }

    #[pygetter(name = "label")]
    fn get_label(&self) -> bool {
        true
    }

    #[pysetter(name = "label")]
    fn put_label(self, cx: &Context, value: Option<Value>) {
        cx.note(if value.is_some() { 1 } else { -1 });
    }

    #[pynext]
    fn next(cx: &Context, this: Counter) -> PyResult<Option<Value>> {
        let _ = cx;
        Ok((this.0.number > 0).then_some(Value::Int(this.0.number)))
    }

    #[pyfinalize]
    fn finalize(cx: &Context, this: Counter) {
        cx.note(this.0.number);
    }

    #[cfg(any())]
    #[pymethod]
    fn never(this: Counter) {}
}

#[pyclass(id = Object, name = "object", base = none)]
pub struct Root;

#[pymethods]
impl Root {}

/// Twice x.
#[pyfunction(name = "double")]
pub fn twice(x: i64) -> i64 {
    2 * x
}

/// A module.
#[pymodule(name = "tests.sample", classes(Counter), functions(twice))]
pub mod sample {
    use super::*;

    /// Return the square.
    #[pyfunction]
    fn square(cx: &Context, x: i64) -> PyResult<i64> {
        if x > 1000 { Err(cx.fail("too large")) } else { Ok(x * x) }
    }

    #[cfg(any())]
    #[pyfunction]
    fn never() {}

    #[pyclass(id = Dict, name = "local")]
    pub struct Local(ObjectRef);

    #[pymethods]
    impl Local {
        #[pymethod]
        fn get(self) -> i64 {
            7
        }
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let _ = module;
        cx.note(99);
        Ok(())
    }
}

fn object(number: i64) -> Value {
    Value::Object(ObjectRef { kind: Kind::List, number })
}

fn method(name: &str) -> &'static native::NativeFunction {
    let class = <Counter as native::NativeType>::CLASS;
    class.methods.iter().find(|method| method.name == name).expect("the method is in the table")
}

fn run(name: &str, values: &[Value]) -> Result<Value, String> {
    call(method(name), values, &[])
}

#[test]
fn a_class_describes_itself() {
    let class = <Counter as native::NativeType>::CLASS;
    assert_eq!((class.name, class.module, class.doc), ("counter", "tests", "A counter.\n\n  Indented."));
    assert_eq!((class.id, class.layout, class.base), (Kind::List, Kind::List, Some(Kind::Object)));
    assert_eq!((class.slots, class.raw_bytes, class.signature), (1, 8, "(start=0, /)"));
    assert_eq!(class.flags.0, native::ClassFlags::SUBCLASSABLE.0 | native::ClassFlags::SEQUENCE.0);
    let names: Vec<_> = class.methods.iter().map(|method| (method.name, method.signature)).collect();
    assert_eq!(
        names,
        [
            ("__new__", "($type, *args, **kwargs)"),
            ("__add__", "($self, value, /)"),
            ("__radd__", "($self, value, /)"),
            ("with_self", "($self, other=None, type=<unrepresentable>, /)"),
            ("everything", "($self, a, b=-1, /, c=2.5, *args, key=True, limit=sys.maxsize, name='x', any=7)"),
            ("raw", ""),
            ("many", "($self, first, /, *args, **kwargs)"),
            ("of", "($type, /)"),
            ("pair", "(a, b, /)"),
            ("__iter__", "($self, /)"),
            ("__next__", "($self, /)"),
        ]
    );
    assert_eq!(method("of").binding, native::Binding::Class);
    assert_eq!(<Root as native::NativeType>::CLASS.base, None);
    assert!(<Root as native::NativeType>::CLASS.methods.is_empty());
}

#[test]
fn arguments_reach_their_parameters() {
    assert_eq!(run("__add__", &[object(4), Value::Int(3)]), Ok(Value::Int(7)));
    assert_eq!(run("__radd__", &[object(4), Value::Int(5)]), Ok(Value::Int(9)));
    assert_eq!(run("with_self", &[object(4), Value::None]), Ok(Value::Int(1004)));
    assert_eq!(run("with_self", &[object(4), object(5), Value::None]), Ok(Value::Int(9)));
    assert_eq!(run("with_self", &[object(4)]), Ok(Value::Int(1004)));
    assert_eq!(run("pair", &[Value::Int(6), Value::Int(7)]), Ok(Value::Int(42)));
    assert_eq!(run("of", &[Value::Int(6)]), Ok(Value::Int(6)));
    assert_eq!(run("raw", &[object(1), Value::Int(6), Value::Int(6)]), Ok(Value::Int(2)));
    assert_eq!(run("__new__", &[Value::None, Value::Int(8)]), Ok(object(8)));
    let many = call(method("many"), &[object(1), Value::None, Value::None, Value::Int(1)], &["x"]);
    assert_eq!(many, Ok(Value::Int(11)));
}

#[test]
fn defaults_are_those_of_the_signature() {
    let text =
        |values: &[Value], names: &'static [&'static str]| match call(method("everything"), values, names) {
            Ok(Value::Text(text)) => text.to_owned(),
            other => panic!("{other:?}"),
        };
    let limit = isize::MAX;
    assert_eq!(text(&[object(1), Value::Int(2)], &[]), format!("1 2 -1 2.5 0 true {limit} x Int(7)"));
    let values = [object(1), Value::Int(2), Value::Int(3), Value::Int(4), Value::None, Value::Bool(false)];
    assert_eq!(text(&values, &["key"]), format!("1 2 3 4 1 false {limit} x Int(7)"));
}

#[test]
fn wrong_calls_raise() {
    assert_eq!(run("__add__", &[]), Err("unbound counter.__add__".into()));
    assert_eq!(run("__add__", &[Value::Int(1), Value::Int(1)]), Err("expected counter".into()));
    assert_eq!(run("__add__", &[object(1)]), Err("__add__: 0".into()));
    assert_eq!(run("__add__", &[object(1), Value::Int(1), Value::Int(1)]), Err("__add__: 2".into()));
    assert_eq!(run("__add__", &[object(1), Value::None]), Err("not an int".into()));
    assert_eq!(run("__new__", &[Value::None, Value::None, Value::None]), Err("counter: 2".into()));
    assert_eq!(run("__iter__", &[object(1), Value::None]), Err("__iter__: 1".into()));
}

#[test]
fn attributes_iteration_and_finalizers() {
    let class = <Counter as native::NativeType>::CLASS;
    let cx = Context::default();
    let [step, label] = class.attributes else { panic!("two attributes") };
    assert_eq!((step.name, step.doc, label.name), ("step", "The step.", "label"));
    assert_eq!((step.get)(&cx, object(5)).ok(), Some(Value::Int(5)));
    let set = |attribute: &native::NativeAttribute, value| {
        attribute.set.map(|set| set(&cx, object(5), value).is_ok())
    };
    assert_eq!(set(step, Some(Value::Int(3))), Some(true));
    assert_eq!(cx.noted(), 3);
    assert_eq!(set(step, None), Some(false));
    assert_eq!(cx.message(), "cannot delete step");
    assert_eq!(set(label, None), Some(true));
    assert_eq!(cx.noted(), -1);
    let next = class.next.expect("the class iterates");
    assert_eq!(next(&cx, object(5)).ok(), Some(Some(Value::Int(5))));
    assert_eq!(run("__next__", &[object(5)]), Ok(Value::Int(5)));
    assert_eq!(run("__next__", &[object(0)]), Err("StopIteration".into()));
    assert_eq!(run("__iter__", &[object(2)]), Ok(object(2)));
    class.finalize.expect("the class has a finalizer")(&cx, object(77));
    assert_eq!(cx.noted(), 77);
}

#[test]
fn a_module_lists_its_contents() {
    let module = &sample::MODULE;
    assert_eq!((module.name, module.doc), ("tests.sample", "A module."));
    let functions: Vec<_> = module.functions.iter().map(|one| (one.name, one.doc, one.signature)).collect();
    assert_eq!(
        functions,
        [("double", "Twice x.", "($module, x, /)"), ("square", "Return the square.", "($module, x, /)")]
    );
    assert_eq!(call(&module.functions[0], &[Value::Int(4)], &[]), Ok(Value::Int(8)));
    assert_eq!(call(&module.functions[1], &[Value::Int(4)], &[]), Ok(Value::Int(16)));
    assert_eq!(call(&module.functions[1], &[Value::Int(4000)], &[]), Err("too large".into()));
    let classes: Vec<_> = module.classes.iter().map(|class| class.name).collect();
    assert_eq!(classes, ["counter", "local"]);
    let cx = Context::default();
    assert!(module.initialize.is_some_and(|initialize| initialize(&cx, Value::None).is_ok()));
    assert_eq!(cx.noted(), 99);
}
