//! What holds for the whole form.

use crate::definition::Definition;
use crate::read::{FormError, Problems};

/// The language of texts that name none, in forms that name no default language.
pub(super) const NO_LANGUAGE: &str = "default";

/// The longest id of a form, in bytes.
const MAX_ID: usize = 255;

/// What holds for the whole form.
pub(super) struct General {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) style: String,
}

pub(super) fn read(definition: &Definition, problems: &mut Problems) -> General {
    let setting = |name: &str| definition.settings.get(name).cloned().unwrap_or_default();
    let mut general = General {
        id: setting("form_id"),
        title: setting("form_title"),
        version: setting("version"),
        style: setting("style"),
    };
    if general.id.is_empty() {
        general.id = Some(id_from(&general.title))
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| "form".to_owned());
        let message = format!("the form has no form_id; it is called `{}`", general.id);
        problems.warn(FormError::at("missing_form_id", "settings", 0, "form_id", message).hint(
            "add a sheet `settings` with the columns form_id and form_title, like `household` and `Household survey`",
        ));
    } else if general.id.len() > MAX_ID {
        let message = format!("the form_id has more than {MAX_ID} bytes");
        problems.error(
            FormError::at(
                "invalid_form_id",
                "settings",
                definition.headers.settings_row,
                "form_id",
                message,
            )
            .hint("give the form a shorter one"),
        );
    }
    if general.title.is_empty() {
        general.title.clone_from(&general.id);
    }
    general
}

fn id_from(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_").chars().take(60).collect()
}
