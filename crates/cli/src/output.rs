//! Printing: for people, or as JSON for programs.

use anyhow::Context as _;
use serde::Serialize;

/// Prints as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    println!(
        "{}",
        serde_json::to_string_pretty(value).context("it cannot be written as JSON")?
    );
    Ok(())
}

/// Prints rows under a heading, in columns.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    line(&heading.map(str::to_owned));
    rows.iter().for_each(|row| line(row));
}
