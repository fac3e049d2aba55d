//! Scopes, from the innermost to the top level.

use crate::diagnostic::Diagnostics;
use crate::hir::{
    ActionId, ConstId, ControlId, EnumId, ExternId, FunctionId, InstanceId, MatchKindId, NewTypeId,
    PackageId, ParserId, StructId, TableId, TypeId, TypeVarId, ValueSetId, VarId,
};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A type.
    Type(NamedType),
    /// All functions of one name in one scope.
    Functions(Vec<FunctionId>),
    /// An action.
    Action(ActionId),
    /// A constant.
    Const(ConstId),
    /// A variable or parameter.
    Var(VarId),
    /// An instance.
    Instance(InstanceId),
    /// A table.
    Table(TableId),
    /// A value set.
    ValueSet(ValueSetId),
    /// A match kind.
    MatchKind(MatchKindId),
    /// A member of an enum whose declaration is not finished: later members may refer to earlier ones.
    EnumMember(EnumId, u32),
    /// A parser state, by its index.
    State(usize),
    /// A declaration that was reported as wrong: whatever is done with the name is right.
    Error,
}

impl Binding {
    /// What kind of thing it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Binding::Type(named) => named.kind(),
            Binding::Functions(_) => "a function",
            Binding::Action(_) => "an action",
            Binding::Const(_) => "a constant",
            Binding::Var(_) => "a variable",
            Binding::Instance(_) => "an instance",
            Binding::Table(_) => "a table",
            Binding::ValueSet(_) => "a value set",
            Binding::MatchKind(_) => "a match kind",
            Binding::EnumMember(..) => "a member of an enum",
            Binding::State(_) => "a parser state",
            Binding::Error => "a name",
        }
    }

    /// True for everything that names a type.
    pub fn is_type(&self) -> bool {
        matches!(self, Binding::Type(_))
    }
}

/// What a name that stands for a type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedType {
    /// A `typedef`.
    Typedef(TypeId),
    /// A type parameter.
    TypeVar(TypeVarId),
    /// A struct, header or header union.
    Struct(StructId),
    /// An enum.
    Enum(EnumId),
    /// A `type` declaration.
    NewType(NewTypeId),
    /// An extern object type.
    Extern(ExternId),
    /// A parser or parser type.
    Parser(ParserId),
    /// A control or control type.
    Control(ControlId),
    /// A package type.
    Package(PackageId),
}

impl NamedType {
    /// What kind of type it is, for messages.
    fn kind(self) -> &'static str {
        match self {
            NamedType::Typedef(_) | NamedType::NewType(_) => "a type",
            NamedType::TypeVar(_) => "a type parameter",
            NamedType::Struct(_) => "a struct or header type",
            NamedType::Enum(_) => "an enum type",
            NamedType::Extern(_) => "an extern type",
            NamedType::Parser(_) => "a parser",
            NamedType::Control(_) => "a control",
            NamedType::Package(_) => "a package type",
        }
    }
}

/// A binding and where it was made.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the name stands for.
    pub binding: Binding,
    /// The name in its declaration.
    pub span: Span,
}

#[derive(Debug, Default)]
struct Frame {
    names: FxHashMap<Arc<str>, Entry>,
}

/// The scopes that are open at a place.
#[derive(Debug)]
pub struct Scopes {
    top: Frame,
    inner: Vec<Frame>,
}

impl Default for Scopes {
    fn default() -> Scopes {
        Scopes::new()
    }
}

impl Scopes {
    /// Only the top-level scope, empty.
    pub fn new() -> Scopes {
        Scopes { top: Frame::default(), inner: Vec::new() }
    }

    /// Opens a scope.
    pub fn push(&mut self) {
        self.inner.push(Frame::default());
    }

    /// Closes the innermost scope. The top level stays open.
    pub fn pop(&mut self) {
        self.inner.pop();
    }

    fn innermost(&mut self) -> &mut Frame {
        self.inner.last_mut().unwrap_or(&mut self.top)
    }

    /// Makes a binding in the innermost scope. If the name is taken there, the entry that holds it is given back
    /// and nothing changes.
    pub fn declare(&mut self, name: &Arc<str>, span: Span, binding: Binding) -> Result<(), Entry> {
        let frame = self.innermost();
        if let Some(old) = frame.names.get(name) {
            return Err(old.clone());
        }
        frame.names.insert(name.clone(), Entry { binding, span });
        Ok(())
    }

    /// Replaces a binding of the innermost scope, or makes it.
    pub fn rebind(&mut self, name: &Arc<str>, span: Span, binding: Binding) {
        self.innermost().names.insert(name.clone(), Entry { binding, span });
    }

    /// What `name` is bound to in the innermost scope alone.
    pub fn lookup_innermost(&mut self, name: &str) -> Option<&Entry> {
        self.innermost().names.get(name)
    }

    /// What `name` stands for here.
    pub fn lookup(&self, name: &str) -> Option<&Entry> {
        self.visible().find_map(|frame| frame.names.get(name))
    }

    /// What `.name` stands for.
    pub fn lookup_top(&self, name: &str) -> Option<&Entry> {
        self.top.names.get(name)
    }

    /// What `name` would stand for if this scope and those inside it did not exist, the top level left out: for
    /// remarks on shadowing.
    pub fn lookup_shadowed(&self, name: &str) -> Option<&Entry> {
        self.inner.iter().rev().skip(1).find_map(|frame| frame.names.get(name))
    }

    fn visible(&self) -> impl Iterator<Item = &Frame> {
        self.inner.iter().rev().chain(std::iter::once(&self.top))
    }

    /// The visible name most like `name` among those that `accept` admits.
    pub fn similar(
        &self,
        name: &str,
        accept: impl Fn(&Binding) -> bool,
        sink: &mut Diagnostics,
    ) -> Option<String> {
        if !sink.makes_suggestions() {
            return None;
        }
        let mut candidates: Vec<&str> = self
            .visible()
            .flat_map(|frame| frame.names.iter())
            .filter(|(_, entry)| accept(&entry.binding))
            .map(|(candidate, _)| &**candidate)
            .collect();
        // The order of a hash map must not decide between equals.
        candidates.sort_unstable();
        sink.closest(name, candidates).map(str::to_owned)
    }
}
