//! What represents a type: `type` declarations and serialisable enums seen through.

use super::{Program, Type, TypeId};

impl Program {
    /// The type whose values stand for those of `ty`; `ty` itself where it is neither a `type` nor an enum over integers.
    pub fn underlying(&self, ty: TypeId) -> TypeId {
        if let Type::NewType(id) = self.types[ty] {
            return self.underlying(self.new_types[id].underlying);
        }
        let Type::Enum(id) = self.types[ty] else { return ty };
        self.enums[id].underlying.map_or(ty, |underlying| self.underlying(underlying))
    }

    /// Width in bits and signedness of the fixed-width integers that stand for values of a type.
    pub fn representation(&self, ty: TypeId) -> Option<(u32, bool)> {
        match self.types[self.underlying(ty)] {
            Type::Bits { width, signed } => Some((width, signed)),
            _ => None,
        }
    }
}
