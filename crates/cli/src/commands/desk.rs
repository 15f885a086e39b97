//! `baraza desk`

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use clap::Args;
use client_core::Notebook;

use crate::home::Home;

#[derive(Debug, Args)]
pub(crate) struct Desk {
    #[command(flatten)]
    home: Home,
    /// The port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Do not open a browser, only print the address
    #[arg(long)]
    no_browser: bool,
}

impl Desk {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let notebook = self.home.open()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(open_console(notebook, self.port, !self.no_browser))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Serves the console until interrupted.
pub(crate) async fn open_console(notebook: Notebook, port: u16, browser: bool) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("the console cannot listen on {address}"))?;
    let token = desk::web::Token::make()?;
    let url = token.url(listener.local_addr()?);
    println!("The console is open on this machine at {url}");
    println!("Close it with Ctrl-C.");
    if browser {
        show_in_browser(&url);
    }
    let interrupted = async {
        // Without a signal to wait for, the console stays open until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    desk::web::serve(Arc::new(Mutex::new(notebook)), listener, token, interrupted).await?;
    Ok(())
}

/// Asks the desktop to show the address; where there is none, the printed address is enough.
fn show_in_browser(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let mut command = std::process::Command::new(program);
    command
        .arg(url)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    drop(command.spawn());
}
