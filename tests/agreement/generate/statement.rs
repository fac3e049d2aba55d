//! Random statements of parsers, controls, actions and functions.

use super::Generator;
use super::flow::without_calls;
use super::scope::{Callable, Called, HeaderVar, Scope, Shape, StructType, StructVar};
use crate::tree::{Direction, Kind, Role, Tree, Ty};

impl Generator {
    /// Up to so many statements.
    pub(super) fn block(&mut self, scope: &Scope, most: usize, depth: usize) -> Tree {
        let mut out = Tree::new(Kind::Fixed);
        let mut scope = scope.clone();
        scope.calls = true;
        for _ in 0..self.random.between(1, most.max(1)) {
            let (tree, inner) = self.statement(&scope, depth);
            out = out.tree(tree);
            scope = inner;
        }
        out
    }

    pub(super) fn assignment(&mut self, scope: &Scope, depth: usize) -> Tree {
        if self.random.percent(8)
            && let Some(tree) = self.struct_assignment(scope)
        {
            return tree;
        }
        let writable: Vec<usize> = (0..scope.vars.len()).filter(|i| scope.vars[*i].writable).collect();
        if writable.is_empty() {
            return Tree::statement("");
        }
        let var = scope.vars[self.random.of(&writable)].clone();
        if let Ty::Bit(width) = var.ty
            && width > 1
            && self.random.percent(15)
        {
            let high = self.random.below(width as usize) as u32;
            let low = self.random.below(high as usize + 1) as u32;
            let value = self.expr(scope, Ty::Bit(high - low + 1), depth);
            return Tree::new(Kind::Statement)
                .text(format!("        {}[{high}:{low}] = ", var.text))
                .tree(value)
                .text(";\n")
                .tag("assignment: slice");
        }
        if let Ty::Bit(width) = var.ty
            && self.random.percent(3)
        {
            return self.plus_slice_assignment(scope, &var.text, width);
        }
        let value = self.expr(scope, var.ty, depth);
        Tree::new(Kind::Statement)
            .text(format!("        {} = ", var.text))
            .tree(value)
            .text(";\n")
            .tag("assignment: scalar")
    }

    /// Copies a struct or tuple, or makes one of a list.
    fn struct_assignment(&mut self, scope: &Scope) -> Option<Tree> {
        let written: Vec<StructVar> = scope.structs.iter().filter(|s| s.writable).cloned().collect();
        if written.is_empty() {
            return None;
        }
        let to = self.random.of(&written);
        let out = Tree::new(Kind::Statement).text(format!("        {} = ", to.text));
        let ty = self.struct_types[to.ty].clone();
        let same: Vec<String> =
            scope.structs.iter().filter(|s| s.ty == to.ty).map(|s| s.text.clone()).collect();
        if ty.header.is_some() || self.random.percent(50) {
            return Some(out.text(format!("{};\n", self.random.of(&same))).tag("assignment: struct"));
        }
        let list = self.list(scope, to.ty);
        Some(out.tree(list).text(";\n").tag("assignment: struct from list"))
    }

    /// `{ a, b, c }`
    pub(super) fn list(&mut self, scope: &Scope, ty: usize) -> Tree {
        let StructType { text, fields, nested, .. } = self.struct_types[ty].clone();
        let named = !text.starts_with("tuple") && self.random.percent(25);
        let label = |field: &str| if named { format!("{} = ", &field[1..]) } else { String::new() };
        let mut out = Tree::new(Kind::Fixed).text("{ ");
        for (i, (field, ty)) in fields.iter().enumerate() {
            let value = self.expr(scope, *ty, 2);
            out = out.text(if i > 0 { ", " } else { "" }).text(label(field)).tree(value);
        }
        if let Some((field, inner)) = &nested {
            let list = self.list(scope, *inner);
            out = out.text(", ").text(label(field)).tree(list);
        }
        let out = out.text(" }");
        if named { out.tag("list: with names") } else { out }
    }

