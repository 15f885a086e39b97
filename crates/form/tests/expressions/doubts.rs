//! What expressions hardly mean.

use super::*;

fn doubts(text: &str, at: &str) -> Vec<&'static str> {
    let doubts = parse(text).doubts(&form(), Some(&path(at)));
    assert!(
        doubts
            .iter()
            .all(|doubt| !doubt.message.is_empty() && !doubt.hint.is_empty())
    );
    doubts.into_iter().map(|doubt| doubt.code).collect()
}

#[test]
fn what_is_hardly_meant_is_told() {
    for (text, code) in [
        ("${things} = 'well'", "multiple_compared"),
        ("'well' != ${things}", "multiple_compared"),
        ("${who} + 1", "text_calculated"),
        ("-${who}", "text_calculated"),
        ("${years} * 'a lot'", "text_calculated"),
        ("selected(${years}, '3')", "choice_of_number"),
        ("count-selected(${day})", "choice_of_number"),
        ("${day} > 30", "date_as_number"),
        ("today() >= ${years}", "date_as_number"),
        ("${met} < '24/11/2026'", "not_a_date"),
        ("${thing} = 'wel'", "unknown_choice"),
        ("not(selected(${things}, 'pumps'))", "unknown_choice"),
        (
            "/data/years > 3 and selected(/data/things, 'none')",
            "unknown_choice",
        ),
    ] {
        assert_eq!(doubts(text, "price"), [code], "{text}");
    }
    assert_eq!(doubts(". = 'well'", "things"), ["multiple_compared"]);
    assert_eq!(
        doubts("if(. > 3, ${who} - 1, selected(., 'a'))", "day"),
        ["date_as_number", "text_calculated", "choice_of_number"]
    );
}

#[test]
fn what_is_meant_is_not_doubted() {
    for text in [
        "${things} = ''",
        "selected(${things}, 'well') and ${thing} = 'mill'",
        "${years} + ${price} * 2",
        "${day} > date('2026-01-01') and ${day} <= today() + 7",
        "${day} + 30 > today()",
        "${is_adult} + 1",
        "${met} >= '2026-11-24'",
        "(today() - ${day}) div 365.25 > 18",
        "count(${members}) > 3",
        "sum(${age}) - 1 = ${years}",
        "instance('thing')/root/item[name = ${thing}]/kind = 'water'",
        "'5' + 5",
        "${last-saved#thing} = 'mill'",
    ] {
        assert_eq!(doubts(text, "price"), [""; 0], "{text}");
    }
}

#[test]
fn a_doubt_says_what_to_write() {
    let doubt = parse("${things} = 'well'").doubts(&form(), None).remove(0);
    assert_eq!(
        doubt.message,
        "${things} may have several answers, and is compared with one"
    );
    assert_eq!(doubt.hint, "write selected(${things}, 'well')");
    let doubt = parse("${thing} = 'mil'").doubts(&form(), None).remove(0);
    assert!(doubt.hint.contains("mill"), "{}", doubt.hint);
}
