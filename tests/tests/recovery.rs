//! The only desk burns. Two people bring their shares, and a new desk takes its place.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod recovery {
    pub(crate) mod calls;
}

use baraza_tests::{PASSPHRASE, Stage};
use client_core::deeds::admit::Admission;
use client_core::deeds::carry::Selection;
use client_core::deeds::recovery::{NewestError, RecoverError};
use client_core::deeds::sync::SyncError;
use client_core::{Cost, Notebook, RelayAddress};
use form::respondent;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use recovery::calls::Caller;
use seal::keys::SignKey;
use seal::recovery::{CombineError, Kept, Share, ShareError};
use seal::roster::Roster;
use testkit::{Field, FieldClock};
use wire::{Frame, MemberId, RecordId, RefusalCode, Role};

fn words(desk: &mut Notebook) -> Vec<String> {
    let shares = desk.split_recovery(3, 2).unwrap();
    shares.iter().map(|share| share.lines().join("\n")).collect()
}

fn visit(stage: &mut Stage, phone: usize, seed: u64) -> RecordId {
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, seed);
    let sheet = respondent::respond(&stage.form, &mut ChaCha20Rng::seed_from_u64(seed), &env);
    let record = stage.phones[phone].start("household", Some(&sheet)).unwrap();
    stage.phones[phone].finish(record).unwrap().unwrap();
    stage.sync_phones();
    record
}

fn views(desk: &mut Notebook) -> Vec<serde_json::Value> {
    let mut ids: Vec<_> = desk
        .records(None)
        .unwrap()
        .iter()
        .map(|record| record.id)
        .collect();
    ids.sort();
    ids.into_iter()
        .map(|id| serde_json::to_value(desk.show(id).unwrap()).unwrap())
        .collect()
}

/// A desk and two phones; work before and after the recovery key was made, and a follow-up whose keys a grant made.
fn burnt() -> (Stage, Vec<String>, Vec<serde_json::Value>) {
    let mut stage = Stage::set(31);
    let first = visit(&mut stage, 0, 1);
    stage.sync_desk();
    let shares = words(&mut stage.desk);
    stage.sync_desk();
    stage.sync_phones();
    visit(&mut stage, 1, 2);
    stage.sync_desk();
    let phone = stage.phones[0].member();
    stage.desk.grant(first, phone, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let remarks = baraza_tests::at("household/contact/remarks");
    let said = form::Value::Text("They moved in with her sister.".into());
    stage.phones[0].answer(first, &remarks, said).unwrap();
    stage.phones[0].finish(first).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let before = views(&mut stage.desk);
    assert_eq!(before.len(), 2);
    (stage, shares, before)
}

#[test]
fn any_two_shares_bring_a_burnt_desk_back_on_a_new_machine() {
    let (mut stage, shares, before) = burnt();
    let lost = stage.desk.member();
    let replacement = stage.field.notebook("unused").unwrap();
    drop(std::mem::replace(&mut stage.desk, replacement));
    std::fs::remove_dir_all(stage.field.folder().join("desk")).unwrap();

    let pairs = [[0, 2], [0, 1], [2, 1]];
    let mut roster = stage.phones[1].export_roster().unwrap();
    for (n, pair) in pairs.into_iter().enumerate() {
        let mut desk = stage.field.notebook(&format!("desk {n}")).unwrap();
        desk.recover(&roster, &pair.map(|n| &shares[n]), None).unwrap();
        desk.sync(&stage.link).unwrap();
        assert_eq!(views(&mut desk), before, "shares {pair:?}");
        assert_eq!(desk.troubled().unwrap(), []);
        assert_eq!(desk.relay().unwrap().url, stage.field.tap.url());
        roster = desk.export_roster().unwrap();
        stage.desk = desk;
    }

    // It works like the old one: devices follow its new reading keys, and it admits devices and desks.
    stage.sync_phones();
    visit(&mut stage, 0, 3);
    stage.sync_desk();
    assert_eq!(stage.desk.records(None).unwrap().len(), 3);
    let supervisor = Admission::of(Role::SUPERVISOR);
    stage
        .field
        .member("supervisor", &mut stage.desk, &supervisor)
        .unwrap();
    stage.field.phone("hodan", &mut stage.desk).unwrap();
    stage.sync_desk();
    assert!(
        stage
            .desk
            .members()
            .unwrap()
            .iter()
            .any(|member| member.id == lost)
    );
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.troubled, report.waiting, report.quarantined), (0, 0, 0));
}

