//! Truth, comparison and hashing of any value.
//!
//! Invariant: what runs without Python code here gives the same answer that the special methods of the builtin classes give; it applies
//! to exact instances only, so a subclass's override is never passed over. `equal` takes identity for equality first, as
//! containers do; `rich_compare` does not.
//! Source: Objects/object.c (`do_richcompare`, `PyObject_IsTrue`, `PyObject_Hash`), Objects/typeobject.c (`slot_tp_hash`), Objects/tupleobject.c
//! (`tuple_hash`, xxHash's round).

use core::cmp::Ordering;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::{Kind, client_flags};
use crate::names::Name;
use crate::number;
use crate::types::dict::Dict;
use crate::types::dict_table::KeyMatch;
use crate::types::list::List;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A comparison operator.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum CompareOperator {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl CompareOperator {
    /// The operator with its operands exchanged.
    pub const fn reflected(self) -> CompareOperator {
        match self {
            CompareOperator::Less => CompareOperator::Greater,
            CompareOperator::LessEqual => CompareOperator::GreaterEqual,
            CompareOperator::Equal => CompareOperator::Equal,
            CompareOperator::NotEqual => CompareOperator::NotEqual,
            CompareOperator::Greater => CompareOperator::Less,
            CompareOperator::GreaterEqual => CompareOperator::LessEqual,
        }
    }

    /// Its special method.
    pub const fn method(self) -> Name {
        match self {
            CompareOperator::Less => Name::__lt__,
            CompareOperator::LessEqual => Name::__le__,
            CompareOperator::Equal => Name::__eq__,
            CompareOperator::NotEqual => Name::__ne__,
            CompareOperator::Greater => Name::__gt__,
            CompareOperator::GreaterEqual => Name::__ge__,
        }
    }

    /// Its sign.
    pub const fn symbol(self) -> &'static str {
        match self {
            CompareOperator::Less => "<",
            CompareOperator::LessEqual => "<=",
            CompareOperator::Equal => "==",
            CompareOperator::NotEqual => "!=",
            CompareOperator::Greater => ">",
            CompareOperator::GreaterEqual => ">=",
        }
    }

    /// Whether it is `==` or `!=`.
    pub const fn is_equality(self) -> bool {
        matches!(self, CompareOperator::Equal | CompareOperator::NotEqual)
    }

    /// What it says about operands of this order.
    #[inline(always)]
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            CompareOperator::Less => matches!(order, Ordering::Less),
            CompareOperator::LessEqual => !matches!(order, Ordering::Greater),
            CompareOperator::Equal => matches!(order, Ordering::Equal),
            CompareOperator::NotEqual => !matches!(order, Ordering::Equal),
            CompareOperator::Greater => matches!(order, Ordering::Greater),
            CompareOperator::GreaterEqual => !matches!(order, Ordering::Less),
        }
    }

    /// What it says about operands of which one is NaN.
    pub const fn holds_unordered(self) -> bool {
        matches!(self, CompareOperator::NotEqual)
    }
}

/// Nesting of tuples that keys are compared in without recursion checks.
const MAXIMUM_KEY_DEPTH: u32 = 8;
/// `hash(None)`
const HASH_OF_NONE: i64 = 0xFCA8_6420;

/// How a builtin value takes part in comparison without Python code.
enum Comparable {
    Number,
    Str(Str),
    Bytes,
    Tuple(Tuple),
    /// Equal to nothing but itself.
    Identity,
    /// Only its special methods know.
    Other,
}

fn is_exact_object(value: Value) -> bool {
    value.as_object().is_none_or(|object| object.client_flags() & client_flags::SUBCLASS == 0)
}

fn float_order(left: f64, right: f64) -> Option<Ordering> {
    left.partial_cmp(&right)
}

/// The order of two exact numbers; `None` inside when they are unordered, absent when one is no real number.
fn number_order(left: Value, right: Value) -> Option<Option<Ordering>> {
    use crate::types::float_object::float_of;
    use crate::types::int_object::integer_of;
    match (integer_of(&left), integer_of(&right)) {
        (Some(left), Some(right)) => Some(Some(left.compare(right))),
        (Some(left), None) => {
            let right = float_of(right)?;
            Some(number::integer_float::compare(left, right))
        }
        (None, Some(right)) => {
            let left = float_of(left)?;
            Some(number::integer_float::compare(right, left).map(Ordering::reverse))
        }
        (None, None) => Some(float_order(float_of(left)?, float_of(right)?)),
    }
}

