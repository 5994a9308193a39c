//! `_tokenize`: what `tokenize` rests on.
//!
//! Invariant: there is no tokenizer behind it yet, and asking for one says so; importing `tokenize`, as `inspect` and with it much of the library
//! does, needs the name alone. Source: Python/Python-tokenize.c.

use threadsnake_macros::pymodule;

/// Tokenizer for Python source.
#[pymodule(name = "_tokenize")]
pub mod module {
    use threadsnake_engine::native::Arguments;
    use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};

    #[pyfunction(name = "TokenizerIter")]
    fn tokenizer_iterator(cx: &Context, arguments: Arguments<'_>) -> PyResult<Value> {
        let _ = arguments;
        Err(cx.raise(
            ExceptionClass::NotImplementedError,
            format_args!("tokenize is not supported yet by threadsnake"),
        ))
    }
}
