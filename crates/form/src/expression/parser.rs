//! From words to a term.

use super::ast::{Axis, Operator, Path, Start, Step, Term, Test};
use super::lexer::{Lexeme, Token, character, lex};
use super::{ExpressionError, Reference, SYNTAX, check};

/// How deep brackets, arguments and predicates may stand in one another. Working a term out takes
/// stack for each level, and threads have 2 MiB of it.
const MAX_DEPTH: usize = 150;
/// How long an expression may be, in bytes. A cell of a workbook holds 32,767 characters.
const MAX_LENGTH: usize = 128 * 1024;

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Term, ExpressionError> {
    let error = |message: String, hint: &str| ExpressionError { code: SYNTAX, message, offset: 0, hint: hint.to_owned() };
    if text.len() > MAX_LENGTH {
        return Err(error("the expression is too long".to_owned(), "divide it into several calculations"));
    }
    let mut parser = Parser { text, lexemes: lex(text)?, next: 0, depth: 0 };
    if parser.lexemes.is_empty() {
        return Err(error("there is no expression".to_owned(), "write an expression, or leave the cell empty"));
    }
    let term = parser.expression(0)?;
    match parser.peek() {
        None => Ok(term),
        Some(_) => Err(parser.unexpected("the end or an operator")),
    }
}

