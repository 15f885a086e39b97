//! The loop around one call: it does what [`RelayCall`] asks for.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Bytes;
use seal::verify::envelope::verify;
use seal::verify::request::{RequestHeaders, check_request};
use sync::{Page, RelayCall, RelayEffect, RelayEvent, Welcome};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_stream::{Stream, StreamExt as _};
use wire::{Envelope, Hello, MemberId, Piece, Refusal, RefusalCode, Status, Want};

use super::AppState;
use super::pieces::Pieces;
use crate::brought::Share;
use crate::clearance::Clearance;
use crate::store::{Query, Run, StoreError};

/// How long a member may take to say [`SOMETHING`] in the middle of a call.
const SILENCE: Duration = Duration::from_secs(120);
/// How many bytes are something: whoever says one now and then only holds a connection.
const SOMETHING: usize = 1024;
/// How many writes of one call may wait for the writer.
const UNANSWERED: usize = 1024;
/// How many roster entries one call may bring: they prove themselves, and need no member to be known.
const MOST_ENTRIES: usize = 10_000;

/// The call cannot go on: the member is gone, or the store failed. What was acknowledged stays.
pub(super) struct Broken;

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store cannot be used");
        Self
    }
}

/// What a write is waiting for.
enum Pending {
    Known(Status),
    Writer(oneshot::Receiver<Status>, Option<Share>),
}

struct Call {
    state: AppState,
    headers: RequestHeaders,
    session: RelayCall,
    out: mpsc::Sender<Bytes>,
    hello: Option<Hello>,
    pending: VecDeque<Pending>,
    /// Envelopes that were read and not verified yet, so that many are verified on one thread.
    unverified: Vec<Envelope>,
    entries: usize,
    /// Whether the request arrived to its very end.
    whole: bool,
    over: bool,
}

/// Runs one call to its end.
pub(super) async fn run(
    state: AppState,
    headers: RequestHeaders,
    mut body: impl Stream<Item = Result<Bytes, axum::Error>> + Unpin + Send,
    out: mpsc::Sender<Bytes>,
) {
    let mut call = Call {
        state,
        headers,
        session: RelayCall::begin(),
        out,
        hello: None,
        pending: VecDeque::new(),
        unverified: Vec::new(),
        entries: 0,
        whole: false,
        over: false,
    };
    let (mut until, mut said) = (Instant::now() + SILENCE, 0);
    let whole = loop {
        let bytes = match tokio::time::timeout_at(until, body.next()).await {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(None) => break true,
            Ok(Some(Err(_))) | Err(_) => break false,
        };
        said += bytes.len();
        if said >= SOMETHING {
            (until, said) = (Instant::now() + SILENCE, 0);
        }
        if call.event(RelayEvent::Received(bytes.into())).await.is_err() || call.over {
            return;
        }
    };
    call.whole = whole;
    // A request that was cut ends here too: the frame it was cut in does not count, what came before does.
    if call.event(RelayEvent::Ended).await.is_ok() {
        while !call.over && call.settle(0).await.is_ok() && !call.pending.is_empty() {}
    }
}

impl Call {
    /// Gives an event to the session, and does all that follows from it.
    async fn event(&mut self, event: RelayEvent) -> Result<(), Broken> {
        let mut effects: VecDeque<RelayEffect> = self.session.handle(event).into();
        while let Some(effect) = effects.pop_front() {
            let next = self.effect(effect).await?;
            effects.extend(next.into_iter().flat_map(|event| self.session.handle(event)));
        }
        self.verify().await?;
        self.settle(if self.pending.len() > UNANSWERED {
            UNANSWERED / 2
        } else {
            usize::MAX
        })
        .await
    }

