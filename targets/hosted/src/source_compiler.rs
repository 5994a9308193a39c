//! The compiler as the engine wants it: requests and errors translated between `threadsnake-compiler` and the engine.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use threadsnake_compiler::{
    CompileOptions, CompileOutput, ErrorKind, Mode, SyntaxError, SyntaxWarning, compile, compile_syntax_tree,
    parse_tree,
};
use threadsnake_engine::ExceptionClass;
use threadsnake_engine::engine::{
    CompileError, CompileMode, CompileRequest, CompileResponse, SourceCompiler,
};
use threadsnake_syntax::Tree;

use crate::binary_pages::{self, NOTABLE_SOURCE_BYTES};

/// `PyCF_IGNORE_COOKIE`
const IGNORE_COOKIE: u32 = 0x0800;
/// `PyCF_DONT_IMPLY_DEDENT`
const DONT_IMPLY_DEDENT: u32 = 0x0200;
/// `PyCF_ALLOW_INCOMPLETE_INPUT`
const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
/// `CO_FUTURE_ANNOTATIONS`
const FUTURE_ANNOTATIONS: u32 = 0x0100_0000;

/// The compiler crate behind the engine's trait.
pub struct HostedCompiler {
    /// A module was compiled since the compiler's pages were given back.
    used: AtomicBool,
    /// How many were compiled.
    modules: AtomicUsize,
    /// How often the heap's thread rested since a program was compiled; 0 before.
    rests: AtomicUsize,
}

impl HostedCompiler {
    /// A compiler that was not used yet.
    pub const fn new() -> HostedCompiler {
        HostedCompiler {
            used: AtomicBool::new(false),
            modules: AtomicUsize::new(0),
            rests: AtomicUsize::new(0),
        }
    }

    /// To be called when something was compiled. Modules leave much of the compiler's code resident; expressions and single statements
    /// need little of it, and programs that compile those do so again and again. The pages are given back when the heap's thread
    /// rests, which it does when memory was allocated; and at once after the first module, the second, the fourth and so on: a program
    /// peaks where it imports, and the next of few modules need not come soon.
    fn note_use(&self, request: &CompileRequest<'_>) {
        // Relaxed, all: hints; whoever misses one finds it the next time.
        let _ = self.rests.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
        if !matches!(request.mode, CompileMode::Module) || request.source.len() < NOTABLE_SOURCE_BYTES {
            return;
        }
        let modules = self.modules.fetch_add(1, Ordering::Relaxed) + 1;
        if modules.is_power_of_two() {
            binary_pages::give_back_import();
        } else {
            self.used.store(true, Ordering::Relaxed);
        }
    }
}

fn options(request: &CompileRequest<'_>) -> CompileOptions {
    CompileOptions {
        mode: match request.mode {
            CompileMode::Module => Mode::Module,
            CompileMode::Interactive => Mode::Interactive,
            CompileMode::Expression => Mode::Expression,
        },
        file_name: request.file_name.to_owned(),
        optimization: request.optimization,
        future_annotations: request.flags & FUTURE_ANNOTATIONS != 0,
        ignore_cookie: request.is_text || request.flags & IGNORE_COOKIE != 0,
        allow_incomplete_input: request.flags & ALLOW_INCOMPLETE_INPUT != 0,
        dont_imply_dedent: request.flags & DONT_IMPLY_DEDENT != 0,
        feature_version: request.feature_version,
    }
}

fn response(output: CompileOutput) -> CompileResponse {
    CompileResponse { code: output.code, warnings: described_warnings(output.warnings) }
}

fn described_warnings(warnings: Vec<SyntaxWarning>) -> Vec<CompileError> {
    let warnings = warnings.into_iter().map(|warning| CompileError {
        class: ExceptionClass::SyntaxWarning,
        message: warning.message,
        line: warning.line,
        column: warning.column,
        end_line: warning.end_line,
        end_column: warning.end_column,
        text: warning.text,
    });
    warnings.collect()
}

fn described(error: SyntaxError) -> CompileError {
    CompileError {
        class: match error.kind {
            ErrorKind::Syntax => ExceptionClass::SyntaxError,
            ErrorKind::Indentation => ExceptionClass::IndentationError,
            ErrorKind::Tab => ExceptionClass::TabError,
            ErrorKind::IncompleteInput => ExceptionClass::_IncompleteInputError,
            ErrorKind::Memory => ExceptionClass::MemoryError,
            ErrorKind::Recursion => ExceptionClass::RecursionError,
            ErrorKind::Value => ExceptionClass::ValueError,
            ErrorKind::Type => ExceptionClass::TypeError,
        },
        message: error.message,
        line: error.line,
        column: error.column,
        end_line: error.end_line,
        end_column: error.end_column,
        text: error.text,
    }
}

impl SourceCompiler for HostedCompiler {
    fn compile(&self, request: &CompileRequest<'_>) -> Result<CompileResponse, CompileError> {
        let compiled = compile(request.source, &options(request)).map(response).map_err(described);
        self.note_use(request);
        compiled
    }

    fn foreign_encoding(&self, source: &[u8]) -> Option<String> {
        threadsnake_compiler::foreign_encoding(source)
    }

    fn parse(&self, request: &CompileRequest<'_>) -> Result<(Tree, Vec<CompileError>), CompileError> {
        let parsed = parse_tree(request.source, &options(request));
        parsed.map(|(tree, warnings)| (tree, described_warnings(warnings))).map_err(described)
    }

    fn compile_tree(
        &self,
        tree: &Tree,
        request: &CompileRequest<'_>,
    ) -> Result<CompileResponse, CompileError> {
        compile_syntax_tree(tree, &options(request)).map(response).map_err(described)
    }

    /// Gives the binary's pages back after modules were compiled; and ever more rarely, because what a program runs changes as it goes on
    /// (importing, setting up, its threads), and each page that it leaves behind has fifteen neighbours.
    fn rest(&self) {
        // Relaxed, all: as in `note_use`. Nobody else counts.
        let rests = self.rests.load(Ordering::Relaxed);
        if rests > 0 {
            self.rests.store(rests + 1, Ordering::Relaxed);
        }
        let used = self.used.load(Ordering::Relaxed);
        if used {
            self.used.store(false, Ordering::Relaxed);
        }
        if used || rests.is_power_of_two() {
            binary_pages::give_back();
        }
    }
}
