//! Random match-action controls: variables, functions, actions, sub-controls, tables, and an apply block that ends by putting all variables into a
//! header.

use super::flow::without_calls;
use super::scope::{Callable, Called, HeaderVar, Pipeline, Scope, Shape, StructVar};
use super::{Arch, Generator};
use crate::tree::{CHOICES, Direction, ERRORS, Kind, Param, Role, Tree, Ty};

impl Generator {
    /// A control that is a block of the package, and the type of the header `probe` that it fills at its end, if it does.
    pub(super) fn switch(
        &mut self,
        name: &str,
        signature: &str,
        scope: &Scope,
        first: &str,
        probes: bool,
    ) -> (Tree, Tree) {
        self.control = name.to_owned();
        let mut scope = scope.clone();
        let mut out = Tree::new(Kind::Fixed).text(format!("control {name}({signature}) {{\n"));
        let mut variables = Vec::new();
        for _ in 0..self.random.between(1, 5 * self.size.part()) {
            let (ty, name) = (self.some_type(), self.fresh("v"));
            let value = self.expr(&without_calls(&scope), ty, 1);
            let mut tree = Tree::new(Kind::Item).text(format!("    {} {name}", ty.text()));
            if self.random.percent(60) {
                tree = tree.text(" = ").tree(value);
            }
            out = out.tree(tree.text(";\n"));
            scope = scope.with(&name, ty, true);
            variables.push((name, ty));
        }
        if self.random.percent(40) {
            let (ty, name) = (self.random.below(self.struct_types.len()), self.fresh("v"));
            let text = self.struct_types[ty].text.clone();
            out = out.tree(Tree::item(format!("    {text} {name};\n")).tag("variable: struct or tuple"));
            for (field, ty) in &self.struct_types[ty].fields {
                variables.push((format!("{name}{field}"), *ty));
            }
            scope.add_struct(
                &self.header_types,
                &self.struct_types,
                StructVar { text: name, ty, writable: true },
            );
        }
        let externs = self.externs(&mut scope);
        out = out.trees(externs);
        let instances = self.instantiate(Called::Control);
        out = out.trees(instances);
        self.tables.clear();
        let before = self.callables.len();
        for _ in 0..self.random.between(1, self.size.actions * self.size.part()) {
            let tree = self.action(&scope);
            out = out.tree(tree);
        }
        for _ in 0..self.random.below(self.size.actions * self.size.part() + 1) {
            let (tree, entries) = self.table(&scope);
            out = out.tree(tree);
            let name = self.control.clone();
            self.entries.extend(entries.iter().map(|line| line.replace("{}", &name)));
        }
        scope.applies = true;
        out = out.text("    apply {\n").text(first);
        if self.size.compiles == Some(Arch::V1Model) {
            // What hangs on entries is seen where entries are met.
            let applied = self.tables.iter().map(|table| format!("        {}.apply();\n", table.name));
            out = out.trees(applied.map(|text| Tree::statement(text).tag("table: apply")));
        }
        if self.size.copies && scope.pipeline.is_some() {
            for _ in 0..3 {
                let (condition, tree) = (self.expr(&scope, Ty::Bool, 1), self.pipeline_statement(&scope));
                let tree = Tree::new(Kind::Statement).tree(tree);
                out = out.tree(match self.random.percent(50) {
                    true => tree,
                    false => Tree::new(Kind::Statement)
                        .text("        if (")
                        .tree(condition)
                        .text(") {\n")
                        .tree(tree)
                        .text("        }\n"),
                });
            }
        }
        for _ in 1..self.size.scale {
            out = out.tree(self.block(&scope, self.size.statements, 3));
        }
        out = out.tree(self.block(&scope, self.size.statements, 3));
        // Its actions are its own.
        self.callables.truncate(before);
        self.instances.clear();
        let mut probe = Tree::new(Kind::Fixed).text("header probe_t {\n");
        if probes {
            for header in &scope.headers {
                if self.random.percent(35) {
                    variables.push((format!("{}.isValid()", header.text), Ty::Bool));
                }
            }
            let (fields, copies) = probes_of(&variables);
            probe = probe.trees(fields);
            out = out.tree(copies);
        }
        (out.text("    }\n}\n\n"), probe.text("}\n"))
    }

