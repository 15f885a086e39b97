//! What can go wrong, sorted by what an app does about it. `reason` is a sentence in English for logs and
//! administrators; it holds no answers. Apps show their own words for each kind.

use form::ValueError;

use crate::deeds::answer::AnswerTextError;
use crate::deeds::attach::FileError;
use crate::deeds::entities::EntitiesError;
use crate::deeds::expire::ExpireError;
use crate::deeds::finish::FinishError;
use crate::deeds::forms::FormsError;
use crate::deeds::hand_over::HandOverError;
use crate::deeds::interview::InterviewError;
use crate::deeds::join::JoinError;
use crate::deeds::media::MediaError;
use crate::deeds::read_answers::ReadAnswersError;
use crate::deeds::settle::SettleError;
use crate::deeds::show::ShowError;
use crate::deeds::start::DraftError;
use crate::deeds::sync::SyncError;
use crate::deeds::withdraw::WithdrawError;
use crate::{LinkError, OpenError, StoreError};

/// Why a deed was not done. Nothing was lost.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum NotebookError {
    /// The passphrase is another: ask again.
    #[error("{reason}")]
    WrongPassphrase {
        /// What happened.
        reason: String,
    },
    /// The notebook cannot be opened, read or written.
    #[error("{reason}")]
    Unusable {
        /// What happened.
        reason: String,
    },
    /// What was asked for is not here, or not any more.
    #[error("{reason}")]
    NotFound {
        /// What happened.
        reason: String,
    },
    /// The record is finished: this device can no longer open it.
    #[error("{reason}")]
    Finished {
        /// What happened.
        reason: String,
    },
    /// This device was revoked: nothing can be begun or changed on it any more.
    #[error("{reason}")]
    Revoked {
        /// What happened.
        reason: String,
    },
    /// Answers are missing or wrong: see `troubles`.
    #[error("{reason}")]
    Incomplete {
        /// What happened.
        reason: String,
    },
    /// What was given cannot be taken.
    #[error("{reason}")]
    Invalid {
        /// What happened.
        reason: String,
    },
    /// The relay cannot be reached now: try later.
    #[error("{reason}")]
    NoConnection {
        /// What happened.
        reason: String,
    },
    /// The relay says or shows something that a coordinator must look at.
    #[error("{reason}")]
    RelayTrouble {
        /// What happened.
        reason: String,
    },
}

impl NotebookError {
    pub(crate) fn invalid(error: impl std::fmt::Display) -> Self {
        Self::Invalid {
            reason: error.to_string(),
        }
    }

    fn unusable(error: impl std::fmt::Display) -> Self {
        Self::Unusable {
            reason: error.to_string(),
        }
    }

    fn not_found(error: impl std::fmt::Display) -> Self {
        Self::NotFound {
            reason: error.to_string(),
        }
    }
}

impl From<OpenError> for NotebookError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Passphrase(seal::passphrase::UnwrapError::Wrong) => Self::WrongPassphrase {
                reason: error.to_string(),
            },
            OpenError::WeakPassphrase(_) => Self::invalid(error),
            other => Self::unusable(other),
        }
    }
}

impl From<getrandom::Error> for NotebookError {
    fn from(error: getrandom::Error) -> Self {
        Self::unusable(error)
    }
}

impl From<StoreError> for NotebookError {
    fn from(error: StoreError) -> Self {
        Self::unusable(error)
    }
}

impl From<FormsError> for NotebookError {
    fn from(error: FormsError) -> Self {
        match error {
            FormsError::NoForm(_) => Self::not_found(error),
            FormsError::NoProgramme(error) => Self::invalid(error),
            other => Self::unusable(other),
        }
    }
}

impl From<ReadAnswersError> for NotebookError {
    fn from(error: ReadAnswersError) -> Self {
        match error {
            ReadAnswersError::Form(error) => error.into(),
            other => Self::invalid(other),
        }
    }
}

