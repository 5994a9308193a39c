//! The compiler as the engine wants it: requests and errors translated between `threadsnake-compiler` and the engine.

use threadsnake_compiler::{CompileOptions, ErrorKind, Mode, compile};
use threadsnake_engine::ExceptionClass;
use threadsnake_engine::engine::{
    CompileError, CompileMode, CompileRequest, CompileResponse, SourceCompiler,
};

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

impl SourceCompiler for HostedCompiler {
    fn compile(&self, request: &CompileRequest<'_>) -> Result<CompileResponse, CompileError> {
        let options = CompileOptions {
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
        };
        match compile(request.source, &options) {
            Ok(output) => Ok(CompileResponse {
                code: output.code,
                warnings: output
                    .warnings
                    .into_iter()
                    .map(|warning| (warning.message, warning.line))
                    .collect(),
            }),
            Err(error) => Err(CompileError {
                class: match error.kind {
                    ErrorKind::Syntax => ExceptionClass::SyntaxError,
                    ErrorKind::Indentation => ExceptionClass::IndentationError,
                    ErrorKind::Tab => ExceptionClass::TabError,
                    ErrorKind::IncompleteInput => ExceptionClass::_IncompleteInputError,
                    ErrorKind::Memory => ExceptionClass::MemoryError,
                    ErrorKind::Recursion => ExceptionClass::RecursionError,
                    ErrorKind::Value => ExceptionClass::ValueError,
                },
                message: error.message,
                line: error.line,
                column: error.column,
                end_line: error.end_line,
                end_column: error.end_column,
                text: error.text,
            }),
        }
    }
}
