//! What to write instead of what cannot be understood.

use super::operator_named;
use crate::expression::lexer::Token;

/// What to write instead, judged by what stands on both sides of the trouble.
pub(super) fn hint(before: Option<&Token>, found: Option<&Token>, expected: &str) -> &'static str {
    let is_value = |token: Option<&Token>| {
        matches!(
            token,
            Some(Token::Number(_) | Token::Literal(_) | Token::Reference { .. } | Token::Symbol("("))
        )
    };
    match (before, found) {
        (Some(Token::Symbol("/" | "//")), _) => {
            "to divide, write `div`; `/` leads from a group to its questions"
        }
        (Some(Token::Number(_) | Token::Literal(_) | Token::Symbol(")")), Some(Token::Symbol("/"))) => {
            "to divide, write `div`"
        }
        (_, Some(Token::Name(name)))
            if operator_named(&name.to_lowercase()).is_some() && !expected.contains("value") =>
        {
            "write operators in lower case: `and`, `or`, `div`, `mod`"
        }
        (_, Some(Token::Name(name))) if operator_named(name).is_some() => {
            "a value is missing before the operator"
        }
        (_, Some(Token::Symbol(")"))) if expected.starts_with("the end") => {
            "no bracket is open here; take `)` out"
        }
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
        (_, Some(Token::Name(_))) => {
            "put texts in '…', refer to questions as `${name}`, and put an operator between two values"
        }
        _ => "look for a missing operator, comma or bracket before it",
    }
}
