//! Rows of the sheet `survey` that begin and end groups and repeats.

use super::*;

impl Builder<'_> {
    pub(super) fn begin(&mut self, row: &Row<'_>, is_repeat: bool, problems: &mut Problems) {
        if self.open.len() > MAX_DEPTH {
            let message = format!("groups are nested more than {MAX_DEPTH} deep");
            problems.error(
                row.error("too_deep", "type", message)
                    .hint("close groups that need not be open"),
            );
            self.open_beyond(row, is_repeat);
            return;
        }
        let path = self.reserve(row, problems);
        let compartment = self.compartment(row, path.as_ref(), problems);
        let reveals = self.reveals(row, problems);
        let label = row.translated("label");
        let relevant = row.expression("relevant", problems);
        let appearance = row.text("appearance").to_owned();
        let name = row.text("name").to_owned();
        let repeat_count = row.expression("repeat_count", problems);
        for column in [
            "constraint",
            "calculation",
            "required",
            "choice_filter",
            "default",
        ] {
            if !row.text(column).is_empty() && yes(row.text(column)) != Some(false) {
                let message = format!("a group has no {column}");
                problems.error(
                    row.error("misplaced_column", column, message)
                        .hint("write it in the rows of its questions"),
                );
            }
        }
        if repeat_count.is_some() && !is_repeat {
            let message = "only repeats have a repeat_count, so it is ignored";
            problems.warn(
                row.error("ignored_cell", "repeat_count", message)
                    .hint("write begin_repeat instead"),
            );
        }
        let container = path.clone().map(|path| {
            let compartment = compartment.clone();
            if is_repeat {
                let items = Vec::new();
                Item::Repeat(Repeat {
                    path,
                    name,
                    label,
                    media: LabelMedia::default(),
                    relevant,
                    read_only: None,
                    repeat_count,
                    appearance,
                    compartment,
                    reveals,
                    items,
                })
            } else {
                let items = Vec::new();
                Item::Group(Group {
                    path,
                    name,
                    label,
                    media: LabelMedia::default(),
                    relevant,
                    read_only: None,
                    appearance,
                    compartment,
                    reveals,
                    items,
                })
            }
        });
        // A group without a sound name still holds its rows together, so that its end is found.
        let path = path.or_else(|| {
            let stand_in = format!("unnamed_{}", row.number);
            match self.open.last().and_then(|open| open.path.as_ref()) {
                Some(outer) => outer.join(&stand_in).ok(),
                None => stand_in.parse().ok(),
            }
        });
        let row = row.number;
        let (items, names) = (Vec::new(), BTreeMap::new());
        self.open.push(Open {
            container,
            is_repeat,
            row,
            path,
            compartment,
            items,
            names,
        });
    }

    /// Opens a group that is too deep: its rows are taken for those of the group around it.
    pub(super) fn open_beyond(&mut self, row: &Row<'_>, is_repeat: bool) {
        let Some(outer) = self.open.last() else { return };
        let (path, compartment) = (outer.path.clone(), outer.compartment.clone());
        let (items, names) = (Vec::new(), BTreeMap::new());
        let row = row.number;
        self.open.push(Open {
            container: None,
            is_repeat,
            row,
            path,
            compartment,
            items,
            names,
        });
    }

    pub(super) fn end(&mut self, row: &Row<'_>, is_repeat: bool, problems: &mut Problems) {
        let written = if is_repeat { "end_repeat" } else { "end_group" };
        if self.open.len() == 1 {
            let message = format!("`{written}` ends nothing");
            let hint = "take the row out, or begin a group above";
            problems.error(row.error("unbalanced_group", "type", message).hint(hint));
            return;
        }
        if let Some(open) = self.open.last().filter(|open| open.is_repeat != is_repeat) {
            let (what, end) = if open.is_repeat {
                ("repeat", "end_repeat")
            } else {
                ("group", "end_group")
            };
            let message = format!("`{written}` stands where the {what} of row {} ends", open.row);
            let hint = format!("write `{end}`, or look for an end that is missing above");
            problems.error(row.error("unbalanced_group", "type", message).hint(hint));
        }
        self.close();
    }

    /// Puts the innermost open group into the one around it.
    pub(super) fn close(&mut self) {
        if self.open.len() < 2 {
            return;
        }
        let Some(done) = self.open.pop() else { return };
        let Some(outer) = self.open.last_mut() else { return };
        match done.container {
            Some(Item::Group(mut group)) => {
                group.items = done.items;
                outer.items.push(Item::Group(group));
            }
            Some(Item::Repeat(mut repeat)) => {
                repeat.items = done.items;
                outer.items.push(Item::Repeat(repeat));
            }
            _ => outer.items.extend(done.items),
        }
    }
}
