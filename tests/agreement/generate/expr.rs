//! Random expressions of a wanted type over what is in scope.

use super::Generator;
use super::scope::{Called, Scope};
use crate::tree::{CHOICES, CODES, Direction, ERRORS, Kind, Role, Tree, Ty};

/// Widths that are likely to matter: around bytes, around machine words.
pub const WIDTHS: [u32; 26] =
    [1, 2, 3, 4, 7, 8, 8, 9, 12, 13, 16, 16, 17, 24, 31, 32, 32, 33, 40, 48, 63, 64, 65, 96, 100, 128];

impl Generator {
    /// A constant.
    pub fn literal(&mut self, ty: Ty) -> Tree {
        let text = match ty {
            Ty::Bit(width) => format!("{width}w{}", self.digits(width)),
            Ty::Int(width) => {
                let value = self.digits(width - 1);
                if self.random.percent(50) {
                    format!("{width}s{value}")
                } else {
                    format!("(-{width}s{value})")
                }
            }
            Ty::Bool => self.random.percent(50).to_string(),
            Ty::Choice => format!("choice_t.{}", self.random.of(&CHOICES)),
            Ty::Code => format!("code_t.{}", self.random.of(&CODES).0),
            Ty::Error => format!("error.{}", self.random.of(&ERRORS)),
        };
        Tree::leaf(ty, text).role(Role::Literal)
    }

    /// Digits of a number of so many bits.
    fn digits(&mut self, width: u32) -> String {
        if width <= 128 {
            return self.random.number(width).to_string();
        }
        let mut text = "0x".to_owned();
        if !width.is_multiple_of(64) {
            text.push_str(&format!("{:x}", self.random.number(width % 64)));
        }
        for _ in 0..width / 64 {
            let digits = self.random.of(&[0, u64::MAX, 1, 1 << 63]);
            let digits = if self.random.percent(50) { self.random.bits() } else { digits };
            text.push_str(&format!("{digits:016x}"));
        }
        text
    }

    /// An expression; `depth` bounds its height.
    pub(super) fn expr(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        if depth == 0 || self.random.percent(15) {
            return self.simple(scope, ty);
        }
        if scope.calls
            && self.random.percent(5)
            && let Some(call) = self.function_call(scope, ty)
        {
            return call;
        }
        if scope.calls && self.random.percent(2) {
            return self.generic_call(scope, ty, depth - 1);
        }
        match ty {
            Ty::Choice | Ty::Error if self.random.percent(40) => self.conditional(scope, ty, depth - 1),
            Ty::Choice | Ty::Error => self.simple(scope, ty),
            Ty::Code if self.random.percent(30) => {
                let number = self.expr(scope, Ty::Bit(8), depth - 1);
                cast(ty, number).tag("cast: serialisable enum")
            }
            Ty::Code => self.conditional(scope, ty, depth - 1),
            Ty::Bit(width) => self.bits(scope, width, depth - 1),
            Ty::Int(width) => self.signed(scope, width, depth - 1),
            Ty::Bool => self.truth(scope, depth - 1),
        }
    }

    /// A variable, or a constant.
    fn simple(&mut self, scope: &Scope, ty: Ty) -> Tree {
        let exact: Vec<&str> = scope.vars.iter().filter(|v| v.ty == ty).map(|v| v.text.as_str()).collect();
        if !exact.is_empty() && self.random.percent(75) {
            return Tree::leaf(ty, self.random.of(&exact));
        }
        if !scope.stacks.is_empty() && self.random.percent(3) {
            let stack = self.random.of(&scope.stacks);
            let value = Tree::leaf(Ty::Bit(32), format!("{}.size", stack.text)).tag("stack: size");
            return self.converted(value, Ty::Bit(32), ty);
        }
        if self.random.percent(25) || scope.vars.is_empty() {
            return self.literal(ty);
        }
        let var = scope.vars[self.random.below(scope.vars.len())].clone();
        self.converted(Tree::leaf(var.ty, var.text), var.ty, ty)
    }

