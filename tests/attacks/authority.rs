//! Authority: what a member may do and see is what the roster says, whatever the member says.

use client_core::deeds::admit::Admission;
use client_core::deeds::join::JoinError;
use seal::enrol::CertificateError;
use seal::roster::write;
use testkit::{Field, FieldClock};
use wire::{
    Certificate, CompartmentId, Envelope, Frame, Hello, Kind, Part, ProgrammeId, RecordId, RefusalCode, Role,
    RosterAct, SealedFor, Status, Terms, Want, Wanted,
};

use crate::ground::{Person, Programme, SYNC, Site, given, is_done, refusal, signed, statuses};
use crate::visits::{stage, villages, visit};

const GENERAL: CompartmentId = CompartmentId::GENERAL;
const IDENTITY: CompartmentId = CompartmentId::IDENTITY;

fn ground() -> (Site, Programme) {
    let site = Site::start();
    let programme = Programme::found(&site, 1);
    (site, programme)
}

/// Takes somebody out of a programme, to write with.
fn amina(programme: &mut Programme) -> Person {
    std::mem::replace(&mut programme.amina, Person::new(99))
}

/// Takes the desk out of a programme, to write with.
fn desk(programme: &mut Programme) -> Person {
    std::mem::replace(&mut programme.desk, Person::new(98))
}

/// What somebody wants who has taken everything that the relay gave.
fn wanting(site: &Site, programme: &Programme, who: &Person, what: Wanted) -> Hello {
    let answer = programme.call(site, who, programme.hello(who), &[]);
    let Some(Frame::Done(done)) = answer.last() else {
        panic!("{answer:?}")
    };
    Hello {
        cursor: done.cursor,
        log: done.log,
        wants: vec![Want { what, from: 0 }],
        ..programme.hello(who)
    }
}

fn about(subject: u8) -> Wanted {
    Wanted::Record(RecordId::from_bytes([subject; 16]))
}

/// Which parts of an envelope came.
fn came(envelope: &Envelope) -> Vec<bool> {
    let parts = envelope.parts.iter();
    parts.map(|part| matches!(part, Part::Here(_))).collect()
}

#[test]
fn a_member_whose_time_is_over_is_given_nothing_and_what_it_brings_is_kept() {
    let (site, mut programme) = ground();
    let mut desk = desk(&mut programme);
    let form = programme.write(&mut desk, (Kind::FORM, 7), None, &[CompartmentId::MEMBERS]);
    assert_eq!(programme.push(&site, &desk, &[form]), [Status::Stored]);
    programme.desk = desk;
    let ends = |expires| {
        let scope = vec![];
        Some(Terms { expires, scope })
    };
    let [mut over, still] = [Person::new(50), Person::new(51)];
    programme.admit(over.card(), Role::ENUMERATOR, ends(1_000_000));
    programme.admit(still.card(), Role::ENUMERATOR, ends(10_000_000_000));
    programme.tell(&site);
    let given_to = |who| given(&programme.call(&site, who, programme.hello(who), &[])).len();
    assert_eq!((given_to(&over), given_to(&still)), (0, 1));
    // What it brings is not lost: a person at a desk decides.
    let late = programme.record(&mut over, 5);
    assert_eq!(programme.push(&site, &over, &[late]), [Status::Stored]);
}

#[test]
fn what_first_comes_after_a_membership_has_ended_waits_for_a_person() {
    let mut stage = stage(41);
    let until = Admission {
        expires: Some("2100-01-01T00:00:00Z".parse().unwrap()),
        ..Admission::default()
    };
    let mut guest = stage.field.member("guest", &mut stage.desk, &until).unwrap();
    stage.sync_desk();
    guest.sync(&stage.link).unwrap();
    visit(&mut guest, "Kilifi", "Halima");
    guest.sync(&stage.link).unwrap();
    stage.sync_desk();
    let late = visit(&mut guest, "Lamu", "Binta");
    guest.sync(&stage.link).unwrap();
    stage.field.clock.pass_hours(80 * 366 * 24);
    stage.sync_desk();
    assert_eq!(villages(&mut stage.desk), ["Kilifi"]);
    let troubled = stage.desk.troubled().unwrap();
    let late = troubled.iter().find(|envelope| envelope.record == late).unwrap();
    assert!(late.quarantined);
    assert_eq!(late.reason, "it came after its author's membership had ended");
    stage.desk.release(late.record).unwrap();
    assert_eq!(villages(&mut stage.desk), ["Kilifi", "Lamu"]);
}

