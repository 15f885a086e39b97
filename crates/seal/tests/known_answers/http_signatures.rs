//! RFC 9421, appendix B.2.6: the signature over a call, of which `verify::request` uses a profile.

use baraza_seal::keys::SignKey;
use baraza_seal::sign::{Signing, check, sign};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The signature base the section prints.
const BASE: &str = r#""date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;

#[test]
fn the_signature_is_that_of_rfc_9421() {
    // The key of appendix B.1.4, as a JWK writes it.
    let seed = URL_SAFE_NO_PAD
        .decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")
        .unwrap();
    let key = SignKey::from_seed(&Zeroizing::new(seed.try_into().unwrap()));
    assert_eq!(
        URL_SAFE_NO_PAD.encode(key.public().as_bytes()),
        "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
    );
    let signature = sign(&key, Signing::Call, BASE.as_bytes());
    assert_eq!(
        STANDARD.encode(signature),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    );
    assert_eq!(
        check(&key.public(), Signing::Call, BASE.as_bytes(), &signature),
        Ok(())
    );
}
