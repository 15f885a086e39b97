//! Questions that have no list of choices.

use super::dynamic::is_dynamic;
use super::parameters::{integer, is_integer, is_number};
use super::survey::{Line, Reader};
use super::types::Plain;
use super::{range, yes};
use crate::definition::{Element, Text};
use crate::read::Problems;

/// The parameters of `audit` that switch the recording of places on; all or none of them.
const PLACES: [&str; 3] = ["location-priority", "location-min-interval", "location-max-age"];

/// Reads a question.
pub(super) fn read(
    reader: &mut Reader<'_, '_>,
    line: Line,
    name: String,
    plain: &Plain,
    has_trigger: bool,
    problems: &mut Problems,
) {
    let row = line.row;
    let mut element = reader.element(line, name, plain.type_name);
    if let Some(constraint) = plain.constraint {
        element
            .bind
            .entry("constraint".to_owned())
            .or_insert_with(|| Text::Plain(constraint.to_owned()));
    }
    if let Some(hint) = plain.hint {
        element.hint.get_or_insert_with(|| Text::Plain(hint.to_owned()));
    }
    match plain.written {
        "calculate" => calculate(reader, &element, problems),
        "subscriberid" | "simserial" => {
            let message = format!("few phones still tell `{}`", plain.written);
            problems.warn(
                reader
                    .error("deprecated_metadata", row, &["type"], message)
                    .hint("use `deviceid`"),
            );
        }
        "text" => text(reader, &mut element, problems),
        "image" | "photo" | "add image prompt" | "add photo prompt" => image(reader, &mut element, problems),
        "audio" | "add audio prompt" => {
            let quality = audio_quality(reader, &element, true, problems);
            if let Some(quality) = quality {
                bind(&mut element, "odk:quality", quality);
            }
        }
        "background-audio" => {
            audio_quality(reader, &element, false, problems);
        }
        "geopoint" | "geoshape" | "geotrace" => place(reader, &mut element, problems),
        "background-geopoint" => background_place(reader, &element, has_trigger, problems),
        "range" => range::read(reader, &mut element, problems),
        "csv-external" | "xml-external" => {
            let (stem, _) = super::names::splitext(&element.name);
            reader.instances.insert(stem.to_owned());
        }
        _ => {}
    }
    reader.push(element);
}

/// Reads a question about the tags of a place on a map.
pub(super) fn osm(
    reader: &mut Reader<'_, '_>,
    line: Line,
    name: String,
    list: String,
    problems: &mut Problems,
) {
    let row = line.row;
    let mut element = reader.element(line, name, "osm");
    if let Some(tags) = reader.around.osm
        && !tags.is_empty()
        && tags.get(&list).is_none()
    {
        let message = format!("there is no list `{list}` in the sheet `osm`");
        let hint = problems.nearest(&list, tags.names()).map_or_else(
            || format!("add rows to it with `{list}` in the column `list_name`"),
            |meant| format!("did you mean `{meant}`?"),
        );
        problems.error(reader.error("unknown_list", row, &["type"], message).hint(hint));
    }
    element.list = Some(list);
    reader.push(element);
}

/// Reads a row of type `audit`.
pub(super) fn audit(reader: &Reader<'_, '_>, line: Line, problems: &mut Problems) -> Element {
    let row = line.row;
    let written = line.values.text("name").to_owned();
    let mut element = reader.element(line, "audit".to_owned(), "audit");
    if !matches!(written.as_str(), "" | "audit") {
        let message = format!("an audit cannot be called `{written}`");
        problems.error(
            reader
                .error("invalid_audit_name", row, &["name"], message)
                .hint("leave its name empty"),
        );
    }
    accept(
        reader,
        &element,
        &[
            "identify-user",
            "location-max-age",
            "location-min-interval",
            "location-priority",
            "track-changes",
            "track-changes-reasons",
        ],
        problems,
    );
    for name in ["track-changes", "identify-user"] {
        if let Some(value) = one_of(reader, &element, name, &["true", "false"], problems) {
            bind(&mut element, &format!("odk:{name}"), value);
        }
    }
    if let Some(value) = one_of(
        reader,
        &element,
        "track-changes-reasons",
        &["on-form-edit"],
        problems,
    ) {
        bind(&mut element, "odk:track-changes-reasons", value);
    }
    audit_places(reader, &mut element, problems);
    element
}