#[test]
fn a_revoked_member_is_given_nothing_and_revokes_nobody_back() {
    let (site, mut programme) = ground();
    let mut amina = amina(&mut programme);
    let before = programme.record(&mut amina, 5);
    assert_eq!(programme.push(&site, &amina, &[before]), [Status::Stored]);
    let mut desk = desk(&mut programme);
    let form = programme.write(&mut desk, (Kind::FORM, 7), None, &[CompartmentId::MEMBERS]);
    assert_eq!(programme.push(&site, &desk, &[form]), [Status::Stored]);
    let given_to =
        |programme: &Programme, who| given(&programme.call(&site, who, programme.hello(who), &[])).len();
    assert_eq!(given_to(&programme, &amina), 1);

    let act = RosterAct::Revoke {
        member: amina.id,
        trusted: vec![],
    };
    let entry = write::next(&programme.roster, desk.id, act, &desk.sign);
    programme.append(entry);
    programme.desk = desk;
    programme.tell(&site);
    assert_eq!(given_to(&programme, &amina), 0);
    let after = programme.record(&mut amina, 6);
    assert_eq!(programme.push(&site, &amina, &[after]), [Status::Stored]);
    let act = RosterAct::Revoke {
        member: programme.desk.id,
        trusted: vec![],
    };
    let back = write::next(&programme.roster, amina.id, act, &amina.sign);
    let answer = programme.call(&site, &amina, programme.hello(&amina), &[Frame::Append(back)]);
    assert_eq!(statuses(&answer), [Status::Refused]);
}

#[test]
fn a_device_that_writes_a_higher_role_into_its_certificate_does_not_join_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
    let cost = client_core::Cost::LEAST;
    let field = Field::set_up(folder.path(), [5; 32], clock, cost, baraza_tests::PASSPHRASE).unwrap();
    let mut desk = field.desk("desk", "Visits").unwrap();
    let mut phone = field.notebook("phone").unwrap();
    let request = phone.request().unwrap().to_text();
    let terms = Admission {
        expires: Some("2026-12-01T00:00:00Z".parse().unwrap()),
        ..Admission::default()
    };
    let certificate = Certificate::from_text(&desk.admit(&request, &terms).unwrap()).unwrap();
    let (mut raised, mut lasting, mut moved) =
        (certificate.clone(), certificate.clone(), certificate.clone());
    raised.role = Role::COORDINATOR;
    lasting.expires = 0;
    moved.relay = "http://127.0.0.1:1".into();
    for forged in [raised, lasting, moved] {
        let refused = phone.join(&forged.to_text());
        let why = CertificateError::NotByDesk;
        assert!(
            matches!(&refused, Err(JoinError::Certificate(error)) if *error == why),
            "{refused:?}"
        );
    }
    phone.join(&certificate.to_text()).unwrap();
    assert!(!phone.is_desk());
}

