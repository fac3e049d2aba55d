//! Random expressions of a wanted type over what is in scope.

use super::{Generator, Scope};
use crate::tree::{Kind, Tree, Ty};

/// Widths that are likely to matter: around bytes, around machine words.
pub const WIDTHS: [u32; 26] =
    [1, 2, 3, 4, 7, 8, 8, 9, 12, 13, 16, 16, 17, 24, 31, 32, 32, 33, 40, 48, 63, 64, 65, 96, 100, 128];

impl Generator {
    /// A width, seldom above 64.
    pub fn width(&mut self) -> u32 {
        loop {
            let width = self.random.of(&WIDTHS);
            if width <= 64 || self.random.percent(30) {
                return width;
            }
        }
    }

    /// The type of a field or variable.
    pub fn some_type(&mut self) -> Ty {
        match self.random.below(10) {
            0 => Ty::Bool,
            1 | 2 => Ty::Int(self.width().max(2)),
            _ => Ty::Bit(self.width()),
        }
    }

    /// A constant.
    pub fn literal(&mut self, ty: Ty) -> Tree {
        let text = match ty {
            Ty::Bit(width) => format!("{width}w{}", self.random.number(width)),
            Ty::Int(width) => {
                let value = self.random.number(width - 1);
                if self.random.percent(50) {
                    format!("{width}s{value}")
                } else {
                    format!("(-{width}s{value})")
                }
            }
            Ty::Bool => self.random.percent(50).to_string(),
        };
        Tree::leaf(ty, text)
    }

