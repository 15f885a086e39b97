//! An enrolled device in bad hands sends what no program of ours writes: the desk puts it aside, with a reason, and
//! goes on.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use baraza_tests::crafted::{bloating_bundle, endless_bundle, mutated};
use baraza_tests::hostile::{Mallory, stored};
use baraza_tests::process::binary;
use baraza_tests::{PASSPHRASE, Stage, at};
use client_core::deeds::list::TroubledEnvelope;
use client_core::deeds::sync::SyncError;
use client_core::{HttpLink, MergeWorker, Notebook, StoreError};
use form::{AnswerSheet, Form, Value};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use record::{Actor, AuthorId, Draft, Record};
use serde_json::{Value as Json, json};
use wire::{CompartmentId, EnvelopeId, Kind, RecordId, Writer};

const GENERAL: CompartmentId = CompartmentId::GENERAL;
const IDENTITY: CompartmentId = CompartmentId::IDENTITY;

const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | text | village | Village | |
| | integer | rooms | Rooms | |
| | text | remarks | Remarks | |
| | text | head | Head of household | identity |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

fn stage(seed: u8) -> (Stage, Mallory) {
    let mut stage = Stage::with_form(seed, Form::read_markdown(FORM).unwrap());
    let mallory = Mallory::enrol("mallory", &mut stage.desk, 66);
    stage.sync_desk();
    (stage, mallory)
}

/// A worker of the real program.
fn worker() -> MergeWorker {
    MergeWorker::new(binary(), ["merge-worker"])
}

fn record(n: u16) -> RecordId {
    let [a, b] = n.to_be_bytes();
    RecordId::from_chance([a, b, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7])
}