impl Context {
    /// The truth of a value.
    ///
    /// # Errors
    /// What `__bool__` and `__len__` raise.
    #[inline(always)]
    pub fn is_true(&self, value: Value) -> PyResult<bool> {
        if value.is(Value::TRUE) {
            return Ok(true);
        }
        if value.is(Value::FALSE) || value.is_none() {
            return Ok(false);
        }
        if let Some(number) = value.as_small_int() {
            return Ok(number != 0);
        }
        self.is_true_slow(value)
    }

    #[inline(never)]
    fn is_true_slow(&self, value: Value) -> PyResult<bool> {
        let Some(object) = value.as_object() else {
            return Ok(!value.is_tagged_float() || value.tagged_float_payload() != 0.0);
        };
        if object.client_flags() & client_flags::SUBCLASS == 0 {
            if let Some(text) = Str::from_value(value) {
                return Ok(!text.is_empty());
            }
            if let Some(list) = List::from_value(value) {
                return Ok(!list.is_empty());
            }
            if let Some(dict) = Dict::from_value(value) {
                return Ok(!dict.is_empty());
            }
            if let Some(tuple) = Tuple::from_value(value) {
                return Ok(!tuple.is_empty());
            }
            if matches!(Kind::of(object), Kind::Function | Kind::NativeFunction | Kind::BoundMethod) {
                return Ok(true);
            }
        }
        if let Some(method) = self.special_method(value, Name::__bool__)? {
            let result = self.call_pair(method, &[])?;
            return if result.is(Value::TRUE) {
                Ok(true)
            } else if result.is(Value::FALSE) {
                Ok(false)
            } else {
                Err(self.type_error(format_args!(
                    "__bool__ should return bool, returned {}",
                    self.type_name(result)
                )))
            };
        }
        match self.optional_length(value)? {
            Some(length) => Ok(length != 0),
            None => Ok(true),
        }
    }

    /// Whether two values are the same object or equal.
    ///
    /// # Errors
    /// What `__eq__` raises.
    #[inline]
    pub fn equal(&self, left: Value, right: Value) -> PyResult<bool> {
        if left.is(right) {
            return Ok(true);
        }
        self.compare_bool(CompareOperator::Equal, left, right)
    }

    /// The truth of a comparison.
    ///
    /// # Errors
    /// What the special methods raise; TypeError for values without order.
    #[inline]
    pub fn compare_bool(&self, operator: CompareOperator, left: Value, right: Value) -> PyResult<bool> {
        match compare_exact(operator, left, right) {
            Some(result) => Ok(result),
            None => {
                let result = self.rich_compare_slow(operator, left, right)?;
                self.is_true(result)
            }
        }
    }

    /// `left < right` and so on: any value may come of it.
    ///
    /// # Errors
    /// What the special methods raise; TypeError for values without order.
    #[inline]
    pub fn rich_compare(&self, operator: CompareOperator, left: Value, right: Value) -> PyResult<Value> {
        match compare_exact(operator, left, right) {
            Some(result) => Ok(Value::from_bool(result)),
            None => self.rich_compare_slow(operator, left, right),
        }
    }

    #[inline(never)]
    fn rich_compare_slow(&self, operator: CompareOperator, left: Value, right: Value) -> PyResult<Value> {
        self.recursive(|| {
            if let Some(result) = self.compare_containers(operator, left, right)? {
                return Ok(result);
            }
            let left_class = self.class_of(left);
            let right_class = self.class_of(right);
            let reflected_first = left_class != right_class && right_class.is_subclass_of(left_class);
            if reflected_first && let Some(result) = self.try_compare(operator.reflected(), right, left)? {
                return Ok(result);
            }
            if let Some(result) = self.try_compare(operator, left, right)? {
                return Ok(result);
            }
            if !reflected_first && let Some(result) = self.try_compare(operator.reflected(), right, left)? {
                return Ok(result);
            }
            match operator {
                CompareOperator::Equal => Ok(Value::from_bool(left.is(right))),
                CompareOperator::NotEqual => Ok(Value::from_bool(!left.is(right))),
                _ => Err(self.type_error(format_args!(
                    "'{}' not supported between instances of '{}' and '{}'",
                    operator.symbol(),
                    left_class.name(self),
                    right_class.name(self)
                ))),
            }
        })
    }

