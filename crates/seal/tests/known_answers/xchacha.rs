//! draft-irtf-cfrg-xchacha-03, appendix A.3.1: the cipher that seals parts and the notebook's key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use golden::hex::{array, hex, to_hex};

const PLAIN: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for \
    the future, sunscreen would be it.";

#[test]
fn the_ciphertext_and_tag_are_those_of_the_draft() {
    let key: [u8; 32] = array("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    let nonce: [u8; 24] = array("404142434445464748494a4b4c4d4e4f5051525354555657");
    let aad = hex("50515253c0c1c2c3c4c5c6c7");
    let sealed = "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
                  731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
                  2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
                  21f9664c97637da9768812f615c68b13b52e\
                  c0875924c1c7987947deafd8780acf49";
    let cipher = XChaCha20Poly1305::new(&key.into());
    let nonce = XNonce::from(nonce);
    let payload = |msg| Payload { msg, aad: &aad };
    assert_eq!(to_hex(&cipher.encrypt(&nonce, payload(PLAIN)).unwrap()), sealed);
    assert_eq!(cipher.decrypt(&nonce, payload(&hex(sealed))).unwrap(), PLAIN);
}
