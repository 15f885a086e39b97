//! A small picture of a picture.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage};

use crate::{PictureError, THUMBNAIL_SIDE};

/// Qualities and sides that are tried until the thumbnail is small enough.
const TRIES: [(u32, u8); 6] = [
    (THUMBNAIL_SIDE, 75),
    (THUMBNAIL_SIDE, 50),
    (THUMBNAIL_SIDE, 25),
    (120, 25),
    (80, 25),
    (40, 25),
];

/// Makes a JPEG of at most `most` bytes.
pub(crate) fn make(picture: &DynamicImage, most: usize) -> Result<Vec<u8>, PictureError> {
    for (side, quality) in TRIES {
        let small = on_white(&shrunk(picture, side));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .encode_image(&small)
            .map_err(|error| PictureError::Undecodable(error.to_string()))?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
    }
    Err(PictureError::Undecodable(
        "there is no room for a small picture of it".to_owned(),
    ))
}

/// Makes a picture smaller, unless it is small enough.
pub(crate) fn shrunk(picture: &DynamicImage, side: u32) -> DynamicImage {
    match picture.width().max(picture.height()) > side {
        true => picture.thumbnail(side, side),
        false => picture.clone(),
    }
}

/// A signature is often black on nothing: a JPEG has no nothing.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    let mut opaque = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(opaque.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u16::from);
        let over = |colour: u16| ((colour * alpha + 255 * (255 - alpha)) / 255) as u8;
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    opaque
}
