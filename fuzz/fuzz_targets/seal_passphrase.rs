//! Unwraps any bytes as a wrapped key.
//!
//! Only the wrapped key of the seeds unwraps, to the key that is in it, and what asks for absurd work is
//! refused at once. Costs that are allowed and more than a moment's work are left out, so that the fuzzer
//! gets on.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use seal::passphrase::unwrap_key;
use wire::{DecodeError, Reader};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // Bytes that end before their cost does, or ask for more than is allowed, must take no time.
    if let Ok((memory, passes, lanes)) = cost(bytes)
        && (memory <= 1 << 20 && passes <= 32 && lanes <= 16)
        && u64::from(memory) * u64::from(passes) > 256
    {
        return Corpus::Reject;
    }
    if let Ok(key) = unwrap_key(bytes, "mangoes in the rain") {
        assert_eq!(*key, [7; 32]);
    }
    assert!(unwrap_key(bytes, "mangoes in the sun").is_err());
    Corpus::Keep
});

/// Memory, passes and lanes that the bytes ask for.
fn cost(bytes: &[u8]) -> Result<(u32, u32, u32), DecodeError> {
    let mut r = Reader::new(bytes);
    r.u8("the version")?;
    Ok((r.varint32()?, r.varint32()?, r.varint32()?))
}
