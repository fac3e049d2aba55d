//! How the run-time entries of a table are stored: one interface, a module a strategy.
//!
//! In goes a table, out come its maps, the C that looks an entry up, and the manifest's description. Nothing outside
//! this module may assume a kernel map: whoever applies a table sees a pointer to a value, or null.

use crate::c::code::{Code, Name, ToCode, code};
use crate::c::map::MapDefinition;
use crate::c::tree::{SHARED, Tree};
use crate::lacking::{self, Lacking};
use crate::layout::extern_facts::{Attached, ExternFacts};
use crate::names::Names;
use crate::tables::ValueLayout;
use crate::tables::members::{Members, Shape};
use crate::tables::param_order::is_byte_field;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_control::annotation::AnnotationBody;
use p4xdp_control::storage::{ByteOrder, Place, Storage};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_midend::ir::{KeyElement, MatchKind, Program, PropertyValue, Table};
use std::ops::Range;

/// Capacity of a table that does not say one; P4 leaves it to the target.
const USUAL_SIZE: u64 = 1024;
/// Largest key of a kernel hash map that one can build on the stack beside other things.
const LARGEST_KEY: u32 = 256;

/// A key on the stack has its eight bytes to itself. clang 14 puts what it has no register for beside a smaller one, and the verifier forgets
/// what it knows of such a word, a header's validity among it, as soon as the key is written.
pub fn key_alignment() -> Code {
    code!("__attribute__((aligned(8)))")
}

/// The values of a table's keys at run time, as C.
pub trait KeyValues {
    /// The C expressions of the elements of key `position` in the given shape.
    fn elements(&mut self, position: usize, shape: Shape) -> Vec<Code>;

    /// Whether a lookup's key, of this C type and name, stands in the shared structure rather than on the stack. Each of its members, and each gap
    /// between them, is then assigned before every lookup.
    fn are_shared(&mut self, c_type: &Code, name: &Name) -> bool;
}

/// The object that a lookup builds its key in.
pub struct KeyObject {
    object: Code,
    /// In front of the names of members: of an object on the stack they stand in its initialiser.
    base: Option<Code>,
    ends: &'static str,
}

impl KeyObject {
    /// Begins it, with the initialiser on the stack: zero is what is not set.
    pub fn begin(keys: &mut dyn KeyValues, c_type: Code, name: &Name, out: &mut Tree) -> KeyObject {
        KeyObject::begin_within(keys, c_type, name, None, out)
    }

    /// The same for an object with the key in one of its members.
    pub fn begin_within(
        keys: &mut dyn KeyValues,
        c_type: Code,
        name: &Name,
        within: Option<&'static str>,
        out: &mut Tree,
    ) -> KeyObject {
        if keys.are_shared(&c_type, name) {
            let object = code!("{}->{}", SHARED, name);
            let base = match within {
                Some(member) => code!("{}.{}", object, Code::text(member)),
                None => object.clone(),
            };
            return KeyObject { object, base: Some(base), ends: "" };
        }
        let (begins, ends) = match within {
            Some(member) => (format!(" .{member} = {{"), "} };"),
            None => (String::new(), "};"),
        };
        out.begin(code!("{} {} {} = {{{}", c_type, name, key_alignment(), Code::text(begins)));
        KeyObject { object: name.code(), base: None, ends }
    }

    /// One that is a number.
    pub fn scalar(
        keys: &mut dyn KeyValues,
        c_type: Code,
        name: &Name,
        value: &Code,
        out: &mut Tree,
    ) -> KeyObject {
        if keys.are_shared(&c_type, name) {
            let object = code!("{}->{}", SHARED, name);
            out.line(code!("{} = {};", object, value));
            return KeyObject { object, base: None, ends: "" };
        }
        out.line(code!("{} {} {} = {};", c_type, name, key_alignment(), value));
        KeyObject { object: name.code(), base: None, ends: "" }
    }

    /// Sets a member; several elements are those of an array.
    pub fn set(&self, member: impl ToCode, elements: &[Code], is_array: bool, out: &mut Tree) {
        let member = member.code();
        match (&self.base, elements) {
            (None, [one]) if !is_array => out.line(code!(".{} = {},", member, one)),
            (None, several) => out.line(code!(".{} = {{ {} }},", member, Code::join(several, ", "))),
            (Some(base), [one]) if !is_array => out.line(code!("{}.{} = {};", base, member, one)),
            (Some(base), several) => {
                for (i, element) in several.iter().enumerate() {
                    out.line(code!("{}.{}[{}] = {};", base, member, i, element));
                }
            }
        }
    }

    /// Sets the gaps of a key between two bytes to zero, which an initialiser does by itself.
    pub fn fill_gaps(&self, key: &Members, within: Range<u32>, out: &mut Tree) {
        let Some(base) = &self.base else { return };
        for (name, bytes) in key.gaps(within.start, within.end) {
            out.line(code!("__builtin_memset({}.{}, 0, {});", base, name, bytes));
        }
    }

