//! `baraza programme found`, `relay`, `policy`

mod policy;

use std::process::ExitCode;

use clap::Subcommand;
use client_core::RelayAddress;
use wire::RelayKey;

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
        /// Where the relay is, like `https://relay.example:8443`
        #[arg(long, value_name = "URL")]
        relay: String,
        /// The key of an `https://` relay, as `baraza serve --tls` prints it: 64 hexadecimal digits
        #[arg(long, value_name = "HEX")]
        relay_key: Option<RelayKey>,
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
        /// The key of an `https://` relay, as `baraza serve --tls` prints it: 64 hexadecimal digits
        #[arg(long, value_name = "HEX")]
        key: Option<RelayKey>,
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
                relay_key,
                desk,
            } => {
                let relay = address(&relay, relay_key);
                let mut notebook = home.open_or_create(&desk)?;
                let programme = notebook.found(&name, relay)?;
                println!("Programme {programme} is founded. This notebook is its desk.");
                println!(
                    "Next: publish a form with `baraza form publish`, and admit devices with `baraza device admit`."
                );
            }
            Self::Relay { home, url, key } => {
                let mut notebook = home.open()?;
                let old = notebook.relay()?;
                let relay = address(&url, key);
                notebook.tell_relay(&relay)?;
                println!("The relay is at {relay} from now on; this notebook syncs there.");
                if old.url != relay.url {
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

/// Puts an address and a key together, and warns of one that shows who syncs.
pub(crate) fn address(url: &str, key: Option<RelayKey>) -> RelayAddress {
    let relay = RelayAddress {
        key,
        ..RelayAddress::from(url)
    };
    if relay.is_in_the_open() {
        eprintln!(
            "Warning: {relay} is plain HTTP to another machine. What was said stays sealed, but whoever listens on \
             the network sees who syncs, when and how much: start the relay with --tls, or stay inside a VPN."
        );
    }
    relay
}
