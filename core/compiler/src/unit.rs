//! One code block under construction: instructions with labels, constants, names, registers and exception handlers.
//!
//! Invariant: temporaries form a stack above the locals; `next_register` is its top and `register_count` its highest top. Each
//! instruction carries the innermost handler in force, so the exception table is read off the finished instructions.

use std::collections::HashMap;

use ruff_python_ast::name::Name;
use threadsnake_bytecode::{Code, Constant, Location, Operation, Text};

use crate::constants::constant_key;
use crate::error::{ErrorKind, Result, SyntaxError};
use crate::scope::ScopeId;

/// A register number.
pub type Register = u16;

/// A jump target.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label(pub u32);

/// Index of an exception handler of the unit.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct HandlerId(pub u32);

/// Where exceptions of a region go.
#[derive(Copy, Clone, Debug)]
pub struct Handler {
    /// The handler's code.
    pub label: Label,
    /// Where it finds the exception.
    pub register: Register,
}

/// An instruction before its jumps are encoded.
#[derive(Copy, Clone, Debug)]
pub struct PendingInstruction {
    /// The operation.
    pub operation: Operation,
    /// First operand.
    pub a: u16,
    /// Second operand; low half of a wide one.
    pub b: u16,
    /// Third operand; high half of a wide one.
    pub c: u16,
    /// Where it jumps.
    pub target: Option<Label>,
    /// The word that follows it.
    pub extra: Option<(u16, u32)>,
    /// The innermost handler in force.
    pub handler: Option<HandlerId>,
    /// Source position.
    pub location: Location,
}

/// An element of the instruction stream.
#[derive(Copy, Clone, Debug)]
pub enum Item {
    /// A place that jumps can go to.
    Label(Label),
    /// An instruction.
    Instruction(PendingInstruction),
}

/// Where a name of the unit lives.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Variable {
    /// A register holds the value.
    Register(Register),
    /// A register holds a cell.
    Cell(Register),
    /// A cell of the closure.
    Free(u16),
    /// A global or builtin.
    Global,
    /// In the frame's namespace.
    Namespace,
    /// In the class's namespace, else global (class bodies' annotation blocks).
    ClassOrGlobal,
    /// In the class's namespace, else in a cell of the closure.
    ClassOrFree(u16),
    /// In the namespace of this class body, else in a cell of the closure.
    NamespaceOrFree(u16),
}

/// The kinds of unit, as far as code generation tells them apart.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum UnitKind {
    /// A module, interactive statement or `eval` expression.
    Module,
    /// A class body.
    Class,
    /// `def`
    Function,
    /// `async def`
    AsyncFunction,
    /// `lambda`
    Lambda,
    /// A comprehension with code of its own.
    Comprehension,
    /// Annotations, bounds, alias values: an evaluator with a format parameter.
    Evaluator,
    /// What encloses something generic.
    TypeParameters,
}

/// A block of statements that jumps out must unwind.
#[derive(Clone, Copy, Debug)]
pub enum Block<'a> {
    /// A `while` or `for` loop: where `continue` and `break` go.
    Loop {
        /// Target of `continue`.
        next: Label,
        /// Target of `break`.
        exit: Label,
    },
    /// The protected part of `try ... finally`.
    Finally {
        /// The final body.
        body: &'a [ruff_python_ast::Stmt],
    },
    /// The final body itself while an exception is handled.
    FinallyHandler {
        /// Register of the exception handled before.
        saved: Register,
    },
    /// The protected part of `try ... except`.
    Try,
    /// An `except` body.
    Handler {
        /// Register of the exception handled before.
        saved: Register,
        /// The name that is unbound at the end.
        name: Option<&'a Name>,
    },
    /// An `except*` body: nothing may jump out of it.
    GroupHandler,
    /// The body of a `with` statement.
    With {
        /// First of the two registers of `__exit__`.
        exit: Register,
        /// `async with`
        is_async: bool,
        /// Position of the context expression.
        location: Location,
    },
}

/// An active block with the handler that was in force outside of it.
#[derive(Clone, Copy, Debug)]
pub struct ActiveBlock<'a> {
    /// The block.
    pub block: Block<'a>,
    /// The handler outside.
    pub outer_handler: Option<HandlerId>,
}