    /// A value of one type as one of another.
    pub(super) fn converted(&mut self, value: Tree, from: Ty, to: Ty) -> Tree {
        if from == to {
            return value;
        }
        match (from, to) {
            (Ty::Bool, Ty::Bit(_) | Ty::Int(_) | Ty::Code) => {
                let one = cast(Ty::Bit(1), value).tag("cast: bool to bit");
                self.converted(one, Ty::Bit(1), to)
            }
            (_, Ty::Bool) => {
                let other = self.literal(from);
                binary(Ty::Bool, value, "!=", other)
            }
            (Ty::Choice | Ty::Error, _) => {
                let truth = self.converted(value, from, Ty::Bool);
                self.converted(truth, Ty::Bool, to)
            }
            (_, Ty::Choice | Ty::Error) => {
                let truth = self.converted(value, from, Ty::Bool);
                let (a, b) = (self.literal(to), self.literal(to));
                conditional(to, truth, a, b)
            }
            (Ty::Code, Ty::Bit(8)) => cast(to, value).tag("cast: serialisable enum"),
            (Ty::Code, Ty::Bit(_) | Ty::Int(_) | Ty::Code) => {
                let bits = cast(Ty::Bit(8), value).tag("cast: serialisable enum");
                self.converted(bits, Ty::Bit(8), to)
            }
            (_, Ty::Code) => {
                let bits = self.converted(value, from, Ty::Bit(8));
                cast(to, bits).tag("cast: serialisable enum")
            }
            // A cast changes either the width or the sign.
            (Ty::Bit(a), Ty::Int(b)) if a != b => {
                let wide = cast(Ty::Bit(b), value).tag("cast: bit to bit");
                cast(to, wide).tag("cast: bit to int")
            }
            (Ty::Int(a), Ty::Bit(b)) if a != b => {
                let wide = cast(Ty::Int(b.max(2)), value).tag("cast: int to int");
                let same = cast(Ty::Bit(b.max(2)), wide).tag("cast: int to bit");
                if b == 1 { cast(to, same) } else { same }
            }
            (Ty::Bit(_), Ty::Bit(_)) => cast(to, value).tag("cast: bit to bit"),
            (Ty::Int(_), Ty::Int(_)) => cast(to, value).tag("cast: int to int"),
            (Ty::Bit(_), Ty::Int(_)) => cast(to, value).tag("cast: bit to int"),
            (Ty::Int(_), Ty::Bit(_)) => cast(to, value).tag("cast: int to bit"),
        }
    }

    /// A call of a function that gives the type.
    fn function_call(&mut self, scope: &Scope, ty: Ty) -> Option<Tree> {
        let may: Vec<usize> = (0..self.callables.len())
            .filter(|i| matches!(self.callables[*i].kind, Called::Function(_)))
            .collect();
        if may.is_empty() {
            return None;
        }
        let callable = self.callables[self.random.of(&may)].clone();
        let Called::Function(result) = callable.kind else { return None };
        if result != ty && self.random.percent(60) {
            return None;
        }
        let mut out = Tree::new(Kind::Expr(result))
            .text(format!("{}(", callable.name))
            .role(Role::Call(callable.name.clone()))
            .tag("call: function in an expression");
        for (i, (param, shape)) in callable.params.iter().enumerate() {
            out = out.text(if i > 0 { ", " } else { "" });
            // Calls in arguments only where nothing is written.
            let mut inner = scope.clone();
            inner.calls = callable.only_reads();
            let arg = self.argument(&inner, param.direction, *shape)?;
            out = out.tree(if param.direction == Direction::In {
                arg
            } else {
                arg.tag("argument: out in an expression")
            });
        }
        Some(self.converted(out.text(")"), result, ty))
    }

    fn pair(&mut self, scope: &Scope, ty: Ty, depth: usize) -> (Tree, Tree) {
        (self.expr(scope, ty, depth), self.expr(scope, ty, depth))
    }

