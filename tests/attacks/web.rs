//! The relay as a web server: what a request says about itself is not believed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::ground::{Programme, Site, is_done, signed};

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
