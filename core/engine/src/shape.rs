//! Shapes (hidden classes): where an instance of a class keeps each of its attributes.
//!
//! A shape is a heap object that instances point to from their header. The shapes of a class form trees: setting a new attribute
//! moves the instance to a child shape that has it. Attribute number `i` lies in slot `base + 1 + i` while `i` is below the shape's inline
//! capacity, else in the overflow array in slot `base`. An instance of a *dict-mode* shape keeps all attributes in a dict in
//! slot `base`. A *fixed* shape has no instance attributes at all.
//!
//! Invariant: class, parent, name, number and capacities never change, so a reader that has loaded an instance's shape word knows where
//! everything is. Transitions are read without lock (a dict). `version` is unique and names shape *and* state of the class: it is
//! reset to 0 when the class or a base changes and a fresh one is drawn at the next use, so an inline cache that holds a version
//! needs no other guard. 1 means that the class is being changed: nothing may be cached.
//! Source: Self's maps (Chambers, Ungar and Lee, 1989) and V8's hidden classes; the version is our own.

use threadsnake_heap::arch::{AtomicU64, Ordering};
use threadsnake_heap::{AllocationOptions, ObjectRef};

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::object_access::ObjectAccess;
use crate::types::dict::Dict;
use crate::types::str_object::Str;
use crate::value::Value;

/// A shape.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Shape(ObjectRef);

/// Slot of the class.
pub(crate) const CLASS: usize = 0;
const PARENT: usize = 1;
const NAME: usize = 2;
const TRANSITIONS: usize = 3;
const SLOTS: usize = 4;

/// Byte offset of the version in a shape's raw tail.
pub const VERSION: usize = 0;
const COUNT: usize = 8;
const INLINE_CAPACITY: usize = 12;
const BASE_SLOT: usize = 16;
const MODE: usize = 20;
const RAW_BYTES: usize = 24;

/// No version: draw one.
pub const NO_VERSION: u64 = 0;
/// The class is being changed.
pub const CHANGING: u64 = 1;

/// Instances with more attributes than this keep them in a dict.
const MAXIMUM_ATTRIBUTES: u32 = 128;
/// A class whose instances take more shapes than this keeps new attributes in dicts.
const MAXIMUM_TRANSITIONS: usize = 64;

/// How instances keep attributes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mode {
    /// They have none.
    Fixed = 0,
    /// In slots.
    Slots = 1,
    /// In a dict.
    Dict = 2,
}

/// Where an attribute is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// In this slot of the instance.
    Inline(usize),
    /// In this slot of the overflow array.
    Overflow(usize),
}

impl Shape {
    /// The shape that a header's shape word points to.
    #[inline(always)]
    pub fn of(object: ObjectRef) -> Option<Shape> {
        match object.shape() {
            0 => None,
            // SAFETY: a header's shape word is empty or refers to a shape, which lives as long as its class, which the instance keeps.
            word => Some(Shape(unsafe { ObjectRef::from_address(word as usize) })),
        }
    }

    /// A shape from its object.
    #[inline(always)]
    pub fn from_object(object: ObjectRef) -> Shape {
        Shape(object)
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// The word for an instance's header.
    #[inline(always)]
    pub fn word(self) -> u64 {
        self.0.word()
    }

    /// The class.
    #[inline(always)]
    pub fn class(self) -> Value {
        // SAFETY: `new_shape` alone makes shapes, with `SLOTS` slots.
        Value::from_word(unsafe { self.0.slot_unchecked(CLASS) }).unwrap_or(Value::NONE)
    }

    /// How instances keep attributes.
    #[inline(always)]
    pub fn mode(self) -> Mode {
        match self.0.raw_u8(MODE) {
            0 => Mode::Fixed,
            1 => Mode::Slots,
            _ => Mode::Dict,
        }
    }

    /// Number of attributes.
    #[inline(always)]
    pub fn count(self) -> u32 {
        self.0.raw_u32(COUNT)
    }

    /// Attributes that instances hold in slots of their own.
    #[inline(always)]
    pub fn inline_capacity(self) -> u32 {
        self.0.raw_u32(INLINE_CAPACITY)
    }

    /// The slot of the overflow array or dict.
    #[inline(always)]
    pub fn base_slot(self) -> usize {
        self.0.raw_u32(BASE_SLOT) as usize
    }

    /// The version now: 0, 1, or one that inline caches may hold.
    #[inline(always)]
    pub fn current_version(self) -> u64 {
        // SAFETY: `new_shape` alone makes shapes, with `SLOTS` slots and `RAW_BYTES` bytes, and the version is only accessed as an
        // atomic of 8 bytes. Acquire pairs with the Release that resets it.
        unsafe { self.0.raw_behind::<SLOTS, AtomicU64>(VERSION) }.load(Ordering::Acquire)
    }

    /// A version for an inline cache, drawn if need be; none while the class is being changed. It must be taken *before* the lookup
    /// that the cache remembers: a change after that resets it.
    #[inline]
    pub fn version(self, cx: &Context) -> Option<u64> {
        version_of(cx, self.0)
    }

    /// Where attribute number `index` is.
    #[inline]
    pub fn location(self, index: u32) -> Location {
        let capacity = self.inline_capacity();
        if index < capacity {
            Location::Inline(self.base_slot() + 1 + index as usize)
        } else {
            Location::Overflow((index - capacity) as usize)
        }
    }

    /// The number of an attribute; the name must be interned.
    pub fn find(self, name: Str) -> Option<u32> {
        let wanted = name.as_value();
        let mut shape = self;
        loop {
            if shape.0.value(NAME)?.is(wanted) {
                return shape.count().checked_sub(1);
            }
            shape = Shape(shape.0.value(PARENT)?.as_object()?);
        }
    }

    /// The names in order of their numbers, into a scratch vector.
    pub fn names(self, cx: &Context) -> crate::context::ScratchVector<'_> {
        let mut names = cx.scratch();
        let mut shape = self;
        while let (Some(name), Some(parent)) = (shape.0.value(NAME), shape.0.value(PARENT)) {
            names.push(name);
            match parent.as_object() {
                Some(parent) => shape = Shape(parent),
                None => break,
            }
        }
        names.as_mut_slice().reverse();
        names
    }

