//! The records of `sys`: `version_info`, `flags`, `implementation`, `float_info` and the others.
//!
//! Invariant: figures describe this engine, not CPython, where the two differ. Source: Python/sysmodule.c, Objects/floatobject.c,
//! Objects/longobject.c.

use crate::context::Context;
use crate::engine::Root;
use crate::error::PyResult;
use crate::kind::Kind;
use crate::native::Arguments;
use crate::struct_sequence;
use crate::sys_module::{CACHE_TAG, PYTHON_VERSION, SystemConfiguration, set};
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::struct_sequence::Description;
use crate::value::Value;

struct_sequence!(VERSION_INFO, "sys", "version_info", "sys.version_info\n\nVersion information as a named tuple.", 5, 0, false, {
    0 major "Major release number";
    1 minor "Minor release number";
    2 micro "Patch release number";
    3 releaselevel "'alpha', 'beta', 'candidate', or 'final'";
    4 serial "Serial release number";
});

struct_sequence!(FLAGS, "sys", "flags", "sys.flags\n\nFlags provided through command line arguments or environment vars.", 18, 0, false, {
    0 debug "-d";
    1 inspect "-i";
    2 interactive "-i";
    3 optimize "-O or -OO";
    4 dont_write_bytecode "-B";
    5 no_user_site "-s";
    6 no_site "-S";
    7 ignore_environment "-E";
    8 verbose "-v";
    9 bytes_warning "-b";
    10 quiet "-q";
    11 hash_randomization "-R";
    12 isolated "-I";
    13 dev_mode "-X dev";
    14 utf8_mode "-X utf8";
    15 warn_default_encoding "-X warn_default_encoding";
    16 safe_path "-P";
    17 int_max_str_digits "-X int_max_str_digits";
    18 gil "-X gil";
    19 thread_inherit_context "-X thread_inherit_context";
    20 context_aware_warnings "-X context_aware_warnings";
});

struct_sequence!(FLOAT_INFO, "sys", "float_info", "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\ninformation about the precision and internal representation.", 11, 0, true, {
    0 max "DBL_MAX -- maximum representable finite float";
    1 max_exp "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable";
    2 max_10_exp "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable";
    3 min "DBL_MIN -- Minimum positive normalized float";
    4 min_exp "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float";
    5 min_10_exp "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float";
    6 dig "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float";
    7 mant_dig "DBL_MANT_DIG -- mantissa digits";
    8 epsilon "DBL_EPSILON -- Difference between 1 and the next representable float";
    9 radix "FLT_RADIX -- radix of exponent";
    10 rounds "FLT_ROUNDS -- rounding mode used for arithmetic operations";
});

struct_sequence!(INT_INFO, "sys", "int_info", "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The attributes are read only.", 4, 0, true, {
    0 bits_per_digit "size of a digit in bits";
    1 sizeof_digit "size in bytes of the type used to represent a digit";
    2 default_max_str_digits "maximum string conversion digits limitation";
    3 str_digits_check_threshold "minimum positive value for int_max_str_digits";
});

struct_sequence!(HASH_INFO, "sys", "hash_info", "hash_info\n\nA named tuple providing parameters used for computing hashes.", 9, 0, true, {
    0 width "width of the type used for hashing, in bits";
    1 modulus "prime number giving the modulus on which the hash function is based";
    2 inf "value to be used for hash of a positive infinity";
    3 nan "value to be used for hash of a nan";
    4 imag "multiplier used for the imaginary part of a complex number";
    5 algorithm "name of the algorithm for hashing of str, bytes and memoryviews";
    6 hash_bits "internal output size of hash algorithm";
    7 seed_bits "seed size of hash algorithm";
    8 cutoff "small string optimization cutoff";
});

struct_sequence!(THREAD_INFO, "sys", "thread_info", "sys.thread_info\n\nA named tuple holding information about the thread implementation.", 3, 0, true, {
    0 name "name of the thread implementation";
    1 lock "name of the lock implementation";
    2 version "name and version of the thread library";
});

struct_sequence!(ASYNCGEN_HOOKS, "sys", "asyncgen_hooks", "", 2, 0, false, {
    0 firstiter "";
    1 finalizer "";
});

struct_sequence!(UNRAISABLE, "sys", "UnraisableHookArgs", "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.", 5, 0, true, {
    0 exc_type "Exception type";
    1 exc_value "Exception value";
    2 exc_traceback "Exception traceback";
    3 err_msg "Error message";
    4 object "Object causing the exception";
});

/// Makes a record's class and its one instance.
fn set_record(
    cx: &Context,
    namespace: Dict,
    description: &'static Description,
    values: &[Value],
) -> PyResult<Value> {
    let class = cx.struct_sequence_class(description)?;
    let (visible, hidden) = values.split_at(description.visible.min(values.len()));
    let record = cx.struct_sequence(class, visible, hidden)?;
    set(cx, namespace, description.name, record)?;
    Ok(record)
}

fn small(number: i64) -> Value {
    Value::small_int_unchecked(number)
}

