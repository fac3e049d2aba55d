//! Constant entries as code: a `switch` where there is one exact key, else comparisons in order of precedence.

use super::super::Cx;
use super::super::select::is_empty_range;
use super::{Application, Selected};
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, literal, ones};
use crate::tables::direct::Direct;
use crate::tables::members::{Shape, element_type};
use crate::tables::param_order::is_byte_field;
use crate::tables::strategy::constant;
use crate::tables::{DEFAULTS, DefaultPlace, TableLayout};
use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};
use p4xdp_control::manifest::ENTRIES_LOADED;
use p4xdp_control::storage::ByteOrder;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{ActionCall, Entry, KeyElement, Keyset, MatchKind, Table};
use rustc_hash::{FxHashMap, FxHashSet};

/// More initial entries than this are not copied into the program.
const MOST_COPIED: usize = 128;

/// More entries than this are told by one test each. Where each key is tested by itself, the verifier learns of a key that matched while
/// another did not, and follows that way by itself through all the entries that come.
const MOST_CHAINED: usize = 16;

/// The variables that say which entry matched.
struct Selection {
    /// The number of its action, or of the default action.
    number: Name,
    /// Its own number, 0 for none, if something hangs on entries.
    of_entry: Option<Name>,
}

/// A key of a table whose entries are code, with its elements in variables.
struct CodeKey {
    shape: Shape,
    elements: Vec<Name>,
    width: u32,
    signed: bool,
    /// Entries have a match for it; what an action selector chooses by they leave alone.
    is_matched: bool,
}

