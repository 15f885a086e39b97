//! Writes terms out, so that tests can read them again.

use std::fmt::Write as _;

use super::ast::{Axis, Operator, Path, Start, Step, Term, Test};

/// Writes a term in one way, with brackets wherever they may be needed.
fn written(term: &Term) -> String {
    match term {
        Term::Number(number) => number.to_string(),
        Term::Literal(text) => quoted(text),
        Term::Negate(inner) => format!("-{}", operand(inner)),
        Term::Chain(first, rest) => {
            let mut all = operand(first);
            for (operator, term) in rest {
                write!(all, " {} {}", sign(*operator), operand(term)).unwrap();
            }
            all
        }
        Term::Call(call) => {
            let arguments: Vec<String> = call.arguments.iter().map(written).collect();
            format!("{}({})", call.function.name, arguments.join(", "))
        }
        Term::Path(path) => path_written(path),
    }
}

fn operand(term: &Term) -> String {
    let is_whole = match term {
        Term::Number(_) | Term::Literal(_) | Term::Call(_) => true,
        Term::Path(path) => path.start != Start::Record || !path.steps.is_empty(),
        Term::Chain(..) | Term::Negate(_) => false,
    };
    if is_whole {
        written(term)
    } else {
        format!("({})", written(term))
    }
}

fn quoted(text: &str) -> String {
    for (opening, closing, ends) in [
        ("'", "'", "'"),
        ("\"", "\"", "\""),
        ("‘", "’", "‘’"),
        ("“", "”", "“”"),
    ] {
        if !text.contains(|c| ends.contains(c)) {
            return format!("{opening}{text}{closing}");
        }
    }
    panic!("no quotation marks are left for {text}");
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "=",
        Operator::Unequal => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::More => ">",
        Operator::MoreOrEqual => ">=",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Div => "div",
        Operator::Mod => "mod",
        Operator::Union => "|",
    }
}

fn path_written(path: &Path) -> String {
    let start = match &path.start {
        Start::Record | Start::Here => String::new(),
        Start::Current => "current()".to_owned(),
        Start::Reference(reference) if reference.last_saved => format!("${{last-saved#{}}}", reference.name),
        Start::Reference(reference) => format!("${{{}}}", reference.name),
        Start::List(name) => format!("instance({})", quoted(name)),
        Start::Term(term) => format!("({})", written(term)),
    };
    let steps: Vec<String> = path.steps.iter().map(step_written).collect();
    let between = if path.start == Start::Here || steps.is_empty() {
        ""
    } else {
        "/"
    };
    let all = format!(
        "{start}{}{between}{}",
        predicates(&path.predicates),
        steps.join("/")
    );
    if all.is_empty() { "/".to_owned() } else { all }
}

fn step_written(step: &Step) -> String {
    let axis = match step.axis {
        Axis::Child => "child",
        Axis::Parent => "parent",
        Axis::Itself => "self",
        Axis::Descendant => "descendant",
        Axis::DescendantOrItself => "descendant-or-self",
        Axis::Attribute => "attribute",
        Axis::Ancestor => "ancestor",
        Axis::AncestorOrItself => "ancestor-or-self",
        Axis::FollowingSibling => "following-sibling",
        Axis::PrecedingSibling => "preceding-sibling",
    };
    let test = match &step.test {
        Test::Any => "*",
        Test::Name(name) => name,
    };
    format!("{axis}::{test}{}", predicates(&step.predicates))
}

fn predicates(all: &[Term]) -> String {
    all.iter().map(|term| format!("[{}]", written(term))).collect()
}

mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::document::eval_xml;
    use super::super::environment::Environment;
    use super::super::parser::{Dialect, parse};
    use super::*;

    /// A term as it is shown, without where its references stand.
    fn shown(term: &Term) -> String {
        let shown = format!("{term:?}");
        let mut parts = shown.split("offset: ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| {
            all + part.trim_start_matches(|c: char| c.is_ascii_digit())
        })
    }

    fn expression() -> impl Strategy<Value = String> {
        let leaf = select(vec![
            "1",
            "2.5",
            "0",
            "'a'",
            "\"it's\"",
            "‘'\"’",
            "''",
            ".",
            "..",
            "/",
            "/data",
            "/data/*",
            "//b",
            "b",
            "@id",
            "b/c",
            "${a}",
            "${last-saved#a}",
            "current()",
            "current()/../b",
            "instance('x')/root/item",
            "div",
            "true()",
            "today()",
            "position()",
            "last()",
            "../../b[1]",
            "preceding-sibling::b[1]",
            "ancestor::*",
            "self::node()",
            "descendant::c",
            "name()",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(5, 40, 4, |inner| {
            let operator = select(vec![
                "+", "-", "*", "div", "mod", "and", "or", "=", "!=", "<", "<=", ">", ">=", "|",
            ]);
            let one = select(vec![
                "not", "string", "number", "boolean", "date", "concat", "max", "jr:itext", "area",
            ]);
            let two = select(vec![
                "selected",
                "substr",
                "round",
                "join",
                "digest",
                "pow",
                "format-date",
                "geofence",
            ]);
            prop_oneof![
                (inner.clone(), operator, inner.clone())
                    .prop_map(|(a, operator, b)| format!("{a} {operator} {b}")),
                inner.clone().prop_map(|a| format!("({a})")),
                inner.clone().prop_map(|a| format!("- {a}")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]/../c[last()]")),
                (one, inner.clone()).prop_map(|(name, a)| format!("{name}({a})")),
                (two, inner.clone(), inner).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            ]
        })
    }

    const DOCUMENT: &str =
        "<data id='7'><a>3</a><b><c>2024-03-01</c></b><b><c>x</c><c/></b><div>0 1 0 0</div></data>";

    proptest! {
        #[test]
        fn what_is_written_out_is_read_as_the_same(text in expression()) {
            if let Ok(term) = parse(&text, Dialect::Document) {
                let out = written(&term);
                let again = parse(&out, Dialect::Document);
                let again = again.map_err(|error| TestCaseError::fail(format!("{text} became {out}: {error}")))?;
                prop_assert_eq!(shown(&again), shown(&term), "{} became {}", text, out);
                prop_assert_eq!(written(&again), out);
            }
        }

        #[test]
        fn over_documents_every_expression_ends(
            text in expression(),
            document in prop_oneof![Just(DOCUMENT.to_owned()), "[<>a-z/ ='\"]{0,40}"],
            context in prop::option::of(select(vec!["/data", "/data/b[2]", "//c", "1", "/", "["])),
        ) {
            let env = Environment::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC, 1);
            let outcome = |text: &str| eval_xml(text, Some(&document), context, &env).map(|outcome| format!("{outcome:?}"));
            // Twice the same: nothing is left behind.
            prop_assert_eq!(outcome(&text), outcome(&text));
        }
    }
}
