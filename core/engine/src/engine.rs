//! The engine: everything that belongs to no single thread.
//!
//! Invariant: all state of an engine is here, in its heap and in its threads' contexts; there is no global mutable state, so
//! several engines live in one process. Words that refer to heap objects are atomic cells which the collector scans
//! (`Engine::scan`).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

use threadsnake_bytecode::Code;
use threadsnake_bytecode::image::Image;
use threadsnake_hal::Platform;
use threadsnake_heap::arch::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use threadsnake_heap::{Client, Heap, HeapConfiguration, ObjectRef, OutOfMemory, RootVisitor};
use threadsnake_syntax::Tree;

use crate::context::{Context, ThreadRoots};
use crate::error::{EXCEPTION_CLASSES, ExceptionClass, PyResult};
use crate::import::times::{ImportTable, ImportTimes};
use crate::kind::Kind;
use crate::names::{NAMES, Name};
use crate::native::{NativeClass, NativeModule};
use crate::sync::EngineMutex;
use crate::types::class::Class;
use crate::types::code::CodeObject;
use crate::value::Value;

/// Objects that the engine holds by number.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(usize)]
#[allow(missing_docs)]
pub enum Root {
    EmptyTuple,
    EmptyStr,
    EmptyBytes,
    EmptyFrozenSet,
    InternTable,
    Builtins,
    BuiltinsModule,
    SysModule,
    Modules,
    ImportlibBootstrap,
    ImportFunction,
    MainModule,
    ThreadExceptHook,
    UnraisableHook,
    ShutdownHooks,
    AtExit,
    CodecSearchPath,
    CodecCache,
    CodecErrors,
    WarningsFilters,
    NoDefault,
    Placeholder,
    GenericType,
    MethodObjectNew,
    ObjectInit,
    ObjectGetAttribute,
    ObjectSetAttribute,
    ObjectDelAttribute,
    ObjectNew,
    ObjectRepr,
    ObjectHash,
    ObjectEq,
    TypeGetAttribute,
    TypeCall,
    TypeNew,
    TypeInit,
    DisplayHook,
    FrozenModules,
    /// What folded functions have as their code.
    FoldedCode,
    SignalHandlers,
    /// `gc.callbacks`
    CollectorCallbacks,
    /// `gc.collect`.
    CollectFunction,
    InternalNamespace,
    /// `zlib.error`
    ZlibError,
    /// `binascii.Error`
    BinasciiError,
    /// `binascii.Incomplete`
    BinasciiIncomplete,
    /// `_hashlib.UnsupportedDigestmodError`
    UnsupportedDigest,
    /// `_queue.Empty`
    QueueEmpty,
    /// `struct.error`
    StructError,
    /// A dict that the module `_socket` keeps for itself.
    SocketModule,
    /// `io.UnsupportedOperation`
    UnsupportedOperation,
    /// Weak references to streams that may hold unwritten bytes.
    OpenStreams,
    /// The classes of `_ast`, a tuple.
    SyntaxClasses,
    /// The classes of struct sequences, a dict by the address of their description.
    StructSequenceClasses,
    /// What `sys.monitoring` registered, a dict.
    MonitoringTools,
    /// What `sys.addaudithook` added, a tuple.
    AuditHooks,
    Count,
}

/// What turns source text into bytecode: the host hands one to the engine, because the core has no parser.
pub trait SourceCompiler: Send + Sync {
    /// Compiles source text.
    ///
    /// # Errors
    /// A description of the syntax error.
    fn compile(&self, request: &CompileRequest<'_>) -> Result<CompileResponse, CompileError>;

    /// Parses source text into a tree, as `compile(..., ast.PyCF_ONLY_AST)` wants it.
    ///
    /// # Errors
    /// A description of the syntax error.
    fn parse(
        &self,
        request: &CompileRequest<'_>,
    ) -> Result<(Tree, alloc::vec::Vec<CompileError>), CompileError>;

    /// Compiles a tree, as `compile` of an object of `ast` wants it; the request has no source.
    ///
    /// # Errors
    /// A description of what is wrong with the tree.
    fn compile_tree(
        &self,
        tree: &Tree,
        request: &CompileRequest<'_>,
    ) -> Result<CompileResponse, CompileError>;

    /// The encoding that source bytes name, if the compiler leaves decoding it to the engine's codecs.
    fn foreign_encoding(&self, source: &[u8]) -> Option<String> {
        let _ = source;
        None
    }

    /// Called now and then on the heap's thread, while others may compile: what only compiling needed can be given back.
    fn rest(&self) {}
}

/// How source text is compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum CompileMode {
    /// A module: `exec`.
    Module,
    /// One interactive statement: `single`.
    Interactive,
    /// An expression: `eval`.
    Expression,
}

