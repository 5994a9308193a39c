//! Operators: arithmetic of any two values.
//!
//! Invariant: exact builtin numbers are answered without looking up methods; everything else goes through special methods on the
//! class, in CPython's order: the reflected method of a right operand first if its class is a proper subclass that has its own, then the
//! left operand's, then the reflected one; what the sequence types do for `+` and `*` comes after the number protocol of both.
//! Source: Objects/abstract.c (`binary_op1`, `ternary_op`, `PyNumber_Add`, `sequence_repeat`), Objects/typeobject.c (`SLOT1BINFULL`).

use crate::context::Context;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::names::Name;
use crate::native::ClassFlags;
use crate::number::big_integer;
use crate::protocol::numeric::{self, Operand, UnaryOperator};
use crate::types::class::Class;
use crate::types::list::List;
use crate::types::native_function;
use crate::types::str_object::Str;
use crate::value::Value;

/// A binary operator.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    TrueDivide,
    /// `//`
    FloorDivide,
    /// `%`
    Modulo,
    /// `**`
    Power,
    /// `<<`
    LeftShift,
    /// `>>`
    RightShift,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `@`
    MatrixMultiply,
}

macro_rules! operator_names {
    ($( $variant:ident $method:ident $reflected:ident $in_place:ident $symbol:literal $in_place_symbol:literal )*) => {
        impl BinaryOperator {
            /// Its special method.
            pub const fn method(self) -> Name {
                match self { $( BinaryOperator::$variant => Name::$method, )* }
            }

            /// The special method of the right operand.
            pub const fn reflected(self) -> Name {
                match self { $( BinaryOperator::$variant => Name::$reflected, )* }
            }

            /// The special method of its in-place form.
            pub const fn in_place(self) -> Name {
                match self { $( BinaryOperator::$variant => Name::$in_place, )* }
            }

            /// How messages name it.
            pub const fn symbol(self) -> &'static str {
                match self { $( BinaryOperator::$variant => $symbol, )* }
            }

            /// How messages name its in-place form.
            pub const fn in_place_symbol(self) -> &'static str {
                match self { $( BinaryOperator::$variant => $in_place_symbol, )* }
            }
        }
    };
}

operator_names! {
    Add __add__ __radd__ __iadd__ "+" "+="
    Subtract __sub__ __rsub__ __isub__ "-" "-="
    Multiply __mul__ __rmul__ __imul__ "*" "*="
    TrueDivide __truediv__ __rtruediv__ __itruediv__ "/" "/="
    FloorDivide __floordiv__ __rfloordiv__ __ifloordiv__ "//" "//="
    Modulo __mod__ __rmod__ __imod__ "%" "%="
    Power __pow__ __rpow__ __ipow__ "** or pow()" "**="
    LeftShift __lshift__ __rlshift__ __ilshift__ "<<" "<<="
    RightShift __rshift__ __rrshift__ __irshift__ ">>" ">>="
    And __and__ __rand__ __iand__ "&" "&="
    Or __or__ __ror__ __ior__ "|" "|="
    Xor __xor__ __rxor__ __ixor__ "^" "^="
    MatrixMultiply __matmul__ __rmatmul__ __imatmul__ "@" "@="
}

fn unless_not_implemented(result: Value) -> Option<Value> {
    if result.is(Value::NOT_IMPLEMENTED) { None } else { Some(result) }
}

/// Whether a method is what a builtin sequence does for `+` or `*`: CPython keeps it apart from the number protocol and asks
/// it last.
fn is_sequence_method(method: Value) -> bool {
    let Some(descriptor) = method.as_kind(Kind::WrapperDescriptor) else { return false };
    let Some(native) = native_function::owner(descriptor).and_then(Class::native) else { return false };
    let sequence = native.flags.has(ClassFlags::SEQUENCE)
        || matches!(native.id, Kind::Str | Kind::Bytes | Kind::ByteArray);
    sequence
        && matches!(
            native_function::definition(descriptor).name,
            "__add__" | "__mul__" | "__rmul__" | "__iadd__" | "__imul__"
        )
}

impl Context {
    /// The number method of a value's class; a sequence's own concatenation and repetition are none.
    fn number_method(&self, class: Class, method_name: Name) -> Option<Value> {
        class.lookup_name(self, method_name).filter(|&method| !is_sequence_method(method))
    }

