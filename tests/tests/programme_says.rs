//! What a coordinator says to every member by roster: where the relay is, and what the policy is.

use baraza_tests::Stage;
use client_core::RelayAddress;
use client_core::deeds::admit::Admission;
use client_core::deeds::policy::{Policy, PolicyError, PolicyFault};
use client_core::deeds::relay::RelayError;
use testkit::Tap;
use wire::{Certificate, RelayKey, Role};

#[test]
fn every_member_follows_the_relay_to_its_new_address() {
    let mut stage = Stage::set(51);
    let old = stage.phones[0].relay().unwrap();
    let tap = Tap::to(stage.field.relay_address()).unwrap();
    let moved = RelayAddress::with_key(&tap.url(), RelayKey([0x5a; 32]));
    let elsewhere = RelayAddress::without_key("http://nowhere.example");
    stage.desk.tell_relay(&elsewhere).unwrap();
    stage.desk.tell_relay(&moved).unwrap();
    assert_eq!(stage.desk.relay().unwrap(), moved);

    // The desk still tells the old relay: both addresses lead to it here.
    stage.sync_desk();
    assert_eq!(stage.phones[0].relay().unwrap(), old, "nothing came yet");
    stage.sync_phones();
    for phone in &mut stage.phones {
        assert_eq!(phone.relay().unwrap(), moved, "the latest word counts");
    }
    let before = tap.traffic().up;
    stage.sync_phones();
    assert!(tap.traffic().up > before, "they call the new address");

    // Who joins now is sent there at once, and may prove whom it finds there.
    let someone = stage
        .field
        .notebook("someone")
        .unwrap()
        .request()
        .unwrap()
        .to_text();
    let certificate = stage.desk.admit(&someone, &Admission::default()).unwrap();
    let certificate = Certificate::from_text(&certificate).unwrap();
    assert_eq!(certificate.relay, tap.url());
    assert_eq!(certificate.relay_key, Some([0x5a; 32]));

    // The address is said under the members' key: the relay learns nothing of where the programme goes.
    let entries = stage.desk.export_roster().unwrap();
    let address = moved.url.as_bytes();
    assert!(!entries.windows(address.len()).any(|at| at == address));
    assert!(matches!(
        stage.phones[0].tell_relay(&moved),
        Err(RelayError::NotACoordinator)
    ));
}

#[test]
fn every_member_keeps_to_the_policy_a_coordinator_set() {
    let mut stage = Stage::set(52);
    assert_eq!(stage.phones[0].policy().unwrap(), Policy::default());
    let mut policy = Policy {
        packet_records: 5,
        packet_hours: 24,
        ..Policy::default()
    };
    policy.keep("household", Some("return"), 90);
    policy
        .other
        .insert("later".into(), serde_json::json!({"days": 7}));
    stage.desk.set_policy(&policy).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    let seen = stage.phones[1].policy().unwrap();
    assert_eq!(seen, policy);
    assert_eq!(seen.days("household", Some("return")), Some(90));

    let wrong = Policy {
        packet_hours: 0,
        ..policy.clone()
    };
    assert!(matches!(
        stage.desk.set_policy(&wrong),
        Err(PolicyError::Fault(PolicyFault::PacketHours(0)))
    ));
    let mut long = policy.clone();
    long.other.insert("long".into(), random_text(80_000).into());
    assert!(matches!(
        stage.desk.set_policy(&long),
        Err(PolicyError::Fault(PolicyFault::TooLarge))
    ));
    assert_eq!(
        stage.desk.policy().unwrap(),
        policy,
        "what was refused changed nothing"
    );
    let officer = Admission::of(Role::PROTECTION_OFFICER);
    let mut officer = stage.field.member("officer", &mut stage.desk, &officer).unwrap();
    assert!(matches!(
        officer.set_policy(&policy),
        Err(PolicyError::NotACoordinator)
    ));
    assert_eq!(
        officer.policy().unwrap(),
        policy,
        "it came with the certificate's roster"
    );
}

/// Text that does not get shorter when it is packed.
fn random_text(length: usize) -> String {
    use rand::{RngExt as _, SeedableRng as _};
    let mut rng = rand::rngs::ChaCha20Rng::seed_from_u64(1);
    (0..length)
        .map(|_| char::from(rng.random_range(33..127u8)))
        .collect()
}
