//! What the line must know of a packet: whose connection it belongs to, and which bytes of it it carries.
//! IPv4 without options that matter (RFC 791) and TCP (RFC 9293); anything else is nobody's.

use std::net::Ipv4Addr;

/// The two ends of a TCP connection, the lower one first, so that both directions are one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Connection([(Ipv4Addr, u16); 2]);

/// A TCP segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) connection: Connection,
    /// Whether it opens a connection: SYN without ACK.
    pub(crate) opens: bool,
    /// The sequence number of its first byte; of the SYN itself, if it has one.
    pub(crate) sequence: u32,
    pub(crate) payload: &'a [u8],
}

const TCP: u8 = 6;
const SYN_AND_ACK: u8 = 0x12;
const SYN_ONLY: u8 = 0x02;

impl<'a> Segment<'a> {
    /// Reads a packet. Returns nothing if it is no whole TCP segment over IPv4.
    pub(crate) fn read(packet: &'a [u8]) -> Option<Self> {
        let first = *packet.first()?;
        if first >> 4 != 4 || *packet.get(9)? != TCP {
            return None;
        }
        let whole = packet.get(..usize::from(two(packet, 2)?))?;
        let tcp = whole.get(usize::from(first & 0x0f) * 4..)?;
        let from = (address(packet, 12)?, two(tcp, 0)?);
        let to = (address(packet, 16)?, two(tcp, 2)?);
        let header = usize::from(*tcp.get(12)? >> 4) * 4;
        Some(Self {
            connection: Connection([from.min(to), from.max(to)]),
            opens: *tcp.get(13)? & SYN_AND_ACK == SYN_ONLY,
            sequence: u32::from_be_bytes(tcp.get(4..8)?.try_into().ok()?),
            payload: tcp.get(header..)?,
        })
    }
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(four.into())
}

#[cfg(test)]
pub(super) mod tests;
