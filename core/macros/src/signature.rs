//! Python signatures as attributes give them: `"(a, b=None, /, c=0, *args, key=None, **kwargs)"`.
//!
//! Invariant: a parsed signature is one that `def` would accept: defaults do not precede required positional parameters, `/` comes
//! once and before `*`, names are unique. The text that Python sees follows CPython's argument clinic: the receiver first, and
//! `/` directly behind it when no other parameter is positional-only (Tools/clinic).

use std::collections::HashSet;

use syn::LitStr;

/// How a parameter takes its argument.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Before `/`.
    PositionalOnly,
    /// By position or by name.
    Standard,
    /// After `*`.
    KeywordOnly,
}

/// A parameter that takes one argument.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How it takes its argument.
    pub kind: Kind,
    /// The text of its default, if it has one.
    pub default: Option<String>,
}

/// A whole signature.
#[derive(Clone, Default, Debug)]
pub struct Signature {
    /// The receiver as written, such as `$self`; absent where the attribute leaves it out.
    pub receiver: Option<String>,
    /// The parameters that take one argument, in order.
    pub parameters: Vec<Parameter>,
    /// The name of `*args`.
    pub variable_arguments: Option<String>,
    /// The name of `**kwargs`.
    pub variable_keywords: Option<String>,
}

impl Signature {
    /// Parses the text of a `signature` option.
    ///
    /// # Errors
    /// What is wrong with it, at the literal.
    pub fn parse(literal: &LitStr) -> syn::Result<Signature> {
        let error = |text: String| syn::Error::new(literal.span(), text);
        let text = literal.value();
        let body =
            text.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).ok_or_else(|| {
                error("a signature is written in parentheses, such as \"(a, b=None, /)\"".into())
            })?;
        let mut parser = Parser::default();
        let items = split(body).map_err(error)?;
        for (index, item) in items.iter().enumerate() {
            parser.item(item, index, index + 1 == items.len()).map_err(error)?;
        }
        Ok(parser.signature)
    }

    /// `__text_signature__`, with `receiver` (`$self`, `$type`, `$module`) unless the attribute wrote one itself.
    pub fn text(&self, receiver: Option<&str>) -> String {
        let mut items: Vec<String> = Vec::new();
        let receiver = self.receiver.as_deref().or(receiver);
        items.extend(receiver.map(str::to_owned));
        let any_positional_only =
            self.parameters.iter().any(|parameter| parameter.kind == Kind::PositionalOnly);
        let mut slash_due = receiver.is_some() || any_positional_only;
        let mut star_due = true;
        let mut star = |items: &mut Vec<String>, name: Option<&str>| {
            if core::mem::take(&mut star_due) {
                items.push(format!("*{}", name.unwrap_or("")));
            }
        };
        for parameter in &self.parameters {
            if parameter.kind != Kind::PositionalOnly && core::mem::take(&mut slash_due) {
                items.push("/".into());
            }
            if parameter.kind == Kind::KeywordOnly {
                star(&mut items, self.variable_arguments.as_deref());
            }
            items.push(match &parameter.default {
                None => parameter.name.clone(),
                Some(default) => format!("{}={default}", parameter.name),
            });
        }
        if slash_due {
            items.push("/".into());
        }
        if self.variable_arguments.is_some() {
            star(&mut items, self.variable_arguments.as_deref());
        }
        items.extend(self.variable_keywords.as_ref().map(|name| format!("**{name}")));
        format!("({})", items.join(", "))
    }
}

/// Splits at commas outside of brackets and quotes.
fn split(body: &str) -> Result<Vec<String>, String> {
    let mut items = Vec::new();
    let mut item = String::new();
    let mut depth = 0usize;
    let mut quote = None;
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                item.push(character);
                item.extend(characters.next());
                continue;
            }
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{' | '<') => depth += 1,
            (None, ')' | ']' | '}' | '>') => {
                depth = depth.checked_sub(1).ok_or("unbalanced brackets in the signature")?;
            }
            (None, ',') if depth == 0 => {
                items.push(core::mem::take(&mut item).trim().to_owned());
                continue;
            }
            (None, _) => {}
        }
        item.push(character);
    }
    if depth != 0 || quote.is_some() {
        return Err("unbalanced brackets or quotes in the signature".into());
    }
    if !item.trim().is_empty() {
        items.push(item.trim().to_owned());
    }
    Ok(items)
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && characters.all(|character| character == '_' || character.is_alphanumeric())
}

#[derive(Default)]
struct Parser {
    signature: Signature,
    names: HashSet<String>,
    slash: bool,
    star: bool,
}

impl Parser {
    fn name(&mut self, text: &str) -> Result<String, String> {
        let name = text.trim();
        if !is_identifier(name) {
            return Err(format!("`{name}` is not a parameter name"));
        }
        if !self.names.insert(name.to_owned()) {
            return Err(format!("the signature names `{name}` twice"));
        }
        Ok(name.to_owned())
    }

    fn item(&mut self, item: &str, index: usize, last: bool) -> Result<(), String> {
        if item.starts_with('$') {
            if index != 0 {
                return Err(format!("`{item}` must come first"));
            }
            if !matches!(item, "$self" | "$type" | "$module") {
                return Err(format!("`{item}`: the receiver is $self, $type or $module"));
            }
            self.signature.receiver = Some(item.to_owned());
        } else if item == "/" {
            if self.slash || self.star {
                return Err("`/` comes once, before `*`".into());
            }
            if self.signature.parameters.is_empty() && self.signature.receiver.is_none() {
                return Err("`/` needs a parameter before it".into());
            }
            self.slash = true;
            for parameter in &mut self.signature.parameters {
                parameter.kind = Kind::PositionalOnly;
            }
        } else if let Some(name) = item.strip_prefix("**") {
            if !last {
                return Err(format!("`{item}` must come last"));
            }
            self.signature.variable_keywords = Some(self.name(name)?);
        } else if let Some(name) = item.strip_prefix('*') {
            if core::mem::replace(&mut self.star, true) {
                return Err("`*` comes once".into());
            }
            if name.is_empty() && last {
                return Err("`*` needs a parameter behind it".into());
            }
            if !name.is_empty() {
                self.signature.variable_arguments = Some(self.name(name)?);
            }
        } else {
            self.parameter(item)?;
        }
        Ok(())
    }

    fn parameter(&mut self, item: &str) -> Result<(), String> {
        let (name, default) = match item.split_once('=') {
            None => (item, None),
            Some((name, default)) => (name, Some(default.trim().to_owned())),
        };
        let name = self.name(name)?;
        if default.as_ref().is_some_and(String::is_empty) {
            return Err(format!("`{name}=` has no default"));
        }
        if !self.star
            && default.is_none()
            && self.signature.parameters.iter().any(|one| one.default.is_some())
        {
            return Err(format!("`{name}` has no default but follows a parameter that has one"));
        }
        let kind = if self.star { Kind::KeywordOnly } else { Kind::Standard };
        self.signature.parameters.push(Parameter { name, kind, default });
        Ok(())
    }
}
