//! Ed25519 signatures over which implementations disagree: the ten of `cases.json` in novifinancial/ed25519-speccheck,
//! revision 336651b, which belongs to Chalkias, Garillot, Nikolaenko, *Taming the many EdDSAs*
//! (eprint.iacr.org/2020/1244).
//!
//! All nodes must say the same of a signature, or two of them see two rosters. Here: the equation without the
//! cofactor, no point of small order, one encoding of everything.

use baraza_seal::sign::{Signing, check, is_signed};
use wire::SignPublic;

use golden::hex::{array, hex};

/// Why it must not pass, the message, the public key, the signature.
const REFUSED: [(&str, &str, &str, &str); 9] = [
    (
        "0: key and R have small order, S is zero",
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a
         0000000000000000000000000000000000000000000000000000000000000000",
    ),
    (
        "1: the key has small order, so that it signs any message",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43
         a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
    (
        "2: R has small order",
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa
         8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
    ),
    (
        "4: it holds only when both sides are multiplied by the cofactor",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512
         5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
    ),
    (
        "5: it holds only with the cofactor, and not if eight times the hash is reduced",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7
         e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
    ),
    (
        "6: S is not reduced, so that one signature would have two forms",
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e
         547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
    ),
    (
        "7: S is far above the group's order",
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942
         7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
    ),
    (
        "8: R has small order and is not written in its one form, but was hashed in it",
        "fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
         454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607",
    ),
    (
        "9: the same R, hashed as it is written",
        "84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
         084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09",
    ),
];

#[test]
fn what_implementations_disagree_over_is_refused() {
    for (why, message, public, signature) in REFUSED {
        let (message, signature) = (hex(message), array::<64>(signature));
        assert!(!is_signed(&array(public), &message, &signature), "{why}");
        assert!(
            check(&SignPublic(array(public)), Signing::Call, &message, &signature).is_err(),
            "{why}"
        );
    }
}

/// Case 3: key and R have a component of small order, and the equation without the cofactor holds. Only who holds
/// the key's secret can make such a signature, and everybody who follows the same rule takes it.
#[test]
fn a_key_with_a_component_of_small_order_is_taken_by_everybody_alike() {
    let message = hex("9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79");
    let public = array("cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d");
    let signature = array(
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f
         87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
    );
    assert!(is_signed(&public, &message, &signature));
}

/// All the ways to write a point of small order (listed in the paper): as a key, each would sign any message.
#[test]
fn no_encoding_of_a_point_of_small_order_is_a_key() {
    let ff = "ff".repeat(30);
    let encodings = [
        format!("01{}00", "00".repeat(30)),
        format!("01{}80", "00".repeat(30)),
        format!("00{}00", "00".repeat(30)),
        format!("00{}80", "00".repeat(30)),
        format!("ec{ff}7f"),
        format!("ec{ff}ff"),
        format!("ed{ff}7f"),
        format!("ed{ff}ff"),
        format!("ee{ff}7f"),
        format!("ee{ff}ff"),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".to_owned(),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85".to_owned(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".to_owned(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".to_owned(),
    ];
    // The neutral point as R and zero as S: with a key of small order that holds for one message in eight or more.
    let mut signature = [0; 64];
    signature[0] = 1;
    for encoding in &encodings {
        for message in 0..64u8 {
            assert!(!is_signed(&array(encoding), &[message], &signature), "{encoding}");
        }
    }
}
