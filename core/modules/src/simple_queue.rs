//! `_queue`: the unbounded queue that never blocks a producer.
//!
//! Invariant: items lie in a deque, whose operations are atomic, so each goes to one consumer and in the order of arrival. A consumer that found
//! nothing parks on a counter of arrivals: it reads the counter and registers, looks for an item again, then parks unless the counter has moved.
//! A producer adds its item, moves the counter, then wakes one if any is registered. All of these are SeqCst: either the consumer's second look sees the item, or
//! the producer sees the consumer registered and the park sees the counter moved. Who gives up looks a last time, so that a wake-up
//! meant for it is not lost. Source: Modules/_queuemodule.c for the interface.

use core::sync::atomic::Ordering;

use threadsnake_engine::engine::Root;
use threadsnake_engine::native::{Arguments, NativeType};
use threadsnake_engine::object_access::ObjectAccess;
use threadsnake_engine::types::class::{Class, allocate_of_class};
use threadsnake_engine::{Context, ExceptionClass, ObjectRef, PyResult, Raised, Value};
use threadsnake_heap::arch::AtomicU32;
use threadsnake_macros::{pyclass, pymethods, pymodule};

use crate::collections::deque::DequeClass;
use crate::collections::deque_ring::{Deque, End};
use crate::exception_class;

/// Slot of the deque.
const ITEMS: usize = 0;
/// Raw offset of the counter of arrivals.
const ARRIVALS: usize = 0;
/// Raw offset of the number of registered consumers.
const WAITING: usize = 4;

/// The longest wait, in seconds.
const LONGEST_WAIT: f64 = 9_223_372_036.0;

/// Simple, unbounded, reentrant FIFO queue.
#[pyclass(id = SimpleQueue, name = "SimpleQueue", module = "_queue", slots = 1, raw = 8, signature = "()", flags(SUBCLASSABLE))]
pub struct SimpleQueue(ObjectRef);

#[cold]
fn empty(cx: &Context) -> Raised {
    match cx.root(Root::QueueEmpty).map(|class| cx.call(class, &[])) {
        Some(Ok(exception)) => cx.raise_value(exception),
        Some(Err(raised)) => raised,
        None => cx.raise(ExceptionClass::RuntimeError, format_args!("the queue is empty")),
    }
}

impl SimpleQueue {
    fn counter(&self, offset: usize) -> &AtomicU32 {
        // SAFETY: a queue has 8 raw bytes: two counters of this width, only accessed as such atomics.
        unsafe { self.0.raw::<AtomicU32>(offset) }
    }

    fn items(self, cx: &Context) -> PyResult<Deque> {
        self.0.value(ITEMS).and_then(Deque::of).ok_or_else(|| {
            cx.raise(ExceptionClass::RuntimeError, format_args!("the queue was not initialized"))
        })
    }

    fn add(self, cx: &Context, item: Value) -> PyResult<()> {
        self.items(cx)?.push(cx, End::Right, item)?;
        let arrivals = self.counter(ARRIVALS);
        arrivals.fetch_add(1, Ordering::SeqCst);
        if self.counter(WAITING).load(Ordering::SeqCst) != 0 {
            cx.engine().platform().unpark(arrivals, 1);
        }
        Ok(())
    }

    /// The next item, waited for until a deadline.
    fn wait(self, cx: &Context, deadline: Option<u64>) -> PyResult<Option<Value>> {
        let items = self.items(cx)?;
        let platform = cx.engine().platform();
        let (arrivals, waiting) = (self.counter(ARRIVALS), self.counter(WAITING));
        loop {
            let seen = arrivals.load(Ordering::SeqCst);
            waiting.fetch_add(1, Ordering::SeqCst);
            let mut found = items.pop(cx, End::Left);
            let mut over = false;
            if found.is_none() {
                let left = deadline.map(|deadline| deadline.saturating_sub(platform.monotonic_nanoseconds()));
                over = left == Some(0);
                if !over {
                    cx.blocking(|| platform.park(arrivals, seen, left));
                }
                found = items.pop(cx, End::Left);
            }
            waiting.fetch_sub(1, Ordering::SeqCst);
            if found.is_some() || over {
                return Ok(found);
            }
            cx.poll()?;
        }
    }

