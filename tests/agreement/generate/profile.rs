//! Action profiles and selectors of random tables: their declarations, and lines that fill them with members and groups.

use super::Generator;
use super::scope::{Callable, Scope};
use crate::tree::{Kind, Tree};

/// What a table has whose entries name members.
pub(super) struct Profile {
    /// Stands in front of the table.
    pub(super) declaration: Tree,
    /// Selector keys.
    pub(super) keys: Vec<Tree>,
    name: String,
    has_groups: bool,
}

impl Generator {
    /// Of some tables of a program for v1model that is compiled.
    pub(super) fn profile(&mut self, scope: &Scope, table: &str) -> Option<Profile> {
        if self.size.compiles != Some(super::Arch::V1Model) || self.random.percent(65) {
            return None;
        }
        let name = format!("{table}_members");
        let has_groups = self.random.percent(70);
        let declared = if has_groups {
            let hash = self.random.of(&[
                "crc32",
                "crc16",
                "csum16",
                "xor16",
                "identity",
                "crc32_custom",
                "crc16_custom",
            ]);
            let width = self.random.of(&[1, 2, 8, 14, 16, 32, 64]);
            format!("action_selector(HashAlgorithm.{hash}, 8, {width})")
        } else {
            "action_profile(8)".to_owned()
        };
        let mut keys = Vec::new();
        for _ in 0..self.random.below(if has_groups { 4 } else { 1 }) {
            let ty = crate::tree::Ty::Bit(self.width().min(64));
            keys.push(self.expr(scope, ty, 1).tag("key: selector"));
        }
        let tag = if has_groups { "table: action selector" } else { "table: action profile" };
        let declaration = Tree::new(Kind::Fixed)
            .tree(Tree::new(Kind::Fixed).text(format!("    {declared} {name};\n")).tag(tag));
        Some(Profile { declaration, keys, name, has_groups })
    }

    /// Lines that fill a profile, and what entries may name then.
    pub(super) fn members(
        &mut self,
        profile: &Profile,
        actions: &[(Callable, Vec<String>)],
    ) -> (Vec<String>, Vec<String>) {
        let Profile { name, has_groups, .. } = profile;
        let (mut lines, mut targets) = (Vec::new(), Vec::new());
        let members = self.random.between(1, 6);
        for member in 0..members {
            lines.push(format!("member_add {{}}.{name} {member} {}", self.plain_call(actions)));
            targets.push(format!("member {member}"));
        }
        if *has_groups {
            targets.truncate(2);
            for width in [16, 32] {
                if self.random.percent(30) {
                    let mut number = || self.random.below(1 << 16);
                    let (polynomial, initial, last, way) = (number() | 1, number(), number(), number());
                    let (reflect_in, reflect_out) = (way & 1 == 1, way & 2 == 2);
                    lines.push(format!(
                        "set_crc{width}_parameters {polynomial} {initial} {last} {reflect_in} {reflect_out}"
                    ));
                }
            }
            for group in 0..self.random.between(1, 5) {
                let named: Vec<String> =
                    (0..self.random.below(6)).map(|_| self.random.below(members).to_string()).collect();
                lines.push(format!("group_add {{}}.{name} {group} {}", named.join(" ")));
                targets.push(format!("group {group}"));
            }
        }
        (lines, targets)
    }
}

impl Profile {
    /// The table's property.
    pub(super) fn property(&self) -> String {
        format!("        implementation = {};\n", self.name)
    }
}