/// What to compile.
pub struct CompileRequest<'a> {
    /// The source, bytes in its own encoding or UTF-8.
    pub source: &'a [u8],
    /// Whether the source came as text, so that a coding cookie is ignored.
    pub is_text: bool,
    /// `co_filename`
    pub file_name: &'a str,
    /// What is compiled.
    pub mode: CompileMode,
    /// 0, 1 (no asserts) or 2 (no docstrings either).
    pub optimization: u8,
    /// Flags of `compile()`: future features and `PyCF_*`.
    pub flags: u32,
    /// Refuse syntax that came after Python 3.this.
    pub feature_version: Option<u8>,
}

impl CompileRequest<'_> {
    /// The same for source that is text now.
    fn with_text<'text>(&'text self, text: &'text str) -> CompileRequest<'text> {
        CompileRequest { source: text.as_bytes(), is_text: true, ..*self }
    }
}

/// Bytecode, and the warnings on the way.
pub struct CompileResponse {
    /// The code.
    pub code: Code,
    /// SyntaxWarnings.
    pub warnings: alloc::vec::Vec<CompileError>,
}

/// A syntax error, or a warning about syntax.
pub struct CompileError {
    /// SyntaxWarning, SyntaxError, IndentationError, TabError, `_IncompleteInputError`, MemoryError or RecursionError.
    pub class: ExceptionClass,
    /// The message.
    pub message: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the end.
    pub end_column: u32,
    /// The source line, if known.
    pub text: Option<String>,
}

/// Where frozen modules come from.
///
/// # Safety
/// The image is the same at each call, and every block in it has passed `threadsnake_bytecode::verifier::verify`: the engine does not check it again,
/// and its interpreter trusts it.
pub unsafe trait FrozenModules: Send + Sync {
    /// The image, which the engine decodes piece by piece.
    fn image(&self) -> Image<'static>;
    /// Called when what the engine does changes: a module has been decoded, from this image or by `marshal`, a native one has been made, or a
    /// thread starts that is the only one besides its starter. What only the phase before needed can be given back.
    fn phase_ended(&self) {}
}

/// What a host sets when it makes an engine.
pub struct EngineConfiguration {
    /// The heap's settings; the engine fills in the weak cells'.
    pub heap: HeapConfiguration,
    /// Key of string hashing; equal keys give equal hashes.
    pub hash_key: (u64, u64),
    /// The compiler, if there is one.
    pub compiler: Option<Box<dyn SourceCompiler>>,
    /// The frozen library, if there is one.
    pub frozen: Option<Box<dyn FrozenModules>>,
    /// Native modules besides the engine's own (`builtins`, `sys`, `_thread`, ...).
    pub modules: &'static [&'static NativeModule],
    /// `-O` level.
    pub optimization: u8,
    /// `-X importtime`
    pub import_times: ImportTimes,
    /// Reads a source file, for the lines in tracebacks.
    pub source_reader: Option<SourceReader>,
}

/// Reads a source file by name; none if it cannot be read.
pub type SourceReader = Box<dyn Fn(&str) -> Option<alloc::vec::Vec<u8>> + Send + Sync>;

