//! Calls a relay with any bytes, cut as the second byte says. The first says how its driver answers: as it
//! should, or with events that nobody asked for.
//!
//! Every call is answered and closed once, with frames that the member can read; the member is asked for
//! once, and no envelope is kept before it is known.

#![no_main]

use std::collections::VecDeque;

use baraza_fuzz::field::Field;
use baraza_fuzz::input::{Input, pieces};
use libfuzzer_sys::fuzz_target;
use sync::{Page, RelayCall, RelayEffect, RelayEvent, Welcome};
use wire::{Envelope, Frame, FrameReader, Hello, LogId, Refusal, RefusalCode, Status};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (driver, cut) = (input.byte(), input.byte());
    if driver % 2 == 0 {
        let request = input.rest();
        Driven::new(Greeting::of(driver)).called(request, cut);
    } else {
        any_events(input);
    }
});

/// How the driver answers whoever calls.
#[derive(Clone, Copy, PartialEq)]
enum Greeting {
    Welcome,
    /// It is a desk in recovery, which is shown the roster.
    Recovering,
    TurnedAway,
}

impl Greeting {
    fn of(driver: u8) -> Self {
        match driver >> 6 {
            0 => Self::Welcome,
            1 => Self::Recovering,
            _ => Self::TurnedAway,
        }
    }
}

/// A call whose driver does what it is asked.
struct Driven {
    call: RelayCall,
    greeting: Greeting,
    kept: Vec<Envelope>,
    hello: Option<Hello>,
    answer: Vec<u8>,
    closed: usize,
}

impl Driven {
    fn new(greeting: Greeting) -> Self {
        Self {
            call: RelayCall::begin(),
            greeting,
            kept: Field::get().envelopes(3),
            hello: None,
            answer: Vec::new(),
            closed: 0,
        }
    }

    fn called(mut self, request: &[u8], cut: u8) {
        for piece in pieces(request, cut) {
            self.happens(RelayEvent::Received(piece.to_vec()));
        }
        self.happens(RelayEvent::Ended);
        assert_eq!(self.closed, 1);
        let hello = self.hello.unwrap_or_else(|| Field::get().hello());
        let mut reader = FrameReader::answered(&hello);
        reader.push(&self.answer);
        let mut last = None;
        while let Some(frame) = reader.next_frame().expect("the relay writes frames") {
            last = Some(frame);
        }
        assert_eq!(reader.end(), Ok(()));
        assert!(
            matches!(last, Some(Frame::Done(_) | Frame::Refused(_))),
            "{last:?}"
        );
    }

    fn happens(&mut self, event: RelayEvent) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.call.handle(event) {
                assert_eq!(self.closed, 0, "something follows the end");
                events.extend(self.done(effect));
            }
        }
    }

    fn done(&mut self, effect: RelayEffect) -> Option<RelayEvent> {
        Some(match effect {
            RelayEffect::Authenticate { hello, .. } => {
                assert_eq!(self.hello.replace(hello), None);
                match self.greeting {
                    Greeting::Welcome => RelayEvent::Welcomed(welcome()),
                    Greeting::Recovering => RelayEvent::Recovering(welcome()),
                    Greeting::TurnedAway => RelayEvent::Turned(refusal()),
                }
            }
            RelayEffect::Append(_) => RelayEvent::Kept(Status::Overtaken),
            RelayEffect::Keep(envelope) => {
                assert!(self.is_welcome());
                self.kept.push(envelope);
                RelayEvent::Kept(Status::Stored)
            }
            RelayEffect::ReadRoster { above } => {
                let above = usize::try_from(above).unwrap_or(usize::MAX);
                RelayEvent::Roster(Field::get().entries.iter().skip(above).cloned().collect())
            }
            RelayEffect::ReadPage { after } => {
                assert!(self.is_welcome());
                RelayEvent::Page(self.page(after))
            }
            RelayEffect::ReadWant(want) => {
                assert!(self.is_welcome());
                RelayEvent::Page(self.page(want.from))
            }
            RelayEffect::KeepPiece(_) => {
                assert!(self.is_welcome());
                RelayEvent::Kept(Status::Refused)
            }
            RelayEffect::ReadVectors { .. } => RelayEvent::Vectors(Vec::new(), Vec::new()),
            RelayEffect::ReadPiece(_) => RelayEvent::Piece(None),
            RelayEffect::Send(bytes) => {
                self.answer.extend(bytes);
                return None;
            }
            RelayEffect::Close => {
                self.closed += 1;
                return None;
            }
        })
    }

    /// Whether more than the roster may be taken from and given to whoever calls.
    fn is_welcome(&self) -> bool {
        self.hello.is_some() && self.greeting == Greeting::Welcome
    }

    fn page(&self, after: u64) -> Page {
        let numbered = (1..).zip(self.kept.iter().cloned());
        let envelopes: Vec<_> = numbered.filter(|(nth, _)| *nth > after).take(2).collect();
        let looked_to = envelopes.last().map_or(after, |(nth, _)| *nth);
        Page {
            more: looked_to < self.kept.len() as u64,
            envelopes,
            looked_to,
        }
    }
}

/// A call whose driver tells it anything.
fn any_events(mut input: Input<'_>) {
    let mut call = RelayCall::begin();
    let mut welcomed = false;
    let mut closed = 0;
    while !input.is_empty() {
        let event = event(&mut input);
        welcomed |= matches!(event, RelayEvent::Welcomed(_));
        for effect in call.handle(event) {
            assert_eq!(closed, 0, "something follows the end");
            match effect {
                RelayEffect::Keep(_) => assert!(welcomed),
                RelayEffect::Close => closed += 1,
                _ => {}
            }
        }
    }
}

fn event(input: &mut Input<'_>) -> RelayEvent {
    let field = Field::get();
    let kind = input.byte();
    match kind % 8 {
        0 | 1 => RelayEvent::Received(input.sized().to_vec()),
        2 => RelayEvent::Ended,
        3 if kind >= 128 => RelayEvent::Recovering(welcome()),
        3 => RelayEvent::Welcomed(welcome()),
        4 => RelayEvent::Turned(refusal()),
        5 => RelayEvent::Kept(match input.byte() % 3 {
            0 => Status::Stored,
            1 => Status::Had,
            _ => Status::Refused,
        }),
        6 => RelayEvent::Roster(field.entries.clone()),
        _ => RelayEvent::Page(Page {
            envelopes: (1..).zip(field.envelopes(input.byte() % 3)).collect(),
            looked_to: u64::from_le_bytes(input.array()),
            more: input.byte() % 2 == 1,
        }),
    }
}

fn welcome() -> Welcome {
    Welcome {
        log: LogId([7; 8]),
        nonce: vec![9; 20],
        roster: Field::get().roster.position(),
        last: 3,
    }
}

fn refusal() -> Refusal {
    Refusal {
        code: RefusalCode::BadSignature,
        hint: "sign it".to_owned(),
        height: 0,
        nonce: vec![],
    }
}
