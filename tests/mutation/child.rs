//! The process that runs the mutants of one program, in order. In: a [`Job`], by the environment. Out: a line a mutant on standard output.
//! A thread watches over time and memory and ends the process where there is too much of either.

use crate::mutate::{self, Text};
use p4xdp::driver::{Compilation, Options};
use p4xdp_frontend::diagnostic::{Format, render};
use p4xdp_frontend::source::{FileLoader, FileSystem};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Exit status of a process whose mutant does not end.
pub const TOO_LONG: i32 = 41;
/// Exit status of a process whose mutant takes too much memory.
pub const TOO_MUCH_MEMORY: i32 = 42;

/// On the processor; without optimisation everything takes about ten times as long.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
/// By the clock: it may well run beside other things.
const PATIENCE: Duration = Duration::from_secs(90);
const MEMORY_KB: u64 = 1 << 20;
const VARIABLE: &str = "P4XDP_MUTATION_JOB";

/// What one process does.
pub struct Job {
    /// The program to mutate.
    pub program: PathBuf,
    /// A program that parts come from; the program itself runs as it is where there is none.
    pub donor: Option<PathBuf>,
    /// The first mutant. Mutant 0 is the program itself.
    pub from: usize,
    /// Behind the last mutant.
    pub to: usize,
    /// Where the mutant that runs is written.
    pub current: PathBuf,
}

impl Job {
    /// The job of this process, if it is a child.
    pub fn from_env() -> Option<Job> {
        let text = std::env::var(VARIABLE).ok()?;
        let mut parts = text.split('\n');
        Some(Job {
            program: parts.next()?.into(),
            donor: parts.next().filter(|p| !p.is_empty()).map(PathBuf::from),
            from: parts.next()?.parse().ok()?,
            to: parts.next()?.parse().ok()?,
            current: parts.next()?.into(),
        })
    }

    /// Makes the command do this job.
    pub fn to_env(&self, command: &mut Command) {
        let donor = self.donor.as_deref().unwrap_or(Path::new(""));
        let Job { program, from, to, current, .. } = self;
        command.env(
            VARIABLE,
            format!("{}\n{}\n{from}\n{to}\n{}", program.display(), donor.display(), current.display()),
        );
    }

    /// The text of a mutant.
    pub fn mutant(&self, index: usize) -> Vec<u8> {
        let text = std::fs::read(&self.program).unwrap_or_default();
        match &self.donor {
            Some(donor) if index > 0 => {
                let donor = std::fs::read(donor).unwrap_or_default();
                let name = self.program.file_name().unwrap_or_default().to_string_lossy();
                mutate::mutant(&Text(&text), &Text(&donor), &name, index)
            }
            Some(_) | None => text,
        }
    }
}

/// How a mutant fared.
pub enum Outcome {
    Accepted,
    Rejected,
    Failed(String),
}

impl Outcome {
    /// From the line that a child writes.
    pub fn read(line: &str) -> Option<Outcome> {
        match line.split_at_checked(2)? {
            ("A ", _) => Some(Outcome::Accepted),
            ("R ", _) => Some(Outcome::Rejected),
            ("F ", why) => Some(Outcome::Failed(why.to_owned())),
            _ => None,
        }
    }
}

/// Runs the mutants and says how each fared.
pub fn run(job: &Job) {
    let panic = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&panic);
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        let message = info.payload_as_str().unwrap_or("?").replace('\n', " ");
        *noted.lock().expect("the hook does not panic") = format!("panic at {place}: {message}");
    }));
    let done = Arc::new(AtomicUsize::new(job.from));
    watch(Arc::clone(&done));
    #[allow(clippy::disallowed_methods, reason = "a test")]
    let stdout = io::stdout();
    for index in job.from..job.to {
        let text = job.mutant(index);
        std::fs::write(&job.current, &text).expect("the folder of mutants is writable");
        let start = processor_time();
        let result = catch_unwind(AssertUnwindSafe(|| compile(&job.program, text)));
        let took = processor_time().saturating_sub(start);
        let line = match result {
            Err(_) => format!("F {}", panic.lock().expect("the hook does not panic")),
            Ok(_) if took > TIME => format!("F {} s", took.as_secs()),
            Ok(Err(why)) => format!("F {why}"),
            Ok(Ok(true)) => "A ".to_owned(),
            Ok(Ok(false)) => "R ".to_owned(),
        };
        writeln!(stdout.lock(), "{line}").expect("somebody reads");
        done.store(index + 1, Ordering::Relaxed);
    }
}

/// Runs the whole pipeline: was the program accepted by the front end? The error is an internal one.
fn compile(program: &Path, text: Vec<u8>) -> Result<bool, String> {
    let loader = Overlay { program: program.to_owned(), text };
    let options = Options { program: program.to_owned(), ..Options::default() };
    let mut compilation = Compilation::with_loader(options, Box::new(loader));
    let accepted = compilation.check().is_ok();
    if accepted {
        // What cannot be compiled is refused; that is as good.
        let _ = compilation.generate(&p4xdp::driver::Codegen::default());
    }
    for format in [Format::Human, Format::Json] {
        let findings = compilation.diagnostics.iter();
        render(findings, &compilation.sources, format, false, &mut io::sink()).map_err(|e| e.to_string())?;
    }
    match compilation.diagnostics.iter().find(|d| d.message.contains("internal error")) {
        Some(bug) => Err(bug.message.replace('\n', " ")),
        None => Ok(accepted),
    }
}

/// The file system, but for one file.
struct Overlay {
    program: PathBuf,
    text: Vec<u8>,
}

impl FileLoader for Overlay {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == self.program { Ok(self.text.clone()) } else { FileSystem.read(path) }
    }
}

/// Ends the process when a mutant takes too long or too much memory.
fn watch(done: Arc<AtomicUsize>) {
    std::thread::spawn(move || {
        let (mut at, mut since) = (done.load(Ordering::Relaxed), Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let now = done.load(Ordering::Relaxed);
            if now != at {
                (at, since) = (now, Instant::now());
            } else if since.elapsed() > PATIENCE {
                std::process::exit(TOO_LONG);
            }
            if resident_kb() > MEMORY_KB {
                std::process::exit(TOO_MUCH_MEMORY);
            }
        }
    });
}

/// Time of this thread on the processor; by the clock where the kernel does not tell.
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok().map(Duration::from_nanos))
        .unwrap_or_else(|| start.elapsed())
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
