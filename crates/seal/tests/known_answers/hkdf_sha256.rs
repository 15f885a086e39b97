//! RFC 5869, appendix A: HKDF with SHA-256, from which all keys of this crate are derived.

use hkdf::Hkdf;
use sha2::Sha256;

use golden::hex::{hex, to_hex};

/// The case, input key, salt, info, pseudo-random key, output.
const CASES: [(&str, &str, &str, &str, &str, &str); 3] = [
    (
        "A.1",
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        "A.2",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627
         28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384858687
         88898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7
         d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
         da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        "A.3",
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
];

#[test]
fn the_outputs_are_those_of_rfc_5869() {
    for (name, key, salt, info, pseudo, output) in CASES {
        let (key, salt, info, output) = (hex(key), hex(salt), hex(info), hex(output));
        // Where nothing is given as a salt, the chains give none; RFC 5869, section 2.2: both are the same.
        let salt = (!salt.is_empty()).then_some(salt);
        let (extracted, hkdf) = Hkdf::<Sha256>::extract(salt.as_deref(), &key);
        assert_eq!(to_hex(&extracted), pseudo, "{name}");
        let mut expanded = vec![0; output.len()];
        hkdf.expand(&info, &mut expanded).unwrap();
        assert_eq!(expanded, output, "{name}");
        // A part's info is given in two pieces.
        let (label, rest) = info.split_at(info.len() / 2);
        hkdf.expand_multi_info(&[label, rest], &mut expanded).unwrap();
        assert_eq!(expanded, output, "{name}");
    }
}
