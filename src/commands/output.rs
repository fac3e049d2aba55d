//! How commands speak to people.

use std::io::{IsTerminal, Write};

/// Says on standard error what went wrong.
pub fn complain(message: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "p4xdp: {message}");
}

/// Says something on standard error.
pub fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// Writes a result to standard output; a closed pipe ends the output quietly.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Says something on standard error, where standard output is for something else.
pub fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Colour only on a terminal, and not where `NO_COLOR` is set.
pub fn color_on_stderr() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
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
