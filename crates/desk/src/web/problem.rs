//! What went wrong, as a page that says what to do.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use client_core::deeds::admit::AdmitError;
use client_core::deeds::forms::FormsError;
use client_core::deeds::media::MediaError;
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use client_core::{NoProgramme, StoreError};
use maud::html;

use super::layout::{Notice, Place, WARNING, frame};

/// Why a page cannot be shown.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    text: String,
    /// Whether it goes away by itself soon.
    passing: bool,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, text: impl Into<String>) -> Self {
        Self {
            status,
            title,
            text: text.into(),
            passing: false,
        }
    }

    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here", text)
    }

    pub(crate) fn bad_form(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "This was not understood", text)
    }

    /// The form came from another page, or from an earlier start of the console.
    pub(crate) fn foreign_form() -> Self {
        let text = "The page was open since before the desk was started, or it is not the desk's own. Nothing was \
                    done. Go to the overview and try again from there.";
        Self::new(StatusCode::FORBIDDEN, "This page is out of date", text)
    }

    pub(crate) fn busy() -> Self {
        let text = "A sync is going on. This page shows itself as soon as it is done.";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "The desk is syncing", text);
        Self {
            passing: true,
            ..problem
        }
    }

    /// A deed broke off.
    pub(crate) fn broke_off() -> Self {
        let text = "The program broke off what it was doing. Nothing was changed and nothing is lost. If it happens \
                    again, note what you did and tell who looks after the program.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something broke", text)
    }
}

impl Problem {
    /// Returns what is wrong and what to do.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Says the same on the page one goes back to.
    pub(crate) fn into_notice(self) -> Notice {
        Notice::failed(format!("{}.", self.title), self.text)
    }
}

/// Answers what no page answers.
pub(crate) async fn nothing_here() -> Problem {
    Problem::not_found("No page of the desk has this address. Go on from the overview.")
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let text = format!(
            "{error}. Nothing was changed. Close the desk and open it again; if that does not help, rebuild the notebook."
        );
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The notebook cannot be read",
            text,
        )
    }
}

impl From<NoProgramme> for Problem {
    fn from(error: NoProgramme) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "There is no programme yet",
            sentence(&error),
        )
    }
}

impl From<FormsError> for Problem {
    fn from(error: FormsError) -> Self {
        match error {
            FormsError::NoProgramme(error) => error.into(),
            FormsError::NoForm(_) => Self::not_found(sentence(&error)),
            FormsError::Unreadable(_) => Self::new(
                StatusCode::NOT_IMPLEMENTED,
                "This form needs a newer program",
                sentence(&error),
            ),
            FormsError::Store(error) => error.into(),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::NoRecord(_) => Self::not_found(format!(
                "{} Sync, and look at the list of its form.",
                sentence(&error)
            )),
            DraftError::Finished(_) => Self::new(StatusCode::GONE, "This record is sealed", sentence(&error)),
            DraftError::Withdrawn(_) => {
                Self::new(StatusCode::GONE, "This record is withdrawn", sentence(&error))
            }
            DraftError::Form(error) => error.into(),
            DraftError::Store(error) => error.into(),
            other => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The record cannot be opened",
                format!(
                    "{} Its envelopes are kept. Rebuild the notebook; if that does not help, ask for help.",
                    sentence(&other)
                ),
            ),
        }
    }
}

impl From<ShowError> for Problem {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::Draft(error) => error.into(),
            ShowError::Store(error) => error.into(),
        }
    }
}

impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Draft(error) => error.into(),
            MediaError::Store(error) => error.into(),
            error => Self::not_found(sentence(&error)),
        }
    }
}

impl From<AdmitError> for Problem {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::NoProgramme(error) => error.into(),
            AdmitError::Store(error) => error.into(),
            other => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The members cannot be read",
                sentence(&other),
            ),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = html! {
            section.card.problem {
                h1 { (WARNING) " " (self.title) }
                p { (self.text) }
                p { a.button href="/" { "Go to the overview" } }
            }
        };
        let page = Html(frame(self.title, Place::Elsewhere, None, &body).into_string());
        let mut response = (self.status, page).into_response();
        if self.passing {
            response
                .headers_mut()
                .insert(header::REFRESH, header::HeaderValue::from_static("2"));
        }
        response
    }
}

/// Makes a sentence of what an error says.
pub(crate) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
