//! From the names and numbers of a test to those of the program: full control-plane names, values that fit.
//!
//! A name stands for the one that it equals, else for the one that it is a suffix of, from a dot on. p4c's tests for
//! eBPF name its generated C instead (`pipe_t`, `key.field0`, `key.headers_ipv4_srcAddr`, `_NoAction`); these are taken as
//! aliases. `key.fieldN` is the N-th member of the key's C struct: for an lpm key that compiler keeps it in network order,
//! and so a number written there is what a little-endian machine reads from the bytes; it is swapped back here. Arguments
//! of an action named so may be left out and then are zero, as in a C initialiser.

use super::engine::{ActionSpec, KeyMatch};
use super::stf::{Call, MatchValue, Name, Number, StfError};
use num_bigint::BigUint;
use p4xdp_frontend::diagnostic::suggest::closest;
use p4xdp_midend::ir::{KeyElement, Keyset, MatchKind, Program, PropertyValue, Table, ValueSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Resolves names of one line.
pub(super) struct Resolver<'a> {
    /// The program.
    pub program: &'a Program,
    /// For errors.
    pub line: u32,
}

/// A key as the test names it.
struct NamedKey<'a> {
    position: usize,
    key: &'a KeyElement,
    /// By its place in p4c's C struct.
    by_c_position: bool,
}

/// `$0` for `[0]`, C's underscores for everything that is no letter or digit.
fn canonical(name: &str) -> String {
    let name = name.replace(".$valid$", ".isValid()").replace("$valid$", "isValid()");
    name.chars().filter(|c| *c != ']').map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// A candidate, and whether the test names it as p4c's generated C does.
#[derive(Clone, Copy)]
struct Found {
    at: usize,
    in_c: bool,
}

/// The only candidate that the name stands for: equal, suffix from a dot on, the same in C's spelling.
fn find<T>(candidates: &[(&str, T)], name: &str) -> Result<Found, Vec<String>> {
    let wanted = canonical(name);
    let suffix = format!("_{wanted}");
    let dotted = format!(".{name}");
    let tests: [&dyn Fn(&str) -> bool; 5] = [
        &|c| c == name,
        &|c| c.ends_with(&dotted),
        &|c| canonical(c) == wanted,
        &|c| canonical(c).ends_with(&suffix),
        // p4c's driver for bmv2 takes any suffix.
        &|c| c.ends_with(name),
    ];
    for (kind, test) in tests.into_iter().enumerate() {
        let found: Vec<usize> =
            (0..candidates.len()).filter(|i| candidates.get(*i).is_some_and(|c| test(c.0))).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(Found { at: *one, in_c: kind == 2 || kind == 3 }),
            several => {
                return Err(several
                    .iter()
                    .filter_map(|i| candidates.get(*i))
                    .map(|c| c.0.to_owned())
                    .collect());
            }
        }
    }
    Err(Vec::new())
}

/// What a name was most likely to be, written as much in full as the name is.
fn meant<'n>(name: &str, all: &[&'n str]) -> Option<&'n str> {
    let parts = name.split('.').count();
    let written = |full: &&'n str| {
        let skip = full.split('.').count().checked_sub(parts)?;
        let at = full.match_indices('.').map(|(at, _)| at + 1).nth(skip.checked_sub(1)?);
        full.get(at?..)
    };
    let shortened: Vec<&str> = all.iter().map(|full| written(full).unwrap_or(full)).collect();
    closest(name, shortened)
}

impl<'a> Resolver<'a> {
    fn error(&self, column: u32, message: impl Into<String>) -> StfError {
        StfError { line: self.line, column, message: message.into() }
    }

    fn not_found(&self, kind: &str, name: &Name, several: &[String], all: &[&str]) -> StfError {
        let text = &name.text;
        let list = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let message = if !several.is_empty() {
            format!("{kind} `{text}` is ambiguous: it may be {}", list(several))
        } else if all.is_empty() {
            format!("there is no {kind} `{text}`: there are none at all")
        } else if let Some(meant) = meant(text, all) {
            format!("there is no {kind} `{text}`; did you mean `{meant}`?")
        } else {
            let all = all.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
            format!("there is no {kind} `{text}`; there are {}", list(&all))
        };
        self.error(name.column, message)
    }

