//! What an expression can read, found out without answers.

use super::*;

fn read_at(text: &str, at: &str) -> Vec<String> {
    let at = path(at);
    parse(text)
        .dependencies(&form(), Some(&at))
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn names_and_paths_lead_to_the_same_questions() {
    for text in [
        "${age} > 1",
        "../age > 1",
        "/data/house/members/age > 1",
        "current()/../age > 1",
        "-../age",
    ] {
        assert_eq!(
            read_at(text, "house/members/name"),
            ["house/members/age"],
            "{text}"
        );
    }
    assert_eq!(read_at("${who} = '' or ${years} > 1", "day"), ["who", "years"]);
}

#[test]
fn predicates_read_too() {
    assert_eq!(
        read_at("count(../house/members[age > ${years}])", "day"),
        ["house/members", "house/members/age", "years"]
    );
    assert_eq!(read_at("../who[. = 'x']", "day"), ["who"]);
    assert_eq!(
        read_at(
            "count(../*[. = 'x' and string-length() > 1]/..)",
            "house/members/visits/why"
        )
        .len(),
        3
    );
    assert_eq!(
        read_at(
            "instance('thing')/root/item[name = ${thing} and kind = current()/../who]/label",
            "day"
        ),
        ["thing", "who"]
    );
}

#[test]
fn wildcards_read_everything_they_can_reach() {
    assert_eq!(read_at("concat(../../rooms, ../*)", "house/members/age").len(), 5);
    assert_eq!(read_at("sum(//cost)", "day"), ["house/members/visits/cost"]);
    assert!(read_at("concat(//*)", "day").contains(&"secret".to_owned()));
}

#[test]
fn the_answer_itself_is_no_dependency_unless_it_is_named() {
    assert_eq!(
        read_at(". > 1 and once(5) and current() > 1", "years"),
        Vec::<String>::new()
    );
    assert_eq!(read_at("../years > 1", "years"), ["years"]);
}

#[test]
fn the_question_of_a_choice_name_is_one() {
    assert_eq!(read_at("jr:choice-name('well', '${things}')", "day"), ["things"]);
    assert_eq!(
        read_at("jr:choice-name('well', '/data/things')", "day"),
        ["things"]
    );
    assert_eq!(
        read_at(
            "indexed-repeat(${cost}, ${members}, ${years}, ${visits}, 1)",
            "day"
        )
        .len(),
        4
    );
}

#[test]
fn at_the_record_itself_names_are_read() {
    let read = parse("concat(${who}, house/rooms)").dependencies(&form(), None);
    assert_eq!(read, [path("house/rooms"), path("who")]);
}

#[test]
fn references_and_functions_are_listed() {
    let expression = parse("if(${who} = '', count(${members}), jr:choice-name('well', ' ${things} '))");
    let references = expression.references();
    let names: Vec<_> = references
        .iter()
        .map(|reference| (reference.name.as_str(), reference.offset))
        .collect();
    assert_eq!(names, [("who", 3), ("members", 22), ("things", 35)]);
    assert_eq!(expression.functions(), ["count", "if", "jr:choice-name"]);
    assert_eq!(
        expression.paths(),
        [path("house/members"), path("things"), path("who")]
    );
    let saved = Expression::parse("${last-saved#who}").unwrap();
    assert!(saved.references()[0].last_saved);
}
