//! The programme's desks from a terminal: roles, codes, recovery, the roster's words, relay and policy.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::{Path, PathBuf};

use baraza_tests::PASSPHRASE;
use baraza_tests::process::{Process, baraza, free_address, path, relay};
use serde_json::Value as Json;
use tempfile::TempDir;

/// Folders, a relay, and a founded programme.
struct Terminal {
    folder: TempDir,
    url: String,
    _relay: Process,
}

impl Terminal {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let terminal = Self {
            url: format!("http://{address}"),
            _relay: relay(&folder.path().join("relay"), address),
            folder,
        };
        let url = terminal.url.clone();
        terminal.at(
            "desk",
            &["programme", "found"],
            &["--name", "Visits", "--relay", &url],
        );
        terminal
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn arguments<'a>(&self, command: &[&'a str], rest: &[&'a str], home: &'a Path) -> Vec<&'a str> {
        [command, &["--home", path(home)], rest].concat()
    }

    /// Runs a command on somebody's notebook. Returns what it printed.
    fn at(&self, who: &str, command: &[&str], rest: &[&str]) -> String {
        let home = self.file(who);
        baraza(&self.arguments(command, rest, &home), PASSPHRASE)
    }

    /// Runs a command that fails. Returns what it complained about.
    fn fails(&self, who: &str, command: &[&str], rest: &[&str]) -> String {
        let home = self.file(who);
        let (well, said) = Process::start(&self.arguments(command, rest, &home), PASSPHRASE).end();
        assert!(!well, "{said}");
        said
    }

    fn json(&self, who: &str, command: &[&str]) -> Json {
        serde_json::from_str(&self.at(who, command, &["--json"])).unwrap()
    }
}

#[test]
fn a_phone_and_a_supervisor_join_with_codes() {
    let terminal = Terminal::open();
    for (who, role) in [
        ("phone", &["--until", "2099-12-31", "--scope", "Dollow"][..]),
        ("team", &["--role", "supervisor"]),
    ] {
        let (asked, answered) = (terminal.file("asked.png"), terminal.file("answered.png"));
        let said = terminal.at(
            who,
            &["device", "request"],
            &["--name", who, "--qr", path(&asked)],
        );
        assert!(said.starts_with("The request is in "), "{said}");
        let given = ["--from-png", path(&asked), "--qr", path(&answered)];
        terminal.at("desk", &["device", "admit"], &[&given[..], role].concat());
        let said = terminal.fails(who, &["roster", "show"], &[]);
        assert!(said.contains("belongs to no programme yet"), "{said}");
        let said = terminal.at(who, &["device", "join"], &["--from-png", path(&answered)]);
        assert!(said.contains("Sync to get its roster"), "{said}");
        let said = terminal.fails(who, &["roster", "show"], &[]);
        assert!(
            said.contains("the programme's roster has not come yet: sync first"),
            "{said}"
        );
        let said = terminal.fails(who, &["sync"], &[]);
        assert!(
            said.contains("the desk that admitted it must sync first"),
            "{said}"
        );
        terminal.at("desk", &["sync"], &[]);
        terminal.at(who, &["sync"], &[]);
        std::fs::remove_file(&asked).unwrap();
        let words = |who| terminal.json(who, &["roster", "show"])["words"].clone();
        assert_eq!(words(who), words("desk"));
    }
    let listed = terminal.at("desk", &["device", "list"], &[]);
    assert!(listed.contains("2100-01-01T00:00:00Z  Dollow  phone"), "{listed}");
    assert!(listed.contains("supervisor"), "{listed}");
    let shown = terminal.at("team", &["roster", "show"], &[]);
    assert!(shown.contains("general"), "{shown}");
    let drawn = terminal.at("spare", &["device", "request"], &["--name", "spare", "--qr", "-"]);
    assert!(drawn.contains('▀') && drawn.contains("letters wide"), "{drawn}");
}

