//! What a record and an edit cost on the wire: both directions, HTTP framing included.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where something is missing"
)]

use baraza_tests::{Stage, at};
use client_core::RecordStatus;
use form::{AnswerSheet, Form, Source, Value, answers_json, respondent};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use wire::RecordId;

const RECORDS: usize = 192;
const EDITS: usize = 64;
const MEALS: &str = "household/needs_group/meals_yesterday";

/// The household form with all that is not general in one compartment: two in all.
fn in_two_compartments() -> Form {
    let markdown = std::fs::read_to_string(baraza_tests::forms().join("household.md")).unwrap();
    let form = Form::read(Source::Markdown(
        &markdown.replace("| protected |", "| identity |"),
    ))
    .unwrap()
    .0;
    assert_eq!(form.compartments(), ["general", "identity"]);
    form
}

/// Households that answer about 60 questions, about 2.3 kB of JSON.
fn households(stage: &Stage, count: usize) -> Vec<AnswerSheet> {
    let mut rng = ChaCha20Rng::seed_from_u64(2026);
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 1);
    std::iter::repeat_with(|| respondent::respond(&stage.form, &mut rng, &env))
        .filter(|sheet| {
            let json = answers_json::write_answers(&stage.form, sheet).to_string();
            sheet.len() >= 50 && (2100..2500).contains(&json.len())
        })
        .take(count)
        .collect()
}

/// What a sync of one phone moves on an open connection.
fn measured(stage: &mut Stage, phone: usize) -> u64 {
    let before = stage.field.tap.traffic();
    let link = stage.link.clone();
    let report = stage.phones[phone].sync(&link).unwrap();
    assert_eq!(report.calls, 1, "one round trip");
    stage.field.tap.traffic().since(before).both()
}

#[test]
fn a_fresh_record_in_two_compartments_and_an_edit_are_small() {
    let Cost {
        fresh,
        edit,
        idle,
        size,
        together,
    } = cost(Stage::with_form(9, in_two_compartments()));
    assert!(
        together >= 220.0,
        "the records must not be too alike: {together} B each"
    );
    assert!((2200.0..2400.0).contains(&size), "{size} B of JSON");
    assert!(fresh <= 1000.0, "a fresh record costs {fresh} B");
    assert!(edit <= 400.0, "an edit costs {edit} B");
    assert!(idle < 600, "a sync without news costs {idle} B");
}

#[test]
fn a_third_compartment_costs_little_more() {
    let Cost { fresh, edit, .. } = cost(Stage::set(10));
    assert!(
        fresh <= 1200.0,
        "a fresh record in three compartments costs {fresh} B"
    );
    assert!(edit <= 400.0, "an edit costs {edit} B");
}

struct Cost {
    fresh: f64,
    edit: f64,
    idle: u64,
    size: f64,
    together: f64,
}

fn cost(mut stage: Stage) -> Cost {
    let sheets = households(&stage, RECORDS);
    let (mut json, mut answers) = (Vec::new(), 0);
    let mut records: Vec<RecordId> = Vec::new();
    for sheet in &sheets {
        let record = stage.phones[0].start("household", Some(sheet)).unwrap();
        json.push(serde_json::to_vec(&stage.phones[0].show(record).unwrap().answers).unwrap());
        answers += sheet.len();
        stage.phones[0].finish(record).unwrap();
        records.push(record);
        stage.field.clock.pass_seconds(1200);
    }
    measured(&mut stage, 1);
    let idle = measured(&mut stage, 1);
    let fresh = measured(&mut stage, 0) as f64 - idle as f64;
    stage.sync_desk();
    assert_eq!(stage.desk.records(None).unwrap().len(), RECORDS);

    let member = stage.phones[0].member();
    for packet in records[..EDITS].chunks(stage.desk.packet_limits().records) {
        stage.desk.grant_packet(packet, member, None, 72).unwrap();
    }
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    for (n, record) in records.iter().take(EDITS).enumerate() {
        let phone = &mut stage.phones[0];
        assert_eq!(phone.show(*record).unwrap().summary.status, RecordStatus::Granted);
        let (before, after) = (phone.show(*record).unwrap().answers, Value::Integer(n as i64 % 6));
        let changes = before
            .pointer(&format!("/{MEALS}"))
            .and_then(|meals| meals.as_str())
            != Some(&after.to_odk_text());
        let value = if changes {
            after
        } else {
            Value::Integer((n as i64 + 1) % 6)
        };
        phone.answer(*record, &at(MEALS), value).unwrap();
        phone.finish(*record).unwrap().unwrap();
    }
    let edit = measured(&mut stage, 0) as f64 - idle as f64;

    let together = zstd::bulk::compress(&json.concat(), 19).unwrap().len();
    let each = |total: f64, count: usize| total / count as f64;
    let size = each(json.iter().map(Vec::len).sum::<usize>() as f64, RECORDS);
    let (fresh, edit, together) = (
        each(fresh, RECORDS),
        each(edit, EDITS),
        each(together as f64, RECORDS),
    );
    println!(
        "fresh {fresh:.0} B, edit {edit:.0} B, idle session {idle} B; {:.1} answers and {size:.0} B of JSON each, \
         zstd -19 of all together {together:.0} B each",
        each(answers as f64, RECORDS)
    );
    Cost {
        fresh,
        edit,
        idle,
        size,
        together,
    }
}
