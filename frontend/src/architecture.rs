//! Architectures: which one a program is for, and the rules beyond what its include declares: which extern is for which block, what
//! belongs to one table.
//!
//! In: a checked program. Out: the architecture's name, errors (E0401, E0405, E0406) and warnings (W0403). The rules are data beside the
//! includes. An architecture is known by what its package declares; its name alone makes none. What a target cannot do is no matter of these rules.

mod package;
mod rules;
mod uses;

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::hir::{Body, Construct, Constructor, ExprKind, InstanceId, Program};
use crate::source::Span;
use rules::Rules;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use uses::Uses;

/// The names of all architectures.
pub fn names() -> impl Iterator<Item = &'static str> {
    rules::ALL.iter().map(|rules| rules.name)
}

/// True for extern functions of an architecture that come back only where their first argument holds.
pub(crate) fn asserts(function: &str) -> bool {
    rules::ALL.iter().any(|rules| rules.asserts.contains(&function))
}

/// The architecture that declares the package of `main`. Another package of the same name is none of it.
pub fn of(program: &Program) -> Option<&'static str> {
    let package = package::of_main(program)?;
    package::rules_of(program, package).map(|rules| rules.name)
}

/// That the package of `main` is of no known architecture, or not of the one that is asked for; at the name of `main`.
pub fn unknown(program: &Program, wanted: Option<&str>) -> Option<Diagnostic> {
    let package = package::of_main(program)?;
    let name = &*program.packages[package].name.name;
    let rules = rules::ALL.iter().find(|rules| wanted.map_or(rules.package == name, |w| rules.name == w));
    let difference = rules.and_then(|rules| package::difference(program, package, rules));
    let message = match (rules, wanted) {
        (Some(_), Some(wanted)) => format!("package `{name}` is not of the architecture `{wanted}`"),
        (None, Some(wanted)) => format!("there is no architecture `{wanted}`"),
        (_, None) => format!("package `{name}` is of no known architecture"),
    };
    let place = program.main.map_or(Span::NONE, |main| program.instances[main].name.span);
    let known: Vec<String> =
        rules::ALL.iter().map(|rules| format!("`{}` ({})", rules.package, rules.name)).collect();
    let mut found = Diagnostic::error(codes::E0401, place, message)
        .with_label(program.packages[package].name.span, "declared here");
    if let (Some(rules), Some(difference)) = (rules, difference) {
        found =
            found.with_note(format!("it differs from `{}` of {}: {difference}", rules.package, rules.name));
    }
    Some(found.with_note(format!("known packages are {}", known.join(", "))))
}

/// Checks a program against the rules of its architecture: `wanted`, which its package must have the form of, or else the one that declares
/// its package. Programs of other packages have no rules.
pub fn check(program: &Program, wanted: Option<&str>, sink: &mut Diagnostics) {
    let Some(package) = package::of_main(program) else { return };
    let Some(main) = program.main.map(|id| &program.instances[id].construct) else {
        return;
    };
    let rules = match wanted {
        None => package::rules_of(program, package),
        Some(name) => rules::ALL
            .iter()
            .find(|rules| rules.name == name && package::difference(program, package, rules).is_none()),
    };
    let Some(rules) = rules else {
        if wanted.is_some() {
            unknown(program, wanted).into_iter().for_each(|found| sink.emit(found));
        }
        return;
    };
    let package = &program.packages[package].name.name;
    let mut blocks = Vec::new();
    collect_blocks(program, main, &mut blocks);
    for block in &blocks {
        let uses = Uses::of(program, block.body);
        places(package, rules, block, &uses, sink);
        owners(program, rules, &uses, sink);
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
    for (param, value, inner) in construct.package_parts(program) {
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

/// Externs in blocks that they are not for.
fn places(package: &str, rules: &Rules, block: &Block, uses: &Uses, sink: &mut Diagnostics) {
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    for used in &uses.externs {
        let verb = if used.is_call { "called" } else { "used" };
        if let Some(what) = rules.oddity(&used.name, &block.role) {
            if seen.insert(used.span) {
                let message =
                    format!("`{}` is not meant for the block `{}` of `{package}`", used.name, block.role);
                let found = Diagnostic::warning(codes::W0403, used.span, message)
                    .with_primary(format!("{verb} in the block `{}`", block.role))
                    .with_label(block.span, format!("this is `{}`", block.role));
                sink.emit(found.with_note(what));
            }
            continue;
        }
        let Some(roles) = rules.roles(&used.name) else { continue };
        if roles.contains(&&*block.role) || !seen.insert(used.span) {
            continue;
        }
        let names: Vec<String> = roles
            .iter()
            .filter(|role| rules.oddity(&used.name, role).is_none())
            .map(|role| format!("`{role}`"))
            .collect();
        let plural = if names.len() > 1 { "s" } else { "" };
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
