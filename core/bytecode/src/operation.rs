//! The instruction set: one table, from which the enum, the names, the operand modes and the disassembler come.
//!
//! `R[x]` is register `x` of the frame. Register 0 up are the parameters and locals in the order of
//! `Code::local_names`, then cell registers that are not parameters, then temporaries. A register that holds no value is
//! *empty* (word 0); registers that are not parameters start empty.
//!
//! Rules the compiler keeps and the interpreter relies on:
//! - A jump distance counts from the instruction after the jump (after its `Extra` word if it has one).
//! - Every taken jump with a negative distance is a safepoint.
//! - An operation reads all its operands before it writes any, so source and destination may be the same register.
//! - Call windows are at the top: when `Call a b c` runs, no register above `R[b + c]` is live (the callee's frame starts
//!   at `R[b + 1]` and overwrites what is above). The same holds for every operation marked *window* below.
//! - An exception leaves the destination registers of the operation that raised it unchanged.
//! - Source: the shape of the set follows CPython 3.14's opcodes (Include/opcode_ids.h) where semantics are the same; the
//!   register form and fused compare-and-jump are our own.

/// How one operand of an operation is used.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum OperandMode {
    /// Not used; zero.
    Unused,
    /// A register that is written.
    Write,
    /// A register that is read.
    Read,
    /// A register that is read and written.
    ReadWrite,
    /// First register of a range; see [`Operation::register_ranges`].
    Base,
    /// Index into the constants.
    Constant,
    /// Index into the names.
    Name,
    /// Index into the closure (`Code::free_names`).
    Free,
    /// A signed 16-bit number.
    Immediate,
    /// An unsigned 16-bit number (count, flags, selector).
    Number,
    /// A signed 16-bit jump distance.
    Jump,
    /// Index into the constants over `b` and `c`.
    WideConstant,
    /// Index into the names over `b` and `c`.
    WideName,
    /// A signed 32-bit jump distance over `b` and `c`.
    WideJump,
    /// Second half of a wide operand.
    WideRest,
}

macro_rules! mode {
    (_) => {
        OperandMode::Unused
    };
    (w) => {
        OperandMode::Write
    };
    (r) => {
        OperandMode::Read
    };
    (m) => {
        OperandMode::ReadWrite
    };
    (s) => {
        OperandMode::Base
    };
    (k) => {
        OperandMode::Constant
    };
    (n) => {
        OperandMode::Name
    };
    (f) => {
        OperandMode::Free
    };
    (i) => {
        OperandMode::Immediate
    };
    (u) => {
        OperandMode::Number
    };
    (j) => {
        OperandMode::Jump
    };
    (K) => {
        OperandMode::WideConstant
    };
    (N) => {
        OperandMode::WideName
    };
    (J) => {
        OperandMode::WideJump
    };
    (x) => {
        OperandMode::WideRest
    };
}

macro_rules! operations {
    ($( $name:ident $a:tt $b:tt $c:tt $meaning:literal; )*) => {
        /// Every operation. The documentation of each variant is its meaning.
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        #[repr(u16)]
        pub enum Operation { $( #[doc = $meaning] $name, )* }

        /// All operations, by number.
        pub const OPERATIONS: &[Operation] = &[ $( Operation::$name, )* ];

        impl Operation {
            /// The operation's name.
            pub const fn name(self) -> &'static str {
                match self { $( Operation::$name => stringify!($name), )* }
            }

            /// What the operation does, in one line.
            pub const fn meaning(self) -> &'static str {
                match self { $( Operation::$name => $meaning, )* }
            }

            /// The modes of operands `a`, `b` and `c`.
            pub const fn operands(self) -> [OperandMode; 3] {
                match self { $( Operation::$name => [mode!($a), mode!($b), mode!($c)], )* }
            }

            /// The operation with this number.
            pub const fn from_number(number: u16) -> Option<Operation> {
                if (number as usize) < OPERATIONS.len() { Some(OPERATIONS[number as usize]) } else { None }
            }
        }
    };
}

