//! Random parsers: states that lead forward, and to themselves where they fill a stack; sub-parsers. What a state takes from the packet and
//! where it looks is noted, so that packets can be made that lead deep.

use super::Generator;
use super::control::signature;
use super::packet::{KeyPlan, StatePlan};
use super::scope::{Callable, Called, HeaderVar, Scope, Shape};
use crate::tree::{CODES, Direction, ERRORS, Kind, Param, Role, Tree, Ty};

/// What is known while a state is made.
struct StateInMaking {
    scope: Scope,
    /// The stack that it fills.
    fills: bool,
    /// Bits that it has taken so far; none where that is not known.
    taken: Option<usize>,
    /// Fields at known places of what it takes: name, type, bits from where the state begins.
    fields: Vec<(String, Ty, usize)>,
}

impl Generator {
    /// The parser, with parsers that it calls in front.
    pub(super) fn parser(&mut self, name: &str, more: &str, mut scope: Scope) -> Vec<Tree> {
        let mut out = Vec::new();
        for _ in 0..self.random.below(2) {
            out.push(self.sub_parser());
        }
        let instances = self.instantiate(Called::Parser);
        let text = format!("parser {name}(packet_in packet, out headers_t hdr{more}) {{\n");
        let mut tree = Tree::new(Kind::Fixed).role(Role::Parser).text(text).trees(instances);
        let mut set = None;
        if self.size.compiles.is_none() && self.random.percent(20) {
            let (ty, name) = (Ty::Bit(self.random.of(&[2, 3, 8, 16])), self.fresh("vs"));
            tree =
                tree.tree(Tree::item(format!("    value_set<{}>(4) {name};\n", ty.text())).tag("value set"));
            set = Some((name, ty));
        }
        for _ in 0..self.random.below(3) {
            let (ty, name) = (self.some_type(), self.fresh("l"));
            let value = self.expr(&Scope::default(), ty, 1);
            tree = tree.tree(
                Tree::new(Kind::Item).text(format!("    {} {name} = ", ty.text())).tree(value).text(";\n"),
            );
            scope = scope.with(&name, ty, true);
        }
        scope.parses = true;
        scope.calls = true;
        let states = self.random.between(1, self.size.states * self.size.part());
        self.plan.clear();
        for state in 0..states {
            let (part, plan) = self.state_of(&scope, state, states, set.as_ref());
            tree = tree.tree(part);
            self.plan.push(plan);
        }
        self.instances.clear();
        out.push(tree.text("}\n\n"));
        out
    }

    /// A parser with one or two states for others to call.
    fn sub_parser(&mut self) -> Tree {
        let (name, headers) = (self.fresh("SubP"), self.fresh("hdr"));
        let mut scope = self.header_scope(&headers, true);
        let packet =
            Param { direction: Direction::None, ty: "packet_in".to_owned(), name: "packet".to_owned() };
        let headers = Param { direction: Direction::InOut, ty: "headers_t".to_owned(), name: headers };
        let mut params = vec![(packet, Shape::Packet), (headers, Shape::Headers)];
        if self.random.percent(60) {
            let (ty, name) = (self.random.of(&scope.vars).ty, self.fresh("p"));
            let direction = self.random.of(&[Direction::In, Direction::InOut, Direction::Out]);
            let param = self.param(&mut scope, direction, Shape::Scalar(ty), name);
            params.push((param, Shape::Scalar(ty)));
        }
        scope.parses = true;
        scope.calls = true;
        let states = self.random.between(1, 2);
        let mut body = Tree::new(Kind::Fixed);
        for state in 0..states {
            body = body.tree(self.state_of(&scope, state, states, None).0);
        }
        let callable =
            Callable { name, params, kind: Called::Parser, constructor: Vec::new(), entries: Vec::new() };
        let out = Tree::new(Kind::Item)
            .text(format!("parser {}({}) {{\n", callable.name, signature(&callable.params)))
            .role(Role::Parser)
            .tree(body)
            .text("}\n\n")
            .tag("parser: sub-parser");
        self.callables.push(callable);
        out
    }

    fn state_of(
        &mut self,
        scope: &Scope,
        state: usize,
        states: usize,
        set: Option<&(String, Ty)>,
    ) -> (Tree, StatePlan) {
        let name = state_name(state);
        let mut out = Tree::new(Kind::Item).text(format!("    state {name} {{\n"));
        let mut making =
            StateInMaking { scope: scope.clone(), fills: false, taken: Some(0), fields: Vec::new() };
        for _ in 0..self.random.between(1, 3) {
            let tree = self.parser_statement(&mut making);
            out = out.tree(tree);
        }
        let mut plan = StatePlan { taken: making.taken, keys: Vec::new(), cases: Vec::new() };
        let transition = self.transition(&making, state, states, set, &mut plan);
        (out.tree(transition).text("    }\n").tag("parser: state"), plan)
    }

