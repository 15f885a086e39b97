//! Reads any bytes as the state of a chain, of the writer's end or the reader's; the first byte says which.
//!
//! There is one way to write a state. A chain gives no more keys than it has, and each of them once,
//! also when the state was kept and read in between.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::chain::{Chain, ChainReader, LENGTH};
use wire::{CompartmentId, RecordId};

const HERE: CompartmentId = CompartmentId::GENERAL;

fuzz_target!(|input: &[u8]| {
    let Some((end, bytes)) = input.split_first() else {
        return;
    };
    let record = RecordId::from_chance([1; 16]);
    if end % 2 == 0 {
        if let Ok(mut chain) = Chain::from_bytes(bytes) {
            assert_eq!(*chain.to_bytes(), bytes);
            let mut last = None;
            while let Ok((index, _)) = chain.next(&record, HERE) {
                assert!(index < LENGTH && last.is_none_or(|last| last < index));
                last = Some(index);
            }
            assert!(chain.is_used_up());
        }
    } else if let Ok(mut reader) = ChainReader::from_bytes(bytes) {
        assert_eq!(*reader.to_bytes(), bytes);
        for index in [3, 0, LENGTH - 1, LENGTH, u32::MAX] {
            let key = reader.record_key(index, &record, HERE);
            assert!(key.is_err() || index < LENGTH);
            reader = ChainReader::from_bytes(&reader.to_bytes()).expect("it was written just now");
            assert!(
                reader.record_key(index, &record, HERE).is_err(),
                "key {index} is taken twice"
            );
        }
    }
});
