//! Codes that one screen or sheet of paper shows and a camera reads (ISO/IEC 18004).

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

/// The light margin a code needs, in modules.
const QUIET: usize = 4;
/// How many pixels of a picture one module has on each side.
const SCALE: usize = 4;

/// A code.
pub(crate) struct Code {
    code: QrCode,
}

impl Code {
    /// Makes the code of a text, with as little correction as there is: it is read off a screen or clean paper.
    pub(crate) fn of(text: &str) -> anyhow::Result<Self> {
        // All of it as bytes: parted into runs of letters and digits, base64 becomes longer, not shorter.
        let smallest = (1..=40).find_map(|version| {
            let mut bits = Bits::new(Version::Normal(version));
            bits.push_byte_data(text.as_bytes()).ok()?;
            bits.push_terminator(EcLevel::L).ok()?;
            QrCode::with_bits(bits, EcLevel::L).ok()
        });
        let code = smallest.with_context(|| format!("{} bytes do not fit one code", text.len()))?;
        Ok(Self { code })
    }

    /// Returns how many modules wide the code is, with its margin.
    pub(crate) fn width(&self) -> usize {
        self.code.width() + 2 * QUIET
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = QUIET..self.code.width() + QUIET;
        inside.contains(&x) && inside.contains(&y) && self.code[(x - QUIET, y - QUIET)] == Color::Dark
    }

    /// Draws it for a terminal, two modules to a letter, black on white whatever the terminal's colours are.
    pub(crate) fn drawn(&self) -> String {
        let mut drawn = String::new();
        for y in (0..self.width()).step_by(2) {
            drawn.push_str("\x1b[30;107m");
            for x in 0..self.width() {
                drawn.push(match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            drawn.push_str("\x1b[0m\n");
        }
        drawn
    }

    /// Returns it as an SVG picture, for a page to be printed.
    pub(crate) fn svg(&self) -> String {
        let picture = self.code.render::<qrcode::render::svg::Color<'_>>();
        let svg = { picture }.min_dimensions(300, 300).build();
        // A page holds the picture, not a file of its own.
        svg.split_once("?>")
            .map_or(svg.clone(), |(_, picture)| picture.to_owned())
    }

    /// Writes it as a PNG picture.
    pub(crate) fn write_png(&self, file: &Path) -> anyhow::Result<()> {
        let side = self.width() * SCALE;
        let pixels: Vec<u8> = (0..side * side)
            .map(|n| match self.is_dark(n % side / SCALE, n / side / SCALE) {
                true => 0,
                false => 255,
            })
            .collect();
        let pixel_side = u32::try_from(side).context("the picture would be too large")?;
        let write = || -> anyhow::Result<()> {
            let mut out = BufWriter::new(File::create(file)?);
            let mut encoder = png::Encoder::new(&mut out, pixel_side, pixel_side);
            encoder.set_color(png::ColorType::Grayscale);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.write_header()?.write_image_data(&pixels)?;
            Ok(out.flush()?)
        };
        write().with_context(|| format!("{} cannot be written", file.display()))
    }
}

/// Reads the code in a PNG picture whose text begins with `word`.
pub(crate) fn read_png(file: &Path, word: &str) -> anyhow::Result<String> {
    let shown = file.display();
    let (pixels, width, height) =
        pixels(file).with_context(|| format!("{shown} is not a PNG picture that can be read"))?;
    let grey = |x: usize, y: usize| pixels.get(y * width + x).copied().unwrap_or(255);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let texts: Vec<String> = picture
        .detect_grids()
        .iter()
        .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
        .collect();
    match texts.iter().find(|text| text.starts_with(word)) {
        Some(text) => Ok(text.clone()),
        None if texts.is_empty() => {
            bail!("there is no readable code in {shown}; take the picture again, straight and sharp")
        }
        None => bail!("the code in {shown} is not a {word}"),
    }
}

/// Returns the picture's pixels as grey, with its width and height.
fn pixels(file: &Path) -> anyhow::Result<(Vec<u8>, usize, usize)> {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(file)?));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let size = reader.output_buffer_size().context("it is too large")?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes)?;
    bytes.truncate(frame.buffer_size());
    let samples = frame.color_type.samples();
    let grey = bytes
        .chunks_exact(samples)
        .map(|pixel| match *pixel {
            [grey] | [grey, _] => grey,
            [red, green, blue, ..] => {
                let sum = u32::from(red) * 3 + u32::from(green) * 6 + u32::from(blue);
                u8::try_from(sum / 10).unwrap_or(u8::MAX)
            }
            [] => u8::MAX,
        })
        .collect();
    Ok((
        grey,
        usize::try_from(frame.width)?,
        usize::try_from(frame.height)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text as long as a certificate whose members' key has been renewed twice.
    fn long(length: usize) -> String {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let text = letters.chars().cycle().enumerate();
        let text = text.map(|(n, letter)| if n % 7 == 0 { '_' } else { letter });
        let mut made = String::from("baraza-certificate-1:");
        made.extend(text.take(length - made.len()));
        made
    }

    #[test]
    fn a_picture_of_a_code_is_read_back_whatever_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("code.png");
        for length in [30, 500, 1900, 2100, 2953] {
            let text = long(length);
            Code::of(&text).unwrap().write_png(&file).unwrap();
            assert_eq!(read_png(&file, "baraza-certificate-1").unwrap(), text, "{length}");
        }
        assert!(Code::of(&long(2954)).is_err());
    }

    #[test]
    fn another_picture_is_said_to_be_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("code.png");
        Code::of("http://example.org").unwrap().write_png(&file).unwrap();
        let error = read_png(&file, "baraza-request-1").unwrap_err().to_string();
        assert!(error.ends_with("is not a baraza-request-1"), "{error}");
        std::fs::write(&file, b"no picture").unwrap();
        let error = read_png(&file, "baraza-request-1").unwrap_err().to_string();
        assert!(
            error.ends_with("is not a PNG picture that can be read"),
            "{error}"
        );
        let grey = [200; 64 * 64];
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, 64, 64);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&grey).unwrap();
        std::fs::write(&file, out).unwrap();
        let error = read_png(&file, "baraza-request-1").unwrap_err().to_string();
        assert!(error.starts_with("there is no readable code"), "{error}");
    }

    /// A screen that is read off a terminal is read as it is drawn.
    #[test]
    fn a_code_drawn_in_a_terminal_is_the_code() {
        let text = long(2000);
        let drawn = Code::of(&text).unwrap().drawn();
        let rows: Vec<Vec<char>> = drawn
            .lines()
            .map(|line| {
                let line = line
                    .trim_start_matches("\x1b[30;107m")
                    .trim_end_matches("\x1b[0m");
                line.chars().collect()
            })
            .collect();
        let (width, height) = (rows.first().unwrap().len(), rows.len() * 2);
        let grey = |x: usize, y: usize| {
            let letter = rows.get(y / 3 / 2).and_then(|row| row.get(x / 3)).unwrap();
            let dark = match letter {
                '█' => true,
                '▀' => (y / 3).is_multiple_of(2),
                '▄' => y / 3 % 2 == 1,
                _ => false,
            };
            if dark { 0 } else { 255 }
        };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width * 3, height * 3, grey);
        let grids = picture.detect_grids();
        assert_eq!(grids.first().unwrap().decode().unwrap().1, text);
    }
}