    /// The shape after setting a new attribute; none if instances should go over to a dict. The name must be interned.
    ///
    /// # Errors
    /// MemoryError.
    pub fn with_attribute(self, cx: &Context, name: Str) -> PyResult<Option<Shape>> {
        if let Some(transitions) = self.transitions() {
            if let Some(child) = transitions.get_str(cx, name)?.and_then(Value::as_object) {
                return Ok(Some(Shape(child)));
            }
            if transitions.len() >= MAXIMUM_TRANSITIONS {
                return Ok(None);
            }
        }
        if self.count() >= MAXIMUM_ATTRIBUTES {
            return Ok(None);
        }
        let child = new_shape(
            cx,
            self.class(),
            Mode::Slots,
            self.base_slot() as u32,
            self.inline_capacity(),
            self.count() + 1,
        )?;
        cx.store(child.0, PARENT, Value::from(self.0));
        cx.store(child.0, NAME, name.as_value());
        let transitions = match self.transitions() {
            Some(transitions) => transitions,
            None => {
                let fresh = cx.new_dict()?;
                if self.0.is_shared() {
                    cx.publish(fresh.as_value());
                }
                // Two threads may make the dict: one wins, both use the winner's.
                cx.compare_exchange(self.0, TRANSITIONS, None, Some(fresh.as_value()));
                self.transitions().unwrap_or(fresh)
            }
        };
        let child = transitions.set_default(cx, name.as_value(), Value::from(child.0))?;
        Ok(child.as_object().map(Shape))
    }

    fn transitions(self) -> Option<Dict> {
        self.0.value(TRANSITIONS).and_then(Dict::from_value)
    }

    /// Resets (or blocks, with [`CHANGING`]) the versions of this shape and all that descend from it.
    pub(crate) fn reset_versions(self, cx: &Context, version: u64) {
        let mut pending = cx.scratch();
        pending.push(Value::from(self.0));
        while let Some(value) = pending.pop() {
            let Some(object) = value.as_object() else { continue };
            object.raw_store_u64(VERSION, version);
            if let Some(transitions) = Shape(object).transitions() {
                let mut entry = 0;
                while let Some((next, _, child)) = transitions.next_item(entry) {
                    pending.push(child);
                    entry = next;
                }
            }
        }
    }
}

/// The version in the first raw word of a shape or class, drawn if need be; none while it is being changed.
#[inline]
pub(crate) fn version_of(cx: &Context, object: ObjectRef) -> Option<u64> {
    let version = object.raw_u64(VERSION);
    if version > CHANGING {
        return Some(version);
    }
    if version == CHANGING {
        return None;
    }
    let fresh = cx.next_version();
    match object.raw_compare_exchange_u64(VERSION, NO_VERSION, fresh) {
        Ok(_) => Some(fresh),
        // Another thread drew one, or a change began.
        Err(other) if other > CHANGING => Some(other),
        Err(_) => None,
    }
}

/// A shape without attributes.
///
/// # Errors
/// MemoryError.
pub fn new_shape(
    cx: &Context,
    class: Value,
    mode: Mode,
    base_slot: u32,
    inline_capacity: u32,
    count: u32,
) -> PyResult<Shape> {
    let shape_of_shapes = cx.shape_word(Kind::Shape);
    // Headers refer to shapes without counting, so only the backup trace may free one.
    let object =
        cx.allocate_with(Kind::Shape, shape_of_shapes, SLOTS, RAW_BYTES, AllocationOptions::STUCK)?;
    cx.initialize(object, CLASS, class);
    object.raw_store_u32(COUNT, count);
    object.raw_store_u32(INLINE_CAPACITY, inline_capacity);
    object.raw_store_u32(BASE_SLOT, base_slot);
    object.raw_store_u8(MODE, mode as u8);
    Ok(Shape(object))
}
