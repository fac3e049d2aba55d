//! A program in other words: in, a tree; out, a text that means the same by the letter of the specification. Every call of an action,
//! function or control is written out (section "Calling convention": copies in, from left to right; the body; copies out, from left to
//! right, at an `exit` too), and every expression is computed step by step, in order, with `&&`, `||` and `?:` as branches.
//!
//! Both texts go through elaboration, which has to decide where copies can be saved: the one leaves it much to decide, the other nothing.

use crate::tree::{Direction, Kind, Param, Part, Role, Tree, Ty};
use std::collections::BTreeMap;

/// A program, written out.
pub fn expanded(program: &Tree) -> String {
    let mut callables = BTreeMap::new();
    declared(program, &mut callables);
    let mut writer = Writer { callables, temporaries: 0, copies: Vec::new(), parses: false };
    let mut out = String::new();
    writer.render(program, &mut out, None);
    out
}

fn declared<'a>(tree: &'a Tree, into: &mut BTreeMap<&'a str, &'a Tree>) {
    if let Role::Callable { name, closed: false, .. } = &tree.role {
        into.insert(name, tree);
    }
    tree.children().for_each(|child| declared(child, into));
}

struct Writer<'a> {
    /// What can be written out, by name.
    callables: BTreeMap<&'a str, &'a Tree>,
    temporaries: usize,
    /// Copies out of the calls that are being written out, innermost last.
    copies: Vec<String>,
    /// In a parser.
    parses: bool,
}

impl<'a> Writer<'a> {
    fn fresh(&mut self) -> String {
        self.temporaries += 1;
        format!("x{}", self.temporaries)
    }

    /// Writes a part; `before` takes what must stand in front of the statement that it is in.
    fn render(&mut self, tree: &'a Tree, out: &mut String, before: Option<&mut String>) {
        if matches!(tree.role, Role::Parser) {
            self.parses = true;
            self.parts(tree, out, None);
            self.parses = false;
            return;
        }
        match (tree.kind, before) {
            (Kind::Statement, _) => {
                let (mut first, mut text) = (String::new(), String::new());
                if let (Role::Call(name), Some(_)) = (&tree.role, self.callable(tree)) {
                    self.call(name, tree, &mut first);
                } else if matches!(tree.role, Role::Call(_) | Role::Data) {
                    // A call that stays keeps its arguments: they are evaluated between its copies in.
                    text.push_str(&tree.print());
                } else if matches!(tree.role, Role::Exit) {
                    self.exit(tree, &mut first, &mut text);
                } else {
                    self.parts(tree, &mut text, Some(&mut first));
                }
                out.push_str(&first);
                out.push_str(&text);
            }
            (Kind::Expr(ty), Some(before)) => {
                let value = self.split(tree, ty, before);
                out.push_str(&value);
            }
            (Kind::Item, _) => self.parts(tree, out, None),
            (Kind::Fixed | Kind::Expr(_), before) => self.parts(tree, out, before),
        }
    }

