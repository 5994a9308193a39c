//! Import statements and `__future__`.
//!
//! Source: `codegen_import`, `codegen_from_import` of CPython's Python/codegen.c; Python/future.c.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, Mod, Stmt, StmtImport, StmtImportFrom};
use ruff_text_size::TextRange;
use threadsnake_bytecode::{Constant, Operation, Text};

use crate::compiler::Compiler;
use crate::error::{Result, SyntaxError};
use crate::source::Source;

const FEATURES: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

/// Whether a module asks for annotations as text; errors about `__future__` imports.
pub fn future_annotations(module: &Mod, source: &Source) -> Result<bool> {
    let Mod::Module(module) = module else { return Ok(false) };
    let mut annotations = false;
    let mut over = false;
    for (index, statement) in module.body.iter().enumerate() {
        match statement {
            Stmt::ImportFrom(node)
                if node.level == 0
                    && node.module.as_ref().is_some_and(|name| name.as_str() == "__future__") =>
            {
                if over {
                    return Err(SyntaxError::at(
                        source,
                        node.range,
                        "from __future__ imports must occur at the beginning of the file",
                    ));
                }
                for alias in &node.names {
                    match alias.name.as_str() {
                        "annotations" => annotations = true,
                        "braces" => {
                            return Err(SyntaxError::at(
                                source,
                                TextRange::empty(node.range.start()),
                                "not a chance",
                            ));
                        }
                        name if FEATURES.contains(&name) => {}
                        name => {
                            let message = format!("future feature {name} is not defined");
                            return Err(SyntaxError::at(
                                source,
                                TextRange::empty(node.range.start()),
                                message,
                            ));
                        }
                    }
                }
            }
            Stmt::Expr(node) if index == 0 && matches!(*node.value, Expr::StringLiteral(_)) => {}
            _ => over = true,
        }
    }
    Ok(annotations)
}

impl<'a> Compiler<'a> {
    /// `import a.b as c`
    pub(crate) fn import(&mut self, node: &'a StmtImport) -> Result<()> {
        for alias in &node.names {
            let mark = self.unit.mark();
            let pair = self.unit.take_registers(2);
            self.at(node.range);
            self.load_constant(Constant::Integer(0), pair);
            self.load_constant(Constant::None, pair.saturating_add(1));
            let name = self.unit.short_name_index(&alias.name.id);
            self.unit.emit(Operation::ImportName, pair, pair, name);
            let mut parts = alias.name.as_str().split('.');
            let first = parts.next().unwrap_or_default();
            match &alias.asname {
                None => self.store_name(&Name::new(first), pair),
                Some(target) => {
                    // `import a.b.c as d` binds the submodule.
                    for part in parts {
                        let part = self.unit.short_name_index(&Name::new(part));
                        self.unit.emit(Operation::ImportFrom, pair, pair, part);
                    }
                    self.store_name(&target.id, pair);
                }
            }
            self.unit.release(mark);
        }
        Ok(())
    }

    /// `from a import b`
    pub(crate) fn import_from(&mut self, node: &'a StmtImportFrom) -> Result<()> {
        let future =
            node.level == 0 && node.module.as_ref().is_some_and(|name| name.as_str() == "__future__");
        if future && !self.outer.is_empty() {
            return self.error(node.range, "from __future__ imports must occur at the beginning of the file");
        }
        let pair = self.unit.take_registers(2);
        self.at(node.range);
        self.load_constant(Constant::Integer(i64::from(node.level)), pair);
        let names = node.names.iter().map(|alias| Constant::Text(Text::from(alias.name.as_str()))).collect();
        self.load_constant(Constant::Tuple(names), pair.saturating_add(1));
        let module = node.module.as_ref().map_or_else(Name::empty, |name| name.id.clone());
        let module = self.unit.short_name_index(&module);
        self.unit.emit(Operation::ImportName, pair, pair, module);
        for alias in &node.names {
            if alias.name.as_str() == "*" {
                self.unit.emit(Operation::ImportStar, pair, 0, 0);
                continue;
            }
            let name = self.unit.short_name_index(&alias.name.id);
            self.at(alias.range);
            self.unit.emit(Operation::ImportFrom, pair.saturating_add(1), pair, name);
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.store_name(&target.id, pair.saturating_add(1));
        }
        Ok(())
    }
}
