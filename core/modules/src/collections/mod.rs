//! `_collections`: what `collections` rests on.
//!
//! Source: Modules/_collectionsmodule.c, Objects/odictobject.c.

mod counting;
mod default_dict;
pub(crate) mod deque;
mod deque_iterator;
pub(crate) mod deque_ring;
mod ordered_dict;
mod tuple_getter;

use threadsnake_macros::pymodule;

/// High performance data structures.
/// - deque:        ordered collection accessible from endpoints only
/// - defaultdict:  dict subclass with a default value factory
#[pymodule(
    name = "_collections",
    classes(
        super::deque::DequeClass,
        super::default_dict::DefaultDict,
        super::ordered_dict::OrderedDict,
        super::deque_iterator::DequeIterator,
        super::deque_iterator::DequeReverseIterator,
        super::tuple_getter::TupleGetter
    ),
    functions(super::counting::count_elements)
)]
pub mod module {}
