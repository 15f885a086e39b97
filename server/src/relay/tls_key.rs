//! The key with which the relay proves itself in TLS: made at the first start, kept in its folder.
//!
//! Members know the relay by the hash of this key alone. The certificate around it is signed by the key itself, names
//! nobody, and is made anew at every start.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ED25519, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use thiserror::Error;
use wire::RelayKey;

/// The file of the secret key: PKCS #8 in DER.
pub(super) const SECRET: &str = "tls.key";
/// The file of what members need to know: the hash in hexadecimal digits.
const SHOWN: &str = "relay-key.txt";

/// Why a relay has no TLS key.
#[derive(Debug, Error)]
pub enum TlsKeyError {
    /// The file cannot be read or written.
    #[error("the file {file} of the relay's TLS key cannot be used: {source}")]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is in the file is no key.
    #[error(
        "{file} holds no key that TLS can use ({reason}); put it back from a backup. With a new key, every member has \
         to be told that key before it syncs again"
    )]
    NoKey {
        /// Which.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// A relay's TLS, ready to shake hands.
pub(super) struct Tls {
    pub(super) key: RelayKey,
    pub(super) config: Arc<ServerConfig>,
}

/// Reads the key in a folder, or makes it, and writes down what members need to know.
pub(super) fn open_or_make(folder: &Path) -> Result<Tls, TlsKeyError> {
    let file = folder.join(SECRET);
    let no_key = |reason: String| TlsKeyError::NoKey {
        file: file.clone(),
        reason,
    };
    let failed = |source| TlsKeyError::File {
        file: file.clone(),
        source,
    };
    let pair = match fs::read(&file) {
        Ok(der) => KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der), &PKCS_ED25519)
            .map_err(|error| no_key(error.to_string()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let pair = KeyPair::generate_for(&PKCS_ED25519).map_err(|error| no_key(error.to_string()))?;
            write_secret(folder, SECRET, pair.serialized_der()).map_err(failed)?;
            pair
        }
        Err(error) => return Err(failed(error)),
    };
    let config = config(&pair).map_err(no_key)?;
    let key = RelayKey::of(&pair.subject_public_key_info());
    write_secret(folder, SHOWN, format!("{key}\n").as_bytes()).map_err(failed)?;
    Ok(Tls { key, config })
}

fn config(pair: &KeyPair) -> Result<Arc<ServerConfig>, String> {
    let mut certificate = CertificateParams::default();
    certificate.distinguished_name = DistinguishedName::new();
    let certificate = certificate.self_signed(pair).map_err(|error| error.to_string())?;
    let secret = PrivatePkcs8KeyDer::from(pair.serialized_der().to_vec());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .and_then(|config| {
            config
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], secret.into())
        });
    config.map(Arc::new).map_err(|error| error.to_string())
}

/// Writes a file for its owner alone, whole or not at all.
pub(super) fn write_secret(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.new"));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_has_the_same_key_at_every_start() {
        let folder = tempfile::tempdir().unwrap();
        let first = open_or_make(folder.path()).unwrap().key;
        assert_eq!(open_or_make(folder.path()).unwrap().key, first);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(open_or_make(other.path()).unwrap().key, first);
        let shown = fs::read_to_string(folder.path().join(SHOWN)).unwrap();
        assert_eq!(shown.parse(), Ok(first));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        open_or_make(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join(SECRET))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_said_to_be_none_and_stays_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(SECRET), b"half a k").unwrap();
        let said = open_or_make(folder.path()).err().unwrap();
        assert!(matches!(said, TlsKeyError::NoKey { .. }), "{said}");
        assert_eq!(fs::read(folder.path().join(SECRET)).unwrap(), b"half a k");
    }
}
