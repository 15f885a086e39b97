//! Changes of a record, taken apart and put together again with the right checksum.

use sha2::{Digest, Sha256};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;

/// Puts a change around its body: magic, checksum, kind and length. Without it the fuzzer would have to
/// guess a SHA-256.
pub fn around(body: &[u8]) -> Vec<u8> {
    let mut length = wire::Writer::new();
    length.varint(body.len() as u64);
    let hashed = [&[CHANGE], length.finish().as_slice(), body].concat();
    let hash = Sha256::digest(&hashed);
    let checksum: Vec<u8> = hash.iter().copied().take(4).collect();
    [&MAGIC[..], &checksum, &hashed].concat()
}

/// Returns the body of a change.
pub fn body(change: &[u8]) -> Vec<u8> {
    let after_kind = change.get(9..).expect("a change has a head of 9 bytes");
    let mut reader = wire::Reader::new(after_kind);
    let length = reader.varint().expect("a change names its length");
    assert_eq!(length, reader.rest().len() as u64);
    reader.rest().to_vec()
}
