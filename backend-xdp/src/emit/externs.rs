//! What the emitter asks of externs: in go the lines of a registry and a program, out comes one object an instance and a called function,
//! which has its maps, describes itself to the control plane and writes its calls. What any of them means is left to it ([`crate::externs`]).

use super::Cx;
use crate::c::code::{Code, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::c::map::MapDefinition;
use crate::c::tree::{Place, Tree};
use crate::layout::atomic::Atomic;
use crate::layout::extern_facts::{ExternFacts, Facts, Shared};
use crate::layout::pool::Pool;
use crate::names::Names;
use p4xdp_control::manifest::ExternKind;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Arg, BinaryOp, Block, Expr, ExprKind, ExternId, ExternInstance, KeyElement, LValue, Program, ScalarType,
    StmtKind, TypeShape, visit,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::rc::Rc;

/// A line of the registry: an extern type or function, by the name that programs know it by.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Name of the type or function.
    pub(crate) name: &'static str,
    /// The architectures that have it; none: a function that programs declare themselves.
    pub(crate) architectures: &'static [&'static str],
    /// What is known of it before it is laid out.
    pub(crate) facts: Facts,
    /// How it is laid out.
    pub(crate) make: Make,
}

/// The object that stands for an instance, unless XDP cannot have it, which is reported.
pub(crate) type Made = Result<Box<dyn Extern>, ErrorsReported>;

/// Makes the object that stands for an instance.
pub(crate) type MakeInstance = fn(&ExternInstance, &mut Laying<'_>) -> Made;

/// What externs are laid out with.
#[derive(Debug)]
pub(crate) struct Laying<'l> {
    /// The program that has them.
    pub(crate) program: &'l Program,
    /// Identifiers that are free.
    pub(crate) names: &'l mut Names,
    /// Where refusals go.
    pub(crate) diagnostics: &'l mut Diagnostics,
    /// Maps that several share.
    pub(crate) pool: Pool,
    /// The cells of the instance at hand need a lock, which `@atomic` blocks hold.
    pub(crate) is_locked: bool,
}

/// Makes the object that stands for a function.
pub(crate) type MakeFunction = fn(&mut Laying<'_>) -> Box<dyn Extern>;

/// Makes the object that stands for an instance or a function.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Make {
    /// Of an extern type: once an instance.
    Instance(MakeInstance),
    /// Of an extern function: once, if the program calls it.
    Function(MakeFunction),
    /// Of an extern function that has nothing but its calls.
    Stateless(WriteCall),
}

/// Writes a call: see [`Extern::call`].
pub(crate) type WriteCall = fn(&mut Cx<'_>, &Call<'_>) -> Result<(), OtherShape>;

impl Entry {
    /// An extern type.
    pub(crate) const fn of_type(name: &'static str, make: MakeInstance) -> Entry {
        Entry { name, architectures: &[], facts: Facts::none(), make: Make::Instance(make) }
    }

    /// An extern function.
    pub(crate) const fn function(name: &'static str, make: MakeFunction) -> Entry {
        Entry { name, architectures: &[], facts: Facts::none(), make: Make::Function(make) }
    }

    /// An extern function that has no maps and that control planes do not see.
    pub(crate) const fn stateless(name: &'static str, call: WriteCall) -> Entry {
        Entry { name, architectures: &[], facts: Facts::none(), make: Make::Stateless(call) }
    }

    /// Of these architectures only.
    pub(crate) const fn of(self, architectures: &'static [&'static str]) -> Entry {
        Entry { architectures, ..self }
    }

    /// With a state that other packets may see.
    pub(crate) const fn shared(self, shared: Shared) -> Entry {
        Entry { facts: Facts { shared, ..self.facts }, ..self }
    }

    /// With facts.
    pub(crate) const fn with(self, facts: Facts) -> Entry {
        Entry { facts, ..self }
    }

    fn is_of(&self, architecture: &str) -> bool {
        self.architectures.is_empty() || self.architectures.contains(&architecture)
    }
}

/// All externs that there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registry {
    /// Those that are known by name, in the order in which their maps and descriptions stand.
    pub(crate) entries: &'static [&'static Entry],
    /// Stands for all functions that are not.
    pub(crate) others: WriteCall,
}

/// A call is not one of this extern: the program declares another one by the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherShape;

/// An instance of an extern type, or an extern function that the program calls.
pub(crate) trait Extern: Debug {
    /// Its maps.
    fn maps(&self) -> Vec<MapDefinition> {
        Vec::new()
    }

    /// Declares the structures that its maps and calls use.
    fn declare(&self, out: &mut Tree) {
        let _ = out;
    }

    /// As the control plane sees it, if it does.
    fn describe(&self, _program: &Program) -> Option<ExternKind> {
        None
    }

