//! Entries as text: in, `dst=10.0.0.0/8`, `set_port`, `port=3`; out, the entry with all names found and all values checked, or what is
//! wrong. And back, for dumps. Keys and parameters go by name or by position, tables and actions by the end of their name.

use super::{Call, Count, Entry, KeyMatch, Table, TableError};
use crate::error::Error;
use crate::value::{self, ValueError, like, ones, prefix_mask};
use num_bigint::BigUint;
use p4xdp_control::manifest;
use p4xdp_control::manifest::{Key, KeyValue, MatchKind, Param};

/// Finds a name, or the one name that ends in it.
///
/// # Errors
/// When there is none, or more than one.
pub fn find(what: &'static str, name: &str, names: &[&str], of: Option<String>) -> Result<usize, TableError> {
    if let Some(position) = names.iter().position(|candidate| *candidate == name) {
        return Ok(position);
    }
    let ends = |candidate: &str| candidate.strip_suffix(name).is_some_and(|front| front.ends_with('.'));
    let mut matching = names.iter().enumerate().filter(|(_, candidate)| ends(candidate));
    match (matching.next(), matching.next()) {
        (Some((position, _)), None) => Ok(position),
        (Some(_), Some(_)) => {
            let candidates = names.iter().filter(|candidate| ends(candidate));
            let candidates = candidates.map(|candidate| (*candidate).into()).collect();
            Err(TableError::Ambiguous { what, name: name.into(), candidates })
        }
        (None, _) => {
            let nearest = nearest(name, names);
            let candidates = names.iter().map(|candidate| (*candidate).into()).collect();
            Err(TableError::Unknown { what, name: name.into(), of, candidates, nearest })
        }
    }
}

/// The candidate that differs least, if it differs little; the last part of a name counts as the name.
fn nearest(name: &str, names: &[&str]) -> Option<String> {
    let last = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |candidate: &str| {
        strsim::damerau_levenshtein(name, candidate)
            .min(strsim::damerau_levenshtein(&last(name), &last(candidate)))
    };
    let best = names.iter().map(|candidate| (distance(candidate), *candidate)).min()?;
    (best.0 <= last(name).len().max(3) / 3).then(|| best.1.to_owned())
}

impl Table<'_> {
    /// Reads an entry. An absent ternary, range or optional key matches anything.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn entry(&self, keys: &[&str], action: &str, args: &[&str], priority: u32) -> Result<Entry, Error> {
        let entry = Entry {
            keys: self.read_keys(keys, self.any_port)?,
            call: self.call(action, args)?,
            priority,
            count: Count::default(),
        };
        self.check_call(&entry.call, false)?;
        Ok(entry)
    }

    /// Reads the keys of an entry.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn keys(&self, texts: &[&str]) -> Result<Vec<KeyMatch>, TableError> {
        self.read_keys(texts, true)
    }

    /// A value; ports may be given by their devices, and numbers must be ports unless `any` will do.
    fn value(&self, text: &str, param: &Param, any: bool) -> Result<BigUint, ValueError> {
        match &self.ports {
            Some(ports) if param.port => ports.read(text, param, any),
            _ => value::parse(text, param),
        }
    }

    fn read_keys(&self, texts: &[&str], any_port: bool) -> Result<Vec<KeyMatch>, TableError> {
        let of = format!("table `{}`", self.table.name);
        let names: Vec<&str> = self.table.keys.iter().map(|key| key.param.name.as_str()).collect();
        let given = assign("key", &of, &names, texts)?;
        let mut keys = Vec::with_capacity(given.len());
        for (key, text) in self.table.keys.iter().zip(given) {
            keys.push(match text {
                Some(text) => self.key(key, text, any_port)?,
                None => match key.match_kind {
                    MatchKind::Ternary | MatchKind::Range | MatchKind::Optional => KeyMatch::Any,
                    MatchKind::Exact | MatchKind::Lpm | MatchKind::Selector => {
                        return Err(TableError::MissingValue { of, name: key.param.name.clone() });
                    }
                },
            });
        }
        Ok(keys)
    }

    fn key(&self, key: &Key, text: &str, any_port: bool) -> Result<KeyMatch, TableError> {
        match key.match_kind {
            MatchKind::Exact if key.param.port => {
                Ok(KeyMatch::Exact(self.value(text, &key.param, any_port)?))
            }
            MatchKind::Exact
            | MatchKind::Lpm
            | MatchKind::Ternary
            | MatchKind::Range
            | MatchKind::Optional
            | MatchKind::Selector => parse_key(key, text),
        }
    }

    /// Reads an action with its arguments.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn call(&self, action: &str, texts: &[&str]) -> Result<Call, TableError> {
        let of = format!("table `{}`", self.table.name);
        let all = &self.manifest().actions;
        let actions: Vec<&manifest::Action> =
            self.table.actions.iter().filter_map(|entry| all.get(entry.action)).collect();
        let names: Vec<&str> = actions.iter().map(|action| action.name.as_str()).collect();
        let position = find("action", action, &names, Some(of))?;
        let params = actions.get(position).map(|action| action.params.as_slice()).unwrap_or_default();
        let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        let of = format!("action `{action}`");
        let given = assign("parameter", &of, &names, texts)?;
        let mut args = Vec::with_capacity(given.len());
        for (param, text) in params.iter().zip(given) {
            let Some(text) = text else {
                return Err(TableError::MissingValue { of, name: param.name.clone() });
            };
            args.push(self.value(text, param, self.any_port)?);
        }
        Ok(Call { action: position, args })
    }
}

