//! A device that keeps trying: when it goes on, how long it waits, and when it gives up.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Duration;

use baraza_tests::Stage;
use client_core::deeds::sync::SyncError;
use client_core::{Backoff, HttpLink, Link, LinkError, Notebook, RelayAddress, RelayAddressError};
use form::respondent;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use seal::verify::request::RequestHeaders;

/// A link that goes wrong so often before it goes well.
struct Weak {
    link: HttpLink,
    failures: Cell<usize>,
    how: Failure,
}

#[derive(Clone, Copy)]
enum Failure {
    /// There is no connection.
    Unreachable,
    /// The answer is cut just before its end.
    Cut,
    /// The address cannot be called at all.
    Address,
}

impl Link for Weak {
    fn call(
        &self,
        relay: &RelayAddress,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError> {
        let Some(left) = self.failures.get().checked_sub(1) else {
            return self.link.call(relay, headers, body);
        };
        self.failures.set(left);
        match self.how {
            Failure::Unreachable => Err(LinkError::Unreachable {
                relay: relay.to_string(),
                reason: "there is no signal".to_owned(),
            }),
            Failure::Address => Err(RelayAddressError::Scheme(relay.to_string()).into()),
            Failure::Cut => {
                let mut answer = Vec::new();
                self.link
                    .call(relay, headers, body)?
                    .read_to_end(&mut answer)
                    .unwrap();
                answer.pop();
                Ok(Box::new(io::Cursor::new(answer)))
            }
        }
    }
}

fn weak(failures: usize, how: Failure) -> Weak {
    Weak {
        link: HttpLink::default(),
        failures: Cell::new(failures),
        how,
    }
}

fn backoff() -> Backoff {
    Backoff::new(ChaCha20Rng::seed_from_u64(1))
}

/// Keeps syncing over a link, without really waiting. Returns how long it would have waited, and how it ended.
fn waits(notebook: &mut Notebook, link: &Weak) -> (Vec<Duration>, Result<u64, SyncError>) {
    let mut waits = Vec::new();
    let done = notebook.keep_syncing(link, &mut backoff(), &mut |_, wait| {
        waits.push(wait);
        ControlFlow::Continue(())
    });
    (waits, done.map(|report| report.sent))
}

/// One more household that the first phone has visited.
fn visit(stage: &mut Stage, chance: &mut ChaCha20Rng) {
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 1);
    let sheet = respondent::respond(&stage.form, chance, &env);
    let phone = &mut stage.phones[0];
    let record = phone.start("household", Some(&sheet)).unwrap();
    phone.finish(record).unwrap();
}

#[test]
fn it_tries_until_it_goes_well_and_waits_as_the_backoff_says() {
    let mut stage = Stage::set(61);
    visit(&mut stage, &mut ChaCha20Rng::seed_from_u64(61));
    let (waited, sent) = waits(&mut stage.phones[0], &weak(12, Failure::Unreachable));
    let mut same = backoff();
    let expected: Vec<_> = std::iter::repeat_with(|| same.next_wait()).take(12).collect();
    assert_eq!(waited, expected);
    assert!(sent.unwrap() > 0);
    stage.sync_desk();
    assert_eq!(stage.desk.records(None).unwrap().len(), 1);
}

#[test]
fn what_got_through_before_a_cut_lets_the_next_try_begin_soon() {
    let mut stage = Stage::set(62);
    let mut chance = ChaCha20Rng::seed_from_u64(62);
    let mut longest = Duration::ZERO;
    // Every call brings the record's acknowledgement before it is cut, and the next call has a new record to bring.
    for _ in 0..12 {
        visit(&mut stage, &mut chance);
        let mut tries = backoff();
        for _ in 0..8 {
            tries.next_wait();
        }
        let done = stage.phones[0].keep_syncing(&weak(1, Failure::Cut), &mut tries, &mut |_, wait| {
            longest = longest.max(wait);
            ControlFlow::Continue(())
        });
        done.unwrap();
    }
    assert!(
        longest > Duration::ZERO && longest <= Duration::from_secs(2),
        "{longest:?}"
    );
    stage.sync_desk();
    assert_eq!(stage.desk.records(None).unwrap().len(), 12);
}

#[test]
fn cut_calls_that_bring_nothing_are_tried_ever_more_seldom() {
    let mut stage = Stage::set(63);
    let (waited, sent) = waits(&mut stage.phones[0], &weak(12, Failure::Cut));
    assert!(
        waited.iter().any(|wait| *wait > Duration::from_secs(20)),
        "{waited:?}"
    );
    assert_eq!(sent.unwrap(), 0);
}

#[test]
fn what_cannot_pass_by_itself_ends_it_at_once() {
    let mut stage = Stage::set(64);
    let (waited, sent) = waits(&mut stage.phones[0], &weak(1, Failure::Address));
    assert!(waited.is_empty());
    assert!(
        matches!(sent, Err(SyncError::Link(LinkError::Address(_)))),
        "{sent:?}"
    );
}

#[test]
fn who_waits_may_break_off() {
    let mut stage = Stage::set(65);
    let mut told = 0;
    let done = stage.phones[0].keep_syncing(
        &weak(100, Failure::Unreachable),
        &mut backoff(),
        &mut |error, _| {
            assert!(error.to_string().contains("there is no signal"));
            told += 1;
            if told == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert!(
        matches!(done, Err(SyncError::Link(LinkError::Unreachable { .. }))),
        "{done:?}"
    );
    assert_eq!(told, 3);
}
