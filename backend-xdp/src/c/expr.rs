//! C expressions with what must be known to combine them: precedence, C type, and whether bits above the P4 width are zero.
//!
//! A value of P4 type `bit<w>` or `int<w>` is held as its bit pattern in the smallest of `__u32`, `__u64` and `__u128` that it fits
//! in. Arithmetic leaves garbage above `w`; it is masked off only where somebody would see it ([`CExpr::masked`]).

use super::code::{Code, Known, ToCode, code};
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive};

/// Precedence of C's operators, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prec {
    /// `? :`
    Conditional,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `==`
    Equality,
    /// `<`
    Relational,
    /// `<<`
    Shift,
    /// `+`
    Additive,
    /// `*`
    Multiplicative,
    /// `!x`, `(T)x`
    Unary,
    /// Names, calls, members, literals.
    Postfix,
}

/// C types of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CType {
    /// A literal without suffix: an `int` or what it fits in.
    Literal,
    /// `bool`, or an `int` that is 0 or 1.
    Bool,
    /// `__u8`
    U8,
    /// `__u16`
    U16,
    /// `__u32`
    U32,
    /// `__u64`
    U64,
    /// `__u128`
    U128,
}

impl CType {
    /// The type in which values of so many bits are computed and kept. Widths over 128 are refused elsewhere.
    pub fn of_width(width: u32) -> CType {
        match width {
            0..=32 => CType::U32,
            33..=64 => CType::U64,
            _ => CType::U128,
        }
    }

    /// Bits in which C computes with it, after promotion.
    pub fn computed_bits(self) -> u32 {
        match self {
            CType::Literal | CType::Bool | CType::U8 | CType::U16 | CType::U32 => 32,
            CType::U64 => 64,
            CType::U128 => 128,
        }
    }

    /// Its name.
    pub fn name(self) -> Known {
        match self {
            CType::Bool => Known("bool"),
            CType::U8 => Known("__u8"),
            CType::U16 => Known("__u16"),
            CType::Literal | CType::U32 => Known("__u32"),
            CType::U64 => Known("__u64"),
            CType::U128 => Known("__u128"),
        }
    }

    /// The signed type that computes in as many bits.
    pub fn signed_name(self) -> Known {
        match self {
            CType::Literal | CType::Bool | CType::U8 | CType::U16 | CType::U32 => Known("__s32"),
            CType::U64 => Known("__s64"),
            CType::U128 => Known("__s128"),
        }
    }
}

/// A C expression without side effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CExpr {
    /// Its text.
    pub text: Code,
    /// Precedence of its outermost operator.
    pub prec: Prec,
    /// Its type.
    pub ty: CType,
    /// Bits of the P4 type; 1 for `bool`.
    pub width: u32,
    /// Bits above `width` are zero.
    pub clean: bool,
}

impl CExpr {
    /// A name, call or the like whose bits above `width` are zero.
    pub fn atom(text: impl ToCode, ty: CType, width: u32) -> CExpr {
        CExpr { text: text.code(), prec: Prec::Postfix, ty, width, clean: true }
    }

    /// A truth value.
    pub fn truth(text: impl ToCode, prec: Prec) -> CExpr {
        CExpr { text: text.code(), prec, ty: CType::Bool, width: 1, clean: true }
    }

    /// Its text for a `switch`: a truth value is a mistake to clang there, and the values of cases are cut to the type of what is looked at, which
    /// for a constant may be a narrower one than P4's.
    pub fn selector(&self) -> Code {
        let wanted = CType::of_width(self.width);
        if self.ty == CType::Bool {
            code!("(__u32){}", self.operand())
        } else if wanted == CType::U64 && self.ty.computed_bits() < 64 {
            code!("({}){}", wanted.name(), self.operand())
        } else {
            self.text.clone()
        }
    }

    /// `true` or `false`.
    pub fn boolean(value: bool) -> CExpr {
        CExpr::truth(if value { code!("@true") } else { code!("@false") }, Prec::Postfix)
    }

    /// A constant of a `width`-bit type.
    pub fn constant(value: &BigUint, width: u32) -> CExpr {
        match value.to_u128() {
            Some(v) if v >> 64 == 0 => CExpr::atom(literal(v as u64), literal_type(v as u64), width),
            Some(v) => CExpr {
                text: code!("(@__u128){} << 64 | {}", literal((v >> 64) as u64), literal(v as u64)),
                prec: Prec::BitOr,
                ty: CType::U128,
                width,
                clean: true,
            },
            None => CExpr::atom(code!("0"), CType::Literal, width),
        }
    }

    /// Zero of a `width`-bit type.
    pub fn zero(width: u32) -> CExpr {
        CExpr::atom(code!("0"), CType::Literal, width)
    }

    /// True if it is `true`.
    pub fn is_true(&self) -> bool {
        self.text.is("true")
    }

