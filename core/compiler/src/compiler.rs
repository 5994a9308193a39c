//! The code generator's state: the unit being compiled, those around it, and what all parts of it share.
//!
//! Invariant: `unit` is the innermost open unit; `outer` holds the ones around it, outermost first. Every value is produced by
//! [`Compiler::evaluate`] (into a register that is written last, so that an exception leaves a local as it was) or
//! [`Compiler::operand`] (in whatever register it already is).

use std::cell::RefCell;
use std::collections::HashSet;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, Operator};
use ruff_text_size::TextRange;
use threadsnake_bytecode::{Code, Constant, Operation, Text, code_flags};

use crate::CompileOptions;
use crate::error::{Result, SyntaxError, SyntaxWarning};
use crate::scope::{Resolution, ScopeId, ScopeKind, SymbolTable, flags, mangle, node_key};
use crate::source::Source;
use crate::unit::{Register, Unit, UnitKind, Variable};
use crate::{constants, fold, strings};

/// The code generator.
pub struct Compiler<'a> {
    pub(crate) source: &'a Source,
    pub(crate) table: &'a SymbolTable<'a>,
    pub(crate) options: &'a CompileOptions,
    pub(crate) file_name: Text,
    pub(crate) future_annotations: bool,
    pub(crate) interactive: bool,
    pub(crate) unit: Unit<'a>,
    pub(crate) outer: Vec<Unit<'a>>,
    pub(crate) warnings: Vec<SyntaxWarning>,
    /// Registers of the current unit that assignment expressions write: never used in place as operands.
    pub(crate) volatile: HashSet<Register>,
    outer_volatile: Vec<HashSet<Register>>,
    /// Operators' nodes known not to fold.
    unfoldable: RefCell<HashSet<usize>>,
    /// Errors of literals found while folding.
    pub(crate) literal_error: RefCell<Option<Box<SyntaxError>>>,
    /// Final bodies being compiled once more for another exit do not warn again.
    pub(crate) warned: HashSet<(u32, u32, String)>,
}

impl<'a> Compiler<'a> {
    /// A code generator for a module, its unit opened.
    pub fn new(
        source: &'a Source,
        table: &'a SymbolTable<'a>,
        options: &'a CompileOptions,
        future_annotations: bool,
        interactive: bool,
    ) -> Self {
        let module = SymbolTable::MODULE;
        let unit = Unit::new(module, UnitKind::Module, "<module>".into(), "<module>".into(), 1);
        let mut compiler = Self {
            source,
            table,
            options,
            file_name: Text::from(options.file_name.as_str()),
            future_annotations,
            interactive,
            unit,
            outer: Vec::new(),
            warnings: Vec::new(),
            volatile: HashSet::new(),
            outer_volatile: Vec::new(),
            unfoldable: RefCell::new(HashSet::new()),
            literal_error: RefCell::new(None),
            warned: HashSet::new(),
        };
        compiler.declare_variables();
        compiler
    }

    /// Puts the next instructions at a source range.
    pub(crate) fn at(&mut self, range: TextRange) {
        self.unit.location = self.source.location(range);
    }

    /// An error at a source range.
    pub(crate) fn error<T>(&self, range: TextRange, message: impl Into<String>) -> Result<T> {
        Err(SyntaxError::at(self.source, range, message))
    }

    /// Notes a warning, once per place.
    pub(crate) fn warn(&mut self, range: TextRange, message: impl Into<String>) {
        let message = message.into();
        if !self.warned.insert((range.start().to_u32(), range.end().to_u32(), message.clone())) {
            return;
        }
        self.warnings.push(SyntaxWarning::at(self.source, range, message));
    }

    /// The private-name prefix in force.
    pub(crate) fn mangled(&self, name: &Name) -> Name {
        mangle(self.table.scope(self.innermost_scope()).class_name.as_ref(), name)
    }

    /// The innermost block, inlined comprehensions included.
    pub(crate) fn innermost_scope(&self) -> ScopeId {
        self.unit.inlined.last().map_or(self.unit.scope, |(scope, _)| *scope)
    }

    // --- units -------------------------------------------------------------------------------------------------------

