//! The compiler as the engine wants it: requests and errors translated between `threadsnake-compiler` and the engine.

use threadsnake_compiler::{
    CompileOptions, CompileOutput, ErrorKind, Mode, SyntaxError, SyntaxWarning, compile, compile_syntax_tree,
    parse_tree,
};
use threadsnake_engine::ExceptionClass;
use threadsnake_engine::engine::{
    CompileError, CompileMode, CompileRequest, CompileResponse, SourceCompiler,
};
use threadsnake_syntax::Tree;

use crate::binary_pages;

/// Less source text leaves few pages resident.
const NOTABLE_SOURCE_BYTES: usize = 100;

/// `PyCF_IGNORE_COOKIE`
const IGNORE_COOKIE: u32 = 0x0800;
/// `PyCF_DONT_IMPLY_DEDENT`
const DONT_IMPLY_DEDENT: u32 = 0x0200;
/// `PyCF_ALLOW_INCOMPLETE_INPUT`
const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
/// `CO_FUTURE_ANNOTATIONS`
const FUTURE_ANNOTATIONS: u32 = 0x0100_0000;

/// The compiler crate behind the engine's trait.
pub struct HostedCompiler;

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
        // Modules need much of the compiler's code; expressions and single statements little, and programs that compile those do so again
        // and again.
        let module =
            matches!(request.mode, CompileMode::Module) && request.source.len() >= NOTABLE_SOURCE_BYTES;
        if module {
            binary_pages::phase_ended();
        }
        let compiled = compile(request.source, &options(request)).map(response).map_err(described);
        if module {
            binary_pages::phase_ended();
        }
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

    fn rest(&self) {
        binary_pages::phase_ended();
    }
}
