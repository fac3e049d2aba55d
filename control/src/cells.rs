//! Cells: what counters, registers and the like have in common. Where they lie, what a cell holds, what may be written into it, and how it is
//! written down; all that differs between kinds stands here, as data. Reading and writing maps is the runtime's.

use crate::place::Place;
use crate::value;
use crate::view::Param;
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// Cells by index, in a map whose key is a `u32`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// What they are.
    pub kind: CellKind,
    /// Map name.
    pub map: String,
    /// The map is per CPU: a cell is the sum over CPUs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_cpu: bool,
    /// The map is a hash by index rather than an array: any index is one, and there is room for so many.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sparse: bool,
    /// A cell begins with a `struct bpf_spin_lock`, which is held by who reads or changes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// Number of cells.
    pub size: u32,
    /// First index of these cells in the map (maps may be shared).
    #[serde(default)]
    pub base: u32,
    /// Bytes of a cell. What is none of its fields is 0 when it is written.
    pub value_size: u32,
    /// What a cell holds, and where.
    pub fields: Vec<Field>,
}

/// A number in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What it is called, and how wide it is.
    #[serde(flatten)]
    pub param: Param,
    /// Where it stands.
    pub place: Place,
    /// What it is a number of, such as `packets` or `packets/s`; none for values whose meaning is the program's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The least that it is set to.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub least: u32,
    /// It is not set to less than this field of the same cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_below: Option<String>,
    /// What it is before it is written. What stands in its place is the exclusive or of this and the number, so that zeros are this.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub initial: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_nothing(number: &u64) -> bool {
    *number == 0
}

/// Kinds of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Packets add to them, so values of several programs can be summed up. The fields are [`PACKETS`], [`BYTES`] or both.
    Counter,
    /// Packets read and write them as wholes.
    Register,
    /// Rates, by which packets are coloured; only control planes write them.
    Meter,
}

/// A counter's field of packets, or plain counts.
pub const PACKETS: &str = "packets";
/// A counter's field of bytes.
pub const BYTES: &str = "bytes";

/// What all cells of a kind have in common.
#[derive(Debug, PartialEq, Eq)]
pub struct Facts {
    /// As people call an array of them, and the command for it.
    pub noun: &'static str,
    /// As people call what a cell holds: one, and several.
    pub content: [&'static str; 2],
    /// Values of cells can be added up: those of the CPUs, and those of programs that are replaced.
    pub adds_up: bool,
    /// What a command that prints the cells does.
    pub dump: &'static str,
    /// What the first number of a cell is, if scripts may have it bare.
    pub bare: Option<&'static str>,
    /// The numbers that people write into a cell: names and explanations. None: they cannot.
    pub written: &'static [(&'static str, &'static str)],
}

impl CellKind {
    /// All of them.
    pub const ALL: [CellKind; 3] = [CellKind::Counter, CellKind::Register, CellKind::Meter];

    /// What all cells of the kind have in common.
    #[must_use]
    pub fn facts(self) -> &'static Facts {
        match self {
            CellKind::Counter => &Facts {
                noun: "counter",
                content: ["count", "counts"],
                adds_up: true,
                dump: "Prints what was counted",
                bare: Some("The bare number of packets (or plain counts), for scripts"),
                written: &[],
            },
            CellKind::Register => &Facts {
                noun: "register",
                content: ["value", "values"],
                adds_up: false,
                dump: "Prints all values that are not zero",
                bare: None,
                written: &[("value", "The value: a number, a MAC or IP address")],
            },
            CellKind::Meter => &Facts {
                noun: "meter",
                content: ["pair of rates", "pairs of rates"],
                adds_up: false,
                dump: "Prints all rates that are set",
                bare: None,
                written: &[
                    ("committed_rate", "Packets or bytes a second that are green"),
                    ("committed_burst", "Packets or bytes that are green at once, at least 1"),
                    ("peak_rate", "Packets or bytes a second that are not red, at least the committed rate"),
                    ("peak_burst", "Packets or bytes that are not red at once, at least 1"),
                ],
            },
        }
    }

    /// As people call it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        self.facts().noun
    }

    /// There are some whose cells are those of a table's entries.
    #[must_use]
    pub fn has_entries(self) -> bool {
        match self {
            CellKind::Counter | CellKind::Meter => true,
            CellKind::Register => false,
        }
    }

    /// See [`Facts::adds_up`].
    #[must_use]
    pub fn adds_up(self) -> bool {
        self.facts().adds_up
    }
}

