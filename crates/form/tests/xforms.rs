//! XForms from several hands, read into definitions.

use std::collections::BTreeMap;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use baraza_form::definition::{Definition, Element, Text};
use baraza_form::{FormError, Source, Warning};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/xforms")
}

fn read(name: &str) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
    let text = fs::read_to_string(folder().join(format!("{name}.xml"))).expect("the file is there");
    Definition::read_xform(&text)
}

fn sound(name: &str) -> Definition {
    match read(name) {
        Ok((definition, _)) => definition,
        Err(errors) => panic!("{name}: {errors:#?}"),
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    let errors = Definition::read_xform(text).expect_err("it is refused");
    errors.iter().map(|error| error.code).collect()
}

/// A minimal XForm with these parts.
fn xform(record: &str, model: &str, body: &str) -> String {
    format!(
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' \
         xmlns:jr='http://openrosa.org/javarosa' xmlns:odk='http://www.opendatakit.org/xforms'>\
         <h:head><h:title>T</h:title><model><instance><data id='f'>{record}</data></instance>{model}</model></h:head>\
         <h:body>{body}</h:body></h:html>"
    )
}

fn of(record: &str, model: &str, body: &str) -> Definition {
    let text = xform(record, model, body);
    Definition::read_xform(&text)
        .unwrap_or_else(|errors| panic!("{errors:#?}"))
        .0
}

fn text(text: &Text) -> String {
    match text {
        Text::Plain(text) => text.clone(),
        Text::ByLanguage(texts) => {
            let texts = texts
                .iter()
                .map(|(language, text)| format!("[{language}] {text}"));
            texts.collect::<Vec<_>>().join(" ")
        }
    }
}

/// One line for each element: what a reader of the form would look at.
fn outline(elements: &[Element]) -> String {
    fn put(elements: &[Element], depth: usize, out: &mut String) {
        for element in elements {
            let _ = write!(
                out,
                "{}{} {}",
                "  ".repeat(depth),
                element.written_type,
                element.name
            );
            let mut say = |what: &str, value: &str| {
                let _ = write!(out, " | {what}: {value}");
            };
            for (what, value) in [
                ("label", &element.label),
                ("hint", &element.hint),
                ("guidance", &element.guidance_hint),
            ] {
                if let Some(value) = value {
                    say(what, &text(value));
                }
            }
            // Their order is told by the XForm they came from; here it says nothing.
            let media: BTreeMap<&str, &Text> = element.media.iter().collect();
            for (name, value) in media {
                say(name, &text(value));
            }
            for (name, value) in &element.bind {
                say(name, &text(value));
            }
            for (name, value) in element.control.iter().chain(&element.instance) {
                say(name, value);
            }
            for (name, value) in &element.parameters {
                say(&format!("({name})"), value);
            }
            for (what, value) in [
                ("default", &element.default),
                ("filter", &element.choice_filter),
                ("count", &element.repeat_count),
                ("saves to", &element.saves_to_list),
            ] {
                if let Some(value) = value {
                    say(what, value);
                }
            }
            if !element.triggers.is_empty() {
                say("triggers", &element.triggers.join(" "));
            }
            if element.flat {
                say("flat", "yes");
            }
            out.push('\n');
            put(&element.children, depth + 1, out);
        }
    }
    let mut out = String::new();
    put(elements, 0, &mut out);
    out
}

fn lists(definition: &Definition) -> Vec<(&str, Vec<String>)> {
    let lists = definition.lists.iter();
    lists
        .map(|list| {
            let choices = list.choices.iter();
            let told = choices.map(|choice| {
                let label = choice.label.as_ref().map_or(String::new(), text);
                format!("{}={label}", choice.name)
            });
            (list.name.as_str(), told.collect())
        })
        .collect()
}

fn setting<'d>(definition: &'d Definition, name: &str) -> Option<&'d str> {
    definition.settings.get(name).map(String::as_str)
}

