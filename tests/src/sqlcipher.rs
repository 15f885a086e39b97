//! Decrypts a SQLCipher file page by page, so that free pages and the write-ahead log are read too, not only what SQL
//! would still show.
//!
//! The layout is SQLCipher 4's (<https://www.zetetic.net/sqlcipher/design/>): pages of 4,096 bytes, AES-256-CBC without
//! padding; the last 80 bytes of a page are its initialisation vector (16) and HMAC (64), and the file's first 16 bytes
//! are the salt. A raw key is used as it is.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _};

const PAGE: usize = 4096;
const RESERVED: usize = 80;
const SALT: usize = 16;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Returns the plain bytes of every page of a database, free ones included.
pub fn pages(file: &[u8], key: &[u8; 32]) -> Vec<Vec<u8>> {
    file.chunks_exact(PAGE)
        .enumerate()
        .map(|(n, page)| decrypt(page, n == 0, key))
        .collect()
}

/// Returns the plain bytes of every frame of a write-ahead log, whether it counts still or not.
pub fn frames(log: &[u8], key: &[u8; 32]) -> Vec<Vec<u8>> {
    let frames = log
        .get(WAL_HEADER..)
        .unwrap_or_default()
        .chunks_exact(FRAME_HEADER + PAGE);
    let frames = frames.filter_map(|frame| frame.split_at_checked(FRAME_HEADER));
    // The frame's header begins with the number of the page it holds.
    frames
        .map(|(header, page)| decrypt(page, header.starts_with(&[0, 0, 0, 1]), key))
        .collect()
}

fn decrypt(page: &[u8], first: bool, key: &[u8; 32]) -> Vec<u8> {
    let (body, reserved) = page.split_at(PAGE - RESERVED);
    let (iv, _) = reserved.split_at(16);
    let mut body = body
        .get(if first { SALT } else { 0 }..)
        .unwrap_or_default()
        .to_vec();
    let iv: &[u8; 16] = iv.try_into().expect("16 bytes");
    let mut decryptor = cbc::Decryptor::<aes::Aes256>::new(key.into(), iv.into());
    for block in body.as_chunks_mut::<16>().0 {
        decryptor.decrypt_block(block.into());
    }
    body
}