fn audit_places(reader: &Reader<'_, '_>, element: &mut Element, problems: &mut Problems) {
    let given = PLACES
        .iter()
        .filter(|name| element.parameters.contains_key(**name))
        .count();
    if given == 0 {
        return;
    }
    if given < PLACES.len() {
        problems.error(
            reader
                .error(
                    "incomplete_audit_location",
                    element.row,
                    &["parameters"],
                    "some of the parameters that record places are missing",
                )
                .hint("give `location-priority`, `location-min-interval` and `location-max-age` together"),
        );
        return;
    }
    let priority = one_of(
        reader,
        element,
        "location-priority",
        &["no-power", "low-power", "balanced", "high-accuracy"],
        problems,
    );
    let interval = not_negative(reader, element, "location-min-interval", problems);
    let age = not_negative(reader, element, "location-max-age", problems);
    if let (Some(interval), Some(age)) = (interval, age)
        && age < interval
    {
        problems.error(
            reader
                .error(
                    "audit_age_below_interval",
                    element.row,
                    &["parameters"],
                    "`location-max-age` is less than `location-min-interval`",
                )
                .hint("make it at least as great"),
        );
    }
    if priority.is_some() {
        for name in PLACES {
            if let Some(value) = element.parameters.get(name).cloned() {
                bind(element, &format!("odk:{name}"), value);
            }
        }
    }
}

fn not_negative(
    reader: &Reader<'_, '_>,
    element: &Element,
    name: &str,
    problems: &mut Problems,
) -> Option<i64> {
    let written = element.parameters.get(name)?;
    let value = integer(written);
    if value.is_none_or(|value| value < 0) {
        let message = format!("`{name}` is `{written}`, which is no whole number of seconds");
        problems.error(
            reader
                .error("invalid_parameter_value", element.row, &["parameters"], message)
                .hint("write a whole number that is not negative"),
        );
    }
    value
}

/// Refuses parameters that the type does not have.
pub(super) fn accept(reader: &Reader<'_, '_>, element: &Element, known: &[&str], problems: &mut Problems) {
    for name in element
        .parameters
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
    {
        let message = format!("`{}` has no parameter `{name}`", element.type_name);
        let hint = problems.nearest(name, known.iter().copied()).map_or_else(
            || match known {
                [] => "it has none".to_owned(),
                known => format!("it has: {}", known.join(", ")),
            },
            |meant| format!("did you mean `{meant}`?"),
        );
        problems.error(
            reader
                .error("unknown_parameter", element.row, &["parameters"], message)
                .hint(hint),
        );
    }
}

/// The value of a parameter, if it is one of those that are meant.
pub(super) fn one_of(
    reader: &Reader<'_, '_>,
    element: &Element,
    name: &str,
    values: &[&str],
    problems: &mut Problems,
) -> Option<String> {
    let value = element.parameters.get(name)?;
    if values.contains(&value.as_str()) {
        return Some(value.clone());
    }
    invalid_value(
        reader,
        element,
        name,
        &format!("write {}", either(values)),
        problems,
    );
    None
}

/// Complains of the value of a parameter.
pub(super) fn invalid_value(
    reader: &Reader<'_, '_>,
    element: &Element,
    name: &str,
    hint: &str,
    problems: &mut Problems,
) {
    let value = element.parameters.get(name).map_or("", String::as_str);
    let message = format!("the parameter `{name}` cannot be `{value}`");
    problems.error(
        reader
            .error("invalid_parameter_value", element.row, &["parameters"], message)
            .hint(hint),
    );
}

fn either(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    match quoted.as_slice() {
        [front @ .., last] if !front.is_empty() => format!("{} or {last}", front.join(", ")),
        quoted => quoted.join(""),
    }
}

fn bind(element: &mut Element, attribute: &str, value: String) {
    element.bind.insert(attribute.to_owned(), Text::Plain(value));
}

fn calculate(reader: &Reader<'_, '_>, element: &Element, problems: &mut Problems) {
    let computed = element.bound("calculate").is_some_and(|text| !text.is_empty());
    let has_dynamic_default = element
        .default
        .as_deref()
        .is_some_and(|default| is_dynamic(default, &element.written_type));
    if !computed && !has_dynamic_default {
        let message = format!("`{}` says not what is computed", element.name);
        problems.error(
            reader
                .error(
                    "missing_calculation",
                    element.row,
                    &["bind", "calculate"],
                    message,
                )
                .hint("write an expression into the column `calculation`"),
        );
    }
}

fn text(reader: &Reader<'_, '_>, element: &mut Element, problems: &mut Problems) {
    accept(reader, element, &["rows"], problems);
    if let Some(rows) = element.parameters.get("rows").cloned() {
        if !is_integer(&rows) {
            invalid_value(reader, element, "rows", "write a whole number", problems);
        }
        element.control.insert("rows".to_owned(), rows);
    }
}

