//! Direct counters and meters of random tables, and an action that asks for the colour. What they count is compared in `engines`.

use super::scope::{Callable, Called, Scope};
use super::{Arch, Generator};
use crate::tree::{Kind, Tree, Ty};

/// What hangs on a table's entries.
pub(super) struct Direct {
    /// Stands in front of the table.
    pub(super) declarations: Tree,
    /// Stands in the table.
    pub(super) properties: String,
    /// Puts the colour into a variable.
    pub(super) action: Option<Callable>,
    /// Sets rates of which nothing flows back, so that no clock is asked.
    pub(super) rates: Option<String>,
}

impl Generator {
    /// Of every other table of a program for v1model that is compiled.
    pub(super) fn direct(&mut self, scope: &Scope, table: &str) -> Option<Direct> {
        if self.size.compiles != Some(Arch::V1Model) || self.random.percent(40) {
            return None;
        }
        let (counter, meter) = (format!("{table}_count"), format!("{table}_meter"));
        let unit = self.random.of(&["packets", "bytes", "packets_and_bytes"]);
        let mut declarations = Tree::new(Kind::Fixed).tree(
            Tree::new(Kind::Fixed)
                .text(format!("    direct_counter(CounterType.{unit}) {counter};\n"))
                .tag("table: direct counter"),
        );
        let mut properties = format!("        counters = {counter};\n");
        let targets: Vec<(String, u32)> = scope
            .vars
            .iter()
            .filter(|v| v.writable && !v.text.contains(['[', '(']) && !v.text.contains(".last"))
            .filter_map(|v| match v.ty {
                Ty::Bit(width) if width <= 64 => Some((v.text.clone(), width)),
                Ty::Bit(_) | Ty::Int(_) | Ty::Bool | Ty::Choice | Ty::Code | Ty::Error => None,
            })
            .collect();
        let (mut action, mut rates) = (None, None);
        if !targets.is_empty() && self.random.percent(70) && self.may_remember(scope) {
            let (target, width) = self.random.of(&targets);
            let unit = self.random.of(&["packets", "bytes"]);
            let name = format!("{table}_colour");
            let count = if self.random.percent(50) { format!("{counter}.count(); ") } else { String::new() };
            declarations = declarations.tree(
                Tree::new(Kind::Fixed)
                    .text(format!("    direct_meter<bit<{width}>>(MeterType.{unit}) {meter};\n"))
                    .text(format!("    action {name}() {{ {count}{meter}.read({target}); }}\n"))
                    .tag("table: direct meter"),
            );
            properties += &format!("        meters = {meter};\n");
            action = Some(Callable {
                name,
                params: Vec::new(),
                kind: Called::Action,
                constructor: Vec::new(),
                entries: Vec::new(),
            });
            let scale = if unit == "bytes" { 60 } else { 1 };
            let committed = scale * self.random.between(1, 4);
            let peak = committed + scale * self.random.below(4);
            rates = Some(format!("meter_array_set_rates {{}}.{meter} 0:{committed} 0:{peak}"));
        }
        Some(Direct { declarations, properties, action, rates })
    }
}
