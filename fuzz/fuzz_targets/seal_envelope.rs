//! Verifies any envelope against the roster of a small field: as it came, or signed by the desk or the
//! device; the first byte says which.
//!
//! What came unsigned is no envelope. What is verified is by a member who saw this roster, in its place in
//! a sequence, with parts that the header commits to, and of a kind its author may write.

#![no_main]

use std::collections::BTreeSet;

use baraza_fuzz::field::{Field, Person};
use libfuzzer_sys::fuzz_target;
use seal::sign::{Signing, sign};
use seal::verify::envelope::{Verified, verify};
use wire::{Envelope, Kind, Part, Reader};

fuzz_target!(|input: &[u8]| {
    let Some((by, bytes)) = input.split_first() else {
        return;
    };
    let field = Field::get();
    let mut reading = field.hello().elision();
    let mut r = Reader::new(bytes);
    while let Ok(envelope) = reading.read(&mut r) {
        match by % 3 {
            0 => {
                if let Ok(verified) = verify(envelope, &field.roster) {
                    let written = field.envelopes(4);
                    assert!(
                        written
                            .iter()
                            .any(|envelope| envelope.header == *verified.header())
                    );
                }
            }
            1 => signed(envelope, &field.desk, field),
            _ => signed(envelope, &field.device, field),
        }
    }
});

fn signed(mut envelope: Envelope, by: &Person, field: &Field) {
    envelope.header.author = by.id;
    if envelope.header.roster.height != 1 {
        envelope.header.roster = field.roster.position();
    }
    envelope.signature = sign(&by.sign, Signing::Header, &envelope.header.to_bytes());
    if let Ok(verified) = verify(envelope.clone(), &field.roster) {
        is_allowed(&verified, by.id == field.desk.id);
        assert_eq!(verified.into_envelope(), envelope);
    }
}

fn is_allowed(verified: &Verified, by_desk: bool) {
    let header = verified.header();
    assert!(header.sequence > 0 && header.incarnation > 0);
    let compartments: BTreeSet<_> = header.parts.iter().map(|part| part.compartment).collect();
    assert_eq!(compartments.len(), header.parts.len());
    for (part, sealed) in verified.parts() {
        assert!(match sealed {
            Part::Here(sealed) => part.commits_to(sealed),
            Part::Absent => true,
        });
    }
    match header.kind {
        Kind::RECORD => assert_eq!(header.recipient, None),
        Kind::GRANT => assert!(by_desk && header.recipient.is_some()),
        Kind::FORM => assert!(by_desk),
        _ => {}
    }
}