    /// Registers and counters of a control.
    fn externs(&mut self, scope: &mut Scope) -> Vec<Tree> {
        let mut out = Vec::new();
        if self.arch != Arch::Xdp && self.random.percent(30) && self.may_remember(scope) {
            let (ty, name) = (Ty::Bit(self.width().min(128)), self.fresh("reg"));
            let text = match self.arch {
                Arch::Psa => format!("    Register<{}, bit<32>>(4) {name};\n", ty.text()),
                Arch::V1Model | Arch::Xdp => format!("    register<{}>(4) {name};\n", ty.text()),
            };
            out.push(Tree::item(text).tag("extern: register"));
            scope.registers.push((name, ty));
        }
        if self.random.percent(25) {
            let name = self.fresh("cnt");
            let text = match self.arch {
                Arch::V1Model => format!("    counter(4, CounterType.packets_and_bytes) {name};\n"),
                Arch::Psa => format!("    Counter<bit<48>, bit<32>>(4, PSA_CounterType_t.PACKETS) {name};\n"),
                Arch::Xdp => format!("    CounterArray(4, false) {name};\n"),
            };
            out.push(Tree::item(text).tag("extern: counter"));
            scope.counters.push(name);
        }
        if self.arch == Arch::Psa && self.random.percent(40) {
            let (algorithm, width) =
                self.random.of(&[("CRC16", 16), ("ONES_COMPLEMENT16", 16), ("CRC32", 32), ("IDENTITY", 32)]);
            let name = self.fresh("hash");
            let text = format!("    Hash<bit<{width}>>(PSA_HashAlgorithm_t.{algorithm}) {name};\n");
            out.push(Tree::item(text).tag("psa: hash object"));
            scope.hashes.push((name, width));
        }
        out
    }

    /// Whether what one packet leaves behind may be seen by another. Copies of one run egress in the kernel's order, so there it may not;
    /// sub-controls are ingress's and egress's alike.
    pub(super) fn may_remember(&self, scope: &Scope) -> bool {
        !self.size.copies || scope.pipeline == Some(Pipeline::Ingress)
    }

    /// Reads or writes a register, or counts.
    pub(super) fn state(&mut self, scope: &Scope) -> Tree {
        let index = self.expr(scope, Ty::Bit(2), 1);
        let index = Tree::new(Kind::Fixed).text("(bit<32>)").tree(index);
        if let [(name, ty), ..] = scope.registers.as_slice()
            && (scope.counters.is_empty() || self.random.percent(70))
        {
            let targets: Vec<String> =
                scope.vars.iter().filter(|v| v.writable && v.ty == *ty).map(|v| v.text.clone()).collect();
            if targets.is_empty() || self.random.percent(50) {
                let value = self.expr(scope, *ty, 2);
                return Tree::new(Kind::Statement)
                    .text(format!("        {name}.write("))
                    .tree(index)
                    .text(", ")
                    .tree(value)
                    .text(");\n")
                    .tag("extern: register write");
            }
            let target = self.random.of(&targets);
            let read = match self.arch {
                Arch::Psa => format!("{target} = {name}.read("),
                Arch::V1Model | Arch::Xdp => format!("{name}.read({target}, "),
            };
            return Tree::new(Kind::Statement)
                .text(format!("        {read}"))
                .tree(index)
                .text(");\n")
                .tag("extern: register read");
        }
        let Some(name) = scope.counters.first() else { return self.assignment(scope, 2) };
        let method = if self.arch == Arch::Xdp { "increment" } else { "count" };
        Tree::new(Kind::Statement)
            .text(format!("        {name}.{method}("))
            .tree(index)
            .text(");\n")
            .tag("extern: counter count")
    }

    /// Parameters, and the scope with them. A written one has a type that something in scope has.
    fn params(&mut self, scope: &Scope, types: &Scope, free: bool) -> (Vec<(Param, Shape)>, Scope) {
        let mut params = Vec::new();
        let mut inner = scope.clone();
        let written: Vec<Ty> = types.vars.iter().filter(|v| v.writable).map(|v| v.ty).collect();
        for _ in 0..self.random.below(4) {
            let direction =
                self.random.of(&[Direction::In, Direction::InOut, Direction::Out, Direction::InOut]);
            let direction = if written.is_empty() { Direction::In } else { direction };
            let name = self.fresh("p");
            let shape = match self.random.below(10) {
                0 => Shape::Header(self.random.below(self.header_types.len())),
                1 => Shape::Struct(self.random.below(self.struct_types.len())),
                _ if direction == Direction::In => Shape::Scalar(self.some_type()),
                _ => Shape::Scalar(self.random.of(&written)),
            };
            let param = self.param(&mut inner, direction, shape, name);
            params.push((param, shape));
        }
        if free {
            for _ in 0..self.random.below(3) {
                let (shape, name) = (Shape::Scalar(self.parameter_type()), self.fresh("p"));
                let param = self.param(&mut inner, Direction::None, shape, name);
                params.push((param, shape));
            }
        }
        (params, inner)
    }

