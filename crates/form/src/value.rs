//! One answer.

mod point;

use std::fmt;

pub use self::point::Point;
use crate::kind::{Metadata, QuestionKind};
use crate::when::{DateText, DateTimeText, TimeText, WhenError};

/// One answer, with its type kept.
///
/// Its `Debug` shows the type only, so that no answer gets into a log.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Any text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number; finite.
    Decimal(f64),
    /// A confirmation.
    Boolean(bool),
    /// A day.
    Date(DateText),
    /// A time of day.
    Time(TimeText),
    /// A day and a time.
    DateTime(DateTimeText),
    /// The name of one choice.
    SelectOne(String),
    /// The names of the choices taken, in the order they were taken.
    SelectMultiple(Vec<String>),
    /// The names of the choices, the first one first.
    Rank(Vec<String>),
    /// A place.
    Geopoint(Point),
    /// The places along a line; at least two.
    Geotrace(Vec<Point>),
    /// The places around an area; at least three, and the first again as the last.
    Geoshape(Vec<Point>),
    /// The name of a file: a picture, a recording, or any other.
    File(String),
}

/// A text is no answer to a question of this kind.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ValueError {
    /// The text is empty: there is no answer.
    #[error("there is no answer in an empty text")]
    Empty,
    /// No whole number, or beyond ±9.2 × 10¹⁸.
    #[error("a whole number is written with digits only, like `42` or `-7`")]
    Integer,
    /// No number.
    #[error("a number is written like `3.5`: digits, and a point before the decimals")]
    Decimal,
    /// No day or time.
    #[error(transparent)]
    When(#[from] WhenError),
    /// Neither confirmed nor not.
    #[error("a confirmation is `OK`")]
    Acknowledge,
    /// A choice's name with a space in it.
    #[error("one choice is expected, and the names of choices have no spaces")]
    OneChoice,
    /// No place.
    #[error(
        "a place is `latitude longitude altitude accuracy`, the first two in degrees, like `-4.05 39.66 0 0`"
    )]
    Geopoint,
    /// No line.
    #[error("a line is at least two places with `;` between them, like `-4.05 39.66 0 0; -4.06 39.67 0 0`")]
    Geotrace,
    /// No area.
    #[error("an area is at least three places with `;` between them, the first again as the last")]
    Geoshape,
    /// No file's name.
    #[error("a file's name has no `/` and no `\\`, and at most 255 bytes")]
    File,
    /// Notes have no answer.
    #[error("a note has no answer")]
    Note,
}

impl Value {
    /// Reads an answer from the text form it has in an ODK submission.
    ///
    /// Does not look whether a choice is in its list: [`check`](crate::interview::check) does.
    ///
    /// # Errors
    /// If the text is no answer to a question of this kind.
    pub fn parse(kind: &QuestionKind, text: &str) -> Result<Value, ValueError> {
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let trimmed = text.trim();
        match kind {
            QuestionKind::Text | QuestionKind::Barcode | QuestionKind::Hidden => {
                Ok(Value::Text(text.to_owned()))
            }
            QuestionKind::Integer | QuestionKind::Range { whole: true } => {
                integer(trimmed).map(Value::Integer).ok_or(ValueError::Integer)
            }
            QuestionKind::Decimal | QuestionKind::Range { whole: false } => {
                decimal(trimmed).map(Value::Decimal).ok_or(ValueError::Decimal)
            }
            QuestionKind::Date | QuestionKind::Metadata(Metadata::Today) => Ok(Value::Date(trimmed.parse()?)),
            QuestionKind::Time => Ok(Value::Time(trimmed.parse()?)),
            QuestionKind::DateTime | QuestionKind::Metadata(Metadata::Start | Metadata::End) => {
                Ok(Value::DateTime(trimmed.parse()?))
            }
            QuestionKind::Metadata(_) => Ok(Value::Text(text.to_owned())),
            QuestionKind::SelectOne(_) if trimmed.is_empty() => Err(ValueError::Empty),
            QuestionKind::SelectOne(_) if trimmed.contains(char::is_whitespace) => Err(ValueError::OneChoice),
            QuestionKind::SelectOne(_) => Ok(Value::SelectOne(trimmed.to_owned())),
            QuestionKind::SelectMultiple(_) => match choices(trimmed) {
                taken if taken.is_empty() => Err(ValueError::Empty),
                taken => Ok(Value::SelectMultiple(taken)),
            },
            QuestionKind::Rank(_) => match choices(trimmed) {
                ranked if ranked.is_empty() => Err(ValueError::Empty),
                ranked => Ok(Value::Rank(ranked)),
            },
            QuestionKind::Geopoint | QuestionKind::StartGeopoint | QuestionKind::BackgroundGeopoint => {
                Point::read(trimmed)
                    .map(Value::Geopoint)
                    .ok_or(ValueError::Geopoint)
            }
            QuestionKind::Geotrace => point::line(trimmed)
                .map(Value::Geotrace)
                .ok_or(ValueError::Geotrace),
            QuestionKind::Geoshape => point::area(trimmed)
                .map(Value::Geoshape)
                .ok_or(ValueError::Geoshape),
            QuestionKind::Media(_) | QuestionKind::BackgroundAudio => file_name(trimmed),
            QuestionKind::Acknowledge => match trimmed {
                "OK" | "true" => Ok(Value::Boolean(true)),
                "false" => Ok(Value::Boolean(false)),
                _ => Err(ValueError::Acknowledge),
            },
            QuestionKind::Note => Err(ValueError::Note),
            QuestionKind::Calculate => Ok(computed(text)),
        }
    }

