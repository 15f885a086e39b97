//! `baraza programme found`, `relay`, `policy`

mod policy;

use std::process::ExitCode;

use clap::Subcommand;
use client_core::deeds::relay::RelayPlace;

use crate::home::Home;

#[derive(Debug, Subcommand)]
pub(crate) enum Programme {
    /// Found a programme: its root key, its first desk, its reading keys
    Found {
        #[command(flatten)]
        home: Home,
        /// What the programme is called; only members will see it
        #[arg(long)]
        name: String,
        /// Where the relay is, like `http://relay.example:8080`
        #[arg(long, value_name = "URL")]
        relay: String,
        /// What people call this desk
        #[arg(long, default_value = "desk")]
        desk: String,
    },
    /// Tell every member where the relay is from now on
    ///
    /// The word travels over the old relay, or by bundle: keep the old relay running until every device has synced.
    Relay {
        #[command(flatten)]
        home: Home,
        /// Where the relay is from now on
        #[arg(long)]
        url: String,
        /// The hash of the relay's TLS key, in hexadecimal, if it has one
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
    /// Show and set how long what is kept, and what may be handed out
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
}

impl Programme {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Found {
                home,
                name,
                relay,
                desk,
            } => {
                let mut notebook = home.open_or_create(&desk)?;
                let programme = notebook.found(&name, &relay)?;
                println!("Programme {programme} is founded. This notebook is its desk.");
                println!(
                    "Next: publish a form with `baraza form publish`, and admit devices with `baraza device admit`."
                );
            }
            Self::Relay { home, url, key } => {
                let mut notebook = home.open()?;
                let old = notebook.relay()?.url;
                let place = RelayPlace::new(&url, key.as_deref())?;
                notebook.tell_relay(&place)?;
                println!(
                    "The relay is at {} from now on; this notebook syncs there.",
                    place.url
                );
                if old != place.url {
                    println!(
                        "The other members learn it from {old}, which must run until each of them has synced."
                    );
                }
            }
            Self::Policy(command) => command.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
