//! `_md5`, `_sha1`, `_sha2`, `_sha3`: the same functions under the names of CPython's own implementations.
//!
//! Invariant: what they make are `_hashlib`'s objects, which differ in nothing but the name of their class.
//! Source: Modules/md5module.c, sha1module.c, sha2module.c, sha3module.c.

use threadsnake_engine::{Context, PyResult, Value};
use threadsnake_macros::pymodule;

use super::algorithm::Algorithm;
use super::{constructor_input, hash_object};

fn start(cx: &Context, algorithm: Algorithm, data: Option<Value>, string: Option<Value>) -> PyResult {
    hash_object::start(cx, algorithm, constructor_input(cx, data, string)?)
}

/// MD5.
#[pymodule(name = "_md5")]
pub mod md5 {
    use super::*;

    /// Return a new MD5 hash object; optionally initialized with a string.
    #[pyfunction(name = "md5", signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn md5_(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Md5, data, string)
    }
}

/// SHA-1.
#[pymodule(name = "_sha1")]
pub mod sha1 {
    use super::*;

    /// Return a new SHA1 hash object; optionally initialized with a string.
    #[pyfunction(name = "sha1", signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn sha1_(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha1, data, string)
    }
}

/// SHA-2.
#[pymodule(name = "_sha2")]
pub mod sha2 {
    use super::*;

    /// Return a new SHA-224 hash object; optionally initialized with a string.
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn sha224(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha224, data, string)
    }

    /// Return a new SHA-256 hash object; optionally initialized with a string.
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn sha256(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha256, data, string)
    }

    /// Return a new SHA-384 hash object; optionally initialized with a string.
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn sha384(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha384, data, string)
    }

    /// Return a new SHA-512 hash object; optionally initialized with a string.
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn sha512(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha512, data, string)
    }
}

/// SHA-3.
#[pymodule(name = "_sha3")]
pub mod sha3 {
    use super::*;

    /// Return a new SHA3-224 hash object.
    #[pyfunction(signature = "(data=None, /, *, usedforsecurity=True, string=None)")]
    fn sha3_224(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha3With224, data, string)
    }

    /// Return a new SHA3-256 hash object.
    #[pyfunction(signature = "(data=None, /, *, usedforsecurity=True, string=None)")]
    fn sha3_256(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha3With256, data, string)
    }

    /// Return a new SHA3-384 hash object.
    #[pyfunction(signature = "(data=None, /, *, usedforsecurity=True, string=None)")]
    fn sha3_384(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha3With384, data, string)
    }

    /// Return a new SHA3-512 hash object.
    #[pyfunction(signature = "(data=None, /, *, usedforsecurity=True, string=None)")]
    fn sha3_512(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Sha3With512, data, string)
    }

    /// Return a new SHAKE hash object.
    #[pyfunction(signature = "(data=None, /, *, usedforsecurity=True, string=None)")]
    fn shake_128(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Shake128, data, string)
    }

    /// Return a new SHAKE hash object.
    #[pyfunction(signature = "(data=None, /, *, usedforsecurity=True, string=None)")]
    fn shake_256(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        start(cx, Algorithm::Shake256, data, string)
    }
}
