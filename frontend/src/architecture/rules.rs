//! The rules as data. A file begins with `architecture NAME` and `package NAME`, the package type; then a rule a line:
//!
//! - `parser ROLE: PARAM, ..` and `control ROLE: PARAM, ..`: the package's blocks in order, by the names of its parameters, those of packages
//!   within it included. A parameter is `DIRECTION TYPE`, with `*` for any type that is no extern, `in|inout` for either, `packet_in` without
//!   direction; `TYPE?` may be left out, as may the whole block with `control? ROLE`;
//! - `needs STRUCT: FIELD..`: the struct has these fields;
//! - `only ROLE..: EXTERN..`: these extern functions and objects are for these blocks alone;
//! - `odd ROLE..: EXTERN..: WHAT`: in these blocks they do not do what they are for; the text says what they do;
//! - `owner EXTERN: PROPERTY`: an object of this type belongs to the table that names it in this property;
//! - `asserts FUNCTION..`: behind a call of these extern functions their first argument holds.
//!
//! `#` begins a comment.

use std::sync::LazyLock;

/// In files beside their includes.
const FILES: &[&str] = &[
    include_str!("../../../p4include/xdp_model.rules"),
    include_str!("../../../p4include/ebpf_model.rules"),
    include_str!("../../../p4include/v1model.rules"),
    include_str!("../../../p4include/psa.rules"),
    include_str!("../../../p4include/pna.rules"),
    include_str!("../../../p4include/ubpf_model.rules"),
];

/// The rules of all architectures.
pub(super) static ALL: LazyLock<Vec<Rules>> = LazyLock::new(|| FILES.iter().map(|file| read(file)).collect());

/// The rules of one architecture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// The architecture's name.
    pub(super) name: &'static str,
    /// The package type.
    pub(super) package: &'static str,
    /// The package's blocks.
    pub(super) blocks: Vec<BlockRule>,
    /// Structs and fields that they have.
    pub(super) needs: Vec<(&'static str, Vec<&'static str>)>,
    /// An extern and the roles that it is for.
    only: Vec<(&'static str, Vec<&'static str>)>,
    /// An extern, roles, and what it does there.
    odd: Vec<(&'static str, Vec<&'static str>, &'static str)>,
    /// An extern type and the table property that makes an object belong to a table.
    owners: Vec<(&'static str, &'static str)>,
    /// Extern functions that come back only where their first argument holds.
    pub(super) asserts: Vec<&'static str>,
}

/// A block that a package has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BlockRule {
    pub(super) role: &'static str,
    pub(super) is_parser: bool,
    pub(super) is_optional: bool,
    pub(super) params: Vec<ParamRule>,
}

/// A parameter of a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ParamRule {
    /// Directions that will do, in P4's words; empty for none.
    pub(super) directions: Vec<&'static str>,
    /// The type's name; `*` for any.
    pub(super) ty: &'static str,
    pub(super) is_optional: bool,
}

impl Rules {
    /// The roles that an extern is for; `None` if it is for all.
    pub(super) fn roles(&self, name: &str) -> Option<&[&'static str]> {
        self.only.iter().find(|(known, _)| *known == name).map(|(_, roles)| roles.as_slice())
    }

    /// What an extern does in a block that it is not meant for.
    pub(super) fn oddity(&self, name: &str, role: &str) -> Option<&'static str> {
        let is_meant = |(known, roles, _): &&(&str, Vec<&str>, &str)| *known == name && roles.contains(&role);
        self.odd.iter().find(is_meant).map(|(.., what)| *what)
    }

    /// The property that makes an object of this type belong to a table.
    pub(super) fn owner_property(&self, name: &str) -> Option<&'static str> {
        self.owners.iter().find(|(known, _)| *known == name).map(|(_, property)| *property)
    }
}