    /// Exact lists, tuples and dicts, without looking up their methods.
    fn compare_containers(
        &self,
        operator: CompareOperator,
        left: Value,
        right: Value,
    ) -> PyResult<Option<Value>> {
        if !is_exact_object(left) || !is_exact_object(right) {
            return Ok(None);
        }
        match (left.kind(), right.kind()) {
            (Some(Kind::List), Some(Kind::List))
            | (Some(Kind::Tuple), Some(Kind::Tuple))
            | (Some(Kind::Dict), Some(Kind::Dict)) => {}
            _ => return Ok(None),
        }
        let result = if let (Some(left), Some(right)) = (List::from_value(left), List::from_value(right)) {
            crate::types::list_methods::compare(self, operator, left, right)?
        } else if let (Some(left), Some(right)) = (Tuple::from_value(left), Tuple::from_value(right)) {
            crate::types::tuple_methods::compare(self, operator, left, right)?
        } else if let (Some(left), Some(right)) = (Dict::from_value(left), Dict::from_value(right)) {
            crate::types::dict_methods::compare(self, operator, left, right)?
        } else {
            Value::NOT_IMPLEMENTED
        };
        Ok(if result.is(Value::NOT_IMPLEMENTED) { None } else { Some(result) })
    }

    /// One special method's answer; absent for NotImplemented.
    fn try_compare(&self, operator: CompareOperator, value: Value, other: Value) -> PyResult<Option<Value>> {
        let class = self.class_of(value);
        let Some(attribute) = class.lookup_name(self, operator.method()) else { return Ok(None) };
        if self.root(Root::ObjectEq).is_some_and(|method| method.is(attribute)) {
            return Ok(value.is(other).then_some(Value::TRUE));
        }
        let Some(method) = self.special_method(value, operator.method())? else { return Ok(None) };
        let result = self.call_pair(method, &[other])?;
        Ok(if result.is(Value::NOT_IMPLEMENTED) { None } else { Some(result) })
    }

    fn comparable(&self, value: Value) -> Comparable {
        let Some(object) = value.as_object() else {
            return if value.is_small_int() || value.is_tagged_float() || value.is_bool() {
                Comparable::Number
            } else {
                Comparable::Identity
            };
        };
        if object.client_flags() & client_flags::SUBCLASS != 0 {
            return match Kind::of(object) {
                Kind::Object => self.identity_or_other(value),
                _ => Comparable::Other,
            };
        }
        match Kind::of(object) {
            Kind::Int | Kind::Float => Comparable::Number,
            Kind::Str => Str::from_value(value).map_or(Comparable::Other, Comparable::Str),
            Kind::Bytes => Comparable::Bytes,
            Kind::Tuple => Tuple::from_value(value).map_or(Comparable::Other, Comparable::Tuple),
            Kind::Object | Kind::Type | Kind::Function | Kind::Module => self.identity_or_other(value),
            _ => Comparable::Other,
        }
    }

    fn identity_or_other(&self, value: Value) -> Comparable {
        let equality = self.class_of(value).lookup_name(self, Name::__eq__);
        match (equality, self.root(Root::ObjectEq)) {
            (Some(method), Some(default)) if method.is(default) => Comparable::Identity,
            _ => Comparable::Other,
        }
    }

    /// Compares two keys that are not the same object, as far as no Python code is needed.
    pub fn match_without_python(&self, key: Value, other: Value) -> KeyMatch {
        self.match_nested(key, other, MAXIMUM_KEY_DEPTH)
    }