impl Cx<'_> {
    /// A table whose entries are all constant.
    pub(super) fn apply_code(&mut self, application: &Application<'_>) {
        let Application { table, layout, .. } = *application;
        let number = self.module.names.kept(&format!("{}_action", layout.stem));
        self.out.update(&number, code!("__u32 {};", number));
        let of_entry = layout.direct.is_some().then(|| {
            let name = self.module.names.unique(&format!("{}_number", layout.stem));
            self.out.update(&name, code!("__u32 {} = 0;", name));
            name
        });
        let selection = Selection { number, of_entry };
        let entries = in_order(table);
        match single_exact(table) {
            Some(key) => self.switch_on_key(application, key, &entries, &selection),
            None => self.compare_keys(application, &entries, &selection),
        }
        let Selection { number, of_entry } = selection;
        if let Some(of_entry) = of_entry {
            self.match_entry(application, &of_entry.code(), &of_entry.code());
        }
        let mut reachable: Vec<usize> = table.entries.iter().map(|entry| entry.action.action).collect();
        match layout.default {
            DefaultPlace::Code => reachable.push(table.default_action.action),
            DefaultPlace::Data(_) => reachable.extend(layout.reachable(|a| a.as_default)),
        }
        reachable.sort_unstable();
        reachable.dedup();
        self.run(application, &reachable, Selected::Variables { number });
    }

    /// Looks among the copies of the initial entries, if the storage has nothing and nobody has filled it.
    pub(super) fn fall_back(&mut self, application: &Application<'_>, entry: &Name, missing: &CExpr) {
        let Application { table, layout, .. } = *application;
        self.module.falls_back = true;
        self.out.begin_if(code!("{} && !{}", missing.operand(), Known(ENTRIES_LOADED)));
        let keys = self.code_keys(application);
        self.out.blank();
        for (i, (position, copied)) in in_order(table).into_iter().enumerate() {
            let terms = self.entry_tests(table, &keys, copied);
            let otherwise = if i > 0 { code!("else ") } else { code!("") };
            let test = if terms.is_empty() { code!("1") } else { Code::join(&terms, " && ") };
            self.out.line(code!(
                "{}if ({})\n\t{} = (void *)&{}_initial[{}];",
                otherwise,
                test,
                entry,
                layout.stem,
                position
            ));
        }
        // Else clang tests the key again in place of the pointer, and the verifier does not follow.
        self.out.line(code!("@barrier_var({});", entry));
        self.out.end();
    }

    fn switch_on_key(
        &mut self,
        application: &Application<'_>,
        key: &KeyElement,
        entries: &[(usize, &Entry)],
        selection: &Selection,
    ) {
        let shape = self.code_shape(application.table, 0, key);
        let Some(value) = self.elements(&key.expr, shape).into_iter().next() else {
            return self.bug(key.expr.span, "a key without bytes");
        };
        self.out.blank();
        // The first entry with a value counts.
        let mut seen: FxHashSet<&BigUint> = FxHashSet::default();
        let mut groups: Vec<(&ActionCall, Option<u32>, Vec<&BigUint>)> = Vec::new();
        let mut group_of: FxHashMap<(usize, &[BigUint], Option<u32>), usize> = FxHashMap::default();
        for (position, entry) in entries {
            let Some(Keyset::Value(value)) = entry.keysets.first() else { continue };
            if !seen.insert(value) {
                continue;
            }
            let call = &entry.action;
            let of_entry = selection.of_entry.as_ref().map(|_| Direct::of_program(*position));
            let group = *group_of.entry((call.action, &call.args, of_entry)).or_insert(groups.len());
            match groups.get_mut(group) {
                Some((.., values)) => values.push(value),
                None => groups.push((call, of_entry, vec![value])),
            }
        }
        // The values of cases are cut to the type of what is looked at, which for a constant may be a narrower one than the key's.
        let wide = shape.units == 1 && key.expr.ty.width() > 32;
        self.out.begin_switch(if wide { code!("(@__u64)({})", value) } else { value });
        for (call, of_entry, values) in groups {
            for value in values {
                self.out.case(Code::join(constant(value, shape), ""));
            }
            self.select(application, call, of_entry, selection);
            self.out.line(code!("break;"));
        }
        self.out.default_case();
        self.select_default(application, &selection.number);
        self.out.line(code!("break;"));
        self.out.end();
    }

    fn compare_keys(
        &mut self,
        application: &Application<'_>,
        entries: &[(usize, &Entry)],
        selection: &Selection,
    ) {
        let keys = self.code_keys(application);
        self.out.blank();
        let mut open = false;
        for (position, entry) in entries {
            let of_entry = Some(Direct::of_program(*position));
            let terms = self.entry_tests(application.table, &keys, entry);
            let terms = match difference(&keys, entry) {
                Some(difference) if entries.len() > MOST_CHAINED && terms.len() > 1 => vec![difference],
                Some(_) | None => terms,
            };
            let all = terms.is_empty();
            match (all, open) {
                // What follows an entry that matches everything is never reached.
                (true, false) => return self.select(application, &entry.action, of_entry, selection),
                (true, true) => self.out.begin_else(None),
                (false, true) => self.out.begin_else(Some(Code::join(&terms, " && "))),
                (false, false) => self.out.begin_if(Code::join(&terms, " && ")),
            }
            open = true;
            self.select(application, &entry.action, of_entry, selection);
            if all {
                return self.out.end();
            }
        }
        self.out.begin_else(None);
        self.select_default(application, &selection.number);
        self.out.end();
    }

    /// Puts the keys into variables.
    fn code_keys(&mut self, application: &Application<'_>) -> Vec<CodeKey> {
        let Application { table, layout, .. } = *application;
        let mut keys = Vec::new();
        for (position, key) in table.keys.iter().enumerate() {
            let (ty, shape) = (key.expr.ty, self.code_shape(table, position, key));
            let element = element_type(shape.unit, shape.order);
            let mut elements = Vec::new();
            for (i, value) in self.elements(&key.expr, shape).into_iter().enumerate() {
                let name = format!("{}_key_{position}", layout.stem);
                let name = if shape.units == 1 { name } else { format!("{name}_{i}") };
                let name = self.module.names.unique(&name);
                let value = self.forgotten(value, CType::of_width(shape.unit * 8));
                self.out.update(&name, code!("{} {} = {};", element, name, value));
                elements.push(name);
            }
            let is_matched = key.match_kind != MatchKind::Selector;
            keys.push(CodeKey { shape, elements, width: ty.width(), signed: ty.is_signed(), is_matched });
        }
        keys
    }

    fn entry_tests(&mut self, table: &Table, keys: &[CodeKey], entry: &Entry) -> Vec<Code> {
        let mut terms = Vec::new();
        for ((key, keyset), element) in keys.iter().zip(&entry.keysets).zip(&table.keys) {
            if key.shape.units > 1 && matches!(keyset, Keyset::Range { .. }) {
                self.refuse(codes::E0520, element.expr.span, "a range of more than 64 bits is not supported");
            }
            terms.extend(tests(key, keyset));
        }
        terms
    }

    /// Takes note that the action of the entry with this number is to run.
    fn select(
        &mut self,
        application: &Application<'_>,
        call: &ActionCall,
        of_entry: Option<u32>,
        selection: &Selection,
    ) {
        self.select_call(application, call, &selection.number);
        if let (Some(variable), Some(of_entry)) = (&selection.of_entry, of_entry) {
            self.out.assignment(variable, of_entry);
        }
        self.assign_hit(application, code!("@true"));
    }

    fn select_call(&mut self, application: &Application<'_>, call: &ActionCall, number: &Name) {
        self.out.assignment(number, application.layout.number(call.action));
        self.assign_constants(application.table, call);
    }

    /// Takes note that the default action is to run.
    fn select_default(&mut self, application: &Application<'_>, number: &Name) {
        let Application { table, layout, .. } = *application;
        match layout.default {
            DefaultPlace::Code => self.select_call(application, &table.default_action, number),
            DefaultPlace::Data(_) => {
                let from = code!("{}.{}", DEFAULTS, layout.stem);
                self.out.assignment(number, code!("{}.action", from));
                for (action, in_value) in table.actions.iter().zip(&layout.value.actions) {
                    if in_value.as_default {
                        let action = &self.program.actions[action.action];
                        self.load_params(action, in_value, &code!("{}.{}", from, in_value.member));
                    }
                }
            }
        }
        self.assign_hit(application, code!("@false"));
    }

    /// How a key is looked at: as it stands in the packet, unless ranges want its order.
    fn code_shape(&self, table: &Table, position: usize, key: &KeyElement) -> Shape {
        let ranged = table
            .entries
            .iter()
            .any(|entry| matches!(entry.keysets.get(position), Some(Keyset::Range { .. })));
        let in_packet =
            key.expr.as_field().is_some_and(|(header, field)| is_byte_field(self.program, header, field));
        Shape::of(key.expr.ty, if in_packet && !ranged { ByteOrder::Network } else { ByteOrder::Host })
    }
}

