//! A program as text: for `--emit ir`, for golden files and for people. Deterministic; not meant to be read back.
//!
//! Storage is called by its P4 name; where several have one name, `#2`, `#3`, .. tell them apart in order of creation.

mod dot;
mod expr;
mod names;
mod stmt;

pub use dot::dot;
pub use names::Names;

use super::*;
use std::fmt::{self, Write};

/// The program with everything in it.
pub fn display(program: &Program) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = Printer::new(program, &mut out).program();
    out
}

/// Writes IR as text.
struct Printer<'a> {
    program: &'a Program,
    names: Names,
    out: &'a mut String,
    indent: usize,
}

impl<'a> Printer<'a> {
    fn new(program: &'a Program, out: &'a mut String) -> Printer<'a> {
        Printer { program, names: Names::new(program), out, indent: 0 }
    }

    /// A line at the current depth.
    fn line(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
        self.out.write_fmt(text)?;
        self.out.push('\n');
        Ok(())
    }

    fn program(&mut self) -> fmt::Result {
        let program = self.program;
        self.line(format_args!("package {} // architecture {}", program.package, program.architecture))?;
        for ty in program.header_types.values() {
            self.line(format_args!("header {} {{", ty.name))?;
            for field in &ty.fields {
                let shown = self.names.scalar_type(program, field.ty);
                self.line(format_args!("    {shown} {}; // bit {}", field.name, field.offset))?;
            }
            self.line(format_args!("}}"))?;
        }
        for ty in program.enums.values() {
            self.line(format_args!("enum {} {{ {} }}", ty.name, ty.members.join(", ")))?;
        }
        self.line(format_args!("error {{ {} }}", program.errors.join(", ")))?;
        for (id, local) in program.locals.iter() {
            let ty = self.names.scalar_type(program, local.ty);
            let name = self.names.local(id).to_string();
            self.line(format_args!("local {ty} {name}"))?;
        }
        for (id, header) in program.headers.iter() {
            let ty = &program.header_types[header.ty].name;
            let name = self.names.header(id).to_string();
            self.line(format_args!("header {ty} {name}"))?;
        }
        for (id, stack) in program.stacks.iter() {
            let elements: Vec<&str> = stack.elements.iter().map(|&e| self.names.header(e)).collect();
            let text = format!(
                "stack {} = [{}] next {}",
                self.names.stack(id),
                elements.join(", "),
                self.names.local(stack.next_index)
            );
            self.line(format_args!("{text}"))?;
        }
        for union in program.unions.values() {
            let members: Vec<&str> = union.members.iter().map(|(_, h)| self.names.header(*h)).collect();
            let text = format!("union {} = {{{}}}", union.name, members.join(", "));
            self.line(format_args!("{text}"))?;
        }
        for instance in program.externs.values() {
            let args: Vec<String> = instance.args.iter().map(|a| self.arg(a)).collect();
            let types: Vec<String> = instance.type_args.iter().map(|t| self.shape(t)).collect();
            let types = if types.is_empty() { String::new() } else { format!("<{}>", types.join(", ")) };
            let text =
                format!("extern {}{types}({}) {}", instance.extern_type, args.join(", "), instance.name);
            self.line(format_args!("{text}"))?;
        }
        for set in program.value_sets.values() {
            let keys: Vec<String> = set
                .keys
                .iter()
                .map(|key| {
                    format!("{}: {}", self.names.scalar_type(program, key.ty), match_kind(&key.match_kind))
                })
                .collect();
            self.line(format_args!("value_set {}({}) size {}", set.name, keys.join(", "), set.size))?;
        }
        for (id, action) in program.actions.iter() {
            self.action(id, action)?;
        }
        for (id, table) in program.tables.iter() {
            self.table(id, table)?;
        }
        for stage in &program.stages {
            self.stage(stage)?;
        }
        Ok(())
    }

    fn action(&mut self, id: ActionId, action: &Action) -> fmt::Result {
        let params: Vec<String> = action
            .params
            .iter()
            .map(|p| format!("{} {}", self.names.scalar_type(self.program, p.ty), self.names.local(p.local)))
            .collect();
        let name = self.names.action(id).to_string();
        self.line(format_args!("action {name}({}) {{", params.join(", ")))?;
        self.nested(&action.body)?;
        self.line(format_args!("}}"))
    }

    fn table(&mut self, id: TableId, table: &Table) -> fmt::Result {
        let name = self.names.table(id).to_string();
        self.line(format_args!("table {name} {{"))?;
        self.indent += 1;
        for key in &table.keys {
            let there =
                key.there.as_ref().map_or_else(String::new, |there| format!(" where {}", self.expr(there)));
            let (expr, kind) = (self.expr(&key.expr), match_kind(&key.match_kind));
            let text = format!("key {} = {expr}{there}: {kind}", key.name);
            self.line(format_args!("{text}"))?;
        }
        for action in &table.actions {
            let marks = match (action.table_only, action.default_only) {
                (true, _) => " // not as default",
                (_, true) => " // as default only",
                (false, false) => "",
            };
            let text = format!("action {}{marks}", self.names.action(action.action));
            self.line(format_args!("{text}"))?;
        }
        let fixed = if table.default_is_const { "const " } else { "" };
        let text = format!("{fixed}default {}", self.action_call(table, &table.default_action));
        self.line(format_args!("{text}"))?;
        for entry in &table.entries {
            let fixed = if entry.is_const { "const " } else { "" };
            let priority = entry.priority.map(|p| format!("priority {p} ")).unwrap_or_default();
            let keysets: Vec<String> = entry.keysets.iter().map(|k| self.keyset(k)).collect();
            let text = format!(
                "{fixed}{priority}({}): {}",
                keysets.join(", "),
                self.action_call(table, &entry.action)
            );
            self.line(format_args!("{text}"))?;
        }
        if table.entries_are_const {
            self.line(format_args!("const entries"))?;
        }
        if let Some(size) = table.size {
            self.line(format_args!("size {size}"))?;
        }
        for (name, value) in &table.properties {
            let text = match value {
                PropertyValue::Extern(id) => format!("{name} = {}", self.program.externs[*id].name),
                PropertyValue::Const(arg) => format!("{name} = {}", self.arg(arg)),
                PropertyValue::Action(call) => format!("{name} = {}", self.action_call(table, call)),
            };
            self.line(format_args!("{text}"))?;
        }
        self.indent -= 1;
        self.line(format_args!("}}"))
    }

    fn stage(&mut self, stage: &Stage) -> fmt::Result {
        let params: Vec<String> = stage
            .params
            .iter()
            .map(|p| {
                let direction = match p.direction {
                    Direction::None => "",
                    Direction::In => "in ",
                    Direction::Out => "out ",
                    Direction::InOut => "inout ",
                };
                format!("{direction}{} = {}", p.name, self.place(&p.place))
            })
            .collect();
        match stage.block {
            StageBlock::Parser(id) => {
                let parser = &self.program.parsers[id];
                let start = self.names.state(id, parser.start).to_string();
                let error = self.names.local(parser.error).to_string();
                self.line(format_args!("stage {} = parser {} {{", stage.role, parser.name))?;
                self.indent += 1;
                self.params(&params)?;
                self.line(format_args!("error {error}"))?;
                self.block(&parser.prologue)?;
                self.line(format_args!("goto {start}"))?;
                for (state, content) in parser.states.iter() {
                    let name = self.names.state(id, state).to_string();
                    self.line(format_args!("state {name} {{"))?;
                    self.nested(&content.body)?;
                    self.indent += 1;
                    self.transition(id, &content.transition)?;
                    self.indent -= 1;
                    self.line(format_args!("}}"))?;
                }
                self.indent -= 1;
                self.line(format_args!("}}"))
            }
            StageBlock::Control(id) => {
                let control = &self.program.controls[id];
                self.line(format_args!("stage {} = control {} {{", stage.role, control.name))?;
                self.indent += 1;
                self.params(&params)?;
                self.block(&control.body)?;
                self.indent -= 1;
                self.line(format_args!("}}"))
            }
        }
    }

    fn params(&mut self, params: &[String]) -> fmt::Result {
        for param in params {
            self.line(format_args!("param {param}"))?;
        }
        Ok(())
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Scalar(id) => self.names.local(*id).to_string(),
            Place::Header(id) => self.names.header(*id).to_string(),
            Place::Stack(id) => self.names.stack(*id).to_string(),
            Place::Union(id) => self.program.unions[*id].name.to_string(),
            Place::UnionStack(members) => {
                let members: Vec<&str> = members.iter().map(|(_, s)| self.names.stack(*s)).collect();
                format!("[{}]", members.join(", "))
            }
            Place::Struct { type_name, fields } => {
                let fields: Vec<String> = fields.iter().map(|(_, f)| self.place(f)).collect();
                format!("{type_name}{{{}}}", fields.join(", "))
            }
            Place::Opaque(name) => name.to_string(),
        }
    }
}

fn match_kind(kind: &MatchKind) -> &str {
    match kind.known() {
        Ok(kind) => kind.name(),
        Err(own) => own,
    }
}