fn read(file: &'static str) -> Rules {
    let mut rules = Rules::default();
    for (word, rest) in lines(file) {
        let (before, behind) = rest.split_once(':').unwrap_or((rest, ""));
        let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        match word {
            "architecture" => rules.name = rest,
            "package" => rules.package = rest,
            "parser" | "parser?" | "control" | "control?" => rules.blocks.push(BlockRule {
                role: before,
                is_parser: word.starts_with("parser"),
                is_optional: word.ends_with('?'),
                params: behind.split(',').map(param).collect(),
            }),
            "needs" => rules.needs.push((before, words(behind))),
            "only" => rules.only.extend(words(behind).into_iter().map(|name| (name, words(before)))),
            "odd" => {
                let (names, what) = behind.split_once(':').unwrap_or((behind, ""));
                let odd = |name| (name, words(before), what.trim());
                rules.odd.extend(words(names).into_iter().map(odd));
            }
            "owner" => rules.owners.push((before.trim(), behind.trim())),
            "asserts" => rules.asserts.extend(words(rest)),
            // The test below finds lines that say nothing.
            _ => {}
        }
    }
    rules
}

fn param(text: &'static str) -> ParamRule {
    let (directions, ty) = text.trim().split_once(' ').unwrap_or(("", text.trim()));
    ParamRule {
        directions: directions.split('|').filter(|d| !d.is_empty()).collect(),
        ty: ty.trim_end_matches('?'),
        is_optional: ty.ends_with('?'),
    }
}

/// The lines of a file that say something: the first word and the rest.
fn lines(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::hir::Program;
    use crate::source::{InMemory, SourceMap};

    /// The includes that declare an architecture, in the order of [`FILES`].
    const INCLUDES: [&[&str]; 6] = [
        &["xdp_model.p4"],
        &["ebpf_model.p4"],
        &["v1model.p4"],
        &["psa.p4", "bmv2/psa.p4", "dpdk/psa.p4"],
        &["pna.p4", "bmv2/pna.p4", "dpdk/pna.p4", "tc/pna.p4"],
        &["ubpf_model.p4"],
    ];

    #[allow(clippy::disallowed_methods, reason = "it ends with the front end")]
    fn declared(include: &str, defines: &str) -> Program {
        let loader = InMemory::new().with("main.p4", format!("{defines}#include <{include}>\n"));
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let options = crate::preprocess::Options::default();
        crate::analyze("main.p4".as_ref(), &options, &loader, &mut sources, &mut sink).unwrap()
    }

    /// Every line is a rule, and every name in it is declared in the include beside it.
    #[test]
    fn rules_name_what_there_is() {
        assert_eq!(INCLUDES.len(), FILES.len());
        for (file, includes) in FILES.iter().zip(INCLUDES) {
            let text: String =
                includes.iter().map(|include| crate::hir::dump(&declared(include, ""))).collect();
            for (word, rest) in lines(file) {
                let parts: Vec<&str> = rest.splitn(3, ':').collect();
                let names = match word {
                    "architecture" => "",
                    "package" | "asserts" => rest,
                    "parser" | "parser?" | "control" | "control?" | "owner" => parts[0],
                    "needs" => &rest.replace(':', " "),
                    "only" | "odd" => {
                        assert_eq!(parts.len(), if word == "odd" { 3 } else { 2 }, "{rest}");
                        &format!("{} {}", parts[0], parts[1])
                    }
                    _ => panic!("{word} {rest}"),
                };
                for name in names.split_whitespace() {
                    let is_name = |at: usize| {
                        !text[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    };
                    assert!(
                        text.match_indices(name).any(|(at, _)| is_name(at)),
                        "{name} is not declared in {includes:?}"
                    );
                }
            }
        }
    }

    /// What our includes declare is the architecture, in all their versions, and none but it.
    #[test]
    fn includes_declare_their_architectures() {
        for (rules, includes) in ALL.iter().zip(INCLUDES) {
            let old = ["#define V1MODEL_VERSION 20180101\n", "#define UBPF_MODEL_VERSION 20200101\n"];
            for (include, defines) in includes.iter().flat_map(|i| [(i, ""), (i, old[0]), (i, old[1])]) {
                let program = declared(include, defines);
                let (package, _) =
                    program.packages.iter().rfind(|(_, p)| &*p.name.name == rules.package).unwrap();
                for other in &*ALL {
                    let difference = super::super::package::difference(&program, package, other);
                    assert_eq!(difference.is_none(), other.name == rules.name, "{include}: {difference:?}");
                }
            }
        }
    }
}