#[test]
fn a_form_as_kobo_deploys_it_is_read() {
    let form = sound("kobo");
    assert_eq!(form.root, "aTest");
    assert_eq!(form.default_language, "English (en)");
    assert_eq!(setting(&form, "version"), Some("3 (2024-02-01 10:00:00)"));
    assert_eq!(setting(&form, "style"), Some("pages"));
    assert_eq!(
        outline(&form.elements),
        "\
group formhub | bodyless: true()
  calculate uuid | calculate: '0123456789abcdef'
start start
group point | label: The point | appearance: field-list
  geopoint place | label: Where is it? | required: true() | appearance: maps
  select_one state state | label: [English (en)] In what state is it? [Kiswahili (sw)] Iko katika hali gani? | \
hint: [English (en)] Look at the pump | guidance: [English (en)] Ask the caretaker | required: true() | \
appearance: minimal
integer users | label: How many use it, now that it is ${state}? | constraint: . >= 0 | \
jr:constraintMsg: No fewer than none | relevant: ${state} = 'works'
repeat person | label: Someone who uses it | jr:count: ${users} | count: ${users}
  text name | label: Name
  integer age | label: How old is ${name}? | relevant: ${name} != ''
calculate total | calculate: sum(${age})
calculate __version__ | calculate: 'vAbCdEf'
"
    );
    assert_eq!(
        lists(&form),
        [(
            "state",
            vec![
                "works=[English (en)] Works [Kiswahili (sw)] Inafanya kazi".to_owned(),
                "broken=[English (en)] Broken [Kiswahili (sw)] Imeharibika".to_owned(),
            ]
        )]
    );
}

#[test]
fn a_form_written_by_hand_is_read() {
    let (form, warnings) = read("by_hand").unwrap();
    assert_eq!(
        outline(&form.elements),
        "\
group group_1 | label: About the visit | appearance: field-list | flat: yes
  select_multiple reason reason | label: Why? | jr:requiredMsg: Say why | required: true() | default: c&b
  date when | label: When? | default: today()
  text secret | label: Password | default: string('a+b')
repeat child | jr:noAddRemove: true() | count: 2
  text name | label: Name | default: Ann
  decimal weight | label: Weight of ${name} at ${= format-date(/visit/when, '%Y') } | constraint: . < 200
decimal bmi | calculate: sum(/visit/child/weight) div count(../child)
note note | label: Thank you
calculate spare | calculate: 'weighed' | own:kept: yes | triggers: weight
start timeStart
"
    );
    let settings: Vec<_> = form
        .settings
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        settings,
        [
            "attribute::orx:version=7",
            "attribute::own:by=hand",
            "form_id=http://example.org/visit",
            "form_title=Visit",
            "instance_xmlns=http://example.org/visit",
            "name=visit",
            "namespaces=own=\"http://example.org/own\"",
        ]
    );
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "line 17: `timeStart` in the block `meta` is kept beside the other questions",
            "line 18: `userID` in the block `meta` is left out",
        ]
    );
}

#[test]
fn choices_come_from_instances_files_and_items() {
    let form = sound("choices");
    assert_eq!(
        outline(&form.elements),
        "\
select_one country country | label: Country | default: ${last-saved#country}
select_one cities city | label: City | (randomize): true | (seed): 7 | filter: in = ${country}
select_one_from_file villages.csv village | label: Village | (value): id | filter: (city = ${city}) and (size > 3)
select_multiple_from_file people.geojson person | label: Person
rank country order | label: Order
select_multiple tone tone | label: Tone
select_one_external shades shade | label: Shade | filter: tone=${tone}
osm place place | label: Place
calculate code | calculate: pulldata( 'prices' , 'a', 'b', \
instance('cities')/root/item[code = /data/city]/called)
csv-external v
xml-external extra
"
    );
    // Items of one list under names of their own are a list like any other.
    assert_eq!(
        lists(&form),
        [
            ("cities", vec!["1=Lodwar".to_owned(), "2=Moroto".to_owned()]),
            ("country", vec!["ke=Kenya".to_owned(), "ug=Uganda".to_owned()]),
            ("tone", vec!["r=[en] Red".to_owned(), "b=[en] Blue".to_owned()]),
        ]
    );
    let lodwar = &form.lists[0].choices[0];
    let columns: Vec<_> = lodwar
        .columns
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(columns, ["code=1", "called=Lodwar", "in=ke"]);
    assert_eq!(
        text(form.lists[2].choices[0].media.get("image").expect("it has one")),
        "[en] red.png"
    );
    assert_eq!(form.osm_lists[0].choices[0].name, "building");
}