    fn take(self, cx: &Context, block: bool, timeout: Option<Value>) -> PyResult {
        let mut deadline = None;
        if block && let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) {
            let seconds = cx.to_f64(timeout)?;
            if seconds.is_nan() {
                return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
            }
            if seconds < 0.0 {
                return Err(cx.value_error(format_args!("'timeout' must be a non-negative number")));
            }
            if seconds > LONGEST_WAIT {
                return Err(
                    cx.raise(ExceptionClass::OverflowError, format_args!("timeout value is too large"))
                );
            }
            let wait = libm::ceil(seconds * 1e9) as u64;
            deadline = Some(cx.engine().platform().monotonic_nanoseconds().saturating_add(wait));
        }
        if let Some(item) = self.items(cx)?.pop(cx, End::Left) {
            return Ok(item);
        }
        let found = if block { self.wait(cx, deadline)? } else { None };
        found.ok_or_else(|| empty(cx))
    }
}

#[pymethods]
impl SimpleQueue {
    #[pynew]
    fn new(cx: &Context, class: Value, arguments: Arguments<'_>) -> PyResult {
        let class = Class::expect(cx, class)?;
        if class.is_native() && !arguments.keywords().is_empty() {
            return Err(cx.type_error(format_args!("SimpleQueue() takes no keyword arguments")));
        }
        if class.is_native() && !arguments.positional().is_empty() {
            return Err(cx.type_error(format_args!("SimpleQueue() takes no positional arguments")));
        }
        let deque_class = cx.build_on_demand(<DequeClass as NativeType>::CLASS)?;
        let items = Deque::from_new(allocate_of_class(cx, deque_class)?);
        let object = allocate_of_class(cx, class)?;
        cx.initialize(object, ITEMS, items.as_value());
        Ok(Value::from(object))
    }

    /// Put the item on the queue.
    ///
    /// The optional 'block' and 'timeout' arguments are ignored, as this method
    /// never blocks.  They are provided for compatibility with the Queue class.
    #[pymethod(signature = "($self, /, item, block=True, timeout=None)")]
    fn put(self, cx: &Context, item: Value, block: bool, timeout: Option<Value>) -> PyResult<()> {
        let _ = (block, timeout);
        self.add(cx, item)
    }

    /// Put an item into the queue without blocking.
    ///
    /// This is exactly equivalent to `put(item)` and is only provided
    /// for compatibility with the Queue class.
    #[pymethod(signature = "($self, /, item)")]
    fn put_nowait(self, cx: &Context, item: Value) -> PyResult<()> {
        self.add(cx, item)
    }

    /// Remove and return an item from the queue.
    ///
    /// If optional args 'block' is true and 'timeout' is None (the default),
    /// block if necessary until an item is available. If 'timeout' is
    /// a non-negative number, it blocks at most 'timeout' seconds and raises
    /// the Empty exception if no item was available within that time.
    /// Otherwise ('block' is false), return an item if one is immediately
    /// available, else raise the Empty exception ('timeout' is ignored
    /// in that case).
    #[pymethod(signature = "($self, /, block=True, timeout=None)")]
    fn get(self, cx: &Context, block: bool, timeout: Option<Value>) -> PyResult {
        self.take(cx, block, timeout)
    }

    /// Remove and return an item from the queue without blocking.
    ///
    /// Only get an item if one is immediately available. Otherwise
    /// raise the Empty exception.
    #[pymethod]
    fn get_nowait(self, cx: &Context) -> PyResult {
        self.take(cx, false, None)
    }

    /// Return True if the queue is empty, False otherwise (not reliable!).
    #[pymethod]
    fn empty(self, cx: &Context) -> PyResult<bool> {
        Ok(self.items(cx)?.is_empty())
    }

    /// Return the approximate size of the queue (not reliable!).
    #[pymethod]
    fn qsize(self, cx: &Context) -> PyResult<usize> {
        Ok(self.items(cx)?.len())
    }

    /// See PEP 585
    #[pyclassmethod]
    fn __class_getitem__(cx: &Context, class: Value, object: Value) -> PyResult {
        cx.generic_alias(class, object)
    }
}

/// C implementation of the Python queue module.
/// This module is an implementation detail, please do not use it directly.
#[pymodule(name = "_queue", classes(super::SimpleQueue))]
pub mod module {
    use super::*;

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        exception_class::add(cx, module, "_queue", "Empty", ExceptionClass::Exception, Root::QueueEmpty)
    }
}
