//! The files that a form needs beside itself.

use std::collections::BTreeMap;

use super::{Form, Item, LabelMedia};
use crate::expression::Expression;
use crate::kind::ChoiceSource;
use crate::path::QuestionPath;

/// A file that a form needs beside itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// The file's name.
    pub name: String,
    /// What kind of file it is.
    pub kind: AttachmentKind,
    /// What needs it, in form order.
    pub uses: Vec<AttachmentUse>,
}

/// What kind of file a form needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AttachmentKind {
    /// A table of choices or of data.
    Csv,
    /// A document of choices or of data.
    Xml,
    /// Places to choose from.
    Geojson,
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// A film.
    Video,
}

/// What needs a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AttachmentUse {
    /// The choices of a question.
    Choices(QuestionPath),
    /// Expressions that read it as `instance('name')`.
    Data(String),
    /// A question that looks something up in it with `pulldata` or `search`.
    Lookup(QuestionPath),
    /// The label of a question, group or repeat.
    Label(QuestionPath),
    /// The label of a choice.
    ChoiceLabel {
        /// The choice's list.
        list: String,
        /// The choice.
        choice: String,
    },
}

impl Form {
    /// Returns the files that the form needs beside itself, by their names: choices and data in
    /// CSV, XML and GeoJSON, and the media of labels.
    pub fn attachments(&self) -> Vec<Attachment> {
        let mut files = Files::default();
        for item in self.all_items() {
            if let Item::Question(question) = item {
                if let Some(ChoiceSource::File { name, .. }) = question.kind.choices() {
                    files.add(name, of_data(name), AttachmentUse::Choices(question.path.clone()));
                }
                if let Some(name) = searched(&question.appearance) {
                    files.add(
                        &csv(name),
                        AttachmentKind::Csv,
                        AttachmentUse::Lookup(question.path.clone()),
                    );
                }
            }
            for expression in expressions(item) {
                for name in looked_up(expression.text()) {
                    files.add(
                        &csv(name),
                        AttachmentKind::Csv,
                        AttachmentUse::Lookup(item.path().clone()),
                    );
                }
            }
            files.add_media(item.media(), &AttachmentUse::Label(item.path().clone()));
        }
        for data in &self.external_data {
            files.add(
                &data.file,
                of_data(&data.file),
                AttachmentUse::Data(data.name.clone()),
            );
        }
        for list in self.lists.iter().chain(&self.external_lists) {
            for choice in &list.choices {
                let used = AttachmentUse::ChoiceLabel {
                    list: list.name.clone(),
                    choice: choice.name.clone(),
                };
                files.add_media(&choice.media, &used);
            }
        }
        files.0.into_values().collect()
    }
}

/// The files found so far, by their names.
#[derive(Default)]
struct Files(BTreeMap<String, Attachment>);

impl Files {
    fn add(&mut self, name: &str, kind: AttachmentKind, used: AttachmentUse) {
        let file = self.0.entry(name.to_owned()).or_insert_with(|| Attachment {
            name: name.to_owned(),
            kind,
            uses: Vec::new(),
        });
        if file.uses.last() != Some(&used) {
            file.uses.push(used);
        }
    }

    fn add_media(&mut self, media: &LabelMedia, used: &AttachmentUse) {
        let columns = [
            (&media.image, AttachmentKind::Image),
            (&media.big_image, AttachmentKind::Image),
            (&media.audio, AttachmentKind::Audio),
            (&media.video, AttachmentKind::Video),
        ];
        for (names, kind) in columns {
            for (_, name) in names.iter().filter(|(_, name)| !name.contains("${")) {
                self.add(name, kind, used.clone());
            }
        }
    }
}

/// All expressions of an item that may look something up in a file.
fn expressions(item: &Item) -> Vec<&Expression> {
    let mut all: Vec<&Expression> = item.relevant().into_iter().chain(item.read_only()).collect();
    match item {
        Item::Question(question) => {
            all.extend(&question.required);
            all.extend(&question.constraint);
            all.extend(&question.calculation);
            all.extend(&question.choice_filter);
            if let Some(super::DefaultAnswer::Computed(default)) = &question.default {
                all.push(default);
            }
        }
        Item::Repeat(repeat) => all.extend(&repeat.repeat_count),
        Item::Group(_) => {}
    }
    all
}

fn of_data(file: &str) -> AttachmentKind {
    match file
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .as_deref()
    {
        Some("xml") => AttachmentKind::Xml,
        Some("geojson") => AttachmentKind::Geojson,
        _ => AttachmentKind::Csv,
    }
}

fn csv(name: &str) -> String {
    if name.ends_with(".csv") {
        name.to_owned()
    } else {
        format!("{name}.csv")
    }
}

/// The files that calls of `pulldata` name.
fn looked_up(expression: &str) -> impl Iterator<Item = &str> {
    expression.split("pulldata").skip(1).filter_map(quoted_argument)
}

/// The file that an appearance like `search('towns')` names.
fn searched(appearance: &str) -> Option<&str> {
    appearance.split("search").skip(1).find_map(quoted_argument)
}

/// The text in quotes that a call begins with: of `('towns', …)` it is `towns`.
fn quoted_argument(call: &str) -> Option<&str> {
    let argument = call.trim_start().strip_prefix('(')?.trim_start();
    let quote = argument.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    argument
        .strip_prefix(quote)?
        .split_once(quote)
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_where_calls_name_them() {
        let call = "if(${a}, pulldata ( \"zones\", 'x', 'y', ${b}), pulldata('wards', 'x', 'y', 1))";
        assert_eq!(looked_up(call).collect::<Vec<_>>(), ["zones", "wards"]);
        assert_eq!(searched("minimal search('towns', 'contains')"), Some("towns"));
        assert_eq!(searched("search"), None);
        assert_eq!(looked_up("pulldata(${file}, 'x')").count(), 0);
    }
}
