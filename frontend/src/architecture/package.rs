//! Whether a package is the one that an architecture's document declares: the same blocks with parameters of the same form. Names alone
//! are not enough: anybody may call a package of their own `V1Switch`.

use super::rules::{ALL, BlockRule, ParamRule, Rules};
use crate::hir::{Constructor, Direction, PackageId, Program, Type, VarId};

/// The package that `main` instantiates.
pub(super) fn of_main(program: &Program) -> Option<PackageId> {
    match program.instances[program.main?].construct.constructor {
        Constructor::Package(package) => Some(package),
        Constructor::Extern(..) | Constructor::Parser(_) | Constructor::Control(_) => None,
    }
}

/// The rules of the architecture that declares this package.
pub(super) fn rules_of(program: &Program, package: PackageId) -> Option<&'static Rules> {
    let name = &*program.packages[package].name.name;
    ALL.iter().find(|rules| rules.package == name && difference(program, package, rules).is_none())
}

/// In what a package differs from an architecture's; `None` if in nothing. Its name does not count.
pub(super) fn difference(program: &Program, package: PackageId, rules: &Rules) -> Option<String> {
    let mut blocks = Vec::new();
    if let Err(parameter) = collect(program, package, 0, &mut blocks) {
        return Some(format!("its parameter `{parameter}` is no block"));
    }
    let mut blocks = blocks.into_iter().peekable();
    for rule in &rules.blocks {
        let kind = if rule.is_parser { "parser" } else { "control" };
        let Some(block) = blocks.next_if(|block| block.role == rule.role) else {
            if rule.is_optional {
                continue;
            }
            return Some(match blocks.peek() {
                Some(found) => format!("`{}` stands where the {kind} `{}` should", found.role, rule.role),
                None => format!("it has no {kind} `{}`", rule.role),
            });
        };
        if let Some(difference) = block_difference(program, &block, rule) {
            return Some(difference);
        }
    }
    if let Some(block) = blocks.next() {
        return Some(format!("it has a block `{}` more", block.role));
    }
    let lacks = |(name, fields): &(&str, Vec<&str>)| {
        let found = program.structs.values().find(|s| &*s.name.name == *name)?;
        let lacking =
            fields.iter().find(|field| !found.fields.iter().any(|known| &*known.name.name == **field))?;
        Some(format!("`{name}` has no field `{lacking}`"))
    };
    rules.needs.iter().find_map(lacks)
}

/// A block of a package type.
struct Block<'p> {
    role: &'p str,
    is_parser: bool,
    params: &'p [VarId],
}

/// Packages within one another that are looked into. A package cannot contain itself, but their number is the user's.
const DEEPEST: usize = 8;

/// The blocks of a package type, those of packages within it included; `Err`: a parameter that is none.
fn collect<'p>(
    program: &'p Program,
    package: PackageId,
    depth: usize,
    blocks: &mut Vec<Block<'p>>,
) -> Result<(), &'p str> {
    for &param in &program.packages[package].params {
        let variable = &program.variables[param];
        let role = &*variable.name.name;
        let ty = &program.types[variable.ty];
        if let Type::Parser(id, _) = ty {
            blocks.push(Block { role, is_parser: true, params: &program.parsers[*id].params });
        } else if let Type::Control(id, _) = ty {
            blocks.push(Block { role, is_parser: false, params: &program.controls[*id].params });
        } else if let Type::Package(inner, _) = ty
            && depth < DEEPEST
        {
            collect(program, *inner, depth + 1, blocks)?;
        } else if !matches!(ty, Type::Extern(..)) {
            // Externs are engines that only the control plane talks to.
            return Err(role);
        }
    }
    Ok(())
}

fn block_difference(program: &Program, block: &Block<'_>, rule: &BlockRule) -> Option<String> {
    let role = block.role;
    if block.is_parser != rule.is_parser {
        let kind = if rule.is_parser { "parser" } else { "control" };
        return Some(format!("its block `{role}` is no {kind}"));
    }
    let mut params = block.params.iter();
    for expected in &rule.params {
        match params.next() {
            None if expected.is_optional => {}
            Some(&param) if is_like(program, param, expected) => {}
            _ => return Some(format!("the parameters of its block `{role}` are others")),
        }
    }
    params.next().map(|_| format!("its block `{role}` has more parameters"))
}

fn is_like(program: &Program, param: VarId, rule: &ParamRule) -> bool {
    let variable = &program.variables[param];
    let same_direction = match variable.direction() {
        Direction::None => rule.directions.is_empty(),
        Direction::In => rule.directions.contains(&"in"),
        Direction::Out => rule.directions.contains(&"out"),
        Direction::InOut => rule.directions.contains(&"inout"),
    };
    let is_type = if let Type::Extern(id, _) = &program.types[variable.ty] {
        &*program.externs[*id].name.name == rule.ty
    } else {
        rule.ty == "*" || program.type_text(variable.ty) == rule.ty
    };
    same_direction && is_type
}
