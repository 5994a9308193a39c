//! Code objects: what a code block of the compiler becomes in an engine.
//!
//! Invariant: the instructions and tables ([`CodeData`]) are plain Rust data owned by the code object and never change; constants,
//! names and inline caches are slot arrays of the object, whose addresses `CodeData` repeats for the interpreter. Code reached
//! through a code object has passed the verifier, so the interpreter trusts its operands.
//! Source: Objects/codeobject.c for the attributes.

use alloc::boxed::Box;
use alloc::vec::Vec;

use threadsnake_bytecode::control_flow::CodeView;
use threadsnake_bytecode::image::CodeParts;
use threadsnake_bytecode::liveness::{Liveness, RegisterSet};
use threadsnake_bytecode::{
    Code, Constant, ExceptionTableEntry, Instruction, LocationTable, Operation, code_flags, verifier,
};
use threadsnake_heap::arch::{AtomicU64, Ordering};
use threadsnake_heap::{AllocationOptions, ObjectRef};

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult};
use crate::kind::Kind;
use crate::native::state;
use crate::object_access::ObjectAccess;
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Slots of a code object.
pub mod slot {
    /// Slot array of constants; nested blocks of the frozen library may still be places in the image.
    pub const CONSTANTS: usize = 0;
    /// Slot array of names.
    pub const NAMES: usize = 1;
    /// Slot array of inline caches, one per instruction.
    pub const CACHES: usize = 2;
    /// `co_name`
    pub const NAME: usize = 3;
    /// `co_qualname`
    pub const QUALIFIED_NAME: usize = 4;
    /// `co_filename`
    pub const FILE_NAME: usize = 5;
    /// Tuple of the names of registers (`co_varnames`).
    pub const LOCAL_NAMES: usize = 6;
    /// Tuple of the names of cells (`co_cellvars`).
    pub const CELL_NAMES: usize = 7;
    /// Tuple of the names of closure cells (`co_freevars`).
    pub const FREE_NAMES: usize = 8;
    /// Number of slots.
    pub const COUNT: u16 = 9;
}

/// The immutable plain data of a code object.
pub struct CodeData {
    /// The instructions.
    pub instructions: Box<[Instruction]>,
    /// Registers of a frame.
    pub register_count: u16,
    /// Positional parameters, positional-only ones included.
    pub argument_count: u16,
    /// Positional-only parameters.
    pub positional_only_count: u16,
    /// Keyword-only parameters.
    pub keyword_only_count: u16,
    /// Parameters in all, `*args` and `**kwargs` included.
    pub parameter_count: u16,
    /// Registers that must start empty: those of locals and cells.
    pub cleared_count: u16,
    /// See `threadsnake_bytecode::code_flags`.
    pub flags: u32,
    /// A call with exactly `argument_count` positional arguments needs no binding.
    pub simple_call: bool,
    /// The number of positional arguments with which a call needs no binding and pushes a frame; [`NO_PLAIN_CALL`] if there is none.
    pub plain_call_arguments: u32,
    /// What, added (wrapping) to the address after an instruction, gives that of its cache.
    pub cache_distance: usize,
    /// `co_firstlineno`
    pub first_line: u32,
    /// Registers of the cells, in the order of `CELL_NAMES`.
    pub cell_registers: Box<[u16]>,
    /// Where exceptions go.
    pub exception_table: Box<[ExceptionTableEntry]>,
    /// Whether a body suspended at one of its yields may have something to run when it is dropped: a handler of the program's own.
    pub runs_when_dropped: bool,
    /// Source positions.
    pub locations: LocationTable,
    /// Address of the slot array of constants.
    pub constants: usize,
    /// Address of the slot array of names.
    pub names: usize,
    /// Address of the slot array of caches.
    pub caches: usize,
    /// Which registers matter where; made when a collection or a generator first asks.
    liveness: spin::Once<Liveness>,
    /// What is live across each yield, by instruction.
    yields: spin::Once<YieldPoints>,
}