/// What its author answers over `before`: the changes by compartment, and the record with them.
fn answers(
    author: AuthorId,
    before: &Record,
    seed: u64,
    said: &[(&str, Value)],
) -> (Record, Vec<(String, Vec<u8>)>) {
    let form = Form::read_markdown(FORM).unwrap();
    let actor = Actor::make(author, &mut ChaCha20Rng::seed_from_u64(seed));
    let now = 1_795_000_000;
    let (mut draft, _) = Draft::begin(before, actor, now).unwrap();
    if before.compartments().next().is_none() {
        for (name, value) in [("form", "visit"), ("version", "1")] {
            drop(draft.set_meta(name, Value::Text(value.into()), now).unwrap());
        }
    }
    for (question, value) in said {
        drop(draft.put_down(&at(question), value.clone(), now).unwrap());
    }
    let changes = draft.squash(&form, &form.compartments(), now).unwrap();
    let mut after = before.clone();
    for (compartment, change) in &changes {
        after
            .merge(compartment, std::slice::from_ref(change), author)
            .unwrap();
    }
    (after, changes)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// The change in one compartment.
fn of(changes: &[(String, Vec<u8>)], compartment: &str) -> Vec<u8> {
    changes
        .iter()
        .find(|(name, _)| name == compartment)
        .unwrap()
        .1
        .clone()
}

/// One of the phones records a household and syncs.
fn household(stage: &mut Stage) -> RecordId {
    let mut sheet = AnswerSheet::new();
    sheet.set(at("village"), text("Kilifi"));
    sheet.set(at("head"), text("Amina"));
    let record = stage.phones[0].start("visit", Some(&sheet)).unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
    stage.sync_phones();
    record
}

/// Everything that a desk shows, in one value.
fn shown(desk: &mut Notebook) -> Json {
    let records = desk.records(None).unwrap();
    // A device may spoil the record that it writes itself: then what is shown is why it cannot be read.
    let answers: Vec<_> = records
        .iter()
        .map(|record| desk.show(record.id).map_err(|error| error.to_string()))
        .collect();
    json!([
        records,
        answers,
        desk.progress().unwrap(),
        desk.troubled().unwrap(),
        desk.waiting().unwrap()
    ])
}

fn quarantined(desk: &Notebook) -> Vec<TroubledEnvelope> {
    let troubled = desk.troubled().unwrap().into_iter();
    troubled.filter(|envelope| envelope.quarantined).collect()
}

fn reason_of(desk: &Notebook, id: EnvelopeId) -> String {
    let all = quarantined(desk);
    let found = all.iter().find(|envelope| envelope.id == id.to_string());
    found.map(|envelope| envelope.reason.clone()).unwrap_or_default()
}

#[test]
fn bundles_oversize_parts_and_deep_nesting_are_quarantined_and_every_other_record_stays() {
    let (mut stage, mut mallory) = stage(1);
    stage.desk.merge_beside(worker());
    let (me, none) = (mallory.author(), Record::new());
    let mut n = 0;
    let mut next = || {
        n += 1;
        record(n)
    };
    let mut wrong = Vec::new();
    for changes in [
        vec![endless_bundle()],
        vec![bloating_bundle()],
        // A whole document, of this very record.
        vec![automerge_document()],
        // More than a change may have, and more changes than an envelope may have.
        vec![vec![0x85; (1 << 20) + 1]],
        vec![vec![0x85; 1 << 20]; 3],
        vec![Vec::new(); 1024],
        vec![of(&answers(me, &none, 1, &[("village", text("x"))]).1, "general"); 1001],
    ] {
        wrong.push(mallory.write_changes(next(), GENERAL, &changes));
    }
    // A payload that announces more than it may hold, and one whose few bytes unpack to gigabytes.
    let mut announces = Writer::new();
    announces.u8(1);
    announces.varint(1 << 40);
    announces.bytes(&[0; 100]);
    let bomb = zstd::bulk::compress(&vec![0; 256 << 20], 1).unwrap();
    let mut unpacks = Writer::new();
    unpacks.u8(1);
    unpacks.varint(100);
    unpacks.bytes(&bomb);
    for packed in [announces.finish(), unpacks.finish(), stored(&[0xff; 4 << 18])] {
        wrong.push(mallory.write_packed(next(), &[(GENERAL, packed)]));
    }
    // Deeply nested texts where an answer, the record's form and a form's letter are expected.
    let deep = "[{\"a\":".repeat(9_000);
    let nested = answers(
        me,
        &none,
        2,
        &[("village", text("Lamu")), ("remarks", text(&deep))],
    )
    .1;
    let sound = next();
    mallory.write_changes(sound, GENERAL, &[of(&nested, "general")]);
    let rows = "| | begin group | g | G |\n".repeat(50_000);
    let mut letter = Writer::new();
    letter.u8(1);
    letter.text(&format!("| survey |\n| | type | name | label |\n{rows}"));
    letter.bytes(&[]);
    mallory.write_for_members(Kind::FORM, [9; 16], &letter.finish());
    // One chain, what is wrong, and the sound one: the relay does not even take a form from a device.
    assert_eq!(mallory.send(), 1 + wrong.len() + 1);
    let household = household(&mut stage);

    let began = Instant::now();
    let report = stage.desk.sync(&stage.link).unwrap();
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert_eq!(report.quarantined, wrong.len() as u64);
    for id in wrong {
        assert_ne!(reason_of(&stage.desk, id), "", "{id}");
    }
    assert_eq!(stage.desk.waiting().unwrap(), []);
    assert_eq!(stage.desk.forms().unwrap().len(), 1);
    assert_eq!(stage.desk.show(household).unwrap().answers["village"], "Kilifi");
    assert_eq!(stage.desk.show(sound).unwrap().answers["remarks"], deep.as_str());
    let before = shown(&mut stage.desk);
    stage.desk.rebuild().unwrap();
    assert_eq!(shown(&mut stage.desk), before);
}

fn automerge_document() -> Vec<u8> {
    use automerge::transaction::Transactable as _;

    let mut document = automerge::AutoCommit::new();
    document.put(automerge::ROOT, "q/village", "Lamu").unwrap();
    document.save()
}

/// How many mutated changes are sent, each in an envelope of its own.
const MUTATED: usize = 10_000;
/// How many records they are spread over.
const MUTATED_RECORDS: u16 = 100;
/// The most memory that the desk's process may have held in the end, and its worker's.
const MOST_MIB: u64 = 96;

/// The variables that tell a process which notebook to sync.
const HOME: &str = "BARAZA_HOSTILE_HOME";

#[test]
fn mutated_changes_with_right_checksums_leave_a_desk_of_bounded_memory_and_sound_records() {
    let (mut stage, mut mallory) = stage(2);
    let me = mallory.author();
    // Each record has an honest beginning. What is mutated is a beginning, or an edit that builds on it.
    let first = |seed| {
        let said = [
            ("village", text("Kilifi")),
            ("rooms", Value::Integer(2)),
            ("head", text("Amina")),
        ];
        answers(me, &Record::new(), seed, &said)
    };
    let (begun, beginning) = first(1);
    let mut real = Vec::new();
    for seed in 2..40 {
        let said = [
            ("rooms", Value::Integer(seed as i64)),
            ("remarks", text("The well is dry.")),
        ];
        real.push(of(&answers(me, &begun, seed, &said).1, "general"));
        real.push(of(&first(100 + seed).1, "general"));
    }
    let parts: Vec<_> = beginning.iter().map(|(_, change)| vec![change.clone()]).collect();
    for n in 0..MUTATED_RECORDS {
        mallory.write_compartments(record(n), &[(GENERAL, &parts[0]), (IDENTITY, &parts[1])]);
    }
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mutated: Vec<_> = (0..MUTATED)
        .map(|n| {
            let change = mutated(&real[n % real.len()], &mut rng);
            let record = record((n % usize::from(MUTATED_RECORDS)) as u16);
            mallory.write_changes(record, GENERAL, &[change])
        })
        .collect();
    let sent = mallory.send();
    assert!(sent > mutated.len());
    let household = household(&mut stage);

    let Stage {
        desk,
        field,
        link,
        folder,
        ..
    } = stage;
    drop(desk);
    let synced = sync_apart(&folder.path().join("desk"));
    println!("{synced}");
    let number = |key: &str| synced[key].as_u64().unwrap();
    assert!(number("desk_mib") < MOST_MIB, "{synced}");
    assert!(number("worker_mib") < MOST_MIB, "{synced}");

    let mut desk = field.reopen("desk").unwrap();
    desk.merge_beside(worker());
    // Most are refused; some come to a change that a device may write, or wait for one that never comes.
    let refused = quarantined(&desk);
    assert_eq!(refused.len() as u64, number("quarantined"));
    assert!(
        refused.len() * 2 > mutated.len(),
        "{} of {}",
        refused.len(),
        mutated.len()
    );
    for envelope in &refused {
        assert_eq!(envelope.device, "mallory");
        assert_ne!(envelope.reason, "");
        assert!(!envelope.reason.contains("stopped"), "{}", envelope.reason);
    }
    assert_eq!(desk.show(household).unwrap().answers["village"], "Kilifi");
    let before = shown(&mut desk);
    desk.rebuild().unwrap();
    assert_eq!(shown(&mut desk), before);
    let again = desk.sync(&link).unwrap();
    assert_eq!((again.received, again.quarantined), (0, number("quarantined")));
}

/// Syncs the desk in a folder in a process of its own; returns what it came to, and how much memory it took.
fn sync_apart(home: &std::path::Path) -> Json {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "a_desk_that_syncs_in_a_process_of_its_own",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(HOME, home)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = told.lines().find_map(|line| line.split_once("SYNCED "));
    let Some((_, line)) = line else {
        panic!("{told}{}", String::from_utf8_lossy(&output.stderr));
    };
    serde_json::from_str(line).unwrap()
}

/// The process that [`sync_apart`] starts; as a test by itself it does nothing.
#[test]
fn a_desk_that_syncs_in_a_process_of_its_own() {
    let Ok(home) = env::var(HOME) else { return };
    let mut desk = Notebook::open(
        home.as_ref(),
        PASSPHRASE,
        client_core::Surroundings::real().unwrap(),
    )
    .unwrap();
    desk.merge_beside(worker());
    let began = Instant::now();
    let report = desk.sync(&HttpLink::default()).unwrap();
    let mut told = serde_json::to_value(&report).unwrap();
    let workers = children_of(std::process::id());
    assert_eq!(workers.len(), 1);
    told["seconds"] = began.elapsed().as_secs_f64().into();
    told["desk_mib"] = peak_mib(std::process::id()).into();
    told["worker_mib"] = peak_mib(workers[0]).into();
    println!("SYNCED {told}");
}

/// The most memory that a process has held.
fn peak_mib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

/// The processes that a process has started and that run still.
fn children_of(process: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|child| {
            let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
            status.lines().any(|line| line == format!("PPid:\t{process}"))
        })
        .collect()
}

