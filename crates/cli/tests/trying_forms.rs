//! `baraza form run` and `baraza form fill`, as people and scripts use them.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const FORM: &str = "
| survey | | | | |
| | type | name | label | required |
| | text | head | Who is the head? | yes |
| | select_one yes_no | works | Does ${head} work? | |
| choices | | | |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | No |
| settings | |
| | form_id |
| | small |";

fn form(folder: &tempfile::TempDir) -> PathBuf {
    let file = folder.path().join("small.md");
    std::fs::write(&file, FORM).expect("the form is written");
    file
}

fn baraza(arguments: &[&std::ffi::OsStr], typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baraza"));
    let command = command.args(["form"]).args(arguments);
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = command.spawn().expect("baraza starts");
    let mut input = running.stdin.take().expect("its input");
    input.write_all(typed.as_bytes()).expect("it reads");
    drop(input);
    running.wait_with_output().expect("baraza ends")
}

fn printed(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_script_is_answered_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let steps = r#"{"do":"next"}
{"do":"set","at":"head","value":"Amina"}
{"do":"next"}
{"do":"finish"}
"#;
    let file = form(&folder);
    let arguments = [
        "run".as_ref(),
        file.as_os_str(),
        "--script".as_ref(),
        "-".as_ref(),
    ];
    let states: Vec<serde_json::Value> = printed(&baraza(&arguments, steps))
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(states.len(), 4);
    assert_eq!(states[2]["screen"]["question"]["label"], "Does Amina work?");
    assert_eq!(states[3]["answers"]["head"], "Amina");
    let refused = baraza(&arguments, "{\"do\":\"dance\"}\n");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("line 1 is no step"));
}

#[test]
fn respondents_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = form(&folder);
    let arguments = [
        "run".as_ref(),
        file.as_os_str(),
        "--respondents".as_ref(),
        "10".as_ref(),
    ];
    let summary: serde_json::Value = serde_json::from_str(&printed(&baraza(&arguments, ""))).unwrap();
    assert_eq!(summary["finished"], 10);
    assert_eq!(summary["stuck"], 0);
}

#[test]
fn an_interview_at_the_terminal_goes_on_where_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let (file, kept) = (form(&folder), folder.path().join("kept.json"));
    let arguments = [
        "fill".as_ref(),
        file.as_os_str(),
        "--save".as_ref(),
        kept.as_os_str(),
    ];
    // Begin, go on without an answer, answer, leave.
    let first = baraza(&arguments, "\n\nAmina\n:quit\n");
    assert!(String::from_utf8_lossy(&first.stderr).contains("WITHOUT ENCRYPTION"));
    assert!(printed(&first).contains("! Who is the head?: This question must be answered."));
    // The first choice by its number, and finish.
    let second = printed(&baraza(&arguments, "1\n\n"));
    assert!(second.contains("Does Amina work?"), "{second}");
    assert!(!second.contains("Who is the head?"), "{second}");
    assert!(second.contains("\"works\": \"yes\""), "{second}");
}

#[test]
fn a_form_that_cannot_be_used_is_not_tried() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.md");
    std::fs::write(&file, FORM.replace("${head}", "${hed}")).unwrap();
    let refused = baraza(&["fill".as_ref(), file.as_os_str()], "");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("did you mean"));
}
