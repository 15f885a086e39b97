//! What lies in sealed parts, and on paper: the values of the golden files, as the pages print them.

use golden::hex::to_hex;
use golden::page::Vectors;

use crate::golden_files::{WORDS, assignment, draft, endless, fresh_keys, grant, kept, seeds, with_files};

pub(super) fn all() -> Vectors {
    // Version 1 had neither an end nor a number of grants: one byte each here, behind the version.
    let endless = endless().to_bytes();
    let (_, hands) = endless.split_at(3);
    vec![
        ("grant.2", to_hex(&grant().to_bytes())),
        ("grant.1", to_hex(&[&[1], hands].concat())),
        (
            "onetimekeys.blake3",
            blake3::hash(&fresh_keys().to_bytes()).to_string(),
        ),
        ("book", to_hex(&baraza_seal::book::to_bytes(&seeds()))),
        ("draft", to_hex(&draft().to_bytes())),
        ("draft.2", to_hex(&with_files().to_bytes())),
        ("assignment", to_hex(&assignment().to_bytes())),
        ("kept", to_hex(&kept().to_bytes())),
        ("share.1.words", WORDS.replace('\n', "/")),
        ("share.1", to_hex(&of_words())),
    ]
}

/// The bytes that the words of a share stand for: 11 bits each, without the word that checks a line.
fn of_words() -> Vec<u8> {
    let list = bip39::Language::English;
    let words = WORDS.lines().flat_map(|line| line.split(' ').take(7));
    let bits: Vec<u16> = words
        .map(|word| list.find_word(word).unwrap())
        .flat_map(|number| (0..11).rev().map(move |bit| number >> bit & 1))
        .collect();
    let (bytes, rest) = bits.as_chunks::<8>();
    assert_eq!(rest, [0]);
    let byte = |bits: &[u16; 8]| bits.iter().fold(0, |byte, bit| byte << 1 | *bit as u8);
    bytes.iter().map(byte).collect()
}
