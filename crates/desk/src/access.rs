//! What a person is handed who asks what a programme has about them: one page that needs nothing else to be read.

use client_core::deeds::access::{AccessView, AnswerLine};
use maud::{DOCTYPE, Markup, html};

/// Writes the page. Everything in it that somebody said is escaped, and nothing in it runs.
pub fn page(access: &AccessView) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "What " (access.form) " holds about you" }
                style { "body{font-family:sans-serif;margin:2em;max-width:60em} td,th{text-align:left;padding:.3em .8em .3em 0;vertical-align:top}" }
            }
            body {
                h1 { "What is held about you" }
                p { "Record " code { (access.record) } " of " strong { (access.form) } ", version " (access.version)
                    ". Made " (access.made) "." }
                @if !access.withheld.is_empty() {
                    p { "Not in here, because this desk cannot read it: " (access.withheld.join(", ")) "." }
                }
                h2 { "Answers" }
                (lines(&access.answers))
                h2 { "When it was passed on" }
                @if access.exports.is_empty() { p { "It has not left this desk in a table or file." } }
                ul { @for at in &access.exports { li { (at) } } }
                h2 { "What you agreed to" }
                @if access.consent.is_empty() { p { "Nothing was put down." } }
                ul {
                    @for said in &access.consent {
                        li { (said.purpose) ": " (format!("{:?}", said.decision).to_lowercase()) ", "
                            (format!("{:?}", said.basis).to_lowercase()) ", " (format!("{:?}", said.mode).to_lowercase())
                            ", " (said.at) }
                    }
                }
                @if !access.disagreements.is_empty() {
                    h2 { "Differing answers that nobody has settled" }
                    ul { @for at in &access.disagreements { li { (at) } } }
                }
                h2 { "Everything that was ever put down" }
                (lines(&access.history))
            }
        }
    };
    page.into_string()
}

fn lines(lines: &[AnswerLine]) -> Markup {
    html! {
        table {
            tr { th { "Question" } th { "Answer" } th { "Put down" } th { "By a" } }
            @for line in lines {
                tr {
                    td { (line.question) }
                    td { (line.value.as_deref().unwrap_or("(no answer)")) }
                    td { (line.at) }
                    td { (line.by) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_said_becomes_markup() {
        let line = AnswerLine {
            address: "a".parse().expect("an address"),
            question: "<b>Name</b>".to_owned(),
            value: Some("<script>alert(1)</script>".to_owned()),
            at: "2026-11-16T07:00:00Z".to_owned(),
            by: "field worker",
        };
        let access = AccessView {
            record: wire::RecordId::from_bytes([1; 16]),
            form: "\"><img src=x>".to_owned(),
            version: "1".to_owned(),
            made: "2026-11-16T07:00:00Z".to_owned(),
            answers: vec![line.clone()],
            history: vec![line],
            consent: Vec::new(),
            disagreements: Vec::new(),
            exports: Vec::new(),
            withheld: vec!["<i>".to_owned()],
        };
        let page = page(&access);
        for markup in ["<script", "<img", "<i>", "<b>"] {
            assert!(!page.contains(markup), "{markup}");
        }
        assert!(page.contains("&lt;script&gt;"));
    }
}
