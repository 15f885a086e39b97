//! RFC 9180 in base mode, as things are sealed to a key: with HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! RFC 9180 is older than X-Wing, so it is retyped with X25519 here, and its key schedule is written out a second
//! time: what [`to_key`] seals opens by it alone. The case with X-Wing, which is the whole suite as it is used, is
//! the first of `hpke-pq.json` in the test data of Go's `crypto/hpke` (filippo.io/hpke, revision 0146519),
//! made for draft-ietf-hpke-pq.

use baraza_seal::keys::KemKey;
use baraza_seal::to_key::{open_with, seal_to};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305 as Cipher, Nonce};
use hkdf::Hkdf;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _, setup_receiver, setup_sender_with_rng,
};
use sha2::Sha256;
use shake::Shake128;
use shake::digest::{ExtendableOutput as _, Update as _, XofReader as _};
use zeroize::Zeroizing;

use crate::chance::Given;
use golden::hex::{array, hex, to_hex};

/// The numbers of the suite but for the KEM's: HKDF-SHA256 and ChaCha20-Poly1305 (RFC 9180, section 7).
const KDF_AND_AEAD: [u8; 4] = [0, 1, 0, 3];
const X_WING: [u8; 2] = [0x64, 0x7a];
/// What stands before what is sealed to a key: the version and the KEM's number.
const BEFORE: usize = 3;

/// RFC 9180, section 5.1, in base mode: the key and the nonce of the first message.
fn key_schedule(kem: [u8; 2], shared: &[u8], info: &[u8]) -> ([u8; 32], [u8; 12]) {
    let suite = [b"HPKE", &kem[..], &KDF_AND_AEAD].concat();
    let extract = |salt: &[u8], label: &[u8], key: &[u8]| {
        let labelled = [b"HPKE-v1", &suite[..], label, key].concat();
        Hkdf::<Sha256>::extract(Some(salt), &labelled)
    };
    let (psk_id_hash, _) = extract(b"", b"psk_id_hash", b"");
    let (info_hash, _) = extract(b"", b"info_hash", info);
    let context = [&[0][..], &psk_id_hash, &info_hash].concat();
    let (_, secret) = extract(shared, b"secret", b"");
    let expand = |label: &[u8], to: &mut [u8]| {
        let length = u16::try_from(to.len()).unwrap().to_be_bytes();
        let labelled = [&length[..], b"HPKE-v1", &suite, label, &context].concat();
        secret.expand(&labelled, to).unwrap();
    };
    let (mut key, mut nonce) = ([0; 32], [0; 12]);
    expand(b"key", &mut key);
    expand(b"base_nonce", &mut nonce);
    (key, nonce)
}

fn decrypt((key, nonce): ([u8; 32], [u8; 12]), aad: &[u8], sealed: &[u8]) -> Vec<u8> {
    Cipher::new(&key.into())
        .decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad })
        .unwrap()
}

/// RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode.
#[test]
fn a_case_of_rfc_9180_retyped() {
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let public = hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
    let secret = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    let aad = b"Count-0";
    let plain = b"Beauty is truth, truth beauty";
    let first = "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";

    let mut chance = Given::new(hex(
        "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
    ));
    let (encapsulated, mut sender) = setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &<X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&public).unwrap(),
        &info,
        &mut chance,
    )
    .unwrap();
    assert!(chance.is_used_up());
    assert_eq!(
        to_hex(&encapsulated.to_bytes()),
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
    );
    assert_eq!(to_hex(&sender.seal(plain, aad).unwrap()), first);

    let mut receiver = setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &<X25519HkdfSha256 as hpke::Kem>::PrivateKey::from_bytes(&secret).unwrap(),
        &encapsulated,
        &info,
    )
    .unwrap();
    assert_eq!(receiver.open(&hex(first), aad).unwrap(), plain);

    let shared = hex("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7");
    let (key, nonce) = key_schedule([0, 0x20], &shared, &info);
    assert_eq!(
        to_hex(&key),
        "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91"
    );
    assert_eq!(to_hex(&nonce), "5c4d98150661b848853b547f");
    assert_eq!(decrypt((key, nonce), aad, &hex(first)), plain);
}

