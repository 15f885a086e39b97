//! A relay that lies: what it answers is rewritten before it arrives.

use std::cell::RefCell;
use std::io::{Cursor, Read};

use client_core::{HttpLink, Link, LinkError, RelayAddress};
use seal::verify::request::RequestHeaders;
use wire::{Envelope, Frame, FrameReader, FrameWriter, Hello, Kind, Part, PartHeader};

type Lie<'a> = Box<dyn FnMut(Vec<Frame>) -> Vec<Frame> + 'a>;

/// A link at whose other end is a relay that rewrites its answers.
pub(crate) struct Liar<'a> {
    link: HttpLink,
    lie: RefCell<Lie<'a>>,
}

impl<'a> Liar<'a> {
    /// Rewrites the frames of each answer.
    pub(crate) fn about_frames(lie: impl FnMut(Vec<Frame>) -> Vec<Frame> + 'a) -> Self {
        Self {
            link: HttpLink::default(),
            lie: RefCell::new(Box::new(lie)),
        }
    }

    /// Rewrites the run of envelopes in each answer, with the relay's numbers.
    pub(crate) fn about_envelopes(
        mut lie: impl FnMut(Vec<(u64, Envelope)>) -> Vec<(u64, Envelope)> + 'a,
    ) -> Self {
        Self::about_frames(move |frames| {
            let mut pulled = Vec::new();
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for frame in frames {
                match frame {
                    Frame::Pull { sequence, envelope } => pulled.push((sequence, envelope)),
                    other if pulled.is_empty() => before.push(other),
                    other => after.push(other),
                }
            }
            let told = if pulled.is_empty() { pulled } else { lie(pulled) };
            before.extend(
                told.into_iter()
                    .map(|(sequence, envelope)| Frame::Pull { sequence, envelope }),
            );
            before.extend(after);
            before
        })
    }
}

impl Link for Liar<'_> {
    fn call(
        &self,
        relay: &RelayAddress,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError> {
        let (mut asked, mut said) = (Vec::new(), Vec::new());
        body.read_to_end(&mut asked).unwrap();
        let hello = hello_of(&asked);
        let mut answer = self.link.call(relay, headers, &mut asked.as_slice())?;
        answer.read_to_end(&mut said).unwrap();
        let mut reader = FrameReader::answered(&hello);
        reader.push(&said);
        let frames = std::iter::from_fn(|| reader.next_frame().unwrap()).collect();
        let mut writer = FrameWriter::answering(&hello);
        let told = (self.lie.borrow_mut())(frames);
        let told: Vec<u8> = told.iter().flat_map(|frame| writer.write(frame)).collect();
        Ok(Box::new(Cursor::new(told)))
    }
}

fn hello_of(asked: &[u8]) -> Hello {
    let mut reader = FrameReader::new();
    reader.push(asked);
    match reader.next_frame().unwrap() {
        Some(Frame::Hello(hello)) => hello,
        other => panic!("{other:?}"),
    }
}

/// Returns where the envelopes of a kind stand in a run.
pub(crate) fn places(run: &[(u64, Envelope)], kind: Kind) -> Vec<usize> {
    let of_kind = run
        .iter()
        .enumerate()
        .filter(|(_, (_, envelope))| envelope.header.kind == kind);
    of_kind.map(|(place, _)| place).collect()
}

/// Puts other bytes in the place of an envelope's first part, and says in its header that they are the right ones.
pub(crate) fn put_in(envelope: &mut Envelope, bytes: Vec<u8>) {
    let part = envelope.header.parts.first_mut().unwrap();
    *part = PartHeader::of(part.compartment, part.key, &bytes);
    envelope.parts[0] = Part::Here(bytes);
}