/// Has a desk merge in a worker that does not look at bundles before it loads them.
fn merge_unguarded(desk: &mut Notebook, deadline: Duration) {
    let program = env!("CARGO_BIN_EXE_unguarded_worker");
    desk.merge_beside(MergeWorker::new(program, [""; 0]).with_deadline(deadline));
}

/// Mallory writes a record like any other.
fn sound(mallory: &mut Mallory, n: u16) -> RecordId {
    let said = [("village", text("Lamu"))];
    let changes = answers(mallory.author(), &Record::new(), u64::from(n), &said).1;
    mallory.write_changes(record(n), GENERAL, &[of(&changes, "general")]);
    record(n)
}

#[test]
fn a_worker_that_hangs_is_ended_and_the_envelope_that_it_hangs_on_quarantined() {
    let (mut stage, mut mallory) = stage(3);
    let deadline = Duration::from_secs(2);
    merge_unguarded(&mut stage.desk, deadline);
    let earlier = sound(&mut mallory, 1);
    let hangs = mallory.write_changes(record(2), GENERAL, &[endless_bundle()]);
    let later = sound(&mut mallory, 3);
    mallory.send();
    let household = household(&mut stage);
    let (mut desk, took) = sync_within(stage.desk, stage.link.clone(), Duration::from_secs(60));
    // It is given to a second worker, alone, before it is blamed.
    assert!(took >= 2 * deadline, "{took:?}");
    assert_eq!(quarantined(&desk).len(), 1);
    let reason = reason_of(&desk, hangs);
    assert_eq!(reason, "merging it was stopped: it took longer than 2 seconds");
    for id in [earlier, later, household] {
        assert!(desk.show(id).unwrap().answers["village"].is_string());
    }
    let before = shown(&mut desk);
    desk.rebuild().unwrap();
    assert_eq!(shown(&mut desk), before);
}