    async fn effect(&mut self, effect: RelayEffect) -> Result<Option<RelayEvent>, Broken> {
        Ok(match effect {
            RelayEffect::Append(entry) => {
                self.entries += 1;
                self.pending.push_back(match self.entries > MOST_ENTRIES {
                    true => Pending::Known(Status::Refused),
                    false => Pending::Writer(self.state.writer.append(entry).await, None),
                });
                None
            }
            RelayEffect::Authenticate { hello, signed } => {
                // What came before may be the very entries that make the member known.
                let events = self.settled(0).await?;
                self.hello = Some(hello.clone());
                let (store, programme, member) = (self.state.store.clone(), hello.programme, hello.member);
                let (roster, brought) = (self.state.writer.roster(&programme), self.state.brought.clone());
                let (last, full) = blocking(move || {
                    let full = match roster {
                        Some(roster) => brought.is_full(&roster, &programme, &member)?,
                        None => false,
                    };
                    Ok((store.last(&programme)?, full))
                })
                .await?;
                let answer = self.authenticate(&hello, &signed, last, full);
                for event in events {
                    let effects = self.session.handle(event);
                    self.send_all(effects).await?;
                }
                Some(answer)
            }
            RelayEffect::Keep(envelope) => {
                self.unverified.push(envelope);
                None
            }
            RelayEffect::KeepPiece(piece) => {
                // The envelope that declares it may have come just before.
                self.verify().await?;
                let events = self.settled(0).await?;
                let status = self.keep_piece(piece).await?;
                self.pending.push_back(Pending::Known(status));
                for event in events {
                    let effects = self.session.handle(event);
                    self.send_all(effects).await?;
                }
                None
            }
            RelayEffect::ReadPiece(want) => Some(RelayEvent::Piece(self.read_piece(want).await?)),
            RelayEffect::ReadVectors { all } => {
                let programme = self.programme()?;
                let member = self.hello.as_ref().map(|hello| hello.member).ok_or(Broken)?;
                let roster = self.state.writer.roster(&programme).ok_or(Broken)?;
                let store = self.state.store.clone();
                let desk = Clearance::of(member, &roster, (self.state.clock)()).is_desk();
                let of = (!all || !desk).then_some(member);
                let vectors = blocking(move || store.vectors(&programme, of.as_ref())).await?;
                let store = self.state.store.clone();
                let gathered = Pieces::of(&self.state, programme);
                let held = tokio::task::spawn_blocking(move || gathered.missing(&*store, of.as_ref()));
                Some(RelayEvent::Vectors(vectors, held.await.map_err(|_| Broken)??))
            }
            RelayEffect::ReadRoster { above } => {
                let programme = self.programme()?;
                let position = self.hello.as_ref().map(|hello| hello.roster).ok_or(Broken)?;
                let roster = self.state.writer.roster(&programme).ok_or(Broken)?;
                // Where the member's roster parts from this one is not known here: it skips what it has.
                let above = if roster.on_chain(&position) { above } else { 0 };
                let store = self.state.store.clone();
                let entries = blocking(move || store.roster(&programme, above)).await?;
                Some(RelayEvent::Roster(entries))
            }
            RelayEffect::ReadPage { after } => Some(match self.gives_nothing_yet().await? {
                true => RelayEvent::NotYet,
                false => RelayEvent::Page(self.read(None, after).await?),
            }),
            RelayEffect::ReadWant(want) => Some(RelayEvent::Page(self.read(Some(want), want.from).await?)),
            RelayEffect::Send(bytes) => {
                self.out.send(bytes.into()).await.map_err(|_| Broken)?;
                None
            }
            RelayEffect::Close => {
                self.over = true;
                None
            }
        })
    }

    async fn send_all(&mut self, effects: Vec<RelayEffect>) -> Result<(), Broken> {
        for effect in effects {
            if let RelayEffect::Send(bytes) = effect {
                self.out.send(bytes.into()).await.map_err(|_| Broken)?;
            }
        }
        Ok(())
    }

    fn programme(&self) -> Result<wire::ProgrammeId, Broken> {
        self.hello.as_ref().map(|hello| hello.programme).ok_or(Broken)
    }

