//! Small pieces that many pages show.

use client_core::RecordStatus;
use client_core::deeds::list::RecordSummary;
use maud::{Markup, PreEscaped, html};

/// Shows which part of the record an answer is kept in.
pub(crate) fn compartment(name: &str) -> Markup {
    let (class, icon) = match name {
        form::GENERAL => ("badge general", None),
        form::IDENTITY => ("badge identity", Some(PERSON)),
        form::PROTECTED => ("badge protected", Some(SHIELD)),
        _ => ("badge other", Some(SHIELD)),
    };
    html! { span class=(class) { (icon.unwrap_or(PreEscaped(""))) (name) } }
}

/// Shows how far a record is, seen from this desk.
pub(crate) fn status(record: &RecordSummary) -> Markup {
    let class = match record.status {
        RecordStatus::Draft => "badge draft",
        RecordStatus::Granted => "badge granted",
        RecordStatus::Finished | RecordStatus::Received | RecordStatus::Withdrawn => "badge received",
    };
    let edited = record.editing && record.status != RecordStatus::Draft;
    html! {
        span class=(class) { (record.status.word()) }
        @if edited { " " span.badge.draft { "edit open" } }
    }
}

/// Shows how many disagreements are open; nothing much if none is.
pub(crate) fn disagreements(count: u64) -> Markup {
    html! {
        @if count == 0 { span.none { "0" } } @else { span.badge.dispute-count { (count) } }
    }
}

/// Shows the beginning of an id: enough to tell records apart, short enough to say aloud.
pub(crate) fn short_id(id: &impl std::fmt::Display) -> String {
    id.to_string().chars().take(8).collect()
}

/// Writes a count with the word for what is counted.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Writes text so that it can stand in an address, between two slashes or as a value.
pub(crate) fn in_address(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

const PERSON: PreEscaped<&str> = PreEscaped(
    r#"<svg class="icon" viewBox="0 0 20 20" width="14" height="14" aria-hidden="true"><circle cx="10" cy="6.500" r="3.500"/><path d="M3 17.500c.8-4 3.500-6 7-6s6.200 2 7 6"/></svg>"#,
);
const SHIELD: PreEscaped<&str> = PreEscaped(
    r#"<svg class="icon" viewBox="0 0 20 20" width="14" height="14" aria-hidden="true"><path d="M10 2l7 2.500v5c0 4.300-2.800 7.300-7 8.500-4.200-1.200-7-4.200-7-8.500v-5z"/></svg>"#,
);
/// Stands for what was before.
pub(crate) const CLOCK: PreEscaped<&str> = PreEscaped(
    r#"<svg class="icon" viewBox="0 0 20 20" width="14" height="14" aria-hidden="true"><circle cx="10" cy="10" r="7.500"/><path d="M10 5.500V10l3 2"/></svg>"#,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_an_address_cannot_leave_its_place() {
        assert_eq!(in_address("a/b?c=d&e#f g"), "a%2Fb%3Fc%3Dd%26e%23f%20g");
        assert_eq!(in_address("Français"), "Fran%C3%A7ais");
    }

    #[test]
    fn a_count_names_what_is_counted() {
        assert_eq!(counted(1, "record", "records"), "1 record");
        assert_eq!(counted(0, "record", "records"), "0 records");
    }
}
