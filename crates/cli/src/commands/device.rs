//! `baraza device request`, `admit`, `join`, `list`, `report`, `revoke`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use client_core::deeds::admit::Admission;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use wire::Role;
use wire::enrolment::{CERTIFICATE_WORD, REQUEST_WORD};

use crate::home::Home;
use crate::output;
use crate::qr::{self, Code};

mod report;
mod revoke;

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// On a device or a new desk: show the request with which a desk admits it
    Request {
        #[command(flatten)]
        home: Home,
        /// What people call this device or desk
        #[arg(long)]
        name: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// At a coordinator's desk: admit the device or desk that made a request, and show its certificate
    Admit(Box<Admit>),
    /// On a device or a new desk: join with the certificate that was made for it
    Join {
        #[command(flatten)]
        home: Home,
        #[command(flatten)]
        given: GivenCertificate,
    },
    /// At a desk: trust a member no more, and renew the programme's keys
    Revoke(revoke::Revoke),
    /// At a desk: tell what was on a device that was lost
    Report(report::Report),
    /// List the members of the programme
    List {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Admit {
    #[command(flatten)]
    home: Home,
    #[command(flatten)]
    given: GivenRequest,
    /// What the member may do
    #[arg(long, value_enum, default_value = "enumerator")]
    role: RoleName,
    /// The last day of the membership (until its end in UTC), like `2027-03-31`; otherwise it does not end
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Where or on what the member works, for people to read
    #[arg(long, value_name = "TEXT")]
    scope: Option<String>,
    /// A desk only: hand it the keys to what was written before it came; otherwise it reads what comes from now on
    #[arg(long)]
    read_back: bool,
    #[command(flatten)]
    shown: Shown,
}

/// How a text is shown to another machine.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Show it as a QR code instead of text: as a PNG picture, or drawn in this terminal with `-`
    #[arg(long, value_name = "FILE.png|-")]
    qr: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct GivenRequest {
    /// The file with the request; `-` reads it from the input
    request: Option<PathBuf>,
    /// A PNG picture of the request's QR code
    #[arg(long, value_name = "FILE")]
    from_png: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct GivenCertificate {
    /// The file with the certificate; `-` reads it from the input
    certificate: Option<PathBuf>,
    /// A PNG picture of the certificate's QR code
    #[arg(long, value_name = "FILE")]
    from_png: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    /// Consults people with a device; reads only what a desk grants
    Enumerator,
    /// Runs a desk for a team; reads the general answers and grants follow-ups
    Supervisor,
    /// Runs a desk; reads everything and changes the roster
    Coordinator,
    /// Runs a desk; reads everything, revokes members and erases records
    ProtectionOfficer,
    /// Looks at the roster and at who did what; reads no answers
    Auditor,
}

impl RoleName {
    fn role(self) -> Role {
        match self {
            Self::Enumerator => Role::ENUMERATOR,
            Self::Supervisor => Role::SUPERVISOR,
            Self::Coordinator => Role::COORDINATOR,
            Self::ProtectionOfficer => Role::PROTECTION_OFFICER,
            Self::Auditor => Role::AUDITOR,
        }
    }
}

impl Device {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Request { home, name, shown } => {
                shown.show("request", &home.open_or_create(&name)?.request()?.to_text())?;
            }
            Self::Admit(admit) => admit.run()?,
            Self::Join { home, given } => {
                let text = read(
                    given.certificate.as_deref(),
                    given.from_png.as_deref(),
                    CERTIFICATE_WORD,
                )?;
                let mut notebook = home.open()?;
                let programme = notebook.join(&text)?;
                let next = match notebook.roster() {
                    Some(_) => "Sync to get its forms.",
                    None => {
                        "Sync to get its roster, which is checked against the certificate, and its forms."
                    }
                };
                println!("This notebook belongs to programme {programme}. {next}");
            }
            Self::Revoke(command) => return command.run(),
            Self::Report(command) => command.run()?,
            Self::List { home, json } => list(&home, json)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Admit {
    fn run(self) -> anyhow::Result<()> {
        let text = read(
            self.given.request.as_deref(),
            self.given.from_png.as_deref(),
            REQUEST_WORD,
        )?;
        let admission = Admission {
            role: self.role.role(),
            expires: self.until.map(end_of).transpose()?,
            scope: self.scope,
            read_back: self.read_back,
            by_code: self.shown.qr.is_some(),
        };
        let certificate = self.home.open()?.admit(&text, &admission)?;
        self.shown.show("certificate", &certificate)
    }
}

impl Shown {
    fn show(&self, what: &str, text: &str) -> anyhow::Result<()> {
        let Some(file) = &self.qr else {
            return output::text(&format!("{text}\n"));
        };
        let code = Code::of(text)?;
        if file == Path::new("-") {
            output::text(&code.drawn())?;
            eprintln!(
                "The code is {} letters wide: make the letters smaller until it stands whole.",
                code.width()
            );
            return Ok(());
        }
        code.write_png(file)?;
        output::text(&format!("The {what} is in {}.\n", file.display()))
    }
}

fn list(home: &Home, json: bool) -> anyhow::Result<()> {
    let members = home.open()?.members()?;
    if json {
        return output::json(&members);
    }
    let rows: Vec<_> = members
        .into_iter()
        .map(|member| {
            [
                member.id.to_string(),
                member.role_name.to_owned(),
                member.expires.unwrap_or_else(|| "-".into()),
                member.scope.unwrap_or_else(|| "-".into()),
                member.name,
            ]
        })
        .collect();
    output::table(["MEMBER", "ROLE", "UNTIL", "SCOPE", "NAME"], &rows)
}

/// Returns when a day is over, in UTC.
fn end_of(day: Date) -> anyhow::Result<Timestamp> {
    let next = day.tomorrow().context("there is no day after that one")?;
    Ok(next.to_zoned_datetime(TimeZone::UTC)?.timestamp())
}

fn read(file: Option<&Path>, picture: Option<&Path>, word: &str) -> anyhow::Result<String> {
    if let Some(picture) = picture {
        return qr::read_png(picture, word);
    }
    let file = file.unwrap_or(Path::new("-"));
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("the input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
