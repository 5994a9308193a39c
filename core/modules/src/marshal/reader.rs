//! Bytes to values.
//!
//! Invariant: lengths are checked against what is there before anything is made of them; values read so far are held by a scratch vector.
//! Source: Python/marshal.c (`r_object`).

use alloc::vec::Vec;

use threadsnake_engine::context::ScratchVector;
use threadsnake_engine::number::float_text;
use threadsnake_engine::types::bytes_object::Bytes;
use threadsnake_engine::types::set::Set;
use threadsnake_engine::{Context, ExceptionClass, Kind, PyResult, Raised, Value};

use super::tag;

/// Where bytes come from.
pub enum Source {
    /// Bytes that are there.
    Bytes {
        /// All of them.
        bytes: Vec<u8>,
        /// The next one.
        next: usize,
    },
    /// An object with `readinto`. It stays on the caller's stack.
    File(Value),
}

/// Reads one value.
pub struct Reader<'a> {
    cx: &'a Context,
    source: Source,
    allow_code: bool,
    depth: usize,
    /// Values that may be referred to; unbound while they are being made.
    shared: ScratchVector<'a>,
}

impl<'a> Reader<'a> {
    /// A reader.
    pub fn new(cx: &'a Context, source: Source, allow_code: bool) -> Self {
        Reader { cx, source, allow_code, depth: 0, shared: cx.scratch() }
    }

    #[cold]
    fn bad(&self, what: &str) -> Raised {
        self.cx.value_error(format_args!("bad marshal data ({what})"))
    }

    #[cold]
    fn too_short(&self) -> Raised {
        let text = match self.source {
            Source::Bytes { .. } => "marshal data too short",
            Source::File(_) => "EOF read where object expected",
        };
        self.cx.raise(ExceptionClass::EOFError, format_args!("{text}"))
    }

    fn take(&mut self, count: usize) -> PyResult<Vec<u8>> {
        match &mut self.source {
            Source::Bytes { bytes, next } => {
                let taken = bytes.get(*next..next.saturating_add(count)).map(<[u8]>::to_vec);
                *next = next.saturating_add(count);
                taken.ok_or_else(|| self.too_short())
            }
            Source::File(file) => {
                let file = *file;
                self.read_file(file, count)
            }
        }
    }

    fn read_file(&self, file: Value, count: usize) -> PyResult<Vec<u8>> {
        let cx = self.cx;
        let mut zeros = Vec::new();
        zeros.try_reserve_exact(count).map_err(|_| cx.memory_error())?;
        zeros.resize(count, 0);
        let buffer = cx.new_byte_array(&zeros)?;
        let view = cx.call(cx.class(Kind::MemoryView), &[buffer.as_value()])?;
        let read = cx.call_method(file, cx.intern_str("readinto")?, &[view])?;
        let read = if read.is_none() { 0 } else { cx.index_i64(read)? };
        match usize::try_from(read).unwrap_or(0).cmp(&count) {
            core::cmp::Ordering::Equal => Ok(buffer.snapshot(cx)),
            core::cmp::Ordering::Less => Err(self.too_short()),
            core::cmp::Ordering::Greater => Err(cx.value_error(format_args!(
                "read() returned too much data: {count} bytes requested, {read} returned"
            ))),
        }
    }

    /// Whether the file gives bytes, found out as CPython does.
    ///
    /// # Errors
    /// TypeError if it does not.
    pub fn check_file(cx: &Context, file: Value) -> PyResult<()> {
        let read = cx.call_method(file, cx.intern_str("read")?, &[Value::int_from_u32(0)])?;
        match Bytes::from_value(read) {
            Some(_) => Ok(()),
            None => {
                Err(cx.type_error(format_args!("file.read() returned not bytes but {}", cx.type_name(read))))
            }
        }
    }

    fn array<const N: usize>(&mut self) -> PyResult<[u8; N]> {
        let bytes = self.take(N)?;
        <[u8; N]>::try_from(bytes.as_slice()).map_err(|_| self.too_short())
    }

    fn byte(&mut self) -> PyResult<u8> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn length(&mut self, what: &str) -> PyResult<usize> {
        let length = i32::from_le_bytes(self.array()?);
        usize::try_from(length).map_err(|_| self.bad(what))
    }

