//! A bundle of the sealed copies beside a notebook: for when its passphrase is forgotten.

use std::io::Write;
use std::path::Path;

use wire::frame::Frame;
use wire::{BundleWriter, FrameReader};

use super::CarryError;
use crate::home::Home;

/// Writes a bundle of everything a notebook finished and no desk has confirmed. It needs no passphrase and opens
/// nothing. Returns how many envelopes are in it.
///
/// # Errors
/// There is no notebook in the folder, or nothing to carry, or a file cannot be read or written.
pub fn export_outbox(folder: &Path, into: &mut dyn Write) -> Result<u64, CarryError> {
    let mut bundle: Option<BundleWriter> = None;
    let mut count = 0;
    for copy in Home::outbox_copies(folder)? {
        let mut reader = FrameReader::new();
        reader.push(&copy);
        while let Some(frame) = reader.next_frame()? {
            match (&frame, &mut bundle) {
                (Frame::Hello(hello), None) => {
                    let (begun, head) = BundleWriter::begin(hello.programme);
                    into.write_all(&head)?;
                    bundle = Some(begun);
                }
                (Frame::Push(_), Some(bundle)) => {
                    into.write_all(&bundle.write(&frame))?;
                    count += 1;
                }
                _ => {}
            }
        }
    }
    let bundle = bundle.ok_or(CarryError::NothingToCarry)?;
    into.write_all(&bundle.finish())?;
    into.flush()?;
    Ok(count)
}
