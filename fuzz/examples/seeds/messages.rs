//! Seeds for what machines say: frames, envelopes, entries, sealed bytes, changes.

use baraza_fuzz::field::Field;
use baraza_fuzz::input::sized;
use baraza_fuzz::{changes, forms};
use form::{Address, RepeatAddress, Value};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use record::{Actor, AuthorId, Draft, Record};
use seal::assignment::{Assignment, SaidOfEntity};
use seal::book::EpochSeed;
use seal::chain::{Chain, ChainReader};
use seal::grant::{Grant, HandedKeys};
use seal::keys::{KemKey, MembersKey, RecordKey};
use seal::passphrase::{self, Cost};
use seal::payload::{self, Dictionary};
use seal::recovery;
use seal::sign::{Signing, sign};
use seal::verify::freshness::Freshness;
use seal::verify::request::request_headers;
use wire::armour::armour;
use wire::{
    Ack, CompartmentId, Done, EnvelopeId, FormId, Frame, FrameWriter, GrantedKeyId, KeyName, LogId, Mark,
    Part, Refusal, RefusalCode, RelayKey, RosterAct, Status, Want, Wanted, Writer,
};

use crate::Seed;

pub(crate) fn seeds() -> Vec<Seed> {
    [spoken(), sealed(), recorded()].concat()
}

fn spoken() -> Vec<Seed> {
    let field = Field::get();
    let (request, answer) = (request(), answer());
    let mut fields = Writer::new();
    fields.u8(1);
    fields.varint(300);
    fields.varint(70_000);
    fields.bytes(b"bytes");
    fields.text("text");
    fields.fixed(&[2; 8]);
    let fields = [b"\x06\x00\x01\x02\x03\x04\x05", fields.finish().as_slice()].concat();
    let mut seeds: Vec<Seed> = vec![("wire_codec", "fields", fields)];
    seeds.push(("wire_codec", "id", field.desk.id.to_string().into()));
    for (name, cut) in [("request", 0), ("request_in_pieces", 7)] {
        seeds.push(("wire_frames", name, [&[0, cut][..], &request].concat()));
        seeds.push(("sync_relay", name, [&[0, cut][..], &request].concat()));
    }
    for (name, cut) in [("answer", 0), ("answer_in_pieces", 7)] {
        seeds.push(("wire_frames", name, [&[1, cut][..], &answer].concat()));
        seeds.push(("sync_member", name, [&[cut, 2][..], &answer].concat()));
    }
    seeds.push(("wire_frames", "meeting", [&[0, 3][..], &meeting()].concat()));
    seeds.push(("wire_frames", "refused", [&[1, 0][..], &refused()].concat()));
    seeds.push(("sync_member", "refused", [&[3, 1][..], &refused()].concat()));
    seeds.push(("sync_relay", "turned_away", [&[128, 0][..], &request].concat()));
    let events = [
        &[1, 0, 0][..],
        &sized(&request),
        &[3, 5, 0, 5, 0, 2, 6, 7, 2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0],
    ];
    seeds.push(("sync_relay", "events", events.concat()));

    let first = field.envelopes(1).remove(0);
    seeds.push((
        "wire_envelope",
        "header",
        [&[0][..], &first.header.to_bytes()].concat(),
    ));
    let name = KeyName::Epoch(3);
    seeds.push(("wire_envelope", "key_name", [&[1][..], &name.to_bytes()].concat()));
    let mut elision = field.hello().elision();
    let mut w = Writer::new();
    field
        .envelopes(3)
        .iter()
        .for_each(|envelope| elision.write(envelope, &mut w));
    elision.write(&first.withholding(|_| false), &mut w);
    let stream = w.finish();
    seeds.push(("wire_envelope", "stream", [&[2][..], &stream].concat()));
    for (name, by) in [("as_they_came", 0), ("by_the_desk", 1), ("by_the_device", 2)] {
        seeds.push(("seal_envelope", name, [&[by][..], &stream].concat()));
    }

    let form = seal::roster::write::next(
        &field.roster,
        field.desk.id,
        RosterAct::Form {
            form: FormId::from_chance([1; 16]),
            envelope: EnvelopeId([2; 32]),
        },
        &field.desk.sign,
    );
    seeds.push(("wire_roster_entry", "form", form.to_bytes()));
    for (name, entry) in ["founding", "admission"].into_iter().zip(&field.entries) {
        seeds.push(("wire_roster_entry", name, entry.to_bytes()));
    }
    seeds
}

