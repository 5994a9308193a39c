//! Expressions of sources that do not parse.
//!
//! Source: the rules from `star_expressions` down to `primary`, and `invalid_expression`, `invalid_named_expression`,
//! `invalid_lambda_*`, `invalid_arithmetic`, `invalid_factor` of CPython's grammar.

use super::lexer::Kind;
use super::node::{Node, NodeKind};
use super::{KEYWORDS, Parse, Parser, Stop};

const SOFT_KEYWORDS: &[&str] = &["match", "case", "type", "_"];
const COMPARISONS: &[&str] = &["==", "!=", "<=", "<", ">=", ">", "in", "is", "not"];
const BINARY: &[&[&str]] = &[&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "//", "%", "@"]];

impl Parser<'_> {
    /// Expressions with stars, a tuple if there are commas.
    pub(super) fn star_expressions(&mut self) -> Parse<Node> {
        self.tuple_of(Self::star_expression)
    }

    fn tuple_of(&mut self, element: fn(&mut Self) -> Parse<Node>) -> Parse<Node> {
        let first = element(self)?;
        if !self.is(",") {
            return Ok(first);
        }
        let mut tuple = Node::new(NodeKind::Tuple, first.start, first.end);
        tuple.parts.push(first);
        while self.is(",") {
            tuple.end = self.token().end;
            self.at += 1;
            match self.alternative(element)? {
                Some(next) => {
                    tuple.end = next.end;
                    tuple.parts.push(next);
                }
                None => break,
            }
        }
        Ok(tuple)
    }

    fn starred(&mut self, value: fn(&mut Self) -> Parse<Node>) -> Parse<Node> {
        let star = self.expect("*")?;
        let value = value(self)?;
        let mut node = Node::new(NodeKind::Starred, star.start, value.end);
        node.parts.push(value);
        Ok(node)
    }

    fn star_expression(&mut self) -> Parse<Node> {
        if self.is("*") { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    /// An element of a display.
    pub(super) fn star_named_expression(&mut self) -> Parse<Node> {
        if self.is("*") { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    /// `*expression` in a call.
    pub(super) fn starred_argument(&mut self) -> Parse<Node> {
        self.starred(Self::expression)
    }

    pub(super) fn bitwise_or(&mut self) -> Parse<Node> {
        self.binary(0)
    }

    /// Whether the next token is `=`, and not part of a chain.
    fn single_assignment_follows(&mut self) -> bool {
        self.is("=")
            && self.look(|parser| {
                parser.at += 1;
                parser.attempt(Self::bitwise_or).is_some() && !parser.is_any(&["=", ":="])
            })
    }

    /// An expression that may be `name := value`.
    pub(super) fn named_expression(&mut self) -> Parse<Node> {
        let start = self.at;
        if self.is_identifier() {
            let name = self.token();
            self.at += 1;
            if self.eat(":=") {
                let value = self.expression()?;
                return Ok(Node::new(NodeKind::Named, name.start, value.end));
            }
            self.at = start;
        }
        let node = self.expression()?;
        if self.is(":=") {
            let has_value = self.look(|parser| {
                parser.at += 1;
                parser.attempt(Self::expression).is_some()
            });
            if has_value {
                return self
                    .fault_of(&node, format!("cannot use assignment expressions with {}", node.name()));
            }
            return Err(Stop::Here);
        }
        self.assignment_in_expression(&node)?;
        Ok(node)
    }

    /// `a = b` where an expression is wanted.
    pub(super) fn assignment_in_expression(&mut self, node: &Node) -> Parse<()> {
        if !self.is("=") {
            return Ok(());
        }
        let below_comparison = !matches!(
            node.kind,
            NodeKind::Comparison
                | NodeKind::Conditional
                | NodeKind::Lambda
                | NodeKind::Named
                | NodeKind::Starred
                | NodeKind::Yield
        ) && !self.is_logical(node);
        if node.kind == NodeKind::Name && !node.grouped {
            let value = self.look(|parser| {
                parser.at += 1;
                let value = parser.attempt(Self::bitwise_or);
                value.filter(|_| !parser.is_any(&["=", ":="]))
            });
            if let Some(value) = value {
                return self.fault(
                    node.start,
                    value.end,
                    "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                );
            }
            return Ok(());
        }
        let excluded = matches!(
            node.kind,
            NodeKind::List
                | NodeKind::Tuple
                | NodeKind::Generator
                | NodeKind::True
                | NodeKind::None
                | NodeKind::False
        ) && !node.grouped;
        if (below_comparison || node.grouped) && !excluded && self.single_assignment_follows() {
            return self.fault_of(
                node,
                format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", node.name()),
            );
        }
        Ok(())
    }

    /// Whether a node is `and`, `or` or `not`, which bind less than `=` would need.
    fn is_logical(&self, node: &Node) -> bool {
        node.kind == NodeKind::Operation && node.parts.iter().any(|part| part.kind == NodeKind::Conditional)
    }

    /// An expression; two in a row without a comma are an error in brackets.
    pub(super) fn expression(&mut self) -> Parse<Node> {
        self.descend()?;
        let result = self.expression_inner();
        self.depth = self.depth.saturating_sub(1);
        result
    }

    fn expression_inner(&mut self) -> Parse<Node> {
        if self.is("lambda") {
            return self.lambda();
        }
        let first = self.at;
        let node = self.disjunction()?;
        if self.starts_expression() && !self.is("if") {
            self.missing_comma(first, &node)?;
        }
        if !self.is("if") {
            return Ok(node);
        }
        let at = self.at;
        self.at += 1;
        let Some(test) = self.alternative(Self::disjunction)? else {
            self.at = at;
            return Ok(node);
        };
        if self.eat("else") {
            if self.is_any(&["pass", "break", "continue"]) {
                let word = self.token();
                return self.fault(
                    node.start,
                    word.end,
                    "expected expression after 'else', but statement is given",
                );
            }
            let otherwise = self.expression()?;
            return Ok(Node::new(NodeKind::Conditional, node.start, otherwise.end));
        }
        if !self.is(":") && !self.is_comprehension_condition(first) {
            return self.fault(node.start, test.end, "expected 'else' after 'if' expression");
        }
        self.at = at;
        Ok(node)
    }

    /// `x for x in y if z`: the `if` belongs to the comprehension, whose iterables are not read by [`Parser::expression`].
    fn is_comprehension_condition(&self, _first: usize) -> bool {
        false
    }

    fn starts_expression(&mut self) -> bool {
        let token = self.token();
        match token.kind {
            Kind::Name => {
                let word = self.text_of(token);
                !KEYWORDS.contains(&word)
                    || matches!(word, "None" | "True" | "False" | "lambda" | "await" | "not")
            }
            Kind::Number | Kind::String | Kind::FormatStart => true,
            Kind::Operator => matches!(self.text_of(token), "(" | "[" | "{" | "~" | "..."),
            _ => false,
        }
    }

    /// Names an expression that follows another one.
    fn missing_comma(&mut self, first: usize, node: &Node) -> Parse<()> {
        let token = self.token_at(first);
        let word = self.text_of(token);
        let next = self.token_at(first + 1);
        if token.kind == Kind::Name
            && node.kind == NodeKind::Name
            && matches!(word, "print" | "exec")
            && !self.is("(")
        {
            let (at, furthest) = (self.at, self.furthest);
            let arguments = self.attempt(Self::star_expressions);
            self.at = at;
            self.furthest = furthest;
            if let Some(arguments) = arguments {
                return self.fault(
                    node.start,
                    arguments.end,
                    format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?"),
                );
            }
            return Ok(());
        }
        if token.kind == Kind::Name && (matches!(next.kind, Kind::String) || SOFT_KEYWORDS.contains(&word)) {
            return Ok(());
        }
        if token.kind == Kind::String && node.kind == NodeKind::Literal && self.at == first + 1 {
            let (at, furthest) = (self.at, self.furthest);
            let start = self.token().start;
            let mut end = None;
            while self.kind() != Kind::String
                && let Some(inner) = self.attempt(Self::expression)
            {
                end = Some(inner.end);
            }
            let closed = self.kind() == Kind::String;
            self.at = at;
            self.furthest = furthest;
            if let Some(end) = end.filter(|_| closed) {
                return self.fault(start, end, "invalid syntax. Is this intended to be part of the string?");
            }
        }
        let (at, furthest) = (self.at, self.furthest);
        let second = self.attempt(Self::expression);
        let level = self.token_at(self.at.saturating_sub(1)).level;
        self.at = at;
        self.furthest = furthest;
        match second {
            Some(second) if level > 0 => {
                self.fault(node.start, second.end, "invalid syntax. Perhaps you forgot a comma?")
            }
            _ => Ok(()),
        }
    }

    fn lambda(&mut self) -> Parse<Node> {
        let word = self.expect("lambda")?;
        self.parameters(true)?;
        let colon = self.force(":")?;
        if self.kind() == Kind::FormatMiddle
            || self.is_format_field_start()
            || self.is("}") && self.is_in_format()
        {
            return self.fault(
                word.start,
                colon.end,
                format!("{}: lambda expressions are not allowed without parentheses", self.format_word()),
            );
        }
        let body = self.expression()?;
        Ok(Node::new(NodeKind::Lambda, word.start, body.end))
    }

    pub(super) fn disjunction(&mut self) -> Parse<Node> {
        let mut node = self.conjunction()?;
        while self.is("or") {
            self.at += 1;
            let right = self.conjunction()?;
            node = self.logical(node.start, right.end);
        }
        Ok(node)
    }

    /// An `and`, `or` or `not` operation.
    fn logical(&self, start: usize, end: usize) -> Node {
        let mut node = Node::new(NodeKind::Operation, start, end);
        // Marks it as binding less than a comparison.
        node.parts.push(Node::new(NodeKind::Conditional, start, end));
        node
    }

    fn conjunction(&mut self) -> Parse<Node> {
        let mut node = self.inversion()?;
        while self.is("and") {
            self.at += 1;
            let right = self.inversion()?;
            node = self.logical(node.start, right.end);
        }
        Ok(node)
    }

    fn inversion(&mut self) -> Parse<Node> {
        if self.is("not") {
            let word = self.token();
            self.at += 1;
            self.descend()?;
            let operand = self.inversion()?;
            return Ok(self.logical(word.start, operand.end));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parse<Node> {
        let mut node = self.bitwise_or()?;
        let mut is_first = true;
        loop {
            if !self.is_any(COMPARISONS) {
                return Ok(node);
            }
            let at = self.at;
            let word = self.word();
            self.at += 1;
            match word {
                "not" if !self.eat("in") => {
                    self.at = at;
                    return Ok(node);
                }
                "is" if self.is("not") => {
                    self.at += 1;
                }
                _ => {}
            }
            let right = self.bitwise_or()?;
            let mut comparison = Node::new(NodeKind::Comparison, node.start, right.end);
            if word == "in" && is_first {
                comparison.parts.push(node);
            }
            node = comparison;
            is_first = false;
        }
    }

    fn binary(&mut self, level: usize) -> Parse<Node> {
        let Some(operators) = BINARY.get(level) else { return self.factor() };
        let mut node = self.binary(level + 1)?;
        while self.is_any(operators) {
            self.at += 1;
            self.not_after_operator(node.start)?;
            let right = self.binary(level + 1)?;
            node = Node::new(NodeKind::Operation, node.start, right.end);
        }
        Ok(node)
    }

    /// `a + not b`
    fn not_after_operator(&mut self, _start: usize) -> Parse<()> {
        if !self.is("not") {
            return Ok(());
        }
        let word = self.token();
        let (at, furthest) = (self.at, self.furthest);
        let operand = self.attempt(Self::inversion);
        self.at = at;
        self.furthest = furthest;
        match operand {
            Some(operand) => {
                self.fault(word.start, operand.end, "'not' after an operator must be parenthesized")
            }
            None => Ok(()),
        }
    }

    fn factor(&mut self) -> Parse<Node> {
        if self.is_any(&["+", "-", "~"]) {
            let sign = self.token();
            self.at += 1;
            self.not_after_operator(sign.start)?;
            self.descend()?;
            let operand = self.factor()?;
            return Ok(Node::new(NodeKind::Operation, sign.start, operand.end));
        }
        let base = self.awaited()?;
        if self.eat("**") {
            self.descend()?;
            let exponent = self.factor()?;
            return Ok(Node::new(NodeKind::Operation, base.start, exponent.end));
        }
        Ok(base)
    }

    fn awaited(&mut self) -> Parse<Node> {
        if self.is("await") {
            let word = self.token();
            self.at += 1;
            let value = self.primary()?;
            return Ok(Node::new(NodeKind::Await, word.start, value.end));
        }
        self.primary()
    }

    fn primary(&mut self) -> Parse<Node> {
        let mut node = self.atom()?;
        loop {
            let start = node.start;
            if self.eat(".") {
                let name = self.identifier()?;
                node = Node::new(NodeKind::Attribute, start, name.end);
            } else if self.is("(") {
                let end = self.call_arguments()?;
                node = Node::new(NodeKind::Call, start, end);
            } else if self.is("[") {
                self.at += 1;
                self.slices()?;
                let close = self.expect("]")?;
                node = Node::new(NodeKind::Subscript, start, close.end);
            } else {
                return Ok(node);
            }
        }
    }

    fn slices(&mut self) -> Parse<()> {
        loop {
            self.slice()?;
            if !self.eat(",") {
                return Ok(());
            }
            if self.is("]") {
                return Ok(());
            }
        }
    }

    fn slice(&mut self) -> Parse<()> {
        if self.is("*") {
            let valid = self.alternative(Self::starred_argument)?;
            if valid.is_some() && !self.is(":") {
                return Ok(());
            }
            if valid.is_none() {
                return self.fault_here("Invalid star expression");
            }
            return Err(Stop::Here);
        }
        if !self.is(":") {
            self.named_expression()?;
        }
        if !self.eat(":") {
            return Ok(());
        }
        if !self.is_any(&[":", "]", ","]) {
            self.expression()?;
        }
        if self.eat(":") && !self.is_any(&["]", ","]) {
            self.expression()?;
        }
        Ok(())
    }

    /// `yield` in all forms.
    pub(super) fn yield_expression(&mut self) -> Parse<Node> {
        let word = self.expect("yield")?;
        if self.eat("from") {
            let value = self.expression()?;
            return Ok(Node::new(NodeKind::Yield, word.start, value.end));
        }
        let value = self.alternative(Self::star_expressions)?;
        Ok(Node::new(NodeKind::Yield, word.start, value.map_or(word.end, |value| value.end)))
    }

    /// The right side of an assignment.
    pub(super) fn right_side(&mut self) -> Parse<Node> {
        if self.is("yield") { self.yield_expression() } else { self.star_expressions() }
    }
}
