//! The `baraza` command: the same deeds as in an app, from a terminal.
#![expect(clippy::print_stdout, reason = "this is the terminal's edge")]

mod commands;
mod home;
mod output;
mod qr;

use std::process::ExitCode;

use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

/// Overwrites what is freed, so that nothing of what was read, answered or erased lies about in memory.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BARAZA_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match commands::Baraza::parse().run() {
        Ok(code) => code,
        Err(error) if error.is::<output::ReaderGone>() => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("baraza: {error:#}");
            ExitCode::FAILURE
        }
    }
}
