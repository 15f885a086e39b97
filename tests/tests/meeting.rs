//! Two members meet on a local network, without a relay: each gives the other what it lacks.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use baraza_tests::photos::noise;
use baraza_tests::process::{Process, baraza, path};
use baraza_tests::{PASSPHRASE, Stage, at, copy_folder};
use client_core::deeds::admit::Admission;
use client_core::deeds::meet::{MeetError, MeetReport};
use client_core::deeds::revoke::Trust;
use client_core::{LinkTimeouts, Notebook};
use form::{Form, Source, Value};
use wire::Role;

const FORM: &str = "
| survey |
| | type | name | label |
| | text | village | Village |
| | image | hut | Hut |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

type Met = Result<MeetReport, MeetError>;

/// Short: everything here is on one machine.
fn timeouts() -> LinkTimeouts {
    LinkTimeouts {
        connect: Duration::from_secs(5),
        doubt: Duration::from_secs(2),
        stall: Duration::from_secs(5),
        silence: Duration::from_secs(15),
    }
}

/// Lets one call another, through `way` if there is one. Returns how it went for the one who called, and for the other.
fn meet_through(
    caller: &mut Notebook,
    called: &mut Notebook,
    way: impl FnOnce(SocketAddr) -> SocketAddr,
) -> (Met, Met) {
    let listener = called.await_peers("127.0.0.1:0", timeouts()).unwrap();
    let address = way(listener.address().unwrap());
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let call = listener.accept()?;
            called.meet(call)
        });
        let one = caller
            .call_peer(&address.to_string(), timeouts())
            .and_then(|call| caller.meet(call));
        (one, other.join().unwrap())
    })
}

fn meet(caller: &mut Notebook, called: &mut Notebook) -> (MeetReport, MeetReport) {
    let (one, other) = meet_through(caller, called, |address| address);
    (one.unwrap(), other.unwrap())
}

fn visits(seed: u8) -> Stage {
    Stage::with_form(seed, Form::read(Source::Markdown(FORM)).unwrap().0)
}

#[test]
fn a_phone_and_a_desk_meet_and_what_was_finished_is_opened_and_confirmed() {
    let mut stage = Stage::set(71);
    stage.field.stop_relay();
    let records = stage.consult(0, 3, 1);
    let (phone, desk) = meet(&mut stage.phones[0], &mut stage.desk);
    assert_eq!(
        (phone.member, desk.member),
        (stage.desk.member(), stage.phones[0].member())
    );
    assert!(desk.taken.received >= 3 && phone.given >= 3, "{phone:?} {desk:?}");
    for record in &records {
        stage.desk.show(*record).unwrap();
    }
    assert_eq!(
        stage.phones[0].confirmations().unwrap().confirmed,
        3,
        "in the same meeting"
    );

    // The other way round, with something for the phone.
    stage
        .desk
        .grant(records[0], stage.phones[0].member(), None)
        .unwrap();
    let (desk, phone) = meet(&mut stage.desk, &mut stage.phones[0]);
    assert!(desk.given >= 2 && phone.taken.opened >= 1, "{desk:?} {phone:?}");
    stage.phones[0].show(records[0]).unwrap();
    assert!(stage.phones[0].show(records[1]).is_err());

    let (phone, desk) = meet(&mut stage.phones[0], &mut stage.desk);
    assert_eq!(
        (phone.taken.received, desk.taken.received),
        (0, 0),
        "twice is once"
    );
}

#[test]
fn a_phone_carries_what_another_gave_it_and_reads_nothing_of_it() {
    let mut stage = Stage::set(72);
    let records = stage.consult(0, 3, 1);
    let [amina, bakary] = &mut stage.phones;
    let (_, report) = meet(amina, bakary);
    assert!(
        report.taken.received >= 3 && report.taken.opened == 0,
        "{report:?}"
    );
    assert!(
        stage.phones[1].show(records[0]).is_err(),
        "a carrier reads nothing"
    );
    stage.phones[1].sync(&stage.link).unwrap();
    stage.sync_desk();
    for record in &records {
        stage.desk.show(*record).unwrap();
    }
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap().confirmed, 3);
}

