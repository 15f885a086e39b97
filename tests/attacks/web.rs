//! The relay as a web server: what a request says about itself is not believed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use client_core::deeds::sync::SyncError;
use wire::RefusalCode;

use crate::ground::{Programme, Site, is_done, signed};
use crate::visits::{stage, visit};

#[test]
fn a_host_header_changes_nothing_at_the_relay_and_is_never_repeated() {
    let site = Site::start();
    let programme = Programme::found(&site, 1);
    let amina = &programme.amina;
    let hello = programme.fresh(&site, amina, programme.hello(amina));
    let call = signed(amina, &hello, &[]);
    for host in ["evil.example", "evil.example:80", "127.0.0.1"] {
        let mut fields = call.fields().to_vec();
        fields.extend([("host", host), ("x-forwarded-host", host), ("forwarded", host)]);
        assert!(is_done(&site.post(&fields, &hello, &call.body)));
        for path in ["/v1/health", "/v1/nothing"] {
            let mut stream = TcpStream::connect(site.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(!answer.contains("evil"), "{answer}");
            assert!(!answer.to_lowercase().contains("location:"), "{answer}");
            assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
        }
    }
}

#[test]
fn one_device_does_not_fill_the_relay_and_what_it_still_holds_is_not_lost() {
    let mut stage = stage(53);
    let relay = stage.folder.path().join("relay");
    stage.field.stop_relay();
    let small = server::Bounds {
        // The one-time keys that each phone has posted are half of it.
        member_bytes: 40_000,
        ..server::Bounds::default()
    };
    stage.field.start_relay_within(&relay, small).unwrap();
    let greedy: Vec<_> = (0..40)
        .map(|n| visit(&mut stage.phones[0], &format!("Village {n}"), "Halima"))
        .collect();
    let sensible = visit(&mut stage.phones[1], "Lamu", "Juma");
    // It is cut off where it is too much, and told why at the next call.
    assert!(stage.phones[0].sync(&stage.link).is_err());
    let error = stage.phones[0].sync(&stage.link).unwrap_err();
    let full = matches!(
        error,
        SyncError::Refused {
            code: RefusalCode::Full,
            ..
        }
    );
    assert!(full && error.to_string().contains("--member-quota"), "{error}");
    stage.phones[1].sync(&stage.link).unwrap();
    stage.sync_desk();
    stage.desk.show(sensible).unwrap();
    assert!(stage.desk.records(None).unwrap().len() < 40);

    // Also after the relay was started again; and once it takes more, everything arrives.
    stage.field.stop_relay();
    stage.field.start_relay_within(&relay, small).unwrap();
    assert!(stage.phones[0].sync(&stage.link).is_err());
    stage.field.stop_relay();
    stage.field.start_relay(&relay).unwrap();
    stage.phones[0].sync(&stage.link).unwrap();
    stage.sync_desk();
    for record in greedy {
        stage.desk.show(record).unwrap();
    }
}
