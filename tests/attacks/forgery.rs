//! Forging and replaying: what was not signed so, for this, by that member, is taken by nobody.

use baraza_tests::Stage;
use baraza_tests::hostile::Mallory;
use client_core::deeds::admit::Admission;
use client_core::deeds::join::JoinError;
use rusqlite::Connection;
use seal::enrol::CertificateError;
use seal::roster::RosterError;
use seal::sign::{Signing, sign};
use seal::verify::envelope::{VerifyError, verify};
use seal::verify::freshness::Freshness;
use seal::verify::request::request_headers;
use testkit::{Field, FieldClock};
use wire::{Certificate, CompartmentId, Frame, Hello, RecordId, RefusalCode, Status};

use crate::ground::{Programme, SYNC, Site, bytes_of, given, is_done, refusal, signed, statuses};
use crate::visits::{beginning, stage, villages};

const GENERAL: CompartmentId = CompartmentId::GENERAL;

fn ground() -> (Site, Programme) {
    let site = Site::start();
    let programme = Programme::found(&site, 1);
    (site, programme)
}

#[test]
fn an_envelope_signed_with_a_foreign_key_is_refused() {
    let (site, mut programme) = ground();
    let mut amina = std::mem::replace(&mut programme.amina, crate::ground::Person::new(99));
    let mut forged = programme.record(&mut amina, 5);
    forged.signature = sign(&programme.bakary.sign, Signing::Header, &forged.header.to_bytes());
    assert_eq!(
        programme.push(&site, &programme.bakary, &[forged.clone()]),
        [Status::Refused]
    );
    assert_eq!(site.count("envelope"), 0);
    // Nor does a member believe it, if the relay does not care.
    assert_eq!(verify(forged, &programme.roster), Err(VerifyError::BadSignature));
}

#[test]
fn a_call_or_an_envelope_whose_signature_was_taken_off_is_refused() {
    let (site, mut programme) = ground();
    let mut amina = std::mem::replace(&mut programme.amina, crate::ground::Person::new(99));
    let mut stripped = programme.record(&mut amina, 5);
    stripped.signature = [0; 64];
    assert_eq!(programme.push(&site, &amina, &[stripped]), [Status::Refused]);

    let hello = programme.fresh(&site, &amina, programme.hello(&amina));
    let call = signed(&amina, &hello, &[]);
    let [digest, input, signature] = call.fields();
    let empty = ("signature", "b=::");
    let zeros = format!("b=:{}==:", "A".repeat(86));
    for fields in [
        vec![digest, input],
        vec![digest, input, empty],
        vec![digest, input, ("signature", zeros.as_str())],
        vec![digest, signature],
        vec![],
    ] {
        let refused = refusal(&site.post(&fields, &hello, &call.body)).unwrap();
        assert_eq!(refused.code, RefusalCode::BadSignature, "{fields:?}");
    }
    assert!(is_done(&site.post(&call.fields(), &hello, &call.body)));
}

