//! Tables, actions and keysets of the IR.

use super::{ActionId, Annotation, Arg, Block, Expr, ExternId, LocalId, Program, ScalarType, ValueSetId};
use num_bigint::BigUint;
use p4xdp_control::view;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// An action with its directed parameters substituted: what is left is filled by the control plane.
#[derive(Clone, Debug)]
pub struct Action {
    /// Full control-plane name (`ingress.drop`), the same for all specialisations of a P4 action.
    pub name: Arc<str>,
    /// Parameters in order.
    pub params: Vec<ActionParam>,
    /// Body. `return` leaves a label around it.
    pub body: Block,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// A parameter that the control plane fills. A struct parameter is one `ActionParam` a leaf, with a dotted name.
#[derive(Clone, Debug)]
pub struct ActionParam {
    /// Name.
    pub name: Arc<str>,
    /// Where the body reads it.
    pub local: LocalId,
    /// Type.
    pub ty: ScalarType,
    /// Name of the type, as in [`KeyElement`].
    pub type_name: Option<Arc<str>>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// Match kinds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MatchKind {
    /// `exact`
    Exact,
    /// `lpm`
    Lpm,
    /// `ternary`
    Ternary,
    /// `range`
    Range,
    /// `optional`
    Optional,
    /// `selector`
    Selector,
    /// One that the program declares itself.
    Other(Arc<str>),
}

impl MatchKind {
    /// The kind that control planes know.
    ///
    /// # Errors
    /// Its name, where the program declares it itself.
    pub fn known(&self) -> Result<view::MatchKind, &str> {
        Ok(match self {
            MatchKind::Exact => view::MatchKind::Exact,
            MatchKind::Lpm => view::MatchKind::Lpm,
            MatchKind::Ternary => view::MatchKind::Ternary,
            MatchKind::Range => view::MatchKind::Range,
            MatchKind::Optional => view::MatchKind::Optional,
            MatchKind::Selector => view::MatchKind::Selector,
            MatchKind::Other(name) => return Err(name),
        })
    }
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Full control-plane name.
    pub name: Arc<str>,
    /// Keys in order.
    pub keys: Vec<KeyElement>,
    /// Actions in order. A `NoAction` that the program did not list stands at the end, default-only.
    pub actions: Vec<TableAction>,
    /// Default action.
    pub default_action: ActionCall,
    /// The control plane may not change the default action.
    pub default_is_const: bool,
    /// Entries. Where several can match (some key is neither exact nor lpm), the first that does wins: they are sorted by
    /// falling precedence, priorities taken into account. As written otherwise.
    pub entries: Vec<Entry>,
    /// The control plane may not change the entries.
    pub entries_are_const: bool,
    /// `size` property.
    pub size: Option<u64>,
    /// Other properties.
    pub properties: Vec<(Arc<str>, PropertyValue)>,
    /// Annotations.
    pub annotations: Vec<Annotation>,
    /// Declaration.
    pub span: Span,
}

/// What becomes of entries that nothing has matched for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// The control plane is told (`support_timeout`, `NOTIFY_CONTROL`).
    Notify,
    /// They are removed (`AUTO_DELETE` of pna).
    Delete,
}

impl Table {
    /// What the table says becomes of idle entries, if it keeps time.
    pub fn idle(&self, program: &Program) -> Option<Idle> {
        let value = self.properties.iter().find_map(|(name, value)| match (&**name, value) {
            (
                "support_timeout" | "psa_idle_timeout" | "pna_idle_timeout",
                PropertyValue::Const(Arg::In(value)),
            ) => Some(value),
            _ => None,
        })?;
        let number = usize::try_from(value.as_const()?).ok()?;
        let ScalarType::Enum(id) = value.ty else { return (number != 0).then_some(Idle::Notify) };
        match &**program.enums[id].members.get(number)? {
            "NOTIFY_CONTROL" => Some(Idle::Notify),
            "AUTO_DELETE" => Some(Idle::Delete),
            _ => None,
        }
    }

    /// `@lru`: when the table is full, a new entry displaces the one that has not been used for longest. P4 has no word for it.
    pub fn lru(&self) -> Option<&Annotation> {
        self.annotations.iter().find(|annotation| annotation.name == "lru")
    }

