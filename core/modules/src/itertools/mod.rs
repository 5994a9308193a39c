//! `itertools`.
//!
//! Invariant: as in CPython 3.14 these iterators are neither copied nor pickled, except that `tee` objects can be copied. An iterator shared by threads gives
//! each item of its source at most once and never breaks; which thread gets which item is open.
//! Source: Modules/itertoolsmodule.c.

mod combinatoric;
mod grouping;
mod infinite;
mod selecting;

use threadsnake_macros::pymodule;

/// Functional tools for creating and using iterators.
///
/// Infinite iterators:
/// count(start=0, step=1) --> start, start+step, start+2*step, ...
/// cycle(p) --> p0, p1, ... plast, p0, p1, ...
/// repeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times
///
/// Iterators terminating on the shortest input sequence:
/// accumulate(p[, func]) --> p0, p0+p1, p0+p1+p2
/// batched(p, n) --> [p0, p1, ..., p_n-1], [p_n, p_n+1, ..., p_2n-1], ...
/// chain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...
/// chain.from_iterable([p, q, ...]) --> p0, p1, ... plast, q0, q1, ...
/// compress(data, selectors) --> (d[0] if s[0]), (d[1] if s[1]), ...
/// dropwhile(predicate, seq) --> seq[n], seq[n+1], starting when predicate fails
/// groupby(iterable[, keyfunc]) --> sub-iterators grouped by value of keyfunc(v)
/// filterfalse(predicate, seq) --> elements of seq where pred(elem) is False
/// islice(seq, [start,] stop [, step]) --> elements from
///        seq[start:stop:step]
/// pairwise(s) --> (s[0],s[1]), (s[1],s[2]), (s[2], s[3]), ...
/// starmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...
/// tee(it, n=2) --> (it1, it2 , ... itn) splits one iterator into n
/// takewhile(predicate, seq) --> seq[0], seq[1], until predicate fails
/// zip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...
///
/// Combinatoric generators:
/// product(p, q, ... [repeat=1]) --> cartesian product
/// permutations(p[, r])
/// combinations(p, r)
/// combinations_with_replacement(p, r)
#[pymodule(
    name = "itertools",
    classes(
        super::selecting::Accumulate,
        super::selecting::Batched,
        super::selecting::Chain,
        super::combinatoric::Combinations,
        super::combinatoric::CombinationsWithReplacement,
        super::selecting::Compress,
        super::infinite::Count,
        super::infinite::Cycle,
        super::selecting::DropWhile,
        super::selecting::FilterFalse,
        super::grouping::GroupBy,
        super::grouping::Grouper,
        super::selecting::ISlice,
        super::selecting::Pairwise,
        super::combinatoric::Permutations,
        super::combinatoric::Product,
        super::infinite::Repeat,
        super::selecting::StarMap,
        super::selecting::TakeWhile,
        super::grouping::Tee,
        super::grouping::TeeData,
        super::selecting::ZipLongest
    ),
    functions(super::grouping::tee)
)]
pub mod module {}
