//! What stands in the column `type`.

use super::names::splitext;

/// What a row of the sheet `survey` does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum RowType {
    Begin(Container, Option<String>),
    End(Container),
    Select(Select),
    Osm(String),
    /// A setting that is written into the sheet `survey`, by its canonical name.
    Setting(&'static str),
    Plain(&'static Plain),
    Unknown,
}

/// What other rows are put into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Container {
    Group,
    Repeat,
    Loop,
}

/// A question that is answered from a list of choices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Select {
    /// Its canonical name.
    pub(super) type_name: &'static str,
    /// The words before the list's name, as they are written.
    pub(super) command: &'static str,
    pub(super) list: String,
    pub(super) or_other: bool,
}

/// Any other question.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Plain {
    /// How it is written.
    pub(super) written: &'static str,
    /// Its canonical name.
    pub(super) type_name: &'static str,
    /// A constraint that comes with the type.
    pub(super) constraint: Option<&'static str>,
    /// A hint that comes with the type.
    pub(super) hint: Option<&'static str>,
}

impl Container {
    pub(super) fn name(self) -> &'static str {
        match self {
            Container::Group => "group",
            Container::Repeat => "repeat",
            Container::Loop => "loop",
        }
    }

    fn of(name: &str) -> Option<Self> {
        match name {
            "group" => Some(Container::Group),
            "repeat" | "lgroup" | "looped group" => Some(Container::Repeat),
            "loop" => Some(Container::Loop),
            _ => None,
        }
    }
}

impl Select {
    /// Whether the choices come from a file.
    pub(super) fn is_from_file(&self) -> bool {
        is_file(&self.list)
    }

    /// Whether the type itself says that the choices come from a file.
    pub(super) fn says_from_file(&self) -> bool {
        self.command.ends_with("from_file") || self.command.ends_with("from file")
    }
}

/// Whether a list's name is that of a file that choices can come from.
pub(super) fn is_file(list: &str) -> bool {
    matches!(splitext(list).1, ".xml" | ".csv" | ".geojson")
}

/// Reads a type. The spellings are those of the reference converter, which minds upper and lower case.
pub(super) fn read(text: &str) -> RowType {
    if let Some(setting) = setting(text) {
        return RowType::Setting(setting);
    }
    if let Some(rest) = after_word(text, "begin")
        && let Some((container, list)) = begin(rest)
    {
        return RowType::Begin(container, list);
    }
    if let Some(container) = after_word(text, "end").and_then(Container::of) {
        return RowType::End(container);
    }
    if let Some(select) = select(text) {
        return RowType::Select(select);
    }
    if let Some(list) = osm(text) {
        return RowType::Osm(list);
    }
    PLAIN
        .iter()
        .find(|plain| plain.written == text)
        .map_or(RowType::Unknown, RowType::Plain)
}

/// The spellings to suggest for an unknown type.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    SUGGESTED.iter().copied()
}

/// Whether something like a list's name is missing behind a type of select.
pub(super) fn is_select_without_list(text: &str) -> bool {
    SELECTS.iter().any(|(command, _)| *command == text)
        || matches!(
            text,
            "q select" | "q select1" | "select one using" | "select multiple using" | "select multiple from"
        )
}

fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)?.strip_prefix([' ', '_', '\t', '\n'])
}

fn begin(rest: &str) -> Option<(Container, Option<String>)> {
    ["looped group", "lgroup", "group", "repeat", "loop"]
        .iter()
        .find_map(|name| {
            let after = rest.strip_prefix(name)?;
            let container = Container::of(name)?;
            if after.is_empty() {
                return Some((container, None));
            }
            let list = after.strip_prefix(' ')?;
            let list = list
                .strip_prefix("over ")
                .filter(|list| !list.is_empty())
                .unwrap_or(list);
            one_word(list).then(|| (container, Some(list.to_owned())))
        })
}

fn select(text: &str) -> Option<Select> {
    SELECTS.iter().find_map(|(command, type_name)| {
        let rest = text.strip_prefix(command)?.strip_prefix(' ')?;
        let found = |list: &str, or_other| {
            one_word(list).then(|| Select {
                type_name,
                command,
                list: list.to_owned(),
                or_other,
            })
        };
        ["or specify other", "or_other", "or other"]
            .iter()
            .find_map(|suffix| found(rest.strip_suffix(suffix)?.strip_suffix(' ')?, true))
            .or_else(|| found(rest, false))
    })
}

fn osm(text: &str) -> Option<String> {
    let (_, after) = text.split_once("osm ")?;
    let list: String = after.chars().take_while(|c| !c.is_whitespace()).collect();
    (!list.is_empty()).then_some(list)
}

fn one_word(list: &str) -> bool {
    !list.is_empty() && !list.contains(char::is_whitespace)
}

fn setting(text: &str) -> Option<&'static str> {
    match text {
        "form_title" | "set_form_title" => Some("form_title"),
        "form_id" | "set_form_id" => Some("form_id"),
        "prefix" => Some("prefix"),
        _ => None,
    }
}

/// The words before a list's name, longer ones before those they begin with.
const SELECTS: &[(&str, &str)] = &[
    ("add select one prompt using", "select_one"),
    ("add select multiple prompt using", "select_multiple"),
    ("select all that apply from", "select_multiple"),
    ("select one from", "select_one"),
    ("select1", "select_one"),
    ("select_one", "select_one"),
    ("select one", "select_one"),
    ("select_multiple", "select_multiple"),
    ("select all that apply", "select_multiple"),
    ("select_one_external", "select_one_external"),
    ("select_one_from_file", "select_one"),
    ("select_multiple_from_file", "select_multiple"),
    ("select one from file", "select_one"),
    ("select multiple from file", "select_multiple"),
    ("rank", "rank"),
];