#[test]
fn everything_that_is_wrong_is_told_with_its_line() {
    let errors = read("wrong").unwrap_err();
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error.row.unwrap(), error.code))
        .collect();
    assert_eq!(
        told,
        [
            (6, "duplicate_text"),
            (7, "unclear_language"),
            (10, "no_form_id"),
            (12, "nested_instance"),
            (15, "no_reference"),
            (16, "unknown_text"),
            (18, "unknown_event"),
            (19, "malformed_action"),
            (20, "unknown_node"),
            (24, "unknown_control"),
            (25, "unknown_node"),
            (26, "no_reference"),
            (27, "unknown_bind"),
            (28, "not_a_question"),
            (29, "malformed_text"),
            (30, "unknown_list"),
            (31, "unsupported_itemset"),
            (32, "repeated_root"),
            (33, "no_reference"),
        ]
    );
    assert!(errors.iter().all(|error| error.sheet == "xform"));
    assert!(errors.iter().all(|error| !error.message.is_empty()));
}

#[test]
fn what_other_programs_refuse_is_refused() {
    let list = "<instance id='l'><root>ITEMS</root></instance>";
    let select = "<select1 ref='/data/a'><itemset nodeset=\"instance('l')/root/item\"><value ref='name'/>\
                  <label ref='label'/></itemset></select1>";
    let repeat = "<repeat nodeset='/data/r'><input ref='/data/r/b'/></repeat>";
    let record = "<a/><r><b/><c/></r><g/>";
    for (model, body, code) in [
        (
            String::new(),
            "<group ref='/data/g'><label>G</label></group>".to_owned(),
            "empty_group",
        ),
        (list.replace("ITEMS", ""), select.to_owned(), "no_choices"),
        (
            list.replace("ITEMS", "<item><label>x</label></item>"),
            select.to_owned(),
            "choice_without_value",
        ),
        (
            String::new(),
            "<select ref='/data/a'><label>A</label></select>".to_owned(),
            "no_choices",
        ),
        (
            String::new(),
            "<select ref='/data/a'><item><label>x</label></item></select>".to_owned(),
            "choice_without_value",
        ),
        (
            String::new(),
            "<select ref='/data/a'><item><value>x</value></item></select>".to_owned(),
            "choice_without_label",
        ),
        (
            String::new(),
            format!("{repeat}<input ref='/data/r/c'/>"),
            "wrong_repeat",
        ),
        (
            String::new(),
            "<repeat nodeset='/data/r'><input ref='/data/a'/></repeat>".to_owned(),
            "wrong_repeat",
        ),
        (
            "<bind nodeset='/data/a' relevant=' '/>".to_owned(),
            "<input ref='/data/a'/>".to_owned(),
            "empty_expression",
        ),
    ] {
        assert_eq!(codes(&xform(record, &model, &body)), [code], "{body}");
    }
}

#[test]
fn what_other_programs_overlook_is_a_warning() {
    let text = xform(
        "<a/>",
        "<instance><x/></instance><bind nodeset='/data/a' type='int'/><bind nodeset='/data/a' type='date'/>",
        "<input ref='/data/a'/><input ref='/data/a'/>",
    );
    let (form, warnings) = Definition::read_xform(&text).expect("the form is sound");
    assert_eq!(outline(&form.elements), "date a\n");
    let mut codes: Vec<_> = warnings.iter().map(|warning| warning.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["duplicate_bind", "nameless_instance", "shown_twice"]);
}

#[test]
fn a_bind_about_nothing_is_ignored_with_a_warning() {
    let text = xform(
        "<a/>",
        "<bind nodeset='/data/gone' type='int'/>",
        "<input ref='/data/a'/>",
    );
    let (form, warnings) = Definition::read_xform(&text).expect("the form is sound");
    assert_eq!(outline(&form.elements), "text a\n");
    assert_eq!(warnings[0].code, "unknown_node");
}

#[test]
fn what_is_no_xform_is_refused() {
    assert_eq!(codes("<a>"), ["malformed_xml"]);
    assert_eq!(codes(""), ["malformed_xml"]);
    assert_eq!(codes("<data/>"), ["no_model"]);
    assert_eq!(codes("<html><head/></html>"), ["no_model"]);
    assert_eq!(codes("<html><head><model/></head></html>"), ["no_instance"]);
    assert_eq!(
        codes("<html><head><model><instance/></model></head></html>"),
        ["no_instance"]
    );
    let no_body = "<html><head><model><instance><data id='a'/></instance></model></head></html>";
    assert_eq!(codes(no_body), ["no_body"]);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>";
    assert_eq!(codes(bomb), ["malformed_xml"]);
    assert_eq!(codes(&"<a>".repeat(100_000)), ["xml_too_deep"]);
    let error = &Definition::read_xform("<a>\n<b>\n</c></a>").unwrap_err()[0];
    assert!(error.message.contains("3:"), "{error}");
}

