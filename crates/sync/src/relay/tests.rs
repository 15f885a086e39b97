use proptest::prelude::*;
use wire::{
    CompartmentId, EnvelopeId, Header, Kind, MemberId, Part, PartHeader, ProgrammeId, RecordId, RosterAct,
    RosterHead, Wanted,
};

use super::*;
use crate::{MemberCall, MemberEffect, Sent};

fn hello(wants: Vec<Want>) -> Hello {
    Hello {
        programme: ProgrammeId::from_chance([1; 16]),
        member: MemberId::from_chance([2; 16]),
        cursor: 0,
        log: LogId([0; 8]),
        roster: RosterPosition {
            height: 1,
            head: RosterHead([1; 32]),
        },
        nonce: vec![],
        wants,
        probe: false,
    }
}

fn envelope(n: u64) -> Envelope {
    let sealed = vec![n as u8; 40];
    let key = wire::KeyName::Granted(wire::GrantedKeyId([1; 8]));
    Envelope {
        header: Header {
            kind: Kind::RECORD,
            programme: ProgrammeId::from_chance([1; 16]),
            subject: [n as u8; 16],
            recipient: None,
            author: MemberId::from_chance([2; 16]),
            incarnation: 1,
            sequence: n,
            previous: EnvelopeId([n as u8; 32]),
            roster: RosterPosition {
                height: 1,
                head: RosterHead([1; 32]),
            },
            parts: vec![PartHeader::of(CompartmentId::GENERAL, key, &sealed)],
        },
        signature: [0; 64],
        parts: vec![Part::Here(sealed)],
    }
}

fn welcome() -> Welcome {
    Welcome {
        log: LogId([7; 8]),
        nonce: vec![9; 21],
        roster: RosterPosition {
            height: 1,
            head: RosterHead([1; 32]),
        },
        last: 8,
    }
}

const PIECE: wire::PartHash = wire::PartHash([5; 32]);

/// A relay that lets everybody in, keeps in memory, and gives pages of two.
#[derive(Default)]
struct Memory {
    kept: Vec<Envelope>,
    piece: Vec<u8>,
    turn: Option<Refusal>,
    /// Whether whoever asks is a desk in recovery.
    recovering: bool,
    not_yet: bool,
    entries: Vec<RosterEntry>,
}

impl Memory {
    fn answer(&mut self, call: &mut RelayCall, effects: Vec<RelayEffect>, out: &mut Vec<u8>) {
        for effect in effects {
            let event = match effect {
                RelayEffect::Authenticate { .. } => match self.turn.clone() {
                    None if self.recovering => RelayEvent::Recovering(welcome()),
                    None => RelayEvent::Welcomed(welcome()),
                    Some(refusal) => RelayEvent::Turned(refusal),
                },
                RelayEffect::Append(_) => RelayEvent::Kept(Status::Overtaken),
                RelayEffect::Keep(envelope) => RelayEvent::Kept(if self.kept.contains(&envelope) {
                    Status::Had
                } else {
                    self.kept.push(envelope);
                    Status::Stored
                }),
                RelayEffect::KeepPiece(piece) => {
                    self.piece.extend(piece.bytes);
                    RelayEvent::Kept(Status::Stored)
                }
                RelayEffect::ReadVectors { all } => RelayEvent::Vectors(
                    vec![Vector {
                        author: hello(vec![]).member,
                        incarnation: 1,
                        upto: if all { 100 } else { self.kept.len() as u64 },
                        last: EnvelopeId([3; 32]),
                    }],
                    vec![Held {
                        part: PIECE,
                        offset: self.piece.len() as u64,
                    }],
                ),
                RelayEffect::ReadPiece(want) => {
                    let from = usize::try_from(want.from).unwrap().min(self.piece.len());
                    let upto = self.piece.len().min(from + 3);
                    RelayEvent::Piece(Some(Piece {
                        part: PIECE,
                        offset: want.from,
                        bytes: self.piece[from..upto].to_vec(),
                    }))
                }
                RelayEffect::ReadRoster { .. } => RelayEvent::Roster(self.entries.clone()),
                RelayEffect::ReadPage { .. } if self.not_yet => RelayEvent::NotYet,
                RelayEffect::ReadPage { after } => RelayEvent::Page(self.page(after)),
                RelayEffect::ReadWant(want) => RelayEvent::Page(self.page(want.from)),
                RelayEffect::Send(bytes) => {
                    out.extend(bytes);
                    continue;
                }
                RelayEffect::Close => continue,
            };
            let next = call.handle(event);
            self.answer(call, next, out);
        }
    }

