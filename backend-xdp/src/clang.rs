//! clang: generated C in, eBPF object out.
//!
//! Finds a clang that is new enough, runs it without any system header, and types what can go wrong. What clang says
//! of our C is our bug: [`ClangError::Refused`] carries the place in the C, which the emitter's line table turns into
//! a place in the P4 text.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Oldest clang that compiles what we generate.
pub const OLDEST: u32 = 14;
/// Newest `clang-NN` that is looked for; plain `clang` is always looked for.
const NEWEST: u32 = 30;
/// What clang says of a jump that is too far, among others.
const FAR_JUMP: &str = "out of insn range";
/// Names a clang instead of the search.
pub const ENVIRONMENT: &str = "P4XDP_CLANG";

/// A clang that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clang {
    /// Command or path.
    pub path: PathBuf,
    /// Major version.
    pub version: u32,
}

/// One message of clang about our C, or the user's that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file as clang names it: our C by its name alone, the user's by its path.
    pub file: String,
    /// Line in the C file, from 1; 0 where clang names none.
    pub line: u32,
    /// Column, from 1; 0 where clang names none.
    pub column: u32,
    /// What it says, without the place.
    pub message: String,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClangError {
    /// None on the path.
    #[error(
        "no clang on PATH; version {OLDEST} or newer is needed to make an object (Debian, Ubuntu: `apt install clang`; Fedora: `dnf install \
         clang`), or name one with `--clang` or ${ENVIRONMENT}; `--emit c,h` needs none"
    )]
    Missing,
    /// The one that the user named does not run.
    #[error("cannot run `{0}`: {1}")]
    Unusable(PathBuf, std::io::Error),
    /// The one that the user named is something else.
    #[error("`{0}` does not tell a clang version; name a clang {OLDEST} or newer")]
    NotClang(PathBuf),
    /// Too old.
    #[error("`{0}` is clang {1}; version {OLDEST} or newer is needed")]
    TooOld(PathBuf, u32),
    /// It has no BPF back end.
    #[error("`{0}` was built without the `bpf` target; install your distribution's clang")]
    NoBpf(PathBuf),
    /// It refuses our C.
    #[error("clang refused the generated C: {}", .complaints.first().map_or("no message", |c| c.message.as_str()))]
    Refused {
        /// The C, which is left in its place.
        source_file: PathBuf,
        /// Errors, as far as they could be read.
        complaints: Vec<Complaint>,
        /// All that clang wrote.
        output: String,
    },
}

impl ClangError {
    /// True if clang finds nothing wrong with the C but that it is too large as one program: it needs too much stack, or a jump is too far.
    pub fn is_of_size(&self) -> bool {
        let ClangError::Refused { complaints, output, .. } = self else { return false };
        let is_of_size = |complaint| matches!(Trouble::of(complaint), Trouble::Stack | Trouble::Jump);
        let mut known = complaints.iter().filter(|complaint| !complaint.is_of_their_number()).peekable();
        // Some versions end without saying where.
        if known.peek().is_none() { output.contains(FAR_JUMP) } else { known.all(is_of_size) }
    }
}

impl Complaint {
    /// It says that there are more errors than are shown.
    pub fn is_of_their_number(&self) -> bool {
        self.message.starts_with("too many errors emitted")
    }
}

impl Clang {
    /// The clang that the user named (`--clang`, else $P4XDP_CLANG), else the newest `clang-NN` on the path, else `clang`.
    ///
    /// # Errors
    /// When there is none, or the named one does not serve.
    pub fn find(named: Option<&Path>) -> Result<Clang, ClangError> {
        let from_environment = std::env::var_os(ENVIRONMENT).filter(|v| !v.is_empty()).map(PathBuf::from);
        if let Some(path) = named.map(Path::to_owned).or(from_environment) {
            return Clang::probe(&path);
        }
        let numbered = (OLDEST..=NEWEST).rev().map(|n| format!("clang-{n}"));
        let mut too_old = None;
        for name in numbered.chain(["clang".to_owned()]) {
            match Clang::probe(Path::new(&name)) {
                Ok(found) => return Ok(found),
                Err(error @ ClangError::TooOld(..)) => too_old = Some(error),
                Err(_) => {}
            }
        }
        Err(too_old.unwrap_or(ClangError::Missing))
    }

    fn probe(path: &Path) -> Result<Clang, ClangError> {
        if !is_on_path(path) {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(ClangError::Unusable(path.to_owned(), missing));
        }
        let output = Command::new(path)
            .arg("--version")
            .output()
            .map_err(|error| ClangError::Unusable(path.to_owned(), error))?;
        let version = major_version(&String::from_utf8_lossy(&output.stdout))
            .ok_or_else(|| ClangError::NotClang(path.to_owned()))?;
        if version < OLDEST {
            return Err(ClangError::TooOld(path.to_owned(), version));
        }
        Ok(Clang { path: path.to_owned(), version })
    }

