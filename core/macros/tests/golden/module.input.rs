/// Bisection algorithms.
#[pymodule(name = "_bisect", classes(Deque), functions(crate::number::gcd))]
mod bisect {
    #[pyfunction]
    fn left(arguments: Arguments<'_>) -> PyResult {
        search(arguments)
    }
    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        prepare(cx, module)
    }
}
