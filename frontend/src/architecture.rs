//! The rules of architectures beyond what their include files declare: which extern is for which block, what belongs to one
//! table.
//!
//! In: a checked program. Out: errors (E0405, E0406). The rules are data beside the includes; an architecture is known by
//! its package type. What a target cannot do is no matter of these rules.

mod rules;
mod uses;

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::hir::{Argument, Body, Construct, Constructor, ExprKind, InstanceId, Program};
use crate::source::Span;
use rules::Rules;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use uses::Uses;

/// Checks a program against the rules of the architecture whose package it instantiates.
pub fn check(program: &Program, sink: &mut Diagnostics) {
    let Some(main) = program.main.map(|id| &program.instances[id].construct) else {
        return;
    };
    let Constructor::Package(package) = main.constructor else {
        return;
    };
    let package = &program.packages[package].name.name;
    let Some(rules) = Rules::of_package(package) else {
        return;
    };
    let mut blocks = Vec::new();
    collect_blocks(program, main, &mut blocks);
    for block in &blocks {
        let uses = Uses::of(program, block.body);
        places(package, &rules, block, &uses, sink);
        owners(program, &rules, &uses, sink);
    }
}

/// A block that a package is given.
struct Block {
    /// Name of the package's parameter.
    role: Arc<str>,
    body: Body,
    /// The argument.
    span: Span,
}

fn collect_blocks(program: &Program, construct: &Construct, blocks: &mut Vec<Block>) {
    let Constructor::Package(package) = construct.constructor else {
        return;
    };
    for (&param, argument) in program.packages[package].params.iter().zip(&construct.args) {
        let Argument::Value(value) = argument else { continue };
        let inner = match &value.kind {
            ExprKind::Construct(inner) => inner,
            ExprKind::Instance(id) => &program.instances[*id].construct,
            _ => continue,
        };
        let body = match inner.constructor {
            Constructor::Package(_) => {
                collect_blocks(program, inner, blocks);
                continue;
            }
            Constructor::Extern(..) => continue,
            Constructor::Parser(id) => Body::Parser(id),
            Constructor::Control(id) => Body::Control(id),
        };
        let role = program.variables[param].name.name.clone();
        blocks.push(Block { role, body, span: value.span });
    }
}

/// Externs that are for other blocks.
fn places(package: &str, rules: &Rules, block: &Block, uses: &Uses, sink: &mut Diagnostics) {
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    for used in &uses.externs {
        let Some(roles) = rules.roles(&used.name) else { continue };
        if roles.contains(&&*block.role) || !seen.insert(used.span) {
            continue;
        }
        let names: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
        let (plural, verb) =
            (if roles.len() > 1 { "s" } else { "" }, if used.is_call { "called" } else { "used" });
        sink.emit(
            Diagnostic::error(
                codes::E0405,
                used.span,
                format!(
                    "`{}` can only be {verb} in the block{plural} {} of `{package}`",
                    used.name,
                    names.join(", ")
                ),
            )
            .with_primary(format!("{verb} in the block `{}`", block.role))
            .with_label(block.span, format!("this is `{}`", block.role)),
        );
    }
}

/// Direct counters and the like belong to one table, and only actions use them.
fn owners(program: &Program, rules: &Rules, uses: &Uses, sink: &mut Diagnostics) {
    let mut owner_of: FxHashMap<InstanceId, Span> = FxHashMap::default();
    for &table in &uses.tables {
        for property in &program.tables[table].properties {
            let ExprKind::Instance(instance) = property.value.kind else { continue };
            if rules.owner_property(uses::extern_of(program, instance)) != Some(&*property.name.name) {
                continue;
            }
            let span = property.value.span;
            if let Some(earlier) = owner_of.insert(instance, span) {
                let name = &program.instances[instance].name.name;
                sink.emit(
                    Diagnostic::error(codes::E0406, span, format!("`{name}` belongs to two tables"))
                        .with_label(earlier, "it belongs to this one already")
                        .with_note("each table needs an object of its own"),
                );
            }
        }
    }
    for method in &uses.methods {
        if matches!(method.body, Body::Action(_)) {
            continue;
        }
        if let Some(place) = owner_of.get(&method.object) {
            let name = &program.instances[method.object].name.name;
            sink.emit(
                Diagnostic::error(
                    codes::E0406,
                    method.span,
                    format!("`{name}` can only be used in actions of its table"),
                )
                .with_label(*place, "it belongs to this table"),
            );
        }
    }
}