    fn parser_statement(&mut self, making: &mut StateInMaking) -> Tree {
        let line = |text: String| Tree::statement(format!("        {text}\n"));
        let scope = making.scope.clone();
        match self.random.below(17) {
            0..=6 => {
                let headers: Vec<HeaderVar> = scope.headers.iter().filter(|h| h.writable).cloned().collect();
                let header = self.random.of(&headers);
                let ty = self.header_types[header.ty].clone();
                for ((field, of), offset) in ty.placed() {
                    if let Some(taken) = making.taken {
                        making.fields.push((format!("{}.{field}", header.text), *of, taken + offset));
                    }
                }
                making.taken = making.taken.map(|t| t + ty.bits());
                if ty.varbit.is_some() {
                    making.taken = None;
                    return self.extract_varbit(&scope, &header.text);
                }
                let tag = if header.in_union { "parser: extract into a union" } else { "parser: extract" };
                line(format!("packet.extract({});", header.text)).tag(tag)
            }
            7..=9 if !scope.stacks.is_empty() => {
                making.fills = true;
                let stack = self.random.of(&scope.stacks);
                let ty = self.header_types[stack.ty].clone();
                for (i, ((field, of), offset)) in ty.fields.iter().zip(&ty.offsets).enumerate() {
                    let name = format!("{}.last.{field}", stack.text);
                    making.scope = making.scope.with(&name, *of, false);
                    if let Some(taken) = making.taken.filter(|_| i < ty.front) {
                        making.fields.push((name, *of, taken + offset));
                    }
                }
                making.taken = making.taken.map(|t| t + ty.bits());
                if ty.varbit.is_some() {
                    making.taken = None;
                    return self.extract_varbit(&scope, &format!("{}.next", stack.text));
                }
                line(format!("packet.extract({}.next);", stack.text)).tag("parser: extract next")
            }
            10 if !scope.union_stacks.is_empty() => {
                making.fills = true;
                let stack = self.random.of(&scope.union_stacks);
                let member = self.random.below(stack.members.len());
                let bits = self.header_types[stack.members[member]].bits();
                making.taken = making.taken.map(|t| t + bits);
                line(format!("packet.extract({}.next.m{member});", stack.text))
                    .tag("parser: extract into a stack of unions")
            }
            10 => {
                if self.random.percent(30) {
                    let (ty, name) = (self.plain_header(), self.fresh("l"));
                    let header = HeaderVar { text: name.clone(), ty, writable: true, in_union: false };
                    making.scope.add_header(&self.header_types, header);
                    let text = format!("t{ty} {name} = packet.lookahead<t{ty}>();");
                    return line(text).tag("parser: lookahead of a header");
                }
                let (width, name) = (self.width(), self.fresh("l"));
                making.scope = making.scope.with(&name, Ty::Bit(width), true);
                if let Some(taken) = making.taken {
                    making.fields.push((name.clone(), Ty::Bit(width), taken));
                }
                line(format!("bit<{width}> {name} = packet.lookahead<bit<{width}>>();"))
                    .tag("parser: lookahead")
            }
            11 => {
                if self.random.percent(70) {
                    let bits = 8 * self.random.below(20);
                    making.taken = making.taken.map(|t| t + bits);
                    line(format!("packet.advance({bits});")).tag("parser: advance")
                } else {
                    making.taken = None;
                    let by = self.expr(&scope, Ty::Bit(4), 1);
                    Tree::new(Kind::Statement)
                        .text("        packet.advance((bit<32>) ")
                        .tree(by)
                        .text(" << 3);\n")
                        .tag("parser: advance by a variable")
                }
            }
            12 => {
                let condition = self.expr(&scope, Ty::Bool, 2);
                let error = self.random.of(&ERRORS[1..]);
                Tree::new(Kind::Statement)
                    .text("        verify(")
                    .tree(condition)
                    .text(format!(", error.{error});\n"))
                    .tag("parser: verify")
            }
            13 if !scope.stacks.is_empty() => {
                let stack = self.random.of(&scope.stacks);
                let fields = self.header_types[stack.ty].fields.clone();
                let (field, ty) = self.random.of(&fields);
                if self.random.percent(50) {
                    making.scope =
                        making.scope.with(&format!("{}.lastIndex", stack.text), Ty::Bit(32), false);
                } else {
                    making.scope = making.scope.with(&format!("{}.last.{field}", stack.text), ty, false);
                }
                let tree = self.assignment(&making.scope, 2);
                tree.tag("parser: with last or lastIndex in scope")
            }
            14 => self.block_of_one(&scope),
            _ => self.assignment(&scope, 2),
        }
    }

    fn extract_varbit(&mut self, scope: &Scope, header: &str) -> Tree {
        let bits = self.expr(scope, Ty::Bit(4), 1);
        Tree::new(Kind::Statement)
            .text(format!("        packet.extract({header}, (bit<32>)"))
            .tree(bits)
            .text(" << 3);\n")
            .tag("parser: extract varbit")
    }

