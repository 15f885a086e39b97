//! The `baraza` program as its users run it: a process of its own, which can be killed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// Returns the program, which is built if it is not there: `BARAZA_BIN` names another one.
///
/// # Panics
/// If it does not build.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("BARAZA_BIN") {
            return path.into();
        }
        let me = std::env::current_exe().expect("this test's own path");
        let target = me
            .parent()
            .and_then(Path::parent)
            .expect("the folder this test was built in");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "baraza-cli"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs");
        assert!(status.success(), "baraza does not build");
        target.join("baraza")
    })
}

/// A process that does not outlive the test.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `baraza` with arguments.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(arguments: &[&str], passphrase: &str) -> Self {
        let child = Command::new(binary())
            .args(arguments)
            .env("BARAZA_PASSPHRASE", passphrase)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("baraza starts");
        Self(child)
    }

    /// Returns the first line it prints that holds a word; nothing if it ends before.
    pub fn line_with(&mut self, word: &str) -> Option<String> {
        let out = self.0.stdout.as_mut()?;
        BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains(word))
    }

    /// Returns its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Kills it as the power going out would: nothing in it is told.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(mut self) {
        self.0.kill().expect("the process is killed");
        self.0.wait().expect("the process ends");
    }

    /// Returns whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }

    /// Waits for its end. Returns whether it went well, and what it printed and complained about.
    pub fn end(mut self) -> (bool, String) {
        let mut said = String::new();
        if let Some(mut out) = self.0.stdout.take() {
            drop(out.read_to_string(&mut said));
        }
        if let Some(mut out) = self.0.stderr.take() {
            drop(out.read_to_string(&mut said));
        }
        (self.0.wait().is_ok_and(|status| status.success()), said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs `baraza` to its end. Returns what it printed.
///
/// # Panics
/// If it fails.
pub fn baraza(arguments: &[&str], passphrase: &str) -> String {
    let (well, said) = Process::start(arguments, passphrase).end();
    assert!(well, "baraza {arguments:?}: {said}");
    said
}

/// Returns an address on loopback that nobody listens on.
///
/// # Panics
/// If there is none.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

/// Starts a relay, and waits until it answers.
///
/// # Panics
/// If it does not.
pub fn relay(data: &Path, address: SocketAddr) -> Process {
    let mut relay = Process::start(
        &["serve", "--data", path(data), "--listen", &address.to_string()],
        "",
    );
    for _ in 0..500 {
        if is_ready(address) {
            return relay;
        }
        if relay.has_ended() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the relay does not come up: {}", relay.end().1);
}

/// Returns a path as the command line takes it.
///
/// # Panics
/// If it is not UTF-8.
pub fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let mut answer = String::new();
    let asked = stream.write_all(b"GET /v1/ready HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n\r\n");
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}