#[test]
fn one_share_or_one_share_twice_brings_nothing_back() {
    let (stage, shares, _) = burnt();
    let roster = stage.phones[0].export_roster().unwrap();
    let mut desk = stage.field.notebook("new desk").unwrap();
    for given in [&shares[..1], &[shares[1].clone(), shares[1].clone()]] {
        let error = desk.recover(&roster, given, None).unwrap_err();
        assert_eq!(error.to_string(), "2 different shares are needed, and 1 given");
    }
    assert!(desk.roster().is_none(), "nothing was begun");
    desk.recover(&roster, &shares, None).unwrap();
}

#[test]
fn a_share_that_does_not_belong_is_named() {
    let (mut stage, shares, _) = burnt();
    let roster = stage.phones[0].export_roster().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
    let elsewhere = Field::set_up(folder.path(), [99; 32], clock, Cost::LEAST, PASSPHRASE).unwrap();
    let other = words(&mut elsewhere.desk("desk", "Another programme").unwrap());
    let mut desk = stage.field.notebook("new desk").unwrap();

    let error = desk.recover(&roster, &[&shares[0], &other[2]], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "share 3 belongs to another programme than the roster given"
    );

    let newer = words(&mut stage.desk);
    stage.sync_desk();
    let newest = stage.desk.export_roster().unwrap();
    let error = desk.recover(&newest, &[&newer[0], &shares[1]], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "share 2 was made at another time than the programme's recovery key: look for the newest shares"
    );

    let mut slipped: Vec<&str> = shares[1].split_whitespace().collect();
    slipped[9] = "zoo";
    let error = desk.recover(&roster, &[shares[0].clone(), slipped.join(" ")], None);
    assert!(matches!(
        error.unwrap_err(),
        RecoverError::Share {
            place: 2,
            error: ShareError::Line(2)
        }
    ));
    assert!(desk.roster().is_none());
}

#[test]
fn a_roster_without_a_recovery_key_or_that_was_cut_brings_nothing_back() {
    let mut stage = Stage::set(32);
    let early = stage.desk.export_roster().unwrap();
    let shares = words(&mut stage.desk);
    let roster = stage.desk.export_roster().unwrap();
    let mut desk = stage.field.notebook("new desk").unwrap();
    assert!(matches!(
        desk.recover(&early, &shares, None),
        Err(RecoverError::Combine(CombineError::NoRecoveryKey))
    ));
    let cut = &roster[..roster.len() - 1];
    assert!(matches!(
        desk.recover(cut, &shares, None),
        Err(RecoverError::File(_))
    ));
    let mut changed = roster.clone();
    changed[200] ^= 1;
    assert!(desk.recover(&changed, &shares, None).is_err());
    assert!(matches!(
        stage.desk.recover(&roster, &shares, None),
        Err(RecoverError::Belongs)
    ));
    let elsewhere = RelayAddress::without_key("http://relay.example:8080");
    desk.recover(&roster, &shares, Some(&elsewhere)).unwrap();
    assert_eq!(desk.relay().unwrap(), elsewhere);
}

#[test]
fn the_desk_keeps_no_copy_of_the_recovery_key() {
    let mut stage = Stage::set(33);
    let shares = words(&mut stage.desk);
    let roster = stage.desk.roster().unwrap().clone();
    let read: Vec<_> = shares
        .iter()
        .map(|text| seal::recovery::Share::from_text(text).unwrap())
        .collect();
    let key = seal::recovery::combine(&read, &roster).unwrap();
    let home = stage.field.folder().join("desk");
    drop(stage.desk);
    let file = baraza_tests::notebook_file(&home);
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(file);
    let wrapped = std::fs::read(home.join("notebook.key")).unwrap();
    let secret = seal::passphrase::unwrap_key(&wrapped, PASSPHRASE).unwrap();
    let bytes = std::fs::read(home.join("notebook.sqlite")).unwrap();
    let pages = baraza_tests::sqlcipher::pages(&bytes, &secret);
    let holds = |what: &[u8]| {
        pages
            .iter()
            .any(|page| page.windows(what.len()).any(|at| at == what))
    };
    assert!(
        !holds(key.seed().as_slice()),
        "the recovery key lies in the notebook"
    );
    // The search itself finds what is there.
    let root = roster.root().as_bytes();
    assert!(holds(root));
}

/// The root key, as the shares open it.
fn root_key(shares: &[String], roster: &Roster) -> SignKey {
    let read: Vec<_> = shares
        .iter()
        .map(|text| Share::from_text(text).unwrap())
        .collect();
    let key = seal::recovery::combine(&read, roster).unwrap();
    Kept::open(&key, roster.recovery().unwrap(), roster).unwrap().root
}

