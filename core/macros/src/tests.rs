//! Expansions compared with `tests/golden`, and the texts of errors.
//!
//! After a wanted change of an expansion, `THREADSNAKE_GOLDEN=write cargo test -p threadsnake-macros` rewrites the files; review the diff.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Item, Meta};

use crate::function::FUNCTION_OPTIONS;
use crate::options::{ClassOptions, FunctionOptions, ModuleOptions};
use crate::{class, function, methods, module};

/// Expands an item whose last attribute is one of this crate's, as the compiler would.
fn expand(source: &str) -> syn::Result<TokenStream> {
    let mut item: Item = syn::parse_str(source)?;
    let attributes = match &mut item {
        Item::Fn(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        other => return Err(syn::Error::new_spanned(other, "no such item")),
    };
    let options = match attributes.pop().map(|attribute| attribute.meta) {
        Some(Meta::List(list)) => list.tokens,
        _ => TokenStream::new(),
    };
    match item {
        Item::Fn(item) => function::expand(&FunctionOptions::parse(options, FUNCTION_OPTIONS)?, &item),
        Item::Struct(item) => class::expand(&ClassOptions::parse(options)?, &item),
        Item::Impl(item) => methods::expand(item),
        Item::Mod(item) => module::expand(&ModuleOptions::parse(options)?, item),
        other => Ok(other.into_token_stream()),
    }
}

fn golden(name: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let source =
        std::fs::read_to_string(folder.join(format!("{name}.input.rs"))).expect("the input is there");
    let tokens = expand(&source).expect("the input expands");
    let printed = prettyplease::unparse(&syn::parse2(tokens).expect("the expansion is Rust"));
    let expected = folder.join(format!("{name}.expected.rs"));
    if std::env::var_os("THREADSNAKE_GOLDEN").is_some_and(|mode| mode == "write") {
        std::fs::write(expected, printed).expect("the folder can be written");
    } else {
        let text = std::fs::read_to_string(expected).expect("the expansion is there");
        assert!(text == printed, "{name} expands to\n{printed}");
    }
}

#[test]
fn functions_expand_to() {
    golden("function");
}

#[test]
fn classes_expand_to() {
    golden("class");
}

#[test]
fn methods_expand_to() {
    golden("methods");
}

#[test]
fn modules_expand_to() {
    golden("module");
}

/// The error of an expansion, or the one that it carries in itself.
#[track_caller]
fn assert_error(source: &str, part: &str) {
    let text = match expand(source) {
        Err(error) => error.to_string(),
        Ok(tokens) => {
            let text = tokens.to_string();
            assert!(text.contains("compile_error"), "{source} expands without an error");
            text
        }
    };
    assert!(text.contains(part), "{source}: {text}");
}

#[test]
fn mistakes_in_functions_are_named() {
    let function =
        |options: &str, parameters: &str| format!("#[pyfunction({options})] fn f({parameters}) {{}}");
    for (options, parameters, error) in [
        ("nam = \"x\"", "", "unknown option"),
        ("name = \"x\", name = \"y\"", "", "given twice"),
        ("signature = \"a, b\"", "a: Value", "in parentheses"),
        ("signature = \"(a, b)\"", "a: Value", "names `b`, which the function has no parameter for"),
        ("signature = \"(a)\"", "a: Value, b: Value", "does not name `b`"),
        ("signature = \"(a=1, b)\"", "a: i64, b: i64", "has no default but follows"),
        ("signature = \"(a, a)\"", "a: i64", "names `a` twice"),
        ("signature = \"(/, a)\"", "a: i64", "needs a parameter before it"),
        ("signature = \"(a, /, b, /)\"", "a: i64, b: i64", "comes once"),
        ("signature = \"(*)\"", "", "needs a parameter behind it"),
        ("signature = \"(**k, a)\"", "a: i64, k: Keywords<'_>", "must come last"),
        ("signature = \"(a=[)\"", "a: Value", "unbalanced"),
        ("signature = \"($this, a)\"", "a: Value", "$self, $type or $module"),
        ("signature = \"(a=())\"", "a: i64", "is no literal"),
        ("signature = \"(a=None)\"", "a: i64", "needs an `Option` or a `Value`"),
        ("signature = \"(a='x')\"", "a: Value", "made anew for each call"),
        ("signature = \"(*a)\"", "a: Value", "`*a` needs a parameter of type `&[Value]`"),
        ("signature = \"(a)\"", "a: &[Value]", "the type takes many"),
        ("signature = \"(a, **k)\"", "a: Value, k: Keywords<'_>", "may be given by name beside `**`"),
        ("", "a: Value, b: Arguments<'_>", "must be the only parameter"),
        ("", "a: &str", "a native function takes values"),
        ("", "(a, b): (Value, Value)", "needs a plain name"),
    ] {
        assert_error(&function(options, parameters), error);
    }
    assert_error("#[pyfunction] async fn f() {}", "cannot be async");
    assert_error("#[pyfunction] fn f<T>(a: T) {}", "cannot be generic");
}

#[test]
fn mistakes_in_classes_are_named() {
    assert_error("#[pyclass(name = \"x\")] struct X;", "needs `id = ...`");
    assert_error("#[pyclass(id = X, size = 3)] struct X;", "unknown option");
    assert_error("#[pyclass(id = X)] struct X { a: u8 }", "is a handle");
    assert_error("#[pyclass(id = X)] struct X<T>(T);", "cannot be generic");
    let methods = |body: &str| format!("#[pymethods] impl X {{ {body} }}");
    for (body, error) in [
        ("#[pymethod] fn f(cx: &Context) {}", "must be the receiver"),
        ("#[pymethod] fn f(this: X) {} #[pymethod(name = \"f\")] fn g(this: X) {}", "already has a `f`"),
        ("#[pygetter] fn f(this: X, a: Value) {}", "nothing but the receiver"),
        ("#[pysetter] fn set_f(this: X, a: Value) {}", "a setter but no getter"),
        ("#[pysetter] fn set_f(this: X) {}", "the receiver and one value"),
        ("#[pynext] fn f(this: X) {} #[pynext] fn g(this: X) {}", "one #[pynext]"),
        ("#[pynext] fn f(this: X) {} #[pymethod] fn __next__(this: X) {}", "is made from #[pynext]"),
        ("#[pynext(name = \"g\")] fn f(this: X) {}", "takes no options"),
        ("#[pyfinalize] fn f(this: X) -> PyResult<()> {}", "returns nothing"),
        ("#[pystaticmethod] fn f(self) {}", "only methods and attributes of instances"),
        ("#[pymethod] fn f(&mut self) {}", "objects are shared"),
        ("#[pymethod = \"f\"] fn f(this: X) {}", "in parentheses"),
    ] {
        assert_error(&methods(body), error);
    }
    assert_error("#[pymethods] impl Clone for X {}", "inherent");
}

#[test]
fn mistakes_in_modules_are_named() {
    assert_error("#[pymodule(class(X))] mod m {}", "unknown option");
    assert_error("#[pymodule] mod m;", "with a body in the same file");
    let twice = "#[pyinitialize] fn a(cx: &Context, module: Value) {} #[pyinitialize] fn b() {}";
    assert_error(&format!("#[pymodule] mod m {{ {twice} }}"), "one #[pyinitialize]");
    assert_error("#[pymodule] mod m { #[pyfunction] fn f(a: &str) {} }", "takes values");
}
