//! `_lru_cache_wrapper`: what `lru_cache` makes.
//!
//! Invariant: the cache is a dict whose order is that of use, the least recently used first. The function runs without any lock; when two threads
//! miss the same key together, both call it and the first result stays. Source: Modules/_functoolsmodule.c.

use threadsnake_engine::native::Arguments;
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::types::dict::Dict;
use threadsnake_engine::types::dict_table::fold_hash;
use threadsnake_engine::types::int_object::is_exact_int;
use threadsnake_engine::types::str_object::Str;
use threadsnake_engine::{Context, Name, ObjectRef, PyResult, Value};
use threadsnake_heap::arch::Ordering;
use threadsnake_macros::{pyclass, pymethods};

const FUNCTION: usize = 0;
const CACHE: usize = 1;
const INFO_TYPE: usize = 2;
const MARK: usize = 3;

const MAXIMUM: usize = 0;
const TYPED: usize = 8;
const HITS: usize = 16;
const MISSES: usize = 24;
const UNBOUNDED: u64 = u64::MAX;

/// Create a cached callable that wraps another function.
///
/// user_function:      the function being cached
///
/// maxsize:  0         for no caching
///           None      for unlimited cache size
///           n         for a bounded cache
///
/// typed:    False     cache f(3) and f(3.0) as identical calls
///           True      cache f(3) and f(3.0) as distinct calls
///
/// cache_info_type:    namedtuple class with the fields:
///                         hits misses currsize maxsize
#[pyclass(
    id = LruCache,
    name = "_lru_cache_wrapper",
    module = "functools",
    slots = 4,
    raw = 32,
    flags(SUBCLASSABLE, HAS_DICT)
)]
pub struct LruCache(ObjectRef);

impl LruCache {
    fn function(self) -> Value {
        self.0.value(FUNCTION).unwrap_or(Value::NONE)
    }

    fn cache(self) -> Option<Dict> {
        self.0.value(CACHE).and_then(Dict::from_value)
    }

    fn count(self, offset: usize) {
        // Relaxed: a statistic that orders nothing.
        self.0.raw_cell_u64(offset).fetch_add(1, Ordering::Relaxed);
    }
}

/// The key of a call.
fn key_of(cx: &Context, this: LruCache, arguments: &Arguments<'_>) -> PyResult {
    let typed = this.0.raw_u64(TYPED) != 0;
    if arguments.keyword_names.is_none() && !typed {
        if let &[only] = arguments.values
            && (is_exact_int(only) || Str::from_value(only).is_some_and(Str::is_exact))
        {
            return Ok(only);
        }
        return cx.tuple(arguments.values);
    }
    let mut parts = cx.scratch();
    parts.extend_from_slice(arguments.positional());
    if arguments.keyword_count() > 0 {
        parts.push(this.0.value(MARK).unwrap_or(Value::NONE));
        for (name, value) in arguments.keywords().iter() {
            parts.push(name);
            parts.push(value);
        }
    }
    if typed {
        for &value in arguments.values {
            parts.push(cx.class_of(value).as_value());
        }
    }
    cx.tuple(parts.as_slice())
}

#[pymethods]
impl LruCache {
    #[pynew(signature = "(user_function, maxsize, typed, cache_info_type)")]
    fn new(
        cx: &Context,
        class: Value,
        user_function: Value,
        maxsize: Value,
        typed: bool,
        cache_info_type: Value,
    ) -> PyResult {
        if !cx.is_callable(user_function) {
            return Err(cx.type_error(format_args!("the first argument must be callable")));
        }
        let maximum = if maxsize.is_none() {
            UNBOUNDED
        } else if cx.has_index(maxsize) {
            cx.index_i64(maxsize)?.max(0) as u64
        } else {
            return Err(cx.type_error(format_args!("maxsize should be integer or None")));
        };
        let cache = cx.new_dict()?;
        let mark = cx.call(cx.class(threadsnake_engine::Kind::Object), &[])?;
        let object = allocate_of_class(cx, Class::expect(cx, class)?)?;
        cx.store(object, FUNCTION, user_function);
        cx.store(object, CACHE, cache.as_value());
        cx.store(object, INFO_TYPE, cache_info_type);
        cx.store(object, MARK, mark);
        object.raw_store_u64(MAXIMUM, maximum);
        object.raw_store_u64(TYPED, typed as u64);
        Ok(Value::from(object))
    }

    /// Call self as a function.
    #[pymethod]
    fn __call__(cx: &Context, this: LruCache, arguments: Arguments<'_>) -> PyResult {
        let maximum = this.0.raw_u64(MAXIMUM);
        let (Some(cache), 1..) = (this.cache(), maximum) else {
            this.count(MISSES);
            return cx.call_with(this.function(), arguments);
        };
        let key = key_of(cx, this, &arguments)?;
        // Arguments are hashed once for each call. One that is unhashable is named as such, not as a dict's key.
        let hash = fold_hash(cx.hash(key)?);
        if let Some(found) = cache.get_hashed(cx, key, hash)? {
            this.count(HITS);
            if maximum != UNBOUNDED {
                cache.move_to_end_hashed(cx, key, true, hash)?;
            }
            return Ok(found);
        }
        this.count(MISSES);
        let result = cx.call_with(this.function(), arguments)?;
        cache.set_default_hashed(cx, key, result, hash)?;
        while maximum != UNBOUNDED && cache.len() as u64 > maximum {
            cache.pop_first(cx);
        }
        Ok(result)
    }

    /// Return an attribute of instance, which is of type owner.
    #[pymethod(signature = "($self, instance, owner=None, /)")]
    fn __get__(cx: &Context, this: LruCache, instance: Value, owner: Option<Value>) -> PyResult {
        let _ = owner;
        if instance.is_none() { Ok(this.as_value()) } else { cx.bound_method(this.as_value(), instance) }
    }

    /// Report cache statistics
    #[pymethod]
    fn cache_info(cx: &Context, this: LruCache) -> PyResult {
        let maximum = match this.0.raw_u64(MAXIMUM) {
            UNBOUNDED => Value::NONE,
            maximum => cx.int(maximum as i64)?,
        };
        let hits = cx.int(this.0.raw_u64(HITS) as i64)?;
        let misses = cx.int(this.0.raw_u64(MISSES) as i64)?;
        let size = cx.int(this.cache().map_or(0, Dict::len) as i64)?;
        let info_type = this.0.value(INFO_TYPE).unwrap_or(Value::NONE);
        cx.call(info_type, &[hits, misses, maximum, size])
    }

    /// Clear the cache and cache statistics
    #[pymethod]
    fn cache_clear(cx: &Context, this: LruCache) {
        this.0.raw_store_u64(HITS, 0);
        this.0.raw_store_u64(MISSES, 0);
        if let Some(cache) = this.cache() {
            cache.clear(cx);
        }
    }

    #[pymethod(signature = "($self, /)")]
    fn __reduce__(cx: &Context, this: LruCache) -> PyResult {
        cx.get_attribute_name(this.as_value(), Name::__qualname__)
    }

    #[pymethod(signature = "($self, /)")]
    fn __copy__(this: LruCache) -> LruCache {
        this
    }

    #[pymethod(signature = "($self, memo, /)")]
    fn __deepcopy__(this: LruCache, memo: Value) -> LruCache {
        let _ = memo;
        this
    }
}
