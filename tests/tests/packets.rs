//! Case packets: what a desk hands to a device for a while, and what is left when the while is over.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::PathBuf;
use std::sync::Arc;

use baraza_tests::seized::{
    GRANT, contains, database_of, everything_on, once_keys, opens, programme_of, relayed,
};
use baraza_tests::{PASSPHRASE, Stage, at};
use client_core::deeds::finish::FinishError;
use client_core::deeds::grant::GrantError;
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use client_core::{Notebook, RecordStatus, Surroundings};
use form::{Form, Value};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use record::{Actor, AuthorId, Draft, Record};
use testkit::FieldClock;
use wire::{Envelope, Kind, RecordId};

const FORM: &str = "
| survey |
| | type | name | label | required | sensitivity |
| | text | village | Village | yes | |
| | text | name | Name | yes | identity |
| | text | fear | What is feared? | | protected |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";
const VILLAGE: &str = "Kafountine on the coast";
const FEAR: &str = "The men who came at night";

fn stage(seed: u8) -> Stage {
    Stage::with_form(seed, Form::read_markdown(FORM).unwrap())
}

/// Records visits on the first phone, which reach the desk.
fn visits(stage: &mut Stage, count: usize) -> Vec<RecordId> {
    let phone = &mut stage.phones[0];
    let mut records = Vec::new();
    for _ in 0..count {
        let record = phone.start("visit", None).unwrap();
        phone.answer_text(record, &at("village"), VILLAGE).unwrap();
        phone.answer_text(record, &at("name"), "Awa Diatta").unwrap();
        phone.finish(record).unwrap().unwrap();
        records.push(record);
    }
    stage.sync_phones();
    stage.sync_desk();
    records
}

/// Hands visits to the second phone for some hours; the keys and the records have come when this returns.
fn granted(stage: &mut Stage, count: usize, hours: u32) -> Vec<RecordId> {
    let records = visits(stage, count);
    let member = stage.phones[1].member();
    stage.desk.grant_packet(&records, member, None, hours).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    records
}

fn device(stage: &Stage) -> PathBuf {
    stage.folder.path().join("bakary")
}

fn grants(stage: &Stage) -> Vec<Envelope> {
    let relay = stage.folder.path().join("relay");
    relayed(&relay, programme_of(&stage.desk), Kind::GRANT)
}

/// The seed on the second phone that opens the grants at the relay.
fn seed_of(stage: &Stage, grant: &Envelope) -> [u8; 32] {
    let seeds = once_keys(&device(stage));
    seeds.into_iter().find(|seed| opens(seed, grant, GRANT)).unwrap()
}

fn is_there(stage: &Stage, word: &[u8]) -> bool {
    everything_on(&device(stage))
        .iter()
        .any(|place| contains(place, word))
}

fn is_forgotten(phone: &mut Notebook, record: RecordId) {
    let shown = phone.show(record);
    assert!(
        matches!(shown, Err(ShowError::Draft(DraftError::Finished(id))) if id == record),
        "{shown:?}"
    );
}

/// Closes the second phone, and returns what opens it again with a clock of its own.
fn close(stage: Stage) -> (Stage, impl Fn(&Stage, FieldClock) -> Notebook) {
    let Stage {
        link,
        desk,
        phones: [first, second],
        form,
        field,
        folder,
    } = stage;
    drop(second);
    let place_holder = Notebook::create(
        &folder.path().join("nobody"),
        "nobody",
        PASSPHRASE,
        client_core::Cost::LEAST,
        field.surroundings(),
    )
    .unwrap();
    let stage = Stage {
        link,
        desk,
        phones: [first, place_holder],
        form,
        field,
        folder,
    };
    let open = |stage: &Stage, clock: FieldClock| {
        let surroundings = Surroundings {
            clock: Arc::new(clock),
            ..stage.field.surroundings()
        };
        Notebook::open(&device(stage), PASSPHRASE, surroundings).unwrap()
    };
    (stage, open)
}

