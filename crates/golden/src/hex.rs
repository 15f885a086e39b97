//! Bytes as documents print them.

/// Reads hexadecimal digits; spaces and line breaks do not matter.
///
/// # Panics
/// There is something else, or half a byte.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).expect("only hexadecimal digits"))
        .map(|digit| u8::try_from(digit).expect("a digit is below 16"))
        .collect();
    assert!(digits.len().is_multiple_of(2), "half a byte is missing");
    let (pairs, _) = digits.as_chunks::<2>();
    pairs.iter().map(|[high, low]| high << 4 | low).collect()
}

/// Reads as many digits as make `N` bytes.
///
/// # Panics
/// There are more or fewer.
pub fn array<const N: usize>(text: &str) -> [u8; N] {
    let bytes = hex(text);
    let length = bytes.len();
    bytes
        .try_into()
        .unwrap_or_else(|_| panic!("{length} bytes, and not {N}"))
}

/// Writes hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
