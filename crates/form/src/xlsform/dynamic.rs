//! Which defaults are computed.

use super::names::{begins_name, continues_name, whole_reference};

/// Whether a default is computed rather than taken as it stands, for a row whose type is written
/// `written_type`. The rule is the reference converter's: there is an operator, a call of a function
/// or a reference to a question in it.
pub(crate) fn is_dynamic(default: &str, written_type: &str) -> bool {
    let may_hold_hyphens = matches!(
        written_type,
        "date" | "dateTime" | "geopoint" | "geotrace" | "geoshape"
    );
    let mut rest = default;
    while !rest.is_empty() {
        let (token, length) = token(rest);
        match token {
            Token::Hyphen if may_hold_hyphens => return false,
            Token::Hyphen | Token::Telling => return true,
            Token::Other => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

enum Token {
    Hyphen,
    /// An operator, a call or a reference.
    Telling,
    Other,
}

/// The first token of a text and its length.
fn token(text: &str) -> (Token, usize) {
    if let Some(length) = moment(text).or_else(|| number(text)) {
        return (Token::Other, length);
    }
    if text.starts_with('-') {
        return (Token::Hyphen, 1);
    }
    if text.starts_with(['*', '+', '|']) {
        return (Token::Telling, 1);
    }
    if text.starts_with(" mod ") || text.starts_with(" div ") {
        return (Token::Telling, 5);
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\''))
        && let Some(end) = text.get(1..).and_then(|rest| rest.find(quote))
    {
        return (Token::Other, end + 2);
    }
    if text.starts_with("${") {
        let length = text.find('}').map_or(2, |end| end + 1);
        return match text.get(..length).and_then(whole_reference) {
            Some(_) => (Token::Telling, length),
            None => (Token::Other, 2),
        };
    }
    let first = text.chars().next().map_or(1, char::len_utf8);
    let Some(mut length) = name(text) else {
        return (Token::Other, first);
    };
    if let Some(local) = text
        .get(length..)
        .and_then(|rest| rest.strip_prefix(':'))
        .and_then(name)
    {
        length += 1 + local;
    }
    if text.get(length..).is_some_and(|rest| rest.starts_with('(')) {
        return (Token::Telling, length + 1);
    }
    (Token::Other, length)
}

fn name(text: &str) -> Option<usize> {
    if !text.starts_with(begins_name) {
        return None;
    }
    Some(
        text.find(|c| !begins_name(c) && !continues_name(c))
            .unwrap_or(text.len()),
    )
}

/// A date, a time or both.
fn moment(text: &str) -> Option<usize> {
    let Some(date) = date(text) else {
        return time(text);
    };
    let after = text
        .get(date..)
        .and_then(|rest| rest.strip_prefix('T'))
        .and_then(time);
    Some(after.map_or(date, |time| date + 1 + time))
}

fn date(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    shaped(text.get(sign..)?, "dddd-dd-dd").map(|length| sign + length)
}

fn time(text: &str) -> Option<usize> {
    let length = shaped(text, "dd:dd:dd")?;
    let rest = text.get(length..)?;
    let zone = match rest.chars().next() {
        Some('Z') => Some(1),
        Some('+' | '-') => rest
            .get(1..)
            .and_then(|rest| shaped(rest, "dd:dd"))
            .map(|zone| zone + 1),
        _ => None,
    };
    Some(length + zone.unwrap_or(0))
}

fn shaped(text: &str, shape: &str) -> Option<usize> {
    let mut chars = text.chars();
    shape
        .chars()
        .all(|wanted| {
            chars.next().is_some_and(|c| {
                if wanted == 'd' {
                    c.is_ascii_digit()
                } else {
                    c == wanted
                }
            })
        })
        .then_some(shape.len())
}

fn number(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    let digits = |from: usize| {
        text.get(from..)
            .map_or(0, |rest| rest.chars().take_while(char::is_ascii_digit).count())
    };
    let whole = digits(sign);
    let point = text.get(sign + whole..).is_some_and(|rest| rest.starts_with('.'));
    let part = if point { digits(sign + whole + 1) } else { 0 };
    match (whole, point, part) {
        (0, true, 1..) | (1.., true, _) => Some(sign + whole + 1 + part),
        (1.., false, _) => Some(sign + whole),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_with_an_operator_a_call_or_a_reference_is_computed() {
        for text in [
            "now()",
            "${a}",
            "1 + 1",
            "1 - 2",
            "a - b",
            "7 mod 2",
            "a | b",
            "${last-saved#a}",
            "*",
        ] {
            assert!(is_dynamic(text, "text"), "{text}");
        }
        for text in [
            "a",
            "2-1",
            "a-b",
            "2022-03-14",
            "-7",
            "jr://images/a-1.png",
            "'a + b'",
            "a (b)",
            "${a b}",
            "http://a.b",
            "2022-10-20T00:00:00.000-01:00",
        ] {
            assert!(!is_dynamic(text, "text"), "{text}");
        }
        assert!(!is_dynamic("1 - 2", "date"));
    }

    #[test]
    fn hyphens_within_words_dates_and_places_do_not_compute() {
        for fixed in [
            "",
            "yes",
            "a-b",
            "5-3",
            "foo (bar)",
            "jr://images/my-map.png",
            "2020-01-01",
            "it's",
            "1.5",
        ] {
            assert!(!is_dynamic(fixed, "text"), "{fixed}");
        }
        for computed in [
            "now()",
            "${a}",
            "1 + 1",
            "a | b",
            "5 - 3",
            "${last-saved#a}",
            "jr:x(1)",
            "8 mod 2",
        ] {
            assert!(is_dynamic(computed, "text"), "{computed}");
        }
        assert!(!is_dynamic("a - b", "date"));
        assert!(is_dynamic("today() - 1", "date"));
        assert!(is_dynamic("a - b", "datetime"));
    }
}