/// Gives each name its text: `NAME=TEXT` by name, others in order.
fn assign<'t>(
    what: &'static str,
    of: &str,
    names: &[&str],
    texts: &[&'t str],
) -> Result<Vec<Option<&'t str>>, TableError> {
    let mut given = vec![None; names.len()];
    let mut next = 0;
    for text in texts {
        let (position, text) = match text.split_once('=') {
            Some((name, text)) => (find(what, name.trim(), names, Some(of.into()))?, text),
            None => {
                next += 1;
                (next - 1, *text)
            }
        };
        match given.get_mut(position) {
            Some(slot @ None) => *slot = Some(text),
            Some(Some(_)) => {
                let name = names.get(position).copied().unwrap_or_default().into();
                return Err(TableError::Twice { name });
            }
            None => {
                let (noun, wanted) = (if what == "key" { "key" } else { "argument" }, names.len());
                return Err(TableError::Count { what: of.into(), of: noun, wanted, given: texts.len() });
            }
        }
    }
    Ok(given)
}

/// Reads what an entry demands of a key.
///
/// # Errors
/// When the text does not suit the key.
pub fn parse_key(key: &Key, text: &str) -> Result<KeyMatch, TableError> {
    let param = &key.param;
    let text = text.trim();
    let unsuited = || TableError::Kind { text: text.into(), key: param.name.clone(), kind: key.match_kind };
    if matches!(text, "*" | "_" | "default") {
        return match key.match_kind {
            MatchKind::Exact | MatchKind::Selector => Err(unsuited()),
            MatchKind::Lpm => Ok(KeyMatch::Prefix(BigUint::ZERO, 0)),
            MatchKind::Ternary | MatchKind::Range | MatchKind::Optional => Ok(KeyMatch::Any),
        };
    }
    if let Some((number, mask)) = text.split_once("&&&") {
        if key.match_kind != MatchKind::Ternary {
            return Err(unsuited());
        }
        let value = value::parse(number, param)?;
        let bits = value::parse(mask, param)?;
        covered(text, "mask", &value, &bits, |inside| format!("{}&&&{}", like(number, inside), mask.trim()))?;
        return Ok(KeyMatch::Masked(value, bits));
    }
    if let Some((low, high)) = text.split_once("..") {
        if key.match_kind != MatchKind::Range {
            return Err(unsuited());
        }
        let (low, high) = (value::parse(low, param)?, value::parse(high, param)?);
        if low > high {
            return Err(TableError::EmptyRange { key: param.name.clone(), text: text.into() });
        }
        return Ok(KeyMatch::Range(low, high));
    }
    if let Some((number, length)) = text.split_once('/') {
        let length: u32 = length.trim().parse().map_err(|_| unsuited())?;
        if length > param.width {
            return Err(TableError::PrefixLength { key: param.name.clone(), width: param.width, length });
        }
        let value = value::parse(number, param)?;
        let mask = prefix_mask(param.width, length);
        let wanted = match key.match_kind {
            MatchKind::Lpm => KeyMatch::Prefix(value.clone(), length),
            MatchKind::Ternary => KeyMatch::Masked(value.clone(), mask.clone()),
            MatchKind::Exact | MatchKind::Range | MatchKind::Optional | MatchKind::Selector => {
                return Err(unsuited());
            }
        };
        covered(text, "prefix", &value, &mask, |inside| format!("{}/{length}", like(number, inside)))?;
        return Ok(wanted);
    }
    let number = value::parse(text, param)?;
    Ok(match key.match_kind {
        MatchKind::Exact | MatchKind::Optional | MatchKind::Selector => KeyMatch::Exact(number),
        MatchKind::Lpm => KeyMatch::Prefix(number, param.width),
        MatchKind::Ternary => KeyMatch::Masked(number, ones(param.width)),
        MatchKind::Range => KeyMatch::Range(number.clone(), number),
    })
}

