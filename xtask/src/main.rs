//! The chores of the project: `cargo xtask ci`.
#![expect(clippy::print_stdout, reason = "this is the terminal's edge")]

mod bench;
mod bindings;
mod ci;
mod conform;
mod layers;
mod licences;
mod metadata;
mod run;
mod simulate;

use std::process::ExitCode;

use clap::Parser;

/// The chores of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Chore {
    /// Check everything: what must pass before a change goes in
    Ci {
        /// Only what needs nothing but Rust: format, lints, layers, licences, tests, docs
        #[arg(long)]
        quick: bool,
    },
    /// Compare our conversions of forms with the reference converter's
    Conform {
        /// Run the reference converter, and fail if it says something else than what is kept of it
        #[arg(long)]
        live: bool,
        /// Run the reference converter, and keep what it says
        #[arg(long, conflicts_with = "live")]
        renew: bool,
    },
    /// Measure how fast something is
    Bench {
        /// What is measured
        #[command(subcommand)]
        what: Bench,
    },
    /// Play the whole of it under bad conditions
    Simulate {
        /// What is bad
        #[command(subcommand)]
        what: Simulate,
    },
    /// One end of the line of `simulate link`, in its network namespace
    #[command(hide = true)]
    LinkEnd {
        /// The TUN device
        #[arg(long)]
        tun: String,
    },
    /// Write the Python, Kotlin and Swift bindings into target/bindings
    Bindings,
    /// Check who may depend on whom, and who alone may name what
    Layers,
    /// Check every dependency's licence and source against deny.toml
    Licences,
}

#[derive(Debug, clap::Subcommand)]
enum Bench {
    /// Reading forms, converting them, and interviews; beside the reference converter
    Form,
}

#[derive(Debug, clap::Subcommand)]
enum Simulate {
    /// A slow, lossy line that is cut again and again, between network namespaces; needs root and iproute2
    Link(simulate::link::Plan),
}

fn main() -> ExitCode {
    let done = match Chore::parse() {
        Chore::Ci { quick } => ci::ci(quick),
        Chore::Bindings => bindings::write().map(|made| println!("{}", made.folder.display())),
        Chore::Conform { live, renew } => conform::conform(match (live, renew) {
            (_, true) => conform::Kept::Renew,
            (true, _) => conform::Kept::Check,
            _ => conform::Kept::Trust,
        }),
        Chore::Bench { what: Bench::Form } => bench::form(),
        Chore::Simulate {
            what: Simulate::Link(plan),
        } => plan.run(),
        Chore::LinkEnd { tun } => simulate::link::end::pass(&tun),
        Chore::Layers => layers::check(),
        Chore::Licences => licences::check(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