    /// Something to shift by: small, or any.
    fn amount(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        match self.random.below(4) {
            0 => {
                let ty = Ty::Bit(8);
                let by = self.random.below((width as usize + 3).min(256));
                Tree::leaf(ty, format!("8w{by}")).role(Role::Literal)
            }
            1 => self.expr(scope, Ty::Bit(3), depth),
            2 => self.expr(scope, Ty::Bit(8), depth),
            _ => {
                let by = self.width();
                self.expr(scope, Ty::Bit(by), depth)
            }
        }
    }

    fn bits(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        let ty = Ty::Bit(width);
        match self.random.below(22) {
            0..=5 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["+", "-", "&", "|", "^", "*"]);
                binary(ty, a, op, b)
            }
            6 | 7 if width <= 64 || self.size.compiles.is_none() => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["|+|", "|-|"]);
                binary(ty, a, op, b)
            }
            8 if width <= 64 || self.size.compiles.is_none() => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["/", "%"]);
                // A divisor that the checker knows to be zero is refused.
                let b = binary(ty, b, "|", Tree::new(Kind::Fixed).text(format!("{width}w1")));
                binary(ty, a, op, b)
            }
            9 if self.random.percent(30) => {
                let (a, b) = (self.expr(scope, ty, depth), self.digits(width));
                let op = self.random.of(&["+", "-", "&", "|", "^"]);
                binary(ty, a, op, Tree::new(Kind::Fixed).text(b)).tag("op: number without a width")
            }
            9 => self.unary(scope, ty, depth),
            10 | 11 => self.shift(scope, (ty, width), depth, &["<<", ">>"]),
            12 if self.random.percent(25) => self.plus_slice(scope, width, depth),
            12 | 13 => self.slice(scope, width, depth),
            14 | 15 if width > 1 => {
                let low = self.random.between(1, width as usize - 1) as u32;
                let a = self.expr(scope, Ty::Bit(width - low), depth);
                let b = self.expr(scope, Ty::Bit(low), depth);
                binary(ty, a, "++", b)
            }
            16 | 17 => {
                let from = match self.random.below(4) {
                    0 if width > 1 => Ty::Int(width),
                    1 => Ty::Bool,
                    2 => Ty::Int(self.width().max(2)),
                    _ => Ty::Bit(self.width()),
                };
                let value = self.expr(scope, from, depth);
                self.converted(value, from, ty)
            }
            18 => self.conditional(scope, ty, depth),
            19 => self.element(scope, ty, depth),
            _ => self.simple(scope, ty),
        }
    }

    fn slice(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        let base = (width + self.random.below(40) as u32).min(width.max(128));
        let low = self.random.below((base - width) as usize + 1) as u32;
        let ty = if base > 1 && self.random.percent(15) { Ty::Int(base) } else { Ty::Bit(base) };
        Tree::new(Kind::Expr(Ty::Bit(width)))
            .text("(")
            .tree(self.expr(scope, ty, depth))
            .text(format!(")[{}:{low}]", low + width - 1))
            .tag("op: slice")
    }

    fn conditional(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        let condition = self.expr(scope, Ty::Bool, depth);
        let (a, b) = self.pair(scope, ty, depth);
        conditional(ty, condition, a, b)
    }

    /// A field of a stack's element by an index that is known at run time only.
    fn element(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        if scope.stacks.is_empty() {
            return self.simple(scope, ty);
        }
        let stack = scope.stacks[self.random.below(scope.stacks.len())].clone();
        let fields = self.header_types[stack.ty].fields.clone();
        let (name, field) = self.random.of(&fields);
        // Beyond the end a read gives zero, as the IR has it; in a parser it is an error.
        let free = self.random.percent(25);
        let tag = if free { "stack: read by variable, unbounded" } else { "stack: read by variable" };
        let bounded = self.index(scope, stack.size, free, depth.min(1));
        let value = Tree::new(Kind::Expr(field))
            .text(format!("{}[", stack.text))
            .tree(bounded)
            .text(format!("].{name}"))
            .tag(tag);
        self.converted(value, field, ty)
    }

    /// The index of a stack's element; if it is free, only its being no constant keeps it from being refused.
    pub(super) fn index(&mut self, scope: &Scope, size: usize, free: bool, depth: usize) -> Tree {
        let fields: Vec<(String, Ty)> = scope
            .vars
            .iter()
            .filter(|v| matches!(v.ty, Ty::Bit(_)) && !v.text.starts_with('K'))
            .map(|v| (v.text.clone(), v.ty))
            .collect();
        if free && !fields.is_empty() {
            let (text, ty) = self.random.of(&fields);
            let value = self.converted(Tree::leaf(ty, text), ty, Ty::Bit(8));
            // It stays as it is, for a constant in its place would be out of bounds.
            return Tree::new(Kind::Fixed).text(value.print()).role(Role::Index);
        }
        let index = self.expr(scope, Ty::Bit(8), depth);
        Tree::new(Kind::Fixed).tree(index).text(format!(" % {size}")).role(Role::Index)
    }

    fn unary(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        let op = self.random.of(&["-", "~"]);
        let tag = if op == "-" { "op: negation" } else { "op: complement" };
        let value = self.expr(scope, ty, depth);
        Tree::new(Kind::Expr(ty)).text(format!("({op}")).tree(value).text(")").tag(tag)
    }

    fn shift(&mut self, scope: &Scope, (ty, width): (Ty, u32), depth: usize, ops: &[&'static str]) -> Tree {
        let a = self.expr(scope, ty, depth);
        let b = self.amount(scope, width, depth.min(1));
        let op = self.random.of(ops);
        binary(ty, a, op, b)
    }

    fn signed(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        let ty = Ty::Int(width);
        match self.random.below(15) {
            0..=4 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["+", "-", "&", "|", "^", "*"]);
                binary(ty, a, op, b)
            }
            5 if width <= 64 || self.size.compiles.is_none() => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["|+|", "|-|"]);
                binary(ty, a, op, b)
            }
            6 => self.unary(scope, ty, depth),
            7 | 8 => self.shift(scope, (ty, width), depth, &["<<", ">>", ">>"]),
            9 | 10 => {
                let from =
                    if self.random.percent(50) { Ty::Bit(width) } else { Ty::Int(self.width().max(2)) };
                let value = self.expr(scope, from, depth);
                self.converted(value, from, ty)
            }
            11 => self.conditional(scope, ty, depth),
            12 if width > 2 => {
                let low = self.random.between(1, width as usize - 2) as u32;
                let a = self.expr(scope, Ty::Int(width - low), depth);
                let of = if low > 1 && self.random.percent(50) { Ty::Int(low) } else { Ty::Bit(low) };
                let b = self.expr(scope, of, depth);
                binary(ty, a, "++", b).tag("op: ++, signed")
            }
            _ => self.simple(scope, ty),
        }
    }

    fn truth(&mut self, scope: &Scope, depth: usize) -> Tree {
        let ty = Ty::Bool;
        match self.random.below(12) {
            0..=4 => {
                let of = self.some_type();
                let (a, b) = self.pair(scope, of, depth);
                let ops: &[&'static str] = match of {
                    Ty::Bit(_) | Ty::Int(_) => &["==", "!=", "<", "<=", ">", ">="],
                    Ty::Bool | Ty::Choice | Ty::Code | Ty::Error => &["==", "!="],
                };
                let op = self.random.of(ops);
                let tree = binary(ty, a, op, b);
                if matches!(of, Ty::Int(_)) && ops.len() > 2 {
                    tree.tag("op: comparison, signed")
                } else {
                    tree
                }
            }
            5 | 6 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["&&", "||"]);
                binary(ty, a, op, b)
            }
            7 => {
                let value = self.expr(scope, ty, depth);
                Tree::new(Kind::Expr(ty)).text("(!").tree(value).text(")").tag("op: not")
            }
            8 | 9 if !scope.headers.is_empty() => {
                if !scope.unions.is_empty() && self.random.percent(20) {
                    let union = self.random.of(&scope.unions);
                    return Tree::leaf(ty, format!("{}.isValid()", union.text)).tag("union: isValid");
                }
                if !scope.stacks.is_empty() && self.random.percent(15) {
                    let stack = self.random.of(&scope.stacks);
                    let free = self.random.percent(25);
                    let index = self.index(scope, stack.size, free, 1);
                    return Tree::new(Kind::Expr(ty))
                        .text(format!("{}[", stack.text))
                        .tree(index)
                        .text("].isValid()")
                        .tag("stack: isValid by variable");
                }
                let header = scope.headers[self.random.below(scope.headers.len())].clone();
                Tree::leaf(ty, format!("{}.isValid()", header.text)).tag("header: isValid")
            }
            10 => self.comparison(scope),
            11 => self.conditional(scope, ty, depth),
            _ => self.simple(scope, ty),
        }
    }
}

