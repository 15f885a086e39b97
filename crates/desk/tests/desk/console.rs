//! The console: who is let in, what the pages show, and how a disagreement is settled.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use baraza_desk::web::{ServeError, Token, serve};
use client_core::HttpLink;
use form::Value;

use crate::browser::{self, Browser, HOST, form_after};
use crate::field::{at, dispute, lone_desk};

fn post(browser: &Browser, way: &str, fields: &[(&str, String)]) -> browser::Answer {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser.post(way, &fields)
}

#[test]
fn without_the_token_nothing_is_answered() {
    let (_folder, desk, record) = lone_desk();
    let outside = Browser::outside(&desk);
    for way in [
        "/",
        "/devices",
        "/disagreements",
        "/forms/household",
        "/assets/desk.css",
        "/nothing",
    ] {
        let answer = outside.get(way);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{way}");
        assert!(
            !answer.body.contains("Desk in town") && !answer.body.contains("Household"),
            "{way}"
        );
    }
    assert_eq!(
        outside.get(&format!("/records/{record}")).status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(outside.post("/sync", &[]).status, StatusCode::UNAUTHORIZED);
    for way in [
        "/enter",
        "/enter?token=",
        "/enter?token=0707",
        "/enter?token=zz&token=yy",
    ] {
        let answer = outside.get(way);
        assert!(
            answer.status.is_client_error() && answer.header("set-cookie").is_empty(),
            "{way}"
        );
    }
    let mut guessed = Browser::outside(&desk);
    guessed.cookie = Some(format!("baraza_desk_{}={}", browser::PORT, "00".repeat(32)));
    assert_eq!(guessed.get("/").status, StatusCode::UNAUTHORIZED);
    assert_eq!(Browser::inside(&desk).get("/").status, StatusCode::OK);
}

#[test]
fn another_host_is_refused_even_with_the_cookie() {
    let (_folder, desk, _) = lone_desk();
    let inside = Browser::inside(&desk);
    for host in [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:4712",
        "localhost.evil.example:4711",
        "[::1]:4711",
    ] {
        let mut request = inside.request(Method::GET, "/").body(Body::empty()).unwrap();
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        assert_eq!(
            inside.send(request).status,
            StatusCode::MISDIRECTED_REQUEST,
            "{host}"
        );
    }
    let mut request = inside.request(Method::GET, "/").body(Body::empty()).unwrap();
    request.headers_mut().remove(header::HOST);
    assert_eq!(inside.send(request).status, StatusCode::MISDIRECTED_REQUEST);
    let mut request = inside.request(Method::GET, "/").body(Body::empty()).unwrap();
    request
        .headers_mut()
        .append(header::HOST, "evil.example".parse().unwrap());
    assert_eq!(inside.send(request).status, StatusCode::MISDIRECTED_REQUEST);
    let mut request = inside
        .request(Method::GET, "http://evil.example/")
        .body(Body::empty())
        .unwrap();
    request.headers_mut().insert(header::HOST, HOST.parse().unwrap());
    assert_eq!(inside.send(request).status, StatusCode::MISDIRECTED_REQUEST);
    let mut request = inside.request(Method::GET, "/").body(Body::empty()).unwrap();
    request
        .headers_mut()
        .insert(header::HOST, "localhost:4711".parse().unwrap());
    assert_eq!(inside.send(request).status, StatusCode::OK);
}

#[test]
fn a_form_from_another_page_does_nothing() {
    let (_folder, desk, _) = lone_desk();
    let inside = Browser::inside(&desk);
    let page = inside.get("/").body;
    let fields = form_after(&page, "page-head");
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1:4711",
        "http://localhost:4711",
        "",
    ] {
        assert_eq!(
            inside.post_from(origin, "/sync", &fields).status,
            StatusCode::FORBIDDEN,
            "{origin}"
        );
    }
    assert_eq!(inside.post("/sync", &[]).status, StatusCode::FORBIDDEN);
    assert_eq!(
        inside.post("/sync", &[("form_token", "00")]).status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(inside.post("/sync", &fields).status, StatusCode::SEE_OTHER);
}

#[test]
fn every_answer_tells_the_browser_how_little_it_may_do() {
    let (_folder, desk, record) = lone_desk();
    let inside = Browser::inside(&desk);
    let outside = Browser::outside(&desk);
    let record = format!("/records/{record}");
    let ways = [
        "/",
        "/devices",
        "/disagreements",
        "/forms/household",
        &record,
        "/assets/desk.js",
        "/nothing",
    ];
    for answer in ways
        .iter()
        .map(|way| inside.get(way))
        .chain([outside.get("/"), outside.get("/enter?token=1")])
    {
        let csp = answer.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(csp.contains(rule), "{csp}");
        }
        assert!(!csp.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        for foreign in ["http://", "https://", "style=\"", "onclick", "javascript:"] {
            assert!(
                !answer.body.contains(foreign) || answer.header("content-type").contains("svg"),
                "{foreign}"
            );
        }
    }
}

#[test]
fn an_answer_is_shown_as_text_and_never_run() {
    let (_folder, desk, record) = lone_desk();
    let page = Browser::inside(&desk).get(&format!("/records/{record}")).body;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains("<script>alert"));
    let page = Browser::inside(&desk).get("/forms/%3Cscript%3E").body;
    assert!(!page.contains("<script>"), "{page}");
}