    /// Opens a unit for a block.
    pub(crate) fn enter_unit(&mut self, scope: ScopeId, kind: UnitKind, name: &str, range: TextRange) {
        let qualified_name = self.qualified_name(kind, name);
        let first_line = self.source.line(range.start());
        let mut unit = Unit::new(scope, kind, name.to_owned(), qualified_name, first_line);
        unit.location = self.unit.location;
        self.outer.push(std::mem::replace(&mut self.unit, unit));
        self.outer_volatile.push(std::mem::take(&mut self.volatile));
        self.declare_variables();
        self.at(TextRange::empty(range.start()));
        self.make_cells();
    }

    /// Closes the unit and returns its code.
    pub(crate) fn leave_unit(&mut self) -> Result<Code> {
        let Some(outer) = self.outer.pop() else {
            return Err(SyntaxError::without_position(
                crate::error::ErrorKind::Syntax,
                "unbalanced code units",
            ));
        };
        self.volatile = self.outer_volatile.pop().unwrap_or_default();
        let first_line = self.unit.first_line;
        let unit = std::mem::replace(&mut self.unit, outer);
        unit.finish(&self.file_name).map_err(|mut error| {
            if error.line == 0 {
                error.line = first_line;
            }
            error
        })
    }

    fn qualified_name(&self, kind: UnitKind, name: &str) -> String {
        let mut parents = std::iter::once(&self.unit).chain(self.outer.iter().rev());
        let mut parent = parents.next();
        if let Some(unit) = parent
            && unit.kind == UnitKind::TypeParameters
        {
            parent = parents.next();
        }
        let Some(parent) = parent else { return name.to_owned() };
        if parent.kind == UnitKind::Module {
            return name.to_owned();
        }
        if matches!(kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = mangle(self.table.scope(parent.scope).class_name.as_ref(), &Name::new(name));
            let explicit = self
                .table
                .scope(parent.scope)
                .symbol(&mangled)
                .is_some_and(|symbol| symbol.resolution == Resolution::GlobalExplicit);
            if explicit {
                return name.to_owned();
            }
        }
        match parent.kind {
            UnitKind::Class => format!("{}.{name}", parent.qualified_name),
            _ => format!("{}.<locals>.{name}", parent.qualified_name),
        }
    }

