//! `compile`, `eval`, `exec`, `__import__` and `breakpoint`.
//!
//! Invariant: code runs in the namespaces given, or in the calling frame's. The compiler is the host's.
//! Source: Python/bltinmodule.c; PEP 667 for `locals`.

use alloc::string::String;
use alloc::vec::Vec;

use threadsnake_bytecode::code_flags;
use threadsnake_macros::pyfunction;

use crate::context::Context;
use crate::engine::{CompileMode, CompileRequest, Root};
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::native::{Arguments, Keywords};
use crate::types::bytes_object::Bytes;
use crate::types::cell::Cell;
use crate::types::code::CodeObject;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// `ast.PyCF_ONLY_AST`
const ONLY_AST: u32 = 0x0400;
/// `ast.PyCF_OPTIMIZED_AST`
const OPTIMIZED_AST: u32 = 0x8000 | ONLY_AST;
/// `ast.PyCF_TYPE_COMMENTS`
const TYPE_COMMENTS: u32 = 0x1000;
/// `ast.PyCF_ALLOW_TOP_LEVEL_AWAIT`
const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
/// `PyCF_SOURCE_IS_UTF8`, `PyCF_DONT_IMPLY_DEDENT`, `PyCF_IGNORE_COOKIE`, `PyCF_TYPE_COMMENTS`, `PyCF_ALLOW_TOP_LEVEL_AWAIT`,
/// `PyCF_ALLOW_INCOMPLETE_INPUT`, `PyCF_OPTIMIZED_AST`
const COMPILER_FLAGS: u32 = 0x0100 | 0x0200 | 0x0800 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | ONLY_AST;
/// All `__future__` features (`PyCF_MASK`) and the obsolete ones that are accepted silently.
const FUTURE_FLAGS: u32 = 0x01FE_0000 | 0x0010;

/// Source text as bytes.
struct Source {
    bytes: Vec<u8>,
    is_text: bool,
}

fn read_source(cx: &Context, source: Value, function: &str, expected: &str) -> PyResult<Source> {
    let source = if let Some(text) = Str::from_value(source) {
        Source { bytes: text.to_utf8(cx)?.into_bytes(), is_text: true }
    } else if let Some(bytes) = Bytes::from_value(source) {
        Source { bytes: bytes.as_slice().to_vec(), is_text: false }
    } else if matches!(source.kind(), Some(Kind::ByteArray | Kind::MemoryView)) {
        let copy = cx.call(cx.class(Kind::Bytes), &[source])?;
        match Bytes::from_value(copy) {
            Some(bytes) => Source { bytes: bytes.as_slice().to_vec(), is_text: false },
            None => Source { bytes: Vec::new(), is_text: false },
        }
    } else {
        return Err(cx.type_error(format_args!("{function}() arg 1 must be a {expected}")));
    };
    if source.bytes.contains(&0) {
        // Through the constructor, which sets `msg`.
        let text = cx.str("source code string cannot contain null bytes")?;
        let error = cx.call(cx.exception_class(ExceptionClass::SyntaxError), &[text])?;
        return Err(match crate::types::exception::as_exception(error) {
            Some(error) => cx.raise_object(error),
            None => cx.raise_with(ExceptionClass::SyntaxError, &[text]),
        });
    }
    Ok(source)
}

/// Future features of the code that calls the running native function.
fn inherited_flags(cx: &Context) -> u32 {
    cx.frames()
        .innermost()
        .and_then(|frame| frame.code_data())
        .map_or(0, |data| data.flags & code_flags::FUTURE_ANNOTATIONS)
}

fn audit_compilation(cx: &Context, source: &Source, file_name: &str) -> PyResult<()> {
    cx.audit("compile", || Ok([cx.bytes(&source.bytes)?, cx.str(file_name)?]))
}

