//! Atoms, displays, comprehensions and formatted strings of sources that do not parse.
//!
//! Source: `atom`, `invalid_group`, `invalid_comprehension`, `invalid_dict_comprehension`, `invalid_double_starred_kvpairs`,
//! `invalid_for_if_clause`, `invalid_for_target`, `invalid_replacement_field` of CPython's grammar.

use super::lexer::{Kind, Token};
use super::node::{Node, NodeKind, TargetOf};
use super::{KEYWORDS, Parse, Parser, Stop};

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Parse<Node> {
        let token = self.token();
        let simple = |kind| Ok(Node::new(kind, token.start, token.end));
        match token.kind {
            Kind::Number => {
                self.at += 1;
                simple(NodeKind::Literal)
            }
            Kind::String | Kind::FormatStart => self.strings(),
            Kind::Name => {
                let word = self.text_of(token);
                let kind = match word {
                    "None" => NodeKind::None,
                    "True" => NodeKind::True,
                    "False" => NodeKind::False,
                    word if KEYWORDS.contains(&word) => return Err(Stop::Here),
                    _ => NodeKind::Name,
                };
                self.at += 1;
                simple(kind)
            }
            Kind::Operator => match self.text_of(token) {
                "..." => {
                    self.at += 1;
                    simple(NodeKind::Ellipsis)
                }
                "(" => self.parentheses(),
                "[" => self.list(),
                "{" if !self.is_format_field_start() => self.braces(),
                _ => Err(Stop::Here),
            },
            _ => Err(Stop::Here),
        }
    }

    fn parentheses(&mut self) -> Parse<Node> {
        let open = self.expect("(")?;
        if self.is(")") {
            let close = self.expect(")")?;
            return Ok(Node::new(NodeKind::Tuple, open.start, close.end));
        }
        if self.is("yield") {
            let mut node = self.yield_expression()?;
            self.expect(")")?;
            node.grouped = true;
            return Ok(node);
        }
        if self.is("**") {
            let stars = self.token();
            self.at += 1;
            if let Some(value) = self.alternative(Self::expression)?
                && self.is(")")
            {
                return self.fault(stars.start, value.end, "cannot use double starred expression here");
            }
            self.at -= 1;
            return Err(Stop::Here);
        }
        let first = self.star_named_expression()?;
        if self.is_any(&["for", "async"]) {
            if first.kind == NodeKind::Starred {
                return self.starred_comprehension(&first);
            }
            self.for_clauses()?;
            let close = self.expect(")")?;
            return Ok(Node::new(NodeKind::Generator, open.start, close.end));
        }
        if self.is(")") {
            let close = self.expect(")")?;
            if first.kind == NodeKind::Starred {
                return self.fault_of(&first, "cannot use starred expression here");
            }
            let mut node = first;
            // Ranges of groups are those of what is in them.
            let _ = close;
            node.grouped = true;
            return Ok(node);
        }
        let mut tuple = Node::new(NodeKind::Tuple, open.start, open.end);
        tuple.parts.push(first);
        while self.eat(",") {
            if self.is(")") {
                break;
            }
            let next = self.star_named_expression()?;
            tuple.parts.push(next);
        }
        tuple.end = self.expect(")")?.end;
        Ok(tuple)
    }

    fn starred_comprehension<T>(&mut self, element: &Node) -> Parse<T> {
        self.for_clauses()?;
        self.fault_of(element, "iterable unpacking cannot be used in comprehension")
    }

    /// `[x, y for ...]`
    fn forgotten_parentheses(&mut self, first: &Node, end: usize) -> Parse<()> {
        if !self.is_any(&["for", "async"]) {
            return Ok(());
        }
        let (at, furthest) = (self.at, self.furthest);
        let clauses = self.attempt(Self::for_clauses);
        self.at = at;
        self.furthest = furthest;
        match clauses {
            Some(()) => {
                self.fault(first.start, end, "did you forget parentheses around the comprehension target?")
            }
            None => Ok(()),
        }
    }

    fn list(&mut self) -> Parse<Node> {
        let open = self.expect("[")?;
        let mut list = Node::new(NodeKind::List, open.start, open.end);
        let mut comma = open;
        while !self.is("]") {
            let element = self.alternative(Self::star_named_expression)?;
            let Some(element) = element else {
                if let Some(first) = list.parts.first().cloned() {
                    self.forgotten_parentheses(&first, comma.end)?;
                }
                return Err(Stop::Here);
            };
            let end = element.end;
            list.parts.push(element);
            if self.is_any(&["for", "async"]) {
                let Some(first) = list.parts.first().cloned() else { return Err(Stop::Here) };
                if list.parts.len() > 1 {
                    self.forgotten_parentheses(&first, end)?;
                    return Err(Stop::Here);
                }
                if first.kind == NodeKind::Starred {
                    return self.starred_comprehension(&first);
                }
                self.for_clauses()?;
                let close = self.expect("]")?;
                return Ok(Node::new(NodeKind::ListComprehension, open.start, close.end));
            }
            comma = self.token();
            if !self.eat(",") {
                break;
            }
        }
        list.end = self.expect("]")?.end;
        Ok(list)
    }

    fn braces(&mut self) -> Parse<Node> {
        let open = self.expect("{")?;
        if self.is("}") {
            let close = self.expect("}")?;
            return Ok(Node::new(NodeKind::Dict, open.start, close.end));
        }
        if self.is("**") {
            return self.dictionary(open);
        }
        let at = self.at;
        let first = self.star_named_expression()?;
        if self.is(":") && first.kind != NodeKind::Starred {
            self.at = at;
            return self.dictionary(open);
        }
        if self.is_any(&["for", "async"]) {
            if first.kind == NodeKind::Starred {
                return self.starred_comprehension(&first);
            }
            self.for_clauses()?;
            let close = self.expect("}")?;
            return Ok(Node::new(NodeKind::SetComprehension, open.start, close.end));
        }
        loop {
            let comma = self.token();
            if !self.eat(",") {
                break;
            }
            if self.is("}") {
                break;
            }
            let Some(next) = self.alternative(Self::star_named_expression)? else {
                self.forgotten_parentheses(&first, comma.end)?;
                return Err(Stop::Here);
            };
            self.forgotten_parentheses(&first, next.end)?;
        }
        let close = self.expect("}")?;
        Ok(Node::new(NodeKind::Set, open.start, close.end))
    }

    fn dictionary(&mut self, open: Token) -> Parse<Node> {
        let mut is_first = true;
        loop {
            if self.is("}") {
                break;
            }
            if self.is("**") {
                let stars = self.token();
                self.at += 1;
                self.bitwise_or()?;
                if is_first && self.is_any(&["for", "async"]) {
                    self.for_clauses()?;
                    if self.is("}") {
                        return self.fault_at(stars, "dict unpacking cannot be used in dict comprehension");
                    }
                    return Err(Stop::Here);
                }
            } else {
                let key = self.expression()?;
                let colon = self.token();
                if !self.eat(":") {
                    if is_first {
                        return Err(Stop::Here);
                    }
                    return self.fault(
                        key.end.saturating_sub(1),
                        super::UNKNOWN_END,
                        "':' expected after dictionary key",
                    );
                }
                if self.is("*") {
                    let star = self.token();
                    self.at += 1;
                    let value = self.alternative(Self::bitwise_or)?;
                    if let Some(value) = value {
                        return self.fault(
                            star.start,
                            value.end,
                            "cannot use a starred expression in a dictionary value",
                        );
                    }
                    return Err(Stop::Here);
                }
                if self.is_any(&["}", ","]) {
                    return self.fault_at(colon, "expression expected after dictionary key and ':'");
                }
                self.expression()?;
                if is_first && self.is_any(&["for", "async"]) {
                    self.for_clauses()?;
                    let close = self.expect("}")?;
                    return Ok(Node::new(NodeKind::DictComprehension, open.start, close.end));
                }
            }
            is_first = false;
            if !self.eat(",") {
                break;
            }
        }
        let close = self.expect("}")?;
        Ok(Node::new(NodeKind::Dict, open.start, close.end))
    }

    /// The clauses of a comprehension.
    pub(super) fn for_clauses(&mut self) -> Parse<()> {
        loop {
            if self.is("async") {
                self.at += 1;
                if !self.is("for") {
                    return Err(Stop::Here);
                }
            }
            if !self.eat("for") {
                return Ok(());
            }
            self.iteration_targets(true)?;
            self.expect("in")?;
            self.disjunction()?;
            while self.eat("if") {
                self.disjunction()?;
            }
        }
    }

    /// What stands between `for` and `in`, in a comprehension or a statement.
    pub(super) fn iteration_targets(&mut self, comprehension: bool) -> Parse<()> {
        let at = self.at;
        let targets = self.target_list()?;
        if comprehension && !self.is("in") {
            return self.fault_here("'in' expected after for-loop variables");
        }
        if let Some(invalid) = targets.invalid_target(TargetOf::Iteration) {
            return self.fault_of(invalid, format!("cannot assign to {}", invalid.name()));
        }
        if !self.is("in") {
            // Read as expressions, `in` may be part of what was read.
            let (here, furthest) = (self.at, self.furthest);
            self.at = at;
            let whole = self.alternative(Self::star_expressions)?;
            self.at = here;
            self.furthest = furthest;
            if let Some(whole) = &whole
                && let Some(invalid) = whole.invalid_target(TargetOf::Iteration)
            {
                return self.fault_of(invalid, format!("cannot assign to {}", invalid.name()));
            }
            return Err(Stop::Here);
        }
        Ok(())
    }

    fn target_list(&mut self) -> Parse<Node> {
        let element = |parser: &mut Self| {
            if parser.is("*") {
                let star = parser.expect("*")?;
                let value = parser.bitwise_or()?;
                let mut node = Node::new(NodeKind::Starred, star.start, value.end);
                node.parts.push(value);
                Ok(node)
            } else {
                parser.bitwise_or()
            }
        };
        let first = element(self)?;
        let mut tuple = Node::new(NodeKind::Tuple, first.start, first.end);
        tuple.parts.push(first);
        while self.eat(",") {
            if self.is("in") {
                break;
            }
            let next = element(self)?;
            tuple.end = next.end;
            tuple.parts.push(next);
        }
        Ok(tuple)
    }

    // --- strings -----------------------------------------------------------------------------------------------------

    fn strings(&mut self) -> Parse<Node> {
        let first = self.token();
        let mut node = Node::new(NodeKind::Literal, first.start, first.end);
        let (mut any_bytes, mut any_text, mut any_template) = (false, false, false);
        loop {
            let token = self.token();
            match token.kind {
                Kind::String => {
                    self.at += 1;
                    node.end = token.end;
                    let is_bytes = self.check_literal(token)?;
                    any_bytes |= is_bytes;
                    any_text |= !is_bytes;
                }
                Kind::FormatStart => {
                    let template = self.text_of(token).to_ascii_lowercase().contains('t');
                    any_template |= template;
                    any_text |= !template;
                    node.kind = if template { NodeKind::TemplateString } else { NodeKind::FormattedString };
                    node.end = self.format_string(template)?;
                }
                _ => break,
            }
        }
        if any_bytes && (any_text || any_template) {
            return self.fault_here("cannot mix bytes and nonbytes literals");
        }
        if any_template && any_text {
            return self.fault(
                node.start,
                node.end,
                "cannot mix t-string literals with string or bytes literals",
            );
        }
        Ok(node)
    }

    /// Whether the next `{` opens a replacement field of a format specification.
    pub(super) fn is_format_field_start(&mut self) -> bool {
        self.is("{") && self.at > 0 && {
            let before = self.token_at(self.at - 1);
            matches!(before.kind, Kind::FormatStart | Kind::FormatMiddle)
        }
    }

    /// Whether the current token is inside of a formatted string.
    pub(super) fn is_in_format(&self) -> bool {
        let mut depth = 0usize;
        for index in 0..self.at {
            match self.token_at(index).kind {
                Kind::FormatStart => depth += 1,
                Kind::FormatEnd => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        depth > 0
    }

    /// `f-string` or `t-string`, whichever is around the current token.
    pub(super) fn format_word(&self) -> &'static str {
        let mut depth = 0usize;
        for index in (0..self.at).rev() {
            let token = self.token_at(index);
            match token.kind {
                Kind::FormatEnd => depth += 1,
                Kind::FormatStart if depth == 0 => {
                    let template = self.text_of(token).to_ascii_lowercase().contains('t');
                    return if template { "t-string" } else { "f-string" };
                }
                Kind::FormatStart => depth -= 1,
                _ => {}
            }
        }
        "f-string"
    }

    fn format_string(&mut self, template: bool) -> Parse<usize> {
        let start = self.token();
        self.at += 1;
        let word = if template { "t-string" } else { "f-string" };
        let raw = self.text_of(start).to_ascii_lowercase().contains('r');
        loop {
            let token = self.token();
            match token.kind {
                Kind::FormatMiddle => {
                    self.at += 1;
                    if !raw {
                        self.check_text(token.start, token.end, token.start)?;
                    }
                }
                Kind::FormatEnd => {
                    self.at += 1;
                    return Ok(token.end);
                }
                _ if self.is("{") => self.replacement_field(word)?,
                _ => return Err(Stop::Here),
            }
        }
    }

    fn replacement_field(&mut self, word: &str) -> Parse<()> {
        self.expect("{")?;
        let token = self.token();
        if self.is_any(&["=", "!", ":", "}"]) {
            let found = self.word().to_owned();
            return self.fault_at(token, format!("{word}: valid expression required before '{found}'"));
        }
        let Some(_) = self.alternative(Self::right_side)? else {
            return self.fault_at(token, format!("{word}: expecting a valid expression after '{{'"));
        };
        let debug = self.eat("=");
        if !self.is_any(&["!", ":", "}"]) {
            let next = self.token();
            if debug {
                return self.fault_at(next, format!("{word}: expecting '!', or ':', or '}}'"));
            }
            return self.fault_at(next, format!("{word}: expecting '=', or '!', or ':', or '}}'"));
        }
        if self.eat("!") {
            let mark = self.token_at(self.at - 1);
            let token = self.token();
            if self.is_any(&[":", "}"]) {
                return self.fault_at(token, format!("{word}: missing conversion character"));
            }
            if token.kind != Kind::Name {
                return self.fault_at(token, format!("{word}: invalid conversion character"));
            }
            if token.start != mark.end {
                return self.fault(
                    token.start,
                    token.end,
                    format!("{word}: conversion type must come right after the exclamation mark"),
                );
            }
            let name = self.text_of(token).to_owned();
            if !matches!(name.as_str(), "s" | "r" | "a") {
                return self.fault_at(
                    token,
                    format!("{word}: invalid conversion character '{name}': expected 's', 'r', or 'a'"),
                );
            }
            self.at += 1;
            if !self.is_any(&[":", "}"]) {
                let next = self.token();
                return self.fault_at(next, format!("{word}: expecting ':' or '}}'"));
            }
        }
        if self.eat(":") {
            loop {
                let token = self.token();
                match token.kind {
                    Kind::FormatMiddle => {
                        self.at += 1;
                        self.check_text(token.start, token.end, token.start)?;
                    }
                    _ if self.is("{") => self.replacement_field(word)?,
                    _ => break,
                }
            }
            if !self.is("}") {
                let next = self.token();
                return self.fault_at(next, format!("{word}: expecting '}}', or format specs"));
            }
        }
        self.expect("}")?;
        Ok(())
    }
}
