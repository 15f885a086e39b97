//! What people carry, and what lies in sealed parts.

use baraza_wire::armour::unarmour;
use baraza_wire::enrolment::{CERTIFICATE_WORD, REQUEST_WORD};
use baraza_wire::offer::OFFER_WORD;
use baraza_wire::receipt::RECEIPT_WORD;
use baraza_wire::{
    Certificate, Checkpoint, CompartmentId, DecodeError, EnvelopeId, Manifest, Offer, Reach, Receipt,
    RelayKey, Request, Role, RosterAct,
};
use golden::Folder;

use crate::entries::entry;
use crate::example::{DESK, DEVICE, PROGRAMME, RECORD, ROSTER, card, kem};

pub(crate) fn keep(folder: &mut Folder) {
    folder.keeps("request-1", &request(), written_request, Request::from_bytes);
    for (name, certificate) in [
        ("certificate-1", certificate()),
        ("certificate-1-for-one-code", certificate_for_one_code()),
    ] {
        folder.keeps(name, &certificate, written_certificate, Certificate::from_bytes);
    }
    let of_offer = |offer: &Offer| plain(OFFER_WORD, &offer.to_text());
    folder.keeps("offer-1", &offer(), of_offer, Offer::from_bytes);
    let of_receipt = |receipt: &Receipt| plain(RECEIPT_WORD, &receipt.to_text());
    folder.keeps("receipt-1", &receipt(), of_receipt, Receipt::from_bytes);
    folder.keeps(
        "manifest-1-photo",
        &photo(),
        Manifest::to_bytes,
        Manifest::from_bytes,
    );
    folder.keeps(
        "manifest-1-recording",
        &recording(),
        Manifest::to_bytes,
        Manifest::from_bytes,
    );
    folder.keeps(
        "checkpoint-1",
        &checkpoint(),
        Checkpoint::to_bytes,
        Checkpoint::from_bytes,
    );
    let key = RelayKey([0xf2; 32]);
    let of_key = |key: &RelayKey| key.to_string().into_bytes();
    folder.keeps("relay-key", &key, of_key, |bytes| {
        String::from_utf8_lossy(bytes).parse::<RelayKey>()
    });
}

pub(crate) fn request() -> Request {
    Request {
        card: card(DEVICE),
        name: "Amina's phone".to_owned(),
        signature: [0xf3; 64],
    }
}

pub(crate) fn certificate() -> Certificate {
    let policy = RosterAct::Policy {
        sealed: vec![0xf4; 12],
    };
    Certificate {
        relay_key: Some([0xf5; 32]),
        roster: vec![entry(policy)],
        ..certificate_for_one_code()
    }
}

pub(crate) fn certificate_for_one_code() -> Certificate {
    Certificate {
        programme: PROGRAMME,
        root: [0xf6; 32],
        member: DEVICE,
        desk: DESK,
        relay: "http://relay.example:8080".to_owned(),
        relay_key: None,
        role: Role::ENUMERATOR,
        expires: 1_800_000_000,
        position: ROSTER,
        members_keys: vec![0xf7; 40],
        roster: Vec::new(),
        signature: [0xf8; 64],
    }
}

pub(crate) fn offer() -> Offer {
    Offer {
        programme: PROGRAMME,
        member: DEVICE,
        giver: DESK,
        key: kem(0xf9),
        signature: [0xfa; 64],
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        programme: PROGRAMME,
        record: RECORD,
        tombstone: EnvelopeId([0xfb; 32]),
        hour: 498_975,
        desks: vec![DEVICE, DESK],
        signer: DESK,
        signature: [0xfc; 64],
    }
}

pub(crate) fn photo() -> Manifest {
    Manifest {
        name: "3f9a01bc2d4e.jpg".to_owned(),
        mime: "image/jpeg".to_owned(),
        length: 300_000,
        hash: [0xfd; 32],
        thumbnail: vec![0xff, 0xd8, 0xff, 0xd9],
    }
}

fn recording() -> Manifest {
    Manifest {
        name: "3f9a01bc2d4e.m4a".to_owned(),
        mime: "audio/mp4".to_owned(),
        length: 1,
        thumbnail: Vec::new(),
        ..photo()
    }
}

pub(crate) fn checkpoint() -> Checkpoint {
    let reach = |author, incarnation, opened| Reach {
        author,
        incarnation,
        held: 300,
        last: EnvelopeId([0xfe; 32]),
        opened,
    };
    let opened = vec![(CompartmentId::GENERAL, 300), (CompartmentId::IDENTITY, 250)];
    Checkpoint {
        reaches: vec![
            reach(DEVICE, 1, opened),
            reach(DEVICE, 2, Vec::new()),
            reach(DESK, 1, vec![(CompartmentId::PROTECTED, 9)]),
        ],
    }
}

pub(crate) fn written_request(request: &Request) -> Vec<u8> {
    plain(REQUEST_WORD, &request.to_text())
}

pub(crate) fn written_certificate(certificate: &Certificate) -> Vec<u8> {
    plain(CERTIFICATE_WORD, &certificate.to_text())
}

/// What stands in a text that people carry.
pub(crate) fn plain(word: &'static str, text: &str) -> Vec<u8> {
    unarmour(word, text).expect("it was just written")
}

#[test]
fn what_people_carry_begins_with_its_word_and_comes_back() {
    assert_eq!(Request::from_text(&request().to_text()), Ok(request()));
    assert_eq!(
        Certificate::from_text(&certificate().to_text()),
        Ok(certificate())
    );
    assert_eq!(Offer::from_text(&offer().to_text()), Ok(offer()));
    assert_eq!(Receipt::from_text(&receipt().to_text()), Ok(receipt()));
}

#[test]
fn a_checkpoint_whose_authors_stand_in_another_order_is_none() {
    let mut other = checkpoint();
    other.reaches.reverse();
    assert!(matches!(
        Checkpoint::from_bytes(&other.to_bytes()),
        Err(DecodeError::Contradiction(_))
    ));
}
