//! What can be named at a place, and what a program has so far.

use crate::tree::{Direction, Param, Ty};

/// A header type.
#[derive(Clone, Debug)]
pub struct HeaderType {
    /// Fields with scalar types.
    pub fields: Vec<(String, Ty)>,
    /// Largest length of its field `vb`, a `varbit`, if it has one.
    pub varbit: Option<u32>,
    /// Fields that stand in front of it: all of them, if it is the last one or there is none.
    pub front: usize,
    /// Bits in front of each of the fields, and in all.
    pub offsets: Vec<usize>,
}

impl HeaderType {
    /// Fields at places that are known, and the bits in front of each.
    pub fn placed(&self) -> impl Iterator<Item = (&(String, Ty), usize)> {
        self.fields.iter().zip(self.offsets.iter().copied()).take(self.front)
    }

    /// Bits without the varbit field.
    pub fn bits(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }
}

/// A struct or tuple type.
#[derive(Clone, Debug)]
pub struct StructType {
    /// As P4 writes it.
    pub text: String,
    /// What stands behind a variable to name a field (`.f0` or `[0]`), and its type.
    pub fields: Vec<(String, Ty)>,
    /// A field behind those that is a struct.
    pub nested: Option<(String, usize)>,
    /// A field behind those that is a header.
    pub header: Option<(String, usize)>,
}

/// Something of a scalar type.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name.
    pub text: String,
    /// Its type.
    pub ty: Ty,
    /// It can be assigned.
    pub writable: bool,
}

/// A header.
#[derive(Clone, Debug)]
pub struct HeaderVar {
    /// Its name.
    pub text: String,
    /// Its type.
    pub ty: usize,
    /// It can be assigned.
    pub writable: bool,
    /// It is a member of a union.
    pub in_union: bool,
}

/// A header stack.
#[derive(Clone, Debug)]
pub struct StackVar {
    /// Its name.
    pub text: String,
    /// Type of its elements.
    pub ty: usize,
    /// Number of elements.
    pub size: usize,
}

/// A header union.
#[derive(Clone, Debug)]
pub struct UnionVar {
    /// Its name.
    pub text: String,
    /// Its type.
    pub ty: usize,
}

/// A stack of header unions.
#[derive(Clone, Debug)]
pub struct UnionStackVar {
    /// Its name.
    pub text: String,
    /// Number of elements.
    pub size: usize,
    /// Types of the members.
    pub members: Vec<usize>,
}

/// A struct or tuple.
#[derive(Clone, Debug)]
pub struct StructVar {
    /// Its name.
    pub text: String,
    /// Its type.
    pub ty: usize,
    /// It can be assigned.
    pub writable: bool,
}

/// What can be named at a place.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub vars: Vec<Var>,
    pub headers: Vec<HeaderVar>,
    pub stacks: Vec<StackVar>,
    pub unions: Vec<UnionVar>,
    pub union_stacks: Vec<UnionStackVar>,
    pub structs: Vec<StructVar>,
    /// `continue` and `break` mean something.
    pub in_loop: bool,
    /// In a function: what `return` must give.
    pub returns: Option<Ty>,
    /// Tables and controls can be applied.
    pub applies: bool,
    /// In a control: `exit` is allowed, actions can be called.
    pub exits: bool,
    /// In a parser.
    pub parses: bool,
    /// Functions can be called: in statements.
    pub calls: bool,
    /// In an apply block or action of `xdp_model`: where the verdict goes.
    pub verdict: Option<&'static str>,
    /// In a control of `v1model`: ingress or egress.
    pub pipeline: Option<Pipeline>,
    /// Registers and counters of the control.
    pub registers: Vec<(String, Ty)>,
    pub counters: Vec<String>,
    /// Hash functions of the control, and the widths of their results.
    pub hashes: Vec<(String, u32)>,
}

/// A pipeline of `v1model`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipeline {
    Ingress,
    Egress,
}

impl StructType {
    /// With scalar fields alone.
    pub fn plain(text: &str, fields: Vec<(String, Ty)>) -> StructType {
        StructType { text: text.to_owned(), fields, nested: None, header: None }
    }
}

impl Scope {
    /// What of a type can be assigned.
    pub fn written(&self, ty: Ty) -> Vec<String> {
        self.vars.iter().filter(|v| v.writable && v.ty == ty).map(|v| v.text.clone()).collect()
    }

    /// With a variable more.
    pub fn with(&self, text: &str, ty: Ty, writable: bool) -> Scope {
        let mut scope = self.clone();
        scope.vars.push(Var { text: text.to_owned(), ty, writable });
        scope
    }

    /// Adds a header and its fields.
    pub fn add_header(&mut self, types: &[HeaderType], header: HeaderVar) {
        for (field, ty) in &types[header.ty].fields {
            let text = format!("{}.{field}", header.text);
            self.vars.push(Var { text, ty: *ty, writable: header.writable });
        }
        self.headers.push(header);
    }

    /// Adds a struct and what it holds.
    pub fn add_struct(&mut self, headers: &[HeaderType], types: &[StructType], var: StructVar) {
        let StructVar { text, ty, writable } = &var;
        // A field of a tuple cannot be assigned.
        let fields_writable = *writable && !types[*ty].text.starts_with("tuple");
        for (field, of) in &types[*ty].fields {
            self.vars.push(Var { text: format!("{text}{field}"), ty: *of, writable: fields_writable });
        }
        if let Some((field, of)) = &types[*ty].nested {
            let inner = StructVar { text: format!("{text}{field}"), ty: *of, writable: fields_writable };
            self.add_struct(headers, types, inner);
        }
        if let Some((field, of)) = &types[*ty].header {
            let text = format!("{text}{field}");
            let member = HeaderVar { text, ty: *of, writable: *writable, in_union: false };
            self.add_header(headers, member);
        }
        self.structs.push(var);
    }
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Scalar(Ty),
    Header(usize),
    Struct(usize),
    /// The struct of all headers.
    Headers,
    /// The packet of a parser.
    Packet,
}

/// An action, function, control or parser that can be called.
#[derive(Clone, Debug)]
pub struct Callable {
    pub name: String,
    pub params: Vec<(Param, Shape)>,
    pub kind: Called,
    /// Of a control: constructor parameters.
    pub constructor: Vec<Ty>,
    /// Of a control: lines that fill its tables; `{}` stands for the instance's name.
    pub entries: Vec<String>,
}

/// Kinds of callables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Action,
    Function(Ty),
    Control,
    Parser,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TableVar {
    pub name: String,
    pub actions: Vec<String>,
}

impl Callable {
    /// No parameter is filled by the control plane or written.
    pub fn only_reads(&self) -> bool {
        self.params.iter().all(|(p, _)| p.direction == Direction::In)
    }
}
