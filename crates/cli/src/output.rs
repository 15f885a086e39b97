//! Printing: for people, or as JSON for programs.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context as _;
use serde::Serialize;

/// Whoever read what is printed has stopped reading, like `head`: nothing went wrong.
#[derive(Debug)]
pub(crate) struct ReaderGone;

impl std::fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nobody reads what is printed any more")
    }
}

impl std::error::Error for ReaderGone {}

/// Prints as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut printed = serde_json::to_string_pretty(value).context("it cannot be written as JSON")?;
    printed.push('\n');
    text(&printed)
}

/// Prints text as it is.
pub(crate) fn text(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(ReaderGone.into()),
        done => done.context("the output cannot be written"),
    }
}

/// Prints rows under a heading, in columns.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let heading = heading.map(str::to_owned);
    let mut printed = String::new();
    for cells in std::iter::once(&heading).chain(rows) {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        writeln!(printed, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    text(&printed)
}

/// Asks a question that only "yes" answers.
pub(crate) fn confirm(question: &str) -> anyhow::Result<()> {
    let mut err = io::stderr();
    write!(err, "{question} Type \"yes\": ").and_then(|()| err.flush())?;
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .context("the answer cannot be read; use --yes where nobody can type")?;
    anyhow::ensure!(line.trim() == "yes", "nothing was done");
    Ok(())
}