operations! {
    // Moves, constants, locals
    Nop _ _ _ "does nothing";
    Extra u u u "operands of the instruction before; never executed";
    Move w r _ "R[a] := R[b]";
    LoadConstant w K x "R[a] := constants[bc]";
    LoadCommon w u _ "R[a] := common object b (see CommonObject)";
    Clear w _ _ "R[a] := empty";
    CheckBound r N x "UnboundLocalError about names[bc] if R[a] is empty";
    DeleteLocal m N x "UnboundLocalError about names[bc] if R[a] is empty; else R[a] := empty";

    // Cells and free variables; the name of free variable f is free_names[f]
    MakeCell m _ _ "R[a] := new cell holding R[a] (empty stays empty)";
    LoadCell w r n "R[a] := contents of cell R[b]; UnboundLocalError about names[c] if empty";
    StoreCell r r _ "contents of cell R[a] := R[b]";
    DeleteCell r N x "empties cell R[a]; UnboundLocalError about names[bc] if it was empty";
    LoadFree w f _ "R[a] := contents of closure[b]; NameError about its name if empty";
    StoreFree f r _ "contents of closure[a] := R[b]";
    DeleteFree f _ _ "empties closure[a]; NameError about its name if it was empty";
    LoadFreeCell w f _ "R[a] := closure[b], the cell itself";
    LoadNamespaceOrFree w r f "R[a] := R[b][name of closure[c]] if that mapping has it, else contents of closure[c]";
    LoadNamespaceOrCell w r s "R[a] := R[b][names[Extra.a]] if that mapping has it, else contents of cell R[c]; + Extra";
    LoadNamespaceOrGlobal w r n "R[a] := R[b][names[c]] if that mapping has it, else global or builtin";

    // Globals and class or module level names
    LoadGlobal w N x "R[a] := global or builtin names[bc]; NameError";
    StoreGlobal r N x "globals[names[bc]] := R[a]";
    DeleteGlobal _ N x "del globals[names[bc]]; NameError";
    LoadName w N x "R[a] := names[bc] in the frame's namespace, globals or builtins; NameError";
    StoreName r N x "namespace[names[bc]] := R[a]";
    DeleteName _ N x "del namespace[names[bc]]; NameError";
    LoadNamespace w _ _ "R[a] := the frame's namespace mapping (class body, module, exec)";

    // Attributes and subscripts
    LoadAttribute w r n "R[a] := R[b].names[c]";
    StoreAttribute r r n "R[a].names[c] := R[b]";
    DeleteAttribute r N x "del R[a].names[bc]";
    LoadMethod s r n "R[a], R[a+1] := method pair of R[b].names[c]: function and self, or callable and empty";
    LoadSuperAttribute w s n "R[a] := super(R[b+1], R[b+2]).names[c], R[b] being what `super` names";
    LoadSuperMethod s s n "R[a], R[a+1] := method pair of super(R[b+1], R[b+2]).names[c], R[b] being what `super` names";
    LoadSubscript w r r "R[a] := R[b][R[c]]";
    LoadSubscriptImmediate w r i "R[a] := R[b][c]";
    StoreSubscript r r r "R[a][R[b]] := R[c]";
    DeleteSubscript r r _ "del R[a][R[b]]";
    LoadSlice w r s "R[a] := R[b][R[c]:R[c+1]]";
    StoreSlice r s r "R[a][R[b]:R[b+1]] := R[c]";

    // Arithmetic
    Add w r r "R[a] := R[b] + R[c]";
    Subtract w r r "R[a] := R[b] - R[c]";
    Multiply w r r "R[a] := R[b] * R[c]";
    TrueDivide w r r "R[a] := R[b] / R[c]";
    FloorDivide w r r "R[a] := R[b] // R[c]";
    Modulo w r r "R[a] := R[b] % R[c]";
    Power w r r "R[a] := R[b] ** R[c]";
    LeftShift w r r "R[a] := R[b] << R[c]";
    RightShift w r r "R[a] := R[b] >> R[c]";
    BitAnd w r r "R[a] := R[b] & R[c]";
    BitOr w r r "R[a] := R[b] | R[c]";
    BitXor w r r "R[a] := R[b] ^ R[c]";
    MatrixMultiply w r r "R[a] := R[b] @ R[c]";
    InPlaceAdd w r r "R[a] := R[b] += R[c]";
    InPlaceSubtract w r r "R[a] := R[b] -= R[c]";
    InPlaceMultiply w r r "R[a] := R[b] *= R[c]";
    InPlaceTrueDivide w r r "R[a] := R[b] /= R[c]";
    InPlaceFloorDivide w r r "R[a] := R[b] //= R[c]";
    InPlaceModulo w r r "R[a] := R[b] %= R[c]";
    InPlacePower w r r "R[a] := R[b] **= R[c]";
    InPlaceLeftShift w r r "R[a] := R[b] <<= R[c]";
    InPlaceRightShift w r r "R[a] := R[b] >>= R[c]";
    InPlaceBitAnd w r r "R[a] := R[b] &= R[c]";
    InPlaceBitOr w r r "R[a] := R[b] |= R[c]";
    InPlaceBitXor w r r "R[a] := R[b] ^= R[c]";
    InPlaceMatrixMultiply w r r "R[a] := R[b] @= R[c]";
    AddImmediate w r i "R[a] := R[b] + c";
    SubtractImmediate w r i "R[a] := R[b] - c";
    InPlaceAddImmediate w r i "R[a] := R[b] += c";
    InPlaceSubtractImmediate w r i "R[a] := R[b] -= c";
    MultiplyImmediate w r i "R[a] := R[b] * c";
    FloorDivideImmediate w r i "R[a] := R[b] // c";
    ModuloImmediate w r i "R[a] := R[b] % c";
    BitAndImmediate w r i "R[a] := R[b] & c";
    LeftShiftImmediate w r i "R[a] := R[b] << c";
    RightShiftImmediate w r i "R[a] := R[b] >> c";
    Negative w r _ "R[a] := -R[b]";
    Positive w r _ "R[a] := +R[b]";
    Invert w r _ "R[a] := ~R[b]";
    Not w r _ "R[a] := not R[b]";

    // Comparison
    Less w r r "R[a] := R[b] < R[c]";
    LessEqual w r r "R[a] := R[b] <= R[c]";
    Equal w r r "R[a] := R[b] == R[c]";
    NotEqual w r r "R[a] := R[b] != R[c]";
    Greater w r r "R[a] := R[b] > R[c]";
    GreaterEqual w r r "R[a] := R[b] >= R[c]";
    Is w r r "R[a] := R[b] is R[c]";
    IsNot w r r "R[a] := R[b] is not R[c]";
    Contains w r r "R[a] := R[b] in R[c]";
    NotContains w r r "R[a] := R[b] not in R[c]";

    // Jumps. The fused forms test the truth of the comparison's result; Not* jumps when that is false
    // (which differs from the opposite comparison for NaN and for user types).
    Jump _ J x "jump bc";
    JumpIfTrue r J x "jump bc if R[a] is true";
    JumpIfFalse r J x "jump bc if R[a] is false";
    JumpIfNone r J x "jump bc if R[a] is None";
    JumpIfNotNone r J x "jump bc if R[a] is not None";
    JumpIfIs r r j "jump c if R[a] is R[b]";
    JumpIfIsNot r r j "jump c if R[a] is not R[b]";
    JumpIfLess r r j "jump c if R[a] < R[b]";
    JumpIfLessEqual r r j "jump c if R[a] <= R[b]";
    JumpIfEqual r r j "jump c if R[a] == R[b]";
    JumpIfNotEqual r r j "jump c if R[a] != R[b]";
    JumpIfGreater r r j "jump c if R[a] > R[b]";
    JumpIfGreaterEqual r r j "jump c if R[a] >= R[b]";
    JumpIfNotLess r r j "jump c if not R[a] < R[b]";
    JumpIfNotLessEqual r r j "jump c if not R[a] <= R[b]";
    JumpIfNotEqualTo r r j "jump c if not R[a] == R[b]";
    JumpIfNotUnequal r r j "jump c if not R[a] != R[b]";
    JumpIfNotGreater r r j "jump c if not R[a] > R[b]";
    JumpIfNotGreaterEqual r r j "jump c if not R[a] >= R[b]";
    JumpIfLessImmediate r i j "jump c if R[a] < b";
    JumpIfLessEqualImmediate r i j "jump c if R[a] <= b";
    JumpIfEqualImmediate r i j "jump c if R[a] == b";
    JumpIfNotEqualImmediate r i j "jump c if R[a] != b";
    JumpIfGreaterImmediate r i j "jump c if R[a] > b";
    JumpIfGreaterEqualImmediate r i j "jump c if R[a] >= b";
    JumpIfNotLessImmediate r i j "jump c if not R[a] < b";
    JumpIfNotLessEqualImmediate r i j "jump c if not R[a] <= b";
    JumpIfNotEqualToImmediate r i j "jump c if not R[a] == b";
    JumpIfNotUnequalImmediate r i j "jump c if not R[a] != b";
    JumpIfNotGreaterImmediate r i j "jump c if not R[a] > b";
    JumpIfNotGreaterEqualImmediate r i j "jump c if not R[a] >= b";

    // Iteration. A loop's iterator takes three registers: the iterator object in the first, or, for exact ranges, lists and
    // tuples, the interpreter's own state in all three.
    GetIterator s r _ "R[a..a+3] := loop state of iter(R[b])";
    ForIterate w s j "R[a] := next of loop state R[b..b+3]; when exhausted, clears R[b..b+3] and jumps c";
    GetIteratorObject w r _ "R[a] := iter(R[b]) as an object";
    GetAsyncIterator w r _ "R[a] := aiter(R[b])";
    GetAsyncNext w r _ "R[a] := awaitable of anext(R[b])";

    // Calls. All are windows: nothing above the last argument is live. Extra.bc indexes the constant tuple of keyword names.
    Call w s u "R[a] := R[b](R[b+1], ..., R[b+c])";
    CallMethod w s u "R[a] := method pair R[b], R[b+1] called with R[b+2], ..., R[b+1+c]";
    CallKeyword w s u "as Call; the last arguments are named by constants[Extra.bc]; + Extra";
    CallMethodKeyword w s u "as CallMethod; the last arguments are named by constants[Extra.bc]; + Extra";
    CallSpread w s _ "R[a] := R[b](*R[b+1], **R[b+2]); R[b+1] is any iterable (TypeError naming R[b] if not), R[b+2] a dict or empty";
    Return r _ _ "return R[a]";
    ReturnNone _ _ _ "return None";
    MakeFunction s k u "R[a] := function of code constants[b]; c: 1 defaults R[a+1], 2 keyword defaults R[a+2], 4 closure R[a+3], 8 annotate R[a+4]";
    LoadBuildClass w _ _ "R[a] := builtins.__build_class__";

    // Building
    BuildTuple w s u "R[a] := (R[b], ..., R[b+c-1])";
    BuildList w s u "R[a] := [R[b], ..., R[b+c-1]]";
    BuildSet w s u "R[a] := {R[b], ..., R[b+c-1]}";
    BuildDict w s u "R[a] := {R[b]: R[b+1], ...}, c pairs";
    BuildString w s u "R[a] := concatenation of strings R[b], ..., R[b+c-1]";
    BuildSlice w s u "R[a] := slice of R[b], R[b+1] and, if c is 3, R[b+2]";
    ListAppend r r _ "R[a].append(R[b]), R[a] an exact list";
    ListExtend r r _ "R[a].extend(R[b]); TypeError as for *-unpacking";
    ListToTuple w r _ "R[a] := tuple(R[b]), R[b] an exact list";
    SetAdd r r _ "R[a].add(R[b]), R[a] an exact set";
    SetUpdate r r _ "R[a].update(R[b])";
    DictInsert r r r "R[a][R[b]] := R[c], R[a] an exact dict";
    DictUpdate r r _ "R[a].update(R[b]); TypeError as for a dict display";
    DictMerge r r r "R[a].update(R[b]) with TypeError for a repeated or non-string key; R[c] is the callable it is for";
    UnpackSequence s r u "R[a..a+c] := the c items of R[b]; ValueError for another number";
    UnpackExtended s r u "R[a..a+c] := first c items of R[b], R[a+c] := list of the middle, then Extra.a last items; + Extra";

    // Formatting
    FormatValue w r u "R[a] := format(convert(R[b])); c: 0 none, 1 str, 2 repr, 3 ascii";
    FormatWithSpecification w s u "R[a] := format(convert(R[b]), R[b+1]); c as FormatValue";
    BuildInterpolation w s u "R[a] := Interpolation(R[b], R[b+1] expression, conversion c as FormatValue, R[b+2] specification or empty)";
    BuildTemplate w r r "R[a] := Template(strings tuple R[b], interpolations tuple R[c])";

    // Imports
    ImportName w s n "R[a] := __import__(names[c], globals, namespace, fromlist R[b+1], level R[b])";
    ImportFrom w r n "R[a] := names[c] from module R[b]; ImportError";
    ImportStar r _ _ "binds all public names of module R[a] in the namespace";

    // Exceptions. Code::exception_table sends an exception to a handler with the exception in a register.
    Raise r _ _ "raise R[a]";
    RaiseFrom r r _ "raise R[a] from R[b]";
    RaiseCurrent _ _ _ "re-raise the handled exception; RuntimeError if there is none";
    Reraise r _ _ "raise R[a] again, as it is (no new context, no new traceback entry for this instruction)";
    PushHandled w r _ "R[a] := handled exception; handled exception := R[b]";
    PopHandled r _ _ "handled exception := R[a]";
    MatchException w r r "R[a] := R[b] matches except clause R[c]; TypeError if R[c] is no exception class";
    MatchExceptionGroup s r r "R[a], R[a+1] := part of R[b] matched by R[c] or None, the rest or None";
    CombineExceptionGroup w r r "R[a] := exception to raise after except* clauses, or None; R[b] original, R[c] list of what they raised and left";
    LoadSpecial s r u "R[a], R[a+1] := method pair of special method c of type(R[b]): 0 __enter__, 1 __exit__, 2 __aenter__, 3 __aexit__; TypeError";
    CallExit w s r "R[a] := method pair R[b], R[b+1] called with type, exception and traceback of exception R[c]; window";

    // Generators and coroutines. A call of code flagged so makes the generator object; the body starts at its first resume.
    Yield w r _ "yields R[b]; R[a] := what is sent on resume";
    YieldAsyncValue w r _ "as Yield, for the yield of an async generator";
    GetYieldFromIterator w r _ "R[a] := iterator for `yield from` R[b]";
    GetAwaitable w r u "R[a] := awaitable iterator of R[b]; c: 0 await, 1 from __aenter__, 2 from __aexit__, 3 from __anext__ (for the error's text)";
    Send m r j "R[a] := R[b].send(R[a]) (next for None); if R[b] finishes, R[a] := its result and jump c";
    YieldDelegate w r r "yields R[b], delegating to R[c]: throw and close go there; right after its Send, and followed by a jump back to that, which is skipped when R[c] finishes under throw, its result being in R[a]";

    // Pattern matching
    MatchSequence w r _ "R[a] := R[b] is a sequence for patterns";
    MatchMapping w r _ "R[a] := R[b] is a mapping for patterns";
    MatchKeys w r r "R[a] := tuple of values of R[b] for the keys tuple R[c], or None";
    MatchClass w s u "R[a] := tuple of attributes or None; subject R[b], class R[b+1], keyword names tuple R[b+2], c positional patterns";
    DictWithoutKeys w r r "R[a] := dict(R[b]) without the keys in tuple R[c]";
    GetLength w r _ "R[a] := len(R[b])";

    // Everything that needs no speed
    CallIntrinsic w s u "R[a] := intrinsic c of R[b], R[b+1], ... (see Intrinsic)";
}

