//! The arguments of a call, and how they are bound to a native function's parameters.
//!
//! Invariant: `Arguments::values` lies in an interpreter register window, a scratch vector or a Rust array on the stack: places
//! that the collector scans. Binding follows CPython's argument clinic in order of checks and in the texts of its errors
//! (Python/getargs.c, `_PyArg_UnpackKeywords`).

use crate::context::Context;
use crate::error::{ExceptionClass, PyResult, Raised};
use crate::types::str_object::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// What a call passes.
#[derive(Copy, Clone)]
pub struct Arguments<'a> {
    /// Positional values, then the values of keywords.
    pub values: &'a [Value],
    /// The names of the last values, if any are passed by keyword.
    pub keyword_names: Option<Tuple>,
}

impl<'a> Arguments<'a> {
    /// Only positional arguments.
    #[inline(always)]
    pub fn positional_only(values: &'a [Value]) -> Self {
        Arguments { values, keyword_names: None }
    }

    /// Number of keyword arguments.
    #[inline]
    pub fn keyword_count(&self) -> usize {
        self.keyword_names.map_or(0, |names| names.len()).min(self.values.len())
    }

    /// The positional arguments.
    #[inline]
    pub fn positional(&self) -> &'a [Value] {
        match self.keyword_names {
            None => self.values,
            Some(_) => self.values.get(..self.values.len() - self.keyword_count()).unwrap_or(&[]),
        }
    }

    /// The keyword arguments.
    pub fn keywords(&self) -> Keywords<'a> {
        let positional = self.values.len() - self.keyword_count();
        Keywords { names: self.keyword_names, values: self.values.get(positional..).unwrap_or(&[]) }
    }

    /// The receiver of a method, and the call without it.
    ///
    /// # Errors
    /// TypeError when there is no positional argument.
    #[inline(always)]
    pub fn split_receiver(&self, cx: &Context, class: &str, name: &str) -> PyResult<(Value, Arguments<'a>)> {
        match self.positional().first() {
            Some(&receiver) => Ok((receiver, self.without_first())),
            None => Err(missing_receiver(cx, class, name)),
        }
    }

    /// The same call without its first positional argument.
    pub fn without_first(&self) -> Arguments<'a> {
        Arguments { values: self.values.get(1..).unwrap_or(&[]), keyword_names: self.keyword_names }
    }
}

/// Keyword arguments: names and values.
#[derive(Copy, Clone)]
pub struct Keywords<'a> {
    names: Option<Tuple>,
    values: &'a [Value],
}

impl<'a> Keywords<'a> {
    /// Number of keyword arguments.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Names (strings) and values in the order of the call.
    pub fn iter(&self) -> impl Iterator<Item = (Value, Value)> + 'a {
        let names = self.names;
        self.values
            .iter()
            .enumerate()
            .filter_map(move |(index, &value)| names?.get(index).map(|name| (name, value)))
    }

    /// The tuple of names.
    pub fn names(&self) -> Option<Tuple> {
        self.names
    }

    /// The values in the order of the names.
    pub fn values(&self) -> &'a [Value] {
        self.values
    }
}

/// How a parameter takes its argument.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ParameterKind {
    /// Before `/`.
    PositionalOnly,
    /// By position or by name.
    Standard,
    /// After `*`.
    KeywordOnly,
}

/// A parameter of a native function (`*args` and `**kwargs` are described by [`Signature`]).
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// How it takes its argument.
    pub kind: ParameterKind,
    /// Whether it has no default.
    pub required: bool,
}

/// The parameters of a native function; the receiver of a method is not among them.
pub struct Signature {
    /// The function's name, as errors give it.
    pub name: &'static str,
    /// The parameters, positional ones first.
    pub parameters: &'static [Parameter],
    /// Whether further positional arguments are taken.
    pub variable_arguments: bool,
    /// Whether further keywords are taken.
    pub variable_keywords: bool,
}

