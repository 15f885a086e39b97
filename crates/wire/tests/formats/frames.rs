//! Frames: every kind, in both directions of a call, and in a bundle.

use std::collections::BTreeSet;

use baraza_wire::{
    Ack, BundleReader, BundleWriter, CompartmentId, DecodeError, Done, Elision, Envelope, EnvelopeId, Frame,
    FrameReader, FrameWriter, Held, Hello, Kind, LogId, Mark, PartHash, Piece, Refusal, RefusalCode,
    RosterAct, Status, Vector, Want, Wanted,
};
use golden::Folder;

use crate::entries::entry;
use crate::envelopes::one_of_each_kind;
use crate::example::{DEVICE, PROGRAMME, RECORD, ROSTER, envelope, of_chain, sealed};

const PIECE: PartHash = PartHash([0xc1; 32]);
const LOG: LogId = LogId([0xc2; 8]);

pub(crate) fn keep(folder: &mut Folder) {
    for (name, frame) in frames() {
        folder.keeps(&format!("frame-{name}"), &frame, written_alone, read_alone);
    }
    folder.keeps(
        "call",
        &call(),
        |frames| written_call(frames),
        |bytes| read_all(FrameReader::new(), bytes),
    );
    let answered = |bytes: &[u8]| read_all(FrameReader::answered(&hello()), bytes);
    folder.keeps("answer", &answer(), |frames| written_answer(frames), answered);
    folder.keeps(
        "bundle-1",
        &carried(),
        |frames| written_bundle(frames),
        read_bundle,
    );
}

pub(crate) fn hello() -> Hello {
    Hello {
        programme: PROGRAMME,
        member: DEVICE,
        cursor: 70_000,
        log: LOG,
        roster: ROSTER,
        nonce: vec![0xc3; 20],
        wants: vec![
            Want {
                what: Wanted::Record(RECORD),
                from: 9,
            },
            Want {
                what: Wanted::Compartment(CompartmentId::PROTECTED),
                from: 0,
            },
            Want {
                what: Wanted::Part(PIECE),
                from: 16_384,
            },
        ],
        probe: false,
    }
}

fn first_hello() -> Hello {
    Hello {
        cursor: 0,
        log: LogId([0; 8]),
        nonce: Vec::new(),
        wants: Vec::new(),
        ..hello()
    }
}

/// A record whose place and keys are not elided, and the one behind it whose are.
pub(crate) fn two_records() -> [Envelope; 2] {
    let record = |sequence, index| {
        let part = vec![sealed(CompartmentId::GENERAL, of_chain(index), 130)];
        envelope(Kind::RECORD, *RECORD.as_bytes(), (DEVICE, None), sequence, part)
    };
    let (first, mut second) = (record(300, 0), record(301, 1));
    second.header.previous = first.id();
    [first, second]
}

/// Every kind of frame, and every form of those that have several. Envelopes are written as the first of a stream.
pub(crate) fn frames() -> Vec<(&'static str, Frame)> {
    let [pushed, _] = two_records();
    let withheld = pushed.withholding(|_| false);
    let act = RosterAct::Policy {
        sealed: vec![0xd1; 9],
    };
    let mut frames = vec![
        ("hello", Frame::Hello(hello())),
        ("hello-first", Frame::Hello(first_hello())),
        (
            "hello-probe",
            Frame::Hello(Hello {
                probe: true,
                ..hello()
            }),
        ),
        ("append", Frame::Append(entry(act.clone()))),
        ("push", Frame::Push(pushed.clone())),
        ("roster", Frame::Roster(entry(act))),
        (
            "pull",
            Frame::Pull {
                sequence: 70_001,
                envelope: pushed,
            },
        ),
        (
            "pull-withheld",
            Frame::Pull {
                sequence: 70_002,
                envelope: withheld.clone(),
            },
        ),
        (
            "done",
            Frame::Done(Done {
                cursor: 70_002,
                more: true,
                log: LOG,
                nonce: vec![0xc4; 20],
            }),
        ),
        (
            "backfill",
            Frame::Backfill {
                sequence: 12,
                envelope: withheld,
            },
        ),
        (
            "vector",
            Frame::Vector(Vector {
                author: DEVICE,
                incarnation: 2,
                upto: 300,
                last: EnvelopeId([0xc5; 32]),
            }),
        ),
        (
            "held",
            Frame::Held(Held {
                part: PIECE,
                offset: 16_384,
            }),
        ),
        (
            "piece",
            Frame::Piece(Piece {
                part: PIECE,
                offset: 16_384,
                bytes: vec![0xc6; 200],
            }),
        ),
        ("end", Frame::End([0xc7; 32])),
        ("have", Frame::Have(vec![Mark([0xcb; 16]), Mark([0xcc; 16])])),
        ("turn", Frame::Turn),
        ("of-a-later-version", Frame::Unknown(99)),
    ];
    let wants = ["complete-record", "complete-compartment", "complete-part"];
    frames.extend(
        wants
            .into_iter()
            .zip(hello().wants.into_iter().map(Frame::Complete)),
    );
    frames.extend(statuses().map(|(name, status)| (name, Frame::Ack(Ack { count: 200, status }))));
    frames.extend(refusals().map(|(name, code)| {
        let refusal = Refusal {
            code,
            hint: "call again".to_owned(),
            height: 3,
            nonce: vec![0xc8; 20],
        };
        (name, Frame::Refused(refusal))
    }));
    frames
}

