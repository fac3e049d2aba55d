//! Which warnings are shown, and which are errors. In: `-W` flags. Out: for each finding that the sink is given, whether
//! it is left out or made an error.

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
    /// The code that was most likely meant.
    pub known: Option<&'static str>,
}

impl WarningPolicy {
    /// Takes in what follows `-W`: `all`, `none`, `error`, `W0102`, `no-W0102`, `error=W0102` or `no-error=W0102`.
    /// Later flags go before earlier ones.
    pub fn set(&mut self, flag: &str) -> Result<(), UnknownWarning> {
        let all = match flag {
            "all" | "no-error" => Some(WarningLevel::Warn),
            "none" => Some(WarningLevel::Allow),
            "error" => Some(WarningLevel::Deny),
            _ => None,
        };
        if let Some(level) = all {
            self.default = level;
            self.codes.clear();
            return Ok(());
        }
        let prefixes =
            [("error=", WarningLevel::Deny), ("no-error=", WarningLevel::Warn), ("no-", WarningLevel::Allow)];
        let (level, name) = prefixes
            .into_iter()
            .find_map(|(prefix, level)| Some((level, flag.strip_prefix(prefix)?)))
            .unwrap_or((WarningLevel::Warn, flag));
        let code = Code::find(name).filter(|code| code.is_warning()).ok_or_else(|| UnknownWarning {
            name: name.to_owned(),
            known: closest(
                name,
                codes::ALL.iter().map(|(code, ..)| code.as_str()).filter(|c| c.starts_with('W')),
            ),
        })?;
        self.codes.insert(code, level);
        Ok(())
    }

    /// What becomes of a warning with this code.
    pub fn level(&self, code: Code) -> WarningLevel {
        self.codes.get(&code).copied().unwrap_or(self.default)
    }
}

impl Diagnostic {
    /// What becomes of a finding: nothing if it is a warning that the policy allows, an error if it denies it.
    pub(super) fn under(mut self, policy: &WarningPolicy) -> Option<Diagnostic> {
        if self.severity != Severity::Warning {
            return Some(self);
        }
        match policy.level(self.code) {
            WarningLevel::Allow => None,
            WarningLevel::Warn => Some(self),
            WarningLevel::Deny => {
                self.severity = Severity::Error;
                let code = self.code;
                Some(self.with_note(format!(
                    "`-W error` makes this warning an error; `-W no-error={code}` does not"
                )))
            }
        }
    }
}
