//! Questions that are answered from a list of choices.

use super::names::{has_reference, is_xml_name, splitext, whole_reference};
use super::parameters::is_number;
use super::question::{accept, invalid_value, one_of};
use super::survey::{Line, NAME_HINT, Reader, TableList};
use super::types::Select;
use crate::definition::{Element, Generated, Text};
use crate::read::Problems;

/// Reads a select, and adds what goes with it.
pub(super) fn read(
    reader: &mut Reader<'_, '_>,
    line: Line,
    name: String,
    select: Select,
    problems: &mut Problems,
) {
    let row = line.row;
    let is_external = select.type_name == "select_one_external";
    let mut element = reader.element(line, name, select.type_name);
    element.list = Some(select.list.clone());
    element.or_other = select.or_other;
    if is_external {
        check_external(reader, &element, &select, problems);
    } else {
        let (stem, _) = splitext(&select.list);
        reader.instances.insert(stem.to_owned());
        check_list(reader, &element, &select, problems);
    }
    check_file_name(reader, row, &select, problems);
    check_parameters(reader, &element, &select, problems);
    let other = select
        .or_other
        .then(|| or_other(reader, &element, &select, problems))
        .flatten();
    add_none(reader, &mut element, &select, problems);
    table_list(reader, &mut element, &select, problems);
    reader.push(element);
    if let Some(other) = other {
        reader.push(other);
    }
}

fn check_external(reader: &Reader<'_, '_>, element: &Element, select: &Select, problems: &mut Problems) {
    let row = element.row;
    if element.choice_filter.is_none() {
        let warning = reader
            .error(
                "unfiltered_external_choices",
                row,
                &["choice_filter"],
                "external choices are only meant for questions with a choice_filter",
            )
            .hint("write a choice_filter, or put the list into the sheet `choices` and use `select_one`");
        // Without a filter, the reference converter looks for the list among the choices.
        if reader.around.lists.get(&select.list).is_some() {
            problems.warn(warning);
        } else {
            problems.error(warning);
        }
    }
    let Some(external) = reader.around.external.filter(|external| !external.is_empty()) else {
        let hint = reader.around.workbook.hint(
            "external_choices",
            "add a sheet `external_choices` with the columns `list_name` and `name`",
        );
        problems.error(
            reader
                .error(
                    "missing_external_choices",
                    row,
                    &["type"],
                    "there is no sheet `external_choices`",
                )
                .hint(hint),
        );
        return;
    };
    if external.get(&select.list).is_none() {
        let message = format!(
            "there is no list `{}` in the sheet `external_choices`",
            select.list
        );
        let hint = problems.nearest(&select.list, external.names()).map_or_else(
            || format!("add rows to it with `{}` in the column `list_name`", select.list),
            |meant| format!("did you mean `{meant}`?"),
        );
        problems.error(
            reader
                .error("unknown_external_list", row, &["type"], message)
                .hint(hint),
        );
    }
}

fn check_list(reader: &mut Reader<'_, '_>, element: &Element, select: &Select, problems: &mut Problems) {
    let row = element.row;
    if select.is_from_file() {
        return;
    }
    if has_reference(&select.list) {
        if select.type_name == "select_multiple" {
            let message = format!(
                "several answers to `{}` cannot be chosen from other questions",
                element.name
            );
            problems.error(
                reader
                    .error("select_multiple_from_repeat", row, &["type"], message)
                    .hint(format!("use `select_one {}`", select.list)),
            );
        }
        return;
    }
    let lists = &reader.around.lists;
    let Some(list) = lists.get(&select.list) else {
        if lists.is_empty() {
            let hint = reader.around.workbook.hint(
                "choices",
                "add a sheet `choices` with the columns `list_name`, `name` and `label`",
            );
            problems.error(
                reader
                    .error(
                        "missing_choices",
                        row,
                        &["type"],
                        "there is no sheet `choices`, or nothing in it",
                    )
                    .hint(hint),
            );
        } else {
            let error = reader.unknown_list(row, &select.list, problems);
            problems.error(error);
        }
        return;
    };
    if select.type_name == "select_multiple" && reader.looked_through.insert(select.list.clone()) {
        for choice in list.choices.iter().filter(|choice| choice.name.contains(' ')) {
            let message = format!(
                "the choice `{}` of the list `{}` has a space in its name, and `{}` is answered with several names",
                choice.name, select.list, element.name
            );
            problems.error(
                crate::read::FormError::at("space_in_choice_name", "choices", choice.row, "name", message)
                    .hint(format!("call it `{}`", choice.name.replace(' ', "_"))),
            );
        }
    }
}

fn check_file_name(reader: &Reader<'_, '_>, row: u32, select: &Select, problems: &mut Problems) {
    if !select.says_from_file() {
        return;
    }
    let file = select.list.rsplit('/').next().unwrap_or(&select.list);
    let dots = file.trim_start_matches('.').matches('.').count();
    if dots != 1 || !select.is_from_file() {
        let message = format!("`{}` is no file that choices can come from", select.list);
        problems.error(
            reader
                .error("invalid_choice_file", row, &["type"], message)
                .hint("name a file with one dot in its name that ends in .csv, .xml or .geojson"),
        );
    }
}

