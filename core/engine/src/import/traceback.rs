//! Takes the import system's own frames out of the tracebacks of failed imports.
//!
//! Invariant: of an ImportError all frames of importlib go; of another exception each run of them goes up to and with
//! `_call_with_frames_removed`, which is what importlib calls foreign code through. Frames below that one show where importlib itself failed, and stay.
//! Only entries added since the import began are looked at, because the importing frame adds its own later. With `-v` all stay.
//! Source: Python/import.c (remove_importlib_frames).

use threadsnake_heap::ObjectRef;

use crate::context::Context;
use crate::error::{ExceptionClass, Raised};
use crate::object_access::ObjectAccess;
use crate::types::exception::{as_exception, slot};
use crate::types::frame_object::FrameObject;
use crate::types::traceback::{NEXT, Traceback};
use crate::value::Value;

/// `co_filename` of the import system's two modules.
const IMPORTLIB: [&str; 2] = ["<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"];
/// The function of importlib below which foreign code runs.
const LAST_REMOVED: &str = "_call_with_frames_removed";

/// What an entry is of: the import system at all, and its last frame before foreign code.
fn place_of(cx: &Context, entry: Traceback) -> (bool, bool) {
    let Some(code) = entry.frame().and_then(FrameObject::code) else { return (false, false) };
    let file_name = code.file_name(cx);
    let is_importlib = IMPORTLIB.iter().any(|name| file_name.equals_ascii(name));
    (is_importlib, is_importlib && code.name(cx).equals_ascii(LAST_REMOVED))
}

impl Context {
    /// The same exception without importlib's frames.
    #[cold]
    pub(crate) fn without_importlib_frames(&self, raised: Raised) -> Raised {
        let pending = self.take_exception(raised);
        if let Some(exception) = as_exception(pending)
            && !self.is_verbose()
        {
            self.remove_importlib_frames(exception);
        }
        self.raise_value(pending)
    }

    fn remove_importlib_frames(&self, exception: ObjectRef) {
        let always = self.is_exception_of(Value::from(exception), ExceptionClass::ImportError);
        // The object and slot that link to the run of importlib's entries under way, and to the entry under way.
        let mut before_run = (exception, slot::TRACEBACK);
        let mut before_entry = before_run;
        let mut in_importlib = false;
        let mut cursor = exception.value(slot::TRACEBACK).and_then(Traceback::from_value);
        while let Some(entry) = cursor {
            let next = entry.next();
            let (is_importlib, is_last) = place_of(self, entry);
            if is_importlib && !in_importlib {
                before_run = before_entry;
            }
            in_importlib = is_importlib;
            if is_importlib && (always || is_last) {
                self.store_optional(before_run.0, before_run.1, next.map(Traceback::as_value));
                before_entry = before_run;
            } else {
                before_entry = (entry.object(), NEXT);
            }
            cursor = next;
        }
    }

    /// Whether `-v` was given.
    fn is_verbose(&self) -> bool {
        let flag = || {
            let Some(flags) = self.sys_attribute("flags")? else { return Ok(false) };
            let verbose = self.find_attribute_or_none(flags, self.intern_str("verbose")?)?;
            verbose.map_or(Ok(false), |level: Value| self.is_true(level))
        };
        flag().unwrap_or_else(|raised| {
            self.take_exception(raised);
            false
        })
    }
}
