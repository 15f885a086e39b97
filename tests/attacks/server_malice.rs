//! A malicious relay: it can delay and withhold, and what it withholds shows; everything else is noticed at once.

use baraza_tests::Stage;
use client_core::Notebook;
use client_core::deeds::admit::Admission;
use client_core::deeds::sync::{Confirmations, SyncError};
use seal::verify::envelope::VerifyError;
use sync::CallError;
use wire::{Envelope, Frame, Kind, Part, Role, RosterAct};

use crate::ground::Person;
use crate::liar::{Liar, places, put_in};
use crate::visits::{form, stage, villages, visit};

/// A stage on which a phone has finished three visits that are at the relay, and not at the desk yet.
fn three_visits(seed: u8) -> Stage {
    let mut stage = stage(seed);
    for village in ["Kilifi", "Lamu", "Malindi"] {
        visit(&mut stage.phones[0], village, "Halima");
    }
    stage.phones[0].sync(&stage.link).unwrap();
    stage
}

fn confirmed(phone: &Notebook) -> (u64, u64) {
    let Confirmations { finished, confirmed } = phone.confirmations().unwrap();
    (finished, confirmed)
}

fn quarantined(desk: &Notebook) -> usize {
    let troubled = desk.troubled().unwrap().into_iter();
    troubled.filter(|envelope| envelope.quarantined).count()
}

/// After a lie that was refused, the truth is still taken: nothing was lost, and nothing of the lie was kept.
fn the_truth_still_comes(stage: &mut Stage) {
    stage.sync_desk();
    assert_eq!(villages(&mut stage.desk), ["Kilifi", "Lamu", "Malindi"]);
    assert_eq!(stage.desk.troubled().unwrap(), []);
}

#[test]
fn an_envelope_dropped_in_the_middle_is_reported_with_device_and_number_and_never_confirmed() {
    let mut stage = three_visits(11);
    let mut dropped = Vec::new();
    let liar = Liar::about_envelopes(|mut run| {
        if let [_, second, _] = places(&run, Kind::RECORD)[..] {
            dropped.push(run.remove(second).1.header.sequence);
        }
        run
    });
    stage.desk.sync(&liar).unwrap();
    drop(liar);
    let holes = stage.desk.holes().unwrap();
    assert_eq!(holes.len(), 1);
    assert_eq!(holes[0].device, "amina");
    assert_eq!(holes[0].sequences, [(dropped[0], dropped[0])]);
    stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(confirmed(&stage.phones[0]), (3, 1));
}

#[test]
fn what_is_dropped_at_the_end_is_not_confirmed_and_stays_on_the_device() {
    let mut stage = three_visits(12);
    let liar = Liar::about_envelopes(|mut run| {
        if let [.., last] = places(&run, Kind::RECORD)[..] {
            run.truncate(last);
        }
        run
    });
    stage.desk.sync(&liar).unwrap();
    assert_eq!(villages(&mut stage.desk), ["Kilifi", "Lamu"]);
    stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(confirmed(&stage.phones[0]), (3, 2));
    let copies = std::fs::read_dir(stage.folder.path().join("amina/outbox")).unwrap();
    assert!(copies.count() >= 1, "the device keeps what no desk has");
}

#[test]
fn what_is_dropped_at_the_end_for_one_desk_shows_as_soon_as_another_has_it() {
    let mut stage = stage(24);
    let mut other = stage
        .field
        .member("other", &mut stage.desk, &Admission::of(Role::COORDINATOR))
        .unwrap();
    stage.sync_desk();
    other.sync(&stage.link).unwrap();
    let mut said = Vec::new();
    for village in ["Kilifi", "Lamu", "Malindi"] {
        visit(&mut stage.phones[0], village, "Halima");
    }
    stage.phones[0].sync(&stage.link).unwrap();
    other.sync(&stage.link).unwrap();
    let author = stage.phones[0].member();
    let liar = Liar::about_envelopes(|mut run| {
        if let Some(second) = places(&run, Kind::RECORD).get(1) {
            let of_author = |(n, (_, envelope)): (usize, &(u64, Envelope))| {
                (n >= *second && envelope.header.author == author).then_some(n)
            };
            let hidden: Vec<usize> = run.iter().enumerate().filter_map(of_author).collect();
            for n in hidden.into_iter().rev() {
                said.push(run.remove(n).1.header.sequence);
            }
        }
        run
    });
    stage.desk.sync(&liar).unwrap();
    drop(liar);
    assert_eq!(villages(&mut stage.desk), ["Kilifi"]);
    let holes = stage.desk.holes().unwrap();
    assert_eq!(holes.len(), 1, "{holes:?}");
    assert_eq!(holes[0].device, "amina");
    let (first, last) = (*said.iter().min().unwrap(), *said.iter().max().unwrap());
    assert_eq!(holes[0].sequences, [(first, last)]);
    assert_eq!(other.holes().unwrap(), []);
}

