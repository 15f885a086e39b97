//! `baraza device report`

use std::fmt::Write as _;

use clap::Args;
use client_core::deeds::device_report::{DeviceReport, GrantOnDevice};

use crate::home::Home;
use crate::output;

/// At a desk: tell what was on a device that was lost.
#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    home: Home,
    /// The device, by id or name
    device: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Report {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let notebook = self.home.open()?;
        let member = notebook.find_member(&self.device)?;
        let report = notebook.device_report(member)?;
        match self.json {
            true => output::json(&report),
            false => output::text(&told(&report)?),
        }
    }
}

fn told(report: &DeviceReport) -> Result<String, std::fmt::Error> {
    let mut told = String::new();
    writeln!(
        told,
        "{} ({}), as known here at {}",
        report.device, report.member, report.at
    )?;
    if !report.revoked {
        writeln!(told, "It is not revoked.")?;
    }
    for written in &report.written {
        writeln!(
            told,
            "It wrote {} envelopes that are known of (incarnation {}); {} of them never came.",
            written.last, written.incarnation, written.missing
        )?;
    }
    writeln!(
        told,
        "Finished work: {} opened here, {} here and not opened. None of it can be read on the device.",
        report.finished, report.not_opened
    )?;
    writeln!(
        told,
        "\nDrafts that were handed over to it: {}",
        report.drafts.len()
    )?;
    for draft in &report.drafts {
        let state = match (draft.gone, draft.arrived) {
            (true, _) => "not on it any more",
            (false, true) => "ON THE DEVICE, readable with its passphrase",
            (false, false) => "perhaps on the device: it did not say that it came",
        };
        writeln!(told, "  {}  from {}: {state}", draft.record, draft.from_device)?;
    }
    writeln!(told, "\nRecords that were granted to it: {}", report.grants.len())?;
    for grant in &report.grants {
        writeln!(
            told,
            "  {}  {}  {}granted {} by {}: {}",
            grant.record,
            grant.form.as_deref().unwrap_or("-"),
            if grant.entities {
                "what it says of entities, "
            } else {
                ""
            },
            grant.granted,
            grant.by_desk,
            state_of(grant)
        )?;
    }
    writeln!(
        told,
        "\nOne-time keys of it that nothing was sealed to: {}",
        report.unused_keys
    )?;
    writeln!(told, "\nWhat cannot be known:")?;
    report
        .unknown
        .iter()
        .try_for_each(|unknown| writeln!(told, "  - {unknown}"))?;
    Ok(told)
}

fn state_of(grant: &GrantOnDevice) -> String {
    match (grant.spent, grant.expired, &grant.expires) {
        (true, ..) => "an edit of it came back, and its keys are destroyed".to_owned(),
        (false, true, Some(expires)) => format!("expired {expires}"),
        (false, _, Some(expires)) => format!("ON THE DEVICE until {expires}, readable with its passphrase"),
        (false, _, None) => "ON THE DEVICE until a time that only the desk which granted it knows".to_owned(),
    }
}
