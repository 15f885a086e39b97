//! What the sheets of sound forms say.

use baraza_form::definition::{ElementKind, Generated, Text};

use crate::{definition, element};

fn plain(text: &str) -> Text {
    Text::Plain(text.to_owned())
}

fn languages(texts: &[(&str, &str)]) -> Text {
    Text::ByLanguage(
        texts
            .iter()
            .map(|(language, text)| ((*language).to_owned(), (*text).to_owned()))
            .collect(),
    )
}

#[test]
fn columns_go_where_their_headers_lead() {
    let form = definition("
| survey |
| | Type | NAME | Label::English (en) | label::Swahili (sw) | Read Only | relevance | constraint | constraint_message::English (en) | calculation | appearance | body::accept | instance::odk:x | big-image::English (en) | image | guidance_hint | parameters | default | bind::odk:y | sensitivity |
| | text | a | A | Aa | yes | 1=1 | . != '' | No  good | 1 | multiline | x | y | b.png | i.png | G | rows=3 | now() | z | identity |");
    let a = element(&form, "a");
    assert_eq!(
        a.label,
        Some(languages(&[("English (en)", "A"), ("Swahili (sw)", "Aa")]))
    );
    assert_eq!(a.bound("readonly"), Some("yes"));
    assert_eq!(a.bound("relevant"), Some("1=1"));
    assert_eq!(
        a.bind["jr:constraintMsg"],
        languages(&[("English (en)", "No good")])
    );
    assert_eq!(a.bound("odk:y"), Some("z"));
    assert_eq!(a.control["appearance"], "multiline");
    assert_eq!(a.control["accept"], "x");
    assert_eq!(a.control["rows"], "3");
    assert_eq!(a.instance["odk:x"], "y");
    assert_eq!(a.media.get("image"), Some(&plain("i.png")));
    assert_eq!(
        a.media.get("big-image"),
        Some(&languages(&[("English (en)", "b.png")]))
    );
    assert_eq!(a.guidance_hint, Some(plain("G")));
    assert_eq!(a.default.as_deref(), Some("now()"));
    assert_eq!(a.sensitivity.as_deref(), Some("identity"));
    assert_eq!(form.headers.survey["relevant"], "relevance");
    assert_eq!(form.headers.survey["readonly"], "Read Only");
    assert!(form.headers.has_sensitivity);
}

#[test]
fn a_text_without_language_joins_the_default_language() {
    let form = definition(
        "
| survey |
| | type | name | label | label::fr | hint::fr | hint |
| | text | a | A | Af | Hf | H |
| settings |
| | default_language |
| | en |",
    );
    let a = element(&form, "a");
    assert_eq!(a.label, Some(languages(&[("en", "A"), ("fr", "Af")])));
    // A column that names no language replaces those before it.
    assert_eq!(a.hint, Some(plain("H")));
}

#[test]
fn single_colons_divide_headers_where_no_double_ones_do() {
    let form = definition(
        "
| survey |
| | type | name | label:fr | bind:jr:constraintMsg:fr | jr:count |
| | text | a | A | No | |",
    );
    let a = element(&form, "a");
    assert_eq!(a.label, Some(languages(&[("fr", "A")])));
    assert_eq!(a.bind["jr:constraintMsg"], languages(&[("fr", "No")]));
}

#[test]
fn smart_quotes_become_plain_and_spaces_one() {
    let text = "
| survey |
| | type | name | label | relevant |
| | text | a | It\u{2019}s   so | 1 = \u{201c}a\u{201d} |
| settings |
| | clean_text_values |
| | yes |";
    assert_eq!(element(&definition(text), "a").label, Some(plain("It's so")));
    assert_eq!(
        element(&definition(text), "a").bound("relevant"),
        Some("1 = \"a\"")
    );
    let kept = definition(&text.replace("yes", "no"));
    assert_eq!(element(&kept, "a").label, Some(plain("It's   so")));
}

#[test]
fn types_have_one_name_however_they_are_written() {
    let names = |written: &str, more: &str| {
        let form = definition(&format!(
            "
| survey |
| | type | name | label | calculation | trigger |
| | {written} | q | Q | {more} |
| | text | t | T | |
| choices |
| | list_name | name | label |
| | l | a | A |"
        ));
        element(&form, "q").type_name.clone()
    };
    for (written, name) in [
        ("text", "text"),
        ("string", "text"),
        ("q int", "integer"),
        ("percentage", "integer"),
        ("phone number", "text"),
        ("gps", "geopoint"),
        ("photo", "image"),
        ("add image prompt", "image"),
        ("datetime", "dateTime"),
        ("get device id", "deviceid"),
        ("imei", "deviceid"),
        ("uri:email", "uri:email"),
        ("select one from l", "select_one"),
        ("select1 l", "select_one"),
        ("select all that apply from l", "select_multiple"),
        ("add select multiple prompt using l", "select_multiple"),
        ("rank l", "rank"),
        ("select_multiple_from_file f.csv", "select_multiple"),
        ("select one from file f.geojson", "select_one"),
        ("select_one ${t}", "select_one"),
        ("range", "range"),
        ("acknowledge", "acknowledge"),
        ("trigger", "trigger"),
        ("osm", "osm"),
    ] {
        assert_eq!(names(written, ""), name, "{written}");
    }
    assert_eq!(names("q calculate", "1"), "calculate");
    assert_eq!(names("background-geopoint", " | ${t}"), "background-geopoint");
}

#[test]
fn types_that_bring_a_rule_and_a_hint_bring_them() {
    let form = definition(
        "
| survey |
| | type | name | label | constraint | hint |
| | number of days in last year | a | A | | |
| | phone number | b | B | . = '1' | Mine |",
    );
    assert_eq!(
        element(&form, "a").bound("constraint"),
        Some("0 <= . and . <= 365")
    );
    assert_eq!(element(&form, "a").hint, Some(plain("Enter a number 0-365.")));
    assert_eq!(element(&form, "b").bound("constraint"), Some(". = '1'"));
    assert_eq!(element(&form, "b").hint, Some(plain("Mine")));
}

#[test]
fn groups_repeats_and_loops_hold_what_is_in_them() {
    let form = definition(
        "
| survey |
| | type | name | label | repeat_count |
| | begin_group | g | G | |
| | begin repeat | r | R | 1 + 2 |
| | text | a | A | |
| | end repeat | | | |
| | end_group | | | |
| | begin lgroup | s | S | ${g2} |
| | text | b | B | |
| | end looped group | | | |
| | integer | g2 | G2 | |
| | begin loop over l | p | P | |
| | text | c | C %(label)s | |
| | end loop | | | |
| choices |
| | list_name | name | label |
| | l | x | X |",
    );
    let g = element(&form, "g");
    assert_eq!((g.kind, g.type_name.as_str()), (ElementKind::Group, "group"));
    let [count, r] = g.children.as_slice() else {
        panic!()
    };
    assert_eq!(
        (count.name.as_str(), count.generated),
        ("r_count", Some(Generated::RepeatCount))
    );
    assert_eq!(count.bound("calculate"), Some("1 + 2"));
    assert_eq!(
        (r.kind, r.repeat_count.as_deref()),
        (ElementKind::Repeat, Some("1 + 2"))
    );
    assert_eq!(r.control["jr:count"], "${r_count}");
    assert_eq!(r.children[0].name, "a");
    let s = element(&form, "s");
    assert_eq!(
        (s.kind, s.control["jr:count"].as_str()),
        (ElementKind::Repeat, "${g2}")
    );
    let p = element(&form, "p");
    assert_eq!(
        (p.kind, p.list.as_deref(), p.children.len()),
        (ElementKind::Loop, Some("l"), 1)
    );
}

#[test]
fn or_other_adds_a_choice_and_a_question() {
    let form = definition(
        "
| survey |
| | type | name | label::en | relevant |
| | select_one l or_other | q | Q | 1=1 |
| choices |
| | list_name | name | label::en | label::fr |
| | l | a | A | Af |",
    );
    let [q, other] = form.elements.as_slice() else {
        panic!()
    };
    assert!(q.or_other);
    assert_eq!(
        (other.name.as_str(), other.generated),
        ("q_other", Some(Generated::Other))
    );
    assert_eq!(other.bound("relevant"), Some("selected(../q, 'other')"));
    let last = form.lists[0].choices.last().unwrap();
    assert_eq!((last.row, last.name.as_str()), (0, "other"));
    assert_eq!(last.label, Some(languages(&[("en", "Other"), ("fr", "Other")])));
}

#[test]
fn a_table_list_gets_a_note_and_a_header() {
    let form = definition(
        "
| survey |
| | type | name | label | appearance |
| | begin_group | g | G | table-list w1 |
| | select_one l | a | A | |
| | select_one l | b | B | |
| | end_group | | | |
| | select_one l | c | C | |
| choices |
| | list_name | name | label |
| | l | x | X |",
    );
    let g = element(&form, "g");
    assert_eq!(g.control["appearance"], "field-list w1");
    assert_eq!(g.appearance.as_deref(), Some("table-list w1"));
    assert_eq!(g.label, None);
    let kinds: Vec<_> = g
        .children
        .iter()
        .map(|child| (child.name.as_str(), child.generated))
        .collect();
    assert_eq!(
        kinds,
        [
            ("generated_table_list_label_2", Some(Generated::TableListLabel)),
            (
                "reserved_name_for_field_list_labels_3",
                Some(Generated::TableListHeader)
            ),
            ("a", None),
            ("b", None),
        ]
    );
    assert_eq!(element(&form, "b").control["appearance"], "list-nolabel");
    assert!(!element(&form, "c").control.contains_key("appearance"));
}

#[test]
fn choices_keep_the_columns_that_expressions_read() {
    let form = definition(
        "
| survey |
| | type | name | label | choice_filter |
| | select_one l | q | Q | region = 'r' |
| choices |
| | list name | value | caption | region | image::en | note to self |
| | l | a | A | r | a.png | x |",
    );
    let choice = &form.lists[0].choices[0];
    assert_eq!((choice.name.as_str(), choice.row), ("a", 2));
    assert_eq!(choice.label, Some(plain("A")));
    assert_eq!(choice.columns, [("region".to_owned(), "r".to_owned())]);
    assert_eq!(choice.media.get("image"), Some(&languages(&[("en", "a.png")])));
    assert_eq!(form.headers.choice_columns, ["name", "label", "region"]);
}

#[test]
fn settings_have_their_canonical_names() {
    let form = definition(
        "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | set_form_id | form_title | Version | attribute::odk:tag | name | client_editable | namespaces |
| | f | F | 3 | t | household | Yes | odk=x |",
    );
    assert_eq!(form.settings["form_id"], "f");
    assert_eq!(form.settings["form_title"], "F");
    assert_eq!(form.settings["version"], "3");
    assert_eq!(form.settings["attribute::odk:tag"], "t");
    assert_eq!(form.settings["client_editable"], "yes");
    assert_eq!(form.root, "household");
    assert_eq!(form.headers.settings["form_id"], "set_form_id");
    assert_eq!(form.headers.settings_row, 2);
}

#[test]
fn a_form_without_settings_is_called_data() {
    let form = definition(
        "
| survey |
| | type | name | label |
| | text | a | A |",
    );
    assert_eq!(
        (form.settings["form_id"].as_str(), form.root.as_str()),
        ("data", "data")
    );
    assert_eq!(form.default_language, "default");
}

#[test]
fn an_only_sheet_is_the_survey_whatever_it_is_called() {
    let form = definition(
        "
| questions |
| | type | name | label |
| | text | a | A |",
    );
    assert_eq!(form.elements.len(), 1);
}

#[test]
fn audits_stand_apart() {
    let form = definition(
        "
| survey |
| | type | name | label | parameters |
| | audit | | | location-priority=balanced location-min-interval=60 location-max-age=120 track-changes=true |
| | text | a | A | |",
    );
    let audit = &form.audits[0];
    assert_eq!((audit.name.as_str(), form.elements.len()), ("audit", 1));
    assert_eq!(audit.bound("odk:location-priority"), Some("balanced"));
    assert_eq!(audit.bound("odk:track-changes"), Some("true"));
}

#[test]
fn parameters_become_what_the_converter_makes_of_them() {
    let form = definition(
        "
| survey |
| | type | name | label | parameters | default |
| | image | i | I | max-pixels=640 app=org.x.y | p.png |
| | audio | u | U | quality=low | |
| | geopoint | g | G | capture-accuracy=2.5 allow-mock-accuracy=true | |
| | geotrace | t | T | incremental=true | |
| | range | r | R | start=0 end=1 step=0.1 placeholder=0.5 | |",
    );
    let i = element(&form, "i");
    assert_eq!(
        (i.bound("orx:max-pixels"), i.control["intent"].as_str()),
        (Some("640"), "org.x.y")
    );
    assert_eq!(i.default.as_deref(), Some("jr://images/p.png"));
    assert_eq!(element(&form, "u").bound("odk:quality"), Some("low"));
    assert_eq!(element(&form, "g").control["accuracyThreshold"], "2.5");
    assert_eq!(element(&form, "g").bound("odk:allow-mock-accuracy"), Some("true"));
    assert_eq!(element(&form, "t").control["incremental"], "true");
    let r = element(&form, "r");
    assert_eq!(
        (r.bound("type"), r.control["odk:placeholder"].as_str()),
        (Some("decimal"), "0.5")
    );
}

#[test]
fn entities_stand_where_their_questions_are() {
    let form = definition(
        "
| survey |
| | type | name | label | save_to |
| | text | village | V | villages#place |
| | begin_repeat | trees | Trees | |
| | text | kind | Kind | trees#kind |
| | begin_group | more | More | |
| | text | height | Height | trees#height |
| | end_group | | | |
| | end_repeat | | | |
| entities |
| | list_name | label | create_if |
| | villages | ${village} | |
| | trees | concat('a', ${kind}) | true() |",
    );
    let [villages, trees] = form.entities.as_slice() else {
        panic!()
    };
    assert_eq!((villages.container.len(), villages.in_repeat), (0, false));
    assert_eq!(
        (trees.container.as_slice(), trees.in_repeat),
        (["trees".to_owned()].as_slice(), true)
    );
    let kind = element(&form, "kind");
    assert_eq!(
        (kind.bound("entities:saveto"), kind.saves_to_list.as_deref()),
        (Some("kind"), Some("trees"))
    );
}

#[test]
fn triggers_are_names() {
    let form = definition(
        "
| survey |
| | type | name | label | trigger | calculation |
| | text | a | A | | |
| | text | b | B | | |
| | text | c | C | ${a},${b} | now() |",
    );
    assert_eq!(element(&form, "c").triggers, ["a", "b"]);
}

#[test]
fn an_unknown_setting_that_colons_may_divide_is_not_read() {
    let form = |other: &str| {
        format!(
            "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_id | own:setting | {other} |
| | f | x | y |"
        )
    };
    for other in ["plain", "attribute::b"] {
        let read = baraza_form::definition::Definition::read(baraza_form::Source::Markdown(&form(other)));
        let (definition, _) = read.unwrap();
        assert!(!definition.settings.contains_key("own:setting"), "{other}");
        let written = definition.to_markdown();
        let again = baraza_form::definition::Definition::read(baraza_form::Source::Markdown(&written));
        assert_eq!(again.unwrap().0.to_markdown(), written);
    }
}
