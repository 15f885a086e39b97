//! Input that was made to break what reads it.

use std::time::{Duration, Instant};

use desk::export::{Table, write_csv};
use form::Form;
use wire::{
    CompartmentId, DecodeError, Envelope, Frame, FrameReader, Kind, Reader, RefusalCode, Request, RosterAct,
    RosterEntry, Status, Writer,
};

use crate::ground::{Person, Programme, Site, refusal, signed};

#[test]
fn a_frame_that_announces_a_gigabyte_is_refused_before_it_is_waited_for() {
    let site = Site::start();
    let programme = Programme::found(&site, 1);
    let amina = &programme.amina;
    let hello = programme.fresh(&site, amina, programme.hello(amina));
    for announced in [1 << 30, u64::MAX, 8 << 20 | 1] {
        let mut call = signed(amina, &hello, &[]);
        let mut frame = Writer::new();
        frame.varint(announced);
        frame.u8(3);
        call.body.extend(frame.finish());
        // The rest is on the way, and nobody waits for it.
        let beginning = (&call.body[..], 1 << 31);
        let refused = refusal(&site.post_of(&call.fields(), &hello, beginning)).unwrap();
        assert_eq!(refused.code, RefusalCode::Malformed);
    }
    // Lengths inside a frame are held against what there is.
    for (limit, announced) in [(1 << 20, 1 << 30), (1 << 31, 1 << 30)] {
        let mut w = Writer::new();
        w.varint(announced);
        w.fixed(&[0; 100]);
        assert!(Reader::new(&w.finish()).bytes(limit).is_err());
    }
}

/// The number of the act that joins entries.
const JOIN: u8 = 11;

#[test]
fn a_roster_that_nests_deeper_than_people_need_is_refused() {
    let site = Site::start();
    let programme = Programme::found(&site, 1);
    let amina = &programme.amina;
    let previous = programme.roster.position().head;
    let entry = |act| RosterEntry {
        programme: programme.id,
        height: 4,
        previous,
        author: amina.id,
        act,
        signature: [0; 64],
    };
    // Written from the innermost outwards: joins of joins, as bytes.
    let mut entry_in_all = entry(RosterAct::Policy { sealed: vec![1] });
    for _ in 0..2000 {
        let mut joined = Writer::new();
        joined.varint(1);
        joined.bytes(&entry_in_all.to_bytes());
        let (tag, bytes) = (JOIN, joined.finish());
        entry_in_all = entry(RosterAct::Unknown { tag, bytes });
    }
    let entry = entry_in_all;
    assert!(RosterEntry::from_bytes(&entry.to_bytes()).is_err());
    let hello = programme.fresh(&site, amina, programme.hello(amina));
    let call = signed(amina, &hello, &[Frame::Append(entry)]);
    let refused = refusal(&site.post(&call.fields(), &hello, &call.body)).unwrap();
    assert_eq!(refused.code, RefusalCode::Malformed);
    // Rows of groups in groups, as a form's letter could bring them.
    let rows = "| | begin group | g | G |\n".repeat(50_000);
    assert!(Form::read_markdown(&format!("| survey |\n| | type | name | label |\n{rows}")).is_err());
}

#[test]
fn two_parts_for_one_compartment_and_numbers_in_a_second_spelling_are_refused() {
    let site = Site::start();
    let mut programme = Programme::found(&site, 1);
    let mut amina = std::mem::replace(&mut programme.amina, Person::new(99));
    let general = CompartmentId::GENERAL;
    let twice = programme.write(&mut amina, (Kind::RECORD, 5), None, &[general, general]);
    assert_eq!(
        programme.push(&site, &amina, std::slice::from_ref(&twice)),
        [Status::Refused]
    );
    // What is signed has one spelling: 5 in two bytes is no 5.
    assert_eq!(Reader::new(&[5]).varint(), Ok(5));
    assert!(Reader::new(&[0x85, 0]).varint().is_err());
    let mut header = twice.header.to_bytes();
    header.push(0);
    assert_eq!(wire::Header::from_bytes(&header), Err(DecodeError::LeftOver(1)));
}

