//! From the names and numbers of a test to those of the program: full control-plane names, values that fit.
//!
//! A name stands for the one that it equals, else for the one that it is a suffix of, from a dot on. p4c's tests for
//! eBPF name its generated C instead (`pipe_t`, `key.field0`, `key.headers_ipv4_srcAddr`, `_NoAction`); these are taken as
//! aliases. `key.fieldN` is the N-th member of the key's C struct: for an lpm key that compiler keeps it in network order,
//! and so a number written there is what a little-endian machine reads from the bytes; it is swapped back here. Arguments
//! of an action named so may be left out and then are zero, as in a C initialiser.

use super::engine::{ActionCall, KeyMatch};
use super::stf::{Call, MatchValue, Name, Number, StfError};
use num_bigint::BigUint;
use p4xdp_control::search::{self, Found, NotFound, Spelling};
use p4xdp_control::value::{ones, order};
use p4xdp_control::view::{Action, ActionProfile, Key, MatchKind, Param, Table, View};
use p4xdp_midend::ir::Program;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Resolves names of one line.
pub(super) struct Resolver<'a> {
    /// The program.
    pub program: &'a Program,
    /// What control planes see of it.
    pub view: &'a View,
    /// For errors.
    pub line: u32,
}

/// A key as the test names it.
struct NamedKey<'a> {
    position: usize,
    key: &'a Key,
    /// By its place in p4c's C struct.
    by_c_position: bool,
}

/// The only candidate that the name stands for.
fn find(names: &[&str], name: &str) -> Result<Found, NotFound> {
    search::find(names, name, Spelling::P4c)
}

/// Another way to write a name, where the first one finds nothing.
fn or_else(
    found: Result<Found, NotFound>,
    other: impl FnOnce() -> Option<Result<Found, NotFound>>,
) -> Result<Found, NotFound> {
    match found {
        Err(NotFound::Unknown { nearest }) => match other() {
            Some(Ok(found)) => Ok(found),
            Some(Err(several @ NotFound::Ambiguous { .. })) => Err(several),
            Some(Err(NotFound::Unknown { .. })) | None => Err(NotFound::Unknown { nearest }),
        },
        found => found,
    }
}

impl<'a> Resolver<'a> {
    fn error(&self, column: u32, message: impl Into<String>) -> StfError {
        StfError { line: self.line, column, message: message.into() }
    }

