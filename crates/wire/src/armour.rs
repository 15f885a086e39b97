//! Text that people carry: a word that says what it is, and base64.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

/// The most characters a carried text may have.
const LIMIT: usize = 8 << 20;

/// Why a carried text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArmourError {
    /// It starts with another word.
    #[error("this is not a {expected}: it should start with \"{expected}:\"")]
    NotThat {
        /// The word it should start with.
        expected: &'static str,
    },
    /// It was cut or mistyped.
    #[error("the {0} is damaged; ask for it again")]
    Damaged(&'static str),
}

/// Writes `bytes` as one line of text that starts with `word`.
pub fn armour(word: &str, bytes: &[u8]) -> String {
    format!("{word}:{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads what [`armour`] wrote; spaces and line breaks do not matter.
pub fn unarmour(word: &'static str, text: &str) -> Result<Vec<u8>, ArmourError> {
    if text.len() > LIMIT {
        return Err(ArmourError::Damaged(word));
    }
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let body = text
        .strip_prefix(word)
        .and_then(|rest| rest.strip_prefix(':'))
        .ok_or(ArmourError::NotThat { expected: word })?;
    URL_SAFE_NO_PAD
        .decode(body)
        .map_err(|_| ArmourError::Damaged(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_broken_over_lines_still_reads() {
        let text = armour("baraza-request-1", b"some bytes that go on for a while");
        let (a, b) = text.split_at(30);
        assert_eq!(
            unarmour("baraza-request-1", &format!(" {a}\n{b}\n")).unwrap(),
            b"some bytes that go on for a while"
        );
    }

    #[test]
    fn another_kind_of_text_is_named() {
        let error = unarmour("baraza-request-1", "hello").unwrap_err();
        assert_eq!(
            error.to_string(),
            "this is not a baraza-request-1: it should start with \"baraza-request-1:\""
        );
    }
}
