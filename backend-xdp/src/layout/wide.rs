//! Numbers of more than 128 bits, which no C type holds: in goes a program, out comes one that computes with them in words of 64 bits, or none if it
//! has no such numbers.
//!
//! A variable becomes one a word; of fields, slices are read and written. Sums and differences hand a carry on from word to word. Quotients, products of
//! many words, and what is handed to externs and tables are left as they are, and refused where C is written.
//!
//! ```text
//! bit<192> x = h.a + h.b;
//! =>
//! sum_0 = h.a[63:0] + h.b[63:0];  carry_0 = sum_0 < h.a[63:0];  ..  x_0 = sum_0; x_1 = sum_1; x_2 = sum_2
//! ```

mod arithmetic;

use num_bigint::BigUint;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::visit::Part;
use p4xdp_midend::ir::{
    BinaryOp, Block, Expr, ExprKind, LValue, Local, LocalId, Program, ScalarType, Stmt, StmtKind, Transition,
    UnaryOp,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Bits of a word.
const WORD: u32 = 64;
/// Numbers of more bits are computed with in words.
const MOST: u32 = 128;

fn is_wide(ty: ScalarType) -> bool {
    matches!(ty, ScalarType::Bits { width, .. } if width > MOST)
}

/// Makes such a program.
pub fn lower(program: &Program) -> Option<Program> {
    if !has_wide(program) {
        return None;
    }
    let mut lowered = program.clone();
    let mut words = FxHashMap::default();
    let kept = kept(program);
    for (id, local) in program.locals.iter().filter(|(id, local)| is_wide(local.ty) && !kept.contains(id)) {
        let width = local.ty.width();
        let parts = (0..width.div_ceil(WORD)).map(|word| {
            let ty = ScalarType::bit(WORD.min(width - word * WORD));
            let name = format!("{}_{word}", local.name).into();
            lowered.locals.push(Local { name, ty, annotations: Vec::new(), span: local.span })
        });
        words.insert(id, parts.collect::<Vec<_>>());
    }
    let mut locals = std::mem::take(&mut lowered.locals);
    let mut lowering = Lowering { locals: &mut locals, words };
    for block in lowered.blocks_mut() {
        lowering.block(block);
    }
    for state in lowered.parsers.values_mut().flat_map(|parser| parser.states.values_mut()) {
        if let Transition::Select { keys, .. } = &mut state.transition {
            for key in keys.iter_mut().filter(|key| !is_wide(key.ty)) {
                let mut before = Vec::new();
                if let Some(narrow) = lowering.narrow(key, &mut before) {
                    *key = narrow;
                    state.body.extend(before);
                }
            }
        }
    }
    lowered.locals = locals;
    Some(lowered)
}

/// Has it such numbers? They come of variables and fields, and of casts and concatenations of shorter ones.
fn has_wide(program: &Program) -> bool {
    fn is_in(expr: &Expr) -> bool {
        let mut found = is_wide(expr.ty);
        expr.operands(&mut |operand| found = found || is_in(operand));
        found
    }
    let mut found = program.locals.values().any(|local| is_wide(local.ty));
    let mut look = |expr: &Expr| found = found || is_in(expr);
    for block in program.blocks() {
        p4xdp_midend::ir::visit::statements(block, &mut |stmt| stmt.parts(&mut |part| part.exprs(&mut look)));
    }
    for state in program.parsers.values().flat_map(|parser| parser.states.values()) {
        if let Transition::Select { keys, .. } = &state.transition {
            keys.iter().for_each(&mut look);
        }
    }
    found
}

/// Locals that are no plain variables: parameters of actions, and what externs, tables and selects are given.
fn kept(program: &Program) -> FxHashSet<LocalId> {
    let mut kept = FxHashSet::default();
    program.actions.values().for_each(|action| kept.extend(action.params.iter().map(|param| param.local)));
    for table in program.tables.values() {
        table.keys.iter().for_each(|key| locals_in(&key.expr, &mut kept));
    }
    for parser in program.parsers.values() {
        for state in parser.states.values() {
            if let Transition::Select { keys, .. } = &state.transition {
                keys.iter().filter(|key| is_wide(key.ty)).for_each(|key| locals_in(key, &mut kept));
            }
        }
    }
    for block in program.blocks() {
        p4xdp_midend::ir::visit::statements(block, &mut |stmt| {
            stmt.parts(&mut |part| match part {
                Part::Arg(arg) | Part::Result(arg) => {
                    arg.targets(&mut |target| {
                        if let LValue::Local(local) = target.root() {
                            kept.insert(*local);
                        }
                    });
                    Part::Arg(arg).exprs(&mut |expr| locals_in(expr, &mut kept));
                }
                Part::Expr(_)
                | Part::Target(_)
                | Part::Written(_)
                | Part::Header(_)
                | Part::Stack(_)
                | Part::Local(_) => {}
            });
        });
    }
    kept
}

fn locals_in(expr: &Expr, into: &mut FxHashSet<LocalId>) {
    if let ExprKind::Local(local) = expr.kind {
        into.insert(local);
    }
    expr.operands(&mut |operand| locals_in(operand, into));
}

struct Lowering<'a> {
    locals: &'a mut p4xdp_frontend::arena::Arena<LocalId, Local>,
    /// The words of variables, the lowest first.
    words: FxHashMap<LocalId, Vec<LocalId>>,
}

