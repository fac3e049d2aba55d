//! Runs commands and says what they took. In: commands, and how often. Out: for each its median time by the clock and on the processor, and
//! the most memory that it had at once. The commands take turns, so that a busy machine is unfair to none of them.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What one command took.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// By the clock, from start to end of the process.
    pub wall: Duration,
    /// On the processor, the kernel's share included.
    pub cpu: Duration,
    /// The most memory it had at once, in kilobytes.
    pub peak_kb: u64,
}

/// Runs the commands in turn, and again and again; nothing if one of them fails.
pub fn alternate<const N: usize>(rounds: usize, mut commands: [Command; N]) -> Option<[Cost; N]> {
    let mut costs: [Vec<Cost>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    for round in 0..=rounds {
        for (command, costs) in commands.iter_mut().zip(&mut costs) {
            let cost = run(command)?;
            // The first round only warms the page cache.
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    Some(costs.map(|costs| Cost {
        wall: median(costs.iter().map(|c| c.wall)),
        cpu: median(costs.iter().map(|c| c.cpu)),
        peak_kb: costs.iter().map(|c| c.peak_kb).max().unwrap_or_default(),
    }))
}

/// The middle one of the values.
pub fn median<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn run(command: &mut Command) -> Option<Cost> {
    let start = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().ok()?;
    let (status, usage) = wait(child)?;
    (libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0).then(|| cost(start, usage))
}

fn cost(start: Instant, usage: libc::rusage) -> Cost {
    let time = |t: libc::timeval| Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1000);
    Cost {
        wall: start.elapsed(),
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        peak_kb: usage.ru_maxrss as u64,
    }
}

/// How a process ended that may fail.
pub enum End {
    Done,
    /// With what it said on standard error.
    Refused(String),
    /// By a signal: it crashed, or came to a limit.
    Killed,
}

/// Runs a command once, with limits of seconds on the processor and bytes of memory.
#[allow(unsafe_code, reason = "limits are set between fork and exec")]
pub fn limited(command: &mut Command, seconds: u64, bytes: u64) -> Option<(End, Cost)> {
    let limits = move || {
        for (what, most) in [(libc::RLIMIT_CPU, seconds), (libc::RLIMIT_AS, bytes), (libc::RLIMIT_CORE, 0)] {
            let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
            // SAFETY: the pointer is to a local that outlives the call.
            if unsafe { libc::setrlimit(what, &raw const limit) } != 0 {
                return Err(std::io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: the closure makes system calls only.
    unsafe { command.pre_exec(limits) };
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().ok()?;
    let mut said = Vec::new();
    child.stderr.take()?.read_to_end(&mut said).ok()?;
    let (status, usage) = wait(child)?;
    let end = match (libc::WIFEXITED(status), libc::WEXITSTATUS(status)) {
        (true, 0) => End::Done,
        (true, _) => End::Refused(String::from_utf8_lossy(&said).into_owned()),
        (false, _) => End::Killed,
    };
    Some((end, cost(start, usage)))
}

/// Waits for the process; its status, and what it used, which the standard library does not tell.
#[allow(unsafe_code, reason = "a call of the C library that fills what it is given")]
fn wait(child: Child) -> Option<(libc::c_int, libc::rusage)> {
    let mut status = 0;
    // SAFETY: `rusage` is made of numbers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals that outlive the call, and the child is ours and was not waited for.
    let pid = unsafe { libc::wait4(child.id() as libc::pid_t, &raw mut status, 0, &raw mut usage) };
    (pid > 0).then_some((status, usage))
}

/// Time of this thread on the processor so far.
#[allow(unsafe_code, reason = "a call of the C library that fills what it is given")]
pub fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a local that outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
