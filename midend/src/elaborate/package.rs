//! The package: recognises the architecture, lays out what its blocks share, and elaborates the blocks.

use super::env::{Binding, Frame, FrameKind};
use super::instance::{ObjectId, ObjectKind};
use super::names;
use super::storage::Loc;
use super::{Elaborator, Res};
use crate::arch::{self, Architecture};
use crate::ir::{self, Expr, LValue, Place, StageBlock, StmtKind};
use p4xdp_frontend::architecture;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::hir::{
    self, Argument, Construct, Constructor, Direction, ExprKind, TopLevel, Type, TypeId, VarId,
};
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A block of the package and where it goes.
struct StageArgument<'h> {
    role: Arc<str>,
    constructed: Constructed<'h>,
    span: Span,
}

/// How the package names a block.
enum Constructed<'h> {
    InPlace(&'h Construct),
    Instance(hir::InstanceId),
}

/// Storage that parameters of several stages share, by the slot's name.
type Slots = FxHashMap<&'static str, (Loc, TypeId)>;

impl<'h> Elaborator<'h> {
    /// The whole program, from `main`.
    pub(super) fn package(&mut self, architecture: Option<&'static Architecture>) -> Res<()> {
        let hir = self.hir;
        let Some(main) = hir.main else {
            let diagnostic = Diagnostic::error(codes::E0402, Span::NONE, "the program has no `main`")
                .with_note(
                    "`main` instantiates the architecture's package, as in `xdp(P(), S(), D()) main;`",
                );
            return Err(self.sink.error(diagnostic));
        };
        let main = &hir.instances[main];
        let span = main.name.span;
        let Constructor::Package(package) = main.construct.constructor else {
            return Err(self.error(codes::E0402, span, "`main` is not a package"));
        };
        let name = &hir.packages[package].name.name;
        let known = || architecture::of(hir).and_then(arch::by_name);
        let Some(architecture) = architecture.or_else(known) else {
            let unknown = architecture::unknown(hir, None);
            return Err(match unknown {
                Some(unknown) => self.sink.error(unknown),
                None => self.bug(span, "a package of no architecture"),
            });
        };
        self.ir.annotations = super::annotations::annotations(&main.annotations);
        self.ir.package = name.clone();
        self.ir.architecture = architecture.name.into();

        for declaration in &hir.top_level {
            if let TopLevel::Instance(id) = declaration
                && matches!(hir.instances[*id].construct.constructor, Constructor::Extern(..))
            {
                self.instance(*id)?;
            }
        }
        let mut arguments = Vec::new();
        self.stage_arguments(&main.construct, span, &mut arguments)?;
        let mut slots = Slots::default();
        let mut result = Ok(());
        for argument in arguments {
            result = result.and(self.stage(argument, architecture, &mut slots));
        }
        result.and_then(|()| self.tell_controller_headers())
    }

    /// The controls and parsers that a package is given, those of nested packages included.
    fn stage_arguments(
        &mut self,
        construct: &'h Construct,
        span: Span,
        found: &mut Vec<StageArgument<'h>>,
    ) -> Res<()> {
        let hir = self.hir;
        let Constructor::Package(package) = construct.constructor else {
            return Err(self.bug(span, "a package that is none"));
        };
        for (&param, arg) in hir.packages[package].params.iter().zip(&construct.args) {
            let expr = match arg {
                Argument::Value(expr) => expr,
                Argument::Ignored(_) | Argument::Missing => continue,
            };
            let (inner, constructed) = match &expr.kind {
                ExprKind::Construct(construct) => (&**construct, Constructed::InPlace(construct)),
                ExprKind::Instance(id) => (&hir.instances[*id].construct, Constructed::Instance(*id)),
                // Numbers and the like are the architecture's matter.
                _ => continue,
            };
            match inner.constructor {
                Constructor::Package(_) => self.stage_arguments(inner, expr.span, found)?,
                Constructor::Parser(_) | Constructor::Control(_) => {
                    let role = hir.variables[param].name.name.clone();
                    found.push(StageArgument { role, constructed, span: expr.span });
                }
                Constructor::Extern(..) => {}
            }
        }
        Ok(())
    }