/// A code block under construction.
#[derive(Debug)]
pub struct Unit<'a> {
    /// Its symbols.
    pub scope: ScopeId,
    /// Its kind.
    pub kind: UnitKind,
    /// `co_name`
    pub name: String,
    /// `co_qualname`
    pub qualified_name: String,
    /// `co_firstlineno`
    pub first_line: u32,
    /// `co_flags`
    pub flags: u32,
    /// Positional parameters.
    pub argument_count: u16,
    /// Positional-only parameters.
    pub positional_only_count: u16,
    /// Keyword-only parameters.
    pub keyword_only_count: u16,
    /// Number of parameters in registers.
    pub parameter_count: u16,
    /// The stream.
    pub items: Vec<Item>,
    /// Constants and their index.
    pub constants: Vec<Constant>,
    constant_index: HashMap<Vec<u8>, u32>,
    /// Names and their index.
    pub names: Vec<Name>,
    name_index: HashMap<Name, u32>,
    /// Where each name lives.
    pub variables: HashMap<Name, Variable>,
    /// Names of registers.
    pub local_names: Vec<Name>,
    /// Cells of this block.
    pub cells: Vec<(Name, Register)>,
    /// Names of the closure's cells.
    pub free_names: Vec<Name>,
    /// Variables of inlined comprehensions: name, register, and how many comprehensions around it have one of the same name.
    pub inlined_variables: Vec<(Name, Register, usize)>,
    /// Cells of inlined comprehensions, which make them.
    pub inlined_cells: Vec<(Name, Register)>,
    /// Comprehensions being inlined, innermost last.
    pub inlined: Vec<(ScopeId, HashMap<Name, Variable>)>,
    /// Number of registers that are locals or cells.
    pub local_count: u16,
    /// Top of the temporaries.
    pub next_register: u32,
    /// Highest top.
    pub register_count: u32,
    /// Labels made.
    pub label_count: u32,
    /// Handlers made.
    pub handlers: Vec<Handler>,
    /// The handler in force.
    pub handler: Option<HandlerId>,
    /// Blocks around the current statement.
    pub blocks: Vec<ActiveBlock<'a>>,
    /// Position of the next instruction.
    pub location: Location,
    /// Names of attributes that methods set on `self` (class bodies).
    pub static_attributes: Vec<Name>,
    /// Final bodies (true) and loops (false) around the current statement.
    pub finally_context: Vec<bool>,
    /// What is reported if a limit is exceeded while emitting.
    pub overflow: Option<&'static str>,
}

impl<'a> Unit<'a> {
    /// An empty unit.
    pub fn new(
        scope: ScopeId,
        kind: UnitKind,
        name: String,
        qualified_name: String,
        first_line: u32,
    ) -> Self {
        Self {
            scope,
            kind,
            name,
            qualified_name,
            first_line,
            flags: 0,
            argument_count: 0,
            positional_only_count: 0,
            keyword_only_count: 0,
            parameter_count: 0,
            items: Vec::new(),
            constants: Vec::new(),
            constant_index: HashMap::new(),
            names: Vec::new(),
            name_index: HashMap::new(),
            variables: HashMap::new(),
            local_names: Vec::new(),
            cells: Vec::new(),
            inlined_variables: Vec::new(),
            inlined_cells: Vec::new(),
            free_names: Vec::new(),
            inlined: Vec::new(),
            local_count: 0,
            next_register: 0,
            register_count: 0,
            label_count: 0,
            handlers: Vec::new(),
            handler: None,
            blocks: Vec::new(),
            location: Location::default(),
            static_attributes: Vec::new(),
            finally_context: Vec::new(),
            overflow: None,
        }
    }

    /// A new label, to be placed once.
    pub fn new_label(&mut self) -> Label {
        self.label_count += 1;
        Label(self.label_count - 1)
    }

    /// Puts a label here.
    pub fn place(&mut self, label: Label) {
        self.items.push(Item::Label(label));
    }

    fn push(
        &mut self,
        operation: Operation,
        a: u16,
        b: u16,
        c: u16,
        target: Option<Label>,
        extra: Option<(u16, u32)>,
    ) {
        let (handler, location) = (self.handler, self.location);
        self.items.push(Item::Instruction(PendingInstruction {
            operation,
            a,
            b,
            c,
            target,
            extra,
            handler,
            location,
        }));
    }

    /// Emits an instruction of three operands.
    pub fn emit(&mut self, operation: Operation, a: u16, b: u16, c: u16) {
        self.push(operation, a, b, c, None, None);
    }

    /// Emits an instruction with a wide operand.
    pub fn emit_wide(&mut self, operation: Operation, a: u16, wide: u32) {
        self.push(operation, a, wide as u16, (wide >> 16) as u16, None, None);
    }

