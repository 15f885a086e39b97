//! Finds out whether the functions of an expression exist and get what they take.

use super::ast::{Call, Path, Start, Term};
use super::functions::{Function, TABLES};
use super::lexer::{Token, lex};
use super::parser::Dialect;
use super::{Reference, pattern};
use crate::read::did_you_mean;

/// What is wrong with a call.
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: String,
}

/// Functions that other engines have and expressions cannot call, and what to do without them.
const UNSUPPORTED: [(&str, &str); 1] = [(
    "search",
    "write it into the column appearance; in an expression use pulldata() or instance()",
)];

/// Makes a call, if it can be made. `offset` is where it stands.
pub(super) fn call(
    name: &str,
    arguments: Vec<Term>,
    offset: usize,
    dialect: Dialect,
) -> Result<Start, Problem> {
    match (name, arguments.as_slice()) {
        ("current", []) => return Ok(Start::Current),
        ("current", more) => return Err(count("current", more.len(), "none")),
        ("instance", [Term::Literal(list)]) if list != "__last-saved" || dialect == Dialect::Document => {
            return Ok(Start::List(list.clone()));
        }
        ("instance", _) => {
            return Err(Problem {
                code: "unsupported_path",
                message: "`instance` takes the name of a choice list".to_owned(),
                hint: "write it like instance('villages')/root/item[name = ${village}]/label".to_owned(),
            });
        }
        _ => {}
    }
    let function = find(name)?;
    check_count(function, arguments.len())?;
    let mut arguments = arguments;
    match function.name {
        "jr:choice-name" => name_the_question(&mut arguments, offset, dialect)?,
        "indexed-repeat" => check_indexed(&arguments)?,
        "regex" => check_pattern(&arguments)?,
        "count" | "sum" | "count-non-empty" | "randomize" => check_nodes(function, &arguments)?,
        _ => {}
    }
    Ok(Start::Term(Term::Call(Call { function, arguments })))
}

fn find(name: &str) -> Result<&'static Function, Problem> {
    let mut all = TABLES.iter().flat_map(|table| table.iter());
    if let Some(function) = all.find(|function| function.name == name) {
        return Ok(function);
    }
    if let Some((_, instead)) = UNSUPPORTED.iter().find(|(known, _)| *known == name) {
        let message = format!("the function `{name}` is not supported");
        return Err(Problem {
            code: "unsupported_function",
            message,
            hint: (*instead).to_owned(),
        });
    }
    let known = TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|function| function.name);
    let known = known.chain(["current", "instance"]);
    Err(Problem {
        code: "unknown_function",
        message: format!("there is no function `{name}`"),
        hint: did_you_mean(
            name,
            known,
            "look up the functions of ODK forms; refer to questions as `${name}`",
        ),
    })
}

fn check_count(function: &Function, given: usize) -> Result<(), Problem> {
    let is_right = given >= function.least
        && function.most.is_none_or(|most| given <= most)
        && match function.name {
            "indexed-repeat" => given % 2 == 1,
            "weighted-checklist" => given.is_multiple_of(2),
            _ => true,
        };
    if is_right {
        return Ok(());
    }
    let takes = match (function.name, function.least, function.most) {
        ("indexed-repeat", ..) => "3, 5, 7, 9 or 11".to_owned(),
        ("weighted-checklist", ..) => "an even number of at least 4".to_owned(),
        (_, 0, Some(0)) => "none".to_owned(),
        (_, least, Some(most)) if least == most => least.to_string(),
        (_, least, Some(most)) if least + 1 == most => format!("{least} or {most}"),
        (_, least, Some(most)) => format!("{least} to {most}"),
        (_, least, None) => format!("at least {least}"),
    };
    Err(count(function.name, given, &takes))
}

fn count(name: &str, given: usize, takes: &str) -> Problem {
    let arguments = if given == 1 {
        "1 argument".to_owned()
    } else {
        format!("{given} arguments")
    };
    Problem {
        code: "argument_count",
        message: format!("`{name}` is given {arguments}"),
        hint: format!("it takes {takes}; look for a bracket in the wrong place"),
    }
}

/// The second argument of `jr:choice-name` is the question, in quotation marks.
fn name_the_question(arguments: &mut [Term], offset: usize, dialect: Dialect) -> Result<(), Problem> {
    let Some(argument) = arguments.get_mut(1) else {
        return Ok(());
    };
    if let Term::Literal(text) = argument {
        match lex(text).ok().as_deref() {
            Some([only]) => {
                if let Token::Reference { name, last_saved } = &only.token {
                    let start = Start::Reference(Reference {
                        name: name.clone(),
                        last_saved: *last_saved,
                        offset,
                    });
                    *argument = Term::Path(Box::new(Path {
                        start,
                        predicates: Vec::new(),
                        steps: Vec::new(),
                    }));
                }
            }
            _ => {
                if let Ok(path @ Term::Path(_)) = super::parser::parse(text, dialect) {
                    *argument = path;
                }
            }
        }
    }
    match argument {
        Term::Path(_) => Ok(()),
        _ => Err(Problem {
            code: "expression_syntax",
            message: "`jr:choice-name` is given no question to look the choice up in".to_owned(),
            hint: "write it like jr:choice-name(${fruit}, '${fruit}')".to_owned(),
        }),
    }
}

fn check_indexed(arguments: &[Term]) -> Result<(), Problem> {
    let is_path = |nth: usize| matches!(arguments.get(nth), Some(Term::Path(_)));
    if is_path(0) && (1..arguments.len()).step_by(2).all(is_path) {
        return Ok(());
    }
    Err(Problem {
        code: "expression_syntax",
        message: "`indexed-repeat` takes a question, and each repeat around it with a number".to_owned(),
        hint: "write it like indexed-repeat(${age}, ${members}, 2)".to_owned(),
    })
}

fn check_pattern(arguments: &[Term]) -> Result<(), Problem> {
    let Some(Term::Literal(text)) = arguments.get(1) else {
        return Ok(());
    };
    match pattern::compile(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem {
            code: "unsupported_pattern",
            message: format!("`{text}` is no pattern: {error}"),
            hint: "patterns are regular expressions without look-around and back-references".to_owned(),
        }),
    }
}

fn check_nodes(function: &Function, arguments: &[Term]) -> Result<(), Problem> {
    match arguments.first() {
        Some(Term::Number(_) | Term::Literal(_) | Term::Negate(_)) => Err(Problem {
            code: "expression_syntax",
            message: format!("`{}` takes questions, not a value", function.name),
            hint: format!("write it like {}(${{name}})", function.name),
        }),
        _ => Ok(()),
    }
}
