//! The symbol table: which names each block binds and uses, and where each lives.
//!
//! Two passes: [`build`] records definitions and uses block by block, [`resolve`] decides local, cell, free or global.
//! Invariant: after [`analyze`], every name that code generation asks for has a [`Resolution`] in its block, and inlined
//! comprehensions hold only the names they bind (all their other names are recorded in the block they are inlined into).
//! Source: CPython 3.14's Python/symtable.c; inlining (PEP 709) is decided here at once, where CPython merges afterwards.

mod build;
mod expressions;
mod resolve;

use std::collections::HashMap;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Mod, StmtAnnAssign};
use ruff_text_size::TextRange;

use crate::error::Result;
use crate::source::Source;

/// Index of a block in the [`SymbolTable`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct ScopeId(pub u32);

/// What was seen of a name in a block.
pub mod flags {
    /// `global` statement.
    pub const GLOBAL: u16 = 1;
    /// Bound by assignment or similar.
    pub const LOCAL: u16 = 1 << 1;
    /// A parameter.
    pub const PARAMETER: u16 = 1 << 2;
    /// `nonlocal` statement.
    pub const NONLOCAL: u16 = 1 << 3;
    /// Read.
    pub const USE: u16 = 1 << 4;
    /// Bound by an import.
    pub const IMPORT: u16 = 1 << 5;
    /// Annotated.
    pub const ANNOTATED: u16 = 1 << 6;
    /// A class-level name that an inner block gets from outside of the class.
    pub const FREE_CLASS: u16 = 1 << 7;
    /// A type parameter.
    pub const TYPE_PARAMETER: u16 = 1 << 8;
    /// A comprehension's iteration variable.
    pub const ITERATION: u16 = 1 << 9;
    /// Target of an assignment expression.
    pub const NAMED_TARGET: u16 = 1 << 10;
    /// All that bind.
    pub const BOUND: u16 = LOCAL | PARAMETER | IMPORT | TYPE_PARAMETER;
}

/// Where a name lives, seen from a block.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Resolution {
    /// Not resolved (before analysis).
    Unknown,
    /// In this block alone.
    Local,
    /// Declared `global`.
    GlobalExplicit,
    /// Not bound anywhere outside.
    GlobalImplicit,
    /// In an outer function.
    Free,
    /// In this block, and used by inner ones.
    Cell,
}

/// A name in a block.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The (mangled) name.
    pub name: Name,
    /// See [`flags`].
    pub flags: u16,
    /// Where it lives.
    pub resolution: Resolution,
    /// Where it was first declared global or nonlocal, or bound as type parameter.
    pub directive: TextRange,
}

/// The kinds of comprehension.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ComprehensionKind {
    /// `[x for ...]`
    List,
    /// `{x for ...}`
    Set,
    /// `{k: v for ...}`
    Dict,
    /// `(x for ...)`
    Generator,
}

/// The kinds of block.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ScopeKind {
    /// The module, an interactive statement or an expression for `eval`.
    Module,
    /// A class body.
    Class,
    /// A function body; lambdas too.
    Function,
    /// A comprehension.
    Comprehension(ComprehensionKind),
    /// Annotations of a function, class or module.
    Annotations,
    /// The value of a `type` statement.
    TypeAlias,
    /// What a type parameter list encloses.
    TypeParameters,
    /// A type parameter's bound, constraints or default.
    TypeVariable,
}

/// One block.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// Kind of block.
    pub kind: ScopeKind,
    /// The enclosing block.
    pub parent: Option<ScopeId>,
    /// Blocks directly inside.
    pub children: Vec<ScopeId>,
    /// The names, in the order of their first appearance.
    pub symbols: Vec<Symbol>,
    index: HashMap<Name, u32>,
    /// Parameter names in register order.
    pub parameters: Vec<Name>,
    /// Contains `yield`.
    pub is_generator: bool,
    /// `async def`, or a comprehension that awaits.
    pub is_coroutine: bool,
    /// Inside some function.
    pub is_nested: bool,
    /// An inlined comprehension: has no code of its own.
    pub is_inlined: bool,
    /// Annotation-like block directly in a class, which looks in the class's namespace first.
    pub can_see_class: bool,
    /// Methods use `__class__`.
    pub needs_class_cell: bool,
    /// Annotation-like blocks inside use the class's namespace.
    pub needs_class_dict: bool,
    /// Its names play no role (annotations that are never evaluated).
    pub is_unevaluated: bool,
    /// Simple-name annotations of a class or module, and whether each is conditional.
    pub annotations: Vec<(&'a StmtAnnAssign, bool)>,
    /// Some annotation is conditional.
    pub has_conditional_annotations: bool,
    /// Has `x: annotation` statements (for `from __future__ import annotations`).
    pub has_annotations: bool,
    /// The annotation block made for class or module annotations.
    pub annotation_scope: Option<ScopeId>,
    /// Private name prefix in force.
    pub class_name: Option<Name>,
    /// What an error about expressions that are not allowed calls this block.
    pub description: &'static str,
    /// Has a `return` with a value, and where (an error in async generators).
    pub return_value: Option<TextRange>,
    in_conditional_block: u32,
    in_iteration_expression: u32,
    in_iteration_target: bool,
}

