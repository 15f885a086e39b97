//! The tables that come with a form, from a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use form::{Attachments, Table};

/// Reads every table in a folder: files that end in `.csv`, `.geojson` or `.xml`.
pub(super) fn read(folder: Option<&Path>) -> anyhow::Result<Option<Arc<dyn Attachments + Send + Sync>>> {
    let Some(folder) = folder else { return Ok(None) };
    let mut tables: BTreeMap<String, Arc<Table>> = BTreeMap::new();
    let files = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for file in files {
        let path = file?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_table = [".csv", ".geojson", ".xml"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if is_table && path.is_file() {
            let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let table = Table::read(&name, &bytes).with_context(|| format!("{}", path.display()))?;
            tables.insert(name, Arc::new(table));
        }
    }
    Ok(Some(Arc::new(tables)))
}