    fn sized(&mut self, what: &str) -> PyResult<Vec<u8>> {
        let length = self.length(what)?;
        self.take(length)
    }

    /// The value that comes next.
    ///
    /// # Errors
    /// EOFError, ValueError, TypeError for bad bytes.
    pub fn value(&mut self) -> PyResult {
        match self.object()? {
            Some(value) => Ok(value),
            None => Err(self.null("object")),
        }
    }

    #[cold]
    fn null(&self, container: &str) -> Raised {
        self.cx.type_error(format_args!("NULL object in marshal data for {container}"))
    }

    fn object(&mut self) -> PyResult<Option<Value>> {
        let letter = self.byte().map_err(|raised| {
            let exception = self.cx.take_exception(raised);
            if !self.cx.is_exception_of(exception, ExceptionClass::EOFError) {
                return self.cx.raise_value(exception);
            }
            self.cx.raise(ExceptionClass::EOFError, format_args!("EOF read where object expected"))
        })?;
        if self.depth >= tag::DEEPEST {
            return Err(self.cx.value_error(format_args!("recursion limit exceeded")));
        }
        self.cx.check_native_stack()?;
        self.depth += 1;
        let value = self.contents(letter & !tag::SHARED, letter & tag::SHARED != 0);
        self.depth -= 1;
        value
    }

    /// Keeps a place for a value that may be referred to.
    fn reserve(&mut self, is_shared: bool) -> Option<usize> {
        is_shared.then(|| {
            self.shared.push(Value::NOT_IMPLEMENTED);
            self.shared.len() - 1
        })
    }

    fn fill(&mut self, place: Option<usize>, value: Value) {
        if let Some(place) = place.and_then(|place| self.shared.as_mut_slice().get_mut(place)) {
            *place = value;
        }
    }

    fn contents(&mut self, letter: u8, is_shared: bool) -> PyResult<Option<Value>> {
        let cx = self.cx;
        let constant = match letter {
            tag::NULL => return Ok(None),
            tag::NONE => Some(Value::NONE),
            tag::TRUE => Some(Value::TRUE),
            tag::FALSE => Some(Value::FALSE),
            tag::ELLIPSIS => Some(Value::ELLIPSIS),
            tag::STOP_ITERATION => Some(cx.exception_class(ExceptionClass::StopIteration)),
            _ => None,
        };
        if constant.is_some() {
            return Ok(constant);
        }
        if letter == tag::REFERENCE {
            let place = self.length("invalid reference")?;
            let found = self.shared.as_slice().get(place).copied();
            return match found.filter(|value| !value.is(Value::NOT_IMPLEMENTED)) {
                Some(value) => Ok(Some(value)),
                None => Err(self.bad("invalid reference")),
            };
        }
        let place = self.reserve(is_shared);
        let value = match letter {
            tag::INT => cx.int(i32::from_le_bytes(self.array()?) as i64)?,
            tag::INT_64 => cx.int(i64::from_le_bytes(self.array()?))?,
            tag::LONG => self.long()?,
            tag::BINARY_FLOAT => cx.float(f64::from_le_bytes(self.array()?))?,
            tag::FLOAT => cx.float(self.float_text()?)?,
            tag::BINARY_COMPLEX => {
                let real = f64::from_le_bytes(self.array()?);
                cx.complex(real, f64::from_le_bytes(self.array()?))?
            }
            tag::COMPLEX => {
                let real = self.float_text()?;
                cx.complex(real, self.float_text()?)?
            }
            tag::BYTES => cx.bytes(&self.sized("bytes object size out of range")?)?,
            tag::ASCII | tag::ASCII_INTERNED | tag::SHORT_ASCII | tag::SHORT_ASCII_INTERNED => {
                let length = match letter {
                    tag::SHORT_ASCII | tag::SHORT_ASCII_INTERNED => self.byte()? as usize,
                    _ => self.length("string size out of range")?,
                };
                let text = cx.str_from_latin1(&self.take(length)?)?;
                let interned = matches!(letter, tag::ASCII_INTERNED | tag::SHORT_ASCII_INTERNED);
                if interned { cx.intern(text)?.as_value() } else { text.as_value() }
            }
            tag::TEXT | tag::INTERNED => {
                let bytes = self.sized("string size out of range")?;
                let text = self.wtf8(&bytes)?;
                if letter == tag::INTERNED {
                    cx.intern(threadsnake_engine::types::str_object::Str::expect(cx, text)?)?.as_value()
                } else {
                    text
                }
            }
            tag::TUPLE | tag::SMALL_TUPLE => {
                let length = match letter {
                    tag::SMALL_TUPLE => self.byte()? as usize,
                    _ => self.length("tuple size out of range")?,
                };
                let items = self.items(length, "tuple")?;
                cx.tuple(items.as_slice())?
            }
            tag::LIST => {
                let length = self.length("list size out of range")?;
                let list = cx.new_list(0)?;
                self.fill(place, list.as_value());
                for _ in 0..length {
                    match self.object()? {
                        Some(item) => list.push(cx, item)?,
                        None => return Err(self.null("list")),
                    }
                }
                list.as_value()
            }
            tag::DICT => {
                let dict = cx.new_dict()?;
                self.fill(place, dict.as_value());
                while let Some(key) = self.object()? {
                    let Some(value) = self.object()? else { break };
                    dict.set(cx, key, value)?;
                }
                dict.as_value()
            }
            tag::SET => {
                let length = self.length("set size out of range")?;
                let set: Set = cx.new_set()?;
                self.fill(place, set.as_value());
                for _ in 0..length {
                    match self.object()? {
                        Some(item) => set.add(cx, item)?,
                        None => return Err(self.null("set")),
                    }
                }
                set.as_value()
            }
            tag::FROZEN_SET => {
                let length = self.length("set size out of range")?;
                let items = self.items(length, "set")?;
                cx.frozen_set(items.as_slice())?
            }
            tag::SLICE => {
                let items = self.items(3, "slice")?;
                match *items.as_slice() {
                    [start, stop, step] => cx.slice(start, stop, step)?,
                    _ => return Err(self.null("slice")),
                }
            }
            tag::CODE => {
                if !self.allow_code {
                    return Err(cx.value_error(format_args!("unmarshalling code objects is disallowed")));
                }
                let image = self.sized("code size out of range")?;
                cx.code_of_image(&image)?.as_value()
            }
            _ => return Err(self.bad("unknown type code")),
        };
        self.fill(place, value);
        Ok(Some(value))
    }

