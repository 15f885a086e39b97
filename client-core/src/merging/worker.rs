//! The merge worker's side: a process that first takes from itself what it does not need, then merges what it is given.

use std::io::{self, BufReader, Read, Write};

use super::protocol::{HELLO, read_task, receive, send, write_answer};
use super::task::{Refusal, merge};

/// The most memory that a merge worker may have, in bytes of address space, its program included.
#[cfg(unix)]
const MOST_MEMORY: u64 = 1 << 30;
/// The most processor time for one record, in seconds. The notebook's deadline comes first; this one ends a
/// worker whose notebook was killed meanwhile.
#[cfg(unix)]
const MOST_SECONDS: u64 = 10;

/// Is a merge worker until the notebook that started this process has no more for it.
///
/// Takes tasks on standard input and answers on standard output; nothing else may write there.
///
/// # Errors
/// If the limits cannot be set, or the notebook says what no notebook says.
pub fn serve_merges() -> io::Result<()> {
    serve_merges_on(io::stdin().lock(), io::stdout().lock())
}

/// Is a merge worker like [`serve_merges`], on other ends.
///
/// # Errors
/// If the limits cannot be set, or the notebook says what no notebook says.
pub fn serve_merges_on(tasks: impl Read, mut answers: impl Write) -> io::Result<()> {
    limit_myself()?;
    let mut tasks = BufReader::with_capacity(64 << 10, tasks);
    send(&mut answers, HELLO)?;
    let mut body = Vec::new();
    while receive(&mut tasks, &mut body)? {
        limit_processor_time()?;
        let task = read_task(&body).map_err(io::Error::other)?;
        let answer = merge(&task);
        drop(task);
        let message = write_answer(&answer).or_else(|| write_answer(&Err(too_large())));
        answers.write_all(&message.unwrap_or_default())?;
        answers.flush()?;
    }
    Ok(())
}

/// Why a record is not merged that is larger than what notebook and worker can say to one another.
pub(super) fn too_large() -> Refusal {
    Refusal::Wrong("its record would be larger than 32 MiB".to_owned())
}

/// Takes from this process, for good, what merging does not need: memory without end, other files than the three
/// it has, writing into any file, and a picture of its memory on disk should it crash.
#[cfg(unix)]
fn limit_myself() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    for (resource, most) in [
        (Resource::As, MOST_MEMORY),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 3),
    ] {
        let before = getrlimit(resource).maximum;
        let most = Some(before.map_or(most, |before| before.min(most)));
        let (current, maximum) = (most, most);
        setrlimit(resource, Rlimit { current, maximum })?;
    }
    limit_processor_time()
}

/// Gives this process so much processor time from now on.
#[cfg(unix)]
fn limit_processor_time() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or_default();
    let Rlimit { maximum, .. } = getrlimit(Resource::Cpu);
    let current = used.saturating_add(MOST_SECONDS + 1);
    let current = Some(maximum.map_or(current, |most| current.min(most)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

/// Where a process cannot limit itself, the notebook's deadline is what is left.
#[cfg(not(unix))]
fn limit_myself() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn limit_processor_time() -> io::Result<()> {
    Ok(())
}
