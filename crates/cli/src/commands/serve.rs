//! `baraza serve`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The folder in which the relay keeps what it was given
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where to listen; it speaks plain HTTP, so across a network run it inside a VPN
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many programmes may be founded on this relay
    #[arg(long, value_name = "N", default_value_t = 8)]
    max_programmes: usize,
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let config = server::Config {
            data: self.data,
            listen: self.listen,
            max_programmes: self.max_programmes,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let relay = server::Relay::start(config).await?;
            println!(
                "The relay listens on http://{}. Stop it with Ctrl-C.",
                relay.address()
            );
            interrupted().await;
            relay.stop().await;
            println!("The relay has stopped.");
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// Waits for Ctrl-C, or for the signal with which services are stopped.
async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut stop) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = stop.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
