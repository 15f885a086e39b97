//! A roster that is signed, and a name on it.

use baraza_seal::keys::{KemKey, MembersKey, SignKey};
use baraza_seal::members::{About, open_text, seal_text};
use baraza_seal::roster::{Roster, fingerprint, write};
use baraza_seal::words;
use golden::hex::to_hex;
use golden::page::{self, Vectors};
use wire::{MemberCard, MemberId, ProgrammeId, Role, RosterAct};
use zeroize::Zeroizing;

use crate::chance::Given;

const PROGRAMME: ProgrammeId = ProgrammeId::from_bytes([0x11; 16]);
const DESK: MemberId = MemberId::from_bytes([0x34; 16]);
const DEVICE: MemberId = MemberId::from_bytes([0x33; 16]);
const NONCE: [u8; 24] = [0x0d; 24];

/// A member both of whose keys are made of one seed.
fn card(member: MemberId, seed: u8) -> (MemberCard, SignKey) {
    let seed = Zeroizing::new([seed; 32]);
    let sign = SignKey::from_seed(&seed);
    let card = MemberCard {
        member,
        incarnation: 1,
        sign: sign.public(),
        kem: KemKey::from_seed(&seed).public(),
    };
    (card, sign)
}

pub(super) fn all() -> Vectors {
    let root = SignKey::from_seed(&Zeroizing::new([0x09; 32]));
    let ((desk, desk_key), (device, _)) = (card(DESK, 0x0a), card(DEVICE, 0x0b));
    let act = RosterAct::Found {
        root: root.public(),
        name: Vec::new(),
        desks: vec![(desk, Vec::new())],
    };
    let founding = write::found(PROGRAMME, DESK, act, &root);
    let mut roster = Roster::begin(&founding).unwrap();
    let act = RosterAct::Admit {
        card: device,
        role: Role::ENUMERATOR,
        name: Vec::new(),
        terms: None,
    };
    let admission = write::next(&roster, DESK, act, &desk_key);
    roster.append(&admission).unwrap();
    let mut vectors = vec![
        ("roster.programme", to_hex(PROGRAMME.as_bytes())),
        ("roster.root.seed", to_hex(&[0x09; 32])),
        ("roster.root.public", to_hex(root.public().as_bytes())),
        ("roster.root.fingerprint", to_hex(&fingerprint(&root.public()))),
        ("roster.desk", to_hex(DESK.as_bytes())),
        ("roster.desk.seed", to_hex(&[0x0a; 32])),
        ("roster.device", to_hex(DEVICE.as_bytes())),
        ("roster.device.seed", to_hex(&[0x0b; 32])),
        ("roster.founding.head", founding.head().to_string()),
        ("roster.founding.signature", to_hex(&founding.signature)),
        ("roster.admission.head", admission.head().to_string()),
        ("roster.admission.signature", to_hex(&admission.signature)),
        ("roster.words", words::of_head(&admission.head())),
    ];
    vectors.extend(name());
    vectors
}

fn name() -> Vectors {
    let key = MembersKey::from_bytes([0x06; 32]);
    let about = About {
        programme: PROGRAMME,
        author: DESK,
        subject: *DEVICE.as_bytes(),
    };
    let sealed = seal_text(&key, &about, "Amina", &mut Given::new(NONCE.to_vec()));
    assert_eq!(open_text(&key, &about, &sealed).unwrap(), "Amina");
    let scope = About::scope(PROGRAMME, DESK, DEVICE);
    let mut vectors = vec![
        ("roster.name.nonce", to_hex(&NONCE)),
        ("roster.name.subject", to_hex(&about.subject)),
        ("roster.name.text", "Amina".to_owned()),
        ("roster.scope.subject", to_hex(&scope.subject)),
    ];
    if cfg!(not(feature = "null-cipher")) {
        vectors.push(("roster.name.sealed", to_hex(&sealed)));
    } else {
        // Parts are in the open then: what the page says is left as it is.
        let name = "roster.name.sealed";
        vectors.push((name, page::vectors("seal")[name].clone()));
    }
    vectors
}