const SUGGESTED: &[&str] = &[
    "text",
    "integer",
    "decimal",
    "range",
    "note",
    "calculate",
    "hidden",
    "acknowledge",
    "select_one",
    "select_multiple",
    "rank",
    "select_one_from_file",
    "select_multiple_from_file",
    "select_one_external",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
    "geopoint",
    "geotrace",
    "geoshape",
    "start-geopoint",
    "background-geopoint",
    "image",
    "audio",
    "video",
    "file",
    "barcode",
    "background-audio",
    "osm",
    "date",
    "time",
    "dateTime",
    "csv-external",
    "xml-external",
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "email",
    "phonenumber",
    "audit",
];

const fn plain(written: &'static str, type_name: &'static str) -> Plain {
    Plain {
        written,
        type_name,
        constraint: None,
        hint: None,
    }
}

const fn bounded(
    written: &'static str,
    type_name: &'static str,
    constraint: &'static str,
    hint: Option<&'static str>,
) -> Plain {
    Plain {
        written,
        type_name,
        constraint: Some(constraint),
        hint,
    }
}

const PLAIN: &[Plain] = &[
    plain("text", "text"),
    plain("string", "text"),
    plain("q string", "text"),
    plain("add text prompt", "text"),
    plain("integer", "integer"),
    plain("int", "integer"),
    plain("q int", "integer"),
    plain("add integer prompt", "integer"),
    bounded("percentage", "integer", "0 <= . and . <= 100", None),
    bounded(
        "number of days in last month",
        "integer",
        "0 <= . and . <= 31",
        Some("Enter a number 0-31."),
    ),
    bounded(
        "number of days in last six months",
        "integer",
        "0 <= . and . <= 183",
        Some("Enter a number 0-183."),
    ),
    bounded(
        "number of days in last year",
        "integer",
        "0 <= . and . <= 365",
        Some("Enter a number 0-365."),
    ),
    bounded(
        "phone number",
        "text",
        "regex(., '^\\d*$')",
        Some("Enter numbers only."),
    ),
    plain("decimal", "decimal"),
    plain("q decimal", "decimal"),
    plain("add decimal prompt", "decimal"),
    plain("range", "range"),
    plain("note", "note"),
    plain("q note", "note"),
    plain("add note prompt", "note"),
    plain("calculate", "calculate"),
    plain("q calculate", "calculate"),
    plain("add calculate prompt", "calculate"),
    plain("hidden", "hidden"),
    plain("acknowledge", "acknowledge"),
    plain("q acknowledge", "acknowledge"),
    plain("add acknowledge prompt", "acknowledge"),
    plain("trigger", "trigger"),
    plain("date", "date"),
    plain("q date", "date"),
    plain("add date prompt", "date"),
    plain("time", "time"),
    plain("dateTime", "dateTime"),
    plain("datetime", "dateTime"),
    plain("date time", "dateTime"),
    plain("q dateTime", "dateTime"),
    plain("q date time", "dateTime"),
    plain("add dateTime prompt", "dateTime"),
    plain("add date time prompt", "dateTime"),
    plain("geopoint", "geopoint"),
    plain("q geopoint", "geopoint"),
    plain("location", "geopoint"),
    plain("q location", "geopoint"),
    plain("add location prompt", "geopoint"),
    plain("gps", "geopoint"),
    plain("geoshape", "geoshape"),
    plain("q geoshape", "geoshape"),
    plain("geotrace", "geotrace"),
    plain("q geotrace", "geotrace"),
    plain("start-geopoint", "start-geopoint"),
    plain("background-geopoint", "background-geopoint"),
    plain("image", "image"),
    plain("photo", "image"),
    plain("q image", "image"),
    plain("q picture", "image"),
    plain("add image prompt", "image"),
    plain("add photo prompt", "image"),
    plain("audio", "audio"),
    plain("q audio", "audio"),
    plain("add audio prompt", "audio"),
    plain("background-audio", "background-audio"),
    plain("video", "video"),
    plain("q video", "video"),
    plain("add video prompt", "video"),
    plain("file", "file"),
    plain("add file prompt", "file"),
    plain("barcode", "barcode"),
    plain("q barcode", "barcode"),
    plain("add barcode prompt", "barcode"),
    plain("osm", "osm"),
    plain("csv-external", "csv-external"),
    plain("xml-external", "xml-external"),
    plain("audit", "audit"),
    plain("start", "start"),
    plain("start time", "start"),
    plain("get start time", "start"),
    plain("end", "end"),
    plain("end time", "end"),
    plain("get end time", "end"),
    plain("today", "today"),
    plain("get today", "today"),
    plain("deviceid", "deviceid"),
    plain("device id", "deviceid"),
    plain("get device id", "deviceid"),
    plain("imei", "deviceid"),
    plain("username", "username"),
    plain("email", "email"),
    plain("phonenumber", "phonenumber"),
    plain("get phone number", "phonenumber"),
    plain("subscriberid", "subscriberid"),
    plain("subscriber id", "subscriberid"),
    plain("get subscriber id", "subscriberid"),
    plain("simserial", "simserial"),
    plain("sim id", "simserial"),
    plain("get sim id", "simserial"),
    plain("uri:deviceid", "uri:deviceid"),
    plain("uri:username", "uri:username"),
    plain("uri:email", "uri:email"),
    plain("uri:phonenumber", "uri:phonenumber"),
    plain("uri:subscriberid", "uri:subscriberid"),
    plain("uri:simserial", "uri:simserial"),
];