/// A number in words, the lowest first, and its width.
struct Words {
    words: Vec<Expr>,
    width: u32,
}

impl Lowering<'_> {
    fn block(&mut self, block: &mut Block) {
        let mut lowered = Vec::new();
        for mut stmt in std::mem::take(block) {
            stmt.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            let mut before = Vec::new();
            match self.stmt(&mut stmt, &mut before) {
                Some(Instead::Nothing) => lowered.extend(before),
                Some(Instead::Itself) => {
                    lowered.extend(before);
                    lowered.push(stmt);
                }
                // It is left as it is.
                None => lowered.push(stmt),
            }
        }
        *block = lowered;
    }

    fn stmt(&mut self, stmt: &mut Stmt, out: &mut Block) -> Option<Instead> {
        let span = stmt.span;
        match &mut stmt.kind {
            StmtKind::Assign { dst, src } => {
                let (place, low) = whole(dst);
                let all = self.width_of(&place, src, low);
                if all <= MOST && !is_wide(src.ty) {
                    *src = self.narrow(src, out)?;
                    return Some(Instead::Itself);
                }
                let value = if is_wide(src.ty) { self.wide(src, out)? } else { self.in_words(src, out)? };
                // Words may be read from where others are written.
                let plain =
                    matches!(src.kind, ExprKind::Const(_) | ExprKind::Local(_)) || src.as_field().is_some();
                let value = if plain { value } else { self.kept_aside(value, out) };
                self.store(&place, low, &value, span, out)?;
                Some(Instead::Nothing)
            }
            StmtKind::If { condition: e, .. }
            | StmtKind::Switch { scrutinee: e, .. }
            | StmtKind::Verify { condition: e, .. }
                if !is_wide(e.ty) =>
            {
                *e = self.narrow(e, out)?;
                Some(Instead::Itself)
            }
            StmtKind::Lookahead { offset, dst } if self.words.contains_key(dst) => {
                let words = self.words.get(dst)?.clone();
                let width: u32 = words.iter().map(|word| self.locals[*word].ty.width()).sum();
                let mut low = 0;
                for word in words {
                    let end = low + self.locals[word].ty.width();
                    let kind = StmtKind::Lookahead { offset: *offset + width - end, dst: word };
                    out.push(Stmt { kind, span });
                    low = end;
                }
                Some(Instead::Nothing)
            }
            StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Leave(_)
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => Some(Instead::Itself),
        }
    }

    /// Bits of a place that is written from bit `low` on: of a variable all, of a field at least those.
    fn width_of(&self, place: &LValue, src: &Expr, low: u32) -> u32 {
        match place {
            LValue::Local(local) => self.locals[*local].ty.width(),
            // A slice of a field is one whatever the field's width.
            LValue::Field { .. } | LValue::Slice { .. } => {
                src.ty.width().max(if low > MOST { low } else { 0 })
            }
        }
    }

    /// A number of at most 128 bits in which there are wider ones.
    fn narrow(&mut self, e: &Expr, out: &mut Block) -> Option<Expr> {
        let mut has_wide = false;
        e.operands(&mut |operand| has_wide |= is_wide(operand.ty));
        if let ExprKind::Field { .. } | ExprKind::IsValid(_) | ExprKind::Const(_) | ExprKind::Local(_) =
            e.kind
        {
            return Some(e.clone());
        }
        if !has_wide {
            let mut result = e.clone();
            let mut done = true;
            result.operands_mut(&mut |operand| match self.narrow(operand, out) {
                Some(narrow) => *operand = narrow,
                None => done = false,
            });
            return done.then_some(result);
        }
        match &e.kind {
            ExprKind::Slice { base, lo, .. } => {
                let base = self.wide(base, out)?;
                Some(self.number(&base, *lo, e.ty, e.span))
            }
            ExprKind::Cast(base) => {
                let base = self.wide(base, out)?;
                Some(self.number(&base, 0, e.ty, e.span))
            }
            ExprKind::Binary(op, a, b) => self.compared(*op, a, b, e, out),
            ExprKind::Unary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Field { .. }
            | ExprKind::IsValid(_) => None,
        }
    }

    fn compared(&mut self, op: BinaryOp, a: &Expr, b: &Expr, e: &Expr, out: &mut Block) -> Option<Expr> {
        let signed = a.ty.is_signed();
        let (a, b) = (self.wide(a, out)?, self.wide(b, out)?);
        let binary = |op, a: Expr, b: Expr| binary(op, a, b, ScalarType::Bool, e.span);
        let pairs = || a.words.iter().zip(&b.words);
        let equal = pairs().map(|(a, b)| binary(BinaryOp::Eq, a.clone(), b.clone()));
        // `a < b`, from the lowest word on: the higher ones decide if they differ.
        let less = |a: &Words, b: &Words, or_equal: bool| {
            let last = a.words.len().saturating_sub(1);
            let first =
                Expr { kind: ExprKind::Const(u8::from(or_equal).into()), ty: ScalarType::Bool, span: e.span };
            a.words.iter().zip(&b.words).enumerate().fold(first, |lower, (i, (a, b))| {
                let by_sign = |x: &Expr| {
                    if !signed || i < last {
                        return x.clone();
                    }
                    let ty = ScalarType::Bits { width: x.ty.width(), signed: true };
                    Expr { kind: ExprKind::Cast(Box::new(x.clone())), ty, span: x.span }
                };
                let is_less = binary(BinaryOp::Lt, by_sign(a), by_sign(b));
                let same = binary(BinaryOp::Eq, a.clone(), b.clone());
                binary(BinaryOp::Or, is_less, binary(BinaryOp::And, same, lower))
            })
        };
        match op {
            BinaryOp::Eq => equal.reduce(|all, one| binary(BinaryOp::And, all, one)),
            BinaryOp::Ne => {
                let all = equal.reduce(|all, one| binary(BinaryOp::And, all, one))?;
                Some(Expr {
                    kind: ExprKind::Unary(UnaryOp::Not, Box::new(all)),
                    ty: ScalarType::Bool,
                    span: e.span,
                })
            }
            BinaryOp::Lt => Some(less(&a, &b, false)),
            BinaryOp::Le => Some(less(&a, &b, true)),
            BinaryOp::Gt => Some(less(&b, &a, false)),
            BinaryOp::Ge => Some(less(&b, &a, true)),
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Mod
            | BinaryOp::SatAdd
            | BinaryOp::SatSub
            | BinaryOp::BitAnd
            | BinaryOp::BitOr
            | BinaryOp::BitXor
            | BinaryOp::Shl
            | BinaryOp::Shr
            | BinaryOp::Concat
            | BinaryOp::And
            | BinaryOp::Or => None,
        }
    }

    /// A number of any width in words.
    fn in_words(&mut self, e: &Expr, out: &mut Block) -> Option<Words> {
        if is_wide(e.ty) {
            return self.wide(e, out);
        }
        let width = e.ty.width();
        let value = self.narrow(e, out)?;
        let value = match e.ty {
            ScalarType::Bits { signed: false, .. } => value,
            _ => Expr { kind: ExprKind::Cast(Box::new(value)), ty: ScalarType::bit(width), span: e.span },
        };
        let value = self.simple(value, out);
        let words =
            (0..width.div_ceil(WORD)).map(|word| slice(&value, word * WORD, WORD.min(width - word * WORD)));
        Some(Words { words: words.collect(), width })
    }

    /// A number of more than 128 bits in words.
    fn wide(&mut self, e: &Expr, out: &mut Block) -> Option<Words> {
        let (width, span) = (e.ty.width(), e.span);
        let count = width.div_ceil(WORD);
        let size = |word: u32| WORD.min(width - word * WORD);
        let words: Vec<Expr> = match &e.kind {
            ExprKind::Const(value) => {
                (0..count).map(|word| constant(&(value >> (word * WORD)), size(word), span)).collect()
            }
            ExprKind::Local(local) => {
                let words = self.words.get(local)?;
                words.iter().map(|word| of_local(*word, self.locals[*word].ty, span)).collect()
            }
            ExprKind::Field { .. } => {
                let plain = Expr { ty: ScalarType::bit(width), ..e.clone() };
                (0..count).map(|word| slice(&plain, word * WORD, size(word))).collect()
            }
            ExprKind::Unary(UnaryOp::Complement, a) => {
                let a = self.wide(a, out)?;
                let not = |x: Expr| Expr {
                    ty: x.ty,
                    kind: ExprKind::Unary(UnaryOp::Complement, Box::new(x)),
                    span,
                };
                a.words.into_iter().map(not).collect()
            }
            ExprKind::Unary(UnaryOp::Neg, a) => {
                let zero = Expr { kind: ExprKind::Const(BigUint::default()), ty: e.ty, span };
                return self.sum(BinaryOp::Sub, &zero, a, e, out).map(|(sum, _)| sum);
            }
            ExprKind::Unary(UnaryOp::Not, _) | ExprKind::IsValid(_) => return None,
            ExprKind::Binary(op @ (BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor), a, b) => {
                let (a, b) = (self.wide(a, out)?, self.wide(b, out)?);
                let both = a.words.into_iter().zip(b.words);
                both.map(|(a, b)| {
                    let ty = a.ty;
                    binary(*op, a, b, ty, span)
                })
                .collect()
            }
            ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) => {
                return self.sum(*op, a, b, e, out).map(|(sum, _)| sum);
            }
            ExprKind::Binary(BinaryOp::Concat, high, low) => {
                let (high, low) = (self.in_words(high, out)?, self.in_words(low, out)?);
                let (high, low) = (self.simple_words(high, out), self.simple_words(low, out));
                let zero = Words { words: Vec::new(), width: 0 };
                (0..count).map(|word| joined(&[&low, &high, &zero], word * WORD, size(word), span)).collect()
            }
            ExprKind::Binary(op @ (BinaryOp::Shl | BinaryOp::Shr), a, by) => {
                let fill = (*op == BinaryOp::Shr && e.ty.is_signed()).then_some(());
                let a = self.wide(a, out)?;
                let a = self.simple_words(a, out);
                let fill = self.fill(&a, fill.is_some(), span, out);
                return self.shifted(*op == BinaryOp::Shl, a, by, &fill, out);
            }
            ExprKind::Binary(BinaryOp::Mul, a, b) => {
                let (a, b) = (self.wide(a, out)?, self.wide(b, out)?);
                let (a, b) = (self.simple_words(a, out), self.simple_words(b, out));
                return self.product(&a, &b, span, out);
            }
            ExprKind::Binary(op @ (BinaryOp::SatAdd | BinaryOp::SatSub), a, b) => {
                return self.saturated(*op, a, b, e, out);
            }
            ExprKind::Binary(..) => return None,
            ExprKind::Conditional(c, a, b) => {
                let c = self.narrow(c, out)?;
                let c = self.simple(c, out);
                let (a, b) = (self.wide(a, out)?, self.wide(b, out)?);
                let choose = |(a, b): (Expr, Expr)| Expr {
                    ty: a.ty,
                    kind: ExprKind::Conditional(Box::new(c.clone()), Box::new(a), Box::new(b)),
                    span,
                };
                a.words.into_iter().zip(b.words).map(choose).collect()
            }
            ExprKind::Cast(a) => {
                let signed = a.ty.is_signed();
                let a = self.in_words(a, out)?;
                let a = self.simple_words(a, out);
                let fill = self.fill(&a, signed, span, out);
                let fill = repeated(&fill, width);
                (0..count).map(|word| joined(&[&a, &fill], word * WORD, size(word), span)).collect()
            }
            ExprKind::Slice { base, lo, .. } => {
                let base = self.wide(base, out)?;
                let base = self.simple_words(base, out);
                (0..count).map(|word| joined(&[&base], lo + word * WORD, size(word), span)).collect()
            }
        };
        Some(Words { words, width })
    }

    /// A number of at most 128 bits from bit `low` of a wide one on.
    fn number(&mut self, words: &Words, low: u32, ty: ScalarType, span: Span) -> Expr {
        let width = ty.width();
        let part = |low, width| joined(&[words], low, width, span);
        let value = if width <= WORD {
            part(low, width)
        } else {
            let (high, rest) = (part(low + WORD, width - WORD), part(low, WORD));
            binary(BinaryOp::Concat, high, rest, ScalarType::bit(width), span)
        };
        if value.ty == ty { value } else { Expr { kind: ExprKind::Cast(Box::new(value)), ty, span } }
    }

    /// Writes words to a place, from bit `low` of it on.
    fn store(&mut self, place: &LValue, low: u32, value: &Words, span: Span, out: &mut Block) -> Option<()> {
        let mut done = 0;
        while done < value.width {
            let at = low + done;
            let mut size = WORD.min(value.width - done);
            let (base, at) = match place {
                LValue::Local(local) => match self.words.get(local) {
                    Some(words) => {
                        let word = *words.get((at / WORD) as usize)?;
                        size = size.min(self.locals[word].ty.width() - at % WORD);
                        (LValue::Local(word), at % WORD)
                    }
                    None if is_wide(self.locals[*local].ty) => return None,
                    None => (place.clone(), at),
                },
                LValue::Field { .. } | LValue::Slice { .. } => (place.clone(), at),
            };
            let whole =
                matches!(&base, LValue::Local(local) if at == 0 && self.locals[*local].ty.width() == size);
            let dst =
                if whole { base } else { LValue::Slice { base: Box::new(base), hi: at + size - 1, lo: at } };
            let src = joined(&[value], done, size, span);
            out.push(Stmt { kind: StmtKind::Assign { dst, src }, span });
            done += size;
        }
        Some(())
    }

    fn kept_aside(&mut self, value: Words, out: &mut Block) -> Words {
        let words = value.words.into_iter().map(|word| self.temporary(word, out)).collect();
        Words { words, ..value }
    }

    fn simple_words(&mut self, value: Words, out: &mut Block) -> Words {
        let words = value.words.into_iter().map(|word| self.simple(word, out)).collect();
        Words { words, ..value }
    }

    /// An expression that may be written several times.
    fn simple(&mut self, e: Expr, out: &mut Block) -> Expr {
        match &e.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => e,
            ExprKind::Field { .. }
            | ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => self.temporary(e, out),
        }
    }

    fn temporary(&mut self, e: Expr, out: &mut Block) -> Expr {
        let (ty, span) = (e.ty, e.span);
        let local = self.locals.push(Local { name: "word".into(), ty, annotations: Vec::new(), span });
        out.push(Stmt { kind: StmtKind::Assign { dst: LValue::Local(local), src: e }, span });
        of_local(local, ty, span)
    }
}

