#![doc = include_str!("../README.md")]

pub mod jpeg;
pub mod png;
mod thumbnail;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 160;
/// The longest side a picture may have, in pixels.
const LONGEST_SIDE: u32 = 20_000;
/// The most memory that decoding a picture may take, in bytes.
const MOST_MEMORY: u64 = 512 << 20;

/// Why a file is not taken as a picture.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PictureError {
    /// It is something else.
    #[error("it is neither a JPEG nor a PNG; take the photo again as one of these")]
    OtherFormat,
    /// It ends too early, or what is in it contradicts itself.
    #[error("the picture is damaged ({0}); take it again")]
    Damaged(&'static str),
    /// It cannot be decoded.
    #[error("the picture cannot be shown ({0}); take it again")]
    Undecodable(String),
}

/// A picture that holds nothing but the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is.
    pub format: Format,
    /// A small JPEG of it, the right way up.
    pub thumbnail: Vec<u8>,
}

/// What a picture's file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl Format {
    /// Returns what a file with these bytes says it is.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&jpeg::START) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(&png::SIGNATURE) {
            Some(Self::Png)
        } else {
            None
        }
    }

    /// Returns the media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Returns how names of such files end, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// Drops all that is not the picture, and makes a thumbnail of at most `most` bytes.
///
/// # Errors
/// It is no picture, or cannot be decoded.
pub fn make_ready(bytes: &[u8], most: usize) -> Result<Picture, PictureError> {
    let format = Format::of(bytes).ok_or(PictureError::OtherFormat)?;
    let (bytes, turn) = match format {
        Format::Jpeg => jpeg::strip(bytes)?,
        Format::Png => (png::strip(bytes)?, 1),
    };
    let mut decoded = decode(&bytes, format)?;
    if let Some(orientation) = Orientation::from_exif(turn) {
        // The small one is turned; the large one says how. Turned when it is small, it costs little.
        decoded = thumbnail::shrunk(&decoded, THUMBNAIL_SIDE);
        decoded.apply_orientation(orientation);
    }
    let thumbnail = thumbnail::make(&decoded, most)?;
    Ok(Picture {
        bytes,
        format,
        thumbnail,
    })
}

fn decode(bytes: &[u8], format: Format) -> Result<DynamicImage, PictureError> {
    let kind = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader
        .decode()
        .map_err(|error| PictureError::Undecodable(error.to_string()))
}

#[cfg(test)]
mod tests;