    /// True if it is `false`.
    pub fn is_false(&self) -> bool {
        self.text.is("false")
    }

    /// Its value, if that is known already.
    pub fn known(&self) -> Option<bool> {
        if self.is_true() { Some(true) } else { self.is_false().then_some(false) }
    }

    /// True if it is the literal 0 or `false`.
    pub fn is_zero(&self) -> bool {
        self.text.is("0") || self.is_false()
    }

    /// The text as operand: in parentheses unless it is a name, a call or a unary operation.
    pub fn operand(&self) -> Code {
        if self.prec < Prec::Unary { code!("({})", self.text) } else { self.text.clone() }
    }

    /// With bits above the width cleared.
    pub fn masked(self) -> CExpr {
        if self.clean {
            return self;
        }
        let width = self.width;
        match (self.ty, width) {
            (CType::U32 | CType::Literal, 32) | (CType::U64, 64) | (CType::U128, 128) => {
                CExpr { clean: true, ..self }
            }
            (_, 8) => self.cut(CType::U8),
            (_, 16) => self.cut(CType::U16),
            (CType::U64 | CType::U128, 32) => self.cut(CType::U32),
            _ => {
                let mask = CExpr::constant(&ones(width), width);
                CExpr {
                    text: code!("{} & {}", self.operand(), mask.operand()),
                    prec: Prec::BitAnd,
                    clean: true,
                    ..self
                }
            }
        }
    }

    /// Cut to a C type by a cast, which leaves its width and no more.
    fn cut(self, ty: CType) -> CExpr {
        let text = code!("({}){}", ty.name(), self.operand());
        CExpr { text, prec: Prec::Unary, ty, width: self.width, clean: true }
    }

    /// Converted to a C type that is at least as wide as its own, unless it is there already. The value must be clean to be extended.
    pub fn converted(self, to: CType) -> CExpr {
        match (self.ty, to) {
            (a, b) if a == b => self,
            (CType::Literal, CType::U32) if self.prec == Prec::Postfix => {
                CExpr { text: code!("{}U", self.text), ty: to, ..self }
            }
            (CType::Literal, CType::U64) if self.prec == Prec::Postfix => {
                CExpr { text: code!("{}ULL", self.text), ty: to, ..self }
            }
            _ => {
                CExpr { text: code!("({}){}", to.name(), self.operand()), prec: Prec::Unary, ty: to, ..self }
            }
        }
    }

    /// Converted, if C would otherwise compute with it as a (signed) `int`, or in fewer bits than the P4 type has.
    pub fn unsigned(self) -> CExpr {
        let ty = CType::of_width(self.width);
        if self.ty < ty { self.converted(ty) } else { self }
    }

    /// `self op other` in the wider type of both. A long chain is not copied for each of its operators.
    pub fn joined(self, op: &'static str, prec: Prec, other: &CExpr, width: u32, clean: bool) -> CExpr {
        let associative = matches!(op, "+" | "|" | "&" | "^" | "&&" | "||");
        let compares = matches!(prec, Prec::Equality | Prec::Relational | Prec::And | Prec::Or);
        if self.is_no_truth_with(other, width) && !compares {
            return self.converted(CType::U32).joined(op, prec, other, width, clean);
        }
        let ty = match self.ty.max(other.ty) {
            // In C a comparison is an `int`, whatever it compares.
            _ if compares => CType::Bool,
            // What is shifted keeps its type, whatever it is shifted by.
            _ if prec == Prec::Shift && self.ty > CType::Bool => self.ty,
            both if prec == Prec::Shift => both.min(CType::U32),
            both => both,
        };
        let bare = self.prec == prec && associative || self.is_bare_beside(prec);
        let mut text = if bare { self.text } else { self.text.in_parentheses() };
        code!(" {} {}", Code::text(op), other.beside(prec)).add_to(&mut text);
        CExpr { text, prec, ty, width, clean }
    }

    /// A truth value that stands for a number of several bits, beside another or a literal: what comes of them is no truth value.
    fn is_no_truth_with(&self, other: &CExpr, width: u32) -> bool {
        width > 1 && self.ty.max(other.ty) == CType::Bool
    }

    fn beside(&self, prec: Prec) -> Code {
        if self.is_bare_beside(prec) { self.text.clone() } else { code!("({})", self.text) }
    }

    /// It needs no parentheses as operand of a binary operator: operators of different kinds never stand side by side without, except
    /// comparisons under `&&` and `||`.
    fn is_bare_beside(&self, prec: Prec) -> bool {
        self.prec >= Prec::Unary
            || matches!(prec, Prec::And | Prec::Or) && matches!(self.prec, Prec::Equality | Prec::Relational)
    }