fn check_parameters(reader: &Reader<'_, '_>, element: &Element, select: &Select, problems: &mut Problems) {
    if matches!(
        select.command,
        "select_one_from_file" | "select_multiple_from_file"
    ) {
        accept(
            reader,
            element,
            &["label", "randomize", "seed", "value"],
            problems,
        );
        for name in ["value", "label"] {
            if let Some(column) = element.parameters.get(name)
                && !is_xml_name(column)
            {
                invalid_value(reader, element, name, NAME_HINT, problems);
            }
        }
    } else {
        accept(reader, element, &["randomize", "seed"], problems);
    }
    let seed = element.parameters.get("seed");
    if element.parameters.contains_key("randomize") {
        one_of(reader, element, "randomize", &["true", "false"], problems);
        if let Some(seed) = seed
            && whole_reference(seed).is_none()
            && !is_number(seed)
        {
            invalid_value(
                reader,
                element,
                "seed",
                "write a number, or a question like `${name}`",
                problems,
            );
        }
    } else if seed.is_some() {
        problems.error(
            reader
                .error(
                    "seed_without_randomize",
                    element.row,
                    &["parameters"],
                    "there is a `seed`, but the choices are not put into random order",
                )
                .hint("add `randomize=true`, or take out `seed`"),
        );
    }
}

/// The question that `or_other` adds.
fn or_other(
    reader: &mut Reader<'_, '_>,
    element: &Element,
    select: &Select,
    problems: &mut Problems,
) -> Option<Element> {
    reader.or_other = true;
    if element.choice_filter.is_some() {
        problems.error(
            reader
                .error(
                    "or_other_with_choice_filter",
                    element.row,
                    &["choice_filter"],
                    "`or_other` does not go with a choice_filter",
                )
                .hint("add a choice `other`, and a text question that is relevant when it is selected"),
        );
        return None;
    }
    if reader.around.lists.get(&select.list).is_none() {
        if select.is_from_file() || has_reference(&select.list) || select.type_name == "select_one_external" {
            problems.error(
                reader
                    .error(
                        "or_other_without_choices",
                        element.row,
                        &["type"],
                        "`or_other` needs a list in the sheet `choices`",
                    )
                    .hint("take out `or_other`"),
            );
        }
        return None;
    }
    if reader.other_added.insert(select.list.clone()) {
        reader.around.lists.add_other(&select.list);
    }
    let mut other = Element::question(element.row, "text", format!("{}_other", element.name));
    other.generated = Some(Generated::Other);
    other.label = Some(Text::Plain("Specify other.".to_owned()));
    other.bind.insert(
        "relevant".to_owned(),
        Text::Plain(format!("selected(../{}, 'other')", element.name)),
    );
    Some(other)
}

/// Keeps `none` from being chosen along with others, if the settings say so.
fn add_none(reader: &mut Reader<'_, '_>, element: &mut Element, select: &Select, problems: &mut Problems) {
    if select.type_name != "select_multiple" || !reader.around.settings.is_on("add_none_option") {
        return;
    }
    let is_random = element
        .parameters
        .get("randomize")
        .is_some_and(|value| value == "true");
    if reader.around.lists.get(&select.list).is_none() || is_random && element.choice_filter.is_none() {
        problems.error(
            reader
                .error(
                    "none_without_choices",
                    element.row,
                    &["type"],
                    "the setting `add_none_option` needs a list in the sheet `choices`",
                )
                .hint("take the setting out"),
        );
        return;
    }
    // The reference converter does it for the first question of each list.
    if reader.none_added.insert(select.list.clone()) {
        let rule = "(.='none' or not(selected(., 'none')))";
        let constraint = match element.bound("constraint") {
            Some(constraint) => format!("{constraint} and {rule}"),
            None => rule.to_owned(),
        };
        element
            .bind
            .insert("constraint".to_owned(), Text::Plain(constraint));
    }
}

fn table_list(reader: &mut Reader<'_, '_>, element: &mut Element, select: &Select, problems: &mut Problems) {
    match &reader.table_list {
        TableList::No => return,
        TableList::Begun => {
            if element.choice_filter.is_some() {
                problems.error(
                    reader
                        .error(
                            "table_list_with_choice_filter",
                            element.row,
                            &["choice_filter"],
                            "a choice_filter does not go with the appearance `table-list`",
                        )
                        .hint("take out one of them"),
                );
            }
            if select.is_from_file() || has_reference(&select.list) {
                problems.error(
                    reader
                        .error(
                            "table_list_without_choices",
                            element.row,
                            &["type"],
                            "the appearance `table-list` needs a list in the sheet `choices`",
                        )
                        .hint("take the question out of the group, or the appearance off the group"),
                );
            }
            let mut header = Element::question(
                element.row,
                select.type_name,
                format!("reserved_name_for_field_list_labels_{}", element.row),
            );
            header.generated = Some(Generated::TableListHeader);
            header.list = Some(select.list.clone());
            header.control.insert("appearance".to_owned(), "label".to_owned());
            header.appearance = Some("label".to_owned());
            reader.push(header);
            reader.table_list = TableList::Of(select.list.clone());
        }
        TableList::Of(list) if *list != select.list => {
            let message = format!(
                "the questions of a table-list share one list, and `{}` is not `{list}`",
                select.list
            );
            problems.error(
                reader
                    .error("table_list_of_two_lists", element.row, &["type"], message)
                    .hint(format!(
                        "use the list `{list}`, or take the question out of the group"
                    )),
            );
        }
        TableList::Of(_) => {}
    }
    element
        .control
        .insert("appearance".to_owned(), "list-nolabel".to_owned());
}