    /// A table by its name in the test.
    pub(super) fn table(&self, name: &Name) -> Result<&'a Table, StfError> {
        let candidates: Vec<(&str, &Table)> = self.program.tables.values().map(|t| (&*t.name, t)).collect();
        let names: Vec<&str> = candidates.iter().map(|c| c.0).collect();
        let found = find(&candidates, &name.text)
            .map_err(|several| self.not_found("table", name, &several, &names))?;
        candidates.get(found.at).map(|c| c.1).ok_or_else(|| self.not_found("table", name, &[], &names))
    }

    /// An extern instance's full name; a table's name stands for its direct counter.
    pub(super) fn instance(&self, name: &Name) -> Result<Arc<str>, StfError> {
        let candidates: Vec<(&str, Arc<str>)> =
            self.program.externs.values().map(|e| (&*e.name, e.name.clone())).collect();
        let names: Vec<&str> = candidates.iter().map(|c| c.0).collect();
        let found = find(&candidates, &name.text)
            .map_err(|several| self.not_found("extern", name, &several, &names))?;
        candidates
            .get(found.at)
            .map(|c| c.1.clone())
            .ok_or_else(|| self.not_found("extern", name, &[], &names))
    }

    fn key(&self, table: &'a Table, name: &Name) -> Result<NamedKey<'a>, StfError> {
        let keys: Vec<(&str, &KeyElement)> = table.keys.iter().map(|k| (&*k.name, k)).collect();
        if let Some(position) = name.text.strip_prefix("key.field").and_then(|n| n.parse::<usize>().ok())
            && let Some((_, key)) = keys.get(position)
        {
            return Ok(NamedKey { position, key, by_c_position: true });
        }
        let names: Vec<&str> = keys.iter().map(|k| k.0).collect();
        let found = find(&keys, &name.text).or_else(|several| match name.text.strip_prefix("key.") {
            Some(rest) if several.is_empty() => find(&keys, rest),
            // A header stands for its validity.
            None if several.is_empty() => find(&keys, &format!("{}.isValid()", name.text)),
            _ => Err(several),
        });
        let kind = format!("key of table `{}` named", table.name);
        let position = found.map_err(|several| self.not_found(&kind, name, &several, &names))?;
        let position = position.at;
        match keys.get(position) {
            Some((_, key)) => Ok(NamedKey { position, key, by_c_position: false }),
            None => Err(self.not_found(&kind, name, &[], &names)),
        }
    }

    /// An action with its arguments in order.
    pub(super) fn action(&self, table: &Table, call: &Call) -> Result<ActionSpec, StfError> {
        let name = &call.action;
        let actions: Vec<(&str, _)> =
            table.actions.iter().map(|a| &self.program.actions[a.action]).map(|a| (&*a.name, a)).collect();
        let names: Vec<&str> = actions.iter().map(|a| a.0).collect();
        let found = find(&actions, &name.text).or_else(|several| match name.text.strip_prefix('_') {
            Some(rest) if several.is_empty() => find(&actions, rest).map(|f| Found { in_c: true, ..f }),
            _ => Err(several),
        });
        let kind = format!("action of table `{}` named", table.name);
        let found = found.map_err(|several| self.not_found(&kind, name, &several, &names))?;
        let Some((_, action)) = actions.get(found.at) else {
            return Err(self.not_found(&kind, name, &[], &names));
        };
        let params: Vec<(&str, _)> = action.params.iter().map(|p| (&*p.name, p)).collect();
        let param_names: Vec<&str> = params.iter().map(|p| p.0).collect();
        // What a C initialiser leaves out is zero.
        let mut given = BTreeSet::new();
        let mut args = vec![found.in_c.then(BigUint::default); params.len()];
        for (arg, number) in &call.args {
            let kind = format!("parameter of action `{}` named", action.name);
            let Found { at, .. } = find(&params, &arg.text)
                .map_err(|several| self.not_found(&kind, arg, &several, &param_names))?;
            let width = params.get(at).map_or(0, |p| p.1.ty.width());
            self.fits(number, width, &format!("parameter `{}`", arg.text))?;
            let given_twice = !given.insert(at);
            if given_twice {
                return Err(self.error(arg.column, format!("argument `{}` is given twice", arg.text)));
            }
            if let Some(place) = args.get_mut(at) {
                *place = Some(number.value.clone());
            }
        }
        let missing = args.iter().position(Option::is_none).and_then(|at| param_names.get(at));
        if let Some(missing) = missing {
            return Err(
                self.error(name.column, format!("action `{}` needs the argument `{missing}`", action.name))
            );
        }
        Ok(ActionSpec { name: action.name.clone(), args: args.into_iter().flatten().collect() })
    }

    fn fits(&self, number: &Number, width: u32, what: &str) -> Result<(), StfError> {
        if let Some(address) = number.address.filter(|address| address.width() != width) {
            let (name, bits) = (address.name(), address.width());
            let message = format!("{what} has {width} bits: {name}, which has {bits}, does not fit it");
            return Err(self.error(number.column, message));
        }
        if number.value.bits() > u64::from(width) {
            let value = &number.value;
            return Err(self.error(number.column, format!("{value:#x} does not fit {what} of {width} bits")));
        }
        Ok(())
    }

    /// An action profile or selector by its name, with the first table that it implements.
    pub(super) fn profile(&self, name: &Name) -> Result<(Arc<str>, &'a Table), StfError> {
        let full = self.instance(name)?;
        let implemented = |t: &&Table| {
            t.properties.iter().any(|(_, value)| match value {
                PropertyValue::Extern(id) => self.program.externs[*id].name == full,
                PropertyValue::Const(_) | PropertyValue::Action(_) => false,
            })
        };
        match self.program.tables.values().find(implemented) {
            Some(table) => Ok((full, table)),
            None => Err(self.error(name.column, format!("no table is implemented by `{full}`"))),
        }
    }

    /// A value set by its name, and the keysets of a new element.
    pub(super) fn value_set(
        &self,
        name: &Name,
        values: &[MatchValue],
    ) -> Result<(Arc<str>, Vec<Keyset>), StfError> {
        let candidates: Vec<(&str, &ValueSet)> =
            self.program.value_sets.values().map(|v| (&*v.name, v)).collect();
        let names: Vec<&str> = candidates.iter().map(|c| c.0).collect();
        let found = find(&candidates, &name.text)
            .map_err(|several| self.not_found("value set", name, &several, &names))?;
        let Some((_, set)) = candidates.get(found.at) else {
            return Err(self.not_found("value set", name, &[], &names));
        };
        if values.len() != set.keys.len() {
            let (wanted, given) = (set.keys.len(), values.len());
            let message = format!("value set `{}` has {wanted} keys, not {given}", set.name);
            return Err(self.error(name.column, message));
        }
        let mut keysets = Vec::new();
        for (value, (ty, _)) in values.iter().zip(&set.keys) {
            let fits = |number: &Number| self.fits(number, ty.width(), "the value set's key");
            keysets.push(match value {
                MatchValue::Plain(v) if v.wildcards > 0 => {
                    fits(v)?;
                    Keyset::Mask { value: v.value.clone(), mask: v.mask.clone() }
                }
                MatchValue::Plain(v) => {
                    fits(v)?;
                    Keyset::Value(v.value.clone())
                }
                MatchValue::Prefix(v, length) => {
                    fits(v)?;
                    let low = ty.width().checked_sub(*length);
                    let low = low.ok_or_else(|| self.error(v.column, "the prefix is longer than the key"))?;
                    let mask = ((BigUint::from(1u8) << *length) - 1u8) << low;
                    Keyset::Mask { value: &v.value & &mask, mask }
                }
                MatchValue::Masked(v, mask) => {
                    fits(v)?;
                    fits(mask)?;
                    Keyset::Mask { value: &v.value & &mask.value, mask: mask.value.clone() }
                }
                MatchValue::Range(low, high) => {
                    fits(low)?;
                    fits(high)?;
                    Keyset::Range { lo: low.value.clone(), hi: high.value.clone() }
                }
            });
        }
        Ok((set.name.clone(), keysets))
    }

    /// The keys and the priority of an entry: keys that are not named match everything, if their kind can.
    pub(super) fn keys(
        &self,
        table: &'a Table,
        table_name: &Name,
        priority: Option<u32>,
        keys: &[(Name, MatchValue)],
    ) -> Result<(Vec<KeyMatch>, Option<u32>), StfError> {
        let mut matches: Vec<Option<KeyMatch>> = vec![None; table.keys.len()];
        for (name, value) in keys {
            let named = self.key(table, name)?;
            let found = self.key_match(&named, name, value)?;
            if let Some(place) = matches.get_mut(named.position)
                && place.replace(found).is_some()
            {
                let message = format!("key `{}` is given twice", named.key.name);
                return Err(self.error(name.column, message));
            }
        }
        let mut out = Vec::new();
        for (key, given) in table.keys.iter().zip(matches) {
            let everything = match key.match_kind {
                MatchKind::Selector => continue,
                MatchKind::Exact | MatchKind::Other(_) => None,
                MatchKind::Lpm => Some(KeyMatch::Lpm { value: BigUint::default(), prefix_len: 0 }),
                MatchKind::Ternary => {
                    Some(KeyMatch::Ternary { value: BigUint::default(), mask: BigUint::default() })
                }
                MatchKind::Range => {
                    let high = (BigUint::from(1u8) << key.expr.ty.width()) - 1u8;
                    Some(KeyMatch::Range { low: BigUint::default(), high })
                }
                MatchKind::Optional => Some(KeyMatch::Optional(None)),
            };
            match given.or(everything) {
                Some(key) => out.push(key),
                None => {
                    let message = format!("key `{}` is missing: an exact key needs a value", key.name);
                    return Err(self.error(table_name.column, message));
                }
            }
        }
        let priority = priority.or_else(|| needs_priority(table).then_some(0));
        Ok((out, priority))
    }

    fn key_match(&self, named: &NamedKey<'_>, name: &Name, value: &MatchValue) -> Result<KeyMatch, StfError> {
        let key = named.key;
        let width = key.expr.ty.width();
        let what = format!("key `{}`", key.name);
        let kind = &key.match_kind;
        let wrong = |wanted: &str| Err(self.error(name.column, format!("{what} is no {wanted} key")));
        let ones = (BigUint::from(1u8) << width) - 1u8;
        match value {
            MatchValue::Plain(number) => {
                self.fits(number, width, &what)?;
                let value = number.value.clone();
                match kind {
                    MatchKind::Ternary => {
                        // Digits that are not written do not matter, as in p4c's driver.
                        let mask = number.digit_bits.map_or(ones.clone(), |_| &number.mask & &ones);
                        Ok(KeyMatch::Ternary { value, mask })
                    }
                    MatchKind::Lpm => {
                        let prefix_len = match number.digit_bits {
                            // As in p4c's driver: as many bits as digits are written.
                            Some(bits) => ((number.digits - number.wildcards) * bits).min(width),
                            None => width,
                        };
                        Ok(KeyMatch::Lpm { value: self.c_order(named, value, width), prefix_len })
                    }
                    MatchKind::Exact | MatchKind::Range | MatchKind::Optional | MatchKind::Other(_)
                        if number.wildcards > 0 =>
                    {
                        Err(self.error(number.column, format!("{what} takes no wildcards")))
                    }
                    MatchKind::Range => Ok(KeyMatch::Range { low: value.clone(), high: value }),
                    MatchKind::Optional => Ok(KeyMatch::Optional(Some(value))),
                    MatchKind::Exact | MatchKind::Other(_) => Ok(KeyMatch::Exact(value)),
                    MatchKind::Selector => {
                        Err(self.error(name.column, format!("{what} selects a member and is not matched")))
                    }
                }
            }
            MatchValue::Prefix(number, prefix_len) => {
                if !matches!(kind, MatchKind::Lpm | MatchKind::Ternary) {
                    return wrong("lpm");
                }
                self.fits(number, width, &what)?;
                if *prefix_len > width {
                    let message =
                        format!("a prefix of {prefix_len} bits is longer than {what} of {width} bits");
                    return Err(self.error(number.column, message));
                }
                let value = self.c_order(named, number.value.clone(), width);
                if *kind == MatchKind::Ternary {
                    let mask = &ones ^ ((BigUint::from(1u8) << (width - prefix_len)) - 1u8);
                    return Ok(KeyMatch::Ternary { value: value & &mask, mask });
                }
                Ok(KeyMatch::Lpm { value, prefix_len: *prefix_len })
            }
            MatchValue::Masked(value, mask) => {
                if *kind != MatchKind::Ternary {
                    return wrong("ternary");
                }
                self.fits(value, width, &what)?;
                self.fits(mask, width, &what)?;
                Ok(KeyMatch::Ternary { value: &value.value & &mask.value, mask: mask.value.clone() })
            }
            MatchValue::Range(low, high) => {
                if *kind != MatchKind::Range {
                    return wrong("range");
                }
                self.fits(low, width, &what)?;
                self.fits(high, width, &what)?;
                if !key.expr.ty.is_signed() && low.value > high.value {
                    return Err(self.error(low.column, "the range begins above its end"));
                }
                Ok(KeyMatch::Range { low: low.value.clone(), high: high.value.clone() })
            }
        }
    }

    /// The value of an lpm key that the test names by its place in p4c's C struct; see above.
    fn c_order(&self, named: &NamedKey<'_>, value: BigUint, width: u32) -> BigUint {
        if !named.by_c_position || named.key.match_kind != MatchKind::Lpm || !width.is_multiple_of(8) {
            return value;
        }
        let mut bytes = value.to_bytes_le();
        bytes.resize(width as usize / 8, 0);
        BigUint::from_bytes_be(&bytes)
    }
}

/// Does an entry of the table need a priority?
pub(super) fn needs_priority(table: &Table) -> bool {
    table
        .keys
        .iter()
        .any(|k| matches!(k.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional))
}
