//! What is shown, and what its change sets off.

use std::collections::HashMap;

use super::{Tables, all, is_external, is_select};
use crate::definition::{Definition, Element, ElementKind};
use crate::read::Problems;

/// Types of questions that nobody sees.
const UNSEEN: &[&str] = &[
    "calculate",
    "hidden",
    "phonenumber",
    "start",
    "end",
    "today",
    "deviceid",
    "subscriberid",
    "simserial",
    "username",
    "email",
    "audit",
    "csv-external",
    "xml-external",
    "start-geopoint",
    "background-audio",
];

/// Complains of questions that show nothing, and of triggers that nobody sees.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    let elements = all(definition);
    let mut triggered: HashMap<&str, Vec<&Element>> = HashMap::new();
    for element in &elements {
        if element.type_name != "background-geopoint" && !is_external(element) {
            for name in &element.triggers {
                triggered.entry(name).or_default().push(element);
            }
        }
    }
    for element in elements {
        check_media(element, tables, problems);
        if matches!(element.kind, ElementKind::Group | ElementKind::Loop)
            && !element.children.iter().any(is_shown)
        {
            let message = format!("nothing in the group `{}` is shown", element.name);
            problems.error(
                tables
                    .error("empty_group", element, &["type"], message)
                    .hint("put a question into it, or take what is in it out of the group"),
            );
        }
        if element.kind != ElementKind::Question {
            continue;
        }
        if is_computed(element) {
            for other in triggered.get(element.name.as_str()).into_iter().flatten() {
                let message = format!(
                    "`${{{}}}` is not shown, so nobody can change it and set off `{}`",
                    element.name, other.name
                );
                problems.error(
                    tables
                        .error("invisible_trigger", other, &["trigger"], message)
                        .hint("name a question that is shown"),
                );
            }
        } else if is_shown(element) {
            check_label(element, tables, problems);
            check_select_type(element, tables, problems);
        }
    }
}

/// Whether it is a group or repeat, or a question that somebody sees.
pub(super) fn is_shown(element: &Element) -> bool {
    element.kind != ElementKind::Question
        || !is_computed(element)
            && !UNSEEN.contains(&element.type_name.as_str())
            && !element.type_name.starts_with("uri:")
}

/// Whether it is computed and shows nothing.
fn is_computed(element: &Element) -> bool {
    element.type_name == "calculate"
        || (element.bind.contains_key("calculate") || !element.triggers.is_empty())
            && element.label.is_none()
            && element.hint.is_none()
            && !labels_columns(element)
}

/// Whether it is the head of columns, which may be blank.
fn labels_columns(element: &Element) -> bool {
    element
        .control
        .get("appearance")
        .is_some_and(|appearance| appearance == "label")
}

fn check_label(element: &Element, tables: &Tables<'_>, problems: &mut Problems) {
    let shows = element.label.is_some()
        || element.hint.is_some()
        || !element.media.is_empty()
        || labels_columns(element);
    if !shows {
        let (message, hint) = if element.guidance_hint.is_some() {
            (
                format!("`{}` has a guidance hint only, which may be hidden", element.name),
                "write what is asked into the column `label`",
            )
        } else {
            (
                format!("`{}` shows nothing", element.name),
                "write what is asked into the column `label`, or a hint",
            )
        };
        problems.error(
            tables
                .error("missing_label", element, &["label"], message)
                .hint(hint),
        );
    }
    if element.media.contains_key("big-image") && !element.media.contains_key("image") {
        let message = format!("`{}` has a big-image, but no image that opens it", element.name);
        problems.error(
            tables
                .error(
                    "big_image_without_image",
                    element,
                    &["media", "big-image"],
                    message,
                )
                .hint("write a smaller image into the column `image`"),
        );
    }
}

/// Whether something can be shown beside a label.
pub(super) fn is_media(form: &str) -> bool {
    matches!(form, "image" | "big-image" | "audio" | "video")
}

fn check_media(element: &Element, tables: &Tables<'_>, problems: &mut Problems) {
    for (form, _) in element.media.iter() {
        if !is_media(form) {
            let message = format!("`{form}` is no kind of media");
            problems.error(
                tables
                    .error("unknown_media", element, &["media", form], message)
                    .hint("write `image`, `big-image`, `audio` or `video`"),
            );
        }
    }
}

fn check_select_type(element: &Element, tables: &Tables<'_>, problems: &mut Problems) {
    if is_select(element)
        && let Some(written) = element.bound("type")
        && !matches!(written, "string" | "odk:rank")
    {
        let message = format!(
            "the choice of `{}` is kept as text, not as `{written}`",
            element.name
        );
        problems.error(
            tables
                .error("select_bind_type", element, &["bind", "type"], message)
                .hint("empty the cell"),
        );
    }
}