fn compile_source(
    cx: &Context,
    source: &Source,
    file_name: &str,
    mode: CompileMode,
    flags: u32,
    optimization: u8,
) -> PyResult<CodeObject> {
    audit_compilation(cx, source, file_name)?;
    cx.compile_source(&CompileRequest {
        source: &source.bytes,
        is_text: source.is_text,
        file_name,
        mode,
        optimization,
        flags,
        feature_version: None,
    })
}

/// The oldest minor version whose syntax `ast.parse` can be held to; documented as the oldest in CPython too.
const OLDEST_FEATURE_VERSION: i32 = 7;

/// `ast.parse`
fn parse_source(
    cx: &Context,
    source: &Source,
    file_name: &str,
    mode: CompileMode,
    flags: u32,
    optimization: u8,
    feature_version: Option<u8>,
) -> PyResult<Value> {
    let unsupported = |what: &str| {
        cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("compile(): {what} is not supported yet by threadsnake"),
        )
    };
    if flags & OPTIMIZED_AST == OPTIMIZED_AST && optimization > 0 {
        return Err(unsupported("an optimized syntax tree (ast.PyCF_OPTIMIZED_AST)"));
    }
    let bytes = &source.bytes;
    if flags & TYPE_COMMENTS != 0 && memchr::memmem::find(bytes, b"# type:").is_some() {
        return Err(unsupported("a syntax tree with type comments (ast.PyCF_TYPE_COMMENTS)"));
    }
    let is_text = source.is_text;
    audit_compilation(cx, source, file_name)?;
    cx.parse_source(&CompileRequest {
        source: bytes,
        is_text,
        file_name,
        mode,
        optimization,
        flags,
        feature_version,
    })
}

/// Compile source into a code object that can be executed by exec() or eval().
///
/// The source code may represent a Python module, statement or expression.
/// The filename will be used for run-time error messages.
/// The mode must be 'exec' to compile a module, 'single' to compile a
/// single (interactive) statement, or 'eval' to compile an expression.
/// The flags argument, if present, controls which future statements influence
/// the compilation of the code.
/// The dont_inherit argument, if true, stops the compilation inheriting
/// the effects of any future statements in effect in the code calling
/// compile; if absent or false these statements do influence the compilation,
/// in addition to any features explicitly specified.
#[pyfunction(
    signature = "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)"
)]
pub fn compile(
    cx: &Context,
    source: Value,
    filename: Value,
    mode: Str,
    flags: i64,
    dont_inherit: bool,
    optimize: i64,
    _feature_version: i32,
) -> PyResult<Value> {
    let file_name = path_text(cx, filename)?;
    let flags = match u32::try_from(flags).ok().filter(|flags| flags & !(COMPILER_FLAGS | FUTURE_FLAGS) == 0)
    {
        Some(flags) => flags,
        None => return Err(cx.value_error(format_args!("compile(): unrecognised flags"))),
    };
    let optimization = match optimize {
        -1 => cx.engine().configuration().optimization,
        0..=2 => optimize as u8,
        _ => return Err(cx.value_error(format_args!("compile(): invalid optimize value"))),
    };
    let mode = if mode.equals_ascii("exec") {
        CompileMode::Module
    } else if mode.equals_ascii("eval") {
        CompileMode::Expression
    } else if mode.equals_ascii("single") {
        CompileMode::Interactive
    } else if mode.equals_ascii("func_type") && flags & ONLY_AST != 0 {
        return Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("compile(): mode 'func_type' is not supported yet by threadsnake"),
        ));
    } else if mode.equals_ascii("func_type") {
        return Err(cx.value_error(format_args!("compile() mode 'func_type' requires flag PyCF_ONLY_AST")));
    } else if flags & ONLY_AST != 0 {
        return Err(
            cx.value_error(format_args!("compile() mode must be 'exec', 'eval', 'single' or 'func_type'"))
        );
    } else {
        return Err(cx.value_error(format_args!("compile() mode must be 'exec', 'eval' or 'single'")));
    };
    let flags = if dont_inherit { flags } else { flags | inherited_flags(cx) };
    if cx.is_syntax_tree(source) {
        if flags & ONLY_AST != 0 {
            return Ok(source);
        }
        cx.audit("compile", || Ok([source, Value::NONE]))?;
        let tree = cx.syntax_tree_of(source, mode)?;
        let file_name = &*file_name;
        let request = CompileRequest {
            source: &[],
            is_text: true,
            file_name,
            mode,
            optimization,
            flags,
            feature_version: None,
        };
        return Ok(cx.compile_syntax_tree(&tree, &request)?.as_value());
    }
    let source = read_source(cx, source, "compile", "string, bytes or AST object")?;
    if flags & ONLY_AST != 0 {
        let feature_version = match _feature_version {
            version if version < 0 => None,
            OLDEST_FEATURE_VERSION.. => Some(_feature_version.clamp(0, i32::from(u8::MAX)) as u8),
            _ => {
                return Err(cx.raise(
                    ExceptionClass::NotImplementedError,
                    format_args!(
                        "compile(): a _feature_version below {OLDEST_FEATURE_VERSION} is not supported by threadsnake"
                    ),
                ));
            }
        };
        return parse_source(cx, &source, &file_name, mode, flags, optimization, feature_version);
    }
    match compile_source(cx, &source, &file_name, mode, flags, optimization) {
        Ok(code) => Ok(code.as_value()),
        Err(raised) if flags & ALLOW_TOP_LEVEL_AWAIT != 0 => Err(top_level_await(cx, raised)),
        Err(raised) => Err(raised),
    }
}

