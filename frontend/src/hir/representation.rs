//! What represents a type: `type` declarations and serialisable enums seen through.

use super::{Program, Type, TypeId};

impl Program {
    /// The type whose values stand for those of `ty`; `ty` itself where it is neither a `type` nor an enum over integers.
    pub fn underlying(&self, ty: TypeId) -> TypeId {
        match self.types[ty] {
            Type::NewType(id) => self.underlying(self.new_types[id].underlying),
            Type::Enum(id) => self.enums[id].underlying.map_or(ty, |underlying| self.underlying(underlying)),
            Type::Error
            | Type::Void
            | Type::Bool
            | Type::Int
            | Type::Bits { .. }
            | Type::Varbit(_)
            | Type::String
            | Type::ErrorCode
            | Type::MatchKind
            | Type::Struct(..)
            | Type::Stack { .. }
            | Type::Tuple(_)
            | Type::List(_)
            | Type::Set(_)
            | Type::Var(_)
            | Type::Extern(..)
            | Type::Parser(..)
            | Type::Control(..)
            | Type::Package(..)
            | Type::Action(_)
            | Type::Function(_)
            | Type::Table(_)
            | Type::ApplyResult(_)
            | Type::ActionRun(_)
            | Type::Infer(_) => ty,
        }
    }

    /// Width in bits and signedness of the fixed-width integers that stand for values of a type.
    pub fn representation(&self, ty: TypeId) -> Option<(u32, bool)> {
        match self.types[self.underlying(ty)] {
            Type::Bits { width, signed } => Some((width, signed)),
            _ => None,
        }
    }
}
