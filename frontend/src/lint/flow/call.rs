//! Calls: arguments in, the callee's doings, results out.

use super::Flow;
use super::layout::is_header;
use super::place::Place;
use super::report::root_of;
use super::state::{Certainty, State, compose, lacks, unknown, validity, value};
use super::stmt::literal;
use super::summary::Summary;
use super::unit::{Origin, Param};
use crate::architecture;
use crate::hir::{
    Argument, Call, Callee, Constructor, Direction, Expr, ExprKind, FunctionKind, Type, TypeId, VarId,
};
use crate::source::Span;
use std::rc::Rc;

/// A parameter of a callee and what the caller hands in.
struct Binding {
    param: Param,
    /// The caller's leaves, if they are known.
    place: Option<u32>,
    /// The caller's leaves before the call.
    before: Vec<u8>,
    /// The value was read when it was handed in: whether it may be was asked then.
    is_read: bool,
    /// Where the caller's variable is declared.
    root: Option<Span>,
}

impl<'p> Flow<'p> {
    pub(super) fn call(&mut self, call: &'p Call, state: &mut State) {
        if !state.reached {
            return;
        }
        match &call.callee {
            Callee::Function(id) => {
                let function = &self.program.functions[*id];
                match self.function(*id) {
                    Some(summary) => self.run(&summary, call.args.iter().map(Some), call.span, state),
                    None => {
                        let name = &*function.name.name;
                        let asserts = name == "verify" || architecture::asserts(name);
                        if let (true, FunctionKind::Extern, Some(Argument::Value(condition))) =
                            (asserts, function.kind, call.args.first())
                        {
                            // Control goes on only if it holds.
                            if literal(condition).is_none() {
                                *state = self.condition(condition, std::mem::take(state)).0;
                            }
                            call.args.iter().skip(1).for_each(|arg| self.read_argument(arg, state));
                            return;
                        }
                        self.outside(&function.params, &call.args, state);
                    }
                }
            }
            Callee::Action(id) => match self.action(*id) {
                Some(summary) => self.run(&summary, call.args.iter().map(Some), call.span, state),
                None => {
                    let params = &self.program.actions[*id].params;
                    self.outside(params, &call.args, state);
                }
            },
            Callee::Method { object, method } => self.method(object, *method, &call.args, state),
            Callee::ParserApply(object) | Callee::ControlApply(object) => self.apply(object, call, state),
            Callee::TableApply(_) => self.apply_table(call, state),
            Callee::IsValid(object) => {
                self.place(object, state);
            }
            Callee::SetValid(object) => self.set_valid(object, state),
            Callee::SetInvalid(object) => {
                let nothing = self.without(object.ty);
                if let Some(place) = self.place(object, state) {
                    self.unit.origin(place.base, object.span, Origin::Invalidated);
                    self.write_place(place, &nothing, state);
                }
            }
            Callee::PushFront(stack, count) => self.shift(stack, i64::from(*count), state),
            Callee::PopFront(stack, count) => self.shift(stack, -i64::from(*count), state),
        }
    }

    /// `instance.apply(..)`
    fn apply(&mut self, object: &'p Expr, call: &'p Call, state: &mut State) {
        let constructor = match &object.kind {
            ExprKind::Instance(id) => Some(self.program.instances[*id].construct.constructor),
            _ => None,
        };
        let summary = match constructor {
            Some(Constructor::Parser(id)) => self.parser(id),
            Some(Constructor::Control(id)) => self.control(id),
            Some(Constructor::Extern(..) | Constructor::Package(_)) | None => None,
        };
        if let Some(summary) = summary {
            return self.run(&summary, call.args.iter().map(Some), call.span, state);
        }
        let params: &[VarId] = match &self.program.types[object.ty] {
            Type::Parser(id, _) => &self.program.parsers[*id].params,
            Type::Control(id, _) => &self.program.controls[*id].params,
            _ => &[],
        };
        self.outside(params, &call.args, state);
    }

