//! BLAKE3 in the three modes that ids, hashes and nonces are made with: the project's `test_vectors.json`
//! (BLAKE3-team/BLAKE3), the inputs of 0 and 1 bytes, the first 32 bytes of each output.

use golden::hex::to_hex;

const KEY: &[u8; 32] = b"whats the Elvish word for friend";
const CONTEXT: &str = "BLAKE3 2019-12-27 16:29:52 test vectors context";

#[test]
fn the_three_modes_are_those_of_blake3() {
    for (input, hash, keyed, derived) in [
        (
            &[][..],
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
            "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
            "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
        ),
        (
            &[0][..],
            "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
            "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
            "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c",
        ),
    ] {
        assert_eq!(blake3::hash(input).to_hex().as_str(), hash);
        assert_eq!(blake3::keyed_hash(KEY, input).to_hex().as_str(), keyed);
        assert_eq!(to_hex(&blake3::derive_key(CONTEXT, input)), derived);
    }
}
