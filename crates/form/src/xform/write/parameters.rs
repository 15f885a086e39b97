//! What the column `parameters` adds to a question of each type.

use super::build::action;
use super::survey::Item;
use crate::definition::Text;

/// Puts the parameters of a question where XForms have them. `canonical` is its type by its
/// canonical name.
pub(super) fn apply(item: &mut Item, canonical: &str) {
    match canonical {
        "text" => item.to_control(&[("rows", "rows")]),
        "image" => image(item),
        "audio" => item.to_bind(&[("quality", "odk:quality")]),
        "background-audio" => {
            let mut recording = action("odk:recordaudio", "odk-instance-load");
            recording.quality = item.parameters.get("quality").cloned();
            item.actions.push(recording);
        }
        "start-geopoint" => item
            .actions
            .push(action("odk:setgeopoint", "odk-instance-first-load")),
        "geopoint" | "geotrace" | "geoshape" => place(item),
        "range" => range(item),
        "audit" => {
            for name in [
                "track-changes",
                "track-changes-reasons",
                "identify-user",
                "location-priority",
                "location-min-interval",
                "location-max-age",
            ] {
                item.to_bind(&[(name, &format!("odk:{name}"))]);
            }
        }
        _ => {}
    }
}

fn image(item: &mut Item) {
    const FOLDER: &str = "jr://images/";
    if let Some(default) = item.default.as_mut().filter(|default| !default.contains(FOLDER)) {
        default.insert_str(0, FOLDER);
    }
    item.to_bind(&[("max-pixels", "orx:max-pixels")]);
    let appearance = item.control.get("appearance");
    if appearance.is_none_or(|appearance| appearance == "annotate") {
        item.to_control(&[("app", "intent")]);
    }
}

fn place(item: &mut Item) {
    item.to_bind(&[("allow-mock-accuracy", "odk:allow-mock-accuracy")]);
    item.to_control(&[
        ("capture-accuracy", "accuracyThreshold"),
        ("warning-accuracy", "unacceptableAccuracyThreshold"),
    ]);
    if item.parameters.contains_key("incremental") {
        item.control.insert("incremental".to_owned(), "true".to_owned());
    }
    if let Some(reference) = item.parameters.get("reference-geometry") {
        item.itemset.clone_from(reference);
    }
}

fn range(item: &mut Item) {
    for (name, default) in [("start", "1"), ("end", "10"), ("step", "1")] {
        item.control
            .entry(name.to_owned())
            .or_insert_with(|| default.to_owned());
    }
    item.to_control(&[
        ("start", "start"),
        ("end", "end"),
        ("step", "step"),
        ("tick_interval", "odk:tick-interval"),
        ("placeholder", "odk:placeholder"),
    ]);
    if let Some(list) = item.parameters.get("tick_labelset") {
        item.itemset.clone_from(list);
    }
    let numbers = ["start", "end", "step", "odk:tick-interval", "odk:placeholder"];
    let mut numbers = numbers.iter().filter_map(|name| item.control.get(*name));
    if numbers.any(|number| number.parse::<f64>().is_ok_and(|number| number.fract() != 0.0)) {
        let bind = item.bind.get_or_insert_default();
        bind.insert("type".to_owned(), Text::Plain("decimal".to_owned()));
    }
}

impl Item {
    /// Puts parameters into the bind, under other names.
    fn to_bind(&mut self, names: &[(&str, &str)]) {
        for (parameter, attribute) in names {
            if let Some(value) = self.parameters.get(*parameter) {
                let bind = self.bind.get_or_insert_default();
                bind.insert((*attribute).to_owned(), Text::Plain(value.clone()));
            }
        }
    }

    /// Puts parameters into the control, under other names.
    fn to_control(&mut self, names: &[(&str, &str)]) {
        for (parameter, attribute) in names {
            if let Some(value) = self.parameters.get(*parameter) {
                self.control.insert((*attribute).to_owned(), value.clone());
            }
        }
    }
}
