//! Compiles every Python program of this repository (`tests/`, `examples/`, `bench/`) and checks the code that comes out.

use std::path::{Path, PathBuf};

use threadsnake_bytecode::verifier;
use threadsnake_compiler::{CompileOptions, compile};

fn python_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            python_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

#[test]
fn the_programs_of_the_repository_compile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["tests", "examples", "bench"] {
        python_files(&root.join(folder), &mut files);
    }
    assert!(files.len() > 50, "only {} files", files.len());
    let mut failures = Vec::new();
    for file in &files {
        let source = std::fs::read(file).expect("a readable program");
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
