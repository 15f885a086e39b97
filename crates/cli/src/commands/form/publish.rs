//! `baraza form publish`

use std::path::Path;
use std::process::ExitCode;

use super::read;
use crate::home::Home;

pub(super) fn publish(home: Home, file: &Path) -> anyhow::Result<ExitCode> {
    let (form, warnings) = read(file)?.map_err(|errors| {
        errors.iter().for_each(|error| eprintln!("{error}"));
        anyhow::anyhow!("{} cannot be published: {} to mend", file.display(), errors.len())
    })?;
    warnings.iter().for_each(|warning| eprintln!("{warning}"));
    let published = home.open()?.publish(&form)?;
    println!(
        "Published \"{}\" ({}, version {}). Sync to send it out.",
        published.title, published.id, published.version
    );
    Ok(ExitCode::SUCCESS)
}
