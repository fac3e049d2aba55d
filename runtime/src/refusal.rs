//! Reads the verifier's log of a refused program: in, the log; out, its reason and the line of C and of P4 that it complains about. The C
//! line is in the log, from the object's debug information; the P4 line is in a comment of the C (`l2.p4:12`), on that line or above it.

use crate::Object;
use crate::error::Trouble;
use std::fmt;
use std::fs;
use std::path::Path;

/// Why the verifier refused a program, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The object.
    pub object: String,
    /// The verifier's last word: `R1 invalid mem access 'scalar'`.
    pub reason: String,
    /// Line of C: its text, and where it stands.
    pub c_line: Option<(String, Option<String>)>,
    /// Position in P4: `l2.p4:12`.
    pub p4_line: Option<String>,
    /// Last lines of the log.
    pub excerpt: Vec<String>,
    /// Release of the kernel that refused.
    pub kernel: String,
}

/// What kind of reason it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is more to be processed than the verifier takes.
    TooMuch,
    /// A jump is too far.
    TooFar,
    /// The functions that call one another need too much stack.
    Stack,
    /// Something that the verifier does not allow.
    Other,
}

impl std::error::Error for Refusal {}

impl Trouble for Refusal {
    /// It is a mistake of the compiler.
    fn is_environment(&self) -> bool {
        false
    }
}

impl Refusal {
    /// What kind of reason it is, by the words of the kernel's `verifier.c`.
    #[must_use]
    pub fn kind(&self) -> Reason {
        let says = |words: &str| self.reason.contains(words);
        if says("too large. Processed") || says("is too complex") || says("too many states") {
            Reason::TooMuch
        } else if says("jump out of range") {
            Reason::TooFar
        } else if says("combined stack size") || says("stack size") {
            Reason::Stack
        } else {
            Reason::Other
        }
    }

    /// The C file, by its base name, and the line in it, where the log tells.
    #[must_use]
    pub fn place(&self) -> Option<(&str, u32)> {
        let (_, place) = self.c_line.as_ref()?;
        let (file, line) = place.as_ref()?.rsplit_once(':')?;
        Some((file.rsplit('/').next().unwrap_or(file), line.parse().ok()?))
    }

    /// Of the verifier's log; `None` if it has none.
    pub(crate) fn of_log(object: &Object, log: &str) -> Option<Refusal> {
        let lines: Vec<&str> = log.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        Refusal::of_lines(object, &lines)
    }

    /// Of what libbpf printed, which has the log between two marks.
    pub(crate) fn of_libbpf(object: &Object, lines: &[String]) -> Option<Refusal> {
        let begin = lines.iter().position(|line| line.contains("BEGIN PROG LOAD LOG"))?;
        let rest = lines.get(begin + 1..)?;
        let end = rest.iter().position(|line| line.contains("END PROG LOAD LOG")).unwrap_or(rest.len());
        let lines: Vec<&str> = rest.get(..end)?.iter().map(String::as_str).collect();
        Refusal::of_lines(object, &lines)
    }

    fn of_lines(object: &Object, lines: &[&str]) -> Option<Refusal> {
        let is_statistics = |line: &str| {
            ["processed ", "verification time ", "stack depth ", "max_states", "insns total"]
                .iter()
                .any(|start| line.starts_with(start))
        };
        let body: Vec<&str> = lines.iter().copied().filter(|line| !is_statistics(line)).collect();
        let reason = (*body.last()?).to_owned();
        let source = body.iter().rev().find_map(|line| line.strip_prefix("; "));
        let c_line = source.map(|source| match source.rsplit_once(" @ ") {
            Some((text, place)) => (text.trim().to_owned(), Some(place.to_owned())),
            None => (source.trim().to_owned(), None),
        });
        let p4_line = c_line
            .as_ref()
            .and_then(|(text, place)| position(text).or_else(|| above(object, text, place.as_deref())));
        let start = body.len().saturating_sub(20);
        Some(Refusal {
            object: object.name().into(),
            reason,
            c_line,
            p4_line,
            excerpt: body.get(start..).unwrap_or_default().iter().map(|line| (*line).to_owned()).collect(),
            kernel: kernel_release(),
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the verifier of kernel {} refuses {}: {}", self.kernel, self.object, self.reason)?;
        if let Some(p4) = &self.p4_line {
            write!(f, "\n  P4: {p4}")?;
        }
        if let Some((text, place)) = &self.c_line {
            write!(f, "\n  C:  {text}")?;
            if let Some(place) = place {
                write!(f, " ({place})")?;
            }
        }
        for line in &self.excerpt {
            write!(f, "\n  | {line}")?;
        }
        Ok(())
    }
}

/// `NAME.p4:LINE` in a comment of a line of C.
fn position(line: &str) -> Option<String> {
    line.split("/*").skip(1).find_map(|rest| {
        let comment = rest.split("*/").next().unwrap_or_default().trim();
        let (file, number) = comment.rsplit_once(':')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && !file.is_empty() && !file.contains(' ')).then(|| comment.to_owned())
    })
}

/// The nearest position above the line, in the C file beside the object.
fn above(object: &Object, text: &str, place: Option<&str>) -> Option<String> {
    let path = object.path()?.with_extension("c");
    let source = fs::read(Path::new(&path)).ok()?;
    let source = String::from_utf8_lossy(&source);
    let lines: Vec<&str> = source.lines().collect();
    let number = place
        .and_then(|place| place.rsplit_once(':')?.1.parse::<usize>().ok())
        .or_else(|| lines.iter().position(|line| line.trim() == text).map(|index| index + 1))?;
    lines.get(..number.min(lines.len()))?.iter().rev().find_map(|line| position(line))
}

/// Release of the running kernel.
#[must_use]
pub fn kernel_release() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn positions() {
        assert_eq!(position("x = 1; /* l2.p4:12:5 */").as_deref(), Some("l2.p4:12:5"));
        assert_eq!(position("if (a /* b */) { /* include/l2.p4:12 */").as_deref(), Some("include/l2.p4:12"));
        assert_eq!(position("/* what: 12 */"), None);
        assert_eq!(position("x = 1;"), None);
    }
}