    fn statement(&mut self, scope: &Scope, depth: usize) -> (Tree, Scope) {
        let same = scope.clone();
        let height = self.size.depth;
        let control = scope.exits;
        let tree = match self.random.below(40) {
            0 if self.random.percent(30) => self.exchange(scope),
            0..=8 => self.assignment(scope, height),
            9..=12 if depth > 0 => self.branch(scope, depth - 1),
            13 | 14 if scope.headers.iter().any(|h| h.writable) => self.validity(scope),
            15 if !scope.stacks.is_empty() => {
                let stack = self.random.of(&scope.stacks);
                let what = self.random.of(&["push_front", "pop_front"]);
                let count = self.random.between(1, stack.size + 1);
                let tag = if what == "push_front" { "stack: push_front" } else { "stack: pop_front" };
                Tree::statement(format!("        {}.{what}({count});\n", stack.text)).tag(tag)
            }
            16 | 17 => return self.declaration(scope),
            18..=21 => self.call(scope),
            22..=26 if scope.applies && !self.tables.is_empty() => self.apply(scope, depth),
            27 if depth > 0 && !scope.parses => self.switch_on_value(scope, depth - 1),
            28 | 29 if depth > 0 && !scope.parses => self.repeat(scope, depth - 1),
            30 if !scope.parses => self.leave(scope),
            31 if scope.verdict.is_some() => self.verdict(scope),
            31 | 32 if scope.pipeline.is_some() => self.pipeline_statement(scope),
            33 if !scope.stacks.is_empty() => self.element_write(scope),
            34 if control && !(scope.registers.is_empty() && scope.counters.is_empty()) => self.state(scope),
            35 if self.arch == super::Arch::Xdp && control && !scope.vars.is_empty() => self.checksum(scope),
            36..=38 => self.aggregate_statement(scope, depth),
            _ => self.assignment(scope, height),
        };
        (tree, same)
    }

    fn verdict(&mut self, scope: &Scope) -> Tree {
        let place = scope.verdict.unwrap_or("omd");
        let verdict =
            self.random.of(&["XDP_PASS", "XDP_TX", "XDP_DROP", "XDP_ABORTED", "XDP_TX", "XDP_PASS"]);
        Tree::statement(format!("        {place}.output_action = xdp_action.{verdict};\n"))
            .tag("extern: verdict")
    }

    /// The library's checksum update.
    fn checksum(&mut self, scope: &Scope) -> Tree {
        let targets: Vec<String> =
            scope.vars.iter().filter(|v| v.writable && v.ty == Ty::Bit(16)).map(|v| v.text.clone()).collect();
        if targets.is_empty() {
            return self.assignment(scope, 2);
        }
        let (name, width) = self.random.of(&[("csum_replace2", 16), ("csum_replace4", 32)]);
        let mut out =
            Tree::new(Kind::Statement).text(format!("        {} = {name}(", self.random.of(&targets)));
        for (i, width) in [16, width, width].into_iter().enumerate() {
            let value = self.expr(scope, Ty::Bit(width), 1);
            out = out.text(if i > 0 { ", " } else { "" }).tree(value);
        }
        out.text(");\n").tag("extern: checksum")
    }

    fn branch(&mut self, scope: &Scope, depth: usize) -> Tree {
        let condition = self.expr(scope, Ty::Bool, 2);
        let then = self.block(scope, 3, depth);
        let mut out =
            Tree::new(Kind::Statement).text("        if (").tree(condition).text(") {\n").tree(then);
        if self.random.percent(40) {
            let otherwise = self.block(scope, 3, depth);
            out = out.text("        } else {\n").tree(otherwise);
        }
        out.text("        }\n").tag("statement: if")
    }