    /// An expression; `depth` bounds its height.
    pub(super) fn expr(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        if depth == 0 || self.random.percent(15) {
            return self.simple(scope, ty);
        }
        match ty {
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
        if self.random.percent(25) || scope.vars.is_empty() {
            return self.literal(ty);
        }
        let var = scope.vars[self.random.below(scope.vars.len())].clone();
        self.converted(Tree::leaf(var.ty, var.text), var.ty, ty)
    }

    /// A value of one type as one of another.
    fn converted(&mut self, value: Tree, from: Ty, to: Ty) -> Tree {
        if from == to {
            return value;
        }
        let cast =
            |ty: Ty, value: Tree| Tree::new(Kind::Expr(ty)).text(format!("({})", ty.text())).tree(value);
        match (from, to) {
            (Ty::Bool, Ty::Bit(_) | Ty::Int(_)) => {
                let one = cast(Ty::Bit(1), value);
                self.converted(one, Ty::Bit(1), to)
            }
            (_, Ty::Bool) => {
                let other = self.literal(from);
                binary(Ty::Bool, value, "!=", other)
            }
            // A cast changes either the width or the sign.
            (Ty::Bit(a), Ty::Int(b)) if a != b => {
                let wide = cast(Ty::Bit(b), value);
                cast(to, wide)
            }
            (Ty::Int(a), Ty::Bit(b)) if a != b => {
                let wide = cast(Ty::Int(b.max(2)), value);
                let same = cast(Ty::Bit(b.max(2)), wide);
                if b == 1 { cast(to, same) } else { same }
            }
            _ => cast(to, value),
        }
    }

    fn pair(&mut self, scope: &Scope, ty: Ty, depth: usize) -> (Tree, Tree) {
        (self.expr(scope, ty, depth), self.expr(scope, ty, depth))
    }

    /// Something to shift by: small, or any.
    fn amount(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        match self.random.below(4) {
            0 => {
                let ty = Ty::Bit(8);
                Tree::leaf(ty, format!("8w{}", self.random.below(width as usize + 3)))
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
            6 | 7 if width <= 64 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["|+|", "|-|"]);
                binary(ty, a, op, b)
            }
            8 if width <= 64 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["/", "%"]);
                // A divisor that the checker knows to be zero is refused.
                let b = binary(ty, b, "|", Tree::new(Kind::Fixed).text(format!("{width}w1")));
                binary(ty, a, op, b)
            }
            9 => {
                let op = self.random.of(&["-", "~"]);
                Tree::new(Kind::Expr(ty)).text(format!("({op}")).tree(self.expr(scope, ty, depth)).text(")")
            }
            10 | 11 => {
                let a = self.expr(scope, ty, depth);
                let b = self.amount(scope, width, depth.min(1));
                let op = self.random.of(&["<<", ">>"]);
                binary(ty, a, op, b)
            }
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
        let base = (width + self.random.below(40) as u32).min(128);
        let low = self.random.below((base - width) as usize + 1) as u32;
        let ty = if base > 1 && self.random.percent(15) { Ty::Int(base) } else { Ty::Bit(base) };
        Tree::new(Kind::Expr(Ty::Bit(width)))
            .text("(")
            .tree(self.expr(scope, ty, depth))
            .text(format!(")[{}:{low}]", low + width - 1))
    }

    fn conditional(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        let condition = self.expr(scope, Ty::Bool, depth);
        let (a, b) = self.pair(scope, ty, depth);
        Tree::new(Kind::Expr(ty)).text("(").tree(condition).text(" ? ").tree(a).text(" : ").tree(b).text(")")
    }

    /// A field of a stack's element by an index that is known at run time only.
    fn element(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        if scope.stacks.is_empty() {
            return self.simple(scope, ty);
        }
        let stack = scope.stacks[self.random.below(scope.stacks.len())].clone();
        let fields = self.header_types[stack.ty].fields.clone();
        let (name, field) = self.random.of(&fields);
        let index = self.expr(scope, Ty::Bit(8), depth.min(1));
        // Beyond the end a read gives anything at all.
        let bounded = Tree::new(Kind::Fixed).tree(index).text(format!(" % {}", stack.size));
        let value = Tree::new(Kind::Expr(field))
            .text(format!("{}[", stack.text))
            .tree(bounded)
            .text(format!("].{name}"));
        self.converted(value, field, ty)
    }

    fn signed(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        let ty = Ty::Int(width);
        match self.random.below(14) {
            0..=4 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["+", "-", "&", "|", "^", "*"]);
                binary(ty, a, op, b)
            }
            5 if width <= 64 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["|+|", "|-|"]);
                binary(ty, a, op, b)
            }
            6 => {
                let op = self.random.of(&["-", "~"]);
                Tree::new(Kind::Expr(ty)).text(format!("({op}")).tree(self.expr(scope, ty, depth)).text(")")
            }
            7 | 8 => {
                let a = self.expr(scope, ty, depth);
                let b = self.amount(scope, width, depth.min(1));
                let op = self.random.of(&["<<", ">>", ">>"]);
                binary(ty, a, op, b)
            }
            9 | 10 => {
                let from =
                    if self.random.percent(50) { Ty::Bit(width) } else { Ty::Int(self.width().max(2)) };
                let value = self.expr(scope, from, depth);
                self.converted(value, from, ty)
            }
            11 => self.conditional(scope, ty, depth),
            _ => self.simple(scope, ty),
        }
    }

    fn truth(&mut self, scope: &Scope, depth: usize) -> Tree {
        let ty = Ty::Bool;
        match self.random.below(12) {
            0..=4 => {
                let of = self.some_type();
                let (a, b) = self.pair(scope, of, depth);
                let ops: &[&str] =
                    if of == Ty::Bool { &["==", "!="] } else { &["==", "!=", "<", "<=", ">", ">="] };
                let op = self.random.of(ops);
                binary(ty, a, op, b)
            }
            5 | 6 => {
                let (a, b) = self.pair(scope, ty, depth);
                let op = self.random.of(&["&&", "||"]);
                binary(ty, a, op, b)
            }
            7 => Tree::new(Kind::Expr(ty)).text("(!").tree(self.expr(scope, ty, depth)).text(")"),
            8 | 9 if !scope.headers.is_empty() => {
                let header = scope.headers[self.random.below(scope.headers.len())].clone();
                Tree::leaf(ty, format!("{}.isValid()", header.text))
            }
            10 if !scope.headers.is_empty() => {
                let one = scope.headers[self.random.below(scope.headers.len())].clone();
                let same: Vec<String> =
                    scope.headers.iter().filter(|h| h.ty == one.ty).map(|h| h.text.clone()).collect();
                let other = self.random.of(&same);
                let op = self.random.of(&["==", "!="]);
                Tree::leaf(ty, format!("({} {op} {other})", one.text))
            }
            11 => self.conditional(scope, ty, depth),
            _ => self.simple(scope, ty),
        }
    }
}

/// `(a op b)`
pub fn binary(ty: Ty, a: Tree, op: &str, b: Tree) -> Tree {
    Tree::new(Kind::Expr(ty)).text("(").tree(a).text(format!(" {op} ")).tree(b).text(")")
}
