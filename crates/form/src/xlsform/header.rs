//! What the headers of a sheet mean.

/// What is known of the headers of one sheet.
pub(super) struct Known {
    /// The columns that are read, by their canonical names.
    pub(super) columns: &'static [&'static str],
    /// Other spellings, with what they stand for: a column, or a group and what is in it.
    pub(super) aliases: &'static [(&'static str, &'static [&'static str])],
    /// A header that is not read in a sheet that also has the second.
    pub(super) superseded: Option<(&'static str, &'static str)>,
}

/// One column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Column {
    /// The header as it is written.
    pub(super) header: String,
    /// Its parts: `bind`, `relevant`; `label`, `English (en)`.
    pub(super) tokens: Vec<String>,
    /// Whether the header is the plain name of the column rather than another spelling.
    pub(super) plain: bool,
}

impl Known {
    fn alias(&self, name: &str) -> Option<&'static [&'static str]> {
        self.aliases
            .iter()
            .find(|(alias, _)| *alias == name)
            .map(|(_, tokens)| *tokens)
    }

    fn is_plain(&self, name: &str) -> bool {
        self.columns.contains(&name) && self.alias(name).is_none()
    }

    /// Takes a header apart. Single colons divide it only in a sheet in which no header holds
    /// two in a row (`double_colon`), because namespaces are written with them too.
    pub(super) fn column(&self, header: &str, double_colon: bool) -> Column {
        let column = |tokens: Vec<String>, plain| Column {
            header: header.to_owned(),
            tokens,
            plain,
        };
        if self.is_plain(header) {
            return column(vec![header.to_owned()], true);
        }
        let name = snake_case(header);
        if self.is_plain(&name) {
            let plain = name == header;
            return column(vec![name], plain);
        }
        let mut tokens: Vec<String> = if double_colon {
            header.split("::").map(|token| token.trim().to_owned()).collect()
        } else {
            with_jr(header.split(':').map(|token| token.trim().to_owned()).collect())
        };
        let first = snake_case(tokens.first().map_or("", String::as_str));
        if let Some(meant) = self.alias(&first) {
            tokens.splice(0..1, meant.iter().map(|&token| token.to_owned()));
            let plain = meant.len() == 1 && meant.first() == Some(&header);
            column(tokens, plain)
        } else if self.columns.contains(&first.as_str()) {
            let plain = first == header;
            if let Some(token) = tokens.first_mut() {
                *token = first;
            }
            column(tokens, plain)
        } else {
            // An unknown header is left as it is: expressions may name the column.
            column(tokens, true)
        }
    }
}

/// `bind:jr:constraintMsg` has two parts, not three.
fn with_jr(tokens: Vec<String>) -> Vec<String> {
    let Some(at) = tokens.iter().position(|token| token == "jr") else {
        return tokens;
    };
    let mut joined: Vec<String> = tokens.iter().take(at).cloned().collect();
    match tokens.get(at + 1) {
        Some(next) => joined.push(format!("jr:{next}")),
        None => joined.push("jr".to_owned()),
    }
    joined.extend(tokens.into_iter().skip(at + 2));
    joined
}

/// The words of a header in lower case, with underscores between them.
pub(super) fn snake_case(header: &str) -> String {
    header
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("_")
        .to_lowercase()
}