#[test]
fn envelopes_in_another_order_come_to_the_same_and_numbers_in_another_order_are_a_breach() {
    let mut stage = three_visits(13);
    let liar = Liar::about_envelopes(|run| run.into_iter().rev().collect());
    let broken = stage.desk.sync(&liar);
    assert!(
        matches!(broken, Err(SyncError::Call(CallError::Breach(_)))),
        "{broken:?}"
    );
    let liar = Liar::about_envelopes(|run| {
        let numbers: Vec<u64> = run.iter().map(|(number, _)| *number).collect();
        let turned = run.into_iter().rev().map(|(_, envelope)| envelope);
        numbers.into_iter().zip(turned).collect()
    });
    stage.desk.sync(&liar).unwrap();
    the_truth_still_comes(&mut stage);
    assert_eq!(stage.desk.holes().unwrap(), []);
}

#[test]
fn envelopes_that_are_served_again_and_again_are_there_once() {
    let mut stage = three_visits(14);
    let liar = Liar::about_envelopes(|run| {
        let thrice = run
            .into_iter()
            .flat_map(|(number, envelope)| [0, 1, 2].map(|again| (3 * number + again, envelope.clone())));
        thrice.collect()
    });
    let report = stage.desk.sync(&liar).unwrap();
    assert_eq!(report.quarantined, 0);
    the_truth_still_comes(&mut stage);
    let work = stage.desk.progress().unwrap();
    assert_eq!(work.iter().map(|day| day.records).sum::<u64>(), 3);
}

#[test]
fn an_old_checkpoint_confirms_nothing_newer_and_takes_nothing_back() {
    let mut stage = stage(15);
    let mut old: Option<Envelope> = None;
    visit(&mut stage.phones[0], "Kilifi", "Halima");
    stage.phones[0].sync(&stage.link).unwrap();
    stage.sync_desk();
    let spy = Liar::about_envelopes(|run| {
        if let [.., last] = places(&run, Kind::CHECKPOINT)[..] {
            old = Some(run[last].1.clone());
        }
        run
    });
    stage.phones[0].sync(&spy).unwrap();
    drop(spy);
    let old = old.unwrap();
    assert_eq!(confirmed(&stage.phones[0]), (1, 1));

    // The desk has the second too, and the relay gives the old word instead of the new one.
    visit(&mut stage.phones[0], "Lamu", "Halima");
    stage.phones[0].sync(&stage.link).unwrap();
    stage.sync_desk();
    let mut kept_back: Option<Envelope> = None;
    let liar = Liar::about_envelopes(|run| {
        let served = run
            .into_iter()
            .map(|(number, envelope)| match envelope.header.kind {
                Kind::CHECKPOINT => {
                    kept_back = Some(envelope);
                    (number, old.clone())
                }
                _ => (number, envelope),
            });
        served.collect()
    });
    stage.phones[0].sync(&liar).unwrap();
    drop(liar);
    assert_eq!(confirmed(&stage.phones[0]), (2, 1));

    // The next word of the desk covers everything, and what was said before, served behind it, takes nothing back.
    visit(&mut stage.phones[0], "Malindi", "Halima");
    stage.phones[0].sync(&stage.link).unwrap();
    stage.sync_desk();
    let mut late: Vec<Envelope> = [old.clone(), kept_back.unwrap()].into();
    let liar = Liar::about_envelopes(|mut run| {
        let last = run.last().map_or(0, |(last, _)| *last);
        run.extend((last + 1..).zip(late.drain(..)));
        run
    });
    stage.phones[0].sync(&liar).unwrap();
    drop(liar);
    assert_eq!(late, []);
    assert_eq!(confirmed(&stage.phones[0]), (3, 3));
}

#[test]
fn two_desks_that_are_shown_different_rosters_notice_and_have_different_words() {
    let mut stage = stage(16);
    let coordinator = Admission::of(Role::COORDINATOR);
    let mut second = stage
        .field
        .member("second", &mut stage.desk, &coordinator)
        .unwrap();
    stage.sync_desk();
    second.sync(&stage.link).unwrap();
    let words = |desk: &Notebook| desk.roster_view().unwrap().words;
    assert_eq!(words(&stage.desk), words(&second));

    // The relay keeps the admission of a third phone from the second desk, and shows what that phone wrote.
    let mut third = stage.field.phone("third", &mut stage.desk).unwrap();
    stage.sync_desk();
    third.sync(&stage.link).unwrap();
    let record = visit(&mut third, "Kilifi", "Halima");
    third.sync(&stage.link).unwrap();
    let liar = Liar::about_frames(|frames| {
        let shown = frames
            .into_iter()
            .filter(|frame| !matches!(frame, Frame::Roster(_)));
        shown.collect()
    });
    let refused = second.sync(&liar);
    assert!(
        matches!(
            refused,
            Err(SyncError::RosterBehind | SyncError::Forged(VerifyError::UnknownAuthor(_)))
        ),
        "{refused:?}"
    );
    assert!(second.show(record).is_err());
    assert_ne!(words(&stage.desk), words(&second));

    second.sync(&stage.link).unwrap();
    assert_eq!(words(&stage.desk), words(&second));
    assert!(second.show(record).is_ok());
}

