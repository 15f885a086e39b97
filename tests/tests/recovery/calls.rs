//! A call to the relay by hand: any member id, any key, any frames.

use std::io::Read as _;

use client_core::{HttpLink, Link as _, RelayAddress};
use seal::keys::SignKey;
use seal::verify::request::request_headers;
use wire::{
    CompartmentId, Envelope, Frame, FrameReader, FrameWriter, Hello, LogId, MemberId, ProgrammeId, Reader,
    RosterPosition, Want, Wanted,
};

pub(crate) struct Caller<'a> {
    pub(crate) relay: &'a RelayAddress,
    pub(crate) programme: ProgrammeId,
    pub(crate) member: MemberId,
    pub(crate) key: &'a SignKey,
}

impl Caller<'_> {
    /// Calls with a nonce of the relay's, wants everything, and pushes an envelope if there is one. Returns the answer.
    pub(crate) fn call(&self, push: Option<&Envelope>) -> Vec<Frame> {
        let first = self.call_with(Vec::new(), push);
        match first.as_slice() {
            [Frame::Refused(refusal)] if refusal.code == wire::RefusalCode::Stale => {
                self.call_with(refusal.nonce.clone(), push)
            }
            _ => first,
        }
    }

    /// Calls with a nonce.
    pub(crate) fn call_with(&self, nonce: Vec<u8>, push: Option<&Envelope>) -> Vec<Frame> {
        let compartments = [
            CompartmentId::GENERAL,
            CompartmentId::IDENTITY,
            CompartmentId::MEMBERS,
        ];
        let hello = Hello {
            programme: self.programme,
            member: self.member,
            cursor: 0,
            log: LogId([0; 8]),
            roster: RosterPosition::EMPTY,
            nonce,
            wants: compartments
                .map(|compartment| Want {
                    what: Wanted::Compartment(compartment),
                    from: 0,
                })
                .into(),
            probe: true,
        };
        let mut writer = FrameWriter::new();
        let mut body = writer.write(&Frame::Hello(hello.clone()));
        let mut reader = Reader::new(&body);
        reader.varint().unwrap();
        let headers = request_headers(self.key, self.member, "POST", "/v1/sync", reader.rest());
        body.extend(
            push.into_iter()
                .flat_map(|envelope| writer.write(&Frame::Push(envelope.clone()))),
        );
        let mut answer = Vec::new();
        HttpLink::default()
            .call(self.relay, &headers, &mut body.as_slice())
            .unwrap()
            .read_to_end(&mut answer)
            .unwrap();
        let mut frames = FrameReader::answered(&hello);
        frames.push(&answer);
        std::iter::from_fn(|| frames.next_frame().unwrap()).collect()
    }
}
