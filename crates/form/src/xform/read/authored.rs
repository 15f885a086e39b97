//! Expressions as an author of sheets would have written them: `${name}` in place of paths.
//!
//! The reference converter writes `${name}` as the path from the root, or, where the asking node
//! and the named one stand in the same repeat, as the path between them; and a space on both
//! sides. Only a path that it would write so is turned back, so that nothing changes its meaning.

use super::Parts;
use super::record::{NodeId, Record, Target};

/// The instance that holds the record saved before.
const LAST_SAVED: &str = "__last-saved";

impl Parts<'_> {
    /// Reads an expression that `context` evaluates; without one, paths begin at the root.
    pub(super) fn authored(&self, written: &str, context: Option<NodeId>) -> String {
        let inside = context.and_then(|context| self.record.parent(context));
        Scan::of(self, inside).read(written)
    }

    /// Reads an expression that is evaluated by something inside `node`, such as an attribute.
    pub(super) fn authored_inside(&self, written: &str, node: NodeId) -> String {
        Scan::of(self, Some(node)).read(written)
    }

    /// Reads a predicate over choices, in which `current()` is the question, and paths from `.`
    /// lead on from the instances of `members`.
    pub(super) fn authored_filter(&self, written: &str, context: NodeId, members: Option<NodeId>) -> String {
        let mut scan = Scan::of(self, self.record.parent(context));
        scan.is_filter = true;
        scan.members = members;
        scan.read(written)
    }
}

struct Scan<'s> {
    parts: &'s Parts<'s>,
    inside: Option<NodeId>,
    is_filter: bool,
    members: Option<NodeId>,
    asks_instance: bool,
    /// The brackets that are open: the function before each `(`, and the arguments passed.
    open: Vec<(String, usize)>,
    predicates: usize,
    out: String,
}

impl<'s> Scan<'s> {
    fn of(parts: &'s Parts<'s>, inside: Option<NodeId>) -> Self {
        Scan {
            parts,
            inside,
            is_filter: false,
            members: None,
            asks_instance: false,
            open: Vec::new(),
            predicates: 0,
            out: String::new(),
        }
    }

    fn read(mut self, written: &str) -> String {
        self.asks_instance = written.contains("instance(");
        let mut rest = written;
        while let Some(first) = rest.chars().next() {
            rest = match first {
                '\'' | '"' => self.literal(rest, first),
                _ if self.starts_path(rest) && !self.continues() => self.path(rest),
                _ if is_name_char(first) => self.name(rest),
                _ => self.symbol(rest, first),
            };
        }
        self.out.trim().to_owned()
    }

    fn starts_path(&self, rest: &str) -> bool {
        rest.starts_with('/')
            || rest.starts_with("../")
            || rest.starts_with("current()/..")
            || (self.members.is_some() && rest.starts_with("./"))
    }

    /// Whether what was read last makes a `/` or `.` lead on from it.
    fn continues(&self) -> bool {
        let last = self.out.chars().next_back();
        last.is_some_and(|last| is_name_char(last) || matches!(last, ')' | ']' | '*' | '/' | '}'))
    }