/// Where the flag would have allowed what a SyntaxError complains of, the error names the flag.
fn top_level_await(cx: &Context, raised: Raised) -> Raised {
    let pending = cx.pending_exception(&raised);
    if !cx.is_exception_of(pending, ExceptionClass::SyntaxError) {
        return raised;
    }
    let exception = cx.take_exception(raised);
    let message = cx.intern_str("msg").and_then(|name| cx.find_attribute_or_none(exception, name));
    let message = match message {
        Ok(message) => message.and_then(Str::from_value).map(Str::to_utf8_lossy),
        Err(raised) => return raised,
    };
    let is_await = message.is_some_and(|text| {
        text.starts_with("'await' outside function")
            || text.starts_with("'async ")
            || text.starts_with("asynchronous comprehension outside")
    });
    if !is_await {
        return cx.raise_value(exception);
    }
    cx.raise(
        ExceptionClass::NotImplementedError,
        format_args!(
            "compile(): top-level await (ast.PyCF_ALLOW_TOP_LEVEL_AWAIT) is not supported yet by threadsnake"
        ),
    )
}

/// A file name given as text, bytes or path object.
fn path_text(cx: &Context, path: Value) -> PyResult<String> {
    if let Some(text) = Str::from_value(path) {
        return Ok(text.to_utf8_lossy());
    }
    if let Some(bytes) = Bytes::from_value(path) {
        return Ok(String::from_utf8_lossy(bytes.as_slice()).into_owned());
    }
    if let Some(method) = cx.special_method(path, Name::__fspath__)? {
        let text = cx.call_pair(method, &[])?;
        if Str::from_value(text).is_some() || Bytes::from_value(text).is_some() {
            return path_text(cx, text);
        }
    }
    Err(cx.type_error(format_args!("expected str, bytes or os.PathLike object, not {}", cx.type_name(path))))
}