    fn page(&self, after: u64) -> Page {
        let envelopes: Vec<_> = (1u64..)
            .zip(self.kept.iter().cloned())
            .filter(|(n, _)| *n > after)
            .take(2)
            .collect();
        let looked_to = envelopes.last().map_or(after, |(n, _)| *n);
        Page {
            more: looked_to < self.kept.len() as u64,
            envelopes,
            looked_to,
        }
    }

    fn call(&mut self, request: &[u8], chunk: usize) -> Vec<u8> {
        let (mut call, mut out) = (RelayCall::begin(), Vec::new());
        for bytes in request.chunks(chunk) {
            let effects = call.handle(RelayEvent::Received(bytes.to_vec()));
            self.answer(&mut call, effects, &mut out);
        }
        let effects = call.handle(RelayEvent::Ended);
        self.answer(&mut call, effects, &mut out);
        out
    }
}

#[test]
fn one_round_trip_pushes_everything_and_brings_everything() {
    let mut relay = Memory {
        kept: (1..=5).map(envelope).collect(),
        ..Memory::default()
    };
    let want = Want {
        what: Wanted::Record(RecordId::from_chance([1; 16])),
        from: 3,
    };
    let (mut member, mut request) = MemberCall::begin(hello(vec![want]));
    for n in 6..9 {
        request.extend(member.push(envelope(n)));
    }
    request.extend(member.push(envelope(6)));
    let answer = relay.call(&request, 7);
    let effects = member.received(&answer).unwrap();
    member.ended().unwrap();
    let notes = [
        MemberEffect::Note(Sent::Envelope(envelope(6).id()), Status::Stored),
        MemberEffect::Note(Sent::Envelope(envelope(7).id()), Status::Stored),
        MemberEffect::Note(Sent::Envelope(envelope(8).id()), Status::Stored),
        MemberEffect::Note(Sent::Envelope(envelope(6).id()), Status::Had),
    ];
    assert_eq!(effects[..4], notes);
    let pulled = effects
        .iter()
        .filter(|effect| matches!(effect, MemberEffect::Keep { .. }))
        .count();
    let behind = effects
        .iter()
        .filter(|effect| matches!(effect, MemberEffect::KeepBehind { .. }))
        .count();
    assert_eq!((pulled, behind), (8, 5));
    assert!(effects.contains(&MemberEffect::Forget(want)));
    assert!(
        matches!(effects.last(), Some(MemberEffect::Finish(done)) if done.cursor == 8 && done.log == LogId([7; 8]))
    );
}

#[test]
fn after_a_cut_the_relay_says_what_it_holds_of_the_members_own() {
    let mut relay = Memory {
        kept: (1..=5).map(envelope).collect(),
        piece: vec![1; 4],
        ..Memory::default()
    };
    let hello = Hello {
        log: LogId([7; 8]),
        probe: true,
        ..hello(vec![])
    };
    let (mut member, request) = MemberCall::begin(hello.clone());
    let effects = member.received(&relay.call(&request, 9)).unwrap();
    let vector = Vector {
        author: hello.member,
        incarnation: 1,
        upto: 5,
        last: EnvelopeId([3; 32]),
    };
    let held = Held {
        part: PIECE,
        offset: 4,
    };
    assert_eq!(
        effects[..2],
        [MemberEffect::Compare(vector), MemberEffect::Resume(held)]
    );
}