pub(super) struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    /// Reads operands with operators of at least this strength between them.
    fn expression(&mut self, strength: u8) -> Result<Term, ExpressionError> {
        if self.depth >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} brackets stand in one another");
            return Err(self.error(SYNTAX, self.next, message, "divide the expression into several calculations"));
        }
        self.depth += 1;
        let mut left = self.negated()?;
        while let Some(operator) = self.peek_operator().filter(|operator| operator.strength() >= strength) {
            self.next += 1;
            let right = self.expression(operator.strength() + 1)?;
            left = left.chained(operator, right);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn negated(&mut self) -> Result<Term, ExpressionError> {
        let mut minuses = 0;
        while self.take("-") {
            minuses += 1;
        }
        let mut term = self.path()?;
        while self.take("|") {
            let right = self.path()?;
            term = term.chained(Operator::Union, right);
        }
        // Two minuses still make a number of a text; more change nothing.
        let negations = if minuses > 2 { 2 - minuses % 2 } else { minuses };
        Ok((0..negations).fold(term, |term, _| Term::Negate(Box::new(term))))
    }

    fn path(&mut self) -> Result<Term, ExpressionError> {
        let start = match self.peek() {
            None => return Err(self.unexpected("a value")),
            Some(Token::Number(number)) => {
                let number = *number;
                self.next += 1;
                return Ok(Term::Number(number));
            }
            Some(Token::Literal(text)) => {
                let text = text.clone();
                self.next += 1;
                return Ok(Term::Literal(text));
            }
            Some(Token::Symbol("/")) => return self.absolute(),
            Some(Token::Symbol("//")) => Start::Record,
            Some(Token::Symbol("." | ".." | "*" | "@")) => return self.relative(),
            Some(Token::Symbol("(")) => {
                self.next += 1;
                let inner = self.expression(0)?;
                self.expect(")", "an operator or `)`")?;
                Start::Term(inner)
            }
            Some(Token::Symbol(_)) => return Err(self.unexpected("a value")),
            Some(Token::Reference { .. }) => Start::Reference(self.reference()),
            Some(Token::Name(name)) => {
                let is_call = self.symbol_at(self.next + 1) == Some("(") && !is_node_test(name);
                if !is_call {
                    return self.relative();
                }
                self.call()?
            }
        };
        self.finish_path(start)
    }

    /// Reads the predicates and steps behind the start of a path.
    fn finish_path(&mut self, start: Start) -> Result<Term, ExpressionError> {
        let predicates = self.predicates()?;
        let steps = if matches!(self.peek(), Some(Token::Symbol("/" | "//"))) { self.steps()? } else { Vec::new() };
        match start {
            Start::Term(term) if predicates.is_empty() && steps.is_empty() => Ok(term),
            start => Ok(Term::Path(Box::new(Path { start, predicates, steps }))),
        }
    }

    fn absolute(&mut self) -> Result<Term, ExpressionError> {
        let is_more = match self.lexemes.get(self.next + 1).map(|lexeme| &lexeme.token) {
            Some(Token::Name(name)) => operator_named(name).is_none(),
            Some(Token::Symbol(symbol)) => matches!(*symbol, "." | ".." | "*" | "@" | "("),
            Some(_) => true,
            None => false,
        };
        let steps = if is_more {
            self.steps()?
        } else {
            self.next += 1;
            Vec::new()
        };
        Ok(Term::Path(Box::new(Path { start: Start::Record, predicates: Vec::new(), steps })))
    }

    fn relative(&mut self) -> Result<Term, ExpressionError> {
        let mut steps = vec![self.step()?];
        steps.extend(self.steps()?);
        Ok(Term::Path(Box::new(Path { start: Start::Here, predicates: Vec::new(), steps })))
    }

    /// Reads steps, each with its `/` or `//` before it.
    fn steps(&mut self) -> Result<Vec<Step>, ExpressionError> {
        let mut steps = Vec::new();
        loop {
            if self.take("//") {
                let axis = Axis::DescendantOrItself;
                steps.push(Step { axis, test: Test::Any, predicates: Vec::new() });
            } else if !self.take("/") {
                return Ok(steps);
            }
            steps.push(self.step()?);
        }
    }

    fn step(&mut self) -> Result<Step, ExpressionError> {
        let (axis, test) = match self.peek() {
            Some(Token::Symbol(".")) => {
                self.next += 1;
                (Axis::Itself, Test::Any)
            }
            Some(Token::Symbol("..")) => {
                self.next += 1;
                (Axis::Parent, Test::Any)
            }
            Some(Token::Symbol("@")) => {
                return Err(self.unsupported("attributes have no answers", "name a question, like `../age`"));
            }
            Some(Token::Name(name)) if self.symbol_at(self.next + 1) == Some("::") => {
                let axis = axis_named(name).ok_or_else(|| {
                    self.unsupported(
                        &format!("the axis `{name}` is not supported"),
                        "child, parent, self, descendant and descendant-or-self are",
                    )
                })?;
                self.next += 2;
                (axis, self.test()?)
            }
            _ => (Axis::Child, self.test()?),
        };
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn test(&mut self) -> Result<Test, ExpressionError> {
        match self.peek() {
            Some(Token::Symbol("*")) => {
                self.next += 1;
                Ok(Test::Any)
            }
            Some(Token::Name(name)) if self.symbol_at(self.next + 1) == Some("(") => {
                if !is_node_test(name) {
                    return Err(self.unexpected("the name of a question"));
                }
                self.next += 2;
                self.expect(")", "`)`")?;
                Ok(Test::Any)
            }
            Some(Token::Name(name)) => {
                let local = name.rsplit(':').next().unwrap_or(name).to_owned();
                self.next += 1;
                Ok(Test::Name(local))
            }
            _ => Err(self.unexpected("the name of a question")),
        }
    }

    fn predicates(&mut self) -> Result<Vec<Term>, ExpressionError> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.expression(0)?);
            self.expect("]", "an operator or `]`")?;
        }
        Ok(predicates)
    }

    fn call(&mut self) -> Result<Start, ExpressionError> {
        let at = self.next;
        let Some(Token::Name(name)) = self.peek().cloned() else { return Err(self.unexpected("a function")) };
        self.next += 2;
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.expression(0)?);
                if self.take(")") {
                    break;
                }
                self.expect(",", "a comma or `)`")?;
            }
        }
        let offset = self.lexemes.get(at).map_or(0, |lexeme| lexeme.start);
        check::call(&name, arguments, offset)
            .map_err(|problem| self.error(problem.code, at, problem.message, &problem.hint))
    }

    fn reference(&mut self) -> Reference {
        let lexeme = self.lexemes.get(self.next);
        let offset = lexeme.map_or(0, |lexeme| lexeme.start);
        let (name, last_saved) = match lexeme.map(|lexeme| &lexeme.token) {
            Some(Token::Reference { name, last_saved }) => (name.clone(), *last_saved),
            _ => (String::new(), false),
        };
        self.next += 1;
        Reference { name, last_saved, offset }
    }

    fn peek(&self) -> Option<&Token> {
        self.lexemes.get(self.next).map(|lexeme| &lexeme.token)
    }

    fn symbol_at(&self, nth: usize) -> Option<&'static str> {
        match self.lexemes.get(nth)?.token {
            Token::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// The operator that comes next. A name is one only here, where no value can stand.
    fn peek_operator(&self) -> Option<Operator> {
        match self.peek()? {
            Token::Name(name) => operator_named(name),
            Token::Symbol(symbol) => operator_written(symbol),
            _ => None,
        }
    }

    fn take(&mut self, symbol: &'static str) -> bool {
        let is_next = self.symbol_at(self.next) == Some(symbol);
        self.next += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, symbol: &'static str, expected: &str) -> Result<(), ExpressionError> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&self, expected: &str) -> ExpressionError {
        let before = self.next.checked_sub(1).and_then(|nth| self.lexemes.get(nth)).map(|lexeme| &lexeme.token);
        let hint = hint(before, self.peek(), expected);
        let message = match self.lexemes.get(self.next) {
            Some(lexeme) => {
                let found = self.text.get(lexeme.start..lexeme.end).unwrap_or_default();
                format!("`{found}` stands where {expected} is expected")
            }
            None => format!("the expression ends where {expected} is expected"),
        };
        self.error(SYNTAX, self.next, message, hint)
    }

    fn unsupported(&self, message: &str, hint: &str) -> ExpressionError {
        self.error("unsupported_path", self.next, message.to_owned(), hint)
    }

    fn error(&self, code: &'static str, at: usize, message: String, hint: &str) -> ExpressionError {
        let offset = self.lexemes.get(at).map_or(self.text.len(), |lexeme| lexeme.start);
        let message = format!("{message} (character {})", character(self.text, offset));
        ExpressionError { code, message, offset, hint: hint.to_owned() }
    }
}