impl From<DraftError> for NotebookError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::NoRecord(_) => Self::not_found(error),
            DraftError::Finished(_) | DraftError::Withdrawn(_) => Self::Finished {
                reason: error.to_string(),
            },
            DraftError::Revoked => Self::Revoked {
                reason: error.to_string(),
            },
            DraftError::Form(error) => error.into(),
            DraftError::Answer(error) => Self::invalid(error),
            DraftError::NotForAuditors => Self::invalid(error),
            other => Self::unusable(other),
        }
    }
}

impl From<AnswerTextError> for NotebookError {
    fn from(error: AnswerTextError) -> Self {
        match error {
            AnswerTextError::Draft(error) => error.into(),
            other => Self::invalid(other),
        }
    }
}

impl From<ValueError> for NotebookError {
    fn from(error: ValueError) -> Self {
        Self::invalid(error)
    }
}

impl From<ShowError> for NotebookError {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::Draft(error) => error.into(),
            other => Self::unusable(other),
        }
    }
}

impl From<JoinError> for NotebookError {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Store(error) => error.into(),
            JoinError::Keys(error) => Self::unusable(error),
            other => Self::invalid(other),
        }
    }
}

impl From<FinishError> for NotebookError {
    fn from(error: FinishError) -> Self {
        match error {
            FinishError::Incomplete(_) => Self::Incomplete {
                reason: error.to_string(),
            },
            FinishError::Draft(error) => error.into(),
            FinishError::NotOpen(_) => Self::not_found(error),
            other => Self::unusable(other),
        }
    }
}

impl From<SettleError> for NotebookError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Draft(error) => error.into(),
            SettleError::Finish(error) => error.into(),
            SettleError::NoDisagreement(_) => Self::not_found(error),
            other => Self::invalid(other),
        }
    }
}

impl From<SyncError> for NotebookError {
    fn from(error: SyncError) -> Self {
        match error {
            // Trying again changes nothing: a person must look.
            SyncError::Link(
                LinkError::Address(_)
                | LinkError::OtherKey { .. }
                | LinkError::NoTls { .. }
                | LinkError::OnlyTls { .. },
            ) => Self::RelayTrouble {
                reason: error.to_string(),
            },
            SyncError::Link(_) | SyncError::Cut(_) => Self::NoConnection {
                reason: error.to_string(),
            },
            SyncError::Store(error) => error.into(),
            SyncError::Keys(error) => Self::unusable(error),
            SyncError::Expire(error) => Self::unusable(error),
            SyncError::NoProgramme(error) => Self::invalid(error),
            other => Self::RelayTrouble {
                reason: other.to_string(),
            },
        }
    }
}

impl From<InterviewError> for NotebookError {
    fn from(error: InterviewError) -> Self {
        match error {
            InterviewError::Draft(error) => error.into(),
            InterviewError::Session(error) => Self::invalid(error),
        }
    }
}

impl From<MediaError> for NotebookError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Draft(error) => error.into(),
            MediaError::Store(error) => error.into(),
            MediaError::NoFile { .. } | MediaError::Incomplete(_) => Self::not_found(error),
            other => Self::invalid(other),
        }
    }
}

impl From<FileError> for NotebookError {
    fn from(error: FileError) -> Self {
        Self::unusable(error)
    }
}

impl From<EntitiesError> for NotebookError {
    fn from(error: EntitiesError) -> Self {
        match error {
            EntitiesError::Form(error) => error.into(),
            other => Self::unusable(other),
        }
    }
}

impl From<ExpireError> for NotebookError {
    fn from(error: ExpireError) -> Self {
        Self::unusable(error)
    }
}

impl From<WithdrawError> for NotebookError {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::NoRecord(_) => Self::not_found(error),
            WithdrawError::Seal(error) => error.into(),
            WithdrawError::Store(error) => error.into(),
            WithdrawError::Copy(_) => Self::unusable(error),
            other => Self::invalid(other),
        }
    }
}

impl From<HandOverError> for NotebookError {
    fn from(error: HandOverError) -> Self {
        match error {
            HandOverError::Draft(error) => error.into(),
            HandOverError::Store(error) => error.into(),
            HandOverError::NoMember(_) => Self::not_found(error),
            HandOverError::Copy(_) => Self::unusable(error),
            other => Self::invalid(other),
        }
    }
}
