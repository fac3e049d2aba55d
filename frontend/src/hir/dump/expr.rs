//! Expressions, calls and keysets as text.

use super::Dump;
use crate::hir::{
    Argument, Call, Callee, ConstValue, Construct, Constructor, Expr, ExprKind, Keyset, Type, TypeId,
};

impl Dump<'_> {
    pub(super) fn expr(&self, e: &Expr) -> String {
        let ty = || self.program.type_text(e.ty);
        match &e.kind {
            ExprKind::Literal(value) => self.value(value, e.ty),
            ExprKind::Variable(id) => self.program.variables[*id].name.name.to_string(),
            ExprKind::Constant(id) => self.program.constants[*id].name.name.to_string(),
            ExprKind::Instance(id) => self.program.instances[*id].name.name.to_string(),
            ExprKind::This => "this".to_owned(),
            ExprKind::Construct(construct) => self.construct(construct),
            ExprKind::Field(base, position) => {
                format!("{}{}", self.expr(base), self.field(base.ty, *position as usize))
            }
            ExprKind::Index(base, index) => format!("{}[{}]", self.expr(base), self.expr(index)),
            ExprKind::StackNext(base) => format!("{}.next", self.expr(base)),
            ExprKind::StackLast(base) => format!("{}.last", self.expr(base)),
            ExprKind::StackLastIndex(base) => format!("{}.lastIndex", self.expr(base)),
            ExprKind::StackSize(base) => format!("{}.size", self.expr(base)),
            ExprKind::Slice { base, hi, lo } => format!("{}[{hi}:{lo}]", self.expr(base)),
            ExprKind::PlusSlice { base, lo, width } => {
                format!("{}[{} +: {width}]", self.expr(base), self.expr(lo))
            }
            ExprKind::Unary(op, operand) => format!("{}{}", op.text(), self.expr(operand)),
            ExprKind::Binary(op, a, b) => {
                format!("({} {} {})", self.expr(a), op.text(), self.expr(b))
            }
            ExprKind::Conditional(condition, a, b) => {
                format!("({} ? {} : {})", self.expr(condition), self.expr(a), self.expr(b))
            }
            ExprKind::Cast(operand) => format!("({}){}", ty(), self.expr(operand)),
            ExprKind::Aggregate(parts, _) => {
                let parts: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
                format!("({}){{{}}}", ty(), parts.join(", "))
            }
            ExprKind::InvalidHeader => format!("({}){{#}}", ty()),
            ExprKind::Default => format!("({})...", ty()),
            ExprKind::Call(call) => self.call(call),
            ExprKind::TableHit { apply, negated } => {
                format!("{}.{}", self.call(apply), if *negated { "miss" } else { "hit" })
            }
            ExprKind::TableActionRun(apply) => format!("{}.action_run", self.call(apply)),
            ExprKind::ActionName(id) => self.program.actions[*id].name.name.to_string(),
            ExprKind::Error => "<error>".to_owned(),
        }
    }

    fn field(&self, base: TypeId, position: usize) -> String {
        let name = match &self.program.types[base] {
            Type::Struct(id, _) => {
                self.program.structs[*id].fields.get(position).map(|field| &field.name.name)
            }
            _ => None,
        };
        name.map_or_else(|| format!("[{position}]"), |name| format!(".{name}"))
    }

    fn value(&self, value: &ConstValue, ty: TypeId) -> String {
        match value {
            ConstValue::Bool(value) => value.to_string(),
            ConstValue::Int(value) => match &self.program.types[ty] {
                Type::Bits { width, signed } => format!("{width}{}{value}", if *signed { "s" } else { "w" }),
                Type::Enum(_) | Type::NewType(_) => format!("({}){value}", self.program.type_text(ty)),
                _ => value.to_string(),
            },
            ConstValue::String(text) => format!("{text:?}"),
            ConstValue::EnumMember(position) => {
                let member = match &self.program.types[ty] {
                    Type::Enum(id) => self.program.enums[*id].members.get(*position as usize),
                    _ => None,
                };
                let name = member.map_or("?", |member| &*member.name.name);
                format!("{}.{name}", self.program.type_text(ty))
            }
            ConstValue::Error(id) => format!("error.{}", self.program.errors[*id].name),
            ConstValue::MatchKind(id) => self.program.match_kinds[*id].name.to_string(),
            ConstValue::Aggregate(parts) => {
                format!("({}){{ {} values }}", self.program.type_text(ty), parts.len())
            }
            ConstValue::InvalidHeader => format!("({}){{#}}", self.program.type_text(ty)),
        }
    }

    pub(super) fn call(&self, call: &Call) -> String {
        let (callee, args) = match &call.callee {
            Callee::Function(id) => (self.program.functions[*id].name.name.to_string(), None),
            Callee::Action(id) => (self.program.actions[*id].name.name.to_string(), None),
            Callee::Method { object, method } => {
                (format!("{}.{}", self.expr(object), self.program.functions[*method].name.name), None)
            }
            Callee::ParserApply(object) | Callee::ControlApply(object) => {
                (format!("{}.apply", self.expr(object)), None)
            }
            Callee::TableApply(id) => (format!("{}.apply", self.program.tables[*id].name.name), None),
            Callee::IsValid(base) => (format!("{}.isValid", self.expr(base)), None),
            Callee::SetValid(base) => (format!("{}.setValid", self.expr(base)), None),
            Callee::SetInvalid(base) => (format!("{}.setInvalid", self.expr(base)), None),
            Callee::PushFront(base, count) => (format!("{}.push_front", self.expr(base)), Some(*count)),
            Callee::PopFront(base, count) => (format!("{}.pop_front", self.expr(base)), Some(*count)),
        };
        let args = match args {
            Some(count) => count.to_string(),
            None => self.arguments(&call.args),
        };
        format!("{callee}{}({args})", self.type_args(&call.type_args))
    }

    pub(super) fn construct(&self, construct: &Construct) -> String {
        let name = match construct.constructor {
            Constructor::Extern(id, _) => &self.program.externs[id].name.name,
            Constructor::Parser(id) => &self.program.parsers[id].name.name,
            Constructor::Control(id) => &self.program.controls[id].name.name,
            Constructor::Package(id) => &self.program.packages[id].name.name,
        };
        format!("{name}{}({})", self.type_args(&construct.type_args), self.arguments(&construct.args))
    }

    fn type_args(&self, args: &[TypeId]) -> String {
        if args.is_empty() {
            return String::new();
        }
        let args: Vec<String> = args.iter().map(|&arg| self.program.type_text(arg)).collect();
        format!("<{}>", args.join(", "))
    }

    fn arguments(&self, args: &[Argument]) -> String {
        let args: Vec<String> = args.iter().map(|arg| self.argument(arg)).collect();
        args.join(", ")
    }

    pub(super) fn argument(&self, arg: &Argument) -> String {
        match arg {
            Argument::Value(value) => self.expr(value),
            Argument::Ignored(_) => "_".to_owned(),
            Argument::Missing => "/* left out */".to_owned(),
        }
    }

    pub(super) fn keysets(&self, keysets: &[Keyset]) -> String {
        let sets: Vec<String> = keysets.iter().map(|keyset| self.keyset(keyset)).collect();
        if let [only] = sets.as_slice() { only.clone() } else { format!("({})", sets.join(", ")) }
    }

    fn keyset(&self, keyset: &Keyset) -> String {
        match keyset {
            Keyset::Universal(_) => "_".to_owned(),
            Keyset::Value(value) => self.expr(value),
            Keyset::Mask(value, mask) => format!("{} &&& {}", self.expr(value), self.expr(mask)),
            Keyset::Range(lo, hi) => format!("{} .. {}", self.expr(lo), self.expr(hi)),
            Keyset::ValueSet(id, _) => self.program.value_sets[*id].name.name.to_string(),
        }
    }
}