/// See [`CodeData::runs_when_dropped`].
fn runs_when_dropped(instructions: &[Instruction], exception_table: &[ExceptionTableEntry]) -> bool {
    let operation_at = |index: u32| instructions.get(index as usize).and_then(|word| word.operation());
    exception_table.iter().any(|entry| {
        // The wrapper of every generator's body, which turns StopIteration into RuntimeError, has nothing to do for GeneratorExit.
        let of_program = operation_at(entry.handler) != Some(Operation::CallIntrinsic);
        of_program
            && (entry.start..entry.end).any(|index| {
                matches!(
                    operation_at(index),
                    Some(Operation::Yield | Operation::YieldDelegate | Operation::YieldAsyncValue)
                )
            })
    })
}

/// No number of arguments: see [`CodeData::plain_call_arguments`].
pub const NO_PLAIN_CALL: u32 = u32::MAX;

/// See [`CodeData::plain_call_arguments`].
fn plain_call_arguments(simple: bool, flags: u32, arguments: u16) -> u32 {
    let generator = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;
    if simple && flags & generator == 0 { u32::from(arguments) } else { NO_PLAIN_CALL }
}

/// See [`CodeData::cache_distance`].
fn cache_distance(instructions: &[Instruction], caches: usize) -> usize {
    const _: () = assert!(size_of::<Instruction>() == size_of::<u64>());
    (caches + threadsnake_heap::HEADER_BYTES)
        .wrapping_sub(size_of::<Instruction>())
        .wrapping_sub(instructions.as_ptr().addr())
}

/// What a body suspended at a yield keeps.
#[derive(Default)]
pub struct YieldPoint {
    /// The registers of its variables, and of the temporaries that are read afterwards; all below the code's `register_count`.
    pub live: Box<[u16]>,
    /// For the yield of a delegation, the register of what it delegates to, plus one; otherwise 0.
    pub delegate: u32,
}

/// The yields of a body.
#[derive(Default)]
struct YieldPoints {
    points: Vec<YieldPoint>,
    /// The number of each yield's point, by instruction.
    numbers: Vec<u32>,
    /// For what is no yield.
    none: YieldPoint,
}

impl CodeData {
    /// The same code with other flags, first line, constants and caches (their arrays' addresses).
    pub(crate) fn copy_with(&self, flags: u32, first_line: u32, constants: usize, caches: usize) -> CodeData {
        let instructions = self.instructions.clone();
        CodeData {
            plain_call_arguments: plain_call_arguments(self.simple_call, flags, self.argument_count),
            cache_distance: cache_distance(&instructions, caches),
            instructions,
            cell_registers: self.cell_registers.clone(),
            exception_table: self.exception_table.clone(),
            runs_when_dropped: self.runs_when_dropped,
            locations: self.locations.clone(),
            flags,
            first_line,
            constants,
            caches,
            liveness: spin::Once::new(),
            yields: spin::Once::new(),
            ..*self
        }
    }

    /// Whether a call makes a generator, coroutine or asynchronous generator.
    #[inline(always)]
    pub fn is_generator_like(&self) -> bool {
        self.flags & (code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR) != 0
    }

    /// Whether the first constant is the docstring.
    pub fn has_docstring(&self) -> bool {
        self.flags & code_flags::HAS_DOCSTRING != 0
    }

