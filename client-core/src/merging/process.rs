//! The notebook's side of a merge worker: starts it, gives it one record after the other, and kills it when it takes
//! too long.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use record::AuthorId;
use thiserror::Error;

use super::protocol::{HELLO, read_answer, receive, write_task};
use super::task::{Outcome, Refusal, Task};
use super::worker::too_large;

/// How long one record may take, if nothing else is said. The largest change that is let in, 1 MiB with 20,000
/// answers, takes less than a second.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long a worker may take to start.
const START: Duration = Duration::from_secs(30);
/// How many envelopes of one author may break a worker before nothing more of theirs is tried in this process:
/// each costs the desk up to twice the deadline.
const MOST_BREACHES: u32 = 3;

/// How a merge worker is started.
#[derive(Debug, Clone)]
pub struct MergeWorker {
    program: PathBuf,
    arguments: Vec<OsString>,
    deadline: Duration,
}

impl MergeWorker {
    /// Names a program, and with which arguments it is a merge worker: one that calls
    /// [`serve_merges`](crate::serve_merges).
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            deadline: DEADLINE,
        }
    }

    /// Gives each record `deadline` by the clock on the wall instead of 10 seconds.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }
}

/// Why there is no merge worker. Nothing was merged, and nothing is lost.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// The program does not start.
    #[error(
        "the process that merges what others sent does not start ({0}); close this program and open it again"
    )]
    NotStarted(#[source] std::io::Error),
    /// It is not what it should be.
    #[error(
        "the process that merges what others sent is of another version, or ended at once; close this program and \
         open it again"
    )]
    NoWorker,
}

/// How a record broke the worker.
#[derive(Debug, Error)]
enum Breach {
    #[error("it took longer than {} seconds", .0.as_secs_f64())]
    TooLong(Duration),
    #[error("the process that merged it ended ({0})")]
    Ended(ExitStatus),
    #[error("the process that merged it said nonsense")]
    Nonsense,
}

/// A merge worker and what it is known to have broken on.
pub(crate) struct Beside {
    worker: MergeWorker,
    running: Option<Running>,
    breaches: HashMap<AuthorId, u32>,
}

impl Beside {
    pub(super) fn new(worker: MergeWorker) -> Self {
        Self {
            worker,
            running: None,
            breaches: HashMap::new(),
        }
    }

    /// Has one task done. One that breaks a worker which did others before is given to a fresh one, alone: what
    /// broke may have been left by another.
    pub(super) fn merge(&mut self, task: &Task<'_>) -> Result<Result<Outcome, Refusal>, WorkerError> {
        if self
            .breaches
            .get(&task.author)
            .is_some_and(|breaches| *breaches >= MOST_BREACHES)
        {
            let reason = "other envelopes of its author broke the process that merges; it was not tried";
            return Ok(Err(Refusal::Wrong(reason.to_owned())));
        }
        let Some(message) = write_task(task) else {
            return Ok(Err(too_large()));
        };
        loop {
            let mut running = match self.running.take() {
                Some(running) => running,
                None => Running::start(&self.worker)?,
            };
            let alone = !running.has_served;
            match running.ask(&message, self.worker.deadline) {
                Ok(answer) => {
                    self.running = Some(running);
                    return Ok(answer);
                }
                Err(breach) if alone => {
                    *self.breaches.entry(task.author).or_default() += 1;
                    return Ok(Err(Refusal::Wrong(format!("merging it was stopped: {breach}"))));
                }
                Err(_) => {}
            }
        }
    }
}

/// A worker that is running. It does not outlive this.
struct Running {
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
    body: Vec<u8>,
    has_served: bool,
    watch: Arc<Watch>,
    watching: Option<JoinHandle<()>>,
}

impl Running {
    fn start(worker: &MergeWorker) -> Result<Self, WorkerError> {
        // It inherits no passphrase, and what it says when it panics may hold answers.
        let mut child = Command::new(&worker.program)
            .args(&worker.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(WorkerError::NotStarted)?;
        let (tasks, answers) = child
            .stdin
            .take()
            .zip(child.stdout.take())
            .ok_or(WorkerError::NoWorker)?;
        let watch = Arc::new(Watch::over(child));
        let watcher = Arc::clone(&watch);
        let mut running = Self {
            tasks,
            answers: BufReader::with_capacity(64 << 10, answers),
            body: Vec::new(),
            has_served: false,
            watch,
            watching: None,
        };
        let named = std::thread::Builder::new().name("merge deadline".to_owned());
        running.watching = Some(
            named
                .spawn(move || watcher.keep())
                .map_err(WorkerError::NotStarted)?,
        );
        running.watch.begin(START);
        let greeted = receive(&mut running.answers, &mut running.body);
        running.watch.done();
        if greeted.is_ok_and(|any| any) && running.body == HELLO {
            Ok(running)
        } else {
            Err(WorkerError::NoWorker)
        }
    }

    fn ask(&mut self, message: &[u8], deadline: Duration) -> Result<Result<Outcome, Refusal>, Breach> {
        self.has_served = true;
        self.watch.begin(deadline);
        let sent = self.tasks.write_all(message);
        let answered = sent.and_then(|()| receive(&mut self.answers, &mut self.body));
        let in_time = self.watch.done();
        match answered {
            Ok(true) => read_answer(&self.body).map_err(|_| Breach::Nonsense),
            _ if !in_time => Err(Breach::TooLong(deadline)),
            Ok(false) => Err(self.watch.end().map_or(Breach::Nonsense, Breach::Ended)),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(Breach::Nonsense),
            Err(_) => Err(self.watch.end().map_or(Breach::Nonsense, Breach::Ended)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch.end();
        if let Some(watching) = self.watching.take() {
            drop(watching.join());
        }
    }
}

/// Watches over a worker from a thread of its own, and kills it when its time is over.
struct Watch {
    state: Mutex<Watched>,
    news: Condvar,
}

struct Watched {
    child: Child,
    /// When the task that it has must be done.
    until: Option<Instant>,
    /// When the thread wakes by itself; `None` if it must be woken.
    wakes: Option<Instant>,
    killed: bool,
    over: bool,
}

impl Watch {
    fn over(child: Child) -> Self {
        let state = Watched {
            child,
            until: None,
            wakes: None,
            killed: false,
            over: false,
        };
        Self {
            state: Mutex::new(state),
            news: Condvar::new(),
        }
    }

    /// Sleeps until the deadline that it last saw, and looks again then: it need not be woken for each of the many
    /// tasks that are done long before theirs.
    fn keep(&self) {
        let mut state = self.state();
        while !state.over {
            let now = Instant::now();
            state.wakes = state.until;
            match state.until {
                Some(until) if until <= now => {
                    state.killed = true;
                    state.over = true;
                    drop(state.child.kill());
                }
                Some(until) => {
                    let slept = self.news.wait_timeout(state, until - now);
                    state = slept.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn begin(&self, deadline: Duration) {
        let mut state = self.state();
        state.until = Instant::now().checked_add(deadline);
        if state.wakes.is_none() || state.wakes > state.until {
            self.news.notify_all();
        }
    }

    /// Returns whether it was done in time.
    fn done(&self) -> bool {
        let mut state = self.state();
        state.until = None;
        !state.killed
    }

    /// Ends the worker, if it runs still. Returns how it ended.
    fn end(&self) -> Option<ExitStatus> {
        let mut state = self.state();
        state.over = true;
        self.news.notify_all();
        // One that ended by itself is not reached by this, and keeps its own status.
        drop(state.child.kill());
        state.child.wait().ok()
    }

    fn state(&self) -> MutexGuard<'_, Watched> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
