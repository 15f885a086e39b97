//! The style, the script and the mark: made by us, kept in the program.

use axum::http::header::{CONTENT_TYPE, HeaderName};

/// Answers with the style sheet.
pub(crate) async fn css() -> ([(HeaderName, &'static str); 1], &'static str) {
    (
        [(CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("assets/desk.css"),
    )
}

/// Answers with the script. Every page does its work without it.
pub(crate) async fn js() -> ([(HeaderName, &'static str); 1], &'static str) {
    (
        [(CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("assets/desk.js"),
    )
}

/// Answers with the mark of the console.
pub(crate) async fn icon() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("assets/desk.svg"))
}