#[test]
fn a_worker_that_takes_all_the_memory_it_may_have_ends_and_takes_nobody_with_it() {
    let (mut stage, mut mallory) = stage(8);
    merge_unguarded(&mut stage.desk, Duration::from_secs(60));
    let earlier = sound(&mut mallory, 1);
    let bloats = mallory.write_changes(record(2), GENERAL, &[bloating_bundle()]);
    let later = sound(&mut mallory, 3);
    mallory.send();
    let household = household(&mut stage);
    let (mut desk, _) = sync_within(stage.desk, stage.link.clone(), Duration::from_secs(60));
    assert_eq!(quarantined(&desk).len(), 1);
    let reason = reason_of(&desk, bloats);
    let ended = "merging it was stopped: the process that merged it ended (signal";
    assert!(reason.starts_with(ended), "{reason}");
    for id in [earlier, later, household] {
        assert!(desk.show(id).unwrap().answers["village"].is_string());
    }
}

#[test]
fn an_author_who_broke_three_workers_is_not_given_a_fourth() {
    let (mut stage, mut mallory) = stage(4);
    let deadline = Duration::from_secs(2);
    merge_unguarded(&mut stage.desk, deadline);
    for n in 0..20 {
        mallory.write_changes(record(n), GENERAL, &[endless_bundle()]);
    }
    mallory.send();
    let household = household(&mut stage);
    let (mut desk, took) = sync_within(stage.desk, stage.link.clone(), Duration::from_secs(60));
    assert!(took < 10 * deadline, "{took:?}");
    let reasons: Vec<_> = quarantined(&desk)
        .into_iter()
        .map(|envelope| envelope.reason)
        .collect();
    let tried = reasons.iter().filter(|reason| reason.contains("stopped")).count();
    let not_tried = reasons
        .iter()
        .filter(|reason| reason.contains("was not tried"))
        .count();
    assert_eq!((tried, not_tried), (3, 17));
    assert_eq!(desk.show(household).unwrap().answers["village"], "Kilifi");
}

/// Syncs on another thread, so that a desk that hangs fails the test instead of hanging it.
fn sync_within(mut desk: Notebook, link: HttpLink, longest: Duration) -> (Notebook, Duration) {
    let (done, synced) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let began = Instant::now();
        desk.sync(&link).unwrap();
        drop(done.send((desk, began.elapsed())));
    });
    synced.recv_timeout(longest).expect("the desk goes on")
}

#[test]
fn where_no_worker_starts_a_desk_says_so_and_takes_nothing_in_until_one_does() {
    let (mut stage, _) = stage(5);
    let household = household(&mut stage);
    stage
        .desk
        .merge_beside(MergeWorker::new("/no/such/program", [""; 0]));
    let failed = stage.desk.sync(&stage.link).unwrap_err();
    assert!(
        matches!(failed, SyncError::Store(StoreError::Worker(_))),
        "{failed}"
    );
    // A program that is no worker, or one of another version.
    let other = MergeWorker::new(binary(), ["--version"]).with_deadline(Duration::from_secs(5));
    stage.desk.merge_beside(other);
    let failed = stage.desk.sync(&stage.link).unwrap_err();
    assert!(
        matches!(failed, SyncError::Store(StoreError::Worker(_))),
        "{failed}"
    );
    assert!(stage.desk.records(None).unwrap().is_empty());
    stage.desk.merge_beside(worker());
    stage.sync_desk();
    assert_eq!(stage.desk.show(household).unwrap().answers["village"], "Kilifi");
}

