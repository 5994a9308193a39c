//! `_heapq`: what `heapq` rests on.
//!
//! Invariant: comparisons run Python code, so the list may change under a sift; every access looks at the list again, and one that finds
//! its place gone raises RuntimeError. Source: Modules/_heapqmodule.c.

use threadsnake_engine::protocol::comparison::CompareOperator;
use threadsnake_engine::types::list::List;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;

/// The order of a heap.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Order {
    Least,
    Greatest,
}

impl Order {
    /// Whether the first belongs above the second.
    fn above(self, cx: &Context, first: Value, second: Value) -> PyResult<bool> {
        match self {
            Order::Least => cx.compare_bool(CompareOperator::Less, first, second),
            Order::Greatest => cx.compare_bool(CompareOperator::Less, second, first),
        }
    }
}

/// The list of a function's first argument; `name` is the function's, without what tells its order.
fn heap_list(cx: &Context, heap: Value, name: &str, order: Order) -> PyResult<List> {
    match List::from_value(heap) {
        Some(list) => Ok(list),
        None => {
            let suffix = if order == Order::Greatest { "_max" } else { "" };
            let class_name = cx.type_name(heap);
            // An only argument has no number.
            let place = if matches!(name, "heappop" | "heapify") { "" } else { " 1" };
            Err(cx
                .type_error(format_args!("{name}{suffix}() argument{place} must be list, not {class_name}")))
        }
    }
}

fn changed(cx: &Context) -> threadsnake_engine::Raised {
    cx.raise(ExceptionClass::RuntimeError, format_args!("list changed size during iteration"))
}

fn get(cx: &Context, heap: List, index: usize) -> PyResult {
    heap.get(index).ok_or_else(|| changed(cx))
}

fn swap(cx: &Context, heap: List, first: usize, second: usize) -> PyResult<()> {
    let (left, right) = (get(cx, heap, first)?, get(cx, heap, second)?);
    if heap.set(cx, first, right) && heap.set(cx, second, left) { Ok(()) } else { Err(changed(cx)) }
}

/// Lets the item at `place` rise, but not above `start`.
fn rise(cx: &Context, heap: List, start: usize, mut place: usize, order: Order) -> PyResult<()> {
    let length = heap.len();
    while place > start {
        let parent = (place - 1) / 2;
        let above = order.above(cx, get(cx, heap, place)?, get(cx, heap, parent)?)?;
        if heap.len() != length {
            return Err(changed(cx));
        }
        if !above {
            break;
        }
        swap(cx, heap, place, parent)?;
        place = parent;
    }
    Ok(())
}

/// Lets the item at `start` sink to a leaf, and rise from there to its place.
fn sink(cx: &Context, heap: List, start: usize, order: Order) -> PyResult<()> {
    let length = heap.len();
    let mut place = start;
    while place < length / 2 {
        let mut child = 2 * place + 1;
        if child + 1 < length {
            let left_above = order.above(cx, get(cx, heap, child)?, get(cx, heap, child + 1)?)?;
            if heap.len() != length {
                return Err(changed(cx));
            }
            if !left_above {
                child += 1;
            }
        }
        swap(cx, heap, place, child)?;
        place = child;
    }
    rise(cx, heap, start, place, order)
}

fn push(cx: &Context, heap: Value, item: Value, order: Order) -> PyResult<()> {
    let heap = heap_list(cx, heap, "heappush", order)?;
    heap.push(cx, item)?;
    rise(cx, heap, 0, heap.len().saturating_sub(1), order)
}

fn pop(cx: &Context, heap: Value, order: Order) -> PyResult {
    let heap = heap_list(cx, heap, "heappop", order)?;
    let Some(last) = heap.pop(cx) else { return Err(cx.index_error("index out of range")) };
    let Some(top) = heap.get(0) else { return Ok(last) };
    if !heap.set(cx, 0, last) {
        return Err(changed(cx));
    }
    sink(cx, heap, 0, order)?;
    Ok(top)
}

fn replace(cx: &Context, heap: Value, item: Value, order: Order) -> PyResult {
    let heap = heap_list(cx, heap, "heapreplace", order)?;
    let Some(top) = heap.get(0) else { return Err(cx.index_error("index out of range")) };
    if !heap.set(cx, 0, item) {
        return Err(changed(cx));
    }
    sink(cx, heap, 0, order)?;
    Ok(top)
}