#[test]
fn only_what_the_converter_would_write_becomes_a_name() {
    let form = of(
        "<a/><r><b/><g><c/><d/></g></r><x><e/></x><y><e/></y>",
        "<bind nodeset='/data/r/g/d' relevant=' ../c  = 1 and  ../../b  = 2 and  /data/a  = 3'/>\
         <bind nodeset='/data/r/g/c' relevant='../../b = 1 and  /data/r/b  = 2 and  ../../../a  = 3'/>\
         <bind nodeset='/data/a' relevant=' /data/x/e  = 1 and  /data/r/b[1]  = 2'/>",
        "<repeat nodeset='/data/r'><input ref='/data/r/b'/></repeat>",
    );
    let relevant: Vec<_> = ["d", "c", "a"]
        .iter()
        .map(|name| element(&form.elements, name).unwrap().bound("relevant").unwrap())
        .collect();
    assert_eq!(
        relevant,
        [
            "${c} = 1 and ${b} = 2 and ${a} = 3",
            // Nothing tells a path in a repeat from one that an author meant to be just that.
            "${b} = 1 and  /data/r/b  = 2 and  ../../../a  = 3",
            // The name is not the only one; a predicate goes on with the path.
            "/data/x/e  = 1 and  /data/r/b[1]  = 2",
        ]
    );
}

fn element<'e>(elements: &'e [Element], name: &str) -> Option<&'e Element> {
    elements.iter().find_map(|inner| {
        if inner.name == name {
            Some(inner)
        } else {
            element(&inner.children, name)
        }
    })
}

#[test]
fn questions_stand_in_the_order_of_the_body() {
    let form = of(
        "<a/><hidden/><b/><c/>",
        "<bind nodeset='/data/hidden' calculate='1'/>",
        "<input ref='/data/c'/><input ref='/data/a'/><input ref='/data/b'/>",
    );
    let names: Vec<_> = form
        .elements
        .iter()
        .map(|element| element.name.as_str())
        .collect();
    assert_eq!(names, ["c", "a", "hidden", "b"]);
}

#[test]
fn groups_of_the_body_alone_are_flat() {
    let form = of(
        "<a/><g><b/><c/></g><d/>",
        "",
        "<group><label>Outer</label><input ref='/data/a'/><group><label>Inner</label><input ref='/data/g/b'/>\
         </group><input ref='/data/d'/></group><input ref='/data/g/c'/>",
    );
    assert_eq!(
        outline(&form.elements),
        "\
group group_1 | label: Outer | flat: yes
  text a
  group group_2 | label: Inner | flat: yes
    group g
      text b
      text c
  text d
"
    );
}

#[test]
fn values_are_set_by_actions() {
    let form = of(
        "<a/><b/><c/><place/><start/><sound/>",
        "<odk:setgeopoint ref='/data/start' event='odk-instance-first-load'/>\
         <odk:recordaudio ref='/data/sound' event='odk-instance-load' odk:quality='low'/>\
         <setvalue ref='/data/c' event='odk-instance-first-load'>it's</setvalue>",
        "<input ref='/data/a'>\
           <setvalue ref='/data/b' event='xforms-value-changed' value='now()'/>\
           <odk:setgeopoint ref='/data/place' event='xforms-value-changed'/></input>\
         <input ref='/data/c'><setvalue ref='/data/b' event='xforms-value-changed' value='now()'/></input>",
    );
    assert_eq!(
        outline(&form.elements),
        "\
text a
text c | default: it's
background-geopoint place | triggers: a
start-geopoint start
background-audio sound | (quality): low
"
        .replace("text c", "calculate b | calculate: now() | triggers: a c\ntext c")
    );
    let contradiction = xform(
        "<a/><b/>",
        "<setvalue ref='/data/b' event='odk-instance-first-load' value='1'/>\
         <setvalue ref='/data/b' event='odk-instance-first-load' value='2'/>",
        "<input ref='/data/a'/>",
    );
    assert_eq!(codes(&contradiction), ["unsupported_action"]);
}

