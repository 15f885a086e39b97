//! Regular expressions as ODK forms write them, which is as Java reads them.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// The longest pattern, in bytes.
const MAX_LENGTH: usize = 4 * 1024;
/// The most memory that one pattern may take.
const MAX_SIZE: usize = 1024 * 1024;

/// A text is no pattern, or one that is not supported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum PatternError {
    TooLong,
    TooLarge,
    Unsupported(&'static str),
    Syntax,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::TooLong => f.write_str("it is longer than 4 KiB"),
            PatternError::TooLarge => f.write_str("it asks for too many repetitions"),
            PatternError::Unsupported(what) => write!(f, "{what} is not supported"),
            PatternError::Syntax => f.write_str("its brackets, escapes or repetitions do not fit"),
        }
    }
}

/// Makes the pattern that a whole text has to match.
pub(super) fn compile(text: &str) -> Result<Regex, PatternError> {
    if text.len() > MAX_LENGTH {
        return Err(PatternError::TooLong);
    }
    for (sign, what) in [
        ("(?=", "look-ahead `(?=`"),
        ("(?!", "look-ahead `(?!`"),
        ("(?<=", "look-behind `(?<=`"),
        ("(?<!", "look-behind `(?<!`"),
    ] {
        if text.contains(sign) {
            return Err(PatternError::Unsupported(what));
        }
    }
    RegexBuilder::new(&format!(r"\A(?:{})\z", translate(text)?))
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .nest_limit(50)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
            _ => PatternError::Syntax,
        })
}

/// Puts what Java means for what the `regex` crate would understand otherwise: classes like `\d`
/// hold ASCII only, and any mark may be escaped.
fn translate(text: &str) -> Result<String, PatternError> {
    let mut pattern = String::with_capacity(text.len() + 8);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            pattern.push(c);
            continue;
        }
        match chars.next() {
            None => return Err(PatternError::Syntax),
            Some('d') => pattern.push_str("[0-9]"),
            Some('D') => pattern.push_str("[^0-9]"),
            Some('w') => pattern.push_str("[0-9A-Za-z_]"),
            Some('W') => pattern.push_str("[^0-9A-Za-z_]"),
            Some('s') => pattern.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => pattern.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('h') => pattern.push_str(r"[ \t\u{A0}]"),
            Some('Z') => pattern.push_str(r"\z"),
            Some('Q') => {
                let rest = chars.as_str();
                let (literal, after) = rest.split_once(r"\E").unwrap_or((rest, ""));
                pattern.push_str(&regex::escape(literal));
                chars = after.chars();
            }
            Some('1'..='9' | 'k') => return Err(PatternError::Unsupported("a back-reference")),
            Some(letter) if letter.is_ascii_alphanumeric() => pattern.extend(['\\', letter]),
            Some(mark) => pattern.push_str(&regex::escape(mark.encode_utf8(&mut [0; 4]))),
        }
    }
    Ok(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(pattern).unwrap().is_match(text)
    }

    #[test]
    fn a_pattern_matches_the_whole_text() {
        assert!(matches("[0-9]{4}", "2026"));
        assert!(!matches("[0-9]{4}", "20260"));
        assert!(matches("^a|b$", "b"));
        assert!(!matches("^a|b$", "ab"));
        assert!(matches(r"^[A-Z]{2}\d+$", "KE42"));
    }

    #[test]
    fn what_java_means_is_meant() {
        assert!(!matches(r"\d+", "४२"));
        assert!(matches(r"[\d\s\-]+", "12 - 3"));
        assert!(matches(r"\w+\@\w+\.org", "a@b.org"));
        assert!(matches(r"\p{L}+", "Ménage"));
        assert!(matches(r"\Qa.b\E+", "a.bb"));
        assert!(matches(r"[a-z&&[^b]]+", "acd"));
        assert!(matches(r"\/", "/"));
    }

    #[test]
    fn what_is_not_supported_is_said() {
        assert_eq!(
            compile("(?!a)b").unwrap_err(),
            PatternError::Unsupported("look-ahead `(?!`")
        );
        assert_eq!(
            compile(r"(a)\1").unwrap_err(),
            PatternError::Unsupported("a back-reference")
        );
        assert_eq!(compile("(a").unwrap_err(), PatternError::Syntax);
        assert_eq!(compile("\\").unwrap_err(), PatternError::Syntax);
        assert_eq!(compile("((a{99}){99}){99}").unwrap_err(), PatternError::TooLarge);
    }
}