    fn items(&mut self, length: usize, container: &str) -> PyResult<ScratchVector<'a>> {
        let mut items = self.cx.scratch();
        for _ in 0..length {
            match self.object()? {
                Some(item) => items.push(item),
                None => return Err(self.null(container)),
            }
        }
        Ok(items)
    }

    fn float_text(&mut self) -> PyResult<f64> {
        let length = self.byte()? as usize;
        let text = self.take(length)?;
        float_text::parse(&text).ok_or_else(|| {
            let shown = alloc::string::String::from_utf8_lossy(&text);
            self.cx.value_error(format_args!("could not convert string to float: '{shown}'"))
        })
    }

    fn wtf8(&self, bytes: &[u8]) -> PyResult {
        if core::str::from_utf8(bytes).is_ok() {
            return Ok(self.cx.str_from_wtf8(bytes)?.as_value());
        }
        let cx = self.cx;
        let arguments = [cx.str("utf-8")?, cx.str("surrogatepass")?];
        cx.call_method(cx.bytes(bytes)?, cx.intern_str("decode")?, &arguments)
    }

    fn long(&mut self) -> PyResult {
        let digits = i32::from_le_bytes(self.array()?);
        if digits == i32::MIN {
            return Err(self.bad("long size out of range"));
        }
        let words = self.take(digits.unsigned_abs() as usize * 2)?;
        let mut magnitude = Vec::with_capacity(words.len());
        let (mut pending, mut bits, mut last) = (0u32, 0u32, 1);
        for pair in words.chunks_exact(2) {
            last = match *pair {
                [low, high] => u16::from_le_bytes([low, high]),
                _ => 0,
            };
            if last > 0x7fff {
                return Err(self.bad("digit out of range in long"));
            }
            pending |= (last as u32) << bits;
            bits += 15;
            while bits >= 8 {
                magnitude.push(pending as u8);
                pending >>= 8;
                bits -= 8;
            }
        }
        if last == 0 {
            return Err(self.bad("unnormalized long data"));
        }
        magnitude.push(pending as u8);
        self.cx.int_from_magnitude(digits < 0, &magnitude)
    }
}