    /// Calls a special method that was found on the value's class; absent for NotImplemented.
    fn try_found(&self, value: Value, method: Value, arguments: &[Value]) -> PyResult<Option<Value>> {
        let pair = self.bind_special_method(value, method)?;
        Ok(unless_not_implemented(self.call_pair(pair, arguments)?))
    }

    /// `method(left, right)` or its reflected form, in CPython's order; absent when no method knows.
    fn try_binary(
        &self,
        method_name: Name,
        reflected: Name,
        left: Value,
        right: Value,
        modulus: Option<Value>,
    ) -> PyResult<Option<Value>> {
        let (left_class, right_class) = (self.class_of(left), self.class_of(right));
        let forward = self.number_method(left_class, method_name);
        let backward =
            if left_class == right_class { None } else { self.number_method(right_class, reflected) };
        let third = modulus.unwrap_or(Value::NONE);
        let count = 1 + modulus.is_some() as usize;
        let (for_left, for_right) = ([right, third], [left, third]);
        let (for_left, for_right) =
            (for_left.get(..count).unwrap_or(&[]), for_right.get(..count).unwrap_or(&[]));
        let mut backward = backward;
        if let Some(method) = backward
            && right_class.is_subclass_of(left_class)
            && left_class.lookup_name(self, reflected).is_none_or(|inherited| !inherited.is(method))
        {
            if let Some(result) = self.try_found(right, method, for_right)? {
                return Ok(Some(result));
            }
            backward = None;
        }
        if let Some(method) = forward
            && let Some(result) = self.try_found(left, method, for_left)?
        {
            return Ok(Some(result));
        }
        match backward {
            Some(method) => self.try_found(right, method, for_right),
            None => Ok(None),
        }
    }

    #[cold]
    fn unsupported_operands(&self, symbol: &str, left: Value, right: Value) -> crate::error::Raised {
        let (left_name, right_name) = (self.type_name(left), self.type_name(right));
        if symbol == ">>"
            && let Some(function) = left.as_kind(Kind::NativeFunction)
            && native_function::definition(function).name == "print"
        {
            return self.type_error(format_args!(
                "unsupported operand type(s) for {symbol}: '{left_name}' and '{right_name}'. Did you mean \
                 \"print(<message>, file=<output_stream>)\"?"
            ));
        }
        self.type_error(format_args!(
            "unsupported operand type(s) for {symbol}: '{left_name}' and '{right_name}'"
        ))
    }

    /// Two exact builtin numbers or strings; absent for anything else.
    #[inline]
    fn exact_operation(
        &self,
        operator: BinaryOperator,
        left: Value,
        right: Value,
    ) -> PyResult<Option<Value>> {
        if let Some(text) = Str::from_value(left)
            && text.is_exact()
        {
            return self.text_operation(operator, text, right);
        }
        if operator == BinaryOperator::Add
            && let (Some(left), Some(right)) = (List::from_value(left), List::from_value(right))
            && left.is_exact()
            && right.is_exact()
        {
            return Ok(Some(left.concat(self, right)?.as_value()));
        }
        if let (Some(left_number), Some(right_number)) = (Operand::exact(&left), Operand::exact(&right)) {
            if left.is_bool() && right.is_bool() {
                let (left, right) = (left.is(Value::TRUE), right.is(Value::TRUE));
                match operator {
                    BinaryOperator::And => return Ok(Some(Value::from_bool(left & right))),
                    BinaryOperator::Or => return Ok(Some(Value::from_bool(left | right))),
                    BinaryOperator::Xor => return Ok(Some(Value::from_bool(left ^ right))),
                    _ => {}
                }
            }
            return numeric::arithmetic(self, operator, left_number, right_number);
        }
        Ok(None)
    }

    /// What `str` itself does with a value that has no operator of its own for it; absent if that is another's matter.
    #[inline(never)]
    fn text_operation(&self, operator: BinaryOperator, text: Str, right: Value) -> PyResult<Option<Value>> {
        let other = Str::from_value(right);
        Ok(match operator {
            BinaryOperator::Add => match other.filter(|other| other.is_exact()) {
                Some(other) => Some(self.str_concat(text, other)?.as_value()),
                None => None,
            },
            // A subclass of str may have an operator of its own; whatever else the right operand is, the text comes first.
            BinaryOperator::Modulo if other.is_none_or(Str::is_exact) => {
                Some(crate::types::str_printf::modulo(self, text, right)?.as_value())
            }
            BinaryOperator::Multiply if right.is_small_int() => {
                let times = self.repeat_count(right)?;
                Some(crate::types::str_building::repeat(self, text, times)?.as_value())
            }
            _ => None,
        })
    }

