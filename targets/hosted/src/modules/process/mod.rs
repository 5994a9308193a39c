//! Processes, for `os`: who they are, starting, replacing and awaiting them, limits of the system; and `_posixsubprocess`.
//!
//! - [`identity`]: numbers of processes, users and groups; [`waiting`]: children's ends; [`executing`]: programs;
//!   [`child`]: the one step between fork and exec; [`limits`]: processors, times, configuration of the system;
//!   [`descriptors`]: descriptors that children inherit.
//!
//! Invariant: a call that may wait runs detached. Source: Modules/posixmodule.c, Modules/_posixsubprocess.c.

pub mod child;
pub mod descriptors;
pub mod executing;
pub mod identity;
pub mod limits;
pub mod waiting;

use threadsnake_engine::{Context, PyResult, Value};

use crate::modules::system_call::{self, last_errno};

/// The result of a call that gives no more than success.
///
/// # Errors
/// OSError for a negative result.
pub fn done(cx: &Context, result: i32) -> PyResult<()> {
    if result < 0 { Err(cx.os_error(last_errno(), None)) } else { Ok(()) }
}

/// The result of a call that gives a number.
///
/// # Errors
/// OSError for a negative result.
pub fn number(cx: &Context, result: i32) -> PyResult<i32> {
    if result < 0 { Err(cx.os_error(last_errno(), None)) } else { Ok(result) }
}

/// Sets the constants and result classes in the module `posix`.
///
/// # Errors
/// MemoryError.
pub fn initialize(cx: &Context, module: Value) -> PyResult<()> {
    system_call::set_numbers(cx, module, waiting::NUMBERS)?;
    system_call::set_numbers(cx, module, executing::NUMBERS)?;
    system_call::set_numbers(cx, module, limits::NUMBERS)?;
    system_call::set_numbers(cx, module, identity::NUMBERS)?;
    waiting::initialize(cx, module)?;
    limits::initialize(cx, module)
}
