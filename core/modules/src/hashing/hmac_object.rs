//! `_hashlib.HMAC`: a running message authentication code.
//!
//! Source: Modules/_hashopenssl.c (`HMACobject`), RFC 2104.

use threadsnake_engine::native::{NativeType, state};
use threadsnake_engine::types::class::allocate_of_class;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods};

use super::authentication::Authentication;
use super::{detached, hex_text, input};
use crate::guarded::Guarded;

struct Running(Guarded<Authentication>);

/// The object used to calculate HMAC of a message.
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
/// name -- the name, including the hash algorithm used by this object
/// digest_size -- number of bytes in digest() output
#[pyclass(
    id = Hmac, name = "HMAC", module = "_hashlib", raw = state::RAW_BYTES,
    flags(NATIVE_STATE, NOT_INSTANTIABLE, NO_WEAK_REFERENCES)
)]
pub struct Hmac(ObjectRef);

impl Hmac {
    pub(super) fn make(cx: &Context, authentication: Authentication) -> PyResult {
        let object = allocate_of_class(cx, cx.build_on_demand(<Hmac as NativeType>::CLASS)?)?;
        cx.mutator().charge_external_bytes(size_of::<Authentication>());
        state::set_state(cx, object, Running(Guarded::new(authentication)));
        Ok(Value::from(object))
    }

    fn with<R>(self, cx: &Context, function: impl FnOnce(&mut Authentication) -> R) -> PyResult<R> {
        match state::state::<Running>(&self.0) {
            Some(running) => Ok(function(&mut running.0.lock(cx))),
            None => Err(
                cx.raise(ExceptionClass::ValueError, format_args!("the authentication was not initialized"))
            ),
        }
    }
}

#[pymethods]
impl Hmac {
    /// Update the HMAC object with msg.
    #[pymethod(signature = "($self, /, msg)")]
    fn update(self, cx: &Context, msg: Value) -> PyResult<()> {
        let data = input(cx, msg)?;
        self.with(cx, |state| detached(cx, data.as_slice(), |bytes| state.update(bytes)))
    }

    /// Return the digest of the bytes passed to the update() method so far.
    #[pymethod]
    fn digest(self, cx: &Context) -> PyResult {
        let digest = self.with(cx, |state| state.digest())?;
        cx.bytes(&digest)
    }

    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    #[pymethod]
    fn hexdigest(self, cx: &Context) -> PyResult {
        let digest = self.with(cx, |state| state.digest())?;
        hex_text(cx, &digest)
    }

    /// Return a copy ("clone") of the HMAC object.
    #[pymethod]
    fn copy(self, cx: &Context) -> PyResult {
        let copy = self.with(cx, |state| state.clone())?;
        Hmac::make(cx, copy)
    }

    #[pygetter]
    fn digest_size(self, cx: &Context) -> PyResult<usize> {
        self.with(cx, |state| state.algorithm.digest_bytes())
    }

    #[pygetter]
    fn block_size(self, cx: &Context) -> PyResult<usize> {
        self.with(cx, |state| state.algorithm.block_bytes())
    }

    #[pygetter]
    fn name(self, cx: &Context) -> PyResult {
        let name = self.with(cx, |state| state.algorithm.name())?;
        cx.str_format(format_args!("hmac-{name}"))
    }

    #[pymethod]
    fn __repr__(self, cx: &Context) -> PyResult {
        let name = self.with(cx, |state| state.algorithm.name())?;
        cx.str_format(format_args!("<{name} HMAC object @ {:#x}>", self.0.address()))
    }
}