/// Why numbers cannot be written into a cell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// As many numbers as a cell has not.
    #[error("a cell of {of} holds {wanted} numbers, not {given}")]
    Numbers {
        /// `` register `last` ``
        of: String,
        /// Fields of a cell.
        wanted: usize,
        /// Numbers that were given.
        given: usize,
    },
    /// A number is too large.
    #[error("{value} does not fit the {width} bits of {of}")]
    Wide {
        /// `` register `last` ``, or `` `high` of register `last` ``.
        of: String,
        /// Bits of the field.
        width: u32,
        /// What was to be written.
        value: BigUint,
    },
    /// A number is too small.
    #[error("{of} is at least {least}, not {value}")]
    Small {
        /// `` `high` of register `last` ``
        of: String,
        /// What it is at least.
        least: u32,
        /// What was to be written.
        value: BigUint,
    },
    /// A number is smaller than another of the cell.
    #[error("{of} is not below `{other}`: {value} is less than {least}")]
    Below {
        /// `` `high` of register `last` ``
        of: String,
        /// The other field.
        other: String,
        /// Its number.
        least: BigUint,
        /// What was to be written.
        value: BigUint,
    },
}

impl Cells {
    /// Where a field stands.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Place> {
        self.fields.iter().find(|field| field.param.name == name).map(|field| &field.place)
    }

    /// Whether numbers may be written into a cell of the extern with this name: one a field, in order.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self, name: &str, numbers: &[BigUint]) -> Result<(), Unfit> {
        let of = format!("{} `{name}`", self.kind.noun());
        if numbers.len() != self.fields.len() {
            return Err(Unfit::Numbers { of, wanted: self.fields.len(), given: numbers.len() });
        }
        let number_of = |name: &str| {
            let at = self.fields.iter().position(|field| field.param.name == name)?;
            numbers.get(at)
        };
        for (field, value) in self.fields.iter().zip(numbers) {
            let Param { name, width, .. } = &field.param;
            let of = match self.fields.as_slice() {
                [_] => of.clone(),
                _ => format!("`{name}` of {of}"),
            };
            if value.bits() > u64::from(*width) {
                return Err(Unfit::Wide { of, width: *width, value: value.clone() });
            }
            if *value < BigUint::from(field.least) {
                return Err(Unfit::Small { of, least: field.least, value: value.clone() });
            }
            if let Some(other) = &field.not_below
                && let Some(least) = number_of(other)
                && value < least
            {
                let (other, least, value) = (other.clone(), least.clone(), value.clone());
                return Err(Unfit::Below { of, other, least, value });
            }
        }
        Ok(())
    }

    /// How many there are, and of what: `8 counts, sparse`, `16 x bit<32>`.
    #[must_use]
    pub fn extent(&self) -> String {
        format!("{} {}", self.size, self.content())
    }

    /// What they hold: `counts`.
    #[must_use]
    pub fn content(&self) -> String {
        if self.fields.iter().all(|field| field.unit.is_none()) {
            let types = self.fields.iter().map(|field| {
                let sign = if field.param.signed { "int" } else { "bit" };
                format!("{sign}<{}>", field.param.width)
            });
            return format!("x {}", types.collect::<Vec<_>>().join(", "));
        }
        let mut text = self.kind.facts().content[1].to_owned();
        if self.sparse {
            text.push_str(", sparse");
        }
        // A field that is called as what it counts needs no word of its own.
        let named = self.fields.iter().filter(|field| field.unit.as_ref() != Some(&field.param.name));
        let of: Vec<String> =
            named.map(|field| format!("{}{}", field.param.name, field.unit_text())).collect();
        if !of.is_empty() {
            text = format!("{text}: {}", of.join(", "));
        }
        text
    }

    /// A cell as people read it: `5 packets, 300 bytes`.
    #[must_use]
    pub fn text(&self, numbers: &[BigUint]) -> String {
        let texts = self.fields.iter().zip(numbers).map(|(field, number)| field.text(number));
        texts.collect::<Vec<_>>().join(", ")
    }
}

impl Field {
    /// A number whose meaning is the program's.
    #[must_use]
    pub fn new(param: Param, place: Place) -> Field {
        Field { param, place, unit: None, least: 0, not_below: None, initial: 0 }
    }

