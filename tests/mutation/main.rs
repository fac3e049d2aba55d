//! Never a crash: mutants of all our programs, and bombs, through preprocessor, parser, checker, elaboration and back end. None may
//! panic, overflow the stack, end in an internal error, take over two seconds (twenty without optimisation) or over 1 GB.
//!
//! Each time two mutants of a program are tried; by `-- --ignored` it is more. `P4XDP_MUTANTS=N` makes N mutants of a program instead; `P4XDP_MUTATION_PROGRAMS=DIR` takes the programs under
//! DIR. Mutants are the same in every run; those that fail are kept under `target/tmp/mutation-N`.
//!
//! Each program's mutants run in a process of their own ([`child`]), so that even a stack overflow is only a failure.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "it is a test")]

mod bombs;
mod child;
mod mutate;
use libtest_mimic::{Arguments, Trial};
use p4xdp_test_support::files;
use p4xdp_test_support::progress::Progress;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;

/// Mutants of each program, unless the environment says otherwise: each time, and when it is asked for.
const FEW: usize = 2;
const MANY: usize = 24;
/// Processes at a time.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    if let Some(job) = child::Job::from_env() {
        child::run(&job);
        return ExitCode::SUCCESS;
    }
    let args = Arguments::from_args();
    let mut trials = vec![
        Trial::test("a few mutants", || mutation(FEW).map_err(Into::into)),
        Trial::test("mutation", || mutation(MANY).map_err(Into::into)).with_ignored_flag(true),
    ];
    trials.extend(bombs::all().into_iter().map(|(name, text)| {
        Trial::test(format!("bomb: {name}"), move || bomb(name, &text).map_err(Into::into))
    }));
    libtest_mimic::run(&args, trials).exit_code()
}

/// How the mutants fared.
#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    /// By what went wrong: how often, and the first mutant that did.
    failures: BTreeMap<String, (usize, PathBuf)>,
}

impl Tally {
    fn failed(&mut self, why: &str, mutant: &Path) {
        self.failures.entry(why.to_owned()).or_insert_with(|| (0, mutant.to_owned())).0 += 1;
    }
}

fn mutation(usual: usize) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutation-{usual}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let programs = programs();
    let mutants = number("P4XDP_MUTANTS").unwrap_or(usual);
    let progress = Progress::new("mutation: programs", programs.len() as u64);
    let tally = Mutex::new(Tally::default());
    let next = Mutex::new(0..programs.len());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (folder, programs, tally, next, progress) = (&folder, &programs, &tally, &next, &progress);
            scope.spawn(move || {
                let current = folder.join(format!("current-{worker}.p4"));
                loop {
                    let Some(index) = next.lock().expect("no worker panics").next() else { break };
                    let donor = programs[(index * 7 + 1) % programs.len()].clone();
                    mutants_of(&programs[index], donor, mutants, &current, tally);
                    progress.step();
                }
                let _ = std::fs::remove_file(current);
            });
        }
    });
    let tally = tally.into_inner().expect("no worker panics");
    let crashed: usize = tally.failures.values().map(|(count, _)| count).sum();
    println!(
        "mutation: {} mutants of {} programs, {} accepted, {} rejected, {crashed} crashed",
        tally.accepted + tally.rejected + crashed,
        programs.len(),
        tally.accepted,
        tally.rejected,
    );
    if crashed == 0 {
        return Ok(());
    }
    let list = tally.failures.iter().map(|(why, (n, first))| format!("{n} x {why}: {}", first.display()));
    Err(list.collect::<Vec<_>>().join("\n"))
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs the mutants of one program; where one kills the process, the next process goes on behind it.
fn mutants_of(program: &Path, donor: PathBuf, count: usize, current: &Path, tally: &Mutex<Tally>) {
    let mut job = child::Job {
        program: program.to_owned(),
        donor: Some(donor),
        from: 0,
        to: count,
        current: current.to_owned(),
    };
    while job.from < count {
        let mut at = job.from;
        let died = run_child(&job, |outcome| {
            let mut tally = tally.lock().expect("no worker panics");
            match outcome {
                child::Outcome::Accepted => tally.accepted += 1,
                child::Outcome::Rejected => tally.rejected += 1,
                child::Outcome::Failed(why) => tally.failed(&why, &keep(&job, at)),
            }
            at += 1;
        });
        if let Some(why) = died {
            tally.lock().expect("no worker panics").failed(&why, &keep(&job, at));
            at += 1;
        }
        job.from = at;
    }
}

/// Keeps the mutant that just ran.
fn keep(job: &child::Job, index: usize) -> PathBuf {
    let stem = job.program.file_stem().unwrap_or_default().to_string_lossy();
    let kept = job.current.with_file_name(format!("{stem}-{index}.p4"));
    let _ = std::fs::write(&kept, job.mutant(index));
    kept
}

/// Runs a child; why it died, if it did.
fn run_child(job: &child::Job, mut each: impl FnMut(child::Outcome)) -> Option<String> {
    let exe = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new(exe);
    job.to_env(&mut command);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("this program runs again");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    for outcome in lines.map_while(Result::ok).filter_map(|line| child::Outcome::read(&line)) {
        each(outcome);
    }
    match child.wait() {
        Ok(status) if status.success() => None,
        Ok(status) => Some(match status.code() {
            Some(child::TOO_LONG) => "no end".to_owned(),
            Some(child::TOO_MUCH_MEMORY) => "too much memory".to_owned(),
            Some(_) | None => format!("died: {status}"),
        }),
        Err(error) => Some(error.to_string()),
    }
}

fn bomb(name: &str, text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let program = folder.path().join("bomb.p4");
    std::fs::write(&program, text).map_err(|e| e.to_string())?;
    let job = child::Job { program, donor: None, from: 0, to: 1, current: folder.path().join("current.p4") };
    let mut failure = None;
    let died = run_child(&job, |outcome| match outcome {
        child::Outcome::Accepted | child::Outcome::Rejected => {}
        child::Outcome::Failed(why) => failure = Some(why),
    });
    match died.or(failure) {
        None => Ok(()),
        Some(why) => Err(format!("{name}: {why}")),
    }
}

/// All our programs, or those that the environment names.
fn programs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Some(folder) = std::env::var_os("P4XDP_MUTATION_PROGRAMS") {
        return files(Path::new(&folder), "p4");
    }
    let folders = ["testdata", "examples", "benches/p4", "p4include"];
    folders.iter().flat_map(|folder| files(&root.join(folder), "p4")).collect()
}
