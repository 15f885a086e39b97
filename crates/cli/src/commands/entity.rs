//! `baraza entity lists`, `list`, `export`

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Subcommand;
use client_core::deeds::entities::EntityView;

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
                output::text(&csv(&entities)?)?;
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

/// `name`, `label` and `__version` as ODK Central writes them, the properties, and in `__seen` what
/// the row takes into account.
fn csv(entities: &[EntityView]) -> anyhow::Result<String> {
    let properties: BTreeSet<&str> = entities
        .iter()
        .flat_map(|entity| entity.properties.keys().map(String::as_str))
        .collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    let heading = ["name", "label", "__version", "__seen"];
    table.write_record(heading.into_iter().chain(properties.iter().copied()))?;
    for entity in entities {
        let version = entity.records.len().to_string();
        let seen = entity.heads.join(" ");
        let mut row = vec![&entity.id, &entity.label, &version, &seen];
        let nothing = String::new();
        row.extend(properties.iter().map(|name| {
            let values = entity.properties.get(*name);
            values.and_then(|values| values.first()).unwrap_or(&nothing)
        }));
        table.write_record(row)?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}
