//! Which answers an expression reads, seen from where it stands.

use super::*;

#[test]
fn seen_from_outside_a_repeat_all_instances_are_read() {
    assert_give(&[
        ("${who}", "Amina"),
        ("/data/who", "Amina"),
        ("count(${members})", "3"),
        ("count(/data/house/members)", "3"),
        ("count(/data/house/members/age)", "3"),
        ("sum(/data/house/members/age)", "67"),
        ("sum(${cost})", "18"),
        ("count(${why})", "3"),
        ("count-non-empty(${why})", "1"),
        ("count(${visits_wanted})", "3"),
        ("count-non-empty(${visits_wanted})", "0"),
        ("count(../house/members)", "3"),
        ("count(../house/members/visits)", "3"),
        ("../house/rooms", "4"),
        ("position(..)", "1"),
    ]);
}

#[test]
fn seen_from_inside_a_repeat_the_same_instance_is_read() {
    assert_give_at(
        &member(2, "age"),
        &[
            (".", "7"),
            ("${name}", "Juma"),
            ("../name", "Juma"),
            ("current()/../name", "Juma"),
            ("/data/house/members/name", "Juma"),
            ("${who}", "Amina"),
            ("../../rooms", "4"),
            ("sum(${age})", "7"),
            ("sum(${cost})", "7"),
            ("count(${members})", "3"),
            ("count(../../members)", "3"),
            ("position(..)", "2"),
            ("position(.)", "1"),
            ("sum(../../members/age)", "67"),
        ],
    );
    // A group in a repeat is no instance.
    assert_give_at(
        &member(3, "health/visits_wanted"),
        &[
            ("position(..)", "1"),
            ("position(../..)", "3"),
            ("${name}", "Zawadi"),
        ],
    );
}

#[test]
fn repeats_in_repeats_share_the_instances_around_both() {
    assert_give_at(
        &visit(1, 12, "why"),
        &[
            ("${cost}", "6"),
            ("${name}", "Amina"),
            ("position(..)", "2"),
            ("position(../..)", "1"),
            ("count(${visits})", "2"),
            ("sum(../../visits/cost)", "11"),
            ("count(${members})", "3"),
        ],
    );
}

#[test]
fn what_stands_at_an_instance_or_at_a_repeat_sees_its_surroundings() {
    assert_give_at(
        &member(2, "age").instance(),
        &[
            ("./age", "7"),
            ("age", "7"),
            ("${name}", "Juma"),
            ("position(.)", "2"),
        ],
    );
    // The count of a repeat stands at the repeat, which is in no instance of itself.
    assert_give_at(
        &top("house/members"),
        &[("${rooms}", "4"), ("../rooms", "4"), ("${years}", "12")],
    );
    assert_give_at(
        &Address::root(),
        &[("${who}", "Amina"), ("who", "Amina"), ("house/rooms", "4")],
    );
}

#[test]
fn indexed_repeat_reads_the_nth_instance() {
    assert_give(&[
        ("indexed-repeat(${name}, ${members}, 2)", "Juma"),
        ("indexed-repeat(${name}, ${members}, 0)", "Amina"),
        ("indexed-repeat(${name}, ${members}, 9)", ""),
        ("indexed-repeat(${name}, ${members}, 1 div 0)", ""),
        (
            "indexed-repeat(/data/house/members/name, /data/house/members, 3)",
            "Zawadi",
        ),
        ("indexed-repeat(${cost}, ${members}, 1, ${visits}, 2)", "6"),
    ]);
    assert_give_at(
        &member(2, "age"),
        &[
            ("indexed-repeat(${name}, ${members}, position(..) - 1)", "Amina"),
            ("indexed-repeat(${cost}, ${visits}, 1)", "7"),
        ],
    );
    assert!(matches!(
        error("indexed-repeat(${name}, ${house}, 1)"),
        EvalError::NotAround { .. }
    ));
}

