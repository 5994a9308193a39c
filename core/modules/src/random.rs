//! The module `_random`: the Mersenne Twister behind `random`.
//!
//! Invariant: the raw bytes of a generator are the position and the 624 words of MT19937, read and written under the object's lock, so
//! that no number is handed out twice and a state is never seen half renewed. Seeding and output are CPython's bit for bit.
//! Source: Matsumoto and Nishimura 1998, mt19937ar (2002); Modules/_randommodule.c for what surrounds it.

use alloc::vec::Vec;

use threadsnake_engine::native::NativeType;
use threadsnake_engine::number::{Integer, IntegerRef, bitwise};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::int_object::{integer_of, is_int};
use threadsnake_engine::types::tuple::Tuple;
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Raised, Value};

pub use native::MODULE;

/// Words of state.
const WORDS: usize = 624;
const MIDDLE: usize = 397;
const MATRIX: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;
const LOWER: u32 = 0x7fff_ffff;

const POSITION: usize = 0;
const STATE: usize = 4;
/// Raw bytes of a generator: position and state, rounded up to whole words.
const RAW_BYTES: u16 = 2504;

/// A generator's state: an object whose lock the caller holds.
#[derive(Copy, Clone)]
struct Twister(ObjectRef);

impl Twister {
    fn word(self, index: usize) -> u32 {
        self.0.raw_u32(STATE + index * 4)
    }

    fn set_word(self, index: usize, word: u32) {
        self.0.raw_store_u32(STATE + index * 4, word);
    }

    fn position(self) -> usize {
        self.0.raw_u32(POSITION) as usize
    }

    fn set_position(self, position: usize) {
        self.0.raw_store_u32(POSITION, position as u32);
    }

    fn renew(self) {
        for index in 0..WORDS {
            let mixed = (self.word(index) & UPPER) | (self.word((index + 1) % WORDS) & LOWER);
            let odd = if mixed & 1 != 0 { MATRIX } else { 0 };
            self.set_word(index, self.word((index + MIDDLE) % WORDS) ^ (mixed >> 1) ^ odd);
        }
        self.set_position(0);
    }

    /// The next 32 bits.
    fn next(self) -> u32 {
        if self.position() >= WORDS {
            self.renew();
        }
        let position = self.position();
        let mut word = self.word(position);
        self.set_position(position + 1);
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn seed_with_number(self, seed: u32) {
        let mut word = seed;
        self.set_word(0, word);
        for index in 1..WORDS {
            word = 1_812_433_253u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(index as u32);
            self.set_word(index, word);
        }
        self.set_position(WORDS);
    }

    fn seed_with_key(self, key: &[u32]) {
        self.seed_with_number(19_650_218);
        let mut index = 1;
        let mut place = 0;
        let step = |index: &mut usize, factor: u32, change: &dyn Fn(u32) -> u32| {
            let previous = self.word(*index - 1);
            let mixed = self.word(*index) ^ (previous ^ (previous >> 30)).wrapping_mul(factor);
            self.set_word(*index, change(mixed));
            *index += 1;
            if *index >= WORDS {
                self.set_word(0, self.word(WORDS - 1));
                *index = 1;
            }
        };
        for _ in 0..WORDS.max(key.len()) {
            let addend = key.get(place).copied().unwrap_or(0).wrapping_add(place as u32);
            step(&mut index, 1_664_525, &|mixed| mixed.wrapping_add(addend));
            place += 1;
            if place >= key.len() {
                place = 0;
            }
        }
        for _ in 1..WORDS {
            let subtrahend = index as u32;
            step(&mut index, 1_566_083_941, &|mixed| mixed.wrapping_sub(subtrahend));
        }
        self.set_word(0, 0x8000_0000);
    }
}

/// The words of a number's magnitude, least significant first; at least one.
fn key_of(cx: &Context, number: IntegerRef<'_>) -> PyResult<Vec<u32>> {
    let length =
        usize::try_from(bitwise::bit_length(number).div_ceil(32).max(1)).map_err(|_| cx.memory_error())?;
    let magnitude = threadsnake_engine::number::big_integer::absolute(number)
        .and_then(|magnitude| bitwise::to_bytes(magnitude.as_ref(), length.saturating_mul(4), true, false))
        .map_err(|error| cx.number_error(&error))?;
    let words = magnitude.chunks_exact(4).map(|bytes| match *bytes {
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    });
    Ok(words.collect())
}

fn random_key(cx: &Context) -> PyResult<Vec<u32>> {
    let mut bytes = [0u8; WORDS * 4];
    if cx.engine().platform().fill_entropy(&mut bytes).is_err() {
        return Err(cx.raise(ExceptionClass::OSError, format_args!("no entropy to seed with")));
    }
    Ok(bytes
        .chunks_exact(4)
        .map(|bytes| bytes.iter().fold(0, |word, &byte| word << 8 | byte as u32))
        .collect())
}

#[cold]
fn invalid_state(cx: &Context) -> Raised {
    cx.value_error(format_args!("invalid state"))
}

/// Module implements the Mersenne Twister random number generator.
#[threadsnake_macros::pymodule(name = "_random")]
mod native {
    use threadsnake_engine::native::Arguments;
    use threadsnake_engine::types::class::{allocate_of_class, instance_class};

