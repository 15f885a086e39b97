use wire::{
    Envelope, EnvelopeId, Frame, FrameWriter, Header, Hello, Kind, LogId, MemberId, PartHash, Piece,
    ProgrammeId, RosterPosition,
};

use super::super::packet::tests::{SYN, packet};
use super::super::streams::Streams;
use super::Sent;

fn hello() -> Hello {
    Hello {
        programme: ProgrammeId::from_bytes([1; 16]),
        member: MemberId::from_bytes([2; 16]),
        cursor: 0,
        log: LogId([0; 8]),
        roster: RosterPosition::EMPTY,
        nonce: Vec::new(),
        wants: Vec::new(),
        probe: false,
    }
}

fn envelope(sequence: u64) -> Envelope {
    Envelope {
        header: Header {
            kind: Kind::RECORD,
            programme: ProgrammeId::from_bytes([1; 16]),
            subject: [3; 16],
            recipient: None,
            author: MemberId::from_bytes([2; 16]),
            incarnation: 1,
            sequence,
            previous: EnvelopeId([4; 32]),
            roster: RosterPosition::EMPTY,
            parts: Vec::new(),
        },
        signature: [5; 64],
        parts: Vec::new(),
    }
}

fn piece(offset: u64, length: usize) -> Frame {
    Frame::Piece(Piece {
        part: PartHash([6; 32]),
        offset,
        bytes: vec![7; length],
    })
}

/// A request with a hello and frames, and how long each of its frames is.
fn request(frames: Vec<Frame>) -> (Vec<u8>, Vec<u64>) {
    let mut writer = FrameWriter::new();
    let frames = [Frame::Hello(hello())].into_iter().chain(frames);
    let bytes: Vec<Vec<u8>> = frames.map(|frame| writer.write(&frame)).collect();
    let lengths = bytes.iter().map(|frame| frame.len() as u64).collect();
    (bytes.concat(), lengths)
}

#[test]
fn what_was_seen_before_and_what_a_cut_left_incomplete_counts_as_sent_again() {
    let mut sent = Sent::default();
    let (first, lengths) = request(vec![Frame::Push(envelope(1)), Frame::Push(envelope(2))]);
    let cut = 10;
    sent.request(&first[..first.len() - cut]);
    assert_eq!((sent.first, sent.again), (lengths[1], lengths[2] - cut as u64));

    let (second, more) = request(vec![Frame::Push(envelope(1)), Frame::Push(envelope(2))]);
    sent.request(&second);
    let again = lengths[2] - cut as u64 + more[1];
    assert_eq!(
        (sent.first, sent.again, sent.requests),
        (lengths[1] + more[2], again, 2)
    );
    assert!((sent.ratio() - again as f64 / sent.first as f64).abs() < 1e-9);
}

#[test]
fn of_a_piece_only_the_bytes_that_overlap_count_as_sent_again() {
    let mut sent = Sent::default();
    sent.request(&request(vec![piece(0, 1000)]).0);
    assert_eq!(sent.again, 0);
    sent.request(&request(vec![piece(1000, 1000), piece(1500, 1000)]).0);
    assert_eq!(sent.again, 500);
    assert!(sent.first > 2500);
}

#[test]
fn it_is_read_out_of_the_packets() {
    let (body, lengths) = request(vec![Frame::Push(envelope(1))]);
    let mut http = format!("POST /v1/sync HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    http.extend(&body);
    let mut streams = Streams::default();
    streams.see(&packet(4000, 8080, 9, SYN, b""));
    streams.see(&packet(4000, 8080, 10, 0x10, &http[..50]));
    streams.see(&packet(4000, 8080, 60, 0x10, &http[50..]));
    let sent = Sent::over(&streams);
    assert_eq!((sent.first, sent.again, sent.requests), (lengths[1], 0, 1));
}
