//! Probe.
use std::io::{BufRead, Write};
fn main() {
    let stdin = std::io::stdin();
    let mut out = std::io::stdout().lock();
    for line in stdin.lock().lines() {
        let line = line.unwrap();
        let v: serde_json::Value = serde_json::from_str(&line).unwrap();
        let r = match v.get("file").and_then(|f| f.as_str()) {
            Some(f) => baraza_form::definition::Definition::read_named(f, &std::fs::read(f).unwrap()),
            None => baraza_form::definition::Definition::read(baraza_form::Source::Markdown(
                v["md"].as_str().unwrap(),
            )),
        };
        let o = match r {
            Ok((d, w)) => {
                serde_json::json!({"ok":true,"warnings":w, "debug": if v.get("dump").is_some() {format!("{d:#?}")} else {String::new()}})
            }
            Err(e) => serde_json::json!({"ok":false,"errors":e}),
        };
        writeln!(out, "{o}").unwrap();
    }
}