    fn parts(&mut self, tree: &'a Tree, out: &mut String, mut before: Option<&mut String>) {
        for part in &tree.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Tree(child) => self.render(child, out, before.as_deref_mut()),
            }
        }
    }

    /// The declaration, if a call is of something that can be written out.
    fn callable(&self, tree: &Tree) -> Option<&'a Tree> {
        match &tree.role {
            Role::Call(name) => {
                let found = self.callables.get(name.as_str()).copied()?;
                let text = found.print();
                let fits = !self.parses || !(text.contains("switch (") || text.contains("for ("));
                fits.then_some(found)
            }
            _ => None,
        }
    }

    /// A statement that leaves everything: what is to be copied out is copied out.
    fn exit(&mut self, tree: &'a Tree, first: &mut String, text: &mut String) {
        for part in &tree.parts {
            match part {
                Part::Text(leave) if leave.contains("exit;") => {
                    let copies: String = self.copies.iter().rev().map(String::as_str).collect();
                    text.push_str(&leave.replace("exit;", &format!("{copies} exit;")));
                }
                Part::Text(other) => text.push_str(other),
                Part::Tree(child) => self.render(child, text, Some(first)),
            }
        }
    }

    /// Writes a call out; the result's name, if there is one.
    fn call(&mut self, name: &str, call: &'a Tree, out: &mut String) -> String {
        let Some(declaration) = self.callable(call) else { return String::new() };
        let Role::Callable { params, .. } = &declaration.role else { return String::new() };
        let result = self.fresh();
        let returned = declaration.children().nth(1).and_then(|tree| match tree.kind {
            Kind::Expr(ty) => Some((tree, ty)),
            Kind::Fixed | Kind::Item | Kind::Statement => None,
        });
        if let Some((_, ty)) = returned {
            out.push_str(&format!("        {} {result};\n", ty.text()));
        }
        out.push_str(&format!("        {{ // {name}\n"));
        let mut copies = String::new();
        for (param, arg) in params.iter().zip(call.children()) {
            self.copy_in(param, arg, out, &mut copies);
        }
        self.copies.push(copies.clone());
        if let Some(body) = declaration.children().next() {
            self.render(body, out, None);
        }
        if let Some((value, ty)) = returned {
            let value = self.split(value, ty, out);
            out.push_str(&format!("        {result} = {value};\n"));
        }
        self.copies.pop();
        out.push_str(&copies);
        out.push_str("        }\n");
        result
    }

    fn copy_in(&mut self, param: &Param, arg: &'a Tree, out: &mut String, copies: &mut String) {
        let Param { direction, ty, name } = param;
        match direction {
            Direction::In | Direction::None => {
                let mut value = String::new();
                let mut first = String::new();
                self.render(arg, &mut value, Some(&mut first));
                out.push_str(&format!("{first}        {ty} {name} = {value};\n"));
            }
            Direction::InOut => {
                let place = self.place(arg, out);
                out.push_str(&format!("        {ty} {name} = {place};\n"));
                copies.push_str(&format!("        {place} = {name};\n"));
            }
            Direction::Out => {
                let place = self.place(arg, out);
                out.push_str(&format!("        {ty} {name};\n"));
                copies.push_str(&format!("        {place} = {name};\n"));
            }
        }
    }

    /// An l-value as it is at the call: neither the body nor the copies out change where it is (step 3).
    fn place(&mut self, arg: &'a Tree, out: &mut String) -> String {
        let mut text = String::new();
        for part in &arg.parts {
            match part {
                Part::Tree(index) if matches!(index.role, Role::Index) => {
                    let name = self.fresh();
                    out.push_str(&format!("        bit<8> {name} = {};\n", index.print()));
                    text.push_str(&name);
                }
                Part::Text(other) => text.push_str(other),
                Part::Tree(child) => text.push_str(&child.print()),
            }
        }
        text
    }

    /// Computes an expression in front of a statement; its value's name.
    fn split(&mut self, tree: &'a Tree, ty: Ty, out: &mut String) -> String {
        let children: Vec<&'a Tree> = tree.children().collect();
        match (&tree.role, children.as_slice()) {
            (Role::Literal, _) => tree.print(),
            (Role::Call(name), _) if self.callable(tree).is_some() => self.call(name, tree, out),
            (Role::Call(_), _) => {
                let name = self.fresh();
                out.push_str(&format!("        {} {name} = {};\n", ty.text(), tree.print()));
                name
            }
            (Role::And | Role::Or, [a, b]) => {
                let not = if matches!(tree.role, Role::Or) { "!" } else { "" };
                let first = self.split(a, Ty::Bool, out);
                let name = self.fresh();
                out.push_str(&format!("        bool {name} = {first};\n        if ({not}{name}) {{\n"));
                self.branch(b, ty, &name, out);
                out.push_str("        }\n");
                name
            }
            (Role::Conditional, [condition, a, b]) => {
                let condition = self.split(condition, Ty::Bool, out);
                let name = self.fresh();
                out.push_str(&format!("        {} {name};\n        if ({condition}) {{\n", ty.text()));
                self.branch(a, ty, &name, out);
                out.push_str("        } else {\n");
                self.branch(b, ty, &name, out);
                out.push_str("        }\n");
                name
            }
            _ => {
                let mut value = String::new();
                self.parts(tree, &mut value, Some(out));
                let name = self.fresh();
                out.push_str(&format!("        {} {name} = {value};\n", ty.text()));
                name
            }
        }
    }

    fn branch(&mut self, tree: &'a Tree, ty: Ty, name: &str, out: &mut String) {
        let value = self.split(tree, ty, out);
        out.push_str(&format!("        {name} = {value};\n"));
    }
}
