//! JPEG (ITU-T T.81, annex B): segments, each after a marker, and the coded picture between them.

use crate::PictureError;

/// How a file begins: the marker for the start of an image, and the beginning of the next.
pub(crate) const START: [u8; 3] = [0xff, 0xd8, 0xff];

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;

/// JFIF 1.01, square pixels, no thumbnail. It says how colours are to be read.
const JFIF: [u8; 14] = *b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// How many bytes of an Adobe segment come before the one that says how colours are to be read.
const ADOBE: [u8; 11] = *b"Adobe\0\x64\0\0\0\0";
const EXIF: &[u8] = b"Exif\0\0";
/// The EXIF tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// Returns the file with what is needed to show it and nothing else, and how it is to be turned: 1 to 8, as EXIF says it.
///
/// Kept are tables, frames and scans, and made anew what says how to read colours (JFIF, Adobe) and how to turn it. All
/// other segments are dropped, and what stands behind the end of the picture.
///
/// # Errors
/// It is no JPEG, or was cut.
pub fn strip(bytes: &[u8]) -> Result<(Vec<u8>, u8), PictureError> {
    let mut reader = Reader { rest: bytes };
    if reader.marker()? != START_OF_IMAGE {
        return Err(PictureError::OtherFormat);
    }
    let (mut jfif, mut adobe, mut turn) = (false, None, 1);
    let mut picture = Vec::with_capacity(bytes.len());
    loop {
        let marker = reader.marker()?;
        match marker {
            END_OF_IMAGE => break,
            // Markers without a segment: nothing stands behind them.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let segment = reader.segment()?;
        match marker {
            APP0 => jfif |= segment.starts_with(b"JFIF\0"),
            APP1 => turn = orientation(segment).unwrap_or(turn),
            APP14 if segment.starts_with(b"Adobe") => adobe = segment.get(ADOBE.len()).copied().or(adobe),
            // Frames, tables, restarts, the number of lines, scans.
            0xc0..=0xc7 | 0xc9..=0xcf | START_OF_SCAN..=0xdd => {
                push(&mut picture, marker, segment)?;
                if marker == START_OF_SCAN {
                    picture.extend_from_slice(reader.scan()?);
                }
            }
            _ => {}
        }
    }
    let mut stripped = vec![0xff, START_OF_IMAGE];
    if jfif {
        push(&mut stripped, APP0, &JFIF)?;
    }
    if turn != 1 {
        push(&mut stripped, APP1, &exif(turn))?;
    }
    if let Some(colours) = adobe {
        push(&mut stripped, APP14, &[&ADOBE[..], &[colours]].concat())?;
    }
    stripped.append(&mut picture);
    stripped.extend([0xff, END_OF_IMAGE]);
    Ok((stripped, turn))
}

fn push(into: &mut Vec<u8>, marker: u8, segment: &[u8]) -> Result<(), PictureError> {
    let length =
        u16::try_from(segment.len() + 2).map_err(|_| PictureError::Damaged("a segment is too long"))?;
    into.extend([0xff, marker]);
    into.extend(length.to_be_bytes());
    into.extend_from_slice(segment);
    Ok(())
}

/// Returns an EXIF block that says how the picture is to be turned, and no more.
fn exif(turn: u8) -> Vec<u8> {
    let mut block = EXIF.to_vec();
    // Big-endian TIFF, one directory at 8 with one entry: the orientation, one short number. No further directory.
    block.extend(b"MM\0\x2a\0\0\0\x08\0\x01");
    block.extend(ORIENTATION.to_be_bytes());
    block.extend([0, 3, 0, 0, 0, 1, 0, turn, 0, 0, 0, 0, 0, 0]);
    block
}

/// Reads how a picture is to be turned out of an EXIF block.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(EXIF)?;
    let big = match tiff.get(..4)? {
        b"MM\0\x2a" => true,
        b"II\x2a\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let two: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(two)
        } else {
            u16::from_le_bytes(two)
        })
    };
    let long = |at: usize| -> Option<u32> {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    for n in 0..usize::from(short(directory)?) {
        let entry = directory.checked_add(2 + n * 12)?;
        if short(entry)? == ORIENTATION {
            let turn = u8::try_from(short(entry.checked_add(8)?)?).ok()?;
            return (1..=8).contains(&turn).then_some(turn);
        }
    }
    None
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads a marker, behind any number of fill bytes.
    fn marker(&mut self) -> Result<u8, PictureError> {
        if self.byte()? != 0xff {
            return Err(PictureError::Damaged("a marker is missing"));
        }
        loop {
            match self.byte()? {
                0xff => {}
                0 => return Err(PictureError::Damaged("a marker is missing")),
                marker => return Ok(marker),
            }
        }
    }

    /// Reads a segment behind its marker.
    fn segment(&mut self) -> Result<&'a [u8], PictureError> {
        let length = usize::from(u16::from_be_bytes([self.byte()?, self.byte()?]));
        let length = length
            .checked_sub(2)
            .ok_or(PictureError::Damaged("a segment is too short"))?;
        self.take(length)
    }

    /// Reads the coded picture, up to the marker behind it. A stuffed zero and restarts belong to it.
    fn scan(&mut self) -> Result<&'a [u8], PictureError> {
        let mut at = 0usize;
        loop {
            let next = self.rest.get(at..at.saturating_add(2));
            match next {
                Some([0xff, 0 | 0xd0..=0xd7]) => at += 2,
                Some([0xff, 0xff]) => at += 1,
                Some([0xff, _]) => return self.take(at),
                Some(_) => at += 1,
                None => return Err(PictureError::Damaged("its end is missing")),
            }
        }
    }

    fn byte(&mut self) -> Result<u8, PictureError> {
        let (first, rest) = self
            .rest
            .split_first()
            .ok_or(PictureError::Damaged("its end is missing"))?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], PictureError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(PictureError::Damaged("its end is missing"))?;
        self.rest = rest;
        Ok(taken)
    }
}
