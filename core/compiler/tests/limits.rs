//! Sources that are too deep, too long or no text at all: an error or code, never a crash.

use threadsnake_compiler::{CompileOptions, ErrorKind, Mode, SyntaxError, compile};

fn error(source: &[u8]) -> SyntaxError {
    match compile(source, &CompileOptions { file_name: "limits.py".into(), ..CompileOptions::default() }) {
        Ok(_) => panic!("compiled: {}", String::from_utf8_lossy(source).chars().take(60).collect::<String>()),
        Err(error) => error,
    }
}

fn compiles(source: &str) {
    let options = CompileOptions { file_name: "limits.py".into(), ..CompileOptions::default() };
    if let Err(error) = compile(source.as_bytes(), &options) {
        panic!("{error}: {}", source.chars().take(60).collect::<String>());
    }
}

/// An error of some kind, or code; the point is to come back.
fn returns(source: &str) {
    let options = CompileOptions { file_name: "limits.py".into(), ..CompileOptions::default() };
    let _ = compile(source.as_bytes(), &options);
}

#[test]
fn brackets_are_limited() {
    for bracket in ["(", "[", "{", "f(", "a["] {
        let found = error(bracket.repeat(10_000).as_bytes());
        assert_eq!(found.message, "too many nested parentheses", "{bracket}");
    }
    assert_eq!(
        error(format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)).as_bytes()).message,
        "too many nested parentheses"
    );
    compiles(&format!("x = {}1{}", "[".repeat(190), "]".repeat(190)));
}

#[test]
fn chains_end() {
    assert_eq!(error(format!("x = {}1", "1+".repeat(100_000)).as_bytes()).kind, ErrorKind::Recursion);
    compiles(&format!("x = {}y", "y+".repeat(2_000)));
    compiles(&format!("x = {}y", "y and ".repeat(100_000)));
    compiles(&format!("x = [{}]", "1, ".repeat(100_000)));
    compiles(&format!("x = [{}]", "y, ".repeat(100_000)));
    compiles(&format!("x = {{{}}}", "y: y, ".repeat(50_000)));
    for piece in [
        "-",
        "not ",
        "~",
        "lambda: ",
        "y if y else ",
        "y**",
        "await ",
        "*",
        "y.",
        "y[0]",
        "y()",
        "yield ",
        "y := ",
        "x = ",
    ] {
        returns(&format!("x = {}y", piece.repeat(50_000)));
        returns(&format!("{}y", piece.repeat(1_000)));
        returns(&format!("y{}", piece.repeat(1_000)));
    }
    let mut elifs = String::from("if a: pass\n");
    elifs.push_str(&"elif b: c = 1\n".repeat(20_000));
    compiles(&elifs);
}

#[test]
fn blocks_are_limited() {
    let nested = |head: &str, depth: usize| {
        let mut text = String::new();
        for level in 0..depth {
            text.push_str(&" ".repeat(level));
            text.push_str(head);
            text.push('\n');
        }
        text.push_str(&" ".repeat(depth));
        text.push_str("pass\n");
        text
    };
    assert_eq!(error(nested("if x:", 120).as_bytes()).kind, ErrorKind::Indentation);
    compiles(&nested("if x:", 90));
    compiles(&nested("def f():", 90));
    assert_eq!(error(nested("while x:", 30).as_bytes()).message, "too many statically nested blocks");
    // Final bodies in final bodies.
    let mut text = String::new();
    for level in 0..60 {
        text.push_str(&format!("{0}try: f()\n{0}finally:\n", " ".repeat(level)));
    }
    text.push_str(&format!("{}pass\n", " ".repeat(60)));
    returns(&text);
}

#[test]
fn long_jumps_reach() {
    compiles(&format!("while a < b:\n{}", " x = y.z + 1\n".repeat(30_000)));
    compiles(
        &format!(
            "for a in b:\n{} else:\n  c\n",
            format!(" if a < 3:\n{} ", "  x = y.z + 1\n".repeat(20_000)).trim_end_matches(' ')
        )
        .replace("\n else", "\nelse"),
    );
}

#[test]
fn bytes_that_are_no_source() {
    assert_eq!(error(b"x = 1\0").message, "source code string cannot contain null bytes");
    let found = error(b"x = 1\ny = '\xff'\n");
    assert_eq!(
        (
            found.line,
            found.message.starts_with("Non-UTF-8 code starting with '\\xff' in file limits.py on line 2")
        ),
        (2, true)
    );
    assert_eq!(error(b"# coding: no-such\n").message, "unknown encoding: no-such");
    assert_eq!(error(b"\xef\xbb\xbf# coding: latin-1\n").message, "encoding problem: latin-1 with BOM");
    for good in [
        &b"# coding: latin-1\nx = '\xe9'\n"[..],
        b"#!/bin/x\n# vim: fileencoding=utf-8 :\nx = '\xc3\xa9'",
        b"\xef\xbb\xbfx = 1",
        b"x = 1\r\ny = 2\rz = 3",
    ] {
        let options = CompileOptions { file_name: "limits.py".into(), ..CompileOptions::default() };
        assert!(compile(good, &options).is_ok(), "{}", String::from_utf8_lossy(good));
    }
    let big = "9".repeat(5_000);
    assert!(error(big.as_bytes()).message.starts_with("Exceeds the limit (4300 digits)"));
}

#[test]
fn interactive_input_can_be_incomplete() {
    let options = CompileOptions {
        mode: Mode::Interactive,
        file_name: "<stdin>".into(),
        allow_incomplete_input: true,
        dont_imply_dedent: true,
        ..CompileOptions::default()
    };
    let kind = |source: &str| compile(source.as_bytes(), &options).err().map(|error| error.kind);
    for incomplete in [
        "if x:",
        "if x:\n  y",
        "def f():\n  return 1",
        "x = (1,",
        "x = '''abc",
        "@a",
        "try:\n  x\n",
        "f(a,\n",
        "x = [",
        "for x in y:\n",
        "x = \\",
    ] {
        assert_eq!(kind(incomplete), Some(ErrorKind::IncompleteInput), "{incomplete:?}");
    }
    for complete in ["x = 1", "x = 1\n", "if x:\n  y\n", "def f():\n  return 1\n", "", "# comment\n", "x; y"]
    {
        assert_eq!(kind(complete), None, "{complete:?}");
    }
    for wrong in ["x = )", "x = = 1", "if x: y z", "1 +* 2", "x = 'abc"] {
        assert_eq!(kind(wrong), Some(ErrorKind::Syntax), "{wrong:?}");
    }
}