    fn view(&self) -> CodeView<'_> {
        CodeView {
            register_count: self.register_count,
            instructions: &self.instructions,
            exception_table: &self.exception_table,
        }
    }

    fn liveness(&self) -> &Liveness {
        self.liveness.call_once(|| Liveness::analyse(self.view()))
    }

    /// The registers that an instruction under way, or what comes after it, still reads.
    pub fn live_before(&self, instruction: u32) -> RegisterSet {
        self.liveness().live_before(self.view(), instruction as usize)
    }

    /// The registers read after an instruction, or by its handler, whatever it writes.
    pub fn live_across(&self, instruction: u32) -> RegisterSet {
        self.liveness().live_across(self.view(), instruction as usize)
    }

    /// The registers that a body suspended at a yield keeps: its variables, and the temporaries that it needs when it goes on. All are
    /// below `register_count`.
    #[inline]
    pub fn yield_point(&self, instruction: u32) -> &YieldPoint {
        let yields = match self.yields.get() {
            Some(yields) => yields,
            None => self.analyse_yields(),
        };
        let number = yields.numbers.get(instruction as usize);
        number.and_then(|&number| yields.points.get(number as usize)).unwrap_or(&yields.none)
    }

    #[cold]
    fn analyse_yields(&self) -> &YieldPoints {
        self.yields.call_once(|| {
            let mut yields = YieldPoints::default();
            for (index, word) in self.instructions.iter().enumerate() {
                let instruction = index as u32;
                // The delegate is asked for while the body is suspended.
                let delegate = match word.operation() {
                    Some(Operation::YieldDelegate) => Some(word.c()),
                    Some(Operation::Yield | Operation::YieldAsyncValue) => None,
                    _ => continue,
                };
                let live = self.live_across(instruction);
                // Variables first, live or not: their values last as long as the generator does.
                let variables = self.cleared_count.min(self.register_count);
                let temporaries = (variables..self.register_count)
                    .filter(|&register| live.contains(register) || delegate == Some(register));
                let live = (0..variables).chain(temporaries).collect();
                yields.numbers.resize(index, u32::MAX);
                yields.numbers.push(yields.points.len() as u32);
                yields.points.push(YieldPoint {
                    live,
                    delegate: delegate.map_or(0, |register| u32::from(register) + 1),
                });
            }
            yields
        })
    }

    /// The line of an instruction.
    pub fn line_of(&self, instruction: u32) -> u32 {
        self.locations.get(instruction).map_or(self.first_line, |location| location.line)
    }
}

/// A code object.
#[derive(Copy, Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct CodeObject(ObjectRef);

impl CodeObject {
    /// The code, if the value is one.
    #[inline(always)]
    pub fn from_value(value: Value) -> Option<CodeObject> {
        value.as_kind(Kind::Code).map(CodeObject)
    }

    /// The code object that an object is.
    ///
    /// # Safety
    /// The object is one.
    #[inline(always)]
    pub(crate) unsafe fn from_object_unchecked(object: ObjectRef) -> CodeObject {
        debug_assert!(Kind::of(object) == Kind::Code);
        CodeObject(object)
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

    /// The plain data.
    #[inline(always)]
    pub fn data(&self) -> &CodeData {
        // SAFETY: the second raw word of every reachable code object is the address of its `CodeData`, boxed in the state that the
        // object owns; both live as long as the object, which this handle on the caller's stack keeps.
        // All code objects have `COUNT` slots. Acquire: pairs with the publication of the object.
        unsafe {
            let address =
                self.0.raw_behind::<{ slot::COUNT as usize }, AtomicU64>(DATA).load(Ordering::Acquire);
            &*core::ptr::with_exposed_provenance::<CodeData>(address as usize)
        }
    }

    fn text(self, cx: &Context, slot: usize) -> Str {
        self.0.value(slot).and_then(Str::from_value).unwrap_or_else(|| cx.empty_str())
    }

    /// `co_name`
    pub fn name(self, cx: &Context) -> Str {
        self.text(cx, slot::NAME)
    }

    /// The name, without falling back on anything.
    pub(crate) fn known_name(self) -> Option<Str> {
        self.0.value(slot::NAME).and_then(Str::from_value)
    }

    /// The file's name, without falling back on anything.
    pub(crate) fn known_file_name(self) -> Option<Str> {
        self.0.value(slot::FILE_NAME).and_then(Str::from_value)
    }

    /// `co_qualname`
    pub fn qualified_name(self, cx: &Context) -> Str {
        self.text(cx, slot::QUALIFIED_NAME)
    }

    /// `co_filename`
    pub fn file_name(self, cx: &Context) -> Str {
        self.text(cx, slot::FILE_NAME)
    }

    /// A constant; of frozen code perhaps the place of a nested block.
    pub(crate) fn constant(self, index: usize) -> Option<Value> {
        let constants = self.0.value(slot::CONSTANTS)?.as_object()?;
        if index < constants.slot_count() { constants.value(index) } else { None }
    }

    /// A name used by instructions.
    pub fn used_name(self, index: usize) -> Option<Str> {
        let names = self.0.value(slot::NAMES)?.as_object()?;
        if index < names.slot_count() { names.value(index).and_then(Str::from_value) } else { None }
    }

    fn tuple(self, cx: &Context, slot: usize) -> Tuple {
        self.0.value(slot).and_then(Tuple::from_value).unwrap_or_else(|| cx.empty_tuple())
    }

    /// Names of the registers of parameters and locals.
    pub fn local_names(self, cx: &Context) -> Tuple {
        self.tuple(cx, slot::LOCAL_NAMES)
    }

    /// Names of the cells made here.
    pub fn cell_names(self, cx: &Context) -> Tuple {
        self.tuple(cx, slot::CELL_NAMES)
    }

    /// Names of the closure's cells.
    pub fn free_names(self, cx: &Context) -> Tuple {
        self.tuple(cx, slot::FREE_NAMES)
    }
}

/// Raw offset of the address of the plain data, after the state word that owns it.
pub(crate) const DATA: usize = state::RAW_BYTES as usize;
/// Raw bytes of a code object.
pub const RAW_BYTES: u16 = state::RAW_BYTES + 8;

impl Context {
    /// Makes the code object of a compiled block, after checking it.
    ///
    /// # Errors
    /// SystemError if the block is malformed; MemoryError.
    pub fn code_object(&self, code: &Code) -> PyResult<CodeObject> {
        if let Err(problem) = verifier::verify(code) {
            return Err(
                self.raise(ExceptionClass::SystemError, format_args!("malformed bytecode: {problem}"))
            );
        }
        self.code_object_of_verified(code)
    }