    /// A number of such things.
    #[must_use]
    pub fn of(self, unit: impl Into<String>) -> Field {
        Field { unit: Some(unit.into()), ..self }
    }

    /// At least this is set.
    #[must_use]
    pub fn at_least(self, least: u32) -> Field {
        Field { least, ..self }
    }

    /// Not less than this field is set.
    #[must_use]
    pub fn not_below(self, other: impl Into<String>) -> Field {
        Field { not_below: Some(other.into()), ..self }
    }

    /// This is what it is before it is written.
    #[must_use]
    pub fn initially(self, initial: u64) -> Field {
        Field { initial, ..self }
    }

    /// What stands in its place for a number, and the number for what stands there.
    #[must_use]
    pub fn flipped(&self, number: BigUint) -> BigUint {
        number ^ BigUint::from(self.initial)
    }

    /// A field of a counter, named as what it counts.
    #[must_use]
    pub fn count(unit: &str, place: Place) -> Field {
        Field::new(Param::new(unit, 64), place).of(unit)
    }

    fn unit_text(&self) -> String {
        self.unit.as_ref().map_or_else(String::new, |unit| format!(" in {unit}"))
    }

    fn text(&self, number: &BigUint) -> String {
        match &self.unit {
            None => value::format(number, &self.param),
            Some(unit) if *unit == self.param.name => format!("{number} {unit}"),
            Some(unit) => format!("{} {number} {unit}", self.param.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::ByteOrder;

    fn at(offset: u32, size: u32) -> Place {
        Place { offset, size, order: ByteOrder::Host }
    }

    fn cells(kind: CellKind, fields: Vec<Field>) -> Cells {
        let map = "m".to_owned();
        Cells {
            kind,
            map,
            per_cpu: false,
            sparse: false,
            locked: false,
            size: 8,
            base: 0,
            value_size: 16,
            fields,
        }
    }

    fn numbers(numbers: &[u64]) -> Vec<BigUint> {
        numbers.iter().map(|number| BigUint::from(*number)).collect()
    }

    #[test]
    fn what_is_written_must_suit() {
        let one = cells(CellKind::Register, vec![Field::new(Param::new("value", 48), at(0, 8))]);
        let low = Field::new(Param::new("low", 8), at(0, 4)).at_least(1);
        let high = Field::new(Param::new("high", 8), at(4, 4)).not_below("low");
        let two = cells(CellKind::Register, vec![low, high]);
        let said = |cells: &Cells, given: &[u64]| {
            cells.check("c.last", &numbers(given)).map_or_else(|unfit| unfit.to_string(), |()| String::new())
        };
        assert_eq!(said(&one, &[0xffff_ffff_ffff]), "");
        assert_eq!(said(&one, &[1 << 48]), "281474976710656 does not fit the 48 bits of register `c.last`");
        assert_eq!(said(&one, &[]), "a cell of register `c.last` holds 1 numbers, not 0");
        assert_eq!(said(&two, &[1, 1]), "");
        assert_eq!(said(&two, &[1, 256]), "256 does not fit the 8 bits of `high` of register `c.last`");
        assert_eq!(said(&two, &[0, 1]), "`low` of register `c.last` is at least 1, not 0");
        assert_eq!(said(&two, &[9, 8]), "`high` of register `c.last` is not below `low`: 8 is less than 9");
    }

    #[test]
    fn as_people_read_it() {
        let counter =
            cells(CellKind::Counter, vec![Field::count(PACKETS, at(0, 8)), Field::count(BYTES, at(8, 8))]);
        assert_eq!(counter.extent(), "8 counts");
        assert_eq!(Cells { sparse: true, ..counter.clone() }.extent(), "8 counts, sparse");
        assert_eq!(counter.text(&numbers(&[3, 180])), "3 packets, 180 bytes");
        let signed = Param { signed: true, ..Param::new("value", 8) };
        let register = cells(CellKind::Register, vec![Field::new(signed, at(0, 4))]);
        assert_eq!((register.extent().as_str(), register.text(&numbers(&[5])).as_str()), ("8 x int<8>", "5"));
        let speed = Field::new(Param::new("speed", 32), at(0, 4)).of("m/s");
        let speeds = cells(CellKind::Register, vec![speed]);
        assert_eq!(speeds.extent(), "8 values: speed in m/s");
        assert_eq!(speeds.text(&numbers(&[5])), "speed 5 m/s");
    }
}
