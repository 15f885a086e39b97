//! What an interview shows, as records of plain types.

use std::collections::BTreeMap;

use form::interview as going;

use super::views::TroubleKind;

/// What is to be shown now. Texts have answers filled in.
#[derive(uniffi::Enum)]
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
    /// Questions and notes on one page: mostly one.
    Questions {
        /// The groups and repeats around them, outermost first.
        around: Vec<Heading>,
        /// The questions, in order.
        questions: Vec<Asked>,
    },
    /// Asks whether to add another instance to a repeat.
    Repeat {
        /// The repeat: what `add_instance` takes.
        repeat: String,
        /// The groups and repeats around it, outermost first.
        around: Vec<Heading>,
        /// Its label.
        label: String,
        /// How many instances there are.
        instances: u64,
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
#[derive(uniffi::Record)]
pub struct Heading {
    /// The group or instance.
    pub address: String,
    /// Its label; may be empty.
    pub label: String,
    /// The how manieth instance of its repeat it is, counted from 1; nothing for a group.
    pub nth: Option<u64>,
}

/// A question or note, as it is to be shown.
#[derive(uniffi::Record)]
pub struct Asked {
    /// Where its answer stands.
    pub address: String,
    /// Its XLSForm type, such as `integer` or `select_one`.
    pub kind: String,
    /// What is asked.
    pub label: String,
    /// Help for whoever asks.
    pub hint: String,
    /// More help, shown on demand.
    pub guidance: String,
    /// Files beside the label, by their form: `image`, `big-image`, `audio`, `video`.
    pub media: Vec<Named>,
    /// What can be chosen, in the order to show it.
    pub choices: Vec<Offer>,
    /// The answer, in ODK's text form.
    pub answer: Option<String>,
    /// Whether there is an answer that is offered no longer. It is taken away when the interview goes on from here.
    pub no_longer_offered: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether the answer can only be read.
    pub read_only: bool,
    /// What is wrong with the answer there is.
    pub problem: Option<Problem>,
    /// How it looks, such as `minimal` or `multiline`.
    pub appearance: String,
    /// Parameters of its kind.
    pub parameters: Vec<Named>,
}

/// Something with a name.
#[derive(uniffi::Record)]
pub struct Named {
    /// The name.
    pub name: String,
    /// What it names.
    pub value: String,
}

/// Something to choose.
#[derive(uniffi::Record)]
pub struct Offer {
    /// What the answer says.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Files beside the label, by their form.
    pub media: Vec<Named>,
}

/// What is wrong with one answer, in words for whoever asks.
#[derive(uniffi::Record)]
pub struct Problem {
    /// Where the answer stands or is missing.
    pub address: String,
    /// What is wrong with it.
    pub kind: TroubleKind,
    /// The form's own words, or a plain sentence.
    pub message: String,
    /// What is asked there.
    pub label: String,
}

/// Something that happened beside what was done.
#[derive(uniffi::Enum)]
pub enum Notice {
    /// Another answer was set by the form.
    SetByTrigger {
        /// Where.
        address: String,
    },
    /// An answer names a choice that is offered no longer; the question counts as not answered.
    NoLongerOffered {
        /// Where.
        address: String,
    },
    /// Such an answer was taken away.
    Dropped {
        /// Where.
        address: String,
    },
    /// An instance is beyond the count of its repeat. Its answers are kept.
    Uncounted {
        /// The instance.
        address: String,
    },
    /// An instance that was beyond the count counts again.
    CountedAgain {
        /// The instance.
        address: String,
    },
}

/// What a deed in an interview led to. Whatever it wrote is on disk.
#[derive(uniffi::Record)]
pub struct Step {
    /// Whether another screen is to be shown.
    pub moved: bool,
    /// What is wrong; it keeps the interview where it is.
    pub problems: Vec<Problem>,
    /// What else happened.
    pub notices: Vec<Notice>,
}

impl From<going::Screen> for Screen {
    fn from(screen: going::Screen) -> Self {
        let headings = |around: Vec<going::Heading>| around.into_iter().map(Heading::from).collect();
        match screen {
            going::Screen::Beginning {
                title,
                version,
                languages,
            } => Self::Beginning {
                title,
                version,
                languages,
            },
            going::Screen::Question { around, question } => Self::Questions {
                around: headings(around),
                questions: vec![question.into()],
            },
            going::Screen::Page {
                around, questions, ..
            } => Self::Questions {
                around: headings(around),
                questions: questions.into_iter().map(Asked::from).collect(),
            },
            going::Screen::Repeat {
                address,
                around,
                label,
                instances,
            } => Self::Repeat {
                repeat: address.to_string(),
                around: headings(around),
                label,
                instances: instances as u64,
            },
            going::Screen::End { name, problems } => Self::End {
                name,
                problems: problems.into_iter().map(Problem::from).collect(),
            },
        }
    }
}

impl From<going::Heading> for Heading {
    fn from(heading: going::Heading) -> Self {
        Self {
            address: heading.address.to_string(),
            label: heading.label,
            nth: heading.nth.map(|nth| nth as u64),
        }
    }
}

impl From<going::Asked> for Asked {
    fn from(asked: going::Asked) -> Self {
        let choices = asked.choices.into_iter();
        Self {
            address: asked.address.to_string(),
            kind: asked.kind.to_owned(),
            label: asked.label,
            hint: asked.hint,
            guidance: asked.guidance,
            media: named(asked.media),
            choices: choices
                .map(|offer| Offer {
                    name: offer.name,
                    label: offer.label,
                    media: named(offer.media),
                })
                .collect(),
            answer: asked.answer,
            no_longer_offered: asked.no_longer_offered,
            required: asked.required,
            read_only: asked.read_only,
            problem: asked.problem.map(Problem::from),
            appearance: asked.appearance,
            parameters: named(asked.parameters),
        }
    }
}

fn named<N: Into<String>>(all: BTreeMap<N, String>) -> Vec<Named> {
    let all = all.into_iter();
    all.map(|(name, value)| Named {
        name: name.into(),
        value,
    })
    .collect()
}

impl From<going::Problem> for Problem {
    fn from(problem: going::Problem) -> Self {
        Self {
            address: problem.at.to_string(),
            kind: problem.trouble.into(),
            message: problem.message,
            label: problem.label,
        }
    }
}

impl From<going::Step> for Step {
    fn from(step: going::Step) -> Self {
        let notices = step.notices.into_iter().map(|notice| match notice {
            going::Notice::SetByTrigger { at } => Notice::SetByTrigger {
                address: at.to_string(),
            },
            going::Notice::NoLongerOffered { at } => Notice::NoLongerOffered {
                address: at.to_string(),
            },
            going::Notice::Dropped { at } => Notice::Dropped {
                address: at.to_string(),
            },
            going::Notice::Uncounted { at } => Notice::Uncounted {
                address: at.to_string(),
            },
            going::Notice::CountedAgain { at } => Notice::CountedAgain {
                address: at.to_string(),
            },
        });
        Self {
            moved: step.moved,
            problems: step.problems.into_iter().map(Problem::from).collect(),
            notices: notices.collect(),
        }
    }
}