    fn match_nested(&self, key: Value, other: Value, depth: u32) -> KeyMatch {
        if key.is(other) {
            return KeyMatch::Same;
        }
        let from = |same: bool| if same { KeyMatch::Same } else { KeyMatch::Different };
        match (self.comparable(key), self.comparable(other)) {
            (Comparable::Other, _) | (_, Comparable::Other) => KeyMatch::Unknown,
            (Comparable::Number, Comparable::Number) => match number_order(key, other) {
                Some(order) => from(order == Some(Ordering::Equal)),
                None => KeyMatch::Unknown,
            },
            (Comparable::Str(key), Comparable::Str(other)) => from(key.equals(other)),
            (Comparable::Bytes, Comparable::Bytes) => {
                use crate::types::bytes_object::Bytes;
                match (Bytes::from_value(key), Bytes::from_value(other)) {
                    (Some(key), Some(other)) => from(key.as_slice() == other.as_slice()),
                    _ => KeyMatch::Unknown,
                }
            }
            (Comparable::Tuple(key), Comparable::Tuple(other)) => {
                if key.len() != other.len() {
                    return KeyMatch::Different;
                }
                if depth == 0 {
                    return KeyMatch::Unknown;
                }
                let mut outcome = KeyMatch::Same;
                for (item, other_item) in key.iter().zip(other.iter()) {
                    match self.match_nested(item, other_item, depth - 1) {
                        KeyMatch::Same => {}
                        // An earlier item whose comparison runs Python code goes first and may raise.
                        KeyMatch::Different if outcome == KeyMatch::Same => return KeyMatch::Different,
                        _ => outcome = KeyMatch::Unknown,
                    }
                }
                outcome
            }
            _ => KeyMatch::Different,
        }
    }

    /// `hash(value)`.
    ///
    /// # Errors
    /// TypeError for an unhashable value, and what `__hash__` raises.
    #[inline]
    pub fn hash(&self, value: Value) -> PyResult<i64> {
        if let Some(number) = value.as_small_int() {
            return Ok(number::hash::of_small_integer(number));
        }
        if let Some(text) = Str::from_value(value)
            && text.is_exact()
        {
            return Ok(text.hash(self));
        }
        self.hash_slow(value)
    }

    #[inline(never)]
    fn hash_slow(&self, value: Value) -> PyResult<i64> {
        if value.is_tagged_float() {
            return Ok(number::hash::of_float(value.tagged_float_payload(), 0));
        }
        if value.is_none() {
            return Ok(HASH_OF_NONE);
        }
        if value.is_bool() {
            return Ok(value.is(Value::TRUE) as i64);
        }
        let Some(object) = value.as_object() else { return Ok(identity_hash(value)) };
        if object.client_flags() & client_flags::SUBCLASS == 0 {
            match Kind::of(object) {
                Kind::Tuple => {
                    if let Some(tuple) = Tuple::from_value(value) {
                        return self.hash_tuple(tuple);
                    }
                }
                Kind::Int => {
                    if let Some(integer) = crate::types::int_object::integer_of(&value) {
                        return Ok(number::hash::of_integer(integer));
                    }
                }
                Kind::Float => {
                    if let Some(float) = crate::types::float_object::float_of(value) {
                        return Ok(number::hash::of_float(float, identity_hash(value)));
                    }
                }
                _ => {}
            }
        }
        let class = self.class_of(value);
        let attribute = match class.lookup_name(self, Name::__hash__) {
            Some(attribute) if !attribute.is_none() => attribute,
            _ => return Err(self.unhashable(value)),
        };
        if self.root(Root::ObjectHash).is_some_and(|method| method.is(attribute)) {
            return Ok(identity_hash(value));
        }
        let Some(method) = self.special_method(value, Name::__hash__)? else {
            return Err(self.unhashable(value));
        };
        let result = self.call_pair(method, &[])?;
        if let Some(number) = result.as_small_int() {
            return Ok(if number == -1 { -2 } else { number });
        }
        match crate::types::int_object::integer_of(&result) {
            Some(integer) => Ok(match integer.to_i64() {
                Some(-1) => -2,
                Some(number) => number,
                None => number::hash::of_integer(integer),
            }),
            None => Err(self.type_error(format_args!("__hash__ method should return an integer"))),
        }
    }

    #[cold]
    fn unhashable(&self, value: Value) -> Raised {
        self.type_error(format_args!("unhashable type: '{}'", self.type_name(value)))
    }

    /// The hash of a dict's key: an unhashable one is named as such.
    ///
    /// # Errors
    /// As for [`Context::hash`].
    #[inline]
    pub fn hash_dict_key(&self, key: Value) -> PyResult<i64> {
        match self.hash(key) {
            Ok(hash) => Ok(hash),
            Err(raised) => Err(self.explain_unhashable(raised, key, "dict key")),
        }
    }