#[test]
fn a_device_does_not_read_what_is_for_another() {
    let (site, mut programme) = ground();
    let (mut amina, mut desk) = (amina(&mut programme), desk(&mut programme));
    let record = programme.record(&mut amina, 5);
    assert_eq!(programme.push(&site, &amina, &[record]), [Status::Stored]);
    let (parts, to) = ([CompartmentId::RECIPIENT, GENERAL], Some(amina.id));
    let grant = programme.write(&mut desk, (Kind::GRANT, 5), to, &parts);
    let draft = programme.write(&mut desk, (Kind::HANDOVER, 6), to, &[CompartmentId::RECIPIENT]);
    assert_eq!(programme.push(&site, &desk, &[grant, draft]), [Status::Stored; 2]);

    let bakary = &programme.bakary;
    for hello in [
        programme.hello(bakary),
        wanting(&site, &programme, bakary, about(5)),
        wanting(&site, &programme, bakary, about(6)),
        wanting(&site, &programme, bakary, Wanted::Compartment(GENERAL)),
        wanting(
            &site,
            &programme,
            bakary,
            Wanted::Compartment(CompartmentId::RECIPIENT),
        ),
    ] {
        let answer = programme.call(&site, bakary, hello, &[]);
        assert!(is_done(&answer) && given(&answer).is_empty(), "{answer:?}");
    }
    let amina_has = programme.call(&site, &amina, programme.hello(&amina), &[]);
    assert_eq!(given(&amina_has).len(), 2);
}

#[test]
fn nobody_learns_from_the_relay_which_programmes_it_serves() {
    let (site, ours) = ground();
    let theirs = Programme::found(&site, 2);
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/programmes",
        "/v1/projects",
        "/v1/sync/",
        "/metrics",
    ] {
        let (status, body) = site.request("GET", path, &[], &[]);
        assert_eq!(status, 404, "{path}");
        assert!(!holds(&body, ours.id) && !holds(&body, theirs.id), "{path}");
    }
    for path in ["/v1/health", "/v1/ready"] {
        let (status, body) = site.request("GET", path, &[], &[]);
        assert!(status == 200 && body.len() < 10, "{path}");
    }
    // A member of one hears nothing of the other but that it is no member there.
    let amina = &ours.amina;
    for programme in [theirs.id, ProgrammeId::from_chance([77; 16])] {
        let hello = Hello {
            programme,
            ..ours.hello(amina)
        };
        let call = signed(amina, &hello, &[]);
        let answer = site.post(&call.fields(), &hello, &call.body);
        let refused = refusal(&answer).unwrap();
        assert!(matches!(
            refused.code,
            RefusalCode::UnknownMember | RefusalCode::UnknownProgramme
        ));
        assert_eq!(answer.len(), 1);
    }
}

fn holds(body: &[u8], programme: ProgrammeId) -> bool {
    body.windows(16).any(|word| word == programme.as_bytes())
        || String::from_utf8_lossy(body).contains(&programme.to_string())
}

#[test]
fn an_id_of_another_programme_leads_nowhere() {
    let (site, mut ours) = ground();
    let theirs = Programme::found(&site, 2);
    let mut amina = amina(&mut ours);
    let record = ours.record(&mut amina, 5);
    assert_eq!(
        ours.push(&site, &amina, std::slice::from_ref(&record)),
        [Status::Stored]
    );
    // Their desk, which reads everything there, asks for our record.
    let desk = &theirs.desk;
    for hello in [theirs.hello(desk), wanting(&site, &theirs, desk, about(5))] {
        let answer = theirs.call(&site, desk, hello, &[]);
        assert!(is_done(&answer) && given(&answer).is_empty());
    }
    // And nobody can put what was written for one into the other.
    assert_eq!(theirs.push(&site, desk, &[record]), [Status::Refused]);
    assert_eq!(site.count("envelope"), 1);
}

