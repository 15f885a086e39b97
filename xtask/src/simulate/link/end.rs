//! `xtask link-end`: inside a namespace, passes packets between its TUN device and this process's standard input and
//! output, each after its length in two bytes. The line itself is outside, in the process that started this one.

use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;
use std::thread;

use anyhow::Context as _;

/// The longest IP packet.
const LONGEST: usize = 65_535;

/// Passes packets until standard input ends.
pub(crate) fn pass(device: &str) -> anyhow::Result<()> {
    let tun = tun_rs::DeviceBuilder::new()
        .name(device)
        .inherit_enable_state()
        .build_sync()
        .with_context(|| format!("the TUN device {device} cannot be opened"))?;
    let tun = Arc::new(tun);
    let reading = Arc::clone(&tun);
    // It ends with the process, in the middle of its read.
    thread::spawn(move || -> io::Result<()> {
        let mut packet = vec![0; LONGEST];
        loop {
            let length = reading.recv(&mut packet)?;
            write_packet(&mut io::stdout().lock(), packet.get(..length).unwrap_or_default())?;
        }
    });
    let mut input = BufReader::new(io::stdin().lock());
    while let Some(packet) = read_packet(&mut input)? {
        // A device that is down takes none, as a line does that leads nowhere.
        drop(tun.send(&packet));
    }
    Ok(())
}

/// Writes a packet after its length.
pub(crate) fn write_packet(to: &mut impl Write, packet: &[u8]) -> io::Result<()> {
    let length = u16::try_from(packet.len()).map_err(io::Error::other)?;
    to.write_all(&[&length.to_be_bytes(), packet].concat())?;
    to.flush()
}

/// Reads a packet; nothing at the end.
pub(crate) fn read_packet(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
    from.read_exact(&mut packet)?;
    Ok(Some(packet))
}

#[cfg(test)]
mod tests {
    use super::{read_packet, write_packet};

    #[test]
    fn packets_come_out_as_they_went_in() {
        let mut pipe = Vec::new();
        for packet in [&b"one"[..], b"", &[7; 1400]] {
            write_packet(&mut pipe, packet).unwrap();
        }
        assert!(write_packet(&mut pipe, &[0; 70_000]).is_err());
        let mut pipe = &pipe[..];
        assert_eq!(read_packet(&mut pipe).unwrap().unwrap(), b"one");
        assert_eq!(read_packet(&mut pipe).unwrap().unwrap(), b"");
        assert_eq!(read_packet(&mut pipe).unwrap().unwrap(), [7; 1400]);
        assert!(read_packet(&mut pipe).unwrap().is_none());
        assert!(read_packet(&mut &[0, 9, 1][..]).is_err(), "cut in the middle");
    }
}
