//! The story: what happens on which day, and whether the desk ends with what was recorded.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use client_core::deeds::sync::SyncReport;
use client_core::{HttpLink, Notebook};
use form::{Address, AnswerSheet, Answers as _, Environment, Form, RepeatAddress, Source, Value, respondent};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use serde_json::Value as Json;
use testkit::{Field, Traffic};
use wire::RecordId;

use super::outcome::{Cost, Outcome, Size, first_difference};
use super::two_compartments;

const FORMS: [(&str, &[u8]); 3] = [
    (
        "household.xlsx",
        include_bytes!("../../../../../forms/household.xlsx"),
    ),
    (
        "diaspora.xlsx",
        include_bytes!("../../../../../forms/diaspora.xlsx"),
    ),
    (
        "returnee.xlsx",
        include_bytes!("../../../../../forms/returnee.xlsx"),
    ),
];
const HOUSEHOLD: &str = "household";
/// A household that answered fewer questions than this refused, or has nobody abroad: it is not what is measured.
const FULL: usize = 55;
/// How many records are edited by one answer, to measure what an edit costs.
const EDITS: usize = 16;

const MEALS: &str = "household/needs_group/meals_yesterday";
const INCOME: &str = "household/needs_group/main_income";
const AGE: &str = "household/respondent/respondent_age";
const REMARKS: &str = "household/contact/remarks";
const NONE: i64 = 0;
const FEW: i64 = 5;
const MANY: i64 = 6;
const OLD: i64 = 101;
const MEMBERS: &str = "household/people/members";

/// A week that is about to be played.
pub(crate) struct Story<'a> {
    field: &'a Field,
    link: HttpLink,
    rng: ChaCha20Rng,
    desk: Notebook,
    devices: [Notebook; 2],
    form: Form,
    records: usize,
    /// What each record said when it was finished.
    recorded: BTreeMap<RecordId, Json>,
    size: Size,
    relayed: u64,
    edits: usize,
    problems: Vec<String>,
}

impl<'a> Story<'a> {
    /// Sets everything up: the programme, its forms, two enrolled devices.
    pub(crate) fn begin(field: &'a Field, records: usize) -> anyhow::Result<Self> {
        println!("Sunday, in town. A coordinator founds a programme and publishes three forms.");
        let mut desk = field.desk("desk", "Baraza demo")?;
        let mut household = None;
        for (name, bytes) in FORMS {
            let (form, _) = Form::read(Source::from_named(name, bytes)?)
                .map_err(|errors| anyhow::anyhow!("{name}: {} to mend", errors.len()))?;
            let published = desk.publish(&form)?;
            println!(
                "  published \"{}\" ({} questions)",
                published.title,
                form.questions().count()
            );
            if published.id == HOUSEHOLD {
                household = Some(form);
            }
        }
        let form = household.context("the household form is missing")?;
        println!(
            "Two field workers show their devices' requests and take their certificates: no network needed."
        );
        let devices = [
            field.phone("device-1", &mut desk)?,
            field.phone("device-2", &mut desk)?,
        ];
        let rng = ChaCha20Rng::from_seed(field.surroundings().seed);
        let mut story = Self {
            field,
            link: HttpLink::default(),
            rng,
            desk,
            devices,
            form,
            records: records.max(2 * EDITS),
            recorded: BTreeMap::new(),
            size: Size::default(),
            relayed: 0,
            edits: 0,
            problems: Vec::new(),
        };
        story.sync_all()?;
        Ok(story)
    }

    /// Plays the week. Returns how it ended, and the desk.
    pub(crate) fn play(mut self) -> anyhow::Result<(Outcome, Notebook)> {
        let home = self.monday()?;
        let fresh = self.tuesday()?;
        self.wednesday(home)?;
        self.thursday(home)?;
        let edit = self.friday(home)?;
        let idle = self.idle(0)?;
        self.check(home)?;
        let merged = self.desk.records(Some(HOUSEHOLD))?.len();
        let disagreements = self.desk.disagreements()?.len();
        let in_two = two_compartments::measure(self.field.surroundings().seed, self.field.clock.clone())?;
        let outcome = Outcome {
            recorded: self.recorded.len(),
            edits: self.edits,
            sealed: self.recorded.len() + self.edits,
            relayed: self.relayed,
            merged,
            disagreements,
            fresh,
            edit,
            idle,
            size: self.size,
            in_two,
            problems: self.problems,
        };
        Ok((outcome, self.desk))
    }

    /// One household is consulted, and reaches the desk.
    fn monday(&mut self) -> anyhow::Result<RecordId> {
        println!("\nMonday. device-1 consults a first household and, back in town, syncs.");
        let sheet = self.household(2)?;
        let home = self.consult(0, &sheet)?;
        self.sync_all()?;
        if self.devices[0].show(home).is_ok() {
            self.problems
                .push("a finished record can still be shown on its device".into());
        }
        println!("  finished and sealed: device-1 itself can no longer open it; the desk can.");
        Ok(home)
    }

