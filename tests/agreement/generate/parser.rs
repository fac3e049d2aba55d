//! Random parsers: states that lead forward, and to themselves where they fill a stack.

use super::{Generator, Scope};
use crate::tree::{Kind, Tree, Ty};

impl Generator {
    pub(super) fn parser(&mut self) -> Tree {
        let mut scope = self.header_scope(true);
        let mut out = Tree::new(Kind::Fixed).text("parser Prs(packet_in packet, out headers_t hdr) {\n");
        for _ in 0..self.random.below(3) {
            let (ty, name) = (self.some_type(), self.fresh("l"));
            let value = self.expr(&Scope::default(), ty, 1);
            out = out.tree(
                Tree::new(Kind::Item).text(format!("    {} {name} = ", ty.text())).tree(value).text(";\n"),
            );
            scope = scope.with(&name, ty, true);
        }
        let states = self.random.between(1, self.size.states);
        for state in 0..states {
            out = out.tree(self.state(&scope, state, states));
        }
        out.text("}\n\n")
    }

    fn state(&mut self, scope: &Scope, state: usize, states: usize) -> Tree {
        let name = state_name(state);
        let mut out = Tree::new(Kind::Fixed).text(format!("    state {name} {{\n"));
        let mut scope = scope.clone();
        let mut filled = None;
        for _ in 0..self.random.between(1, 3) {
            let (tree, inner) = self.parser_statement(&scope, &mut filled);
            out = out.tree(tree);
            scope = inner;
        }
        let transition = self.transition(&scope, state, states, filled.is_some());
        out.tree(transition).text("    }\n")
    }

    fn parser_statement(&mut self, scope: &Scope, filled: &mut Option<usize>) -> (Tree, Scope) {
        let item = |text: String| Tree::item(format!("        {text}\n"));
        let same = scope.clone();
        match self.random.below(14) {
            0..=5 => {
                let at = self.random.below(scope.headers.len());
                (item(format!("packet.extract({});", scope.headers[at].text)), same)
            }
            6 | 7 if !self.stacks.is_empty() => {
                let at = self.random.below(self.stacks.len());
                *filled = Some(at);
                let stack = self.stacks[at].clone();
                let mut scope = same;
                for (field, ty) in &self.header_types[stack.ty].fields {
                    scope = scope.with(&format!("{}.last.{field}", stack.text), *ty, false);
                }
                (item(format!("packet.extract({}.next);", stack.text)), scope)
            }
            8 => {
                let (width, name) = (self.width(), self.fresh("l"));
                let text = format!("bit<{width}> {name} = packet.lookahead<bit<{width}>>();");
                (item(text), scope.with(&name, Ty::Bit(width), true))
            }
            9 => {
                if self.random.percent(70) {
                    let bits = 8 * self.random.below(20);
                    (item(format!("packet.advance({bits});")), same)
                } else {
                    let by = self.expr(scope, Ty::Bit(4), 1);
                    let tree = Tree::new(Kind::Item)
                        .text("        packet.advance((bit<32>) ")
                        .tree(by)
                        .text(" << 3);\n");
                    (tree, same)
                }
            }
            10 => {
                let condition = self.expr(scope, Ty::Bool, 2);
                let error = self.random.of(&["NoMatch", "PacketTooShort", "ParserInvalidArgument"]);
                let tree = Tree::new(Kind::Item)
                    .text("        verify(")
                    .tree(condition)
                    .text(format!(", error.{error});\n"));
                (tree, same)
            }
            11 => {
                let header = self.random.of(&scope.headers).text;
                let what = self.random.of(&["setValid", "setInvalid"]);
                (item(format!("{header}.{what}();")), same)
            }
            _ => (self.assignment(scope, 2), same),
        }
    }

    fn transition(&mut self, scope: &Scope, state: usize, states: usize, filled: bool) -> Tree {
        let mut targets: Vec<String> = (state + 1..states).map(state_name).collect();
        if targets.is_empty() || self.random.percent(30) {
            targets.push("accept".to_owned());
        }
        if self.random.percent(20) {
            targets.push("reject".to_owned());
        }
        if filled && self.random.percent(60) {
            targets.push(state_name(state));
        }
        let keys = self.random.between(0, 3);
        if keys == 0 {
            let target = if state + 1 < states { state_name(state + 1) } else { "accept".to_owned() };
            return Tree::new(Kind::Fixed).text(format!("        transition {target};\n"));
        }
        let types: Vec<Ty> = (0..keys)
            .map(|_| match self.random.below(6) {
                0 => Ty::Bool,
                1 => Ty::Int(self.random.of(&[2, 3, 8, 13])),
                2 => Ty::Bit(self.width()),
                _ => Ty::Bit(self.random.of(&[1, 2, 3])),
            })
            .collect();
        let mut out = Tree::new(Kind::Fixed).text("        transition select(");
        for (i, ty) in types.iter().enumerate() {
            let key = self.expr(scope, *ty, 2);
            out = out.text(if i > 0 { ", " } else { "" }).tree(key);
        }
        out = out.text(") {\n");
        for _ in 0..self.random.between(1, 4) {
            let sets: Vec<String> = types.iter().map(|ty| self.keyset(*ty, true)).collect();
            let sets =
                if let [one] = sets.as_slice() { one.clone() } else { format!("({})", sets.join(", ")) };
            let target = self.random.of(&targets);
            out = out.tree(Tree::item(format!("            {sets}: {target};\n")));
        }
        if self.random.percent(80) {
            let target = self.random.of(&targets);
            out = out.tree(Tree::item(format!("            default: {target};\n")));
        }
        out.text("        }\n")
    }

    /// A keyset of a type as text.
    pub(super) fn keyset(&mut self, ty: Ty, ranges: bool) -> String {
        match (ty, self.random.below(6)) {
            (_, 0) => "_".to_owned(),
            (Ty::Bit(width), 1) => {
                let (value, mask) = (self.random.number(width), self.random.number(width));
                format!("{width}w{value} &&& {width}w{mask}")
            }
            (Ty::Bit(width), 2 | 3) if ranges => {
                let (a, b) = (self.random.number(width), self.random.number(width));
                format!("{width}w{}..{width}w{}", a.min(b), a.max(b))
            }
            _ => self.literal(ty).print(),
        }
    }
}

fn state_name(state: usize) -> String {
    if state == 0 { "start".to_owned() } else { format!("st{state}") }
}
