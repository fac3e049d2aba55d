//! What all functions of a C file share: names, types of headers, tables, externs, and the declarations in front of the functions.

use super::externs::{self, Externs, Registry};
use crate::Options;
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::tree::Tree;
use crate::layout::atomic::{self, Atomic};
use crate::layout::extern_facts::ExternFacts;
use crate::layout::headers::HeaderLayout;
use crate::layout::loops::Loops;
use crate::layout::phases::Phases;
use crate::layout::storage::{self, Holding, Planned, Storage};
use crate::names::Names;
use crate::pipeline::Pipeline;
use crate::tables::Tables;
use p4xdp_control::kernel::Kernel;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::analysis::idle;
use p4xdp_midend::ir::{EnumId, HeaderTypeId, Program, TableId};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What is known of the program before anything is written.
pub(crate) type Given = (Registry, ExternFacts, Phases);

/// A C file while its functions are written.
pub struct Module<'a> {
    /// What is compiled.
    pub program: &'a Program,
    /// What the user asked for.
    pub options: &'a Options<'a>,
    /// Where refusals go.
    pub sink: &'a mut Diagnostics,
    /// Identifiers of the C file.
    pub names: Names,
    /// C form of the header types.
    pub types: Arena<HeaderTypeId, HeaderLayout>,
    /// How tables are stored.
    pub tables: Rc<Tables>,
    /// Tables that do nothing when they are applied.
    pub idle: FxHashSet<TableId>,
    /// Instances of externs, and functions that are called.
    pub externs: Rc<Externs>,
    /// Blocks that hold registers.
    pub atomic: Rc<Atomic>,
    /// What is known of externs by their names.
    pub extern_facts: ExternFacts,
    /// Where parsers keep how many bits of the byte at the cursor are parsed.
    pub phases: Phases,
    /// Structures, maps and other declarations in front of the functions, in order.
    pub globals: Tree,
    /// The program has copies of initial entries.
    pub falls_back: bool,
    /// Functions may be cut, so that what is known of headers has to be in the shared structure.
    pub cuts: bool,
    /// Extern functions of the user's whose prototypes are written.
    pub(crate) prototypes: BTreeSet<String>,
    /// The plan of each deparser, as text, with its name.
    pub plans: Vec<(Arc<str>, String)>,
    /// The oldest kernel that has all that was written so far.
    pub kernel: Kernel,
    /// The program can have a port to user space.
    pub has_cpu_port: bool,
    /// Loops that need it.
    pub told: Vec<Span>,
    /// What is asked of the device that received the packet, by the names of P4's functions.
    pub(crate) metadata: BTreeSet<&'static str>,
    enums: BTreeMap<EnumId, Vec<Name>>,
    /// The maps of tables and externs.
    pub(super) maps: MapsByName,
    /// What sections keep for copies.
    pub(super) slots: super::copies::Slots,
}

/// Maps by the names of C by which a function uses them.
#[derive(Clone, Debug, Default)]
pub(super) struct MapsByName {
    /// Those whose own name stands in it.
    own: Vec<Name>,
    /// Those of a stem, with which the names begin that stand in it, and how many they are.
    stems: Vec<(Name, usize)>,
}

impl MapsByName {
    /// A map that is used by its name.
    pub(super) fn add(&mut self, name: &Name) {
        self.own.push(name.clone());
    }

    /// So many maps that are used by a stem, or by names that begin with it.
    pub(super) fn add_stem(&mut self, stem: &Name, maps: usize) {
        self.stems.push((stem.clone(), maps));
    }

    /// How many of them are used by what mentions these names: at most so many, since a name may begin with another one's stem.
    pub(super) fn used_by(&self, names: &FxHashSet<&str>) -> usize {
        let sorted: BTreeSet<&str> = names.iter().copied().collect();
        let own = self.own.iter().filter(|name| sorted.contains(name.as_str())).count();
        let begins = |stem: &Name| {
            let first = format!("{stem}_");
            sorted.contains(stem.as_str())
                || sorted.range(first.as_str()..).next().is_some_and(|name| name.starts_with(&first))
        };
        own + self.stems.iter().filter(|(stem, _)| begins(stem)).map(|(_, maps)| maps).sum::<usize>()
    }
}

