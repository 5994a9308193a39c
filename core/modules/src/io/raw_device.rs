//! Raw streams that the target implements, as the buffers see them: without Python calls in between.
//!
//! Invariant: an object of kind `FileIO` owns a [`RawState`]; the methods of its class and these do the same. A call may wait, detached, and runs
//! signal handlers when it is interrupted. Nothing here is called with an object lock held.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;

use threadsnake_engine::kind::client_flags;
use threadsnake_engine::native::state::state;
use threadsnake_engine::{Context, Kind, ObjectRef, PyResult};

/// A file as the buffers use it.
pub trait RawDevice: Send + Sync {
    /// Whether it has been closed.
    fn is_closed(&self) -> bool;

    /// Reads some bytes; absent if it would block, 0 at the end.
    ///
    /// # Errors
    /// OSError, UnsupportedOperation, ValueError if it is closed.
    fn read_into(&self, cx: &Context, buffer: &mut [u8]) -> PyResult<Option<usize>>;

    /// Reads up to `limit` bytes behind those of the vector; as [`RawDevice::read_into`].
    ///
    /// # Errors
    /// As for [`RawDevice::read_into`]; MemoryError.
    fn read_append(&self, cx: &Context, bytes: &mut Vec<u8>, limit: usize) -> PyResult<Option<usize>>;

    /// Reads all there is behind the bytes of the vector; false if it would block before the first byte.
    ///
    /// # Errors
    /// As for [`RawDevice::read_append`].
    fn read_all(&self, cx: &Context, bytes: &mut Vec<u8>) -> PyResult<bool>;

    /// Writes some bytes; absent if it would block.
    ///
    /// # Errors
    /// OSError, UnsupportedOperation, ValueError if it is closed.
    fn write(&self, cx: &Context, bytes: &[u8]) -> PyResult<Option<usize>>;

    /// Moves the position.
    ///
    /// # Errors
    /// OSError, ValueError if it is closed.
    fn seek(&self, cx: &Context, offset: i64, whence: i32) -> PyResult<i64>;

    /// Itself, for the target's own class.
    fn as_any(&self) -> &dyn Any;
}

/// The state of an object of kind `FileIO`.
pub struct RawState(pub Box<dyn RawDevice>);

/// The device of an exact `FileIO`; a subclass may override methods and is called instead.
#[inline]
pub fn device(raw: &ObjectRef) -> Option<&dyn RawDevice> {
    if raw.kind() != Kind::FileIO as u8 || raw.client_flags() & client_flags::SUBCLASS != 0 {
        return None;
    }
    state::<RawState>(raw).map(|state| &*state.0)
}
