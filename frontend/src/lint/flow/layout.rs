//! Variables as rows of leaves. In: a type. Out: how many leaves a value of it has, which kind each is, and where a field's
//! leaves begin.
//!
//! A leaf is something that has or lacks a value on its own: a field that is no struct, or the validity of a header, which
//! stands in front of the header's fields. What is too large or not known, such as a type parameter, is one opaque leaf.

use crate::hir::{Program, Sort, StructKind, Type, TypeId, TypeVarId};
use rustc_hash::FxHashMap;

/// Types with more leaves, or nested more deeply, are opaque.
const MAX_LEAVES: u32 = 1 << 13;
const MAX_DEPTH: u32 = 64;

/// Kinds of leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Whether a header is valid.
    Validity,
    /// A value inside a header.
    HeaderField,
    /// A value elsewhere.
    Value,
    /// Something that is not looked into.
    Opaque,
}

/// Sizes of types, found on demand.
pub(super) struct Layouts<'p> {
    program: &'p Program,
    /// Leaves and depth; `None` is opaque.
    known: FxHashMap<TypeId, Option<(u32, u32)>>,
    /// Where the fields of structs and tuples begin.
    offsets: FxHashMap<TypeId, Vec<u32>>,
}

impl<'p> Layouts<'p> {
    pub(super) fn new(program: &'p Program) -> Layouts<'p> {
        let mut layouts = Layouts { program, known: FxHashMap::default(), offsets: FxHashMap::default() };
        // In order of declaration, so that no chain of types is walked down at once.
        for id in program.structs.keys() {
            if let Some(ty) = program.types.find(&Type::Struct(id, Vec::new())) {
                layouts.size(ty);
            }
        }
        layouts
    }

    /// How many leaves a value has; at least 1 unless it has no fields.
    pub(super) fn size(&mut self, ty: TypeId) -> u32 {
        self.measure(ty).map_or(1, |(leaves, _)| leaves)
    }

    /// True if the leaves of the type are told apart.
    pub(super) fn is_open(&mut self, ty: TypeId) -> bool {
        self.measure(ty).is_some()
    }

    fn measure(&mut self, ty: TypeId) -> Option<(u32, u32)> {
        if let Some(known) = self.known.get(&ty) {
            return *known;
        }
        let program = self.program;
        let measured = match program.types[ty].sort() {
            Sort::Struct(id, _) => {
                let own = u32::from(program.structs[id].kind == StructKind::Header);
                let fields = 0..program.structs[id].fields.len() as u32;
                let parts: Vec<Option<TypeId>> = fields.map(|field| field_type(program, ty, field)).collect();
                self.sum(ty, own, parts)
            }
            Sort::Tuple(elements) => self.sum(ty, 0, elements.iter().map(|&element| Some(element)).collect()),
            Sort::Stack { element, size } => {
                self.measure(*element).map(|(leaves, depth)| (leaves.saturating_mul(size), depth + 1))
            }
            Sort::Simple => Some((1, 0)),
            Sort::Other if program.types[ty] == Type::Void => Some((1, 0)),
            Sort::Unknown | Sort::List(_) | Sort::Object(_) | Sort::Other => None,
        };
        let measured = measured.filter(|&(leaves, depth)| leaves <= MAX_LEAVES && depth <= MAX_DEPTH);
        self.known.insert(ty, measured);
        measured
    }

    fn sum(&mut self, ty: TypeId, own: u32, parts: Vec<Option<TypeId>>) -> Option<(u32, u32)> {
        let (mut leaves, mut depth) = (own, 0);
        let mut offsets = Vec::with_capacity(parts.len());
        for part in parts {
            offsets.push(leaves);
            let (part_leaves, part_depth) = part.and_then(|part| self.measure(part)).unwrap_or((1, 0));
            leaves = leaves.saturating_add(part_leaves);
            depth = depth.max(part_depth + 1);
        }
        self.offsets.insert(ty, offsets);
        Some((leaves, depth))
    }

    /// Where the leaves of a field begin in those of the whole, and the field's type; `None` for what is not looked into.
    pub(super) fn field(&mut self, ty: TypeId, field: u32) -> Option<(u32, Option<TypeId>)> {
        if !self.is_open(ty) {
            return None;
        }
        let offset = *self.offsets.get(&ty)?.get(field as usize)?;
        Some((offset, field_type(self.program, ty, field)))
    }

    /// The kinds of the leaves of a value, one after the other.
    pub(super) fn leaves(&mut self, ty: TypeId, inside_header: bool, out: &mut Vec<Leaf>) {
        if !self.is_open(ty) {
            out.push(Leaf::Opaque);
            return;
        }
        let program = self.program;
        match program.types[ty].sort() {
            Sort::Struct(id, _) => {
                let declaration = &program.structs[id];
                let is_header = declaration.kind == StructKind::Header;
                if is_header {
                    out.push(Leaf::Validity);
                }
                for field in 0..declaration.fields.len() as u32 {
                    match field_type(program, ty, field) {
                        Some(field) => self.leaves(field, inside_header || is_header, out),
                        None => out.push(Leaf::Opaque),
                    }
                }
            }
            Sort::Tuple(elements) => {
                elements.iter().for_each(|&element| self.leaves(element, inside_header, out));
            }
            Sort::Stack { element, size } => {
                (0..size).for_each(|_| self.leaves(*element, inside_header, out));
            }
            Sort::Unknown | Sort::Simple | Sort::List(_) | Sort::Object(_) | Sort::Other => {
                out.push(if inside_header { Leaf::HeaderField } else { Leaf::Value });
            }
        }
    }
}

/// True for a header.
pub(super) fn is_header(program: &Program, ty: TypeId) -> bool {
    matches!(program.types[ty], Type::Struct(id, _) if program.structs[id].kind == StructKind::Header)
}

/// True for a header union.
pub(super) fn is_union(program: &Program, ty: TypeId) -> bool {
    matches!(program.types[ty], Type::Struct(id, _) if program.structs[id].kind == StructKind::HeaderUnion)
}

/// The type of a field of a struct or tuple; `None` if it depends on type parameters in a way that only instantiation
/// would tell.
fn field_type(program: &Program, ty: TypeId, field: u32) -> Option<TypeId> {
    if let Type::Tuple(elements) = &program.types[ty] {
        return elements.get(field as usize).copied();
    }
    let Type::Struct(id, args) = &program.types[ty] else { return None };
    let declaration = &program.structs[*id];
    let declared = declaration.fields.get(field as usize)?.ty;
    if args.is_empty() {
        return Some(declared);
    }
    if let Type::Var(var) = program.types[declared] {
        return given(&declaration.type_params, args, var);
    }
    (!mentions_parameters(program, declared)).then_some(declared)
}

fn given(params: &[TypeVarId], args: &[TypeId], wanted: TypeVarId) -> Option<TypeId> {
    let position = params.iter().position(|&param| param == wanted)?;
    args.get(position).copied()
}

fn mentions_parameters(program: &Program, ty: TypeId) -> bool {
    let kind = &program.types[ty];
    match kind.sort() {
        Sort::Unknown => matches!(kind, Type::Var(_)),
        Sort::Struct(_, parts) | Sort::Tuple(parts) => {
            parts.iter().any(|&part| mentions_parameters(program, part))
        }
        Sort::Stack { element, .. } => mentions_parameters(program, *element),
        Sort::Simple | Sort::List(_) | Sort::Object(_) | Sort::Other => false,
    }
}
