//! Where values live: trees of leaves. Allocation, selection of parts, and conversion to the IR's places.

use super::footprint::Parts;
use super::types::{Class, Field, HeaderLayout, index_name, join};
use super::{Elaborator, Res};
use crate::analysis::effects::{self, StorageSet};
use crate::ir::{self, HeaderRef, LocalId};
use p4xdp_frontend::hir::{Annotation, TypeId};
use p4xdp_frontend::source::Span;
use std::rc::Rc;
use std::sync::Arc;

/// Elements that an array or stack may have: a computed index comes to a choice among them all.
pub(super) const MOST_ELEMENTS: u32 = 4096;

/// A storage location. Indices in it are expressions over locals that the statements made since do not change.
#[derive(Clone, Debug)]
pub(super) enum Loc {
    Scalar(LocalId),
    /// A field of a header, by flat position.
    Field {
        header: HeaderRef,
        field: u32,
    },
    /// A header; where it is a union's member, with the other members.
    Header {
        header: HeaderRef,
        siblings: Rc<[HeaderRef]>,
    },
    Stack(ir::StackId),
    Union(Rc<[(Arc<str>, HeaderRef)]>),
    UnionStack(Rc<[(Arc<str>, ir::StackId)]>),
    Struct(Rc<Parts>),
    /// Bits of a scalar.
    Slice {
        base: Box<Loc>,
        hi: u32,
        lo: u32,
    },
    /// Bits of a scalar from a computed position on.
    DynamicSlice {
        base: Box<Loc>,
        lo: Box<ir::Expr>,
        width: u32,
    },
    /// One of an array's elements, by a computed index.
    Select {
        index: Box<ir::Expr>,
        elements: Rc<[Loc]>,
    },
    /// `_`
    Discard,
}

impl Loc {
    pub(super) fn header(header: HeaderRef) -> Loc {
        Loc::Header { header, siblings: Rc::new([]) }
    }

    pub(super) fn of_parts(parts: Vec<(Arc<str>, Loc)>) -> Loc {
        Loc::Struct(Rc::new(Parts::new(parts)))
    }

    /// True if two locations are certainly the same.
    pub(super) fn same(&self, other: &Loc) -> bool {
        match (self, other) {
            (Loc::Scalar(a), Loc::Scalar(b)) => a == b,
            (Loc::Field { header: a, field: i }, Loc::Field { header: b, field: j }) => {
                i == j && same_header(a, b)
            }
            (Loc::Header { header: a, .. }, Loc::Header { header: b, .. }) => same_header(a, b),
            (Loc::Stack(a), Loc::Stack(b)) => a == b,
            (Loc::Union(a), Loc::Union(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same_header(&a.1, &b.1))
            }
            (Loc::UnionStack(a), Loc::UnionStack(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.1 == b.1)
            }
            (Loc::Struct(a), Loc::Struct(b)) => {
                Rc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.1.same(&b.1))
            }
            (Loc::Slice { base: a, hi, lo }, Loc::Slice { base: b, hi: h, lo: l }) => {
                hi == h && lo == l && a.same(b)
            }
            _ => false,
        }
    }

    /// True if it consists of scalars only.
    pub(super) fn is_scalars(&self) -> bool {
        match self {
            Loc::Scalar(_) | Loc::Field { .. } | Loc::Slice { .. } | Loc::DynamicSlice { .. } => true,
            Loc::Struct(parts) => parts.is_scalars,
            Loc::Select { elements, .. } => elements.iter().all(Loc::is_scalars),
            Loc::Header { .. } | Loc::Stack(_) | Loc::Union(_) | Loc::UnionStack(_) | Loc::Discard => false,
        }
    }

    /// True for a member of a header union: what happens to it happens to the others.
    pub(super) fn is_union_member(&self) -> bool {
        matches!(self, Loc::Header { siblings, .. } if !siblings.is_empty())
    }

    /// True if nothing in it is computed.
    pub(super) fn is_static(&self) -> bool {
        match self {
            Loc::Scalar(_) | Loc::Stack(_) | Loc::UnionStack(_) | Loc::Discard => true,
            Loc::Field { header, .. } | Loc::Header { header, .. } => matches!(header, HeaderRef::Header(_)),
            Loc::Union(members) => members.iter().all(|(_, h)| matches!(h, HeaderRef::Header(_))),
            Loc::Struct(parts) => parts.is_static,
            Loc::Slice { base, .. } => base.is_static(),
            Loc::DynamicSlice { .. } | Loc::Select { .. } => false,
        }
    }

    /// True if what is written may not be there when it is read: fields of a header that is invalid.
    pub(super) fn forgets(&self) -> bool {
        match self {
            Loc::Field { .. } => true,
            Loc::Scalar(_)
            | Loc::Header { .. }
            | Loc::Stack(_)
            | Loc::Union(_)
            | Loc::UnionStack(_)
            | Loc::Discard => false,
            Loc::Struct(parts) => parts.forgets,
            Loc::Slice { base, .. } | Loc::DynamicSlice { base, .. } => base.forgets(),
            Loc::Select { elements, .. } => elements.iter().any(Loc::forgets),
        }
    }
}