    fn code_object_of_verified(&self, code: &Code) -> PyResult<CodeObject> {
        self.check_native_stack()?;
        let mut constants = self.scratch();
        for constant in &code.constants {
            constants.push(self.constant_value(constant)?);
        }
        self.code_object_of_parts(CodeParts::from(code), constants.as_slice(), code.locations.clone())
    }

    /// The code object of a verified block, of which `constants` are the constants: values, and places of nested blocks.
    pub(crate) fn code_object_of_parts(
        &self,
        code: CodeParts<'_>,
        constants: &[Value],
        locations: LocationTable,
    ) -> PyResult<CodeObject> {
        let constants = self.slot_array(constants)?;
        let names = self.interned_names(code.names.iter().copied())?;
        let names = self.slot_array(names.as_slice())?;
        let caches = self.allocate(Kind::SlotArray, code.instructions.len(), 0)?;
        let shape = self.shape_word(Kind::Code);
        let object = self.allocate_with(
            Kind::Code,
            shape,
            slot::COUNT as usize,
            RAW_BYTES as usize,
            AllocationOptions::NATIVE_MEMORY,
        )?;
        self.store(object, slot::CONSTANTS, Value::from(constants));
        self.store(object, slot::NAMES, Value::from(names));
        self.store(object, slot::CACHES, Value::from(caches));
        let name = self.intern_wtf8(code.name)?;
        self.store(object, slot::NAME, name.as_value());
        let qualified_name = self.intern_wtf8(code.qualified_name)?;
        self.store(object, slot::QUALIFIED_NAME, qualified_name.as_value());
        let file_name = self.intern_wtf8(code.file_name)?;
        self.store(object, slot::FILE_NAME, file_name.as_value());
        let local_names = self.interned_names(code.local_names.iter().copied())?;
        let local_names = self.tuple(local_names.as_slice())?;
        self.store(object, slot::LOCAL_NAMES, local_names);
        let cell_names = self.interned_names(code.cell_variables.iter().map(|&(name, _)| name))?;
        let cell_names = self.tuple(cell_names.as_slice())?;
        self.store(object, slot::CELL_NAMES, cell_names);
        let free_names = self.interned_names(code.free_names.iter().copied())?;
        let free_names = self.tuple(free_names.as_slice())?;
        self.store(object, slot::FREE_NAMES, free_names);
        let variable = code_flags::VARIABLE_ARGUMENTS | code_flags::VARIABLE_KEYWORDS;
        let parameter_count = code.argument_count
            + code.keyword_only_count
            + (code.flags & code_flags::VARIABLE_ARGUMENTS != 0) as u16
            + (code.flags & code_flags::VARIABLE_KEYWORDS != 0) as u16;
        let cell_registers: Box<[u16]> = code.cell_variables.iter().map(|&(_, register)| register).collect();
        let last_cell = cell_registers.iter().map(|&register| register.saturating_add(1)).max().unwrap_or(0);
        let simple_call = code.flags & variable == 0 && code.keyword_only_count == 0;
        let data = CodeData {
            register_count: code.register_count,
            argument_count: code.argument_count,
            positional_only_count: code.positional_only_count,
            keyword_only_count: code.keyword_only_count,
            parameter_count,
            cleared_count: (code.local_names.len() as u16).max(last_cell).min(code.register_count),
            flags: code.flags,
            simple_call,
            plain_call_arguments: plain_call_arguments(simple_call, code.flags, code.argument_count),
            cache_distance: cache_distance(&code.instructions, caches.address()),
            first_line: code.first_line,
            cell_registers,
            runs_when_dropped: runs_when_dropped(&code.instructions, &code.exception_table),
            exception_table: code.exception_table,
            locations,
            instructions: code.instructions,
            constants: constants.address(),
            names: names.address(),
            caches: caches.address(),
            liveness: spin::Once::new(),
            yields: spin::Once::new(),
        };
        let boxed = Box::new(data);
        let address = (&raw const *boxed).expose_provenance();
        state::set_state(self, object, boxed);
        object.raw_store_u64(DATA, address as u64);
        Ok(CodeObject(object))
    }

