//! Records are erased when their time is over, and not before; consent taken back shortens it, a reason lengthens it.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::Stage;
use client_core::consent::{Basis, ConsentEvent, Decision, Mode};
use client_core::deeds::policy::Policy;
use client_core::deeds::retention::{NOTICE_DAYS, Why};

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.keep("household", Some("service"), 365);
    policy.keep("household", Some("research"), 3000);
    policy.withdrawn_days = 30;
    policy
}

/// Finishes a household on the first phone that says yes to some purposes.
fn household(stage: &mut Stage, seed: u64, purposes: &[&str]) -> wire::RecordId {
    use form::respondent;
    use rand::SeedableRng as _;
    let mut rng = rand::rngs::ChaCha20Rng::seed_from_u64(seed);
    let environment = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 1);
    let sheet = respondent::respond(&stage.form, &mut rng, &environment);
    let at = stage.phones[0].now().as_second();
    let record = stage.phones[0].start("household", Some(&sheet)).unwrap();
    for purpose in purposes {
        let event = ConsentEvent {
            basis: Basis::Consent,
            decision: Decision::Given,
            mode: Mode::Spoken,
            language: None,
            script: None,
            guardian: false,
            at,
        };
        stage.phones[0].consent(record, purpose, &event).unwrap();
    }
    stage.phones[0].finish(record).unwrap().unwrap();
    record
}

#[test]
fn over_ten_years_each_record_is_erased_in_its_time() {
    let mut stage = Stage::set(91);
    let service = household(&mut stage, 1, &["service"]);
    let research = household(&mut stage, 2, &["service", "research"]);
    let refused = household(&mut stage, 3, &[]);
    let held = household(&mut stage, 4, &["service"]);
    let withdrawn = household(&mut stage, 5, &["service", "research"]);
    stage.sync_phones();
    stage.sync_desk();
    stage.desk.keep_longer(held, None, "a court asks for it").unwrap();
    stage.phones[0]
        .withdraw(withdrawn, None, "spoken", "the person")
        .unwrap();
    stage.sync_phones();
    stage.sync_desk();
    assert!(stage.desk.keep_longer(held, None, " ").is_err());

    stage.desk.set_policy(&policy()).unwrap();
    let mut gone: Vec<(i64, wire::RecordId)> = Vec::new();
    let mut told = Vec::new();
    for day in 0..3653 {
        for due in stage.desk.retention(14).unwrap() {
            if due.destroy_at.is_some() && !told.contains(&due.record) {
                told.push(due.record);
            }
        }
        for record in stage.desk.run_retention().unwrap() {
            assert!(told.contains(&record), "it was said beforehand");
            gone.push((day, record));
        }
        stage.field.clock.pass_hours(24);
    }
    let mut expected = vec![(30, refused), (30, withdrawn), (365, service), (3000, research)];
    expected[..2].sort_by_key(|(_, record)| *record);
    gone[..2].sort_by_key(|(_, record)| *record);
    assert_eq!(gone, expected);
    let left = stage.desk.retention(0).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].record, left[0].why), (held, Why::Retention));
    assert_eq!(left[0].kept_because.as_deref(), Some("a court asks for it"));

    stage
        .desk
        .keep_longer(held, Some(0), "the court is done")
        .unwrap();
    stage.field.clock.pass_hours(24 * 366);
    assert_eq!(stage.desk.run_retention().unwrap(), [held]);
}

#[test]
fn what_is_over_is_erased_by_a_desks_sync_two_weeks_after_people_were_told_and_not_before() {
    let mut stage = Stage::set(93);
    let records = [1, 2].map(|n| household(&mut stage, n, &["service"]));
    stage.sync_phones();
    stage.sync_desk();
    let mut rules = Policy::default();
    rules.keep("household", None, 60);
    stage.desk.set_policy(&rules).unwrap();
    let mut erased = Vec::new();
    for day in 0..100 {
        if day == 50 {
            assert_eq!(stage.desk.retention(NOTICE_DAYS).unwrap().len(), 2);
            stage
                .desk
                .keep_longer(records[1], None, "a court asks for it")
                .unwrap();
        }
        let report = stage.desk.sync(&stage.link).unwrap();
        erased.extend(report.run_out.into_iter().map(|record| (day, record)));
        stage.field.clock.pass_hours(24);
    }
    assert_eq!(erased, [(60, records[0])]);
    stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(stage.phones[0].erased().unwrap(), [records[0]]);
}

