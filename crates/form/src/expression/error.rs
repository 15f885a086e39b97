//! Why an expression cannot be worked out.

use crate::path::QuestionPath;

/// An expression cannot be worked out. Never says what was answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvalError {
    /// It reads a compartment that this node cannot read: whatever depends on it stays as it is.
    #[error("this node cannot read the answer to `{question}`")]
    NotHeld {
        /// One of the questions that it reads there.
        question: QuestionPath,
    },
    /// A `${name}` was bound to nothing.
    #[error("`${{{name}}}` names no question of the form")]
    Unbound {
        /// The name.
        name: String,
    },
    /// A file did not come with the form, or holds no table.
    #[error("the table `{file}` did not come with the form")]
    NoFile {
        /// The file's name.
        file: String,
    },
    /// A table has no column of this name.
    #[error("the table `{file}` has no column `{column}`")]
    NoColumn {
        /// The file's name.
        file: String,
        /// The column.
        column: String,
    },
    /// A function was given a value that it cannot take.
    #[error("`{function}` {why}")]
    Argument {
        /// The function.
        function: &'static str,
        /// What it takes instead.
        why: &'static str,
    },
    /// The form has no choice list of this name.
    #[error("the form has no choice list and no table `{list}`")]
    NoList {
        /// The list's name.
        list: String,
    },
    /// A function that takes questions was given a value.
    #[error("`{function}` takes questions, and was given a value")]
    NotNodes {
        /// The function.
        function: &'static str,
    },
    /// A repeat that `indexed-repeat` was given is not around its question.
    #[error("`indexed-repeat` takes repeats around its question, and `{repeat}` is none")]
    NotAround {
        /// What was given instead.
        repeat: String,
    },
    /// What was put together as a pattern for `regex` is none.
    #[error("`regex` was given what is no pattern, or one with look-around or back-references")]
    Pattern,
    /// A format for a day or time holds a letter that means nothing.
    #[error(
        "`%{letter}` means nothing in the format of a day or time; see format-date() in the ODK documentation"
    )]
    DateFormat {
        /// The letter.
        letter: char,
    },
    /// It takes more work than any sensible expression.
    #[error("the expression takes too much work: it goes through too many answers or choices")]
    TooMuch,
}
