//! `set` and `frozenset` objects: layout and operations. Methods are in `types/set_methods.rs`.
//!
//! Invariant: a set is laid out as a dict whose values are all True (slot 0 the table, the first raw word the number of elements), and
//! keeps the promises of `types/dict.rs` and `types/dict_table.rs`: lookups take no lock, changes are made under the object's lock,
//! operators on two sets lock both unless an element must be compared by Python code. A frozenset is complete before anybody
//! else sees it; its second raw word caches its hash (0: not yet). Elements are kept in the order of insertion.
//! Source: Objects/setobject.c for semantics.

use threadsnake_heap::ObjectRef;

use crate::context::{Context, ScratchVector};
use crate::error::{ExceptionClass, PyResult};
use crate::kind::{Kind, client_flags};
use crate::native::convert::{FromValue, IntoValue, NotValue};
use crate::object_access::ObjectAccess;
use crate::types::dict::{Dict, TABLE, look_up};
use crate::types::dict_edit::Duplicate;
use crate::types::dict_table::{KeyMatch, Lookup, fold_hash};
use crate::value::Value;

/// A `set` or `frozenset`.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Set(ObjectRef);

/// Number of fixed slots.
pub const SLOTS: u16 = 1;
/// Raw bytes of a set: the number of elements.
pub const RAW_BYTES: u16 = 8;
/// Raw bytes of a frozenset: the number of elements and the hash.
pub const FROZEN_RAW_BYTES: u16 = 16;
const HASH: usize = 8;
/// A frozenset whose hash is 0 keeps this in its stead.
const HASH_FOR_ZERO: i64 = 590_923_713;

/// What comes of an attempt under the locks of two sets.
enum Attempt {
    Done,
    NeedsRoom,
    NeedsPython,
}

impl Set {
    /// The set, if the value is one (frozensets and subclasses included).
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<Set> {
        match value.as_object() {
            Some(object) if object.kind() == Kind::Set as u8 || object.kind() == Kind::FrozenSet as u8 => {
                Some(Set(object))
            }
            _ => None,
        }
    }

    /// The set.
    ///
    /// # Errors
    /// TypeError if it is something else.
    pub fn expect(cx: &Context, value: Value) -> PyResult<Set> {
        Set::from_value(value).ok_or_else(|| cx.type_error_expected("set", value))
    }

    /// A set around an object of one of the two kinds.
    #[inline(always)]
    pub(crate) fn from_object(object: ObjectRef) -> Set {
        debug_assert!(matches!(Kind::of(object), Kind::Set | Kind::FrozenSet));
        Set(object)
    }

    /// The object.
    #[inline(always)]
    pub fn object(self) -> ObjectRef {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn as_value(self) -> Value {
        Value::from(self.0)
    }

    /// Whether it is a frozenset.
    #[inline(always)]
    pub fn is_frozen(self) -> bool {
        self.0.kind() == Kind::FrozenSet as u8
    }

    /// Whether its class is exactly `set` or `frozenset`.
    #[inline(always)]
    pub fn is_exact(self) -> bool {
        self.0.client_flags() & client_flags::SUBCLASS == 0
    }

    /// The set as what its table belongs to.
    #[inline(always)]
    pub(crate) fn as_table_owner(self) -> Dict {
        Dict::of_set(self.0)
    }

    /// Number of elements.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.as_table_owner().len()
    }

    /// Whether it has no elements.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether it has an element.
    ///
    /// # Errors
    /// TypeError for an unhashable one, and what hashing and comparing raise.
    #[inline]
    pub fn contains(self, cx: &Context, element: Value) -> PyResult<bool> {
        let hash = fold_hash(cx.hash_set_element(element)?);
        Ok(self.as_table_owner().get_hashed(cx, element, hash)?.is_some())
    }

    /// As [`Set::contains`]; a set, which is unhashable, is looked for as a frozenset.
    ///
    /// # Errors
    /// As for [`Set::contains`].
    pub fn contains_or_frozen(self, cx: &Context, element: Value) -> PyResult<bool> {
        let hash = self.hash_or_frozen(cx, element)?;
        Ok(self.as_table_owner().get_hashed(cx, element, hash)?.is_some())
    }

