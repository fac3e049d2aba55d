//! IR to C: the state of a function's writer and what all its parts use.
//!
//! A section of the pipeline is one function. Its body is written front to back while [`Paths`] follow what is known of the headers
//! at the point that was reached; declarations of variables, maps and structures collect beside it and are put in front
//! when all is written ([`file`]). What functions share is in [`module`]. Which declarations of the prelude are needed is seen from the text itself.

mod assemble;
mod atomic;
mod bits;
mod copies;
mod declare;
mod deparse;
mod doubtful;
pub(crate) mod expr;
pub(crate) mod externs;
pub(crate) mod field;
pub(crate) mod file;
mod flow;
mod fragments;
mod header_stmt;
mod loops;
pub(crate) mod losses;
pub(crate) mod member_access;
mod module;
mod moves;
mod operators;
mod parser;
mod parser_bounds;
mod parser_graph;
mod parser_stmt;
mod parts;
pub(crate) mod pieces;
pub(crate) mod ports;
mod record;
mod rounds;
mod select;
pub(crate) mod stack;
mod statistics;
mod steps;
mod stmt;
mod table;
mod varbit;

use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::{Place, SHARED, Tree};
use crate::layout::paths::Paths;
use crate::layout::storage::{HeaderStorage, Holding, Offset, Storage, Varbit};
use module::Module;
use p4xdp_control::manifest::SCRATCH;
use p4xdp_frontend::arena::Arena;
use p4xdp_frontend::diagnostic::{self, Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Block, ControlId, ExternId, HeaderId, LabelId, LocalId, Program, ScalarType, StageBlock, Stmt, StmtKind,
    TableId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Writes one function of the file: a section of the pipeline.
pub struct Cx<'a> {
    /// What is compiled.
    pub program: &'a Program,
    /// The file.
    pub module: Module<'a>,
    /// Where headers live.
    pub storage: Storage,
    /// The function's body as far as it is written.
    pub out: Tree,
    /// What can have happened to headers on the way to the point that was reached.
    pub paths: Paths,
    /// What the architecture calls for at `reject`.
    pub reject_label: Known,
    /// It redirects to other ports.
    redirects: bool,
    locals: Arena<LocalId, Option<Place>>,
    /// Locals of type varbit.
    varbits: BTreeMap<LocalId, Varbit>,
    /// The longest front that the deparser puts together, and the longest piece of it, in bytes.
    front: (u32, u32),
    variables: Vec<Variable>,
    /// Locals in the shared structure.
    members: Vec<Member>,
    labels: BTreeMap<LabelId, Label>,
    /// The loop whose function is being written.
    rounds: Option<loops::Rounds>,
    /// Functions of loops that are written, in the order in which they call one another.
    functions: Vec<loops::Function>,
    /// Action parameters that are only copied to fields, while their action is written.
    wire_params: BTreeMap<LocalId, table::WireParam>,
    /// Headers of the shared structure whose pointer and flag are in local variables at this point, and whether the verifier knows the
    /// flag to be set.
    pinned: BTreeMap<HeaderId, bool>,
    /// Where fields go that are read by themselves.
    reads: doubtful::Reads,
    /// Headers that were pinned in front of the present branch and are not at its end.
    unpinned: BTreeSet<HeaderId>,
    /// The ways that lead to the statement, while conditions inside its expressions are assumed.
    statement_paths: Option<Paths>,
    in_parser: Option<parser::ParserContext>,
    /// How many bits of the byte at the cursor are parsed, if the parser may end within one.
    phase: Option<LocalId>,
    /// The emit statements that were written.
    emits: Vec<deparse::EmitSlot>,
    /// Variables with the port that the packet came by, and the one that it leaves by.
    ports: steps::KeptPorts,
    /// One more than the bytes that the packet leaves with at most; 0 if nothing was asked for.
    length_limit: Option<Place>,
    /// Arrays for pieces of the packet that step aside while others move, and their bytes.
    asides: Vec<(u32, Name)>,
    /// What is asked for packets that go to the network stack.
    for_stack: stack::ForStack,
    /// The packet is as its deparser made it.
    is_deparsed: bool,
    /// Statements at which the function may be cut are written.
    cuttable: bool,
    /// Where packets go round: the names for that.
    rounds_taken: Option<rounds::RoundNames>,
    /// Where packets are copied: the names for that.
    copying: Option<copies::Copying>,
    /// In a copy's program: the variable with the way by which the copy came.
    copy_way: Option<Place>,
    /// Copies come by one way alone.
    only_way: bool,
    /// The structure that its programs share, and its map.
    scratch: (Known, Known),
    /// While a table's action is written: where the colour is that the table's direct meter found.
    pub(crate) colour: Option<Colour>,
    /// The control that is being written, if it is not the deparser.
    control: Option<ControlId>,
    /// While a table's action is written: the number of the entry that runs it, 0 if none does.
    entry_number: Option<Code>,
    /// While a table is written: which.
    applied: Option<TableId>,
    /// Registers that the `@atomic` block at hand holds, with their cells.
    held: Option<atomic::Holding>,
    /// Where externs keep numbers.
    kept: BTreeMap<(ExternId, &'static str), Place>,
}

/// Where a colour is.
#[derive(Clone, Debug)]
pub(crate) enum Colour {
    /// In this variable.
    Variable(Name),
    /// It is green: the table has no meter.
    Green,
}

/// A variable of a function.
#[derive(Clone)]
struct Variable {
    name: Name,
    declaration: Code,
    initial: Code,
    is_array: bool,
}

/// A local in the shared structure.
#[derive(Clone)]
struct Member {
    name: Name,
    declaration: Code,
    /// It is read before it is written, on some ways.
    begins_empty: bool,
    /// An array of so many bytes.
    bytes: Option<u32>,
}

impl Member {
    /// A number. clang must not keep one on the stack that is `off_stack`.
    fn number(name: &Name, ty: CType, off_stack: bool) -> Member {
        let ty = if ty == CType::Bool { CType::U8 } else { ty };
        let volatile = if off_stack { "volatile " } else { "" };
        let declaration = code!("{}{} {}", Known(volatile), ty.name(), name);
        Member { name: name.clone(), declaration, begins_empty: true, bytes: None }
    }
}

/// A label of a block, while the block is written.
#[derive(Clone)]
struct Label {
    /// Its name, once somebody has left the block.
    name: Option<Name>,
    /// The ways on which it was left.
    paths: Paths,
    /// What was pinned on all of them.
    pinned: BTreeMap<HeaderId, bool>,
}

impl<'a> Cx<'a> {
    /// True in the control that the package has for this.
    pub(crate) fn is_in(&self, role: &str) -> bool {
        let control =
            |block: &StageBlock| matches!(block, StageBlock::Control(id) if Some(*id) == self.control);
        self.program.stages.iter().any(|stage| &*stage.role == role && control(&stage.block))
    }

    /// At the start of a function, whose headers are stored like this.
    pub fn new(module: Module<'a>, storage: Storage) -> Cx<'a> {
        let program = module.program;
        Cx {
            program,
            module,
            storage,
            out: Tree::default(),
            paths: Paths::start(program.headers.len(), program.stacks.len()),
            reject_label: Known("reject"),
            redirects: false,
            locals: program.locals.keys().map(|_| None).collect(),
            varbits: BTreeMap::new(),
            front: (assemble::FRONT_BYTES, assemble::LONGEST_PIECE),
            variables: Vec::new(),
            members: Vec::new(),
            labels: BTreeMap::new(),
            rounds: None,
            functions: Vec::new(),
            wire_params: BTreeMap::new(),
            pinned: BTreeMap::new(),
            unpinned: BTreeSet::new(),
            reads: doubtful::Reads::default(),
            statement_paths: None,
            in_parser: None,
            phase: None,
            emits: Vec::new(),
            ports: steps::KeptPorts::default(),
            length_limit: None,
            asides: Vec::new(),
            for_stack: stack::ForStack::default(),
            is_deparsed: false,
            cuttable: false,
            rounds_taken: None,
            copying: None,
            copy_way: None,
            only_way: false,
            scratch: (SHARED, Known(SCRATCH)),
            colour: None,
            control: None,
            entry_number: None,
            applied: None,
            held: None,
            kept: BTreeMap::new(),
        }
    }

    /// Refuses something that is valid P4.
    pub fn refuse(&mut self, code: diagnostic::Code, span: Span, message: impl Into<String>) {
        self.module.sink.emit(Diagnostic::error(code, span, message));
    }

    /// Reports that something cannot be.
    pub fn bug(&mut self, span: Span, what: &str) {
        self.module.sink.emit(Diagnostic::bug(span, what));
    }

    /// Declares a number of the function's, zero at first, with a name like `wanted`; returns the name.
    pub fn fresh(&mut self, wanted: &str, c_type: impl ToCode) -> Name {
        let name = self.module.names.unique(wanted);
        self.declare(&name, c_type);
        name
    }

    /// The same for a number that differs by the way a packet has taken, and is kept so that ways can be merged.
    pub fn fresh_by_way(&mut self, wanted: &str, ty: CType) -> Place {
        if !self.storage.merging.behind_branches {
            return self.fresh(wanted, ty.name()).into();
        }
        let name = self.module.names.unique(wanted);
        self.members.push(Member::number(&name, ty, false));
        Place::Shared(name)
    }

    /// The same for a number that all parts of the section see, functions of loops among them. How headers are held may be open yet.
    fn fresh_everywhere(&mut self, wanted: &str, ty: CType) -> Place {
        if self.storage.holding == Holding::Local && !self.storage.loops.any_called() {
            return self.fresh(wanted, ty.name()).into();
        }
        let name = self.module.names.unique(wanted);
        self.members.push(Member::number(&name, ty, false));
        Place::Shared(name)
    }

    /// Where it is kept how long the packet may be when it leaves: one more than that, 0 if any length will do.
    pub(crate) fn limit_length(&mut self) -> Place {
        let limit = match self.length_limit.take() {
            Some(limit) => limit,
            None => self.fresh_everywhere("length_limit", CType::U32),
        };
        self.length_limit.insert(limit).clone()
    }

    /// Declares a number of the function's under a name that is already taken for it.
    fn declare(&mut self, name: &Name, c_type: impl ToCode) {
        let c_type = c_type.code();
        let initial = if c_type.is("bool") { code!("@false") } else { code!("0") };
        self.variables.push(Variable {
            name: name.clone(),
            declaration: code!("{} {}", c_type, name),
            initial,
            is_array: false,
        });
    }

    /// Declares a member of the shared structure that is written before it is read, unless it is one already.
    fn hold(&mut self, name: &Name, declaration: Code) {
        if !self.members.iter().any(|member| member.name == *name) {
            let member = Member { name: name.clone(), declaration, begins_empty: false, bytes: None };
            self.members.push(member);
        }
    }

    /// Declares an array of bytes as a variable of the function.
    pub(crate) fn declare_array(&mut self, name: &Name, bytes: u32) {
        let declaration = code!("__u8 {}[{}] __attribute__((aligned(8)))", name, bytes);
        self.variables.push(Variable {
            name: name.clone(),
            declaration,
            initial: code!("{{}}"),
            is_array: true,
        });
    }

    /// Where a local is kept.
    pub fn variable(&mut self, id: LocalId) -> Place {
        if let Some(place) = &self.locals[id] {
            return place.clone();
        }
        let local = &self.program.locals[id];
        self.check_width(local.ty, local.span);
        let name = self.module.names.shortest(&local.name);
        let merging = &self.storage.merging;
        let (shared, off_stack) = (merging.shared.contains(id), merging.off_stack.contains(id));
        let place = if shared || off_stack || self.storage.loops.carried.contains(id) {
            self.members.push(Member::number(&name, c_type(local.ty), off_stack));
            Place::Shared(name)
        } else {
            self.declare(&name, c_type(local.ty).name());
            Place::Variable(name)
        };
        self.locals[id] = Some(place.clone());
        place
    }

    /// The C variable of a local.
    pub fn local(&mut self, id: LocalId) -> CExpr {
        let ty = self.program.locals[id].ty;
        CExpr::atom(self.variable(id), c_type(ty), ty.width())
    }

    /// Refuses types whose values no C variable can hold.
    pub fn check_width(&mut self, ty: ScalarType, span: Span) {
        match ty {
            ScalarType::Varbit { .. } => {
                self.module.sink.emit(crate::lacking::VARBIT_VALUE.at(span));
            }
            ScalarType::Bits { width, .. } if width > 128 => {
                self.refuse(
                    codes::E0512,
                    span,
                    format!("computing with {width} bits is not supported, at most 128"),
                );
            }
            ScalarType::Bits { .. } | ScalarType::Bool | ScalarType::Enum(_) | ScalarType::Error => {}
        }
    }

    /// Writes statements.
    pub fn block(&mut self, block: &Block) {
        let mut simple = 0;
        for stmt in block {
            if self.paths.is_unreachable() {
                return;
            }
            // Pointers are made anew behind each cut, so not every assignment stands behind one.
            simple = if is_simple(stmt) { simple + 1 } else { 0 };
            if simple % SIMPLE_BETWEEN_CUTS == 0 || simple == 1 {
                self.cut_point();
            }
            self.stmt(stmt);
        }
        if !self.paths.is_unreachable() {
            self.cut_point();
        }
    }

    /// The function may be cut at this point, if functions are.
    fn cut_point(&mut self) {
        if self.cuttable && !self.out.ends_with_cut_point() {
            self.merge_point();
            self.out.cut_point();
        }
    }

    /// Writes `part`, in which the function may be cut if functions are, or not at all.
    fn with_cuts(&mut self, wanted: bool, part: impl FnOnce(&mut Self)) {
        let cuttable = wanted && self.module.cuts;
        let before = std::mem::replace(&mut self.cuttable, cuttable);
        part(self);
        self.cuttable = before;
    }

    /// Writes `part` in a nested block, for one alternative of several; returns the ways out of it. The ways in are the same for
    /// the next alternative.
    pub fn alternative(&mut self, part: impl FnOnce(&mut Cx<'a>)) -> Paths {
        let (before, pinned) = (self.paths.clone(), self.pinned.clone());
        part(self);
        let after = std::mem::replace(&mut self.pinned, pinned);
        self.unpinned.extend(self.pinned.keys().filter(|id| !after.contains_key(id)));
        std::mem::replace(&mut self.paths, before)
    }

    /// Ends a statement with alternatives: what one of them has unpinned is not pinned behind it.
    fn end_alternatives(&mut self) {
        let unpinned = &self.unpinned;
        self.pinned.retain(|id, _| !unpinned.contains(id));
    }

    /// Merges ways behind a branch, if that is wanted in this section: clang reads from memory again what it had in registers.
    fn merge_ways(&mut self) {
        if self.storage.merging.behind_branches && self.in_parser.is_none() {
            self.merge_point();
            self.out.line(code!("@barrier();"));
        }
    }

    /// Pointers are made anew behind this point, so that the verifier finds all ways that lead here alike.
    fn merge_point(&mut self) {
        self.unpinned.extend(std::mem::take(&mut self.pinned).into_keys());
    }

    /// Makes the pointer and the flag of a header that is held in the shared structure local variables. The header may be valid by conditions
    /// inside the statement; the pointer is made in front of it.
    fn pin(&mut self, id: HeaderId) {
        let storage = &self.storage.headers[id];
        let Some(Offset { has, .. }) = storage.shared.clone().filter(|_| self.is_fetched(id)) else {
            return;
        };
        let here = storage.here.clone();
        let may = self.paths_of_statement().may(id);
        let certain = !may.absent && !may.memory;
        if self.pinned.get(&id).is_some_and(|known| *known || !certain) {
            return;
        }
        if certain {
            self.out.assignment(&here, code!("@true"));
        } else {
            self.out.assignment(&here, code!("@false"));
            if self.storage.merging.behind_branches {
                // Where an earlier one is still about, ways differ by it.
                let pointer = self.storage.headers[id].pointer.clone();
                self.out.assignment(&pointer, code!("@NULL"));
            }
            self.out.begin_if(code!("{}->{}", SHARED, has));
            self.out.assignment(&here, code!("@true"));
        }
        self.point_to(id);
        let pointer = self.storage.headers[id].pointer.clone();
        self.out.update_all(&[&pointer, &here], code!("@barrier_var({});", here));
        if !certain {
            self.out.end();
        }
        self.pinned.insert(id, certain);
        self.unpinned.remove(&id);
    }

    /// The ways that lead to the statement, whatever conditions inside it say.
    fn paths_of_statement(&self) -> &Paths {
        self.statement_paths.as_ref().unwrap_or(&self.paths)
    }

    /// Where the header is, is read from the shared structure at this point.
    fn is_fetched(&self, id: HeaderId) -> bool {
        let shared = self.storage.headers[id].shared.as_ref();
        shared.is_some_and(|offset| self.in_parser.is_none() || offset.in_parsers)
    }

    /// The verifier may not know that a header is valid and in the packet, although it is.
    fn is_doubtful(&self, id: HeaderId) -> bool {
        self.is_fetched(id) && self.pinned.get(&id) != Some(&true)
    }

    /// The flag that says that a header is valid and in the packet.
    fn here(&self, id: HeaderId) -> Place {
        let storage = &self.storage.headers[id];
        match &storage.shared {
            Some(Offset { has, .. }) if self.is_fetched(id) && !self.pinned.contains_key(&id) => {
                Place::Shared(has.clone())
            }
            Some(_) | None => Place::Variable(storage.here.clone()),
        }
    }

    /// Says whether a header is valid and in the packet.
    fn set_here(&mut self, id: HeaderId, value: bool) {
        let HeaderStorage { here, shared, .. } = self.storage.headers[id].clone();
        self.out.assignment(&here, if value { code!("@true") } else { code!("@false") });
        if let Some(Offset { has, .. }) = shared {
            // A number, as the member is.
            self.out.update(
                &has,
                code!("{}->{} = {};", SHARED, has, if value { code!("@true") } else { code!("@false") }),
            );
        }
    }

    /// A comment that says what follows, and which P4 line it comes from: `ingress, switch.p4:42`.
    pub fn origin(&self, what: &str, span: Span) -> String {
        let place = self.module.options.locate.and_then(|locate| locate(span)).unwrap_or_default();
        let comma = if what.is_empty() || place.is_empty() { "" } else { ", " };
        format!("{what}{comma}{place}").replace("*/", "* /")
    }

    /// Writes such a comment.
    pub fn heading(&mut self, what: &str, span: Span) {
        let text = self.origin(what, span);
        if text.is_empty() {
            self.out.blank();
        } else {
            self.out.line(Code::text(format!("/* {text} */")));
        }
    }

    /// How many bytes the parser took from the packet, as C.
    pub(super) fn parsed_bytes(&self) -> Code {
        match self.storage.holding {
            Holding::Local => code!("@p - @data"),
            Holding::Shared => code!("{}->@parsed_bytes", SHARED),
        }
    }

    /// All that was written of the section.
    fn written(&self) -> impl Iterator<Item = &Tree> {
        self.functions.iter().map(|function| &function.body).chain(std::iter::once(&self.out))
    }
}

/// True for statements that come to a few instructions without branches.
fn is_simple(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Assign { .. } | StmtKind::SetValid { .. } | StmtKind::CopyHeader { .. })
}

/// Simple statements between points at which a function may be cut.
const SIMPLE_BETWEEN_CUTS: usize = 8;

/// The C type that values of a type are kept in.
pub fn c_type(ty: ScalarType) -> CType {
    match ty {
        ScalarType::Bool => CType::Bool,
        ScalarType::Bits { width, .. } => CType::of_width(width),
        ScalarType::Varbit { .. } | ScalarType::Enum(_) | ScalarType::Error => CType::U32,
    }
}
