//! What an expression gives, and how numbers, texts and conditions become one another.

use std::fmt;
use std::sync::Arc;

use super::moment::Moment;
use crate::address::Address;
use crate::path::QuestionPath;

/// What an expression gives.
///
/// Its `Debug` shows the type only, so that no answer gets into a log.
#[derive(Clone, PartialEq)]
pub enum Outcome {
    /// A number; NaN if something was no number.
    Number(f64),
    /// A text. Days and times are texts too, as they are in answers.
    Text(String),
    /// A condition.
    Boolean(bool),
    /// Answers, groups, repeat instances or columns of choices, in the form's order.
    Nodes(Vec<Node>),
}

/// One answer, group, repeat instance or column of a choice.
#[derive(Clone, PartialEq)]
pub struct Node {
    pub(super) place: Place,
    pub(super) text: String,
    pub(super) reading: Reading,
}

/// Where a node is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Place {
    /// In the record; with its path in the form, which the record itself has not.
    At(Address, Option<QuestionPath>),
    /// A choice list, by its number.
    List(usize),
    /// What holds the choices of a list.
    Choices(usize),
    /// A choice.
    Choice(Spot),
    /// A column of a choice.
    Column(Spot, Arc<str>),
    /// An answer of the record that was saved last.
    Earlier(Address, QuestionPath),
    /// An element of a document, by the number of the document and its own.
    Element(u32, u32),
    /// An attribute of an element, by its number.
    Attribute(u32, u32, u32),
}

/// Where a choice is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Spot {
    /// It is the one that a filter is asked about.
    Offered,
    /// The number of its list, and its own.
    Listed(usize, usize),
}

/// What a node counts as beside its text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Reading {
    Text,
    Number(f64),
    Boolean(bool),
}

impl Outcome {
    /// Returns the outcome as a number: conditions as 0 and 1, days as days since 1970, times as
    /// parts of a day, nodes by the first of them, and NaN for what is no number.
    pub fn to_number(&self) -> f64 {
        match self {
            Outcome::Number(number) => *number,
            Outcome::Text(text) => number_of(text),
            Outcome::Boolean(condition) => f64::from(u8::from(*condition)),
            Outcome::Nodes(nodes) => nodes.first().map_or(f64::NAN, Node::to_number),
        }
    }

    /// Returns the outcome as text: numbers without needless decimals and never with an exponent,
    /// nodes by the first of them.
    pub fn to_text(&self) -> String {
        match self {
            Outcome::Number(number) => write_number(*number),
            Outcome::Text(text) => text.clone(),
            Outcome::Boolean(condition) => condition.to_string(),
            Outcome::Nodes(nodes) => nodes.first().map(|node| node.text.clone()).unwrap_or_default(),
        }
    }

    /// Returns the outcome as a condition: 0, NaN and the empty text are false, and so are nodes
    /// of which none is anything else.
    pub fn to_boolean(&self) -> bool {
        match self {
            Outcome::Number(number) => number.abs() > 1e-12,
            Outcome::Text(text) => !text.is_empty(),
            Outcome::Boolean(condition) => *condition,
            Outcome::Nodes(nodes) => nodes.iter().any(Node::to_boolean),
        }
    }
}

impl Node {
    /// Returns where it stands in the record; `None` for columns of choices.
    pub fn address(&self) -> Option<&Address> {
        match &self.place {
            Place::At(at, _) => Some(at),
            _ => None,
        }
    }

    /// Returns the answer as text; empty if there is none, and for groups and repeat instances.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn to_number(&self) -> f64 {
        match self.reading {
            Reading::Text => number_of(&self.text),
            Reading::Number(number) => number,
            Reading::Boolean(condition) => f64::from(u8::from(condition)),
        }
    }

    pub(super) fn to_boolean(&self) -> bool {
        match self.reading {
            Reading::Text => !self.text.is_empty(),
            Reading::Number(number) => number.abs() > 1e-12,
            Reading::Boolean(condition) => condition,
        }
    }
}

/// Reads a number: digits, a minus and a point, or a comma as some countries write it. No exponents.
pub(super) fn number_of(text: &str) -> f64 {
    let trimmed = text.trim();
    if trimmed.chars().all(|c| matches!(c, '-' | '.' | ',' | '0'..='9'))
        && let Ok(number) = trimmed.replace(',', ".").parse()
    {
        return number;
    }
    Moment::parse(trimmed).map_or(f64::NAN, |moment| moment.to_days())
}

/// Writes a number; what differs from a whole number by rounding only is written as one.
pub(super) fn write_number(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        (if number > 0.0 { "Infinity" } else { "-Infinity" }).to_owned()
    } else if number.abs() < 1e-12 {
        "0".to_owned()
    } else if (number - number.round()).abs() < 1e-12 {
        number.round().to_string()
    } else {
        number.to_string()
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Number(_) => "Number(…)",
            Outcome::Text(_) => "Text(…)",
            Outcome::Boolean(_) => "Boolean(…)",
            Outcome::Nodes(_) => "Nodes(…)",
        })
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({:?} …)", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_xpath_writes_them() {
        for (number, text) in [
            (3.0, "3"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (1e21, "1000000000000000000000"),
            (2.0 / 3.0 * 3.0, "2"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(write_number(number), text);
        }
    }

    #[test]
    fn texts_become_numbers_as_in_odk() {
        assert_eq!(number_of(" 12.5 "), 12.5);
        assert_eq!(number_of("12,5"), 12.5);
        assert_eq!(number_of("-.5"), -0.5);
        assert_eq!(number_of("1970-01-11"), 10.0);
        assert_eq!(number_of("1970-01-02T12:00:00.000+03:00"), 1.5);
        assert_eq!(number_of("18:00"), 0.75);
        for text in ["", "1.1e6", "1 2", "--1", "abc", "Infinity", "0x10", "-"] {
            assert!(number_of(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn outcomes_do_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Outcome::Text("Amina".into())), "Text(…)");
    }
}
