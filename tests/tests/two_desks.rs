//! Two desks change the roster without knowing of one another. Nobody's work is lost, and all end with one roster.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use baraza_tests::{Stage, at};
use client_core::deeds::admit::Admission;
use client_core::deeds::carry::Selection;
use client_core::deeds::finish::FinishError;
use client_core::deeds::join_roster::JoinRosterError;
use client_core::deeds::revoke::Trust;
use client_core::deeds::rotate::RotateError;
use client_core::deeds::start::DraftError;
use client_core::{HttpLink, Notebook};
use form::{Form, Source, Value};
use seal::roster::RosterError;
use tempfile::TempDir;
use testkit::Field;
use wire::{CompartmentId, RecordId, Role};

const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | text | village | Village | |
| | text | who | Name | identity |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

/// Two desks and two phones, that have all synced.
struct Story {
    link: HttpLink,
    desks: [Notebook; 2],
    phones: [Notebook; 2],
    field: Field,
    _folder: TempDir,
}

impl Story {
    fn begin(seed: u8, role: Role) -> Self {
        let stage = Stage::with_form(seed, Form::read(Source::Markdown(FORM)).unwrap().0);
        let Stage {
            link,
            desk: mut first,
            phones,
            field,
            folder,
            ..
        } = stage;
        let second = field.member("dakar", &mut first, &Admission::of(role)).unwrap();
        let mut story = Self {
            link,
            desks: [first, second],
            phones,
            field,
            _folder: folder,
        };
        story.sync_all();
        story
    }

    fn sync_all(&mut self) {
        for node in self.desks.iter_mut().chain(&mut self.phones) {
            node.sync(&self.link).unwrap();
        }
    }
}

fn visit(phone: &mut Notebook, village: &str) -> RecordId {
    let record = phone.start("visit", None).unwrap();
    for (question, said) in [("village", village), ("who", "Halima")] {
        phone
            .answer(record, &at(question), Value::Text(said.into()))
            .unwrap();
    }
    phone.finish(record).unwrap().unwrap();
    record
}

fn village(desk: &mut Notebook, record: RecordId) -> Option<String> {
    let view = desk.show(record).ok()?;
    assert_eq!(view.answers["who"], "Halima");
    view.answers["village"].as_str().map(str::to_owned)
}

fn has(desk: &Notebook, record: RecordId) -> bool {
    desk.records(None).unwrap().iter().any(|row| row.id == record)
}

#[test]
fn two_desks_that_rotate_at_once_end_with_one_roster_and_read_everything() {
    let mut story = Story::begin(1, Role::COORDINATOR);
    let link = story.link.clone();
    let before = story.desks[0].roster().unwrap().position().height;
    let [first, second] = &mut story.desks;
    first.rotate(None).unwrap();
    second.rotate(None).unwrap();
    // The second also admits a phone, which knows only this side.
    let mut fanta = story.field.phone("fanta", second).unwrap();
    first.sync(&link).unwrap();
    story.phones[0].sync(&link).unwrap();
    let on_first = visit(&mut story.phones[0], "Kayes");
    story.phones[0].sync(&link).unwrap();

    // The relay has the first desk's entries. The second joins its own to them, in the same sync.
    let of_its_own = visit(second, "Gao");
    let report = second.sync(&link).unwrap();
    assert_eq!((report.split, report.troubled, report.unsent), (None, 0, 0));
    assert_eq!(
        second.roster().unwrap().position().height,
        before + 4,
        "3 rotations, 1 join"
    );
    fanta.sync(&link).unwrap();
    let late = visit(&mut fanta, "Segou");
    assert_eq!(fanta.sync(&link).unwrap().troubled, 0);
    story.sync_all();
    story.sync_all();

    let rosters: Vec<_> = story
        .desks
        .iter()
        .chain(&story.phones)
        .chain([&fanta])
        .map(|node| node.roster().unwrap().clone())
        .collect();
    for roster in &rosters {
        assert!(!roster.is_split());
        assert_eq!(roster, &rosters[0]);
        assert!(roster.member(&fanta.member()).is_some());
    }
    let epochs: Vec<_> = rosters[0]
        .epochs()
        .filter(|epoch| epoch.compartment == CompartmentId::GENERAL)
        .map(|epoch| epoch.number)
        .collect();
    assert_eq!(epochs, [1, 2, 3, 3]);
    for desk in &mut story.desks {
        for (record, name) in [(on_first, "Kayes"), (of_its_own, "Gao"), (late, "Segou")] {
            assert_eq!(
                village(desk, record).as_deref(),
                Some(name),
                "{} {:#?}",
                desk.name(),
                desk.troubled()
            );
        }
        assert!(desk.troubled().unwrap().is_empty());
        desk.rebuild().unwrap();
        assert_eq!(village(desk, of_its_own).as_deref(), Some("Gao"));
    }
    // It is the same after the program was closed.
    let Story { desks, field, .. } = story;
    drop(desks);
    for name in ["desk", "dakar"] {
        assert_eq!(field.reopen(name).unwrap().roster().unwrap(), &rosters[0]);
    }
}

