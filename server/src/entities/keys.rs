//! Keys of entries (P4Runtime specification, section "Match Format"): in, the matches of a message; out, one match a key of the table, and back. What
//! matches anything is not said at all.

use super::numbers::{Numbers, Seen, hex};
use crate::problem::Problem;
use num_bigint::BigUint;
use p4xdp_control::entry::KeyMatch;
use p4xdp_control::value::{ones, order, prefix_mask};
use p4xdp_control::view::{Key, MatchKind, Table};
use p4xdp_p4runtime::p4::v1 as proto;
use proto::field_match::{self, FieldMatchType};

/// One match a key that takes part in the match, in the table's order.
pub(super) fn read(
    numbers: &Numbers<'_>,
    table: &Table,
    matches: &[proto::FieldMatch],
) -> Result<Vec<KeyMatch>, Problem> {
    let mut keys: Vec<Option<KeyMatch>> = vec![None; table.match_keys().count()];
    for given in matches {
        let found = table.match_keys().zip(&mut keys).find(|(key, _)| key.id == given.field_id);
        let Some((key, place)) = found else {
            let message = format!("{} has no match field with id {}", called(table), given.field_id);
            return Err(Problem::invalid(message));
        };
        let field = Field { numbers, table, key };
        if place.is_some() {
            return Err(Problem::invalid(format!("{}: it is there twice", field.called())));
        }
        *place = Some(field.read(given)?);
    }
    let all = table.match_keys().zip(keys);
    all.map(|(key, given)| match (given, key.match_kind) {
        (Some(given), _) => Ok(given),
        (None, MatchKind::Lpm) => Ok(KeyMatch::Prefix(BigUint::ZERO, 0)),
        (None, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional) => Ok(KeyMatch::Any),
        (None, MatchKind::Exact | MatchKind::Selector) => {
            let field = Field { numbers, table, key };
            Err(Problem::invalid(format!("{}: an exact match has to be given", field.called())))
        }
    })
    .collect()
}

/// The matches of an entry.
pub(super) fn write(
    numbers: &Numbers<'_>,
    table: &Table,
    keys: &[KeyMatch],
) -> Result<Vec<proto::FieldMatch>, Problem> {
    let mut matches = Vec::with_capacity(keys.len());
    for (key, matched) in table.match_keys().zip(keys) {
        if let Some(kind) = (Field { numbers, table, key }).write(matched)? {
            matches.push(proto::FieldMatch { field_id: key.id, field_match_type: Some(kind) });
        }
    }
    Ok(matches)
}

/// Keys in the one form in which those that mean the same are equal.
pub(super) fn plain(table: &Table, keys: &[KeyMatch]) -> Vec<KeyMatch> {
    let plain = |(key, matched): (&Key, &KeyMatch)| {
        let (width, signed) = (key.param.width, key.param.signed);
        matched.clone().in_form(key.match_kind, width, signed).cleared(width)
    };
    table.match_keys().zip(keys).map(plain).collect()
}

/// Keys mean the same, however they are said.
pub(super) fn same(table: &Table, a: &[KeyMatch], b: &[KeyMatch]) -> bool {
    a == b || plain(table, a) == plain(table, b)
}

/// A table or value set, for messages.
pub(super) fn called(table: &Table) -> String {
    format!("{} `{}`", table.kind(), table.name())
}

/// A key of a table.
struct Field<'a> {
    numbers: &'a Numbers<'a>,
    table: &'a Table,
    key: &'a Key,
}

