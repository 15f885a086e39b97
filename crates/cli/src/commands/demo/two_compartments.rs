//! What a fresh record costs in two compartments: the figure that other systems can be compared with.
//!
//! The household form keeps its answers in three. Here the same form keeps in `identity` what it otherwise keeps in
//! `protected`, and one device sends a pile of such records through a relay of its own.

use client_core::{Cost as PassphraseCost, HttpLink};
use form::{AnswerSheet, Environment, Form, Source, respondent};
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use testkit::{Field, FieldClock};

use super::outcome::{Cost, Size};

const HOUSEHOLD: &str = include_str!("../../../../../forms/household.md");
/// As many as three chains serve.
const RECORDS: usize = 192;
/// Records of this many bytes of JSON are what is measured: 2.3 kB on average.
const JSON: std::ops::Range<usize> = 2100..2500;

/// Returns the household form in two compartments.
pub(crate) fn household() -> anyhow::Result<Form> {
    let markdown = HOUSEHOLD.replace("| protected |", "| identity |");
    let (form, _) = Form::read(Source::Markdown(&markdown))
        .map_err(|errors| anyhow::anyhow!("household.md: {} to mend", errors.len()))?;
    anyhow::ensure!(
        form.compartments().len() == 2,
        "the form is not in two compartments"
    );
    Ok(form)
}

/// Returns what made-up households answer, as a sheet and as JSON: those of the size that is measured.
pub(crate) fn respondents(
    form: &Form,
    mut rng: ChaCha20Rng,
    now: Timestamp,
) -> impl Iterator<Item = (AnswerSheet, String)> {
    let environment = Environment::new(now, jiff::tz::TimeZone::UTC, 0);
    std::iter::repeat_with(move || {
        let sheet = respondent::respond(form, &mut rng, &environment);
        let json = form::answers_json::write_answers(form, &sheet).to_string();
        (sheet, json)
    })
    .filter(|(_, json)| JSON.contains(&json.len()))
}

/// Sends records in two compartments. Returns what one costs, and how large they were.
pub(crate) fn measure(seed: [u8; 32], clock: FieldClock) -> anyhow::Result<(Cost, Size)> {
    let folder = tempfile::tempdir()?;
    let field = Field::set_up(
        folder.path(),
        seed,
        clock,
        PassphraseCost::LEAST,
        "thrown away at once",
    )?;
    let mut desk = field.desk("desk", "Two compartments")?;
    let form = household()?;
    desk.publish(&form)?;
    let mut device = field.phone("device", &mut desk)?;
    let link = HttpLink::default();
    desk.sync(&link)?;
    device.sync(&link)?;

    let mut size = Size::default();
    for (sheet, _) in respondents(&form, ChaCha20Rng::from_seed(seed), desk.now()).take(RECORDS) {
        let record = device.start(&form.id, Some(&sheet))?;
        size.add(&form, &sheet, device.preview(record)?.to_string());
        device.finish(record)?;
        field.clock.pass_seconds(600);
    }
    let sent = |bytes_before: u64| field.tap.traffic().both() - bytes_before;
    // The desk's idle sync, on its open connection, is what a sync costs that has nothing to say.
    let before = field.tap.traffic().both();
    desk.sync(&link)?;
    let idle = sent(before);
    let before = field.tap.traffic().both();
    device.sync(&link)?;
    let bytes = sent(before).saturating_sub(idle);
    desk.sync(&link)?;
    anyhow::ensure!(
        desk.records(None)?.len() == RECORDS,
        "the desk has not received what was sent"
    );
    Ok((
        Cost {
            bytes,
            records: RECORDS,
        },
        size,
    ))
}
