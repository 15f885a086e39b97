//! What other tools' forms have and Baraza does not, and what to write instead.

use super::cell_type::Refusal;

const CHOICES_INSTEAD: &str =
    "put the choices into the sheet `choices` and use select_one or select_multiple";
const PLACE_INSTEAD: &str = "use geopoint, or ask for the name of the place";
const TEXT_INSTEAD: &str = "use text, and describe in words what would be in it";
const RANGE_INSTEAD: &str = "use integer or decimal with a constraint such as `. >= 0 and . <= 10`";
const DATA_INSTEAD: &str = "put the data into the sheet `choices` and read it with a choice_filter";
const OUT: &str = "take the row out";

/// The first word of each type that is not supported, and what to write instead.
const TYPES: [(&str, &str); 37] = [
    (
        "rank",
        "ask for each place with a select_one: first, second, third",
    ),
    (
        "odk:rank",
        "ask for each place with a select_one: first, second, third",
    ),
    ("range", RANGE_INSTEAD),
    ("percentage", RANGE_INSTEAD),
    ("image", TEXT_INSTEAD),
    ("photo", TEXT_INSTEAD),
    ("audio", TEXT_INSTEAD),
    ("background-audio", OUT),
    ("video", TEXT_INSTEAD),
    ("file", TEXT_INSTEAD),
    ("signature", "use acknowledge"),
    ("barcode", "use text, and type the number under the barcode"),
    ("geotrace", PLACE_INSTEAD),
    ("geoshape", PLACE_INSTEAD),
    (
        "start-geopoint",
        "use geopoint, so that whoever is asked knows that the place is kept",
    ),
    (
        "background-geopoint",
        "use geopoint, so that whoever is asked knows that the place is kept",
    ),
    ("select_one_from_file", CHOICES_INSTEAD),
    ("select_multiple_from_file", CHOICES_INSTEAD),
    ("select_one_external", CHOICES_INSTEAD),
    ("select_multiple_external", CHOICES_INSTEAD),
    ("csv-external", DATA_INSTEAD),
    ("xml-external", DATA_INSTEAD),
    ("xml-select", DATA_INSTEAD),
    ("osm", PLACE_INSTEAD),
    ("imei", "use deviceid"),
    ("uri:deviceid", "use deviceid"),
    ("uri:subscriberid", "use subscriberid"),
    ("uri:simserial", "use simserial"),
    ("uri:phonenumber", "use phonenumber"),
    ("uri:username", "use username"),
    ("uri:email", "use email"),
    (
        "kobomatrix",
        "write a group with one question for each row of the matrix",
    ),
    (
        "begin_kobomatrix",
        "write a group with one question for each row of the matrix",
    ),
    ("end_kobomatrix", OUT),
    ("begin_score", "write a group with one select_one for each row"),
    ("begin_rank", "write a group with one select_one for each place"),
    (
        "entity",
        "take the row out; records of a person or household are found by their answers",
    ),
];

/// Returns why a type (lower case, single spaces) is not supported, if it is one that is known.
pub(crate) fn of_type(lower: &str) -> Option<Refusal> {
    let refusal = |hint: &str| Refusal {
        code: "unsupported_type",
        message: format!("the type `{lower}` is not supported"),
        hint: hint.to_owned(),
    };
    match lower.replace('_', " ").as_str() {
        "begin loop" | "end loop" => return Some(refusal("write a group for each choice, or a repeat")),
        joined if joined.starts_with("begin loop over ") => {
            return Some(refusal("write a group for each choice, or a repeat"));
        }
        _ => {}
    }
    let first = lower.split(' ').next()?;
    TYPES
        .iter()
        .find(|(name, _)| *name == first)
        .map(|(_, instead)| refusal(instead))
}

/// Returns why a column of the survey sheet is not supported, if it is one that changes what a form means.
pub(crate) fn survey_column(name: &str) -> Option<&'static str> {
    Some(match name {
        "trigger" => {
            "let the calculation read the question directly: it is computed anew whenever that changes"
        }
        "save_to" | "bind::saveto" => "take it out; entities are not supported",
        "intent" => "take it out; other apps are not called",
        "bind" | "body" | "control" | "instance" => "take it out; Baraza has no XForm to put it into",
        _ => return None,
    })
}

/// Columns of the survey sheet that only change how a question looks on other tools.
pub(crate) const IGNORED_SURVEY_COLUMNS: [&str; 13] = [
    "media",
    "media::image",
    "media::audio",
    "media::video",
    "media::big_image",
    "autoplay",
    "rows",
    "compact_tag",
    "no_app_error_string",
    "noapperrorstring",
    "sms_field",
    "sms_option",
    "hxl",
];