/// Objects that the compiler refers to without a name lookup.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum CommonObject {
    /// `AssertionError`
    AssertionError,
    /// `NotImplementedError`
    NotImplementedError,
    /// `StopAsyncIteration`
    StopAsyncIteration,
    /// `BaseException`, for bare `except:` around asynchronous clean-up
    BaseException,
    /// `GeneratorExit`
    GeneratorExit,
    /// the `tuple` class
    Tuple,
    /// the `object` class
    Object,
}

impl CommonObject {
    /// All common objects, by number.
    pub const ALL: &'static [CommonObject] = &[
        CommonObject::AssertionError,
        CommonObject::NotImplementedError,
        CommonObject::StopAsyncIteration,
        CommonObject::BaseException,
        CommonObject::GeneratorExit,
        CommonObject::Tuple,
        CommonObject::Object,
    ];
}

/// Rare operations behind `CallIntrinsic`; the number is how many registers from `R[b]` each reads.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Intrinsic {
    /// 1: hands R[b] to `sys.displayhook` (interactive expression statement); result None
    DisplayHook,
    /// 1: `TypeVar(name)`
    TypeVariable,
    /// 2: `TypeVar(name, bound evaluator function)`
    TypeVariableWithBound,
    /// 2: `TypeVar(name, constraints evaluator function)`
    TypeVariableWithConstraints,
    /// 1: `ParamSpec(name)`
    ParameterSpecification,
    /// 1: `TypeVarTuple(name)`
    TypeVariableTuple,
    /// 2: sets the default evaluator R[b+1] of type parameter R[b]; result R[b]
    SetTypeParameterDefault,
    /// 3: `TypeAliasType(name, type parameters tuple or None, value evaluator function)`
    TypeAlias,
    /// 2: sets `__type_params__` of function R[b] to tuple R[b+1]; result R[b]
    SetFunctionTypeParameters,
    /// 1: `Generic[*R[b]]` for a tuple of type parameters
    SubscriptGeneric,
    /// 1: exception R[b] raised out of a generator body: StopIteration becomes RuntimeError (PEP 479); result the exception
    StopIterationError,
    /// 0: makes an empty dict `__annotations__` in the frame's namespace unless it has one; result None
    SetUpAnnotations,
}

