//! TLS 1.3 to a relay whose key is known: no authority is asked, and no name is compared.
//!
//! The TLS that ureq brings along cannot be told to trust one key and nothing else, so this puts rustls between ureq
//! and its TCP connection: [`PinnedConnector`] shakes hands, [`PinnedTransport`] carries the bytes, and [`OnlyThisKey`]
//! decides.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, PeerIncompatible,
    SignatureScheme, StreamOwned,
};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};
use wire::RelayKey;

/// Shakes hands with the relay that has one key.
#[derive(Debug)]
pub(super) struct PinnedConnector {
    config: Arc<ClientConfig>,
}

impl PinnedConnector {
    /// Makes a connector for the relay with this key.
    pub(super) fn to(key: RelayKey) -> Self {
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(OnlyThisKey {
            key,
            algorithms: provider.signature_verification_algorithms,
        });
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring speaks TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        // The name would be the one thing said in the clear, and nobody needs it.
        config.enable_sni = false;
        config.resumption = Resumption::in_memory_sessions(4);
        Self {
            config: Arc::new(config),
        }
    }
}

impl<In: Transport> Connector<In> for PinnedConnector {
    type Out = PinnedTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<PinnedTransport>, ureq::Error> {
        let Some(tcp) = chained else {
            return Ok(None);
        };
        let host = details.uri.host().unwrap_or_default();
        let name = ServerName::try_from(host.trim_matches(['[', ']']))
            .map_err(|_| ureq::Error::BadUri(details.uri.to_string()))?
            .to_owned();
        let mut tls = ClientConnection::new(Arc::clone(&self.config), name).map_err(broken)?;
        let mut tcp = TransportAdapter::new(tcp.boxed(), Arc::clone(&details.current_time));
        tcp.set_timeout(details.timeout);
        tls.complete_io(&mut tcp)?;
        Ok(Some(PinnedTransport {
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            stream: StreamOwned::new(tls, tcp),
        }))
    }
}

/// Returns why a connection broke, if its TLS did.
pub(super) fn why(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}

fn broken(error: rustls::Error) -> ureq::Error {
    io::Error::new(io::ErrorKind::InvalidData, error).into()
}

/// A connection whose other end has proved the key.
pub(super) struct PinnedTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for PinnedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedTransport").finish_non_exhaustive()
    }
}

impl Transport for PinnedTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let length = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(length);
        Ok(length > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Trusts one key, whoever certified it or did not.
#[derive(Debug)]
struct OnlyThisKey {
    key: RelayKey,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for OnlyThisKey {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = ParsedCertificate::try_from(shown)?;
        if RelayKey::of(shown.subject_public_key_info().as_ref()) == self.key {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOfferedOrEnabled.into())
    }

    /// A certificate is public: only whoever signs this handshake has the key in it.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