/// A worker that is waiting for its first task.
fn waiting_worker() -> Child {
    let mut started = Command::new(binary());
    started
        .arg("merge-worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = started.spawn().unwrap();
    let mut hello = [0; 4];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut hello).unwrap();
    child
}

#[test]
fn a_worker_takes_memory_files_and_time_from_itself_and_ends_with_its_notebook() {
    let mut child = waiting_worker();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    for (limit, soft, hard) in [
        ("Max address space", "1073741824", "1073741824"),
        ("Max core file size", "0", "0"),
        ("Max file size", "0", "0"),
        ("Max open files", "3", "3"),
        ("Max cpu time", "11", "unlimited"),
    ] {
        let line = limits.lines().find_map(|line| line.strip_prefix(limit)).unwrap();
        let set: Vec<_> = line.split_whitespace().take(2).collect();
        assert_eq!(set, [soft, hard], "{limit}");
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    // What is no task ends it; it does not guess.
    let mut child = waiting_worker();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), &[3, 0, 0, 0, 1, 2, 3]).unwrap();
    assert!(!child.wait().unwrap().success());
}

#[test]
fn a_waited_change_that_does_not_fit_quarantines_its_envelope_and_what_else_it_brought() {
    let (mut stage, mut mallory) = stage(6);
    let me = mallory.author();
    let (begun, beginning) = answers(
        me,
        &Record::new(),
        1,
        &[("village", text("Kilifi")), ("rooms", Value::Integer(2))],
    );
    // Counts from 2, as if it followed another beginning than the one it names.
    let (_, edit) = answers(me, &begun, 2, &[("village", text("Lamu"))]);
    let misfit = counting_from(&of(&edit, "general"), 99);
    let (_, also) = answers(me, &Record::new(), 3, &[("head", text("Amina"))]);
    let (general, identity) = ([misfit], [of(&also, "identity")]);
    let bad = mallory.write_compartments(record(1), &[(GENERAL, &general), (IDENTITY, &identity)]);
    mallory.send();
    stage.sync_desk();
    // It builds on a change that has not come: it waits, and the desk says for what.
    let waiting = stage.desk.waiting().unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (waiting[0].id.as_str(), waiting[0].device.as_str()),
        (bad.to_string().as_str(), "mallory")
    );
    let needed: Vec<_> = begun.heads("general").iter().map(ToString::to_string).collect();
    assert_eq!(waiting[0].needs, needed);
    assert!(quarantined(&stage.desk).is_empty());

    mallory.write_changes(record(1), GENERAL, &[of(&beginning, "general")]);
    mallory.send();
    stage.sync_desk();
    let reason = reason_of(&stage.desk, bad);
    assert!(reason.contains("waited for others, and does not fit"), "{reason}");
    assert!(stage.desk.waiting().unwrap().is_empty());
    let answers = stage.desk.show(record(1)).unwrap().answers;
    assert_eq!(answers["village"], "Kilifi");
    // An envelope is taken whole or not at all.
    assert_eq!(answers.get("head").filter(|head| !head.is_null()), None);
    let before = shown(&mut stage.desk);
    stage.desk.rebuild().unwrap();
    assert_eq!(shown(&mut stage.desk), before);
}

#[test]
fn what_waits_shows_once_what_it_waits_for_has_come() {
    let (mut stage, mut mallory) = stage(7);
    let me = mallory.author();
    let (begun, beginning) = answers(me, &Record::new(), 1, &[("village", text("Kilifi"))]);
    let (_, edit) = answers(me, &begun, 2, &[("village", text("Lamu"))]);
    mallory.write_changes(record(1), GENERAL, &[of(&edit, "general")]);
    mallory.send();
    stage.sync_desk();
    let before = shown(&mut stage.desk);
    assert_eq!(stage.desk.waiting().unwrap().len(), 1);
    stage.desk.rebuild().unwrap();
    assert_eq!(shown(&mut stage.desk), before);
    mallory.write_changes(record(1), GENERAL, &[of(&beginning, "general")]);
    mallory.send();
    stage.sync_desk();
    assert!(stage.desk.waiting().unwrap().is_empty());
    assert_eq!(stage.desk.show(record(1)).unwrap().answers["village"], "Lamu");
}

/// The same change, counting its operations from elsewhere: one that waited shows it only when its parents come.
fn counting_from(change: &[u8], start: u64) -> Vec<u8> {
    let change = automerge::Change::from_bytes(change.to_vec()).unwrap();
    let mut expanded = change.decode();
    expanded.start_op = start.try_into().unwrap();
    expanded.hash = None;
    automerge::Change::from(expanded).raw_bytes().to_vec()
}
