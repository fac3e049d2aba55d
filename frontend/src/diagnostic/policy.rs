//! Which warnings are shown, and which are errors. In: `-W` flags. Out: for each finding that the sink is given, whether
//! it is left out or made an error.

use super::scopes::Scopes;
use super::suggest::closest;
use super::{Code, Diagnostic, Severity, codes};
use std::collections::BTreeMap;

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WarningLevel {
    /// It is left out.
    Allow,
    /// It is shown.
    #[default]
    Warn,
    /// It is an error.
    Deny,
}

/// What becomes of each warning: a level for all, and levels for single codes, which go before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WarningPolicy {
    /// For codes that have no level of their own.
    pub default: WarningLevel,
    /// For single codes.
    pub codes: BTreeMap<Code, WarningLevel>,
}

/// A `-W` flag that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown warning `{name}`{}", known.map_or(String::new(), |known| format!("; did you mean `{known}`?")))]
pub struct UnknownWarning {
    /// The name as given.
    pub name: String,
    /// The name that was most likely meant.
    pub known: Option<&'static str>,
}

impl WarningPolicy {
    /// Takes in what follows `-W`: `all`, `none`, `error`, `NAME`, `no-NAME`, `error=NAME` or `no-error=NAME`, where a
    /// name is that of a warning (`unused`) or its code (`W0202`); also `disable`, `disable=NAME` and `warn=NAME`, as other
    /// compilers of P4 have them. Later flags go before earlier ones.
    ///
    /// # Errors
    /// When nobody knows the warning; the error proposes the one that was probably meant.
    pub fn set(&mut self, flag: &str) -> Result<(), UnknownWarning> {
        let all = match flag {
            "all" | "warn" | "no-error" => Some(WarningLevel::Warn),
            "none" | "disable" => Some(WarningLevel::Allow),
            "error" => Some(WarningLevel::Deny),
            _ => None,
        };
        if let Some(level) = all {
            self.default = level;
            self.codes.clear();
            return Ok(());
        }
        let prefixes = [
            ("error=", WarningLevel::Deny),
            ("no-error=", WarningLevel::Warn),
            ("warn=", WarningLevel::Warn),
            ("disable=", WarningLevel::Allow),
            ("no-", WarningLevel::Allow),
        ];
        let (level, name) = prefixes
            .into_iter()
            .find_map(|(prefix, level)| Some((level, flag.strip_prefix(prefix)?)))
            .unwrap_or((WarningLevel::Warn, flag));
        self.codes.extend(warnings_named(name)?.into_iter().map(|code| (code, level)));
        Ok(())
    }

    /// What becomes of a warning with this code.
    pub fn level(&self, code: Code) -> WarningLevel {
        self.codes.get(&code).copied().unwrap_or(self.default)
    }
}

/// Names of warnings that other compilers of P4 give and we do not: programs may mention them.
const ELSEWHERE: &[&str] = &[
    "branch",
    "duplicate",
    "expr",
    "failed",
    "ignore",
    "legacy",
    "missing",
    "multi-header-extract",
    "type-inference",
    "unsupported",
];

/// The codes that a name stands for; none if it is the name of a warning that other compilers give.
///
/// # Errors
///
/// When nobody knows the name.
pub fn warnings_named(name: &str) -> Result<Vec<Code>, UnknownWarning> {
    let found = Code::named(name);
    if !found.is_empty() || ELSEWHERE.contains(&name.replace('_', "-").as_str()) {
        return Ok(found);
    }
    let warnings = || codes::ALL.iter().map(|(code, ..)| *code).filter(|code| code.is_warning());
    let candidates = warnings().flat_map(|code| code.names().iter().copied());
    let known = closest(name, candidates.chain(warnings().map(Code::as_str)));
    Err(UnknownWarning { name: name.to_owned(), known })
}

impl Diagnostic {
    /// What becomes of a finding: nothing if it is a warning that the policy allows, an error if it denies it.
    pub(super) fn under(mut self, policy: &WarningPolicy, scopes: &Scopes) -> Option<Diagnostic> {
        if self.severity != Severity::Warning {
            return Some(self);
        }
        if scopes.silence(&self) {
            return None;
        }
        match policy.level(self.code) {
            WarningLevel::Allow => None,
            WarningLevel::Warn => Some(self),
            WarningLevel::Deny => {
                self.severity = Severity::Error;
                let name = self.code.names().first().copied().unwrap_or(self.code.as_str());
                Some(self.with_note(format!(
                    "`-W error` makes this warning an error; `-W no-error={name}` does not"
                )))
            }
        }
    }
}
