//! Warnings that native code issues.
//!
//! Invariant: what is shown, ignored or raised is the module `warnings`' decision, which is imported for it if it was not yet; before
//! there is an import system nothing warns. Source: Python/_warnings.c (`PyErr_WarnEx`).

use core::fmt;

use crate::context::Context;
use crate::engine::Root;
use crate::error::{ExceptionClass, PyResult};
use crate::types::dict::Dict;
use crate::value::Value;

impl Context {
    /// Issues a warning at the line of the innermost Python frame.
    ///
    /// # Errors
    /// The warning itself where a filter makes it an error, and what the hooks of `warnings` raise.
    #[cold]
    pub fn warn(&self, category: ExceptionClass, text: fmt::Arguments<'_>) -> PyResult<()> {
        self.warn_class(self.exception_class(category), text)
    }

    /// As [`Context::warn`], for any class of warnings.
    ///
    /// # Errors
    /// As for [`Context::warn`].
    #[cold]
    pub fn warn_class(&self, category: Value, text: fmt::Arguments<'_>) -> PyResult<()> {
        let name = self.intern_str("warnings")?;
        let loaded = match self.root(Root::Modules).and_then(Dict::from_value) {
            Some(modules) => modules.get_str(self, name)?,
            None => None,
        };
        let module = match (loaded, self.root(Root::ImportFunction)) {
            (Some(module), _) => module,
            (None, Some(import)) => self.call(import, &[name.as_value()])?,
            (None, None) => return Ok(()),
        };
        let function = self.get_attribute(module, self.intern_str("warn")?)?;
        let text = self.str_format(text)?;
        self.call(function, &[text, category])?;
        Ok(())
    }

    /// Issues a warning about a line of a source file.
    ///
    /// # Errors
    /// As for [`Context::warn`].
    #[cold]
    pub fn warn_explicit(&self, category: ExceptionClass, text: &str, file_name: &str, line: u32) -> PyResult<()> {
        let name = self.intern_str("warnings")?;
        let loaded = match self.root(Root::Modules).and_then(Dict::from_value) {
            Some(modules) => modules.get_str(self, name)?,
            None => None,
        };
        let module = match (loaded, self.root(Root::ImportFunction)) {
            (Some(module), _) => module,
            (None, Some(import)) => self.call(import, &[name.as_value()])?,
            (None, None) => return Ok(()),
        };
        let function = self.get_attribute(module, self.intern_str("warn_explicit")?)?;
        let (text, file_name) = (self.str(text)?, self.str(file_name)?);
        self.call(function, &[text, self.exception_class(category), file_name, Value::int_from_u32(line)])?;
        Ok(())
    }
}