    /// `left OP right`.
    ///
    /// # Errors
    /// TypeError when neither operand knows the operator, and what the methods raise.
    pub fn binary_operation(&self, operator: BinaryOperator, left: Value, right: Value) -> PyResult<Value> {
        match self.exact_operation(operator, left, right)? {
            Some(result) => Ok(result),
            None => self.binary_slow(operator, operator.symbol(), left, right),
        }
    }

    #[inline(never)]
    fn binary_slow(
        &self,
        operator: BinaryOperator,
        symbol: &str,
        left: Value,
        right: Value,
    ) -> PyResult<Value> {
        if let Some(result) = self.try_binary(operator.method(), operator.reflected(), left, right, None)? {
            return Ok(result);
        }
        match operator {
            BinaryOperator::Add => {
                if let Some(result) = self.sequence_operation(left, Name::__add__, right)? {
                    return Ok(result);
                }
            }
            BinaryOperator::Multiply => {
                if let Some(result) = self.sequence_repeat(left, Name::__mul__, right)? {
                    return Ok(result);
                }
                if let Some(result) = self.sequence_repeat(right, Name::__mul__, left)? {
                    return Ok(result);
                }
            }
            _ => {}
        }
        Err(self.unsupported_operands(symbol, left, right))
    }

    /// What a builtin sequence does; absent if the value is none.
    fn sequence_operation(
        &self,
        sequence: Value,
        method_name: Name,
        other: Value,
    ) -> PyResult<Option<Value>> {
        match self.class_of(sequence).lookup_name(self, method_name) {
            Some(method) if is_sequence_method(method) => self.try_found(sequence, method, &[other]),
            _ => Ok(None),
        }
    }

    fn sequence_repeat(&self, sequence: Value, method_name: Name, count: Value) -> PyResult<Option<Value>> {
        match self.class_of(sequence).lookup_name(self, method_name) {
            Some(method) if is_sequence_method(method) => {
                if !self.has_index(count) {
                    let class_name = self.type_name(count);
                    return Err(self.type_error(format_args!(
                        "can't multiply sequence by non-int of type '{class_name}'"
                    )));
                }
                self.try_found(sequence, method, &[count])
            }
            _ => Ok(None),
        }
    }

    /// `left OP= right`: the value that the left side becomes.
    ///
    /// # Errors
    /// TypeError when neither operand knows the operator, and what the methods raise.
    pub fn in_place_operation(&self, operator: BinaryOperator, left: Value, right: Value) -> PyResult<Value> {
        match self.exact_operation(operator, left, right)? {
            Some(result) => Ok(result),
            None => self.in_place_slow(operator, left, right),
        }
    }

    #[inline(never)]
    fn in_place_slow(&self, operator: BinaryOperator, left: Value, right: Value) -> PyResult<Value> {
        let method_name = operator.in_place();
        let Some(method) = self.class_of(left).lookup_name(self, method_name) else {
            return self.binary_slow(operator, operator.in_place_symbol(), left, right);
        };
        if !is_sequence_method(method) {
            if let Some(result) = self.try_found(left, method, &[right])? {
                return Ok(result);
            }
            return self.binary_slow(operator, operator.in_place_symbol(), left, right);
        }
        // A list's `+=` and `*=` come after the number protocol of both operands.
        if let Some(result) = self.try_binary(operator.method(), operator.reflected(), left, right, None)? {
            return Ok(result);
        }
        let result = match operator {
            BinaryOperator::Multiply => self.sequence_repeat(left, method_name, right)?,
            _ => self.sequence_operation(left, method_name, right)?,
        };
        result.ok_or_else(|| self.unsupported_operands(operator.in_place_symbol(), left, right))
    }

