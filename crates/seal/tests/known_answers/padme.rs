//! Padmé's sizes: Nikitin, Barman, Lueks, Underwood, Hubaux, Ford, *Reducing Metadata Leakage from Encrypted Files
//! and Communication with PURBs*, PETS 2019, algorithm 1.

use std::collections::BTreeSet;

use baraza_seal::payload::{FLOOR, padme};

/// A length and what the paper's rule makes of it.
const TABLE: [(usize, usize); 17] = [
    (9, 10),
    (15, 16),
    (17, 18),
    (33, 36),
    (100, 104),
    (129, 144),
    (200, 208),
    (257, 272),
    (513, 544),
    (777, 800),
    (1025, 1088),
    (4097, 4352),
    (10_000, 10_240),
    (12_345, 12_800),
    (65_537, 67_584),
    (1_000_000, 1_015_808),
    (1_234_567, 1_245_184),
];

/// The paper's algorithm 1, word for word.
fn paper(length: usize) -> usize {
    let e = (length as f64).log2().floor() as u32;
    let s = f64::from(e).log2().floor() as u32 + 1;
    let last_bits = e.saturating_sub(s);
    let bit_mask = 2usize.pow(last_bits) - 1;
    (length + bit_mask) & !bit_mask
}

#[test]
fn the_sizes_are_those_of_the_table() {
    for (length, size) in TABLE {
        assert_eq!(paper(length), size, "{length}");
        assert_eq!(padme(length), size.max(FLOOR), "{length}");
    }
}

#[test]
fn every_size_is_the_papers_or_the_floor() {
    for length in (2..FLOOR)
        .chain(FLOOR..1 << 16)
        .chain((1 << 16..1 << 22).step_by(61))
    {
        assert_eq!(padme(length), paper(length).max(FLOOR), "{length}");
    }
}

#[test]
fn a_million_lengths_have_few_sizes_and_none_costs_more_than_an_eighth() {
    let sizes = |rule: fn(usize) -> usize| (1..1 << 20).map(rule).collect::<BTreeSet<_>>();
    let (papers, ours) = (sizes(paper), sizes(padme));
    assert_eq!((papers.len(), ours.len()), (300, 265));
    assert_eq!(ours, papers.into_iter().filter(|size| *size >= FLOOR).collect());
    let worst = (FLOOR..1 << 20)
        .map(|length| (padme(length) - length, length))
        .max_by(|(more, a), (most, b)| (more * b).cmp(&(most * a)));
    assert_eq!(worst, Some((15, 129)), "11.63 % at 129");
}
