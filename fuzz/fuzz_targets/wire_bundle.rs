//! Reads any bytes as a bundle. The first byte says how they are cut.
//!
//! However they are cut, the frames are the same; and frames that are written again make the same bundle.

#![no_main]

use baraza_fuzz::input::{Input, pieces};
use libfuzzer_sys::fuzz_target;
use wire::{BundleReader, BundleWriter, DecodeError, Frame, ProgrammeId};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let cut = input.byte();
    let bundle = input.rest();
    let (programme, frames, end) = read(&[bundle]);
    assert_eq!(
        read(&pieces(bundle, cut)),
        (programme, frames.clone(), end.clone())
    );
    if let (Some(programme), Ok(())) = (programme, end) {
        let known = frames.iter().all(|frame| !matches!(frame, Frame::Unknown(_)));
        let (mut writer, mut again) = BundleWriter::begin(programme);
        frames.iter().for_each(|frame| again.extend(writer.write(frame)));
        again.extend(writer.finish());
        let (_, same, end) = read(&[&again]);
        assert_eq!((same, end), (frames, Ok(())));
        assert!(
            !known || again.len() <= bundle.len(),
            "written in the shortest way"
        );
    }
});

type Bundle = (Option<ProgrammeId>, Vec<Frame>, Result<(), DecodeError>);

fn read(pieces: &[&[u8]]) -> Bundle {
    let mut reader = BundleReader::new();
    let mut frames = Vec::new();
    for piece in pieces {
        if let Err(error) = reader.push(piece) {
            return (reader.programme(), frames, Err(error));
        }
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (reader.programme(), frames, Err(error)),
            }
        }
    }
    (reader.programme(), frames, reader.ended())
}
