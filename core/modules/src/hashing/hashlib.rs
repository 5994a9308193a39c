//! `_hashlib`: hash functions by name, HMAC, key derivation.
//!
//! Invariant: the same names and errors as with OpenSSL, whose functions are not used. Source: Modules/_hashopenssl.c of CPython 3.14.

use alloc::vec::Vec;

use threadsnake_engine::engine::Root;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;

use super::algorithm::Algorithm;
use super::authentication::{self, Authentication};
use super::hmac_object::Hmac;
use super::{constructor_input, detached, hash_object, input};
use crate::exception_class;

/// Bytes that `scrypt` may use where the caller does not say, as OpenSSL has it.
const SCRYPT_BYTES: u64 = 32 << 20;

fn algorithm(cx: &Context, name: Str) -> PyResult<Algorithm> {
    Algorithm::of_name(&name.to_utf8_lossy())
        .ok_or_else(|| cx.value_error(format_args!("unsupported hash type {name}")))
}

/// The function that `digestmod` names: by its name, or as one of this module's constructors.
fn digest_argument(cx: &Context, digestmod: Value) -> PyResult<Algorithm> {
    let unsupported = |shown: Str| {
        exception_class::raise(cx, Root::UnsupportedDigest, format_args!("Unsupported digestmod {shown}"))
    };
    let name = match Str::from_value(digestmod) {
        Some(name) => name.to_utf8_lossy(),
        None => {
            match cx.find_attribute_or_none(digestmod, cx.intern_str("__name__")?)?.and_then(Str::from_value)
            {
                Some(name) => match name.to_utf8_lossy().strip_prefix("openssl_") {
                    Some(name) => name.into(),
                    None => return Err(unsupported(cx.repr(digestmod)?)),
                },
                None => return Err(unsupported(cx.repr(digestmod)?)),
            }
        }
    };
    match Algorithm::of_name(&name) {
        Some(algorithm) if !algorithm.is_extendable() => Ok(algorithm),
        _ => Err(unsupported(cx.str_of(digestmod)?)),
    }
}

fn filled(cx: &Context, length: usize) -> PyResult<Vec<u8>> {
    let mut output = Vec::new();
    if output.try_reserve_exact(length).is_err() {
        return Err(cx.memory_error());
    }
    output.resize(length, 0);
    Ok(output)
}

/// OpenSSL interface for hashlib module
#[pymodule(
    name = "_hashlib",
    classes(
        super::super::hash_object::Hash,
        super::super::hash_object::HashXof,
        super::super::hmac_object::Hmac
    )
)]
pub mod module {
    use super::*;

    /// Return a new hash object using the named algorithm.
    ///
    /// An optional string argument may be provided and will be
    /// automatically hashed.
    ///
    /// The MD5 and SHA1 algorithms are always supported.
    #[pyfunction(signature = "(name, data=None, *, usedforsecurity=True, string=None)")]
    fn new(
        cx: &Context,
        name: Value,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        let Some(name) = Str::from_value(name) else {
            let class_name = cx.type_name(name);
            return Err(cx.type_error(format_args!("new() argument 'name' must be str, not {class_name}")));
        };
        let algorithm = algorithm(cx, name)?;
        let data = constructor_input(cx, data, string)?;
        hash_object::start(cx, algorithm, data)
    }