    /// Compiles a C file into an object file. `extra` goes behind our own arguments.
    /// What clang warns of in other files than this one, by `#line` the user's, is returned, a message a line.
    ///
    /// # Errors
    /// When clang does not run or refuses the file; both files are left as they are.
    pub fn compile(&self, source: &Path, object: &Path, extra: &[String]) -> Result<Vec<String>, ClangError> {
        // Run beside the source, so that the debug information names no directory of this machine.
        let directory = source.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = source.file_name().map_or(source, Path::new);
        let object = std::path::absolute(object).unwrap_or_else(|_| object.to_owned());
        let output = Command::new(&self.path)
            .current_dir(directory)
            .args(["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-nostdinc", "-Wall"])
            .args([
                "-Werror=undefined-internal",
                "-fno-color-diagnostics",
                "-fno-caret-diagnostics",
                "-fdebug-compilation-dir=.",
                "-c",
            ])
            .args(extra)
            .arg("-o")
            .arg(object)
            .arg(file)
            .env("LC_ALL", "C")
            .output()
            .map_err(|error| ClangError::Unusable(self.path.clone(), error))?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            let ours = format!("{}:", file.display());
            let of_others = |line: &&str| line.contains(": warning: ") && !line.starts_with(&ours);
            return Ok(text.lines().filter(of_others).map(str::to_owned).collect());
        }
        if text.contains("unknown target triple") || text.contains("No available targets") {
            return Err(ClangError::NoBpf(self.path.clone()));
        }
        Err(ClangError::Refused {
            source_file: source.to_owned(),
            complaints: text.lines().filter_map(complaint).collect(),
            output: text,
        })
    }
}

/// A path with a directory in it is looked for there; a bare name in the directories of `$PATH`. Looking first is a
/// hundred times cheaper than a failed start for each version that might exist.
fn is_on_path(command: &Path) -> bool {
    if command.components().count() > 1 {
        return command.exists();
    }
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(command).is_file()))
}

/// The major version out of what `--version` prints: `Debian clang version 14.0.6`, `clang version 19.1.7 (..)`.
fn major_version(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("clang version ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Reads `FILE:LINE:COLUMN: error: TEXT`, and `error: TEXT` of the code generator.
fn complaint(line: &str) -> Option<Complaint> {
    let (place, message) = match line.split_once("error: ") {
        Some((place, message)) => (place.trim_end_matches("fatal ").trim_end_matches([':', ' ']), message),
        None => return None,
    };
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().and_then(|p| p.parse().ok());
    let row = parts.next().and_then(|p| p.parse().ok());
    let (line, column, file) = match (row, column) {
        (Some(row), Some(column)) => (row, column, parts.next().unwrap_or_default()),
        _ => (0, 0, ""),
    };
    Some(Complaint { file: file.to_owned(), line, column, message: message.to_owned() })
}

/// What is wrong with our C by a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The program needs more stack than there is.
    Stack,
    /// A jump is too far.
    Jump,
    /// Something that should not be.
    Other,
}

impl Trouble {
    /// Of a complaint, in the words of clang 14 to 22.
    pub fn of(complaint: &Complaint) -> Trouble {
        let says = |words: &str| complaint.message.contains(words);
        if says("BPF stack limit") {
            Trouble::Stack
        } else if says(FAR_JUMP) || says("out of range") && (says("ranch") || says("fixup")) {
            Trouble::Jump
        } else {
            Trouble::Other
        }
    }
}

/// The function that a complaint says nobody has defined.
pub fn undefined_function(complaint: &Complaint) -> Option<&str> {
    let (name, rest) = complaint.message.strip_prefix("function '")?.split_once('\'')?;
    rest.starts_with(" has internal linkage but is not defined").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(major_version("Debian clang version 14.0.6\nTarget: x86_64"), Some(14));
        assert_eq!(major_version("clang version 19.1.7 (3)"), Some(19));
        assert_eq!(major_version("gcc (Debian 12.2.0) 12.2.0"), None);
    }

    #[test]
    fn refusals_for_size() {
        let refused = |output: &str| ClangError::Refused {
            source_file: PathBuf::from("a.c"),
            complaints: output.lines().filter_map(complaint).collect(),
            output: output.to_owned(),
        };
        let stack = "a.c:3:1: error: Looks like the BPF stack limit of 512 bytes is exceeded.\n";
        assert!(refused(stack).is_of_size());
        assert!(refused(&format!("{stack}fatal error: too many errors emitted, stopping now")).is_of_size());
        assert!(refused("LLVM ERROR: Branch target out of insn range").is_of_size());
        let other = "a.c:3:1: error: use of undeclared identifier 'x'\n";
        assert!(!refused(&format!("{stack}{other}")).is_of_size());
        assert!(!refused("Segmentation fault").is_of_size());
    }

    #[test]
    fn complaints() {
        let at = |text| complaint(text).map(|c| (c.file, c.line, c.column, c.message));
        assert_eq!(
            at("/tmp/a:b.c:12:7: error: use of undeclared identifier 'x'"),
            Some(("/tmp/a:b.c".to_owned(), 12, 7, "use of undeclared identifier 'x'".to_owned()))
        );
        assert_eq!(
            at("a.c:3:1: fatal error: too many errors"),
            Some(("a.c".to_owned(), 3, 1, "too many errors".to_owned()))
        );
        assert_eq!(
            at("error: Looks like the BPF stack limit"),
            Some((String::new(), 0, 0, "Looks like the BPF stack limit".to_owned()))
        );
        assert_eq!(at("a.c:1:2: warning: unused"), None);
    }

    #[test]
    fn troubles() {
        let of = |text| complaint(text).as_ref().map(Trouble::of);
        let stack = "a.c:9:5: error: Looks like the BPF stack limit of 512 bytes is exceeded. Please move large on stack variables \
                     into BPF per-cpu array map.";
        assert_eq!(of(stack), Some(Trouble::Stack));
        assert_eq!(of("error: Branch target out of insn range"), Some(Trouble::Jump));
        assert_eq!(of("a.c:1:2: error: use of undeclared identifier 'out'"), Some(Trouble::Other));
    }

    #[test]
    fn a_named_clang_that_is_none() {
        let error = Clang::find(Some(Path::new("/nowhere/clang"))).expect_err("there is none");
        assert!(matches!(error, ClangError::Unusable(..)), "{error}");
        let error = Clang::find(Some(Path::new("/bin/sh"))).expect_err("a shell");
        assert!(matches!(error, ClangError::NotClang(_)), "{error}");
    }
}