impl Generator {
    /// Compares two headers, or two structs or tuples.
    fn comparison(&mut self, scope: &Scope) -> Tree {
        let op = self.random.of(&["==", "!="]);
        if !scope.structs.is_empty() && self.random.percent(50) {
            let one = self.random.of(&scope.structs);
            let same: Vec<String> =
                scope.structs.iter().filter(|s| s.ty == one.ty).map(|s| s.text.clone()).collect();
            let other = self.random.of(&same);
            return Tree::leaf(Ty::Bool, format!("({} {op} {other})", one.text))
                .tag("op: comparison of structs");
        }
        if scope.stacks.len() > 1 && self.random.percent(50) {
            let (one, other) = (&scope.stacks[0].text, &scope.stacks[1].text);
            return Tree::leaf(Ty::Bool, format!("({one} {op} {other})")).tag("op: comparison of stacks");
        }
        if scope.unions.len() > 1 && self.random.percent(40) {
            let (one, other) = (&scope.unions[0].text, &scope.unions[1].text);
            return Tree::leaf(Ty::Bool, format!("({one} {op} {other})")).tag("op: comparison of unions");
        }
        if scope.headers.is_empty() {
            return self.literal(Ty::Bool);
        }
        let one = self.random.of(&scope.headers);
        let same: Vec<String> =
            scope.headers.iter().filter(|h| h.ty == one.ty).map(|h| h.text.clone()).collect();
        let other = self.random.of(&same);
        Tree::leaf(Ty::Bool, format!("({} {op} {other})", one.text)).tag("op: comparison of headers")
    }
}