/// A desk whose roster grew after its shares and the roster beside them were put away: a phone came, and keys changed.
fn grown() -> (Stage, Vec<String>, Vec<u8>) {
    let mut stage = Stage::set(34);
    let shares = words(&mut stage.desk);
    let beside = stage.desk.export_roster().unwrap();
    stage.desk.rotate(None).unwrap();
    let mut late = stage.field.phone("late", &mut stage.desk).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    visit(&mut stage, 0, 1);
    late.sync(&stage.link).unwrap();
    stage.sync_desk();
    (stage, shares, beside)
}

#[test]
fn a_desk_that_was_recovered_with_an_old_roster_goes_on_from_the_relays_newest() {
    let (mut stage, shares, beside) = grown();
    let before = views(&mut stage.desk);
    let members = stage.desk.members().unwrap().len();
    let height = stage.desk.roster().unwrap().position().height;
    let mut desk = stage.field.notebook("new desk").unwrap();
    desk.recover_over(&stage.link, &beside, &shares, None).unwrap();
    assert!(desk.roster().unwrap().position().height > height);
    let report = desk.sync(&stage.link).unwrap();
    assert_eq!((report.split, report.troubled), (None, 0));
    assert_eq!(views(&mut desk), before);
    assert_eq!(desk.members().unwrap().len(), members + 1);
    assert_eq!(desk.troubled().unwrap(), []);

    // The phones follow it, and the lost desk, were it found, too.
    stage.sync_phones();
    visit(&mut stage, 0, 2);
    desk.sync(&stage.link).unwrap();
    assert_eq!(desk.records(None).unwrap().len(), before.len() + 1);
    stage.sync_desk();
    assert_eq!(stage.desk.roster(), desk.roster());
}

#[test]
fn a_desk_that_was_recovered_offline_with_an_old_roster_is_told_what_to_do() {
    let (stage, shares, beside) = grown();
    let mut desk = stage.field.notebook("new desk").unwrap();
    desk.recover(&beside, &shares, None).unwrap();
    assert!(matches!(desk.sync(&stage.link), Err(SyncError::RecoveredTooOld)));
    let mut again = stage.field.notebook("newer desk").unwrap();
    again.recover_over(&stage.link, &beside, &shares, None).unwrap();
    again.sync(&stage.link).unwrap();
}

#[test]
fn shares_of_an_earlier_recovery_key_bring_nothing_back_once_the_relay_knows_a_later_one() {
    let (mut stage, shares, beside) = grown();
    words(&mut stage.desk);
    stage.sync_desk();
    let mut desk = stage.field.notebook("new desk").unwrap();
    let error = desk.recover_over(&stage.link, &beside, &shares, None);
    assert!(matches!(
        error.unwrap_err(),
        RecoverError::Combine(CombineError::OtherSplit(1))
    ));
    assert!(desk.roster().is_none(), "nothing was begun");
}

#[test]
fn a_relay_that_is_gone_or_never_had_the_programme_does_not_lead_astray() {
    let (mut stage, shares, _) = grown();
    let roster = stage.desk.export_roster().unwrap();
    let mut desk = stage.field.notebook("new desk").unwrap();
    stage.field.stop_relay();
    let error = desk.recover_over(&stage.link, &roster, &shares, None);
    assert!(matches!(
        error.unwrap_err(),
        RecoverError::Newest(NewestError::Link(_) | NewestError::Cut(_))
    ));
    assert!(desk.roster().is_none(), "nothing was begun");

    // The relay burnt too, and begins anew: it learns the roster from the desk that was recovered.
    stage
        .field
        .start_relay(&stage.folder.path().join("new relay"))
        .unwrap();
    desk.recover_over(&stage.link, &roster, &shares, None).unwrap();
    desk.sync(&stage.link).unwrap();
    stage.sync_phones();
    assert_eq!(stage.phones[0].roster(), desk.roster());
}

