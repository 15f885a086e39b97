//! `baraza record consent`

use clap::{ArgGroup, Args, ValueEnum};
use client_core::consent::{self, ConsentEvent, Decision};
use wire::RecordId;

use crate::home::Home;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("decision").required(true).args(["given", "refused", "withdrawn"])))]
pub(crate) struct Consent {
    #[command(flatten)]
    home: Home,
    /// The record
    record: RecordId,
    /// For what: service, referral, research, policy-evidence, media, or a word of the programme's own
    #[arg(long)]
    purpose: String,
    /// On what it rests
    #[arg(long, value_enum, default_value_t = Basis::Consent)]
    basis: Basis,
    /// Yes
    #[arg(long)]
    given: bool,
    /// No
    #[arg(long)]
    refused: bool,
    /// No longer
    #[arg(long)]
    withdrawn: bool,
    /// How it was said
    #[arg(long, value_enum, default_value_t = Mode::Spoken)]
    mode: Mode,
    /// In which language it was explained
    #[arg(long)]
    language: Option<String>,
    /// BLAKE3 of the words that were read out, in hex
    #[arg(long, value_name = "HASH")]
    script: Option<String>,
    /// A guardian decided
    #[arg(long)]
    guardian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Basis {
    Consent,
    Vital,
    PublicInterest,
    LegitimateInterest,
    Contract,
    Legal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    Signed,
    Spoken,
    Witness,
}

impl Consent {
    pub(super) fn put_down(self) -> anyhow::Result<()> {
        let mut notebook = self.home.open()?;
        let event = ConsentEvent {
            basis: match self.basis {
                Basis::Consent => consent::Basis::Consent,
                Basis::Vital => consent::Basis::Vital,
                Basis::PublicInterest => consent::Basis::PublicInterest,
                Basis::LegitimateInterest => consent::Basis::LegitimateInterest,
                Basis::Contract => consent::Basis::Contract,
                Basis::Legal => consent::Basis::Legal,
            },
            decision: match (self.refused, self.withdrawn) {
                (true, _) => Decision::Refused,
                (false, true) => Decision::Withdrawn,
                (false, false) => Decision::Given,
            },
            mode: match self.mode {
                Mode::Signed => consent::Mode::Signed,
                Mode::Spoken => consent::Mode::Spoken,
                Mode::Witness => consent::Mode::Witness,
            },
            language: self.language,
            script: self.script,
            guardian: self.guardian,
            at: notebook.now().as_second(),
        };
        notebook.consent(self.record, &self.purpose, &event)?;
        Ok(())
    }
}