#[test]
fn a_relay_with_another_log_or_set_back_compares_everything() {
    let told = |log, cursor| {
        let mut relay = Memory {
            kept: (1..=5).map(envelope).collect(),
            ..Memory::default()
        };
        let (mut member, request) = MemberCall::begin(Hello {
            log,
            cursor,
            ..hello(vec![])
        });
        let effects = member.received(&relay.call(&request, 9)).unwrap();
        let all = matches!(effects[0], MemberEffect::Compare(Vector { upto: 100, .. }));
        let again = effects
            .iter()
            .filter(|effect| matches!(effect, MemberEffect::Keep { .. }))
            .count();
        (all, again)
    };
    assert_eq!(told(LogId([7; 8]), 3), (false, 2));
    assert_eq!(told(LogId([6; 8]), 3), (true, 5));
    assert_eq!(
        told(LogId([7; 8]), 9),
        (true, 5),
        "the cursor lies above all the relay has"
    );
    assert_eq!(told(LogId([0; 8]), 0), (false, 5), "the very first call");
}

#[test]
fn a_relay_that_gives_nothing_yet_takes_everything_and_leaves_cursor_and_wants() {
    let mut relay = Memory {
        kept: (1..=5).map(envelope).collect(),
        not_yet: true,
        ..Memory::default()
    };
    let want = Want {
        what: Wanted::Record(RecordId::from_chance([4; 16])),
        from: 0,
    };
    let (mut member, mut request) = MemberCall::begin(Hello {
        cursor: 3,
        log: LogId([7; 8]),
        ..hello(vec![want])
    });
    let sent = envelope(6);
    request.extend(member.push(sent.clone()));
    let effects = member.received(&relay.call(&request, 9)).unwrap();
    member.ended().unwrap();
    assert_eq!(
        effects[0],
        MemberEffect::Note(Sent::Envelope(sent.id()), Status::Stored)
    );
    let [_, MemberEffect::Finish(done)] = &effects[..] else {
        panic!("only what was sent is answered, not {effects:?}");
    };
    assert_eq!((done.cursor, done.more, done.log), (3, false, LogId([7; 8])));
}

#[test]
fn pieces_are_sent_behind_envelopes_and_wanted_from_any_byte() {
    let mut relay = Memory::default();
    let want = Want {
        what: Wanted::Part(PIECE),
        from: 2,
    };
    let (mut member, mut request) = MemberCall::begin(hello(vec![want]));
    request.extend(member.push(envelope(1)));
    for offset in [0, 4] {
        request.extend(member.piece(Piece {
            part: PIECE,
            offset,
            bytes: vec![offset as u8; 4],
        }));
    }
    let effects = member.received(&relay.call(&request, 5)).unwrap();
    let sent = |upto| MemberEffect::Note(Sent::Piece { part: PIECE, upto }, Status::Stored);
    assert_eq!(effects[1..3], [sent(4), sent(8)]);
    let got: Vec<u8> = effects
        .iter()
        .filter_map(|effect| match effect {
            MemberEffect::KeepPiece(piece) => Some(piece.bytes.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(got, [0, 0, 4, 4, 4, 4]);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, MemberEffect::Forget(_)))
    );
    member.ended().unwrap();
}

#[test]
fn nothing_of_a_member_who_is_turned_away_is_kept() {
    let refusal = Refusal {
        code: RefusalCode::BadSignature,
        hint: "sign it".into(),
        height: 0,
        nonce: vec![],
    };
    let mut relay = Memory {
        turn: Some(refusal.clone()),
        ..Memory::default()
    };
    let (mut member, mut request) = MemberCall::begin(hello(vec![]));
    request.extend(member.push(envelope(1)));
    let answer = relay.call(&request, request.len());
    assert_eq!(member.received(&answer), Ok(vec![MemberEffect::Refused(refusal)]));
    assert!(relay.kept.is_empty());
}