impl Field<'_> {
    fn called(&self) -> String {
        format!("{}, match field `{}`", called(self.table), self.key.param.name)
    }

    fn wrong(&self, what: &str) -> Problem {
        Problem::invalid(format!("{}: {what}", self.called()))
    }

    fn number(&self, bytes: &[u8]) -> Result<BigUint, Problem> {
        self.numbers.read(bytes, &self.key.param, &|| self.called())
    }

    fn bytes(&self, number: &BigUint) -> Result<Vec<u8>, Problem> {
        self.numbers.write(number, &self.key.param)
    }

    /// The width that controllers see, if it is another one than the program's.
    fn other_width(&self) -> Option<u32> {
        match self.numbers.seen(&self.key.param) {
            Seen::Bits(width) => Some(width).filter(|width| *width != self.key.param.width),
            Seen::Text => Some(0),
        }
    }

    /// Prefixes, masks and ranges of numbers that controllers see otherwise mean something only if they are of one number.
    fn one_number(&self) -> Problem {
        self.wrong("controllers see its values in another type, so a match is of one value or of any")
    }

    fn read(&self, given: &proto::FieldMatch) -> Result<KeyMatch, Problem> {
        let Some(kind) = &given.field_match_type else {
            return Err(self.wrong("nothing is said of it"));
        };
        match (kind, self.key.match_kind) {
            (FieldMatchType::Exact(exact), MatchKind::Exact | MatchKind::Selector) => {
                Ok(KeyMatch::Exact(self.number(&exact.value)?))
            }
            (FieldMatchType::Optional(optional), MatchKind::Optional) => {
                Ok(KeyMatch::Exact(self.number(&optional.value)?))
            }
            (FieldMatchType::Lpm(lpm), MatchKind::Lpm) => self.prefix(lpm),
            (FieldMatchType::Ternary(ternary), MatchKind::Ternary) => self.masked(ternary),
            (FieldMatchType::Range(range), MatchKind::Range) => self.range(range),
            (FieldMatchType::Other(_), _) => {
                Err(Problem::unimplemented(format!("{}: the server knows no such match", self.called())))
            }
            (
                FieldMatchType::Exact(_)
                | FieldMatchType::Optional(_)
                | FieldMatchType::Lpm(_)
                | FieldMatchType::Ternary(_)
                | FieldMatchType::Range(_),
                kind,
            ) => Err(self.wrong(&format!("its match kind is {}", kind.name()))),
        }
    }

    fn prefix(&self, lpm: &field_match::Lpm) -> Result<KeyMatch, Problem> {
        let width = self.key.param.width;
        let value = self.number(&lpm.value)?;
        let length = u32::try_from(lpm.prefix_len).ok();
        if let Some(other) = self.other_width() {
            return if length == Some(other) {
                Ok(KeyMatch::Prefix(value, width))
            } else {
                Err(self.one_number())
            };
        }
        match length {
            Some(0) => {
                Err(self
                    .wrong("a prefix of no bits matches anything, which is said by leaving the field out"))
            }
            Some(length) if length <= width => {
                if &value & prefix_mask(width, length) != value {
                    let value = hex(&lpm.value);
                    return Err(self.wrong(&format!("{value} has ones behind its prefix of {length} bits")));
                }
                Ok(KeyMatch::Prefix(value, length))
            }
            Some(_) | None => {
                Err(self.wrong(&format!("it has no prefix of {} bits, but {width}", lpm.prefix_len)))
            }
        }
    }

    fn masked(&self, ternary: &field_match::Ternary) -> Result<KeyMatch, Problem> {
        let width = self.key.param.width;
        let value = self.number(&ternary.value)?;
        if let Some(other) = self.other_width() {
            let mask = BigUint::from_bytes_be(&ternary.mask);
            return if mask == ones(other) && other > 0 {
                Ok(KeyMatch::Masked(value, ones(width)))
            } else {
                Err(self.one_number())
            };
        }
        let mask = self.number(&ternary.mask)?;
        if mask == BigUint::ZERO {
            return Err(
                self.wrong("a mask without ones matches anything, which is said by leaving the field out")
            );
        }
        if &value & &mask != value {
            let (value, mask) = (hex(&ternary.value), hex(&ternary.mask));
            return Err(self.wrong(&format!("{value} has ones that its mask {mask} has not")));
        }
        Ok(KeyMatch::Masked(value, mask))
    }

    fn range(&self, range: &field_match::Range) -> Result<KeyMatch, Problem> {
        let (low, high) = (self.number(&range.low)?, self.number(&range.high)?);
        if self.other_width().is_some() && low != high {
            return Err(self.one_number());
        }
        if order(&low, &high, &self.key.param).is_gt() {
            let (low, high) = (hex(&range.low), hex(&range.high));
            return Err(self.wrong(&format!("the range {low} to {high} is empty")));
        }
        if self.is_all(&low, &high) {
            return Err(
                self.wrong("a range of all values matches anything, which is said by leaving the field out")
            );
        }
        Ok(KeyMatch::Range(low, high))
    }

    fn is_all(&self, low: &BigUint, high: &BigUint) -> bool {
        let width = self.key.param.width;
        let all = KeyMatch::Any.in_form(MatchKind::Range, width, self.key.param.signed);
        matches!(&all, KeyMatch::Range(least, most) if least == low && most == high)
            || (*low == BigUint::ZERO && *high == ones(width))
    }

    fn write(&self, matched: &KeyMatch) -> Result<Option<FieldMatchType>, Problem> {
        let (kind, width) = (self.key.match_kind, self.key.param.width);
        let matched = matched.clone().in_form(kind, width, self.key.param.signed).cleared(width);
        Ok(Some(match (&matched, kind) {
            (KeyMatch::Any | KeyMatch::Prefix(_, 0), _) => return Ok(None),
            (KeyMatch::Masked(_, mask), _) if mask.bits() == 0 => return Ok(None),
            (KeyMatch::Range(low, high), _) if self.is_all(low, high) => return Ok(None),
            (KeyMatch::Exact(value), MatchKind::Optional) => {
                FieldMatchType::Optional(field_match::Optional { value: self.bytes(value)? })
            }
            (KeyMatch::Exact(value), _) => {
                FieldMatchType::Exact(field_match::Exact { value: self.bytes(value)? })
            }
            (KeyMatch::Prefix(value, length), _) => {
                let length = self.other_width().unwrap_or(*length);
                let prefix_len = i32::try_from(length).unwrap_or(i32::MAX);
                FieldMatchType::Lpm(field_match::Lpm { value: self.bytes(value)?, prefix_len })
            }
            (KeyMatch::Masked(value, mask), _) => {
                let mask = self.other_width().map_or_else(|| mask.clone(), ones);
                let mask = super::numbers::shortest(&mask);
                FieldMatchType::Ternary(field_match::Ternary { value: self.bytes(value)?, mask })
            }
            (KeyMatch::Range(low, high), _) => {
                FieldMatchType::Range(field_match::Range { low: self.bytes(low)?, high: self.bytes(high)? })
            }
        }))
    }
}
