//! The handshake, and a plain word for whoever does not know that there is one.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// With what every TLS connection begins: a record of the kind "handshake" (RFC 8446, section 5.1).
const HANDSHAKE_RECORD: u8 = 22;
/// What somebody who speaks plain HTTP to TLS is told.
const SPEAK_TLS: &str = r#"{"code":"speak_tls","message":"this relay speaks TLS only","hint":"its address begins with https://"}"#;
/// How much of a plain request is read and thrown away, so that its sender comes to read the answer.
const MOST_THROWN_AWAY: u64 = 1 << 20;

/// Shakes hands. Returns nothing if there is nobody to speak with.
pub(super) async fn shake_hands(
    mut stream: TcpStream,
    config: Arc<ServerConfig>,
) -> Option<TlsStream<TcpStream>> {
    let mut first = [0];
    if stream.peek(&mut first).await.ok()? == 0 {
        return None;
    }
    if first != [HANDSHAKE_RECORD] {
        if let Err(error) = tell_plain(&mut stream).await {
            tracing::debug!(%error, "somebody who spoke no TLS left before being told");
        }
        return None;
    }
    match TlsAcceptor::from(config).accept(stream).await {
        Ok(stream) => Some(stream),
        Err(error) => {
            tracing::debug!(%error, "a handshake failed");
            None
        }
    }
}

async fn tell_plain(stream: &mut TcpStream) -> std::io::Result<()> {
    let answer = format!(
        "HTTP/1.1 426 Upgrade Required\r\nupgrade: TLS/1.3, HTTP/1.1\r\nconnection: upgrade, close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{SPEAK_TLS}",
        SPEAK_TLS.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing with something unread would reset the connection, and the answer with it.
    tokio::io::copy(&mut stream.take(MOST_THROWN_AWAY), &mut tokio::io::sink()).await?;
    Ok(())
}
