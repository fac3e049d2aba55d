//! Where headers and locals live in the generated program, and under which names: decided here, once a program, before
//! any code is written.
//!
//! A header that is extracted is a pointer into the packet and a flag. A header that the program makes (by `setValid` or a copy)
//! is a structure of its own and a flag. One that can be either has both; at most one flag is set at a time.
//!
//! The flag is not folded into the pointer (as null) although that looks cheaper: clang keeps the outcome of a test for null and
//! uses it again, and the verifier, which does not know where the outcome comes from, then sees a null pointer used. A
//! flag is a constant on every way that the verifier walks.

use crate::c::code::Name;
use crate::c::tree::Place;
use crate::layout::carried;
use crate::layout::headers::HeaderLayout;
use crate::layout::lifted::lifted;
use crate::layout::loops::Loops;
use crate::layout::merging::Merging;
use crate::layout::parser_rounds::any_goes_round;
use crate::layout::paths::Paths;
use crate::limits::STACK_FOR_HEADERS;
use crate::names::Names;
use cranelift_entity::EntitySet;
use p4xdp_frontend::arena::Arena;
use p4xdp_midend::ir::visit::Part;
use p4xdp_midend::ir::{
    Block, Expr, HeaderId, HeaderRef, HeaderTypeId, LValue, Parser, Program, StackId, StateId, StmtKind,
};

/// What becomes of stores to extracted headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketStores {
    /// They go to the packet: the deparser would put them there anyway.
    InPlace,
    /// The packet stays as it came until a deparser changes it: headers that are written are copied when they are extracted.
    AtDeparser,
}

/// What a section's pipeline says of its headers.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    /// What becomes of stores to extracted headers.
    pub stores: PacketStores,
    /// Any header may be valid, and in memory, where the section begins.
    pub begins_with_headers: bool,
    /// Its packets are copied with their headers.
    pub hands_headers_on: bool,
}

/// Where what is known of headers is kept behind the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// In local variables: the fastest, but the verifier walks all that follows once a way through the parser.
    Local,
    /// Offsets and flags in one structure a processor; pointers are made of them again where they are used. The verifier knows nothing of
    /// what is stored there, and so all ways are one again behind the parser and behind each table.
    Shared,
}

/// What is wished for of [`Holding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What serves the program best.
    Best,
    /// This.
    This(Holding),
    /// Everything in the shared structure, so that the function can be cut.
    Cuttable,
}

/// Ways through the parser times tables, up to which everything stays in local variables.
const MOST_LOCAL: usize = 128;

/// How a header is held.
#[derive(Clone, Debug, Default)]
pub struct HeaderStorage {
    /// Its pointer into the packet.
    pub pointer: Name,
    /// Its structure in memory.
    pub memory: Place,
    /// The flag that says that it is valid and in the packet.
    pub here: Name,
    /// The flag that says that it is valid and in memory.
    pub made: Place,
    /// The flag that says that it was extracted, whatever has become of it.
    pub parsed: Place,
    /// Where it is in the packet, if that is kept in the shared structure; none if it is held in local variables.
    pub shared: Option<Offset>,
    /// How many bytes its varbit field has, if somebody asks for them: while it is in the packet, or of a lifted one.
    pub varbit: Option<Place>,
    /// Where its varbit field is, if it is lifted out of the packet ([`super::lifted`]).
    pub lifted: Option<Varbit>,
    /// Bytes in front of it, if it is there on all ways by which the parser accepts.
    pub fixed_at: Option<u32>,
    /// It can be in the packet.
    pub in_packet: bool,
    /// It can be in memory.
    pub in_memory: bool,
    /// It is copied to memory when it is extracted.
    pub copied: bool,
}

/// Where a varbit is that is worked with: members of the shared structure. Behind its last byte there are zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Varbit {
    /// Its bytes, an array.
    pub bytes: Name,
    /// How many there are.
    pub length: Name,
    /// How many there are at most.
    pub most: u32,
}

