//! draft-connolly-cfrg-xwing-kem, appendix C: the KEM that epochs' and members' keys are of.
//!
//! Keys and ciphertexts are long: their beginnings and their SHA-256 hashes stand here.

use baraza_seal::keys::KemKey;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem as _, Serializable as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::chance::Given;
use golden::hex::{array, hex, to_hex};

struct Case {
    seed: &'static str,
    chance: &'static str,
    public: [&'static str; 2],
    ciphertext: [&'static str; 2],
    shared: &'static str,
}

const CASES: [Case; 3] = [
    Case {
        seed: "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
        chance: "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2
                 35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2",
        public: [
            "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5",
            "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb",
        ],
        ciphertext: [
            "b83aa828d4d62b9a83ceffe1d3d3bb1ef31264643c070c5798927e41fb07914a",
            "17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33",
        ],
        shared: "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
    },
    Case {
        seed: "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
        chance: "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef
                 aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d",
        public: [
            "0333285fa253661508c9fb444852caa4061636cb060e69943b431400134ae1fb",
            "c42ba5f8430d7d2c83739338203819f090e8303ce9c8b02107c272bfa5376916",
        ],
        ciphertext: [
            "c93beb22326705699bbc3d1d0aa6339be7a405debe61a7c337e1a91453c097a6",
            "1661ea86d608a1924ba30840cb0a65f13ae051e3aec9cf0f064efc0bc92f2154",
        ],
        shared: "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
    },
    Case {
        seed: "ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9",
        chance: "22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619
                 f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b",
        public: [
            "36244278824f77c621c660892c1c3886a9560caa52a97c461fd3958a598e749b",
            "6b080d6b84f095342092fa7a22423e58bd681397ad0ef00eac92bd254db4fa95",
        ],
        ciphertext: [
            "0d2e38cbf17a2e2e4e0c87a94ca1e7701ae1552e02509b3b00f9c82c39e3fd43",
            "d3ca5578500344b5896cffc4fd740c9311946b82951df155e6fd86a7966b43c6",
        ],
        shared: "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f",
    },
];

#[test]
fn keys_ciphertexts_and_secrets_are_those_of_the_draft() {
    for case in CASES {
        let key = KemKey::from_seed(&Zeroizing::new(array(case.seed)));
        let public = key.public();
        assert_eq!(beginning_and_hash(public.as_bytes()), case.public);

        let public = <XWing as hpke::Kem>::PublicKey::from_bytes(public.as_bytes()).unwrap();
        let mut chance = Given::new(hex(case.chance));
        let (shared, encapsulated) = XWing::encap_with_rng(&public, None, &mut chance).unwrap();
        assert!(chance.is_used_up());
        assert_eq!(beginning_and_hash(&encapsulated.to_bytes()), case.ciphertext);
        assert_eq!(to_hex(&shared.0), case.shared);

        let secret = <XWing as hpke::Kem>::PrivateKey::from_bytes(&*key.seed()).unwrap();
        let opened = XWing::decap(&secret, None, &encapsulated).unwrap();
        assert_eq!(to_hex(&opened.0), case.shared);
    }
}

fn beginning_and_hash(bytes: &[u8]) -> [String; 2] {
    [to_hex(&bytes[..32]), to_hex(&Sha256::digest(bytes))]
}
