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
