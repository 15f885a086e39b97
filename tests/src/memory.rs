//! What a running process has in its memory, as a core dump would show it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

/// Returns the bytes of every region of a process's memory that can be read and written: heap, stacks, and what it
/// mapped for itself. `None` where the system does not show it.
///
/// # Panics
/// If the list of regions cannot be understood.
pub fn of(process: u32) -> Option<Vec<Vec<u8>>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut regions = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next()?, words.next()?);
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("a range of addresses");
        let [from, to] = [from, to].map(|end| u64::from_str_radix(end, 16).expect("an address"));
        let mut bytes = vec![0; usize::try_from(to - from).expect("a region that fits")];
        memory.seek(SeekFrom::Start(from)).ok()?;
        // A region may end while it is read: the process goes on.
        if memory.read_exact(&mut bytes).is_ok() {
            regions.push(bytes);
        }
    }
    Some(regions)
}