impl<'a> Scope<'a> {
    fn new(kind: ScopeKind, parent: Option<ScopeId>) -> Self {
        Self {
            kind,
            parent,
            children: Vec::new(),
            symbols: Vec::new(),
            index: HashMap::new(),
            parameters: Vec::new(),
            is_generator: false,
            is_coroutine: false,
            is_nested: false,
            is_inlined: false,
            can_see_class: false,
            needs_class_cell: false,
            needs_class_dict: false,
            is_unevaluated: false,
            annotations: Vec::new(),
            has_conditional_annotations: false,
            has_annotations: false,
            annotation_scope: None,
            class_name: None,
            description: "",
            return_value: None,
            in_conditional_block: 0,
            in_iteration_expression: 0,
            in_iteration_target: false,
        }
    }

    /// The symbol of a name.
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbols.get(*self.index.get(name)? as usize)
    }

    fn symbol_mut(&mut self, name: &str) -> Option<&mut Symbol> {
        self.symbols.get_mut(*self.index.get(name)? as usize)
    }

    fn flags(&self, name: &str) -> u16 {
        self.symbol(name).map_or(0, |symbol| symbol.flags)
    }

    fn add(&mut self, name: &Name, flag: u16) -> &mut Symbol {
        let next = self.symbols.len() as u32;
        let index = *self.index.entry(name.clone()).or_insert(next);
        if index == next {
            self.symbols.push(Symbol {
                name: name.clone(),
                flags: 0,
                resolution: Resolution::Unknown,
                directive: TextRange::default(),
            });
        }
        let symbol = &mut self.symbols[index as usize];
        symbol.flags |= flag;
        symbol
    }

    /// Whether locals of this block live in registers.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }
}

/// Which block of a syntax node is meant: a node can have several.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum ScopeRole {
    /// The body.
    Body,
    /// The annotations of a function.
    Annotations,
    /// The type parameters.
    TypeParameters,
    /// A type parameter's bound.
    Bound,
    /// A type parameter's default.
    Default,
}

/// All blocks of a module.
#[derive(Debug)]
pub struct SymbolTable<'a> {
    scopes: Vec<Scope<'a>>,
    by_node: HashMap<(usize, ScopeRole), ScopeId>,
}

/// The identity of a syntax node: its address, which is fixed while the tree is borrowed.
pub fn node_key<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}

impl<'a> SymbolTable<'a> {
    /// The module's block.
    pub const MODULE: ScopeId = ScopeId(0);

    /// A block.
    pub fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id.0 as usize]
    }

    fn scope_mut(&mut self, id: ScopeId) -> &mut Scope<'a> {
        &mut self.scopes[id.0 as usize]
    }

    /// The block of a syntax node.
    pub fn of_node<T>(&self, node: &T, role: ScopeRole) -> Option<ScopeId> {
        self.by_node.get(&(node_key(node), role)).copied()
    }
}

/// Builds and resolves the symbol table of a parsed module or expression.
pub fn analyze<'a>(module: &'a Mod, source: &'a Source, future_annotations: bool) -> Result<SymbolTable<'a>> {
    let mut table = build::build(module, source, future_annotations)?;
    resolve::resolve(&mut table, source)?;
    Ok(table)
}

/// The name as it is stored: `__name` inside class `Class` becomes `_Class__name`.
pub fn mangle(class_name: Option<&Name>, name: &Name) -> Name {
    let text = name.as_str();
    let Some(class_name) = class_name else { return name.clone() };
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return name.clone();
    }
    let class_name = class_name.as_str().trim_start_matches('_');
    if class_name.is_empty() {
        return name.clone();
    }
    Name::new(format!("_{class_name}{text}"))
}
