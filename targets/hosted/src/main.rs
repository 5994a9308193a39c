//! The `threadsnake` command.

mod library;
mod modules;
mod source_compiler;

use std::process::ExitCode;

use threadsnake_engine::engine::{Engine, EngineConfiguration};
use threadsnake_engine::native::NativeModule;
use threadsnake_engine::thread::ThreadState;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_heap::HeapConfiguration;

use library::Library;
use source_compiler::HostedCompiler;

fn run(cx: &Context, path: &str) -> PyResult<()> {
    let source = match std::fs::read(path) {
        Ok(source) => source,
        Err(error) => {
            return Err(cx.raise(ExceptionClass::OSError, format_args!("can't open file '{path}': {error}")));
        }
    };
    let main = cx.new_module("__main__")?;
    cx.add_module("__main__", main)?;
    let namespace = cx.module_dict(main)?;
    cx.run_source(&source, path, namespace)?;
    Ok(())
}

/// The native modules of the core and of this target.
fn all_modules() -> Box<[&'static NativeModule]> {
    threadsnake_modules::MODULES.iter().chain(modules::MODULES).copied().collect()
}

fn main() -> ExitCode {
    let platform = threadsnake_platform_hosted::install();
    let library = match Library::open() {
        Ok(library) => library,
        Err(text) => {
            eprintln!("threadsnake: {text}");
            return ExitCode::from(1);
        }
    };
    let configuration = EngineConfiguration {
        heap: HeapConfiguration::default(),
        hash_key: (1, 2),
        compiler: Some(Box::new(HostedCompiler)),
        frozen: Some(Box::new(library)),
        modules: Box::leak(all_modules()),
        optimization: 0,
        source_reader: Some(Box::new(|path: &str| std::fs::read(path).ok())),
    };
    let Ok(engine) = Engine::new(platform, configuration) else {
        eprintln!("threadsnake: no memory for the heap");
        return ExitCode::from(1);
    };
    let Ok(cx) = Context::new(engine, ThreadState::existing()) else {
        eprintln!("threadsnake: no memory for the interpreter's stack");
        return ExitCode::from(1);
    };
    cx.become_main_thread();
    let path = std::env::args().nth(1).unwrap_or_default();
    let result = cx.bootstrap().and_then(|()| cx.initialize_imports()).and_then(|()| run(&cx, &path));
    let code = match result {
        Ok(()) => 0,
        Err(raised) => {
            let exception: Value = cx.take_exception(raised);
            eprint!("{}", cx.print_exception(exception));
            1
        }
    };
    cx.resign_main_thread();
    ExitCode::from(code)
}