impl Intrinsic {
    /// All intrinsics, by number.
    pub const ALL: &'static [Intrinsic] = &[
        Intrinsic::DisplayHook,
        Intrinsic::TypeVariable,
        Intrinsic::TypeVariableWithBound,
        Intrinsic::TypeVariableWithConstraints,
        Intrinsic::ParameterSpecification,
        Intrinsic::TypeVariableTuple,
        Intrinsic::SetTypeParameterDefault,
        Intrinsic::TypeAlias,
        Intrinsic::SetFunctionTypeParameters,
        Intrinsic::SubscriptGeneric,
        Intrinsic::StopIterationError,
        Intrinsic::SetUpAnnotations,
    ];

    /// How many registers from `R[b]` on are read.
    pub const fn argument_count(self) -> u16 {
        match self {
            Intrinsic::SetUpAnnotations => 0,
            Intrinsic::TypeAlias => 3,
            Intrinsic::TypeVariableWithBound
            | Intrinsic::TypeVariableWithConstraints
            | Intrinsic::SetTypeParameterDefault
            | Intrinsic::SetFunctionTypeParameters => 2,
            _ => 1,
        }
    }
}

/// A run of registers: the first, and how many.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct RegisterRange {
    /// First register.
    pub first: u32,
    /// Number of registers.
    pub count: u32,
}