/// What a member says that has a roster entry and envelopes to send.
fn request() -> Vec<u8> {
    let field = Field::get();
    let mut writer = FrameWriter::new();
    let mut frames = vec![Frame::Hello(field.hello())];
    frames.push(Frame::Unknown(77));
    frames.extend(field.envelopes(2).into_iter().map(Frame::Push));
    frames.iter().flat_map(|frame| writer.write(frame)).collect()
}

/// What a member says that meets another without a relay.
fn meeting() -> Vec<u8> {
    let field = Field::get();
    let mut writer = FrameWriter::new();
    let envelopes = field.envelopes(2);
    let marks = envelopes
        .iter()
        .map(|envelope| Mark::of(&envelope.id()))
        .collect();
    let mut frames = vec![Frame::Hello(field.hello()), Frame::Turn, Frame::Have(marks)];
    frames.extend(envelopes.into_iter().map(Frame::Push));
    frames.push(Frame::Turn);
    frames.iter().flat_map(|frame| writer.write(frame)).collect()
}

fn answer() -> Vec<u8> {
    let field = Field::get();
    let mut envelopes = field.envelopes(2);
    let mut last = envelopes.remove(1);
    last.parts = vec![Part::Absent];
    let status = Status::Stored;
    let want = Want {
        what: Wanted::Compartment(CompartmentId::IDENTITY),
        from: 9,
    };
    let frames = [
        Frame::Ack(Ack { count: 4, status }),
        Frame::Pull {
            sequence: 4,
            envelope: envelopes.remove(0),
        },
        Frame::Backfill {
            sequence: 2,
            envelope: last,
        },
        Frame::Complete(want),
        Frame::Done(Done {
            cursor: 4,
            more: false,
            log: LogId([7; 8]),
            nonce: vec![9; 20],
        }),
    ];
    let mut writer = FrameWriter::answering(&field.hello());
    frames.iter().flat_map(|frame| writer.write(frame)).collect()
}

fn refused() -> Vec<u8> {
    let refusal = Refusal {
        code: RefusalCode::UnknownMember,
        hint: "send the roster".to_owned(),
        height: 1,
        nonce: vec![1; 20],
    };
    FrameWriter::answering(&Field::get().hello()).write(&Frame::Refused(refusal))
}

