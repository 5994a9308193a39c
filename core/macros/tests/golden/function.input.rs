/// Return the logarithm of x to the given base.
#[pyfunction(signature = "(x, base=None, /, *, limit=-1)")]
pub fn log(cx: &Context, x: f64, base: Option<Value>, limit: i64) -> PyResult<f64> {
    compute(cx, x, base, limit)
}