#[test]
fn two_desks_that_revoke_at_once_both_count_and_the_keys_are_renewed_for_both() {
    let mut story = Story::begin(2, Role::COORDINATOR);
    let link = story.link.clone();
    let [amina, bakary] = [story.phones[0].member(), story.phones[1].member()];
    let [first, second] = &mut story.desks;
    first.revoke(amina, Trust::AllHere).unwrap();
    second.revoke(bakary, Trust::AllHere).unwrap();
    first.sync(&link).unwrap();
    // Each has the members' key that was made when the other was revoked.
    let report = second.sync(&link).unwrap();
    assert_eq!((report.split, report.rotation_due), (None, false));
    first.sync(&link).unwrap();
    let roster = first.roster().unwrap();
    assert_eq!(roster, second.roster().unwrap());
    assert!(roster.revocation(&amina).is_some() && roster.revocation(&bakary).is_some());
    let handed = roster.members_keys().last().unwrap();
    let to: Vec<_> = handed.sealed.iter().map(|sealed| sealed.member).collect();
    assert_eq!(to.len(), 2);
    assert!(to.contains(&first.member()) && to.contains(&second.member()));
    // Both desks write with that one: each reads what the other publishes.
    let next = FORM.replace("| visit | 1 |", "| visit | 2 |");
    first
        .publish(&Form::read(Source::Markdown(&next)).unwrap().0)
        .unwrap();
    first.sync(&link).unwrap();
    second.sync(&link).unwrap();
    assert_eq!(second.forms().unwrap()[0].version, "2");
}

#[test]
fn a_desk_that_had_merged_more_than_the_one_who_revokes_takes_it_back() {
    let mut story = Story::begin(3, Role::COORDINATOR);
    let link = story.link.clone();
    let amina = story.phones[0].member();
    let in_time = visit(&mut story.phones[0], "Kayes");
    story.phones[0].sync(&link).unwrap();
    story.desks[0].sync(&link).unwrap();
    story.desks[1].sync(&link).unwrap();
    // The first desk hears that the phone is lost, far from any network. The second knows nothing of it.
    story.desks[0].revoke(amina, Trust::AllHere).unwrap();
    let late = visit(&mut story.phones[0], "Nioro");
    story.phones[0].sync(&link).unwrap();
    story.desks[1].sync(&link).unwrap();
    assert_eq!(village(&mut story.desks[1], late).as_deref(), Some("Nioro"));

    story.desks[0].sync(&link).unwrap();
    story.desks[1].sync(&link).unwrap();
    for desk in &mut story.desks {
        assert!(has(desk, in_time) && !has(desk, late));
        let waiting = desk.quarantine(false).unwrap();
        assert_eq!((waiting.len(), waiting[0].record), (1, late));
    }
    // Each desk decides for itself.
    story.desks[1].release(late).unwrap();
    assert_eq!(village(&mut story.desks[1], late).as_deref(), Some("Nioro"));
    assert!(!has(&story.desks[0], late));
}

