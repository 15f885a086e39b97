//! `baraza programme found`

use std::process::ExitCode;

use clap::Subcommand;

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
}

impl Programme {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Found {
            home,
            name,
            relay,
            desk,
        } = self;
        let mut notebook = home.open_or_create(&desk)?;
        let programme = notebook.found(&name, &relay)?;
        println!("Programme {programme} is founded. This notebook is its desk.");
        println!(
            "Next: publish a form with `baraza form publish`, and admit devices with `baraza device admit`."
        );
        Ok(ExitCode::SUCCESS)
    }
}
