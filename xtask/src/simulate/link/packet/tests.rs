use proptest::prelude::*;

use super::Segment;

pub(crate) const SYN: u8 = 0x02;
const RELAY: u16 = 8080;

/// A TCP segment over IPv4; the relay's port says which way it goes.
pub(crate) fn packet(from_port: u16, to_port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let (device, relay) = ([10, 0, 0, 2], [10, 0, 0, 1]);
    let mut packet = vec![0x45, 0];
    packet.extend((40 + payload.len() as u16).to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, 6, 0, 0]);
    for port in [from_port, to_port] {
        packet.extend(if port == RELAY { relay } else { device });
    }
    packet.extend(from_port.to_be_bytes());
    packet.extend(to_port.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(payload);
    packet
}

#[test]
fn both_directions_are_one_connection() {
    let up = packet(4000, RELAY, 7, SYN, b"");
    let down = packet(RELAY, 4000, 9, SYN | 0x10, b"hello");
    let (up, down) = (Segment::read(&up).unwrap(), Segment::read(&down).unwrap());
    assert_eq!(up.connection, down.connection);
    assert_eq!((up.opens, up.sequence, up.payload), (true, 7, &b""[..]));
    assert_eq!(
        (down.opens, down.sequence, down.payload),
        (false, 9, &b"hello"[..])
    );
    let other = packet(4001, RELAY, 7, SYN, b"");
    assert_ne!(up.connection, Segment::read(&other).unwrap().connection);
}

proptest! {
    #[test]
    fn any_bytes_are_a_segment_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..80), whole in any::<bool>()) {
        let mut packet = bytes;
        if whole && packet.len() > 9 {
            packet[0] = 0x45;
            packet[9] = 6;
        }
        if let Some(segment) = Segment::read(&packet) {
            prop_assert!(segment.payload.len() < packet.len());
        }
    }
}
