//! `baraza record erase`, `receipt`, `withdraw`

use std::io::{BufRead as _, Write as _};

use anyhow::{Context as _, bail};
use client_core::Notebook;
use client_core::deeds::receipt::ReceiptView;
use wire::RecordId;

use crate::output;

/// Erases records, after asking, and prints a receipt for each.
pub(super) fn erase(notebook: &mut Notebook, records: &[RecordId], yes: bool) -> anyhow::Result<()> {
    if !yes && !agreed(records.len())? {
        bail!("nothing was erased");
    }
    let mut receipts = Vec::new();
    for record in records {
        notebook.erase(*record)?;
        receipts.push(notebook.receipt(*record)?);
    }
    eprintln!(
        "Erased here. Sync, so that the relay and everybody else erase it too; print the receipt again with \
         `baraza record receipt` once they have confirmed it."
    );
    match receipts.as_slice() {
        [one] => output::json(one),
        several => output::json(&several),
    }
}

/// Prints the receipt of an erasure as it stands now.
pub(super) fn receipt(notebook: &Notebook, record: RecordId) -> anyhow::Result<()> {
    let receipt: ReceiptView = notebook.receipt(record)?;
    output::json(&receipt)
}

fn agreed(count: usize) -> anyhow::Result<bool> {
    let what = match count {
        1 => "this record".to_owned(),
        count => format!("these {count} records"),
    };
    eprint!(
        "Erase {what} everywhere, for ever? Nothing brings it back, and edits that are open elsewhere go with it. \
         Type \"erase\": "
    );
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the answer cannot be read; use --yes where nobody can type")?;
    Ok(line.trim() == "erase")
}
