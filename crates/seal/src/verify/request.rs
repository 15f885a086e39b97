//! The signature over a call: a profile of HTTP Message Signatures (RFC 9421) with Ed25519.
//!
//! Covered are the method, the path and the hello frame (which holds the nonce), the last through its
//! BLAKE3 hash in a field of its own. Envelopes carry their own signatures.
//!
//! ```text
//! baraza-hello: :<hash of the hello's frame, base64>:
//! signature-input: b=("@method" "@path" "baraza-hello");keyid="<member, base64url>"
//! signature: b=:<Ed25519, base64>:
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use thiserror::Error;
use wire::{MemberId, SignPublic};

use crate::keys::SignKey;
use crate::sign::{self, Signing, sign};

/// The header fields of a signed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeaders {
    /// `baraza-hello`.
    pub hello: String,
    /// `signature-input`.
    pub input: String,
    /// `signature`.
    pub signature: String,
}

/// Why a call's signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RequestError {
    /// A field is missing or not in this profile.
    #[error("the request's {0} field is missing or not as this relay reads it")]
    Field(&'static str),
    /// The hello is another than what was signed.
    #[error("the hello is not the one that was signed")]
    OtherHello,
    /// The signature is not the member's.
    #[error("the request is not signed by the member")]
    Signature,
}

const COVERED: &str = r#"("@method" "@path" "baraza-hello");keyid=""#;

impl RequestHeaders {
    /// The names of the fields, in the order of [`RequestHeaders::pairs`].
    pub const NAMES: [&str; 3] = ["baraza-hello", "signature-input", "signature"];

    /// Returns the fields with their names.
    pub fn pairs(&self) -> [(&'static str, &str); 3] {
        let [hello, input, signature] = Self::NAMES;
        [
            (hello, &self.hello),
            (input, &self.input),
            (signature, &self.signature),
        ]
    }
}

/// Signs a call. `hello` is the body of the hello frame: its type and all after it.
pub fn request_headers(
    key: &SignKey,
    member: MemberId,
    method: &str,
    path: &str,
    hello: &[u8],
) -> RequestHeaders {
    let hello = bytes_item(blake3::hash(hello).as_bytes());
    let parameters = format!("{COVERED}{}\"", URL_SAFE_NO_PAD.encode(member.as_bytes()));
    let signature = sign(
        key,
        Signing::Call,
        base(method, path, &hello, &parameters).as_bytes(),
    );
    let (input, signature) = (format!("b={parameters}"), format!("b={}", bytes_item(&signature)));
    RequestHeaders {
        hello,
        input,
        signature,
    }
}

/// Checks a call's signature with the key of the member that says hello.
pub fn check_request(
    public: &SignPublic,
    member: &MemberId,
    headers: &RequestHeaders,
    (method, path): (&str, &str),
    hello: &[u8],
) -> Result<(), RequestError> {
    if headers.hello != bytes_item(blake3::hash(hello).as_bytes()) {
        return Err(RequestError::OtherHello);
    }
    let parameters = headers
        .input
        .strip_prefix("b=")
        .ok_or(RequestError::Field("signature-input"))?;
    if parameters != format!("{COVERED}{}\"", URL_SAFE_NO_PAD.encode(member.as_bytes())) {
        return Err(RequestError::Field("signature-input"));
    }
    let signature = headers
        .signature
        .strip_prefix("b=:")
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
        .ok_or(RequestError::Field("signature"))?;
    let signed = base(method, path, &headers.hello, parameters);
    sign::check(public, Signing::Call, signed.as_bytes(), &signature).map_err(|_| RequestError::Signature)
}

/// RFC 9421, section 2.5: the signature base.
fn base(method: &str, path: &str, hello: &str, parameters: &str) -> String {
    format!(
        "\"@method\": {method}\n\"@path\": {path}\n\"baraza-hello\": {hello}\n\"@signature-params\": {parameters}"
    )
}

/// RFC 8941, section 3.3.5: a byte sequence.
fn bytes_item(bytes: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    const CALL: (&str, &str) = ("POST", "/v1/sync");

    fn signed() -> (SignKey, MemberId, RequestHeaders) {
        let key = SignKey::make(&mut ChaCha20Rng::seed_from_u64(1));
        let member = MemberId::from_chance([2; 16]);
        let headers = request_headers(&key, member, CALL.0, CALL.1, b"hello");
        (key, member, headers)
    }

    #[test]
    fn a_signed_call_is_taken() {
        let (key, member, headers) = signed();
        assert_eq!(
            check_request(&key.public(), &member, &headers, CALL, b"hello"),
            Ok(())
        );
    }

    #[test]
    fn a_call_signed_for_something_else_is_not() {
        let (key, member, headers) = signed();
        let check = |member: &MemberId, headers: &RequestHeaders, call, hello: &[u8]| {
            check_request(&key.public(), member, headers, call, hello)
        };
        assert_eq!(
            check(&member, &headers, CALL, b"other"),
            Err(RequestError::OtherHello)
        );
        assert_eq!(
            check(&member, &headers, ("POST", "/v1/other"), b"hello"),
            Err(RequestError::Signature)
        );
        assert_eq!(
            check(&member, &headers, ("PUT", "/v1/sync"), b"hello"),
            Err(RequestError::Signature)
        );
        let other = MemberId::from_chance([3; 16]);
        assert_eq!(
            check(&other, &headers, CALL, b"hello"),
            Err(RequestError::Field("signature-input"))
        );
        let stranger = SignKey::make(&mut ChaCha20Rng::seed_from_u64(9)).public();
        assert_eq!(
            check_request(&stranger, &member, &headers, CALL, b"hello"),
            Err(RequestError::Signature)
        );
    }

    proptest! {
        #[test]
        fn any_fields_are_refused_cleanly(hello: String, input: String, signature: String) {
            let (key, member, real) = signed();
            for headers in [
                RequestHeaders { hello, ..real.clone() },
                RequestHeaders { input, ..real.clone() },
                RequestHeaders { signature, ..real.clone() },
            ] {
                prop_assert!(check_request(&key.public(), &member, &headers, CALL, b"hello").is_err() || headers == real);
            }
        }
    }
}