    /// Both devices go out; nobody has signal.
    fn tuesday(&mut self) -> anyhow::Result<Cost> {
        let rest = self.records.saturating_sub(1);
        println!("\nTuesday and Wednesday. {rest} more households, two devices, no signal.");
        self.field.clock.pass_hours(24);
        // From Tuesday morning to Wednesday noon.
        let between = 30 * 3600 / rest.max(1) as i64;
        let mut counts = [0; 2];
        for n in 0..rest {
            let device = usize::from(n % 2 == 0);
            let sheet = self.household(0)?;
            self.consult(device, &sheet)?;
            self.field.clock.pass_seconds(between);
            if let Some(count) = counts.get_mut(device) {
                *count += 1;
            }
        }
        let idle = self.idle(1)?;
        let (second, report) = self.measured(1)?;
        self.measured(0)?;
        self.sync_desk()?;
        println!(
            "  in the evening both find signal: device-2 sends {} envelopes in {} call.",
            report.sent, report.calls
        );
        Ok(Cost {
            bytes: second.both().saturating_sub(idle),
            records: counts[1],
        })
    }

    /// The desk hands the first household to both devices.
    fn wednesday(&mut self, home: RecordId) -> anyhow::Result<()> {
        self.field.clock.pass_hours(18);
        println!(
            "\nThursday morning. The desk hands the first household to both devices for a follow-up visit."
        );
        let others: Vec<RecordId> = self
            .recorded
            .keys()
            .copied()
            .filter(|id| *id != home)
            .take(EDITS)
            .collect();
        let [first, second] = &self.devices;
        let hours = self.desk.packet_limits().hours;
        let all: Vec<RecordId> = std::iter::once(home).chain(others).collect();
        self.desk.grant_packet(&all, first.member(), None, hours)?;
        self.desk.grant_packet(&[home], second.member(), None, hours)?;
        self.sync_desk()?;
        self.sync_devices()?;
        // The keys came with this sync, the records they open are sent with the next.
        self.sync_devices()
    }

    /// Both devices edit the same household, out of reach of one another.
    fn thursday(&mut self, home: RecordId) -> anyhow::Result<()> {
        println!("Thursday. Far apart and without signal, both visit that household.");
        let members = RepeatAddress::top(&MEMBERS.parse()?);
        let there = self.desk.disagreements_of(home)?;
        if !there.is_empty() {
            bail!("people disagree before they could");
        }
        let income = Value::SelectOne("remittances".into());
        let instance = self.first_member(home, &members)?;
        println!("  both note the same main income, and device-1 another age, device-2 a remark:");
        println!(
            "  device-1 counts {FEW} meals yesterday, device-2 counts {MANY}; device-1 removes a member, device-2 corrects the age."
        );
        let age = |at: &Address| {
            at.near(
                &format!("{MEMBERS}/age")
                    .parse()
                    .unwrap_or_else(|_| members.path()),
            )
        };
        let edits: [Vec<(Address, Value)>; 2] = [
            vec![
                (top(MEALS)?, Value::Integer(FEW)),
                (top(INCOME)?, income.clone()),
                (top(AGE)?, Value::Integer(61)),
            ],
            vec![
                (top(MEALS)?, Value::Integer(MANY)),
                (top(INCOME)?, income),
                (
                    top(REMARKS)?,
                    Value::Text("The well is dry since the feast.".into()),
                ),
                (age(&instance), Value::Integer(OLD)),
            ],
        ];
        for (device, edits) in self.devices.iter_mut().zip(edits) {
            self.field.clock.pass_hours(2);
            for (at, value) in edits {
                device.answer(home, &at, value)?;
            }
        }
        self.devices[0].remove_instance(home, &instance)?;
        for device in &mut self.devices {
            device.finish(home)?;
            self.edits += 1;
        }
        self.sync_devices()?;
        self.sync_desk()?;
        self.sync_devices()
    }

    /// Small corrections, to see what one costs.
    fn friday(&mut self, home: RecordId) -> anyhow::Result<Cost> {
        self.field.clock.pass_hours(24);
        println!("\nFriday. device-1 corrects one answer in each of {EDITS} other records.");
        let others: Vec<RecordId> = self
            .recorded
            .keys()
            .copied()
            .filter(|id| *id != home)
            .take(EDITS)
            .collect();
        for record in &others {
            let device = &mut self.devices[0];
            device.answer(*record, &top(MEALS)?, Value::Integer(NONE))?;
            let shown = without_end(device.preview(*record)?);
            device.finish(*record)?;
            self.recorded.insert(*record, shown);
            self.edits += 1;
        }
        let idle = self.idle(0)?;
        let (traffic, _) = self.measured(0)?;
        self.sync_desk()?;
        Ok(Cost {
            bytes: traffic.both().saturating_sub(idle),
            records: others.len(),
        })
    }