#[test]
fn the_pages_show_what_the_desk_has() {
    let (_folder, desk, record) = lone_desk();
    let inside = Browser::inside(&desk);
    let overview = inside.get("/");
    assert_eq!(overview.status, StatusCode::OK);
    for told in [
        "Desk in town",
        "Household",
        "Finished on the last 14 days",
        "Sync now",
        "nothing is missing",
    ] {
        assert!(overview.body.contains(told), "{told}");
    }
    let list = inside.get("/forms/household").body;
    assert!(list.contains(&format!("/records/{record}")) && list.contains("received"));
    assert!(
        inside
            .get("/forms/household?only=disagreements")
            .body
            .contains("Nobody disagrees")
    );
    assert!(
        inside
            .get("/disagreements?page=7")
            .body
            .contains("Nobody disagrees")
    );
    assert!(inside.get("/devices").body.contains("Desk in town"));

    let page = inside.get(&format!("/records/{record}")).body;
    for told in [
        "The home",
        "Is there water?",
        "Age of Awa",
        "badge identity",
        "badge protected",
        "History: 1 entry",
    ] {
        assert!(page.contains(told), "{told}");
    }
    let page = inside.get(&format!("/records/{record}?lang=French%20(fr)")).body;
    for told in [
        "Le foyer",
        "Y a-t-il de l'eau ?",
        ">Oui<",
        "Âge de Awa",
        "lang=\"fr\"",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn what_is_not_there_is_said_kindly() {
    let (_folder, desk, _) = lone_desk();
    let inside = Browser::inside(&desk);
    for way in [
        "/nothing",
        "/forms/nobody",
        "/records/7",
        "/records/00000000-0000-4000-8000-000000000000",
        "/sync",
    ] {
        let answer = inside.get(way);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{way}");
        assert!(answer.body.contains("Go to the overview"), "{way}");
    }
}

#[test]
fn a_sync_that_fails_says_what_to_do() {
    let (_folder, desk, _) = lone_desk();
    let inside = Browser::inside(&desk);
    let page = inside.get("/").body;
    let synced = post(&inside, "/sync", &form_after(&page, "page-head"));
    assert_eq!(synced.status, StatusCode::SEE_OTHER);
    let page = inside.get("/").body;
    assert!(page.contains("The sync did not end") && page.contains("Nothing is lost"));
    assert!(
        !inside.get("/").body.contains("The sync did not end"),
        "it is said once"
    );
}

#[test]
fn a_disagreement_is_found_and_settled_with_a_click() {
    let story = dispute();
    let inside = Browser::inside(&story.desk);
    assert!(inside.get("/").body.contains("People disagree"));
    let page = inside.get(&format!("/records/{}", story.record)).body;
    assert!(page.contains("2 disagreements are"));
    assert!(page.contains("amina") && page.contains("bakary") && page.contains("Edited meanwhile"));
    let list = inside.get("/disagreements").body;
    assert!(list.contains("Meals yesterday"));

    let way = format!("/records/{}/settle", story.record);
    let six = form_after(&list, "<p class=\"value\">6");
    assert_eq!(post(&inside, &way, &six).header("location"), "/disagreements");
    assert!(inside.get("/disagreements").body.contains("Settled."));
    let again = post(&inside, &way, &six);
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(inside.get("/disagreements").body.contains("settled already"));

    let page = inside.get(&format!("/records/{}", story.record)).body;
    let keep = form_after(&page, "Edited meanwhile");
    let kept = post(&inside, &way, &keep);
    assert!(
        kept.header("location")
            .starts_with(&format!("/records/{}", story.record))
    );
    let page = inside.get(kept.header("location")).body;
    assert!(
        page.contains("Settled.") && !page.contains("data-dispute"),
        "{page}"
    );

    let mut desk = story.desk.lock().unwrap();
    let shown = desk.show(story.record).unwrap();
    assert_eq!(shown.answers["home"]["meals"], "6");
    assert_eq!(shown.answers["members"].as_array().unwrap().len(), 2);
    assert!(shown.disagreements.is_empty());
}

#[test]
fn another_answer_can_be_put_down_and_one_that_does_not_fit_is_explained() {
    let story = dispute();
    let inside = Browser::inside(&story.desk);
    let way = format!("/records/{}/settle", story.record);
    let list = inside.get("/disagreements").body;
    let mut other = form_after(&list, "Neither is right");
    other.push(("value", "many".into()));
    post(&inside, &way, &other);
    assert!(inside.get("/disagreements").body.contains("It was not settled."));
    other.pop();
    other.push(("value", "4".into()));
    post(&inside, &way, &other);
    assert!(inside.get("/disagreements").body.contains("Settled."));
    let shown = story.desk.lock().unwrap().show(story.record).unwrap();
    assert_eq!(shown.answers["home"]["meals"], "4");
}

#[test]
fn a_click_never_settles_what_the_person_did_not_see() {
    let mut story = dispute();
    let inside = Browser::inside(&story.desk);
    let way = format!("/records/{}/settle", story.record);
    let page = inside.get("/disagreements").body;
    let seen = form_after(&page, "<p class=\"value\">6");
    // Meanwhile a third phone says something else.
    let phone = &mut story.late;
    phone
        .answer(story.record, &at("home/meals"), Value::Integer(7))
        .unwrap();
    phone.finish(story.record).unwrap();
    phone.sync(&HttpLink::default()).unwrap();
    story.desk.lock().unwrap().sync(&HttpLink::default()).unwrap();
    post(&inside, &way, &seen);
    let page = inside.get("/disagreements").body;
    assert!(page.contains("The sides have changed") && page.contains("<p class=\"value\">7"));
    assert_eq!(
        story
            .desk
            .lock()
            .unwrap()
            .disagreements_of(story.record)
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_console_listens_on_this_machine_alone() {
    let (_folder, desk, _) = lone_desk();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let refused = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
        serve(
            desk.clone(),
            listener,
            Token::from_chance([1; 32]),
            std::future::ready(()),
        )
        .await
    });
    assert!(matches!(refused, Err(ServeError::NotLoopback(_))), "{refused:?}");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(desk, listener, Token::make().unwrap(), std::future::ready(()))
            .await
            .unwrap();
    });
    assert_eq!(format!("{:?}", Token::from_chance([1; 32])), "Token(…)");
}