#[test]
fn what_was_written_before_the_cut_and_arrives_after_the_revocation_is_merged() {
    let mut story = Story::begin(4, Role::COORDINATOR);
    let link = story.link.clone();
    let amina = story.phones[0].member();
    let records = ["Kayes", "Nioro", "Diema"].map(|village| visit(&mut story.phones[0], village));
    story.phones[0].sync(&link).unwrap();
    story.desks[0].sync(&link).unwrap();
    story.desks[0].revoke(amina, Trust::AllHere).unwrap();
    let late = visit(&mut story.phones[0], "Atlantis");
    story.desks[0].sync(&link).unwrap();
    story.phones[0].sync(&link).unwrap();
    // The second desk has nothing of the phone's yet: the revocation comes first, and names only the last of them.
    let report = story.desks[1].sync(&link).unwrap();
    assert_eq!(report.quarantined, 1);
    assert_eq!(
        records.map(|record| village(&mut story.desks[1], record)),
        ["Kayes", "Nioro", "Diema"].map(|village| Some(village.to_owned()))
    );
    assert!(!has(&story.desks[1], late));
}

#[test]
fn a_revoked_desk_gets_no_new_seeds_and_nothing_from_the_relay_and_finishes_nothing() {
    let mut story = Story::begin(5, Role::COORDINATOR);
    let link = story.link.clone();
    let [first, second] = &mut story.desks;
    let lost = second.member();
    let open = second.start("visit", None).unwrap();
    first.revoke(lost, Trust::AllHere).unwrap();
    first.sync(&link).unwrap();
    story.phones[1].sync(&link).unwrap();
    let later = visit(&mut story.phones[1], "Kayes");
    story.phones[1].sync(&link).unwrap();
    let report = second.sync(&link).unwrap();
    assert!(report.revoked);
    assert_eq!(report.received, 0);
    assert!(!has(second, later));
    let roster = second.roster().unwrap();
    for compartment in roster.compartments() {
        let seeds = &roster.epoch(compartment).unwrap().seeds;
        assert!(seeds.iter().all(|seed| seed.member != lost));
    }
    let finished = second.finish(open);
    assert!(matches!(finished, Err(FinishError::Draft(DraftError::Revoked))));
    first.sync(&link).unwrap();
    assert_eq!(village(first, later).as_deref(), Some("Kayes"));
}

#[test]
fn a_protection_officer_revokes_and_a_coordinator_renews_the_keys() {
    let mut story = Story::begin(6, Role::PROTECTION_OFFICER);
    let link = story.link.clone();
    let amina = story.phones[0].member();
    let [coordinator, officer] = &mut story.desks;
    // Both at once, so that the officer's entry is overtaken.
    coordinator.rotate(None).unwrap();
    coordinator.sync(&link).unwrap();
    let revoked = officer.revoke(amina, Trust::AllHere).unwrap();
    assert!(!revoked.renewed);
    let report = officer.sync(&link).unwrap();
    assert_eq!((report.split, report.rotation_due), (None, true));
    let report = coordinator.sync(&link).unwrap();
    assert!(report.rotation_due);
    assert!(coordinator.roster().unwrap().revocation(&amina).is_some());
    coordinator.rotate(None).unwrap();
    assert!(!coordinator.sync(&link).unwrap().rotation_due);
    let handed = coordinator.roster().unwrap().members_keys().last().unwrap();
    assert!(handed.sealed.iter().all(|sealed| sealed.member != amina));
}

fn carry(from: &Notebook, to: &mut Notebook) {
    let mut bundle = Vec::new();
    from.export_bundle(&mut bundle, Selection::Everything).unwrap();
    to.import_bundle(&mut bundle.as_slice()).unwrap();
}