    /// Emits an instruction with the word that follows it.
    pub fn emit_extra(
        &mut self,
        operation: Operation,
        a: u16,
        b: u16,
        c: u16,
        extra_a: u16,
        extra_wide: u32,
    ) {
        self.push(operation, a, b, c, None, Some((extra_a, extra_wide)));
    }

    /// Emits a jump; `b` is not used by jumps with a wide distance.
    pub fn emit_jump(&mut self, operation: Operation, a: u16, b: u16, target: Label) {
        self.push(operation, a, b, 0, Some(target), None);
    }

    /// Index of a constant.
    pub fn constant(&mut self, constant: Constant) -> u32 {
        let key = constant_key(&constant);
        let next = self.constants.len() as u32;
        let index = *self.constant_index.entry(key).or_insert(next);
        if index == next {
            self.constants.push(constant);
        }
        index
    }

    /// Adds a constant without looking for an equal one (nested code).
    pub fn unique_constant(&mut self, constant: Constant) -> u32 {
        self.constants.push(constant);
        self.constants.len() as u32 - 1
    }

    /// Index of a name.
    pub fn name_index(&mut self, name: &Name) -> u32 {
        let next = self.names.len() as u32;
        let index = *self.name_index.entry(name.clone()).or_insert(next);
        if index == next {
            self.names.push(name.clone());
        }
        index
    }

    /// Index of a name for a 16-bit operand.
    pub fn short_name_index(&mut self, name: &Name) -> u16 {
        let index = self.name_index(name);
        self.short(index, "too many names")
    }

    /// A number as 16-bit operand; notes the overflow otherwise.
    pub fn short(&mut self, number: u32, message: &'static str) -> u16 {
        u16::try_from(number).unwrap_or_else(|_| {
            self.overflow.get_or_insert(message);
            0
        })
    }

    /// Takes `count` consecutive registers.
    pub fn take_registers(&mut self, count: usize) -> Register {
        let first = self.next_register;
        // The top register numbers are kept free so that windows and pairs never wrap.
        let top = first.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        if top > 0xfff0 {
            self.overflow.get_or_insert("too many registers");
            return 0;
        }
        self.next_register = top;
        self.register_count = self.register_count.max(top);
        first as Register
    }

    /// Takes one register.
    pub fn take_register(&mut self) -> Register {
        self.take_registers(1)
    }

    /// The top of the temporaries, for [`Unit::release`].
    pub fn mark(&self) -> u32 {
        self.next_register
    }

    /// Gives back the registers from a mark on.
    pub fn release(&mut self, mark: u32) {
        self.next_register = mark;
    }

    /// Whether a register is a temporary, which may be written before its expression is complete.
    pub fn is_temporary(&self, register: Register) -> bool {
        register >= self.local_count
    }

    /// The register of a variable of the comprehension that is about to be inlined.
    pub fn inlined_register(&self, name: &Name) -> Option<Register> {
        let around = self.inlined.iter().filter(|(_, variables)| variables.contains_key(name)).count();
        let mut all = self.inlined_variables.iter();
        all.find(|(other, _, depth)| other == name && *depth == around).map(|&(_, register, _)| register)
    }

    /// Makes a handler and puts it in force; returns the one that was.
    pub fn push_handler(&mut self, label: Label, register: Register) -> Option<HandlerId> {
        let outer = self.handler;
        self.handlers.push(Handler { label, register });
        self.handler = Some(HandlerId(self.handlers.len() as u32 - 1));
        outer
    }

    /// Whether control can reach this point from the instruction before.
    pub fn is_reachable(&self) -> bool {
        match self.items.last() {
            Some(Item::Instruction(instruction)) => !ends_flow(instruction.operation),
            _ => true,
        }
    }

    /// Encodes the unit.
    pub fn finish(mut self, file_name: &Text) -> Result<Code> {
        if let Some(message) = self.overflow {
            return Err(SyntaxError::without_position(ErrorKind::Syntax, message));
        }
        crate::optimize::optimize(&mut self);
        crate::assemble::assemble(self, file_name)
    }
}

/// Whether an operation never continues with the next instruction.
pub fn ends_flow(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Jump
            | Operation::Return
            | Operation::ReturnNone
            | Operation::Raise
            | Operation::RaiseFrom
            | Operation::RaiseCurrent
            | Operation::Reraise
    )
}