    pub(super) fn validity(&mut self, scope: &Scope) -> Tree {
        let written: Vec<&HeaderVar> = scope.headers.iter().filter(|h| h.writable).collect();
        let header = self.random.of(&written).clone();
        let union = header.in_union;
        let (text, tag) = match self.random.below(6) {
            0 | 1 if union => (format!("{}.setValid();", header.text), "union: setValid of a member"),
            0 | 1 => (format!("{}.setValid();", header.text), "header: setValid"),
            2 if union => (format!("{}.setInvalid();", header.text), "union: setInvalid of a member"),
            2 => (format!("{}.setInvalid();", header.text), "header: setInvalid"),
            3 if self.header_types[header.ty].varbit.is_none() && self.random.percent(60) => {
                let fields = self.header_types[header.ty].fields.clone();
                let mut out = Tree::new(Kind::Statement).text(format!("        {} = {{ ", header.text));
                let named = self.random.percent(30);
                for (i, (field, ty)) in fields.iter().enumerate() {
                    let value = self.expr(scope, *ty, 2);
                    let label = if named { format!("{field} = ") } else { String::new() };
                    out = out.text(if i > 0 { ", " } else { "" }).text(label).tree(value);
                }
                return out.text(" };\n").tag("assignment: header from list");
            }
            4 if scope.unions.len() > 1 => {
                let (one, other) = (self.random.of(&scope.unions), self.random.of(&scope.unions));
                (format!("{} = {};", one.text, other.text), "assignment: union")
            }
            _ => {
                let same: Vec<String> =
                    scope.headers.iter().filter(|h| h.ty == header.ty).map(|h| h.text.clone()).collect();
                let tag = if union { "assignment: member of a union" } else { "assignment: header" };
                (format!("{} = {};", header.text, self.random.of(&same)), tag)
            }
        };
        Tree::statement(format!("        {text}\n")).tag(tag)
    }

    fn declaration(&mut self, scope: &Scope) -> (Tree, Scope) {
        let mut inner = scope.clone();
        match self.random.below(8) {
            0 => {
                let (ty, name) = (self.random.below(self.header_types.len()), self.fresh("d"));
                let header = HeaderVar { text: name.clone(), ty, writable: true, in_union: false };
                inner.add_header(&self.header_types, header);
                let tree = Tree::statement(format!("        t{ty} {name};\n"));
                return (tree.tag("variable: header"), inner);
            }
            1 => {
                let (ty, name) = (self.random.below(self.struct_types.len()), self.fresh("d"));
                let shape = self.struct_types[ty].clone();
                let mut tree = Tree::new(Kind::Statement).text(format!("        {} {name}", shape.text));
                if shape.header.is_none() && self.random.percent(70) {
                    let list = self.list(scope, ty);
                    tree = tree.text(" = ").tree(list);
                }
                let var = StructVar { text: name, ty, writable: true };
                inner.add_struct(&self.header_types, &self.struct_types, var);
                return (tree.text(";\n").tag("variable: struct or tuple"), inner);
            }
            _ => {}
        }
        let (ty, name) = (self.some_type(), self.fresh("d"));
        let mut tree = Tree::new(Kind::Statement).text(format!("        {} {name}", ty.text()));
        if self.random.percent(85) {
            let value = self.expr(scope, ty, self.size.depth);
            tree = tree.text(" = ").tree(value).tag("variable: scalar");
        } else {
            tree = tree.tag("variable: scalar, uninitialised");
        }
        (tree.text(";\n"), scope.with(&name, ty, true))
    }

    /// Calls an action, a sub-control, a sub-parser or a function.
    fn call(&mut self, scope: &Scope) -> Tree {
        let mut may: Vec<(String, Callable)> = self
            .callables
            .iter()
            .filter(|c| match c.kind {
                Called::Action => scope.exits,
                Called::Function(_) => true,
                Called::Control | Called::Parser => false,
            })
            .map(|c| (c.name.clone(), c.clone()))
            .collect();
        if scope.applies || scope.parses {
            may.extend(self.instances.iter().cloned());
        }
        if may.is_empty() {
            return self.assignment(scope, self.size.depth);
        }
        let (name, callable) = self.random.of(&may);
        let (text, tag) = match callable.kind {
            Called::Control => (format!("{name}.apply("), "call: control"),
            Called::Parser => (format!("{name}.apply("), "call: parser"),
            Called::Action => (format!("{name}("), "call: action"),
            Called::Function(_) => (format!("{name}("), "call: function"),
        };
        let kind = match callable.kind {
            Called::Function(ty) => Kind::Expr(ty),
            Called::Action | Called::Control | Called::Parser => Kind::Statement,
        };
        let mut out = Tree::new(kind).role(Role::Call(callable.name.clone()));
        out = if kind == Kind::Statement { out.text("        ") } else { out }.text(text).tag(tag);
        for (i, (param, shape)) in callable.params.iter().enumerate() {
            out = out.text(if i > 0 { ", " } else { "" });
            match self.argument(scope, param.direction, *shape) {
                Some(arg) => out = out.tree(arg),
                None => return self.assignment(scope, self.size.depth),
            }
        }
        let Called::Function(ty) = callable.kind else { return out.text(");\n") };
        let targets: Vec<String> =
            scope.vars.iter().filter(|v| v.writable && v.ty == ty).map(|v| v.text.clone()).collect();
        let target = match targets.as_slice() {
            [] => format!("        {} {} = ", ty.text(), self.fresh("d")),
            some => format!("        {} = ", self.random.of(some)),
        };
        Tree::new(Kind::Statement).text(target).tree(out.text(")")).text(";\n")
    }

