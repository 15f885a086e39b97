//! Values and paths: what stands between operators.

use super::{Dialect, Parser, operator_named};
use crate::expression::ExpressionError;
use crate::expression::ast::{Axis, Path, Start, Step, Term, Test};
use crate::expression::lexer::Token;

impl Parser<'_> {
    /// Reads one value: a number, a text, a call, a path or something in brackets.
    pub(super) fn path(&mut self) -> Result<Term, ExpressionError> {
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
        let steps = if matches!(self.peek(), Some(Token::Symbol("/" | "//"))) {
            self.steps()?
        } else {
            Vec::new()
        };
        match start {
            Start::Term(term) if predicates.is_empty() && steps.is_empty() => Ok(term),
            start => Ok(Term::Path(Box::new(Path {
                start,
                predicates,
                steps,
            }))),
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
        Ok(Term::Path(Box::new(Path {
            start: Start::Record,
            predicates: Vec::new(),
            steps,
        })))
    }

    fn relative(&mut self) -> Result<Term, ExpressionError> {
        let mut steps = vec![self.step()?];
        steps.extend(self.steps()?);
        Ok(Term::Path(Box::new(Path {
            start: Start::Here,
            predicates: Vec::new(),
            steps,
        })))
    }

    /// Reads steps, each with its `/` or `//` before it.
    fn steps(&mut self) -> Result<Vec<Step>, ExpressionError> {
        let mut steps = Vec::new();
        loop {
            if self.take("//") {
                let axis = Axis::DescendantOrItself;
                steps.push(Step {
                    axis,
                    test: Test::Any,
                    predicates: Vec::new(),
                });
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
            Some(Token::Symbol("@")) if self.dialect == Dialect::Document => {
                self.next += 1;
                (Axis::Attribute, self.test()?)
            }
            Some(Token::Symbol("@")) => {
                return Err(self.unsupported("attributes have no answers", "name a question, like `../age`"));
            }
            Some(Token::Name(name)) if self.symbol_at(self.next + 1) == Some("::") => {
                let axis = axis_named(name, self.dialect).ok_or_else(|| {
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
        Ok(Step {
            axis,
            test,
            predicates: self.predicates()?,
        })
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
                Ok(Test::Name(local.into()))
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
}

fn axis_named(name: &str, dialect: Dialect) -> Option<Axis> {
    let of_documents = match name {
        "attribute" => Some(Axis::Attribute),
        "ancestor" => Some(Axis::Ancestor),
        "ancestor-or-self" => Some(Axis::AncestorOrItself),
        "following-sibling" => Some(Axis::FollowingSibling),
        "preceding-sibling" => Some(Axis::PrecedingSibling),
        _ => None,
    };
    match name {
        "child" => Some(Axis::Child),
        "parent" => Some(Axis::Parent),
        "self" => Some(Axis::Itself),
        "descendant" => Some(Axis::Descendant),
        "descendant-or-self" => Some(Axis::DescendantOrItself),
        _ => of_documents.filter(|_| dialect == Dialect::Document),
    }
}

fn is_node_test(name: &str) -> bool {
    name == "node"
}