    /// `self ? then : otherwise`, of the wider type.
    pub fn choose(&self, then: &CExpr, otherwise: &CExpr) -> CExpr {
        if then.is_no_truth_with(otherwise, then.width) {
            return self.choose(&then.clone().converted(CType::U32), otherwise);
        }
        let branch =
            |e: &CExpr| if e.prec == Prec::Conditional { code!("({})", e.text) } else { e.text.clone() };
        CExpr {
            text: code!("{} ? {} : {}", self.operand(), branch(then), branch(otherwise)),
            prec: Prec::Conditional,
            ty: then.ty.max(otherwise.ty),
            width: then.width,
            clean: then.clean && otherwise.clean,
        }
    }

    /// The value as a signed C expression of its computing type: sign-extended from `width`. The type is remembered as the unsigned
    /// one; the text is signed.
    pub fn sign_extended(self) -> CExpr {
        let width = self.width;
        if self.ty.computed_bits() < width {
            let ty = CType::of_width(width);
            // One that no C type holds has been refused.
            return if self.ty == ty { self } else { self.converted(ty).sign_extended() };
        }
        let bits = self.ty.computed_bits();
        let ty = CType::of_width(bits);
        let signed = ty.signed_name();
        let text = match width {
            8 if bits == 32 => code!("(__s8){}", self.operand()),
            16 if bits == 32 => code!("(__s16){}", self.operand()),
            32 if bits == 64 => code!("({})(__s32){}", signed, self.operand()),
            w if w == bits => code!("({}){}", signed, self.operand()),
            w => {
                let by = bits - w;
                let inner = self.converted(ty);
                return CExpr {
                    text: code!("({})({} << {}) >> {}", signed, inner.operand(), by, by),
                    prec: Prec::Shift,
                    ty,
                    width,
                    clean: false,
                };
            }
        };
        CExpr { text, prec: Prec::Unary, ty, width, clean: false }
    }
}

/// `width` ones.
pub fn ones(width: u32) -> BigUint {
    (BigUint::one() << width) - BigUint::one()
}

/// A literal: small numbers in decimal, others in hexadecimal.
pub fn literal(value: u64) -> String {
    match value {
        0..=255 => value.to_string(),
        256..=0xffff_ffff => format!("0x{value:x}"),
        _ => format!("0x{value:x}ULL"),
    }
}

fn literal_type(value: u64) -> CType {
    match value {
        0..=0x7fff_ffff => CType::Literal,
        0x8000_0000..=0xffff_ffff => CType::U32,
        _ => CType::U64,
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Name;
    use super::*;

    fn var(name: &str, width: u32) -> CExpr {
        CExpr::atom(Name::new(name), CType::of_width(width), width)
    }

    #[test]
    fn parentheses_stand_between_different_operators() {
        let sum = var("a", 32).joined("+", Prec::Additive, &var("b", 32), 32, false);
        assert_eq!(sum.text.to_string(), "a + b");
        assert_eq!(
            sum.clone().joined("+", Prec::Additive, &var("c", 32), 32, false).text.to_string(),
            "a + b + c"
        );
        assert_eq!(
            sum.clone().joined("-", Prec::Additive, &sum, 32, false).text.to_string(),
            "(a + b) - (a + b)"
        );
        let eq = sum.clone().joined("==", Prec::Equality, &var("c", 32), 1, true);
        assert_eq!(eq.text.to_string(), "(a + b) == c");
        assert_eq!(
            eq.clone().joined("&&", Prec::And, &eq, 1, true).text.to_string(),
            "(a + b) == c && (a + b) == c"
        );
    }

    #[test]
    fn masks_only_what_is_dirty() {
        let sum = |w| var("a", w).joined("+", Prec::Additive, &var("b", w), w, false).masked().text;
        assert_eq!(sum(32).to_string(), "a + b");
        assert_eq!(sum(8).to_string(), "(__u8)(a + b)");
        assert_eq!(sum(13).to_string(), "(a + b) & 0x1fff");
        assert_eq!(sum(48).to_string(), "(a + b) & 0xffffffffffffULL");
        assert_eq!(var("a", 13).masked().text.to_string(), "a");
    }

    #[test]
    fn sign_extension() {
        assert_eq!(var("a", 8).sign_extended().text.to_string(), "(__s8)a");
        assert_eq!(var("a", 32).sign_extended().text.to_string(), "(__s32)a");
        assert_eq!(var("a", 12).sign_extended().text.to_string(), "(__s32)(a << 20) >> 20");
        assert_eq!(var("a", 200).sign_extended().text.to_string(), "a");
        assert_eq!(var("a", 48).sign_extended().text.to_string(), "(__s64)(a << 16) >> 16");
    }

    #[test]
    fn constants() {
        let c = |v: u128, w| CExpr::constant(&BigUint::from(v), w).text;
        assert_eq!(c(6, 8).to_string(), "6");
        assert_eq!(c(0x800, 16).to_string(), "0x800");
        assert_eq!(c(0x1122_3344_5566, 48).to_string(), "0x112233445566ULL");
        assert_eq!(c(1 << 64, 128).to_string(), "(__u128)1 << 64 | 0");
    }
}