    fn method(
        &mut self,
        object: &'p Expr,
        method: crate::hir::FunctionId,
        args: &'p [Argument],
        state: &mut State,
    ) {
        let function = &self.program.functions[method];
        let owner = match &self.program.types[object.ty] {
            Type::Extern(id, _) => &*self.program.externs[*id].name.name,
            _ => "",
        };
        if let ("packet_in", "extract", Some(Argument::Value(header))) =
            (owner, &*function.name.name, args.first())
        {
            args.iter().skip(1).for_each(|arg| self.read_argument(arg, state));
            let mut leaves = self.unknown_leaves(header.ty);
            if let Some(first) = leaves.first_mut()
                && is_header(self.program, header.ty)
            {
                *first = validity::VALID;
            }
            return self.write(header, Some(leaves), state);
        }
        self.outside(&function.params, args, state);
    }

    /// A callee whose body is not there: what goes in is read, what comes out is set.
    fn outside(&mut self, params: &'p [VarId], args: &'p [Argument], state: &mut State) {
        for (&param, arg) in params.iter().zip(args) {
            let Argument::Value(e) = arg else { continue };
            match self.program.variables[param].direction() {
                Direction::None | Direction::In => self.hand_over(e, state),
                Direction::InOut => {
                    self.hand_over(e, state);
                    self.write(e, None, state);
                }
                Direction::Out => {}
            }
        }
        for (&param, arg) in params.iter().zip(args) {
            if let (Argument::Value(e), Direction::Out) = (arg, self.program.variables[param].direction()) {
                self.write(e, None, state);
            }
        }
    }

    /// A value that nobody knows what is done to: a single one must be set. Of a struct, some parts may not matter.
    pub(super) fn hand_over(&mut self, e: &'p Expr, state: &mut State) {
        let single = self.layouts.size(e.ty) == 1 && !is_header(self.program, e.ty);
        if single || !matches!(e.kind, ExprKind::Aggregate(..)) {
            return if single { self.read(e, state) } else { drop(self.leaves_of(e, state)) };
        }
        if let ExprKind::Aggregate(parts, _) = &e.kind {
            parts.iter().for_each(|part| self.hand_over(part, state));
        }
    }

