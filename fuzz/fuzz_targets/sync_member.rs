//! Answers a member's call with any bytes, cut as the first byte says; the second says how much the member
//! had sent.
//!
//! However the answer is cut, it asks for the same. No more is noted than was sent, in the order it was
//! sent; envelopes come in the relay's order; only what was wanted is forgotten; and nothing follows the end.

#![no_main]

use baraza_fuzz::field::Field;
use baraza_fuzz::input::{Input, pieces};
use libfuzzer_sys::fuzz_target;
use sync::{CallError, MemberCall, MemberEffect, Sent};
use wire::Wanted;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (cut, sent) = (input.byte(), input.byte() % 4);
    let answer = input.rest();
    let (effects, end) = answered(&[answer], sent);
    let (in_pieces, end_in_pieces) = answered(&pieces(answer, cut), sent);
    assert_eq!(end_in_pieces, end);
    if end.is_ok() {
        assert_eq!(in_pieces, effects);
    }
    keeps_to_the_protocol(&in_pieces, sent);
});

fn answered(pieces: &[&[u8]], sent: u8) -> (Vec<MemberEffect>, Result<(), CallError>) {
    let field = Field::get();
    let (mut call, _) = MemberCall::begin(field.hello());
    for entry in field.entries.iter().take(usize::from(sent)) {
        call.append(entry.clone());
    }
    for envelope in field.envelopes(sent) {
        call.push(envelope);
    }
    let mut effects = Vec::new();
    for piece in pieces {
        match call.received(piece) {
            Ok(more) => effects.extend(more),
            Err(error) => return (effects, Err(error)),
        }
    }
    let end = call.ended();
    (effects, end)
}

fn keeps_to_the_protocol(effects: &[MemberEffect], sent: u8) {
    let field = Field::get();
    let entries = field.entries.iter().take(usize::from(sent));
    let mut in_order: Vec<Sent> = entries.map(|entry| Sent::Entry(entry.height)).collect();
    let envelopes = field.envelopes(sent);
    in_order.extend(envelopes.iter().map(|envelope| Sent::Envelope(envelope.id())));
    let mut noted = Vec::new();
    let mut wants = field.hello().wants;
    let mut pulled = 0;
    for (nth, effect) in effects.iter().enumerate() {
        match effect {
            MemberEffect::Note(what, _) => noted.push(*what),
            MemberEffect::Keep { sequence, .. } => {
                assert!(*sequence > pulled);
                pulled = *sequence;
            }
            MemberEffect::Forget(want) => {
                let at = wants.iter().position(|wanted| wanted == want);
                wants.remove(at.expect("only what was wanted is forgotten, and once"));
            }
            MemberEffect::Finish(_) | MemberEffect::Refused(_) => assert_eq!(nth + 1, effects.len()),
            MemberEffect::KeepPiece(piece) => {
                assert!(wants.iter().any(|want| want.what == Wanted::Part(piece.part)));
            }
            MemberEffect::Append(_)
            | MemberEffect::KeepBehind { .. }
            | MemberEffect::Compare(_)
            | MemberEffect::Resume(_) => {}
        }
    }
    assert!(in_order.starts_with(&noted));
}
