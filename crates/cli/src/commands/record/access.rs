//! `baraza record access`

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use client_core::Notebook;
use wire::RecordId;

/// Writes what a desk has about a record, for the person it is about: as JSON and as a page.
pub(super) fn write(
    notebook: &mut Notebook,
    record: RecordId,
    out: &Path,
    whole_household: bool,
) -> anyhow::Result<()> {
    let access = notebook.access(record, whole_household)?;
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let json = out.join(format!("{record}.json"));
    let page = out.join(format!("{record}.html"));
    fs::write(&json, serde_json::to_vec_pretty(&access)?)
        .with_context(|| format!("{} cannot be written", json.display()))?;
    fs::write(&page, desk::access::page(&access))
        .with_context(|| format!("{} cannot be written", page.display()))?;
    println!("{}\n{}", json.display(), page.display());
    Ok(())
}