/// An engine.
pub struct Engine {
    pub(crate) heap: spin::Once<Arc<Heap>>,
    pub(crate) platform: &'static dyn Platform,
    pub(crate) configuration: EngineConfiguration,
    pub(crate) roots: [AtomicU64; Root::Count as usize],
    pub(crate) classes: [AtomicU64; 256],
    pub(crate) shapes: [AtomicU64; 256],
    pub(crate) exceptions: Box<[AtomicU64]>,
    pub(crate) names: Box<[AtomicU64]>,
    pub(crate) latin1: [AtomicU64; 256],
    version: AtomicU64,
    pub(crate) recursion_limit: AtomicU32,
    /// `sys.get_int_max_str_digits()`
    pub(crate) int_digit_limit: AtomicU32,
    /// `-X cpu_count`, 0 for as many as there are.
    pub(crate) configured_processors: AtomicU32,
    pub(crate) types_lock: EngineMutex,
    pub(crate) intern_lock: EngineMutex,
    pub(crate) threads: crate::thread::ThreadRegistry,
    /// Held while importlib looks a module's lock up.
    pub(crate) import_lock: crate::sync::RecursiveLock,
    /// What `-X importtime` shows.
    pub(crate) import_table: ImportTable,
    /// A class of Python code has a `__del__`.
    pub(crate) has_finalizers: AtomicBool,
    /// Set once interpreter shutdown has begun.
    pub(crate) finalizing: AtomicU32,
    /// Threads within `safepoint::run_finalizers`.
    pub(crate) finalizer_runs: AtomicU32,
    /// What `gc` remembers.
    pub(crate) collector: crate::modules::gc::CollectorState,
    /// Held while registries of warnings are read and written.
    pub(crate) warnings_lock: crate::sync::RecursiveLock,
    /// Counts changes of the filters of warnings.
    pub(crate) warnings_version: AtomicU32,
    /// Source texts that are in no file.
    pub(crate) registered_sources: crate::traceback_text::source::RegisteredSources,
}

const EMPTY_WORD: u64 = 0;
/// Version numbers that a thread takes at a time, so that threads do not meet at the counter for each table.
const NUMBERS_AT_A_TIME: u64 = 256;

impl Engine {
    /// Makes an engine and its heap. [`Context::new`] on the calling thread comes next; the first context builds the builtins.
    ///
    /// # Errors
    /// When there is no memory for the heap.
    pub fn new(
        platform: &'static dyn Platform,
        configuration: EngineConfiguration,
    ) -> Result<Arc<Engine>, OutOfMemory> {
        let mut heap_configuration = configuration.heap.clone();
        heap_configuration.weak_cell_kind = Kind::WeakCell as u8;
        let words =
            |count: usize| -> Box<[AtomicU64]> { (0..count).map(|_| AtomicU64::new(EMPTY_WORD)).collect() };
        let engine = Arc::new(Engine {
            heap: spin::Once::new(),
            platform,
            configuration,
            roots: [const { AtomicU64::new(EMPTY_WORD) }; Root::Count as usize],
            classes: [const { AtomicU64::new(EMPTY_WORD) }; 256],
            shapes: [const { AtomicU64::new(EMPTY_WORD) }; 256],
            exceptions: words(EXCEPTION_CLASSES.len()),
            names: words(NAMES.len()),
            latin1: [const { AtomicU64::new(EMPTY_WORD) }; 256],
            version: AtomicU64::new(2),
            recursion_limit: AtomicU32::new(1000),
            int_digit_limit: AtomicU32::new(crate::number::integer_text::DEFAULT_DIGIT_LIMIT as u32),
            configured_processors: AtomicU32::new(0),
            types_lock: EngineMutex::new(),
            intern_lock: EngineMutex::new(),
            threads: crate::thread::ThreadRegistry::new(),
            finalizing: AtomicU32::new(0),
            has_finalizers: AtomicBool::new(false),
            finalizer_runs: AtomicU32::new(0),
            collector: crate::modules::gc::CollectorState::new(),
            import_table: ImportTable::new(),
            import_lock: crate::sync::RecursiveLock::new(),
            warnings_lock: crate::sync::RecursiveLock::new(),
            warnings_version: AtomicU32::new(1),
            registered_sources: spin::Mutex::new(alloc::collections::BTreeMap::new()),
        });
        let client: *const dyn Client = Arc::as_ptr(&engine) as *const dyn Client;
        // SAFETY: the heap is a field of the engine, which is the client, so the client outlives it as far as any use goes: contexts
        // hold the engine, and with the last of them mutators are gone.
        let heap = unsafe { Heap::new(platform, client, heap_configuration) }?;
        engine.heap.call_once(|| heap);
        Ok(engine)
    }

