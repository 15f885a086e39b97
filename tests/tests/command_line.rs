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

/// A form becomes an XForm, JSON and Markdown; each is a form again, but for JSON.
#[test]
fn a_form_is_converted_and_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let household = forms().join("household.xlsx");
    let convert = |to: &str, file: &str| {
        let out = folder.path().join(file);
        let ended = Command::new(binary())
            .args(["form", "convert"])
            .arg(&household)
            .args(["--to", to, "--out"])
            .arg(&out)
            .output();
        assert!(ended.expect("baraza runs").status.success(), "{to}");
        out
    };
    for file in [convert("xform", "household.xml"), convert("md", "household.md")] {
        let check = Command::new(binary())
            .args(["form", "check", "--json"])
            .arg(&file)
            .output()
            .expect("baraza runs");
        let said: serde_json::Value = serde_json::from_slice(&check.stdout).expect("JSON");
        assert_eq!(said.pointer("/ok"), Some(&true.into()), "{said}");
        assert_eq!(said.pointer("/form/id"), Some(&"household".into()));
    }
    let json = std::fs::read(convert("json", "household.json")).expect("a file");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json.pointer("/settings/form_id"), Some(&"household".into()));
}

#[test]
fn what_a_new_version_changes_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        let file = folder.path().join(name);
        let form = format!(
            "| survey |\n| | type | name | label |\n{rows}| settings |\n| | form_id | form_title |\n| | f | F |\n"
        );
        std::fs::write(&file, form).expect("a form");
        file
    };
    let old = write("old.md", "| | text | a | A |\n| | integer | b | B |\n");
    let new = write("new.md", "| | decimal | b | B |\n| | text | c | C here |\n");
    let ended = Command::new(binary())
        .args(["form", "diff", "--json"])
        .args([old, new])
        .output()
        .expect("baraza runs");
    assert!(ended.status.success());
    let said: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    let paths: Vec<&str> = said
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|change| change.get("path")?.as_str())
        .collect();
    assert_eq!(paths, ["a", "b", "c"], "{said}");
}

/// A file that is missing is named when the form is published, and comes with the next publishing.
#[test]
fn a_form_is_published_with_its_files_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let form = "| survey |\n| | type | name | label | image |\n| | select_one_from_file towns.csv | town | Town? | |\n\
                | | note | map | The map | map.png |\n\
                | settings |\n| | form_id | form_title | version |\n| | towns | Towns | 1 |\n";
    std::fs::write(path("towns.md"), form).expect("a form");
    std::fs::create_dir(path("files")).expect("a folder");
    let baraza = |arguments: &[&std::ffi::OsStr]| {
        let ended = Command::new(binary())
            .args(arguments)
            .env("BARAZA_PASSPHRASE", "six long words for a test")
            .output()
            .expect("baraza runs");
        (
            ended.status.success(),
            String::from_utf8_lossy(&ended.stdout).into_owned(),
        )
    };
    let desk = path("desk");
    let found = [
        "programme",
        "found",
        "--name",
        "P",
        "--relay",
        "http://127.0.0.1:1",
        "--home",
    ];
    let mut arguments: Vec<&std::ffi::OsStr> = found.iter().map(|word| word.as_ref()).collect();
    arguments.push(desk.as_os_str());
    assert!(baraza(&arguments).0);
    let (form, files) = (path("towns.md"), path("files"));
    let publish: [&std::ffi::OsStr; 7] = [
        "form".as_ref(),
        "publish".as_ref(),
        "--home".as_ref(),
        desk.as_os_str(),
        form.as_os_str(),
        "--attachments".as_ref(),
        files.as_os_str(),
    ];
    let (ended_well, said) = baraza(&publish);
    assert!(ended_well);
    assert!(
        said.contains("missing: towns.csv, for the choices of `town`"),
        "{said}"
    );
    assert!(
        said.contains("missing: map.png, for the label of `map`"),
        "{said}"
    );
    std::fs::write(files.join("towns.csv"), "name,label\nwau,Wau\n").expect("a file");
    std::fs::write(files.join("map.png"), [1, 2, 3]).expect("a file");
    let (ended_well, said) = baraza(&publish);
    assert!(ended_well);
    assert!(
        !said.contains("missing") && said.contains("with 2 files"),
        "{said}"
    );
    std::fs::write(files.join("towns.csv"), "name,label,name\nwau,Wau,x\n").expect("a file");
    assert!(!baraza(&publish).0);
}