    fn authenticate(&self, hello: &Hello, signed: &[u8], last: u64, full: bool) -> RelayEvent {
        let now = (self.state.clock)();
        let (member, programme) = (&hello.member, &hello.programme);
        let turned = |code, hint: &str, height| {
            let nonce = self.state.freshness.issue(member, programme, now);
            RelayEvent::Turned(Refusal {
                code,
                hint: hint.to_owned(),
                height,
                nonce,
            })
        };
        let Some(roster) = self.state.writer.roster(programme) else {
            return match self.state.writer.programmes() >= self.state.bounds.programmes {
                true => turned(
                    RefusalCode::Full,
                    "this relay serves no further programme; ask its administrator",
                    0,
                ),
                false => turned(
                    RefusalCode::UnknownProgramme,
                    "send the roster from the founding",
                    0,
                ),
            };
        };
        let position = roster.position();
        let known = roster.member(member);
        // A desk that is being recovered is no member yet: the root key, which it has from the shares, vouches for it.
        let key = known.map_or(roster.root(), |known| &known.card.sign);
        let call = ("POST", "/v1/sync");
        if let Err(error) = check_request(key, member, &self.headers, call, signed) {
            return match known {
                Some(_) => turned(RefusalCode::BadSignature, &error.to_string(), position.height),
                None => turned(
                    RefusalCode::UnknownMember,
                    "send the roster that admits this member",
                    position.height,
                ),
            };
        }
        if let Err(stale) = self.state.freshness.check(&hello.nonce, member, programme, now) {
            return turned(RefusalCode::Stale, &stale.to_string(), position.height);
        }
        if full {
            return turned(
                RefusalCode::Full,
                "this member has sent as much as the relay keeps of one; what it still holds is safe with it: ask the \
                 relay's administrator (`serve --member-quota`)",
                position.height,
            );
        }
        let welcome = Welcome {
            log: self.state.store.identity().log,
            nonce: self.state.freshness.issue(member, programme, now),
            roster: position,
            last,
        };
        match known {
            Some(_) => RelayEvent::Welcomed(welcome),
            None => {
                tracing::info!("the programme's root key asks for the roster: a desk is being recovered");
                RelayEvent::Recovering(welcome)
            }
        }
    }

    /// Verifies what was read, and queues it.
    async fn verify(&mut self) -> Result<(), Broken> {
        if self.unverified.is_empty() {
            return Ok(());
        }
        let roster = self.state.writer.roster(&self.programme()?).ok_or(Broken)?;
        let envelopes = std::mem::take(&mut self.unverified);
        let brought = self.state.brought.clone();
        let verified = blocking(move || {
            envelopes
                .into_iter()
                .map(|envelope| match verify(envelope, &roster) {
                    Ok(verified) => Ok(Ok((brought.add(&roster, &verified)?, verified))),
                    Err(error) => Ok(Err(error)),
                })
                .collect::<Result<Vec<_>, StoreError>>()
        });
        let caller = self.hello.as_ref().map(|hello| hello.member);
        for verified in verified.await? {
            self.pending.push_back(match verified {
                Ok((Some(share), verified)) => {
                    Pending::Writer(self.state.writer.keep(verified).await, Some(share))
                }
                // What it still has would be refused one by one; cut off, it is told why at the next call.
                Ok((None, verified)) if Some(verified.header().author) == caller => {
                    tracing::warn!("a member has brought as much as it may");
                    return Err(Broken);
                }
                // Whoever carries it is not to blame.
                Ok((None, _)) => Pending::Known(Status::Refused),
                Err(error) => {
                    tracing::warn!(%error, "an envelope was refused");
                    Pending::Known(Status::Refused)
                }
            });
        }
        Ok(())
    }

    /// Answers the oldest writes, until at most `left` wait.
    async fn settle(&mut self, left: usize) -> Result<(), Broken> {
        for event in self.settled(left).await? {
            let mut effects: VecDeque<RelayEffect> = self.session.handle(event).into();
            while let Some(effect) = effects.pop_front() {
                let next = Box::pin(self.effect(effect)).await?;
                effects.extend(next.into_iter().flat_map(|event| self.session.handle(event)));
            }
        }
        Ok(())
    }

