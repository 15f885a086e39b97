//! Screens as lines of text.

use std::fmt::Write as _;

use form::interview::{Asked, Heading, Notice, Problem, Section, Session};

/// How many choices are printed at most; others can be typed all the same.
const MOST_CHOICES: usize = 60;

pub(super) fn beginning(title: &str, languages: &[String]) -> String {
    let languages = match languages {
        [] | [_] => String::new(),
        several => format!("Languages (:lang): {}\n", several.join(", ")),
    };
    format!("\n{title}\n{languages}An empty line begins; :help says what else can be typed.\n")
}

pub(super) fn headings(around: &[Heading]) -> String {
    let titles: Vec<String> = around
        .iter()
        .filter(|heading| !heading.label.is_empty())
        .map(|heading| match heading.nth {
            Some(nth) => format!("{} {nth}", heading.label),
            None => heading.label.clone(),
        })
        .collect();
    match titles.is_empty() {
        true => "\n".to_owned(),
        false => format!("\n— {} —\n", titles.join(" › ")),
    }
}

pub(super) fn question(asked: &Asked) -> String {
    let star = if asked.required { " *" } else { "" };
    let mut text = format!("{}{star}\n", asked.label);
    for help in [&asked.hint, &asked.guidance] {
        if !help.is_empty() {
            // Writing to a text does not fail.
            let _ = writeln!(text, "  {help}");
        }
    }
    for (form, file) in &asked.media {
        let _ = writeln!(text, "  [{form}: {file}]");
    }
    for (nth, offer) in asked.choices.iter().enumerate().take(MOST_CHOICES) {
        let _ = writeln!(text, "  {}) {} [{}]", nth + 1, offer.label, offer.name);
    }
    if asked.choices.len() > MOST_CHOICES {
        let _ = writeln!(text, "  … and {} more", asked.choices.len() - MOST_CHOICES);
    }
    if asked.no_longer_offered {
        text.push_str("  The earlier answer is offered no longer, and is taken away.\n");
    }
    if let Some(answer) = &asked.answer {
        let _ = writeln!(text, "  now: {answer}");
    }
    match (asked.kind, asked.read_only) {
        ("note", _) => {}
        (kind, true) => drop(writeln!(text, "  ({kind}, only read)")),
        (kind, false) => drop(writeln!(text, "  ({kind})")),
    }
    text
}

/// What somebody means by what they typed: numbers of choices stand for their names.
pub(super) fn meant(asked: &Asked, typed: &str) -> String {
    if asked.choices.is_empty() {
        return match asked.kind {
            "acknowledge" if matches!(typed.to_lowercase().as_str(), "y" | "yes" | "ok") => "OK".to_owned(),
            _ => typed.to_owned(),
        };
    }
    let is_name = |word: &str| asked.choices.iter().any(|offer| offer.name == word);
    let name = |word: &str| {
        let nth = word.parse::<usize>().ok().filter(|_| !is_name(word));
        let offer = nth.and_then(|nth| asked.choices.get(nth.checked_sub(1)?));
        offer.map_or(word.to_owned(), |offer| offer.name.clone())
    };
    let words = typed.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(name).collect::<Vec<_>>().join(" ")
}

pub(super) fn another(label: &str, instances: usize) -> String {
    format!("\n{label}: there are {instances}. Add another? (y, or an empty line to go on)\n")
}

pub(super) fn end(name: Option<&str>, found: &[Problem]) -> String {
    let name = name.map(|name| format!("{name}\n")).unwrap_or_default();
    let what = match found.is_empty() {
        true => "Everything is answered. An empty line finishes the record; :back goes back.\n",
        false => "Some answers are missing or wrong. An empty line goes to the first of them.\n",
    };
    format!("\nThe end.\n{name}{}{what}", problems(found))
}

pub(super) fn problems(problems: &[Problem]) -> String {
    let lines = problems
        .iter()
        .map(|problem| format!("! {}: {} ({})\n", problem.label, problem.message, problem.at));
    lines.collect()
}

pub(super) fn notices(session: &Session, notices: &[Notice]) -> String {
    let lines = notices.iter().map(|notice| {
        let (at, what) = match notice {
            Notice::SetByTrigger { at } => (at, "was set by the form"),
            Notice::NoLongerOffered { at } => (at, "names a choice that is offered no longer"),
            Notice::Dropped { at } => (at, "was taken away, because it is offered no longer"),
            Notice::Uncounted { at } => (at, "does not count any more, and is kept"),
            Notice::CountedAgain { at } => (at, "counts again"),
        };
        format!("i {} {what}\n", session.numbered(at))
    });
    lines.collect()
}

pub(super) fn outline(section: &Section) -> String {
    fn write(section: &Section, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        let nth = section.nth.map(|nth| format!(" {nth}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "{indent}{}{nth}: {:?}, {} of {} answered",
            section.label, section.status, section.answered, section.asked
        );
        for inner in &section.sections {
            write(inner, depth + 1, text);
        }
    }
    let mut text = String::new();
    write(section, 0, &mut text);
    text
}