impl Varbit {
    /// One with a name like `wanted`.
    pub fn named(wanted: &str, bits: u32, names: &mut Names) -> Varbit {
        let length = names.unique(wanted);
        Varbit { bytes: names.unique(&format!("{length}_bytes")), length, most: bits / 8 }
    }
}

impl HeaderStorage {
    /// Parsers, too, read from the shared structure where it is.
    pub fn is_fetched_in_parsers(&self) -> bool {
        self.shared.as_ref().is_some_and(|offset| offset.in_parsers)
    }

    /// Its varbit field, if it has one, is more than empty.
    pub fn may_be_long(&self) -> bool {
        self.in_packet || self.lifted.is_some()
    }
}

/// Members of the shared structure that stand for a header's pointer and its flag `here`.
#[derive(Clone, Debug)]
pub struct Offset {
    /// Bytes in front of it.
    pub at: Name,
    /// It is valid and in the packet.
    pub has: Name,
    /// Parsers, too, read them here in each state, rather than carry local variables.
    pub in_parsers: bool,
}

/// Where everything lives in one section.
#[derive(Debug)]
pub struct Storage {
    /// How headers are held.
    pub headers: Arena<HeaderId, HeaderStorage>,
    /// Where that is kept.
    pub holding: Holding,
    /// Whether ways are merged behind branches.
    pub merging: Merging,
    /// How loops are made.
    pub loops: Loops,
}

/// The names of headers' pointers into the packet: local variables, and so the same in all sections.
pub fn pointers(program: &Program, names: &mut Names) -> Arena<HeaderId, Name> {
    program.headers.values().map(|header| names.shortest(&header.name)).collect()
}

impl Storage {
    /// Decides for a section, which runs these blocks, and of which the loops are planned.
    pub fn plan(
        program: &Program,
        (blocks, loops): (&[&Block], Loops),
        Planned { stores, begins_with_headers, hands_headers_on }: Planned,
        pointers: &Arena<HeaderId, Name>,
        wanted: Option<Holding>,
        names: &mut Names,
    ) -> Storage {
        // Functions of loops make pointers of what is in the shared structure.
        let wanted = wanted.filter(|_| !loops.any_called());
        let mut uses = Uses::new(program);
        blocks.iter().for_each(|block| uses.block(block));
        let mut storage = Storage {
            headers: program.headers.keys().map(|_| HeaderStorage::default()).collect(),
            holding: Holding::Local,
            merging: match wanted {
                Some(Holding::Local) => Merging::default(),
                Some(Holding::Shared) => Merging::plan(program, blocks, begins_with_headers, true),
                // Each round is a way out of a loop of the parser.
                None => Merging::plan(program, blocks, begins_with_headers, any_goes_round(program)),
            },
            loops,
        };
        let lifted = lifted(program, blocks);
        for id in program.headers.keys() {
            let written = uses.written.contains(id);
            let kept = stores == PacketStores::AtDeparser && written && uses.extracted.contains(id);
            // A copy of it has its varbit, too, and so have the packet's copies.
            let is_kept = kept || begins_with_headers || hands_headers_on;
            let varbit = varbit_bits(program, id).filter(|_| lifted.contains(id) || is_kept);
            let is_lifted = varbit.is_some();
            let copied = (is_lifted || kept) && uses.extracted.contains(id);
            let slot = &mut storage.headers[id];
            slot.copied = copied;
            slot.in_packet = uses.extracted.contains(id) && !copied || uses.moved.contains(id) && !is_lifted;
            slot.in_memory =
                uses.made.contains(id) || uses.moved.contains(id) || copied || begins_with_headers;
            slot.lifted = varbit.map(|bits| Varbit::named(&format!("{}_varbit", pointers[id]), bits, names));
            slot.varbit = slot.lifted.as_ref().map(|varbit| Place::Shared(varbit.length.clone()));
            slot.pointer = pointers[id].clone();
            slot.parsed = names.unique(&format!("{}_parsed", slot.pointer)).into();
            slot.here = match (slot.in_packet, slot.in_memory) {
                (true, true) => names.unique(&format!("{}_in_packet", slot.pointer)),
                (true, false) => names.unique(&format!("{}_valid", slot.pointer)),
                (false, _) => Name::default(),
            };
            if slot.in_memory {
                let suffix = if slot.copied { "copy" } else { "new" };
                slot.memory = if slot.in_packet {
                    names.unique(&format!("{}_{suffix}", slot.pointer)).into()
                } else {
                    slot.pointer.clone().into()
                };
                let flag = if slot.in_packet { "made" } else { "valid" };
                slot.made = names.unique(&format!("{}_{flag}", slot.pointer)).into();
            }
        }
        storage
    }

