//! How commands speak to people. Everything that goes to standard output goes through [`Out`], so that a reader who has gone away, or a
//! full disk, is met in one place.

use super::Exit;
use crate::cli::TraceFormat;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Why standard output takes nothing more; a run has at most one reason.
static CLOSED: OnceLock<io::ErrorKind> = OnceLock::new();

/// Says on standard error what went wrong.
pub fn complain(message: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "p4xdp: {message}");
}

/// Says something on standard error.
pub fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// Writes a result to standard output.
pub fn print(text: &str) {
    write(text.as_bytes());
}

/// Writes a result that need not be text to standard output.
pub fn write(bytes: &[u8]) {
    // `Out` remembers what went wrong, and `settle` says it.
    let _ = Out.write_all(bytes).and_then(|()| Out.flush());
}

/// Whether results are JSON; a run has one form for all of them.
static JSON: AtomicBool = AtomicBool::new(false);

/// From now on results are JSON.
pub fn speak_json() {
    JSON.store(true, Ordering::Relaxed);
}

/// Results are JSON.
pub fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// The form that is asked for: `--json` goes before what an option says.
pub fn form(asked: TraceFormat) -> TraceFormat {
    if is_json() { TraceFormat::Json } else { asked }
}

/// Writes a result to standard output: for people, or as a line with one JSON value.
pub fn tell(text: impl FnOnce() -> String, value: impl FnOnce() -> Value) {
    print(&if is_json() { format!("{}\n", value()) } else { text() });
}

/// Says something on standard error, where standard output is for something else.
pub fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Standard output. After the first failure it takes nothing more; what failed is told once, by [`settle`].
#[derive(Clone, Copy, Debug)]
pub struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        attempt(|out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        attempt(Write::flush)
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that writes to standard output")]
fn attempt<T>(write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<T>) -> io::Result<T> {
    if let Some(kind) = CLOSED.get() {
        return Err((*kind).into());
    }
    let result = write(&mut io::stdout().lock());
    if let Err(error) = &result
        && error.kind() != io::ErrorKind::Interrupted
        && CLOSED.set(error.kind()).is_ok()
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        complain(&format!("cannot write standard output: {error}"));
    }
    result
}

/// Nobody reads what is printed any more: whoever prints without end may stop.
pub fn is_closed() -> bool {
    CLOSED.get().is_some()
}

/// How the run ended, with regard to standard output: a reader who has had enough (`| head`) is no fault, everything else that kept results
/// from being written is one.
pub fn settle(exit: Exit) -> Exit {
    match CLOSED.get() {
        None | Some(io::ErrorKind::BrokenPipe) => exit,
        Some(_) => Exit::Environment,
    }
}

/// Colour only on a terminal, and not where `NO_COLOR` is set.
pub fn color_on_stderr() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Standard output is a terminal.
#[allow(clippy::disallowed_methods, reason = "nothing is written")]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A panic is our bug: say so and ask for a report.
pub fn apologise_on_panic() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        default(info);
        complain(concat!(
            "this is a bug in p4xdp, not in your program; please report it with the program and the lines above (version ",
            env!("CARGO_PKG_VERSION"),
            ")"
        ));
    }));
}