    /// All expressions of keys: what is looked up, and what says whether it is there.
    pub fn key_exprs(&self) -> impl Iterator<Item = &Expr> {
        self.keys.iter().flat_map(|key| std::iter::once(&key.expr).chain(&key.there))
    }

    /// See [`Table::key_exprs`].
    pub fn key_exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.keys.iter_mut().flat_map(|key| std::iter::once(&mut key.expr).chain(&mut key.there))
    }

    /// Keys that entries have a match for.
    pub fn match_keys(&self) -> impl Iterator<Item = &KeyElement> {
        self.keys.iter().filter(|key| key.match_kind != MatchKind::Selector)
    }

    /// The extern that its entries' actions are members of, in the architectures that have such.
    pub fn action_profile(&self) -> Option<ExternId> {
        ["implementation", "psa_implementation", "pna_implementation"]
            .iter()
            .find_map(|property| self.extern_property(property))
    }

    /// Of priorities in the program the largest wins (P4_16 1.2.5, 14.2.1.4: unless the property says otherwise).
    pub fn largest_priority_wins(&self) -> bool {
        let property = self.properties.iter().find(|(name, _)| &**name == "largest_priority_wins");
        !property.is_some_and(|(_, value)| match value {
            PropertyValue::Const(Arg::In(value)) => value.as_const().is_some_and(|value| value.bits() == 0),
            PropertyValue::Const(_) | PropertyValue::Extern(_) | PropertyValue::Action(_) => false,
        })
    }

    /// The extern instance named by a property such as `implementation` or `counters`.
    pub fn extern_property(&self, name: &str) -> Option<ExternId> {
        self.properties.iter().find_map(|(n, v)| match v {
            PropertyValue::Extern(id) if &**n == name => Some(*id),
            _ => None,
        })
    }
}

/// A property's value.
#[derive(Clone, Debug)]
pub enum PropertyValue {
    /// An extern instance, named or made in place.
    Extern(ExternId),
    /// A constant.
    Const(Arg),
    /// One of the table's actions.
    Action(ActionCall),
}

/// A key.
#[derive(Clone, Debug)]
pub struct KeyElement {
    /// Control-plane name.
    pub name: Arc<str>,
    /// Name of the type, if it is a new one or an enum without a type: control planes may have to translate it.
    pub type_name: Option<Arc<str>>,
    /// The expression; evaluated at each apply, in order.
    pub expr: Expr,
    /// Of a selector key that is a header's field: whether the header is valid. If not, the field is no part of what is hashed.
    pub there: Option<Expr>,
    /// Match kind.
    pub match_kind: MatchKind,
    /// Annotations.
    pub annotations: Vec<Annotation>,
}

/// An action of a table.
#[derive(Clone, Debug)]
pub struct TableAction {
    /// The action.
    pub action: ActionId,
    /// `@tableonly`: not as default action.
    pub table_only: bool,
    /// `@defaultonly`: not in entries.
    pub default_only: bool,
    /// Annotations of the reference.
    pub annotations: Vec<Annotation>,
}

/// An action with its parameters' values.
#[derive(Clone, Debug)]
pub struct ActionCall {
    /// Position in the table's list.
    pub action: usize,
    /// One bit pattern a parameter.
    pub args: Vec<BigUint>,
    /// Where it stands.
    pub span: Span,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// One a key; never a value set.
    pub keysets: Vec<Keyset>,
    /// What it runs.
    pub action: ActionCall,
    /// Priority as written or derived by the specification's rule, for the control plane: larger wins, unless the table's
    /// property `largest_priority_wins` is false.
    pub priority: Option<u64>,
    /// The control plane may not change it.
    pub is_const: bool,
    /// Where it stands.
    pub span: Span,
}

/// A keyset with constant bounds (bit patterns of the key's type).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyset {
    /// Everything.
    Universal,
    /// One value.
    Value(BigUint),
    /// `key & mask == value & mask`
    Mask {
        /// Value.
        value: BigUint,
        /// Mask.
        mask: BigUint,
    },
    /// Inclusive range, ordered by the key's type.
    Range {
        /// Lowest.
        lo: BigUint,
        /// Highest.
        hi: BigUint,
    },
    /// A value set (selects only).
    ValueSet(ValueSetId),
}
