//! `docs/format/`: what this crate yields for the vectors on its pages.

use baraza_wire::{Header, Kind};
use golden::hex::to_hex;
use golden::page::{self, Vectors};

use crate::carried::{self, written_certificate, written_request};
use crate::entries::{acts, entry};
use crate::envelopes::{key_names, one_of_each_kind};
use crate::frames::{self, answer, call, written_alone, written_answer, written_bundle, written_call};

#[test]
fn every_vector_on_the_pages_is_what_the_code_yields() {
    page::check("wire", [headers(), entries(), of_frames(), texts()].concat());
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_string()
}

fn headers() -> Vectors {
    let header = |kind| -> Header {
        let mut all = one_of_each_kind().into_iter();
        all.find(|one| one.header.kind == kind).unwrap().header
    };
    let bytes = |kind| header(kind).to_bytes();
    let mut vectors = vec![
        ("header.record", to_hex(&bytes(Kind::RECORD))),
        ("header.record.id", header(Kind::RECORD).id().to_string()),
        ("header.grant.blake3", hash(&bytes(Kind::GRANT))),
        ("header.tombstone", to_hex(&bytes(Kind::TOMBSTONE))),
        ("header.media.blake3", hash(&bytes(Kind::MEDIA))),
    ];
    let names = ["chain", "granted", "epoch", "member", "members"];
    let on_page = [
        "keyname.chain",
        "keyname.granted",
        "keyname.epoch",
        "keyname.member",
        "keyname.members",
    ];
    for (on_page, (name, (is, key))) in on_page.into_iter().zip(names.into_iter().zip(key_names())) {
        assert_eq!(name, is);
        vectors.push((on_page, to_hex(&key.to_bytes())));
    }
    vectors
}

fn entries() -> Vectors {
    let act = |name| {
        let mut all = acts().into_iter();
        entry(all.find(|(is, _)| *is == name).unwrap().1)
    };
    let whole = |name| to_hex(&act(name).to_bytes());
    let head = |name| act(name).head().to_string();
    vec![
        ("entry.policy", whole("policy")),
        ("entry.policy.head", head("policy")),
        ("entry.revoke", whole("revoke")),
        ("entry.found.head", head("found")),
        ("entry.admit.head", head("admit")),
        ("entry.admit-on-terms.head", head("admit-on-terms")),
        ("entry.epoch.head", head("epoch")),
        ("entry.form", whole("form")),
        ("entry.files.head", head("files")),
        ("entry.members-key", whole("members-key")),
        ("entry.relay.head", head("relay")),
        ("entry.recovery.head", head("recovery")),
        ("entry.join", whole("join")),
    ]
}

fn of_frames() -> Vectors {
    let frame = |name| {
        let mut all = frames::frames().into_iter();
        to_hex(&written_alone(&all.find(|(is, _)| *is == name).unwrap().1))
    };
    vec![
        ("frame.hello", frame("hello")),
        ("frame.hello-first", frame("hello-first")),
        ("frame.push", frame("push")),
        ("frame.pull-withheld", frame("pull-withheld")),
        ("frame.ack-stored", frame("ack-stored")),
        ("frame.done", frame("done")),
        ("frame.refused-stale", frame("refused-stale")),
        ("frame.complete-part", frame("complete-part")),
        ("frame.vector", frame("vector")),
        ("frame.have", frame("have")),
        ("frame.turn", frame("turn")),
        ("frame.held", frame("held")),
        ("call", to_hex(&written_call(&call()))),
        ("answer.blake3", hash(&written_answer(&answer()))),
        ("bundle", to_hex(&written_bundle(&frames::carried()))),
    ]
}

fn texts() -> Vectors {
    let one_code = carried::certificate_for_one_code();
    let offer = carried::plain("baraza-offer-1", &carried::offer().to_text());
    let receipt = carried::plain("baraza-receipt-1", &carried::receipt().to_text());
    vec![
        ("checkpoint", to_hex(&carried::checkpoint().to_bytes())),
        ("manifest.photo", to_hex(&carried::photo().to_bytes())),
        ("receipt", to_hex(&receipt)),
        ("request.blake3", hash(&written_request(&carried::request()))),
        ("certificate", to_hex(&written_certificate(&one_code))),
        ("certificate.text.blake3", hash(one_code.to_text().as_bytes())),
        ("offer.blake3", hash(&offer)),
    ]
}
