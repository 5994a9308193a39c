//! Text under construction, for the `repr` of containers.
//!
//! Invariant: the text is WTF-8 in Rust memory, so that parts may hold lone surrogates; no value is kept.

use alloc::vec::Vec;

use crate::context::Context;
use crate::error::PyResult;
use crate::types::str_object::Str;
use crate::value::Value;

/// The text so far.
#[derive(Default)]
pub struct ReprBuilder {
    bytes: Vec<u8>,
}

impl ReprBuilder {
    /// A text that begins like this.
    pub fn new(start: &str) -> ReprBuilder {
        ReprBuilder { bytes: start.as_bytes().to_vec() }
    }

    /// Adds Rust text.
    pub fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Adds a string.
    pub fn push_str(&mut self, text: Str) {
        if text.is_ascii() {
            self.bytes.extend_from_slice(text.bytes());
        } else {
            self.bytes.extend_from_slice(&text.to_wtf8());
        }
    }

    /// Adds the `repr` of a value.
    ///
    /// # Errors
    /// What its `__repr__` raises.
    pub fn push_repr(&mut self, cx: &Context, value: Value) -> PyResult<()> {
        let text = cx.repr(value)?;
        self.push_str(text);
        Ok(())
    }

    /// The finished string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn finish(self, cx: &Context) -> PyResult<Value> {
        Ok(cx.str_from_wtf8(&self.bytes)?.as_value())
    }
}
