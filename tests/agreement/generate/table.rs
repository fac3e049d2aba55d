//! Random tables and what a control plane puts into them.

use super::flow::without_calls;
use super::scope::{Callable, Called, Scope, Shape, TableVar};
use super::{Arch, Generator};
use crate::tree::{CODES, Direction, Kind, Tree, Ty};
use std::collections::BTreeSet;

/// A key: its type, and how it is matched.
type Key = (Ty, &'static str);

impl Generator {
    /// A table, and lines that fill it; `{}` stands for the name of the control that it is in.
    pub(super) fn table(&mut self, scope: &Scope) -> (Tree, Vec<String>) {
        let scope = &without_calls(scope);
        let name = self.fresh("tab");
        let direct = self.direct(scope, &name);
        let constant = self.random.percent(35);
        let mut lines = Vec::new();
        let mut out = Tree::new(Kind::Item).text(format!("    table {name} {{\n"));
        let keys = self.keys();
        let profile = if keys.is_empty() || constant { None } else { self.profile(scope, &name) };
        if !keys.is_empty() {
            out = out.text("        key = {\n");
            for (i, (ty, kind)) in keys.iter().enumerate() {
                let expr = self.expr(scope, *ty, 1);
                let tag = match *kind {
                    "exact" => "key: exact",
                    "lpm" => "key: lpm",
                    "ternary" => "key: ternary",
                    "range" => "key: range",
                    _ => "key: optional",
                };
                out = out
                    .text("            ")
                    .tree(expr.tag(tag))
                    .text(format!(" : {kind} @name(\"k{i}\");\n"));
            }
            for (i, key) in profile.iter().flat_map(|profile| &profile.keys).enumerate() {
                out = out
                    .text("            ")
                    .tree(key.clone())
                    .text(format!(" : selector @name(\"s{i}\");\n"));
            }
            out = out.text("        }\n");
        }
        out = out.text("        actions = {\n");
        let all: Vec<Callable> =
            self.callables.iter().filter(|c| c.kind == Called::Action).cloned().collect();
        let mut actions = Vec::new();
        if let Some(action) = direct.as_ref().and_then(|direct| direct.action.clone()) {
            out = out.text(format!("            {};\n", action.name));
            actions.push((action, Vec::new()));
        }
        for action in all {
            if actions.len() > 1 && self.random.percent(40) {
                continue;
            }
            let bound: Option<Vec<String>> = action
                .params
                .iter()
                .filter(|(p, _)| p.direction != Direction::None)
                .map(|(p, shape)| Some(self.argument(scope, p.direction, *shape)?.print()))
                .collect();
            let Some(bound) = bound else { continue };
            let list = if bound.is_empty() { String::new() } else { format!("({})", bound.join(", ")) };
            out = out.text(format!("            {}{list};\n", action.name));
            actions.push((action, bound));
        }
        out = out.text("            NoAction;\n        }\n");
        if constant && !actions.is_empty() && !keys.is_empty() {
            let initial = self.random.percent(20);
            out = out.text(if initial { "        entries = {\n" } else { "        const entries = {\n" });
            let mut seen = BTreeSet::new();
            for _ in 0..self.random.between(1, 6) {
                let sets: Vec<String> = keys.iter().map(|key| self.entry_keyset(*key)).collect();
                if !seen.insert(sets.clone()) {
                    continue;
                }
                let call = self.constant_call(&actions);
                let tag = if initial { "entry: initial" } else { "entry: constant" };
                let sets =
                    if let [one] = sets.as_slice() { one.clone() } else { format!("({})", sets.join(", ")) };
                out = out.tree(Tree::item(format!("            {sets} : {call};\n")).tag(tag));
            }
            out = out.text("        }\n");
        } else if !keys.is_empty() {
            let mut targets = Vec::new();
            if let Some(profile) = &profile {
                (lines, targets) = self.members(profile, &actions);
                out = out.text(profile.property());
            }
            lines.extend(self.run_time_entries(&name, &keys, &actions, &targets));
            out = out.text("        size = 64;\n");
        }
        let default = if actions.is_empty() || self.random.percent(40) {
            "NoAction()".to_owned()
        } else {
            self.constant_call(&actions)
        };
        let fixed = if self.random.percent(30) { "const " } else { "" };
        out = out.tree(
            Tree::item(format!("        {fixed}default_action = {default};\n")).tag("table: default action"),
        );
        let mut actions: Vec<String> = actions.into_iter().map(|(action, _)| action.name).collect();
        actions.push("NoAction".to_owned());
        self.tables.push(TableVar { name, actions });
        let out = match direct {
            Some(direct) => {
                lines.extend(direct.rates);
                direct.declarations.tree(out.text(direct.properties).text("    }\n").tag("table"))
            }
            None => out.text("    }\n").tag("table"),
        };
        let out = match profile {
            Some(profile) => profile.declaration.tree(out),
            None => out,
        };
        (out, lines)
    }

    fn keys(&mut self) -> Vec<Key> {
        let count = self.random.of(&[1, 1, 1, 2, 2, 3, 0]);
        let mut prefix = false;
        let more = self.arch != Arch::Xdp;
        // Of few values, so that packets meet entries.
        let small = self.size.compiles == Some(Arch::V1Model) && self.random.percent(80);
        (0..count)
            .map(|_| {
                let most = if more { 9 } else { 6 };
                let kind = match self.random.below(most) {
                    0 if !prefix => "lpm",
                    3 | 4 => "ternary",
                    6 => "range",
                    7 => "optional",
                    _ => "exact",
                };
                prefix |= kind == "lpm";
                let ty = match (kind, self.random.below(9)) {
                    _ if small => Ty::Bit(self.random.of(&[1, 2, 3])),
                    ("exact" | "optional", 0) => Ty::Bool,
                    ("exact", 1) => Ty::Int(self.width().clamp(2, 128)),
                    ("exact", 8) => Ty::Code,
                    (_, 2..=5) => Ty::Bit(self.random.of(&[1, 2, 3, 4])),
                    _ => Ty::Bit(self.width().min(if kind == "range" { 64 } else { 128 })),
                };
                (ty, kind)
            })
            .collect()
    }

    fn entry_keyset(&mut self, (ty, kind): Key) -> String {
        match (kind, ty) {
            ("ternary", _) => self.keyset(ty, false).0,
            ("range", Ty::Bit(width)) => {
                let (a, b) = (self.random.number(width), self.random.number(width));
                format!("{width}w{}..{width}w{}", a.min(b), a.max(b))
            }
            ("optional", _) if self.random.percent(30) => "_".to_owned(),
            // One text for each number, so that no two entries have one key.
            (_, Ty::Int(width)) => format!("{width}s{}", self.random.number(width - 1)),
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
        for (param, shape) in &action.params {
            if let (Direction::None, Shape::Scalar(ty)) = (param.direction, shape) {
                args.push(self.literal(*ty).print());
            }
        }
        format!("{}({})", action.name, args.join(", "))
    }

    /// A number of a type, for the control plane.
    fn plain_number(&mut self, ty: Ty) -> u128 {
        match ty {
            Ty::Code => self.random.of(&CODES).1.into(),
            Ty::Bit(_) | Ty::Int(_) | Ty::Bool | Ty::Choice | Ty::Error => self.random.number(ty.width()),
        }
    }

    /// Lines of a packet test that fill the table.
    fn run_time_entries(
        &mut self,
        table: &str,
        keys: &[Key],
        actions: &[(Callable, Vec<String>)],
        targets: &[String],
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let mut seen = BTreeSet::new();
        let ranked = keys.iter().any(|(_, kind)| matches!(*kind, "ternary" | "range" | "optional"));
        for _ in 0..self.random.below(9) {
            let mut fields = Vec::new();
            for (i, (ty, kind)) in keys.iter().enumerate() {
                let width = ty.width();
                let value = self.plain_number(*ty);
                match *kind {
                    "lpm" => {
                        let length = self.random.below(width as usize + 1) as u32;
                        fields.push(format!("k{i}:{:#x}/{length}", value & prefix_mask(width, length)));
                    }
                    "ternary" => {
                        let mask = self.random.number(width);
                        fields.push(format!("k{i}:{:#x}&&&{mask:#x}", value & mask));
                    }
                    "range" => {
                        let other = self.random.number(width);
                        fields.push(format!("k{i}:{}..{}", value.min(other), value.max(other)));
                    }
                    "optional" if self.random.percent(30) => {}
                    _ => fields.push(format!("k{i}:{value:#x}")),
                }
            }
            if !seen.insert(fields.clone()) || fields.is_empty() {
                continue;
            }
            // No two have one priority: which of them wins would be open.
            let priority = 100 * self.random.below(50) + lines.len();
            let priority = if ranked { format!("{priority} ") } else { String::new() };
            let runs = match targets {
                [] => self.plain_call(actions),
                some => self.random.of(some),
            };
            lines.push(format!("add {{}}.{table} {priority}{} {runs}", fields.join(" ")));
        }
        lines
    }

    /// A call of one of the actions, as packet tests have it.
    pub(super) fn plain_call(&mut self, actions: &[(Callable, Vec<String>)]) -> String {
        let (name, params) = match actions {
            [] => ("NoAction".to_owned(), Vec::new()),
            some => {
                let (action, _) = self.random.of(some);
                (format!("{{}}.{}", action.name), action.params)
            }
        };
        let args: Vec<String> = params
            .iter()
            .filter_map(|(param, shape)| match shape {
                Shape::Scalar(ty) if param.direction == Direction::None => {
                    Some(format!("{}:{:#x}", param.name, self.plain_number(*ty)))
                }
                _ => None,
            })
            .collect();
        format!("{name}({})", args.join(", "))
    }
}

/// Ones in the highest `length` bits of `width`.
fn prefix_mask(width: u32, length: u32) -> u128 {
    let ones = |bits: u32| if bits >= 128 { u128::MAX } else { (1u128 << bits) - 1 };
    ones(width) ^ ones(width - length)
}
