//! `baraza programme policy show`, `set`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use client_core::deeds::policy::Policy;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Show the programme's policy
    Show {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// At a coordinator's desk: set the policy for every member; what is not named stays as it is
    Set(Box<Set>),
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[command(flatten)]
    home: Home,
    /// How many records one case packet may hold
    #[arg(long, value_name = "N")]
    packet_records: Option<u32>,
    /// How long a case packet may be out
    #[arg(long, value_name = "HOURS")]
    packet_hours: Option<u32>,
    /// How long after a withdrawal the record is erased
    #[arg(long, value_name = "DAYS")]
    withdrawn_days: Option<u32>,
    /// Erase records of a form so many days after they were begun: `household=365`, or for one purpose only
    /// `household/return=90`
    #[arg(long = "keep", value_name = "FORM[/PURPOSE]=DAYS", value_parser = rule)]
    keep: Vec<Rule>,
    /// Drop such a rule
    #[arg(long, value_name = "FORM[/PURPOSE]")]
    keep_for_good: Vec<String>,
    /// Take the whole policy from a JSON file, as `show --json` prints it
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "packet_records", "packet_hours", "withdrawn_days", "keep", "keep_for_good",
    ])]
    json: Option<PathBuf>,
}

/// How long what is kept.
#[derive(Debug, Clone)]
struct Rule {
    what: String,
    days: u32,
}

fn rule(text: &str) -> Result<Rule, String> {
    let parted = text.rsplit_once('=').and_then(|(what, days)| {
        let days = days.parse().ok()?;
        Some(Rule {
            what: what.to_owned(),
            days,
        })
    });
    parted.ok_or_else(|| "a rule looks like household=365 or household/return=90".to_owned())
}

/// Parts a form from a purpose.
fn parted(what: &str) -> (&str, Option<&str>) {
    match what.split_once('/') {
        Some((form, purpose)) => (form, Some(purpose)),
        None => (what, None),
    }
}

impl PolicyCommand {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Show { home, json } => {
                let policy = home.open()?.policy()?;
                match json {
                    true => output::json(&policy),
                    false => show(&policy),
                }
            }
            Self::Set(set) => set.run(),
        }
    }
}

impl Set {
    fn run(self) -> anyhow::Result<()> {
        let mut notebook = self.home.open()?;
        let policy = match &self.json {
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                serde_json::from_str(&text).with_context(|| format!("{} is not a policy", file.display()))?
            }
            None => self.change(notebook.policy()?)?,
        };
        notebook.set_policy(&policy)?;
        println!("The policy is set. Sync, so that every member learns it.\n");
        show(&policy)
    }

    fn change(&self, mut policy: Policy) -> anyhow::Result<Policy> {
        policy.packet_records = self.packet_records.unwrap_or(policy.packet_records);
        policy.packet_hours = self.packet_hours.unwrap_or(policy.packet_hours);
        policy.withdrawn_days = self.withdrawn_days.unwrap_or(policy.withdrawn_days);
        for what in &self.keep_for_good {
            let (form, purpose) = parted(what);
            if !policy.keep_for_good(form, purpose) {
                anyhow::bail!("there is no rule for {what}; look at `baraza programme policy show`");
            }
        }
        for Rule { what, days } in &self.keep {
            let (form, purpose) = parted(what);
            policy.keep(form, purpose, *days);
        }
        Ok(policy)
    }
}

fn show(policy: &Policy) -> anyhow::Result<()> {
    output::text(&format!(
        "A case packet holds up to {} records for up to {} hours.\nA withdrawn record is erased after {} days.\n",
        policy.packet_records, policy.packet_hours, policy.withdrawn_days
    ))?;
    if policy.retention.is_empty() {
        return output::text("No rule says how long records are kept.\n");
    }
    let rows: Vec<_> = policy
        .retention
        .iter()
        .map(|rule| {
            let purpose = rule.purpose.clone().unwrap_or_else(|| "all".into());
            [rule.form.clone(), purpose, rule.days.to_string()]
        })
        .collect();
    output::text("\n")?;
    output::table(["FORM", "PURPOSE", "KEPT FOR DAYS"], &rows)
}