/// What stands in place of a statement, behind what was written in front of it.
enum Instead {
    Nothing,
    Itself,
}

/// The place that an l-value is a part of, and the bit at which that begins.
fn whole(dst: &LValue) -> (LValue, u32) {
    match dst {
        LValue::Local(_) | LValue::Field { .. } => (dst.clone(), 0),
        LValue::Slice { base, lo, .. } => {
            let (place, low) = whole(base);
            (place, low + lo)
        }
    }
}

fn binary(op: BinaryOp, a: Expr, b: Expr, ty: ScalarType, span: Span) -> Expr {
    Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), ty, span }
}

fn of_local(local: LocalId, ty: ScalarType, span: Span) -> Expr {
    Expr { kind: ExprKind::Local(local), ty, span }
}

fn constant(value: &BigUint, width: u32, span: Span) -> Expr {
    let mask = (BigUint::from(1u8) << width) - 1u8;
    Expr { kind: ExprKind::Const(value & mask), ty: ScalarType::bit(width), span }
}

/// A word as often as so many bits need it.
fn repeated(word: &Expr, width: u32) -> Words {
    let words = (0..width.div_ceil(WORD)).map(|_| word.clone()).collect();
    Words { words, width: width.next_multiple_of(WORD) }
}

/// Bits of an unsigned number.
fn slice(e: &Expr, low: u32, width: u32) -> Expr {
    if low == 0 && width == e.ty.width() {
        return e.clone();
    }
    if let ExprKind::Const(value) = &e.kind {
        return constant(&(value >> low), width, e.span);
    }
    let kind = ExprKind::Slice { base: Box::new(e.clone()), hi: low + width - 1, lo: low };
    Expr { kind, ty: ScalarType::bit(width), span: e.span }
}

/// Up to 64 bits of numbers that stand one behind the other, the lowest first. Behind their end there are zeros.
fn joined(numbers: &[&Words], low: u32, width: u32, span: Span) -> Expr {
    let mut parts: Vec<Expr> = Vec::new();
    let (mut start, mut have) = (0, 0);
    for number in numbers {
        for (i, word) in (0..).zip(&number.words) {
            let size = word.ty.width().min(number.width.saturating_sub(i * WORD));
            let (from, to) = ((low + have).max(start), (low + width).min(start + size));
            if from < to {
                parts.push(slice(word, from - start, to - from));
                have += to - from;
            }
            start += size;
        }
    }
    if have < width {
        parts.push(constant(&BigUint::default(), width - have, span));
    }
    let both = |low: Expr, high: Expr| {
        let ty = ScalarType::bit(low.ty.width() + high.ty.width());
        binary(BinaryOp::Concat, high, low, ty, span)
    };
    parts.into_iter().reduce(both).unwrap_or_else(|| constant(&BigUint::default(), width, span))
}
