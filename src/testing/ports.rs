//! Ports that packets may leave by, as far as the program says them: in, its IR; out, the constants that it assigns or gives to
//! actions and that can be a port's number. Whatever a program computes is not among them.

use num_bigint::BigUint;
use p4xdp_midend::ir::visit::statements;
use p4xdp_midend::ir::{Expr, ExprKind, Program, StmtKind};
use std::collections::BTreeSet;

/// Larger numbers are taken for addresses and the like.
const LARGEST: u32 = 0xffff;

/// What numbers of an architecture's ports are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortType {
    /// Bits.
    width: u32,
    /// The port that is none, as its packets are dropped.
    none: Option<u32>,
}

impl PortType {
    /// By the architecture's name.
    #[must_use]
    pub fn of(architecture: &str) -> PortType {
        match architecture {
            "v1model" => PortType { width: 9, none: Some(511) },
            _ => PortType { width: 32, none: None },
        }
    }

    /// The port that a value of so many bits may be.
    #[must_use]
    pub fn port(self, width: u32, value: &BigUint) -> Option<u32> {
        let port = u32::try_from(value).ok()?;
        (width == self.width && port <= LARGEST && Some(port) != self.none).then_some(port)
    }
}

/// All numbers that may be ports in what a program assigns, and in the entries and default actions that it declares.
#[must_use]
pub fn constants(program: &Program) -> Vec<u32> {
    let ports = PortType::of(&program.architecture);
    let mut found = BTreeSet::new();
    for block in program.blocks() {
        statements(block, &mut |stmt| {
            if let StmtKind::Assign { src, .. } = &stmt.kind {
                collect(src, ports, &mut found);
            }
        });
    }
    for table in program.tables.values() {
        let declared = table.entries.iter().map(|entry| &entry.action);
        for call in declared.chain([&table.default_action]) {
            let action = table.actions.get(call.action).map(|a| &program.actions[a.action]);
            let params = action.map(|a| a.params.as_slice()).unwrap_or_default();
            found.extend(params.iter().zip(&call.args).filter_map(|(p, v)| ports.port(p.ty.width(), v)));
        }
    }
    found.into_iter().collect()
}

fn collect(expr: &Expr, ports: PortType, found: &mut BTreeSet<u32>) {
    match &expr.kind {
        ExprKind::Const(value) => found.extend(ports.port(expr.ty.width(), value)),
        ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::IsValid(_) => {}
        ExprKind::Unary(_, a) | ExprKind::Cast(a) | ExprKind::Slice { base: a, .. } => {
            collect(a, ports, found);
        }
        ExprKind::Binary(_, a, b) => {
            collect(a, ports, found);
            collect(b, ports, found);
        }
        ExprKind::Conditional(c, a, b) => {
            collect(c, ports, found);
            collect(a, ports, found);
            collect(b, ports, found);
        }
    }
}
