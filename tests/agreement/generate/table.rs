//! Random tables and what a control plane puts into them.

use super::{Callable, Called, Direction, Generator, Scope, TableVar};
use crate::tree::{Kind, Tree, Ty};
use std::collections::BTreeSet;

/// A key: its type, and how it is matched.
type Key = (Ty, &'static str);

impl Generator {
    pub(super) fn table(&mut self, scope: &Scope) -> Tree {
        let name = self.fresh("tab");
        let constant = self.random.percent(35);
        let mut out = Tree::new(Kind::Item).text(format!("    table {name} {{\n        key = {{\n"));
        let keys = self.keys(constant);
        for (i, (ty, kind)) in keys.iter().enumerate() {
            let expr = self.expr(scope, *ty, 1);
            out = out.text("            ").tree(expr).text(format!(" : {kind} @name(\"k{i}\");\n"));
        }
        out = out.text("        }\n        actions = {\n");
        let all: Vec<Callable> =
            self.callables.iter().filter(|c| c.kind == Called::Action).cloned().collect();
        let mut actions = Vec::new();
        for action in all {
            if actions.len() > 1 && self.random.percent(40) {
                continue;
            }
            let bound: Option<Vec<String>> = action
                .params
                .iter()
                .filter(|p| p.0 != Direction::None)
                .map(|p| Some(self.argument(scope, p.0, p.1)?.print()))
                .collect();
            let Some(bound) = bound else { continue };
            let list = if bound.is_empty() { String::new() } else { format!("({})", bound.join(", ")) };
            out = out.text(format!("            {}{list};\n", action.name));
            actions.push((action, bound));
        }
        out = out.text("            NoAction;\n        }\n");
        if constant && !actions.is_empty() {
            out = out.text("        const entries = {\n");
            let mut seen = BTreeSet::new();
            for _ in 0..self.random.between(1, 6) {
                let sets: Vec<String> = keys.iter().map(|key| self.entry_keyset(*key)).collect();
                if !seen.insert(sets.clone()) {
                    continue;
                }
                let call = self.constant_call(&actions);
                out = out.tree(Tree::item(format!("            ({}) : {call};\n", sets.join(", "))));
            }
            out = out.text("        }\n");
        } else {
            self.run_time_entries(&name, &keys, &actions);
            out = out.text("        size = 64;\n");
        }
        let default = if actions.is_empty() || self.random.percent(40) {
            "NoAction()".to_owned()
        } else {
            self.constant_call(&actions)
        };
        let fixed = if self.random.percent(30) { "const " } else { "" };
        out = out.tree(Tree::item(format!("        {fixed}default_action = {default};\n")));
        let mut actions: Vec<String> = actions.into_iter().map(|(action, _)| action.name).collect();
        actions.push("NoAction".to_owned());
        self.tables.push(TableVar { name, actions });
        out.text("    }\n")
    }

    fn keys(&mut self, constant: bool) -> Vec<Key> {
        let count = self.random.of(&[1, 1, 1, 2, 2, 3]);
        let mut prefix = false;
        (0..count)
            .map(|_| {
                let kind = match self.random.below(if constant { 6 } else { 3 }) {
                    0 if !prefix => "lpm",
                    3 | 4 => "ternary",
                    _ => "exact",
                };
                prefix |= kind == "lpm";
                let ty = match (kind, self.random.below(8)) {
                    ("exact", 0) => Ty::Bool,
                    ("exact", 1) => Ty::Int(self.width().max(2)),
                    (_, 2..=4) => Ty::Bit(self.random.of(&[1, 2, 3, 4])),
                    _ => Ty::Bit(self.width()),
                };
                (ty, kind)
            })
            .collect()
    }

    fn entry_keyset(&mut self, (ty, kind): Key) -> String {
        match (kind, ty) {
            ("ternary", _) => self.keyset(ty, false),
            ("lpm", Ty::Bit(width)) => {
                let mask = prefix_mask(width, self.random.below(width as usize + 1) as u32);
                format!("{width}w{} &&& {width}w{mask}", self.random.number(width) & mask)
            }
            _ => self.literal(ty).print(),
        }
    }

    /// A call of one of the actions with constants.
    fn constant_call(&mut self, actions: &[(Callable, Vec<String>)]) -> String {
        let (action, bound) = self.random.of(actions);
        let mut args = bound;
        for (_, ty, _) in action.params.iter().filter(|p| p.0 == Direction::None) {
            args.push(self.literal(*ty).print());
        }
        format!("{}({})", action.name, args.join(", "))
    }

    /// Lines of a packet test that fill the table.
    fn run_time_entries(&mut self, table: &str, keys: &[Key], actions: &[(Callable, Vec<String>)]) {
        let mut seen = BTreeSet::new();
        for _ in 0..self.random.below(7) {
            let keys: Vec<String> = keys
                .iter()
                .enumerate()
                .map(|(i, (ty, kind))| {
                    let width = ty.width();
                    let value = self.random.number(width);
                    if *kind == "lpm" {
                        let length = self.random.below(width as usize + 1) as u32;
                        format!("k{i}:{:#x}/{length}", value & prefix_mask(width, length))
                    } else {
                        format!("k{i}:{value:#x}")
                    }
                })
                .collect();
            if !seen.insert(keys.clone()) {
                continue;
            }
            let (name, params) = match actions {
                [] => ("NoAction".to_owned(), Vec::new()),
                some => {
                    let (action, _) = self.random.of(some);
                    (format!("Swt.{}", action.name), action.params)
                }
            };
            let args: Vec<String> = params
                .iter()
                .filter(|p| p.0 == Direction::None)
                .map(|(_, ty, name)| format!("{name}:{:#x}", self.random.number(ty.width())))
                .collect();
            self.entries.push(format!("add Swt.{table} {} {name}({})", keys.join(" "), args.join(", ")));
        }
    }
}

/// Ones in the highest `length` bits of `width`.
fn prefix_mask(width: u32, length: u32) -> u128 {
    let ones = |bits: u32| if bits >= 128 { u128::MAX } else { (1u128 << bits) - 1 };
    ones(width) ^ ones(width - length)
}