    /// The folded hash of an element; that of a frozenset for a set.
    fn hash_or_frozen(self, cx: &Context, element: Value) -> PyResult<u32> {
        match cx.hash_set_element(element) {
            Ok(hash) => Ok(fold_hash(hash)),
            Err(raised) => match Set::from_value(element) {
                Some(set) if !set.is_frozen() && cx.pending_is(&raised, ExceptionClass::TypeError) => {
                    cx.take_exception(raised);
                    Ok(fold_hash(set.hash_of_elements(cx)?))
                }
                _ => Err(raised),
            },
        }
    }

    /// Adds an element; whether it is new.
    ///
    /// # Errors
    /// As for [`Set::contains`], and MemoryError.
    pub fn add(self, cx: &Context, element: Value) -> PyResult<()> {
        let hash = fold_hash(cx.hash_set_element(element)?);
        self.as_table_owner().set_default_hashed(cx, element, Value::TRUE, hash).map(|_| ())
    }

    /// Removes an element; whether it was there.
    ///
    /// # Errors
    /// As for [`Set::contains`].
    pub fn discard(self, cx: &Context, element: Value) -> PyResult<bool> {
        let hash = self.hash_or_frozen(cx, element)?;
        Ok(self.as_table_owner().remove_hashed(cx, element, hash)?.is_some())
    }

    /// Removes and returns an element.
    pub fn pop(self, cx: &Context) -> Option<Value> {
        let owner = self.as_table_owner();
        let _guard = cx.lock(self.0);
        let table = owner.table()?;
        for entry in table.first_live()..table.live_end() {
            if let (Some(element), Some(_)) = (table.key(entry), table.value(entry)) {
                owner.remove_place(cx, crate::types::dict::Place { table, entry });
                return Some(element);
            }
        }
        None
    }

    /// Removes everything.
    pub fn clear(self, cx: &Context) {
        self.as_table_owner().clear(cx);
    }