    /// Returns the text form that the answer has in an ODK submission.
    pub fn to_odk_text(&self) -> String {
        match self {
            Value::Text(text) | Value::SelectOne(text) | Value::File(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.to_string(),
            Value::Boolean(true) => "OK".to_owned(),
            Value::Boolean(false) => "false".to_owned(),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::DateTime(date_time) => date_time.to_string(),
            Value::SelectMultiple(names) | Value::Rank(names) => names.join(" "),
            Value::Geopoint(point) => point.to_string(),
            Value::Geotrace(points) | Value::Geoshape(points) => point::text(points),
        }
    }

    /// Returns one word for the type of the value, for messages.
    pub fn type_word(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Integer(_) => "integer",
            Value::Decimal(_) => "decimal",
            Value::Boolean(_) => "acknowledge",
            Value::Date(_) => "date",
            Value::Time(_) => "time",
            Value::DateTime(_) => "dateTime",
            Value::SelectOne(_) => "select_one",
            Value::SelectMultiple(_) => "select_multiple",
            Value::Rank(_) => "rank",
            Value::Geopoint(_) => "geopoint",
            Value::Geotrace(_) => "geotrace",
            Value::Geoshape(_) => "geoshape",
            Value::File(_) => "file",
        }
    }

    /// Says whether this is a value that questions of this kind have.
    pub fn fits(&self, kind: &QuestionKind) -> bool {
        match kind {
            QuestionKind::Calculate | QuestionKind::Hidden => true,
            QuestionKind::Note => false,
            QuestionKind::Text | QuestionKind::Barcode => matches!(self, Value::Text(_)),
            QuestionKind::Integer | QuestionKind::Range { whole: true } => matches!(self, Value::Integer(_)),
            QuestionKind::Decimal | QuestionKind::Range { whole: false } => matches!(self, Value::Decimal(_)),
            QuestionKind::Date | QuestionKind::Metadata(Metadata::Today) => matches!(self, Value::Date(_)),
            QuestionKind::Time => matches!(self, Value::Time(_)),
            QuestionKind::DateTime | QuestionKind::Metadata(Metadata::Start | Metadata::End) => {
                matches!(self, Value::DateTime(_))
            }
            QuestionKind::Metadata(_) => matches!(self, Value::Text(_)),
            QuestionKind::SelectOne(_) => matches!(self, Value::SelectOne(_)),
            QuestionKind::SelectMultiple(_) => matches!(self, Value::SelectMultiple(_)),
            QuestionKind::Rank(_) => matches!(self, Value::Rank(_)),
            QuestionKind::Geopoint | QuestionKind::StartGeopoint | QuestionKind::BackgroundGeopoint => {
                matches!(self, Value::Geopoint(_))
            }
            QuestionKind::Geotrace => matches!(self, Value::Geotrace(_)),
            QuestionKind::Geoshape => matches!(self, Value::Geoshape(_)),
            QuestionKind::Media(_) | QuestionKind::BackgroundAudio => matches!(self, Value::File(_)),
            QuestionKind::Acknowledge => matches!(self, Value::Boolean(_)),
        }
    }
}

/// A computed value is a number if it reads like one and is written like one, otherwise text.
fn computed(text: &str) -> Value {
    if let Some(number) = integer(text).filter(|number| number.to_string() == text) {
        return Value::Integer(number);
    }
    match decimal(text).filter(|number| number.to_string() == text) {
        Some(number) => Value::Decimal(number),
        None => Value::Text(text.to_owned()),
    }
}

fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && decimals.is_empty()) || !all_digits(whole) || !all_digits(decimals) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn choices(text: &str) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in text.split_whitespace() {
        if !taken.iter().any(|before| before == name) {
            taken.push(name.to_owned());
        }
    }
    taken
}

