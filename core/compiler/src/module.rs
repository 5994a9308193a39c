//! The entry: decode, parse, analyze, generate.
//!
//! Invariant: parsing, code generation and dropping the tree run on a stack that fits the tree's depth, which [`crate::parse`]
//! estimates from the tokens and bounds.

use ruff_python_ast::{Mod, Stmt};
use ruff_text_size::{Ranged, TextRange};
use threadsnake_bytecode::{Constant, Operation};
use threadsnake_syntax::Tree;

use crate::compiler::Compiler;
use crate::error::{ErrorKind, Result, SyntaxError, SyntaxWarning};
use crate::parse::Purpose;
use crate::source::Source;
use crate::{CompileOptions, CompileOutput, Mode, imports, parse, scope, tree};

use ruff_python_ast::name::Name;

/// Compiles source text.
pub fn compile(source: &[u8], options: &CompileOptions) -> core::result::Result<CompileOutput, SyntaxError> {
    compile_boxed(source, options).map_err(|error| *error)
}

/// Parses source text into a tree as `ast` has it.
pub fn parse_tree(
    source: &[u8],
    options: &CompileOptions,
) -> core::result::Result<(Tree, Vec<SyntaxWarning>), SyntaxError> {
    parse_boxed(source, options).map_err(|error| *error)
}

fn parse_boxed(bytes: &[u8], options: &CompileOptions) -> Result<(Tree, Vec<SyntaxWarning>)> {
    let source = Source::decode(bytes, &options.file_name, options.ignore_cookie)?;
    let depth = parse::check_nesting(&source)?;
    let stack = 256 * 1024 + depth.saturating_mul(16 * 1024);
    stacker::maybe_grow(stack, stack + 1024 * 1024, || {
        let (module, warnings) = parse::parse(&source, options, Purpose::Tree)?;
        if options.mode == Mode::Interactive {
            check_single_statement(&module, &source, options)?;
        }
        let tree = tree::from_parsed(&module, &source, options)?;
        let warnings =
            warnings.into_iter().map(|(range, message)| SyntaxWarning::at(&source, range, message));
        Ok((tree, warnings.collect()))
    })
}

fn compile_boxed(bytes: &[u8], options: &CompileOptions) -> Result<CompileOutput> {
    let source = Source::decode(bytes, &options.file_name, options.ignore_cookie)?;
    let depth = parse::check_nesting(&source)?;
    // What one level of nesting takes at most, from parsing to dropping, in an unoptimized build.
    let stack = 256 * 1024 + depth.saturating_mul(16 * 1024);
    stacker::maybe_grow(stack, stack + 1024 * 1024, || {
        let (module, literal_warnings) = parse::parse(&source, options, Purpose::Code)?;
        if options.mode == Mode::Interactive {
            check_single_statement(&module, &source, options)?;
        }
        compile_tree(&module, literal_warnings, &source, options)
    })
}

/// Compiles a tree as `ast` has it.
pub fn compile_syntax_tree(
    tree: &Tree,
    options: &CompileOptions,
) -> core::result::Result<CompileOutput, SyntaxError> {
    compile_nodes(tree, options).map_err(|error| *error)
}

fn compile_nodes(tree: &Tree, options: &CompileOptions) -> Result<CompileOutput> {
    let depth = tree.depth();
    if depth > parse::MAXIMUM_DEPTH {
        let message = "maximum recursion depth exceeded during compilation";
        return Err(SyntaxError::without_position(ErrorKind::Recursion, message));
    }
    let stack = 256 * 1024 + depth.saturating_mul(16 * 1024);
    stacker::maybe_grow(stack, stack + 1024 * 1024, || {
        tree::validate(tree)?;
        let (module, source) = tree::lower(tree)?;
        compile_tree(&module, Vec::new(), &source, options)
    })
}

fn compile_tree(
    module: &Mod,
    literal_warnings: Vec<(TextRange, String)>,
    source: &Source,
    options: &CompileOptions,
) -> Result<CompileOutput> {
    let future_annotations = imports::future_annotations(module, source)? || options.future_annotations;
    let table = scope::analyze(module, source, future_annotations)?;
    let interactive = options.mode == Mode::Interactive;
    let mut compiler = Compiler::new(source, &table, options, future_annotations, interactive);
    for (range, message) in literal_warnings {
        compiler.warn(range, message);
    }
    match module {
        Mod::Module(module) => compiler.module(module)?,
        Mod::Expression(expression) => {
            let value = compiler.unit.take_register();
            compiler.evaluate(&expression.body, value)?;
            compiler.unit.emit(Operation::Return, value, 0, 0);
        }
    }
    compiler.check_literals()?;
    let Compiler { mut unit, file_name, warnings, .. } = compiler;
    if future_annotations {
        unit.flags |= threadsnake_bytecode::code_flags::FUTURE_ANNOTATIONS;
    }
    let code = unit.finish(&file_name)?;
    Ok(CompileOutput { code, warnings, future_annotations })
}

/// Interactive input is one line of simple statements or one compound statement.
fn check_single_statement(module: &Mod, source: &Source, options: &CompileOptions) -> Result<()> {
    let Mod::Module(module) = module else { return Ok(()) };
    for pair in module.body.windows(2) {
        let [before, after] = pair else { continue };
        let between = TextRange::new(before.range().end(), after.range().start());
        if source.slice(between).contains('\n') || is_compound(before) {
            return Err(SyntaxError::at(
                source,
                before.range(),
                "multiple statements found while compiling a single statement",
            ));
        }
    }
    let open = module.body.last().is_some_and(is_compound) && !source.text.ends_with('\n');
    if options.dont_imply_dedent && open {
        return Err(SyntaxError::of_kind(
            source,
            ErrorKind::IncompleteInput,
            module.range,
            "incomplete input",
        ));
    }
    Ok(())
}

fn is_compound(statement: &Stmt) -> bool {
    matches!(
        statement,
        Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::If(_)
            | Stmt::With(_)
            | Stmt::Match(_)
            | Stmt::Try(_)
    )
}

impl<'a> Compiler<'a> {
    fn module(&mut self, module: &'a ruff_python_ast::ModModule) -> Result<()> {
        let table = self.table;
        let symbols = table.scope(self.unit.scope);
        self.at(TextRange::empty(
            module.body.first().map_or(0.into(), |statement| statement.range().start()),
        ));
        let register = self.unit.take_register();
        if self.future_annotations {
            if symbols.has_annotations {
                self.set_up_annotations(register);
            }
        } else if !symbols.annotations.is_empty() {
            if symbols.has_conditional_annotations {
                self.unit.emit(Operation::BuildSet, register, register, 0);
                self.store_name(&Name::new("__conditional_annotations__"), register);
            }
            self.deferred_annotations("__annotate__")?;
        }
        let mut body: &'a [ruff_python_ast::Stmt] = &module.body;
        if !self.interactive
            && let Some((text, rest)) = self.split_docstring(body)
        {
            if let Some(text) = text {
                self.load_constant(Constant::Text(text), register);
                self.store_name(&Name::new("__doc__"), register);
            }
            body = rest;
        }
        self.unit.release(self.unit.local_count.into());
        self.statements(body)?;
        if self.unit.is_reachable() {
            self.unit.emit(Operation::ReturnNone, 0, 0, 0);
        }
        Ok(())
    }
}