    /// The elements of one moment.
    pub fn snapshot(self, cx: &Context) -> ScratchVector<'_> {
        self.as_table_owner().snapshot_keys(cx)
    }

    /// A new set of the kind given with the elements of one moment.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy_as(self, cx: &Context, frozen: bool) -> PyResult<Set> {
        let copy = if frozen { cx.new_frozen_set()? } else { cx.new_set()? };
        self.as_table_owner().copy_into(cx, copy.as_table_owner())?;
        Ok(copy)
    }

    /// Adds all elements of any iterable.
    ///
    /// # Errors
    /// TypeError if it is not iterable, and what the iteration, hashing and comparing raise.
    pub fn update(self, cx: &Context, iterable: Value) -> PyResult<()> {
        if let Some(other) = Set::from_value(iterable) {
            return self.as_table_owner().merge(cx, other.as_table_owner(), Duplicate::Keep);
        }
        if let Some(items) = cx.snapshot_of(iterable)? {
            for &item in items.as_slice() {
                self.add(cx, item)?;
            }
            return Ok(());
        }
        let iterator = cx.iterate(iterable)?;
        while let Some(item) = iterator.next(cx)? {
            self.add(cx, item)?;
            cx.poll()?;
        }
        Ok(())
    }

    /// Adds to `result`, which is new, those elements that are (or with `present` false are not) in `other`, with both locked.
    fn select_locked(self, cx: &Context, other: Set, present: bool, result: Set) -> Attempt {
        let _guards = cx.lock_two(self.0, other.0);
        let Some(table) = self.as_table_owner().table() else { return Attempt::Done };
        let target = result.as_table_owner();
        if target.table().map_or(0, |table| table.capacity() - table.entry_count()) < self.len() {
            return Attempt::NeedsRoom;
        }
        for entry in table.first_live()..table.live_end() {
            let (Some(element), Some(_)) = (table.key(entry), table.value(entry)) else { continue };
            let hash = table.hash(entry);
            match other.find_locked(cx, element, hash) {
                KeyMatch::Unknown => return Attempt::NeedsPython,
                found
                    if (found == KeyMatch::Same) == present
                        && !target.append(cx, element, Value::TRUE, hash, &mut None) =>
                {
                    return Attempt::NeedsRoom;
                }
                _ => {}
            }
        }
        Attempt::Done
    }

    /// Whether an element is there, without Python code.
    fn find_locked(self, cx: &Context, element: Value, hash: u32) -> KeyMatch {
        let Some(table) = self.as_table_owner().table() else { return KeyMatch::Different };
        match look_up(cx, table, element, hash) {
            Lookup::Entry(_) => KeyMatch::Same,
            Lookup::Absent => KeyMatch::Different,
            Lookup::Unknown => KeyMatch::Unknown,
        }
    }

    /// A new set of those elements that are (or with `present` false are not) in another set.
    ///
    /// # Errors
    /// MemoryError, and what comparing raises.
    pub fn select(self, cx: &Context, other: Set, present: bool, frozen: bool) -> PyResult<Set> {
        let result = if frozen { cx.new_frozen_set()? } else { cx.new_set()? };
        loop {
            match self.select_locked(cx, other, present, result) {
                Attempt::Done => return Ok(result),
                Attempt::NeedsRoom => {
                    result.clear(cx);
                    let table = cx.new_dict_table(self.len() + 1)?;
                    cx.store(result.0, TABLE, Value::from(table.object()));
                }
                Attempt::NeedsPython => {
                    result.clear(cx);
                    for &element in self.snapshot(cx).as_slice() {
                        if other.contains(cx, element)? == present {
                            result.add(cx, element)?;
                        }
                    }
                    return Ok(result);
                }
            }
        }
    }

    /// A new set of the elements that an iterable has, too.
    ///
    /// # Errors
    /// TypeError if it is not iterable, and what the iteration, hashing and comparing raise.
    pub fn intersection(self, cx: &Context, iterable: Value, frozen: bool) -> PyResult<Set> {
        if let Some(other) = Set::from_value(iterable) {
            // The elements of the smaller set are looked up in the larger one.
            return if other.len() > self.len() {
                self.select(cx, other, true, frozen)
            } else {
                other.select(cx, self, true, frozen)
            };
        }
        let result = if frozen { cx.new_frozen_set()? } else { cx.new_set()? };
        let iterator = cx.iterate(iterable)?;
        while let Some(item) = iterator.next(cx)? {
            if self.contains(cx, item)? {
                result.add(cx, item)?;
            }
            cx.poll()?;
        }
        Ok(result)
    }

    /// A new set of the elements that an iterable has not.
    ///
    /// # Errors
    /// As for [`Set::intersection`].
    pub fn difference(self, cx: &Context, iterable: Value, frozen: bool) -> PyResult<Set> {
        if let Some(other) = Set::from_value(iterable) {
            return self.select(cx, other, false, frozen);
        }
        let result = self.copy_as(cx, frozen)?;
        result.difference_update(cx, iterable)?;
        Ok(result)
    }

    /// A new set of the elements of one of the two.
    ///
    /// # Errors
    /// As for [`Set::intersection`].
    pub fn symmetric_difference(self, cx: &Context, iterable: Value, frozen: bool) -> PyResult<Set> {
        let result = self.copy_as(cx, frozen)?;
        result.symmetric_difference_update(cx, iterable)?;
        Ok(result)
    }

    /// Removes all elements of an iterable, or (with `keep`) all others.
    fn filter_by_set(self, cx: &Context, other: Set, keep: bool) -> PyResult<()> {
        let unknown = {
            let _guards = cx.lock_two(self.0, other.0);
            let owner = self.as_table_owner();
            let Some(table) = owner.table() else { return Ok(()) };
            let mut unknown = false;
            for entry in table.first_live()..table.live_end() {
                let (Some(element), Some(_)) = (table.key(entry), table.value(entry)) else { continue };
                match other.find_locked(cx, element, table.hash(entry)) {
                    KeyMatch::Unknown => {
                        unknown = true;
                        break;
                    }
                    found if (found == KeyMatch::Same) != keep => {
                        owner.remove_place(cx, crate::types::dict::Place { table, entry });
                    }
                    _ => {}
                }
            }
            unknown
        };
        if unknown {
            for &element in self.snapshot(cx).as_slice() {
                if other.contains(cx, element)? != keep {
                    self.discard(cx, element)?;
                }
            }
        }
        Ok(())
    }

    /// Removes all elements of an iterable.
    ///
    /// # Errors
    /// As for [`Set::intersection`].
    pub fn difference_update(self, cx: &Context, iterable: Value) -> PyResult<()> {
        if iterable.is(self.as_value()) {
            self.clear(cx);
            return Ok(());
        }
        if let Some(other) = Set::from_value(iterable) {
            return self.filter_by_set(cx, other, false);
        }
        let iterator = cx.iterate(iterable)?;
        while let Some(item) = iterator.next(cx)? {
            let hash = fold_hash(cx.hash_set_element(item)?);
            self.as_table_owner().remove_hashed(cx, item, hash)?;
            cx.poll()?;
        }
        Ok(())
    }

    /// Removes all elements that an iterable has not.
    ///
    /// # Errors
    /// As for [`Set::intersection`].
    pub fn intersection_update(self, cx: &Context, iterable: Value) -> PyResult<()> {
        if iterable.is(self.as_value()) {
            return Ok(());
        }
        let other = match Set::from_value(iterable) {
            Some(other) => other,
            None => {
                let other = cx.new_set()?;
                other.update(cx, iterable)?;
                other
            }
        };
        self.filter_by_set(cx, other, true)
    }

    /// Removes what an iterable has, too, and adds what only it has.
    ///
    /// # Errors
    /// As for [`Set::intersection`].
    pub fn symmetric_difference_update(self, cx: &Context, iterable: Value) -> PyResult<()> {
        if iterable.is(self.as_value()) {
            self.clear(cx);
            return Ok(());
        }
        let other = match Set::from_value(iterable) {
            Some(other) => other,
            None => {
                let other = cx.new_set()?;
                other.update(cx, iterable)?;
                other
            }
        };
        let mut spare = None;
        loop {
            match self.exchange_locked(cx, other, &mut spare) {
                Attempt::Done => return Ok(()),
                Attempt::NeedsRoom => {
                    spare = Some(cx.new_dict_table((self.len() + other.len()).saturating_mul(3) / 2 + 5)?);
                }
                Attempt::NeedsPython => break,
            }
        }
        for &element in other.snapshot(cx).as_slice() {
            if !self.discard(cx, element)? {
                self.add(cx, element)?;
            }
        }
        Ok(())
    }

    /// The symmetric difference in place, with both locked. Nothing is changed unless it can be done to the end.
    fn exchange_locked(
        self,
        cx: &Context,
        other: Set,
        spare: &mut Option<crate::types::dict_table::DictTable>,
    ) -> Attempt {
        let _guards = cx.lock_two(self.0, other.0);
        let owner = self.as_table_owner();
        let Some(from) = other.as_table_owner().table() else { return Attempt::Done };
        for entry in from.first_live()..from.live_end() {
            let (Some(element), Some(_)) = (from.key(entry), from.value(entry)) else { continue };
            if self.find_locked(cx, element, from.hash(entry)) == KeyMatch::Unknown {
                return Attempt::NeedsPython;
            }
        }
        if owner.table().map_or(0, |table| table.capacity() - table.entry_count()) < other.len() {
            match spare.take() {
                Some(table)
                    if table.capacity() > self.len() + other.len() && owner.move_entries(cx, table) =>
                {
                    cx.store(self.0, TABLE, Value::from(table.object()));
                }
                _ => return Attempt::NeedsRoom,
            }
        }
        for entry in from.first_live()..from.live_end() {
            let (Some(element), Some(_)) = (from.key(entry), from.value(entry)) else { continue };
            let hash = from.hash(entry);
            let Some(table) = owner.table() else { return Attempt::NeedsRoom };
            match look_up(cx, table, element, hash) {
                Lookup::Entry(entry) => {
                    owner.remove_place(cx, crate::types::dict::Place { table, entry });
                }
                _ => {
                    // There is room: it was made above.
                    owner.append(cx, element, Value::TRUE, hash, &mut None);
                }
            }
        }
        Attempt::Done
    }

    /// Whether all elements are (or with `present` false: none is) in another set, which with `same_length` has as many.
    fn compare_elements(self, cx: &Context, other: Set, present: bool, same_length: bool) -> PyResult<bool> {
        let unknown = 'locked: {
            let _guards = cx.lock_two(self.0, other.0);
            // Under the locks: a set that another thread is changing has lengths in between that it never shows.
            if same_length && self.len() != other.len() {
                return Ok(false);
            }
            if present && self.len() > other.len() {
                return Ok(false);
            }
            let Some(table) = self.as_table_owner().table() else { return Ok(true) };
            for entry in table.first_live()..table.live_end() {
                let (Some(element), Some(_)) = (table.key(entry), table.value(entry)) else { continue };
                match other.find_locked(cx, element, table.hash(entry)) {
                    KeyMatch::Unknown => break 'locked true,
                    found if (found == KeyMatch::Same) != present => return Ok(false),
                    _ => {}
                }
            }
            false
        };
        if unknown {
            for &element in self.snapshot(cx).as_slice() {
                if other.contains(cx, element)? != present {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Whether all elements are in another set.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn is_subset(self, cx: &Context, other: Set) -> PyResult<bool> {
        self.compare_elements(cx, other, true, false)
    }

    /// Whether no element is in another set.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn is_disjoint(self, cx: &Context, other: Set) -> PyResult<bool> {
        if self.len() > other.len() {
            other.compare_elements(cx, self, false, false)
        } else {
            self.compare_elements(cx, other, false, false)
        }
    }

    /// Whether both have the same elements.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn equals(self, cx: &Context, other: Set) -> PyResult<bool> {
        if self.is_frozen() && other.is_frozen() {
            let (hash, other_hash) = (self.0.raw_u64(HASH), other.0.raw_u64(HASH));
            if hash != 0 && other_hash != 0 && hash != other_hash {
                return Ok(false);
            }
        }
        self.compare_elements(cx, other, true, true)
    }

    /// The hash of a frozenset, which is that of its elements in any order.
    ///
    /// # Errors
    /// What hashing an element raises.
    pub fn hash(self, cx: &Context) -> PyResult<i64> {
        let cached = self.0.raw_u64(HASH);
        if cached != 0 {
            return Ok(cached as i64);
        }
        let hash = self.hash_of_elements(cx)?;
        // Every thread computes the same number.
        self.0.raw_store_u64(HASH, hash as u64);
        Ok(hash)
    }

    fn hash_of_elements(self, cx: &Context) -> PyResult<i64> {
        let shuffle = |hash: u64| ((hash ^ 89_869_747) ^ (hash << 16)).wrapping_mul(3_644_798_167);
        let elements = self.snapshot(cx);
        let mut hash = 0u64;
        for &element in elements.as_slice() {
            hash ^= shuffle(cx.hash(element)? as u64);
        }
        hash ^= (elements.len() as u64 + 1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        Ok(if hash == u64::MAX || hash == 0 { HASH_FOR_ZERO } else { hash as i64 })
    }
}

impl FromValue for Set {
    fn from_value(cx: &Context, value: Value) -> PyResult<Self> {
        Set::expect(cx, value)
    }
}
impl NotValue for Set {}
impl IntoValue for Set {
    #[inline(always)]
    fn into_value(self, _cx: &Context) -> PyResult<Value> {
        Ok(self.as_value())
    }
}

impl Context {
    /// An empty set.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new_set(&self) -> PyResult<Set> {
        Ok(Set(self.allocate(Kind::Set, SLOTS as usize, RAW_BYTES as usize)?))
    }

    /// A new frozenset that is empty until it is filled, before anybody sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn new_frozen_set(&self) -> PyResult<Set> {
        Ok(Set(self.allocate(Kind::FrozenSet, SLOTS as usize, FROZEN_RAW_BYTES as usize)?))
    }

    /// A set of these elements.
    ///
    /// # Errors
    /// MemoryError, TypeError for an unhashable element, and what hashing and comparing raise.
    pub fn set_of(&self, elements: &[Value]) -> PyResult<Set> {
        let set = self.new_set()?;
        for &element in elements {
            set.add(self, element)?;
        }
        Ok(set)
    }

    /// A frozenset of these elements.
    ///
    /// # Errors
    /// As for [`Context::set_of`].
    pub fn frozen_set(&self, elements: &[Value]) -> PyResult<Value> {
        let set = self.new_frozen_set()?;
        for &element in elements {
            set.add(self, element)?;
        }
        Ok(set.as_value())
    }
}