fn cast(ty: Ty, value: Tree) -> Tree {
    Tree::new(Kind::Expr(ty)).text(format!("({})", ty.text())).tree(value)
}

/// `(c ? a : b)`
fn conditional(ty: Ty, condition: Tree, a: Tree, b: Tree) -> Tree {
    Tree::new(Kind::Expr(ty))
        .text("(")
        .tree(condition)
        .text(" ? ")
        .tree(a)
        .text(" : ")
        .tree(b)
        .text(")")
        .role(Role::Conditional)
        .tag("op: ?:")
}

/// `(a op b)`
pub fn binary(ty: Ty, a: Tree, op: &'static str, b: Tree) -> Tree {
    let role = match op {
        "&&" => Role::And,
        "||" => Role::Or,
        _ => Role::Plain,
    };
    let tag = match (op, ty) {
        ("+" | "-" | "*", Ty::Int(_)) => "op: + - *, signed",
        ("+" | "-" | "*", _) => "op: + - *",
        ("/" | "%", _) => "op: / %",
        ("|+|" | "|-|", Ty::Int(_)) => "op: saturating, signed",
        ("|+|" | "|-|", _) => "op: saturating",
        ("<<" | ">>", Ty::Int(_)) => "op: shift, signed",
        ("<<" | ">>", _) => "op: shift",
        ("++", _) => "op: ++",
        ("&&" | "||", _) => "op: && ||",
        ("&" | "|" | "^", _) => "op: & | ^",
        _ => "op: comparison",
    };
    Tree::new(Kind::Expr(ty)).text("(").tree(a).text(format!(" {op} ")).tree(b).text(")").role(role).tag(tag)
}
