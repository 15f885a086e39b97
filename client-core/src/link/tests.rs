use std::io::{self, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use seal::verify::request::RequestHeaders;

use super::{HttpLink, Link as _, LinkError, LinkTimeouts, RelayAddress};

const SHORT: Duration = Duration::from_millis(300);
/// Long enough that a busy machine does not look like a slow link meanwhile.
const DOUBT: Duration = Duration::from_millis(1500);
const LONG: Duration = Duration::from_secs(60);

fn at(address: SocketAddr) -> RelayAddress {
    RelayAddress::without_key(&format!("http://{address}"))
}

fn timeouts(stall: Duration, silence: Duration) -> LinkTimeouts {
    LinkTimeouts {
        connect: LONG,
        doubt: LONG,
        stall,
        silence,
    }
}

/// Calls a relay that treats each connection so. Returns the answer, and how long it took.
fn call(
    timeouts: LinkTimeouts,
    relay: impl Fn(TcpStream) + Send + 'static,
    body: &mut dyn Read,
) -> (Result<Vec<u8>, LinkError>, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            relay(connection.unwrap());
        }
    });
    let headers = RequestHeaders {
        hello: String::new(),
        input: String::new(),
        signature: String::new(),
    };
    let began = Instant::now();
    let answer = HttpLink::with(timeouts).call(&at(address), &headers, body);
    let read = answer.map(|mut answer| {
        let mut bytes = Vec::new();
        answer.read_to_end(&mut bytes).unwrap();
        bytes
    });
    (read, began.elapsed())
}

fn read_head(connection: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
}

#[test]
fn a_relay_that_takes_nothing_any_more_is_given_up_after_the_stall() {
    let never_reads = |connection| {
        thread::sleep(LONG);
        drop(connection);
    };
    let (answer, took) = call(timeouts(SHORT, LONG), never_reads, &mut io::repeat(7));
    assert!(matches!(answer, Err(LinkError::Unreachable { .. })), "{answer:?}");
    assert!(took >= SHORT && took < LONG / 2, "{took:?}");
}

/// A relay that takes a connection and reads nothing of it, and how long a link waits for it. After the first connection it
/// takes no other, or does.
fn stalled(takes_others: bool, rounds: usize) -> Vec<(Duration, bool)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let open = thread::spawn(move || {
        let first = listener.accept().unwrap();
        if takes_others {
            thread::sleep(LONG);
        }
        drop(listener);
        thread::sleep(LONG);
        drop(first);
    });
    let link = HttpLink::with(LinkTimeouts {
        doubt: DOUBT,
        ..timeouts(5 * DOUBT, LONG)
    });
    let headers = RequestHeaders {
        hello: String::new(),
        input: String::new(),
        signature: String::new(),
    };
    let took = (0..rounds).map(|_| {
        let began = Instant::now();
        let answer = link.call(&at(address), &headers, &mut io::repeat(7));
        assert!(matches!(
            answer,
            Err(LinkError::Unreachable { .. } | LinkError::Forgotten { .. })
        ));
        (
            began.elapsed(),
            matches!(answer, Err(LinkError::Forgotten { .. })),
        )
    });
    let took = took.collect();
    drop(open);
    took
}

#[test]
fn a_connection_that_the_network_has_forgotten_is_given_up_as_soon_as_another_comes_about() {
    let [(first, forgotten), (second, also)]: [_; 2] = stalled(true, 2).try_into().unwrap();
    assert!(forgotten && also);
    assert!(first >= DOUBT && first < 4 * DOUBT, "{first:?}");
    // It may be the relay that is busy: it is given more time.
    assert!(second >= 2 * DOUBT && second < 5 * DOUBT, "{second:?}");
}

#[test]
fn while_the_network_is_away_a_connection_is_waited_for_until_the_stall() {
    let (took, forgotten) = stalled(false, 1)[0];
    assert!(!forgotten);
    assert!(took >= 5 * DOUBT - SHORT && took < LONG / 2, "{took:?}");
}

#[test]
fn a_relay_that_does_not_answer_is_given_up_after_the_silence() {
    let never_answers = |mut connection: TcpStream| {
        drop(io::copy(&mut connection, &mut io::sink()));
    };
    let (answer, took) = call(timeouts(LONG, SHORT), never_answers, &mut &b"hello"[..]);
    assert!(matches!(answer, Err(LinkError::Unreachable { .. })), "{answer:?}");
    assert!(took >= SHORT && took < LONG / 2, "{took:?}");
}

#[test]
fn a_slow_relay_is_waited_for_as_long_as_it_goes_on() {
    // Altogether the answer takes longer than any single silence may last.
    let slowly = |mut connection: TcpStream| {
        read_head(&mut connection);
        connection
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n")
            .unwrap();
        for byte in b"answered" {
            thread::sleep(SHORT / 4);
            connection.write_all(&[*byte]).unwrap();
        }
    };
    let (answer, took) = call(timeouts(LONG, SHORT), slowly, &mut &b"hello"[..]);
    assert_eq!(answer.unwrap(), b"answered");
    assert!(took > SHORT * 3 / 2, "{took:?}");
}

#[test]
fn a_connection_is_used_again_and_one_that_the_relay_closed_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Two answers on the first connection, and one on each that follows.
    let counted = thread::spawn(move || {
        let mut connections = 0;
        for answers in [2, 1] {
            let (mut connection, _) = listener.accept().unwrap();
            connections += 1;
            for _ in 0..answers {
                read_head(&mut connection);
                connection.read_exact(&mut [0; 5]).unwrap();
                connection
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                    .unwrap();
            }
        }
        connections
    });
    let link = HttpLink::default();
    for n in 0..3 {
        let headers = RequestHeaders {
            hello: String::new(),
            input: String::new(),
            signature: String::new(),
        };
        let mut answer = link
            .call(&at(address), &headers, &mut &b"hello"[..])
            .unwrap_or_else(|error| panic!("call {n}: {error}"));
        let mut bytes = Vec::new();
        answer.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"ok");
        // The relay's end of a connection takes a moment to arrive.
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(counted.join().unwrap(), 2);
}
