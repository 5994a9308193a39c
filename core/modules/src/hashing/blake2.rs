//! `_blake2`: BLAKE2b and BLAKE2s with all their parameters.
//!
//! Invariant: the crates assert their parameters, so all of them are checked here first. Source: Modules/blake2module.c, RFC 7693.

use alloc::boxed::Box;
use alloc::vec::Vec;

use threadsnake_engine::native::{NativeType, state};
use threadsnake_engine::types::class::{Class, instance_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Value};
use threadsnake_macros::{pyclass, pymethods, pymodule};

use super::algorithm::{Algorithm, State};
use super::{constructor_input, detached, hash_object, input};

/// What both functions take, checked.
struct Parameters {
    digest_size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
}

/// The limits of a function: name in messages, bytes of digest and key, bytes of salt and personalisation, largest node offset.
struct Limits {
    name: &'static str,
    digest: usize,
    salt: usize,
    node_offset: u64,
}

const LIMITS_B: Limits = Limits { name: "Blake2b", digest: 64, salt: 16, node_offset: u64::MAX };
const LIMITS_S: Limits = Limits { name: "Blake2s", digest: 32, salt: 8, node_offset: (1 << 48) - 1 };

/// The arguments as they came.
struct Given {
    digest_size: i64,
    key: Option<Value>,
    salt: Option<Value>,
    person: Option<Value>,
    fanout: i64,
    depth: i64,
    leaf_size: Option<Value>,
    node_offset: Option<Value>,
    node_depth: i64,
    inner_size: i64,
    last_node: bool,
}

fn unsigned(cx: &Context, value: Option<Value>) -> PyResult<u64> {
    let Some(value) = value else { return Ok(0) };
    if cx.index_clipped(value)? < 0 {
        return Err(cx.value_error(format_args!("value must be positive")));
    }
    cx.index_u64(value)
}

fn checked(cx: &Context, given: &Given, limits: &Limits) -> PyResult<Parameters> {
    let value_error = |text: core::fmt::Arguments<'_>| Err(cx.value_error(text));
    let bytes = |value: Option<Value>| match value {
        Some(value) => input(cx, value).map(|bytes| bytes.as_slice().to_vec()),
        None => Ok(Vec::new()),
    };
    let small = |number: i64, lowest: i64, name: &str| match u8::try_from(number) {
        Ok(small) if number >= lowest => Ok(small),
        _ => Err(cx.value_error(format_args!("{name} must be between {lowest} and 255"))),
    };
    let largest = limits.digest;
    let digest_size = match usize::try_from(given.digest_size) {
        Ok(size) if (1..=largest).contains(&size) => size,
        _ => {
            return value_error(format_args!(
                "digest_size for {} must be between 1 and {largest} bytes, here it is {}",
                limits.name, given.digest_size
            ));
        }
    };
    let (salt, person) = (bytes(given.salt)?, bytes(given.person)?);
    if salt.len() > limits.salt {
        return value_error(format_args!("maximum salt length is {} bytes", limits.salt));
    }
    if person.len() > limits.salt {
        return value_error(format_args!("maximum person length is {} bytes", limits.salt));
    }
    let (fanout, depth) = (small(given.fanout, 0, "fanout")?, small(given.depth, 1, "depth")?);
    let Ok(leaf_size) = u32::try_from(unsigned(cx, given.leaf_size)?) else {
        return Err(cx.raise(ExceptionClass::OverflowError, format_args!("leaf_size is too large")));
    };
    let node_offset = unsigned(cx, given.node_offset)?;
    if node_offset > limits.node_offset {
        return Err(cx.raise(ExceptionClass::OverflowError, format_args!("node_offset is too large")));
    }
    let node_depth = small(given.node_depth, 0, "node_depth")?;
    let inner_size = match usize::try_from(given.inner_size) {
        Ok(size) if size <= largest => size,
        _ => return value_error(format_args!("inner_size must be between 0 and is {largest}")),
    };
    let key = bytes(given.key)?;
    if key.len() > largest {
        return value_error(format_args!("maximum key length is {largest} bytes"));
    }
    let last_node = given.last_node;
    Ok(Parameters {
        digest_size,
        key,
        salt,
        person,
        fanout,
        depth,
        leaf_size,
        node_offset,
        node_depth,
        inner_size,
        last_node,
    })
}

fn start_b(parameters: &Parameters) -> State {
    let state = blake2b_simd::Params::new()
        .hash_length(parameters.digest_size)
        .key(&parameters.key)
        .salt(&parameters.salt)
        .personal(&parameters.person)
        .fanout(parameters.fanout)
        .max_depth(parameters.depth)
        .max_leaf_length(parameters.leaf_size)
        .node_offset(parameters.node_offset)
        .node_depth(parameters.node_depth)
        .inner_hash_length(parameters.inner_size)
        .last_node(parameters.last_node)
        .to_state();
    State::Blake2b(Box::new(state))
}

