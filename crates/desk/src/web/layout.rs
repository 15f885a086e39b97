//! The frame around every page.

use axum::response::Html;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Console;

/// Which of the main pages one is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Disagreements,
    Devices,
    Elsewhere,
}

/// Something the next page says first: what was done, or why not.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) good: bool,
    pub(crate) text: String,
    /// Further lines.
    pub(crate) more: Vec<String>,
}

impl Notice {
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self {
            good: true,
            text: text.into(),
            more: Vec::new(),
        }
    }

    pub(crate) fn failed(text: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self {
            good: false,
            text: text.into(),
            more: vec![what_to_do.into()],
        }
    }
}

impl Console {
    /// Returns a page, with the notice that was left for it.
    pub(crate) fn page(&self, title: &str, place: Place, body: &Markup) -> Html<String> {
        Html(frame(title, place, self.take_notice().as_ref(), body).into_string())
    }
}

pub(crate) fn frame(title: &str, place: Place, notice: Option<&Notice>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Baraza desk" }
                link rel="icon" type="image/svg+xml" href="/assets/desk.svg";
                link rel="stylesheet" href="/assets/desk.css";
                script src="/assets/desk.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    div.wide {
                        a.brand href="/" { (TREE) span { "Baraza" } span.brand-role { "desk" } }
                        nav aria-label="Main" {
                            (link("/", "Overview", place == Place::Overview))
                            (link("/disagreements", "Disagreements", place == Place::Disagreements))
                            (link("/devices", "Devices", place == Place::Devices))
                        }
                    }
                }
                main.wide #main tabindex="-1" {
                    @if let Some(notice) = notice { (show_notice(notice)) }
                    (body)
                }
                footer.wide {
                    p { "This page is made on this machine. Close the browser when you leave the desk." }
                }
            }
        }
    }
}

fn show_notice(notice: &Notice) -> Markup {
    html! {
        div class=(if notice.good { "notice good" } else { "notice bad" })
            role=(if notice.good { "status" } else { "alert" }) {
            (if notice.good { TICK } else { WARNING })
            div {
                p { strong { (notice.text) } }
                @for line in &notice.more { p { (line) } }
            }
        }
    }
}

fn link(to: &str, text: &str, here: bool) -> Markup {
    html! { a href=(to) aria-current=[here.then_some("page")] { (text) } }
}

/// The tree under which people meet.
const TREE: PreEscaped<&str> = PreEscaped(
    r#"<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path d="M16 3c6.6 0 12 3.6 12 8.2 0 4-4.2 7.3-9.7 8V26h-4.6v-6.8C8.200 18.500 4 15.200 4 11.200 4 6.600 9.400 3 16 3z"/><circle cx="7" cy="27" r="2.600"/><circle cx="25" cy="27" r="2.600"/></svg>"#,
);
const TICK: PreEscaped<&str> = PreEscaped(
    r#"<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M4 10.500l4 4 8-9"/></svg>"#,
);
/// Warns of something.
pub(crate) const WARNING: PreEscaped<&str> = PreEscaped(
    r#"<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M10 3l8 14H2z"/><path d="M10 8.500v4M10 14.800v.2"/></svg>"#,
);