    /// Sets a member beside the key to zero, which an initialiser does by itself.
    pub fn clear(&self, member: &'static str, out: &mut Tree) {
        if self.base.is_some() {
            out.line(code!("{}.{} = 0;", self.object, Code::text(member)));
        }
    }

    /// Ends it.
    pub fn end(&self, out: &mut Tree) {
        if self.base.is_none() {
            out.end_with(Code::text(self.ends));
        }
    }
}

/// The object as C.
impl ToCode for KeyObject {
    fn add_to(&self, code: &mut Code) {
        self.object.add_to(code);
    }
}

/// A storage of run-time entries.
pub trait TableStorage: std::fmt::Debug {
    /// Added to an action's number so that 0 can mean "unused".
    fn action_base(&self) -> u32 {
        0
    }

    /// Writes the structures that maps and lookup use.
    fn emit_types(&self, value: &ValueLayout, out: &mut Tree);

    /// The maps.
    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition>;

    /// Writes the functions that lookups call; the maps stand in front of them.
    fn emit_functions(&self, out: &mut Tree) {
        let _ = out;
    }

    /// Writes the lookup: declares `entry`, a pointer to the value or null, where an entry whose action is 0 may stand for
    /// null if [`TableStorage::action_base`] is 1.
    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree);

    /// The map, and the structure that a lookup has put the key into, which is called as its tag: if packets can add entries to the map.
    fn key_object(&self) -> Option<(Name, Name)> {
        None
    }

    /// Where each key stands in the storage's key.
    fn key_places(&self) -> Vec<Place>;

    /// What the runtime needs to know.
    fn manifest(&self, value: &ValueLayout) -> Storage;

    /// Entries that it can hold.
    fn capacity(&self) -> u64;

    /// Bytes of a key.
    fn key_size(&self) -> u32;

    /// Most bytes of a key with which a lookup still has room on the stack.
    fn largest_key(&self) -> u32 {
        LARGEST_KEY
    }
}

/// A table that needs a storage: all of its keys are of kinds that some storage takes.
pub struct Wanted<'w> {
    /// The program.
    pub program: &'w Program,
    /// Its keys that entries have a match for, in order.
    pub keys: &'w [&'w KeyElement],
    /// Names in C begin with it; further ones come from `Names`.
    pub stem: &'w Name,
    /// Entries that it is to hold.
    pub size: u32,
    /// What the property `implementation` names, if it says how entries are stored.
    pub implementation: Option<Attached>,
    /// `@lru`: when the table is full, a new entry displaces the one that has not been used for longest.
    pub lru: bool,
}