#[test]
fn a_shorter_policy_and_a_clock_that_jumps_ahead_erase_nothing_at_once() {
    let mut stage = Stage::set(94);
    household(&mut stage, 1, &["service"]);
    stage.sync_phones();
    stage.sync_desk();
    stage.field.clock.pass_hours(24 * 90);
    let mut rules = Policy::default();
    rules.keep("household", None, 30);
    stage.desk.set_policy(&rules).unwrap();
    let erased = |stage: &mut Stage| stage.desk.sync(&stage.link).unwrap().run_out.len();
    // It has been over for two months, and nobody could know.
    assert_eq!(erased(&mut stage), 0);
    stage.field.clock.pass_hours(24 * 13);
    assert_eq!(erased(&mut stage), 0);
    stage.field.clock.pass_hours(24);
    assert_eq!(erased(&mut stage), 1);

    let mut stage = Stage::set(95);
    household(&mut stage, 1, &["service"]);
    stage.sync_phones();
    stage.sync_desk();
    stage.desk.set_policy(&rules).unwrap();
    let (there, back) = (24 * 3650, -24 * 3650);
    stage.field.clock.set(there * 3600);
    assert_eq!(erased(&mut stage), 0);
    stage.field.clock.set(back * 3600);
    for _ in 0..20 {
        assert_eq!(erased(&mut stage), 0);
        stage.field.clock.pass_hours(24);
    }
}

#[test]
fn a_withdrawal_hides_a_record_everywhere_also_from_an_edit_that_comes_later() {
    let mut stage = Stage::set(92);
    let record = household(&mut stage, 6, &["service", "research"]);
    let other = household(&mut stage, 7, &["research"]);
    stage.sync_phones();
    stage.sync_desk();
    let member = stage.phones[1].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    // The second phone edits while the first is told, without any signal.
    let remarks = baraza_tests::at("household/contact/remarks");
    let edit = form::Value::Text("edited meanwhile".into());
    stage.phones[1].answer(record, &remarks, edit).unwrap();
    stage.phones[1].finish(record).unwrap();
    stage.phones[0]
        .withdraw(record, None, "spoken", "the person")
        .unwrap();
    assert!(
        stage.phones[0]
            .records(None)
            .unwrap()
            .iter()
            .all(|row| row.id != record)
    );
    stage.sync_phones();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_desk();
    assert_eq!(stage.desk.records(None).unwrap().len(), 1);
    assert!(stage.desk.show(record).is_err());
    let read = stage.desk.read_all("household", None).unwrap();
    assert_eq!(read.len(), 1);
    assert!(stage.desk.covers(other, &read[0].2, "research").unwrap());
    assert!(!stage.desk.covers(other, &read[0].2, "media").unwrap());
    let withdrawn = stage.desk.withdrawn().unwrap();
    assert_eq!(
        (withdrawn[0].record, withdrawn[0].how.as_deref()),
        (record, Some("spoken"))
    );
    assert!(stage.phones[1].show(record).is_err());

    // For one purpose only, it is hidden only from that.
    stage.phones[0]
        .withdraw(other, Some("research"), "signed", "the person")
        .unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let read = stage.desk.read_all("household", None).unwrap();
    assert!(!stage.desk.covers(other, &read[0].2, "research").unwrap());
    assert!(
        stage
            .desk
            .read_all("household", Some("research"))
            .unwrap()
            .is_empty()
    );

    // What the person is shown, without a name of the programme's people.
    let access = stage.desk.access(other, false).unwrap();
    assert!(!access.answers.is_empty() && access.consent.len() == 1);
    assert!(access.history.iter().all(|line| line.by == "field worker"));
}

#[test]
fn an_erasure_is_attested_by_a_receipt_that_nobody_can_change() {
    let mut stage = Stage::set(93);
    let record = household(&mut stage, 8, &["service"]);
    stage.sync_phones();
    stage.sync_desk();
    assert!(stage.phones[0].erase(record).is_err(), "a device may not erase");
    assert!(stage.desk.receipt(record).is_err(), "not before it is erased");
    stage.desk.erase(record).unwrap();
    let receipt = stage.desk.receipt(record).unwrap();
    assert_eq!(receipt.confirmed_by, [stage.desk.member()]);
    assert_eq!(stage.desk.check_receipt(&receipt.receipt).unwrap(), receipt);
    stage.sync_desk();
    stage.sync_phones();
    stage.phones[0].check_receipt(&receipt.receipt).unwrap();
    let mut other = wire::Receipt::from_text(&receipt.receipt).unwrap();
    other.hour += 1;
    assert!(stage.desk.check_receipt(&other.to_text()).is_err());
}