/// The only key, if it fits in a C integer and all entries name a value. A `bool`, or a bit that may be
/// one, is tested: clang warns of a `switch` on it.
fn single_exact(table: &Table) -> Option<&KeyElement> {
    let [key] = table.keys.as_slice() else { return None };
    let plain = key.expr.ty.width() <= 64
        && key.expr.ty.width() > 1
        && key.match_kind != MatchKind::Selector
        && table.entries.iter().all(|entry| matches!(entry.keysets.first(), Some(Keyset::Value(_))));
    plain.then_some(key)
}

/// The entries that can match, with their positions, by falling precedence: the longer prefixes of `lpm` keys come first, unless entries have
/// priorities, in whose order they stand.
fn in_order(table: &Table) -> Vec<(usize, &Entry)> {
    let can_match = |(_, entry): &(usize, &Entry)| {
        !entry.keysets.iter().zip(&table.keys).any(|(set, key)| is_empty_range(set, key.expr.ty))
    };
    let mut entries: Vec<(usize, &Entry)> = table.entries.iter().enumerate().filter(can_match).collect();
    let have_priorities = table.keys.iter().any(|key| match key.match_kind {
        MatchKind::Ternary | MatchKind::Range | MatchKind::Optional => true,
        MatchKind::Exact | MatchKind::Lpm | MatchKind::Selector | MatchKind::Other(_) => false,
    });
    if !have_priorities {
        let length = |(keyset, key): (&Keyset, &KeyElement)| match (keyset, &key.match_kind) {
            (Keyset::Value(_), MatchKind::Lpm) => u64::from(key.expr.ty.width()),
            (Keyset::Mask { mask, .. }, MatchKind::Lpm) => mask.count_ones(),
            (
                Keyset::Value(_)
                | Keyset::Mask { .. }
                | Keyset::Universal
                | Keyset::Range { .. }
                | Keyset::ValueSet(_),
                _,
            ) => 0,
        };
        let lengths = |entry: &Entry| entry.keysets.iter().zip(&table.keys).map(length).sum::<u64>();
        entries.sort_by_key(|(_, entry)| std::cmp::Reverse(lengths(entry)));
    }
    entries
}

