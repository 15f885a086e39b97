//! The coordinator's console in a real browser: Chromium finds a disagreement and settles it with a click, and then
//! the notebook says what the page says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where something is missing"
)]

use std::path::Path;
use std::process::Command;

use baraza_tests::process::{Process, baraza, path};
use serde_json::Value as Json;

const SMALL: &str = "32";

#[test]
#[ignore = "needs Node, npm and Chromium; `cargo xtask ci` runs it"]
fn a_disagreement_is_settled_in_chromium_and_the_notebook_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    println!(
        "{}",
        baraza(&["demo", "--once", "--records", SMALL, "--dir", path(&demo)], "")
    );
    let (desk, passphrase) = (
        demo.join("desk"),
        std::fs::read_to_string(demo.join("passphrase")).unwrap(),
    );
    let passphrase = passphrase.trim();
    let before = disagreements(&desk, passphrase);
    assert_eq!(before.len(), 2);

    let mut console = Process::start(&["desk", "--home", path(&desk), "--no-browser"], passphrase);
    let line = console.line_with("http://").expect("the console's address");
    let url = line.split_whitespace().last().unwrap();
    let settled = visit(url);
    console.kill();

    let after = disagreements(&desk, passphrase);
    assert_eq!(after.len(), before.len() - 1);
    let gone = before.iter().find(|one| !after.contains(one)).unwrap();
    assert_eq!(gone["question"], settled["question"]);
    let sides = gone["sides"].as_array().unwrap();
    let chosen = sides
        .iter()
        .find(|side| side["device"] == settled["device"])
        .unwrap();
    let record = gone["record"].as_str().unwrap();
    let shown = baraza(
        &["record", "show", "--home", path(&desk), record, "--json"],
        passphrase,
    );
    let shown: Json = serde_json::from_str(&shown).unwrap();
    let pointer = format!("/answers/{}", gone["address"].as_str().unwrap());
    assert_eq!(text(shown.pointer(&pointer).unwrap()), text(&chosen["value"]));
    let history = shown["history"].as_array().unwrap();
    for side in sides {
        let kept = history
            .iter()
            .any(|line| line["address"] == gone["address"] && line["value"] == side["value"]);
        assert!(kept, "what {} said is still in the history", side["device"]);
    }
}

fn disagreements(desk: &Path, passphrase: &str) -> Vec<Json> {
    let listed = baraza(
        &["disagreement", "list", "--home", path(desk), "--json"],
        passphrase,
    );
    serde_json::from_str(&listed).unwrap()
}

/// Visits the console as `tests/browser/console.mjs` does. Returns what was settled.
fn visit(url: &str) -> Json {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    if !scripts.join("node_modules").exists() {
        let status = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&scripts)
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "npm installs what the visit needs"
        );
    }
    let screenshots = match std::env::var_os("BARAZA_SCREENSHOTS") {
        Some(folder) => folder.into(),
        None => scripts.join("screenshots"),
    };
    let visit = Command::new("node")
        .arg("console.mjs")
        .arg(url)
        .arg(&screenshots)
        .current_dir(&scripts)
        .output();
    let visit = visit.expect("node runs");
    let said = String::from_utf8_lossy(&visit.stdout);
    println!("{said}{}", String::from_utf8_lossy(&visit.stderr));
    assert!(visit.status.success(), "the visit went wrong");
    let last: Json = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(last["ok"], true);
    last["settled"].clone()
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
