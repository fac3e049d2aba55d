//! Inference variables, substitution of type parameters, and unification.

use super::Checker;
use crate::hir::{Object, Sort, Type, TypeId, TypeVarId, VarId};

/// What type parameters stand for.
pub(super) type Substitution = Vec<(TypeVarId, TypeId)>;

impl Checker<'_> {
    /// A type that is yet to be found.
    pub(super) fn fresh(&mut self) -> TypeId {
        let number = self.infer.len() as u32;
        self.infer.push(None);
        self.intern(Type::Infer(number))
    }

    /// A fresh variable for each of the type parameters.
    pub(super) fn fresh_substitution(&mut self, type_params: &[TypeVarId]) -> Substitution {
        type_params.iter().map(|&param| (param, self.fresh())).collect()
    }

    /// A type with a fresh variable for each type parameter that it mentions.
    pub(super) fn instantiated(&mut self, ty: TypeId) -> (TypeId, Substitution) {
        let mut vars = Vec::new();
        self.type_vars(ty, &mut vars);
        let substitution = self.fresh_substitution(&vars);
        (self.substitute(ty, &substitution), substitution)
    }

    /// Adds the type parameters that a type mentions.
    pub(super) fn type_vars(&self, ty: TypeId, found: &mut Vec<TypeVarId>) {
        let ty = self.shallow(ty);
        if let Type::Var(var) = self.program.types[ty]
            && !found.contains(&var)
        {
            found.push(var);
        }
        for &child in self.children(ty) {
            self.type_vars(child, found);
        }
    }

    /// Follows the bindings of inference variables at the root of a type.
    pub(super) fn shallow(&self, mut ty: TypeId) -> TypeId {
        while let Type::Infer(number) = self.program.types[ty] {
            match self.infer.get(number as usize).copied().flatten() {
                Some(bound) => ty = bound,
                None => break,
            }
        }
        ty
    }

    /// Replaces all inference variables that were found.
    pub(super) fn resolve(&mut self, ty: TypeId) -> TypeId {
        self.rewrite(ty, &[])
    }

    /// Replaces type parameters, and all inference variables that were found.
    pub(super) fn substitute(&mut self, ty: TypeId, substitution: &[(TypeVarId, TypeId)]) -> TypeId {
        self.rewrite(ty, substitution)
    }

    /// True if an inference variable in the type has not been found.
    pub(super) fn is_open(&self, ty: TypeId) -> bool {
        let ty = self.shallow(ty);
        if let Type::Infer(_) = self.program.types[ty] {
            return true;
        }
        self.children(ty).iter().any(|&child| self.is_open(child))
    }

    /// The types that a type is written with.
    pub(super) fn children(&self, ty: TypeId) -> &[TypeId] {
        let kind = &self.program.types[ty];
        if let Type::Set(element) = kind {
            return std::slice::from_ref(element);
        }
        match kind.sort() {
            Sort::Struct(_, args) | Sort::Tuple(args) => args,
            Sort::Object(object) => object.args(),
            Sort::Stack { element, .. } | Sort::List(element) => std::slice::from_ref(element),
            Sort::Unknown | Sort::Simple | Sort::Other => &[],
        }
    }

    fn rewrite(&mut self, ty: TypeId, substitution: &[(TypeVarId, TypeId)]) -> TypeId {
        let ty = self.shallow(ty);
        if let Type::Var(var) = self.program.types[ty] {
            return substitution
                .iter()
                .find(|(param, _)| *param == var)
                .map_or(ty, |&(_, to)| self.shallow(to));
        }
        let children = self.children(ty);
        if children.is_empty() {
            return ty;
        }
        let old = children.to_vec();
        let new: Vec<TypeId> = old.iter().map(|&child| self.rewrite(child, substitution)).collect();
        if old == new {
            return ty;
        }
        self.rebuild(ty, new)
    }

    /// The same type constructor with other children.
    fn rebuild(&mut self, ty: TypeId, children: Vec<TypeId>) -> TypeId {
        let first = children.first().copied().unwrap_or(ty);
        let kind = &self.program.types[ty];
        if let Type::Set(_) = kind {
            return self.intern(Type::Set(first));
        }
        let rebuilt = match kind.sort() {
            Sort::Struct(id, _) => Type::Struct(id, children),
            Sort::Tuple(_) => Type::Tuple(children),
            Sort::Object(Object::Extern(id, _)) => Type::Extern(id, children),
            Sort::Object(Object::Parser(id, _)) => Type::Parser(id, children),
            Sort::Object(Object::Control(id, _)) => Type::Control(id, children),
            Sort::Object(Object::Package(id, _)) => Type::Package(id, children),
            Sort::Stack { size, .. } => Type::Stack { element: first, size },
            Sort::List(_) => Type::List(first),
            Sort::Unknown | Sort::Simple | Sort::Other => return ty,
        };
        self.intern(rebuilt)
    }

    /// Makes two types equal by binding inference variables; false if that cannot be. An erroneous type equals
    /// everything. A parser or control declaration equals a parser or control type of the same signature.
    pub(super) fn unify(&mut self, a: TypeId, b: TypeId) -> bool {
        let (a, b) = (self.shallow(a), self.shallow(b));
        if a == b {
            return true;
        }
        let (kind_a, kind_b) = (self.program.types[a].clone(), self.program.types[b].clone());
        if let Type::Infer(number) = kind_a {
            return self.bind_variable(number, b);
        }
        if let Type::Infer(number) = kind_b {
            return self.bind_variable(number, a);
        }
        if kind_a == Type::Error || kind_b == Type::Error {
            return true;
        }
        match (&kind_a, &kind_b) {
            (Type::Parser(p, args_p), Type::Parser(q, args_q)) if p != q => {
                let (p, q) = (&self.program.parsers[*p], &self.program.parsers[*q]);
                let (vars_p, vars_q) = (p.type_params.clone(), q.type_params.clone());
                let (params_p, params_q) = (p.params.clone(), q.params.clone());
                return self.unify_signatures((&params_p, vars_p, args_p), (&params_q, vars_q, args_q));
            }
            (Type::Control(p, args_p), Type::Control(q, args_q)) if p != q => {
                let (p, q) = (&self.program.controls[*p], &self.program.controls[*q]);
                let (vars_p, vars_q) = (p.type_params.clone(), q.type_params.clone());
                let (params_p, params_q) = (p.params.clone(), q.params.clone());
                return self.unify_signatures((&params_p, vars_p, args_p), (&params_q, vars_q, args_q));
            }
            (_, _) => {}
        }
        if !same_constructor(&kind_a, &kind_b) {
            return false;
        }
        let (children_a, children_b) = (self.children(a).to_vec(), self.children(b).to_vec());
        children_a.len() == children_b.len()
            && !children_a.is_empty()
            && children_a.into_iter().zip(children_b).all(|(x, y)| self.unify(x, y))
    }

    fn bind_variable(&mut self, number: u32, ty: TypeId) -> bool {
        if self.occurs(number, ty) {
            return false;
        }
        if let Some(slot) = self.infer.get_mut(number as usize) {
            *slot = Some(ty);
        }
        true
    }

    fn occurs(&self, number: u32, ty: TypeId) -> bool {
        let ty = self.shallow(ty);
        if let Type::Infer(other) = self.program.types[ty] {
            return other == number;
        }
        self.children(ty).iter().any(|&child| self.occurs(number, child))
    }

    /// Parameters agree in number, direction and type; a parameter that the type declares `@optional` may be absent.
    fn unify_signatures(
        &mut self,
        (params_a, vars_a, args_a): (&[VarId], Vec<TypeVarId>, &[TypeId]),
        (params_b, vars_b, args_b): (&[VarId], Vec<TypeVarId>, &[TypeId]),
    ) -> bool {
        let subst_a: Substitution = vars_a.into_iter().zip(args_a.iter().copied()).collect();
        let subst_b: Substitution = vars_b.into_iter().zip(args_b.iter().copied()).collect();
        let extra = params_a.get(params_b.len()..).unwrap_or_default();
        let may_be_absent = |&param: &VarId| {
            let param = &self.program.variables[param];
            param.is_optional() || param.default.is_some()
        };
        if params_b.len() > params_a.len() || !extra.iter().all(may_be_absent) {
            return false;
        }
        params_a.iter().zip(params_b).all(|(&a, &b)| {
            let (a, b) = (&self.program.variables[a], &self.program.variables[b]);
            let same_direction = a.direction() == b.direction();
            let (ty_a, ty_b) = (a.ty, b.ty);
            same_direction && {
                let ty_a = self.substitute(ty_a, &subst_a);
                let ty_b = self.substitute(ty_b, &subst_b);
                self.unify(ty_a, ty_b)
            }
        })
    }
}

/// True if two types are written with the same constructor and differ in their children at most.
fn same_constructor(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Struct(x, _), Type::Struct(y, _)) => x == y,
        (Type::Extern(x, _), Type::Extern(y, _)) => x == y,
        (Type::Parser(x, _), Type::Parser(y, _)) => x == y,
        (Type::Control(x, _), Type::Control(y, _)) => x == y,
        (Type::Package(x, _), Type::Package(y, _)) => x == y,
        (Type::Stack { size: x, .. }, Type::Stack { size: y, .. }) => x == y,
        (Type::Tuple(x), Type::Tuple(y)) => x.len() == y.len(),
        (Type::List(_), Type::List(_)) | (Type::Set(_), Type::Set(_)) => true,
        (_, _) => false,
    }
}