    fn interned_names<'a>(
        &self,
        names: impl Iterator<Item = &'a [u8]>,
    ) -> PyResult<crate::context::ScratchVector<'_>> {
        let mut interned = self.scratch();
        for name in names {
            interned.push(self.intern_wtf8(name)?.as_value());
        }
        Ok(interned)
    }

    /// The object of a constant.
    ///
    /// # Errors
    /// MemoryError, RecursionError.
    pub fn constant_value(&self, constant: &Constant) -> PyResult<Value> {
        self.check_native_stack()?;
        Ok(match constant {
            Constant::None => Value::NONE,
            Constant::True => Value::TRUE,
            Constant::False => Value::FALSE,
            Constant::Ellipsis => Value::ELLIPSIS,
            Constant::Integer(number) => self.int(*number)?,
            Constant::BigInteger { negative, magnitude } => self.int_from_magnitude(*negative, magnitude)?,
            Constant::Float(number) => self.float(*number)?,
            Constant::Complex(real, imaginary) => self.complex(*real, *imaginary)?,
            Constant::Text(text) => self.intern_if_name(&text.0)?,
            Constant::Bytes(bytes) => self.bytes(bytes)?,
            Constant::Tuple(items) => {
                let mut values = self.scratch();
                for item in items {
                    values.push(self.constant_value(item)?);
                }
                self.tuple(values.as_slice())?
            }
            Constant::FrozenSet(items) => {
                let mut values = self.scratch();
                for item in items {
                    values.push(self.constant_value(item)?);
                }
                self.frozen_set(values.as_slice())?
            }
            Constant::Slice(parts) => {
                let [start, stop, step] = parts.as_ref();
                let mut values = self.scratch();
                for part in [start, stop, step] {
                    values.push(self.constant_value(part)?);
                }
                match values.as_slice() {
                    &[start, stop, step] => self.slice(start, stop, step)?,
                    _ => Value::NONE,
                }
            }
            Constant::Code(code) => self.code_object_of_verified(code)?.as_value(),
        })
    }

    /// A string constant, interned if it looks like an identifier, as CPython does.
    fn intern_if_name(&self, bytes: &[u8]) -> PyResult<Value> {
        let is_name = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if is_name {
            return Ok(self.intern_wtf8(bytes)?.as_value());
        }
        Ok(self.str_from_wtf8(bytes)?.as_value())
    }
}

impl Context {
    /// Sets `co_filename` of a code object and the code objects among its constants.
    ///
    /// # Errors
    /// TypeError if the value is no code object.
    pub fn set_code_file_name(&self, code: Value, file_name: Str) -> PyResult<()> {
        let Some(code) = CodeObject::from_value(code) else {
            return Err(self.type_error_expected("code", code));
        };
        self.check_native_stack()?;
        self.unfold_constants(code)?;
        self.store(code.object(), slot::FILE_NAME, file_name.as_value());
        let mut index = 0;
        while let Some(constant) = code.constant(index) {
            if constant.is_kind(Kind::Code) {
                self.set_code_file_name(constant, file_name)?;
            }
            index += 1;
        }
        Ok(())
    }
}