    /// Gives each name of the unit's block its place.
    fn declare_variables(&mut self) {
        let table = self.table;
        let scope = table.scope(self.unit.scope);
        let function_like = scope.is_function_like();
        let unit = &mut self.unit;
        if function_like {
            unit.flags |= code_flags::OPTIMIZED | code_flags::NEW_LOCALS;
        }
        if scope.is_nested && function_like {
            unit.flags |= code_flags::NESTED;
        }
        let mut next = 0u32;
        for name in &scope.parameters {
            unit.local_names.push(if name.as_str() == ".format" {
                Name::new("format")
            } else {
                name.clone()
            });
            let register = next as Register;
            next += 1;
            let cell = scope.symbol(name).is_some_and(|symbol| symbol.resolution == Resolution::Cell);
            if cell {
                unit.cells.push((name.clone(), register));
            }
            unit.variables.insert(
                name.clone(),
                if cell { Variable::Cell(register) } else { Variable::Register(register) },
            );
        }
        unit.parameter_count = next as u16;
        if function_like {
            for symbol in &scope.symbols {
                if symbol.resolution == Resolution::Local && symbol.flags & flags::PARAMETER == 0 {
                    unit.local_names.push(symbol.name.clone());
                    unit.variables.insert(symbol.name.clone(), Variable::Register(next as Register));
                    next += 1;
                }
            }
        }
        // Variables of inlined comprehensions are locals too, empty but while the comprehension runs, so that `locals()` and frames
        // show them. One that is nested in another with a variable of the same name has its own.
        inlined_variables(table, unit.scope, &mut Vec::new(), &mut unit.inlined_variables);
        for (name, register, _) in &mut unit.inlined_variables {
            *register = next as Register;
            next += 1;
            unit.local_names.push(name.clone());
        }
        let mut cells: Vec<Name> = scope
            .symbols
            .iter()
            .filter(|symbol| symbol.resolution == Resolution::Cell && symbol.flags & flags::PARAMETER == 0)
            .map(|symbol| symbol.name.clone())
            .collect();
        if scope.needs_class_cell {
            cells.push(Name::new("__class__"));
        }
        if scope.needs_class_dict {
            cells.push(Name::new("__classdict__"));
        }
        for name in cells {
            let register = next as Register;
            next += 1;
            unit.cells.push((name.clone(), register));
            if function_like || name.as_str() == "__conditional_annotations__" {
                unit.variables.insert(name, Variable::Cell(register));
            }
        }
        if next > 0xf000 {
            unit.overflow.get_or_insert("too many local variables");
            next = 0;
            unit.inlined_variables.clear();
        }
        unit.local_count = next as u16;
        unit.next_register = next;
        unit.register_count = next;

        unit.free_names = scope
            .symbols
            .iter()
            .filter(|symbol| symbol.resolution == Resolution::Free || symbol.flags & flags::FREE_CLASS != 0)
            .map(|symbol| symbol.name.clone())
            .collect();
        unit.free_names.sort();
        for (index, name) in unit.free_names.iter().enumerate() {
            let index = index as u16;
            let declared = scope.symbol(name);
            if declared.is_some_and(|symbol| symbol.resolution != Resolution::Free) {
                continue;
            }
            let nonlocal = declared.is_some_and(|symbol| symbol.flags & flags::NONLOCAL != 0);
            let implicit = name.as_str() == "__classdict__" || name.as_str().starts_with('.');
            let variable = match scope.kind {
                ScopeKind::Class if !implicit && !nonlocal => Variable::NamespaceOrFree(index),
                ScopeKind::Class => Variable::Free(index),
                _ if scope.can_see_class && !implicit => Variable::ClassOrFree(index),
                _ => Variable::Free(index),
            };
            unit.variables.insert(name.clone(), variable);
        }
        for symbol in &scope.symbols {
            let variable = match symbol.resolution {
                Resolution::GlobalExplicit => Variable::Global,
                Resolution::GlobalImplicit if scope.can_see_class => Variable::ClassOrGlobal,
                Resolution::GlobalImplicit if function_like => Variable::Global,
                Resolution::GlobalImplicit | Resolution::Local if !function_like => Variable::Namespace,
                _ => continue,
            };
            unit.variables.insert(symbol.name.clone(), variable);
        }
        self.volatile.clear();
        for symbol in &scope.symbols {
            if symbol.flags & flags::NAMED_TARGET != 0
                && let Some(Variable::Register(register)) = self.unit.variables.get(&symbol.name)
            {
                self.volatile.insert(*register);
            }
        }
    }

    fn make_cells(&mut self) {
        for index in 0..self.unit.cells.len() {
            if let Some(&(_, register)) = self.unit.cells.get(index) {
                self.unit.emit(Operation::MakeCell, register, 0, 0);
            }
        }
    }

    // --- names -------------------------------------------------------------------------------------------------------

    /// Where a (mangled) name lives, seen from here.
    pub(crate) fn variable(&self, name: &Name) -> Variable {
        for (_, variables) in self.unit.inlined.iter().rev() {
            if let Some(variable) = variables.get(name) {
                return *variable;
            }
        }
        match self.unit.variables.get(name) {
            Some(variable) => *variable,
            None if self.table.scope(self.unit.scope).is_function_like() => Variable::Global,
            None => Variable::Namespace,
        }
    }

    /// Loads a name into a register.
    pub(crate) fn load_name_into(&mut self, name: &Name, dest: Register) {
        let name = self.mangled(name);
        let variable = self.variable(&name);
        self.load_variable_into(variable, &name, dest);
    }

