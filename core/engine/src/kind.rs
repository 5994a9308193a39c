//! Kinds: what the payload of a heap object is laid out like.
//!
//! Invariant: an object's kind is fixed at allocation and determines the meaning of its fixed slots and raw bytes; instances of
//! Python subclasses of a native class have the native class's kind and the client flag `SUBCLASS`. Each native class that
//! can be instantiated has a kind of its own, so a kind test is a type test. Kinds without heap objects (`Bool`, `NoneType`, ...)
//! exist to name their class in the engine's table.

use threadsnake_heap::ObjectRef;

macro_rules! kinds {
    ($( $name:ident $meaning:literal )*) => {
        /// The layout of a heap object.
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Kind { $( #[doc = $meaning] $name, )* }

        const KINDS: &[Kind] = &[ $( Kind::$name, )* ];
        const _: () = assert!(KINDS.len() <= 256);

        impl Kind {
            /// Number of kinds.
            pub const COUNT: usize = KINDS.len();
        }
    };
}

kinds! {
    // Internal objects that Python code never sees
    Shape "attribute layout of instances (shape.rs)"
    SlotArray "an array of values: list items, overflow attributes, caches, constants"
    RawArray "an array of bytes without references: string buffers, bytearray contents"
    DictTable "the table of a dict (types/dict_table.rs)"
    SetTable "the table of a set (types/set_table.rs)"
    CacheEntry "an immutable inline cache entry (interpreter/inline_cache.rs)"
    WeakCell "the heap's cell behind weak references"
    // Core objects
    Object "a plain instance"
    Type "a class"
    Module "a module"
    Function "a Python function"
    NativeFunction "a builtin function, or a native method bound to its object"
    MethodWrapper "a native special method bound to its object"
    MethodDescriptor "an unbound native method"
    WrapperDescriptor "an unbound native special method"
    ClassMethodDescriptor "an unbound native class method"
    GetSetDescriptor "a native attribute"
    MemberDescriptor "an entry of __slots__"
    BoundMethod "a bound method"
    Property "property"
    ClassMethod "classmethod"
    StaticMethod "staticmethod"
    Super "super"
    MappingProxy "mappingproxy"
    Cell "a closure cell"
    Code "a code object"
    Frame "a frame object"
    FrameLocalsProxy "f_locals of a function's frame"
    Traceback "a traceback"
    Generator "a generator"
    Coroutine "a coroutine"
    CoroutineWrapper "what coroutine.__await__ returns"
    AsyncGenerator "an asynchronous generator"
    AnextAwaitable "the awaitable of anext with a default"
    AsyncGeneratorSend "the awaitable of asend and anext"
    AsyncGeneratorThrow "the awaitable of athrow and aclose"
    AsyncGeneratorValue "a value yielded by an asynchronous generator on its way out"
    NoneType "type of None"
    EllipsisType "type of Ellipsis"
    NotImplementedType "type of NotImplemented"
    // Numbers
    Int "an int that needs a heap object"
    Bool "type of True and False"
    Float "a float that needs a heap object"
    Complex "a complex number"
    // Text and bytes
    Str "a string"
    Bytes "bytes"
    ByteArray "bytearray"
    MemoryView "memoryview"
    // Containers
    Tuple "a tuple"
    List "a list"
    Dict "a dict"
    Set "a set"
    FrozenSet "a frozenset"
    Range "a range"
    Slice "a slice"
    DictKeys "dict_keys"
    DictValues "dict_values"
    DictItems "dict_items"
    // Iterators
    ListIterator "list_iterator"
    ListReverseIterator "list_reverseiterator"
    TupleIterator "tuple_iterator"
    StrIterator "str_iterator"
    BytesIterator "bytes_iterator"
    ByteArrayIterator "bytearray_iterator"
    MemoryViewIterator "memory_iterator"
    RangeIterator "range_iterator"
    LongRangeIterator "longrange_iterator"
    DictKeyIterator "dict_keyiterator"
    DictValueIterator "dict_valueiterator"
    DictItemIterator "dict_itemiterator"
    DictReverseKeyIterator "dict_reversekeyiterator"
    DictReverseValueIterator "dict_reversevalueiterator"
    DictReverseItemIterator "dict_reverseitemiterator"
    SetIterator "set_iterator"
    SequenceIterator "iterator over __getitem__"
    CallableIterator "iterator over a callable with a sentinel"
    Enumerate "enumerate"
    Zip "zip"
    Map "map"
    Filter "filter"
    Reversed "reversed"
    // Exceptions
    BaseException "every exception"
    // References and small types
    WeakReference "weakref.ref"
    WeakProxy "weakref.proxy"
    WeakCallableProxy "weakref.proxy of a callable"
    SimpleNamespace "types.SimpleNamespace"
    GenericAlias "types.GenericAlias"
    GenericAliasIterator "iterator for unpacking a GenericAlias"
    Union "typing.Union"
    TypeVariable "typing.TypeVar"
    ParameterSpecification "typing.ParamSpec"
    ParameterSpecificationArguments "P.args"
    ParameterSpecificationKeywords "P.kwargs"
    TypeVariableTuple "typing.TypeVarTuple"
    TypeAlias "typing.TypeAliasType"
    NoDefaultType "type of typing.NoDefault"
    Generic "typing.Generic"
    Template "string.templatelib.Template"
    TemplateIterator "iterator over a Template"
    Interpolation "string.templatelib.Interpolation"
    // contextvars
    Context "contextvars.Context"
    ContextVariable "contextvars.ContextVar"
    ContextToken "contextvars.Token"
    ContextTokenMissing "type of contextvars.Token.MISSING"
    // _thread
    Lock "_thread.lock"
    RLock "_thread.RLock"
    ThreadHandle "_thread._ThreadHandle"
    ThreadLocal "_thread._local"
    // collections, functools, itertools, operator
    Deque "collections.deque"
    DequeIterator "_deque_iterator"
    DequeReverseIterator "_deque_reverse_iterator"
    DefaultDict "collections.defaultdict: a dict with a factory"
    OrderedDict "collections.OrderedDict"
    TupleGetter "_collections._tuplegetter"
    Partial "functools.partial"
    LruCache "functools.lru_cache wrapper"
    CompareKey "functools.cmp_to_key"
    Placeholder "functools.Placeholder"
    Accumulate "itertools.accumulate"
    Batched "itertools.batched"
    Chain "itertools.chain"
    Combinations "itertools.combinations"
    CombinationsWithReplacement "itertools.combinations_with_replacement"
    Compress "itertools.compress"
    Count "itertools.count"
    Cycle "itertools.cycle"
    DropWhile "itertools.dropwhile"
    FilterFalse "itertools.filterfalse"
    GroupBy "itertools.groupby"
    Grouper "itertools._grouper"
    ISlice "itertools.islice"
    Pairwise "itertools.pairwise"
    Permutations "itertools.permutations"
    Product "itertools.product"
    Repeat "itertools.repeat"
    StarMap "itertools.starmap"
    TakeWhile "itertools.takewhile"
    Tee "itertools._tee"
    TeeData "itertools._tee_dataobject"
    ZipLongest "itertools.zip_longest"
    AttributeGetter "operator.attrgetter"
    ItemGetter "operator.itemgetter"
    MethodCaller "operator.methodcaller"
    // io
    FileIO "_io.FileIO"
    BytesIO "_io.BytesIO"
    BytesIOBuffer "_io._BytesIOBuffer"
    StringIO "_io.StringIO"
    BufferedReader "_io.BufferedReader"
    BufferedWriter "_io.BufferedWriter"
    BufferedRandom "_io.BufferedRandom"
    BufferedRWPair "_io.BufferedRWPair"
    TextIOWrapper "_io.TextIOWrapper"
    IncrementalNewlineDecoder "_io.IncrementalNewlineDecoder"
    IOBase "_io._IOBase"
    RawIOBase "_io._RawIOBase"
    BufferedIOBase "_io._BufferedIOBase"
    TextIOBase "_io._TextIOBase"
    // other modules
    Pattern "re.Pattern"
    Match "re.Match"
    Scanner "re scanner"
    PatternTemplate "re template"
    TokenizerIter "_tokenize.TokenizerIter"
    SyntaxNode "ast.AST"
    Struct "_struct.Struct"
    StructIterator "_struct.unpack_iterator"
    Random "_random.Random"
    Hash "_hashlib.HASH, and the layout of all hash objects"
    HashXof "_hashlib.HASHXOF"
    Blake2b "_blake2.blake2b"
    Blake2s "_blake2.blake2s"
    Hmac "_hashlib.HMAC"
    Array "array.array"
    ArrayIterator "array.arrayiterator"
    StructSequence "a structseq instance (time.struct_time, os.stat_result); a tuple"
    DirectoryEntry "os.DirEntry"
    DirectoryIterator "os.scandir iterator"
    Socket "_socket.socket"
    Poll "select.poll"
    Epoll "select.epoll"
    SimpleQueue "_queue.SimpleQueue"
    AbcData "_abc._abc_data"
    JsonScanner "_json.Scanner"
    JsonEncoder "_json.Encoder"
    CsvReader "_csv.reader"
    CsvWriter "_csv.writer"
    CsvDialect "_csv.Dialect"
    ZlibCompressor "zlib.Compress"
    ZlibDecompressor "zlib.Decompress"
    ZlibBufferedDecompressor "zlib._ZlibDecompressor"
    Bz2Compressor "_bz2.BZ2Compressor"
    Bz2Decompressor "_bz2.BZ2Decompressor"
    DateTimeObject "reserved for a native _datetime"
    UnicodeDatabase "unicodedata.UCD"
    Embedder "a class of the embedding program"
}

impl Kind {
    /// The kind of an object.
    #[inline(always)]
    pub fn of(object: ObjectRef) -> Kind {
        let number = object.kind();
        if (number as usize) < Kind::COUNT {
            // SAFETY: the kinds are numbered from 0 on without a gap, a byte each. (A table would be read each time.)
            unsafe { core::mem::transmute::<u8, Kind>(number) }
        } else {
            Kind::Object
        }
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Kind> {
        KINDS.get(number as usize).copied()
    }
}

/// Bits of an object's client flags.
pub mod client_flags {
    /// The object's class is not the native class of its kind.
    pub const SUBCLASS: u8 = 0x80;
    /// The last slot holds the attributes of an instance of variable size (str, bytes, int, tuple subclasses with `__dict__`).
    pub const TRAILING_ATTRIBUTES: u8 = 0x40;
    /// Str: interned.
    pub const STR_INTERNED: u8 = 0x08;
    /// Str: all code points below 128.
    pub const STR_ASCII: u8 = 0x04;
    /// Str: mask of the width, 0 for one byte per code point, 1 for two, 2 for four.
    pub const STR_WIDTH: u8 = 0x03;
    /// Tuple, frozenset: known to hold no reference to a heap object that could form a cycle; free for later use.
    pub const RESERVED: u8 = 0x20;
}
