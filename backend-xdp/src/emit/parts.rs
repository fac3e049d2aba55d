//! A section that is larger than one program may be, as several: in, its function; out, the parts (`c::cut`), with what they hand over in the
//! shared structure (`c::handed`), and the programs that they are.
//!
//! ```text
//! static __always_inline int p4xdp_part1(struct xdp_md *ctx)
//! {
//!     void *data = xdp_data(ctx), ..
//!     ttl = shared->ttl;                         what an earlier part has left
//!     ..
//!     shared->ttl = ttl;
//!     return p4xdp_next(ctx, 1);                 the call; if it fails, the packet is lost
//! ```

use super::Cx;
use super::losses::aborted;
use crate::c::code::{Code, Known, Name, code};
use crate::c::cut::{Uncut, cut};
use crate::c::handed::{self, Handed};
use crate::c::tree::{SHARED, Tree};
use crate::limits::{LEAST_PART, MOST_MAPS, MOST_PART, MOST_PARTS, OTHER_MAPS, PART_SIZE, PROGRAM_NAME};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_control::manifest::{BpfProgram, Role};
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// The function that calls another part.
const NEXT: Known = Known("p4xdp_next");
/// The array of the programs that parts call.
const PARTS: Known = Known("p4xdp_parts");

/// A part of a function.
pub(super) struct Part {
    pub(super) body: Tree,
    /// Variables that it has from earlier parts.
    pub(super) loads: BTreeSet<Name>,
}

/// What a function is written as.
pub(super) struct Parts {
    /// The first is where it begins.
    pub(super) parts: Vec<Part>,
    /// Variables that they hand over.
    pub(super) handed: BTreeSet<Name>,
    /// Members of the shared structure that are read before they are written, on some way.
    pub(super) read_first: FxHashSet<Name>,
}

impl Cx<'_> {
    /// Cuts a function's body, if functions are cut.
    /// `functions` are those of loops. One that must be `whole` is not cut.
    pub(super) fn parts(
        &mut self,
        body: Tree,
        functions: &[super::loops::Function],
        must_be_whole: bool,
    ) -> Parts {
        let members: FxHashSet<Name> = self.empty_members().collect();
        let rounds: Vec<&Tree> = functions.iter().map(|function| &function.body).collect();
        let whole = |body: Tree| {
            let read_first = handed::read_first(std::slice::from_ref(&body), &rounds, &members);
            let parts = vec![Part { body, loads: BTreeSet::new() }];
            Parts { parts, handed: BTreeSet::new(), read_first }
        };
        if !self.module.cuts || must_be_whole {
            return whole(body);
        }
        let mut wanted = self.module.options.part_size.unwrap_or(PART_SIZE);
        let bodies = loop {
            let bodies = match cut(&body, wanted, MOST_PART, MOST_PARTS) {
                Ok(bodies) => bodies,
                Err(uncut) => {
                    self.too_large(uncut, body.largest());
                    return whole(Tree::default());
                }
            };
            let Some(many) = bodies.iter().find(|body| self.has_many_maps(body, functions)) else {
                break bodies;
            };
            if wanted <= LEAST_PART {
                let message =
                    format!("this must be in one BPF program, which has more than {MOST_MAPS} maps");
                let found = Diagnostic::error(codes::E0525, many.largest(), message);
                self.module
                    .sink
                    .emit(found.with_note("parsers and loops are not split, nor is what comes of one table"));
                return whole(Tree::default());
            }
            wanted /= 2;
        };
        let variables: FxHashSet<Name> = self
            .variables
            .iter()
            .filter(|variable| !variable.is_array)
            .map(|variable| variable.name.clone())
            .collect();
        let read_first = handed::read_first(&bodies, &rounds, &members);
        let handed = handed::handed(&bodies, &variables);
        let all = handed::all_handed(&handed);
        let store = |name: &Name| code!("{}->{} = {};", SHARED, name, name);
        let mut parts: Vec<Part> = Vec::new();
        for (mut body, own) in bodies.into_iter().zip(handed) {
            body.write_calls(&own, &store, &|part| code!("return {}(@ctx, {});", NEXT, part - 1));
            let Handed { loads, .. } = own;
            parts.push(Part { body, loads });
        }
        let mut elsewhere = self.read_anywhere(parts.iter().map(|part| &part.body), functions);
        for part in &mut parts {
            Tree::prune_all(&mut [&mut part.body, &mut elsewhere]);
            part.body.trim_start();
            let used = part.body.mentions();
            part.loads.retain(|name| used.contains(name.as_str()));
        }
        Parts { parts, handed: all, read_first }
    }

    /// True of a function, or a part of one, that uses more maps than a program may.
    pub(super) fn has_many_maps(&self, body: &Tree, functions: &[super::loops::Function]) -> bool {
        let mut names = body.mentions();
        names.extend(functions.iter().flat_map(|function| function.body.mentions()));
        self.module.maps.used_by(&names) > MOST_MAPS - OTHER_MAPS
    }

    /// A statement that reads whatever some part or function names and is not a part's own.
    fn read_anywhere<'t>(
        &self,
        parts: impl Iterator<Item = &'t Tree>,
        functions: &'t [super::loops::Function],
    ) -> Tree {
        let own = self.own_names();
        let trees = parts.chain(functions.iter().map(|function| &function.body));
        let names: BTreeSet<&str> =
            trees.flat_map(Tree::mentions).filter(|name| !own.contains(*name)).collect();
        let mut tree = Tree::default();
        tree.line(Code::join(names.into_iter().map(Name::new), " "));
        tree
    }

    /// Refuses a section for copies that has more instructions than a BPF program may.
    pub(super) fn copies_are_too_large(&mut self, body: &Tree, weight: usize) {
        let message =
            format!("what copies run comes to about {weight} instructions, and must be in one BPF program");
        let found = Diagnostic::error(codes::E0502, body.largest(), message);
        let note = format!("a BPF program of an object has at most about {MOST_PART} instructions");
        self.module.sink.emit(found.with_note(note));
    }

    fn too_large(&mut self, uncut: Uncut, largest: Span) {
        let note = format!("a BPF program of an object has at most about {MOST_PART} instructions");
        let found = match uncut {
            Uncut::Statement(span, size) => Diagnostic::error(
                codes::E0502,
                span,
                format!("this comes to about {size} instructions, and must be in one BPF program"),
            ),
            Uncut::Jump(span) => Diagnostic::error(
                codes::E0502,
                span,
                "the program is too large for one BPF program, and this jump keeps it from being split",
            ),
            Uncut::Chain(parts) => Diagnostic::error(
                codes::E0502,
                largest,
                format!(
                    "a packet would run through {parts} BPF programs, at most {MOST_PARTS} can call one another"
                ),
            ),
        };
        self.module.sink.emit(found.with_note(note));
    }

    /// Writes what a part does first.
    pub(super) fn load_handed(&self, loads: &BTreeSet<Name>, out: &mut Tree) {
        for name in loads {
            out.line(code!("{} = {}->{};", name, SHARED, name));
        }
    }

    /// Writes the members of the shared structure in which variables are handed over.
    pub(super) fn declare_handed(&self, handed: &BTreeSet<Name>, into: &mut Tree) {
        for variable in self.variables.iter().filter(|variable| handed.contains(&variable.name)) {
            into.line(code!("{};", variable.declaration));
        }
    }
}

