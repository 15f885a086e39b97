//! The sheets of a form as plain tables of text.

/// The most rows of a sheet.
pub(crate) const MAX_ROWS: u32 = 50_000;
/// The most columns of a sheet.
pub(crate) const MAX_COLUMNS: u32 = 1_000;
/// The most bytes of text in a cell.
pub(crate) const MAX_CELL_BYTES: usize = 64 * 1024;
/// The most bytes of text in all cells.
pub(crate) const MAX_TEXT_BYTES: usize = 12 * 1024 * 1024;

/// What a sheet was written in. The reference converter treats their faults differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notation {
    /// The sheet of a workbook.
    Workbook,
    /// A table in Markdown.
    Markdown,
    /// Comma-separated values.
    Csv,
}

/// One sheet. Rows that are wholly empty may be left out.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) notation: Notation,
    pub(crate) rows: Vec<SheetRow>,
}

#[derive(Debug)]
pub(crate) struct SheetRow {
    /// Counted from 1.
    pub(crate) number: u32,
    pub(crate) cells: Vec<String>,
}

impl Sheet {
    /// Returns the header cells, which stand in the first row.
    pub(crate) fn header(&self) -> &[String] {
        self.rows
            .first()
            .filter(|row| row.number == 1)
            .map_or(&[], |row| &row.cells)
    }

    /// Says whether anything stands below the header.
    pub(crate) fn is_filled(&self) -> bool {
        self.rows
            .iter()
            .skip(1)
            .any(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()))
    }
}
