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
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Speak TLS, with a key that is made at the first start; without it, run the relay inside a VPN
    #[arg(long)]
    tls: bool,
    /// How many programmes may be founded on this relay
    #[arg(long, value_name = "N", default_value_t = server::Bounds::default().programmes)]
    max_programmes: usize,
    /// How many MiB of sealed answers the relay keeps of one device; photos are counted apart
    #[arg(long, value_name = "MIB", default_value_t = server::Bounds::default().member_bytes >> 20)]
    member_quota: u64,
    /// How many connections one address may have open at once; raise it if a proxy stands before the relay
    #[arg(long, value_name = "N", default_value_t = server::Limits::default().from_one_address)]
    connections_per_address: usize,
    /// How many MiB of sealed photos and recordings one programme may keep
    #[arg(long, value_name = "MIB", default_value_t = server::MEDIA_QUOTA >> 20)]
    media_quota: u64,
    /// How many connections may be open in all
    #[arg(long, value_name = "N", default_value_t = server::Limits::default().in_all)]
    connections: usize,
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let config = server::Config {
            data: self.data,
            listen: self.listen,
            bounds: server::Bounds {
                programmes: self.max_programmes,
                member_bytes: self.member_quota.saturating_mul(1 << 20),
            },
            tls: self.tls,
            media_quota: self.media_quota.saturating_mul(1 << 20),
            limits: server::Limits {
                from_one_address: self.connections_per_address,
                in_all: self.connections,
                ..server::Limits::default()
            },
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let relay = server::Relay::start(config).await?;
            if let Some(key) = relay.key() {
                println!("relay key: {key}");
                println!("to compare aloud: {}", key.in_groups());
            }
            let scheme = if relay.key().is_some() { "https" } else { "http" };
            println!(
                "The relay listens on {scheme}://{}. Stop it with Ctrl-C.",
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
