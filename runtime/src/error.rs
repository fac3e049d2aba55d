//! What can go wrong between a program and the kernel: in, an error of a room, of a system call or of libbpf; out, one error that says
//! whether the input or the environment is to blame. What can go wrong in a room is said there; how an error is shown, and the exit status,
//! is the caller's.

use std::any::Any;
use std::fmt;
use std::io;

/// Any error of this crate: one of a room, which says there what can go wrong in it, or a system call's.
#[derive(Debug)]
pub struct Error(Box<dyn Trouble>);

/// What the errors of all rooms answer.
pub trait Trouble: std::error::Error + Any + Send + Sync {
    /// The environment is to blame (privilege, devices, the kernel), not what the user asked for.
    fn is_environment(&self) -> bool;
}

impl Error {
    /// The error of a room, if it is one: `error.of::<LoadError>()`.
    #[must_use]
    pub fn of<T: Trouble>(&self) -> Option<&T> {
        let trouble: &dyn Any = &*self.0;
        trouble.downcast_ref()
    }

    /// See [`Trouble::is_environment`].
    #[must_use]
    pub fn is_environment(&self) -> bool {
        self.0.is_environment()
    }
}

impl<T: Trouble> From<T> for Error {
    fn from(error: T) -> Error {
        Error(Box::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// A system call that failed.
#[derive(Debug)]
pub struct KernelError {
    /// What was tried: `attach to eth0`.
    pub what: String,
    /// What the kernel said.
    pub source: io::Error,
    /// What libbpf had to say about it, a line each.
    pub log: Vec<String>,
    /// The capabilities that it needs.
    pub needs: &'static str,
}

/// What loading, attaching and filling tables needs.
pub(crate) const CAPABILITIES: &str = "the capabilities CAP_BPF and CAP_NET_ADMIN";
/// What finding a program or map by its number, mounting, and entering namespaces needs.
pub(crate) const CAP_SYS_ADMIN: &str = "the capability CAP_SYS_ADMIN";

impl KernelError {
    /// Of an operation and the system's error.
    #[must_use]
    pub fn new(what: impl Into<String>, source: io::Error) -> KernelError {
        KernelError { what: what.into(), source, log: Vec::new(), needs: CAPABILITIES }
    }

    /// Of an operation and libbpf's error, with the lines that libbpf would have printed.
    #[must_use]
    pub fn bpf(what: impl Into<String>, source: &libbpf_rs::Error, log: Vec<String>) -> KernelError {
        KernelError { what: what.into(), source: io_error(source), log, needs: CAPABILITIES }
    }

    /// Says which capabilities the operation needs, where they are not those of most.
    #[must_use]
    pub fn needing(self, needs: &'static str) -> KernelError {
        KernelError { needs, ..self }
    }

    /// The kernel does not let us.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self.source.raw_os_error(), Some(libc::EPERM | libc::EACCES))
    }

    /// What to do about it, if that is known.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        Some(match self.source.raw_os_error()? {
            libc::EPERM | libc::EACCES => format!("it needs root, or {}", self.needs),
            libc::ENOSYS => "the kernel has no eBPF".into(),
            libc::EOPNOTSUPP => "the device's driver has no native XDP; load with `--mode generic`".into(),
            _ => return None,
        })
    }
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}", self.what, self.source)?;
        if let Some(advice) = self.advice() {
            write!(f, " ({advice})")?;
        }
        for line in &self.log {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for KernelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Trouble for KernelError {
    fn is_environment(&self) -> bool {
        true
    }
}

/// The system's error inside libbpf's.
pub(crate) fn io_error(error: &libbpf_rs::Error) -> io::Error {
    let text = format!("{error:#}");
    let number = text.rsplit_once("(os error ").and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok());
    match number {
        Some(number) => system_error(number),
        None => io::Error::other(text),
    }
}

/// An error by its number: the system's, or one of those that libbpf has beyond them (`LIBBPF_ERRNO__START` and on).
pub(crate) fn system_error(number: i32) -> io::Error {
    match libbpf_words(number) {
        Some(words) => io::Error::other(words),
        None => io::Error::from_raw_os_error(number),
    }
}

/// libbpf's own errors in words, from 4000 on.
fn libbpf_words(number: i32) -> Option<&'static str> {
    const FIRST: i32 = 4000;
    const WORDS: [&str; 14] = [
        "its ELF structure is damaged",
        "it is no valid eBPF object",
        "its section `version` is wrong or missing",
        "it is made for a machine of the other byte order",
        "libbpf met an error of its own",
        "a relocation in it does not fit",
        "its program cannot be loaded",
        "the verifier refuses it",
        "its program is too large",
        "it is made for another kernel",
        "this kernel does not know its type of program",
        "the kernel's answer is for another process",
        "the kernel's answers come in the wrong order",
        "the kernel's answer is not understood",
    ];
    WORDS.get(usize::try_from(number.checked_sub(FIRST)?).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::system_error;

    #[test]
    fn errors_of_libbpf_are_words() {
        for number in 4000..4014 {
            assert!(!system_error(number).to_string().contains("nknown error"), "{number}");
        }
        assert_eq!(system_error(libc::ENOENT).raw_os_error(), Some(libc::ENOENT));
        assert!(system_error(4014).to_string().contains("4014"));
    }
}
