//! `baraza entity lists`, `list`, `export`, `assign`

use std::process::ExitCode;

use clap::Subcommand;
use client_core::deeds::entities::{EntityView, entities_csv};

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum EntityCommand {
    /// List the entity lists of the programme's forms
    Lists {
        #[command(flatten)]
        home: Home,
    },
    /// List the entities that the records here speak of
    List {
        #[command(flatten)]
        home: Home,
        /// The entity list
        list: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print an entity list as the CSV that forms choose from: attach it to a form as LIST.csv
    Export {
        #[command(flatten)]
        home: Home,
        /// The entity list
        list: String,
    },
    /// At a desk: hand a device what is known of entities for some hours, for a follow-up
    Assign {
        #[command(flatten)]
        home: Home,
        /// The entity list
        list: String,
        /// The entities, by id: one packet
        #[arg(required = true)]
        entities: Vec<String>,
        /// The device, by id or name
        #[arg(long, value_name = "DEVICE")]
        to: String,
        /// After how many hours the device forgets them; without it, as long as the programme allows
        #[arg(long = "for", value_name = "HOURS")]
        hours: Option<u32>,
        /// Also what was answered in this compartment; without it, only what is general
        #[arg(long, value_name = "NAME")]
        compartment: Vec<String>,
    },
}

impl EntityCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Lists { home } => {
                let lists = home.open()?.entity_lists()?;
                output::text(&lists.iter().map(|list| format!("{list}\n")).collect::<String>())?;
            }
            Self::List { home, list, json } => {
                let entities = home.open()?.entities(&list)?;
                match json {
                    true => output::json(&entities)?,
                    false => print(entities)?,
                }
            }
            Self::Export { home, list } => {
                let entities = home.open()?.entities(&list)?;
                eprintln!(
                    "This list holds what people said, and every member can read what is attached to a form."
                );
                output::text(&entities_csv(&entities))?;
            }
            Self::Assign {
                home,
                list,
                entities,
                to,
                hours,
                compartment,
            } => {
                let mut notebook = home.open()?;
                let to = notebook.find_member(&to)?;
                let hours = hours.unwrap_or_else(|| notebook.packet_limits().hours);
                let assigned = notebook.assign(&list, &entities, to, &compartment, hours)?;
                println!("Assigned for {hours} hours. It reaches the device when both have synced.");
                if !assigned.without_label.is_empty() {
                    println!(
                        "The device can call these only by their ids, because what they are called is not general (see \
                         --compartment): {}",
                        assigned.without_label.join(", ")
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(entities: Vec<EntityView>) -> anyhow::Result<()> {
    let rows: Vec<_> = entities
        .into_iter()
        .map(|entity| {
            let properties = entity
                .properties
                .iter()
                .map(|(name, values)| match values.as_slice() {
                    [one] => format!("{name}: {one}"),
                    several => format!("{name}: {} (they disagree)", several.join(" or ")),
                });
            let properties = properties.collect::<Vec<_>>().join(", ");
            [
                entity.id,
                entity.label,
                entity.records.len().to_string(),
                properties,
            ]
        })
        .collect();
    output::table(["ENTITY", "LABEL", "RECORDS", "PROPERTIES"], &rows)
}
