//! The typed program as text, for `--emit hir` and for golden tests.
//!
//! P4 with everything explicit: casts, type arguments, default actions, resolved fall-through. Two programs that
//! mean the same to the checker give the same text; nothing depends on hash maps or addresses.

mod expr;
mod stmt;

use super::{
    ActionId, ActionRef, BlockDecl, ControlId, EnumId, ExternId, FunctionId, FunctionKind, InstanceId,
    LocalDecl, Named, PackageId, ParserId, Program, StateTarget, StructId, StructKind, TableId, TopLevel,
    Transition, TypeVarId, VarId,
};
use std::fmt::Write;

/// The whole program.
pub fn dump(program: &Program) -> String {
    let mut out = Dump { program, text: String::new(), depth: 0 };
    if !program.errors.is_empty() {
        let names: Vec<&str> = program.errors.values().map(|error| &*error.name).collect();
        out.line(&format!("error {{ {} }}", names.join(", ")));
    }
    if !program.match_kinds.is_empty() {
        let names: Vec<&str> = program.match_kinds.values().map(|kind| &*kind.name).collect();
        out.line(&format!("match_kind {{ {} }}", names.join(", ")));
    }
    for &item in &program.top_level {
        out.item(item);
    }
    out.text
}

struct Dump<'a> {
    program: &'a Program,
    text: String,
    depth: usize,
}

