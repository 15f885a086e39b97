//! The one way bytes are written and read: fixed fields, minimal varints, length-prefixed byte strings.

use thiserror::Error;

/// Why bytes from outside could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The bytes end before the value does.
    #[error("the bytes end too early: {needed} more needed while reading {what}")]
    Short {
        /// What was being read.
        what: &'static str,
        /// How many more bytes it needs.
        needed: usize,
    },
    /// Bytes are left over after the value.
    #[error("{0} bytes are left over after the end")]
    LeftOver(usize),
    /// A length is over what this field may hold.
    #[error("{what} is {length} long, at most {limit} is allowed")]
    TooLong {
        /// What was being read.
        what: &'static str,
        /// The length the bytes claim.
        length: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// A number is not written in its shortest form, or does not fit its type.
    #[error("a number is not in its shortest form or too large")]
    Number,
    /// The format version is one this program does not know.
    #[error("{what} has version {version}, this program reads version {known}; update the program")]
    Version {
        /// What was being read.
        what: &'static str,
        /// The version found.
        version: u8,
        /// The version this program reads.
        known: u8,
    },
    /// A tag or flag has a value without meaning here.
    #[error("{what} has the unknown value {value}")]
    Unknown {
        /// What was being read.
        what: &'static str,
        /// The value found.
        value: u64,
    },
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
    /// Fields contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
}

/// Writes canonical bytes.
#[derive(Debug, Default, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Returns an empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes one byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes a number in LEB128, shortest form: 7 bits a byte, low bits first.
    pub fn varint(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                self.bytes.push(low);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }

    /// Writes bytes whose length the reader knows.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a length and the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.fixed(bytes);
    }

    /// Writes a text as length-prefixed UTF-8.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Returns how many bytes were written.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the bytes.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads what [`Writer`] wrote, and refuses everything else.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Reads one byte.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, DecodeError> {
        self.take(1, what).map(|b| b.first().copied().unwrap_or_default())
    }

    /// Reads a shortest-form LEB128 number.
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8("a number")?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(DecodeError::Number);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(DecodeError::Number);
                }
                return Ok(value);
            }
        }
        Err(DecodeError::Number)
    }

    /// Reads a number that must fit 32 bits.
    pub fn varint32(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.varint()?).map_err(|_| DecodeError::Number)
    }

    /// Reads a count of things, at most `limit`.
    pub fn count(&mut self, what: &'static str, limit: usize) -> Result<usize, DecodeError> {
        let length = self.varint()?;
        if length > limit as u64 {
            return Err(DecodeError::TooLong {
                what,
                length,
                limit: limit as u64,
            });
        }
        Ok(length as usize)
    }

    /// Reads `N` bytes.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let taken = self.take(N, what)?;
        taken
            .try_into()
            .map_err(|_| DecodeError::Short { what, needed: N })
    }

    /// Reads `length` bytes.
    pub fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(DecodeError::Short {
                what,
                needed: length - self.rest.len(),
            });
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Reads a length-prefixed byte string of at most `limit` bytes.
    pub fn bytes(&mut self, limit: usize) -> Result<&'a [u8], DecodeError> {
        let length = self.count("a byte string", limit)?;
        self.take(length, "a byte string")
    }

    /// Reads a length-prefixed UTF-8 text of at most `limit` bytes.
    pub fn text(&mut self, limit: usize) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.bytes(limit)?).map_err(|_| DecodeError::Text)
    }

    /// Reads a version byte and refuses any but `known`.
    pub fn version(&mut self, what: &'static str, known: u8) -> Result<(), DecodeError> {
        let version = self.u8(what)?;
        if version != known {
            return Err(DecodeError::Version { what, version, known });
        }
        Ok(())
    }

    /// Returns what has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses bytes that are left over.
    pub fn end(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::LeftOver(self.rest.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_in_a_longer_form_is_refused() {
        assert_eq!(Reader::new(&[0x80, 0x00]).varint(), Err(DecodeError::Number));
        assert_eq!(Reader::new(&[0xff; 10]).varint(), Err(DecodeError::Number));
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_anything_is_read() {
        let mut w = Writer::new();
        w.varint(1 << 30);
        let bytes = w.finish();
        assert!(
            matches!(Reader::new(&bytes).bytes(1024), Err(DecodeError::TooLong { length, .. }) if length == 1 << 30)
        );
    }

    proptest! {
        #[test]
        fn numbers_come_back(value: u64) {
            let mut w = Writer::new();
            w.varint(value);
            let bytes = w.finish();
            let mut r = Reader::new(&bytes);
            prop_assert_eq!(r.varint(), Ok(value));
            prop_assert!(r.end().is_ok());
        }

        #[test]
        fn any_bytes_that_read_as_a_number_are_its_only_form(bytes: Vec<u8>) {
            let mut r = Reader::new(&bytes);
            if let Ok(value) = r.varint() {
                let used = bytes.len() - r.rest().len();
                let mut w = Writer::new();
                w.varint(value);
                prop_assert_eq!(&w.finish()[..], &bytes[..used]);
            }
        }
    }
}