    /// `pow(base, exponent, modulus)`.
    ///
    /// # Errors
    /// TypeError when no operand knows it, and what the methods raise.
    pub fn power(&self, base: Value, exponent: Value, modulus: Option<Value>) -> PyResult<Value> {
        let Some(modulus) = modulus.filter(|modulus| !modulus.is_none()) else {
            return self.binary_operation(BinaryOperator::Power, base, exponent);
        };
        if let (
            Some(Operand::Integer(base)),
            Some(Operand::Integer(exponent)),
            Some(Operand::Integer(modulus)),
        ) = (Operand::exact(&base), Operand::exact(&exponent), Operand::exact(&modulus))
        {
            return self.integer_result(big_integer::power_modulo(base, exponent, modulus));
        }
        match self.try_binary(Name::__pow__, Name::__rpow__, base, exponent, Some(modulus))? {
            Some(result) => Ok(result),
            None => {
                let kinds = [base, exponent, modulus];
                if kinds.iter().any(|&value| self.is_instance_of_kind(value, Kind::Float)) {
                    return Err(self.type_error(format_args!(
                        "pow() 3rd argument not allowed unless all arguments are integers"
                    )));
                }
                if kinds.iter().any(|&value| self.is_instance_of_kind(value, Kind::Complex)) {
                    return Err(self.value_error(format_args!("complex modulo")));
                }
                let names = [self.type_name(base), self.type_name(exponent), self.type_name(modulus)];
                let [base_name, exponent_name, modulus_name] = names;
                Err(self.type_error(format_args!(
                    "unsupported operand type(s) for ** or pow(): '{base_name}', '{exponent_name}', '{modulus_name}'"
                )))
            }
        }
    }

    /// `divmod(left, right)`.
    ///
    /// # Errors
    /// TypeError when neither operand knows it, and what the methods raise.
    pub fn divmod(&self, left: Value, right: Value) -> PyResult<Value> {
        if let (Some(left), Some(right)) = (Operand::exact(&left), Operand::exact(&right))
            && let Some(result) = numeric::divide_modulo(self, left, right)?
        {
            return Ok(result);
        }
        match self.try_binary(Name::__divmod__, Name::__rdivmod__, left, right, None)? {
            Some(result) => Ok(result),
            None => Err(self.unsupported_operands("divmod()", left, right)),
        }
    }

    fn unary(&self, operator: UnaryOperator, value: Value) -> PyResult<Value> {
        if !value.is_bool()
            && let Some(number) = Operand::exact(&value)
            && let Some(result) = numeric::unary(self, operator, number)?
        {
            return Ok(result);
        }
        match self.special_method(value, operator.method())? {
            Some(method) => self.call_pair(method, &[]),
            None => {
                let class_name = self.type_name(value);
                Err(self
                    .type_error(format_args!("bad operand type for {}: '{class_name}'", operator.symbol())))
            }
        }
    }

    /// `-value`
    ///
    /// # Errors
    /// TypeError when the value does not know it, and what the method raises.
    pub fn negative(&self, value: Value) -> PyResult<Value> {
        self.unary(UnaryOperator::Negative, value)
    }

    /// `+value`
    ///
    /// # Errors
    /// As for [`Context::negative`].
    pub fn positive(&self, value: Value) -> PyResult<Value> {
        self.unary(UnaryOperator::Positive, value)
    }

    /// `~value`
    ///
    /// # Errors
    /// As for [`Context::negative`].
    pub fn invert(&self, value: Value) -> PyResult<Value> {
        self.unary(UnaryOperator::Invert, value)
    }

    /// `abs(value)`
    ///
    /// # Errors
    /// As for [`Context::negative`].
    pub fn absolute(&self, value: Value) -> PyResult<Value> {
        self.unary(UnaryOperator::Absolute, value)
    }
}

#[cfg(test)]
mod tests {
    use super::BinaryOperator;

    #[test]
    fn names_belong_together() {
        for operator in [BinaryOperator::Add, BinaryOperator::FloorDivide, BinaryOperator::MatrixMultiply] {
            let method = operator.method().text();
            let stem = method.trim_start_matches("__");
            assert_eq!(operator.reflected().text(), alloc::format!("__r{stem}"));
            assert_eq!(operator.in_place().text(), alloc::format!("__i{stem}"));
            assert_eq!(operator.in_place_symbol(), alloc::format!("{}=", operator.symbol()));
        }
    }
}