#[test]
fn a_call_that_names_another_algorithm_or_covers_less_is_refused() {
    let (site, programme) = ground();
    let (amina, bakary) = (&programme.amina, &programme.bakary);
    let hello = programme.fresh(&site, amina, programme.hello(amina));
    let call = signed(amina, &hello, &[]);
    let [digest, (_, input), signature] = call.fields();
    let covered = input.strip_prefix("b=").unwrap();
    let keyid = covered.split_once(';').unwrap().1;
    let of_bakary = signed(bakary, &hello, &[]).headers.input;
    let others = [
        format!("b={covered};alg=\"hmac-sha256\""),
        format!("b={covered};alg=\"none\""),
        format!("b={covered};alg=\"ed25519\""),
        format!("b=();{keyid}"),
        format!("b=(\"@method\" \"@path\");{keyid}"),
        of_bakary,
    ];
    for input in &others {
        // Signed anew by the member itself, so that only what it says is wrong.
        let parameters = input.strip_prefix("b=").unwrap();
        let base = format!(
            "\"@method\": POST\n\"@path\": {SYNC}\n\"baraza-hello\": {}\n\"@signature-params\": {parameters}",
            digest.1
        );
        let again = sign(&amina.sign, Signing::Call, base.as_bytes());
        let again = format!("b=:{}:", base64(&again));
        for signature in [signature, ("signature", again.as_str())] {
            let fields = [digest, ("signature-input", input), signature];
            let refused = refusal(&site.post(&fields, &hello, &call.body)).unwrap();
            assert_eq!(refused.code, RefusalCode::BadSignature, "{input}");
        }
    }
    assert!(is_done(&site.post(&call.fields(), &hello, &call.body)));
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_hello_that_was_changed_under_its_old_digest_is_refused() {
    let (site, programme) = ground();
    let hello = programme.fresh(&site, &programme.amina, programme.hello(&programme.amina));
    let call = signed(&programme.amina, &hello, &[]);
    for changed in [
        Hello {
            cursor: 7,
            ..hello.clone()
        },
        Hello {
            probe: true,
            ..hello.clone()
        },
        Hello {
            member: programme.bakary.id,
            ..hello.clone()
        },
    ] {
        let (body, _) = bytes_of(&changed, &[]);
        let refused = refusal(&site.post(&call.fields(), &changed, &body)).unwrap();
        assert_eq!(refused.code, RefusalCode::BadSignature);
    }
}

#[test]
fn a_call_without_its_digest_is_refused() {
    let (site, programme) = ground();
    let hello = programme.fresh(&site, &programme.amina, programme.hello(&programme.amina));
    let call = signed(&programme.amina, &hello, &[]);
    let [_, input, signature] = call.fields();
    for fields in [
        vec![input, signature],
        vec![("baraza-hello", ""), input, signature],
    ] {
        let refused = refusal(&site.post(&fields, &hello, &call.body)).unwrap();
        assert_eq!(refused.code, RefusalCode::BadSignature);
        assert!(refused.hint.contains("hello"), "{}", refused.hint);
    }
}

#[test]
fn a_call_that_was_signed_for_another_path_or_method_is_refused() {
    let (site, programme) = ground();
    let amina = &programme.amina;
    let hello = programme.fresh(&site, amina, programme.hello(amina));
    let (body, said) = bytes_of(&hello, &[]);
    for (method, path) in [
        ("POST", "/v1/health"),
        ("GET", SYNC),
        ("POST", "/v2/sync"),
        ("POST", ""),
    ] {
        let headers = request_headers(&amina.sign, amina.id, method, path, &said);
        let refused = refusal(&site.post(&headers.pairs(), &hello, &body)).unwrap();
        assert_eq!(refused.code, RefusalCode::BadSignature, "{method} {path}");
    }
}

#[test]
fn a_call_that_is_replayed_changes_nothing_and_after_a_day_is_refused() {
    let (site, mut programme) = ground();
    let mut amina = std::mem::replace(&mut programme.amina, crate::ground::Person::new(99));
    let envelope = programme.record(&mut amina, 5);
    let hello = programme.fresh(&site, &amina, programme.hello(&amina));
    let call = signed(&amina, &hello, &[Frame::Push(envelope)]);
    let post = || statuses(&site.post(&call.fields(), &hello, &call.body));
    assert_eq!(post(), [Status::Stored]);
    assert_eq!((post(), post()), (vec![Status::Had], vec![Status::Had]));
    assert_eq!(site.count("envelope"), 1);

    // The very nonce that this relay would have made 25 hours ago, or for somebody else.
    let db = Connection::open(site.folder.path().join("relay.sqlite")).unwrap();
    let key: Vec<u8> = db
        .query_row("SELECT freshness FROM identity", [], |row| row.get(0))
        .unwrap();
    let relay = Freshness::new(key.try_into().unwrap());
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    for (nonce, is_good) in [
        (relay.issue(&amina.id, &programme.id, now), true),
        (relay.issue(&amina.id, &programme.id, now - 25 * 3600), false),
        (relay.issue(&amina.id, &programme.id, now + 3600), false),
        (relay.issue(&programme.bakary.id, &programme.id, now), false),
    ] {
        let hello = Hello {
            nonce,
            ..programme.hello(&amina)
        };
        let call = signed(&amina, &hello, &[]);
        let answer = site.post(&call.fields(), &hello, &call.body);
        assert_eq!(is_done(&answer), is_good);
        assert!(is_good || refusal(&answer).unwrap().code == RefusalCode::Stale);
    }
}

#[test]
fn an_old_envelope_in_a_new_call_is_there_once() {
    let (site, mut programme) = ground();
    let mut amina = std::mem::replace(&mut programme.amina, crate::ground::Person::new(99));
    let old = programme.record(&mut amina, 5);
    let newer = programme.record(&mut amina, 5);
    assert_eq!(
        programme.push(&site, &amina, &[old.clone(), newer]),
        [Status::Stored; 2]
    );
    // Whoever brings it again, and however often.
    assert_eq!(
        programme.push(&site, &programme.bakary, &[old.clone(), old.clone()]),
        [Status::Had; 2]
    );
    // Told to be of another record, or at another place, it is signed by nobody.
    let mut moved = old.clone();
    moved.header.subject = [6; 16];
    let mut later = old;
    (later.header.sequence, later.header.previous) = (amina.last.0 + 1, amina.last.1);
    assert_eq!(
        programme.push(&site, &programme.bakary, &[moved, later]),
        [Status::Refused; 2]
    );
    let desk = programme.call(&site, &programme.desk, programme.hello(&programme.desk), &[]);
    assert_eq!(given(&desk).len(), 2);
}

fn record(n: u8) -> RecordId {
    RecordId::from_chance([n; 16])
}

/// A stage, a device in bad hands, and the place of the one record it has sent, which the desk has.
fn betrayed(seed: u8) -> (Stage, Mallory, (u64, wire::EnvelopeId)) {
    let mut stage = stage(seed);
    let mut mallory = Mallory::enrol("mallory", &mut stage.desk, 66);
    stage.sync_desk();
    write(&mut mallory, 1, "Kilifi");
    let first = mallory.last();
    mallory.send();
    stage.sync_desk();
    assert_eq!(villages(&mut stage.desk), ["Kilifi"]);
    (stage, mallory, first)
}

fn write(mallory: &mut Mallory, n: u8, village: &str) {
    let change = beginning(mallory, u64::from(n), village);
    mallory.write_changes(record(n), GENERAL, &[change]);
}

fn reasons(stage: &Stage) -> Vec<String> {
    let troubled = stage.desk.troubled().unwrap().into_iter();
    troubled
        .filter(|envelope| envelope.quarantined)
        .map(|envelope| envelope.reason)
        .collect()
}

#[test]
fn a_counter_that_is_used_twice_is_put_aside() {
    let (mut stage, mut mallory, first) = betrayed(1);
    write(&mut mallory, 2, "Lamu");
    mallory.write_behind(first);
    write(&mut mallory, 3, "Malindi");
    mallory.send();
    stage.sync_desk();
    // One of them stands, the other waits for a person; which one came first is all that was known.
    assert_eq!(villages(&mut stage.desk), ["Kilifi", "Lamu"]);
    let [reason] = &reasons(&stage)[..] else {
        panic!("{:?}", reasons(&stage))
    };
    assert!(reason.contains("two envelopes for one place"), "{reason}");
}

#[test]
fn a_counter_that_jumps_leaves_a_hole_that_shows() {
    let (mut stage, mut mallory, (sequence, id)) = betrayed(2);
    mallory.write_behind((sequence + 5, id));
    write(&mut mallory, 2, "Lamu");
    mallory.send();
    stage.sync_desk();
    let holes = stage.desk.holes().unwrap();
    assert_eq!(holes.len(), 1);
    assert_eq!(holes[0].device, "mallory");
    assert_eq!(holes[0].sequences, [(sequence + 1, sequence + 5)]);
}

#[test]
fn a_chain_that_forks_is_put_aside() {
    let (mut stage, mut mallory, (sequence, _)) = betrayed(3);
    mallory.write_behind((sequence, wire::EnvelopeId([9; 32])));
    write(&mut mallory, 2, "Lamu");
    mallory.send();
    stage.sync_desk();
    assert_eq!(villages(&mut stage.desk), ["Kilifi"]);
    let [reason] = &reasons(&stage)[..] else {
        panic!("{:?}", reasons(&stage))
    };
    assert!(reason.contains("follows another envelope"), "{reason}");
}

#[test]
fn a_certificate_of_another_programme_opens_nothing_in_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
    let cost = client_core::Cost::LEAST;
    let field = Field::set_up(folder.path(), [4; 32], clock, cost, baraza_tests::PASSPHRASE).unwrap();
    let [mut ours, mut theirs] = ["ours", "theirs"].map(|name| field.desk(name, name).unwrap());
    let mut phone = field.notebook("phone").unwrap();
    let request = phone.request().unwrap().to_text();
    let [of_ours, of_theirs] =
        [&mut ours, &mut theirs].map(|desk| desk.admit(&request, &Admission::default()).unwrap());
    let [of_ours, of_theirs] = [of_ours, of_theirs].map(|text| Certificate::from_text(&text).unwrap());
    // What another programme's desk signed, told to be of ours.
    let mut renamed = of_theirs.clone();
    renamed.programme = of_ours.programme;
    let mut roster_of_theirs = of_ours.clone();
    roster_of_theirs.roster = of_theirs.roster.clone();
    let mut both = of_theirs.clone();
    (both.programme, both.root) = (of_ours.programme, of_ours.root);
    (both.roster, both.position) = (of_ours.roster.clone(), of_ours.position);
    for (certificate, why) in [
        (renamed, CertificateError::Roster(RosterError::OtherProgramme)),
        (
            roster_of_theirs,
            CertificateError::Roster(RosterError::OtherProgramme),
        ),
        (both, CertificateError::NotByDesk),
    ] {
        let refused = phone.join(&certificate.to_text());
        assert!(
            matches!(&refused, Err(JoinError::Certificate(error)) if *error == why),
            "{refused:?}"
        );
    }
    // One that holds ends it: a notebook belongs to one programme, and the other's certificate is none of its business.
    phone.join(&of_ours.to_text()).unwrap();
    let again = phone.join(&of_theirs.to_text());
    assert!(matches!(again, Err(JoinError::Belongs)), "{again:?}");
}