#[test]
fn what_is_sealed_to_a_key_opens_by_the_rfc_alone() {
    let key = KemKey::from_seed(&Zeroizing::new([5; 32]));
    let mut chance = Given::new(vec![6; 64]);
    let sealed = seal_to(&key.public(), b"purpose", b"place", b"plain", &mut chance).unwrap();
    assert!(chance.is_used_up());
    let (before, rest) = sealed.split_at(BEFORE);
    assert_eq!(before, [1, 0x64, 0x7a]);

    let (encapsulated, ciphertext) = rest.split_at(1120);
    let shared = XWing::decap(
        &<XWing as hpke::Kem>::PrivateKey::from_bytes(&*key.seed()).unwrap(),
        None,
        &<XWing as hpke::Kem>::EncappedKey::from_bytes(encapsulated).unwrap(),
    )
    .unwrap();
    let schedule = key_schedule(X_WING, &shared.0, b"purpose");
    assert_eq!(decrypt(schedule, b"place", ciphertext), b"plain");
}

/// Go's test draws 1,000 messages and their associated data from SHAKE128 of nothing, and gives the first
/// 16 bytes of SHAKE128 over all ciphertexts. The first message goes through this crate's own functions.
#[test]
fn a_thousand_messages_sealed_with_x_wing_are_those_of_go() {
    // Printed as the hexadecimal digits of hexadecimal digits; Go's test decodes them once.
    let info = b"4f6465206f6e2061204772656369616e2055726e";
    let seed = "447cfc23de31102101a1b5aec0897a31f24670946f8e67345df7099b7c26e626";
    let chance = hex("66dcfb2cda326274668adca8cb96b89f67fbfae8816f9f8032ff03c949c132a3
         323670b13f897ba7ed7ec6bda73f38f15200adb8dcb46384c327815672883d95");
    let key = KemKey::from_seed(&Zeroizing::new(array(seed)));
    assert_eq!(
        beginning_and_end(key.public().as_bytes()),
        [
            "d9ac25bc9b3516188ead3a40cfe439f4143090900cf1875fd60b5ba4e381948b",
            "462022f8fdaf6fec20e80222d89e91788afe88208fb423c3ef8cda69",
        ]
    );
    let (encapsulated, mut sender) = setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &<XWing as hpke::Kem>::PublicKey::from_bytes(key.public().as_bytes()).unwrap(),
        info,
        &mut Given::new(chance.clone()),
    )
    .unwrap();
    assert_eq!(
        beginning_and_end(&encapsulated.to_bytes()),
        [
            "048b83f06ad011da5a5c908b9355d0a4d5d3d6f33bdf6fe6184a248b63b5897b",
            "93177b59cff4e14cfb5ae2dd799a129b547c32a5537e7f569f89d82f",
        ]
    );

    let mut drawn = Shake128::default().finalize_xof();
    let mut draw = || {
        let mut length = [0];
        drawn.read(&mut length);
        let mut bytes = vec![0; usize::from(length[0])];
        drawn.read(&mut bytes);
        bytes
    };
    let mut ciphertexts = Shake128::default();
    for index in 0..1000 {
        let (aad, plain) = (draw(), draw());
        let ciphertext = sender.seal(&plain, &aad).unwrap();
        if index == 0 {
            let sealed = seal_to(&key.public(), info, &aad, &plain, &mut Given::new(chance.clone())).unwrap();
            assert_eq!(sealed[BEFORE + 1120..], ciphertext);
            assert_eq!(*open_with(&key, info, &aad, &sealed).unwrap(), plain);
        }
        ciphertexts.update(&ciphertext);
    }
    let mut accumulated = [0; 16];
    ciphertexts.finalize_xof().read(&mut accumulated);
    assert_eq!(to_hex(&accumulated), "e4543c1f32ece74e014597608c4cfb50");
}

fn beginning_and_end(bytes: &[u8]) -> [String; 2] {
    let (_, end) = bytes.split_at(bytes.len() - 28);
    [to_hex(&bytes[..32]), to_hex(end)]
}