/// Writes the array of programs and the functions that call them; nothing if there are none. The last of them is the entry, if packets go
/// round and come back to it.
pub(super) fn declare(tails: &[Name], again: Option<&Name>, out: &mut Tree) {
    let programs: Vec<&Name> = tails.iter().chain(again).collect();
    if programs.is_empty() {
        return;
    }
    out.line(Code::text(if tails.is_empty() {
        "/* Packets go round in the program, which calls itself. */"
    } else {
        "/* The program is several, since the kernel would not take it as one: each calls the next. */"
    }));
    for tail in &programs {
        out.line(code!("int {}(struct @xdp_md *ctx);", tail));
    }
    out.blank();
    out.begin(code!("struct {"));
    out.line(code!("@__uint(type, @BPF_MAP_TYPE_PROG_ARRAY);"));
    out.line(code!("@__uint(max_entries, {});", programs.len()));
    out.line(code!("@__uint(key_size, sizeof(@__u32));"));
    out.line(code!("@__array(values, int(struct @xdp_md *));"));
    let values = programs.iter().enumerate().map(|(at, tail)| code!("\t\t[{}] = (void *)&{},", at, tail));
    out.end_with(code!(
        "}} {} SEC(\".maps\") = {{\n\t.values = {{\n{}\n\t},\n};",
        PARTS,
        Code::join(values, "\n")
    ));
    out.blank();
    if again.is_some() {
        super::rounds::declare(PARTS, tails.len(), out);
    }
    if tails.is_empty() {
        return;
    }
    out.line(Code::text("/* Does not come back but where there is no such program. */"));
    out.begin(code!("static @__always_inline int {}(struct @xdp_md *ctx, @__u32 part)\n{", NEXT));
    out.line(code!("@bpf_tail_call(ctx, &{}, part);", PARTS));
    out.line(code!("return {};", aborted(Reason::NotCalled)));
    out.end();
    out.blank();
}

/// The name of the function that works on the packet in a part, but for the first.
pub(super) fn function(part: usize) -> Name {
    Name::new(&format!("p4xdp_part{part}"))
}

/// What the program that a part is should be called, but for the first: as the entry, cut so that the number has room.
pub(super) fn program(entry: &str, part: usize) -> String {
    named(entry, &format!("_{part}"))
}

/// What another program than the entry should be called: as the entry, cut so that the ending has room.
pub(super) fn named(entry: &str, ending: &str) -> String {
    let room = PROGRAM_NAME.saturating_sub(ending.len());
    let stem: String = entry.chars().take(room).collect();
    format!("{stem}{ending}")
}

/// How the manifest names the programs; the entry stands there twice if others call it, `again`.
pub(super) fn describe(entry: &Name, tails: &[Name], again: bool, egress: &[Name]) -> Vec<BpfProgram> {
    let first = BpfProgram { name: entry.to_string(), role: Role::Entry };
    let numbered = (0..)
        .zip(tails.iter().chain(again.then_some(entry)))
        .map(|(at, tail)| BpfProgram { name: tail.to_string(), role: Role::Tail(at) });
    let egress = egress.iter().map(|name| BpfProgram { name: name.to_string(), role: Role::Egress });
    std::iter::once(first).chain(numbered).chain(egress).collect()
}
