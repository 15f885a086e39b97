//! A browser without a window: it keeps its cookie and sends what a browser sends.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use baraza_desk::web::{Console, Token, app};
use client_core::Notebook;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) const PORT: u16 = 4711;
pub(crate) const HOST: &str = "127.0.0.1:4711";

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A browser at the desk.
pub(crate) struct Browser {
    app: Router,
    runtime: tokio::runtime::Runtime,
    pub(crate) token: Token,
    pub(crate) cookie: Option<String>,
}

impl Browser {
    /// Opens a browser that was not let in yet.
    pub(crate) fn outside(notebook: &Arc<Mutex<Notebook>>) -> Self {
        let token = Token::from_chance([7; 32]);
        let app = app(Console::new(notebook.clone(), &token, PORT));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self {
            app,
            runtime,
            token,
            cookie: None,
        }
    }

    /// Opens a browser and goes in by the printed address.
    pub(crate) fn inside(notebook: &Arc<Mutex<Notebook>>) -> Self {
        let mut browser = Self::outside(notebook);
        let url = browser.token.url(([127, 0, 0, 1], PORT).into());
        let way = url.strip_prefix(&format!("http://{HOST}")).unwrap().to_owned();
        let entered = browser.get(&way);
        assert_eq!(entered.status, StatusCode::SEE_OTHER);
        assert_eq!(entered.header("location"), "/");
        let cookie = entered.header("set-cookie").to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
            "{cookie}"
        );
        browser.cookie = cookie.split(';').next().map(str::to_owned);
        browser
    }

    pub(crate) fn get(&self, way: &str) -> Answer {
        self.send(self.request(Method::GET, way).body(Body::empty()).unwrap())
    }

    /// Sends a form from one of our own pages.
    pub(crate) fn post(&self, way: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(&format!("http://{HOST}"), way, fields)
    }

    /// Sends a form from a page of `origin`.
    pub(crate) fn post_from(&self, origin: &str, way: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let request = self
            .request(Method::POST, way)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.join("&"))).unwrap())
    }

    pub(crate) fn request(&self, method: Method, way: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(way)
            .header(header::HOST, HOST);
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let answer = self.app.clone().oneshot(request).await.unwrap();
            let (head, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Answer {
                status: head.status,
                headers: head.headers,
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        })
    }
}

/// Returns the fields of the first form in a page after `mark`.
pub(crate) fn form_after<'p>(page: &'p str, mark: &str) -> Vec<(&'p str, String)> {
    let (_, after) = page
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark} in {page}"));
    let (_, form) = after.split_once("<form").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
    hidden
        .map(|input| {
            let (name, rest) = input.split_once('"').unwrap();
            let (_, rest) = rest.split_once("value=\"").unwrap();
            (
                name,
                rest.split_once('"')
                    .unwrap()
                    .0
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&"),
            )
        })
        .collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
