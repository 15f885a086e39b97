//! The commands: one file each.

mod audit;
mod bench;
mod bundle;
mod demo;
mod desk;
mod device;
mod disagreement;
mod entity;
mod epoch;
mod export;
mod form;
mod merge_worker;
mod notebook;
mod passphrase;
mod peer;
mod programme;
mod quarantine;
mod receipt;
mod record;
mod recovery;
mod relay;
mod retention;
mod roster;
mod serve;
mod status;
mod sync;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Consult people far from any network; merge what they said; harm no one who spoke.
#[derive(Debug, Parser)]
#[command(name = "baraza", version, max_term_width = 100)]
pub(crate) struct Baraza {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole of it: a relay, a desk and two devices, and a week without signal
    Demo(demo::Demo),
    /// Run the relay, which stores and forwards what it cannot read
    Serve(serve::Serve),
    /// Back a relay up, or make one out of a backup
    #[command(subcommand)]
    Relay(relay::RelayCommand),
    /// Found a programme, and tell its members where the relay is and what the policy is
    #[command(subcommand)]
    Programme(programme::Programme),
    /// Check, convert, try and publish forms
    #[command(subcommand)]
    Form(form::FormCommand),
    /// Let a device or a further desk join, or revoke it: request, admit, join, list, revoke
    #[command(subcommand)]
    Device(device::Device),
    /// Show the roster: who is a member, who may do and read what; join it where it was split
    #[command(subcommand)]
    Roster(roster::RosterCommand),
    /// Prepare for the loss of the desk, and recover from it on a new machine
    #[command(subcommand)]
    Recovery(recovery::Recovery),
    /// Renew the keys that answers are sealed to
    #[command(subcommand)]
    Epoch(epoch::EpochCommand),
    /// Decide about what came and was not merged
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
    /// Start, answer, finish, list, show and grant records
    #[command(subcommand)]
    Record(record::RecordCommand),
    /// List and settle what people disagree about
    #[command(subcommand)]
    Disagreement(disagreement::DisagreementCommand),
    /// List what records say of households, associations and other entities
    #[command(subcommand)]
    Entity(entity::EntityCommand),
    /// Tell how it stands: what is finished, what a desk has confirmed, what is missing, what is erased soon
    Status(status::Status),
    /// Send what is finished to the relay, and take what others sent
    Sync(sync::Sync),
    /// Carry envelopes by hand: on a stick, on a card
    #[command(subcommand)]
    Bundle(bundle::Bundle),
    /// Meet another member on a local network, without a relay: each gives the other what it lacks
    #[command(subcommand)]
    Peer(peer::Peer),
    /// Open the coordinator's console in a browser, on this machine only
    Desk(desk::Desk),
    /// Show and check who did what at this node
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Write a form's records as tables
    Export(export::Export),
    /// See what is due to be erased, erase what is, keep something longer
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Check receipts of erasures
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    /// Verify, rebuild, back up, restore or wipe a notebook
    #[command(subcommand)]
    Notebook(notebook::NotebookCommand),
    /// Change a notebook's passphrase
    #[command(subcommand)]
    Passphrase(passphrase::PassphraseCommand),
    /// Measure how fast and how small it all is, with records of your own
    Bench(bench::Bench),
    /// Take part in a measurement
    #[command(hide = true)]
    BenchWorker(bench::worker::BenchWorker),
    /// Merge for a notebook that started this process, within limits
    #[command(hide = true)]
    MergeWorker(merge_worker::MergeWorkerCommand),
}

impl Baraza {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Demo(command) => command.run(),
            Command::Bundle(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Relay(command) => command.run(),
            Command::Programme(command) => command.run(),
            Command::Form(command) => command.run(),
            Command::Device(command) => command.run(),
            Command::Roster(command) => command.run(),
            Command::Recovery(command) => command.run(),
            Command::Epoch(command) => command.run(),
            Command::Quarantine(command) => command.run(),
            Command::Record(command) => command.run(),
            Command::Disagreement(command) => command.run(),
            Command::Entity(command) => command.run(),
            Command::Status(command) => command.run(),
            Command::Sync(command) => command.run(),
            Command::Peer(command) => command.run(),
            Command::Desk(command) => command.run(),
            Command::Audit(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Retention(command) => command.run(),
            Command::Receipt(command) => command.run(),
            Command::Notebook(command) => command.run(),
            Command::Passphrase(command) => command.run(),
            Command::Bench(command) => command.run(),
            Command::BenchWorker(command) => command.run(),
            Command::MergeWorker(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_hang_together() {
        super::Baraza::command().debug_assert();
    }
}
