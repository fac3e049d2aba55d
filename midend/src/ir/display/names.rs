//! Names that tell storage apart.

use crate::ir::*;
use cranelift_entity::EntityRef;
use rustc_hash::FxHashMap;

/// A name for everything in a program, unique among its kind.
pub struct Names {
    locals: Vec<String>,
    headers: Vec<String>,
    stacks: Vec<String>,
    actions: Vec<String>,
    tables: Vec<String>,
    states: Vec<Vec<String>>,
}

impl Names {
    /// The names of a program.
    pub fn new(program: &Program) -> Names {
        Names {
            locals: unique(program.locals.values().map(|l| &*l.name)),
            headers: unique(program.headers.values().map(|h| &*h.name)),
            stacks: unique(program.stacks.values().map(|s| &*s.name)),
            actions: unique(program.actions.values().map(|a| &*a.name)),
            tables: unique(program.tables.values().map(|t| &*t.name)),
            states: program.parsers.values().map(|p| unique(p.states.values().map(|s| &*s.name))).collect(),
        }
    }

    /// A local's.
    pub fn local(&self, id: LocalId) -> &str {
        self.locals.get(id.index()).map_or("?", |n| n)
    }

    /// A header's.
    pub fn header(&self, id: HeaderId) -> &str {
        self.headers.get(id.index()).map_or("?", |n| n)
    }

    /// A stack's.
    pub fn stack(&self, id: StackId) -> &str {
        self.stacks.get(id.index()).map_or("?", |n| n)
    }

    /// An action's.
    pub fn action(&self, id: ActionId) -> &str {
        self.actions.get(id.index()).map_or("?", |n| n)
    }

    /// A table's.
    pub fn table(&self, id: TableId) -> &str {
        self.tables.get(id.index()).map_or("?", |n| n)
    }

    /// A state's.
    pub fn state(&self, parser: ParserId, id: StateId) -> &str {
        self.states.get(parser.index()).and_then(|s| s.get(id.index())).map_or("?", |n| n)
    }

    /// A scalar type as P4 writes it.
    pub fn scalar_type(&self, program: &Program, ty: ScalarType) -> String {
        match ty {
            ScalarType::Bool => "bool".into(),
            ScalarType::Bits { width, signed: false } => format!("bit<{width}>"),
            ScalarType::Bits { width, signed: true } => format!("int<{width}>"),
            ScalarType::Varbit { max } => format!("varbit<{max}>"),
            ScalarType::Enum(id) => program.enums[id].name.to_string(),
            ScalarType::Error => "error".into(),
        }
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: FxHashMap<&str, u32> = FxHashMap::default();
    names
        .map(|name| {
            let count = seen.entry(name).or_insert(0);
            *count += 1;
            if *count == 1 { name.to_string() } else { format!("{name}#{count}") }
        })
        .collect()
}
