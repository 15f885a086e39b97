//! Reads any bytes as one direction of a call. The first byte says which, the second how the bytes are cut.
//!
//! However they are cut, the frames are the same, and so is what is wrong with them; and frames that are
//! written again are read as the same frames.

#![no_main]

use baraza_fuzz::field::Field;
use baraza_fuzz::input::{Input, pieces};
use libfuzzer_sys::fuzz_target;
use wire::{DecodeError, Frame, FrameReader, FrameWriter};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (is_answer, cut) = (input.byte() % 2 == 1, input.byte());
    let stream = input.rest();
    let (frames, end) = read(is_answer, &[stream]);
    assert_eq!(read(is_answer, &pieces(stream, cut)), (frames.clone(), end));

    let mut writer = if is_answer {
        FrameWriter::answering(&Field::get().hello())
    } else {
        FrameWriter::new()
    };
    let frames: Vec<Frame> = frames.into_iter().map(|(frame, _)| frame).collect();
    let written: Vec<u8> = frames.iter().flat_map(|frame| writer.write(frame)).collect();
    let (again, end) = read(is_answer, &[&written]);
    assert!(again.into_iter().map(|(frame, _)| frame).eq(frames));
    assert_eq!(end, Ok(()));
});

type Frames = Vec<(Frame, Vec<u8>)>;

fn read(is_answer: bool, pieces: &[&[u8]]) -> (Frames, Result<(), DecodeError>) {
    let mut reader = if is_answer {
        FrameReader::answered(&Field::get().hello())
    } else {
        FrameReader::new()
    };
    let mut frames = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next_with_bytes() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, reader.end())
}
