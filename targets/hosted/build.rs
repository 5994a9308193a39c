//! Compiles the standard library (the crate `rustpython-pylib`, CPython 3.14's `Lib`) into the image that the command carries.
//!
//! Invariant: every module that the compiler accepts is in the image under its dotted name; one that it rejects, or whose code the
//! verifier rejects, fails the build.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use threadsnake_bytecode::image::ImageWriter;
use threadsnake_bytecode::verifier;
use threadsnake_compiler::{CompileOptions, compile};

/// Folders of the library that programs do not import.
const LEFT_OUT: &[&str] =
    &["test", "tests", "idlelib", "turtledemo", "lib2to3", "__pycache__", "ensurepip", "tkinter"];

/// Modules that every start imports, and then those that many programs do, in this order: what they share is near each other in the image,
/// so that few of its pages are touched.
const FIRST: &[&str] = &[
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "zipimport",
    "types",
    "_weakrefset",
    "_py_abc",
    "abc",
    "stat",
    "_collections_abc",
    "genericpath",
    "posixpath",
    "os",
    "_sitebuiltins",
    "site",
    "threading",
    "linecache",
    "traceback",
    "warnings",
    "_py_warnings",
    "codecs",
    "io",
    "encodings",
    "encodings.aliases",
    "encodings.utf_8",
    "operator",
    "keyword",
    "reprlib",
    "collections",
    "functools",
    "contextlib",
    "enum",
    "re",
    "re._constants",
    "re._parser",
    "re._casefix",
    "re._compiler",
    "copyreg",
    "random",
    "bisect",
    "hashlib",
    "json",
    "json.scanner",
    "json.decoder",
    "json.encoder",
    "heapq",
    "queue",
    "weakref",
];

/// Places where the library speaks of the implementation it runs on: module, text, replacement. Each text must be there once.
const CHANGES: &[(&str, &str, &str)] = &[
    (
        "platform",
        "        if \"RustPython\" in sys_version:\n            name = \"RustPython\"\n",
        "        if \"threadsnake\" in sys_version:\n            name = \"Threadsnake\"\n",
    ),
    ("site", "    return 'RustPython' # XXX: RUSTPYTHON; for site-packages\n", "    return 'Threadsnake'\n"),
    ("site", "{userbase}/lib/rustpython{version[0]}", "{userbase}/lib/threadsnake{version[0]}"),
    (
        "sysconfig",
        "    return 'RustPython'  # XXX: RUSTPYTHON; For site-packages\n",
        "    return 'Threadsnake'\n",
    ),
    // `match` asks the engine, not the registry, whether a class is a sequence or a mapping.
    (
        "_py_abc",
        "from _weakrefset import WeakSet\n",
        "from _weakrefset import WeakSet\nfrom _pattern_flags import inherit as _inherit_pattern_flags\n",
    ),
    (
        "_py_abc",
        "        cls._abc_registry.add(subclass)\n",
        "        cls._abc_registry.add(subclass)\n        _inherit_pattern_flags(cls, subclass)\n",
    ),
    // What reads the instructions of a code object as CPython's would show others than those that run.
    (
        "dis",
        "def _get_code_array(co, adaptive):\n",
        "def _get_code_array(co, adaptive):\n    raise NotImplementedError('dis of code objects is not supported yet by threadsnake')\n",
    ),
    (
        "dis",
        "def _find_imports(co):\n",
        "def _find_imports(co):\n    raise NotImplementedError('dis._find_imports() is not supported yet by threadsnake')\n",
    ),
    (
        "dis",
        "def _find_store_names(co):\n",
        "def _find_store_names(co):\n    raise NotImplementedError('dis._find_store_names() is not supported yet by threadsnake')\n",
    ),
];

fn collect(
    folder: &Path,
    prefix: &str,
    modules: &mut BTreeMap<String, (PathBuf, bool)>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        if path.is_dir() {
            if LEFT_OUT.contains(&stem) {
                continue;
            }
            let name = join(stem);
            let initializer = path.join("__init__.py");
            if initializer.is_file() {
                modules.insert(name.clone(), (initializer, true));
                collect(&path, &name, modules)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "py") && stem != "__init__" {
            modules.insert(join(stem), (path, false));
        }
    }
    Ok(())
}

/// Has the command linked for one address, as Debian's `python3` is, instead of for any: of the half megabyte of tables with addresses in
/// them (natives, their texts), no page is written then when it starts, and none is its own. Libraries, heap and stacks stay where
/// chance puts them.
fn link_at_fixed_address() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    link_at_fixed_address();
    let library = Path::new(rustpython_pylib::LIB_PATH);
    let mut modules = BTreeMap::new();
    collect(library, "", &mut modules)?;
    let mut image = ImageWriter::new();
    let first = FIRST.iter().filter_map(|&name| modules.get_key_value(name));
    let rest = modules.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
    for (name, (path, is_package)) in first.chain(rest) {
        let mut source = fs::read(path)?;
        for (_, text, replacement) in CHANGES.iter().filter(|(module, ..)| module == name) {
            let whole = String::from_utf8(source)?;
            if whole.matches(text).count() != 1 {
                return Err(format!("{name}: the library no longer says {text:?}").into());
            }
            source = whole.replace(text, replacement).into_bytes();
        }
        let file_name = format!("<frozen {name}>");
        let options = CompileOptions { file_name, ..CompileOptions::default() };
        let output = compile(&source, &options).map_err(|error| format!("{}: {error}", path.display()))?;
        // The engine trusts the image.
        verifier::verify(&output.code).map_err(|problem| format!("{name}: {problem}"))?;
        image.add_module(name, *is_package, &output.code).map_err(|error| format!("{name}: {error}"))?;
    }
    let out = PathBuf::from(env::var("OUT_DIR")?).join("library.image");
    fs::write(out, image.finish().map_err(|error| error.to_string())?)?;
    Ok(())
}
