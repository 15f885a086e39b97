//! RFC 9106, section 5.3, and the parameters that key files have: Argon2id, version 0x13.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use baraza_seal::passphrase::{Cost, UnwrapError, unwrap_key};

use golden::hex::{hex, to_hex};

#[test]
fn the_tag_is_that_of_rfc_9106() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    assert_eq!(
        to_hex(&tag),
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    );
}

/// The key both key files hold.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A key file at [`Cost::STANDARD`]. Its wrapping key, 33a1e0a1…529d981d72, is what OpenSSL 4's Argon2id gives;
/// the rest was made with RFC 8439's cipher and HChaCha20 written out, without this project's code.
const STANDARD: &str = "01 808004 03 01
    000102030405060708090a0b0c0d0e0f
    000102030405060708090a0b0c0d0e0f1011121314151617
    7d1804874e2190718e2e6030af04fe8868a2086879707ad7ae256e0a602dcb7e
    8d1c78195d6d6dc0714dd9533ebe42b1";

/// Another, made the same way: 8 MiB, 2 passes, 4 lanes, and a passphrase that is not ASCII.
const OTHER: &str = "01 8040 02 04
    000102030405060708090a0b0c0d0e0f
    000102030405060708090a0b0c0d0e0f1011121314151617
    1ebb778e553db99e1d91e710d082a7fa8068eba6f41a5a67344326f689fb1196
    94c0fbc95c80643c1d5f7e676dc0103b";

#[test]
fn key_files_that_others_made_are_read() {
    assert_eq!(
        Cost::STANDARD,
        Cost {
            memory: 64 << 10,
            passes: 3,
            lanes: 1
        }
    );
    for (file, passphrase) in [(STANDARD, "mangoes in the rain"), (OTHER, "mangó 🌧 rain")] {
        let key = unwrap_key(&hex(file), passphrase).unwrap();
        assert_eq!(to_hex(&*key), KEY);
    }
    assert_eq!(unwrap_key(&hex(OTHER), "mango 🌧 rain"), Err(UnwrapError::Wrong));
}
