//! PNG (W3C, third edition, section 5): a signature, and chunks with a length, a type and a checksum.

use crate::PictureError;

/// How a file begins.
pub(crate) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// What is needed to show a picture. Everything else is dropped: texts, times, EXIF, and what nobody knows.
const KEPT: [&[u8; 4]; 8] = [
    b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND",
];

/// Returns the file with what is needed to show it and nothing else. What stands behind its end is dropped.
///
/// # Errors
/// It is no PNG, or was cut.
pub fn strip(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut rest = bytes.strip_prefix(&SIGNATURE).ok_or(PictureError::OtherFormat)?;
    let mut stripped = SIGNATURE.to_vec();
    loop {
        let cut = PictureError::Damaged("its end is missing");
        let (length, named) = rest.split_first_chunk::<4>().ok_or(cut.clone())?;
        let (name, _) = named.split_first_chunk::<4>().ok_or(cut.clone())?;
        // The length, the type and the checksum have four bytes each.
        let whole = usize::try_from(u32::from_be_bytes(*length))
            .ok()
            .and_then(|length| length.checked_add(12));
        let (chunk, behind) = whole.and_then(|whole| rest.split_at_checked(whole)).ok_or(cut)?;
        if KEPT.contains(&name) {
            stripped.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Ok(stripped);
        }
        rest = behind;
    }
}