#[test]
fn shares_on_paper_bring_a_burnt_desk_back() {
    let terminal = Terminal::open();
    let paper = terminal.file("shares");
    let said = terminal.at("desk", &["recovery", "split"], &["--out", path(&paper)]);
    assert!(said.contains("any 2 of them"), "{said}");
    terminal.at("desk", &["sync"], &[]);
    let again = terminal.fails("desk", &["recovery", "split"], &["--out", path(&paper)]);
    assert!(again.contains("is there already"), "{again}");
    std::fs::remove_dir_all(terminal.file("desk")).unwrap();

    let share = |n: u8| paper.join(format!("share-{n}.txt"));
    let page = std::fs::read_to_string(paper.join("share-1.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("<li>"), "a page to print");
    let roster = paper.join("programme.baraza-roster");
    let one = ["--roster", path(&roster), "--share", path(&share(1))].map(str::to_owned);
    let one: Vec<&str> = one.iter().map(String::as_str).collect();
    let said = terminal.fails("new", &["recovery", "recover"], &one);
    assert!(
        said.contains("2 different shares are needed, and 1 given"),
        "{said}"
    );
    let third = share(3);
    let away = ["--share", path(&third), "--relay", "http://127.0.0.1:9"];
    let said = terminal.fails("away", &["recovery", "recover"], &[&one[..], &away].concat());
    assert!(said.contains("recover --offline"), "{said}");
    let offline = [&one[..], &away, &["--offline"]].concat();
    terminal.at("away", &["recovery", "recover"], &offline);
    terminal.at(
        "new",
        &["recovery", "recover"],
        &[&one[..], &["--share", path(&third)]].concat(),
    );
    terminal.at("new", &["sync"], &[]);
    let seen = terminal.json("new", &["roster", "show"]);
    assert_eq!(seen["recovery"], true);
    assert_eq!(seen["relay"]["url"], terminal.url);
    let desks = seen["members"].as_array().unwrap();
    assert!(desks.iter().all(|member| member["role_name"] == "coordinator"));
    assert_eq!(desks.len(), 2);
    let exported = terminal.file("exported");
    terminal.at("new", &["roster", "export"], &["--out", path(&exported)]);
    assert!(std::fs::read(&exported).unwrap().starts_with(b"BARAZA-BUNDLE"));
}

#[test]
fn a_coordinator_says_where_the_relay_is_and_what_the_policy_is() {
    let terminal = Terminal::open();
    let shown = terminal.at("desk", &["programme", "policy", "show"], &[]);
    assert!(shown.contains("up to 20 records for up to 72 hours"), "{shown}");
    let set = [
        "--packet-records",
        "5",
        "--keep",
        "household=365",
        "--keep",
        "household/return=90",
    ];
    terminal.at("desk", &["programme", "policy", "set"], &set);
    let said = terminal.fails("desk", &["programme", "policy", "set"], &["--packet-hours", "0"]);
    assert!(
        said.contains("a case packet is out for 1 to 744 hours, not 0"),
        "{said}"
    );
    let said = terminal.fails("desk", &["programme", "policy", "set"], &["--keep", "household"]);
    assert!(said.contains("a rule looks like"), "{said}");
    let said = terminal.fails(
        "desk",
        &["programme", "policy", "set"],
        &["--keep-for-good", "diaspora"],
    );
    assert!(said.contains("there is no rule for diaspora"), "{said}");
    terminal.at(
        "desk",
        &["programme", "policy", "set"],
        &["--keep-for-good", "household/return"],
    );
    let policy = terminal.json("desk", &["programme", "policy", "show"]);
    assert_eq!(policy["packet_records"], 5);
    assert_eq!(policy["packet_hours"], 72);
    assert_eq!(
        policy["retention"],
        serde_json::json!([{"form": "household", "purpose": null, "days": 365}])
    );

    let file = terminal.file("policy.json");
    std::fs::write(&file, r#"{"packet_hours": 48, "later": true}"#).unwrap();
    terminal.at("desk", &["programme", "policy", "set"], &["--json", path(&file)]);
    assert_eq!(
        terminal.json("desk", &["programme", "policy", "show"])["later"],
        true
    );

    let key = "0f".repeat(32);
    let url = ["--url", "http://relay.example:8080", "--key", &key];
    let said = terminal.at("desk", &["programme", "relay"], &url);
    assert!(said.contains("must run until each of them has synced"), "{said}");
    let seen = terminal.json("desk", &["roster", "show"]);
    assert_eq!(
        seen["relay"],
        serde_json::json!({"url": "http://relay.example:8080", "key": key})
    );
    let said = terminal.fails("desk", &["programme", "relay"], &["--url", "relay.example"]);
    assert!(said.contains("must begin with https:// or http://"), "{said}");
    let said = terminal.fails(
        "desk",
        &["programme", "relay"],
        &["--url", "http://r", "--key", "12"],
    );
    assert!(said.contains("64 hexadecimal digits"), "{said}");
}
