//! The media beside a label.

use super::Text;

/// The media beside a label by form: `image`, `big-image`, `audio`, `video`; in the order in which
/// they are written.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct MediaFiles(Vec<(String, Text)>);

impl MediaFiles {
    /// No media.
    pub const fn new() -> Self {
        MediaFiles(Vec::new())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the files of a form.
    pub fn get(&self, form: &str) -> Option<&Text> {
        self.iter()
            .find(|(known, _)| *known == form)
            .map(|(_, files)| files)
    }

    /// Whether there are any of a form.
    pub fn contains_key(&self, form: &str) -> bool {
        self.get(form).is_some()
    }

    /// Puts down the files of a form, in the place of those that are there.
    pub fn insert(&mut self, form: String, files: Text) {
        match self.0.iter_mut().find(|(known, _)| *known == form) {
            Some((_, old)) => *old = files,
            None => self.0.push((form, files)),
        }
    }

    /// Goes through the forms and their files.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.0.iter().map(|(form, files)| (form.as_str(), files))
    }

    /// Goes through the files.
    pub fn values(&self) -> impl Iterator<Item = &Text> {
        self.0.iter().map(|(_, files)| files)
    }

    /// Goes through the files, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        self.0.iter_mut().map(|(_, files)| files)
    }
}

/// Gathers forms, each of which is there once.
impl FromIterator<(String, Text)> for MediaFiles {
    fn from_iter<I: IntoIterator<Item = (String, Text)>>(forms: I) -> Self {
        MediaFiles(forms.into_iter().collect())
    }
}
