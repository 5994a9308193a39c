//! Trees of nodes.
//!
//! Invariant: a node stands behind all nodes that its fields name, and the root is the last: who goes through the nodes in order
//! meets children first, and nothing recurses, not even dropping a tree.

use alloc::vec::Vec;

use threadsnake_bytecode::{Constant, Text};

use crate::classes::Class;

/// The place of a node in its tree.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NodeIndex(pub u32);

/// Lines from 1, columns in UTF-8 bytes from 0; all zero for classes without attributes.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// `lineno`
    pub line: i32,
    /// `col_offset`
    pub column: i32,
    /// `end_lineno`
    pub end_line: i32,
    /// `end_col_offset`
    pub end_column: i32,
}

/// The value of a field.
#[derive(Clone, PartialEq, Debug)]
pub enum Field {
    /// An optional field without a value: `None`.
    Absent,
    /// A node.
    Node(NodeIndex),
    /// An identifier, or a string such as `kind`.
    Text(Text),
    /// An int such as `level`.
    Number(i64),
    /// The value of a constant.
    Constant(Constant),
    /// The items of a repeated field.
    List(Vec<Field>),
}

/// A node.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its class.
    pub class: Class,
    /// Where it is in the source.
    pub position: Position,
    /// Its fields, as many and in the order that the class has them.
    pub fields: Vec<Field>,
}

/// A tree.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tree {
    /// The nodes, children first.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// Adds a node, whose children are there already.
    pub fn push(&mut self, class: Class, position: Position, fields: Vec<Field>) -> Field {
        let index = NodeIndex(self.nodes.len() as u32);
        self.nodes.push(Node { class, position, fields });
        Field::Node(index)
    }

    /// A node.
    pub fn node(&self, index: NodeIndex) -> Option<&Node> {
        self.nodes.get(index.0 as usize)
    }

    /// The number of nodes on the longest way from the root down.
    pub fn depth(&self) -> usize {
        let mut depths: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |field: &Field| match field {
                Field::Node(index) => depths.get(index.0 as usize).copied().unwrap_or(0),
                _ => 0,
            };
            let below = node.fields.iter().map(|field| match field {
                Field::List(items) => items.iter().map(of).max().unwrap_or(0),
                field => of(field),
            });
            depths.push(below.max().unwrap_or(0) + 1);
        }
        depths.last().copied().unwrap_or(0)
    }

    /// The root.
    pub fn root(&self) -> Option<&Node> {
        self.nodes.last()
    }
}
