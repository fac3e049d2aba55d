//! One search by name for all control planes: in, the full names of tables, actions, keys or externs, and what a person wrote; out, which
//! one it is, or what it may have been. How that is said is the caller's.
//!
//! A name stands for the one that it equals, else for the one that it is the end of, from a dot on. Packet tests may also spell names as
//! p4c's generated C does (`pipe_t`, `headers_ipv4_srcAddr`), or give any end.

/// How names may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As in P4: in full, or the end from a dot on.
    P4,
    /// And as in p4c's generated C; and any end, as its driver for bmv2 takes it.
    P4c,
}

/// A name that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Position in the list.
    pub at: usize,
    /// It was written as in p4c's generated C.
    pub in_c: bool,
}

/// Why no name was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// There is none; the one that was likely meant, if there is one.
    Unknown {
        /// Full name.
        nearest: Option<String>,
    },
    /// There are several.
    Ambiguous {
        /// Full names.
        candidates: Vec<String>,
    },
}

/// A way to take a name for a candidate, and whether the name is then written as in C.
type Test<'t> = (bool, &'t dyn Fn(&str) -> bool);

/// Finds a name.
///
/// # Errors
/// When there is none, or more than one.
pub fn find(names: &[&str], name: &str, spelling: Spelling) -> Result<Found, NotFound> {
    let dotted = format!(".{name}");
    let wanted = in_c(name);
    let suffix = format!("_{wanted}");
    let tests: [Test<'_>; 5] = [
        (false, &|candidate| candidate == name),
        (false, &|candidate| candidate.ends_with(&dotted)),
        (true, &|candidate| in_c(candidate) == wanted),
        (true, &|candidate| in_c(candidate).ends_with(&suffix)),
        (false, &|candidate| candidate.ends_with(name)),
    ];
    let tests = match spelling {
        Spelling::P4 => tests.get(..2).unwrap_or(&tests),
        Spelling::P4c => &tests,
    };
    for (in_c, test) in tests {
        let mut found = names.iter().enumerate().filter(|(_, candidate)| test(candidate));
        match (found.next(), found.next()) {
            (None, _) => {}
            (Some((at, _)), None) => return Ok(Found { at, in_c: *in_c }),
            // Full names are unique but where a program has objects of one name; then the first is as good as any.
            (Some((at, first)), Some(_)) if *first == name => return Ok(Found { at, in_c: false }),
            (Some(_), Some(_)) => {
                let candidates = names.iter().filter(|candidate| test(candidate));
                return Err(NotFound::Ambiguous {
                    candidates: candidates.map(|name| (*name).into()).collect(),
                });
            }
        }
    }
    Err(NotFound::Unknown { nearest: nearest(name, names) })
}

/// C's underscores for everything that is no letter or digit.
fn in_c(name: &str) -> String {
    let name = name.replace(".$valid$", ".isValid()").replace("$valid$", "isValid()");
    name.chars().filter(|c| *c != ']').map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The last part of a name.
fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// The candidate that differs least, if it differs little; the last part of a name counts as the name.
fn nearest(name: &str, names: &[&str]) -> Option<String> {
    let distance = |candidate: &str| {
        strsim::damerau_levenshtein(name, candidate)
            .min(strsim::damerau_levenshtein(last(name), last(candidate)))
    };
    let best = names.iter().map(|candidate| (distance(candidate), *candidate)).min()?;
    // Of a name of one letter nothing is left when that differs.
    (best.0 <= last(name).len().max(3) / 3 && best.0 < name.len()).then(|| best.1.to_owned())
}

/// The end of a full name with as many parts as the name that somebody wrote has.
#[must_use]
pub fn as_much<'n>(full: &'n str, written: &str) -> &'n str {
    let dots = written.matches('.').count();
    match full.rmatch_indices('.').nth(dots) {
        Some((at, _)) => full.get(at + 1..).unwrap_or(full),
        None => full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let names = ["pipe.t", "pipe.set", "other.set", "a.hdr.ipv4.$valid$"];
        let at = |name, spelling| find(&names, name, spelling).map(|found| (found.at, found.in_c));
        assert_eq!(at("pipe.t", Spelling::P4), Ok((0, false)));
        assert_eq!(at("t", Spelling::P4), Ok((0, false)));
        assert_eq!(at("pipe_t", Spelling::P4), Err(NotFound::Unknown { nearest: Some("pipe.t".into()) }));
        assert_eq!(at("pipe_t", Spelling::P4c), Ok((0, true)));
        assert_eq!(at("hdr.ipv4.isValid()", Spelling::P4c), Ok((3, true)));
        let several = vec!["pipe.set".to_owned(), "other.set".to_owned()];
        assert_eq!(at("set", Spelling::P4), Err(NotFound::Ambiguous { candidates: several }));
        assert_eq!(at("far_away", Spelling::P4), Err(NotFound::Unknown { nearest: None }));
        assert_eq!(find(&["v"], "w", Spelling::P4), Err(NotFound::Unknown { nearest: None }));
        assert_eq!(find(&["a.x", "a.x"], "a.x", Spelling::P4), Ok(Found { at: 0, in_c: false }));
    }

    #[test]
    fn shortened() {
        assert_eq!(as_much("a.b.c", "x"), "c");
        assert_eq!(as_much("a.b.c", "x.y"), "b.c");
        assert_eq!(as_much("a.b", "x.y.z"), "a.b");
    }
}
