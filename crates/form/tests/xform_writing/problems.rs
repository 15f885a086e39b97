//! What keeps a form from being written.

use baraza_form::definition::{Choice, Definition, Element, ElementKind, List, Text};

fn codes(definition: &Definition) -> Vec<&'static str> {
    match definition.to_xform() {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| error.code).collect(),
    }
}

fn question(type_name: &str, name: &str) -> Element {
    let mut question = Element::question(2, type_name, name);
    question.label = Some(Text::Plain(format!("{name}?")));
    question
}

fn group(kind: ElementKind, name: &str, children: Vec<Element>) -> Element {
    let mut group = Element::question(2, "group", name);
    group.kind = kind;
    group.children = children;
    group
}

fn form(elements: Vec<Element>) -> Definition {
    Definition {
        elements,
        ..Definition::default()
    }
}

#[test]
fn a_form_of_nothing_but_a_question_is_written() {
    let definition = form(vec![question("text", "a")]);
    let xform = definition.to_xform().expect("it can be written");
    assert!(xform.contains("<data id=\"data\">"), "{xform}");
    assert!(
        xform.contains("<bind nodeset=\"/data/a\" type=\"string\"/>"),
        "{xform}"
    );
}

#[test]
fn references_to_nobody_and_to_several_are_told_with_their_place() {
    let mut unknown = question("text", "a");
    unknown
        .bind
        .insert("relevant".to_owned(), Text::Plain("${aeg} = 1".to_owned()));
    let mut ambiguous = question("text", "b");
    ambiguous.default = Some("${twin}".to_owned());
    let twins = ["g", "h"].map(|name| group(ElementKind::Group, name, vec![question("text", "twin")]));
    let mut elements = vec![unknown, ambiguous, question("integer", "age")];
    elements.extend(twins);
    let mut definition = form(elements);
    definition
        .headers
        .survey
        .insert("relevant".to_owned(), "relevance".to_owned());
    let errors = definition.to_xform().expect_err("two references lead nowhere");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "survey row 2, relevance: `${aeg}` names no question (did you mean `age`?)",
            "survey row 2, default: `${twin}` could be any of several questions named `twin` (give each its own name)",
        ]
    );
}

#[test]
fn questions_without_words_and_names_that_clash_are_all_told() {
    let definition = form(vec![
        Element::question(2, "text", "a"),
        question("text", "a"),
        question("text", "1st"),
        question("nothing", "b"),
        group(ElementKind::Repeat, "data", Vec::new()),
    ]);
    assert_eq!(
        codes(&definition),
        ["unknown_type", "duplicate_name", "bad_name", "duplicate_name"]
    );
    assert_eq!(
        codes(&form(vec![Element::question(2, "text", "a")])),
        ["missing_label"]
    );
}

#[test]
fn names_that_two_files_or_lists_share_are_told() {
    let mut from_file = question("select_one", "a");
    from_file.list = Some("towns.xml".to_owned());
    let mut definition = form(vec![from_file, Element::question(3, "csv-external", "towns")]);
    assert_eq!(codes(&definition), ["instance_name_clash"]);
    definition.elements.truncate(1);
    assert_eq!(codes(&definition), [""; 0]);
    definition.lists.push(List {
        name: "towns".to_owned(),
        choices: Vec::new(),
    });
    assert_eq!(codes(&definition), ["instance_name_clash"]);
}

#[test]
fn what_cannot_be_seen_triggers_nothing() {
    let mut hidden = Element::question(2, "calculate", "a");
    hidden
        .bind
        .insert("calculate".to_owned(), Text::Plain("1".to_owned()));
    let mut follower = question("text", "b");
    follower.triggers = vec!["a".to_owned()];
    assert_eq!(codes(&form(vec![hidden, follower])), ["unseen_trigger"]);
}

#[test]
fn groups_nested_without_end_are_refused() {
    let mut inner = question("text", "a");
    for depth in 0..200 {
        inner = group(ElementKind::Group, &format!("g{depth}"), vec![inner]);
    }
    assert_eq!(codes(&form(vec![inner])), ["nested_too_deep"]);
}

#[test]
fn loops_in_loops_do_not_grow_without_end() {
    let mut inner = question("text", "a");
    for depth in 0..6 {
        inner = group(ElementKind::Loop, &format!("l{depth}"), vec![inner]);
        inner.list = Some("l".to_owned());
    }
    let mut definition = form(vec![inner]);
    let choices = (0..50).map(|at| Choice {
        name: format!("c{at}"),
        label: Some(Text::Plain("C".to_owned())),
        ..Choice::default()
    });
    definition.lists.push(List {
        name: "l".to_owned(),
        choices: choices.collect(),
    });
    assert_eq!(codes(&definition), ["too_many_elements"]);
}

#[test]
fn references_to_deep_places_do_not_grow_without_end() {
    let mut inner = question("text", "deep");
    for depth in 0..80 {
        inner = group(
            ElementKind::Group,
            &format!("{}{depth}", "g".repeat(1000)),
            vec![inner],
        );
    }
    let mut many = question("text", "many");
    many.bind
        .insert("relevant".to_owned(), Text::Plain("${deep}".repeat(8_000)));
    assert_eq!(codes(&form(vec![many, inner])), ["form_too_large"]);
}

#[test]
fn what_xml_cannot_hold_is_refused() {
    let mut definition = form(vec![question("text", "a")]);
    definition
        .settings
        .insert("form_title".to_owned(), "a\u{b}b".to_owned());
    assert_eq!(codes(&definition), ["bad_character"]);
    let mut odd = question("text", "a");
    odd.bind.insert("no name".to_owned(), Text::Plain("x".to_owned()));
    assert_eq!(codes(&form(vec![odd])), ["bad_xml_name"]);
}

#[test]
fn what_is_written_again_and_again_does_not_grow_without_end() {
    let mut long = question("text", "a");
    long.label = Some(Text::Plain("x".repeat(60_000)));
    let mut repeated = group(ElementKind::Loop, "l", vec![long]);
    repeated.list = Some("l".to_owned());
    let mut definition = form(vec![repeated]);
    let choices = (0..20_000).map(|at| Choice {
        name: format!("c{at}"),
        label: Some(Text::Plain("C".to_owned())),
        ..Choice::default()
    });
    definition.lists.push(List {
        name: "l".to_owned(),
        choices: choices.collect(),
    });
    assert_eq!(codes(&definition), ["form_too_large"]);

    definition.elements = (0..1_000)
        .map(|at| {
            let mut search = question("select_one", &format!("s{at}"));
            search.list = Some("l".to_owned());
            search
                .control
                .insert("appearance".to_owned(), "search('f')".to_owned());
            search
        })
        .collect();
    assert_eq!(codes(&definition), ["form_too_large"]);

    definition.lists.clear();
    let languages = |text: &str| (0..1_000).map(|at| (format!("l{at}"), text.to_owned())).collect();
    definition.elements = (0..5_000).map(|at| question("text", &format!("q{at}"))).collect();
    if let Some(first) = definition.elements.first_mut() {
        first.label = Some(Text::ByLanguage(languages("A")));
    }
    for element in definition.elements.iter_mut().skip(1) {
        element.label = Some(Text::ByLanguage(vec![("l0".to_owned(), "A".to_owned())]));
    }
    assert_eq!(codes(&definition), ["form_too_large"]);
}
