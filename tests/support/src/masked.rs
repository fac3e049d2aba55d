//! A table whose entries have masks, and a model of it that keeps them in a list: in, random numbers; out, the program, entries for the runtime,
//! and what a packet meets.

use crate::random::Random;
use num_bigint::BigUint;
use p4xdp_control::entry::{ActionCall, Entry, KeyMatch};
use p4xdp_runtime::Program;
use p4xdp_runtime::tables::Table;

/// Entries of a table that has bit vectors.
pub const VECTORS: u32 = 700;
/// Entries of one that has a tuple space, as it is too large for bit vectors.
pub const SPACE: u32 = 17_000;

/// The number of the entry that matched comes out in the packet; 0 if none did. `DIRECT` and `PROPERTIES` are what else the table has.
const TEXT: &str = "#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<16> c; bit<32> by; int<16> r; bit<72> w; bit<8> colour; }
struct hs { h_t h; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    DIRECT
    action set(bit<32> by) { h.h.by = by; READ }
    table t {
        key = { h.h.a: ternary; h.h.b: optional; h.h.c: lpm; h.h.r: range; h.h.w: ternary; }
        actions = { set; }
        default_action = set(0);
        PROPERTIES
        size = SIZE;
    }
    apply { t.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

/// The program with a table `t` of so many entries, which perhaps have a counter, a meter and an idle timeout.
pub fn text(size: u32, has_direct: bool) -> String {
    let (direct, read, properties) = match has_direct {
        false => ("", "", ""),
        true => (
            "direct_counter(CounterType.packets) counted; direct_meter<bit<8>>(MeterType.packets) rates;",
            "rates.read(h.h.colour);",
            "counters = counted; meters = rates; support_timeout = true;",
        ),
    };
    let text = TEXT.replace("DIRECT", direct).replace("READ", read).replace("PROPERTIES", properties);
    text.replace("SIZE", &size.to_string())
}

/// Values of the keys in a packet. Of the last one, which has 72 bits, all but the first 8, which are its last 8 once more.
pub type Keys = (u32, u16, u16, i16, u64);

/// An entry: values and masks of the keys, priority, timeout in nanoseconds, result, and how many packets met it.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub a: (u32, u32),
    pub b: Option<u16>,
    pub c: (u16, u32),
    pub r: Option<(i16, i16)>,
    pub w: (u64, u64),
    pub priority: u32,
    pub timeout: u64,
    pub by: u32,
    pub packets: u64,
}

impl Model {
    /// One that any packet matches.
    pub fn any(priority: u32, by: u32) -> Model {
        Model { a: (0, 0), b: None, c: (0, 0), r: None, w: (0, 0), priority, timeout: 0, by, packets: 0 }
    }

    /// One of few values, so that many match a packet, and of many masks.
    pub fn random(random: &mut Random, by: u32) -> Model {
        let mask = spread(random);
        let length = random.below(5) as u32;
        let w_mask = if random.below(2) == 0 { 0 } else { 0xf0_0000_0000_0003 };
        Model {
            a: (spread(random), mask),
            b: (random.below(2) == 0).then(|| random.below(3) as u16),
            c: ((random.below(16) as u16) << 12, length),
            r: (random.below(3) > 0).then(|| {
                let (one, other) = (signed(random), signed(random));
                (one.min(other), one.max(other))
            }),
            w: (random.below(4) | (random.below(2) << 52), w_mask),
            ..Model::any(random.below(40) as u32, by)
        }
    }

    fn length_mask(&self) -> u16 {
        if self.c.1 == 0 { 0 } else { u16::MAX << (16 - self.c.1) }
    }

    fn matches(&self, (a, b, c, r, w): Keys) -> bool {
        let within = self.r.is_none_or(|(low, high)| (low..=high).contains(&r));
        within
            && (a ^ self.a.0) & self.a.1 == 0
            && self.b.is_none_or(|own| own == b)
            && (c ^ self.c.0) & self.length_mask() == 0
            && (w ^ self.w.0) & self.w.1 == 0
    }

    pub fn keys(&self) -> Vec<KeyMatch> {
        let ternary = |value: BigUint, mask: BigUint| match mask == BigUint::ZERO {
            true => KeyMatch::Any,
            false => KeyMatch::Masked(value & &mask, mask),
        };
        vec![
            ternary(self.a.0.into(), self.a.1.into()),
            self.b.map_or(KeyMatch::Any, |b| KeyMatch::Exact(b.into())),
            KeyMatch::Prefix((self.c.0 & self.length_mask()).into(), self.c.1),
            self.r.map_or(KeyMatch::Any, |(low, high)| {
                KeyMatch::Range((low as u16).into(), (high as u16).into())
            }),
            ternary(wide(self.w.0), wide(self.w.1)),
        ]
    }

    pub fn entry(&self) -> Entry {
        let call = ActionCall { action: 0, args: vec![self.by.into()] };
        let mut entry = Entry::new(self.keys(), Some(self.priority), call);
        entry.count.packets = self.packets;
        entry.idle.timeout = (self.timeout > 0).then_some(self.timeout);
        entry
    }

    pub fn same_key(&self, other: &Model) -> bool {
        self.keys() == other.keys() && self.priority == other.priority
    }
}

/// A number of 72 bits.
fn wide(w: u64) -> BigUint {
    (BigUint::from(w & 0xff) << 64) | BigUint::from(w)
}

fn spread(random: &mut Random) -> u32 {
    random.below(16) as u32 | (random.below(16) as u32) << 28
}

/// A few numbers around 0.
fn signed(random: &mut Random) -> i16 {
    random.below(9) as i16 - 4
}

/// The keys of a packet that random entries may match.
pub fn random_keys(random: &mut Random) -> Keys {
    let (b, c) = (random.below(4) as u16, (random.below(16) as u16) << 12);
    let w = random.below(4) | (random.below(2) << 52);
    (spread(random), b, c, signed(random), w)
}

/// What a packet with these keys meets.
pub fn result(program: &Program, (a, b, c, r, w): Keys) -> u32 {
    let mut packet = a.to_be_bytes().to_vec();
    packet.extend(b.to_be_bytes());
    packet.extend(c.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(r.to_be_bytes());
    packet.push(w as u8);
    packet.extend(w.to_be_bytes());
    packet.push(0);
    let (_, after) = program.run(&packet, None).unwrap();
    u32::from_be_bytes(after[8..12].try_into().unwrap())
}

/// Where the entry is that counts for a packet: of those with the highest priority the oldest.
pub fn met(model: &[Model], keys: Keys) -> Option<usize> {
    let best = model.iter().filter(|entry| entry.matches(keys)).map(|entry| entry.priority).max();
    model.iter().position(|entry| entry.matches(keys) && Some(entry.priority) == best)
}

/// What a packet should meet.
pub fn wanted(model: &[Model], keys: Keys) -> u32 {
    met(model, keys).map_or(0, |at| model[at].by)
}

/// Entries in an order that says nothing of their ages, and without the time since they matched.
pub fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.iter_mut().for_each(|entry| entry.idle.unused = 0);
    entries.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.keys.cmp(&b.keys)));
    entries
}

/// The entries of a table, and of a model.
pub fn listed(table: &Table<'_>) -> Vec<Entry> {
    sorted(table.entries().unwrap().into_iter().map(|(_, entry)| entry).collect())
}

/// See [`listed`].
pub fn of_model(model: &[Model]) -> Vec<Entry> {
    sorted(model.iter().map(Model::entry).collect())
}