    /// A type that a control plane can give a value of.
    fn parameter_type(&mut self) -> Ty {
        match self.some_type() {
            Ty::Choice | Ty::Error => Ty::Code,
            Ty::Bit(width) if width > 128 => Ty::Bit(128),
            Ty::Int(width) if width > 128 => Ty::Int(128),
            other @ (Ty::Bit(_) | Ty::Int(_) | Ty::Bool | Ty::Code) => other,
        }
    }

    pub(super) fn param(
        &mut self,
        scope: &mut Scope,
        direction: Direction,
        shape: Shape,
        name: String,
    ) -> Param {
        let writable = matches!(direction, Direction::Out | Direction::InOut);
        let ty = match shape {
            Shape::Scalar(ty) => {
                *scope = scope.with(&name, ty, writable);
                ty.text()
            }
            Shape::Header(ty) => {
                let header = HeaderVar { text: name.clone(), ty, writable, in_union: false };
                scope.add_header(&self.header_types, header);
                format!("t{ty}")
            }
            Shape::Struct(ty) => {
                let var = StructVar { text: name.clone(), ty, writable };
                scope.add_struct(&self.header_types, &self.struct_types, var);
                self.struct_types[ty].text.clone()
            }
            Shape::Headers => "headers_t".to_owned(),
            Shape::Packet => "packet_in".to_owned(),
        };
        Param { direction, ty, name }
    }

    pub(super) fn action(&mut self, scope: &Scope) -> Tree {
        let name = self.fresh("a");
        let (params, inner) = self.params(scope, scope, true);
        let statements = self.random.between(1, self.size.statements.min(4));
        let body = self.block(&inner, statements, 2);
        let callable =
            Callable { name, params, kind: Called::Action, constructor: Vec::new(), entries: Vec::new() };
        let out = Tree::new(Kind::Item)
            .text(format!("    action {}({}) {{\n", callable.name, signature(&callable.params)))
            .role(role(&callable, &body))
            .tree(body)
            .text("    }\n")
            .tag("action");
        self.callables.push(callable);
        out
    }

    pub(super) fn function(&mut self) -> Tree {
        let (name, ty) = (self.fresh("fun"), self.some_type());
        // A function sees its parameters alone.
        let types = self.header_scope("hdr", true);
        let (params, mut inner) = self.params(&self.constant_scope(), &types, false);
        inner.returns = Some(ty);
        let body = self.block(&inner, 3, 2);
        let value = self.expr(&inner, ty, 2);
        let callable = Callable {
            name,
            params,
            kind: Called::Function(ty),
            constructor: Vec::new(),
            entries: Vec::new(),
        };
        let out = Tree::new(Kind::Item)
            .text(format!("{} {}({}) {{\n", ty.text(), callable.name, signature(&callable.params)))
            .role(role(&callable, &body))
            .tree(body)
            .text("    return ")
            .tree(value)
            .text(";\n}\n\n")
            .tag("function");
        self.callables.push(callable);
        out
    }

    /// Controls that others instantiate, some of which instantiate others.
    pub(super) fn sub_controls(&mut self, most: usize) -> Vec<Tree> {
        (0..self.random.below(most + 2)).map(|_| self.sub_control()).collect()
    }