    /// The same of a function that control planes see as several things, with a name each.
    fn describe_each(&self, _program: &Program) -> Vec<(String, ExternKind)> {
        Vec::new()
    }

    /// True for one that hangs on a table's entries, and changes the cell of the entry whose action calls it, or that of misses
    /// ([`Cx::direct_cell`]).
    fn is_by_call(&self) -> bool {
        false
    }

    /// Of one that hangs on a table's entries: writes what holds where no entry matches, in front of [`Extern::matched`].
    fn before_match(&self, cx: &mut Cx<'_>) {
        let _ = cx;
    }

    /// Of one that hangs on a table's entries: writes what a match does of the entry with this number, in front of the action. The cells
    /// are in this map.
    fn matched(&self, cx: &mut Cx<'_>, map: &Name, number: &Code) {
        let _ = (cx, map, number);
    }

    /// Of one that has groups of members: what the choice of a member is made by, from these keys of a table.
    fn choose(&self, _cx: &mut Cx<'_>, _keys: &[&KeyElement]) -> CExpr {
        CExpr::zero(32)
    }

    /// Of a register: the C type of its cells, and their map.
    fn cell(&self) -> Option<(Code, Name)> {
        None
    }

    /// Of one whose state is as at first each time that a parser or control begins which calls it: writes that.
    fn begin(&self, cx: &mut Cx<'_>, id: ExternId) {
        let _ = (cx, id);
    }

    /// Writes a call, or refuses it.
    ///
    /// # Errors
    /// When it is not a call of this extern. Nothing lasting is written then.
    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape>;
}

/// A function that has nothing but its calls.
#[derive(Debug)]
struct Stateless(WriteCall);

impl Extern for Stateless {
    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        self.0(cx, call)
    }
}

/// A call as the IR has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'c> {
    /// The instance, of a method.
    pub(crate) instance: Option<ExternId>,
    /// The method or function.
    pub(crate) name: &'c str,
    /// Its type arguments.
    pub(crate) type_args: &'c [TypeShape],
    /// Its arguments.
    pub(crate) args: &'c [Arg],
    /// Where its result goes.
    pub(crate) result: Option<&'c Arg>,
    /// Where it stands.
    pub(crate) span: Span,
    /// See [`Facts::is_pure`].
    pub(crate) is_pure: bool,
}

impl<'c> Call<'c> {
    /// The values that are given, without optional ones that are left out; nothing if there are other arguments than values.
    pub(crate) fn given(&self) -> Option<Vec<&'c Expr>> {
        let given = self.args.iter().filter(|arg| !matches!(arg, Arg::Missing));
        given.map(|arg| arg.value()).collect()
    }
}

/// The externs of a program.
#[derive(Debug)]
pub(crate) struct Externs {
    instances: Arena<ExternId, Laid>,
    functions: BTreeMap<&'static str, Laid>,
    /// Maps that several share.
    pool: Pool,
    others: Stateless,
}

/// An extern that is laid out, and its line in the registry.
#[derive(Debug)]
struct Laid {
    position: usize,
    made: Box<dyn Extern>,
}

/// The facts about the externs that a program can have.
pub(crate) fn facts(registry: Registry, program: &Program) -> ExternFacts {
    let known = registry.entries.iter().filter(|entry| entry.is_of(&program.architecture));
    known.map(|entry| (entry.name, entry.facts)).collect()
}

/// Lays out the instances of a program and the functions that it calls. Those that cannot be had are reported, and then have no maps.
pub(crate) fn lay_out(
    registry: Registry,
    program: &Program,
    atomic: &Atomic,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Externs {
    let known =
        || registry.entries.iter().enumerate().filter(|(_, entry)| entry.is_of(&program.architecture));
    let mut laying = Laying { program, names, diagnostics, pool: Pool::default(), is_locked: false };
    let mut instances = Arena::new();
    for (id, instance) in program.externs.iter() {
        laying.is_locked = atomic.locked.contains(&id);
        let found = known().find_map(|(position, entry)| match entry.make {
            Make::Instance(make) if entry.name == &*instance.extern_type => Some((position, make)),
            Make::Instance(_) | Make::Function(_) | Make::Stateless(_) => None,
        });
        instances.push(match found {
            Some((position, make)) => {
                let made =
                    make(instance, &mut laying).unwrap_or_else(|_reported: ErrorsReported| Box::new(Refused));
                Laid { position, made }
            }
            None => Laid { position: usize::MAX, made: Box::new(Unknown) },
        });
    }
    let called = called_functions(program);
    let mut functions = BTreeMap::new();
    for (position, entry) in known() {
        if !called.contains(entry.name) {
            continue;
        }
        let made: Box<dyn Extern> = match entry.make {
            Make::Instance(_) => continue,
            Make::Function(make) => make(&mut laying),
            Make::Stateless(call) => Box::new(Stateless(call)),
        };
        functions.insert(entry.name, Laid { position, made });
    }
    Externs { instances, functions, pool: laying.pool, others: Stateless(registry.others) }
}

/// Names of all extern functions that the program calls.
fn called_functions(program: &Program) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| {
            if let StmtKind::CallExtern { instance: None, name, .. } = &stmt.kind {
                found.insert(&**name);
            }
        });
    }
    found
}

