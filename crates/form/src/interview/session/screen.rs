//! What a front end shows: a plain value with everything in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::step::Problem;
use crate::address::{Address, RepeatAddress};

/// What is shown now.
///
/// Answers are filled into its texts: its `Debug` shows none of them.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all screens are questions, and one is made at a time"
)]
#[derive(Clone, PartialEq, Serialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Screen {
    /// The screen before the first question.
    Beginning {
        /// The form's title.
        title: String,
        /// The form's version.
        version: String,
        /// The languages that there are to choose from.
        languages: Vec<String>,
    },
    /// One question or note.
    Question {
        /// The groups and repeats around it, outermost first.
        around: Vec<Heading>,
        /// The question.
        question: Asked,
    },
    /// Several questions on one page.
    Page {
        /// The group or instance whose page it is.
        address: Address,
        /// The groups and repeats around them, outermost first, and the page's own.
        around: Vec<Heading>,
        /// The questions and notes, in order.
        questions: Vec<Asked>,
    },
    /// Asks whether to add another instance to a repeat.
    Repeat {
        /// The repeat.
        address: RepeatAddress,
        /// The groups and repeats around it, outermost first.
        around: Vec<Heading>,
        /// The repeat's label.
        label: String,
        /// How many instances there are.
        instances: usize,
    },
    /// The screen behind the last question.
    End {
        /// What the form calls the record, if it says so.
        name: Option<String>,
        /// What keeps the record from being finished.
        problems: Vec<Problem>,
    },
}

/// The heading of a group, or of an instance of a repeat.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// The group or instance.
    pub address: Address,
    /// Its label; may be empty.
    pub label: String,
    /// The how manieth instance of its repeat it is, counted from 1; `None` for a group.
    pub nth: Option<usize>,
}

/// A question or note, as it is to be shown.
#[derive(Clone, PartialEq, Serialize)]
pub struct Asked {
    /// Where its answer stands.
    pub address: Address,
    /// Its type as XLSForms write it: `integer`, `select_one`, `note`, ….
    pub kind: &'static str,
    /// What is asked, with answers filled in.
    pub label: String,
    /// Help for whoever asks.
    pub hint: String,
    /// More help, shown on demand.
    pub guidance: String,
    /// Files beside the label, by their form: `image`, `big-image`, `audio`, `video`.
    pub media: BTreeMap<&'static str, String>,
    /// Which of the media begin by themselves.
    pub autoplay: String,
    /// What can be chosen, in the order to show it.
    pub choices: Vec<Offer>,
    /// The answer, in ODK's text form.
    pub answer: Option<String>,
    /// Whether there is an answer that is offered no longer. It counts as none, and is taken away
    /// when the interview goes on from here.
    pub no_longer_offered: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether the answer can only be read.
    pub read_only: bool,
    /// What is wrong with the answer there is.
    pub problem: Option<Problem>,
    /// How it looks (`minimal`, `multiline`, …).
    pub appearance: String,
    /// Parameters of its kind, by name.
    pub parameters: BTreeMap<String, String>,
}

/// Something to choose.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// What is kept as the answer.
    pub name: String,
    /// What is shown.
    pub label: String,
    /// Files beside the label, by their form.
    pub media: BTreeMap<&'static str, String>,
}

impl Screen {
    /// Returns the questions and notes on the screen.
    pub fn questions(&self) -> Cow<'_, [Asked]> {
        match self {
            Screen::Question { question, .. } => Cow::Borrowed(std::slice::from_ref(question)),
            Screen::Page { questions, .. } => Cow::Borrowed(questions),
            _ => Cow::Owned(Vec::new()),
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Screen::Beginning { .. } => f.write_str("Beginning"),
            Screen::Question { question, .. } => question.fmt(f),
            Screen::Page {
                address, questions, ..
            } => write!(f, "Page({address}: {questions:?})"),
            Screen::Repeat {
                address, instances, ..
            } => write!(f, "Repeat({address}: {instances} instances)"),
            Screen::End { problems, .. } => write!(f, "End({problems:?})"),
        }
    }
}

impl fmt::Debug for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heading({})", self.address)
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({} {})", self.kind, self.address)
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offer(…)")
    }
}
