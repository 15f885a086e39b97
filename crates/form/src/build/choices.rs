//! Lists of choices, and the media beside labels.

use super::Builder;
use crate::definition::{List, MediaFiles};
use crate::model::{Choice, ChoiceList, LabelMedia};

impl Builder<'_> {
    pub(super) fn lists(&self, lists: &[List]) -> Vec<ChoiceList> {
        let writing = self.writing();
        let choice = |choice: &crate::definition::Choice| Choice {
            name: choice.name.clone(),
            label: writing.text(choice.label.as_ref()),
            media: self.media(&choice.media),
            columns: choice.columns.iter().cloned().collect(),
        };
        let list = |list: &List| ChoiceList {
            name: list.name.clone(),
            choices: list.choices.iter().map(choice).collect(),
        };
        lists.iter().map(list).collect()
    }

    pub(super) fn media(&self, media: &MediaFiles) -> LabelMedia {
        let names = |form: &str| self.writing().text(media.get(form));
        LabelMedia {
            image: names("image"),
            big_image: names("big-image"),
            audio: names("audio"),
            video: names("video"),
        }
    }
}