fn image(reader: &Reader<'_, '_>, element: &mut Element, problems: &mut Problems) {
    accept(reader, element, &["app", "max-pixels"], problems);
    if let Some(default) = &mut element.default
        && !default.contains("jr://images/")
    {
        default.insert_str(0, "jr://images/");
    }
    match element.parameters.get("max-pixels").cloned() {
        Some(pixels) => {
            if !is_integer(&pixels) {
                invalid_value(reader, element, "max-pixels", "write a whole number", problems);
            }
            bind(element, "orx:max-pixels", pixels);
        }
        None => problems.warn(
            reader
                .error(
                    "unbounded_image",
                    element.row,
                    &["parameters"],
                    format!("`{}` takes images of any size", element.name),
                )
                .hint("write `max-pixels=1024` into the column `parameters`, so that they are sent sooner"),
        ),
    }
    if matches!(element.appearance.as_deref(), None | Some("annotate"))
        && let Some(app) = element.parameters.get("app").cloned()
    {
        if let Some(why) = package_fault(&app) {
            let message = format!("`{app}` is no name of an Android package: {why}");
            problems.error(
                reader
                    .error("invalid_app", element.row, &["parameters"], message)
                    .hint("write it like `app=org.example.camera`"),
            );
        }
        element.control.insert("intent".to_owned(), app);
    }
}

fn package_fault(name: &str) -> Option<&'static str> {
    if !name.contains('.') {
        return Some("there is no dot in it");
    }
    let parts = || name.split('.');
    if parts().any(str::is_empty) {
        Some("there is nothing before, between or after its dots")
    } else if parts().any(|part| part.starts_with('_')) {
        Some("a part of it begins with `_`")
    } else if parts().any(|part| part.starts_with(char::is_numeric)) {
        Some("a part of it begins with a digit")
    } else if !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))
    {
        Some("there is something else than letters, digits, `_` and `.` in it")
    } else {
        None
    }
}

fn audio_quality(
    reader: &Reader<'_, '_>,
    element: &Element,
    may_be_external: bool,
    problems: &mut Problems,
) -> Option<String> {
    accept(reader, element, &["quality"], problems);
    let qualities: &[&str] = if may_be_external {
        &["voice-only", "low", "normal", "external"]
    } else {
        &["voice-only", "low", "normal"]
    };
    one_of(reader, element, "quality", qualities, problems)
}

fn place(reader: &mut Reader<'_, '_>, element: &mut Element, problems: &mut Problems) {
    let numbers: &[(&str, &str)] = &[
        ("capture-accuracy", "accuracyThreshold"),
        ("warning-accuracy", "unacceptableAccuracyThreshold"),
    ];
    if element.type_name == "geopoint" {
        accept(
            reader,
            element,
            &[
                "allow-mock-accuracy",
                "capture-accuracy",
                "reference-geometry",
                "warning-accuracy",
            ],
            problems,
        );
        for (name, attribute) in numbers {
            if let Some(value) = element.parameters.get(*name).cloned() {
                if !is_number(&value) {
                    invalid_value(reader, element, name, "write a number of metres", problems);
                }
                element.control.insert((*attribute).to_owned(), value);
            }
        }
    } else {
        accept(
            reader,
            element,
            &["allow-mock-accuracy", "incremental", "reference-geometry"],
            problems,
        );
        if let Some(value) = element.parameters.get("incremental") {
            if yes(value) != Some(true) {
                invalid_value(
                    reader,
                    element,
                    "incremental",
                    "write `incremental=true`, or leave it out",
                    problems,
                );
            }
            element
                .control
                .insert("incremental".to_owned(), "true".to_owned());
        }
    }
    if let Some(value) = one_of(
        reader,
        element,
        "allow-mock-accuracy",
        &["true", "false"],
        problems,
    ) {
        bind(element, "odk:allow-mock-accuracy", value);
    }
    if let Some(target) = element.parameters.get("reference-geometry").cloned() {
        reader.geometries.push((target.clone(), element.row));
        element.list = Some(target);
    }
}

fn background_place(reader: &Reader<'_, '_>, element: &Element, has_trigger: bool, problems: &mut Problems) {
    if !has_trigger {
        problems.error(
            reader
                .error(
                    "missing_trigger",
                    element.row,
                    &["trigger"],
                    "nothing says when the place is to be taken",
                )
                .hint("write a question like `${name}` into the column `trigger`"),
        );
    }
    if element.bind.contains_key("calculate") {
        problems.error(
            reader
                .error(
                    "calculated_background_place",
                    element.row,
                    &["bind", "calculate"],
                    "a place that is taken in the background cannot be computed",
                )
                .hint("empty the cell"),
        );
    }
}
