//! `_hashlib.HASH` and `_hashlib.HASHXOF`: running hashes.
//!
//! Invariant: the algorithm never changes; all hash objects have this layout, the BLAKE2 classes among them.
//! Source: Modules/_hashopenssl.c.

use alloc::vec::Vec;

use threadsnake_engine::native::{NativeClass, NativeType, state};
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::algorithm::{Algorithm, State};
use super::{detached, hex_text, input};
use crate::guarded::Guarded;

pub(super) struct Running {
    pub(super) algorithm: Algorithm,
    pub(super) digest_bytes: usize,
    state: Guarded<State>,
}

/// A hash is an object used to calculate a checksum of a string of information.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest() -- return the current digest value
/// hexdigest() -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
#[pyclass(
    id = Hash, name = "HASH", module = "_hashlib", raw = state::RAW_BYTES,
    flags(NATIVE_STATE, NOT_INSTANTIABLE, SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct Hash(ObjectRef);

/// A hash whose digests are as long as the caller says.
#[pyclass(
    id = HashXof, layout = Hash, base = Hash, name = "HASHXOF", module = "_hashlib", raw = state::RAW_BYTES,
    flags(NATIVE_STATE, NOT_INSTANTIABLE, SUBCLASSABLE, NO_WEAK_REFERENCES)
)]
pub struct HashXof(ObjectRef);

/// A hash object of a class.
pub(super) fn make(
    cx: &Context,
    class: Class,
    algorithm: Algorithm,
    digest_bytes: usize,
    state: State,
) -> PyResult {
    let object = allocate_of_class(cx, class)?;
    cx.mutator().charge_external_bytes(size_of::<State>());
    state::set_state(cx, object, Running { algorithm, digest_bytes, state: Guarded::new(state) });
    Ok(Value::from(object))
}

/// A hash object that has taken `data` in.
pub(super) fn start(
    cx: &Context,
    algorithm: Algorithm,
    data: Option<threadsnake_engine::types::bytes_object::Bytes>,
) -> PyResult {
    let class: &'static NativeClass =
        if algorithm.is_extendable() { <HashXof as NativeType>::CLASS } else { <Hash as NativeType>::CLASS };
    let mut state = algorithm.start();
    if let Some(data) = data {
        detached(cx, data.as_slice(), |bytes| state.update(bytes));
    }
    make(cx, cx.build_on_demand(class)?, algorithm, algorithm.digest_bytes(), state)
}

impl Hash {
    pub(super) fn running(&self, cx: &Context) -> PyResult<&Running> {
        state::state::<Running>(&self.0)
            .ok_or_else(|| cx.raise(ExceptionClass::ValueError, format_args!("the hash was not initialized")))
    }

    fn current(self, cx: &Context) -> PyResult<Vec<u8>> {
        let running = self.running(cx)?;
        let digest = running.state.lock(cx).digest();
        Ok(digest)
    }

    fn extended(self, cx: &Context, length: i64) -> PyResult<Vec<u8>> {
        let Ok(length) = usize::try_from(length) else {
            return Err(cx.value_error(format_args!("value must be positive")));
        };
        let mut output = Vec::new();
        if length > 1 << 29 || output.try_reserve_exact(length).is_err() {
            return Err(cx.value_error(format_args!("length is too large")));
        }
        output.resize(length, 0);
        let running = self.running(cx)?;
        let state = running.state.lock(cx).clone();
        cx.blocking(|| state.extended_digest(&mut output));
        Ok(output)
    }
}

#[pymethods]
impl Hash {
    /// Update this hash object's state with the provided string.
    #[pymethod(signature = "($self, obj, /)")]
    fn update(self, cx: &Context, obj: Value) -> PyResult<()> {
        let data = input(cx, obj)?;
        let running = self.running(cx)?;
        let mut state = running.state.lock(cx);
        detached(cx, data.as_slice(), |bytes| state.update(bytes));
        Ok(())
    }

    /// Return the digest value as a bytes object.
    #[pymethod]
    fn digest(self, cx: &Context) -> PyResult {
        cx.bytes(&self.current(cx)?)
    }

    /// Return the digest value as a string of hexadecimal digits.
    #[pymethod]
    fn hexdigest(self, cx: &Context) -> PyResult {
        hex_text(cx, &self.current(cx)?)
    }

    /// Return a copy of the hash object.
    #[pymethod]
    fn copy(self, cx: &Context) -> PyResult {
        let running = self.running(cx)?;
        let state = running.state.lock(cx).clone();
        make(cx, cx.class_of(self.as_value()), running.algorithm, running.digest_bytes, state)
    }

    #[pygetter]
    fn name(self, cx: &Context) -> PyResult {
        cx.str(self.running(cx)?.algorithm.name())
    }

    #[pygetter]
    fn digest_size(self, cx: &Context) -> PyResult<usize> {
        Ok(self.running(cx)?.digest_bytes)
    }

    #[pygetter]
    fn block_size(self, cx: &Context) -> PyResult<usize> {
        Ok(self.running(cx)?.algorithm.block_bytes())
    }

    #[pymethod]
    fn __repr__(self, cx: &Context) -> PyResult {
        let class_name = cx.type_name(self.as_value());
        let name = self.running(cx)?.algorithm.name();
        cx.str_format(format_args!("<{name} {class_name} object @ {:#x}>", self.0.address()))
    }
}

#[pymethods]
impl HashXof {
    /// Return the digest value as a bytes object.
    #[pymethod(signature = "($self, /, length)")]
    fn digest(self, cx: &Context, length: i64) -> PyResult {
        cx.bytes(&Hash(self.0).extended(cx, length)?)
    }

    /// Return the digest value as a string of hexadecimal digits.
    #[pymethod(signature = "($self, /, length)")]
    fn hexdigest(self, cx: &Context, length: i64) -> PyResult {
        hex_text(cx, &Hash(self.0).extended(cx, length)?)
    }
}