fn sealed() -> Vec<Seed> {
    let field = Field::get();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut seeds: Vec<Seed> = Vec::new();

    let founding: Vec<u8> = field
        .entries
        .iter()
        .take(1)
        .flat_map(|entry| sized(&entry.to_bytes()))
        .collect();
    seeds.push(("seal_roster", "founding", [vec![0], founding].concat()));
    // An admission, two epochs, a form, something unknown, and a founding, which is refused.
    let acts = [
        &[1][..],
        &[0, 5, 1, 6, 7, 1, 1, 0, b'n', 0],
        &[1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 9, 0, 0, 0],
        &[1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 9, 0, 0, 0],
        &[2, 3, 4, 0],
        &[4, 77, 2, 0, 1, 2, 0],
        &[3, 1, 0, 0, 1, 1, 1, 1, 0],
    ];
    seeds.push(("seal_roster", "acts", acts.concat()));

    let request = field.request();
    let request_bytes = [request.body().as_slice(), &request.signature].concat();
    let certificate = field.certificate();
    // With the founding alone it is a certificate that reads; both entries would be too long for a seed.
    let mut short = certificate.clone();
    short.roster.truncate(1);
    let short_bytes = [short.body().as_slice(), &short.signature].concat();
    for (what, name, bytes) in [(0, "request", &request_bytes), (1, "certificate", &short_bytes)] {
        seeds.push(("wire_enrolment", name, [&[what][..], bytes].concat()));
        seeds.push(("seal_enrolment", name, [&[what][..], bytes].concat()));
    }
    seeds.push((
        "seal_enrolment",
        "with_roster",
        [&[129][..], &short_bytes].concat(),
    ));
    seeds.push((
        "wire_enrolment",
        "request.txt",
        [b"\x02", request.to_text().as_bytes()].concat(),
    ));
    seeds.push(("wire_armour", "line", armour("b-1", b"some bytes").into()));
    seeds.push((
        "wire_armour",
        "lines",
        format!(" {}\n", armour("b-1", &[0xff; 7]).replace('_', "_\n")).into(),
    ));
    let key = RelayKey::of(b"a public key");
    seeds.push(("wire_relay_key", "digits", key.to_string().into()));
    seeds.push(("wire_relay_key", "groups", key.in_groups().to_uppercase().into()));

    let words = b"| | integer | years | Years? | | |\n| | integer | rooms | Rooms? | | |\n".repeat(4);
    let dictionary = Dictionary::from_bytes(forms::FORM.into());
    seeds.push((
        "seal_payload",
        "plain",
        [vec![0], payload::pack(b"a few words", None)].concat(),
    ));
    seeds.push((
        "seal_payload",
        "compressed",
        [vec![0], payload::pack(&words, None)].concat(),
    ));
    seeds.push((
        "seal_payload",
        "with_dictionary",
        [vec![0], payload::pack(&words, Some(&dictionary))].concat(),
    ));
    let samples: Vec<Vec<u8>> = (0..300)
        .map(|n| format!("household {n} has {} members", n * 7).into())
        .collect();
    let trained = Dictionary::train(&samples, 512);
    let plain = samples.concat().split_off(8_000);
    let packed = payload::pack(&plain, Some(&trained));
    seeds.push((
        "seal_payload",
        "trained",
        [vec![1], sized(trained.as_bytes()), packed].concat(),
    ));

    seeds.push(("seal_grant", "grant", grant().to_bytes().to_vec()));
    let posted = seal::fresh_keys::FreshKeys(vec![field.device.kem.public()]);
    seeds.push(("seal_fresh_keys", "one", posted.to_bytes()));
    let draft = seal::handover::HandedDraft {
        form_id: "visit".into(),
        form_version: "1".into(),
        started: 1_795_000_000,
        steps: vec![b"a step".to_vec().into()],
        files: None,
    };
    seeds.push(("seal_handover", "draft", draft.to_bytes().to_vec()));
    let with_photo = seal::handover::HandedDraft {
        files: Some(seal::handover::HandedFiles {
            key_id: GrantedKeyId([5; 8]),
            key: RecordKey::from_bytes([4; 32]),
            files: vec![("photo".into(), EnvelopeId([3; 32]))],
        }),
        ..draft
    };
    seeds.push(("seal_handover", "photo", with_photo.to_bytes().to_vec()));
    seeds.push(("seal_assignment", "household", assignment().to_bytes().to_vec()));
    let offer = seal::offer::offer(
        field.roster.programme(),
        (field.device.id, &field.device.sign),
        field.desk.id,
        field.device.kem.public(),
    );
    seeds.push((
        "wire_offer",
        "bytes",
        [vec![0], offer.body(), offer.signature.to_vec()].concat(),
    ));
    seeds.push((
        "wire_offer",
        "text",
        [vec![1], offer.to_text().into_bytes()].concat(),
    ));
    let seeds_of_epochs = [EpochSeed {
        compartment: CompartmentId::IDENTITY,
        number: 300,
        key: KemKey::make(&mut rng),
    }];
    let book = seal::book::to_bytes(&seeds_of_epochs);
    seeds.push(("seal_book", "book", [&[0], book.as_slice()].concat()));
    let stands_in = KemKey::make(&mut rng);
    let shares = recovery::split(&stands_in, field.roster.root(), 3, 2, &mut rng).expect("three shares");
    for share in shares {
        let name = ["first", "second", "third"][usize::from(share.number() - 1)];
        seeds.push(("seal_share", name, share.lines().join("\n").into_bytes()));
    }
    let (mut chain, first) = Chain::make(&mut rng);
    let mut reader = ChainReader::begin(*first);
    let record = wire::RecordId::from_chance([1; 16]);
    chain
        .next(&record, CompartmentId::GENERAL)
        .map(drop)
        .unwrap_or_default();
    reader
        .record_key(2, &record, CompartmentId::GENERAL)
        .map(drop)
        .unwrap_or_default();
    seeds.push((
        "seal_chain",
        "writer",
        [vec![0], chain.to_bytes().to_vec()].concat(),
    ));
    seeds.push((
        "seal_chain",
        "reader",
        [vec![1], reader.to_bytes().to_vec()].concat(),
    ));

    let part = field
        .envelopes(1)
        .into_iter()
        .flat_map(|envelope| envelope.parts)
        .next();
    let part = part
        .as_ref()
        .and_then(Part::bytes)
        .expect("the part is here")
        .to_vec();
    seeds.push(("seal_part", "part", part));
    seeds.push(("seal_part", "payload", b"\x05\x00\x03a payload".to_vec()));
    seeds.push(("seal_to_key", "members_key", certificate.members_keys));
    let wrapped = passphrase::wrap(&[7; 32], "mangoes in the rain", Cost::LEAST, &mut rng);
    seeds.push(("seal_passphrase", "least", wrapped));
    let mut absurd = passphrase::wrap(&[7; 32], "mangoes in the rain", Cost::LEAST, &mut rng);
    absurd.splice(1..2, [0xff, 0xff, 0xff, 0xff, 0x0f]);
    seeds.push(("seal_passphrase", "absurd", absurd));

    let device = &field.device;
    let signature = sign(&device.sign, Signing::Request, b"message");
    let signed = [&device.sign.public().as_bytes()[..], &signature, b"message"].concat();
    seeds.push(("seal_signature", "request", signed));
    let headers = request_headers(&device.sign, device.id, "POST", "/v1/sync", b"hello");
    let lines = [&headers.hello, &headers.input, &headers.signature, "hello"].join("\n");
    seeds.push(("seal_request", "signed", lines.into()));
    let (made, now) = (1_795_000_000i64, 1_795_003_600i64);
    let nonce = Freshness::new([3; 32]).issue(&device.id, &field.roster.programme(), made);
    seeds.push((
        "seal_nonce",
        "fresh",
        [&made.to_le_bytes()[..], &now.to_le_bytes(), &nonce].concat(),
    ));
    seeds
}

