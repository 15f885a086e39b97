use std::time::Duration;

use super::super::packet::tests::{SYN, packet};
use super::{CUT_SECONDS, End, Line, QUEUE, Terms};

const ACK: u8 = 0x10;

fn terms(loss: f64) -> Terms {
    Terms {
        rate: 64_000,
        round_trip: Duration::from_millis(800),
        loss,
        first_cut: Duration::from_secs(20),
        cut_every: Duration::from_secs(20),
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn a_packet_takes_its_time_on_the_line_and_then_half_the_round_trip() {
    let mut line = Line::lay(terms(0.0), 1);
    // 800 bytes at 8,000 a second are 100 ms; the second one waits for the first.
    line.send(End::Relay, vec![0; 800], Duration::ZERO);
    line.send(End::Relay, vec![1; 800], Duration::ZERO);
    line.send(End::Device, vec![2; 800], Duration::ZERO);
    assert_eq!(line.next_arrival(), Some(seconds(0.5)));
    assert!(line.arrived(seconds(0.499)).is_empty());
    let first = line.arrived(seconds(0.5));
    assert_eq!(first, [(End::Relay, vec![0; 800]), (End::Device, vec![2; 800])]);
    assert_eq!(line.arrived(seconds(0.6)), [(End::Relay, vec![1; 800])]);
    assert_eq!(line.next_arrival(), None);
}

#[test]
fn what_finds_no_room_in_the_queue_is_dropped() {
    let mut line = Line::lay(terms(0.0), 1);
    for _ in 0..100 {
        line.send(End::Relay, vec![0; 1000], Duration::ZERO);
    }
    assert_eq!(line.fate().overflowed, 100 - QUEUE / 1000);
    assert_eq!(line.arrived(seconds(10.0)).len() as u64, QUEUE / 1000);
}

#[test]
fn a_tenth_is_lost_and_the_same_tenth_for_one_seed() {
    let run = |seed| {
        let mut line = Line::lay(terms(0.1), seed);
        let mut arrived = Vec::new();
        for n in 0..190_u16 {
            let now = Duration::from_millis(u64::from(n) * 100);
            line.send(End::Relay, n.to_be_bytes().to_vec(), now);
            arrived.extend(line.arrived(now));
        }
        (arrived, line.fate())
    };
    let (arrived, fate) = run(7);
    assert!((5..40).contains(&fate.lost), "{fate:?}");
    assert_eq!(run(7), (arrived.clone(), fate));
    assert_ne!(run(8).0, arrived);
}

#[test]
fn a_cut_takes_what_is_on_the_line_and_ends_after_a_while() {
    let mut line = Line::lay(terms(0.0), 1);
    line.send(End::Relay, vec![1], seconds(19.9));
    line.send(End::Relay, vec![2], seconds(20.1));
    assert!(line.arrived(seconds(20.1 + CUT_SECONDS.end)).is_empty());
    line.send(End::Relay, vec![3], seconds(20.1 + CUT_SECONDS.end));
    assert_eq!(line.arrived(seconds(30.0)), [(End::Relay, vec![3])]);
    assert_eq!((line.cuts(), line.fate().cut), (1, 2));
    line.send(End::Relay, vec![4], seconds(40.1));
    assert_eq!((line.cuts(), line.fate().cut), (2, 3));
}

#[test]
fn a_connection_from_before_a_cut_is_dead_after_it_and_a_new_one_lives() {
    let mut line = Line::lay(terms(0.0), 1);
    let mut passes = |from_port, flags, at| {
        line.send(End::Relay, packet(from_port, 8080, 1, flags, b""), seconds(at));
        let there = !line.arrived(seconds(at + 1.0)).is_empty();
        // And the way back, which has the ports the other way round.
        line.send(
            End::Device,
            packet(8080, from_port, 1, ACK, b""),
            seconds(at + 1.0),
        );
        let back = !line.arrived(seconds(at + 2.0)).is_empty();
        assert_eq!(there, back, "both ways or none");
        there
    };
    assert!(passes(4000, SYN, 10.0));
    assert!(passes(4000, ACK, 15.0));
    assert!(!passes(4000, ACK, 30.0), "opened before the cut");
    assert!(passes(4001, SYN, 32.0));
    assert!(passes(4001, ACK, 35.0));
    assert!(
        passes(4000, SYN, 37.0),
        "the port is used again, for a new connection"
    );
}
