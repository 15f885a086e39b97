//! `baraza record new`, `answer`, `clear`, `add`, `remove`, `attach`, `media`, `finish`, `list`, `show`, `grant`, `offer`, `hand-over`,
//! `take-over`, `withdraw`, `erase`, `receipt`

mod access;
mod consent;
mod erase;
mod media;
mod moving;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use client_core::{Notebook, RecordStatus};
use form::{Address, RepeatAddress};
use wire::RecordId;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum RecordCommand {
    /// Start a record, with answers from a JSON file
    New {
        #[command(flatten)]
        home: Home,
        /// The form's id
        #[arg(long, value_name = "ID")]
        form: String,
        /// Answers: an object, nested as the form is; repeats are arrays of objects
        #[arg(long, value_name = "FILE.json")]
        answers: Option<PathBuf>,
        /// Finish it at once: it is sealed, and this device can no longer open it
        #[arg(long)]
        finish: bool,
    },
    /// Answer a question of a draft or of a granted record
    Answer {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// Where, like `members[6f2c…]/age`
        address: Address,
        /// The answer, as ODK writes it
        value: String,
    },
    /// Leave a question without an answer
    Clear {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// Where
        address: Address,
    },
    /// Add an instance of a repeat, and print its address
    Add {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// The repeat, like `members`
        repeat: RepeatAddress,
    },
    /// Remove an instance of a repeat
    Remove {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// The instance, like `members[6f2c…]`
        instance: Address,
    },
    /// Answer a question with a photo, a recording or a signature, and print its name
    Attach(media::Attach),
    /// List the photos and recordings of a record, or save them
    Media(media::Files),
    /// Finish a record: it is sealed, and this device can no longer open it
    Finish {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
    },
    /// List the records
    List {
        #[command(flatten)]
        home: Home,
        /// Only those of one form
        #[arg(long, value_name = "ID")]
        form: Option<String>,
        /// The ids of those whose consent was withdrawn, instead of the others
        #[arg(long, conflicts_with = "form")]
        withdrawn: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a record: answers, disagreements, history
    Show {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// At a desk: hand records to a device for some hours, for a follow-up
    Grant {
        #[command(flatten)]
        home: Home,
        /// The records: one packet
        #[arg(required = true)]
        records: Vec<RecordId>,
        /// The device, by id or name
        #[arg(long, value_name = "DEVICE")]
        to: String,
        /// After how many hours the device forgets them; without it, as long as the programme allows
        #[arg(long = "for", value_name = "HOURS")]
        hours: Option<u32>,
        /// Only these compartments; without it, all that this desk can read
        #[arg(long, value_name = "NAME")]
        compartment: Vec<String>,
    },
    /// Offer to take a draft over from another device: print what to show it
    Offer(moving::Offer),
    /// Hand a draft over to the device that made an offer: it is not on this one any more
    HandOver(moving::HandOver),
    /// Take over a draft from a file that another device wrote, and print its record
    TakeOver(moving::TakeOver),
    /// At a desk: write all that is here about a record for the person it is about, as JSON and as a page
    Access {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// A folder for the two files
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Do not leave out what names other people of the household
        #[arg(long)]
        whole_household: bool,
    },
    /// Put down what a person says about a purpose, while the record is open
    Consent(consent::Consent),
    /// Put down that a person takes consent back: the record is hidden everywhere at the next sync
    Withdraw {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// Only for this purpose, such as `research`; without it for all
        #[arg(long, value_name = "PURPOSE")]
        purpose: Option<String>,
        /// How it was said
        #[arg(long, default_value = "spoken")]
        how: String,
        /// Who said it; no name
        #[arg(long, default_value = "the person")]
        by: String,
    },
    /// At a desk: destroy records here, at the relay and on every device, and print the receipt
    Erase {
        #[command(flatten)]
        home: Home,
        /// The records
        #[arg(required = true)]
        records: Vec<RecordId>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// At a desk: print the signed receipt of an erasure, with the desks that have confirmed it so far
    Receipt {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
    },
}

impl RecordCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::New {
                home,
                form,
                answers,
                finish,
            } => {
                let mut notebook = home.open()?;
                let sheet = match answers {
                    None => None,
                    Some(file) => {
                        let text = std::fs::read_to_string(&file)
                            .with_context(|| format!("{} cannot be read", file.display()))?;
                        let json = serde_json::from_str(&text)
                            .with_context(|| format!("{} is not JSON", file.display()))?;
                        Some(notebook.read_answers(&form, &json)?)
                    }
                };
                let record = notebook.start(&form, sheet.as_ref())?;
                if finish {
                    notebook.finish(record)?;
                }
                println!("{record}");
            }
            Self::Answer {
                home,
                record,
                address,
                value,
            } => {
                home.open()?.answer_text(record, &address, &value)?;
            }
            Self::Clear {
                home,
                record,
                address,
            } => home.open()?.clear(record, &address)?,
            Self::Add { home, record, repeat } => {
                let added = home.open()?.add_instance(record, &repeat)?;
                println!("{}", repeat.instance(added));
            }
            Self::Remove {
                home,
                record,
                instance,
            } => home.open()?.remove_instance(record, &instance)?,
            Self::Finish { home, record } => match home.open()?.finish(record)? {
                Some(_) => println!("Finished and sealed. It is sent at the next sync."),
                None => println!("Nothing was changed, so nothing was sealed."),
            },
            Self::List {
                home,
                withdrawn: true,
                json,
                ..
            } => withdrawn(&home.open()?, json)?,
            Self::List { home, form, json, .. } => list(&home.open()?, form.as_deref(), json)?,
            Self::Access {
                home,
                record,
                out,
                whole_household,
            } => access::write(&mut home.open()?, record, &out, whole_household)?,
            Self::Consent(consent) => consent.put_down()?,
            Self::Withdraw {
                home,
                record,
                purpose,
                how,
                by,
            } => {
                let mut notebook = home.open()?;
                match notebook.withdraw(record, purpose.as_deref(), &how, &by)? {
                    Some(_) => println!("Withdrawn. Everybody learns it at the next sync."),
                    None => println!("Nothing of it had left this notebook; the draft is destroyed."),
                }
                let exports = notebook.exports_of(record)?;
                if !exports.is_empty() {
                    println!(
                        "It had left this notebook in tables or files, at {}: tell whoever received them.",
                        exports.join(", ")
                    );
                }
            }
            Self::Erase { home, records, yes } => erase::erase(&mut home.open()?, &records, yes)?,
            Self::Receipt { home, record } => erase::receipt(&home.open()?, record)?,
            Self::Show { home, record, json } => show(&mut home.open()?, record, json)?,
            Self::Grant {
                home,
                records,
                to,
                hours,
                compartment,
            } => {
                let mut notebook = home.open()?;
                let to = notebook.find_member(&to)?;
                let compartments = (!compartment.is_empty()).then_some(compartment.as_slice());
                let hours = hours.unwrap_or_else(|| notebook.packet_limits().hours);
                notebook.grant_packet(&records, to, compartments, hours)?;
                println!("Granted for {hours} hours. It reaches the device when both have synced.");
            }
            Self::Attach(command) => command.run()?,
            Self::Media(command) => command.run()?,
            Self::Offer(command) => command.run()?,
            Self::HandOver(command) => command.run()?,
            Self::TakeOver(command) => command.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(notebook: &Notebook, form: Option<&str>, json: bool) -> anyhow::Result<()> {
    let records = notebook.records(form)?;
    if json {
        return output::json(&records);
    }
    let rows: Vec<_> = records
        .into_iter()
        .map(|record| {
            let status = match (record.status, record.editing) {
                (RecordStatus::Granted, true) => "granted, editing".to_owned(),
                (status, _) => status.word().to_owned(),
            };
            let disagreements = record.disagreements.to_string();
            [
                record.id.to_string(),
                record.form,
                status,
                record.device,
                record.changed,
                disagreements,
            ]
        })
        .collect();
    output::table(
        ["RECORD", "FORM", "STATUS", "DEVICE", "CHANGED", "DISAGREEMENTS"],
        &rows,
    )
}

fn withdrawn(notebook: &Notebook, json: bool) -> anyhow::Result<()> {
    let withdrawn = notebook.withdrawn()?;
    if json {
        return output::json(&withdrawn);
    }
    let rows: Vec<_> = withdrawn
        .into_iter()
        .map(|one| {
            let purpose = one.purpose.unwrap_or_else(|| "all".to_owned());
            let at = one.at.unwrap_or_default();
            [
                one.record.to_string(),
                purpose,
                one.device,
                at,
                one.exports.join(", "),
            ]
        })
        .collect();
    output::table(["RECORD", "PURPOSE", "DEVICE", "AT", "HAD BEEN EXPORTED"], &rows)
}

fn show(notebook: &mut Notebook, record: RecordId, json: bool) -> anyhow::Result<()> {
    let view = notebook.show(record)?;
    if json {
        return output::json(&view);
    }
    let mut shown = format!(
        "Record {} of {} ({}), by {}\n",
        view.summary.id,
        view.summary.form,
        view.summary.status.word(),
        view.summary.device
    );
    if !view.withheld.is_empty() {
        writeln!(shown, "Not readable here: {}", view.withheld.join(", "))?;
    }
    writeln!(shown, "{}", serde_json::to_string_pretty(&view.answers)?)?;
    for file in &view.media {
        writeln!(shown, "{}", media::line(file))?;
    }
    for found in &view.disagreements {
        writeln!(
            shown,
            "\nDisagreement about {} ({})",
            found.question, found.address
        )?;
        for side in &found.sides {
            writeln!(
                shown,
                "  {}. {}  ({}, {})",
                side.number, side.label, side.device, side.at
            )?;
        }
    }
    output::text(&shown)
}