    /// Runs a body that is known.
    pub(super) fn run(
        &mut self,
        summary: &Rc<Summary>,
        args: impl Iterator<Item = Option<&'p Argument>>,
        call: Span,
        state: &mut State,
    ) {
        let mut bindings: Vec<Binding> = Vec::with_capacity(summary.params.len());
        let mut targets: Vec<(&'p Expr, Direction)> = Vec::new();
        for (&param, arg) in summary.params.iter().zip(args) {
            let Some(Argument::Value(e)) = arg else {
                bindings.push(Binding { param, place: None, before: Vec::new(), is_read: false, root: None });
                continue;
            };
            let place = self.argument(e, param, state);
            if place.is_none() && matches!(param.direction, Direction::Out | Direction::InOut) {
                targets.push((e, param.direction));
            }
            let before = place.map_or(Vec::new(), |place| state.slice(place.base, param.size).to_vec());
            let root = root_of(e).map(|id| self.program.variables[id].name.span);
            let is_read = param.size == 1 && param.direction != Direction::Out;
            bindings.push(Binding { param, place: place.map(|place| place.base), before, is_read, root });
        }
        for exposure in &summary.exposures {
            if exposure.leaf < summary.shared {
                let bits = compose(self.unit.leaf(exposure.leaf), exposure.bits, state.get(exposure.leaf));
                self.need_for(exposure, exposure.leaf, bits, None, call);
            } else if let Some(binding) =
                binding_of(&bindings, exposure.leaf).filter(|binding| !binding.is_read)
                && let Some(base) = binding.place
            {
                let offset = exposure.leaf - binding.param.base;
                let before = binding.before.get(offset as usize).copied().unwrap_or(0);
                let leaf = base + offset;
                let bits = compose(self.unit.leaf(leaf), exposure.bits, before);
                self.need_for(exposure, leaf, bits, binding.root, call);
            }
        }
        let mut after = Vec::with_capacity(summary.effects.len());
        for &(leaf, bits) in &summary.effects {
            if leaf < summary.shared {
                after.push((leaf, compose(self.unit.leaf(leaf), bits, state.get(leaf))));
            } else if let Some(binding) = binding_of(&bindings, leaf)
                && let (Some(base), Direction::Out | Direction::InOut) =
                    (binding.place, binding.param.direction)
            {
                let offset = leaf - binding.param.base;
                let before = binding.before.get(offset as usize).copied().unwrap_or(0);
                let kind = self.unit.leaf(base + offset);
                // That the callee leaves something open is reported there.
                let bits = match (binding.param.direction, lacks(kind, bits)) {
                    (Direction::Out, Some(_)) if kind != super::layout::Leaf::Validity => value::SET,
                    _ => bits,
                };
                after.push((base + offset, compose(kind, bits, before)));
            }
        }
        for (leaf, bits) in after {
            state.set(leaf, bits);
        }
        for (target, _) in targets {
            self.write(target, None, state);
        }
        if !summary.returns {
            *state = State::unreached();
        }
    }

    /// Evaluates an argument: its leaves if the callee's leaves are told apart like them.
    fn argument(&mut self, e: &'p Expr, param: Param, state: &mut State) -> Option<Place> {
        let by_reference = matches!(param.direction, Direction::Out | Direction::InOut);
        if !Self::is_lvalue(e) {
            if !by_reference {
                self.leaves_of(e, state);
            }
            return None;
        }
        let place = self.place(e, state);
        let usable = place.filter(|place| {
            param.tracked && place.one_of.is_none() && self.layouts.size(place.ty) == param.size
        });
        match usable {
            // A value that is handed in is read, even if the callee ignores it.
            Some(place)
                if param.size == 1 && param.direction != Direction::Out && !self.is_header_leaf(place) =>
            {
                self.read(e, state);
            }
            Some(_) => {}
            None if param.direction != Direction::Out => {
                self.leaves_of(e, state);
            }
            None => {}
        }
        usable
    }

    fn is_header_leaf(&self, place: Place) -> bool {
        is_header(self.program, place.ty)
    }

    fn set_valid(&mut self, object: &'p Expr, state: &mut State) {
        let Some(place) = self.place(object, state) else { return };
        if place.one_of.is_some() || !is_header(self.program, place.ty) {
            let leaves = self.unknown_leaves(place.ty);
            return self.write_place(place, &leaves, state);
        }
        let size = self.layouts.size(place.ty);
        let mut leaves = state.slice(place.base, size).to_vec();
        let was = state.get(place.base);
        if let Some(first) = leaves.first_mut() {
            *first = validity::VALID;
        }
        // Section "Operations on headers": the fields of a header that was valid stay as they are.
        let opened = lacks(super::layout::Leaf::Validity, was) == Some(Certainty::Always);
        for (index, bits) in leaves.iter_mut().enumerate().skip(1) {
            let leaf = place.base + index as u32;
            *bits = if opened { value::UNSET } else { unknown(self.unit.leaf(leaf)) };
            if opened {
                self.unit.origin(leaf, object.span, Origin::Opened);
            }
        }
        self.write_place(place, &leaves, state);
    }

    /// `push_front` and `pop_front`: elements move, those that come in are invalid.
    fn shift(&mut self, stack: &'p Expr, by: i64, state: &mut State) {
        let Some(place) = self.place(stack, state) else { return };
        let Type::Stack { element, size } = self.program.types[place.ty] else { return };
        let stride = i64::from(self.layouts.size(element));
        if place.one_of.is_some() || !self.layouts.is_open(place.ty) {
            return;
        }
        let nothing: Vec<u8> = self.without_element(element);
        let old = state.slice(place.base, (stride * i64::from(size)) as u32).to_vec();
        for index in 0..i64::from(size) {
            let from =
                (index - by).checked_mul(stride).filter(|_| (0..i64::from(size)).contains(&(index - by)));
            let leaves = from
                .and_then(|from| old.get(from as usize..(from + stride) as usize))
                .unwrap_or(nothing.as_slice())
                .to_vec();
            let base = place.base + (index * stride) as u32;
            if from.is_none() {
                self.unit.origin(base, stack.span, Origin::Invalidated);
            }
            (base..).zip(leaves).for_each(|(leaf, bits)| state.set(leaf, bits));
        }
    }

    fn without_element(&mut self, element: TypeId) -> Vec<u8> {
        self.without(element)
    }
}

/// The parameter that a leaf belongs to; the leaves of parameters lie one after the other.
fn binding_of(bindings: &[Binding], leaf: u32) -> Option<&Binding> {
    let behind = bindings.partition_point(|binding| binding.param.base <= leaf);
    let binding = bindings.get(behind.checked_sub(1)?)?;
    (leaf < binding.param.base + binding.param.size).then_some(binding)
}