impl Externs {
    /// Their maps.
    pub(crate) fn maps(&self) -> Vec<MapDefinition> {
        let instances = self.instances.values().map(|laid| (laid.position, laid));
        let functions = self.functions.values().map(|laid| (laid.position, laid));
        let own = in_order(instances.chain(functions)).flat_map(|laid| laid.made.maps());
        own.chain(self.pool.maps()).collect()
    }

    /// Declares the structures that their maps and calls use.
    pub(crate) fn declare(&self, out: &mut Tree) {
        let instances = self.instances.values().map(|laid| (laid.position, laid));
        let functions = self.functions.values().map(|laid| (laid.position, laid));
        in_order(instances.chain(functions)).for_each(|laid| laid.made.declare(out));
    }

    /// An instance.
    pub(super) fn instance(&self, id: ExternId) -> &dyn Extern {
        &*self.instances[id].made
    }

    /// As the control plane sees them.
    pub(crate) fn describe(&self, program: &Program) -> Vec<p4xdp_control::manifest::Extern> {
        let instances = self.instances.iter().map(|(id, laid)| {
            let instance = &program.externs[id];
            (laid.position, (&*instance.name, &*instance.extern_type, laid))
        });
        let functions = self.functions.iter().map(|(name, laid)| (laid.position, (*name, *name, laid)));
        in_order(instances.chain(functions))
            .flat_map(|(name, extern_type, laid)| {
                let own = laid.made.describe(program).map(|kind| (name.to_owned(), kind));
                let described = own.into_iter().chain(laid.made.describe_each(program));
                described.map(move |(name, kind)| p4xdp_control::manifest::Extern {
                    name,
                    extern_type: extern_type.to_owned(),
                    kind,
                })
            })
            .collect()
    }
}

/// Things by their line in the registry; those of one line as they come.
fn in_order<T>(things: impl Iterator<Item = (usize, T)>) -> impl Iterator<Item = T> {
    let mut list: Vec<(usize, T)> = things.collect();
    list.sort_by_key(|(position, _)| *position);
    list.into_iter().map(|(_, thing)| thing)
}

/// An instance that was refused; its calls are not refused again.
#[derive(Debug)]
struct Refused;

impl Extern for Refused {
    fn call(&self, _cx: &mut Cx<'_>, _call: &Call<'_>) -> Result<(), OtherShape> {
        Ok(())
    }
}

/// An instance of a type that the registry does not have.
#[derive(Debug)]
struct Unknown;

impl Extern for Unknown {
    fn call(&self, _cx: &mut Cx<'_>, _call: &Call<'_>) -> Result<(), OtherShape> {
        Err(OtherShape)
    }
}