    fn not_found(&self, kind: &str, name: &Name, why: &NotFound, all: &[&str]) -> StfError {
        let text = &name.text;
        let list = |names: &mut dyn Iterator<Item = &str>| {
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let message = match why {
            NotFound::Ambiguous { candidates } => {
                let list = list(&mut candidates.iter().map(String::as_str));
                format!("{kind} `{text}` is ambiguous: it may be {list}")
            }
            NotFound::Unknown { .. } if all.is_empty() => {
                format!("there is no {kind} `{text}`: there are none at all")
            }
            NotFound::Unknown { nearest: Some(full) } => {
                let meant = search::as_much(full, text);
                format!("there is no {kind} `{text}`; did you mean `{meant}`?")
            }
            NotFound::Unknown { nearest: None } => {
                format!("there is no {kind} `{text}`; there are {}", list(&mut all.iter().copied()))
            }
        };
        self.error(name.column, message)
    }

    /// The thing with the name that a test gives.
    fn named<'t, T: ?Sized>(
        &self,
        kind: &str,
        name: &Name,
        things: &[(&'t str, &'t T)],
    ) -> Result<&'t T, StfError> {
        let names: Vec<&str> = things.iter().map(|thing| thing.0).collect();
        let found = find(&names, &name.text);
        let thing = found.and_then(|found| {
            things.get(found.at).map(|thing| thing.1).ok_or(NotFound::Unknown { nearest: None })
        });
        thing.map_err(|why| self.not_found(kind, name, &why, &names))
    }

    /// A table by its name in the test.
    pub(super) fn table(&self, name: &Name) -> Result<&'a Table, StfError> {
        let tables: Vec<(&str, &Table)> = self.view.tables.iter().map(|t| (t.name(), t)).collect();
        self.named("table", name, &tables)
    }

    /// An extern instance's full name; a table's name stands for its direct counter.
    pub(super) fn instance(&self, name: &Name) -> Result<Arc<str>, StfError> {
        let externs: Vec<(&str, &Arc<str>)> =
            self.program.externs.values().map(|e| (&*e.name, &e.name)).collect();
        self.named("extern", name, &externs).cloned()
    }

    fn key(&self, table: &'a Table, name: &Name) -> Result<NamedKey<'a>, StfError> {
        if let Some(position) = name.text.strip_prefix("key.field").and_then(|n| n.parse::<usize>().ok())
            && let Some(key) = table.keys.get(position)
        {
            return Ok(NamedKey { position, key, by_c_position: true });
        }
        let names: Vec<&str> = table.keys.iter().map(|key| key.param.name.as_str()).collect();
        let found = or_else(find(&names, &name.text), || match name.text.strip_prefix("key.") {
            Some(rest) => Some(find(&names, rest)),
            // A header stands for its validity.
            None => Some(find(&names, &format!("{}.isValid()", name.text))),
        });
        let key = found.and_then(|found| {
            let key = table.keys.get(found.at).ok_or(NotFound::Unknown { nearest: None })?;
            Ok(NamedKey { position: found.at, key, by_c_position: false })
        });
        let kind = format!("key of table `{}` named", table.name());
        key.map_err(|why| self.not_found(&kind, name, &why, &names))
    }

    /// An action with its arguments in order.
    pub(super) fn action(&self, table: &Table, call: &Call) -> Result<ActionCall, StfError> {
        self.call_among(&self.view.actions_of(table), &format!("table `{}`", table.name()), call)
    }

    /// The action of a member of a profile, and its arguments.
    pub(super) fn member(
        &self,
        (name, profile): (&str, &ActionProfile),
        call: &Call,
    ) -> Result<ActionCall, StfError> {
        self.call_among(&self.view.actions_of_members(profile), &format!("`{name}`"), call)
    }

    fn call_among(&self, actions: &[&Action], of: &str, call: &Call) -> Result<ActionCall, StfError> {
        let name = &call.action;
        let names: Vec<&str> = actions.iter().map(|action| action.preamble.name.as_str()).collect();
        let found = or_else(find(&names, &name.text), || {
            let rest = name.text.strip_prefix('_')?;
            Some(find(&names, rest).map(|found| Found { in_c: true, ..found }))
        });
        let kind = format!("action of {of} named");
        let found = found.and_then(|found| match actions.get(found.at) {
            Some(action) => Ok((found, action)),
            None => Err(NotFound::Unknown { nearest: None }),
        });
        let (found, action) = found.map_err(|why| self.not_found(&kind, name, &why, &names))?;
        let full = &action.preamble.name;
        let params: Vec<&Param> = action.values().collect();
        let param_names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        // What a C initialiser leaves out is zero.
        let mut given = BTreeSet::new();
        let mut args = vec![found.in_c.then_some(BigUint::ZERO); params.len()];
        for (arg, number) in &call.args {
            let kind = format!("parameter of action `{full}` named");
            let Found { at, .. } = find(&param_names, &arg.text)
                .map_err(|why| self.not_found(&kind, arg, &why, &param_names))?;
            let width = params.get(at).map_or(0, |param| param.width);
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
            return Err(self.error(name.column, format!("action `{full}` needs the argument `{missing}`")));
        }
        Ok(ActionCall { action: found.at, args: args.into_iter().flatten().collect() })
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

    /// An action profile or selector by its name.
    pub(super) fn profile(&self, name: &Name) -> Result<(Arc<str>, &'a ActionProfile), StfError> {
        let full = self.instance(name)?;
        let seen = self.view.externs.iter().find(|seen| *seen.preamble.name == *full);
        match seen.and_then(|seen| seen.profile.as_ref()).filter(|profile| !profile.actions.is_empty()) {
            Some(profile) => Ok((full, profile)),
            None => Err(self.error(name.column, format!("no table is implemented by `{full}`"))),
        }
    }

    /// A value set by its name, and what a new element demands of its keys.
    pub(super) fn value_set(
        &self,
        name: &Name,
        values: &[MatchValue],
    ) -> Result<(&'a str, Vec<KeyMatch>), StfError> {
        let sets: Vec<(&str, &Table)> = self.view.value_sets.iter().map(|set| (set.name(), set)).collect();
        let set = self.named("value set", name, &sets)?;
        if values.len() != set.keys.len() {
            let (wanted, given) = (set.keys.len(), values.len());
            let message = format!("value set `{}` has {wanted} keys, not {given}", set.name());
            return Err(self.error(name.column, message));
        }
        let named = |(position, key)| NamedKey { position, key, by_c_position: false };
        let keys = set.keys.iter().enumerate().map(named).zip(values);
        let keys = keys.map(|(named, value)| self.key_match(&named, name, value));
        Ok((set.name(), keys.collect::<Result<_, _>>()?))
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
                let message = format!("key `{}` is given twice", named.key.param.name);
                return Err(self.error(name.column, message));
            }
        }
        let mut out = Vec::new();
        for (key, given) in table.keys.iter().zip(matches) {
            let everything = match key.match_kind {
                MatchKind::Selector => continue,
                MatchKind::Exact => None,
                kind @ (MatchKind::Lpm | MatchKind::Ternary | MatchKind::Range | MatchKind::Optional) => {
                    Some(KeyMatch::Any.in_form(kind, key.param.width, key.param.signed))
                }
            };
            match given.or(everything) {
                Some(key) => out.push(key),
                None => {
                    let message = format!("key `{}` is missing: an exact key needs a value", key.param.name);
                    return Err(self.error(table_name.column, message));
                }
            }
        }
        let priority = priority.or_else(|| table.has_priorities().then_some(0));
        Ok((out, priority))
    }

    fn key_match(&self, named: &NamedKey<'_>, name: &Name, value: &MatchValue) -> Result<KeyMatch, StfError> {
        let key = named.key;
        let width = key.param.width;
        let what = format!("key `{}`", key.param.name);
        let kind = key.match_kind;
        let wrong = |wanted: &str| Err(self.error(name.column, format!("{what} is no {wanted} key")));
        let ones = ones(width);
        match value {
            MatchValue::Plain(number) => {
                self.fits(number, width, &what)?;
                let value = number.value.clone();
                match kind {
                    MatchKind::Ternary => {
                        // Digits that are not written do not matter, as in p4c's driver.
                        let mask = number.digit_bits.map_or(ones.clone(), |_| &number.mask & &ones);
                        Ok(KeyMatch::Masked(value, mask))
                    }
                    MatchKind::Lpm => {
                        let prefix_len = match number.digit_bits {
                            // As in p4c's driver: as many bits as digits are written.
                            Some(bits) => ((number.digits - number.wildcards) * bits).min(width),
                            None => width,
                        };
                        Ok(KeyMatch::Prefix(self.c_order(named, value, width), prefix_len))
                    }
                    MatchKind::Exact | MatchKind::Range | MatchKind::Optional if number.wildcards > 0 => {
                        Err(self.error(number.column, format!("{what} takes no wildcards")))
                    }
                    MatchKind::Range => Ok(KeyMatch::Range(value.clone(), value)),
                    MatchKind::Exact | MatchKind::Optional => Ok(KeyMatch::Exact(value)),
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
                Ok(KeyMatch::Prefix(value, *prefix_len).in_form(kind, width, key.param.signed).cleared(width))
            }
            MatchValue::Masked(value, mask) => {
                if kind != MatchKind::Ternary {
                    return wrong("ternary");
                }
                self.fits(value, width, &what)?;
                self.fits(mask, width, &what)?;
                Ok(KeyMatch::Masked(&value.value & &mask.value, mask.value.clone()))
            }
            MatchValue::Range(low, high) => {
                if kind != MatchKind::Range {
                    return wrong("range");
                }
                self.fits(low, width, &what)?;
                self.fits(high, width, &what)?;
                if order(&low.value, &high.value, &key.param).is_gt() {
                    return Err(self.error(low.column, "the range begins above its end"));
                }
                Ok(KeyMatch::Range(low.value.clone(), high.value.clone()))
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