#[test]
fn a_packet_is_read_edited_and_finished_and_its_key_goes_with_the_last_record() {
    let mut stage = stage(41);
    let records = granted(&mut stage, 3, 48);
    let sealed = grants(&stage);
    assert_eq!(sealed.len(), 3);
    let seed = seed_of(&stage, &sealed[0]);
    assert!(
        sealed.iter().all(|grant| opens(&seed, grant, GRANT)),
        "one key for the packet"
    );
    for record in &records {
        assert!(
            is_there(&stage, &seed),
            "needed until the last record is finished"
        );
        let phone = &mut stage.phones[1];
        assert_eq!(phone.show(*record).unwrap().answers["village"], VILLAGE);
        phone.answer_text(*record, &at("fear"), FEAR).unwrap();
        phone.finish(*record).unwrap().unwrap();
    }
    assert!(!is_there(&stage, &seed));
    stage.sync_phones();
    stage.sync_desk();
    for record in &records {
        let shown = stage.desk.show(*record).unwrap();
        assert_eq!(shown.answers["fear"], FEAR);
        assert_eq!(shown.unfinished, None);
    }
}

#[test]
fn when_its_time_is_over_nothing_of_a_packet_is_left_and_its_edit_arrives_at_the_desk() {
    let mut stage = stage(42);
    let records = granted(&mut stage, 2, 72);
    let seed = seed_of(&stage, &grants(&stage)[0]);
    let phone = &mut stage.phones[1];
    phone.answer_text(records[0], &at("fear"), FEAR).unwrap();
    phone.clear(records[0], &at("village")).unwrap();
    let complete = phone.finish(records[0]);
    assert!(
        matches!(complete, Err(FinishError::Incomplete(_))),
        "{complete:?}"
    );
    assert!(is_there(&stage, FEAR.as_bytes()) && is_there(&stage, VILLAGE.as_bytes()));
    stage.field.clock.pass_hours(71);
    stage.phones[1].show(records[1]).unwrap();
    stage.field.clock.pass_hours(2);
    for record in &records {
        is_forgotten(&mut stage.phones[1], *record);
    }
    for word in [FEAR.as_bytes(), VILLAGE.as_bytes(), &seed] {
        assert!(!is_there(&stage, word));
    }
    let left: i64 = database_of(&device(&stage))
        .query_row(
            "SELECT (SELECT count(*) FROM key_book) + (SELECT count(*) FROM granted_key)
                  + (SELECT count(*) FROM document) + (SELECT count(*) FROM draft)
                  + (SELECT count(*) FROM held_grant)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0, "keys, documents, drafts, grants");
    stage.sync_phones();
    stage.sync_desk();
    let shown = stage.desk.show(records[0]).unwrap();
    assert_eq!(shown.answers["fear"], FEAR);
    assert_eq!(shown.unfinished.as_deref(), Some("expired"));
    assert_eq!(stage.desk.show(records[1]).unwrap().unfinished, None);
    // Nothing opens it again when all is received once more.
    database_of(&device(&stage))
        .execute_batch("UPDATE programme SET cursor = 0")
        .unwrap();
    stage.sync_phones();
    stage.sync_phones();
    is_forgotten(&mut stage.phones[1], records[0]);
}

#[test]
fn a_record_that_is_finished_after_it_had_expired_is_marked_no_more() {
    let mut stage = stage(43);
    let record = granted(&mut stage, 1, 30)[0];
    stage.phones[1].answer_text(record, &at("fear"), FEAR).unwrap();
    stage.field.clock.pass_hours(31);
    stage.sync_phones();
    stage.sync_desk();
    assert!(stage.desk.show(record).unwrap().unfinished.is_some());
    let member = stage.phones[1].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    assert_eq!(stage.phones[1].show(record).unwrap().answers["fear"], FEAR);
    stage.phones[1]
        .answer_text(record, &at("fear"), "Nothing")
        .unwrap();
    stage.phones[1].finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let shown = stage.desk.show(record).unwrap();
    assert_eq!(shown.answers["fear"], "Nothing");
    assert_eq!(shown.unfinished, None);
}

#[test]
fn a_clock_turned_back_ends_a_packet_at_once() {
    let mut stage = stage(44);
    let record = granted(&mut stage, 1, 48)[0];
    stage.phones[1].answer_text(record, &at("fear"), FEAR).unwrap();
    stage.field.clock.set(-9 * 60);
    stage.phones[1].show(record).unwrap();
    stage.field.clock.set(-2 * 60);
    is_forgotten(&mut stage.phones[1], record);
    assert!(!is_there(&stage, FEAR.as_bytes()));
    stage.field.clock.set(11 * 60);
    stage.sync_phones();
    stage.sync_desk();
    assert_eq!(stage.desk.show(record).unwrap().answers["fear"], FEAR);
}

