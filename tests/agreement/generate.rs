//! Random well-typed programs for `xdp_model`, with entries for their tables and packets. After the manner of Gauntlet: whatever the grammar
//! allows at a place may stand there, and everything that a program computes ends in the packet, where it can be seen.
//!
//! The programs use what the specification leaves open only where the IR defines it (fields of invalid headers read as zero).

mod control;
mod deparser;
mod expr;
mod parser;
mod statement;
mod table;

use crate::random::Random;
use crate::tree::{Kind, Tree, Ty};

/// A program, entries and packets.
#[derive(Clone, Debug)]
pub struct Case {
    /// The program.
    pub program: Tree,
    /// Lines of a packet test that fill tables.
    pub entries: Vec<String>,
    /// Packets.
    pub packets: Vec<Vec<u8>>,
}

/// How large programs are.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Statements of a block, at most.
    pub statements: usize,
    /// Height of expressions.
    pub depth: usize,
    /// States of the parser.
    pub states: usize,
    /// Actions and tables, at most of each.
    pub actions: usize,
    /// Packets.
    pub packets: usize,
}

/// Makes the case of a seed.
pub fn case(seed: u64, size: Size) -> Case {
    let mut generator = Generator {
        random: Random::new(seed),
        size,
        header_types: Vec::new(),
        headers: Vec::new(),
        stacks: Vec::new(),
        names: 0,
        entries: Vec::new(),
        callables: Vec::new(),
        tables: Vec::new(),
    };
    let program = generator.program();
    let entries = std::mem::take(&mut generator.entries);
    let packets = (0..size.packets).map(|_| generator.packet()).collect();
    Case { program, entries, packets }
}

#[derive(Clone, Debug)]
struct HeaderType {
    fields: Vec<(String, Ty)>,
}

#[derive(Clone, Debug)]
struct Var {
    text: String,
    ty: Ty,
    writable: bool,
}

#[derive(Clone, Debug)]
struct HeaderVar {
    text: String,
    ty: usize,
}

#[derive(Clone, Debug)]
struct StackVar {
    text: String,
    ty: usize,
    size: usize,
}

/// What can be named at a place.
#[derive(Clone, Debug, Default)]
struct Scope {
    vars: Vec<Var>,
    headers: Vec<HeaderVar>,
    stacks: Vec<StackVar>,
    /// `continue` and `break` mean something.
    in_loop: bool,
    /// In a function: what `return` must give.
    returns: Option<Ty>,
    /// Tables can be applied.
    tables: bool,
    /// `exit` is allowed.
    exits: bool,
}

impl Scope {
    fn with(&self, text: &str, ty: Ty, writable: bool) -> Scope {
        let mut scope = self.clone();
        scope.vars.push(Var { text: text.to_owned(), ty, writable });
        scope
    }
}

/// Direction of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    In,
    Out,
    InOut,
    /// Filled by the control plane, or by the caller.
    None,
}

/// An action, function or control that can be called.
#[derive(Clone, Debug)]
struct Callable {
    name: String,
    params: Vec<(Direction, Ty, String)>,
    kind: Called,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Called {
    Action,
    Function(Ty),
    Control,
}

#[derive(Clone, Debug)]
struct TableVar {
    name: String,
    actions: Vec<String>,
}

/// What is known while a program is made.
pub struct Generator {
    random: Random,
    size: Size,
    header_types: Vec<HeaderType>,
    headers: Vec<HeaderVar>,
    stacks: Vec<StackVar>,
    names: usize,
    entries: Vec<String>,
    callables: Vec<Callable>,
    tables: Vec<TableVar>,
}

impl Generator {
    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn program(&mut self) -> Tree {
        let mut out = Tree::new(Kind::Fixed).text("#include <xdp_model.p4>\n\n");
        for _ in 0..self.random.between(1, 4) {
            let (ty, tree) = self.header_type();
            out = out.tree(tree);
            self.header_types.push(ty);
        }
        let mut members = Vec::new();
        for ty in 0..self.header_types.len() {
            for _ in 0..self.random.between(1, 2) {
                let name = self.fresh("h");
                members.push(Tree::item(format!("    t{ty} {name};\n")));
                self.headers.push(HeaderVar { text: format!("hdr.{name}"), ty });
            }
        }
        if self.random.percent(40) {
            let (ty, size) = (self.random.below(self.header_types.len()), self.random.between(1, 4));
            let name = self.fresh("s");
            members.push(Tree::item(format!("    t{ty}[{size}] {name};\n")));
            self.stacks.push(StackVar { text: format!("hdr.{name}"), ty, size });
        }
        let (switch, probe) = self.switch();
        let parser = self.parser();
        let deparser = self.deparser();
        out.tree(probe)
            .text("struct headers_t {\n    probe_t probe;\n")
            .trees(members)
            .text("}\n\n")
            .tree(parser)
            .tree(switch)
            .tree(deparser)
            .text("xdp(Prs(), Swt(), Dep()) main;\n")
    }

    fn header_type(&mut self) -> (HeaderType, Tree) {
        let mut fields = Vec::new();
        let mut bits = 0;
        for i in 0..self.random.between(1, 6) {
            let ty = if self.random.percent(35) {
                Ty::Bit(self.random.of(&[8, 16, 32]))
            } else {
                self.some_type()
            };
            if bits + ty.width() > 190 {
                break;
            }
            bits += ty.width();
            fields.push((format!("f{i}"), ty));
        }
        if bits % 8 != 0 {
            fields.push(("pad".to_owned(), Ty::Bit(8 - bits % 8)));
        }
        let name = self.header_types.len();
        let mut tree = Tree::new(Kind::Item).text(format!("header t{name} {{\n"));
        for (name, ty) in &fields {
            tree = tree.text(format!("    {} {name};\n", ty.text()));
        }
        (HeaderType { fields }, tree.text("}\n"))
    }

    /// The headers, as a parser or control sees them.
    fn header_scope(&self, writable: bool) -> Scope {
        let mut scope = Scope::default();
        for header in &self.headers {
            scope.headers.push(header.clone());
        }
        for stack in &self.stacks {
            scope.stacks.push(stack.clone());
            for i in 0..stack.size {
                scope.headers.push(HeaderVar { text: format!("{}[{i}]", stack.text), ty: stack.ty });
            }
        }
        for header in &scope.headers {
            for (field, ty) in &self.header_types[header.ty].fields {
                scope.vars.push(Var { text: format!("{}.{field}", header.text), ty: *ty, writable });
            }
        }
        scope
    }

    /// Bytes that are often alike, so that something matches.
    fn packet(&mut self) -> Vec<u8> {
        let longest = if self.random.percent(25) { 40 } else { 160 };
        let length = self.random.between(14, longest);
        let odd = self.random.percent(50);
        (0..length)
            .map(|_| match self.random.below(if odd { 6 } else { 12 }) {
                0 => 0,
                1 => 1,
                2 => 0xff,
                3 => self.random.of(&[0x80, 0x7f, 0xfe, 2, 3, 4]),
                _ => self.random.bits() as u8,
            })
            .collect()
    }
}
