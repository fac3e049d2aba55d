//! Collects what libbpf would print to standard error: a library does not print, but the lines say why an operation failed.

use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Runs something and returns with it the warnings that libbpf gave meanwhile in this thread.
pub(crate) fn collecting<T>(run: impl FnOnce() -> T) -> (T, Vec<String>) {
    static START: Once = Once::new();
    // Not libbpf-rs's own hook: it panics, within a C function, on bytes that are not UTF-8. The verifier's log has such bytes, since it
    // quotes the lines of the C source as they are.
    START.call_once(|| crate::sys::bpf::on_warning(|text| LINES.with_borrow_mut(|lines| lines.push(text))));
    LINES.take();
    let result = run();
    (result, lines(&LINES.take()))
}

/// libbpf prints parts of lines and its own name in front of each.
fn lines(parts: &[String]) -> Vec<String> {
    parts
        .concat()
        .lines()
        .map(|line| line.strip_prefix("libbpf: ").unwrap_or(line).trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}
