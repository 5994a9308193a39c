#[pymethods]
impl ListIterator {
    /// Return state information for pickling.
    #[pymethod(name = "__reduce__")]
    fn reduce(self, cx: &Context) -> PyResult {
        reduce(cx, self)
    }
    #[pygetter]
    fn index(cx: &Context, this: ListIterator) -> PyResult {
        cx.int(this.position())
    }
    #[pysetter]
    fn set_index(cx: &Context, this: ListIterator, value: i64) -> PyResult<()> {
        this.set_position(cx, value)
    }
    #[pynext]
    fn next(cx: &Context, this: ListIterator) -> PyResult<Option<Value>> {
        Ok(this.advance(cx))
    }
    #[pyfinalize]
    fn finalize(cx: &Context, this: ListIterator) {
        this.close(cx);
    }
    fn position(self) -> i64 {
        0
    }
}