    fn stage(
        &mut self,
        argument: StageArgument<'h>,
        architecture: &'static Architecture,
        slots: &mut Slots,
    ) -> Res<()> {
        let object = match argument.constructed {
            Constructed::InPlace(construct) => {
                let name = match construct.constructor {
                    Constructor::Parser(id) => &self.hir.parsers[id].name.name,
                    Constructor::Control(id) => &self.hir.controls[id].name.name,
                    Constructor::Extern(..) | Constructor::Package(_) => {
                        return Err(self.bug(argument.span, "a block that is none"));
                    }
                };
                let is_taken = |name: &str| self.stage_names().any(|known| &*known == name);
                let name = names::block_name(name, &argument.role, is_taken);
                self.construct_in_place(construct, &name, argument.span)?
            }
            Constructed::Instance(id) => self.instance(id)?,
        };
        let params: &'h [VarId] = match self.objects[object].kind {
            ObjectKind::Parser(id) => &self.hir.parsers[id].params,
            ObjectKind::Control(id) => &self.hir.controls[id].params,
            ObjectKind::Extern { .. } => return Err(self.bug(argument.span, "a block that is an extern")),
        };
        let layout = architecture.blocks.iter().find(|b| b.role == &*argument.role);
        let (bindings, stage_params) = self.within(object, |e| {
            let (mut bindings, mut stage_params) = (Vec::new(), Vec::new());
            for (i, &param) in params.iter().enumerate() {
                let slot = layout.and_then(|l| l.slots.get(i)).copied().unwrap_or("");
                let (binding, place) = e.stage_param(param, slot, slots)?;
                stage_params.push(ir::StageParam {
                    name: e.hir.variables[param].name.name.clone(),
                    direction: e.direction(param),
                    place,
                });
                bindings.push(binding);
            }
            Ok((bindings, stage_params))
        })?;
        let slots_of = layout.map_or(&[][..], |l| l.slots).iter().zip(params.iter().zip(&bindings));
        self.env.implied = slots_of
            .filter_map(|(slot, (&param, binding))| {
                let (function, _) = architecture.implied.iter().find(|(_, implied)| implied == slot)?;
                match binding {
                    Binding::Loc(loc) => Some((*function, loc.clone(), self.hir.variables[param].ty)),
                    _ => None,
                }
            })
            .collect();
        let fresh: Vec<(Loc, TypeId)> = params
            .iter()
            .zip(&bindings)
            .filter_map(|(&param, binding)| match binding {
                Binding::Loc(loc) if self.direction(param) == Direction::Out => {
                    Some((loc.clone(), self.hir.variables[param].ty))
                }
                _ => None,
            })
            .collect();
        let init = |e: &mut Self| {
            for (loc, ty) in fresh {
                let value = e.default_value(ty, argument.span)?;
                e.write(&loc, value, ty, argument.span)?;
            }
            Ok(())
        };
        self.env.exit_flag = None;
        self.env.frames = vec![Frame { is_control: true, ..Frame::new(FrameKind::Stage) }];
        let block = match self.objects[object].kind {
            ObjectKind::Parser(_) => {
                let parser = self.stage_parser(object, bindings, architecture.reject_is_visible, init);
                self.env.frames.clear();
                StageBlock::Parser(self.ir.parsers.push(parser?))
            }
            _ => {
                let control = self.stage_control(object, bindings, init);
                self.env.frames.clear();
                StageBlock::Control(self.ir.controls.push(control?))
            }
        };
        self.ir.stages.push(ir::Stage { role: argument.role, block, params: stage_params });
        Ok(())
    }

    fn stage_names(&self) -> impl Iterator<Item = Arc<str>> + '_ {
        self.ir.stages.iter().map(|s| match s.block {
            StageBlock::Parser(id) => self.ir.parsers[id].name.clone(),
            StageBlock::Control(id) => self.ir.controls[id].name.clone(),
        })
    }

    /// Storage of a stage's parameter: that of its slot, if the types agree.
    fn stage_param(&mut self, param: VarId, slot: &'static str, slots: &mut Slots) -> Res<(Binding, Place)> {
        let decl = &self.hir.variables[param];
        let span = decl.name.span;
        let ty = self.mono(decl.ty);
        if let Type::Extern(id, _) = &self.types.list[ty] {
            let name = self.hir.externs[*id].name.name.clone();
            return match &*name {
                "packet_in" | "packet_out" => Ok((Binding::Packet, Place::Opaque(name))),
                _ => Err(self.unsupported(span, format!("a parameter of type `{name}` of a block"))),
            };
        }
        let loc = match slots.get(slot) {
            Some((loc, known)) if *known == ty && !slot.is_empty() => loc.clone(),
            _ => {
                let loc = self.alloc(ty, &decl.name.name, &decl.annotations, span)?;
                if !slot.is_empty() {
                    slots.entry(slot).or_insert((loc.clone(), ty));
                }
                loc
            }
        };
        let place = self.place(&loc, ty, span)?;
        Ok((Binding::Loc(loc), place))
    }

    fn stage_control(
        &mut self,
        object: ObjectId,
        bindings: Vec<Binding>,
        init: impl FnOnce(&mut Self) -> Res<()>,
    ) -> Res<ir::Control> {
        let ObjectKind::Control(decl) = self.objects[object].kind else {
            return Err(self.bug(Span::NONE, "a control that is none"));
        };
        let control = &self.hir.controls[decl];
        let span = control.name.span;
        let Some(body) = &control.body else {
            return Err(self.bug(span, "a control type in a package"));
        };
        let (body, ()) = self.within(object, |e| {
            e.bind_all(&control.params, bindings);
            e.block(|e| {
                init(e)?;
                e.control_body(object, body)
            })
        })?;
        let label = self.env.frames.first().and_then(|f| f.label);
        let flag = self.env.exit_flag;
        let (body, ()) = self.block(|e| {
            if let Some(flag) = flag {
                let clear = StmtKind::Assign { dst: LValue::Local(flag), src: Expr::bool(false, span) };
                e.push(clear, span);
            }
            e.labelled(label, body, span);
            Ok(())
        })?;
        Ok(ir::Control { name: self.objects[object].name.clone(), body, span })
    }
}
