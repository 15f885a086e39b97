//! A device joins with two codes: its request, and a certificate that leaves the roster to the first sync.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::{Stage, at};
use client_core::Notebook;
use client_core::deeds::admit::Admission;
use client_core::deeds::sync::SyncError;
use form::Value;
use wire::{Certificate, Role, RosterHead};

/// What fits one code of version 40 with the least correction (ISO/IEC 18004, table 7: byte mode, level L).
const ONE_CODE: usize = 2953;

fn by_code() -> Admission {
    Admission {
        by_code: true,
        ..Admission::default()
    }
}

fn certificate(stage: &mut Stage, phone: &Notebook) -> String {
    let request = phone.request().unwrap().to_text();
    assert!(request.len() <= ONE_CODE);
    stage.desk.admit(&request, &by_code()).unwrap()
}

/// Nothing is known of the programme here, and nothing may be done in it.
fn assert_waiting(phone: &mut Notebook) {
    assert!(phone.roster().is_none());
    let waits = "the programme's roster has not come yet: sync first";
    assert_eq!(phone.members().unwrap_err().to_string(), waits);
    assert_eq!(phone.policy().unwrap_err().to_string(), waits);
    assert_eq!(phone.roster_view().unwrap_err().to_string(), waits);
    assert!(phone.start("household", None).is_err());
}

#[test]
fn a_device_that_joined_with_a_code_gets_the_roster_with_its_first_sync() {
    let mut stage = Stage::set(41);
    let mut phone = stage.field.notebook("hodan").unwrap();
    let certificate = certificate(&mut stage, &phone);
    assert!(certificate.len() <= ONE_CODE, "{} characters", certificate.len());
    stage.sync_desk();
    phone.join(&certificate).unwrap();
    assert_waiting(&mut phone);
    drop(phone);

    let mut phone = stage.field.reopen("hodan").unwrap();
    assert_waiting(&mut phone);
    let report = phone.sync(&stage.link).unwrap();
    assert_eq!(
        report.roster_entries,
        stage.desk.roster().unwrap().position().height
    );
    assert_eq!(phone.roster(), stage.desk.roster());
    let record = phone.start("household", None).unwrap();
    let remarks = at("household/contact/remarks");
    phone
        .answer(record, &remarks, Value::Text("It rained.".into()))
        .unwrap();
    drop(phone);
    let mut phone = stage.field.reopen("hodan").unwrap();
    assert_eq!(phone.roster(), stage.desk.roster());
    assert_eq!(phone.sync(&stage.link).unwrap().roster_entries, 0);
    let certificate = stage
        .desk
        .admit(&phone.request().unwrap().to_text(), &by_code())
        .unwrap();
    assert!(
        phone.join(&certificate).is_err(),
        "it belongs to the programme now"
    );
}

#[test]
fn a_desk_joins_with_a_code_too_and_reads_from_then_on() {
    let mut stage = Stage::set(42);
    let mut second = stage.field.notebook("second").unwrap();
    let request = second.request().unwrap().to_text();
    let admission = Admission {
        by_code: true,
        ..Admission::of(Role::COORDINATOR)
    };
    let certificate = stage.desk.admit(&request, &admission).unwrap();
    stage.sync_desk();
    second.join(&certificate).unwrap();
    second.sync(&stage.link).unwrap();
    assert!(second.is_coordinator());
    let seen = second.roster_view().unwrap();
    assert_eq!(seen.words, stage.desk.roster_view().unwrap().words);
    let me = seen
        .members
        .iter()
        .find(|one| one.member.name == "second")
        .unwrap();
    assert_eq!(me.reads, ["general", "identity", "protected"]);
    assert!(me.may.contains(&"change the roster"));
    assert!(
        seen.epochs
            .iter()
            .all(|epoch| epoch.number == 2 && epoch.readers == ["desk", "second"])
    );
}

#[test]
fn a_relay_that_was_not_told_says_whose_turn_it_is() {
    let mut stage = Stage::set(43);
    let mut phone = stage.field.notebook("hodan").unwrap();
    let certificate = certificate(&mut stage, &phone);
    phone.join(&certificate).unwrap();
    let error = phone.sync(&stage.link).unwrap_err();
    assert!(matches!(error, SyncError::NotKnownYet));
    assert_eq!(
        error.to_string(),
        "the relay does not know this device yet: the desk that admitted it must sync first"
    );
    assert_waiting(&mut phone);
    stage.sync_desk();
    phone.sync(&stage.link).unwrap();
}

/// What somebody changes in a certificate.
type Forgery<'a> = &'a dyn Fn(&mut Certificate);

#[test]
fn a_roster_that_does_not_fit_the_certificate_is_not_kept() {
    let mut stage = Stage::set(44);
    let mut phone = stage.field.notebook("hodan").unwrap();
    let genuine = certificate(&mut stage, &phone);
    stage.sync_desk();
    let read = Certificate::from_text(&genuine).unwrap();
    let forgeries: [(&str, Forgery<'_>); 5] = [
        ("root key is not the one", &|forged| forged.root = [7; 32]),
        ("not signed by a desk", &|forged| forged.signature = [7; 64]),
        ("not signed by a desk", &|forged| forged.role = Role::COORDINATOR),
        ("not signed by a desk", &|forged| forged.desk = forged.member),
        ("not the one the certificate speaks of", &|forged| {
            forged.position.head = RosterHead([7; 32]);
        }),
    ];
    for (says, forge) in forgeries {
        let mut forged = read.clone();
        forge(&mut forged);
        // Nothing can be checked yet, and so nothing is believed: the next certificate takes its place.
        phone.join(&forged.to_text()).unwrap();
        let error = phone.sync(&stage.link).unwrap_err();
        assert!(matches!(error, SyncError::FirstRoster(_)));
        assert!(error.to_string().contains(says), "{error}");
        assert_waiting(&mut phone);
        drop(phone);
        phone = stage.field.reopen("hodan").unwrap();
        assert_waiting(&mut phone);
    }
    phone.join(&genuine).unwrap();
    phone.sync(&stage.link).unwrap();
    assert_eq!(phone.roster(), stage.desk.roster());
}

#[test]
fn a_certificate_with_the_roster_takes_the_place_of_one_without() {
    let mut stage = Stage::set(45);
    let mut phone = stage.field.notebook("hodan").unwrap();
    let code = certificate(&mut stage, &phone);
    phone.join(&code).unwrap();
    let request = phone.request().unwrap().to_text();
    let whole = stage.desk.admit(&request, &Admission::default()).unwrap();
    phone.join(&whole).unwrap();
    assert_eq!(phone.roster(), stage.desk.roster());
    drop(phone);
    let mut phone = stage.field.reopen("hodan").unwrap();
    assert_eq!(phone.roster(), stage.desk.roster());
    stage.sync_desk();
    phone.sync(&stage.link).unwrap();
}
