//! Two network namespaces of this run's own, with a TUN device in each, and nothing else that leads out of them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::line::End;
use crate::run::{output, program, run};

/// The TUN device's name, in both.
pub(crate) const DEVICE: &str = "baraza0";
/// What this run's namespaces begin with; the process id follows.
const PREFIX: &str = "baraza-link-";
/// No packet is longer: what a mobile network usually takes.
const MTU: &str = "1400";

/// Removed again when this is dropped, with every process that still runs in them.
#[derive(Debug)]
pub(crate) struct Namespaces(());

impl End {
    /// Its namespace.
    pub(crate) fn namespace(self) -> String {
        format!("{PREFIX}{}-{}", std::process::id(), self.name())
    }

    /// Its address.
    pub(crate) fn address(self) -> &'static str {
        match self {
            Self::Relay => "10.91.64.1",
            Self::Device => "10.91.64.2",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Device => "device",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Relay => Self::Device,
            Self::Device => Self::Relay,
        }
    }

    /// Returns a command that runs a program in its namespace.
    pub(crate) fn command(self, what: &Path) -> Command {
        let mut command = program("ip", &["netns", "exec", &self.namespace()]);
        command.arg(what);
        command
    }
}

impl Namespaces {
    /// Removes what runs that were killed have left, and makes both.
    ///
    /// TCP decides by `congestion` how fast to send, or by what the machine prefers.
    pub(crate) fn make(congestion: Option<&str>) -> anyhow::Result<Self> {
        if !Path::new("/dev/net/tun").exists() {
            bail!(
                "there is no /dev/net/tun: the kernel needs its tun module, and a container must be given the device"
            );
        }
        remove_left_over()?;
        let made = Self(());
        for end in [End::Relay, End::Device] {
            end.set_up(congestion)
                .context("network namespaces cannot be made; that needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN) and iproute2")?;
        }
        Ok(made)
    }
}

impl End {
    fn set_up(self, congestion: Option<&str>) -> anyhow::Result<()> {
        let namespace = self.namespace();
        run(program("ip", &["netns", "add", &namespace]))?;
        let inside = |arguments: &[&str]| run(program("ip", &[&["-n", &namespace], arguments].concat()));
        inside(&["tuntap", "add", "dev", DEVICE, "mode", "tun"])?;
        inside(&[
            "addr",
            "add",
            self.address(),
            "peer",
            self.other().address(),
            "dev",
            DEVICE,
        ])?;
        inside(&["link", "set", "dev", DEVICE, "mtu", MTU, "up"])?;
        let Some(congestion) = congestion else {
            return Ok(());
        };
        let mut tee = program(
            "ip",
            &[
                "netns",
                "exec",
                &namespace,
                "tee",
                "/proc/sys/net/ipv4/tcp_congestion_control",
            ],
        );
        let mut tee = tee.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        if let Some(mut to) = tee.stdin.take() {
            to.write_all(congestion.as_bytes())?;
        }
        if !tee.wait()?.success() {
            bail!("this kernel does not have TCP's \"{congestion}\"; name another with --congestion");
        }
        Ok(())
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for end in [End::Relay, End::Device] {
            if let Err(error) = remove(&end.namespace()) {
                eprintln!("xtask: {error:#}");
            }
        }
    }
}

/// Removes the namespaces of runs that are over: those whose process is no more.
fn remove_left_over() -> anyhow::Result<()> {
    let Ok(there) = fs::read_dir("/run/netns") else {
        return Ok(());
    };
    for entry in there {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let run = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if run.is_some_and(|run| !Path::new("/proc").join(run).exists()) {
            remove(&name)?;
        }
    }
    Ok(())
}

/// Ends every process in a namespace of ours, and removes it. One that is not there is as good as removed.
fn remove(namespace: &str) -> anyhow::Result<()> {
    if !Path::new("/run/netns").join(namespace).exists() {
        return Ok(());
    }
    let processes = String::from_utf8(output(program("ip", &["netns", "pids", namespace]))?)?;
    for process in processes.split_whitespace() {
        // It may have ended in between.
        drop(program("kill", &["-9", process]).stderr(Stdio::null()).status());
    }
    run(program("ip", &["netns", "delete", namespace]))
}
