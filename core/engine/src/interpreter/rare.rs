//! Operations that are rare, or whose work outweighs the way to them: a function of their own keeps the loop small enough for its
//! state to stay in registers.
//!
//! Invariant: `frame.pc` is that of the next instruction when an operation starts; it, the frame's registers and the frame stack
//! are all that an operation changes, and the loop loads its state again afterwards. Operands are trusted: see
//! [`super::dispatch`].

use threadsnake_bytecode::{Instruction, Operation};

use crate::context::{Context, ThreadRoot};
use crate::error::PyResult;
use crate::interpreter::dispatch::Called;
use crate::interpreter::frame::{Frame, frame_flags};
use crate::interpreter::{
    async_iteration, call_arguments, calls, containers, context_managers, definitions, imports,
    interpolation, intrinsics, patterns, raising, super_attributes, unpacking, variables,
};
use crate::types::function::Function;
use crate::types::generator;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Executes an operation that the loop has no place for.
///
/// # Errors
/// What it raises, in the frame that is current then.
#[inline(never)]
pub(crate) fn execute(cx: &Context, frame: &Frame, i: Instruction) -> PyResult<()> {
    let base = frame.base.get();
    let constants = || {
        // SAFETY: only frames with code run.
        let data = unsafe { &*frame.data.get() };
        core::ptr::with_exposed_provenance::<u64>(data.constants + threadsnake_heap::HEADER_BYTES)
    };
    macro_rules! word {
        ($index:expr) => {
            // SAFETY: verified operands are below `register_count`, and the frame's registers lie in the register stack.
            unsafe { *base.add($index as usize) }
        };
    }
    macro_rules! get {
        ($index:expr) => {
            match Value::from_word(word!($index)) {
                Some(value) => value,
                None => Value::NONE,
            }
        };
    }
    macro_rules! set {
        ($index:expr, $value:expr) => {{
            let value: Value = $value;
            // SAFETY: as for `word!`.
            unsafe { *base.add($index as usize) = value.word() };
        }};
    }
    macro_rules! set_word {
        ($index:expr, $word:expr) => {{
            let word: u64 = $word;
            // SAFETY: as for `word!`.
            unsafe { *base.add($index as usize) = word };
        }};
    }
    macro_rules! check {
        ($result:expr) => {
            $result?
        };
    }
    /// The `Extra` word after the instruction.
    macro_rules! extra {
        () => {
            // SAFETY: verified: an `Extra` word follows.
            unsafe { *frame.pc.get() }
        };
    }
    macro_rules! skip_extra {
        () => {
            // SAFETY: verified: an `Extra` word follows.
            frame.pc.set(unsafe { frame.pc.get().add(1) })
        };
    }
    /// Takes the outcome of a call whose result goes to a register.
    macro_rules! called {
        ($result:expr, $destination:expr) => {
            match $result? {
                Called::Done(value) => set!($destination, value),
                Called::Pushed => {}
            }
        };
    }
    let Some(operation) = i.operation() else { return Ok(()) };
    match operation {
        Operation::LoadCommon => set!(i.a(), intrinsics::common_object(cx, i.b())),
        Operation::DeleteLocal => {
            if word!(i.a()) == 0 {
                return Err(variables::unbound_local(cx, frame, i.bc()));
            }
            set_word!(i.a(), 0);
        }
        Operation::MakeCell => {
            set!(i.a(), check!(cx.new_cell(Value::from_word(word!(i.a())))).as_value());
        }
        Operation::DeleteCell => {
            let target = get!(i.a());
            if variables::cell_contents(target).is_none() {
                return Err(variables::unbound_local(cx, frame, i.bc()));
            }
            variables::set_cell(cx, target, None);
        }
        Operation::DeleteFree => match variables::free_cell(frame, i.a()) {
            Some(target) if variables::cell_contents(target).is_some() => {
                variables::set_cell(cx, target, None)
            }
            _ => {
                return Err(variables::unbound_free(cx, frame, i.a()));
            }
        },
        Operation::LoadFreeCell => {
            set_word!(i.a(), Value::word_or_empty(variables::free_cell(frame, i.b())));
        }
        Operation::LoadNamespaceOrFree => {
            let value = check!(variables::namespace_or_free(cx, frame, get!(i.b()), i.c()));
            set!(i.a(), value);
        }
        Operation::LoadNamespaceOrCell => {
            let name = extra!().a();
            let value = check!(variables::namespace_or_cell(cx, frame, get!(i.b()), get!(i.c()), name));
            set!(i.a(), value);
            skip_extra!();
        }
        Operation::LoadNamespaceOrGlobal => {
            let value = check!(variables::namespace_or_global(cx, frame, get!(i.b()), i.c()));
            set!(i.a(), value);
        }
        Operation::StoreGlobal => {
            check!(variables::store_global(cx, frame, i.bc(), get!(i.a())));
        }
        Operation::DeleteGlobal => {
            check!(variables::delete_global(cx, frame, i.bc()));
        }
        Operation::LoadName => {
            set!(i.a(), check!(variables::load_name(cx, frame, i.bc())));
        }
        Operation::StoreName => {
            check!(variables::store_name(cx, frame, i.bc(), get!(i.a())));
        }
        Operation::DeleteName => {
            check!(variables::delete_name(cx, frame, i.bc()));
        }
        Operation::LoadNamespace => set_word!(i.a(), frame.namespace.get()),
        Operation::DeleteAttribute => {
            let name = variables::name(cx, frame, i.bc());
            check!(cx.set_attribute(get!(i.a()), name, None));
        }
        Operation::LoadSuperAttribute => {
            let (callee, class, receiver) = (get!(i.b()), get!(i.b() + 1), get!(i.b() + 2));
            let name = variables::name(cx, frame, i.c() as u32);
            set!(i.a(), check!(super_attributes::super_attribute(cx, callee, class, receiver, name)));
        }
        Operation::LoadSuperMethod => {
            let (callee, class, receiver) = (get!(i.b()), get!(i.b() + 1), get!(i.b() + 2));
            let name = variables::name(cx, frame, i.c() as u32);
            let pair = check!(super_attributes::super_method(cx, callee, class, receiver, name));
            set!(i.a(), pair.callable);
            set_word!(i.a() + 1, Value::word_or_empty(pair.receiver));
        }
        Operation::DeleteSubscript => {
            check!(cx.delete_item(get!(i.a()), get!(i.b())));
        }
        Operation::StoreSlice => {
            check!(cx.set_slice(get!(i.a()), get!(i.b()), get!(i.b() + 1), get!(i.c())));
        }
        Operation::Positive => {
            set!(i.a(), check!(cx.positive(get!(i.b()))));
        }
        Operation::Invert => {
            set!(i.a(), check!(cx.invert(get!(i.b()))));
        }
        Operation::GetIteratorObject => {
            set!(i.a(), check!(cx.iterator_object(get!(i.b()))));
        }
        Operation::GetAsyncIterator => {
            set!(i.a(), check!(async_iteration::get_async_iterator(cx, get!(i.b()))));
        }
        Operation::GetAsyncNext => {
            set!(i.a(), check!(async_iteration::get_async_next(cx, get!(i.b()))));
        }
        Operation::CallKeyword | Operation::CallMethodKeyword => {
            let names_index = extra!().bc() as usize;
            let callee = get!(i.b());
            // SAFETY: verified: the constant is a tuple of names.
            let names =
                Value::from_word(unsafe { *constants().add(names_index) }).and_then(Tuple::from_value);
            skip_extra!();
            let mut skip = 0;
            let mut count = i.c() as usize;
            if operation == Operation::CallMethodKeyword {
                if word!(i.b() + 1) != 0 {
                    count += 1;
                } else {
                    skip = 1;
                }
            }
            // SAFETY: the window lies within the frame's registers.
            let window = unsafe { base.add(i.b() as usize + skip) };
            if let Some(function) = Function::from_value(callee) {
                // SAFETY: as above.
                let arguments = unsafe { window.add(1) };
                called!(calls::call_python(cx, function, arguments, count, names, i.a(), 0), i.a());
            } else {
                called!(calls::call_window(cx, frame, callee, window, count, names, i.a()), i.a());
            }
        }
        Operation::CallSpread => {
            let keywords = Value::from_word(word!(i.b() + 2));
            let result = check!(calls::call_spread(cx, get!(i.b()), get!(i.b() + 1), keywords));
            set!(i.a(), result);
        }
        Operation::MakeFunction => {
            // SAFETY: verified: the registers exist.
            let parts = unsafe { base.add(i.a() as usize + 1) };
            let part = |index: u16| {
                if i.c() & (1 << index) != 0 {
                    // SAFETY: as above.
                    Value::from_word(unsafe { *parts.add(index as usize) })
                } else {
                    None
                }
            };
            let parts = [part(0), part(1), part(2), part(3)];
            let function = check!(definitions::make_function(cx, frame, i.b() as usize, parts));
            set!(i.a(), function);
        }
        Operation::LoadBuildClass => {
            set!(i.a(), check!(definitions::load_build_class(cx, frame)));
        }
        Operation::BuildSet => {
            let set = check!(containers::build_set(cx, calls::registers(base, i.b(), i.c())));
            set!(i.a(), set);
        }
        Operation::BuildDict => {
            let dict = check!(containers::build_dict(cx, calls::registers(base, i.b(), 2 * i.c())));
            set!(i.a(), dict);
        }
        Operation::BuildSlice => {
            let step = if i.c() == 3 { get!(i.b() + 2) } else { Value::NONE };
            let slice = check!(cx.slice(get!(i.b()), get!(i.b() + 1), step));
            set!(i.a(), slice);
        }
        Operation::ListExtend => {
            check!(containers::list_extend(cx, get!(i.a()), get!(i.b())));
        }
        Operation::ListToTuple => {
            set!(i.a(), check!(containers::list_to_tuple(cx, get!(i.b()))));
        }
        Operation::SetAdd => {
            check!(containers::set_add(cx, get!(i.a()), get!(i.b())));
        }
        Operation::SetUpdate => {
            check!(containers::set_update(cx, get!(i.a()), get!(i.b())));
        }
        Operation::DictUpdate => {
            check!(containers::dict_update(cx, get!(i.a()), get!(i.b())));
        }
        Operation::DictMerge => {
            check!(call_arguments::dict_merge(cx, get!(i.a()), get!(i.b()), get!(i.c())));
        }
        Operation::UnpackExtended => {
            let source = get!(i.b());
            let after = extra!().a() as usize;
            skip_extra!();
            // SAFETY: verified: the registers exist.
            let target = unsafe { base.add(i.a() as usize) };
            check!(unpacking::unpack_extended(cx, source, target, i.c() as usize, after));
        }
        Operation::FormatWithSpecification => {
            let specification = Some(get!(i.b() + 1));
            let text = check!(interpolation::format_value(cx, get!(i.b()), specification, i.c()));
            set!(i.a(), text);
        }
        Operation::BuildInterpolation => {
            let specification = Value::from_word(word!(i.b() + 2));
            let made = check!(interpolation::build_interpolation(
                cx,
                get!(i.b()),
                get!(i.b() + 1),
                i.c(),
                specification
            ));
            set!(i.a(), made);
        }
        Operation::BuildTemplate => {
            set!(i.a(), check!(interpolation::build_template(cx, get!(i.b()), get!(i.c()))));
        }
        Operation::ImportName => {
            let name = variables::name(cx, frame, i.c() as u32);
            let module = check!(imports::import_name(cx, frame, name, get!(i.b()), get!(i.b() + 1)));
            set!(i.a(), module);
        }
        Operation::ImportFrom => {
            let name = variables::name(cx, frame, i.c() as u32);
            set!(i.a(), check!(imports::import_from(cx, get!(i.b()), name)));
        }
        Operation::ImportStar => {
            check!(imports::import_star(cx, frame, get!(i.a())));
        }
        Operation::Raise => {
            return Err(raising::raise(cx, get!(i.a())));
        }
        Operation::RaiseFrom => {
            return Err(raising::raise_from(cx, get!(i.a()), get!(i.b())));
        }
        Operation::RaiseCurrent => {
            return Err(raising::raise_current(cx));
        }
        Operation::Reraise => {
            return Err(cx.raise_value(get!(i.a())));
        }
        Operation::PushHandled => {
            let handled = get!(i.b());
            let previous = if frame.flags.get() & frame_flags::GENERATOR != 0 {
                generator::begin_handling(cx, frame, handled)
            } else {
                let previous = cx.thread_root(ThreadRoot::Handled).unwrap_or(Value::NONE);
                cx.set_thread_root(ThreadRoot::Handled, Some(handled).filter(|value| !value.is_none()));
                previous
            };
            set!(i.a(), previous);
        }
        Operation::PopHandled => {
            let previous = get!(i.a());
            if frame.flags.get() & frame_flags::GENERATOR != 0 {
                generator::end_handling(cx, frame, previous);
            } else {
                cx.set_thread_root(ThreadRoot::Handled, Some(previous).filter(|value| !value.is_none()));
            }
        }
        Operation::MatchException => {
            let matches = check!(cx.exception_matches(get!(i.b()), get!(i.c())));
            set!(i.a(), Value::from_bool(matches));
        }
        Operation::MatchExceptionGroup => {
            let (matched, rest) = check!(raising::match_exception_group(cx, get!(i.b()), get!(i.c())));
            set!(i.a(), matched);
            set!(i.a() + 1, rest);
        }
        Operation::CombineExceptionGroup => {
            let combined = check!(raising::combine_exception_group(cx, get!(i.b()), get!(i.c())));
            set!(i.a(), combined);
        }
        Operation::LoadSpecial => {
            let pair = check!(context_managers::load_special(cx, get!(i.b()), i.c()));
            set!(i.a(), pair.callable);
            set_word!(i.a() + 1, Value::word_or_empty(pair.receiver));
        }
        Operation::CallExit => {
            let receiver = Value::from_word(word!(i.b() + 1));
            let result = check!(context_managers::call_exit(cx, get!(i.b()), receiver, get!(i.c())));
            set!(i.a(), result);
        }
        Operation::MatchSequence => {
            set!(i.a(), Value::from_bool(patterns::match_sequence(cx, get!(i.b()))));
        }
        Operation::MatchMapping => {
            set!(i.a(), Value::from_bool(patterns::match_mapping(cx, get!(i.b()))));
        }
        Operation::MatchKeys => {
            set!(i.a(), check!(patterns::match_keys(cx, get!(i.b()), get!(i.c()))));
        }
        Operation::MatchClass => {
            let matched = check!(patterns::match_class(
                cx,
                get!(i.b()),
                get!(i.b() + 1),
                get!(i.b() + 2),
                i.c() as usize
            ));
            set!(i.a(), matched);
        }
        Operation::DictWithoutKeys => {
            set!(i.a(), check!(patterns::dict_without_keys(cx, get!(i.b()), get!(i.c()))));
        }
        Operation::GetLength => {
            let length = check!(cx.length(get!(i.b())));
            set!(i.a(), Value::int_from_length(length));
        }
        Operation::CallIntrinsic => {
            let arguments = calls::registers(base, i.b(), intrinsics::intrinsic_arguments(i.c()));
            let result = check!(intrinsics::call_intrinsic(cx, i.c(), arguments));
            set!(i.a(), result);
        }
        // Every other operation is the loop's own.
        _ => debug_assert!(false, "{} is not rare", operation.name()),
    }
    Ok(())
}
