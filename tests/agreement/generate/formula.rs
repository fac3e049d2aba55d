//! Random formulas over operands of any width: in, a seed; out, expressions whose operands are marks, and the operands' types and values.
//! What stands for a mark is chosen later: a constant, or a field of the packet.

use super::scope::Scope;
use super::{Generator, Size};
use crate::random::Random;
use crate::tree::{Tree, Ty};

/// A type and a value: its bits, highest first.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Its type.
    pub ty: Ty,
    /// Its value.
    pub bits: Vec<bool>,
}

/// Expressions and their operands.
#[derive(Clone, Debug)]
pub struct Formulas {
    /// Expressions with their types; [`mark`] stands for an operand.
    pub formulas: Vec<(Ty, Tree)>,
    /// Operands.
    pub operands: Vec<Operand>,
}

/// What stands in an expression for the operand at a position.
pub fn mark(operand: usize) -> String {
    format!("@{operand}@")
}

/// No value is wider.
const WIDEST: usize = 2048;

/// Makes the formulas of a seed.
pub fn formulas(seed: u64, count: usize) -> Formulas {
    let size = Size {
        statements: 0,
        depth: 3,
        states: 0,
        actions: 0,
        packets: 0,
        compiles: None,
        copies: false,
        scale: 1,
    };
    let mut generator = Generator::new(Random::new(seed), size);
    generator.wide = true;
    let types: Vec<Ty> = (0..generator.random.between(3, 8)).map(|_| generator.number_type()).collect();
    let operands: Vec<Operand> = types.iter().map(|ty| generator.operand(*ty)).collect();
    let scope =
        types.iter().enumerate().fold(Scope::default(), |scope, (i, ty)| scope.with(&mark(i), *ty, false));
    let mut formulas = Vec::new();
    for _ in 0..count {
        // Mostly a type that an operand has, so that they meet without a cast.
        let ty =
            if generator.random.percent(70) { generator.random.of(&types) } else { generator.number_type() };
        let depth = generator.random.between(1, size.depth);
        formulas.push((ty, generator.expr(&scope, ty, depth)));
    }
    Formulas { formulas, operands }
}

impl Generator {
    fn number_type(&mut self) -> Ty {
        match self.random.below(8) {
            0 => Ty::Bool,
            1..=3 => Ty::Int(self.width().max(2)),
            _ => Ty::Bit(self.width()),
        }
    }

    /// A width up to the widest.
    pub(super) fn any_width(&mut self) -> u32 {
        match self.random.below(10) {
            0 => self.random.between(1, WIDEST) as u32,
            1 => self.random.of(&[127, 128, 129, 192, 255, 256, 257, 512, 1023, 1024, 2047, 2048]),
            2 | 3 => self.random.between(1, 130) as u32,
            _ => self.random.of(&super::expr::WIDTHS),
        }
    }

    /// A value of a type, often one at an edge.
    fn operand(&mut self, ty: Ty) -> Operand {
        let width = ty.width() as usize;
        let kind = self.random.below(8);
        let mut bits: Vec<bool> = (0..width)
            .map(|i| match kind {
                0 => false,
                1 => true,
                2 => i == 0,
                3 => i != 0,
                4 => i + 8 >= width && self.random.percent(50),
                _ => self.random.percent(50),
            })
            .collect();
        if kind == 4 && self.random.percent(50) {
            // A small number below zero.
            bits.iter_mut().for_each(|bit| *bit = !*bit);
        }
        Operand { ty, bits }
    }
}
