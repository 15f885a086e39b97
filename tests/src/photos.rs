//! Photos that were never taken: noise, which nothing makes smaller.

use rand::rngs::ChaCha20Rng;
use rand::{Rng as _, SeedableRng as _};

/// Makes a PNG of noise, `side` pixels wide and high: three bytes for each pixel, and little more.
///
/// # Panics
/// Never.
pub fn noise(seed: u64, side: u32) -> Vec<u8> {
    let mut pixels = vec![0; (side * side * 3) as usize];
    ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut pixels);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::NoCompression);
    let mut writer = encoder.write_header().expect("a head");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

/// Writes into a JPEG what a camera would: where it was taken (`place`), in EXIF, in a comment and behind its end.
///
/// # Panics
/// If it is no JPEG.
pub fn as_a_camera(jpeg: &[u8], place: &str) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    assert_eq!(start, [0xff, 0xd8], "a JPEG");
    let exif = format!("Exif\0\0MM\0\u{2a}\0\0\0\u{8}\0\0\0\0\0\0{place}");
    [
        start,
        &segment(0xe1, exif.as_bytes()),
        &segment(0xfe, place.as_bytes()),
        rest,
        place.as_bytes(),
    ]
    .concat()
}

fn segment(marker: u8, what: &[u8]) -> Vec<u8> {
    let length = u16::try_from(what.len() + 2).expect("a short segment");
    [&[0xff, marker], &length.to_be_bytes()[..], what].concat()
}