    pub(crate) fn load_variable_into(&mut self, variable: Variable, name: &Name, dest: Register) {
        let mark = self.unit.mark();
        // Two-step loads must not clobber a local when the second step raises.
        let scratch = if self.unit.is_temporary(dest) { dest } else { self.unit.take_register() };
        match variable {
            Variable::Register(register) => {
                self.check_bound(register, name);
                if register != dest {
                    self.unit.emit(Operation::Move, dest, register, 0);
                }
            }
            Variable::Cell(register) => {
                let index = self.unit.short_name_index(name);
                self.unit.emit(Operation::LoadCell, dest, register, index);
            }
            Variable::Free(index) => self.unit.emit(Operation::LoadFree, dest, index, 0),
            Variable::Global => {
                let index = self.unit.name_index(name);
                self.unit.emit_wide(Operation::LoadGlobal, dest, index);
            }
            Variable::Namespace => {
                let index = self.unit.name_index(name);
                self.unit.emit_wide(Operation::LoadName, dest, index);
            }
            Variable::ClassOrGlobal => {
                self.load_class_dictionary(scratch);
                let index = self.unit.short_name_index(name);
                self.unit.emit(Operation::LoadNamespaceOrGlobal, dest, scratch, index);
            }
            Variable::ClassOrFree(index) => {
                self.load_class_dictionary(scratch);
                self.unit.emit(Operation::LoadNamespaceOrFree, dest, scratch, index);
            }
            Variable::NamespaceOrFree(index) => {
                self.unit.emit(Operation::LoadNamespace, scratch, 0, 0);
                self.unit.emit(Operation::LoadNamespaceOrFree, dest, scratch, index);
            }
        }
        self.unit.release(mark);
    }

    fn load_class_dictionary(&mut self, dest: Register) {
        let variable = self.variable(&Name::new("__classdict__"));
        match variable {
            Variable::Free(index) => self.unit.emit(Operation::LoadFree, dest, index, 0),
            Variable::Cell(register) => {
                let index = self.unit.short_name_index(&Name::new("__classdict__"));
                self.unit.emit(Operation::LoadCell, dest, register, index);
            }
            _ => self.unit.emit(Operation::LoadNamespace, dest, 0, 0),
        }
    }

    /// Emits the check that a local is bound; needless ones are dropped when the unit is finished.
    pub(crate) fn check_bound(&mut self, register: Register, name: &Name) {
        let index = self.unit.name_index(name);
        self.unit.emit_wide(Operation::CheckBound, register, index);
    }

    /// Stores a register in a name.
    pub(crate) fn store_name(&mut self, name: &Name, value: Register) {
        let name = self.mangled(name);
        match self.variable(&name) {
            Variable::Register(register) => {
                if register != value {
                    self.unit.emit(Operation::Move, register, value, 0);
                }
            }
            Variable::Cell(register) => self.unit.emit(Operation::StoreCell, register, value, 0),
            Variable::Free(index) => self.unit.emit(Operation::StoreFree, index, value, 0),
            Variable::Global => {
                let index = self.unit.name_index(&name);
                self.unit.emit_wide(Operation::StoreGlobal, value, index);
            }
            _ => {
                let index = self.unit.name_index(&name);
                self.unit.emit_wide(Operation::StoreName, value, index);
            }
        }
    }

    /// Deletes a name.
    pub(crate) fn delete_name(&mut self, name: &Name) {
        let name = self.mangled(name);
        let index = self.unit.name_index(&name);
        match self.variable(&name) {
            Variable::Register(register) => self.unit.emit_wide(Operation::DeleteLocal, register, index),
            Variable::Cell(register) => self.unit.emit_wide(Operation::DeleteCell, register, index),
            Variable::Free(index) => self.unit.emit(Operation::DeleteFree, index, 0, 0),
            Variable::Global => self.unit.emit_wide(Operation::DeleteGlobal, 0, index),
            _ => self.unit.emit_wide(Operation::DeleteName, 0, index),
        }
    }

    /// The register of a name that is a plain local here.
    pub(crate) fn local_register(&self, name: &Name) -> Option<Register> {
        match self.variable(&self.mangled(name)) {
            Variable::Register(register) => Some(register),
            _ => None,
        }
    }

    // --- constants ---------------------------------------------------------------------------------------------------

    /// Loads a constant.
    pub(crate) fn load_constant(&mut self, constant: Constant, dest: Register) {
        let index = self.unit.constant(constant);
        self.unit.emit_wide(Operation::LoadConstant, dest, index);
    }