#[test]
fn only_the_root_key_is_shown_the_roster_and_it_is_shown_nothing_else() {
    let (stage, shares, _) = grown();
    let roster = stage.desk.roster().unwrap().clone();
    let mut everything = Vec::new();
    stage
        .desk
        .export_bundle(&mut everything, Selection::Everything)
        .unwrap();
    let envelope = envelope_in(&everything);
    let root = root_key(&shares, &roster);
    let stranger = SignKey::make(&mut ChaCha20Rng::seed_from_u64(77));
    let nobody = MemberId::from_chance([77; 16]);
    let relay = stage.field.relay();
    let caller = |member, key| Caller {
        relay: &relay,
        programme: roster.programme(),
        member,
        key,
    };
    let refused = |frames: Vec<Frame>| match frames.as_slice() {
        [Frame::Refused(refusal)] => refusal.code,
        other => panic!("not refused, but given {} frames", other.len()),
    };

    // A stranger is told what every stranger is told.
    assert_eq!(
        refused(caller(nobody, &stranger).call(None)),
        RefusalCode::UnknownMember
    );
    // The root key vouches for nobody who is a member: that takes the member's own key.
    let phone = stage.phones[0].member();
    assert_eq!(
        refused(caller(phone, &root).call(None)),
        RefusalCode::BadSignature
    );
    // What was overheard is of no use without a nonce that is fresh.
    let old = vec![0; 20];
    assert_eq!(
        refused(caller(nobody, &root).call_with(old, None)),
        RefusalCode::Stale
    );
    // With it, there is the roster and the end: no envelope, no piece, nothing of what was wanted or asked for.
    let shown = caller(nobody, &root).call(None);
    let entries = shown
        .iter()
        .filter(|frame| matches!(frame, Frame::Roster(_)))
        .count();
    assert_eq!(entries as u64, roster.position().height);
    assert!(matches!(shown.last(), Some(Frame::Done(done)) if done.cursor == 0 && !done.more));
    assert_eq!(shown.len(), entries + 1);
    // And nothing is taken from it.
    assert_eq!(
        refused(caller(nobody, &root).call(Some(&envelope))),
        RefusalCode::Malformed
    );
}

fn envelope_in(bundle: &[u8]) -> wire::Envelope {
    let mut reader = wire::BundleReader::new();
    reader.push(bundle).unwrap();
    std::iter::from_fn(|| reader.next_frame().unwrap())
        .find_map(|frame| match frame {
            Frame::Push(envelope) => Some(envelope),
            _ => None,
        })
        .unwrap()
}

#[test]
fn a_roster_that_two_lost_desks_split_is_joined_by_the_desk_that_comes_in_their_place() {
    let mut stage = Stage::set(35);
    let shares = words(&mut stage.desk);
    let coordinator = Admission::of(Role::COORDINATOR);
    let mut second = stage
        .field
        .member("second", &mut stage.desk, &coordinator)
        .unwrap();
    stage.sync_desk();
    second.sync(&stage.link).unwrap();
    stage.sync_phones();
    // Both change the roster; the relay takes the first one's side, and a phone works with the other.
    stage.desk.rotate(None).unwrap();
    let mut late = stage.field.phone("late", &mut second).unwrap();
    second.rotate(None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    let on_first = visit(&mut stage, 0, 1);
    let sides = {
        // The second desk's machine is kept, its disk readable: both sides are in its roster.
        let mut carried = Vec::new();
        stage
            .desk
            .export_bundle(&mut carried, Selection::Everything)
            .unwrap();
        second.import_bundle(&mut carried.as_slice()).unwrap();
        assert!(second.standing().unwrap().split.is_some());
        second.export_roster().unwrap()
    };
    let lost = [stage.desk.member(), second.member()];
    drop(second);

    for (n, over_relay) in [(0, false), (1, true)] {
        let mut desk = stage.field.notebook(&format!("new desk {n}")).unwrap();
        match over_relay {
            false => desk.recover(&sides, &shares, None).unwrap(),
            true => desk.recover_over(&stage.link, &sides, &shares, None).unwrap(),
        };
        assert_eq!(desk.standing().unwrap().split, None, "it is joined");
        let known: Vec<MemberId> = desk.members().unwrap().iter().map(|member| member.id).collect();
        assert!(
            lost.iter()
                .chain([&late.member()])
                .all(|member| known.contains(member))
        );
        if over_relay {
            let report = desk.sync(&stage.link).unwrap();
            assert_eq!((report.split, report.troubled), (None, 0));
            assert!(desk.show(on_first).is_ok());
            // Whoever was admitted on the side that lost works on with everybody else.
            late.sync(&stage.link).unwrap();
            stage.sync_phones();
            assert_eq!(late.roster(), desk.roster());
            assert_eq!(stage.phones[1].roster(), desk.roster());
            let record = late.start("household", None).unwrap();
            let remarks = baraza_tests::at("household/contact/remarks");
            let said = form::Value::Text("They came at night.".into());
            late.answer(record, &remarks, said).unwrap();
            late.sync(&stage.link).unwrap();
        }
    }
}
