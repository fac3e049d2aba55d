//! Types as text, in the language's own notation, for messages and listings.

use super::{Direction, Program, TableId, Type, TypeId, VarId};
use std::fmt::Write;

/// Where the text of a type is cut off: beyond that nobody reads it.
const MAX_TEXT: usize = 4000;

impl Program {
    /// A type as the user would write it.
    pub fn type_text(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty);
        out
    }

    fn write_type(&self, out: &mut String, ty: TypeId) {
        if out.len() > MAX_TEXT {
            out.push_str("..");
            return;
        }
        match &self.types[ty] {
            Type::Error => out.push_str("<error>"),
            Type::Void => out.push_str("void"),
            Type::Bool => out.push_str("bool"),
            Type::Int => out.push_str("int"),
            Type::Bits { width, signed } => {
                let _ = write!(out, "{}<{width}>", if *signed { "int" } else { "bit" });
            }
            Type::Varbit(width) => {
                let _ = write!(out, "varbit<{width}>");
            }
            Type::String => out.push_str("string"),
            Type::ErrorCode => out.push_str("error"),
            Type::MatchKind => out.push_str("match_kind"),
            Type::Struct(id, args) => self.write_generic(out, &self.structs[*id].name.name, args),
            Type::Enum(id) => out.push_str(&self.enums[*id].name.name),
            Type::NewType(id) => out.push_str(&self.new_types[*id].name.name),
            Type::Stack { element, size } => {
                self.write_type(out, *element);
                let _ = write!(out, "[{size}]");
            }
            Type::Tuple(elements) => self.write_generic_always(out, "tuple", elements),
            Type::List(element) => self.write_generic_always(out, "list", &[*element]),
            Type::Set(element) => self.write_generic_always(out, "set", &[*element]),
            Type::Var(id) => out.push_str(&self.type_vars[*id].name.name),
            Type::Extern(id, args) => self.write_generic(out, &self.externs[*id].name.name, args),
            Type::Parser(id, args) => self.write_generic(out, &self.parsers[*id].name.name, args),
            Type::Control(id, args) => self.write_generic(out, &self.controls[*id].name.name, args),
            Type::Package(id, args) => self.write_generic(out, &self.packages[*id].name.name, args),
            Type::Action(id) => {
                let _ = write!(out, "action {}", self.actions[*id].name.name);
            }
            Type::Function(id) => {
                let _ = write!(out, "function {}", self.functions[*id].name.name);
            }
            Type::Table(id) => {
                let _ = write!(out, "table {}", self.table_name(*id));
            }
            Type::ApplyResult(id) => {
                let _ = write!(out, "apply_result({})", self.table_name(*id));
            }
            Type::ActionRun(id) => {
                let _ = write!(out, "action_list({})", self.table_name(*id));
            }
            Type::Infer(_) => out.push('_'),
        }
    }

    /// A table that is mentioned within its own declaration is not in the program yet.
    fn table_name(&self, table: TableId) -> &str {
        self.tables.find(table).map_or("_", |table| &table.name.name)
    }

    fn write_generic(&self, out: &mut String, name: &str, args: &[TypeId]) {
        if args.is_empty() {
            out.push_str(name);
        } else {
            self.write_generic_always(out, name, args);
        }
    }

    fn write_generic_always(&self, out: &mut String, name: &str, args: &[TypeId]) {
        out.push_str(name);
        out.push('<');
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            self.write_type(out, *arg);
        }
        out.push('>');
    }

    /// A parameter list as the user would write it, parentheses included.
    pub fn params_text(&self, params: &[VarId]) -> String {
        let list: Vec<String> = params.iter().map(|&param| self.param_text(param)).collect();
        format!("({})", list.join(", "))
    }

    fn param_text(&self, param: VarId) -> String {
        let variable = &self.variables[param];
        let direction = match variable.direction() {
            Direction::None => "",
            Direction::In => "in ",
            Direction::Out => "out ",
            Direction::InOut => "inout ",
        };
        format!("{direction}{} {}", self.type_text(variable.ty), variable.name.name)
    }
}
