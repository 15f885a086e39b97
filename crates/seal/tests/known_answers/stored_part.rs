//! A part that other code sealed: HKDF, HChaCha20 and RFC 8439's cipher, without this project's own.

use baraza_seal::keys::RecordKey;
use baraza_seal::part::{self, PartContext};
use baraza_seal::payload::unpack;
use wire::{ChainId, CompartmentId, KeyName, MemberId, ProgrammeId};

use golden::hex::{array, hex};

const KEY: &str = "8e58cac17a96a89d5a204a49a1a29fe2e7bd25d20f89a7cd0ea7835972a86549";

#[test]
fn a_part_that_others_sealed_opens() {
    let context = PartContext {
        programme: ProgrammeId::from_bytes([0x11; 16]),
        subject: [0x22; 16],
        compartment: CompartmentId::IDENTITY,
        author: MemberId::from_bytes([0x33; 16]),
        key: KeyName::Chain {
            chain: ChainId([0x44; 8]),
            index: 0,
        },
    };
    let sealed = hex("000102030405060708090a0b0c0d0e0f1011121314151617
         66cc7401da6b4a25f3290587868d5713
         a92cd86852b3428ceb1c2a9081c25b7dfc52e6002ddb8d334b5d1d7316c8337d736f2efa7b0e11f5f8336645b51207d0
         df855bfb3cf360a74b8d414b96e0e6a43c4695fac45d2739820723cacd1901c73368e5918ea0e267ab0ec8fbf54bf3f8
         b12554a513fdd604dcd121962f0a7d9c4d692a76c02fc6660378b6bf7b4e97e4c90d311a9b96f013b3b82dc12e0af8c9");
    let payload = part::open(&RecordKey::from_bytes(array(KEY)), &context, &sealed).unwrap();
    assert_eq!(unpack(&payload, |_| None).unwrap(), b"an answer");
}
