//! What is inside a published form's part: its definition and its dictionary.
//!
//! ```text
//! letter := version(1) markdown(bytes) dictionary(bytes)
//! ```

use wire::{DecodeError, Reader, Writer};

const VERSION: u8 = 1;
const MAX: usize = 4 << 20;

/// A form as it travels.
pub(crate) struct FormLetter {
    /// The form in its canonical text.
    pub(crate) markdown: String,
    /// The dictionary its records are compressed with.
    pub(crate) dictionary: Vec<u8>,
}

impl FormLetter {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.text(&self.markdown);
        w.bytes(&self.dictionary);
        w.finish()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the form", VERSION)?;
        let letter = Self {
            markdown: r.text(MAX)?.to_owned(),
            dictionary: r.bytes(MAX)?.to_vec(),
        };
        r.end()?;
        Ok(letter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_form_comes_back(markdown: String, dictionary: Vec<u8>) {
            let bytes = FormLetter { markdown: markdown.clone(), dictionary: dictionary.clone() }.to_bytes();
            let read = FormLetter::from_bytes(&bytes).unwrap();
            prop_assert_eq!((read.markdown, read.dictionary), (markdown, dictionary));
        }

        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>) {
            if let Ok(letter) = FormLetter::from_bytes(&bytes) {
                prop_assert_eq!(letter.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn the_letter_of_an_old_form_is_read_and_written_as_it_was() {
        let old = b"\x01\x08# Survey\x04\x37\xa4\x30\xec";
        let letter = FormLetter::from_bytes(old).unwrap();
        assert_eq!(letter.to_bytes(), old);
        assert_eq!(letter.markdown, "# Survey");
        // Zstandard's magic number for dictionaries.
        assert_eq!(letter.dictionary, [0x37, 0xa4, 0x30, 0xec]);
    }
}