#[test]
fn forms_of_the_reference_converter_are_read() {
    let mut read_forms = 0;
    for entry in fs::read_dir(folder().join("converted")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (form, warnings) =
            Definition::read_xform(&text).unwrap_or_else(|errors| panic!("{path:?}: {errors:#?}"));
        assert!(warnings.is_empty(), "{path:?}: {warnings:?}");
        // Wherever the converter wrote a path for a name, the name is back.
        let told = outline(&form.elements);
        let kept = told
            .lines()
            .filter(|line| line.contains("/data/") || line.contains("current()/"));
        assert_eq!(kept.collect::<Vec<_>>(), [""; 0], "{path:?}");
        read_forms += 1;
    }
    assert!(read_forms >= 20, "{read_forms}");
}

#[test]
fn what_the_converter_nests_is_read_as_it_was_written() {
    assert_eq!(
        outline(&sound("converted/nested").elements),
        "\
group g | label: G
  integer k | label: K
  calculate r_count | calculate: 3 | readonly: true()
  repeat r | label: R | relevant: ${k} > 0 | jr:count: ${r_count} | count: ${r_count}
    text nm | label: Name
    group h | label: H | relevant: ${nm} != ''
      integer ag | label: Age of ${nm}
      select_one l s | label: S | filter: x = ${nm} and y = ${k}
      repeat rr | label: RR | jr:count: ${ag} | count: ${ag}
        integer z | label: Z ${nm} ${ag} | relevant: ${ag} > ${k}
        calculate w | calculate: sum(${z}) + indexed-repeat(${nm}, ${r}, ${ag}) + position(..) + count(${rr})
      calculate sz | calculate: sum(${z})
calculate tot | calculate: sum(${ag}) + indexed-repeat(${ag}, ${r}, 1) + count(${r}[ag > 1])
calculate look | calculate: instance('l')/root/item[name = ${s}]/x
select_one ${nm} who | label: Who | filter: ${ag} > 3
"
    );
}

#[test]
fn entities_are_read_with_where_they_stand() {
    let form = sound("converted/entity-repeat");
    let told: Vec<_> = form
        .entities
        .iter()
        .map(|entity| {
            (
                entity.list.as_str(),
                entity.label.as_deref(),
                entity.container.join("/"),
                entity.in_repeat,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("farms", Some("${a}"), String::new(), false),
            ("trees", Some("concat(${a}, ${b})"), "r".to_owned(), true),
        ]
    );
    let saved = |name| element(&form.elements, name).unwrap().saves_to_list.clone();
    assert_eq!(
        (saved("a"), saved("b")),
        (Some("farms".to_owned()), Some("trees".to_owned()))
    );
    let update = &sound("converted/entity-update").entities[0];
    assert_eq!(update.entity_id.as_deref(), Some("${t}"));
    assert_eq!(update.update_if.as_deref(), Some("${a} != 'x'"));
    assert_eq!(update.create_if, None);
}

#[test]
fn settings_come_from_all_over_the_form() {
    let form = sound("converted/settings");
    let settings: Vec<_> = form
        .settings
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        settings,
        [
            "attribute::esri:x=7",
            "auto_delete=false",
            "auto_send=true",
            "client_editable=yes",
            "default_language=en",
            "form_id=f",
            "form_title=T",
            "instance_name=concat(${a}, 'x')",
            "instance_xmlns=http://e.org/ns",
            "name=root",
            "namespaces=esri=\"http://esri.com/x\"",
            "public_key=abc",
            "style=pages theme-grid",
            "submission_url=https://e.org",
            "version=3",
        ]
    );
    assert_eq!(form.root, "root");
    assert_eq!(
        setting(&sound("converted/omit-id"), "omit_instanceID"),
        Some("yes")
    );
}

/// Sheets, by the name of each form.
fn all_sheets() -> Vec<(String, String)> {
    let text = fs::read_to_string(folder().join("sheets.md")).expect("the file is there");
    let forms = text.split("## ").skip(1).filter_map(|form| form.split_once('\n'));
    forms
        .map(|(name, sheets)| (name.trim().to_owned(), sheets.to_owned()))
        .collect()
}