/// The records that do not depend on the host.
///
/// # Errors
/// MemoryError.
pub(super) fn set_records(cx: &Context, namespace: Dict) -> PyResult<()> {
    let (major, minor, micro) = PYTHON_VERSION;
    let version = set_record(
        cx,
        namespace,
        &VERSION_INFO,
        &[
            Value::int_from_u32(major),
            Value::int_from_u32(minor),
            Value::int_from_u32(micro),
            cx.str("final")?,
            small(0),
        ],
    )?;
    set_record(
        cx,
        namespace,
        &FLOAT_INFO,
        &[
            cx.float(f64::MAX)?,
            small(f64::MAX_EXP as i64),
            small(f64::MAX_10_EXP as i64),
            cx.float(f64::MIN_POSITIVE)?,
            small(f64::MIN_EXP as i64),
            small(f64::MIN_10_EXP as i64),
            small(f64::DIGITS as i64),
            small(f64::MANTISSA_DIGITS as i64),
            cx.float(f64::EPSILON)?,
            small(f64::RADIX as i64),
            small(1),
        ],
    )?;
    set_record(cx, namespace, &INT_INFO, &[small(64), small(8), small(4300), small(640)])?;
    set_record(
        cx,
        namespace,
        &HASH_INFO,
        &[
            small(64),
            small((1 << 61) - 1),
            small(314_159),
            small(0),
            small(1_000_003),
            cx.str("siphash13")?,
            small(64),
            small(128),
            small(0),
        ],
    )?;
    set(cx, namespace, "_asyncgen_hooks_class", cx.struct_sequence_class(&ASYNCGEN_HOOKS)?.as_value())?;
    set(cx, namespace, "UnraisableHookArgs", cx.struct_sequence_class(&UNRAISABLE)?.as_value())?;
    set_implementation(cx, namespace, version, None)
}

fn set_implementation(
    cx: &Context,
    namespace: Dict,
    version: Value,
    multiarch: Option<&str>,
) -> PyResult<()> {
    let hexversion = namespace.get_str(cx, cx.intern_str("hexversion")?)?.unwrap_or(Value::NONE);
    let mut names = cx.scratch();
    let mut values = cx.scratch();
    let rows = [
        ("name", cx.str("threadsnake")?),
        ("cache_tag", cx.str(CACHE_TAG)?),
        ("version", version),
        ("hexversion", hexversion),
        ("supports_isolated_interpreters", Value::FALSE),
    ];
    for (name, value) in rows {
        names.push(cx.intern_str(name)?.as_value());
        values.push(value);
    }
    if let Some(multiarch) = multiarch.filter(|text| !text.is_empty()) {
        names.push(cx.intern_str("_multiarch")?.as_value());
        values.push(cx.str(multiarch)?);
    }
    let names = cx.new_tuple(names.as_slice())?;
    let Some(class) = Class::from_value(cx.class(Kind::SimpleNamespace)) else { return Ok(()) };
    let record =
        cx.call_with(class.as_value(), Arguments { values: values.as_slice(), keyword_names: Some(names) })?;
    set(cx, namespace, "implementation", record)
}

/// The records that the host decides on.
///
/// # Errors
/// MemoryError.
pub(super) fn set_configured_records(
    cx: &Context,
    namespace: Dict,
    configuration: &SystemConfiguration,
) -> PyResult<()> {
    let flags = &configuration.flags;
    let bit = |flag: bool| small(flag as i64);
    set_record(
        cx,
        namespace,
        &FLAGS,
        &[
            small(flags.debug as i64),
            bit(flags.inspect),
            bit(flags.interactive),
            small(cx.engine().configuration().optimization as i64),
            bit(flags.dont_write_bytecode),
            bit(flags.no_user_site),
            bit(flags.no_site),
            bit(flags.ignore_environment),
            small(flags.verbose as i64),
            small(flags.bytes_warning as i64),
            bit(flags.quiet),
            bit(flags.hash_randomization),
            bit(flags.isolated),
            Value::from_bool(flags.dev_mode),
            // Text is UTF-8 everywhere, which is what this mode means.
            small(1),
            bit(flags.warn_default_encoding),
            Value::from_bool(flags.safe_path),
            Value::int_from_length(cx.int_digit_limit()),
            small(0),
            small(1),
            small(1),
        ],
    )?;
    let (name, lock) = match &configuration.threads {
        Some((name, lock)) => (
            cx.str(name)?,
            match lock {
                Some(lock) => cx.str(lock)?,
                None => Value::NONE,
            },
        ),
        None => (cx.str("pthread")?, Value::NONE),
    };
    set_record(cx, namespace, &THREAD_INFO, &[name, lock, Value::NONE])?;
    let version = namespace.get_str(cx, cx.intern_str("version_info")?)?.unwrap_or(Value::NONE);
    set_implementation(cx, namespace, version, Some(&configuration.multiarch))
}

impl Context {
    /// An instance of `sys.UnraisableHookArgs`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn unraisable_arguments(&self, fields: &[Value; 5]) -> PyResult<Value> {
        let sys = self.root(Root::SysModule).unwrap_or(Value::NONE);
        let name = self.intern_str("UnraisableHookArgs")?;
        let class = self.module_dict(sys)?.get_str(self, name)?.and_then(Class::from_value);
        match class {
            Some(class) => self.struct_sequence(class, fields, &[]),
            None => self.tuple(fields),
        }
    }
}