    /// Compares the desk with what was recorded.
    fn check(&mut self, home: RecordId) -> anyhow::Result<()> {
        for (record, recorded) in &self.recorded {
            let shown = without_end(self.desk.show(*record)?.answers);
            if *record != home && shown != *recorded {
                let at = first_difference(recorded, &shown, "");
                self.problems
                    .push(format!("record {record} differs at the desk: {at}"));
            }
        }
        let mut found: Vec<String> = self
            .desk
            .disagreements()?
            .into_iter()
            .map(|found| found.address.to_string())
            .collect();
        found.sort();
        let instance = found
            .iter()
            .find(|at| at.starts_with(MEMBERS))
            .cloned()
            .unwrap_or_default();
        if found != [MEALS.to_owned(), instance] {
            self.problems.push(format!(
                "people disagree about {found:?}, and should about two things"
            ));
        }
        let answers = self.desk.show(home)?.answers;
        for (pointer, wanted) in [
            (INCOME, "remittances"),
            (AGE, "61"),
            (REMARKS, "The well is dry since the feast."),
        ] {
            let shown = answers.pointer(&format!("/{pointer}")).map(text_of);
            if shown.as_deref() != Some(wanted) {
                self.problems
                    .push(format!("{pointer} should say \"{wanted}\" at the desk"));
            }
        }
        let trouble = self.desk.troubled()?;
        self.problems.extend(
            trouble
                .into_iter()
                .map(|trouble| format!("an envelope: {}", trouble.reason)),
        );
        Ok(())
    }

    /// Makes up a household that answers fully, with at least so many members.
    fn household(&mut self, members: usize) -> anyhow::Result<AnswerSheet> {
        let repeat = RepeatAddress::top(&MEMBERS.parse()?);
        let environment = Environment::new(self.desk.now(), jiff::tz::TimeZone::UTC, 0);
        for _ in 0..10_000 {
            let sheet = respondent::respond(&self.form, &mut self.rng, &environment);
            // What the devices will say on Thursday and Friday was not said before.
            let meals = sheet.answer(&top(MEALS)?);
            let new = [NONE, FEW, MANY]
                .iter()
                .all(|said| meals != Some(Value::Integer(*said)));
            if new && sheet.len() >= FULL && sheet.instances(&repeat).len() >= members {
                return Ok(sheet);
            }
        }
        bail!("no household answers the form fully")
    }

    /// Records and finishes one household on a device.
    fn consult(&mut self, device: usize, sheet: &AnswerSheet) -> anyhow::Result<RecordId> {
        let Some(device) = self.devices.get_mut(device) else {
            bail!("there are two devices")
        };
        let record = device.start(HOUSEHOLD, Some(sheet))?;
        let shown = without_end(device.preview(record)?);
        device.finish(record)?;
        self.size.add(&self.form, sheet, shown.to_string());
        self.recorded.insert(record, shown);
        Ok(record)
    }

    fn first_member(&mut self, home: RecordId, repeat: &RepeatAddress) -> anyhow::Result<Address> {
        let answers = self.desk.show(home)?.answers;
        let id = answers
            .pointer(&format!("/{MEMBERS}/0/__id"))
            .and_then(Json::as_str);
        let id = id.context("the first household has no member")?;
        Ok(repeat.instance(id.parse()?))
    }

    fn measured(&mut self, device: usize) -> anyhow::Result<(Traffic, SyncReport)> {
        let before = self.field.tap.traffic();
        let Some(device) = self.devices.get_mut(device) else {
            bail!("there are two devices")
        };
        let report = device.sync(&self.link)?;
        self.relayed += report.sent;
        Ok((self.field.tap.traffic().since(before), report))
    }

    /// What a sync costs that has nothing to say, on an open connection.
    fn idle(&mut self, device: usize) -> anyhow::Result<u64> {
        let other = 1 - device;
        self.measured(other)?;
        Ok(self.measured(other)?.0.both())
    }

    fn sync_desk(&mut self) -> anyhow::Result<()> {
        self.relayed += self.desk.sync(&self.link)?.sent;
        Ok(())
    }

    fn sync_devices(&mut self) -> anyhow::Result<()> {
        self.measured(0)?;
        self.measured(1)?;
        Ok(())
    }

    fn sync_all(&mut self) -> anyhow::Result<()> {
        self.sync_desk()?;
        self.sync_devices()?;
        self.sync_desk()
    }
}

/// Takes out when the record was finished: finishing itself puts that down.
fn without_end(mut answers: Json) -> Json {
    if let Some(answers) = answers.as_object_mut() {
        answers.remove("end");
    }
    answers
}

fn top(path: &str) -> anyhow::Result<Address> {
    Ok(Address::top(&path.parse()?))
}

fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
