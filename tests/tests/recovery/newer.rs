//! The roster that was kept with the shares is old, or split: what the relay shows to whoever has the root key.

use baraza_tests::Stage;
use client_core::deeds::admit::Admission;
use client_core::deeds::carry::Selection;
use client_core::deeds::recovery::{NewestError, RecoverError};
use client_core::deeds::sync::SyncError;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use seal::keys::SignKey;
use seal::recovery::{CombineError, Kept, Share};
use seal::roster::Roster;
use wire::{Frame, MemberId, RefusalCode, Role};

use super::calls::Caller;
use crate::{views, visit, words};

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