    use super::*;

    /// Random() -> create a random number generator with its own internal state.
    #[pyclass(id = Random, name = "Random", module = "_random", raw = RAW_BYTES, flags(SUBCLASSABLE))]
    pub struct Random(ObjectRef);

    #[pymethods]
    impl Random {
        #[pynew]
        fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
            let class = instance_class(cx, Random::CLASS, class)?;
            if class.is_native() {
                if !arguments.keywords().is_empty() {
                    return Err(cx.type_error(format_args!("Random() takes no keyword arguments")));
                }
                if arguments.positional().len() > 1 {
                    return Err(cx.type_error(format_args!(
                        "Random expected at most 1 argument, got {}",
                        arguments.positional().len()
                    )));
                }
            }
            let object = allocate_of_class(cx, class)?;
            Random(object).seed(cx, arguments.positional().first().copied().filter(|_| class.is_native()))?;
            Ok(Value::from(object))
        }

        #[pymethod]
        fn __init__(self, arguments: Arguments<'_>) {
            // `__new__` has seeded it.
            let _ = arguments;
        }

        /// seed([n]) -> None.
        ///
        /// Defaults to use urandom and falls back to a combination
        /// of the current time and the process identifier.
        #[pymethod(signature = "($self, n=None, /)")]
        fn seed(self, cx: &Context, n: Option<Value>) -> PyResult<()> {
            let key = match n.filter(|seed| !seed.is_none()) {
                None => random_key(cx)?,
                Some(seed) if is_int(seed) => match integer_of(&seed) {
                    Some(number) => key_of(cx, number)?,
                    None => random_key(cx)?,
                },
                Some(seed) => {
                    let hash = cx.hash(seed)?;
                    key_of(cx, Integer::from(hash as u64).as_ref())?
                }
            };
            let _lock = cx.lock(self.object());
            Twister(self.object()).seed_with_key(&key);
            Ok(())
        }

        /// random() -> x in the interval [0, 1).
        #[pymethod]
        fn random(self, cx: &Context) -> f64 {
            let (high, low) = {
                let _lock = cx.lock(self.object());
                let twister = Twister(self.object());
                (twister.next() >> 5, twister.next() >> 6)
            };
            (high as f64 * 67_108_864.0 + low as f64) * (1.0 / 9_007_199_254_740_992.0)
        }

        /// getrandbits(k) -> x.  Generates an int with k random bits.
        #[pymethod]
        fn getrandbits(self, cx: &Context, k: i64) -> PyResult {
            if k < 0 {
                return Err(cx.value_error(format_args!("number of bits must be non-negative")));
            }
            if k <= 32 {
                if k == 0 {
                    return Ok(Value::int_from_u32(0));
                }
                let _lock = cx.lock(self.object());
                return Ok(Value::int_from_u32(Twister(self.object()).next() >> (32 - k)));
            }
            let words = usize::try_from((k - 1) / 32 + 1).map_err(|_| cx.memory_error())?;
            let mut bytes = Vec::new();
            if bytes.try_reserve_exact(words.saturating_mul(4)).is_err() {
                return Err(cx.memory_error());
            }
            let mut rest = k;
            {
                let _lock = cx.lock(self.object());
                let twister = Twister(self.object());
                for _ in 0..words {
                    let mut word = twister.next();
                    if rest < 32 {
                        word >>= 32 - rest;
                    }
                    bytes.extend_from_slice(&word.to_le_bytes());
                    rest -= 32;
                }
            }
            cx.int_from_magnitude(false, &bytes)
        }

        /// getstate() -> tuple containing the current state.
        #[pymethod]
        fn getstate(self, cx: &Context) -> PyResult {
            let mut words = [0u32; WORDS + 1];
            {
                let _lock = cx.lock(self.object());
                let twister = Twister(self.object());
                for (index, place) in words.iter_mut().enumerate() {
                    *place = if index < WORDS { twister.word(index) } else { twister.position() as u32 };
                }
            }
            let values = words.map(Value::int_from_u32);
            cx.tuple(&values)
        }

        /// setstate(state) -> None.  Restores generator state.
        #[pymethod]
        fn setstate(self, cx: &Context, state: Value) -> PyResult<()> {
            let Some(state) = Tuple::from_value(state) else {
                return Err(cx.type_error(format_args!("state vector must be a tuple")));
            };
            if state.len() != WORDS + 1 {
                return Err(cx.value_error(format_args!("state vector is the wrong size")));
            }
            let mut words = [0u32; WORDS + 1];
            for (place, value) in words.iter_mut().zip(state.iter()) {
                // As C's unsigned long: negative numbers are refused, large ones lose their upper half.
                *place = cx.index_u64(value)? as u32;
            }
            let position = match words.last() {
                Some(&position) if position as usize <= WORDS => position as usize,
                _ => return Err(invalid_state(cx)),
            };
            let _lock = cx.lock(self.object());
            let twister = Twister(self.object());
            for (index, &word) in words.iter().take(WORDS).enumerate() {
                twister.set_word(index, word);
            }
            twister.set_position(position);
            Ok(())
        }
    }
}
