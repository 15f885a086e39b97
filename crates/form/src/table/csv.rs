//! Comma-separated values.

use super::{TableError, Tree};

/// Reads rows; the first line names the columns. Semicolons divide cells too, if the first line has
/// no comma.
pub(super) fn read(text: &str) -> Result<Tree, TableError> {
    let first = text.lines().next().unwrap_or_default();
    let divider = if !first.contains(',') && first.contains(';') {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(divider)
        .from_reader(text.as_bytes());
    let columns: Vec<String> = reader
        .headers()
        .map_err(trouble)?
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    if columns.iter().all(String::is_empty) {
        return Err(TableError::NoColumns);
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = columns
        .iter()
        .find(|name| !name.is_empty() && !seen.insert(name.as_str()))
    {
        return Err(TableError::ColumnTwice(twice.clone()));
    }
    let mut tree = Tree::new();
    tree.begin("root")?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(trouble)? {
        tree.begin("item")?;
        for (column, cell) in columns
            .iter()
            .zip(&record)
            .filter(|(column, _)| !column.is_empty())
        {
            tree.leaf(column, cell)?;
        }
        tree.end();
    }
    Ok(tree.finished())
}

fn trouble(error: csv::Error) -> TableError {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => TableError::Cells {
            line: pos.as_ref().map_or(0, csv::Position::line),
            found: *len,
            wanted: *expected_len,
        },
        _ => TableError::Csv(error.to_string()),
    }
}