impl Cx<'_> {
    /// What an action selector chooses a member by: see [`Extern::choose`].
    pub(super) fn choose_member(&mut self, selector: ExternId, keys: &[&KeyElement]) -> CExpr {
        let externs = Rc::clone(&self.module.externs);
        externs.instances[selector].made.choose(self, keys)
    }

    /// Begins a parser or control, whose blocks these are: what its externs keep for one run of it only is as at first.
    pub(super) fn begin_externs<'b>(&mut self, blocks: impl Iterator<Item = &'b Block>) {
        let externs = Rc::clone(&self.module.externs);
        let mut called = BTreeSet::new();
        for block in blocks {
            visit::statements(block, &mut |stmt| {
                if let StmtKind::CallExtern { instance: Some(id), .. } = &stmt.kind {
                    called.insert(*id);
                }
            });
        }
        called.into_iter().for_each(|id| externs.instance(id).begin(self, id));
    }

    /// Where a number is kept for an extern, which all parts of the section see.
    pub(crate) fn kept_for(&mut self, id: ExternId, wanted: &'static str, ty: CType) -> Place {
        if let Some(place) = self.kept.get(&(id, wanted)) {
            return place.clone();
        }
        let place = self.fresh_everywhere(wanted, ty);
        self.kept.insert((id, wanted), place.clone());
        place
    }

    /// Writes the call of an extern.
    pub(super) fn call_extern(
        &mut self,
        instance: Option<ExternId>,
        (name, type_args): (&str, &[TypeShape]),
        args: &[Arg],
        result: Option<&Arg>,
        span: Span,
    ) {
        let externs = Rc::clone(&self.module.externs);
        let mut call = Call { instance, name, type_args, args, result, span, is_pure: false };
        if let Some(id) = instance {
            self.with_lock_of(&call, |cx| {
                if externs.instances[id].made.call(cx, &call).is_err() {
                    let ty = &cx.program.externs[id].extern_type;
                    let message = format!("method `{name}` of extern `{ty}` cannot be had on XDP");
                    cx.refuse(codes::E0523, span, message);
                }
            });
            return;
        }
        call.is_pure = self.module.extern_facts.of(name).is_pure;
        if externs.functions.get(name).is_some_and(|laid| laid.made.call(self, &call).is_ok()) {
            return;
        }
        call.is_pure = false;
        if externs.others.call(self, &call).is_err() {
            let message = format!("extern function `{name}` has no implementation on XDP");
            let note = "define it in C and give the file with `--extern`; `p4xdp explain E0523` tells how";
            self.module.sink.emit(Diagnostic::error(codes::E0523, span, message).with_note(note));
        }
    }

    /// The cell of an extern that hangs on a table's entries: its map, and the number of the entry whose action is written, 0 for misses. The
    /// number is nothing outside of tables. In an action of a table that it does not belong to there is no cell.
    pub(crate) fn direct_cell(&self, call: &Call<'_>) -> Option<(Name, Option<Code>)> {
        let layouts = self.module.tables.layouts.iter();
        let applied = layouts.filter(|(id, _)| self.applied.is_none_or(|applied| applied == *id));
        let mut hanging =
            applied.filter_map(|(_, layout)| layout.direct.as_ref()).flat_map(|direct| &direct.externs);
        let map = hanging.find(|hanging| Some(hanging.id) == call.instance)?.map.clone();
        Some((map, self.entry_number.clone()))
    }

    /// The arguments, if all of them are scalars that are read.
    pub(crate) fn values(&mut self, args: &[Arg]) -> Option<Vec<CExpr>> {
        args.iter().map(|arg| Some(self.value(arg.value()?))).collect()
    }

    /// The index of a cell, for a map, whose keys have 32 bits. A wider number that does not fit is one that no map has.
    pub(crate) fn cell_index(&mut self, index: &Expr) -> CExpr {
        const BITS: u32 = 32;
        let (width, span) = (index.ty.width(), index.span);
        if width <= BITS {
            return self.value(index);
        }
        let slice = |hi, lo| {
            let kind = ExprKind::Slice { base: Box::new(index.clone()), hi, lo };
            Expr { kind, ty: ScalarType::bit(hi + 1 - lo), span }
        };
        let high = slice(width - 1, BITS);
        let zero = Expr::constant(0u32, high.ty, span);
        let fits = Expr::binary(BinaryOp::Eq, high, zero, ScalarType::Bool, span);
        let beyond = Expr::constant(u32::MAX, ScalarType::bit(BITS), span);
        let kind = ExprKind::Conditional(Box::new(fits), Box::new(slice(BITS - 1, 0)), Box::new(beyond));
        self.value(&Expr { kind, ty: ScalarType::bit(BITS), span })
    }

    /// Puts the result where the program wants it; a call without one is a statement.
    pub(crate) fn give(&mut self, call: &Call<'_>, value: CExpr) {
        let Some(Arg::Out(target)) = call.result else {
            self.out.line(code!("{};", value.text));
            return;
        };
        let width = self.lvalue_width(target);
        // As wide as the program has declared it.
        let value = if width < value.width {
            CExpr { width, clean: false, ..value }
        } else {
            CExpr { width, ..value }
        };
        match target {
            LValue::Local(variable) if !call.is_pure => {
                let variable = self.variable(*variable);
                self.out.call(&variable, &value.masked().text);
            }
            LValue::Field { .. } | LValue::Slice { .. } if !call.is_pure => {
                // Written once, whatever the target takes.
                let ty = CType::of_width(width);
                let name = self.fresh("result", ty.name());
                self.out.call(&name, &value.masked().text);
                self.assign(target, CExpr::atom(name, ty, width), call.span);
            }
            LValue::Local(_) | LValue::Field { .. } | LValue::Slice { .. } => {
                self.assign(target, value, call.span);
            }
        }
    }

    pub(crate) fn lvalue_width(&self, lvalue: &LValue) -> u32 {
        match lvalue {
            LValue::Local(id) => self.program.locals[*id].ty.width(),
            LValue::Field { header, field } => self.field_width(header, *field),
            LValue::Slice { hi, lo, .. } => hi - lo + 1,
        }
    }
}