/// The sheet `survey`.
pub(super) const SURVEY: Known = Known {
    columns: &[
        "type",
        "name",
        "label",
        "hint",
        "guidance_hint",
        "media",
        "bind",
        "control",
        "instance",
        "parameters",
        "default",
        "trigger",
        "choice_filter",
        "sms_field",
        "actions",
        "choices",
        "extra_data",
        "itemset",
        "list_name",
        "parent",
        "query",
        "sensitivity",
        "reveals",
    ],
    aliases: &[
        ("sms_field", &["sms_field"]),
        ("sms_option", &["sms_option"]),
        ("sms_separator", &["sms_separator"]),
        ("sms_allow_media", &["sms_allow_media"]),
        ("sms_date_format", &["sms_date_format"]),
        ("sms_datetime_format", &["sms_datetime_format"]),
        ("sms_response", &["sms_response"]),
        ("compact_tag", &["instance", "odk:tag"]),
        ("read_only", &["bind", "readonly"]),
        ("readonly", &["bind", "readonly"]),
        ("relevant", &["bind", "relevant"]),
        ("relevance", &["bind", "relevant"]),
        ("caption", &["label"]),
        ("appearance", &["control", "appearance"]),
        ("required", &["bind", "required"]),
        ("constraint", &["bind", "constraint"]),
        ("constraining_message", &["bind", "jr:constraintMsg"]),
        ("constraint_message", &["bind", "jr:constraintMsg"]),
        ("calculation", &["bind", "calculate"]),
        ("calculate", &["bind", "calculate"]),
        ("command", &["type"]),
        ("tag", &["name"]),
        ("value", &["name"]),
        ("image", &["media", "image"]),
        ("big-image", &["media", "big-image"]),
        ("audio", &["media", "audio"]),
        ("video", &["media", "video"]),
        ("count", &["control", "jr:count"]),
        ("repeat_count", &["control", "jr:count"]),
        ("jr:count", &["control", "jr:count"]),
        ("autoplay", &["control", "autoplay"]),
        ("rows", &["control", "rows"]),
        ("noapperrorstring", &["bind", "jr:noAppErrorString"]),
        ("no_app_error_string", &["bind", "jr:noAppErrorString"]),
        ("requiredmsg", &["bind", "jr:requiredMsg"]),
        ("required_message", &["bind", "jr:requiredMsg"]),
        ("body", &["control"]),
        ("save_to", &["bind", "entities:saveto"]),
    ],
    superseded: None,
};

/// Columns of the sheet `survey` that are read though the reference converter does not know them.
pub(super) const SURVEY_EXTRAS: &[&str] = &["disabled", "intent", "hxl"];

/// The sheets `choices`, `external_choices` and `osm`.
pub(super) const CHOICES: Known = Known {
    columns: &["name", "label", "media", "sms_option", "extra_data", "parent"],
    aliases: &[
        ("caption", &["label"]),
        ("list_name", &["list name"]),
        ("value", &["name"]),
        ("image", &["media", "image"]),
        ("big-image", &["media", "big-image"]),
        ("audio", &["media", "audio"]),
        ("video", &["media", "video"]),
    ],
    superseded: None,
};

/// The sheet `settings`.
pub(super) const SETTINGS: Known = Known {
    columns: &[
        "add_none_option",
        "allow_choice_duplicates",
        "attribute",
        "auto_delete",
        "auto_send",
        "clean_text_values",
        "client_editable",
        "default_language",
        "delimiter",
        "flat",
        "id_string",
        "instance_name",
        "instance_xmlns",
        "name",
        "namespaces",
        "omit_instanceID",
        "prefix",
        "public_key",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_field",
        "sms_keyword",
        "sms_response",
        "sms_separator",
        "style",
        "submission_url",
        "title",
        "version",
    ],
    aliases: &[
        ("form_title", &["title"]),
        ("set_form_title", &["title"]),
        ("form_id", &["id_string"]),
        ("set_form_id", &["id_string"]),
        ("prefix", &["prefix"]),
    ],
    superseded: Some(("id_string", "form_id")),
};

/// Settings that are read though they are no columns of the reference converter's own.
pub(super) const SETTINGS_EXTRAS: &[&str] = &["instance_id"];

/// The sheet `entities`.
pub(super) const ENTITIES: Known = Known {
    columns: &[
        "dataset",
        "entity_id",
        "create_if",
        "update_if",
        "repeat",
        "label",
    ],
    aliases: &[("list_name", &["dataset"])],
    superseded: None,
};