#[test]
fn blobs_that_are_swapped_between_two_devices_are_noticed_and_neither_is_merged() {
    let mut stage = stage(17);
    for (phone, village) in [(0, "Kilifi"), (1, "Lamu")] {
        visit(&mut stage.phones[phone], village, "Halima");
        stage.phones[phone].sync(&stage.link).unwrap();
    }
    let liar = Liar::about_envelopes(|mut run| {
        if let [one, other] = places(&run, Kind::RECORD)[..] {
            let [Some(of_one), Some(of_other)] =
                [one, other].map(|at| run[at].1.parts[0].bytes().map(<[u8]>::to_vec))
            else {
                panic!("parts that are here")
            };
            put_in(&mut run[one].1, of_other);
            put_in(&mut run[other].1, of_one);
        }
        run
    });
    let refused = stage.desk.sync(&liar);
    assert!(
        matches!(refused, Err(SyncError::Forged(VerifyError::BadSignature))),
        "{refused:?}"
    );
    assert_eq!(stage.desk.records(None).unwrap(), []);
    stage.sync_desk();
    assert_eq!(villages(&mut stage.desk), ["Kilifi", "Lamu"]);
}

#[test]
fn a_recipients_key_that_the_relay_puts_its_own_for_is_refused() {
    let mut stage = stage(18);
    let own = Person::new(77).card().kem;
    let before = stage.phones[1].roster().unwrap().position();
    // In the roster: the card of a member who is admitted.
    let mut third = stage.field.phone("third", &mut stage.desk).unwrap();
    stage.sync_desk();
    let liar = Liar::about_frames(|frames| {
        let shown = frames.into_iter().map(|frame| match frame {
            Frame::Roster(mut entry) => {
                if let RosterAct::Admit { card, .. } = &mut entry.act {
                    card.kem = own.clone();
                }
                Frame::Roster(entry)
            }
            other => other,
        });
        shown.collect()
    });
    let refused = stage.phones[1].sync(&liar);
    assert!(matches!(refused, Err(SyncError::OtherRoster(_))), "{refused:?}");
    assert_eq!(stage.phones[1].roster().unwrap().position(), before);

    // And among the one-time keys that a device posts.
    third.sync(&stage.link).unwrap();
    let mut altered = 0;
    let liar = Liar::about_envelopes(|mut run| {
        for place in places(&run, Kind::KEYS) {
            let mut bytes = run[place].1.parts[0].bytes().unwrap().to_vec();
            bytes[40] ^= 1;
            put_in(&mut run[place].1, bytes);
            altered += 1;
        }
        run
    });
    let refused = stage.desk.sync(&liar);
    assert!(
        matches!(refused, Err(SyncError::Forged(VerifyError::BadSignature))),
        "{refused:?}"
    );
    drop(liar);
    assert!(altered > 0);
    stage.sync_desk();
    stage.phones[1].sync(&stage.link).unwrap();
    assert_eq!(quarantined(&stage.desk), 0);
}

#[test]
fn a_form_that_was_altered_on_the_way_is_not_put_in_the_place_of_the_right_one() {
    let mut stage = stage(19);
    stage.desk.publish(&form("2")).unwrap();
    stage.sync_desk();
    let version = |phone: &Notebook| phone.forms().unwrap()[0].version.clone();
    for says_so in [true, false] {
        let liar = Liar::about_envelopes(|mut run| {
            for place in places(&run, Kind::FORM) {
                let envelope = &mut run[place].1;
                let mut bytes = envelope.parts[0].bytes().unwrap().to_vec();
                bytes[60] ^= 1;
                match says_so {
                    true => put_in(envelope, bytes),
                    false => envelope.parts[0] = Part::Here(bytes),
                }
            }
            run
        });
        let refused = stage.phones[0].sync(&liar);
        assert!(matches!(refused, Err(SyncError::Forged(_))), "{refused:?}");
        assert_eq!(version(&stage.phones[0]), "1");
    }
    stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(version(&stage.phones[0]), "2");
}