    /// A statement as they stand in controls too.
    fn block_of_one(&mut self, scope: &Scope) -> Tree {
        self.block(scope, 1, 1)
    }

    fn transition(
        &mut self,
        making: &StateInMaking,
        state: usize,
        states: usize,
        set: Option<&(String, Ty)>,
        plan: &mut StatePlan,
    ) -> Tree {
        let scope = &making.scope;
        let mut targets: Vec<String> = (state + 1..states).map(state_name).collect();
        if targets.is_empty() || self.random.percent(30) {
            targets.push("accept".to_owned());
        }
        if self.random.percent(20) {
            targets.push("reject".to_owned());
        }
        if making.fills && self.random.percent(60) {
            targets.push(state_name(state));
        }
        let keys = self.random.between(0, 3);
        if keys == 0 {
            let next = state + 1;
            let target = if next < states { state_name(next) } else { "accept".to_owned() };
            plan.cases.push((Vec::new(), target.clone()));
            return Tree::new(Kind::Statement)
                .text(format!("        transition {target};\n"))
                .or("        transition accept;\n")
                .tag("parser: transition");
        }
        let mut out = Tree::new(Kind::Statement).text("        transition select(");
        let mut types = Vec::new();
        for i in 0..keys {
            out = out.text(if i > 0 { ", " } else { "" });
            if !making.fields.is_empty() && self.random.percent(60) {
                let (name, ty, at) = self.random.of(&making.fields);
                if !matches!(ty, Ty::Error) {
                    plan.keys.push(Some(KeyPlan { at, width: ty.width() }));
                    types.push(ty);
                    out = out.tree(Tree::leaf(ty, name));
                    continue;
                }
            }
            let ty = match self.random.below(8) {
                0 => Ty::Bool,
                1 => Ty::Int(self.random.of(&[2, 3, 8, 13])),
                2 => Ty::Bit(self.width()),
                3 => self.random.of(&[Ty::Choice, Ty::Code]),
                _ => Ty::Bit(self.random.of(&[1, 2, 3])),
            };
            let key = match set {
                Some((_, of)) if self.random.percent(50) => {
                    types.push(*of);
                    self.expr(scope, *of, 1)
                }
                _ => {
                    types.push(ty);
                    self.expr(scope, ty, 2)
                }
            };
            plan.keys.push(None);
            out = out.tree(key);
        }
        out = out.text(") {\n");
        for _ in 0..self.random.between(1, 4) {
            let mut sets = Vec::new();
            let mut samples = Vec::new();
            for ty in &types {
                if let Some((name, of)) = set
                    && of == ty
                    && self.random.percent(40)
                {
                    sets.push(name.clone());
                    samples.push(None);
                    continue;
                }
                let (text, sample) = self.keyset(*ty, true);
                sets.push(text);
                samples.push(sample);
            }
            let sets =
                if let [one] = sets.as_slice() { one.clone() } else { format!("({})", sets.join(", ")) };
            let target = self.random.of(&targets);
            out = out.tree(Tree::item(format!("            {sets}: {target};\n")).tag("select: case"));
            plan.cases.push((samples, target));
        }
        if self.random.percent(80) {
            let target = self.random.of(&targets);
            out = out.tree(Tree::item(format!("            default: {target};\n")).tag("select: default"));
            plan.cases.push((vec![None; types.len()], target));
        }
        out.text("        }\n").or("        transition accept;\n").tag("parser: select")
    }

    /// A keyset of a type as text, and a value that it has.
    pub(super) fn keyset(&mut self, ty: Ty, ranges: bool) -> (String, Option<u128>) {
        match (ty, self.random.below(6)) {
            (_, 0) => ("_".to_owned(), None),
            (Ty::Bit(width), 1) if width <= 128 => {
                let (value, mask) = (self.random.number(width), self.random.number(width));
                (format!("{width}w{value} &&& {width}w{mask}"), Some(value))
            }
            (Ty::Bit(width), 2 | 3) if ranges && width <= 128 => {
                let (a, b) = (self.random.number(width), self.random.number(width));
                (format!("{width}w{}..{width}w{}", a.min(b), a.max(b)), Some(a))
            }
            (Ty::Bit(width), _) if width <= 128 => {
                let value = self.random.number(width);
                (format!("{width}w{value}"), Some(value))
            }
            (Ty::Bool, _) => {
                let value = self.random.percent(50);
                (value.to_string(), Some(value.into()))
            }
            (Ty::Code, _) => {
                let (name, value) = self.random.of(&CODES);
                (format!("code_t.{name}"), Some(value.into()))
            }
            (Ty::Bit(_) | Ty::Int(_) | Ty::Choice | Ty::Error, _) => (self.literal(ty).print(), None),
        }
    }
}

/// The name of a state.
pub fn state_name(state: usize) -> String {
    if state == 0 { "start".to_owned() } else { format!("st{state}") }
}
