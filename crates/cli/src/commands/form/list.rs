//! `baraza form list`

use std::process::ExitCode;

use crate::home::Home;
use crate::output;

pub(super) fn list(home: Home, json: bool) -> anyhow::Result<ExitCode> {
    let forms = home.open()?.forms()?;
    if json {
        output::json(&forms)?;
    } else {
        let rows: Vec<_> = forms
            .into_iter()
            .map(|form| [form.id, form.version, form.title])
            .collect();
        output::table(["FORM", "VERSION", "TITLE"], &rows)?;
    }
    Ok(ExitCode::SUCCESS)
}
