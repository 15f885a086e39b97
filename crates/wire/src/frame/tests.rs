use proptest::prelude::*;

use super::*;
use crate::envelope::tests::example;
use crate::ids::{CompartmentId, EnvelopeId, FormId, RecordId};
use crate::roster_entry::RosterAct;
use crate::roster_entry::tests::entry;

fn hello() -> Hello {
    Hello {
        programme: example().header.programme,
        member: example().header.author,
        cursor: 70_000,
        log: LogId([1; 8]),
        roster: example().header.roster,
        nonce: vec![2; 21],
        wants: vec![
            Want {
                what: Wanted::Record(RecordId::from_chance([3; 16])),
                from: 9,
            },
            Want {
                what: Wanted::Compartment(CompartmentId::PROTECTED),
                from: 0,
            },
        ],
        probe: false,
    }
}

fn answer() -> Vec<Frame> {
    let act = RosterAct::Form {
        form: FormId::from_chance([1; 16]),
        envelope: EnvelopeId([2; 32]),
    };
    vec![
        Frame::Ack(Ack {
            count: 200,
            status: Status::Stored,
        }),
        Frame::Ack(Ack {
            count: 1,
            status: Status::Overtaken,
        }),
        Frame::Roster(entry(act)),
        Frame::Pull {
            sequence: 70_001,
            envelope: example(),
        },
        Frame::Unknown(99),
        Frame::Backfill {
            sequence: 12,
            envelope: example(),
        },
        Frame::Complete(hello().wants[0]),
        Frame::Vector(Vector {
            author: hello().member,
            incarnation: 2,
            upto: 300,
            last: EnvelopeId([8; 32]),
        }),
        Frame::Held(Held {
            part: PartHash([6; 32]),
            offset: 20_000,
        }),
        Frame::Piece(Piece {
            part: PartHash([6; 32]),
            offset: 20_000,
            bytes: vec![7; 500],
        }),
        Frame::Have(vec![Mark::of(&EnvelopeId([8; 32])), Mark([9; 16])]),
        Frame::Turn,
        Frame::Refused(Refusal {
            code: RefusalCode::UnknownMember,
            hint: "send the roster".into(),
            height: 3,
            nonce: vec![1],
        }),
        Frame::Done(Done {
            cursor: 70_001,
            more: false,
            log: LogId([1; 8]),
            nonce: vec![5; 21],
        }),
    ]
}

#[test]
fn a_call_comes_back_whole_when_it_arrives_byte_by_byte() {
    let mut writer = FrameWriter::new();
    let sent = vec![
        Frame::Hello(hello()),
        Frame::Push(example()),
        Frame::Push(example()),
    ];
    let bytes: Vec<u8> = sent.iter().flat_map(|frame| writer.write(frame)).collect();
    let mut reader = FrameReader::new();
    let mut got = Vec::new();
    for byte in bytes {
        reader.push(&[byte]);
        got.extend(reader.next_frame().unwrap());
    }
    assert_eq!(got, sent);
    assert_eq!(reader.end(), Ok(()));
}

#[test]
fn every_frame_of_an_answer_comes_back() {
    let mut writer = FrameWriter::answering(&hello());
    let mut reader = FrameReader::answered(&hello());
    for frame in answer() {
        reader.push(&writer.write(&frame));
        assert_eq!(reader.next_frame(), Ok(Some(frame)));
    }
}

#[test]
fn the_hello_layout_is_what_it_was() {
    let bytes = FrameWriter::new().write(&Frame::Hello(hello()));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    insta::assert_snapshot!(hex);
}

#[test]
fn a_frame_cut_short_is_not_taken_for_a_whole_one() {
    let bytes = FrameWriter::new().write(&Frame::Hello(hello()));
    let mut reader = FrameReader::new();
    reader.push(&bytes[..bytes.len() - 1]);
    assert_eq!(reader.next_frame(), Ok(None));
    assert!(reader.end().is_err());
}

#[test]
fn a_frame_of_absurd_length_is_refused_before_it_arrives() {
    let mut reader = FrameReader::new();
    reader.push(&[0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert!(matches!(reader.next_frame(), Err(DecodeError::TooLong { .. })));
}

proptest! {
    #[test]
    fn any_bytes_read_or_fail_cleanly(chunks: Vec<Vec<u8>>) {
        let mut reader = FrameReader::answered(&hello());
        for chunk in chunks {
            reader.push(&chunk);
            while let Ok(Some(_)) = reader.next_frame() {}
        }
    }

    #[test]
    fn a_damaged_answer_reads_or_fails_cleanly(at in 0..2000usize, flip: u8) {
        let mut writer = FrameWriter::answering(&hello());
        let mut bytes: Vec<u8> = answer().iter().flat_map(|frame| writer.write(frame)).collect();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        let mut reader = FrameReader::answered(&hello());
        reader.push(&bytes);
        while let Ok(Some(_)) = reader.next_frame() {}
    }
}
