//! What is checked when all sheets are read.

use std::collections::HashMap;

use super::table::Table;
use crate::definition::Definition;
use crate::read::Problems;

/// The sheets that were read.
pub(super) struct Tables<'a> {
    pub(super) survey: &'a Table<'a>,
    pub(super) choices: Option<&'a Table<'a>>,
    pub(super) settings: Option<&'a Table<'a>>,
    pub(super) entities: Option<&'a Table<'a>>,
}

/// Checks a definition as a whole.
pub(super) fn check(
    _definition: &Definition,
    _tables: &Tables<'_>,
    _names: &HashMap<String, u32>,
    _problems: &mut Problems,
) {
}