fn same_header(a: &HeaderRef, b: &HeaderRef) -> bool {
    matches!((a, b), (HeaderRef::Header(a), HeaderRef::Header(b)) if a == b)
}

impl Elaborator<'_> {
    /// A new local.
    pub(super) fn new_local(
        &mut self,
        name: Arc<str>,
        ty: ir::ScalarType,
        annotations: Vec<ir::Annotation>,
        span: Span,
    ) -> LocalId {
        self.ir.locals.push(ir::Local { name, ty, annotations, span })
    }

    /// Storage for a value of this type, not initialised.
    pub(super) fn alloc(
        &mut self,
        ty: TypeId,
        name: &Arc<str>,
        annotations: &[Annotation],
        span: Span,
    ) -> Res<Loc> {
        if self.ir.locals.len() + self.ir.headers.len() > super::MOST_LEAVES {
            return Err(self.unsupported(
                span,
                format!(
                    "a program with more than {} variables, fields of variables and headers",
                    super::MOST_LEAVES
                ),
            ));
        }
        Ok(match self.class(ty, span)? {
            Class::Scalar(ty) => Loc::Scalar(self.new_local(
                name.clone(),
                ty,
                super::annotations::annotations(annotations),
                span,
            )),
            Class::Header(layout) => {
                let id = self.ir.headers.push(ir::Header { name: name.clone(), ty: layout.id, span });
                Loc::header(HeaderRef::Header(id))
            }
            Class::Union(fields) => Loc::Union(self.alloc_union(name, &fields, span)?.into()),
            Class::Stack { element, size } => {
                self.check_elements(size, span)?;
                let next = join(name, "nextIndex");
                let next_index = self.new_local(next, ir::ScalarType::bit(32), Vec::new(), span);
                match self.class(element, span)? {
                    Class::Union(fields) => self.alloc_union_stack(name, &fields, size, next_index, span)?,
                    Class::Header(layout) => {
                        let names = (0..size).map(|i| join(name, &index_name(i))).collect();
                        Loc::Stack(self.alloc_stack(name, &layout, names, next_index, span))
                    }
                    _ => return Err(self.bug(span, "a stack of something else")),
                }
            }
            Class::Struct { fields, .. } => {
                let mut parts = Vec::with_capacity(fields.len());
                for Field { name: field, ty, annotations: own } in fields.iter() {
                    let all: Vec<Annotation> = annotations.iter().chain(own.iter()).cloned().collect();
                    parts.push((field.clone(), self.alloc(*ty, &join(name, field), &all, span)?));
                }
                Loc::of_parts(parts)
            }
            Class::List(_) => return Err(self.unsupported(span, "a variable of type `list`")),
            Class::Int => return Err(self.bug(span, "a variable of type `int`")),
            Class::String => return Err(self.unsupported(span, "a variable of type `string`")),
            Class::Void => return Err(self.bug(span, "a variable without a value")),
            Class::Opaque(name) => {
                return Err(
                    self.unsupported(span, format!("a variable of type `{name}`, or an array of it,"))
                );
            }
        })
    }

    fn check_elements(&mut self, count: u32, span: Span) -> Res<()> {
        if count > MOST_ELEMENTS {
            return Err(
                self.unsupported(span, format!("an array or stack of more than {MOST_ELEMENTS} elements"))
            );
        }
        Ok(())
    }

    fn alloc_union(
        &mut self,
        name: &Arc<str>,
        fields: &[Field],
        span: Span,
    ) -> Res<Vec<(Arc<str>, HeaderRef)>> {
        let mut members = Vec::new();
        for field in fields {
            let Class::Header(layout) = self.class(field.ty, span)? else {
                return Err(self.bug(span, "a member of a union that is no header"));
            };
            let name = join(name, &field.name);
            members
                .push((field.name.clone(), self.ir.headers.push(ir::Header { name, ty: layout.id, span })));
        }
        self.ir.unions.push(ir::Union { name: name.clone(), members: members.clone() });
        Ok(members.into_iter().map(|(n, h)| (n, HeaderRef::Header(h))).collect())
    }

    fn alloc_stack(
        &mut self,
        name: &Arc<str>,
        layout: &HeaderLayout,
        names: Vec<Arc<str>>,
        next_index: LocalId,
        span: Span,
    ) -> ir::StackId {
        let elements = names
            .into_iter()
            .map(|name| self.ir.headers.push(ir::Header { name, ty: layout.id, span }))
            .collect();
        self.ir.stacks.push(ir::Stack { name: name.clone(), ty: layout.id, elements, next_index, span })
    }

    fn alloc_union_stack(
        &mut self,
        name: &Arc<str>,
        fields: &[Field],
        size: u32,
        next_index: LocalId,
        span: Span,
    ) -> Res<Loc> {
        let mut members = Vec::new();
        for field in fields {
            let Class::Header(layout) = self.class(field.ty, span)? else {
                return Err(self.bug(span, "a member of a union that is no header"));
            };
            let names = (0..size).map(|i| join(&join(name, &index_name(i)), &field.name)).collect();
            let stack = self.alloc_stack(&join(name, &field.name), &layout, names, next_index, span);
            members.push((field.name.clone(), stack));
        }
        for i in 0..size as usize {
            let members = members
                .iter()
                .filter_map(|(n, s)| Some((n.clone(), *self.ir.stacks[*s].elements.get(i)?)))
                .collect();
            let name = join(name, &index_name(i as u32));
            self.ir.unions.push(ir::Union { name, members });
        }
        Ok(Loc::UnionStack(members.into()))
    }

    /// A field of a struct, header or union that is stored; `ty` is the whole's type.
    pub(super) fn loc_field(&mut self, loc: &Loc, ty: TypeId, field: u32, span: Span) -> Res<Loc> {
        let at = field as usize;
        match loc {
            Loc::Struct(fields) => match fields.get(at) {
                Some((_, loc)) => Ok(loc.clone()),
                None => Err(self.bug(span, "no such field")),
            },
            Loc::Header { header, .. } => {
                let Class::Header(layout) = self.class(ty, span)? else {
                    return Err(self.bug(span, "a header of another type"));
                };
                let (Some(&start), Some(field)) = (layout.starts.get(at), layout.fields.get(at)) else {
                    return Err(self.bug(span, "no such header field"));
                };
                self.header_part(header, &mut { start }, field.ty, span)
            }
            Loc::Union(members) => match members.get(at) {
                Some((_, header)) => {
                    let others = members.iter().enumerate().filter(|(i, _)| *i != at);
                    let siblings = others.map(|(_, (_, h))| h.clone()).collect();
                    Ok(Loc::Header { header: header.clone(), siblings })
                }
                None => Err(self.bug(span, "no such member")),
            },
            Loc::Select { index, elements } => {
                let mut parts = Vec::new();
                for element in elements.iter() {
                    parts.push(self.loc_field(element, ty, field, span)?);
                }
                Ok(Loc::Select { index: index.clone(), elements: parts.into() })
            }
            Loc::Discard => Ok(Loc::Discard),
            Loc::Scalar(_)
            | Loc::Field { .. }
            | Loc::Stack(_)
            | Loc::UnionStack(_)
            | Loc::Slice { .. }
            | Loc::DynamicSlice { .. } => Err(self.bug(span, "a field of something without fields")),
        }
    }

    /// The part of a header that begins at a flat position; moves the position behind it.
    fn header_part(&mut self, header: &HeaderRef, at: &mut u32, ty: TypeId, span: Span) -> Res<Loc> {
        match self.class(ty, span)? {
            Class::Struct { fields, .. } => {
                let mut parts = Vec::new();
                for field in fields.iter() {
                    parts.push((field.name.clone(), self.header_part(header, at, field.ty, span)?));
                }
                Ok(Loc::of_parts(parts))
            }
            _ => {
                let field = *at;
                *at += 1;
                Ok(Loc::Field { header: header.clone(), field })
            }
        }
    }

    /// An element of a stack or array.
    pub(super) fn loc_index(&mut self, loc: &Loc, index: ir::Expr, span: Span) -> Res<Loc> {
        let known = index.as_const().and_then(|v| usize::try_from(v).ok());
        let element =
            |e: &Self, stack: ir::StackId| match known.and_then(|i| e.ir.stacks[stack].elements.get(i)) {
                Some(&header) => HeaderRef::Header(header),
                None => HeaderRef::Element { stack, index: Box::new(index.clone()) },
            };
        match loc {
            Loc::Stack(stack) => Ok(Loc::header(element(self, *stack))),
            Loc::UnionStack(members) => {
                Ok(Loc::Union(members.iter().map(|(name, s)| (name.clone(), element(self, *s))).collect()))
            }
            Loc::Struct(fields) => match known.and_then(|i| fields.get(i)) {
                Some((_, loc)) => Ok(loc.clone()),
                None => {
                    let elements: Rc<[Loc]> = fields.iter().map(|(_, l)| l.clone()).collect();
                    if !elements.iter().all(Loc::is_scalars) {
                        return Err(
                            self.unsupported(span, "a computed index into an array that has headers in it")
                        );
                    }
                    Ok(Loc::Select { index: Box::new(index), elements })
                }
            },
            Loc::Select { index: outer, elements } => {
                let mut parts = Vec::new();
                for part in elements.iter() {
                    parts.push(self.loc_index(part, index.clone(), span)?);
                }
                Ok(Loc::Select { index: outer.clone(), elements: parts.into() })
            }
            Loc::Discard => Ok(Loc::Discard),
            Loc::Scalar(_)
            | Loc::Field { .. }
            | Loc::Header { .. }
            | Loc::Union(_)
            | Loc::Slice { .. }
            | Loc::DynamicSlice { .. } => Err(self.bug(span, "an index into something without elements")),
        }
    }

    /// Adds all leaves of a location, and what its indices read.
    pub(super) fn add_storage(&self, loc: &Loc, leaves: &mut StorageSet, reads: &mut StorageSet) {
        match loc {
            Loc::Scalar(local) => {
                leaves.locals.insert(*local);
            }
            Loc::Field { header, field } => {
                leaves.add_ref(&self.ir, header, Some(*field));
                reads.add_ref(&self.ir, header, Some(effects::VALIDITY));
                effects::ref_reads(&self.ir, header, reads);
            }
            Loc::Header { header, siblings } => {
                for header in std::iter::once(header).chain(siblings.iter()) {
                    leaves.add_ref(&self.ir, header, None);
                    effects::ref_reads(&self.ir, header, reads);
                }
            }
            Loc::Stack(stack) => self.add_stack(*stack, leaves),
            Loc::Union(members) => {
                for (_, header) in members.iter() {
                    leaves.add_ref(&self.ir, header, None);
                    effects::ref_reads(&self.ir, header, reads);
                }
            }
            Loc::UnionStack(members) => members.iter().for_each(|(_, s)| self.add_stack(*s, leaves)),
            Loc::Struct(fields) => fields.iter().for_each(|(_, l)| self.add_storage(l, leaves, reads)),
            Loc::Slice { base, .. } => self.add_storage(base, leaves, reads),
            Loc::DynamicSlice { base, lo, .. } => {
                effects::expr_reads(&self.ir, lo, reads);
                self.add_storage(base, leaves, reads);
            }
            Loc::Select { index, elements } => {
                effects::expr_reads(&self.ir, index, reads);
                elements.iter().for_each(|l| self.add_storage(l, leaves, reads));
            }
            Loc::Discard => {}
        }
    }

    fn add_stack(&self, stack: ir::StackId, leaves: &mut StorageSet) {
        let stack = &self.ir.stacks[stack];
        stack.elements.iter().for_each(|&h| leaves.add_header(h));
        leaves.locals.insert(stack.next_index);
    }

    /// The place that a location of this type is.
    pub(super) fn place(&mut self, loc: &Loc, ty: TypeId, span: Span) -> Res<ir::Place> {
        Ok(match loc {
            Loc::Scalar(local) => ir::Place::Scalar(*local),
            Loc::Header { header: HeaderRef::Header(id), .. } => ir::Place::Header(*id),
            Loc::Stack(id) => ir::Place::Stack(*id),
            Loc::Union(members) => {
                let found = self.ir.unions.iter().find(|(_, u)| {
                    u.members
                        .iter()
                        .zip(members.iter())
                        .all(|((_, a), (_, b))| matches!(b, HeaderRef::Header(b) if a == b))
                });
                match found {
                    Some((id, _)) => ir::Place::Union(id),
                    None => return Err(self.bug(span, "a union without storage")),
                }
            }
            Loc::UnionStack(members) => ir::Place::UnionStack(members.to_vec()),
            Loc::Struct(parts) => {
                let Class::Struct { name, fields } = self.class(ty, span)? else {
                    return Err(self.bug(span, "a struct of another type"));
                };
                let mut places = Vec::new();
                for ((part, loc), field) in parts.iter().zip(fields.iter()) {
                    places.push((part.clone(), self.place(loc, field.ty, span)?));
                }
                ir::Place::Struct { type_name: name, fields: places }
            }
            Loc::Header { .. }
            | Loc::Field { .. }
            | Loc::Slice { .. }
            | Loc::DynamicSlice { .. }
            | Loc::Select { .. }
            | Loc::Discard => return Err(self.bug(span, "a place that is computed")),
        })
    }
}
