use proptest::prelude::*;

use super::*;
use crate::ids::GrantedKeyId;

fn start() -> Elision {
    Elision::new(
        ProgrammeId::from_chance([1; 16]),
        MemberId::from_chance([2; 16]),
        RosterPosition {
            height: 3,
            head: RosterHead([3; 32]),
        },
    )
}

/// A stream of envelopes from two authors, with chains, grants, recipients and absent parts.
fn stream(choices: &[u8]) -> Vec<Envelope> {
    let mut last: HashMap<MemberId, (u64, EnvelopeId)> = HashMap::new();
    let mut out = Vec::new();
    for (n, choice) in choices.iter().enumerate() {
        let bit = |b: u8| choice & (1 << b) != 0;
        let author = MemberId::from_chance([if bit(0) { 2 } else { 9 }; 16]);
        let (sequence, previous) = last.get(&author).copied().unwrap_or((0, EnvelopeId([0; 32])));
        let sealed = vec![n as u8; 10 + n];
        let key = match (bit(1), bit(2)) {
            (false, _) => KeyName::Chain {
                chain: ChainId([7; 8]),
                index: n as u32,
            },
            (true, false) => KeyName::Granted(GrantedKeyId([8; 8])),
            (true, true) => KeyName::Epoch(4),
        };
        let mut headers = vec![PartHeader::of(CompartmentId::GENERAL, key, &sealed)];
        let mut parts = vec![Part::Here(sealed.clone())];
        if bit(3) {
            headers.push(PartHeader::of(CompartmentId::PROTECTED, key, &sealed));
            parts.push(if bit(4) { Part::Absent } else { Part::Here(sealed) });
        }
        let header = Header {
            kind: if bit(5) { Kind::GRANT } else { Kind::RECORD },
            programme: ProgrammeId::from_chance([1; 16]),
            subject: [n as u8; 16],
            recipient: bit(5).then(|| MemberId::from_chance([2; 16])),
            author,
            incarnation: 1,
            sequence: sequence + if bit(6) { 2 } else { 1 },
            previous,
            roster: RosterPosition {
                height: 3,
                head: RosterHead([if bit(7) { 4 } else { 3 }; 32]),
            },
            parts: headers,
        };
        last.insert(author, (header.sequence, header.id()));
        out.push(Envelope {
            header,
            signature: [n as u8; 64],
            parts,
        });
    }
    out
}

#[test]
fn the_second_record_of_a_device_names_only_what_is_new() {
    let envelopes = stream(&[0b1001, 0b1001]);
    let mut elision = start();
    let mut first = Writer::new();
    elision.write(&envelopes[0], &mut first);
    let mut second = Writer::new();
    elision.write(&envelopes[1], &mut second);
    let parts = envelopes[1]
        .parts()
        .filter_map(|(_, part)| part.bytes())
        .map(<[u8]>::len)
        .sum::<usize>();
    // flags, subject, signature; and flags and a length for each of two parts.
    assert_eq!(second.len() - parts, 1 + 16 + 64 + 2 * 2);
}

#[test]
fn an_envelope_that_follows_nothing_seen_is_refused() {
    let envelopes = stream(&[0b1001, 0b1001]);
    let mut elision = start();
    elision.write(&envelopes[0], &mut Writer::new());
    let mut second = Writer::new();
    elision.write(&envelopes[1], &mut second);
    let second = second.finish();
    assert!(matches!(
        start().read(&mut Reader::new(&second)),
        Err(DecodeError::Contradiction(_))
    ));
}

proptest! {
    #[test]
    fn a_stream_comes_back_whatever_was_left_out(choices in proptest::collection::vec(any::<u8>(), 0..12)) {
        let (mut there, mut here) = (start(), start());
        for envelope in stream(&choices) {
            let mut w = Writer::new();
            there.write(&envelope, &mut w);
            let bytes = w.finish();
            let mut r = Reader::new(&bytes);
            prop_assert_eq!(here.read(&mut r), Ok(envelope));
            prop_assert!(r.end().is_ok());
        }
    }

    #[test]
    fn any_bytes_read_or_fail_cleanly(frames: Vec<Vec<u8>>) {
        let mut elision = start();
        for bytes in frames {
            let _ = elision.read(&mut Reader::new(&bytes));
        }
    }
}

#[test]
fn the_envelope_after_the_last_number_of_all_is_written_in_full() {
    let mut both = stream(&[0, 0]);
    let [last, first] = both.as_mut_slice() else {
        panic!("two envelopes")
    };
    last.header.sequence = u64::MAX;
    first.header.sequence = 0;
    first.header.previous = last.header.id();
    let (mut writing, mut reading) = (start(), start());
    for envelope in &both {
        let mut w = Writer::new();
        writing.write(envelope, &mut w);
        let bytes = w.finish();
        assert_eq!(&reading.read(&mut Reader::new(&bytes)).unwrap(), envelope);
    }
}
