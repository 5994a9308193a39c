//! Nodes to the parser's tree, so that objects of `ast` compile as source does.
//!
//! Invariant: ranges are not places in a text but numbers that [`Places`] maps to positions. They nest as the nodes do and grow in the
//! order of the tree, so that every range made of two others is one; each has room for the quotes that the parser's types
//! assume. The tree was checked by [`super::validate`]. Source: Parser/Python.asdl.

mod expressions;
mod patterns;
mod statements;

use ruff_python_ast::name::Name;
use ruff_python_ast::{AtomicNodeIndex, Identifier, Mod, ModExpression, ModModule};
use ruff_text_size::{TextRange, TextSize};
use threadsnake_bytecode::Constant;
use threadsnake_syntax::{Class, Field, Node, NodeIndex, Position, Tree};

use crate::error::{ErrorKind, Result, SyntaxError};
use crate::source::{PLACE_STEP, Places, Source};

/// The most nodes: their places must be numbers of 32 bits.
const MAXIMUM_NODES: usize = 1 << 26;

/// A tree being lowered.
pub(super) struct Lowering<'t> {
    tree: &'t Tree,
    places: Places,
}

/// Nodes have no index; each use makes a value of its own, which is what is wanted.
#[allow(clippy::declare_interior_mutable_const)]
pub(super) const NO_INDEX: AtomicNodeIndex = AtomicNodeIndex::NONE;

/// A tree that does not fit its classes. The engine makes none.
pub(super) fn malformed<T>(what: &str) -> Result<T> {
    Err(SyntaxError::without_position(ErrorKind::Value, format!("malformed node or string: {what}")))
}

/// The parser's tree of a checked one, and the source that says where its nodes are.
pub(crate) fn lower(tree: &Tree) -> Result<(Mod, Source)> {
    if tree.nodes.len() > MAXIMUM_NODES {
        return Err(SyntaxError::without_position(ErrorKind::Memory, "syntax tree too large"));
    }
    let Some(root) = tree.root() else { return malformed("empty tree") };
    let mut lowering = Lowering { tree, places: Places::default() };
    let start = lowering.open(Position { line: 1, column: 0, end_line: 1, end_column: 0 });
    let module = match (root.class, &*root.fields) {
        (Class::Module | Class::Interactive, [Field::List(body), ..]) => {
            let body = lowering.statements(body)?;
            Mod::Module(ModModule { node_index: NO_INDEX, range: lowering.close_here(start), body })
        }
        (Class::Expression, [Field::Node(body)]) => {
            let body = Box::new(lowering.expression(*body)?);
            Mod::Expression(ModExpression { node_index: NO_INDEX, range: lowering.close_here(start), body })
        }
        _ => return malformed(root.class.name()),
    };
    Ok((module, Source::from_places(lowering.places)))
}

impl<'t> Lowering<'t> {
    pub(super) fn node(&self, index: NodeIndex) -> Result<&'t Node> {
        self.tree.node(index).map_or_else(|| malformed("no such node"), Ok)
    }

    fn place(&mut self, line: i32, column: i32) -> TextSize {
        let offset = self.places.positions.len() as u32 * PLACE_STEP;
        self.places.positions.push((line.max(0) as u32, column.max(0) as u32));
        TextSize::new(offset)
    }

    /// The start of a node.
    pub(super) fn open(&mut self, position: Position) -> TextSize {
        self.place(position.line, position.column)
    }

    /// The end of a node.
    pub(super) fn close(&mut self, start: TextSize, position: Position) -> TextRange {
        TextRange::new(start, self.place(position.end_line, position.end_column))
    }

    /// The start of something that has no position: where the last thing was.
    pub(super) fn open_here(&mut self) -> TextSize {
        let (line, column) = self.places.positions.last().copied().unwrap_or((1, 0));
        self.place(line as i32, column as i32)
    }

    /// The end of something that has no position.
    pub(super) fn close_here(&mut self, start: TextSize) -> TextRange {
        TextRange::new(start, self.open_here())
    }

    pub(super) fn name(&self, field: &Field) -> Result<Name> {
        match field {
            Field::Text(text) => Ok(Name::new(text.to_str_lossy())),
            _ => malformed("identifier"),
        }
    }

    pub(super) fn identifier(&mut self, field: &Field) -> Result<Identifier> {
        let start = self.open_here();
        let range = self.close_here(start);
        Ok(Identifier::new(self.name(field)?, range))
    }

    pub(super) fn optional_identifier(&mut self, field: &Field) -> Result<Option<Identifier>> {
        match field {
            Field::Absent => Ok(None),
            field => self.identifier(field).map(Some),
        }
    }

    pub(super) fn list<'f>(&self, field: &'f Field) -> Result<&'f [Field]> {
        match field {
            Field::List(items) => Ok(items),
            _ => malformed("list"),
        }
    }

    pub(super) fn index(&self, field: &Field) -> Result<NodeIndex> {
        match field {
            Field::Node(index) => Ok(*index),
            _ => malformed("node"),
        }
    }

    pub(super) fn number(&self, field: &Field) -> i64 {
        match field {
            Field::Number(number) => *number,
            _ => 0,
        }
    }

    /// Notes a constant that no literal stands for; its number.
    pub(super) fn note_constant(&mut self, constant: Constant) -> usize {
        self.places.constants.push(constant);
        self.places.constants.len() - 1
    }

    /// Notes the source text of an interpolation.
    pub(super) fn note_text(&mut self, start: TextSize, text: String) {
        self.places.texts.insert(start.to_u32(), text);
    }
}