fn file_name(text: &str) -> Result<Value, ValueError> {
    if text.is_empty() {
        return Err(ValueError::Empty);
    }
    let is_path = text.contains(['/', '\\']) || text.chars().any(char::is_control);
    if is_path || matches!(text, "." | "..") || text.len() > 255 {
        return Err(ValueError::File);
    }
    Ok(Value::File(text.to_owned()))
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} …)", self.type_word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Media;

    fn read(kind: QuestionKind, text: &str) -> Result<Value, ValueError> {
        Value::parse(&kind, text)
    }

    #[test]
    fn answers_read_back_from_their_odk_text() {
        let list = || "l".into();
        for (kind, text) in [
            (QuestionKind::Text, " Amina, daughter of \n Juma "),
            (QuestionKind::Integer, "-42"),
            (QuestionKind::Decimal, "3.25"),
            (QuestionKind::Date, "2026-11-23"),
            (QuestionKind::Time, "10:00:00.000+03:00"),
            (QuestionKind::DateTime, "2026-11-23T10:00:00.000+03:00"),
            (QuestionKind::SelectOne(list()), "yes"),
            (QuestionKind::SelectMultiple(list()), "water food"),
            (QuestionKind::Rank(list()), "water food work"),
            (QuestionKind::Range { whole: true }, "7"),
            (QuestionKind::Range { whole: false }, "7.5"),
            (QuestionKind::Geopoint, "-4.05 39.66 12.5 4"),
            (QuestionKind::StartGeopoint, "-4.05 39.66 12.5 4"),
            (QuestionKind::Geotrace, "-4.05 39.66 0 0; -4.06 39.67 1 2"),
            (QuestionKind::Geoshape, "1 1 0 0; 1 2 0 0; 2 2 0 0; 1 1 0 0"),
            (QuestionKind::Barcode, "0 12345 67890"),
            (QuestionKind::Media(Media::Image), "1764076000000.jpg"),
            (QuestionKind::BackgroundAudio, "recording.m4a"),
            (QuestionKind::Acknowledge, "OK"),
            (QuestionKind::Calculate, "17"),
            (QuestionKind::Calculate, "0.5"),
            (QuestionKind::Calculate, "007"),
        ] {
            let value = read(kind.clone(), text).unwrap();
            assert_eq!(value.to_odk_text(), text);
            assert!(value.fits(&kind));
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert_eq!(read(QuestionKind::Integer, "3.5"), Err(ValueError::Integer));
        assert_eq!(
            read(QuestionKind::Integer, "99999999999999999999"),
            Err(ValueError::Integer)
        );
        assert_eq!(read(QuestionKind::Integer, "-"), Err(ValueError::Integer));
        for text in ["1e5", "inf", "NaN", ".", "-", "1,5"] {
            assert_eq!(
                read(QuestionKind::Decimal, text),
                Err(ValueError::Decimal),
                "{text}"
            );
        }
        assert_eq!(
            read(QuestionKind::SelectOne("l".into()), "a b"),
            Err(ValueError::OneChoice)
        );
        assert_eq!(read(QuestionKind::Geopoint, "91 0"), Err(ValueError::Geopoint));
        assert_eq!(read(QuestionKind::Geopoint, "1"), Err(ValueError::Geopoint));
        assert_eq!(read(QuestionKind::Geotrace, "1 1 0 0"), Err(ValueError::Geotrace));
        assert_eq!(
            read(QuestionKind::Geoshape, "1 1 0 0; 1 2 0 0; 2 2 0 0"),
            Err(ValueError::Geoshape)
        );
        assert_eq!(
            read(QuestionKind::Range { whole: true }, "3.5"),
            Err(ValueError::Integer)
        );
        for path in ["a/b.jpg", "..", "a\\b", "a\0b"] {
            assert_eq!(
                read(QuestionKind::Media(Media::File), path),
                Err(ValueError::File),
                "{path}"
            );
        }
        assert_eq!(read(QuestionKind::Text, ""), Err(ValueError::Empty));
        assert_eq!(read(QuestionKind::Note, "x"), Err(ValueError::Note));
    }

    #[test]
    fn lines_and_areas_are_read_in_the_forms_that_apps_write() {
        let line = Value::parse(&QuestionKind::Geotrace, "1 2;3 4 5 6 ; ").unwrap();
        assert_eq!(line.to_odk_text(), "1 2 0 0; 3 4 5 6");
    }

    #[test]
    fn the_same_choice_taken_twice_counts_once() {
        let twice = read(QuestionKind::SelectMultiple("l".into()), "a b a").unwrap();
        assert_eq!(twice, Value::SelectMultiple(vec!["a".into(), "b".into()]));
    }

    #[test]
    fn an_answer_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Value::Text("Amina".into())), "Value(text …)");
        assert_eq!(
            format!("{:?}", Some(Value::Integer(17))),
            "Some(Value(integer …))"
        );
    }
}