fn grant() -> Grant {
    let key = RecordKey::from_bytes(*MembersKey::from_bytes([2; 32]).as_bytes());
    Grant {
        expires: 1_800_000_000,
        of: 3,
        compartments: vec![HandedKeys {
            compartment: CompartmentId::IDENTITY,
            write_id: GrantedKeyId([5; 8]),
            write: key.clone(),
            read: vec![
                (KeyName::Granted(GrantedKeyId([3; 8])), key.clone()),
                (KeyName::Epoch(300), key),
            ],
        }],
    }
}

fn assignment() -> Assignment {
    Assignment {
        expires: 1_800_000_000,
        of: 2,
        said: vec![SaidOfEntity {
            list: "households".into(),
            entity: "0b7f".into(),
            creates: false,
            at: "members[1]".into(),
            by: "0606060606060606".into(),
            when: 1_795_000_000,
            seen: vec!["one".into()],
            properties: vec![("size".into(), "4".into())],
        }],
    }
}

/// Two people answer one record, one of them twice.
fn recorded() -> Vec<Seed> {
    let (form, mut rng) = (forms::form(), ChaCha20Rng::seed_from_u64(3));
    let (amina, juma) = (AuthorId([1; 16]), AuthorId([2; 16]));
    let mut of_amina = Record::new();
    let mut merged = vec![0];
    let mut raw = vec![1];
    let mut steps = Vec::new();
    let mut write = |record: &mut Record, author: AuthorId, deeds: &[(&str, &str)]| {
        let (mut draft, begun) =
            Draft::begin(record, Actor::make(author, &mut rng), 60).expect("a fresh actor");
        let mut kept = vec![begun];
        for (at, text) in deeds {
            let at: Address = at.parse().expect("an address");
            let question = at
                .path()
                .and_then(|path| form.question(&path))
                .expect("a question");
            let value = Value::parse(&question.kind, text).expect("an answer");
            kept.push(draft.put_down(&at, value, 60).expect("it is short"));
        }
        let members: RepeatAddress = "house/members".parse().expect("an address");
        let (_, added) = draft
            .add_instance(&members, 70, &mut rng)
            .expect("it is in no other");
        kept.push(added);
        if steps.is_empty() {
            steps.extend(kept.iter().flat_map(|step| sized(step.as_bytes())));
        }
        for (compartment, change) in draft.squash(form, &form.compartments(), 80).expect("it is small") {
            let head = [author.0[0] + 1, if compartment == form::IDENTITY { 0 } else { 1 }];
            merged.extend([&head[..], &sized(&changes::body(&change))].concat());
            raw.extend([&head[..], &sized(&change)].concat());
            record
                .merge(&compartment, &[change], author)
                .expect("it was written just now");
        }
    };
    write(
        &mut of_amina,
        amina,
        &[("who", "Amina"), ("years", "12"), ("things", "well mill")],
    );
    let first = of_amina.clone();
    write(
        &mut of_amina,
        amina,
        &[("years", "13"), ("day", "2026-11-20"), ("agreed", "OK")],
    );
    write(
        &mut first.clone(),
        juma,
        &[("years", "14"), ("place", "-4.05 39.66 12.5 4")],
    );

    let mut values = Vec::new();
    for (key, kind, bytes) in [
        ("q/years", 2, 12i64.to_le_bytes().to_vec()),
        ("q/price", 3, 2.5f64.to_le_bytes().to_vec()),
        ("q/who", 1, sized(b"Amina")),
        ("q/agreed", 4, vec![1]),
        ("q/thing", 0, sized(b"mill")),
        ("q/things", 0, sized(b"\x01well mill")),
        ("q/day", 0, sized(b"\x03\x98\xc5\x01")),
        ("q/hour", 0, sized(b"\x0910:00:00.000+03:00")),
        ("q/met", 0, sized(b"\x0a2026-11-20T09:30:00.000+03:00")),
        ("q/place", 0, sized(b"\x0b\x01\x02\x03\x04")),
        ("m/form", 1, sized(b"test")),
    ] {
        values.extend([sized(key.as_bytes()), vec![kind], bytes].concat());
    }
    let member = format!("r/house/members/{}", forms::instance(1));
    let place = [vec![2], 1i64.to_le_bytes().to_vec()].concat();
    let mark = [vec![0], sized(b"")].concat();
    for (key, value) in [(member.clone(), place), (format!("{member}#removed"), mark)] {
        values.extend([sized(key.as_bytes()), value].concat());
    }
    vec![
        ("record_merge", "put_right", merged),
        ("record_merge", "as_they_came", raw),
        ("record_draft", "steps", steps),
        ("record_values", "kinds", values),
    ]
}
