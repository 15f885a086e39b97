//! From words to a term.

use super::ast::{Operator, Start, Term};
use super::lexer::{Lexeme, Token, character, lex};
use super::{ExpressionError, Reference, SYNTAX, check};
use hint::hint;

mod hint;
mod paths;

/// How deep brackets, arguments and predicates may stand in one another. Working a term out takes
/// about 7 KiB of stack for each level in a build for tests, and some threads have 1 MiB of it.
const MAX_DEPTH: usize = 100;
/// How long an expression may be, in bytes. A cell of a workbook holds 32,767 characters.
const MAX_LENGTH: usize = 128 * 1024;

/// What an expression is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The answers of a form.
    Form,
    /// A document, whose elements have attributes.
    Document,
}

/// Parses a text.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Term, ExpressionError> {
    let error = |message: String, hint: &str| ExpressionError {
        code: SYNTAX,
        message,
        offset: 0,
        hint: hint.to_owned(),
    };
    if text.len() > MAX_LENGTH {
        return Err(error(
            "the expression is too long".to_owned(),
            "divide it into several calculations",
        ));
    }
    let mut parser = Parser {
        text,
        lexemes: lex(text)?,
        next: 0,
        depth: 0,
        dialect,
    };
    if parser.lexemes.is_empty() {
        return Err(error(
            "there is no expression".to_owned(),
            "write an expression, or leave the cell empty",
        ));
    }
    if let [only] = parser.lexemes.as_slice()
        && matches!(&only.token, Token::Name(name) if operator_named(name).is_some())
    {
        return Err(parser.unexpected("a value"));
    }
    let term = parser.expression(0)?;
    match parser.peek() {
        None => Ok(term),
        Some(_) => Err(parser.unexpected("the end or an operator")),
    }
}

struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    next: usize,
    depth: usize,
    dialect: Dialect,
}

impl Parser<'_> {
    /// Reads operands with operators of at least this strength between them.
    fn expression(&mut self, strength: u8) -> Result<Term, ExpressionError> {
        if self.depth >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} brackets stand in one another");
            return Err(self.error(
                SYNTAX,
                self.next,
                message,
                "divide the expression into several calculations",
            ));
        }
        self.depth += 1;
        let mut left = self.negated()?;
        while let Some(operator) = self
            .peek_operator()
            .filter(|operator| operator.strength() >= strength)
        {
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

    fn call(&mut self) -> Result<Start, ExpressionError> {
        let at = self.next;
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return Err(self.unexpected("a function"));
        };
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
        check::call(&name, arguments, offset, self.dialect)
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
        Reference {
            name,
            last_saved,
            offset,
        }
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
        if self.take(symbol) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    fn unexpected(&self, expected: &str) -> ExpressionError {
        let before = self
            .next
            .checked_sub(1)
            .and_then(|nth| self.lexemes.get(nth))
            .map(|lexeme| &lexeme.token);
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
        let offset = self
            .lexemes
            .get(at)
            .map_or(self.text.len(), |lexeme| lexeme.start);
        let message = format!("{message} (character {})", character(self.text, offset));
        ExpressionError {
            code,
            message,
            offset,
            hint: hint.to_owned(),
        }
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
