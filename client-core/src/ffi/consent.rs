//! What people say about what their answers may be used for.

use record::consent::{Basis as OnBasis, ConsentEvent, Decision, Mode};

use super::{Notebook, NotebookError, read};

/// On what the use of answers for a purpose rests.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum Basis {
    /// The person agreed.
    Consent,
    /// A life is in danger.
    Vital,
    /// A task in the public interest.
    PublicInterest,
    /// A legitimate interest that was weighed against the person's.
    LegitimateInterest,
    /// A contract with the person.
    Contract,
    /// The law demands it.
    Legal,
}

/// What the person decided, or what was decided of another basis.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum ConsentDecision {
    /// Yes.
    Given,
    /// No.
    Refused,
    /// No longer.
    Withdrawn,
}

/// How it was said.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum ConsentMode {
    /// Signed by hand.
    Signed,
    /// Spoken.
    Spoken,
    /// Spoken before a witness.
    Witness,
}

/// What a person says about one purpose.
#[derive(uniffi::Record)]
pub struct ConsentSaid {
    /// For what, such as `research`.
    pub purpose: String,
    /// On what it rests.
    pub basis: Basis,
    /// What was decided.
    pub decision: ConsentDecision,
    /// How it was said.
    pub mode: ConsentMode,
    /// In which language it was explained; nothing if nobody noted it.
    pub language: Option<String>,
    /// BLAKE3 of the words that were read out, in hex.
    pub script: Option<String>,
    /// Whether a guardian decided for the person.
    pub guardian: bool,
}

/// Never shows what somebody decided.
impl std::fmt::Debug for ConsentSaid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsentSaid").finish_non_exhaustive()
    }
}

impl ConsentSaid {
    fn event(self, at: i64) -> ConsentEvent {
        ConsentEvent {
            basis: match self.basis {
                Basis::Consent => OnBasis::Consent,
                Basis::Vital => OnBasis::Vital,
                Basis::PublicInterest => OnBasis::PublicInterest,
                Basis::LegitimateInterest => OnBasis::LegitimateInterest,
                Basis::Contract => OnBasis::Contract,
                Basis::Legal => OnBasis::Legal,
            },
            decision: match self.decision {
                ConsentDecision::Given => Decision::Given,
                ConsentDecision::Refused => Decision::Refused,
                ConsentDecision::Withdrawn => Decision::Withdrawn,
            },
            mode: match self.mode {
                ConsentMode::Signed => Mode::Signed,
                ConsentMode::Spoken => Mode::Spoken,
                ConsentMode::Witness => Mode::Witness,
            },
            language: self.language,
            script: self.script,
            guardian: self.guardian,
            at,
        }
    }
}

#[uniffi::export]
impl Notebook {
    /// Puts down what a person says about a purpose, while the record is open. Earlier words stay.
    pub fn consent(&self, record: String, said: ConsentSaid) -> Result<(), NotebookError> {
        let mut book = self.book();
        let (purpose, now) = (said.purpose.clone(), book.now().as_second());
        Ok(book.consent(read(&record)?, &purpose, &said.event(now))?)
    }

    /// Takes consent back for one purpose, or for all: the record is then hidden here at once, and everywhere at the next
    /// sync. A draft that never left this device is destroyed. `how` is like `spoken`, `by` like `her guardian`: no name.
    pub fn withdraw(
        &self,
        record: String,
        purpose: Option<String>,
        how: String,
        by: String,
    ) -> Result<(), NotebookError> {
        let mut book = self.book();
        book.withdraw(read(&record)?, purpose.as_deref(), &how, &by)?;
        Ok(())
    }
}
