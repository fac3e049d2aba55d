//! The rules as data. A file begins with `package NAME`, the package type that the rules are for; then a rule a line:
//!
//! - `only ROLE..: EXTERN..`: these extern functions and objects are for these blocks alone, which are named by the package's
//!   parameters;
//! - `owner EXTERN: PROPERTY`: an object of this type belongs to the table that names it in this property;
//!
//! `#` begins a comment.

/// The rules of all architectures, in files beside their includes.
const FILES: &[&str] = &[
    include_str!("../../../p4include/v1model.rules"),
    include_str!("../../../p4include/psa.rules"),
    include_str!("../../../p4include/pna.rules"),
    include_str!("../../../p4include/ebpf_model.rules"),
];

/// The rules of one architecture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// An extern and the roles that it is for.
    only: Vec<(&'static str, Vec<&'static str>)>,
    /// An extern type and the table property that makes an object belong to a table.
    owners: Vec<(&'static str, &'static str)>,
}

impl Rules {
    /// The rules for a package type, if it is an architecture's.
    pub(super) fn of_package(package: &str) -> Option<Rules> {
        let file = FILES.iter().find(|file| lines(file).next() == Some(("package", package)))?;
        let mut rules = Rules::default();
        for (word, rest) in lines(file).skip(1) {
            let (before, behind) = rest.split_once(':').unwrap_or((rest, ""));
            match word {
                "only" => {
                    let roles: Vec<&str> = before.split_whitespace().collect();
                    rules.only.extend(behind.split_whitespace().map(|name| (name, roles.clone())));
                }
                "owner" => rules.owners.push((before.trim(), behind.trim())),
                // The test below finds lines that say nothing.
                _ => {}
            }
        }
        Some(rules)
    }

    /// The roles that an extern is for; `None` if it is for all.
    pub(super) fn roles(&self, name: &str) -> Option<&[&'static str]> {
        self.only.iter().find(|(known, _)| *known == name).map(|(_, roles)| roles.as_slice())
    }

    /// The property that makes an object of this type belong to a table.
    pub(super) fn owner_property(&self, name: &str) -> Option<&'static str> {
        self.owners.iter().find(|(known, _)| *known == name).map(|(_, property)| *property)
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
    use crate::source::{InMemory, SourceMap};

    /// Every line is a rule, and every name in it is declared in the include beside it.
    #[test]
    fn rules_name_what_there_is() {
        let includes: [&[&str]; 4] =
            [&["v1model.p4"], &["psa.p4"], &["pna.p4", "tc/pna.p4"], &["ebpf_model.p4"]];
        assert_eq!(includes.len(), FILES.len());
        for (file, includes) in FILES.iter().zip(includes) {
            let mut declared = String::new();
            for include in includes {
                let loader = InMemory::new().with("main.p4", format!("#include <{include}>\n"));
                let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
                let options = crate::preprocess::Options::default();
                let program = crate::analyze("main.p4".as_ref(), &options, &loader, &mut sources, &mut sink);
                let program = program.unwrap();
                declared.push_str(&crate::hir::dump(&program));
            }
            for (word, rest) in lines(file) {
                assert!(["package", "only", "owner"].contains(&word), "{word} {rest}");
                let names = match word {
                    "only" => rest.split_once(':').unwrap().1,
                    "owner" => rest.split_once(':').unwrap().0,
                    _ => rest,
                };
                for name in names.split_whitespace() {
                    let is_name = |at: usize| {
                        !declared[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    };
                    assert!(
                        declared.match_indices(name).any(|(at, _)| is_name(at)),
                        "{name} is not declared in {includes:?}"
                    );
                }
            }
        }
    }
}
