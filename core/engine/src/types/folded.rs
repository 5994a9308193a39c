//! Functions of the frozen library that have not been needed yet: a place in the image instead of a code object.
//!
//! A program uses a few of the functions of each module that it imports. Those that the body of a frozen module or class defines begin
//! *folded*: their code slot holds the one code object that no call takes as it is ([`Root::FoldedCode`]), their name slot holds the place,
//! their qualified name and docstring are empty. The first call, or the first look at one of these, unfolds them. Nested blocks
//! stay places among the constants of the block around them until their `def` is executed in a function, whose second execution finds
//! the code object.
//!
//! Invariant: a function whose name slot holds a place is folded, or is being unfolded; everything else is set before the name is. Places never
//! reach a program. Interleavings: several threads may unfold one function. Each makes a code object; one exchange of the code slot wins, and
//! whoever sees the place in the name slot completes the rest, from the code that won, by exchanges that fail once somebody has done it. What a
//! program stores it stores after that, so that no late exchange can undo it.
//! Source: our own; the deep-frozen modules of CPython 3.11 (Tools/build/deepfreeze.py) for the purpose.

use threadsnake_bytecode::Code;
use threadsnake_bytecode::image::{Image, ImageError, StoredCode, StoredConstant};
use threadsnake_bytecode::{LocationTable, code_flags, verifier};

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::kind::Kind;
use crate::names::Name;
use crate::object_access::ObjectAccess;
use crate::types::code::{self, CodeObject};
use crate::types::dict::Dict;
use crate::types::function::{Function, slot};
use crate::value::Value;

impl Function {
    /// Where the code of a folded function is.
    #[inline]
    fn place(self) -> Option<StoredCode> {
        self.object().value(slot::NAME).and_then(Value::as_stored_code)
    }
}

