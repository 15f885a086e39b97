//! The one file of a backup. Its layout is in `deeds/backup.rs`.

use std::io::{self, Read, Write};

use wire::{Reader, Writer};

const MAGIC: [u8; 15] = *b"BARAZA-NOTEBOOK";
const VERSION: u8 = 1;
const MOST_KEY: usize = 4096;
const CHUNK: usize = 64 << 10;

/// Writes a backup of a key file and a database of `length` bytes.
pub(super) fn write(
    key: &[u8],
    database: &mut impl Read,
    length: u64,
    into: &mut impl Write,
) -> io::Result<()> {
    let mut head = Writer::new();
    head.fixed(&MAGIC);
    head.u8(VERSION);
    head.bytes(key);
    head.varint(length);
    let head = head.finish();
    let mut hash = blake3::Hasher::new();
    hash.update(&head);
    into.write_all(&head)?;
    let copied = copy(&mut database.take(length), into, &mut hash)?;
    if copied != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    into.write_all(hash.finalize().as_bytes())
}

/// Reads a backup: the database goes into `into`, the key file is returned. `None` if it is no whole backup.
pub(super) fn read(from: &mut impl Read, into: &mut impl Write) -> io::Result<Option<Vec<u8>>> {
    let mut start = Vec::new();
    from.take((MAGIC.len() + MOST_KEY + 16) as u64)
        .read_to_end(&mut start)?;
    let mut r = Reader::new(&start);
    let head = |r: &mut Reader<'_>| {
        let magic = r.array::<15>("a backup")?;
        r.version("the backup", VERSION)?;
        let key = r.bytes(MOST_KEY)?.to_vec();
        Ok::<_, wire::DecodeError>((magic, key, r.varint()?))
    };
    let Some((magic, key, length)) = head(&mut r).ok() else {
        return Ok(None);
    };
    if magic != MAGIC {
        return Ok(None);
    }
    let mut hash = blake3::Hasher::new();
    hash.update(start.get(..start.len() - r.rest().len()).unwrap_or_default());
    let mut rest = io::Cursor::new(r.rest().to_vec()).chain(from);
    let copied = copy(&mut (&mut rest).take(length), into, &mut hash)?;
    let mut end = Vec::new();
    rest.take(33).read_to_end(&mut end)?;
    Ok((copied == length && end == hash.finalize().as_bytes()).then_some(key))
}

fn copy(from: &mut impl Read, into: &mut impl Write, hash: &mut blake3::Hasher) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK];
    let mut copied = 0;
    loop {
        let length = from.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
            return Ok(copied);
        };
        hash.update(bytes);
        into.write_all(bytes)?;
        copied += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn backup(key: &[u8], database: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(key, &mut &database[..], database.len() as u64, &mut bytes).unwrap();
        bytes
    }

    fn restored(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut database = Vec::new();
        let key = read(&mut &bytes[..], &mut database).unwrap()?;
        Some((key, database))
    }

    #[test]
    fn the_backup_layout_is_what_it_was() {
        let hash = blake3::hash(&backup(&[1; 100], &[2; 5000]));
        assert!(hash.to_hex().starts_with("d023bc06d940a1a5"), "{hash}");
        // The magic word, the version, the key with its length, the length of the database, the database, the hash.
        let head = [&b"BARAZA-NOTEBOOK\x01\x03"[..], &[1; 3], &[5], &[2; 5]].concat();
        let end = blake3::hash(&head);
        let old = [&head[..], end.as_bytes()].concat();
        assert_eq!(backup(&[1; 3], &[2; 5]), old);
        assert_eq!(restored(&old), Some((vec![1; 3], vec![2; 5])));
    }

    proptest! {
        #[test]
        fn a_backup_comes_back_and_one_that_was_cut_or_changed_does_not(
            key in proptest::collection::vec(any::<u8>(), 0..200),
            database in proptest::collection::vec(any::<u8>(), 0..9000),
            at: usize,
            flip in 1..=255u8,
        ) {
            let whole = backup(&key, &database);
            prop_assert_eq!(restored(&whole), Some((key, database)));
            let at = at % whole.len();
            prop_assert_eq!(restored(&whole[..at]), None);
            let mut changed = whole.clone();
            changed[at] ^= flip;
            prop_assert_eq!(restored(&changed), None);
            prop_assert_eq!(restored(&[&whole[..], &[0]].concat()), None);
        }

        #[test]
        fn any_bytes_are_no_backup(bytes: Vec<u8>) {
            prop_assert_eq!(restored(&bytes), None);
        }
    }
}