    /// Chooses where to keep what parsers find, by the ways on which each accepts.
    pub fn choose(
        &mut self,
        program: &Program,
        types: &Arena<HeaderTypeId, HeaderLayout>,
        accepted: &[Paths],
        wanted: Wanted,
        names: &mut Names,
    ) {
        let ways = accepted.iter().fold(0usize, |ways, paths| match paths {
            Paths::Few(paths) => ways.saturating_add(paths.len()),
            Paths::Many(_) => usize::MAX,
        });
        self.merging.settle(ways);
        let memory: u32 = program
            .headers
            .iter()
            .filter(|(id, _)| self.headers[*id].in_memory)
            .map(|(_, header)| stack_taken(&types[header.ty]))
            .sum();
        let small = ways.saturating_mul(program.tables.len().max(1)) <= MOST_LOCAL
            && memory <= STACK_FOR_HEADERS
            && !self.merging.behind_branches
            && !self.loops.any_called();
        self.holding = match wanted {
            Wanted::Best if small => Holding::Local,
            Wanted::This(holding) if !self.loops.any_called() => holding,
            Wanted::Best | Wanted::This(_) | Wanted::Cuttable => Holding::Shared,
        };
        if self.holding == Holding::Local {
            return;
        }
        let mut fixed: EntitySet<HeaderId> = EntitySet::new();
        for id in program.headers.keys() {
            // A flag that changes on some ways has to be merged, and be seen by the functions of loops.
            let merges = self.merging.behind_branches || self.loops.any_called();
            let merged = merges && self.merging.changed.contains(id);
            self.headers[id].fixed_at = accepted.iter().find_map(|paths| paths.fixed_offset(id));
            if self.headers[id].fixed_at.is_some() && !merged && wanted != Wanted::Cuttable {
                fixed.insert(id);
            }
        }
        // An element takes the place of another: where one is not fixed, none is.
        for stack in program.stacks.values() {
            let placed = || stack.elements.iter().filter(|id| self.headers[**id].in_packet);
            if placed().any(|id| !fixed.contains(*id)) {
                stack.elements.iter().for_each(|id| {
                    fixed.remove(*id);
                });
            }
        }
        for id in program.headers.keys() {
            let fixed = fixed.contains(id);
            let slot = &mut self.headers[id];
            if slot.in_packet && !fixed {
                let at = names.unique(&format!("{}_at", slot.pointer));
                let has = names.unique(&format!("has_{}", slot.pointer));
                slot.shared = Some(Offset { at, has, in_parsers: false });
            }
            for place in [&mut slot.made, &mut slot.parsed, &mut slot.memory] {
                *place = Place::Shared(place.name().clone());
            }
        }
    }
}

impl Storage {
    /// Keeps headers in the shared structure alone, in parsers too, for which a parser has no room. Its states are in the order in which they are written.
    pub fn make_room(&mut self, program: &Program, parser: &Parser, order: &[StateId]) {
        let mut held = EntitySet::new();
        for (id, slot) in self.headers.iter().filter(|(_, slot)| slot.shared.is_some()) {
            if slot.in_packet {
                held.insert(id);
            }
        }
        let without = carried::without_room(program, parser, order, &held);
        for id in without.iter() {
            if let Some(offset) = &mut self.headers[id].shared {
                offset.in_parsers = true;
            }
        }
        if !without.is_empty() {
            for local in carried::locals(program, parser, order).iter() {
                self.merging.shared.insert(local);
            }
        }
    }
}