/// What an operation reads and writes through its `Base` operands.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct RegisterRanges {
    /// Registers read.
    pub read: [RegisterRange; 2],
    /// Registers written.
    pub written: RegisterRange,
}

impl Operation {
    /// Whether an `Extra` word follows.
    pub const fn has_extra(self) -> bool {
        matches!(
            self,
            Operation::LoadNamespaceOrCell
                | Operation::CallKeyword
                | Operation::CallMethodKeyword
                | Operation::UnpackExtended
        )
    }

    /// The registers reached through `Base` operands; `extra` is the word after the instruction.
    pub fn register_ranges(self, a: u16, b: u16, c: u16, extra_a: u16) -> RegisterRanges {
        use Operation::*;
        let range = |first: u16, count: u32| RegisterRange { first: first as u32, count };
        let none = RegisterRange::default();
        let (read, second, written) = match self {
            LoadNamespaceOrCell => (range(c, 1), none, none),
            LoadMethod | LoadSpecial | MatchExceptionGroup => (none, none, range(a, 2)),
            LoadSuperAttribute => (range(b, 3), none, none),
            LoadSuperMethod => (range(b, 3), none, range(a, 2)),
            LoadSlice => (range(c, 2), none, none),
            StoreSlice => (range(b, 2), none, none),
            GetIterator => (none, none, range(a, 3)),
            ForIterate => (range(b, 3), none, none),
            Call | CallKeyword => (range(b, c as u32 + 1), none, none),
            CallMethod | CallMethodKeyword => (range(b, c as u32 + 2), none, none),
            CallSpread => (range(b, 3), none, none),
            MakeFunction => {
                let count = if c & 8 != 0 {
                    4
                } else if c & 4 != 0 {
                    3
                } else if c & 2 != 0 {
                    2
                } else {
                    (c & 1) as u32
                };
                (RegisterRange { first: a as u32 + 1, count }, none, range(a, 1))
            }
            BuildTuple | BuildList | BuildSet | BuildString | BuildSlice => (range(b, c as u32), none, none),
            BuildDict => (range(b, 2 * c as u32), none, none),
            UnpackSequence => (none, none, range(a, c as u32)),
            UnpackExtended => (none, none, range(a, c as u32 + 1 + extra_a as u32)),
            FormatWithSpecification => (range(b, 2), none, none),
            BuildInterpolation => (range(b, 3), none, none),
            ImportName => (range(b, 2), none, none),
            CallExit => (range(b, 2), none, none),
            MatchClass => (range(b, 3), none, none),
            CallIntrinsic => {
                let count = match Intrinsic::ALL.get(c as usize) {
                    Some(intrinsic) => intrinsic.argument_count() as u32,
                    None => 0,
                };
                (range(b, count), none, none)
            }
            _ => (none, none, none),
        };
        RegisterRanges { read: [read, second], written }
    }
}
