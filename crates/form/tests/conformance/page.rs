//! What `docs/odk-conformance.md` says in figures and tables: made from the forms themselves.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::Compared;
use crate::corpus::{Golden, lines};
use crate::verdict::Verdict;

const BEGIN: &str = "<!-- What follows is written by crates/form/tests/conformance.rs. -->";
const END: &str = "<!-- Up to here. -->";

/// A row of the conformance table.
pub(crate) struct Row {
    pub(crate) section: String,
    pub(crate) name: String,
    /// `supported`, `passed through` or `refused`.
    pub(crate) verdict: String,
    /// The form that shows it.
    pub(crate) case: String,
    pub(crate) remark: String,
}

/// Returns the rows of the conformance table.
pub(crate) fn rows() -> Vec<Row> {
    lines("table.tsv")
        .into_iter()
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            let mut next = || cells.next().unwrap_or_default();
            Row {
                section: next(),
                name: next(),
                verdict: next(),
                case: next(),
                remark: next(),
            }
        })
        .collect()
}

/// Says how many forms came out how.
pub(crate) fn tally(compared: &[Compared]) -> String {
    let mut taken = 0;
    let mut refused = 0;
    let mut invalid = 0;
    let mut different = 0;
    for compared in compared {
        match &compared.golden {
            _ if compared.difference.is_some() => different += 1,
            Golden::Accepted(_) => taken += 1,
            Golden::Refused { .. } => refused += 1,
            Golden::Invalid(_) => invalid += 1,
        }
    }
    format!(
        "{} forms: {taken} are taken by both and give equal XForms, {refused} are refused by both while they \
         are converted, {invalid} are refused by both once they are converted, {different} come out differently.",
        compared.len()
    )
}

/// Returns the page with its middle written anew.
pub(crate) fn with_current_figures(page: &str, compared: &[Compared]) -> String {
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("the page says where the figures begin");
    let (_, after) = rest.split_once(END).expect("the page says where the figures end");
    let tally = tally(compared);
    let differences = differences(compared);
    let refusals = refusals();
    let table = table(compared);
    format!(
        "{before}{BEGIN}\n\n## The tally\n\n{tally}\n\n## Known differences\n\n{differences}\n## What forms can say\n\n{table}\n\
         ## What is refused\n\n{refusals}\n{END}{after}"
    )
}

fn differences(compared: &[Compared]) -> String {
    let mut told = "| form | difference |\n|---|---|\n".to_owned();
    for compared in compared {
        if let Some(reason) = &compared.known {
            writeln!(told, "| `{}` | {reason} |", compared.case.name).expect("a text can be written");
        }
    }
    told
}

fn table(compared: &[Compared]) -> String {
    let mut told = String::new();
    let mut section = String::new();
    for row in rows() {
        if row.section != section {
            write!(
                told,
                "{}### {}\n\n| what | verdict | shown by | |\n|---|---|---|---|\n",
                if section.is_empty() { "" } else { "\n" },
                row.section
            )
            .expect("a text can be written");
            section.clone_from(&row.section);
        }
        let verdict = match compared
            .iter()
            .find(|compared| compared.case.name == row.case)
            .map(|compared| &compared.verdict)
        {
            Some(Verdict::Refused(errors)) => {
                let codes: BTreeSet<String> =
                    errors.iter().map(|error| format!("`{}`", error.code)).collect();
                format!(
                    "{}: {}",
                    row.verdict,
                    codes.into_iter().collect::<Vec<_>>().join(", ")
                )
            }
            _ => row.verdict,
        };
        let name = row.name.replace('|', "\\|");
        writeln!(told, "| {name} | {verdict} | `{}` | {} |", row.case, row.remark)
            .expect("a text can be written");
    }
    told
}

fn refusals() -> String {
    let mut told = "| the reference converter | here |\n|---|---|\n".to_owned();
    for (class, codes) in crate::corpus::table("refusals.tsv") {
        let codes: Vec<String> = codes.split(' ').map(|code| format!("`{code}`")).collect();
        writeln!(told, "| {} | {} |", class.replace('|', "\\|"), codes.join(", "))
            .expect("a text can be written");
    }
    told
}