    /// An argument; none where nothing can be written.
    pub(super) fn argument(&mut self, scope: &Scope, direction: Direction, shape: Shape) -> Option<Tree> {
        let reads = matches!(direction, Direction::In | Direction::None);
        let may: Vec<String> = match shape {
            Shape::Scalar(ty) if reads => return Some(self.expr(scope, ty, 2)),
            Shape::Scalar(ty) => {
                if self.random.percent(12)
                    && let Some(element) = self.element_place(scope, ty)
                {
                    return Some(element.tag("argument: element by variable"));
                }
                if let Ty::Bit(width) = ty
                    && self.random.percent(12)
                    && let Some(slice) = self.slice_place(scope, width)
                {
                    return Some(slice.tag("argument: slice"));
                }
                scope.vars.iter().filter(|v| v.writable && v.ty == ty).map(|v| v.text.clone()).collect()
            }
            Shape::Header(ty) => scope
                .headers
                .iter()
                .filter(|h| h.ty == ty && (reads || h.writable))
                .map(|h| h.text.clone())
                .collect(),
            Shape::Struct(ty) => scope
                .structs
                .iter()
                .filter(|s| s.ty == ty && (reads || s.writable))
                .map(|s| s.text.clone())
                .collect(),
            Shape::Headers => vec![self.headers_name(scope)],
            Shape::Packet => vec!["packet".to_owned()],
        };
        if may.is_empty() { None } else { Some(Tree::new(Kind::Fixed).text(self.random.of(&may))) }
    }

    /// What the struct of all headers is called here.
    fn headers_name(&self, scope: &Scope) -> String {
        scope.headers.first().and_then(|h| h.text.split('.').next()).unwrap_or("hdr").to_owned()
    }

    /// Some bits of a variable.
    fn slice_place(&mut self, scope: &Scope, width: u32) -> Option<Tree> {
        let wide: Vec<(String, u32)> = scope
            .vars
            .iter()
            .filter_map(|v| match v.ty {
                Ty::Bit(w) if v.writable && w >= width => Some((v.text.clone(), w)),
                _ => None,
            })
            .collect();
        if wide.is_empty() {
            return None;
        }
        let (text, all) = self.random.of(&wide);
        let low = self.random.below((all - width) as usize + 1) as u32;
        Some(Tree::new(Kind::Fixed).text(format!("{text}[{}:{low}]", low + width - 1)))
    }

    /// A field of a stack's element by an index that is known at run time only.
    fn element_place(&mut self, scope: &Scope, ty: Ty) -> Option<Tree> {
        let may: Vec<(String, usize, String)> = scope
            .stacks
            .iter()
            .flat_map(|stack| {
                let fields = self.header_types[stack.ty].fields.iter().filter(|(_, t)| *t == ty);
                fields.map(|(field, _)| (stack.text.clone(), stack.size, field.clone()))
            })
            .collect();
        if may.is_empty() {
            return None;
        }
        let (stack, size, field) = self.random.of(&may);
        let free = self.random.percent(20);
        let index = self.index(&without_calls(scope), size, free, 1);
        Some(Tree::new(Kind::Fixed).text(format!("{stack}[")).tree(index).text(format!("].{field}")))
    }

    /// Writes a field of a stack's element by an index that is known at run time only.
    fn element_write(&mut self, scope: &Scope) -> Tree {
        let stack = self.random.of(&scope.stacks);
        let fields = self.header_types[stack.ty].fields.clone();
        let (_, ty) = self.random.of(&fields);
        let Some(place) = self.element_place(scope, ty) else { return self.assignment(scope, 2) };
        let value = self.expr(scope, ty, 2);
        Tree::new(Kind::Statement)
            .text("        ")
            .tree(place)
            .text(" = ")
            .tree(value)
            .text(";\n")
            .tag("stack: write by variable")
    }
}