#[test]
fn a_clock_turned_back_while_the_program_is_closed_ends_a_packet_at_the_opening() {
    let mut stage = stage(45);
    let record = granted(&mut stage, 1, 48)[0];
    stage.phones[1].answer_text(record, &at("fear"), FEAR).unwrap();
    let (stage, open) = close(stage);
    let clock = stage.field.clock.apart();
    clock.set(-3600);
    let mut phone = open(&stage, clock);
    assert!(
        !is_there(&stage, VILLAGE.as_bytes()),
        "gone before anything is asked of it"
    );
    is_forgotten(&mut phone, record);
}

#[test]
fn a_clock_held_still_while_the_program_runs_does_not_help() {
    let mut stage = stage(46);
    let record = granted(&mut stage, 1, 48)[0];
    // Every hour somebody sets the clock back by one: it shows the same time for two days.
    for _ in 0..47 {
        stage.field.clock.pass_hours(1);
        stage.field.clock.set(-3600);
    }
    is_forgotten(&mut stage.phones[1], record);
}

#[test]
fn a_packet_that_expires_while_the_program_is_closed_is_gone_when_it_is_opened() {
    let mut stage = stage(47);
    let record = granted(&mut stage, 1, 48)[0];
    stage.phones[1].answer_text(record, &at("fear"), FEAR).unwrap();
    let (mut stage, open) = close(stage);
    assert!(is_there(&stage, FEAR.as_bytes()));
    let clock = stage.field.clock.apart();
    clock.pass_hours(49);
    let mut phone = open(&stage, clock);
    assert!(!is_there(&stage, FEAR.as_bytes()));
    is_forgotten(&mut phone, record);
    phone.sync(&stage.link).unwrap();
    stage.sync_desk();
    assert_eq!(
        stage.desk.show(record).unwrap().answers["fear"],
        FEAR,
        "nothing is lost"
    );
}

#[test]
fn the_relays_word_ends_a_packet_a_day_early_at_most_and_is_not_taken_for_a_clock_that_was_set_back() {
    // The relay has the machine's clock, which is days ahead of the one in this story.
    let mut stage = stage(48);
    let record = granted(&mut stage, 1, 25)[0];
    stage.phones[1].show(record).unwrap();
    stage.field.clock.pass_seconds(50 * 60);
    stage.sync_phones();
    stage.phones[1].show(record).unwrap();
    stage.field.clock.pass_seconds(20 * 60);
    stage.phones[1].show(record).unwrap();
    stage.sync_phones();
    is_forgotten(&mut stage.phones[1], record);
}

#[test]
fn a_grant_that_arrives_after_its_time_opens_nothing() {
    let mut stage = stage(49);
    let records = visits(&mut stage, 2);
    let member = stage.phones[1].member();
    stage.desk.grant_packet(&records, member, None, 24).unwrap();
    stage.sync_desk();
    stage.field.clock.pass_hours(25);
    stage.sync_phones();
    stage.sync_phones();
    let rows = stage.phones[1].records(None).unwrap();
    assert!(
        rows.iter().all(|row| row.status != RecordStatus::Granted),
        "{rows:?}"
    );
    for grant in grants(&stage) {
        let seeds = once_keys(&device(&stage));
        assert!(!seeds.iter().any(|seed| opens(seed, &grant, GRANT)));
    }
}

#[test]
fn a_device_has_fresh_keys_when_it_joins_and_posts_more_before_it_runs_out() {
    let mut stage = stage(50);
    let records = visits(&mut stage, 1);
    let member = stage.phones[1].member();
    assert_eq!(once_keys(&device(&stage)).len(), 16);
    for _ in 0..16 {
        stage.desk.grant(records[0], member, None).unwrap();
    }
    let refused = stage.desk.grant(records[0], member, None).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "\"bakary\" has no fresh key left here: let it sync, sync this desk, and grant again"
    );
    assert!(matches!(refused, GrantError::NoFreshKey(_)));
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    stage.sync_desk();
    stage.desk.grant(records[0], member, None).unwrap();
    // Many grants of one record are all spent by one edit.
    let phone = &mut stage.phones[1];
    phone.answer_text(records[0], &at("fear"), FEAR).unwrap();
    phone.finish(records[0]).unwrap().unwrap();
    assert_eq!(once_keys(&device(&stage)).len(), 16);
}

