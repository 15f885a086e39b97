//! What is inside a record's part: a list of changes.
//!
//! ```text
//! payload := version(1) count(varint) (length(varint) change)*
//! ```

use wire::{DecodeError, Reader, Writer};

const VERSION: u8 = 1;
const MAX_CHANGES: usize = 1024;
const MAX_CHANGE: usize = 1 << 20;

pub(crate) fn write<'a>(changes: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(VERSION);
    w.varint(changes.len() as u64);
    changes.for_each(|change| w.bytes(change));
    w.finish()
}

pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, DecodeError> {
    let mut r = Reader::new(bytes);
    r.version("the payload", VERSION)?;
    let count = r.count("the changes of a payload", MAX_CHANGES)?;
    let changes = (0..count)
        .map(|_| r.bytes(MAX_CHANGE).map(<[u8]>::to_vec))
        .collect::<Result<_, _>>()?;
    r.end()?;
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn changes_come_back(changes: Vec<Vec<u8>>) {
            let bytes = write(changes.iter().map(Vec::as_slice));
            prop_assert_eq!(read(&bytes), Ok(changes));
        }

        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>) {
            if let Ok(changes) = read(&bytes) {
                prop_assert_eq!(write(changes.iter().map(Vec::as_slice)), bytes);
            }
        }
    }

    #[test]
    fn the_changes_of_an_old_envelope_are_read_and_written_as_they_were() {
        assert_eq!(read(&[1, 0]), Ok(vec![]));
        let old = [&[1, 2, 3][..], b"one", &[0x82, 0x01], &[7; 130]].concat();
        assert_eq!(read(&old), Ok(vec![b"one".to_vec(), vec![7; 130]]));
        assert_eq!(write([&b"one"[..], &[7; 130]].into_iter()), old);
    }
}