    /// The hash of a set's element: an unhashable one is named as such.
    ///
    /// # Errors
    /// As for [`Context::hash`].
    #[inline]
    pub fn hash_set_element(&self, element: Value) -> PyResult<i64> {
        match self.hash(element) {
            Ok(hash) => Ok(hash),
            Err(raised) => Err(self.explain_unhashable(raised, element, "set element")),
        }
    }

    /// An exact TypeError of hashing says what the value was wanted for.
    #[cold]
    fn explain_unhashable(&self, raised: Raised, value: Value, role: &str) -> Raised {
        let exception = self.pending_exception(&raised);
        let exact = self.class_of(exception).as_value().is(self.exception_class(ExceptionClass::TypeError));
        if !exact {
            return raised;
        }
        let exception = self.take_exception(raised);
        let reason = match self.str_of(exception) {
            Ok(reason) => reason,
            Err(raised) => return raised,
        };
        self.type_error(format_args!(
            "cannot use '{}' as a {role} ({reason})",
            self.qualified_type_name(value)
        ))
    }

    /// The class's name with its module, unless that is `builtins` (`%T` of `PyErr_Format`).
    pub fn qualified_type_name(&self, value: Value) -> alloc::string::String {
        use alloc::string::ToString;
        let class = self.class_of(value);
        let name = class.qualified_name(self).to_string();
        let module = match self.find_attribute_or_none(class.as_value(), self.name(Name::__module__)) {
            Ok(module) => module.and_then(Str::from_value),
            Err(raised) => {
                self.take_exception(raised);
                None
            }
        };
        match module {
            Some(module) if !module.equals_ascii("builtins") => alloc::format!("{module}.{name}"),
            _ => name,
        }
    }

    /// The hash of a tuple's items in order.
    ///
    /// # Errors
    /// What hashing an item raises.
    pub fn hash_tuple(&self, tuple: Tuple) -> PyResult<i64> {
        const PRIME_1: u64 = 11_400_714_785_074_694_791;
        const PRIME_2: u64 = 14_029_467_366_897_019_727;
        const PRIME_5: u64 = 2_870_177_450_012_600_261;
        self.recursive(|| {
            let mut accumulator = PRIME_5;
            for item in tuple.iter() {
                let lane = self.hash(item)? as u64;
                accumulator = accumulator
                    .wrapping_add(lane.wrapping_mul(PRIME_2))
                    .rotate_left(31)
                    .wrapping_mul(PRIME_1);
            }
            accumulator = accumulator.wrapping_add(tuple.len() as u64 ^ (PRIME_5 ^ 3_527_539));
            Ok(if accumulator == u64::MAX { 1_546_275_796 } else { accumulator as i64 })
        })
    }
}

/// The hash of an object that is equal to itself only: its address, low bits moved out of the way.
pub fn identity_hash(value: Value) -> i64 {
    let hash = value.word().rotate_right(4) as i64;
    if hash == -1 { -2 } else { hash }
}

/// Compares exact builtin numbers and strings; absent for anything else.
#[inline]
pub(crate) fn compare_exact(operator: CompareOperator, left: Value, right: Value) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.as_small_int(), right.as_small_int()) {
        return Some(operator.holds(left.cmp(&right)));
    }
    if left.is_tagged_float() && right.is_tagged_float() {
        // Tagged floats are never NaN.
        let order = left.tagged_float_payload().partial_cmp(&right.tagged_float_payload());
        return order.map(|order| operator.holds(order));
    }
    compare_exact_objects(operator, left, right)
}

fn compare_exact_objects(operator: CompareOperator, left: Value, right: Value) -> Option<bool> {
    if let (Some(left), Some(right)) = (Str::from_value(left), Str::from_value(right)) {
        if !left.is_exact() || !right.is_exact() {
            return None;
        }
        return Some(match operator {
            CompareOperator::Equal => left.equals(right),
            CompareOperator::NotEqual => !left.equals(right),
            _ => operator.holds(left.compare(right)),
        });
    }
    let is_number = |value: Value| {
        !value.is_object()
            || value.as_object().is_some_and(|object| {
                matches!(Kind::of(object), Kind::Int | Kind::Float) && is_exact_object(value)
            })
    };
    if is_number(left) && is_number(right) {
        return number_order(left, right)
            .map(|order| order.map_or(operator.holds_unordered(), |order| operator.holds(order)));
    }
    None
}