/// The XML with what does not matter made equal: space, the order of attributes, of further
/// instances, of texts and of binds.
fn canonical(xml: &str) -> String {
    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
    fn put(node: roxmltree::Node<'_, '_>, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        if node.is_text() {
            let text = squeezed(node.text().unwrap_or(""));
            if !text.is_empty() {
                let _ = writeln!(out, "{indent}{text}");
            }
            return;
        }
        let mut attributes: Vec<_> = node
            .attributes()
            .map(|attribute| format!("{}={:?}", attribute.name(), squeezed(attribute.value())))
            .collect();
        attributes.sort();
        let _ = writeln!(
            out,
            "{indent}<{} {}>",
            node.tag_name().name(),
            attributes.join(" ")
        );
        let mut children: Vec<_> = node
            .children()
            .filter(|child| child.is_element() || child.is_text())
            .collect();
        let key = |child: &roxmltree::Node<'_, '_>| {
            let value = |name: &str| child.attribute(name).unwrap_or("").to_owned();
            (
                child.tag_name().name().to_owned(),
                value("id"),
                value("nodeset"),
                value("ref"),
                value("form"),
            )
        };
        match node.tag_name().name() {
            "model" | "translation" => children.sort_by_key(key),
            "text" => children.sort_by_key(key),
            _ => {}
        }
        for child in children {
            put(child, depth + 1, out);
        }
    }
    let mut out = String::new();
    let document = roxmltree::Document::parse(xml).expect("it is XML");
    put(document.root_element(), 0, &mut out);
    out
}

fn difference(a: &str, b: &str) -> String {
    let ours: Vec<_> = a
        .lines()
        .filter(|line| !b.lines().any(|other| other == *line))
        .take(6)
        .collect();
    let theirs: Vec<_> = b
        .lines()
        .filter(|line| !a.lines().any(|other| other == *line))
        .take(6)
        .collect();
    format!(
        "only before:\n{}\nonly after:\n{}",
        ours.join("\n"),
        theirs.join("\n")
    )
}

#[test]
fn an_xform_that_is_read_and_written_again_is_the_same() {
    let mut wrong = String::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder().join("converted")).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or("")
            .to_owned();
        let first = fs::read_to_string(&path).expect("it can be read");
        let form = Definition::read_xform(&first)
            .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"))
            .0;
        let second = match form.to_xform() {
            Ok(second) => second,
            Err(errors) => {
                let _ = writeln!(wrong, "{name}: not written: {errors:?}");
                continue;
            }
        };
        let (first, second) = (canonical(&first), canonical(&second));
        if first != second {
            let _ = writeln!(wrong, "{name}: {}", difference(&first, &second));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen >= 20, "{seen}");
}

#[test]
fn a_group_that_is_not_shown_is_not_shown_after_writing() {
    let first = sound("kobo").to_xform().expect("it can be written");
    assert!(!first.contains("ref=\"/aTest/formhub\""), "{first}");
    let again = Definition::read_xform(&first).expect("it is sound").0;
    assert_eq!(again.to_xform().as_deref(), Ok(first.as_str()));
}

