//! The fuzzer's bytes, taken apart piece by piece. What is missing at the end counts as zeros.

/// Takes pieces from the front of the fuzzer's bytes.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Says whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns all that is left.
    pub fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Takes `length` bytes, or as many as there are.
    pub fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Takes one byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// Takes `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for (to, from) in bytes.iter_mut().zip(self.take(N)) {
            *to = *from;
        }
        bytes
    }

    /// Takes a length of two bytes, little end first, and as many bytes.
    pub fn sized(&mut self) -> &'a [u8] {
        let length = u16::from_le_bytes(self.array());
        self.take(usize::from(length))
    }

    /// Takes a [sized](Self::sized) text; what is not UTF-8 in it is replaced.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.sized()).into_owned()
    }
}

/// Cuts `bytes` into pieces whose lengths follow from `seed`; with seed 0 it is one piece.
pub fn pieces(bytes: &[u8], seed: u8) -> Vec<&[u8]> {
    if seed == 0 {
        return vec![bytes];
    }
    let mut state = u32::from(seed);
    let mut input = Input::new(bytes);
    let mut pieces = Vec::new();
    while !input.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Mostly short ones, so that lengths and ids are cut; none at all now and then.
        let length = state >> 24;
        pieces.push(input.take(length as usize % if length > 200 { 97 } else { 9 }));
    }
    pieces
}

/// Returns the bytes as [`Input::sized`] takes them.
pub fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a seed is shorter than 64 KiB");
    [&length.to_le_bytes()[..], bytes].concat()
}
