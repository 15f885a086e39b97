//! The recovery key in the roster: who changes it, and what is sealed to it.

use super::*;
use crate::members::{Keyring, hand_key};
use crate::recovery::{self, CombineError, Kept, KeptError};
use crate::to_key::seal_to;
use wire::SealedFor;
use zeroize::Zeroizing;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(77)
}

fn kept(root: &SignKey) -> Kept {
    Kept {
        root: root.clone(),
        members_keys: Keyring::new([key(1)]).unwrap(),
        seeds: Vec::new(),
    }
}

fn key(n: u8) -> crate::keys::MembersKey {
    crate::keys::MembersKey::from_bytes([n; 32])
}

/// A founded programme with a recovery key.
fn prepared() -> (Person, Roster, KemKey) {
    let (desk, mut roster) = founded();
    let (root, secret) = (person(50).sign, KemKey::make(&mut rng()));
    let act = RosterAct::Recovery {
        public: secret.public(),
        root: kept(&root)
            .seal(&secret.public(), programme(), &mut rng())
            .unwrap(),
    };
    let by_desk = write::next(&roster, desk.id, act.clone(), &desk.sign);
    assert_eq!(roster.append(&by_desk), Err(RosterError::BadSignature(2)));
    roster
        .append(&write::next(&roster.clone(), desk.id, act, &root))
        .unwrap();
    (desk, roster, secret)
}

#[test]
fn what_is_kept_opens_with_the_recovery_key_and_proves_itself() {
    let (_, roster, secret) = prepared();
    let recovery = roster.recovery().unwrap();
    let opened = Kept::open(&secret, recovery, &roster).unwrap();
    assert_eq!(opened.root.public(), *roster.root());
    assert_eq!(opened.members_keys.newest().as_bytes(), &[1; 32]);
    let other = KemKey::make(&mut ChaCha20Rng::seed_from_u64(78));
    assert!(matches!(
        Kept::open(&other, recovery, &roster),
        Err(KeptError::Shut(_))
    ));
    let mut forged = recovery.clone();
    forged.root = kept(&person(9).sign)
        .seal(&secret.public(), programme(), &mut rng())
        .unwrap();
    assert_eq!(
        Kept::open(&secret, &forged, &roster).unwrap_err(),
        KeptError::OtherRoot
    );
}

#[test]
fn a_new_members_key_is_sealed_to_the_recovery_key_too_and_to_no_other_in_its_name() {
    let (desk, mut roster, secret) = prepared();
    let recovery = roster.recovery().unwrap().clone();
    let hand_out = |roster: &Roster, key: &crate::keys::MembersKey, sealed: SealedFor| {
        let act = RosterAct::MembersKey {
            key: key.id(),
            sealed: vec![sealed],
        };
        write::next(roster, desk.id, act, &desk.sign)
    };
    for n in [2, 3] {
        let sealed = hand_key(&key(n), programme(), (RECOVERY, &recovery.public), &mut rng()).unwrap();
        roster
            .append(&hand_out(&roster.clone(), &key(n), sealed))
            .unwrap();
    }
    // An entry that names another key than it seals gives nothing.
    let sealed = hand_key(&key(4), programme(), (RECOVERY, &recovery.public), &mut rng()).unwrap();
    roster
        .append(&hand_out(&roster.clone(), &key(5), sealed))
        .unwrap();
    let later: Vec<_> = recovery::later_members_keys(&secret, &roster)
        .iter()
        .map(|key| *key.as_bytes())
        .collect();
    assert_eq!(later, [[2; 32], [3; 32]], "oldest first");

    let thief = KemKey::make(&mut ChaCha20Rng::seed_from_u64(79)).public();
    let sealed = SealedFor {
        member: RECOVERY,
        kem: thief.id(),
        sealed: seal_to(&thief, b"", b"", &[6; 32], &mut rng()).unwrap(),
    };
    let entry = hand_out(&roster, &key(6), sealed);
    assert!(matches!(
        roster.append(&entry),
        Err(RosterError::Contradiction { .. })
    ));
}

#[test]
fn shares_of_a_key_that_was_made_anew_are_told_apart() {
    let (_, roster, secret) = prepared();
    let root = *roster.root();
    let shares = recovery::split(&secret, &root, 3, 2, &mut rng()).unwrap();
    let again = recovery::combine(&shares[1..], &roster).unwrap();
    assert_eq!(again.public(), secret.public());
    let need_three = recovery::split(&secret, &root, 5, 3, &mut rng()).unwrap();
    assert_eq!(
        recovery::combine(&need_three[..2], &roster).unwrap_err(),
        CombineError::TooFew { need: 3, have: 2 }
    );
    assert!(recovery::combine(&need_three[2..], &roster).is_ok());
    // Two splits of one key do not give it together.
    let mixed = [shares[0].clone(), need_three[1].clone(), need_three[2].clone()];
    assert_eq!(
        recovery::combine(&mixed, &roster).unwrap_err(),
        CombineError::Wrong
    );
    let older = recovery::split(
        &KemKey::from_seed(&Zeroizing::new([1; 32])),
        &root,
        3,
        2,
        &mut rng(),
    );
    assert_eq!(
        recovery::combine(&older.unwrap(), &roster).unwrap_err(),
        CombineError::OtherSplit(1)
    );
    let (_, bare) = founded();
    assert_eq!(
        recovery::combine(&shares, &bare).unwrap_err(),
        CombineError::NoRecoveryKey
    );
}