#[test]
fn the_key_on_a_devices_card_opens_no_grant() {
    let mut stage = stage(51);
    granted(&mut stage, 1, 24);
    let seed: [u8; 32] = database_of(&device(&stage))
        .query_row("SELECT kem_seed FROM self", [], |row| row.get(0))
        .unwrap();
    for grant in grants(&stage) {
        assert!(!opens(&seed, &grant, GRANT));
    }
}

#[test]
fn a_packet_has_its_limits() {
    let mut stage = stage(52);
    let records = visits(&mut stage, 21);
    let member = stage.phones[1].member();
    let mut grant = |records: &[RecordId], hours| stage.desk.grant_packet(records, member, None, hours);
    assert!(matches!(
        grant(&records, 72),
        Err(GrantError::TooMany { given: 21, most: 20 })
    ));
    assert!(matches!(grant(&[], 72), Err(GrantError::Nothing)));
    for given in [0, 73] {
        let refused = grant(&records[..1], given);
        assert!(
            matches!(refused, Err(GrantError::Hours { most: 72, .. })),
            "{refused:?}"
        );
    }
    assert_eq!(grant(&records[..20], 72).unwrap().len(), 20);
}

#[test]
fn two_desks_worth_of_grants_on_one_key_leave_it_until_both_are_spent() {
    // One key, sealed to twice: as if two desks had picked it before either heard of the other.
    let mut stage = stage(53);
    let records = visits(&mut stage, 2);
    let member = stage.phones[1].member();
    let desk = stage.folder.path().join("desk");
    stage.desk.grant(records[0], member, None).unwrap();
    database_of(&desk)
        .execute_batch("UPDATE fresh_key SET used = 0")
        .unwrap();
    stage.desk.grant(records[1], member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let sealed = grants(&stage);
    let seed = seed_of(&stage, &sealed[0]);
    assert!(opens(&seed, &sealed[1], GRANT));
    for record in records {
        assert!(is_there(&stage, &seed));
        let phone = &mut stage.phones[1];
        phone.answer_text(record, &at("fear"), FEAR).unwrap();
        phone.finish(record).unwrap().unwrap();
    }
    assert!(!is_there(&stage, &seed));
}

/// The step of a draft that puts something down about the record itself.
fn step_about(name: &str, said: &str) -> Vec<u8> {
    let actor = Actor::make(AuthorId([1; 16]), &mut ChaCha20Rng::from_seed([1; 32]));
    let (mut draft, _) = Draft::begin(&Record::new(), actor, 1).unwrap();
    let step = draft.set_meta(name, Value::Text(said.to_owned()), 1).unwrap();
    step.as_bytes().to_vec()
}

#[test]
fn a_granted_device_that_says_the_record_answers_another_form_is_refused_and_the_record_stays() {
    for (seed, name) in [(54, "form"), (55, "version")] {
        let mut stage = stage(seed);
        let record = granted(&mut stage, 1, 48)[0];
        let before = stage.desk.show(record).unwrap();
        let phone = &mut stage.phones[1];
        phone.answer_text(record, &at("fear"), FEAR).unwrap();
        // What no program of ours writes, sealed and sent by one that was tampered with.
        database_of(&device(&stage))
            .execute(
                "INSERT INTO draft_step (record, n, step) VALUES (?1, 1000, ?2)",
                (record.as_bytes(), step_about(name, "nothing")),
            )
            .unwrap();
        stage.phones[1].finish(record).unwrap().unwrap();
        stage.sync_phones();
        stage.sync_desk();
        for _ in 0..2 {
            let shown = stage.desk.show(record).unwrap();
            assert_eq!(shown.answers, before.answers);
            assert_eq!(shown.summary.form, before.summary.form);
            let troubled = stage.desk.troubled().unwrap();
            assert!(
                troubled.len() == 1 && troubled[0].quarantined && troubled[0].reason.contains("another form"),
                "{troubled:?}"
            );
            stage.desk.rebuild().unwrap();
        }
        // Others go on with it.
        let amina = stage.phones[0].member();
        stage.desk.grant(record, amina, None).unwrap();
        stage.sync_desk();
        stage.sync_phones();
        stage.sync_phones();
        stage.phones[0]
            .answer_text(record, &at("fear"), "Nothing")
            .unwrap();
        stage.phones[0].finish(record).unwrap().unwrap();
        stage.sync_phones();
        stage.sync_desk();
        assert_eq!(stage.desk.show(record).unwrap().answers["fear"], "Nothing");
    }
}
