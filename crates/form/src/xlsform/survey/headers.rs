//! What is wrong with the headers of the sheet `survey`.

use super::*;

pub(super) fn check_headers(table: &Table<'_>, problems: &mut Problems) {
    if !table.has_column("type") {
        let hint = table
            .suggestion("type", &SURVEY)
            .unwrap_or_else(|| "write the headers into the first row; one of them is `type`".to_owned());
        problems.error(
            table
                .error("missing_column", 1, &[], "the sheet has no column `type`")
                .hint(hint),
        );
    }
    for column in &table.columns {
        let Some(first) = column.tokens.first() else {
            continue;
        };
        check_parts(table, column, problems);
        let is_known = SURVEY.columns.contains(&first.as_str())
            || SURVEY_EXTRAS.contains(&first.as_str())
            || first.starts_with("sms_")
            || first.starts_with('_');
        if !is_known {
            let names = SURVEY
                .columns
                .iter()
                .copied()
                .chain(SURVEY.aliases.iter().map(|(alias, _)| *alias))
                .filter(|name| {
                    !matches!(
                        *name,
                        "actions" | "choices" | "extra_data" | "itemset" | "parent" | "query"
                    )
                });
            let hint = nearest(first, names).map_or_else(
                || "put `_` before its name if it is a note".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("the column `{}` is not known and is not read", column.header);
            problems.warn(
                table
                    .error("unknown_column", 1, &[first.as_str()], message)
                    .hint(hint),
            );
        }
    }
}

/// Complains of headers with too few or too many parts.
pub(super) fn check_parts(table: &Table<'_>, column: &Column, problems: &mut Problems) {
    let Some(first) = column.tokens.first() else {
        return;
    };
    let (at_least, at_most) = match first.as_str() {
        "bind" | "control" | "instance" => (2, 3),
        "media" => (1, 3),
        "label" | "hint" | "guidance_hint" => (1, 2),
        _ => return,
    };
    if column.tokens.len() < at_least {
        let message = format!("the column `{}` does not say what it sets", column.header);
        problems.error(
            table
                .error("incomplete_header", 1, &[first.as_str()], message)
                .hint(format!(
                    "write it after two colons, like `{}::name`",
                    column.header
                )),
        );
    }
    if column.tokens.len() > at_most {
        let way: Vec<&str> = column.tokens.iter().map(String::as_str).collect();
        let message = format!("the header `{}` has too many parts", column.header);
        problems.error(
            table
                .error("overlong_header", 1, &way, message)
                .hint("write at most the language behind the name of the column, like `label::English (en)`"),
        );
    }
    if first == "media" && column.tokens.len() == 1 {
        let message = format!("the column `{}` is not read", column.header);
        problems.warn(
            table
                .error("incomplete_header", 1, &[first.as_str()], message)
                .hint("write the kind of media after two colons, like `media::image`"),
        );
    }
}
