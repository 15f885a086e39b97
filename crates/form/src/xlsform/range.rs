//! Questions of type `range`.

use super::parameters::Decimal;
use super::question::accept;
use super::survey::Reader;
use crate::definition::{Element, Text};
use crate::read::Problems;

/// Reads what is special to a range.
pub(super) fn read(reader: &Reader<'_, '_>, element: &mut Element, problems: &mut Problems) {
    accept(
        reader,
        element,
        &[
            "end",
            "placeholder",
            "start",
            "step",
            "tick_interval",
            "tick_labelset",
        ],
        problems,
    );
    let appearance = element.appearance.clone().unwrap_or_default();
    let ticks = ["tick_interval", "placeholder", "tick_labelset"]
        .iter()
        .find(|name| element.parameters.contains_key(**name));
    if let Some(name) = ticks
        && !appearance.is_empty()
        && !appearance.contains("vertical")
        && !appearance.contains("no-ticks")
    {
        let message = format!("the parameter `{name}` does not go with the appearance `{appearance}`");
        problems.error(
            reader
                .error(
                    "range_parameter_with_appearance",
                    element.row,
                    &["parameters"],
                    message,
                )
                .hint("use the appearance `vertical` or `no-ticks`, or none"),
        );
    }
    for (name, value) in [("start", "1"), ("end", "10"), ("step", "1")] {
        element
            .parameters
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
    }
    let list = element.parameters.get("tick_labelset").cloned();
    for (name, value) in element.parameters.clone() {
        let attribute = match name.as_str() {
            "tick_interval" => "odk:tick-interval",
            "placeholder" => "odk:placeholder",
            "tick_labelset" => continue,
            name => name,
        };
        element.control.insert(attribute.to_owned(), value);
    }
    if let Some(range) = Range::of(reader, element, problems) {
        range.check(reader, element.row, problems);
        if let Some(list) = &list {
            range.check_labels(reader, element.row, list, &appearance, problems);
        }
        if !range.is_whole() {
            element
                .bind
                .insert("type".to_owned(), Text::Plain("decimal".to_owned()));
        }
    }
    element.list = list;
}

struct Range {
    start: Decimal,
    end: Decimal,
    step: Decimal,
    tick_interval: Option<Decimal>,
    placeholder: Option<Decimal>,
}

impl Range {
    fn of(reader: &Reader<'_, '_>, element: &Element, problems: &mut Problems) -> Option<Range> {
        let mut sound = true;
        let mut number = |name: &str| {
            let written = element.parameters.get(name)?;
            let number = Decimal::parse(written);
            if number.is_none() {
                sound = false;
                let message = format!("the parameter `{name}` is `{written}`, which is no number");
                problems.error(
                    reader
                        .error("range_parameter_no_number", element.row, &["parameters"], message)
                        .hint("write a number"),
                );
            }
            number
        };
        let (start, end, step) = (number("start"), number("end"), number("step"));
        let (tick_interval, placeholder) = (number("tick_interval"), number("placeholder"));
        if !sound {
            return None;
        }
        Some(Range {
            start: start?,
            end: end?,
            step: step?,
            tick_interval,
            placeholder,
        })
    }

    fn width(&self) -> Decimal {
        self.start.to(self.end).abs()
    }

    fn holds(&self, value: Decimal) -> bool {
        value >= self.start.min(self.end) && value <= self.start.max(self.end)
    }

    fn is_whole(&self) -> bool {
        [
            Some(self.start),
            Some(self.end),
            Some(self.step),
            self.tick_interval,
            self.placeholder,
        ]
        .into_iter()
        .flatten()
        .all(Decimal::is_whole)
    }

    fn check(&self, reader: &Reader<'_, '_>, row: u32, problems: &mut Problems) {
        let mut complain = |code, message: String, hint: &str| {
            problems.error(reader.error(code, row, &["parameters"], message).hint(hint));
        };
        for (name, value) in [("step", Some(self.step)), ("tick_interval", self.tick_interval)] {
            let Some(value) = value else { continue };
            if value == Decimal::ZERO {
                complain(
                    "range_parameter_zero",
                    format!("the parameter `{name}` is 0"),
                    "write a number that is not 0",
                );
            } else if value > self.width() {
                complain(
                    "range_parameter_too_large",
                    format!("the parameter `{name}` is greater than what is between `start` and `end`"),
                    "write a smaller number",
                );
            }
        }
        if self.step == Decimal::ZERO {
            return;
        }
        if let Some(interval) = self.tick_interval
            && !interval.is_multiple_of(self.step)
        {
            complain(
                "range_parameter_off_step",
                "the parameter `tick_interval` is no multiple of `step`".to_owned(),
                "write a multiple of `step`",
            );
        }
        if let Some(placeholder) = self.placeholder {
            if !self.start.to(placeholder).is_multiple_of(self.step) {
                complain(
                    "range_parameter_off_step",
                    "the parameter `placeholder` is not on a step".to_owned(),
                    "write `start` plus a multiple of `step`",
                );
            }
            if !self.holds(placeholder) {
                complain(
                    "range_parameter_outside",
                    "the parameter `placeholder` is not between `start` and `end`".to_owned(),
                    "write a number between them",
                );
            }
        }
    }

    fn check_labels(
        &self,
        reader: &Reader<'_, '_>,
        row: u32,
        list: &str,
        appearance: &str,
        problems: &mut Problems,
    ) {
        let Some(labels) = reader.around.lists.get(list) else {
            let hint = problems.nearest(list, reader.around.lists.names()).map_or_else(
                || "write the name of a list in the sheet `choices`".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("there is no list `{list}` in the sheet `choices`");
            problems.error(
                reader
                    .error("unknown_tick_labels", row, &["parameters"], message)
                    .hint(hint),
            );
            return;
        };
        let mut complain = |code, message: String, hint: &str| {
            problems.error(reader.error(code, row, &["parameters"], message).hint(hint));
        };
        let (by, step) = match self.tick_interval {
            Some(interval) if !interval.eq(&Decimal::ZERO) => ("tick_interval", interval),
            _ => ("step", self.step),
        };
        let mut values = Vec::new();
        for choice in &labels.choices {
            let Some(value) = Decimal::parse(&choice.name) else {
                complain(
                    "tick_label_no_number",
                    format!("the choice `{}` of the list `{list}` is no number", choice.name),
                    "name the choices of the list after the numbers they label",
                );
                continue;
            };
            values.push(value);
            if !self.holds(value) {
                complain(
                    "tick_label_outside",
                    format!(
                        "the choice `{}` of the list `{list}` is not between `start` and `end`",
                        choice.name
                    ),
                    "label only numbers between them",
                );
            } else if step != Decimal::ZERO
                && !(self.start.to(value).is_multiple_of(step)
                    && self.start.to(value).is_multiple_of(self.step))
            {
                complain(
                    "tick_label_off_step",
                    format!(
                        "the choice `{}` of the list `{list}` is not `start` plus a multiple of `{by}`",
                        choice.name
                    ),
                    "label only numbers that have a tick",
                );
            }
        }
        if appearance.contains("no-ticks") {
            values.sort();
            values.dedup();
            if values.len() > 2 {
                complain(
                    "too_many_tick_labels",
                    format!("without ticks, the list `{list}` can have only two choices"),
                    "keep those for `start` and `end`",
                );
            } else if values != [self.start.min(self.end), self.start.max(self.end)] {
                complain(
                    "tick_labels_not_ends",
                    format!("without ticks, the list `{list}` can label only `start` and `end`"),
                    "name its two choices after them",
                );
            }
        }
    }
}