/// The comparisons that decide whether a key is in a keyset.
fn tests(key: &CodeKey, keyset: &Keyset) -> Vec<Code> {
    match keyset {
        Keyset::Universal | Keyset::ValueSet(_) => Vec::new(),
        Keyset::Value(_) | Keyset::Mask { .. } | Keyset::Range { .. } if !key.is_matched => Vec::new(),
        Keyset::Value(value) => equal(key, &constant(value, key.shape)),
        Keyset::Mask { value, mask } if *mask == ones(key.width) => equal(key, &constant(value, key.shape)),
        Keyset::Mask { value, mask } => {
            let (values, masks) = (constant(&(value & mask), key.shape), constant(mask, key.shape));
            let terms = key.elements.iter().zip(values).zip(masks);
            terms
                .filter(|(_, mask)| !mask.is("0"))
                .map(|((k, v), m)| code!("({} & {}) == {}", k, m, v))
                .collect()
        }
        Keyset::Range { lo, hi } => range(key, lo, hi),
    }
}

/// One test of all keys: the bits in which they differ from the entry's, none if it matches. Nothing for ranges that need 64 bits.
fn difference(keys: &[CodeKey], entry: &Entry) -> Option<Code> {
    let mut terms = Vec::new();
    for (key, keyset) in keys.iter().zip(&entry.keysets).filter(|(key, _)| key.is_matched) {
        match keyset {
            Keyset::Universal | Keyset::ValueSet(_) => {}
            Keyset::Value(value) => {
                let values = constant(value, key.shape);
                terms.extend(key.elements.iter().zip(values).map(|(k, v)| code!("({} ^ {})", k, v)));
            }
            Keyset::Mask { value, mask } => {
                let (values, masks) = (constant(&(value & mask), key.shape), constant(mask, key.shape));
                let parts = key.elements.iter().zip(values).zip(masks).filter(|(_, mask)| !mask.is("0"));
                terms.extend(parts.map(|((k, v), m)| code!("(({} ^ {}) & {})", k, v, m)));
            }
            // The sign of a difference.
            Keyset::Range { lo, hi } if key.width < 64 && !key.signed => {
                let name = key.elements.first()?;
                let (lo, hi) = (lo.to_string(), hi.to_string());
                terms.push(code!("(((__u64){} - {}) >> 63)", name, lo));
                terms.push(code!("(({}ULL - {}) >> 63)", hi, name));
            }
            Keyset::Range { .. } => return None,
        }
    }
    // clang would work out parts of the tests ahead that several entries share, and keep them all on the stack.
    let forgotten = keys.iter().flat_map(|key| &key.elements).map(|name| code!("@barrier_var({}); ", name));
    Some(code!("!({{ {}{}; }})", Code::join(forgotten, ""), Code::join(terms, " | ")))
}

fn equal(key: &CodeKey, values: &[Code]) -> Vec<Code> {
    key.elements.iter().zip(values).map(|(k, v)| code!("{} == {}", k, v)).collect()
}

fn range(key: &CodeKey, lo: &BigUint, hi: &BigUint) -> Vec<Code> {
    let Some(name) = key.elements.first() else { return Vec::new() };
    if key.signed {
        let value = CExpr::atom(name, CType::of_width(key.width), key.width).sign_extended().operand();
        let bound = |bound| signed(bound, key.width);
        return vec![code!("{} >= {}", value, bound(lo)), code!("{} <= {}", value, bound(hi))];
    }
    let bound = |bound: &BigUint| literal(bound.to_u64().unwrap_or(u64::MAX));
    let mut terms = Vec::new();
    if !lo.is_zero() {
        terms.push(code!("{} >= {}", name, bound(lo)));
    }
    if *hi != ones(key.width) {
        terms.push(code!("{} <= {}", name, bound(hi)));
    }
    terms
}

/// A bit pattern as a signed number.
fn signed(value: &BigUint, width: u32) -> Code {
    let pattern = value.to_u64().unwrap_or(0);
    let spare = 64 - width.clamp(1, 64);
    code!("{}LL", (pattern << spare) as i64 >> spare)
}

/// True if the program has a copy of the initial entries for loaders that do not put them into the storage.
pub(super) fn has_fallback(table: &Table, layout: &TableLayout) -> bool {
    layout.storage.is_some() && !table.entries.is_empty() && table.entries.len() <= MOST_COPIED
}