#[test]
fn a_photo_goes_over_a_link_that_is_cut_again_and_again_and_little_goes_twice() {
    let mut stage = visits(73);
    stage.field.stop_relay();
    let record = stage.phones[0].start("visit", None).unwrap();
    stage.phones[0]
        .attach_media(record, &at("hut"), "hut.png", &noise(7, 250))
        .unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
    let carried = Arc::new(AtomicU64::new(0));
    let (mut cuts, mut limit) = (0, 40_000);
    loop {
        let counted = Arc::clone(&carried);
        let (one, other) = meet_through(&mut stage.phones[0], &mut stage.desk, |address| {
            cut_after(limit, address, counted)
        });
        if one.is_ok() && other.is_ok() {
            break;
        }
        cuts += 1;
        limit += 5_000;
        assert!(cuts < 60, "it comes to no end: {one:?} {other:?}");
    }
    let photos = stage.desk.media(record).unwrap();
    let size = photos[0].length;
    let sent = carried.load(Ordering::SeqCst);
    println!("a photo of {size} B, {cuts} cuts, {sent} B in all");
    assert!(cuts >= 3, "{cuts}");
    assert!(sent < size * 8 / 5, "{sent} B for a photo of {size} B");
    assert_eq!(stage.phones[0].confirmations().unwrap().confirmed, 1);
}

#[test]
fn a_device_that_only_has_its_certificate_gets_the_roster_from_a_colleague() {
    let mut stage = Stage::set(74);
    stage.field.stop_relay();
    let by_code = Admission {
        by_code: true,
        ..Admission::default()
    };
    let mut chidi = stage.field.member("chidi", &mut stage.desk, &by_code).unwrap();
    let [amina, _] = &mut stage.phones;
    // Amina does not know him yet, and he knows nobody: neither gives anything.
    let (one, other) = meet_through(&mut chidi, amina, |address| address);
    assert!(matches!(one, Err(MeetError::Stranger)), "{one:?}");
    assert!(matches!(other, Err(MeetError::Refused(_))), "{other:?}");
    meet(amina, &mut stage.desk);
    let (report, _) = meet(&mut chidi, amina);
    assert!(report.taken.roster_entries >= 3, "{report:?}");
    // Also the forms: he can work.
    chidi.start("household", None).unwrap();
}

#[test]
fn whoever_is_ahead_tells_the_other_of_a_member_it_does_not_know() {
    let mut stage = Stage::set(75);
    stage.field.stop_relay();
    let mut chidi = stage.field.phone("chidi", &mut stage.desk).unwrap();
    let (_, amina) = meet(&mut chidi, &mut stage.phones[0]);
    assert!(amina.taken.roster_entries >= 1, "{amina:?}");
    let mut dede = stage.field.phone("dede", &mut stage.desk).unwrap();
    let (amina, _) = meet(&mut stage.phones[0], &mut dede);
    assert!(amina.taken.roster_entries >= 1, "{amina:?}");
}

#[test]
fn a_revoked_phone_learns_that_it_was_and_is_given_nothing() {
    let mut stage = visits(76);
    stage.field.stop_relay();
    let draft = stage.phones[0].start("visit", None).unwrap();
    stage.phones[0]
        .answer(draft, &at("village"), Value::Text("Kayes".into()))
        .unwrap();
    let lost = stage.phones[0].member();
    stage.desk.revoke(lost, Trust::AllHere).unwrap();
    let (phone, desk) = meet_through(&mut stage.phones[0], &mut stage.desk, |address| address);
    assert!(
        matches!(desk, Err(MeetError::Ended(member)) if member == lost),
        "{desk:?}"
    );
    assert!(phone.is_err(), "{phone:?}");
    assert!(stage.phones[0].is_revoked());
    assert!(
        stage.phones[0]
            .answer(draft, &at("village"), Value::Text("Nioro".into()))
            .is_err(),
        "its drafts were sealed"
    );
}

