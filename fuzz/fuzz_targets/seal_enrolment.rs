//! Checks any request to join and accepts any certificate: as they came, or signed by the one who would
//! sign them; the first byte says which, and whether a certificate brings the programme's roster.
//!
//! As they came only the genuine ones pass. A signed request passes for a device that shows its own key
//! and a name; a signed certificate gives the members' key that was sealed to the device, and no other.

#![no_main]

use baraza_fuzz::field::{Field, MEMBERS_KEY};
use libfuzzer_sys::fuzz_target;
use seal::enrol::{accept, check_request, open_keys};
use seal::roster::Roster;
use seal::sign::{Signing, sign};
use wire::{Certificate, Request};

fuzz_target!(|input: &[u8]| {
    let Some((what, bytes)) = input.split_first() else {
        return;
    };
    let field = Field::get();
    if what % 2 == 0 {
        if let Ok(request) = Request::from_bytes(bytes) {
            asked(request, field);
        }
    } else if let Ok(certificate) = Certificate::from_bytes(bytes) {
        let with_roster = *what >= 128;
        answered(certificate, with_roster, field);
    }
});

fn asked(mut request: Request, field: &Field) {
    if check_request(&request).is_ok() {
        assert_eq!(request, field.request());
    }
    request.signature = sign(&field.device.sign, Signing::Request, &request.body());
    let is_owner = request.card.sign == field.device.sign.public();
    assert_eq!(
        check_request(&request).is_ok(),
        is_owner && !request.name.trim().is_empty()
    );
}

fn answered(mut certificate: Certificate, with_roster: bool, field: &Field) {
    if with_roster {
        certificate.roster = field.entries.clone();
    }
    let (card, kem) = (field.device.card(), &field.device.kem);
    let Ok(roster) = Roster::from_entries(&certificate.roster) else {
        return;
    };
    if accept(&certificate, &card, &roster).is_ok() {
        assert_eq!(certificate, field.certificate());
    }
    certificate.signature = sign(&field.desk.sign, Signing::Certificate, &certificate.body());
    if accept(&certificate, &card, &roster).is_ok() {
        assert_eq!(roster, field.roster);
        if let Ok(keys) = open_keys(&certificate, &card, kem) {
            assert_eq!(keys.newest().as_bytes(), &MEMBERS_KEY);
        }
    }
}
