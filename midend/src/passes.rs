//! The passes, in order. Each takes a valid program and leaves a valid program of the same meaning.

pub mod constants;
pub mod copies;
pub mod dead;
pub mod flow;
pub mod fold;
mod labels;
pub mod leaves;
pub mod loops;
pub mod overwritten;
pub mod simplify;
pub mod states;
pub mod storage;
pub mod unroll;
pub mod validity;

use crate::ir::Program;

/// A pass.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// What `--after` calls it.
    pub name: &'static str,
    /// What it does.
    pub run: fn(&mut Program),
}

/// All passes in the order in which they run.
pub const PASSES: &[Pass] = &[
    Pass { name: "fold", run: fold::run },
    Pass { name: "simplify", run: simplify::run },
    Pass { name: "leaves", run: leaves::run },
    Pass { name: "states", run: states::run },
    Pass { name: "loops", run: loops::run },
    Pass { name: "unroll", run: unroll::run },
    Pass { name: "constants", run: constants::run },
    Pass { name: "copies", run: copies::run },
    Pass { name: "validity", run: validity::run },
    Pass { name: "simplify-2", run: simplify::run },
    Pass { name: "leaves-2", run: leaves::run },
    Pass { name: "dead", run: dead::run },
    Pass { name: "states-2", run: states::run },
    Pass { name: "constants-2", run: constants::run },
    Pass { name: "copies-2", run: copies::run },
    Pass { name: "validity-2", run: validity::run },
    Pass { name: "dead-2", run: dead::run },
    Pass { name: "overwritten", run: overwritten::run },
    Pass { name: "simplify-3", run: simplify::run },
    Pass { name: "leaves-3", run: leaves::run },
    Pass { name: "states-3", run: states::run },
    Pass { name: "storage", run: storage::run },
];

/// Runs all passes.
pub fn run(program: &mut Program) {
    for pass in PASSES {
        apply(pass, program);
    }
}

/// Runs the passes up to and including the one called `name`; `elaborate` stands in front of the first. False if there is none
/// of that name.
pub fn run_until(program: &mut Program, name: &str) -> bool {
    if name == "elaborate" {
        return true;
    }
    let Some(last) = PASSES.iter().position(|pass| pass.name == name) else {
        return false;
    };
    PASSES.iter().take(last + 1).for_each(|pass| apply(pass, program));
    true
}

/// A pass, and in debug builds the validator behind it.
fn apply(pass: &Pass, program: &mut Program) {
    (pass.run)(program);
    #[cfg(debug_assertions)]
    {
        let violations = crate::validate::validate(program);
        assert!(violations.is_empty(), "pass `{}` made invalid IR: {}", pass.name, show(&violations));
    }
}

#[cfg(debug_assertions)]
fn show(violations: &[crate::validate::Violation]) -> String {
    violations.iter().map(|v| v.message.as_str()).collect::<Vec<_>>().join("; ")
}