impl<'a> Module<'a> {
    /// A file without functions yet, and where headers live in each section.
    pub fn new(
        program: &'a Program,
        pipeline: &Pipeline,
        options: &'a Options<'a>,
        cuts: bool,
        (registry, extern_facts, phases): Given,
        sink: &'a mut Diagnostics,
    ) -> (Module<'a>, Vec<Storage>) {
        let mut names = Names::new();
        let pointers = storage::pointers(program, &mut names);
        let types: Arena<HeaderTypeId, HeaderLayout> =
            program.header_types.values().map(|ty| HeaderLayout::new(names.unique(&ty.name), ty)).collect();
        let holding = if cuts { Some(Holding::Shared) } else { options.holding };
        let storages = pipeline.sections.iter();
        let storages = storages.map(|s| {
            let blocks = s.blocks(program);
            let loops = Loops::plan(program, &blocks, &s.locals(program), options.kernel);
            let plan = Planned {
                stores: pipeline.stores,
                begins_with_headers: s.begins_with_headers(),
                hands_headers_on: s.hands_headers_on(),
            };
            Storage::plan(program, (&blocks, loops), plan, &pointers, holding, &mut names)
        });
        let storages = storages.collect();
        let atomic = Rc::new(atomic::plan(program, &extern_facts, sink));
        // Refusals are in the sink; what is written then is thrown away. A map must not have the program's name; variables of the
        // program may hide it.
        let (tables, externs) = names.besides(&crate::entry_name(options.source), |names| {
            let tables = Rc::new(crate::tables::lay_out(program, &extern_facts, names, sink));
            (tables, Rc::new(externs::lay_out(registry, program, &atomic, names, sink)))
        });
        let module = Module {
            program,
            options,
            sink,
            names,
            types,
            tables,
            idle: idle::tables(program, &pipeline.reads(program)),
            externs,
            atomic,
            extern_facts,
            phases,
            globals: Tree::default(),
            falls_back: false,
            has_cpu_port: super::ports::has_cpu_port(program, options),
            cuts,
            prototypes: BTreeSet::new(),
            plans: Vec::new(),
            kernel: Kernel::BASELINE,
            told: Vec::new(),
            metadata: BTreeSet::new(),
            enums: BTreeMap::new(),
            maps: MapsByName::default(),
            slots: super::copies::Slots::default(),
        };
        (module, storages)
    }

    /// The user's C has a function of this name, and the program calls it.
    pub fn is_user_function(&self, name: &str) -> bool {
        self.prototypes.contains(name)
    }

    /// The C name of an enum's member; the enum is declared on first use.
    pub fn enumerator(&mut self, id: EnumId, position: usize) -> Code {
        if let Some(members) = self.enums.get(&id) {
            return enumerator(members, position);
        }
        let ty = &self.program.enums[id];
        let members: Vec<Name> = if crate::arch::is_kernel_enum(ty) {
            ty.members.iter().map(|m| Name::new(m)).collect()
        } else {
            let tag = self.names.unique(&ty.name);
            let names: Vec<Name> =
                ty.members.iter().map(|m| self.names.unique(&format!("{}_{m}", ty.name))).collect();
            self.globals.begin(code!("enum {} {{", tag));
            for name in &names {
                self.globals.line(code!("{},", name));
            }
            self.globals.end_with(code!("};"));
            self.globals.blank();
            names
        };
        let name = enumerator(&members, position);
        self.enums.insert(id, members);
        name
    }

    /// Notes that the program needs this kernel for `what`, at this place; refused if it is to run on an older one.
    pub fn need_kernel(&mut self, needed: Kernel, what: &str, span: Span) {
        self.kernel = self.kernel.max(needed);
        if let Some(oldest) = self.options.kernel.filter(|oldest| *oldest < needed) {
            let message = format!("{what} needs Linux {needed}, and the program is to run on {oldest}");
            let note = format!("`--kernel {needed}` says that it will not meet an older one");
            self.sink.emit(Diagnostic::error(codes::E0528, span, message).with_note(note));
        }
    }

    /// Warns of what gives a fallback on the oldest kernel that the program is to run on, as only those from `needed` on have it.
    pub(crate) fn falls_back_before(&mut self, needed: Kernel, what: &str, span: Span) {
        if self.options.kernel.is_some_and(|oldest| oldest < needed) {
            let message = format!("before Linux {needed}, {what} always gives its fallback");
            self.sink.emit(Diagnostic::warning(codes::W0502, span, message));
        }
    }

    /// Says that the program needs a newer kernel than others, and for what.
    pub fn explain_kernel(&mut self) {
        let needed = self.kernel;
        let mut loops = self.told.iter();
        if let Some(&first) = loops.next()
            && self.options.kernel.is_none()
        {
            let message = format!("with this loop the program needs Linux {needed} or newer");
            let mut found = Diagnostic::warning(codes::W0502, first, message);
            for &other in loops {
                found = found.with_label(other, "and with this one");
            }
            self.sink.emit(found.with_note(format!(
                "`--kernel {needed}` says that it will not meet an older one; with less, the loop is refused"
            )));
        }
    }

    /// What the state is before something is written on trial.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            globals: self.globals.clone(),
            names: self.names.clone(),
            enums: self.enums.clone(),
            sink: self.sink.clone(),
            told: self.told.clone(),
        }
    }

    /// Forgets what was written since.
    pub(super) fn restore(&mut self, snapshot: Snapshot) {
        (self.globals, self.names, self.enums) = (snapshot.globals, snapshot.names, snapshot.enums);
        self.told = snapshot.told;
        *self.sink = snapshot.sink;
    }
}

fn enumerator(members: &[Name], position: usize) -> Code {
    members.get(position).map_or_else(|| position.code(), ToCode::code)
}

/// What writing on trial may change of a file.
pub(super) struct Snapshot {
    globals: Tree,
    names: Names,
    enums: BTreeMap<EnumId, Vec<Name>>,
    sink: Diagnostics,
    told: Vec<Span>,
}
