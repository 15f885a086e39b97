//! The routes, without a socket.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use baraza_server::store::MemoryStore;
use baraza_server::{AppState, Bounds, app};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use wire::{Frame, FrameReader, Hello, LogId, RefusalCode, RosterPosition};

use crate::members::{Programme, blobs};

/// A relay for one programme.
fn one() -> Bounds {
    Bounds {
        programmes: 1,
        ..Bounds::default()
    }
}

fn ask(request: Request<Body>) -> (StatusCode, Vec<u8>) {
    let store = Arc::new(MemoryStore::by_chance().unwrap());
    let (state, _writer) = AppState::new(store, blobs(), Arc::new(|| 1_795_000_000), one()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = app(state).oneshot(request).await.unwrap();
        let status = answer.status();
        (
            status,
            answer.into_body().collect().await.unwrap().to_bytes().to_vec(),
        )
    })
}

fn get(way: &str) -> (StatusCode, String) {
    let (status, body) = ask(Request::get(way).body(Body::empty()).unwrap());
    (status, String::from_utf8(body).unwrap())
}

#[test]
fn it_says_that_it_is_alive_and_ready() {
    assert_eq!(get("/v1/health"), (StatusCode::OK, "alive\n".into()));
    assert_eq!(get("/v1/ready"), (StatusCode::OK, "ready\n".into()));
}

#[test]
fn a_wrong_address_or_method_is_told_what_to_do() {
    for (way, status) in [
        ("/v2/sync", StatusCode::NOT_FOUND),
        ("/v1/sync", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let (said, body) = get(way);
        assert_eq!(said, status);
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(
            problem["hint"].as_str().unwrap().contains("POST /v1/sync"),
            "{body}"
        );
    }
}

/// Posts bytes as a call. Returns the refusal that is the answer's last frame.
fn refused(body: Vec<u8>, hello: Option<&Hello>) -> wire::Refusal {
    let (status, answer) = ask(Request::post("/v1/sync").body(Body::from(body)).unwrap());
    assert_eq!(status, StatusCode::OK);
    let mut reader = hello.map_or_else(FrameReader::new, FrameReader::answered);
    reader.push(&answer);
    let mut last = None;
    while let Some(frame) = reader.next_with_bytes().unwrap() {
        last = Some(frame.0);
    }
    match last {
        Some(Frame::Refused(refusal)) => refusal,
        other => panic!("no refusal but {other:?}"),
    }
}

#[test]
fn bytes_that_are_no_call_are_refused_with_a_reason() {
    let refusal = refused(b"\x05hello, relay".to_vec(), None);
    assert_eq!(refusal.code, RefusalCode::Malformed);
    assert!(!refusal.hint.is_empty());
    assert_eq!(refused(Vec::new(), None).code, RefusalCode::Malformed);
}

/// Whoever says one byte now and then only holds a connection.
#[tokio::test(start_paused = true)]
async fn a_call_that_trickles_is_cut_after_two_minutes() {
    let store = Arc::new(MemoryStore::by_chance().unwrap());
    let (state, _writer) = AppState::new(store, blobs(), Arc::new(|| 1_795_000_000), one()).unwrap();
    let trickle = futures_util::stream::unfold(0u64, |said| async move {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        // The length of a frame that never becomes whole.
        let byte = if said == 0 { &b"\x7f"[..] } else { &b"x"[..] };
        (said < 100).then_some((Ok::<_, std::io::Error>(byte), said + 1))
    });
    let started = tokio::time::Instant::now();
    let request = Request::post("/v1/sync")
        .body(Body::from_stream(trickle))
        .unwrap();
    let answer = app(state).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(started.elapsed().as_secs(), 120);
}

#[test]
fn a_programme_that_is_not_here_is_asked_for_its_roster() {
    let programme = Programme::found(1);
    let hello = Hello {
        programme: programme.id,
        member: programme.members[1].id,
        cursor: 0,
        log: LogId([0; 8]),
        roster: RosterPosition::EMPTY,
        nonce: Vec::new(),
        wants: Vec::new(),
        probe: false,
    };
    let (_, body) = sync::MemberCall::begin(hello.clone());
    assert_eq!(refused(body, Some(&hello)).code, RefusalCode::UnknownProgramme);
}
