//! RFC 8032, section 7.1: Ed25519, through this crate's keys and signatures.
//!
//! [`Signing::Call`] is the one thing that is signed without a context before it, so that it shows the bare primitive.

use baraza_seal::keys::SignKey;
use baraza_seal::sign::{Signing, check, is_signed, sign};
use zeroize::Zeroizing;

use golden::hex::{array, hex, to_hex};

struct Case {
    name: &'static str,
    secret: &'static str,
    public: &'static str,
    message: &'static str,
    signature: &'static str,
}

const CASES: [Case; 4] = [
    Case {
        name: "TEST 1",
        secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        message: "",
        signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
                    5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    },
    Case {
        name: "TEST 2",
        secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        public: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        message: "72",
        signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
                    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
    Case {
        name: "TEST 3",
        secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        public: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        message: "af82",
        signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac
                    18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    },
    Case {
        name: "TEST 1024",
        secret: "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        public: "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        message: include_str!("rfc8032_test_1024.hex"),
        signature: "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350
                    aa5371b1508f9f4528ecea23c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
    },
];

#[test]
fn keys_and_signatures_are_those_of_rfc_8032() {
    for case in CASES {
        let key = SignKey::from_seed(&Zeroizing::new(array(case.secret)));
        let (message, signature) = (hex(case.message), array::<64>(case.signature));
        assert_eq!(to_hex(key.public().as_bytes()), case.public, "{}", case.name);
        assert_eq!(sign(&key, Signing::Call, &message), signature, "{}", case.name);
        assert_eq!(
            check(&key.public(), Signing::Call, &message, &signature),
            Ok(()),
            "{}",
            case.name
        );
        assert!(
            is_signed(&array(case.public), &message, &signature),
            "{}",
            case.name
        );
        let other = [&message[..], b"\0"].concat();
        assert!(
            !is_signed(&array(case.public), &other, &signature),
            "{}",
            case.name
        );
    }
}
