//! Operators, and how values become one another.

use super::*;

#[test]
fn operators_bind_as_in_xpath() {
    assert_give(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("2 * 3 div 4", "1.5"),
        ("- 2 + 5", "3"),
        ("--'3'", "3"),
        ("---3", "-3"),
        ("7 mod 4", "3"),
        ("-7 mod 4", "-3"),
        ("5.5 mod 2", "1.5"),
        ("1 div 0", "Infinity"),
        ("-1 div 0", "-Infinity"),
        ("0 div 0", "NaN"),
        ("1 mod 0", "NaN"),
        ("1 = 1 and 2 > 1 or false()", "true"),
        ("false() and false() or true()", "true"),
        ("1 < 2 = true()", "true"),
        ("3 > 2 > 1", "false"),
        ("0.1 + 0.2 = 0.3", "true"),
    ]);
}

#[test]
fn names_of_operators_are_names_where_no_operator_can_stand() {
    assert_give(&[
        ("count(div | mod)", "0"),
        ("4 div 2 mod 2", "0"),
        ("string(* = 4)", "false"),
    ]);
}

#[test]
fn texts_numbers_and_conditions_become_one_another_as_in_odk() {
    assert_give(&[
        ("'1.0' = 1", "true"),
        ("'1.0' = '1'", "false"),
        ("'' = 0", "false"),
        ("'' + 1", "NaN"),
        ("number('')", "NaN"),
        ("number('1.1e6')", "NaN"),
        ("number(' 12.5 ')", "12.5"),
        ("boolean('false')", "true"),
        ("boolean('')", "false"),
        ("boolean(0)", "false"),
        ("boolean(number('x'))", "false"),
        ("true() + 1", "2"),
        ("'a' = true()", "true"),
        ("string(1 div 3)", "0.3333333333333333"),
        ("100000000000 * 10", "1000000000000"),
        ("string(-0)", "0"),
    ]);
}

#[test]
fn answers_count_by_their_type() {
    assert_give(&[
        ("${years} = '12.0'", "true"),
        ("${price} = 2.5", "true"),
        ("${price}", "2.5"),
        ("${price} * 2", "5"),
        ("${agreed} = 'OK'", "true"),
        ("if(${years}, 'y', 'n')", "y"),
        ("if(${empty}, 'y', 'n')", "n"),
        ("${empty} = ''", "true"),
        ("${empty} != 'x'", "true"),
        ("${empty} < 1", "false"),
        ("${empty} + 1", "NaN"),
    ]);
}

#[test]
fn a_computed_condition_stays_one() {
    assert_give(&[
        ("if(${is_adult}, 'y', 'n')", "n"),
        ("${is_adult} = false()", "true"),
        ("${is_adult} = 'false'", "true"),
        ("${is_adult} = 'true'", "false"),
        ("${is_adult} = '0'", "true"),
        ("${is_adult} = 0", "true"),
        ("not(${is_adult})", "true"),
        ("concat(${is_adult}, '')", "false"),
    ]);
}

#[test]
fn of_several_answers_one_that_fits_is_enough() {
    assert_give(&[
        ("${age} = 7", "true"),
        ("${age} != 7", "true"),
        ("${age} > 39", "true"),
        ("${age} > 40", "false"),
        ("7 = ${age}", "true"),
        ("${name} = ${who}", "true"),
        ("${age} = ${rooms}", "false"),
    ]);
}

#[test]
fn what_is_decided_is_not_worked_out_further() {
    // The second operand could not be worked out.
    assert_give(&[
        ("true() or count(1 + 1)", "true"),
        ("false() and count(1 + 1)", "false"),
    ]);
    assert_eq!(
        error("false() or count(1 + 1)"),
        EvalError::NotNodes { function: "count" }
    );
}

#[test]
fn days_and_times_compare_as_numbers_of_days() {
    assert_give(&[
        ("${day} < today()", "true"),
        ("${day} <= '2026-11-20'", "true"),
        ("${day} = '2026-11-20'", "true"),
        ("today() - ${day}", "4"),
        ("${day} + 1", "20778"),
        ("${met} < now()", "true"),
        // A day with a time is not later than the day it is on.
        ("${met} <= ${day}", "true"),
        ("now() <= today()", "true"),
        ("${met} > '2026-11-20T09:00:00+03:00'", "true"),
        ("${hour} > '17:59'", "true"),
    ]);
}

#[test]
fn smart_quotation_marks_and_odd_spaces_do_no_harm() {
    assert_give(&[("‘yes’", "yes"), ("“it's”", "it's"), ("1\u{a0}+\u{feff}\n2", "3")]);
}

#[test]
fn a_constraint_looks_at_the_answer_that_is_checked() {
    let (form, answers, env, at) = (form(), answers(), env(), top("years"));
    let is_allowed = |text: &str, value: i64| {
        let this = Some(Value::Integer(value));
        let context = Context {
            form: &form,
            answers: &answers,
            at: &at,
            this,
            choice: None,
            env: &env,
        };
        evaluate(&parse(text), &context).unwrap().to_boolean()
    };
    assert!(is_allowed(". >= 18 and . < 100", 18));
    assert!(!is_allowed(". >= 18 and . < 100", 17));
    assert!(is_allowed(
        "${years} = 99 and current() = 99 and string-length() = 2",
        99
    ));
    assert_give(&[(". + 1", "13")]);
}
