//! Small programs and the code they compile to, in `tests/golden/NAME.py` and `NAME.txt`.
//!
//! The oracle is the file beside the program, reviewed when it changes. To write the files anew:
//! `THREADSNAKE_GOLDEN=write cargo test -p threadsnake-compiler --test golden`.

use std::path::Path;

use threadsnake_bytecode::{disassembler, verifier};
use threadsnake_compiler::{CompileOptions, compile};

#[test]
fn programs_compile_to_their_listings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let write = std::env::var_os("THREADSNAKE_GOLDEN").is_some_and(|value| value == "write");
    let mut programs: Vec<_> = std::fs::read_dir(&folder)
        .expect("golden folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    programs.sort();
    assert!(programs.len() >= 10, "only {} golden programs", programs.len());
    let mut differing = Vec::new();
    for program in programs {
        let source = std::fs::read(&program).expect("golden program");
        let options = CompileOptions { file_name: "golden.py".into(), ..CompileOptions::default() };
        let output =
            compile(&source, &options).unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        verifier::verify(&output.code).unwrap_or_else(|problem| panic!("{}: {problem}", program.display()));
        let text = disassembler::disassemble(&output.code);
        let golden = program.with_extension("txt");
        if write {
            std::fs::write(&golden, &text).expect("golden file");
        } else if std::fs::read_to_string(&golden).ok().as_deref() != Some(text.as_str()) {
            differing.push(format!("{}:\n{text}", golden.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
