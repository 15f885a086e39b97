//! Who may talk to the console: whoever has the token of this start, from this machine, from our own pages.

use axum::extract::{Query, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, html};
use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use subtle::ConstantTimeEq;

use super::Console;

/// The token of one start of the console. Whoever has it can read what the desk can read.
#[derive(Clone)]
pub struct Token([u8; 32]);

impl Token {
    /// Makes a token from the machine's chance.
    ///
    /// # Errors
    /// If the machine gives none.
    pub fn make() -> Result<Self, getrandom::Error> {
        let mut chance = [0; 32];
        getrandom::fill(&mut chance)?;
        Ok(Self(chance))
    }

    /// Makes a token of 32 bytes of chance. Never use them twice.
    pub fn from_chance(chance: [u8; 32]) -> Self {
        Self(chance)
    }

    /// Returns the address that lets a browser in: to be shown to the person at this machine and nobody else.
    pub fn url(&self, at: SocketAddr) -> String {
        format!("http://{at}/enter?token={}", hex(&self.0))
    }
}

/// Never shows the token.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What one start of the console asks of every request.
pub(crate) struct Session {
    token: String,
    cookie_name: String,
    cookie: String,
    form_token: String,
    hosts: [String; 2],
}

impl Session {
    pub(crate) fn new(token: &Token, port: u16) -> Self {
        let derived = |purpose| hex(&blake3::derive_key(purpose, &token.0));
        Self {
            token: hex(&token.0),
            // Browsers send cookies to every port of a host: two desks on one machine must not share a name.
            cookie_name: format!("baraza_desk_{port}"),
            cookie: derived("baraza/1 desk console cookie"),
            form_token: derived("baraza/1 desk console form token"),
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
        }
    }

    /// What every form of ours carries, and no other page knows.
    pub(crate) fn form_token(&self) -> &str {
        &self.form_token
    }

    pub(crate) fn is_form_token(&self, given: &str) -> bool {
        same(&self.form_token, given)
    }

    fn admits(&self, request: &Request) -> Result<(), Refusal> {
        let headers = request.headers();
        let host = one(headers, header::HOST).filter(|host| self.hosts.iter().any(|ours| ours == host));
        let host = host.ok_or(Refusal::Host)?;
        if request
            .uri()
            .authority()
            .is_some_and(|authority| authority.as_str() != host)
        {
            return Err(Refusal::Host);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let ours = |origin| origin == format!("http://{host}");
            if headers.contains_key(header::ORIGIN) && !one(headers, header::ORIGIN).is_some_and(ours) {
                return Err(Refusal::Origin);
            }
        }
        if request.uri().path() == "/enter" || self.has_cookie(headers) {
            Ok(())
        } else {
            Err(Refusal::Cookie)
        }
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let mut pairs = pairs
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.cookie_name && same(&self.cookie, value))
    }
}

/// Lets in who has the token: gives the browser its cookie and shows the way to the first page.
pub(crate) async fn enter(
    State(console): State<Console>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let session = console.session();
    if !query
        .get("token")
        .is_some_and(|token| same(&session.token, token))
    {
        return Refusal::Token.into_response();
    }
    let cookie = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Strict",
        session.cookie_name, session.cookie
    );
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, cookie)],
        // This address holds the token: the browser tells it to nobody.
        [(header::REFERRER_POLICY, "no-referrer")],
    )
        .into_response()
}

/// Refuses what does not come from our own pages, and says to the browser how little it may do.
pub(crate) async fn guard(State(console): State<Console>, request: Request, next: Next) -> Response {
    let mut response = match console.session().admits(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                   form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    // With `no-referrer`, browsers send `Origin: null` with our own forms, and there would be nothing to check.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Why a request is not answered.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    /// It asks for another host: a page elsewhere may have led the browser here.
    Host,
    /// It was sent by a page that is not ours.
    Origin,
    /// The browser was not let in.
    Cookie,
    /// The token is not that of this start.
    Token,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, title, hint) = match self {
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "This is not the desk's address",
                "The console answers only under the address it showed in the terminal when it started.",
            ),
            Self::Origin => (
                StatusCode::FORBIDDEN,
                "This did not come from the desk's own page",
                "Another page tried to act in your name. Nothing was done. Close that page.",
            ),
            Self::Cookie => (
                StatusCode::UNAUTHORIZED,
                "The desk is closed to this browser",
                "Open the address, with its token, that the console showed in the terminal when it started. \
                 Every start makes a new one.",
            ),
            Self::Token => (
                StatusCode::UNAUTHORIZED,
                "This token is not valid",
                "The console was started again since, or the address was cut short. Copy the whole address from the \
                 terminal in which it runs.",
            ),
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                }
                body { main { h1 { (title) } p { (hint) } } }
            }
        };
        (
            status,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            page.into_string(),
        )
            .into_response()
    }
}

/// The only value of a header; `None` if there are several or it is no text.
fn one(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn same(secret: &str, given: &str) -> bool {
    secret.as_bytes().ct_eq(given.as_bytes()).into()
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