/// A value with ones that the mask leaves out is more likely a mistake than meant; `meant` writes the value without them.
fn covered(
    text: &str,
    what: &'static str,
    value: &BigUint,
    mask: &BigUint,
    meant: impl FnOnce(&BigUint) -> String,
) -> Result<(), TableError> {
    let inside = value & mask;
    if inside == *value {
        return Ok(());
    }
    Err(TableError::Uncovered { text: text.into(), what, meant: meant(&inside) })
}

/// The value fits its field.
pub(crate) fn check_width(value: &BigUint, field: &Param) -> Result<(), TableError> {
    if value.bits() > u64::from(field.width) {
        return Err(TableError::Value(ValueError::Range {
            text: value.to_string(),
            name: field.name.clone(),
            width: field.width,
            least: "0".into(),
            most: ones(field.width).to_string(),
        }));
    }
    Ok(())
}

/// What an entry demands of a key, as [`parse_key`] reads it.
#[must_use]
pub fn key_text(key: &Key, wanted: &KeyMatch) -> String {
    // The prefix of an address is read as an address, whatever the field's name is.
    let mut param = key.param.clone();
    if key.match_kind == MatchKind::Lpm && param.width == 32 {
        param.name.push_str("addr");
    }
    let text = |value: &BigUint| value::format(value, &param);
    match wanted {
        KeyMatch::Exact(value) => text(value),
        KeyMatch::Prefix(value, length) => format!("{}/{length}", text(value)),
        KeyMatch::Masked(value, mask) if *mask == ones(param.width) => text(value),
        KeyMatch::Masked(value, mask) => format!("{}&&&{mask:#x}", text(value)),
        KeyMatch::Range(low, high) if low == high => text(low),
        KeyMatch::Range(low, high) => format!("{}..{}", text(low), text(high)),
        KeyMatch::Any => "*".into(),
    }
}

/// All keys of an entry: `dst=10.0.0.0/8 proto=6`.
#[must_use]
pub fn keys_text(table: &manifest::Table, keys: &[KeyMatch]) -> String {
    let parts = table.keys.iter().zip(keys);
    let parts: Vec<String> =
        parts.map(|(key, wanted)| format!("{}={}", key.param.name, key_text(key, wanted))).collect();
    parts.join(" ")
}

/// An action call: `set_port(port=3)`; `text` writes an argument.
#[must_use]
pub fn call_text(
    manifest: &manifest::Manifest,
    table: &manifest::Table,
    call: &Call,
    text: impl Fn(&Param, &BigUint) -> String,
) -> String {
    let action = table.actions.get(call.action);
    let Some(action) = action.and_then(|action| manifest.actions.get(action.action)) else {
        return format!("action {}", call.action);
    };
    let args = action.params.iter().zip(&call.args);
    let args: Vec<String> = args.map(|(param, arg)| format!("{}={}", param.name, text(param, arg))).collect();
    format!("{}({})", action.name, args.join(", "))
}

/// An entry of the manifest.
#[must_use]
pub fn of_manifest(entry: &manifest::Entry) -> Entry {
    let keys = entry.keys.iter().map(|key| match key {
        KeyValue::Exact(value) => KeyMatch::Exact(number(value)),
        KeyValue::Prefix(value, length) => KeyMatch::Prefix(number(value), *length),
        KeyValue::Masked(value, mask) => KeyMatch::Masked(number(value), number(mask)),
        KeyValue::Range(low, high) => KeyMatch::Range(number(low), number(high)),
        KeyValue::Any => KeyMatch::Any,
    });
    Entry {
        keys: keys.collect(),
        call: of_manifest_call(&entry.call),
        priority: entry.priority,
        count: Count::default(),
    }
}

/// An action call of the manifest.
#[must_use]
pub fn of_manifest_call(call: &manifest::ActionCall) -> Call {
    Call { action: call.action, args: call.args.iter().map(|arg| number(arg)).collect() }
}

fn number(text: &str) -> BigUint {
    value::number(text).unwrap_or_default()
}