/// A PNG of two pixels by two.
const PICTURE: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x02\x00\x00\x00\x02\
    \x08\x02\x00\x00\x00\xfd\xd4\x9a\x73\x00\x00\x00\x11\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\x00\
    \x44\x0c\x60\xf2\x3f\x00\x1b\xf2\x03\xfd\xf3\xe7\x4b\xb1\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\
    \x60\x82";

#[test]
fn a_photo_is_shown_small_and_whole_and_a_browser_may_do_nothing_else_with_it() {
    let (_folder, desk, _) = lone_desk();
    let form = "| survey |\n| | type | name | label |\n| | image | photo | Photo |\n| | audio | said | Said |\n\
                | settings |\n| | form_title | form_id | version |\n| | Photos | photos | 1 |\n";
    let (record, photo, said) = {
        let mut desk = desk.lock().unwrap();
        desk.publish(&form::Form::read(form::Source::Markdown(form)).unwrap().0)
            .unwrap();
        let record = desk.start("photos", None).unwrap();
        let photo = desk.attach_media(record, &at("photo"), "a.png", PICTURE).unwrap();
        let said = desk
            .attach_media(record, &at("said"), "a.mp3", b"<script>alert(1)</script>")
            .unwrap();
        desk.finish(record).unwrap().unwrap();
        (record, photo, said)
    };
    let browser = Browser::inside(&desk);
    let page = browser.get(&format!("/records/{record}")).body;
    for way in [format!("{photo}/small"), photo.clone(), said.clone()] {
        let way = format!("/records/{record}/media/{way}");
        assert!(page.contains(&format!("\"{way}\"")), "{way}");
        let answer = browser.get(&way);
        assert_eq!(answer.status, StatusCode::OK);
        let shown = if way.ends_with("/small") {
            "image/jpeg"
        } else if way.ends_with(".png") {
            "image/png"
        } else {
            "application/octet-stream"
        };
        assert_eq!(answer.header("content-type"), shown);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert_eq!(Browser::outside(&desk).get(&way).status, StatusCode::UNAUTHORIZED);
    }
    assert!(!page.contains(&format!("{said}/small")));
    let none = browser.get(&format!("/records/{record}/media/none.jpg"));
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