#[test]
fn a_devices_key_opens_no_door_of_an_administrator() {
    let (site, programme) = ground();
    let amina = &programme.amina;
    // There is one call, and no other path takes anything, signed or not.
    let hello = programme.fresh(&site, amina, programme.hello(amina));
    let call = signed(amina, &hello, &[]);
    for method in ["GET", "POST", "PUT", "DELETE"] {
        for path in [
            "/v1/admin",
            "/v1/backup",
            "/v1/restore",
            "/v1/roster",
            "/v1/health/../admin",
        ] {
            let (status, _) = site.request(method, path, &call.fields(), &call.body);
            assert_eq!(status, 404, "{method} {path}");
        }
        let (status, _) = site.request(method, SYNC, &call.fields(), &call.body);
        assert_eq!(status, if method == "POST" { 200 } else { 405 }, "{method}");
    }
    // What rules the programme is the roster, and a device writes none of it.
    let card = Person::new(60).card();
    let (name, sealed, key) = (vec![], vec![1; 80], card.kem.id());
    let admit = |role| RosterAct::Admit {
        card: card.clone(),
        role,
        name: name.clone(),
        terms: None,
    };
    let acts = [
        admit(Role::ENUMERATOR),
        admit(Role::COORDINATOR),
        RosterAct::Epoch {
            compartment: GENERAL,
            number: 1,
            public: card.kem.clone(),
            seeds: vec![],
            name: vec![],
        },
        RosterAct::Revoke {
            member: programme.bakary.id,
            trusted: vec![],
        },
        RosterAct::MembersKey { key, sealed: vec![] },
        RosterAct::Relay {
            sealed: sealed.clone(),
        },
        RosterAct::Policy {
            sealed: sealed.clone(),
        },
        RosterAct::Recovery {
            public: card.kem.clone(),
            root: sealed,
        },
    ];
    for act in acts {
        let tag = format!("{act:?}");
        let entry = write::next(&programme.roster, amina.id, act.clone(), &amina.sign);
        // In the desk's name it is not signed by the desk.
        let borrowed = write::next(&programme.roster, programme.desk.id, act, &amina.sign);
        for entry in [entry, borrowed] {
            let answer = programme.call(&site, amina, programme.hello(amina), &[Frame::Append(entry)]);
            assert_eq!(statuses(&answer), [Status::Refused], "{tag}");
        }
    }
    assert_eq!(site.count("roster"), programme.entries.len() as i64);
}

#[test]
fn a_supervisors_desk_is_not_sent_the_compartments_it_may_not_read() {
    let (site, mut programme) = ground();
    let mut amina = amina(&mut programme);
    let record = programme.write(&mut amina, (Kind::RECORD, 5), None, &[GENERAL, IDENTITY]);
    assert_eq!(programme.push(&site, &amina, &[record]), [Status::Stored]);
    let supervisor = Person::new(50);
    programme.admit(supervisor.card(), Role::SUPERVISOR, None);
    // The reading key of `general` is sealed to it, that of `identity` is not.
    let desk = programme.desk.card();
    for (compartment, readers) in [
        (GENERAL, vec![desk.clone(), supervisor.card()]),
        (IDENTITY, vec![desk]),
    ] {
        let seeds = readers.iter().map(|reader| SealedFor {
            member: reader.member,
            kem: reader.kem.id(),
            sealed: vec![1; 80],
        });
        let act = RosterAct::Epoch {
            compartment,
            number: 1,
            public: Person::new(70).card().kem,
            seeds: seeds.collect(),
            name: vec![],
        };
        let entry = write::next(&programme.roster, programme.desk.id, act, &programme.desk.sign);
        programme.append(entry);
    }
    programme.tell(&site);
    let call = |who, hello| programme.call(&site, who, hello, &[]);
    let everything = call(&programme.desk, programme.hello(&programme.desk));
    assert_eq!(came(given(&everything)[0]), [true, true]);
    for hello in [
        programme.hello(&supervisor),
        wanting(&site, &programme, &supervisor, about(5)),
    ] {
        let answer = call(&supervisor, hello);
        let [envelope] = &given(&answer)[..] else {
            panic!("{answer:?}")
        };
        assert_eq!(came(envelope), [true, false]);
    }
    let vault = wanting(&site, &programme, &supervisor, Wanted::Compartment(IDENTITY));
    assert!(given(&call(&supervisor, vault)).is_empty());
}