    /// The heap.
    #[inline]
    pub fn heap(&self) -> &Arc<Heap> {
        match self.heap.get() {
            Some(heap) => heap,
            // `new` sets it before it returns the engine.
            None => unreachable!("an engine has a heap"),
        }
    }

    /// The platform.
    #[inline]
    pub fn platform(&self) -> &'static dyn Platform {
        self.platform
    }

    /// The platform's elementary functions, or the engine's own.
    #[inline]
    pub fn elementary_functions(&self) -> &'static threadsnake_hal::ElementaryFunctions {
        self.platform.elementary_functions().unwrap_or(&crate::number::elementary::PORTABLE)
    }

    /// The settings.
    pub fn configuration(&self) -> &EngineConfiguration {
        &self.configuration
    }

    /// The first of so many numbers that no class, shape or table of this engine has had; below 2**47 for all practical life times.
    pub(crate) fn next_versions(&self, count: u64) -> u64 {
        // Relaxed: only uniqueness matters; what a version stands for is published by the object that carries it.
        self.version.fetch_add(count, Ordering::Relaxed)
    }

    #[inline(always)]
    pub(crate) fn root(&self, root: Root) -> Option<Value> {
        Value::from_word(self.roots[root as usize].load(Ordering::Acquire))
    }

    #[inline(always)]
    fn each_cell(&self) -> impl Iterator<Item = &AtomicU64> {
        self.roots
            .iter()
            .chain(self.classes.iter())
            .chain(self.shapes.iter())
            .chain(self.exceptions.iter())
            .chain(self.names.iter())
            .chain(self.latin1.iter())
    }
}

// SAFETY: the scans visit every word that the engine's cells and the thread's roots hold; `drop_native` only drops the boxed
// state of the object.
unsafe impl Client for Engine {
    fn scan_thread(&self, client_thread: *const (), visitor: &mut RootVisitor<'_, '_>) {
        // SAFETY: `Context::new` attached with the address of its roots, which live until after it detached; the thread stands
        // still, so nothing writes them.
        let roots = unsafe { &*client_thread.cast::<ThreadRoots>() };
        roots.scan(visitor);
    }

    fn scan_globals(&self, visitor: &mut RootVisitor<'_, '_>) {
        for cell in self.each_cell() {
            visitor.visit(cell.load(Ordering::Acquire));
        }
        self.threads.scan(visitor);
    }

    unsafe fn drop_native(&self, object: ObjectRef) {
        // SAFETY: the heap calls this once for a dead object, as `drop_state` asks.
        unsafe { crate::native::state::drop_state(object, crate::native::state::OFFSET) }
    }

    fn committer_rests(&self) {
        if let Some(compiler) = &self.configuration.compiler {
            compiler.rest();
        }
    }
}

impl Context {
    /// An engine-wide object that is set during start-up.
    #[inline(always)]
    pub fn root(&self, root: Root) -> Option<Value> {
        self.engine().root(root)
    }

    /// Sets an engine-wide object.
    pub fn set_root(&self, root: Root, value: Option<Value>) {
        if let Some(value) = value {
            self.publish(value);
        }
        // Release pairs with the Acquire in `Engine::root`.
        self.engine().roots[root as usize].store(Value::word_or_empty(value), Ordering::Release);
    }

    /// Sets an engine-wide object unless it is set; what it is then.
    pub fn set_root_once(&self, root: Root, value: Value) -> Value {
        self.publish(value);
        let word = Value::word_or_empty(Some(value));
        let empty = Value::word_or_empty(None);
        // AcqRel and Acquire pair with the Acquire in `Engine::root` and with the other thread's Release here.
        match self.engine().roots[root as usize].compare_exchange(
            empty,
            word,
            Ordering::AcqRel,
            Ordering::Acquire,
        ) {
            Ok(_) => value,
            Err(other) => Value::from_word(other).unwrap_or(value),
        }
    }