/// A storage for the table, if this is one that suits it.
pub type Choose = fn(&Wanted<'_>, &mut Names) -> Option<Box<dyn TableStorage>>;

/// A constant as the elements of a member, in C.
pub fn constant(value: &BigUint, shape: Shape) -> Vec<Code> {
    match shape.order {
        ByteOrder::Host => vec![literal(value.to_u64().unwrap_or(u64::MAX))],
        ByteOrder::Network => {
            // Aligned to the left of the elements.
            let spare = (shape.unit * shape.units - shape.bytes) * 8;
            let bits = shape.unit * 8;
            let aligned = value << spare;
            (0..shape.units)
                .rev()
                .map(|from_end| {
                    let mask = (BigUint::from(1u32) << bits) - 1u32;
                    let element = (&aligned >> (from_end * bits)) & mask;
                    in_network_order(&literal(element.to_u64().unwrap_or(u64::MAX)), shape.unit)
                })
                .collect()
        }
    }
}

/// A number as C writes it.
fn literal(value: u64) -> Code {
    match value {
        0..=255 => value.code(),
        256..=0xffff_ffff => Code::text(format!("0x{value:x}")),
        _ => Code::text(format!("0x{value:x}ULL")),
    }
}

/// A host-order expression of `unit` bytes in network order.
pub fn in_network_order(text: &Code, unit: u32) -> Code {
    match unit {
        _ if text.is("0") => code!("0"),
        1 => text.clone(),
        2 => code!("@bpf_htons({})", text),
        4 => code!("@bpf_htonl({})", text),
        _ => code!("@bpf_cpu_to_be64({})", text),
    }
}

/// Whether a table can have entries at run time: each storage that we have uses a map for them.
pub fn has_map(table: &Table) -> bool {
    !table.keys.is_empty() && !table.entries_are_const
}

/// The storage for a table, if it can have run-time entries at all.
///
/// # Errors
/// When none of ours can hold it.
pub(crate) fn choose(
    program: &Program,
    externs: &ExternFacts,
    table: &Table,
    stem: &Name,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Box<dyn TableStorage>>, ErrorsReported> {
    let attached = refuse_attached(program, externs, table, diagnostics);
    let attached = attached.and(check_lru(externs, program, table, diagnostics));
    if !has_map(table) {
        return attached.map(|()| None);
    }
    let (implementation, stated) = stated_size(program, externs, table);
    let keys: Vec<&KeyElement> = table.match_keys().collect();
    let wanted =
        |size| Wanted { program, keys: &keys, stem, size, implementation, lru: table.lru().is_some() };
    let storage = choose_for(table, stated, "table", wanted, names, diagnostics);
    // All that is lacking is said at once.
    attached?;
    storage.map(Some)
}

/// The storage for what is or is like a table, of so many entries if it says so; `wanted` tells the rest, given the size.
///
/// # Errors
/// When none of ours can hold it.
pub(super) fn choose_for<'w>(
    table: &Table,
    stated: Option<u64>,
    kind: &str,
    wanted: impl FnOnce(u32) -> Wanted<'w>,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Result<Box<dyn TableStorage>, ErrorsReported> {
    let mut lacking = Ok(());
    for (key, what) in super::lacking_keys(table) {
        lacking = Err(refuse(diagnostics, key, what));
    }
    lacking?;
    let size = u32::try_from(stated.unwrap_or(USUAL_SIZE).max(1)).map_err(|_| {
        diagnostics.error(Diagnostic::error(
            codes::E0521,
            table.span,
            format!("{kind} `{}` has a size of more than 4294967295 entries", table.name),
        ))
    })?;
    let wanted = wanted(size);
    let Some(storage) = super::STRATEGIES.iter().find_map(|choose| choose(&wanted, names)) else {
        return Err(diagnostics.error(Diagnostic::bug(table.span, "a table that no storage suits")));
    };
    let (bytes, most) = (storage.key_size(), storage.largest_key());
    if bytes > most {
        return Err(too_wide(diagnostics, table, kind, (bytes, most)));
    }
    Ok(storage)
}

/// An extern in a property of a table that nobody knows what it does there.
fn refuse_attached(
    program: &Program,
    externs: &ExternFacts,
    table: &Table,
    diagnostics: &mut Diagnostics,
) -> Result<(), ErrorsReported> {
    let mut result = Ok(());
    for (property, value) in &table.properties {
        let PropertyValue::Extern(id) = value else { continue };
        let instance = &program.externs[*id];
        if externs.of(&instance.extern_type).attached.is_some() {
            continue;
        }
        let said = format!("`{}` in `{property}`, declared here", instance.extern_type);
        result = Err(diagnostics.error(lacking::ATTACHED.at(table.span).with_label(instance.span, said)));
    }
    result
}

/// The order in which a key is best kept where only equality matters: as it stands in the packet.
pub(super) fn exact_order(program: &Program, key: &KeyElement) -> ByteOrder {
    match key.expr.as_field() {
        Some((header, field)) if is_byte_field(program, header, field) => ByteOrder::Network,
        Some(_) | None => ByteOrder::Host,
    }
}

/// What `implementation` names, and the number of entries by it or by `size`.
fn stated_size(program: &Program, externs: &ExternFacts, table: &Table) -> (Option<Attached>, Option<u64>) {
    let instance = table.extern_property("implementation").map(|id| &program.externs[id]);
    let implementation = instance.and_then(|i| externs.of(&i.extern_type).attached);
    let size = match implementation {
        Some(Attached::Array | Attached::Hash) => {
            instance.and_then(|i| i.args.first()?.value()?.as_const()?.to_u64())
        }
        Some(Attached::Direct(_) | Attached::Members) | None => None,
    };
    (implementation, size.or(table.size))
}

/// Refuses `@lru` where nothing can be displaced, or nothing may.
fn check_lru(
    externs: &ExternFacts,
    program: &Program,
    table: &Table,
    diagnostics: &mut Diagnostics,
) -> Result<(), ErrorsReported> {
    let Some(annotation) = table.lru() else { return Ok(()) };
    let (implementation, _) = stated_size(program, externs, table);
    let why = if !matches!(annotation.body, AnnotationBody::Empty) {
        "it takes nothing in parentheses"
    } else if table.keys.is_empty() {
        "a table without key has no entries"
    } else if table.entries_are_const || table.entries.iter().any(|entry| entry.is_const) {
        "constant entries stay"
    } else if table.match_keys().any(|key| key.match_kind != MatchKind::Exact) {
        "only tables whose keys are all `exact` can forget entries"
    } else if matches!(implementation, Some(Attached::Array)) {
        "an array has room for each of its keys"
    } else {
        return Ok(());
    };
    let message = format!("table `{}` cannot be `@lru`: {why}", table.name);
    Err(diagnostics.error(
        Diagnostic::error(codes::E0529, annotation.span, message).with_label(table.span, "this table"),
    ))
}

fn refuse(diagnostics: &mut Diagnostics, key: &KeyElement, what: &Lacking) -> ErrorsReported {
    diagnostics.error(what.at(key.expr.span).with_primary("this key").with_note(super::KEYS_THAT_WORK))
}

fn too_wide(
    diagnostics: &mut Diagnostics,
    table: &Table,
    kind: &str,
    (size, most): (u32, u32),
) -> ErrorsReported {
    diagnostics.error(Diagnostic::error(
        codes::E0522,
        table.span,
        format!("the key of {kind} `{}` takes {size} bytes; at most {most} are possible", table.name),
    ))
}