fn operator_named(name: &str) -> Option<Operator> {
    match name {
        "or" => Some(Operator::Or),
        "and" => Some(Operator::And),
        "div" => Some(Operator::Div),
        "mod" => Some(Operator::Mod),
        _ => None,
    }
}

fn operator_written(symbol: &str) -> Option<Operator> {
    match symbol {
        "=" => Some(Operator::Equal),
        "!=" => Some(Operator::Unequal),
        "<" => Some(Operator::Less),
        "<=" => Some(Operator::LessOrEqual),
        ">" => Some(Operator::More),
        ">=" => Some(Operator::MoreOrEqual),
        "+" => Some(Operator::Plus),
        "-" => Some(Operator::Minus),
        "*" => Some(Operator::Times),
        _ => None,
    }
}

fn axis_named(name: &str) -> Option<Axis> {
    match name {
        "child" => Some(Axis::Child),
        "parent" => Some(Axis::Parent),
        "self" => Some(Axis::Itself),
        "descendant" => Some(Axis::Descendant),
        "descendant-or-self" => Some(Axis::DescendantOrItself),
        _ => None,
    }
}

fn is_node_test(name: &str) -> bool {
    name == "node"
}

/// What to write instead, judged by what stands on both sides of the trouble.
fn hint(before: Option<&Token>, found: Option<&Token>, expected: &str) -> &'static str {
    let is_value = |token: Option<&Token>| {
        matches!(token, Some(Token::Number(_) | Token::Literal(_) | Token::Reference { .. } | Token::Symbol("(")))
    };
    match (before, found) {
        (Some(Token::Symbol("/" | "//")), _) => "to divide, write `div`; `/` leads from a group to its questions",
        (Some(Token::Number(_) | Token::Literal(_) | Token::Symbol(")")), Some(Token::Symbol("/"))) => {
            "to divide, write `div`"
        }
        (_, Some(Token::Name(name))) if operator_named(&name.to_lowercase()).is_some() && !expected.contains("value") => {
            "write operators in lower case: `and`, `or`, `div`, `mod`"
        }
        (_, Some(Token::Name(name))) if operator_named(name).is_some() => "a value is missing before the operator",
        (_, Some(Token::Symbol(")"))) if expected.starts_with("the end") => "no bracket is open here; take `)` out",
        (_, Some(Token::Symbol(","))) if expected.contains(')') || expected.starts_with("the end") => {
            "a comma only divides the arguments of a function; decimals have a point, like `0.5`"
        }
        (_, Some(Token::Symbol(")" | "]" | ","))) => "a value is missing before it",
        (Some(Token::Symbol(_)), Some(Token::Symbol(_))) if expected == "a value" => {
            "two operators stand side by side; a value belongs between them"
        }
        (_, Some(Token::Symbol(_))) if expected == "a value" => "a value is missing before the operator",
        (_, None) if expected.contains(')') => "a bracket is not closed",
        (_, None) => "something is missing at the end",
        (_, found) if is_value(found) => "put an operator like `and`, `=` or `+` between the two values",
        (_, Some(Token::Name(_))) => "put texts in '…', refer to questions as `${name}`, and put an operator between two values",
        _ => "look for a missing operator, comma or bracket before it",
    }
}
