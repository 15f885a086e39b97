//! Bytes that mean harm to whoever gives them to automerge without looking.

use rand::Rng;
use sha2::{Digest as _, Sha256};
use wire::Writer;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_BUNDLE: u8 = 3;
/// 2⁶², written as automerge writes run lengths.
const ENDLESS: [u8; 10] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xc0, 0x00];

/// Returns 546 bytes of a bundle with a right checksum whose columns announce 2⁶² changes: `Automerge::load` reads
/// them one by one.
pub fn endless_bundle() -> Vec<u8> {
    // actor, seq, start_op and max_op: each one value, run on and on.
    bundle(&[(0x01, 0), (0x03, 1), (0x13, 1), (0x23, 1)], &[], 546)
}

/// Returns a bundle that announces 2⁶² operations, each of which `Automerge::load` keeps.
pub fn bloating_bundle() -> Vec<u8> {
    bundle(&[], &[(0xb3, 1)], 546)
}

/// A bundle of `length` bytes with these columns of changes and operations: their numbers, and the value in each.
fn bundle(changes: &[(u64, u8)], operations: &[(u64, u8)], length: usize) -> Vec<u8> {
    let columns = |columns: &[(u64, u8)]| {
        let mut w = Writer::new();
        w.varint(columns.len() as u64);
        for (column, _) in columns {
            w.varint(*column);
            w.varint(ENDLESS.len() as u64 + 1);
        }
        for (_, value) in columns {
            w.fixed(&ENDLESS);
            w.u8(*value);
        }
        w.finish()
    };
    let of_actor = |actor: usize| {
        let mut w = Writer::new();
        w.varint(0);
        w.varint(1);
        w.bytes(&vec![6; actor]);
        w.fixed(&columns(changes));
        w.fixed(&columns(operations));
        chunk(CHUNK_BUNDLE, &w.finish())
    };
    // An actor's name may have any length: it fills up what is missing.
    let actor = (16..length).find(|actor| of_actor(*actor).len() >= length);
    of_actor(actor.unwrap_or(16))
}

/// Returns a chunk of automerge's with its checksum.
pub fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(&MAGIC);
    w.fixed(&[0; 4]);
    w.u8(kind);
    w.bytes(body);
    let mut bytes = w.finish();
    mend_checksum(&mut bytes);
    bytes
}

/// Puts the checksum of a chunk right, whatever was done to the rest of it.
pub fn mend_checksum(chunk: &mut [u8]) {
    if let Some((head, body)) = chunk.split_at_mut_checked(8) {
        let hash = Sha256::digest(body);
        let checksum = head.iter_mut().skip(4).zip(hash);
        checksum.for_each(|(to, from)| *to = from);
    }
}

/// Returns a change with one to four bytes changed, left out or put in, and its checksum put right.
pub fn mutated(change: &[u8], rng: &mut impl Rng) -> Vec<u8> {
    let mut bytes = change.to_vec();
    for _ in 0..=rng.next_u32() % 4 {
        // Behind the magic and the checksum: the kind, the length and the body.
        let place = 8 + rng.next_u32() as usize % (bytes.len() - 8);
        let [byte, deed, ..] = rng.next_u32().to_le_bytes();
        match deed % 8 {
            0 => drop(bytes.remove(place)),
            1 => bytes.insert(place, byte),
            2..5 => bytes
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|b| *b ^= 1 << (byte % 8)),
            _ => bytes.iter_mut().skip(place).take(1).for_each(|b| *b = byte),
        }
    }
    if rng.next_u32().is_multiple_of(2) {
        mend_length(&mut bytes);
    }
    mend_checksum(&mut bytes);
    bytes
}

/// Writes the true length of the body where a short one stands.
fn mend_length(chunk: &mut [u8]) {
    let body = chunk.len().saturating_sub(11);
    if let (128..16384, Some([low, high])) = (body, chunk.get_mut(9..11)) {
        (*low, *high) = ((body & 0x7f) as u8 | 0x80, (body >> 7) as u8);
    }
}
