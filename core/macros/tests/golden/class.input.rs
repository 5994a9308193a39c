/// Built-in mutable sequence.
#[pyclass(id = List, name = "list", slots = 1, raw = 8, signature = "(iterable=(), /)", flags(SUBCLASSABLE, SEQUENCE))]
pub struct List(ObjectRef);