fn statuses() -> [(&'static str, Status); 5] {
    [
        ("ack-stored", Status::Stored),
        ("ack-had", Status::Had),
        ("ack-fork", Status::Fork),
        ("ack-refused", Status::Refused),
        ("ack-overtaken", Status::Overtaken),
    ]
}

fn refusals() -> [(&'static str, RefusalCode); 7] {
    [
        ("refused-stale", RefusalCode::Stale),
        ("refused-unknown-member", RefusalCode::UnknownMember),
        ("refused-unknown-programme", RefusalCode::UnknownProgramme),
        ("refused-bad-signature", RefusalCode::BadSignature),
        ("refused-malformed", RefusalCode::Malformed),
        ("refused-full", RefusalCode::Full),
        ("refused-of-a-later-version", RefusalCode::Other(200)),
    ]
}

fn elision() -> Elision {
    hello().elision()
}

pub(crate) fn written_alone(frame: &Frame) -> Vec<u8> {
    FrameWriter::after(elision()).write(frame)
}

fn read_alone(bytes: &[u8]) -> Result<Frame, DecodeError> {
    let mut frames = read_all(FrameReader::after(elision()), bytes)?;
    frames.pop().ok_or(DecodeError::LeftOver(0))
}

fn read_all(mut reader: FrameReader, bytes: &[u8]) -> Result<Vec<Frame>, DecodeError> {
    reader.push(bytes);
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        frames.push(frame);
    }
    reader.end()?;
    Ok(frames)
}

/// A device sends two records, the second without all that the first says, and a piece of a photo.
pub(crate) fn call() -> Vec<Frame> {
    let [first, second] = two_records();
    let [.., piece] = [first, second].map(Frame::Push);
    let [first, _] = two_records();
    let bytes = Piece {
        part: PIECE,
        offset: 0,
        bytes: vec![0xc9; 40],
    };
    vec![
        Frame::Hello(hello()),
        Frame::Push(first),
        piece,
        Frame::Piece(bytes),
    ]
}

/// A relay gives an envelope of every kind to a desk that reads nothing of a record: two authors, recipients, shapes.
pub(crate) fn answer() -> Vec<Frame> {
    let pulls = one_of_each_kind().into_iter().zip(70_001..);
    pulls
        .map(|(envelope, sequence)| Frame::Pull { sequence, envelope })
        .collect()
}

pub(crate) fn carried() -> Vec<Frame> {
    let [first, second] = two_records();
    let piece = Piece {
        part: PIECE,
        offset: 0,
        bytes: vec![0xca; 40],
    };
    let act = RosterAct::Policy {
        sealed: vec![0xd2; 9],
    };
    vec![
        Frame::Roster(entry(act)),
        Frame::Push(first),
        Frame::Push(second),
        Frame::Piece(piece),
    ]
}

pub(crate) fn written_call(frames: &[Frame]) -> Vec<u8> {
    let mut writer = FrameWriter::new();
    frames.iter().flat_map(|frame| writer.write(frame)).collect()
}

pub(crate) fn written_answer(frames: &[Frame]) -> Vec<u8> {
    let mut writer = FrameWriter::answering(&hello());
    frames.iter().flat_map(|frame| writer.write(frame)).collect()
}

pub(crate) fn written_bundle(frames: &[Frame]) -> Vec<u8> {
    let (mut writer, mut bytes) = BundleWriter::begin(PROGRAMME);
    for frame in frames {
        bytes.extend(writer.write(frame));
    }
    bytes.extend(writer.finish());
    bytes
}

fn read_bundle(bytes: &[u8]) -> Result<Vec<Frame>, DecodeError> {
    let mut reader = BundleReader::new();
    reader.push(bytes)?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        frames.push(frame);
    }
    reader.ended()?;
    Ok(frames)
}

#[test]
fn every_kind_of_frame_has_a_golden_file() {
    let here: BTreeSet<u8> = frames().iter().map(|(_, frame)| first_of_body(frame)).collect();
    for tag in (0..=255).filter(|tag| *tag != 99) {
        let mut reader = FrameReader::after(elision());
        reader.push(&[1, tag]);
        let known = reader.next_frame() != Ok(Some(Frame::Unknown(tag)));
        assert_eq!(known, here.contains(&tag), "frame {tag}");
    }
}

#[test]
fn every_status_and_every_known_refusal_has_a_golden_file() {
    let read = |body: &[u8]| read_alone(&[&[body.len() as u8], body].concat());
    let statuses: Vec<Status> = statuses().iter().map(|(_, status)| *status).collect();
    let codes: Vec<RefusalCode> = refusals().iter().map(|(_, code)| *code).collect();
    for number in 0..=255 {
        match read(&[4, 1, number]) {
            Ok(Frame::Ack(ack)) => assert!(statuses.contains(&ack.status), "status {number}"),
            other => assert!(other.is_err() && usize::from(number) >= statuses.len()),
        }
        match read(&[8, number, 0, 0, 0]) {
            Ok(Frame::Refused(refused)) => {
                let known = refused.code != RefusalCode::Other(number);
                assert!(!known || codes.contains(&refused.code), "refusal {number}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_second_envelope_of_a_stream_says_nothing_twice() {
    let [first, second] = two_records();
    let mut writer = FrameWriter::after(elision());
    let (whole, short) = (
        writer.write(&Frame::Push(first)),
        writer.write(&Frame::Push(second)),
    );
    // Incarnation, sequence and what came before; one compartment; the key.
    assert_eq!(whole.len() - short.len(), 1 + 2 + 32 + 2 + 10);
}

/// A frame's type: what follows its length.
fn first_of_body(frame: &Frame) -> u8 {
    let bytes = written_alone(frame);
    let length = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    bytes[length]
}