fn entry() -> RosterEntry {
    RosterEntry {
        programme: hello(vec![]).programme,
        height: 1,
        previous: RosterHead([0; 32]),
        author: hello(vec![]).member,
        act: RosterAct::Policy { sealed: vec![1] },
        signature: [2; 64],
    }
}

#[test]
fn a_desk_in_recovery_is_shown_the_roster_and_nothing_else() {
    let want = Want {
        what: Wanted::Compartment(CompartmentId::GENERAL),
        from: 0,
    };
    let mut relay = Memory {
        kept: (1..=5).map(envelope).collect(),
        recovering: true,
        entries: vec![entry()],
        ..Memory::default()
    };
    for appends in 0..2 {
        let asks = Hello {
            probe: true,
            ..hello(vec![want])
        };
        let (mut member, mut request) = MemberCall::begin(asks);
        request.extend((0..appends).flat_map(|_| member.append(entry())));
        let answer = relay.call(&request, 7);
        let effects = member.received(&answer).unwrap();
        let of_entry =
            |effect: &MemberEffect| matches!(effect, MemberEffect::Append(shown) if *shown == entry());
        assert_eq!(effects.iter().filter(|effect| of_entry(effect)).count(), 1);
        assert_eq!(
            effects.len(),
            appends + 2,
            "acknowledgements, the entry, the end: {effects:?}"
        );
        let end = effects.last();
        assert!(matches!(end, Some(MemberEffect::Finish(done)) if done.cursor == 0 && !done.more));
        member.ended().unwrap();
    }
}

#[test]
fn nothing_of_a_desk_in_recovery_is_kept() {
    let mut relay = Memory {
        recovering: true,
        ..Memory::default()
    };
    let (mut member, mut request) = MemberCall::begin(hello(vec![]));
    request.extend(member.push(envelope(1)));
    let answer = relay.call(&request, request.len());
    let effects = member.received(&answer).unwrap();
    assert!(
        matches!(&effects[..], [MemberEffect::Refused(refusal)] if refusal.code == RefusalCode::Malformed),
        "{effects:?}"
    );
    assert!(relay.kept.is_empty());
}

#[test]
fn an_answer_cut_anywhere_is_known_to_be_cut() {
    let mut relay = Memory {
        kept: (1..=3).map(envelope).collect(),
        ..Memory::default()
    };
    let (_, request) = MemberCall::begin(hello(vec![]));
    let answer = relay.call(&request, request.len());
    for cut in 0..answer.len() {
        let (mut member, _) = MemberCall::begin(hello(vec![]));
        member.received(&answer[..cut]).unwrap();
        assert!(member.ended().is_err(), "cut at {cut}");
    }
}

proptest! {
    #[test]
    fn any_request_is_answered_and_closed(bytes: Vec<u8>, real: bool, at in 0..300usize, flip: u8) {
        let mut request = bytes;
        if real {
            let (mut member, begun) = MemberCall::begin(hello(vec![]));
            request = begun;
            request.extend(member.push(envelope(1)));
            let at = at % request.len();
            request[at] ^= flip;
        }
        let mut relay = Memory::default();
        let answer = relay.call(&request, 5);
        prop_assert!(!answer.is_empty());
    }

    #[test]
    fn any_answer_is_taken_or_refused(bytes: Vec<u8>, at in 0..300usize, flip: u8) {
        let (mut member, request) = MemberCall::begin(hello(vec![]));
        let _ = member.received(&bytes);
        let mut relay = Memory { kept: (1..=3).map(envelope).collect(), ..Memory::default() };
        let mut answer = relay.call(&request, request.len());
        let at = at % answer.len();
        answer[at] ^= flip;
        let (mut member, _) = MemberCall::begin(hello(vec![]));
        let _ = member.received(&answer);
    }
}
