use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

/// A photo of 400 by 300 pixels that is red on its left side and blue on its right one.
fn jpeg() -> Vec<u8> {
    let colour = |x, _| {
        if x < 200 {
            Rgb([220, 0, 0])
        } else {
            Rgb([0, 0, 220])
        }
    };
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(400, 300, colour)
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

fn png() -> Vec<u8> {
    let colour = |x, y| {
        if x == y {
            Rgba([0, 0, 0, 255])
        } else {
            Rgba([0, 0, 0, 0])
        }
    };
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_fn(300, 200, colour)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn segment(marker: u8, what: &[u8]) -> Vec<u8> {
    let length = (what.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], what].concat()
}

/// An EXIF block of two entries: something secret that a camera wrote, and how the picture is to be turned.
fn exif(turn: u8) -> Vec<u8> {
    let mut block = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
    block.extend(b"\x10\x01\x02\0\x04\0\0\0CAM\0");
    block.extend([0x12, 1, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0]);
    block.extend(b"\0\0\0\0GPS 12.34567 N 1.52341 W");
    block
}

/// A photo as a camera writes it: EXIF, a profile, a comment, a maker's note, and a second picture behind its end.
fn taken(turn: u8) -> Vec<u8> {
    let jpeg = jpeg();
    [
        &jpeg[..2],
        &segment(0xe1, &exif(turn)),
        &segment(
            0xe1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPS XMP</x:xmpmeta>",
        ),
        &segment(0xe2, b"MPF\0 GPS of another picture"),
        &segment(0xed, b"Photoshop 3.0 GPS"),
        &segment(0xfe, b"a comment with GPS"),
        &jpeg[2..],
        b"GPS behind the end",
    ]
    .concat()
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn pixel(bytes: &[u8], at: (u32, u32)) -> [u8; 3] {
    image::load_from_memory(bytes)
        .unwrap()
        .to_rgb8()
        .get_pixel(at.0, at.1)
        .0
}

#[test]
fn nothing_of_what_a_camera_wrote_is_left_but_how_the_picture_is_turned() {
    let photo = taken(6);
    assert!(contains(&photo, b"GPS") && contains(&photo, b"CAM"));
    let ready = make_ready(&photo, 8000).unwrap();
    for secret in [&b"GPS"[..], b"CAM", b"xmp", b"MPF", b"Photoshop", b"comment"] {
        assert!(!contains(&ready.bytes, secret) && !contains(&ready.thumbnail, secret));
    }
    assert_eq!(jpeg::strip(&ready.bytes).unwrap(), (ready.bytes.clone(), 6));
    // The picture itself is what it was.
    let (before, after) = (
        image::load_from_memory(&photo).unwrap(),
        image::load_from_memory(&ready.bytes).unwrap(),
    );
    assert_eq!(before.to_rgb8(), after.to_rgb8());
}

#[test]
fn a_thumbnail_is_small_and_the_right_way_up() {
    let ready = make_ready(&taken(6), 8000).unwrap();
    assert!(ready.thumbnail.len() <= 8000);
    let small = image::load_from_memory(&ready.thumbnail).unwrap();
    assert_eq!((small.width(), small.height()), (120, 160));
    // Turned clockwise by a quarter, what was left is on top.
    let ([red, _, blue], [low_red, _, low_blue]) = (
        pixel(&ready.thumbnail, (60, 20)),
        pixel(&ready.thumbnail, (60, 140)),
    );
    assert!(red > 150 && blue < 80 && low_red < 80 && low_blue > 150);
    let mut tiny = Cursor::new(Vec::new());
    RgbImage::new(3, 2).write_to(&mut tiny, ImageFormat::Png).unwrap();
    let tiny = make_ready(tiny.get_ref(), 8000).unwrap();
    assert_eq!(
        image::load_from_memory(&tiny.thumbnail).unwrap().width(),
        3,
        "not blown up"
    );
    let level = make_ready(&taken(1), 8000).unwrap();
    let small = image::load_from_memory(&level.thumbnail).unwrap();
    assert_eq!((small.width(), small.height()), (160, 120));
    assert!(!contains(&level.bytes, b"Exif"));
}

#[test]
fn a_noisy_photo_has_a_small_thumbnail_all_the_same() {
    let mut state = 1u32;
    let mut noise = |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = state.to_be_bytes();
        Rgb([a, b, c])
    };
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(170, 170, &mut noise)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    for most in [8000, 2000] {
        assert!(
            make_ready(&bytes.get_ref().clone(), most)
                .unwrap()
                .thumbnail
                .len()
                <= most
        );
    }
}

#[test]
fn a_signature_keeps_what_shows_it_and_is_drawn_on_white() {
    let png = png();
    let text = b"\0\0\0\x08tEXtGPS\0a  b\0\0\0\0";
    let with_text = [&png[..33], text, &png[33..], b"GPS"].concat();
    let ready = make_ready(&with_text, 8000).unwrap();
    assert_eq!((ready.bytes, ready.format), (png, Format::Png));
    let [red, green, blue] = pixel(&ready.thumbnail, (150, 5));
    assert!(red > 240 && green > 240 && blue > 240);
}

#[test]
fn what_is_no_picture_or_was_cut_is_refused() {
    for (bytes, error) in [
        (b"GIF89a".to_vec(), PictureError::OtherFormat),
        (Vec::new(), PictureError::OtherFormat),
        (
            jpeg()[..600].to_vec(),
            PictureError::Damaged("its end is missing"),
        ),
        (png()[..60].to_vec(), PictureError::Damaged("its end is missing")),
    ] {
        assert_eq!(make_ready(&bytes, 8000), Err(error));
    }
    let empty = [&[0xff, 0xd8, 0xff, 0xd9][..]].concat();
    assert!(matches!(
        make_ready(&empty, 8000),
        Err(PictureError::Undecodable(_))
    ));
}

proptest! {
    #[test]
    fn any_bytes_are_stripped_to_their_only_form_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300), at: prop::sample::Index, byte: u8, cut: prop::sample::Index,
    ) {
        let mut photo = taken(3);
        let at = at.index(photo.len());
        photo[at] = byte;
        let short = photo[..cut.index(photo.len())].to_vec();
        let headed = [&START_OF_ANY[..], &bytes].concat();
        for bytes in [photo, short, headed] {
            if let Ok((stripped, turn)) = jpeg::strip(&bytes) {
                prop_assert_eq!(jpeg::strip(&stripped), Ok((stripped.clone(), turn)));
            }
        }
        let mut signature = png();
        let at = at % signature.len();
        signature[at] = byte;
        for bytes in [signature, [&png::SIGNATURE[..], &bytes].concat()] {
            if let Ok(stripped) = png::strip(&bytes) {
                prop_assert_eq!(png::strip(&stripped), Ok(stripped.clone()));
            }
        }
    }
}

const START_OF_ANY: [u8; 2] = [0xff, 0xd8];