fn push_pop(cx: &Context, heap: Value, item: Value, order: Order) -> PyResult {
    let heap = heap_list(cx, heap, "heappushpop", order)?;
    let Some(top) = heap.get(0) else { return Ok(item) };
    if !order.above(cx, top, item)? {
        return Ok(item);
    }
    let Some(top) = heap.get(0) else { return Err(cx.index_error("index out of range")) };
    if !heap.set(cx, 0, item) {
        return Err(changed(cx));
    }
    sink(cx, heap, 0, order)?;
    Ok(top)
}

fn heapify_list(cx: &Context, heap: Value, order: Order) -> PyResult<()> {
    let heap = heap_list(cx, heap, "heapify", order)?;
    for start in (0..heap.len() / 2).rev() {
        sink(cx, heap, start, order)?;
        cx.poll()?;
    }
    Ok(())
}

/// Heap queue algorithm (a.k.a. priority queue).
///
/// Heaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for
/// all k, counting elements from 0.  For the sake of comparison,
/// non-existing elements are considered to be infinite.  The interesting
/// property of a heap is that a[0] is always its smallest element.
#[pymodule(name = "_heapq")]
pub mod module {
    use super::{Context, Order, PyResult, Value, heapify_list, pop, push, push_pop, replace};

    /// Push item onto heap, maintaining the heap invariant.
    #[pyfunction]
    fn heappush(cx: &Context, heap: Value, item: Value) -> PyResult<()> {
        push(cx, heap, item, Order::Least)
    }

    /// Pop the smallest item off the heap, maintaining the heap invariant.
    #[pyfunction]
    fn heappop(cx: &Context, heap: Value) -> PyResult {
        pop(cx, heap, Order::Least)
    }

    /// Pop and return the current smallest value, and add the new item.
    ///
    /// This is more efficient than heappop() followed by heappush(), and can be
    /// more appropriate when using a fixed-size heap.  Note that the value
    /// returned may be larger than item!  That constrains reasonable uses of
    /// this routine unless written as part of a conditional replacement:
    ///
    ///     if item > heap[0]:
    ///         item = heapreplace(heap, item)
    #[pyfunction]
    fn heapreplace(cx: &Context, heap: Value, item: Value) -> PyResult {
        replace(cx, heap, item, Order::Least)
    }

    /// Push item on the heap, then pop and return the smallest item from the heap.
    ///
    /// The combined action runs more efficiently than heappush() followed by
    /// a separate call to heappop().
    #[pyfunction]
    fn heappushpop(cx: &Context, heap: Value, item: Value) -> PyResult {
        push_pop(cx, heap, item, Order::Least)
    }

    /// Transform list into a heap, in-place, in O(len(heap)) time.
    #[pyfunction]
    fn heapify(cx: &Context, heap: Value) -> PyResult<()> {
        heapify_list(cx, heap, Order::Least)
    }

    /// Push item onto max heap, maintaining the heap invariant.
    #[pyfunction]
    fn heappush_max(cx: &Context, heap: Value, item: Value) -> PyResult<()> {
        push(cx, heap, item, Order::Greatest)
    }

    /// Maxheap variant of heappop.
    #[pyfunction]
    fn heappop_max(cx: &Context, heap: Value) -> PyResult {
        pop(cx, heap, Order::Greatest)
    }

    /// Maxheap variant of heapreplace.
    #[pyfunction]
    fn heapreplace_max(cx: &Context, heap: Value, item: Value) -> PyResult {
        replace(cx, heap, item, Order::Greatest)
    }

    /// Maxheap variant of heappushpop.
    ///
    /// The combined action runs more efficiently than heappush_max() followed by
    /// a separate call to heappop_max().
    #[pyfunction]
    fn heappushpop_max(cx: &Context, heap: Value, item: Value) -> PyResult {
        push_pop(cx, heap, item, Order::Greatest)
    }

    /// Maxheap variant of heapify.
    #[pyfunction]
    fn heapify_max(cx: &Context, heap: Value) -> PyResult<()> {
        heapify_list(cx, heap, Order::Greatest)
    }
}
