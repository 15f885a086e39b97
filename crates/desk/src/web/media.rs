//! Photos and recordings of a record: small on its page, and each by itself.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use client_core::deeds::media::MediaFile;
use maud::{Markup, html};
use wire::RecordId;

use super::Console;
use super::problem::Problem;
use super::widgets::{counted, in_address};

/// What a browser may do with a file that somebody sent: show it, and nothing else.
const CSP: &str = "default-src 'none'; sandbox";
/// What browsers show by themselves. Anything else they save.
const SHOWN: [&str; 2] = ["image/jpeg", "image/png"];

type File = ([(HeaderName, HeaderValue); 3], Vec<u8>);

/// Answers with the small picture of a photo.
pub(crate) async fn small(
    State(console): State<Console>,
    Path((record, name)): Path<(String, String)>,
) -> Result<File, Problem> {
    let id = id(&record)?;
    let files = console.ask(move |notebook| Ok(notebook.media(id)?)).await?;
    let file = files
        .into_iter()
        .find(|file| file.name == name && !file.thumbnail.is_empty());
    let file = file.ok_or_else(|| Problem::not_found("There is no small picture of it."))?;
    Ok(answer("image/jpeg", file.thumbnail))
}

/// Answers with a file.
pub(crate) async fn whole(
    State(console): State<Console>,
    Path((record, name)): Path<(String, String)>,
) -> Result<File, Problem> {
    let id = id(&record)?;
    let deed = move |notebook: &mut client_core::Notebook| {
        let files = notebook.media(id)?;
        let file = files.into_iter().find(|file| file.name == name);
        let mime = file.map(|file| file.mime).unwrap_or_default();
        Ok((mime, notebook.media_file(id, &name)?))
    };
    let (mime, bytes) = console.ask(deed).await?;
    Ok(answer(&mime, bytes))
}

fn id(record: &str) -> Result<RecordId, Problem> {
    let id = record.parse();
    id.map_err(|_| Problem::not_found("A record has another kind of id."))
}

fn answer(mime: &str, bytes: Vec<u8>) -> File {
    let shown = SHOWN.into_iter().find(|shown| *shown == mime);
    let how = if shown.is_some() { "inline" } else { "attachment" };
    let headers = [
        (CONTENT_TYPE, shown.unwrap_or("application/octet-stream")),
        (CONTENT_SECURITY_POLICY, CSP),
        (CONTENT_DISPOSITION, how),
    ];
    (
        headers.map(|(name, value)| (name, HeaderValue::from_static(value))),
        bytes,
    )
}

/// Shows a record's files.
pub(super) fn files(record: RecordId, files: &[MediaFile]) -> Markup {
    html! {
        @if !files.is_empty() {
            section.card {
                h2 { "Photos and recordings" }
                dl.answers {
                    @for file in files {
                        @let way = format!("/records/{record}/media/{}", in_address(&file.name));
                        div.qa {
                            dt { code { (file.name) } }
                            dd {
                                @if !file.thumbnail.is_empty() {
                                    p { img src={ (way) "/small" } alt={ "The small picture of " (file.name) }; }
                                }
                                @if file.complete {
                                    a href=(way) { (file.mime) ", " (counted(file.length, "byte", "bytes")) }
                                } @else {
                                    span.quiet { (file.mime) ", " (counted(file.length, "byte", "bytes")) ", has not come whole yet" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