    fn literal<'w>(&mut self, rest: &'w str, quote: char) -> &'w str {
        let inner = rest.strip_prefix(quote).unwrap_or(rest);
        let (literal, after) = inner.split_once(quote).unwrap_or((inner, ""));
        self.out.push(quote);
        let mut rest = literal;
        while let Some((before, padded)) = rest.split_once(' ') {
            self.out.push_str(before);
            self.out.push(' ');
            rest = if self.starts_path(padded) {
                self.quoted_path(padded)
            } else {
                padded
            };
        }
        self.out.push_str(rest);
        if literal.len() < inner.len() {
            self.out.push(quote);
        }
        after
    }

    /// The converter puts paths in place of names within quotes too; only its spaces tell them
    /// from other text.
    fn quoted_path<'w>(&mut self, rest: &'w str) -> &'w str {
        let (from_current, relative) = match rest.strip_prefix("current()/") {
            Some(relative) => (true, relative),
            None => (false, rest),
        };
        let (path, after) = path_run(relative);
        match self
            .named(path, from_current, after)
            .filter(|_| after.starts_with(' '))
        {
            Some(name) => {
                self.out.pop();
                self.out.push_str(&format!("${{{name}}}"));
                after.strip_prefix(' ').unwrap_or(after)
            }
            None => rest,
        }
    }

    fn symbol<'w>(&mut self, rest: &'w str, symbol: char) -> &'w str {
        match symbol {
            '(' => {
                let before = self.out.trim_end();
                let start = before.rfind(|c| !is_name_char(c)).map_or(0, |at| at + 1);
                let function = before.get(start..).unwrap_or("").to_owned();
                self.open.push((function, 0));
            }
            ')' => {
                self.open.pop();
            }
            ',' => {
                if let Some((_, argument)) = self.open.last_mut() {
                    *argument += 1;
                }
            }
            '[' => self.predicates += 1,
            ']' => self.predicates = self.predicates.saturating_sub(1),
            _ => {}
        }
        self.out.push(symbol);
        rest.strip_prefix(symbol).unwrap_or("")
    }

    /// A name and the steps after it, or the start of a path through another instance.
    fn name<'w>(&mut self, rest: &'w str) -> &'w str {
        if let Some((id, path, after)) = instance_path(rest)
            && let Some(after) = self.other_instance(id, path, after)
        {
            return after;
        }
        let (name, after) = path_run(rest);
        self.out.push_str(name);
        after
    }

    fn other_instance<'w>(&mut self, id: &str, path: &str, after: &'w str) -> Option<&'w str> {
        let lists = &self.parts.lists;
        if id == LAST_SAVED {
            let record = &self.parts.record;
            let Some(Target::Node(node)) = record.follow(path, record.root()) else {
                return None;
            };
            let is_plain = record.path(node) == path && record.only(record.name(node)) == Some(node);
            return (is_plain && !after.starts_with('['))
                .then(|| self.reference(&format!("${{last-saved#{}}}", record.name(node)), after));
        }
        let rest_of_path = path.strip_prefix(lists.renamed_path(id)?.as_str())?;
        self.out
            .push_str(&format!("instance('{id}')/root/item{rest_of_path}"));
        Some(after)
    }

    fn path<'w>(&mut self, rest: &'w str) -> &'w str {
        let (from_current, relative) = match rest.strip_prefix("current()/") {
            Some(relative) => (true, relative),
            None => (false, rest),
        };
        let (path, after) = path_run(relative);
        let is_first = self.out.is_empty() && !path.starts_with("./");
        let is_padded = (is_first || self.out.ends_with(' ')) && (after.is_empty() || after.starts_with(' '));
        match self.named(path, from_current, after).filter(|_| is_padded) {
            Some(name) => self.reference(&format!("${{{name}}}"), after),
            None => {
                if from_current {
                    self.out.push_str("current()/");
                }
                self.out.push_str(path);
                after
            }
        }
    }

    /// Returns the name for which the reference converter writes this path here.
    fn named(&self, path: &str, from_current: bool, after: &str) -> Option<&'s str> {
        let record: &'s Record<'_> = &self.parts.record;
        if after.starts_with(['[', '(', '*', '@']) {
            return None;
        }
        // What stands one step further in than `inside`: only the way outwards is followed.
        let target = if path.starts_with('/') {
            record.follow(path, record.root())?
        } else if let Some(path) = path.strip_prefix("./") {
            record.follow(path, self.members?)?
        } else {
            record.follow(path.strip_prefix("../")?, self.inside?)?
        };
        let Target::Node(node) = target else {
            return None;
        };
        let name = record.name(node);
        if record.only(name) != Some(node) {
            return None;
        }
        if let Some(members) = self
            .members
            .filter(|members| record.ancestors(node).any(|id| id == *members))
        {
            let own = record.path(node);
            let inner = own.strip_prefix(record.path(members).as_str())?;
            return (path.strip_prefix('.') == Some(inner)).then_some(name);
        }
        let relative = match self.open.last() {
            Some((function, 0 | 1 | 3 | 5)) if function == "indexed-repeat" => None,
            _ => self.inside.and_then(|inside| record.way_between(inside, node)),
        };
        let needs_current = self.is_filter || (self.asks_instance && self.predicates > 0);
        let is_written_so = match relative {
            Some(relative) => path == relative && from_current == needs_current,
            None => path == record.path(node) && !from_current,
        };
        is_written_so.then_some(name)
    }

    /// Writes a reference, and leaves out the spaces that the reference converter puts around one.
    fn reference<'w>(&mut self, reference: &str, after: &'w str) -> &'w str {
        let padded = self.out.strip_suffix(' ').zip(after.strip_prefix(' '));
        let Some((before, beyond)) = padded else {
            self.out.push_str(reference);
            return after;
        };
        // An author who wrote the path by hand wrote spaces where words need them.
        if !before.ends_with(is_name_char) {
            self.out.pop();
        }
        self.out.push_str(reference);
        if beyond.starts_with(is_name_char) {
            after
        } else {
            beyond
        }
    }
}

impl Record<'_> {
    /// Returns the path that leads from something in `inside` to `node`, if both are in the same
    /// repeat: `../../other/question`.
    fn way_between(&self, inside: NodeId, node: NodeId) -> Option<String> {
        let around: Vec<NodeId> = self.ancestors(node).collect();
        let own = std::iter::once(inside).chain(self.ancestors(inside));
        let shared: Vec<NodeId> = own.filter(|id| around.contains(id)).collect();
        if !shared.iter().any(|id| self.is_repeat(*id)) {
            return None;
        }
        let meeting = *shared.first()?;
        let up = self.depth(inside) - self.depth(meeting) + 1;
        let mut names: Vec<&str> = around
            .iter()
            .take_while(|id| **id != meeting)
            .map(|id| self.name(*id))
            .collect();
        names.reverse();
        names.push(self.name(node));
        Some(format!("{}{}", "../".repeat(up), names.join("/")))
    }
}

/// Splits off names and the slashes between them.
fn path_run(rest: &str) -> (&str, &str) {
    let end = rest.find(|c| !is_name_char(c) && c != '/').unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, ""))
}

/// Splits `instance('id')/path` into its id, its path and what comes after.
fn instance_path(rest: &str) -> Option<(&str, &str, &str)> {
    let argument = rest.strip_prefix("instance(")?.trim_start();
    let quote = argument
        .chars()
        .next()
        .filter(|quote| matches!(quote, '\'' | '"'))?;
    let (id, after) = argument.strip_prefix(quote)?.split_once(quote)?;
    let after = after.trim_start().strip_prefix(')')?;
    if !after.starts_with('/') {
        return None;
    }
    let (path, after) = path_run(after);
    Some((id, path, after))
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}
