//! Promises that hold for any expression.

use proptest::prelude::*;

use super::*;

fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "1",
        "0",
        "2.5",
        "'a'",
        "''",
        "'2026-11-23'",
        "${who}",
        "${age}",
        "${members}",
        "${things}",
        "${cost}",
        ".",
        "..",
        "(",
        ")",
        "[",
        "]",
        ",",
        "/",
        "//",
        "|",
        "+",
        "-",
        "*",
        "div",
        "mod",
        "and",
        "or",
        "=",
        "!=",
        "<",
        ">=",
        "@",
        "::",
        "count(",
        "sum(",
        "if(",
        "concat(",
        "substr(",
        "position(",
        "indexed-repeat(",
        "current()",
        "name",
        "age",
        "child::",
        "instance('thing')/root/item",
        "99999999999999999999",
        "‘",
        "\"",
        "$",
        "é",
    ]);
    known.prop_map(str::to_owned)
}

/// An expression that can be parsed, of any function and operator.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "1",
        "0",
        "-1",
        "2.5",
        "1 div 0",
        "0 div 0",
        "99999999999999999999",
        "'a'",
        "''",
        "'-7'",
        "'2026-11-23'",
        "'%Y-%m'",
        "'2026-11-23T10:00:00+03:00'",
        "'10:00'",
        "'[a-z]+'",
        "'well mill'",
        "${who}",
        "${age}",
        "${members}",
        "${things}",
        "${empty}",
        "${day}",
        "${met}",
        "${cost}",
        ".",
        "..",
        "../..",
        "/",
        "/data/house/members",
        "//*",
        "../*",
        "true()",
        "now()",
        "today()",
        "random()",
        "uuid()",
        "instance('thing')/root/item",
        "current()/..",
        "pi()",
        "position(..)",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 4, |inner| {
        let operator = prop::sample::select(vec![
            "+", "-", "*", "div", "mod", "and", "or", "=", "!=", "<", "<=", ">", ">=", "|",
        ]);
        let unary = prop::sample::select(vec![
            "number",
            "string",
            "boolean",
            "not",
            "int",
            "round",
            "floor",
            "abs",
            "sqrt",
            "exp10",
            "log",
            "count",
            "sum",
            "max",
            "concat",
            "string-length",
            "normalize-space",
            "date",
            "date-time",
            "decimal-date-time",
            "decimal-time",
            "uuid",
            "count-selected",
            "once",
            "position",
            "name",
            "randomize",
            "count-non-empty",
            "base64-decode",
            "property",
        ]);
        let binary = prop::sample::select(vec![
            "pow",
            "round",
            "atan2",
            "substr",
            "substring",
            "substring-before",
            "contains",
            "starts-with",
            "selected",
            "selected-at",
            "format-date",
            "format-date-time",
            "regex",
            "join",
            "coalesce",
            "min",
            "randomize",
            "concat",
        ]);
        let ternary = prop::sample::select(vec![
            "if",
            "substr",
            "translate",
            "checklist",
            "join",
            "coalesce",
            "max",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (unary, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (binary, inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            (ternary, inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(f, a, b, c)| format!("{f}({a}, {b}, {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            inner.clone().prop_map(|a| format!("-{a}")),
            inner.clone().prop_map(|a| format!("${{members}}[{a}]/age")),
            inner.prop_map(|n| format!("indexed-repeat(${{age}}, ${{members}}, {n})")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_fails_cleanly(text in "\\PC{0,60}") {
        check(&text)?;
    }

    #[test]
    fn any_words_are_an_expression_or_fail_cleanly(words in prop::collection::vec(word(), 0..16)) {
        check(&words.join(" "))?;
        check(&words.concat())?;
    }

    #[test]
    fn any_expression_is_worked_out_or_fails_cleanly(text in expression()) {
        // Some calls are refused for what is written in them, like `count(1)`.
        if Expression::parse(&text).is_ok() {
            for at in [top("years"), member(2, "age"), visit(1, 12, "why"), Address::root()] {
                if let Ok(outcome) = try_at(&text, &at, &answers()) {
                    let _ = (outcome.to_text(), outcome.to_number(), outcome.to_boolean());
                }
            }
        }
    }

    #[test]
    fn whatever_is_read_was_foreseen(text in expression()) {
        if let Ok(expression) = Expression::parse(&text) {
            let mut bound = expression;
            let form = form();
            let items = form.all_items();
            bound.resolve(&|name| items.iter().map(|item| item.path()).find(|path| path.name() == name).cloned());
            let watched = Watched(answers(), Default::default());
            let at = member(2, "age");
            let env = env();
            let context = Context { form: &form, answers: &watched, at: &at, this: None, choice: None, env: &env };
            let _ = evaluate(&bound, &context);
            let foreseen = bound.dependencies(&form, at.path().as_ref());
            for read in watched.1.into_inner() {
                prop_assert!(foreseen.contains(&read) || Some(&read) == at.path().as_ref(), "{text} reads {read}");
            }
        }
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    match Expression::parse(text) {
        Ok(expression) => {
            prop_assert_eq!(expression.text(), text);
            prop_assert_eq!(
                &Expression::parse(expression.text()).expect("it was parsed before"),
                &expression
            );
        }
        Err(error) => {
            prop_assert!(error.offset <= text.len());
            prop_assert!(text.is_char_boundary(error.offset));
            prop_assert!(!error.message.is_empty() && !error.hint.is_empty());
        }
    }
    Ok(())
}

/// Writes down which questions were read.
struct Watched(AnswerSheet, std::cell::RefCell<BTreeSet<QuestionPath>>);

impl Answers for Watched {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.1.borrow_mut().extend(at.path());
        self.0.answer(at)
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.0.instances(repeat)
    }
}
