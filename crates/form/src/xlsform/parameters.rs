//! What stands in the column `parameters`: `start=1 end=10`.

use std::collections::BTreeMap;

/// Parameters by name.
pub(super) type Parameters = BTreeMap<String, String>;

/// Reads parameters, which spaces, commas or semicolons divide; `None` if they are no pairs.
///
/// Names are in lower case, and so are values but for those that name columns of a file.
pub(super) fn read(text: &str) -> Option<Parameters> {
    let mut tokens = Tokens(text);
    let mut parameters = Parameters::new();
    while let Some(name) = tokens.next() {
        if name == "=" || tokens.next() != Some("=") {
            return None;
        }
        let value = tokens.next().filter(|value| *value != "=")?;
        let name = name.to_lowercase();
        let value = match name.as_str() {
            "label" | "value" => value.to_owned(),
            _ => value.to_lowercase(),
        };
        parameters.insert(name, value);
    }
    Some(parameters)
}

struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let divides = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
        self.0 = self.0.trim_start_matches(divides);
        if self.0.is_empty() {
            return None;
        }
        let end = match self.0.find(|c: char| divides(c) || c == '=') {
            Some(0) => 1,
            Some(end) => end,
            None => self.0.len(),
        };
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

/// Whether a text is a whole number as the reference converter reads it.
pub(super) fn is_integer(text: &str) -> bool {
    integer(text).is_some()
}

/// The value of a whole number; the greatest there is for one that is greater.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let grouped = digits
        .split('_')
        .all(|group| !group.is_empty() && group.chars().all(|c| c.is_ascii_digit()));
    if !grouped {
        return None;
    }
    let plain = text.replace('_', "");
    Some(plain.parse().unwrap_or(if plain.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    }))
}

/// Whether a text is a number as the reference converter reads it.
pub(super) fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    plain.parse::<f64>().is_ok()
}

/// A decimal number, kept exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Decimal(i128);

/// So many digits are kept behind the point.
const PLACES: usize = 12;

impl Decimal {
    pub(super) const ZERO: Decimal = Decimal(0);

    /// Reads a number; `None` if it is none, or has more digits than a range can need.
    pub(super) fn parse(text: &str) -> Option<Decimal> {
        let lower = text.to_lowercase();
        let (number, exponent) = match lower.split_once('e') {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (lower.as_str(), 0),
        };
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all: String = format!("{whole}{part}");
        if all.is_empty() || all.len() > 24 || !all.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let mut value: i128 = all.parse().ok()?;
        let places = i32::try_from(PLACES).ok()? + exponent - i32::try_from(part.len()).ok()?;
        for _ in 0..places.unsigned_abs().min(64) {
            value = if places > 0 {
                value.checked_mul(10)?
            } else if value % 10 == 0 {
                value / 10
            } else {
                return None;
            };
        }
        Some(Decimal(sign * value))
    }

    pub(super) fn is_whole(self) -> bool {
        self.0 % 10_i128.pow(PLACES as u32) == 0
    }

    /// Whether it is so many times `step`.
    pub(super) fn is_multiple_of(self, step: Decimal) -> bool {
        step.0 != 0 && self.0 % step.0 == 0
    }

    /// How far it is to another number.
    pub(super) fn to(self, other: Decimal) -> Decimal {
        Decimal(other.0 - self.0)
    }

    pub(super) fn abs(self) -> Decimal {
        Decimal(self.0.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Option<Vec<(String, String)>> {
        read(text).map(|parameters| parameters.into_iter().collect())
    }

    #[test]
    fn parameters_are_pairs() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("Start=1, end = 10;step=A"),
            Some(vec![pair("end", "10"), pair("start", "1"), pair("step", "a")])
        );
        assert_eq!(pairs("label=Name"), Some(vec![pair("label", "Name")]));
        for text in ["a", "a=", "=a", "a==b", "a=b c", "a=b=c"] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        let decimal = |text| Decimal::parse(text).unwrap();
        assert!(decimal("0.3").is_multiple_of(decimal("0.1")));
        assert!(decimal("1e1").is_whole());
        assert_eq!(decimal("-2.50"), decimal("-25e-1"));
        assert_eq!(Decimal::parse("inf"), None);
        assert_eq!(Decimal::parse("1..2"), None);
    }
}