#[test]
fn predicates_choose_among_instances() {
    assert_give(&[
        ("count(${members}[age > 10])", "2"),
        ("count(${members}[${age} > 10])", "2"),
        ("${members}[position() = 3]/name", "Zawadi"),
        ("${members}[2]/name", "Juma"),
        ("${members}[last()]/name", "Zawadi"),
        ("/data/house/members[age = 7]/name", "Juma"),
        ("sum(/data/house/members[./age > 10]/age)", "60"),
        ("count(${members}[age > 10][name != 'Amina'])", "1"),
        ("count(${members}[count(visits) = 2])", "1"),
        ("sum(${members}[visits/cost = 7]/age)", "7"),
        ("${members}[age = current()/../house/rooms + 3]/name", "Juma"),
        ("(${name})[2]", "Juma"),
    ]);
    assert_give_at(
        &member(2, "age"),
        &[
            ("count(../../members[age > current()/../age])", "2"),
            (
                "${members}[position() = position(current()/..) - 1]/name",
                "Amina",
            ),
        ],
    );
}

#[test]
fn axes_and_wildcards() {
    assert_give(&[
        ("count(../house/*)", "4"),
        ("count(//cost)", "3"),
        ("count(/data//cost)", "3"),
        ("sum(../descendant::age)", "67"),
        ("name(..)", "data"),
        ("name()", "years"),
        ("local-name(../house)", "house"),
        ("count(${age} | ${name})", "6"),
        ("count(${age} | ${age})", "3"),
        ("count(../house/members/..)", "1"),
        ("../self::node()/years", "12"),
        ("../child::who", "Amina"),
        ("parent::node()/who", "Amina"),
        ("count(../nothing/of/this)", "0"),
        ("count(/*)", "1"),
    ]);
}

#[test]
fn choices_are_read_by_list_and_by_column() {
    assert_give(&[
        ("instance('thing')/root/item[name = 'mill']/label", "A mill"),
        ("instance('thing')/root/item[name = ${thing}]/kind", "food"),
        (
            "instance('thing')/root/item[name = current()/../thing]/kind",
            "food",
        ),
        ("count(instance('thing')/root/item[kind = 'water'])", "2"),
        (
            "join(' ', instance('thing')/root/item[selected(${things}, name)]/label)",
            "A well A mill",
        ),
        ("instance('thing')/root/item[2]/name", "mill"),
        ("instance('thing')/root/item[position() = 3]/name", "pump"),
    ]);
    assert_eq!(
        error("instance('villages')/root/item"),
        EvalError::NoList {
            list: "villages".into()
        }
    );
}

#[test]
fn plain_names_in_a_choice_filter_are_columns() {
    let form = form();
    assert_eq!(filtered("kind = 'water'", &form), ["well", "pump"]);
    assert_eq!(filtered("selected(${things}, name)", &form), ["well", "mill"]);
    assert_eq!(
        filtered(
            "name != current() and kind = 'water' or name = current()/../thing",
            &form
        )
        .len(),
        3
    );
    assert_eq!(filtered("nothing = 'x'", &form), Vec::<String>::new());
    assert_eq!(filtered("nothing = ''", &form).len(), 3);
    assert_eq!(filtered("true()", &form).len(), 3);
}

#[test]
fn what_cannot_be_read_here_is_never_guessed() {
    let shut = Shut(answers(), BTreeSet::from(["protected"]));
    let not_held = Err(EvalError::NotHeld {
        question: path("secret"),
    });
    for text in [
        "${secret} = 's'",
        "if(true(), 1, ${secret})",
        "../secret",
        "/data/secret",
        "concat(../*)",
        "count(//secret)",
        "coalesce(../secret, 'x')",
    ] {
        assert_eq!(try_at(text, &top("years"), &shut), not_held, "{text}");
    }
    assert_eq!(try_at(".", &top("secret"), &shut), not_held);
    assert_eq!(try_at("once(1)", &top("secret"), &shut), not_held);
    assert_eq!(
        try_at("${who}", &top("secret"), &shut).unwrap().to_text(),
        "Amina"
    );
}