    async fn settled(&mut self, left: usize) -> Result<Vec<RelayEvent>, Broken> {
        let mut events = Vec::new();
        while self.pending.len() > left {
            let Some(pending) = self.pending.pop_front() else {
                break;
            };
            let status = match pending {
                Pending::Known(status) => status,
                Pending::Writer(answer, share) => {
                    let status = answer.await.map_err(|_| Broken)?;
                    match share {
                        Some(share) if status == Status::Had => self.state.brought.take_back(&share),
                        _ => {}
                    }
                    status
                }
            };
            events.push(RelayEvent::Kept(status));
        }
        Ok(events)
    }

    /// Returns whether the programme came out of a backup and still waits for a desk. A desk that knows this log has
    /// queued all it holds again, and once the whole of its call is durable, nothing that was erased can be given any more.
    async fn gives_nothing_yet(&self) -> Result<bool, Broken> {
        let hello = self.hello.as_ref().ok_or(Broken)?;
        let (member, programme, log) = (hello.member, hello.programme, hello.log);
        let roster = self.state.writer.roster(&programme).ok_or(Broken)?;
        let store = self.state.store.clone();
        let replayed = self.whole && roster.is_desk(&member) && log == store.identity().log;
        blocking(move || {
            if !store.restored(&programme)? {
                return Ok(false);
            }
            if replayed {
                store.set_replayed(&programme)?;
                tracing::info!("a desk has sent all it holds; a restored programme is given out again");
            }
            Ok(!replayed)
        })
        .await
    }

    /// Keeps bytes of a piece, if this member may bring it.
    async fn keep_piece(&self, piece: Piece) -> Result<Status, Broken> {
        let hello = self.hello.as_ref().ok_or(Broken)?;
        let roster = self.state.writer.roster(&hello.programme).ok_or(Broken)?;
        let (member, now) = (hello.member, (self.state.clock)());
        let (store, gathered) = (self.state.store.clone(), Pieces::of(&self.state, hello.programme));
        let kept = tokio::task::spawn_blocking(move || {
            let clearance = Clearance::of(member, &roster, now);
            gathered.keep(&*store, &clearance, &piece)
        });
        kept.await.map_err(|_| Broken)?
    }

    /// Reads bytes of a piece; nothing at its end, or if it is not whole or not for this member.
    async fn read_piece(&self, want: Want) -> Result<Option<Piece>, Broken> {
        let hello = self.hello.as_ref().ok_or(Broken)?;
        let roster = self.state.writer.roster(&hello.programme).ok_or(Broken)?;
        let (member, now) = (hello.member, (self.state.clock)());
        let (store, gathered) = (self.state.store.clone(), Pieces::of(&self.state, hello.programme));
        let read = tokio::task::spawn_blocking(move || {
            let mut clearance = Clearance::of(member, &roster, now);
            gathered.read(&*store, &mut clearance, want)
        });
        read.await.map_err(|_| Broken)?
    }

    async fn read(&self, want: Option<Want>, after: u64) -> Result<Page, Broken> {
        let hello = self.hello.as_ref().ok_or(Broken)?;
        let (member, programme): (MemberId, _) = (hello.member, hello.programme);
        let roster = self.state.writer.roster(&programme).ok_or(Broken)?;
        let (store, now) = (self.state.store.clone(), (self.state.clock)());
        let run = blocking(move || {
            let mut clearance = Clearance::of(member, &roster, now);
            let query: Option<Query> = match want {
                None => clearance.query(),
                Some(want) => clearance.query_for(want.what, &*store)?,
            };
            match query {
                None => Ok(Run {
                    envelopes: Vec::new(),
                    looked_to: after,
                    more: false,
                }),
                Some(query) => {
                    let run = store.run(&programme, query, after)?;
                    clearance.withhold(run, &*store)
                }
            }
        });
        let Run {
            envelopes,
            looked_to,
            more,
        } = run.await?;
        Ok(Page {
            envelopes,
            looked_to,
            more,
        })
    }
}

async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Broken> {
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store cannot be read");
            Err(Broken)
        }
        Err(_) => Err(Broken),
    }
}
