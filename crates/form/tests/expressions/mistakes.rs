//! What is said about texts that are no expressions, and about those that cannot be worked out.

use super::*;

fn mistake(text: &str) -> (&'static str, usize, String) {
    let error = Expression::parse(text).expect_err(text);
    (error.code, error.offset, error.hint)
}

#[test]
fn mistakes_are_named_with_what_to_write() {
    for (text, offset, hint) in [
        ("1 == 2", 2, "to compare, write `=` once"),
        ("1 && 2", 2, "write `and`"),
        ("1 || 2", 2, "write `or`"),
        (
            "1 != = 2",
            5,
            "two operators stand side by side; a value belongs between them",
        ),
        (
            "1 AND 2",
            2,
            "write operators in lower case: `and`, `or`, `div`, `mod`",
        ),
        (
            "${a} / 2",
            7,
            "to divide, write `div`; `/` leads from a group to its questions",
        ),
        (
            "${a} / ${b}",
            7,
            "to divide, write `div`; `/` leads from a group to its questions",
        ),
        ("4 / 2", 2, "to divide, write `div`"),
        (
            "sum(${a}) / count(${b})",
            12,
            "to divide, write `div`; `/` leads from a group to its questions",
        ),
        ("concat('a'", 10, "a bracket is not closed"),
        ("1 + 2)", 5, "no bracket is open here; take `)` out"),
        ("1 +", 3, "something is missing at the end"),
        (
            "${a} 'b'",
            5,
            "put an operator like `and`, `=` or `+` between the two values",
        ),
        (
            "${a} = yes no",
            11,
            "put texts in '…', refer to questions as `${name}`, and put an operator between two values",
        ),
        (
            "1,5",
            1,
            "a comma only divides the arguments of a function; decimals have a point, like `0.5`",
        ),
        ("concat('a',)", 11, "a value is missing before it"),
        (
            "1 + + 2",
            4,
            "two operators stand side by side; a value belongs between them",
        ),
        (
            "${a b}",
            0,
            "only one question's name stands between `${` and `}`",
        ),
        ("${a", 0, "put `}` behind the question's name"),
        (
            "5years",
            0,
            "write numbers with digits only, texts in '…', and refer to questions as `${name}`",
        ),
        ("", 0, "write an expression, or leave the cell empty"),
        (" ", 0, "write an expression, or leave the cell empty"),
    ] {
        assert_eq!(
            mistake(text),
            ("expression_syntax", offset, hint.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn a_message_says_what_was_found_and_what_was_expected() {
    let error = Expression::parse("é = ${a} ${b}").unwrap_err();
    assert_eq!(
        error.message,
        "`${b}` stands where the end or an operator is expected (character 10)"
    );
    let error = Expression::parse("if(1, 2").unwrap_err();
    assert_eq!(
        error.message,
        "the expression ends where a comma or `)` is expected (character 8)"
    );
}

#[test]
fn functions_are_known_and_get_what_they_take() {
    for (text, code, hint) in [
        (
            "selectd(${a}, 'b')",
            "unknown_function",
            "did you mean `selected`?",
        ),
        ("Today()", "unknown_function", "did you mean `today`?"),
        (
            "selected(${a})",
            "argument_count",
            "it takes 2; look for a bracket in the wrong place",
        ),
        (
            "today(1)",
            "argument_count",
            "it takes none; look for a bracket in the wrong place",
        ),
        (
            "round()",
            "argument_count",
            "it takes 1 or 2; look for a bracket in the wrong place",
        ),
        (
            "if(1, 2)",
            "argument_count",
            "it takes 3; look for a bracket in the wrong place",
        ),
        (
            "coalesce(1)",
            "argument_count",
            "it takes at least 2; look for a bracket in the wrong place",
        ),
        (
            "indexed-repeat(${a}, ${b}, 1, ${c})",
            "argument_count",
            "it takes 3, 5, 7, 9 or 11; look for a bracket in the wrong place",
        ),
        (
            "indexed-repeat('a', ${b}, 1)",
            "expression_syntax",
            "write it like indexed-repeat(${age}, ${members}, 2)",
        ),
        ("count(1)", "expression_syntax", "write it like count(${name})"),
        (
            "jr:choice-name(${a}, 'b c')",
            "expression_syntax",
            "write it like jr:choice-name(${fruit}, '${fruit}')",
        ),
        (
            "instance(${a})",
            "unsupported_path",
            "write it like instance('villages')/root/item[name = ${village}]/label",
        ),
        ("../@a", "unsupported_path", "name a question, like `../age`"),
        (
            "following::a",
            "unsupported_path",
            "child, parent, self, descendant and descendant-or-self are",
        ),
        (
            "regex(., '^(?!a)')",
            "unsupported_pattern",
            "patterns are regular expressions without look-around and back-references",
        ),
        (
            "regex(., '(a')",
            "unsupported_pattern",
            "patterns are regular expressions without look-around and back-references",
        ),
        (
            "search('a', 'b')",
            "unsupported_function",
            "write it into the column appearance; in an expression use pulldata() or instance()",
        ),
    ] {
        let (found, _, said) = mistake(text);
        assert_eq!((found, said.as_str()), (code, hint), "{text}");
    }
}

#[test]
fn what_means_nothing_when_worked_out_is_an_error() {
    assert_eq!(
        error("${nobody}"),
        EvalError::Unbound {
            name: "nobody".into()
        }
    );
    assert_eq!(
        error("${last-saved#nobody}"),
        EvalError::Unbound {
            name: "nobody".into()
        }
    );
    assert_eq!(error("sum(if(1, 2, 3))"), EvalError::NotNodes { function: "sum" });
    assert_eq!(error("('a')[1]"), EvalError::NotNodes { function: "/" });
    assert_eq!(error("1 | 2"), EvalError::NotNodes { function: "|" });
}

#[test]
fn brackets_in_brackets_end_somewhere() {
    for (open, close) in [
        ("(", ")"),
        ("not(", ")"),
        ("..[", "]"),
        ("1 + (", ")"),
        ("if(1, 2, ", ")"),
    ] {
        let text = format!("{}1{}", open.repeat(5000), close.repeat(5000));
        let error = Expression::parse(&text).unwrap_err();
        assert!(error.message.contains("stand in one another"), "{open}: {error}");
    }
    assert!(Expression::parse(&"1".repeat(200_000)).is_err());
}

#[test]
fn what_is_allowed_fits_the_stack_of_a_thread() {
    // Each is as deep as the parser lets it be.
    for (open, inner, close) in [
        ("not(", "1", ")"),
        ("if(1 = 1, ", "1", ", 2)"),
        ("concat('a', ", "1", ")"),
        ("count(..[", "1", "])"),
        ("max(1, 2, ", "1", ")"),
        ("coalesce('', ", "1", ")"),
        ("depend(", "1", ")"),
        ("(..)[", "1", "]"),
        ("jr:choice-name(", "1", ", ${thing})"),
        ("translate(", "1", ", 'a', 'b')"),
    ] {
        let nested = |levels: usize| format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
        let deepest = (1..200)
            .rev()
            .find(|levels| Expression::parse(&nested(*levels)).is_ok())
            .unwrap();
        assert!(deepest >= 49, "{open}: {deepest}");
        let outcome = try_at(&nested(deepest), &top("years"), &answers());
        assert!(outcome.is_ok(), "{open}: {outcome:?}");
        let _ = parse(&nested(deepest)).dependencies(&form(), Some(&path("years")));
    }
}

#[test]
fn long_chains_are_no_deep_ones() {
    let sum = vec!["${years}"; 5000].join(" + ");
    assert_eq!(text_at(&sum, &top("years")), "60000");
    let any = vec![". = 13"; 5000].join(" or ");
    assert_eq!(text_at(&any, &top("years")), "false");
    assert_eq!(text_at(&format!("{}1", "-".repeat(50_001)), &top("years")), "-1");
    assert_eq!(text_at(&format!("..{}", "/.".repeat(5000)), &top("years")), "");
}

#[test]
fn absurd_work_is_stopped() {
    let all = "//*".repeat(6);
    let product = vec![format!("count({all})"); 40].join(" + ");
    let outcome = try_at(&product, &top("years"), &answers());
    assert!(matches!(outcome, Ok(_) | Err(EvalError::TooMuch)));
    let nested = "//*[//*[//*[//*[//*[//*[//*[//*[. = 'x']]]]]]]]";
    assert_eq!(error(nested), EvalError::TooMuch);
    let mut text = "'0123456789'".to_owned();
    for _ in 0..14 {
        text = format!("join('0123456789', //*[string-length({text}) > 0], {text})");
        if text.len() > 60_000 {
            break;
        }
    }
    let outcome = try_at(&text, &top("years"), &answers());
    assert!(matches!(outcome, Ok(_) | Err(EvalError::TooMuch)));
}
