//! Types of the HIR, interned: equal types have equal handles.

use super::{
    ActionId, ControlId, EnumId, ExternId, FunctionId, NewTypeId, PackageId, ParserId, StructId, TableId,
    TypeId, TypeVarId,
};
use crate::arena::Arena;
use rustc_hash::FxHashMap;

/// A type. `typedef`s are seen through; `type` declarations are [`Type::NewType`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// The type of what was already reported as wrong; compatible with everything. Never in an accepted program.
    Error,
    /// `void`
    Void,
    /// `bool`
    Bool,
    /// `int`, of arbitrary precision; compile-time only.
    Int,
    /// `bit<w>` and `int<w>`
    Bits {
        /// Bits; 0 is legal for `bit<0>`.
        width: u32,
        /// Two's complement.
        signed: bool,
    },
    /// `varbit<w>`
    Varbit(u32),
    /// `string`
    String,
    /// `error`
    ErrorCode,
    /// `match_kind`
    MatchKind,
    /// A struct, header or header union with its type arguments.
    Struct(StructId, Vec<TypeId>),
    /// An enum.
    Enum(EnumId),
    /// A `type` declaration.
    NewType(NewTypeId),
    /// A header stack (or stack of unions).
    Stack {
        /// Element type.
        element: TypeId,
        /// Number of elements.
        size: u32,
    },
    /// `tuple<..>`; also the type of a list expression before it is cast.
    Tuple(Vec<TypeId>),
    /// `list<T>`
    List(TypeId),
    /// `set<T>`: the type of keysets.
    Set(TypeId),
    /// A type parameter.
    Var(TypeVarId),
    /// An extern object with its type arguments.
    Extern(ExternId, Vec<TypeId>),
    /// A parser or parser type with its type arguments.
    Parser(ParserId, Vec<TypeId>),
    /// A control or control type with its type arguments.
    Control(ControlId, Vec<TypeId>),
    /// A package with its type arguments.
    Package(PackageId, Vec<TypeId>),
    /// The type of an action's name.
    Action(ActionId),
    /// The type of a function's name.
    Function(FunctionId),
    /// The type of a table's name.
    Table(TableId),
    /// The struct that `t.apply()` returns: `hit`, `miss`, `action_run`.
    ApplyResult(TableId),
    /// The enum type of `t.apply().action_run`.
    ActionRun(TableId),
    /// An inference variable of the checker. Never in an accepted program.
    Infer(u32),
}

/// The interner.
#[derive(Clone, Debug, Default)]
pub struct Types {
    list: Arena<TypeId, Type>,
    index: FxHashMap<Type, TypeId>,
}

impl Types {
    /// The handle of `ty`.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(&id) = self.index.get(&ty) {
            return id;
        }
        let id = self.list.push(ty.clone());
        self.index.insert(ty, id);
        id
    }

    /// The type behind a handle.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.list[id]
    }

    /// The handle of a type that was interned before.
    pub fn find(&self, ty: &Type) -> Option<TypeId> {
        self.index.get(ty).copied()
    }
}

impl std::ops::Index<TypeId> for Types {
    type Output = Type;
    fn index(&self, id: TypeId) -> &Type {
        self.get(id)
    }
}