    /// Loads a text constant.
    pub(crate) fn load_text(&mut self, text: &str, dest: Register) {
        self.load_constant(Constant::Text(Text::from(text)), dest);
    }

    /// The value of an expression, if it is known.
    pub(crate) fn fold(&self, expression: &Expr) -> Option<Constant> {
        let operator_node = match expression {
            Expr::NoneLiteral(_) => return Some(Constant::None),
            Expr::BooleanLiteral(node) => {
                return Some(if node.value { Constant::True } else { Constant::False });
            }
            Expr::EllipsisLiteral(_) => return Some(Constant::Ellipsis),
            Expr::NumberLiteral(node) => {
                return match constants::number(&node.value) {
                    Ok(constant) => Some(constant),
                    Err(message) => {
                        let error = SyntaxError::at(self.source, node.range, message);
                        self.literal_error.borrow_mut().get_or_insert(error);
                        Some(Constant::Integer(0))
                    }
                };
            }
            Expr::StringLiteral(node) => {
                return Some(Constant::Text(strings::string_value(self.source, &node.value)));
            }
            Expr::BytesLiteral(node) => return Some(Constant::Bytes(node.value.bytes().collect())),
            Expr::IpyEscapeCommand(node) => return self.source.constant(&node.value).cloned(),
            Expr::Name(node) if node.id.as_str() == "__debug__" => {
                return Some(if self.options.optimization == 0 { Constant::True } else { Constant::False });
            }
            Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Tuple(_) | Expr::Subscript(_) => node_key(expression),
            _ => return None,
        };
        if self.unfoldable.borrow().contains(&operator_node) {
            return None;
        }
        let folded = match expression {
            Expr::UnaryOp(node) => {
                self.fold(&node.operand).and_then(|operand| fold::unary(node.op, &operand))
            }
            Expr::BinOp(node) => self.fold_binary(&node.left, node.op, &node.right),
            Expr::Tuple(node) => node
                .elts
                .iter()
                .map(|element| self.fold(element))
                .collect::<Option<Vec<_>>>()
                .map(Constant::Tuple),
            Expr::Subscript(node) if node.ctx.is_load() => self
                .fold(&node.value)
                .and_then(|value| self.fold(&node.slice).and_then(|index| fold::subscript(&value, &index))),
            _ => None,
        };
        if folded.is_none() {
            self.unfoldable.borrow_mut().insert(operator_node);
        }
        folded
    }

    fn fold_binary(&self, left: &Expr, operator: Operator, right: &Expr) -> Option<Constant> {
        let right = self.fold(right)?;
        let left = self.fold(left)?;
        fold::binary(operator, &left, &right)
    }

    /// The value of an int constant that fits an immediate operand.
    pub(crate) fn small_integer(&self, expression: &Expr) -> Option<i16> {
        match self.fold(expression)? {
            Constant::Integer(value) => i16::try_from(value).ok(),
            _ => None,
        }
    }

    /// Reports an error that folding met.
    pub(crate) fn check_literals(&self) -> Result<()> {
        match self.literal_error.borrow_mut().take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Collects the variables of the comprehensions that are inlined into a block: each name as often as comprehensions with it are nested.
/// Registers are left to the caller.
fn inlined_variables(
    table: &SymbolTable<'_>,
    scope: ScopeId,
    around: &mut Vec<Name>,
    found: &mut Vec<(Name, Register, usize)>,
) {
    for &child in &table.scope(scope).children {
        let inner = table.scope(child);
        if !inner.is_inlined {
            continue;
        }
        let mark = around.len();
        for symbol in inner.symbols.iter().filter(|symbol| symbol.flags & flags::BOUND != 0) {
            let depth = around.iter().filter(|name| **name == symbol.name).count();
            if !found.iter().any(|(name, _, other)| *name == symbol.name && *other == depth) {
                found.push((symbol.name.clone(), 0, depth));
            }
            around.push(symbol.name.clone());
        }
        inlined_variables(table, child, around, found);
        around.truncate(mark);
    }
}