#[test]
fn two_sides_that_meet_without_a_relay_are_joined_by_hand_and_work_goes_on_meanwhile() {
    let mut story = Story::begin(7, Role::COORDINATOR);
    let link = story.link.clone();
    let [first, second] = &mut story.desks;
    let height = first.roster().unwrap().position().height;
    first.rotate(None).unwrap();
    second.rotate(None).unwrap();
    let on_second = visit(second, "Gao");
    carry(first, second);
    assert_eq!(second.standing().unwrap().split, Some(height + 1));
    assert!(matches!(
        second.rotate(None),
        Err(RotateError::Roster(RosterError::Split))
    ));
    // What stands before the split holds, and is worked with; also by a program that is started again.
    let while_split = visit(second, "Mopti");
    assert_eq!(village(second, while_split).as_deref(), Some("Mopti"));
    assert_eq!(village(second, on_second).as_deref(), Some("Gao"));

    assert_eq!(second.join_roster().unwrap(), 3);
    assert!(matches!(second.join_roster(), Err(JoinRosterError::NotSplit)));
    carry(second, first);
    assert_eq!(first.roster().unwrap(), second.roster().unwrap());
    assert_eq!(first.standing().unwrap().split, None);
    for record in [on_second, while_split] {
        assert!(village(first, record).is_some());
    }
    // The relay learns of both sides when one of them syncs.
    story.phones[0].sync(&link).unwrap();
    let on_phone = visit(&mut story.phones[0], "Kayes");
    story.sync_all();
    story.sync_all();
    for desk in &mut story.desks {
        assert_eq!(village(desk, on_phone).as_deref(), Some("Kayes"));
        assert!(desk.troubled().unwrap().is_empty());
    }
    assert_eq!(
        story.phones[0].roster().unwrap(),
        story.desks[0].roster().unwrap()
    );
}

#[test]
fn two_coordinators_who_join_by_hand_at_once_end_with_one_roster_too() {
    let mut story = Story::begin(8, Role::COORDINATOR);
    let link = story.link.clone();
    let [first, second] = &mut story.desks;
    first.rotate(None).unwrap();
    second.rotate(None).unwrap();
    let mut bundle = Vec::new();
    second.export_bundle(&mut bundle, Selection::Everything).unwrap();
    carry(first, second);
    first.import_bundle(&mut bundle.as_slice()).unwrap();
    assert!(first.roster().unwrap().is_split() && second.roster().unwrap().is_split());
    first.join_roster().unwrap();
    second.join_roster().unwrap();
    let on_first = visit(first, "Kayes");
    let on_second = visit(second, "Gao");
    first.sync(&link).unwrap();
    let report = second.sync(&link).unwrap();
    assert_eq!((report.split, report.troubled), (None, 0));
    story.sync_all();
    for desk in &mut story.desks {
        assert_eq!(village(desk, on_first).as_deref(), Some("Kayes"));
        assert_eq!(village(desk, on_second).as_deref(), Some("Gao"));
    }
    assert_eq!(story.desks[0].roster().unwrap(), story.desks[1].roster().unwrap());
    assert_eq!(
        story.phones[1].roster().unwrap(),
        story.desks[1].roster().unwrap()
    );
}

#[test]
fn a_form_stays_published_when_the_desk_that_published_it_is_revoked() {
    let mut story = Story::begin(9, Role::COORDINATOR);
    let link = story.link.clone();
    let [first, second] = &mut story.desks;
    let next = FORM.replace("| visit | 1 |", "| visit | 2 |");
    second
        .publish(&Form::read(Source::Markdown(&next)).unwrap().0)
        .unwrap();
    second.sync(&link).unwrap();
    first.sync(&link).unwrap();
    // Nothing that it wrote is trusted; but the roster names the form.
    first.revoke(second.member(), Trust::UpTo(0)).unwrap();
    first.rebuild().unwrap();
    first.sync(&link).unwrap();
    let mut fanta = story.field.phone("fanta", first).unwrap();
    first.sync(&link).unwrap();
    fanta.sync(&link).unwrap();
    assert_eq!(fanta.forms().unwrap()[0].version, "2");
    let record = visit(&mut fanta, "Kayes");
    fanta.sync(&link).unwrap();
    first.sync(&link).unwrap();
    assert_eq!(village(first, record).as_deref(), Some("Kayes"));
}