#[cold]
fn missing_receiver(cx: &Context, class: &str, name: &str) -> Raised {
    cx.raise(ExceptionClass::TypeError, format_args!("unbound method {class}.{name}() needs an argument"))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl Signature {
    fn positional_limits(&self) -> (usize, usize, usize) {
        let mut minimum = 0;
        let mut maximum = 0;
        let mut positional_only = 0;
        for parameter in self.parameters {
            if parameter.kind == ParameterKind::KeywordOnly {
                continue;
            }
            maximum += 1;
            if parameter.required {
                minimum = maximum;
            }
            if parameter.kind == ParameterKind::PositionalOnly {
                positional_only += 1;
            }
        }
        (minimum, maximum, positional_only)
    }

    /// Puts each argument into the place of its parameter in `bound`, which has one place per parameter, all absent.
    ///
    /// # Errors
    /// TypeError, with CPython's text, for missing, surplus, unknown or repeated arguments.
    #[inline]
    pub fn bind(&self, cx: &Context, arguments: &Arguments<'_>, bound: &mut [Option<Value>]) -> PyResult<()> {
        if arguments.keyword_names.is_none() && arguments.values.len() == bound.len() {
            let all_positional =
                self.parameters.last().is_none_or(|last| last.kind != ParameterKind::KeywordOnly);
            if all_positional {
                for (place, &value) in bound.iter_mut().zip(arguments.values) {
                    *place = Some(value);
                }
                return Ok(());
            }
        }
        self.bind_slow(cx, arguments, bound)
    }

    /// The receiver of a method, and each argument in the place of its parameter.
    ///
    /// # Errors
    /// As for [`Arguments::split_receiver`] and [`Signature::bind`].
    #[cold]
    #[inline(never)]
    pub fn bind_method<const COUNT: usize>(
        &self,
        cx: &Context,
        arguments: &Arguments<'_>,
        class: &str,
        name: &str,
    ) -> PyResult<(Value, [Option<Value>; COUNT])> {
        let (receiver, arguments) = arguments.split_receiver(cx, class, name)?;
        let mut bound = [None; COUNT];
        self.bind(cx, &arguments, &mut bound)?;
        Ok((receiver, bound))
    }

    /// The argument of a required parameter, from its place after [`Signature::bind`].
    ///
    /// # Errors
    /// TypeError when the place is empty.
    #[inline(always)]
    pub fn given(&self, cx: &Context, place: Option<Value>, index: usize) -> PyResult<Value> {
        match place {
            Some(value) => Ok(value),
            None => Err(self.absent(cx, index)),
        }
    }

    #[cold]
    fn absent(&self, cx: &Context, index: usize) -> Raised {
        let (minimum, maximum, positional_only) = self.positional_limits();
        self.missing(cx, index, index, minimum, maximum, positional_only)
    }

    #[cold]
    fn bind_slow(
        &self,
        cx: &Context,
        arguments: &Arguments<'_>,
        bound: &mut [Option<Value>],
    ) -> PyResult<()> {
        let positional = arguments.positional();
        let (minimum, maximum, positional_only) = self.positional_limits();
        if positional.len() > maximum && !self.variable_arguments {
            return Err(self.too_many(cx, positional.len(), minimum, maximum, positional_only, arguments));
        }
        for (place, &value) in bound.iter_mut().zip(positional.iter().take(maximum)) {
            *place = Some(value);
        }
        for (name, value) in arguments.keywords().iter() {
            self.bind_keyword(cx, name, value, positional.len(), bound)?;
        }
        for (index, parameter) in self.parameters.iter().enumerate() {
            if parameter.required && bound.get(index).is_none_or(|place| place.is_none()) {
                return Err(self.missing(cx, index, positional.len(), minimum, maximum, positional_only));
            }
        }
        Ok(())
    }

    fn bind_keyword(
        &self,
        cx: &Context,
        name: Value,
        value: Value,
        positional_count: usize,
        bound: &mut [Option<Value>],
    ) -> PyResult<()> {
        let Some(text) = Str::from_value(name) else {
            return Err(cx.raise(ExceptionClass::TypeError, format_args!("keywords must be strings")));
        };
        for (index, parameter) in self.parameters.iter().enumerate() {
            if parameter.kind == ParameterKind::PositionalOnly || !text.equals_ascii(parameter.name) {
                continue;
            }
            let Some(place) = bound.get_mut(index) else { break };
            if place.is_some() {
                return Err(cx.raise(
                    ExceptionClass::TypeError,
                    format_args!(
                        "argument for {}() given by name ('{}') and position ({})",
                        self.name,
                        parameter.name,
                        index.min(positional_count) + 1
                    ),
                ));
            }
            *place = Some(value);
            return Ok(());
        }
        if self.variable_keywords {
            return Ok(());
        }
        if self.parameters.iter().all(|parameter| parameter.kind == ParameterKind::PositionalOnly) {
            return Err(cx.raise(
                ExceptionClass::TypeError,
                format_args!("{}() takes no keyword arguments", self.name),
            ));
        }
        Err(cx.raise(
            ExceptionClass::TypeError,
            format_args!("{}() got an unexpected keyword argument '{}'", self.name, text),
        ))
    }

    fn too_many(
        &self,
        cx: &Context,
        given: usize,
        minimum: usize,
        maximum: usize,
        positional_only: usize,
        arguments: &Arguments<'_>,
    ) -> Raised {
        let name = self.name;
        if maximum == positional_only && maximum == self.parameters.len() {
            if maximum == 0 {
                return cx.raise(
                    ExceptionClass::TypeError,
                    format_args!("{name}() takes no arguments ({given} given)"),
                );
            }
            if maximum == 1 && minimum == 1 {
                return cx.raise(
                    ExceptionClass::TypeError,
                    format_args!("{name}() takes exactly one argument ({given} given)"),
                );
            }
            let bound = if minimum == maximum { "" } else { "at most " };
            return cx.raise(
                ExceptionClass::TypeError,
                format_args!("{name} expected {bound}{maximum} argument{}, got {given}", plural(maximum)),
            );
        }
        if maximum == 0 {
            return cx
                .raise(ExceptionClass::TypeError, format_args!("{name}() takes no positional arguments"));
        }
        let total = given + arguments.keyword_count();
        if maximum == self.parameters.len() {
            let bound = if minimum == maximum { "exactly" } else { "at most" };
            return cx.raise(
                ExceptionClass::TypeError,
                format_args!("{name}() takes {bound} {maximum} argument{} ({total} given)", plural(maximum)),
            );
        }
        let bound = if minimum == maximum { "exactly" } else { "at most" };
        cx.raise(
            ExceptionClass::TypeError,
            format_args!(
                "{name}() takes {bound} {maximum} positional argument{} ({given} given)",
                plural(maximum)
            ),
        )
    }

    fn missing(
        &self,
        cx: &Context,
        index: usize,
        given: usize,
        minimum: usize,
        maximum: usize,
        positional_only: usize,
    ) -> Raised {
        let name = self.name;
        if index < positional_only && given < positional_only {
            if maximum == 1 && minimum == 1 && maximum == self.parameters.len() {
                return cx.raise(
                    ExceptionClass::TypeError,
                    format_args!("{name}() takes exactly one argument ({given} given)"),
                );
            }
            let bound = if minimum == maximum { "" } else { "at least " };
            return cx.raise(
                ExceptionClass::TypeError,
                format_args!("{name} expected {bound}{minimum} argument{}, got {given}", plural(minimum)),
            );
        }
        let parameter = self.parameters.get(index).map_or("", |parameter| parameter.name);
        cx.raise(
            ExceptionClass::TypeError,
            format_args!("{name}() missing required argument '{parameter}' (pos {})", index + 1),
        )
    }

    /// The positional arguments beyond the parameters.
    pub fn rest<'a>(&self, arguments: &Arguments<'a>) -> &'a [Value] {
        let (_, maximum, _) = self.positional_limits();
        arguments.positional().get(maximum..).unwrap_or(&[])
    }
}