#[test]
fn sheets_that_become_an_xform_and_are_read_again_give_the_same_xform() {
    let mut wrong = String::new();
    for (name, sheets) in all_sheets() {
        let form = match Definition::read(Source::Markdown(&sheets)) {
            Ok((form, _)) => form,
            Err(errors) => {
                let _ = writeln!(wrong, "{name}: sheets refused: {errors:?}");
                continue;
            }
        };
        let first = form
            .to_xform()
            .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        let again = match Definition::read(Source::XForm(&first)) {
            Ok((again, _)) => again,
            Err(errors) => {
                let _ = writeln!(wrong, "{name}: XForm refused: {errors:?}");
                continue;
            }
        };
        let second = again
            .to_xform()
            .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        let (first, second) = (canonical(&first), canonical(&second));
        if first != second {
            let _ = writeln!(wrong, "{name}: {}", difference(&first, &second));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A definition with what an XForm cannot tell made equal: rows, headers, how types and truth
/// values are spelt, which language a text that names none is in, which rows were generated, and
/// where files are declared.
fn comparable(mut definition: Definition) -> Definition {
    fn in_language(text: &mut Text, language: &str) {
        if let Text::Plain(plain) = text {
            *text = Text::ByLanguage(vec![(language.to_owned(), std::mem::take(plain))]);
        }
    }
    fn strip(element: &mut Element, language: &str) {
        element.row = 0;
        element.generated = None;
        element.written_type = String::new();
        element.or_other = false;
        element.repeat_count = element.control.get("jr:count").cloned();
        element.appearance = element.control.get("appearance").cloned();
        for text in [&mut element.label, &mut element.hint, &mut element.guidance_hint]
            .into_iter()
            .flatten()
        {
            in_language(text, language);
        }
        element
            .media
            .values_mut()
            .for_each(|text| in_language(text, language));
        for text in element.bind.values_mut() {
            let truth = match text.any() {
                "yes" | "Yes" | "true" => "true()",
                "no" | "No" | "false" => "false()",
                other => other,
            };
            let truth = truth.to_owned();
            if let Text::Plain(plain) = text {
                *plain = truth;
            }
            in_language(text, language);
        }
        element
            .children
            .iter_mut()
            .for_each(|child| strip(child, language));
    }
    let language = definition.default_language.clone();
    definition.headers = Default::default();
    let (files, mut elements): (Vec<_>, Vec<_>) = definition
        .elements
        .into_iter()
        .partition(|element| element.type_name.ends_with("-external"));
    elements.extend(files);
    definition.elements = elements;
    let all = definition.elements.iter_mut().chain(&mut definition.audits);
    all.for_each(|element| strip(element, &language));
    for list in definition.lists.iter_mut().chain(&mut definition.osm_lists) {
        for choice in &mut list.choices {
            choice.row = 0;
            choice
                .label
                .iter_mut()
                .chain(choice.media.values_mut())
                .for_each(|text| in_language(text, &language));
        }
    }
    definition.lists.sort_by(|a, b| a.name.cmp(&b.name));
    definition.entities.iter_mut().for_each(|entity| entity.row = 0);
    // Selects from sheets of external choices take them from a file beside the form.
    definition.external_lists.clear();
    definition
}

#[test]
fn an_xform_says_what_its_sheets_say() {
    let mut wrong = String::new();
    for (name, sheets) in all_sheets() {
        let differs = match name.as_str() {
            "loop" => "loops are written out",
            "search-plain" | "osm" => "lists within a control have no name",
            "entity-update" => "a file that a select names is not declared by a row of its own",
            _ => "",
        };
        if !differs.is_empty() {
            continue;
        }
        let form = Definition::read(Source::Markdown(&sheets))
            .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"))
            .0;
        let xml = form
            .to_xform()
            .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        let again = Definition::read_xform(&xml)
            .unwrap_or_else(|errors| panic!("{name}: {errors:#?}"))
            .0;
        let (form, again) = (
            format!("{:#?}", comparable(form)),
            format!("{:#?}", comparable(again)),
        );
        if form != again {
            let _ = writeln!(wrong, "{name}: {}", difference(&form, &again));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_control_over_a_group_and_a_repeated_root_say_what_to_do_instead() {
    let form = |body: &str| {
        format!(
            "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head>\
             <h:title>T</h:title><model><instance><data id='t'><g><a/></g></data></instance></model></h:head>\
             <h:body>{body}</h:body></h:html>"
        )
    };
    for (body, code) in [
        ("<input ref='/data/g'><label>G</label></input>", "not_a_question"),
        (
            "<group ref='/data'><repeat nodeset='/data'><input ref='/data/g/a'/></repeat></group>",
            "repeated_root",
        ),
    ] {
        let errors = Definition::read(Source::XForm(&form(body))).unwrap_err();
        let found = errors.iter().find(|error| error.code == code);
        assert!(found.is_some_and(|error| !error.hint.is_empty()), "{errors:?}");
    }
}

#[test]
fn what_a_label_looks_up_stays_as_its_author_wrote_it() {
    let text = "| survey |\n| | type | name | label |\n| | integer | a | A |\n\
                | | note | n | Costs instance('l')/root/item[x > 3]/label  of ${a} |\n\
                | | select_one l | s | S |\n| choices |\n| | list_name | name | label | x |\n| | l | o | One | 4 |\n";
    let (definition, _) = Definition::read(Source::Markdown(text)).unwrap();
    let written = definition.to_xform().unwrap();
    let (again, _) = Definition::read_xform(&written).unwrap();
    assert_eq!(again.to_xform().unwrap(), written);
    let note = element(&again.elements, "n").unwrap();
    assert!(text_of(note).contains("[x > 3]"), "{}", text_of(note));
}

fn text_of(element: &Element) -> String {
    element.label.as_ref().map_or_else(String::new, text)
}