#[test]
fn two_desks_that_changed_the_roster_apart_show_each_other_both_sides() {
    let mut stage = Stage::set(77);
    let mut second = stage
        .field
        .member("second", &mut stage.desk, &Admission::of(Role::COORDINATOR))
        .unwrap();
    stage.sync_desk();
    second.sync(&stage.link).unwrap();
    stage.field.stop_relay();
    stage
        .desk
        .revoke(stage.phones[0].member(), Trust::AllHere)
        .unwrap();
    second.revoke(stage.phones[1].member(), Trust::AllHere).unwrap();
    let (one, other) = meet(&mut stage.desk, &mut second);
    assert!(one.taken.roster_entries >= 1 && other.taken.roster_entries >= 1);
    for desk in [&stage.desk, &second] {
        let standing = desk.standing().unwrap();
        assert!(standing.split.is_some());
    }
}

#[test]
fn another_programme_and_a_copy_of_the_same_notebook_are_given_nothing() {
    let mut stage = Stage::set(78);
    let mut other = Stage::set(79);
    let (one, two) = meet_through(&mut stage.phones[0], &mut other.phones[0], |address| address);
    assert!(matches!(two, Err(MeetError::OtherProgramme)), "{two:?}");
    assert!(one.is_err());

    let copied = stage.folder.path().join("copied");
    copy_folder(&stage.folder.path().join("amina"), &copied);
    let mut copied = stage.field.reopen("copied").unwrap();
    let (one, two) = meet_through(&mut copied, &mut stage.phones[0], |address| address);
    assert!(
        matches!(two, Err(MeetError::Myself)) || matches!(one, Err(MeetError::Myself)),
        "{one:?} {two:?}"
    );
}

/// Passes bytes on to an address, and cuts both ways after so many.
fn cut_after(limit: u64, to: SocketAddr, counted: Arc<AtomicU64>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let near = listener.accept().unwrap().0;
        let far = TcpStream::connect(to).unwrap();
        let passed = Arc::new(AtomicU64::new(0));
        let ways = [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)];
        for (mut from, mut into) in ways {
            let (passed, counted) = (Arc::clone(&passed), Arc::clone(&counted));
            thread::spawn(move || {
                let mut chunk = [0; 1000];
                while let Ok(length @ 1..) = from.read(&mut chunk) {
                    counted.fetch_add(length as u64, Ordering::SeqCst);
                    let cut = passed.fetch_add(length as u64, Ordering::SeqCst) > limit;
                    if cut || into.write_all(&chunk[..length]).is_err() {
                        break;
                    }
                }
                let _ = from.shutdown(std::net::Shutdown::Both);
                let _ = into.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    address
}

#[test]
fn two_notebooks_meet_from_a_terminal() {
    let Stage {
        desk,
        phones: [mut amina, bakary],
        folder,
        mut field,
        form: _form,
        ..
    } = visits(80);
    field.stop_relay();
    let record = amina.start("visit", None).unwrap();
    amina
        .answer(record, &at("village"), Value::Text("Kayes".into()))
        .unwrap();
    amina.finish(record).unwrap().unwrap();
    drop((desk, amina, bakary));
    let home = |name: &str| folder.path().join(name);
    let desk_home = home("desk");
    let listen = [
        "peer",
        "listen",
        "--once",
        "--listen",
        "127.0.0.1:0",
        "--home",
        path(&desk_home),
    ];
    let mut listening = Process::start(&listen, PASSPHRASE);
    let line = listening.line_with("peer connect").unwrap();
    let address = line
        .split(['`', ' '])
        .find(|word| word.starts_with("127.0.0.1:"))
        .unwrap()
        .to_owned();
    let printed = baraza(
        &["peer", "connect", "--home", path(&home("amina")), &address],
        PASSPHRASE,
    );
    assert!(printed.starts_with("desk: gave "), "{printed}");
    for _ in 0..100 {
        if listening.has_ended() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert!(listening.has_ended(), "it was to end after the first");
    let shown = baraza(
        &[
            "record",
            "show",
            "--home",
            path(&home("desk")),
            &record.to_string(),
        ],
        PASSPHRASE,
    );
    assert!(shown.contains("Kayes"), "{shown}");
    let status = baraza(&["status", "--home", path(&home("amina"))], PASSPHRASE);
    assert!(status.contains("1 finished, 1 confirmed"), "{status}");
}