/// The namespaces that `eval` and `exec` run code in.
fn namespaces(cx: &Context, function: &str, globals: Value, locals: Value) -> PyResult<(Dict, Value)> {
    if !locals.is_none() && !cx.is_mapping(locals) {
        return Err(if function == "exec" {
            cx.type_error(format_args!("locals must be a mapping or None, not {}", cx.type_name(locals)))
        } else {
            cx.type_error(format_args!("locals must be a mapping"))
        });
    }
    if globals.is_none() {
        let own = cx.frames().innermost().and_then(|frame| frame.globals_dict());
        let Some(own) = own else {
            return Err(
                cx.raise(ExceptionClass::SystemError, format_args!("globals and locals cannot be NULL"))
            );
        };
        let locals = if locals.is_none() { cx.current_locals()? } else { locals };
        return Ok((own, locals));
    }
    let Some(dict) = Dict::from_value(globals) else {
        return Err(if function == "exec" {
            cx.type_error(format_args!("exec() globals must be a dict, not {}", cx.type_name(globals)))
        } else if cx.is_mapping(globals) {
            cx.type_error(format_args!("globals must be a real dict; try eval(code, {{}}, mapping)"))
        } else {
            cx.type_error(format_args!("globals must be a dict"))
        });
    };
    Ok((dict, if locals.is_none() { globals } else { locals }))
}

/// Evaluate the given source in the context of globals and locals.
///
/// The source may be a string representing a Python expression
/// or a code object as returned by compile().
/// The globals must be a dictionary and locals can be any mapping,
/// defaulting to the current globals and locals.
/// If only globals is given, locals defaults to it.
#[pyfunction(signature = "(source, /, globals=None, locals=None)")]
pub fn eval(cx: &Context, source: Value, globals: Value, locals: Value) -> PyResult<Value> {
    let (globals, locals) = namespaces(cx, "eval", globals, locals)?;
    let code = match CodeObject::from_value(source) {
        Some(code) => {
            audit_execution(cx, code)?;
            if !code.free_names(cx).is_empty() {
                return Err(cx.type_error(format_args!(
                    "code object passed to eval() may not contain free variables"
                )));
            }
            code
        }
        None => {
            let mut source = read_source(cx, source, "eval", "string, bytes or code object")?;
            let start = source.bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            source.bytes.drain(..start);
            let optimization = cx.engine().configuration().optimization;
            let code = compile_source(
                cx,
                &source,
                "<string>",
                CompileMode::Expression,
                inherited_flags(cx),
                optimization,
            )?;
            audit_execution(cx, code)?;
            code
        }
    };
    cx.run_code(code, globals, Some(locals), None)
}

/// Execute the given source in the context of globals and locals.
///
/// The source may be a string representing one or more Python statements
/// or a code object as returned by compile().
/// The globals must be a dictionary and locals can be any mapping,
/// defaulting to the current globals and locals.
/// If only globals is given, locals defaults to it.
/// The closure must be a tuple of cellvars, and can only be used
/// when source is a code object requiring exactly that many cellvars.
#[pyfunction(signature = "(source, /, globals=None, locals=None, *, closure=None)")]
pub fn exec(cx: &Context, source: Value, globals: Value, locals: Value, closure: Value) -> PyResult<()> {
    let (globals, locals) = namespaces(cx, "exec", globals, locals)?;
    let (code, closure) = match CodeObject::from_value(source) {
        Some(code) => (code, check_closure(cx, code, closure)?),
        None => {
            if !closure.is_none() {
                return Err(
                    cx.type_error(format_args!("closure can only be used when source is a code object"))
                );
            }
            let source = read_source(cx, source, "exec", "string, bytes or code object")?;
            let optimization = cx.engine().configuration().optimization;
            let code = compile_source(
                cx,
                &source,
                "<string>",
                CompileMode::Module,
                inherited_flags(cx),
                optimization,
            )?;
            (code, None)
        }
    };
    audit_execution(cx, code)?;
    cx.run_code(code, globals, Some(locals), closure)?;
    Ok(())
}

fn audit_execution(cx: &Context, code: CodeObject) -> PyResult<()> {
    cx.audit("exec", || Ok([code.as_value()]))
}

