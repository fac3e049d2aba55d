//! Numbers that control planes give and get, and how keys are matched.

use serde::{Deserialize, Serialize};

/// A number that a control plane gives or gets: a key, a parameter, a cell's field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// P4 name.
    pub name: String,
    /// Bits.
    pub width: u32,
    /// `int<w>`
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
    /// Names of an enum's members by value, if it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Name of its type, if it is a new one (`type`), or an enum's of which P4Runtime has values by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// It is a port: what is copied to the port that a packet leaves by, or from one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub port: bool,
}

impl Param {
    /// An unsigned number.
    #[must_use]
    pub fn new(name: impl Into<String>, width: u32) -> Param {
        Param { name: name.into(), width, ..Param::default() }
    }
}

/// Match kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchKind {
    /// Equal.
    Exact,
    /// Longest prefix.
    Lpm,
    /// Value and mask.
    Ternary,
    /// Inclusive range.
    Range,
    /// Equal or anything.
    Optional,
    /// Input of an action selector; takes no part in the match.
    Selector,
}

impl MatchKind {
    /// As in P4.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MatchKind::Exact => "exact",
            MatchKind::Lpm => "lpm",
            MatchKind::Ternary => "ternary",
            MatchKind::Range => "range",
            MatchKind::Optional => "optional",
            MatchKind::Selector => "selector",
        }
    }

    /// Several entries of a table with such a key may match, and their priorities decide.
    #[must_use]
    pub fn needs_priority(self) -> bool {
        match self {
            MatchKind::Ternary | MatchKind::Range | MatchKind::Optional => true,
            MatchKind::Exact | MatchKind::Lpm | MatchKind::Selector => false,
        }
    }
}
