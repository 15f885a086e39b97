//! Hashes, and texts that were made into letters and digits.

use md5::Digest as _;

use super::{Arguments, Function, between, exactly, text};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;

pub(super) const TABLE: &[Function] = &[
    between("digest", 2, 3, digest),
    exactly("base64-decode", 1, |a| {
        let bytes = from_base64(&a.text(0)?).unwrap_or_default();
        text(String::from_utf8_lossy(&bytes))
    }),
    exactly("extract-signed", 2, extract_signed),
];

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A hash of a text, in base64 or as hexadecimal digits.
fn digest(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let hashed = arguments.text(0)?;
    let algorithm = arguments.text(1)?.to_uppercase();
    let hash = match algorithm.as_str() {
        "MD5" => md5::Md5::digest(&hashed).to_vec(),
        "SHA-1" => sha1::Sha1::digest(&hashed).to_vec(),
        "SHA-256" => sha2::Sha256::digest(&hashed).to_vec(),
        "SHA-384" => sha2::Sha384::digest(&hashed).to_vec(),
        "SHA-512" => sha2::Sha512::digest(&hashed).to_vec(),
        _ => {
            return Err(refused(
                arguments,
                "knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512",
            ));
        }
    };
    let encoding = if arguments.len() == 3 {
        arguments.text(2)?.to_lowercase()
    } else {
        "base64".to_owned()
    };
    match encoding.as_str() {
        "base64" => text(to_base64(&hash)),
        "hex" => text(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        _ => Err(refused(arguments, "gives its hash as `base64` or `hex`")),
    }
}

/// What a signed text says, if its signature is good; else nothing. The text is base64 of an
/// Ed25519 signature with the message behind it, and the key is base64 too.
fn extract_signed(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let (signed, key) = (arguments.text(0)?, arguments.text(1)?);
    let Some(verifier) = &arguments.evaluator.context.env.verifier else {
        return Err(refused(
            arguments,
            "needs what checks signatures, and there is none here",
        ));
    };
    let signed = from_base64(&signed).unwrap_or_default();
    let key = from_base64(&key).and_then(|key| <[u8; 32]>::try_from(key).ok());
    let (Some((signature, message)), Some(key)) = (signed.split_first_chunk::<64>(), key) else {
        return text("");
    };
    if !verifier.verify(&key, message, signature) {
        return text("");
    }
    text(String::from_utf8_lossy(message))
}

fn refused(arguments: &Arguments<'_>, why: &'static str) -> EvalError {
    EvalError::Argument {
        function: arguments.function.name,
        why,
    }
}

fn to_base64(bytes: &[u8]) -> String {
    let mut written = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for nth in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * nth) & 63) as usize);
            written.push(match letter.filter(|_| nth <= three.len()) {
                Some(letter) => char::from(*letter),
                None => '=',
            });
        }
    }
    written
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text
        .trim_end_matches(|c: char| c == '=' || c.is_whitespace())
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
    {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}