#[test]
fn text_that_is_no_text_is_refused_and_a_nul_stays_an_answer() {
    let person = Person::new(5);
    let mut request = seal::enrol::request(person.card(), "ab", &person.sign).unwrap();
    let mut bytes = request.body();
    let at = bytes.len() - 2;
    bytes[at] = 0xff;
    bytes.extend(request.signature);
    assert_eq!(Request::from_bytes(&bytes), Err(DecodeError::Text));
    request.name = "a\0b".into();
    assert!(
        seal::enrol::check_request(&request).is_err(),
        "it was signed for another name"
    );
    // A hint of a relay that is no text ends the call, and breaks nothing.
    let mut w = Writer::new();
    w.bytes(&[8, 1, 2, 0xc3, 0x28, 0, 0]);
    let mut reader = FrameReader::new();
    reader.push(&w.finish());
    assert_eq!(reader.next_frame(), Err(DecodeError::Text));
    assert_eq!(csv(&["a\0b,\"c\""]), "said\n\"a\0b,\"\"c\"\"\"\n");
}

/// Writes a table of one column.
fn csv(cells: &[&str]) -> String {
    let table = Table {
        name: "t".into(),
        columns: vec!["said".into()],
        rows: cells.iter().map(|cell| vec![Some((*cell).to_owned())]).collect(),
    };
    let mut csv = Vec::new();
    write_csv(&table, &mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

#[test]
fn an_answer_neither_runs_in_a_spreadsheet_nor_turns_its_neighbours_around() {
    assert_eq!(csv(&["=cmd|'/c calc'!A0"]), "said\n'=cmd|'/c calc'!A0\n");
    // What an answer turns around, and does not turn back, is turned back at its end.
    for (said, written) in [
        ("\u{202e}evil", "\u{202e}evil\u{202c}"),
        ("\u{2067}\u{202b}evil", "\u{2067}\u{202b}evil\u{202c}\u{2069}"),
        ("\u{2066}a\u{2069}\u{2069}", "\u{2066}a\u{2069}\u{2069}"),
        ("\u{2066}\u{202a}a\u{2069}", "\u{2066}\u{202a}a\u{2069}"),
        ("مرحبا\u{200f}", "مرحبا\u{200f}"),
    ] {
        assert_eq!(csv(&[said]), format!("said\n{written}\n"));
    }
    assert_eq!(
        csv(&["\u{202e}=1+1"]),
        "said\n'\u{202e}=1+1\u{202c}\n",
        "hidden behind a mark"
    );
}

#[test]
fn a_form_that_is_too_large_is_refused_with_what_is_too_large() {
    let row = format!("| | note | n | {} |\n", "x".repeat(1000));
    let huge = format!("| survey |\n| | type | name | label |\n{}", row.repeat(20_000));
    let began = Instant::now();
    let refused = Form::read_markdown(&huge).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(refused.first().map(|error| error.code), Some("too_large"));
    // At the relay an envelope has at most 4 MiB in a part.
    let site = Site::start();
    let mut programme = Programme::found(&site, 1);
    let mut desk = std::mem::replace(&mut programme.desk, Person::new(98));
    let mut large: Envelope = programme.write(&mut desk, (Kind::FORM, 7), None, &[CompartmentId::MEMBERS]);
    crate::liar::put_in(&mut large, vec![7; (4 << 20) + 1]);
    let hello = programme.fresh(&site, &desk, programme.hello(&desk));
    let call = signed(&desk, &hello, &[Frame::Push(large)]);
    let refused = refusal(&site.post(&call.fields(), &hello, &call.body)).unwrap();
    assert_eq!(refused.code, RefusalCode::Malformed);
}