    /// Sets an engine-wide object if it is `old`, which the caller holds; whether it was.
    pub(crate) fn replace_root(&self, root: Root, old: Option<Value>, new: Value) -> bool {
        self.publish(new);
        let (old, new) = (Value::word_or_empty(old), Value::word_or_empty(Some(new)));
        // AcqRel and Acquire pair with the Acquire in `Engine::root` and with the other thread's Release here.
        let cell = &self.engine().roots[root as usize];
        cell.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The class of a builtin kind.
    #[inline(always)]
    pub fn class(&self, kind: Kind) -> Value {
        Value::from_word(self.engine().classes[kind as usize].load(Ordering::Acquire)).unwrap_or(Value::NONE)
    }

    /// The shape of exact instances of a builtin kind, as a word; empty during start-up.
    #[inline(always)]
    pub(crate) fn shape_word(&self, kind: Kind) -> u64 {
        self.engine().shapes[kind as usize].load(Ordering::Acquire)
    }

    /// Registers a class under its id, unless another thread has done so: then the other one's class is the result.
    pub(crate) fn register_class(&self, kind: Kind, class: Class, shape: Value) -> Class {
        self.publish(class.as_value());
        self.publish(shape);
        let engine = self.engine();
        // The shape decides. AcqRel: pairs with `shape_word`, and with this of the other thread.
        match engine.shapes[kind as usize].compare_exchange(
            0,
            shape.word(),
            Ordering::AcqRel,
            Ordering::Acquire,
        ) {
            Ok(_) => {
                engine.classes[kind as usize].store(class.as_value().word(), Ordering::Release);
                class
            }
            Err(_) => loop {
                // Between the winner's two stores there is no safepoint, so this is short.
                match Class::from_value(self.class(kind)) {
                    Some(registered) => break registered,
                    None => engine.platform().yield_now(),
                }
            },
        }
    }

    /// A builtin exception class.
    #[inline]
    pub fn exception_class(&self, class: ExceptionClass) -> Value {
        self.engine()
            .exceptions
            .get(class as usize)
            .and_then(|cell| Value::from_word(cell.load(Ordering::Acquire)))
            .unwrap_or(Value::NONE)
    }

    pub(crate) fn set_exception_class(&self, class: ExceptionClass, value: Value) {
        self.publish(value);
        if let Some(cell) = self.engine().exceptions.get(class as usize) {
            cell.store(value.word(), Ordering::Release);
        }
    }

    /// An interned name of the engine's own.
    #[inline(always)]
    pub fn name(&self, name: Name) -> crate::types::str_object::Str {
        let word = self.engine().names.get(name as usize).map_or(0, |cell| cell.load(Ordering::Acquire));
        match Value::from_word(word).and_then(crate::types::str_object::Str::from_value) {
            Some(text) => text,
            None => unreachable!("the engine's names are interned first of all"),
        }
    }

    /// Whether a class or exception is registered under this native class.
    pub fn native_class(&self, class: &'static NativeClass) -> Value {
        self.class(class.id)
    }

    /// Key-dependent hash of bytes, never 0 for non-empty input... except by chance; -1 is not special here.
    #[inline]
    pub fn hash_bytes(&self, bytes: &[u8]) -> i64 {
        let (first, second) = self.engine().configuration.hash_key;
        crate::text::hash::HashKey::new(first, second).of_bytes(bytes)
    }

    /// A number that this engine has not given out before: for versions, and for objects that need a number of their own.
    #[inline]
    pub fn next_version(&self) -> u64 {
        let next = self.next_number.get();
        if next < self.numbers_end.get() {
            self.next_number.set(next + 1);
            return next;
        }
        let next = self.engine().next_versions(NUMBERS_AT_A_TIME);
        self.next_number.set(next + 1);
        self.numbers_end.set(next + NUMBERS_AT_A_TIME);
        next
    }

    /// Compiles source text with the host's compiler.
    ///
    /// # Errors
    /// SyntaxError and its kin; RuntimeError when the engine has no compiler.
    pub fn compile_source(&self, given: &CompileRequest<'_>) -> PyResult<CodeObject> {
        let compiler = self.compiler()?;
        let decoded = self.decode_foreign_source(compiler, given)?;
        let request = decoded.as_ref().map(|text| given.with_text(text));
        let request = request.as_ref().unwrap_or(given);
        // The compiler allocates only Rust memory and may take long: no epoch should wait for it.
        let compiled = self.blocking(|| compiler.compile(request));
        self.finish_compilation(request, compiled)
    }

    /// Issues the warnings, and makes the code object.
    fn finish_compilation(
        &self,
        request: &CompileRequest<'_>,
        compiled: Result<CompileResponse, CompileError>,
    ) -> PyResult<CodeObject> {
        let response = compiled.map_err(|error| self.raise_compile_error(request, &error))?;
        self.issue_syntax_warnings(request, response.warnings)?;
        self.code_object(&response.code)
    }

    /// A warning that the filters turn into an error is a SyntaxError at its place.
    fn issue_syntax_warnings(
        &self,
        request: &CompileRequest<'_>,
        warnings: alloc::vec::Vec<CompileError>,
    ) -> PyResult<()> {
        for mut warning in warnings {
            let category = warning.class;
            let issued = self.warn_explicit(category, &warning.message, request.file_name, warning.line);
            if let Err(raised) = issued {
                if !self.pending_is(&raised, category) {
                    return Err(raised);
                }
                self.take_exception(raised);
                warning.class = ExceptionClass::SyntaxError;
                return Err(self.raise_compile_error(request, &warning));
            }
        }
        Ok(())
    }

    /// Parses source text into the objects of `ast`.
    ///
    /// # Errors
    /// As for [`Context::compile_source`].
    pub fn parse_source(&self, given: &CompileRequest<'_>) -> PyResult<Value> {
        let compiler = self.compiler()?;
        let decoded = self.decode_foreign_source(compiler, given)?;
        let request = decoded.as_ref().map(|text| given.with_text(text));
        let request = request.as_ref().unwrap_or(given);
        let (tree, warnings) = self
            .blocking(|| compiler.parse(request))
            .map_err(|error| self.raise_compile_error(request, &error))?;
        self.issue_syntax_warnings(request, warnings)?;
        self.syntax_tree_object(&tree)
    }

    /// The text of source bytes in an encoding that only the registry of codecs knows; none if the compiler decodes them.
    fn decode_foreign_source(
        &self,
        compiler: &dyn SourceCompiler,
        request: &CompileRequest<'_>,
    ) -> PyResult<Option<String>> {
        const IGNORE_COOKIE: u32 = 0x0800;
        if request.is_text || request.flags & IGNORE_COOKIE != 0 {
            return Ok(None);
        }
        let Some(encoding) = compiler.foreign_encoding(request.source) else { return Ok(None) };
        let decode = || {
            let bytes = self.bytes(request.source)?;
            self.decode_object(bytes, Some(self.new_str(&encoding)?), None)?.to_utf8(self)
        };
        decode().map(Some).map_err(|raised| {
            let is_told = self.pending_is(&raised, ExceptionClass::LookupError)
                || self.pending_is(&raised, ExceptionClass::UnicodeError);
            if !is_told {
                return raised;
            }
            let exception = self.take_exception(raised);
            let message = match self.str_of(exception) {
                Ok(text) => text.to_utf8_lossy(),
                Err(raised) => return raised,
            };
            let error = CompileError {
                class: ExceptionClass::SyntaxError,
                message,
                line: 0,
                column: 0,
                end_line: 0,
                end_column: 0,
                text: None,
            };
            self.raise_compile_error(request, &error)
        })
    }

    /// Compiles a syntax tree.
    ///
    /// # Errors
    /// As for [`Context::compile_source`]; TypeError and ValueError for what is no right tree.
    pub fn compile_syntax_tree(&self, tree: &Tree, request: &CompileRequest<'_>) -> PyResult<CodeObject> {
        let compiler = self.compiler()?;
        let compiled = self.blocking(|| compiler.compile_tree(tree, request));
        self.finish_compilation(request, compiled)
    }

    fn compiler(&self) -> PyResult<&dyn SourceCompiler> {
        match &self.engine().configuration.compiler {
            Some(compiler) => Ok(&**compiler),
            None => Err(self.raise(
                ExceptionClass::RuntimeError,
                format_args!("this engine was built without a compiler"),
            )),
        }
    }
}
