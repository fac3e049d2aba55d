//! Binary operators of P4, their classes and how they are written: what AST, HIR and IR have in common. What an operator does to values of a
//! type is said where it is evaluated; the IR's are total (`midend/src/ir/expr.rs`).

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `|+|`
    SatAdd,
    /// `|-|`
    SatSub,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `++`
    Concat,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// What sort of operator a binary operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpClass {
    /// Operands and result of one type of numbers.
    Arithmetic,
    /// `<<`, `>>`
    Shift,
    /// `++`
    Concat,
    /// `&&`, `||`
    Logic,
    /// An operator that compares.
    Comparison(Comparison),
}

/// Operators that compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl BinaryOp {
    /// The sort of the operator.
    pub fn class(self) -> OpClass {
        match self {
            BinaryOp::Eq => OpClass::Comparison(Comparison::Eq),
            BinaryOp::Ne => OpClass::Comparison(Comparison::Ne),
            BinaryOp::Lt => OpClass::Comparison(Comparison::Lt),
            BinaryOp::Le => OpClass::Comparison(Comparison::Le),
            BinaryOp::Gt => OpClass::Comparison(Comparison::Gt),
            BinaryOp::Ge => OpClass::Comparison(Comparison::Ge),
            BinaryOp::And | BinaryOp::Or => OpClass::Logic,
            BinaryOp::Shl | BinaryOp::Shr => OpClass::Shift,
            BinaryOp::Concat => OpClass::Concat,
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Mod
            | BinaryOp::SatAdd
            | BinaryOp::SatSub
            | BinaryOp::BitAnd
            | BinaryOp::BitOr
            | BinaryOp::BitXor => OpClass::Arithmetic,
        }
    }

    /// The comparison that the operator is; `None` for all others.
    pub fn comparison(self) -> Option<Comparison> {
        let OpClass::Comparison(comparison) = self.class() else { return None };
        Some(comparison)
    }

    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::SatAdd => "|+|",
            BinaryOp::SatSub => "|-|",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
            BinaryOp::Concat => "++",
            BinaryOp::Eq => Comparison::Eq.text(),
            BinaryOp::Ne => Comparison::Ne.text(),
            BinaryOp::Lt => Comparison::Lt.text(),
            BinaryOp::Le => Comparison::Le.text(),
            BinaryOp::Gt => Comparison::Gt.text(),
            BinaryOp::Ge => Comparison::Ge.text(),
        }
    }
}

impl Comparison {
    /// Whether it holds of two values that are in order.
    pub fn holds<T: Ord>(self, a: T, b: T) -> bool {
        match self {
            Comparison::Eq => a == b,
            Comparison::Ne => a != b,
            Comparison::Lt => a < b,
            Comparison::Le => a <= b,
            Comparison::Gt => a > b,
            Comparison::Ge => a >= b,
        }
    }

    /// The operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            Comparison::Eq => "==",
            Comparison::Ne => "!=",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }
}
