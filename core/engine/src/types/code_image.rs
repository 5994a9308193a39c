//! Code objects to and from images: what `marshal` writes of code.
//!
//! Invariant: what is read passes the verifier before anything runs it, as any code; what is written is what the compiler made, but for attributes
//! that were replaced since. Source: our own; the image's format is `threadsnake_bytecode::image`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use threadsnake_bytecode::image::{Image, ImageWriter};
use threadsnake_bytecode::{CellVariable, Code, Constant, Text};

use crate::context::Context;
use crate::error::PyResult;
use crate::number::big_integer;
use crate::types::bytes_object::Bytes;
use crate::types::code::CodeObject;
use crate::types::complex_object::complex_of;
use crate::types::float_object::float_of;
use crate::types::int_object::integer_of;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The name of the one module of such an image.
const MODULE: &str = "code";

fn text(string: Str) -> Text {
    Text(string.to_wtf8().into_boxed_slice())
}

fn texts(names: Tuple) -> Vec<Text> {
    names.iter().filter_map(Str::from_value).map(text).collect()
}

impl Context {
    /// The image of a code object.
    ///
    /// # Errors
    /// ValueError if a constant is none that code can have, RecursionError.
    pub fn code_image(&self, code: CodeObject) -> PyResult<Vec<u8>> {
        let block = self.code_block(code)?;
        let mut writer = ImageWriter::new();
        writer
            .add_module(MODULE, false, &block)
            .and_then(|()| writer.finish())
            .map_err(|error| self.value_error(format_args!("unmarshallable object: {error}")))
    }

    /// The code object of an image.
    ///
    /// # Errors
    /// ValueError if the bytes are no image of code for this engine.
    pub fn code_of_image(&self, bytes: &[u8]) -> PyResult<CodeObject> {
        let decoded = Image::open(bytes).and_then(|image| match image.find(MODULE)? {
            Some(module) => image.decode_verified(&module),
            None => Err(threadsnake_bytecode::image::ImageError::Malformed("no code")),
        });
        match decoded {
            Ok(block) => {
                let code = self.code_object(&block)?;
                if let Some(frozen) = &self.engine().configuration().frozen {
                    frozen.phase_ended();
                }
                Ok(code)
            }
            Err(error) => Err(self.value_error(format_args!("bad marshal data ({error})"))),
        }
    }

    fn code_block(&self, code: CodeObject) -> PyResult<Code> {
        self.check_native_stack()?;
        self.unfold_constants(code)?;
        let data = code.data();
        let mut constants = Vec::new();
        let mut index = 0;
        while let Some(constant) = code.constant(index) {
            constants.push(self.constant_of(constant)?);
            index += 1;
        }
        let mut names = Vec::new();
        while let Some(name) = code.used_name(names.len()) {
            names.push(text(name));
        }
        let cells = texts(code.cell_names(self)).into_iter().zip(data.cell_registers.iter());
        Ok(Code {
            name: text(code.name(self)),
            qualified_name: text(code.qualified_name(self)),
            file_name: text(code.file_name(self)),
            first_line: data.first_line,
            flags: data.flags,
            argument_count: data.argument_count,
            positional_only_count: data.positional_only_count,
            keyword_only_count: data.keyword_only_count,
            register_count: data.register_count,
            local_names: texts(code.local_names(self)),
            cell_variables: cells.map(|(name, &register)| CellVariable { name, register }).collect(),
            free_names: texts(code.free_names(self)),
            names,
            constants,
            instructions: data.instructions.to_vec(),
            exception_table: data.exception_table.to_vec(),
            locations: data.locations.clone(),
        })
    }

    fn constants_of(&self, values: &[Value]) -> PyResult<Vec<Constant>> {
        values.iter().map(|&value| self.constant_of(value)).collect()
    }

    fn constant_of(&self, value: Value) -> PyResult<Constant> {
        self.check_native_stack()?;
        Ok(if value.is_none() {
            Constant::None
        } else if value.is(Value::TRUE) {
            Constant::True
        } else if value.is(Value::FALSE) {
            Constant::False
        } else if value.is(Value::ELLIPSIS) {
            Constant::Ellipsis
        } else if let Some(number) = integer_of(&value) {
            match number.to_i64() {
                Some(number) => Constant::Integer(number),
                None => {
                    let bits = crate::number::bitwise::bit_length(number);
                    let length = usize::try_from(bits.div_ceil(8)).map_err(|_| self.memory_error())?;
                    let magnitude = big_integer::absolute(number)
                        .and_then(|number| {
                            crate::number::bitwise::to_bytes(number.as_ref(), length, true, false)
                        })
                        .map_err(|error| self.number_error(&error))?;
                    Constant::BigInteger {
                        negative: number.is_negative(),
                        magnitude: magnitude.into_boxed_slice(),
                    }
                }
            }
        } else if let Some(number) = float_of(value) {
            Constant::Float(number)
        } else if let Some((real, imaginary)) = complex_of(value) {
            Constant::Complex(real, imaginary)
        } else if let Some(string) = Str::from_value(value) {
            Constant::Text(text(string))
        } else if let Some(bytes) = Bytes::from_value(value) {
            Constant::Bytes(bytes.as_slice().into())
        } else if let Some(tuple) = Tuple::from_value(value) {
            Constant::Tuple(self.constants_of(tuple.as_slice())?)
        } else if let Some(set) = Set::from_value(value).filter(|set| set.is_frozen()) {
            Constant::FrozenSet(self.constants_of(set.snapshot(self).as_slice())?)
        } else if let Some(slice) = Slice::from_value(value) {
            let parts = [slice.start(), slice.stop(), slice.step()];
            match <[Constant; 3]>::try_from(self.constants_of(&parts)?) {
                Ok(parts) => Constant::Slice(Box::new(parts)),
                Err(_) => Constant::None,
            }
        } else if let Some(code) = CodeObject::from_value(value) {
            Constant::Code(Box::new(self.code_block(code)?))
        } else {
            return Err(self.value_error(format_args!("unmarshallable object")));
        })
    }
}
