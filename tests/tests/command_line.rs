//! The command line, as people and scripts use it.

use std::process::{Command, Stdio};

use baraza_tests::forms;
use baraza_tests::process::binary;

/// `baraza … | head` stops reading in the middle: that is no reason to panic.
#[test]
fn a_reader_that_stops_reading_is_no_error() {
    // Its errors alone are larger than a pipe holds.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wrong.md");
    let mut form = String::from("| survey |\n| | type | name | label |\n");
    for n in 0..2000 {
        form.push_str(&format!("| | no_such_type | question_{n} | Question {n} |\n"));
    }
    std::fs::write(&file, form).expect("a form");
    for json in [false, true] {
        let mut check = Command::new(binary());
        check
            .args(["form", "check"])
            .arg(&file)
            .args(json.then_some("--json"));
        let mut check = check
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("baraza starts");
        drop(check.stdout.take());
        let ended = check.wait_with_output().expect("baraza ends");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    }
}

#[test]
fn the_sample_forms_are_accepted() {
    for name in ["household", "diaspora", "returnee"] {
        let file = forms().join(name).with_extension("xlsx");
        let check = Command::new(binary()).args(["form", "check"]).arg(file).output();
        assert!(check.expect("baraza runs").status.success(), "{name}");
    }
}

/// One expression gives its outcome, and each line of a batch its own outcome or error.
#[test]
fn expressions_are_worked_out_one_by_one_and_in_batches() {
    let eval = |arguments: &[&str]| {
        let ended = Command::new(binary())
            .args(["form", "eval"])
            .args(arguments)
            .output();
        let ended = ended.expect("baraza runs");
        (
            ended.status.success(),
            String::from_utf8_lossy(&ended.stdout).into_owned(),
        )
    };
    let said = |text: &str| (true, text.to_owned());
    assert_eq!(eval(&["1 div 0"]), said("Infinity\n"));
    assert_eq!(eval(&["--", "-1 + 3"]), said("2\n"));
    let record = "<data><age>34</age><child>a</child><child>b</child></data>";
    assert_eq!(eval(&["/data/child", "--instance", record]), said("a\nb\n"));
    assert_eq!(
        eval(&["../age + 1", "--instance", record, "--context", "/data/child[2]"]),
        said("35\n")
    );
    assert_eq!(
        eval(&[
            "today()",
            "--now",
            "2026-11-24T22:30:00Z",
            "--tz",
            "Africa/Nairobi",
            "--json"
        ]),
        said("{\n  \"type\": \"date\",\n  \"value\": \"2026-11-25\"\n}\n")
    );
    assert!(!eval(&["1 +"]).0);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("batch.jsonl");
    let lines = [
        r#"{"id": 1, "expr": "0 div 0"}"#,
        r#"{"id": "two", "expr": "/a/b", "instance": "<a><b>x</b></a>"}"#,
        r#"{"id": 3, "expr": "now()", "now": "2026-11-24T08:00:00Z", "tz": "+03:00"}"#,
        r#"{"id": 4, "expr": "no-such(1)"}"#,
        r#"{"id": 5, "expr": "1", "instance": "<a>"}"#,
        "what?",
    ];
    std::fs::write(&file, lines.join("\n")).expect("a batch");
    let (ended_well, printed) = eval(&["--batch", file.to_str().expect("a path")]);
    assert!(ended_well);
    let printed: Vec<serde_json::Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    assert_eq!(printed.len(), lines.len());
    let wanted = [
        serde_json::json!({"id": 1, "type": "number", "value": "NaN"}),
        serde_json::json!({"id": "two", "type": "nodeset", "value": ["x"]}),
        serde_json::json!({"id": 3, "type": "date", "value": "2026-11-24T11:00:00.000+03:00"}),
    ];
    assert_eq!(printed.get(..3), Some(&wanted[..]));
    for (line, id) in printed
        .iter()
        .skip(3)
        .zip([4.into(), 5.into(), serde_json::Value::Null])
    {
        assert_eq!(line.get("id"), Some(&id), "{line}");
        assert!(line.get("error").is_some_and(|error| error.is_string()), "{line}");
    }
}