fn start_s(parameters: &Parameters) -> State {
    let state = blake2s_simd::Params::new()
        .hash_length(parameters.digest_size)
        .key(&parameters.key)
        .salt(&parameters.salt)
        .personal(&parameters.person)
        .fanout(parameters.fanout)
        .max_depth(parameters.depth)
        .max_leaf_length(parameters.leaf_size)
        .node_offset(parameters.node_offset)
        .node_depth(parameters.node_depth)
        .inner_hash_length(parameters.inner_size)
        .last_node(parameters.last_node)
        .to_state();
    State::Blake2s(Box::new(state))
}

fn finish(
    cx: &Context,
    class: Class,
    algorithm: Algorithm,
    digest_size: usize,
    mut state: State,
    data: Option<threadsnake_engine::types::bytes_object::Bytes>,
) -> PyResult {
    if let Some(data) = data {
        detached(cx, data.as_slice(), |bytes| state.update(bytes));
    }
    hash_object::make(cx, class, algorithm, digest_size, state)
}

/// Return a new BLAKE2b hash object.
#[pyclass(
    id = Blake2b, layout = Hash, base = Hash, name = "blake2b", module = "_blake2", raw = state::RAW_BYTES,
    signature = "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
    flags(NATIVE_STATE, NO_WEAK_REFERENCES)
)]
pub struct Blake2b(ObjectRef);

/// Return a new BLAKE2s hash object.
#[pyclass(
    id = Blake2s, layout = Hash, base = Hash, name = "blake2s", module = "_blake2", raw = state::RAW_BYTES,
    signature = "(data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
    flags(NATIVE_STATE, NO_WEAK_REFERENCES)
)]
pub struct Blake2s(ObjectRef);

#[pymethods]
impl Blake2b {
    #[pynew(
        signature = "(data=None, /, *, digest_size=64, key=None, salt=None, person=None, fanout=1, depth=1, leaf_size=None, node_offset=None, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the parameters of the Python class")]
    fn new(
        cx: &Context,
        class: Value,
        data: Option<Value>,
        digest_size: i64,
        key: Option<Value>,
        salt: Option<Value>,
        person: Option<Value>,
        fanout: i64,
        depth: i64,
        leaf_size: Option<Value>,
        node_offset: Option<Value>,
        node_depth: i64,
        inner_size: i64,
        last_node: bool,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult {
        let _ = usedforsecurity;
        let class = instance_class(cx, Blake2b::CLASS, class)?;
        let data = constructor_input(cx, data, string)?;
        let given = Given {
            digest_size,
            key,
            salt,
            person,
            fanout,
            depth,
            leaf_size,
            node_offset,
            node_depth,
            inner_size,
            last_node,
        };
        let parameters = checked(cx, &given, &LIMITS_B)?;
        finish(cx, class, Algorithm::Blake2b, parameters.digest_size, start_b(&parameters), data)
    }
}

#[pymethods]
impl Blake2s {
    #[pynew(
        signature = "(data=None, /, *, digest_size=32, key=None, salt=None, person=None, fanout=1, depth=1, leaf_size=None, node_offset=None, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the parameters of the Python class")]
    fn new(
        cx: &Context,
        class: Value,
        data: Option<Value>,
        digest_size: i64,
        key: Option<Value>,
        salt: Option<Value>,
        person: Option<Value>,
        fanout: i64,
        depth: i64,
        leaf_size: Option<Value>,
        node_offset: Option<Value>,
        node_depth: i64,
        inner_size: i64,
        last_node: bool,
        usedforsecurity: bool,
        string: Option<Value>,
    ) -> PyResult {
        let _ = usedforsecurity;
        let class = instance_class(cx, Blake2s::CLASS, class)?;
        let data = constructor_input(cx, data, string)?;
        let given = Given {
            digest_size,
            key,
            salt,
            person,
            fanout,
            depth,
            leaf_size,
            node_offset,
            node_depth,
            inner_size,
            last_node,
        };
        let parameters = checked(cx, &given, &LIMITS_S)?;
        finish(cx, class, Algorithm::Blake2s, parameters.digest_size, start_s(&parameters), data)
    }
}

/// _blake2b provides BLAKE2b for hashlib
#[pymodule(name = "_blake2")]
pub mod module {
    use super::*;

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let names = cx.module_dict(module)?;
        // The base of both, which is no name of this module.
        cx.build_on_demand(<crate::hashing::hash_object::Hash as NativeType>::CLASS)?;
        for (class, limits, prefix) in [
            (<Blake2b as NativeType>::CLASS, &LIMITS_B, "BLAKE2B"),
            (<Blake2s as NativeType>::CLASS, &LIMITS_S, "BLAKE2S"),
        ] {
            let built = cx.build_on_demand(class)?;
            names.set_str(cx, cx.intern_str(class.name)?, built.as_value())?;
            let namespace = built.dict();
            for (name, number) in [
                ("SALT_SIZE", limits.salt),
                ("PERSON_SIZE", limits.salt),
                ("MAX_KEY_SIZE", limits.digest),
                ("MAX_DIGEST_SIZE", limits.digest),
            ] {
                let number = cx.int(number as i64)?;
                if let Some(namespace) = namespace {
                    namespace.set_str(cx, cx.intern_str(name)?, number)?;
                }
                names.set_str(cx, cx.intern_str(&alloc::format!("{prefix}_{name}"))?, number)?;
            }
        }
        Ok(())
    }
}
