//! Compiles all of CPython's library and checks the code that comes out: registers, jumps, windows, tables.

use std::path::{Path, PathBuf};

use threadsnake_bytecode::verifier;
use threadsnake_compiler::{CompileOptions, compile};

fn python_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            python_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

#[test]
fn whole_library_compiles() {
    let mut files = Vec::new();
    python_files(Path::new(rustpython_pylib::LIB_PATH), &mut files);
    files.sort();
    assert!(files.len() > 500, "only {} files in {}", files.len(), rustpython_pylib::LIB_PATH);
    let mut failures = Vec::new();
    for file in &files {
        let source = std::fs::read(file).expect("readable library file");
        let options = CompileOptions { file_name: file.display().to_string(), ..CompileOptions::default() };
        match compile(&source, &options) {
            Ok(output) => {
                if let Err(problem) = verifier::verify(&output.code) {
                    failures.push(format!("{}: {problem}", file.display()));
                }
            }
            Err(error) => failures.push(format!("{}:{}: {}", file.display(), error.line, error.message)),
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), files.len(), failures.join("\n"));
}