fn check_closure(cx: &Context, code: CodeObject, closure: Value) -> PyResult<Option<Tuple>> {
    let needed = code.free_names(cx).len();
    if needed == 0 {
        if !closure.is_none() {
            return Err(cx.type_error(format_args!("cannot use a closure with this code object")));
        }
        return Ok(None);
    }
    let cells = Tuple::from_value(closure)
        .filter(|cells| cells.len() == needed && cells.iter().all(|cell| Cell::from_value(cell).is_some()));
    match cells {
        Some(cells) => Ok(Some(cells)),
        None => Err(cx.type_error(format_args!("code object requires a closure of exactly length {needed}"))),
    }
}

/// Import a module.
///
/// Because this function is meant for use by the Python
/// interpreter and not for general use, it is better to use
/// importlib.import_module() to programmatically import a module.
///
/// The globals argument is only used to determine the context;
/// they are not modified.  The locals argument is unused.  The fromlist
/// should be a list of names to emulate ``from name import ...``, or an
/// empty list to emulate ``import name``.
/// When importing a module from a package, note that __import__('A.B', ...)
/// returns package A when fromlist is empty, but its submodule B when
/// fromlist is not empty.  The level argument is used to determine whether to
/// perform absolute or relative imports: 0 is absolute, while a positive number
/// is the number of parent directories to search relative to the current module.
#[pyfunction(name = "__import__", signature = "(name, globals=None, locals=None, fromlist=(), level=0)")]
pub fn import(
    cx: &Context,
    name: Value,
    globals: Value,
    locals: Value,
    fromlist: Option<Value>,
    level: Option<Value>,
) -> PyResult<Value> {
    let fromlist = fromlist.unwrap_or(cx.empty_tuple().as_value());
    let level = level.unwrap_or(Value::small_int_unchecked(0));
    if let Some(function) = cx.root(Root::ImportFunction) {
        return cx.call(function, &[name, globals, locals, fromlist, level]);
    }
    let Some(text) = Str::from_value(name) else {
        return Err(cx.type_error(format_args!("module name must be a string")));
    };
    if cx.root(Root::ImportlibBootstrap).is_some() {
        let level = cx.index_i64(level)?;
        return cx.import_with_level(text, globals, fromlist, level);
    }
    cx.import_without_system(text)
}

/// Call sys.breakpointhook(*args, **kws).
///
/// sys.breakpointhook() must accept whatever arguments are passed.
///
/// By default, this drops you into the pdb debugger.
#[pyfunction(signature = "(*args, **kws)")]
pub fn breakpoint(cx: &Context, args: &[Value], kws: Keywords<'_>) -> PyResult<Value> {
    let Some(hook) = cx.sys_attribute("breakpointhook")? else {
        return Err(cx.raise(ExceptionClass::RuntimeError, format_args!("lost sys.breakpointhook")));
    };
    cx.audit("builtins.breakpoint", || Ok([hook]))?;
    let mut values = cx.scratch();
    values.extend_from_slice(args);
    values.extend_from_slice(kws.values());
    cx.call_with(hook, Arguments { values: values.as_slice(), keyword_names: kws.names() })
}

impl Context {
    /// Imports while there is no import system yet: what is in `sys.modules`, and native modules.
    pub(crate) fn import_without_system(&self, name: Str) -> PyResult<Value> {
        if let Some(modules) = self.root(Root::Modules).and_then(Dict::from_value)
            && let Some(module) = modules.get_str(self, name)?.filter(|module| !module.is_none())
        {
            return Ok(module);
        }
        let text = name.to_utf8_lossy();
        match self.find_native_module(&text) {
            Some(native) => {
                let module = self.create_native_module(native)?;
                self.add_module(&text, module)?;
                Ok(module)
            }
            None => Err(self.raise(
                ExceptionClass::ModuleNotFoundError,
                format_args!("No module named '{name}' (the import system is not initialized)"),
            )),
        }
    }
}
