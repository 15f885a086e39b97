//! Bytes that notebooks, envelopes and relays hold already: they are read for ever.
//!
//! What is here was written once and these tests do not write it again: a later version may write otherwise
//! (another compressor gives other frames), but must read this.

use baraza_seal::chain::{Chain, ChainError, ChainReader};
use baraza_seal::keys::KemKey;
use baraza_seal::payload::{Dictionary, UnpackError, unpack};
use baraza_seal::to_key::open_with;
use baraza_seal::verify::freshness::{Freshness, Stale};
use wire::{CompartmentId, MemberId, ProgrammeId, RecordId};
use zeroize::Zeroizing;

use golden::hex::{hex, to_hex};

const PLAIN: &[u8] = include_bytes!("stored/plain.txt");
const TRAINED: &[u8] = include_bytes!("stored/trained.dictionary");
const CUT: &[u8] = include_bytes!("stored/cut.dictionary");
const AS_IT_IS: &[u8] = include_bytes!("stored/as-it-is.payload");
const COMPRESSED: &[u8] = include_bytes!("stored/compressed.payload");
const WITH_TRAINED: &[u8] = include_bytes!("stored/with-trained.payload");
const WITH_CUT: &[u8] = include_bytes!("stored/with-cut.payload");
const SEALED_TO_A_KEY: &[u8] = include_bytes!("stored/sealed-to-a-key");

/// The record and compartment that the chains below are asked for keys of.
const RECORD: RecordId = RecordId::from_bytes([0x22; 16]);
const IDENTITY: CompartmentId = CompartmentId::IDENTITY;
/// The first two keys of the chain that begins with 32 times the byte 7, derived with HKDF by other code.
const FIRST: &str = "8e58cac17a96a89d5a204a49a1a29fe2e7bd25d20f89a7cd0ea7835972a86549";
const SECOND: &str = "0df1f4aa32fd14a5bc67ff4b1e281d7efd27fd5652ef5073aa2069c74253ffae";

#[test]
fn payloads_of_all_three_encodings_are_read() {
    let none = |_| None;
    assert_eq!(unpack(AS_IT_IS, none).unwrap(), b"short");
    assert_eq!(unpack(COMPRESSED, none).unwrap(), PLAIN);
    // One dictionary was trained, the other, of too few samples, is the samples themselves.
    for (dictionary, id, payload) in [
        (TRAINED, [0x2c, 0x3c, 0x1c, 0x37], WITH_TRAINED),
        (CUT, [0x50, 0x3f, 0xb7, 0x45], WITH_CUT),
    ] {
        assert_eq!(unpack(payload, none), Err(UnpackError::NoDictionary(id)));
        let dictionary = Dictionary::from_bytes(dictionary.to_vec());
        assert_eq!(dictionary.id(), id);
        let find = |named| (named == id).then_some(dictionary);
        assert_eq!(unpack(payload, find).unwrap(), PLAIN);
    }
}

#[test]
fn a_chain_goes_on_where_it_was_put_down() {
    let state = hex("01 01 91c4c43a56570cd32d720160c0f774273046555c3e538fbffc51aada51b8c0ea");
    let mut chain = Chain::from_bytes(&state).unwrap();
    let (index, key) = chain.next(&RECORD, IDENTITY).unwrap();
    assert_eq!((index, to_hex(key.as_bytes()).as_str()), (1, SECOND));
}

#[test]
fn a_chains_reader_still_has_the_keys_it_skipped() {
    // It is at the third key; the first was not asked for yet.
    let state = hex(
        "01 02 25851198ccac0f3b9233fc73dda5523fdb0e2828d33f1a2229a4ffdef44cd346
         01 00 9804148dfd74a0a684b18c57045a5b6e26f06a61e353be77cd7c9934bba216fc",
    );
    let mut reader = ChainReader::from_bytes(&state).unwrap();
    let key = reader.record_key(0, &RECORD, IDENTITY).unwrap();
    assert_eq!(to_hex(key.as_bytes()), FIRST);
    let taken = reader.record_key(1, &RECORD, IDENTITY);
    assert!(matches!(taken, Err(ChainError::Taken(1))));
}

#[test]
fn what_was_sealed_to_a_key_opens() {
    let key = KemKey::from_seed(&Zeroizing::new([5; 32]));
    let plain = open_with(&key, b"baraza/1 chain", b"place", SEALED_TO_A_KEY).unwrap();
    assert_eq!(*plain, b"the first key of a chain");
}

#[test]
fn a_nonce_that_was_given_out_is_good_for_its_day() {
    let (member, programme) = (
        MemberId::from_bytes([0x33; 16]),
        ProgrammeId::from_bytes([0x11; 16]),
    );
    let relay = Freshness::new([9; 32]);
    let nonce = hex("01c737d5 df9a64f3e1db12a4d8b52b2fc1e82dd3");
    let given_out = 0x01c7_37d5 * 60;
    assert_eq!(relay.check(&nonce, &member, &programme, given_out + 3600), Ok(()));
    assert_eq!(
        relay.check(&nonce, &member, &programme, given_out + 25 * 3600),
        Err(Stale)
    );
}