impl Dump<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{:indent$}{text}", "", indent = self.depth * 4);
    }

    /// `head {`, what `body` writes one level deeper, `}`.
    fn braces(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }

    fn item(&mut self, item: TopLevel) {
        match item {
            TopLevel::Struct(id) => self.struct_decl(id),
            TopLevel::Enum(id) => self.enum_decl(id),
            TopLevel::NewType(id) => {
                let decl = &self.program.new_types[id];
                let text = format!("type {} {};", self.program.type_text(decl.underlying), decl.name.name);
                self.line(&text);
            }
            TopLevel::Extern(id) => self.extern_decl(id),
            TopLevel::Function(id) => self.function(id),
            TopLevel::Action(id) => self.action(id),
            TopLevel::Parser(id) => self.parser(id),
            TopLevel::Control(id) => self.control(id),
            TopLevel::Package(id) => self.package(id),
            TopLevel::Constant(id) => self.local(&LocalDecl::Constant(id)),
            TopLevel::Instance(id) => self.instance(id),
            TopLevel::ValueSet(id) => self.local(&LocalDecl::ValueSet(id)),
        }
    }

    fn type_params(&self, params: &[TypeVarId]) -> String {
        if params.is_empty() {
            return String::new();
        }
        let names: Vec<&str> =
            params.iter().map(|&param| &*self.program.type_vars[param].name.name).collect();
        format!("<{}>", names.join(", "))
    }

    fn struct_decl(&mut self, id: StructId) {
        let decl = &self.program.structs[id];
        let kind = match decl.kind {
            StructKind::Header => "header",
            StructKind::Struct => "struct",
            StructKind::HeaderUnion => "header_union",
        };
        self.braces(&format!("{kind} {}{}", decl.name.name, self.type_params(&decl.type_params)), |this| {
            for field in &decl.fields {
                this.line(&format!("{} {};", this.program.type_text(field.ty), field.name.name));
            }
        });
    }

    fn enum_decl(&mut self, id: EnumId) {
        let decl = &self.program.enums[id];
        let underlying =
            decl.underlying.map(|ty| format!("{} ", self.program.type_text(ty))).unwrap_or_default();
        self.braces(&format!("enum {underlying}{}", decl.name.name), |this| {
            for member in &decl.members {
                match &member.value {
                    Some(value) => this.line(&format!("{} = {value},", member.name.name)),
                    None => this.line(&format!("{},", member.name.name)),
                }
            }
        });
    }

    fn extern_decl(&mut self, id: ExternId) {
        let decl = &self.program.externs[id];
        self.braces(&format!("extern {}{}", decl.name.name, self.type_params(&decl.type_params)), |this| {
            for &method in decl.constructors.iter().chain(&decl.methods) {
                this.function(method);
            }
        });
    }

    fn function(&mut self, id: FunctionId) {
        let decl = &self.program.functions[id];
        let result = format!("{} ", self.program.type_text(decl.result));
        let prefix = match decl.kind {
            FunctionKind::Defined | FunctionKind::Method { is_abstract: false, .. } => result,
            FunctionKind::Extern => format!("extern {result}"),
            FunctionKind::Method { is_abstract: true, .. } => format!("abstract {result}"),
            FunctionKind::Constructor { .. } => String::new(),
        };
        let head = format!(
            "{prefix}{}{}{}",
            decl.name.name,
            self.type_params(&decl.type_params),
            self.program.params_text(&decl.params)
        );
        match &decl.body {
            Some(body) => self.block(&head, body),
            None => self.line(&format!("{head};")),
        }
    }

    fn action(&mut self, id: ActionId) {
        let decl = &self.program.actions[id];
        let head = format!("action {}{}", decl.name.name, self.program.params_text(&decl.params));
        self.block(&head, &decl.body);
    }

    fn block_head(
        &self,
        what: &str,
        name: &Named,
        (type_params, params, constructor_params): (&[TypeVarId], &[VarId], &[VarId]),
    ) -> String {
        let name = &name.name;
        let constructor = if constructor_params.is_empty() {
            String::new()
        } else {
            self.program.params_text(constructor_params)
        };
        let type_params = self.type_params(type_params);
        format!("{what} {name}{type_params}{}{constructor}", self.program.params_text(params))
    }

    fn block_decl<Body>(
        &mut self,
        what: &str,
        decl: &BlockDecl<Body>,
        inside: impl FnOnce(&mut Self, &Body),
    ) {
        let params = (&*decl.type_params, &*decl.params, &*decl.constructor_params);
        let head = self.block_head(what, &decl.name, params);
        match &decl.body {
            Some(body) => self.braces(&head, |this| inside(this, body)),
            None => self.line(&format!("{head};")),
        }
    }

    fn locals(&mut self, locals: &[LocalDecl]) {
        locals.iter().for_each(|local| self.local(local));
    }

    fn parser(&mut self, id: ParserId) {
        let decl = &self.program.parsers[id];
        self.block_decl("parser", decl, |this, body| {
            this.locals(&body.locals);
            let state_name = |target: StateTarget| match target {
                StateTarget::State(index) => {
                    body.states.get(index).map_or("?", |state| &*state.name.name).to_owned()
                }
                StateTarget::Accept => "accept".to_owned(),
                StateTarget::Reject => "reject".to_owned(),
            };
            for state in &body.states {
                this.braces(&format!("state {}", state.name.name), |this| {
                    this.statements(&state.body);
                    match &state.transition {
                        Transition::Direct(target, _) => {
                            this.line(&format!("transition {};", state_name(*target)));
                        }
                        Transition::Select { keys, cases, .. } => {
                            let keys: Vec<String> = keys.iter().map(|key| this.expr(key)).collect();
                            this.braces(&format!("transition select({})", keys.join(", ")), |this| {
                                for case in cases {
                                    let line = format!(
                                        "{}: {};",
                                        this.keysets(&case.keysets),
                                        state_name(case.target)
                                    );
                                    this.line(&line);
                                }
                            });
                        }
                    }
                });
            }
        });
    }

    fn control(&mut self, id: ControlId) {
        let decl = &self.program.controls[id];
        self.block_decl("control", decl, |this, body| {
            this.locals(&body.locals);
            this.block("apply", &body.apply);
        });
    }

    fn package(&mut self, id: PackageId) {
        let decl = &self.program.packages[id];
        let head = self.block_head("package", &decl.name, (&decl.type_params, &decl.params, &[]));
        self.line(&format!("{head};"));
    }

    fn instance(&mut self, id: InstanceId) {
        let instance = &self.program.instances[id];
        let head = format!("{} {}", self.construct(&instance.construct), instance.name.name);
        if instance.implementations.is_empty() && instance.locals.is_empty() {
            return self.line(&format!("{head};"));
        }
        self.braces(&format!("{head} ="), |this| {
            this.locals(&instance.locals);
            for &function in &instance.implementations {
                this.function(function);
            }
        });
    }

    fn local(&mut self, local: &LocalDecl) {
        match local {
            LocalDecl::Variable(id, init) => {
                let text = self.variable(*id, init.as_ref());
                self.line(&text);
            }
            LocalDecl::Constant(id) => {
                let constant = &self.program.constants[*id];
                let ty = self.program.type_text(constant.ty);
                let text = format!("const {ty} {} = {};", constant.name.name, self.expr(&constant.init));
                self.line(&text);
            }
            LocalDecl::Instance(id) => self.instance(*id),
            LocalDecl::Action(id) => self.action(*id),
            LocalDecl::Table(id) => self.table(*id),
            LocalDecl::ValueSet(id) => {
                let set = &self.program.value_sets[*id];
                let ty = self.program.type_text(set.ty);
                let text = format!("value_set<{ty}>({}) {};", self.expr(&set.size), set.name.name);
                self.line(&text);
            }
        }
    }

    fn table(&mut self, id: TableId) {
        let table = &self.program.tables[id];
        self.braces(&format!("table {}", table.name.name), |this| {
            if !table.keys.is_empty() {
                this.braces("key =", |this| {
                    for key in &table.keys {
                        let kind = &this.program.match_kinds[key.match_kind].name;
                        let line = format!("{}: {kind} @name(\"{}\");", this.expr(&key.expr), key.name);
                        this.line(&line);
                    }
                });
            }
            this.braces("actions =", |this| {
                for action in &table.actions {
                    let line = format!("{};", this.action_ref(action));
                    this.line(&line);
                }
            });
            if let Some(action) = &table.default_action {
                let line = format!(
                    "{}default_action = {};",
                    konst(table.default_action_is_const),
                    this.action_ref(action)
                );
                this.line(&line);
            }
            if table.has_entries {
                this.braces(&format!("{}entries =", konst(table.entries_are_const)), |this| {
                    for entry in &table.entries {
                        let priority = match &entry.priority {
                            Some(priority) => format!("priority={}: ", this.expr(priority)),
                            None => String::new(),
                        };
                        let konst = konst(entry.is_const && !table.entries_are_const);
                        let action = this.action_ref(&entry.action);
                        let line = format!("{konst}{priority}{}: {action};", this.keysets(&entry.keysets));
                        this.line(&line);
                    }
                });
            }
            if let Some(size) = &table.size {
                let line = format!("size = {};", this.expr(size));
                this.line(&line);
            }
            for property in &table.properties {
                let value = match &property.action {
                    Some(action) => this.action_ref(action),
                    None => this.expr(&property.value),
                };
                let line = format!("{}{} = {value};", konst(property.is_const), property.name.name);
                this.line(&line);
            }
        });
    }

    fn action_ref(&self, reference: &ActionRef) -> String {
        let annotations: String =
            reference.annotations.iter().map(|annotation| format!("@{} ", annotation.name.text)).collect();
        let args: Vec<String> = reference.args.iter().flatten().map(|arg| self.argument(arg)).collect();
        let name = &self.program.actions[reference.action].name.name;
        format!("{annotations}{name}({})", args.join(", "))
    }
}

fn konst(is_const: bool) -> &'static str {
    if is_const { "const " } else { "" }
}