/// Bits that a header's varbit field has at most, if it has one.
fn varbit_bits(program: &Program, id: HeaderId) -> Option<u32> {
    let ty = &program.header_types[program.headers[id].ty];
    Some(ty.fields.get(ty.varbit_field()? as usize)?.ty.width())
}

/// What is done to each header anywhere in the program.
struct Uses<'a> {
    program: &'a Program,
    extracted: EntitySet<HeaderId>,
    made: EntitySet<HeaderId>,
    written: EntitySet<HeaderId>,
    moved: EntitySet<HeaderId>,
}

impl<'a> Uses<'a> {
    fn new(program: &'a Program) -> Uses<'a> {
        Uses {
            program,
            extracted: EntitySet::new(),
            made: EntitySet::new(),
            written: EntitySet::new(),
            moved: EntitySet::new(),
        }
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            if let StmtKind::SetValid { header, valid: true } = &stmt.kind {
                mark(self.program, &mut self.made, header);
            }
            if let StmtKind::CopyHeader { dst, .. } = &stmt.kind {
                mark(self.program, &mut self.made, dst);
                mark(self.program, &mut self.written, dst);
            }
            if let StmtKind::Extract { header, .. } = &stmt.kind {
                mark(self.program, &mut self.extracted, header);
            }
            stmt.parts(&mut |part| match part {
                Part::Target(target) => self.lvalue(target),
                Part::Arg(arg) | Part::Result(arg) => arg.targets(&mut |target| self.lvalue(target)),
                Part::Stack(stack) => self.shifted(*stack),
                Part::Expr(_) | Part::Written(_) | Part::Header(_) | Part::Local(_) => {}
            });
            stmt.blocks().into_iter().for_each(|inner| self.block(inner));
        }
    }

    /// Elements of a stack that moves take each other's places, so each can be what any other can be.
    fn shifted(&mut self, stack: StackId) {
        for &element in &self.program.stacks[stack].elements {
            self.moved.insert(element);
            self.written.insert(element);
        }
    }

    fn lvalue(&mut self, lvalue: &LValue) {
        if let LValue::Field { header, .. } = lvalue.root() {
            mark(self.program, &mut self.written, header);
        }
    }
}

/// Adds the headers that a reference can mean.
fn mark(program: &Program, set: &mut EntitySet<HeaderId>, header: &HeaderRef) {
    for id in candidates(program, header) {
        set.insert(id);
    }
}

/// The headers that a reference can mean.
pub fn candidates(program: &Program, header: &HeaderRef) -> Vec<HeaderId> {
    let elements = |stack: &StackId| program.stacks[*stack].elements.clone();
    match header {
        HeaderRef::Header(id) => vec![*id],
        HeaderRef::Element { stack, index } => match constant_index(index) {
            Some(i) => elements(stack).get(i).copied().into_iter().collect(),
            None => elements(stack),
        },
        HeaderRef::Next(stack) | HeaderRef::Last(stack) => elements(stack),
    }
}

/// The value of an index that is a constant; one too large for any stack is `usize::MAX`.
pub fn constant_index(index: &Expr) -> Option<usize> {
    index.as_const().map(|value| usize::try_from(value).unwrap_or(usize::MAX))
}

/// Bytes of the stack that a header in memory may take. clang keeps each byte of a short array in a register of its own, and has to put
/// most of them aside where fields share bytes.
fn stack_taken(layout: &HeaderLayout) -> u32 {
    let shares = |member: usize| layout.fields.iter().flatten().filter(|f| f.member == member).count() > 1;
    layout
        .members
        .iter()
        .enumerate()
        .map(|(i, member)| if !member.integer && shares(i) { member.bytes * 8 } else { member.bytes })
        .sum()
}