    /// Returns a md5 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_md5(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Md5, constructor_input(cx, data, string)?)
    }

    /// Returns a sha1 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha1(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha1, constructor_input(cx, data, string)?)
    }

    /// Returns a sha224 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha224(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha224, constructor_input(cx, data, string)?)
    }

    /// Returns a sha256 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha256(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha256, constructor_input(cx, data, string)?)
    }

    /// Returns a sha384 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha384(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha384, constructor_input(cx, data, string)?)
    }

    /// Returns a sha512 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha512(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha512, constructor_input(cx, data, string)?)
    }

    /// Returns a sha3-224 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_224(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha3With224, constructor_input(cx, data, string)?)
    }

    /// Returns a sha3-256 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_256(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha3With256, constructor_input(cx, data, string)?)
    }

    /// Returns a sha3-384 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_384(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha3With384, constructor_input(cx, data, string)?)
    }

    /// Returns a sha3-512 hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_512(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Sha3With512, constructor_input(cx, data, string)?)
    }

    /// Returns a shake-128 variable hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_shake_128(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Shake128, constructor_input(cx, data, string)?)
    }

    /// Returns a shake-256 variable hash object; optionally initialized with a string
    #[pyfunction(signature = "(data=None, *, usedforsecurity=True, string=None)")]
    fn openssl_shake_256(
        cx: &Context,
        data: Option<Value>,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult<Value> {
        let _ = usedforsecurity;
        hash_object::start(cx, Algorithm::Shake256, constructor_input(cx, data, string)?)
    }

    /// Return a new hmac object.
    #[pyfunction(signature = "(key, msg=None, digestmod=None)")]
    fn hmac_new(cx: &Context, key: Value, msg: Option<Value>, digestmod: Option<Value>) -> PyResult<Value> {
        let Some(digestmod) = digestmod.filter(|digestmod| !digestmod.is_none()) else {
            return Err(cx.type_error(format_args!("Missing required parameter 'digestmod'.")));
        };
        let algorithm = digest_argument(cx, digestmod)?;
        let key = cx.bytes_like(key)?;
        let message = msg.filter(|msg| !msg.is_none()).map(|msg| input(cx, msg)).transpose()?;
        let mut authentication = Authentication::new(algorithm, &key);
        if let Some(message) = message {
            detached(cx, message.as_slice(), |bytes| authentication.update(bytes));
        }
        Hmac::make(cx, authentication)
    }

    /// Single-shot HMAC.
    #[pyfunction(signature = "(key, msg, digest)")]
    fn hmac_digest(cx: &Context, key: Value, msg: Value, digest: Value) -> PyResult<Value> {
        let algorithm = digest_argument(cx, digest)?;
        let key = cx.bytes_like(key)?;
        let message = input(cx, msg)?;
        let mut authentication = Authentication::new(algorithm, &key);
        detached(cx, message.as_slice(), |bytes| authentication.update(bytes));
        cx.bytes(&authentication.digest())
    }

    /// Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function.
    #[pyfunction(signature = "(hash_name, password, salt, iterations, dklen=None)")]
    fn pbkdf2_hmac(
        cx: &Context,
        hash_name: Value,
        password: Value,
        salt: Value,
        iterations: i64,
        dklen: Option<Value>,
    ) -> PyResult<Value> {
        let Some(name) = Str::from_value(hash_name) else {
            let class_name = cx.type_name(hash_name);
            return Err(cx.type_error(format_args!(
                "pbkdf2_hmac() argument 'hash_name' must be str, not {class_name}"
            )));
        };
        let algorithm = algorithm(cx, name)?;
        if algorithm.is_extendable() {
            return Err(cx.value_error(format_args!("unsupported hash type {name}")));
        }
        let (password, salt) = (cx.bytes_like(password)?, cx.bytes_like(salt)?);
        let Some(iterations) = u64::try_from(iterations).ok().filter(|count| *count > 0) else {
            return Err(cx.value_error(format_args!("iteration value must be greater than 0.")));
        };
        let length = match dklen.filter(|dklen| !dklen.is_none()) {
            None => algorithm.digest_bytes() as i64,
            Some(dklen) => cx.index_i64(dklen)?,
        };
        let Some(length) = u32::try_from(length).ok().filter(|length| *length > 0) else {
            return Err(cx.value_error(format_args!("key length must be greater than 0.")));
        };
        let mut output = filled(cx, length as usize)?;
        cx.blocking(|| authentication::derive(algorithm, &password, &salt, iterations, &mut output));
        cx.bytes(&output)
    }

    /// scrypt password-based key derivation function.
    #[pyfunction(signature = "(password, *, salt, n, r, p, maxmem=0, dklen=64)")]
    #[allow(clippy::too_many_arguments, reason = "the parameters of the Python function")]
    fn scrypt(
        cx: &Context,
        password: Value,
        salt: Value,
        n: u64,
        r: u32,
        p: u32,
        maxmem: i64,
        dklen: i64,
    ) -> PyResult<Value> {
        let (password, salt) = (cx.bytes_like(password)?, cx.bytes_like(salt)?);
        if n < 2 || !n.is_power_of_two() {
            return Err(cx.value_error(format_args!("n must be a power of 2.")));
        }
        let Ok(allowed) = u64::try_from(maxmem) else {
            return Err(cx.value_error(format_args!("maxmem must be positive and smaller than 2147483647")));
        };
        let allowed = if allowed == 0 { SCRYPT_BYTES } else { allowed };
        let Some(length) =
            u32::try_from(dklen).ok().filter(|length| *length > 0 && *length < i32::MAX as u32)
        else {
            return Err(
                cx.value_error(format_args!("dklen must be greater than 0 and smaller than 2147483647"))
            );
        };
        let needed = u128::from(r) * 128 * (u128::from(n) + u128::from(p) + 2);
        let parameters = scrypt::Params::new(n.trailing_zeros() as u8, r, p);
        let (Ok(parameters), true) = (parameters, needed <= u128::from(allowed)) else {
            return Err(cx.value_error(format_args!("Invalid parameter combination for n, r, p, maxmem.")));
        };
        let mut output = filled(cx, length as usize)?;
        match cx.blocking(|| scrypt::scrypt(&password, &salt, &parameters, &mut output)) {
            Ok(()) => cx.bytes(&output),
            Err(_) => Err(cx.value_error(format_args!("Invalid parameter combination for n, r, p, maxmem."))),
        }
    }

    /// Determine the OpenSSL FIPS mode of operation.
    ///
    /// There is no OpenSSL here, so it is off.
    #[pyfunction]
    fn get_fips_mode() -> i32 {
        0
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let base = ExceptionClass::ValueError;
        exception_class::add(
            cx,
            module,
            "_hashlib",
            "UnsupportedDigestmodError",
            base,
            Root::UnsupportedDigest,
        )?;
        let namespace = cx.module_dict(module)?;
        let names = cx.list(&[])?;
        for name in Algorithm::names() {
            cx.call_method(names, cx.intern_str("append")?, &[cx.str(name)?])?;
        }
        let names = cx.call(cx.class(threadsnake_engine::Kind::FrozenSet), &[names])?;
        namespace.set_str(cx, cx.intern_str("openssl_md_meth_names")?, names)?;
        let operator = cx.import_module("_operator")?;
        let compare = cx.get_attribute(operator, cx.intern_str("_compare_digest")?)?;
        namespace.set_str(cx, cx.intern_str("compare_digest")?, compare)?;
        namespace.set_str(cx, cx.intern_str("_GIL_MINSIZE")?, cx.int(super::super::DETACH_BYTES as i64)?)
    }
}
