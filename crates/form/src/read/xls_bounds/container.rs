//! The small file system (MS-CFB) that holds a workbook's stream.

use std::collections::BTreeSet;

use super::{number16, number32};

const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const END_OF_CHAIN: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const FAT: u32 = 0xffff_fffd;
/// Streams shorter than this lie in small sectors.
const SMALL_STREAM: usize = 4096;
const SECTOR: usize = 512;

/// Takes the workbook's stream out of a file. `None` if there is none or the file is damaged.
pub(super) fn take_out(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.get(..8)? != SIGNATURE {
        return None;
    }
    let sector = match number16(bytes, 30)? {
        9 => 512,
        12 => 4096,
        _ => return None,
    };
    let file = Sectors {
        bytes: bytes.get(sector..)?,
        size: sector,
    };
    let fat = numbers(
        &fat_sectors(bytes, &file)?
            .iter()
            .try_fold(Vec::new(), |mut all, id| {
                all.extend_from_slice(file.get(*id)?);
                Some(all)
            })?,
    );

    let directory = file.chain(number32(bytes, 48)?, &fat)?;
    let entries: Vec<Entry> = directory.chunks(128).filter_map(Entry::read).collect();
    let workbook = ["workbook", "book"]
        .iter()
        .find_map(|name| entries.iter().find(|entry| entry.name == *name))?;
    let mut stream = if workbook.length < SMALL_STREAM {
        let small = file.chain(entries.first()?.start, &fat)?;
        let small_fat = numbers(&file.chain(number32(bytes, 60)?, &fat)?);
        Sectors {
            bytes: &small,
            size: 64,
        }
        .chain(workbook.start, &small_fat)?
    } else {
        file.chain(workbook.start, &fat)?
    };
    (stream.len() >= workbook.length).then(|| stream.truncate(workbook.length))?;
    Some(stream)
}

/// Puts a workbook's stream into a new file.
pub(super) fn put_in(mut stream: Vec<u8>) -> Option<Vec<u8>> {
    // Empty records (kind 0, no data) after the end, so that the stream is no small one.
    stream.resize(stream.len().max(SMALL_STREAM).next_multiple_of(SECTOR), 0);
    let stream_sectors = u32::try_from(stream.len() / SECTOR).ok()?;
    // Sector 0 is the directory, then the stream, then the table that chains them.
    let mut table = vec![END_OF_CHAIN];
    table.extend((1..=stream_sectors).map(|id| {
        if id == stream_sectors {
            END_OF_CHAIN
        } else {
            id + 1
        }
    }));
    let per_sector = SECTOR / 4;
    let mut table_sectors = 1;
    while (table.len() + table_sectors).div_ceil(per_sector) > table_sectors {
        table_sectors += 1;
    }
    let first_table = u32::try_from(table.len()).ok()?;
    table.extend(std::iter::repeat_n(FAT, table_sectors));
    table.resize(table_sectors * per_sector, FREE);

    // The header names 109 sectors of the table; further ones are named in sectors of their own.
    let mut names: Vec<u32> = (0..u32::try_from(table_sectors).ok()?)
        .map(|nth| first_table + nth)
        .collect();
    let further = names.split_off(names.len().min(109));
    let further_sectors: Vec<&[u32]> = further.chunks(per_sector - 1).collect();
    let first_further = first_table + u32::try_from(table_sectors).ok()?;

    let mut file = Vec::new();
    file.extend(SIGNATURE);
    file.extend([0; 16]);
    for half in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    let further_count = u32::try_from(further_sectors.len()).ok()?;
    let start_of_further = if further.is_empty() {
        END_OF_CHAIN
    } else {
        first_further
    };
    let small = u32::try_from(SMALL_STREAM).ok()?;
    for word in [
        0,
        u32::try_from(table_sectors).ok()?,
        0,
        0,
        small,
        END_OF_CHAIN,
        0,
        start_of_further,
        further_count,
    ] {
        file.extend(word.to_le_bytes());
    }
    names.resize(109, FREE);
    names.iter().for_each(|name| file.extend(name.to_le_bytes()));
    file.extend(entry("Root Entry", 5, END_OF_CHAIN, 0, 1));
    file.extend(entry("Workbook", 2, 1, u32::try_from(stream.len()).ok()?, FREE));
    file.extend(entry("", 0, 0, 0, FREE));
    file.extend(entry("", 0, 0, 0, FREE));
    file.extend(stream);
    table.iter().for_each(|next| file.extend(next.to_le_bytes()));
    for (nth, chunk) in further_sectors.iter().enumerate() {
        let mut words = chunk.to_vec();
        words.resize(per_sector - 1, FREE);
        let is_last = nth + 1 == further_sectors.len();
        words.push(if is_last {
            END_OF_CHAIN
        } else {
            first_further + u32::try_from(nth).ok()? + 1
        });
        words.iter().for_each(|word| file.extend(word.to_le_bytes()));
    }
    Some(file)
}

/// The sectors that hold the table of chains.
fn fat_sectors(bytes: &[u8], file: &Sectors<'_>) -> Option<Vec<u32>> {
    let mut ids = numbers(bytes.get(76..512)?);
    let mut next = number32(bytes, 68)?;
    let mut seen = BTreeSet::new();
    while next < FAT - 1 {
        if !seen.insert(next) {
            return None;
        }
        let mut more = numbers(file.get(next)?);
        next = more.pop()?;
        ids.extend(more);
    }
    ids.retain(|id| *id < FAT - 1);
    // One entry of the table for each sector of the file is enough.
    (ids.len() <= file.bytes.len() / file.size + 1).then_some(ids)
}

struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Sectors<'_> {
    /// A sector; the last of a file may be cut off.
    fn get(&self, id: u32) -> Option<&[u8]> {
        let start = (id as usize).checked_mul(self.size)?;
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    /// The sectors from `start` on; `None` if the chain goes in a circle.
    fn chain(&self, start: u32, fat: &[u32]) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        let mut id = start;
        while id != END_OF_CHAIN {
            all.extend_from_slice(self.get(id)?);
            if all.len() > self.bytes.len() {
                return None;
            }
            id = *fat.get(id as usize)?;
        }
        Some(all)
    }
}

struct Entry {
    name: String,
    start: u32,
    length: usize,
}

impl Entry {
    fn read(bytes: &[u8]) -> Option<Entry> {
        let units: Vec<u16> = (0..32)
            .map_while(|nth| number16(bytes, nth * 2))
            .take_while(|unit| *unit != 0)
            .collect();
        let name = String::from_utf16_lossy(&units).to_ascii_lowercase();
        Some(Entry {
            name,
            start: number32(bytes, 116)?,
            length: number32(bytes, 120)? as usize,
        })
    }
}

fn entry(name: &str, kind: u8, start: u32, length: u32, child: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_bytes = if name.is_empty() { 0 } else { bytes.len() + 2 };
    bytes.resize(64, 0);
    bytes.extend(u16::try_from(name_bytes).unwrap_or_default().to_le_bytes());
    bytes.extend([kind, 1]);
    for id in [FREE, FREE, child] {
        bytes.extend(id.to_le_bytes());
    }
    bytes.resize(116, 0);
    bytes.extend(start.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend([0; 4]);
    bytes
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .filter_map(|chunk| number32(chunk, 0))
        .collect()
}
