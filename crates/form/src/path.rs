//! The name of a question in its form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names a question, group or repeat in a form: the names of its groups and repeats and its own,
/// joined by `/`, without the form's root. For example `household/members/age`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuestionPath(String);

/// A text is no question path.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PathError {
    /// Nothing stands between two slashes, or nothing at all.
    #[error("a question path has a name between every two slashes, like `household/members/age`")]
    EmptyName,
    /// One of the names cannot name a question.
    #[error("`{0}` cannot name a question: {1}")]
    InvalidName(String, NameError),
}

/// A text cannot name a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NameError {
    /// It begins with something else than a letter or `_`.
    #[error("names begin with a letter or an underscore")]
    Start,
    /// It holds a character that names cannot have.
    #[error("names hold only letters, digits, `_`, `-`, `.` and `:`")]
    Character,
    /// It reads like the id of a repeat instance.
    #[error("a name that reads like a UUID would be taken for a repeat instance")]
    Uuid,
    /// It is longer than 255 bytes.
    #[error("names have at most 255 bytes")]
    TooLong,
}

/// Says whether `name` can name a question, group or repeat.
///
/// # Errors
/// What is wrong with the name.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let mut chars = name.chars();
    if !chars.next().is_some_and(begins_name) {
        return Err(NameError::Start);
    }
    if !chars.all(|c| begins_name(c) || continues_name(c)) {
        return Err(NameError::Character);
    }
    if name.len() > 255 {
        return Err(NameError::TooLong);
    }
    if uuid::Uuid::try_parse(name).is_ok() {
        return Err(NameError::Uuid);
    }
    Ok(())
}

/// Whether names can begin with a character: it is a letter, also in the wide sense of XML.
fn begins_name(c: char) -> bool {
    let is_in_xml = matches!(c,
            '_' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
            | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
            | '\u{10000}'..='\u{effff}');
    c.is_alphabetic() || (is_in_xml && !c.is_whitespace())
}

/// Whether a character can stand in a name that has begun. A colon divides a prefix from the rest.
fn continues_name(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '-' | '.' | ':' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

impl QuestionPath {
    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the names on the way, outermost first.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the question's own name, the last on the way.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Returns the group or repeat around it, if there is one.
    pub fn parent(&self) -> Option<QuestionPath> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| QuestionPath(parent.to_owned()))
    }

    /// Returns the path of what is called `name` inside this group or repeat.
    ///
    /// # Errors
    /// If `name` cannot name a question.
    pub fn join(&self, name: &str) -> Result<QuestionPath, PathError> {
        format!("{}/{name}", self.0).parse()
    }

    /// The path made of paths in one another.
    pub(crate) fn joined(paths: &[&str]) -> QuestionPath {
        QuestionPath(paths.join("/"))
    }

    /// Returns what is left of this path inside `outer`: empty for `outer` itself, `None` if it lies elsewhere.
    pub fn inside(&self, outer: &QuestionPath) -> Option<&str> {
        relative(&self.0, &outer.0)
    }

    /// Says whether this is `outer` or lies inside it.
    pub fn is_within(&self, outer: &QuestionPath) -> bool {
        self.inside(outer).is_some()
    }
}

/// What is left of `path` inside `outer`.
pub(crate) fn relative<'a>(path: &'a str, outer: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(outer)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

impl FromStr for QuestionPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        for name in text.split('/') {
            if name.is_empty() {
                return Err(PathError::EmptyName);
            }
            check_name(name).map_err(|why| PathError::InvalidName(name.to_owned(), why))?;
        }
        Ok(QuestionPath(text.to_owned()))
    }
}

impl TryFrom<String> for QuestionPath {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        text.parse()
    }
}

impl From<QuestionPath> for String {
    fn from(path: QuestionPath) -> String {
        path.0
    }
}

impl fmt::Display for QuestionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for QuestionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> QuestionPath {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_knows_its_name_and_what_is_around_it() {
        let age = path("household/members/age");
        assert_eq!(age.name(), "age");
        assert_eq!(age.parent(), Some(path("household/members")));
        assert_eq!(age.inside(&path("household")), Some("members/age"));
        assert_eq!(age.inside(&age), Some(""));
        assert_eq!(path("householder").inside(&path("household")), None);
    }

    #[test]
    fn names_that_would_be_taken_for_something_else_are_refused() {
        assert_eq!("".parse::<QuestionPath>(), Err(PathError::EmptyName));
        assert_eq!("a//b".parse::<QuestionPath>(), Err(PathError::EmptyName));
        assert_eq!(check_name("1st"), Err(NameError::Start));
        assert_eq!(check_name("a b"), Err(NameError::Character));
        assert_eq!(check_name("a[b]"), Err(NameError::Character));
        assert_eq!(
            check_name("abcdef01-0000-4000-8000-000000000000"),
            Err(NameError::Uuid)
        );
        assert_eq!(check_name("a#b"), Err(NameError::Character));
        assert_eq!(check_name("-a"), Err(NameError::Start));
        for name in ["_ménage.2-b", "الاِسم", "n\u{303}ame", "odk:tag"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }
}
