//! Whoever is no member is given nothing, whatever it says of itself.

use std::sync::Arc;
use std::thread;

use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use seal::keys::SignKey;
use seal::passphrase::Cost;
use tempfile::TempDir;

use super::*;
use crate::deeds::admit::Admission;
use crate::{RelayAddress, Surroundings, SystemClock};

fn notebook(folder: &TempDir, name: &str, seed: u8) -> Notebook {
    let surroundings = Surroundings {
        clock: Arc::new(SystemClock),
        seed: [seed; 32],
    };
    let folder = folder.path().join(name);
    Notebook::create(
        &folder,
        name,
        "six long words for a test",
        Cost::LEAST,
        surroundings,
    )
    .unwrap()
}

/// A desk and a device that it admitted.
fn members(folder: &TempDir) -> (Notebook, Notebook) {
    let mut desk = notebook(folder, "desk", 1);
    desk.found("Tests", RelayAddress::without_key("http://127.0.0.1:1"))
        .unwrap();
    let phone = admitted(folder, &mut desk, "phone", 2);
    (desk, phone)
}

fn admitted(folder: &TempDir, desk: &mut Notebook, name: &str, seed: u8) -> Notebook {
    let mut phone = notebook(folder, name, seed);
    let certificate = desk
        .admit(&phone.request().unwrap().to_text(), &Admission::default())
        .unwrap();
    phone.join(&certificate).unwrap();
    phone
}

/// Calls a desk with a key, says hello as a member, and returns all that the desk answers, and how it went for the desk.
fn call_with(
    desk: &mut Notebook,
    key: &SignKey,
    hello: &Hello,
) -> (Vec<Frame>, Result<MeetReport, MeetError>) {
    let listener = desk.await_peers("127.0.0.1:0", LinkTimeouts::default()).unwrap();
    let address = listener.address().unwrap().to_string();
    thread::scope(|scope| {
        let met = scope.spawn(|| desk.meet(listener.accept().unwrap()));
        let call = PeerCall::to(&address, key, LinkTimeouts::default()).unwrap();
        let mut talk = Talk::over(call.stream);
        talk.say(&Frame::Hello(hello.clone())).unwrap();
        talk.turn().unwrap();
        let mut heard = Vec::new();
        loop {
            match talk.hear() {
                Ok(Frame::Turn) => drop(talk.turn()),
                Ok(frame) => heard.push(frame),
                Err(_) => break,
            }
        }
        (heard, met.join().unwrap())
    })
}

fn tells_of_anybody(heard: &[Frame]) -> bool {
    heard.iter().any(|frame| !matches!(frame, Frame::Hello(_)))
}

#[test]
fn whoever_says_it_is_a_member_and_has_another_key_is_given_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, phone) = members(&folder);
    let stranger = SignKey::make(&mut ChaCha20Rng::seed_from_u64(9));
    let as_phone = phone.greeting().unwrap();
    let (heard, met) = call_with(&mut desk, &stranger, &as_phone);
    assert!(
        !tells_of_anybody(&heard) && matches!(met, Err(MeetError::Stranger)),
        "{met:?}"
    );
    // A member with its own key that says it is somebody else.
    let other = admitted(&folder, &mut desk, "other", 3);
    let as_other = other.greeting().unwrap();
    let (heard, met) = call_with(&mut desk, &phone.me.sign, &as_other);
    assert!(
        !tells_of_anybody(&heard) && matches!(met, Err(MeetError::Stranger)),
        "{met:?}"
    );
    // With its own key and name it is told all.
    let (heard, met) = call_with(&mut desk, &phone.me.sign, &as_phone);
    assert!(tells_of_anybody(&heard) && met.is_ok(), "{met:?}");
}

#[test]
fn whoever_names_another_programme_learns_not_even_that_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, phone) = members(&folder);
    let mut hello = phone.greeting().unwrap();
    hello.programme = wire::ProgrammeId::from_chance([5; 16]);
    let (heard, met) = call_with(&mut desk, &phone.me.sign, &hello);
    assert!(
        heard.is_empty() && matches!(met, Err(MeetError::OtherProgramme)),
        "{met:?}"
    );
}

#[test]
fn whoever_stands_between_two_members_is_given_nothing_by_either() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, mut phone) = members(&folder);
    let between = SignKey::make(&mut ChaCha20Rng::seed_from_u64(9));
    let listener = desk.await_peers("127.0.0.1:0", LinkTimeouts::default()).unwrap();
    let desk_at = listener.address().unwrap().to_string();
    let trap = PeerListener::bind("127.0.0.1:0", &between, LinkTimeouts::default()).unwrap();
    let trap_at = trap.address().unwrap().to_string();
    thread::scope(|scope| {
        let desk_met = scope.spawn(|| desk.meet(listener.accept().unwrap()));
        let phone_met = scope.spawn(|| {
            let call = phone.call_peer(&trap_at, LinkTimeouts::default())?;
            phone.meet(call)
        });
        let mut near = Talk::over(trap.accept().unwrap().stream);
        let call = PeerCall::to(&desk_at, &between, LinkTimeouts::default()).unwrap();
        let mut far = Talk::over(call.stream);
        // Says each what the other says.
        let hello = near.hello().unwrap();
        near.rest_of_turn().unwrap();
        far.say(&Frame::Hello(hello)).unwrap();
        far.turn().unwrap();
        let hello = far.hello().unwrap();
        near.say(&Frame::Hello(hello)).unwrap();
        near.turn().unwrap();
        assert!(matches!(near.hear(), Err(MeetError::Refused(_))));
        far.rest_of_turn().unwrap();
        far.turn().unwrap();
        assert!(matches!(far.hear(), Err(MeetError::Refused(_))));
        assert!(matches!(phone_met.join().unwrap(), Err(MeetError::Stranger)));
        assert!(matches!(desk_met.join().unwrap(), Err(MeetError::Stranger)));
    });
}

#[test]
fn what_is_above_a_position_is_found_on_each_side_of_a_split() {
    let folder = tempfile::tempdir().unwrap();
    let (mut desk, _) = members(&folder);
    let all = desk.store.read(roster::all).unwrap();
    let last = desk.roster.as_ref().unwrap().position();
    assert_eq!(above(&all, &last).unwrap(), Vec::<&RosterEntry>::new());
    assert_eq!(above(&all, &RosterPosition::EMPTY).unwrap().len(), all.len());
    admitted(&folder, &mut desk, "other", 3);
    let more = desk.store.read(roster::all).unwrap();
    assert_eq!(above(&more, &last).unwrap().len(), more.len() - all.len());
    let unknown = desk.roster.as_ref().unwrap().position();
    assert!(above(&all, &unknown).is_none());
}