impl Context {
    fn image(&self) -> PyResult<Image<'static>> {
        match &self.engine().configuration().frozen {
            Some(frozen) => Ok(frozen.image()),
            None => {
                Err(self
                    .raise(ExceptionClass::SystemError, format_args!("this engine has no frozen library")))
            }
        }
    }

    #[cold]
    fn damaged_image(&self, error: &ImageError) -> Raised {
        self.raise(ExceptionClass::SystemError, format_args!("the frozen library is damaged: {error}"))
    }

    /// The code object of a frozen module and whether it is a package, if there is such a module.
    ///
    /// # Errors
    /// MemoryError, SystemError if the image is damaged.
    pub(crate) fn frozen_module(&self, name: &str) -> PyResult<Option<(CodeObject, bool)>> {
        let Some(frozen) = &self.engine().configuration().frozen else { return Ok(None) };
        let image = frozen.image();
        let found = image.find(name).and_then(|module| match module {
            Some(module) => image.stored(&module).map(|place| Some((place, module.is_package))),
            None => Ok(None),
        });
        match found {
            Ok(Some((place, is_package))) => {
                let code = self.code_object_of_stored(place)?;
                frozen.phase_ended();
                Ok(Some((code, is_package)))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(self.damaged_image(&error)),
        }
    }

    /// The code object of a block of the frozen library, which was verified when the image was made. Doing it again would be more than
    /// half of what starting takes; debug and stress builds do.
    fn code_object_of_stored(&self, place: StoredCode) -> PyResult<CodeObject> {
        let image = self.image()?;
        if cfg!(any(debug_assertions, stress)) {
            let whole = image.decode_stored(place).map_err(|error| self.damaged_image(&error))?;
            verifier::verify(&whole).map_err(|error| self.damaged_image(&error.into()))?;
        }
        let (parts, constants, locations) = image.parts(place).map_err(|error| self.damaged_image(&error))?;
        let mut values = self.scratch();
        for constant in &constants {
            values.push(match constant {
                StoredConstant::Constant(constant) => self.constant_value(constant)?,
                StoredConstant::Code(place) => Value::stored_code(*place),
            });
        }
        self.code_object_of_parts(parts, values.as_slice(), LocationTable { bytes: locations.into() })
    }

    /// A function whose code is still in the image.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn folded_function(&self, place: StoredCode, globals: Dict) -> PyResult<Function> {
        let sentinel = self.folded_code()?;
        let object = self.allocate(Kind::Function, slot::COUNT as usize, 0)?;
        self.initialize(object, slot::CODE, sentinel.as_value());
        self.initialize(object, slot::GLOBALS, globals.as_value());
        self.initialize(object, slot::NAME, Value::stored_code(place));
        if let Some(module) = globals.get_str(self, self.name(Name::__name__))? {
            self.store(object, slot::MODULE, module);
        }
        Ok(Function::from_object(object))
    }

    /// What folded functions have in place of their code. Calls with a fixed number of arguments pass it by, because it takes any number.
    fn folded_code(&self) -> PyResult<CodeObject> {
        if let Some(code) = self.root(Root::FoldedCode).and_then(CodeObject::from_value) {
            return Ok(code);
        }
        let text = || "<folded>".into();
        let block = Code {
            name: text(),
            qualified_name: text(),
            file_name: text(),
            first_line: 0,
            flags: code_flags::VARIABLE_ARGUMENTS | code_flags::OPTIMIZED | code_flags::NEW_LOCALS,
            argument_count: 0,
            positional_only_count: 0,
            keyword_only_count: 0,
            register_count: 1,
            local_names: [text()].into(),
            cell_variables: [].into(),
            free_names: [].into(),
            names: [].into(),
            constants: [].into(),
            instructions: [threadsnake_bytecode::Instruction::new(
                threadsnake_bytecode::Operation::ReturnNone,
                0,
                0,
                0,
            )]
            .into(),
            exception_table: [].into(),
            locations: LocationTable::from_locations(&[Default::default()]),
        };
        let code = self.code_object(&block)?;
        self.set_root(Root::FoldedCode, Some(code.as_value()));
        Ok(code)
    }

    /// The code of a function, unfolded if need be.
    ///
    /// # Errors
    /// MemoryError, SystemError if the image is damaged.
    #[inline]
    pub fn code_of(&self, function: Function) -> PyResult<CodeObject> {
        match function.place() {
            None => Ok(function.code()),
            Some(place) => self.unfold(function, place),
        }
    }

    #[cold]
    fn unfold(&self, function: Function, place: StoredCode) -> PyResult<CodeObject> {
        let sentinel = self.folded_code()?.as_value();
        let object = function.object();
        if function.code().as_value().is(sentinel) {
            let made = self.code_object_of_stored(place)?.as_value();
            if object.is_shared() {
                self.publish(made);
            }
            // One that loses is garbage.
            self.compare_exchange(object, slot::CODE, Some(sentinel), Some(made));
        }
        let code = function.code();
        let doc = if code.data().has_docstring() { code.constant(0) } else { None };
        let (name, qualified_name) = (code.name(self).as_value(), code.qualified_name(self).as_value());
        let doc = doc.unwrap_or(Value::NONE);
        for part in [name, qualified_name, doc] {
            self.publish(part);
        }
        self.compare_exchange(object, slot::QUALIFIED_NAME, None, Some(qualified_name));
        self.compare_exchange(object, slot::DOC, None, Some(doc));
        self.compare_exchange(object, slot::NAME, Some(Value::stored_code(place)), Some(name));
        Ok(code)
    }

    /// A constant of a code object that is a nested block: its code object, made now if it was left in the image.
    ///
    /// # Errors
    /// MemoryError, SystemError if the image is damaged or the constant is no code.
    pub(crate) fn nested_code(&self, outer: CodeObject, index: usize) -> PyResult<CodeObject> {
        let array = outer.object().value(code::slot::CONSTANTS).and_then(Value::as_object);
        let Some(array) = array.filter(|array| index < array.slot_count()) else {
            return Err(self.raise(ExceptionClass::SystemError, format_args!("no such constant")));
        };
        let stored = array.value(index);
        if let Some(place) = stored.and_then(Value::as_stored_code) {
            let made = self.code_object_of_stored(place)?.as_value();
            self.publish(made);
            // Another thread's may be there first.
            self.compare_exchange(array, index, stored, Some(made));
        }
        match array.value(index).and_then(CodeObject::from_value) {
            Some(code) => Ok(code),
            None => Err(self.raise(ExceptionClass::SystemError, format_args!("the constant is no code"))),
        }
    }

    /// Replaces the places among the constants of a code object by code objects: before a program sees them.
    ///
    /// # Errors
    /// MemoryError, SystemError if the image is damaged.
    pub(crate) fn unfold_constants(&self, code: CodeObject) -> PyResult<()> {
        let mut index = 0;
        while let Some(constant) = code.constant(index) {
            if constant.as_stored_code().is_some() {
                self.nested_code(code, index)?;
            }
            index += 1;
        }
        Ok(())
    }
}
