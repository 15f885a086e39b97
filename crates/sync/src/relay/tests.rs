use proptest::prelude::*;
use wire::{
    CompartmentId, EnvelopeId, Header, Kind, MemberId, Part, PartHeader, ProgrammeId, RecordId, RosterHead,
    Wanted,
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
    }
}

/// A relay that lets everybody in, keeps in memory, and gives pages of two.
struct Memory {
    kept: Vec<Envelope>,
    turn: Option<Refusal>,
}

impl Memory {
    fn answer(&mut self, call: &mut RelayCall, effects: Vec<RelayEffect>, out: &mut Vec<u8>) {
        for effect in effects {
            let event = match effect {
                RelayEffect::Authenticate { .. } => match self.turn.clone() {
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
                RelayEffect::ReadRoster { .. } => RelayEvent::Roster(vec![]),
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
        turn: None,
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
fn nothing_of_a_member_who_is_turned_away_is_kept() {
    let refusal = Refusal {
        code: RefusalCode::BadSignature,
        hint: "sign it".into(),
        height: 0,
        nonce: vec![],
    };
    let mut relay = Memory {
        kept: vec![],
        turn: Some(refusal.clone()),
    };
    let (mut member, mut request) = MemberCall::begin(hello(vec![]));
    request.extend(member.push(envelope(1)));
    let answer = relay.call(&request, request.len());
    assert_eq!(member.received(&answer), Ok(vec![MemberEffect::Refused(refusal)]));
    assert!(relay.kept.is_empty());
}

#[test]
fn an_answer_cut_anywhere_is_known_to_be_cut() {
    let mut relay = Memory {
        kept: (1..=3).map(envelope).collect(),
        turn: None,
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
        let mut relay = Memory { kept: vec![], turn: None };
        let answer = relay.call(&request, 5);
        prop_assert!(!answer.is_empty());
    }

    #[test]
    fn any_answer_is_taken_or_refused(bytes: Vec<u8>, at in 0..300usize, flip: u8) {
        let (mut member, request) = MemberCall::begin(hello(vec![]));
        let _ = member.received(&bytes);
        let mut relay = Memory { kept: (1..=3).map(envelope).collect(), turn: None };
        let mut answer = relay.call(&request, request.len());
        let at = at % answer.len();
        answer[at] ^= flip;
        let (mut member, _) = MemberCall::begin(hello(vec![]));
        let _ = member.received(&answer);
    }
}
