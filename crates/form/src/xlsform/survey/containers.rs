//! Rows that begin and end groups, repeats and loops.

use super::*;

impl Reader<'_, '_> {
    pub(in crate::xlsform) fn end(
        &mut self,
        row: u32,
        container: Container,
        name: &str,
        problems: &mut Problems,
    ) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let innermost = self
            .open
            .last()
            .and_then(|open| open.container.as_ref())
            .map(|(container, _)| *container);
        if innermost == Some(container) {
            self.close();
            self.table_list = TableList::No;
            return;
        }
        let kind = container.name();
        let named = if name.is_empty() {
            String::new()
        } else {
            format!(" of `{name}`")
        };
        let hint = match self.open.last().and_then(|open| open.container.as_ref()) {
            Some((inner, element)) => format!(
                "the {} `{}`, begun in row {}, is to be ended first",
                inner.name(),
                element.name,
                element.row
            ),
            None => format!("put a row `begin_{kind}` before it, or take it out"),
        };
        problems.error(
            self.error(
                "unmatched_end",
                row,
                &["type"],
                format!("this end_{kind}{named} ends nothing"),
            )
            .hint(hint),
        );
        // Go on as if what is between had been ended, so that one mistake is told once.
        let matching = self.open.iter().rposition(|open| {
            open.container
                .as_ref()
                .is_some_and(|(other, _)| *other == container)
        });
        if let Some(at) = matching {
            while self.open.len() > at.max(1) {
                self.close();
            }
        }
    }

    pub(in crate::xlsform) fn close(&mut self) {
        let Some(open) = self.open.pop_if(|open| open.container.is_some()) else {
            return;
        };
        if let Some((_, mut element)) = open.container {
            element.children = open.children;
            self.push(element);
        }
    }

    pub(in crate::xlsform) fn begin(
        &mut self,
        line: Line,
        name: String,
        container: Container,
        list: Option<String>,
        problems: &mut Problems,
    ) {
        let row = line.row;
        if self.open.len() > MAX_DEPTH {
            self.refuse_depth(row, problems);
            return;
        }
        if container == Container::Repeat {
            self.check_repeat(row, &name, &line.values, problems);
        }
        let mut element = self.element(line, name, container.name());
        element.kind = match container {
            Container::Group => ElementKind::Group,
            Container::Repeat => ElementKind::Repeat,
            Container::Loop => ElementKind::Loop,
        };
        if container == Container::Loop {
            self.check_loop(row, list.as_deref(), problems);
            element.list = list;
        }
        if let Some(intent) = element.other.get("intent") {
            element.control.insert("intent".to_owned(), intent.clone());
        }
        if let Some(count) = element.control.get("jr:count").cloned() {
            if whole_reference(&count).is_none() {
                let node = format!("{}_count", element.name);
                let mut counted = Element::question(row, "calculate", &node);
                counted.generated = Some(Generated::RepeatCount);
                counted
                    .bind
                    .insert("readonly".to_owned(), Text::Plain("true()".to_owned()));
                counted
                    .bind
                    .insert("calculate".to_owned(), Text::Plain(count.clone()));
                self.push(counted);
                element
                    .control
                    .insert("jr:count".to_owned(), format!("${{{node}}}"));
            }
            element.repeat_count = Some(count);
        }
        let mut open = Open::new(None);
        if let Some(appearance) = &element.appearance
            && appearance.split_whitespace().any(|word| word == "table-list")
        {
            self.table_list = TableList::Begun;
            let others = appearance.split_whitespace().filter(|word| *word != "table-list");
            let shown: Vec<&str> = std::iter::once("field-list").chain(others).collect();
            element.control.insert("appearance".to_owned(), shown.join(" "));
            if element.label.is_some() || element.hint.is_some() {
                let mut note = Element::question(row, "note", format!("generated_table_list_label_{row}"));
                note.generated = Some(Generated::TableListLabel);
                note.label = element.label.take();
                note.hint = element.hint.take();
                open.children.push(note);
            }
        }
        open.container = Some((container, element));
        self.open.push(open);
    }

    /// What is in a group that is too deep is read as if it stood beside it.
    pub(in crate::xlsform) fn refuse_depth(&mut self, row: u32, problems: &mut Problems) {
        if self.too_deep == 0 {
            let message = format!("more than {MAX_DEPTH} groups and repeats stand in each other");
            problems.error(
                self.error("too_deep", row, &["type"], message)
                    .hint("take some of them apart"),
            );
        }
        self.too_deep += 1;
    }

    pub(in crate::xlsform) fn check_repeat(
        &mut self,
        row: u32,
        name: &str,
        values: &Branch,
        problems: &mut Problems,
    ) {
        let root = self.around.settings.get("name").unwrap_or("data");
        if name == root {
            let message = format!("a repeat cannot be called `{name}` like the form's root");
            problems.error(
                self.error("repeat_named_like_root", row, &["name"], message)
                    .hint("give the repeat another name"),
            );
        } else if !self.repeats.insert(name.to_owned()) {
            let message = format!("another repeat is called `{name}` too");
            problems.error(
                self.error("duplicate_repeat_name", row, &["name"], message)
                    .hint("give one of them another name, also if they are in different groups"),
            );
        }
        if !values.has("label") && !values.has("media") {
            let message = format!("the repeat `{name}` has no label");
            problems.warn(
                self.error("repeat_without_label", row, &["label"], message)
                    .hint("write what its instances are called"),
            );
        }
    }

    pub(in crate::xlsform) fn check_loop(&self, row: u32, list: Option<&str>, problems: &mut Problems) {
        match list {
            None => problems.error(
                self.error("missing_list", row, &["type"], "the loop names no list")
                    .hint("write it like `begin loop over list_name`"),
            ),
            Some(list) if self.around.lists.get(list).is_none() => {
                let error = self.unknown_list(row, list, problems);
                problems.error(error);
            }
            Some(_) => {}
        }
    }

    /// An error about a list that there is not.
    pub(in crate::xlsform) fn unknown_list(&self, row: u32, list: &str, problems: &Problems) -> FormError {
        let message = format!("there is no list `{list}` in the sheet `choices`");
        let hint = problems.nearest(list, self.around.lists.names()).map_or_else(
            || format!("add rows to the sheet `choices` with `{list}` in the column `list_name`"),
            |meant| format!("did you mean `{meant}`?"),
        );
        self.error("unknown_list", row, &["type"], message).hint(hint)
    }
}