    fn sub_control(&mut self) -> Tree {
        let name = self.fresh("Sub");
        let headers = self.fresh("hdr");
        let mut scope = self.header_scope(&headers, true);
        scope.exits = true;
        let headers = Param { direction: Direction::InOut, ty: "headers_t".to_owned(), name: headers };
        let mut params = vec![(headers, Shape::Headers)];
        let types = scope.clone();
        let (more, mut inner) = self.params(&scope, &types, false);
        params.extend(more);
        let mut constructor = Vec::new();
        let mut head = format!("control {name}({})", signature(&params));
        if self.random.percent(30) {
            let (ty, value) = (Ty::Bit(self.width().min(128)), self.fresh("c"));
            head.push_str(&format!("({} {value})", ty.text()));
            inner = inner.with(&value, ty, false);
            constructor.push(ty);
        }
        let mut out = Tree::new(Kind::Item).text(format!("{head} {{\n"));
        let mut lines = Vec::new();
        // Instances inside: their tables are filled under the outer instance's name.
        let outer = std::mem::take(&mut self.entries);
        self.control = "{}".to_owned();
        let inside = if self.random.percent(40) { self.instantiate(Called::Control) } else { Vec::new() };
        lines.extend(std::mem::replace(&mut self.entries, outer));
        let mut closed = !inside.is_empty() || !constructor.is_empty();
        let before = self.callables.len();
        let mut declarations = inside;
        if self.random.percent(50) {
            closed = true;
            let ty = self.some_type();
            let name = self.fresh("w");
            declarations.push(Tree::item(format!("    {} {name};\n", ty.text())));
            inner = inner.with(&name, ty, true);
            let tree = self.action(&inner);
            declarations.push(tree.tag("action: of a sub-control"));
            let (tree, entries) = self.table(&inner);
            declarations.push(tree.tag("table: of a sub-control"));
            lines.extend(entries);
        }
        inner.applies = true;
        let body = self.block(&inner, 4, 2);
        self.callables.truncate(before);
        self.tables.clear();
        self.instances.clear();
        let callable = Callable { name, params, kind: Called::Control, constructor, entries: lines };
        let mut body_role = role(&callable, &body);
        if let Role::Callable { closed: open, .. } = &mut body_role {
            *open |= closed;
        }
        // The body is the first tree of what is written out; declarations stand in one in front of it only if it is closed.
        out = out.trees(declarations).text("    apply {\n").role(body_role).tree(body).text("    }\n}\n\n");
        self.callables.push(callable);
        out.tag("control: sub-control")
    }

    /// Instances of all controls or parsers that there are, some of them twice.
    pub(super) fn instantiate(&mut self, kind: Called) -> Vec<Tree> {
        self.instances.clear();
        let all: Vec<Callable> = self.callables.iter().filter(|c| c.kind == kind).cloned().collect();
        let mut out = Vec::new();
        for callable in all {
            for _ in 0..self.random.of(&[1, 1, 2]) {
                let name = self.fresh("sub");
                let values: Vec<String> =
                    callable.constructor.iter().map(|ty| self.literal(*ty).print()).collect();
                let text = format!("    {}({}) {name};\n", callable.name, values.join(", "));
                out.push(Tree::item(text).tag("instance"));
                let full = format!("{}.{name}", self.control);
                self.entries.extend(callable.entries.iter().map(|line| line.replace("{}", &full)));
                self.instances.push((name, callable.clone()));
            }
        }
        out
    }
}

/// A callable's role; what returns early cannot be written out.
pub fn role(callable: &Callable, body: &Tree) -> Role {
    let params = callable.params.iter().map(|(p, _)| p.clone()).collect();
    Role::Callable { name: callable.name.clone(), params, closed: body.print().contains("return") }
}

/// Parameters as P4 writes them.
pub fn signature(params: &[(Param, Shape)]) -> String {
    let list: Vec<String> = params
        .iter()
        .map(|(Param { direction, ty, name }, _)| {
            let direction = match direction {
                Direction::In => "in ",
                Direction::Out => "out ",
                Direction::InOut => "inout ",
                Direction::None => "",
            };
            format!("{direction}{ty} {name}")
        })
        .collect();
    list.join(", ")
}

/// Fields of a header for some variables, and the statements that fill them.
fn probes_of(variables: &[(String, Ty)]) -> (Vec<Tree>, Tree) {
    let mut fields = Vec::new();
    let mut copies = Tree::new(Kind::Item).text("        hdr.probe.setValid();\n");
    let mut bits = 0;
    for (i, (name, ty)) in variables.iter().enumerate() {
        bits += ty.width();
        let (shown, value) = match ty {
            Ty::Choice => (Ty::Bit(8), position(name, "choice_t", &CHOICES)),
            Ty::Error => (Ty::Bit(8), position(name, "error", &ERRORS)),
            Ty::Bit(_) | Ty::Int(_) | Ty::Bool | Ty::Code => (*ty, name.clone()),
        };
        fields.push(Tree::item(format!("    {} f{i};\n", shown.text())));
        copies = copies.tree(Tree::statement(format!("        hdr.probe.f{i} = {value};\n")));
    }
    if bits % 8 != 0 {
        fields.push(Tree::item(format!("    bit<{}> pad;\n", 8 - bits % 8)));
    }
    (fields, copies)
}

/// An expression for the position of a member in its enum.
fn position(name: &str, of: &str, members: &[&str]) -> String {
    let mut text = "8w255".to_owned();
    for (i, member) in members.iter().enumerate() {
        text = format!("({name} == {of}.{member} ? 8w{i} : {text})");
    }
    text
}
