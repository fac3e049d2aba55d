//! Entries as text: in, `dst=10.0.0.0/8`, `set_port`, `port=3`; out, the entry with all names found and all values checked, or what is
//! wrong. And back, for dumps. Keys and parameters go by name or by position, tables and actions by the end of their name.

mod error;
mod groups;

pub use error::TermError;
pub use groups::{weighted_member, weighted_members_text};

use crate::entry::{ActionCall, KeyMatch, Target};
use crate::search::{self, NotFound, Spelling};
use crate::value::{self, ValueError, like, ones, prefix_mask};
use crate::view::{Action, ActionProfile, Extern, Key, MatchKind, Param, Table, TableAction, View};
use num_bigint::BigUint;

/// How numbers are read and written where that takes more than their widths: devices and ports are the machine's.
pub trait Values {
    /// Reads a number.
    ///
    /// # Errors
    /// When the text is none, or one that does not fit.
    fn read(&self, text: &str, param: &Param) -> Result<BigUint, ValueError> {
        value::parse(text, param)
    }

    /// Reads a number that is a port.
    ///
    /// # Errors
    /// When the text is none, or one that does not fit.
    fn read_port(&self, text: &str, param: &Param) -> Result<BigUint, ValueError> {
        self.read(text, param)
    }

    /// Writes a number.
    fn text(&self, number: &BigUint, param: &Param) -> String {
        value::format(number, param)
    }
}

/// Numbers, and no more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Values for Plain {}

/// Finds a name, or the one name that ends in it.
///
/// # Errors
/// When there is none, or more than one.
pub fn find(what: &'static str, name: &str, names: &[&str], of: Option<String>) -> Result<usize, TermError> {
    match search::find(names, name, Spelling::P4) {
        Ok(found) => Ok(found.at),
        Err(NotFound::Ambiguous { candidates }) => {
            Err(TermError::Ambiguous { what, name: name.into(), candidates })
        }
        Err(NotFound::Unknown { nearest }) => {
            let candidates = names.iter().map(|candidate| (*candidate).into()).collect();
            Err(TermError::Unknown { what, name: name.into(), of, candidates, nearest })
        }
    }
}

/// There is no such thing, and nothing that it could be.
#[must_use]
pub fn nothing(what: &'static str, name: &str, of: Option<String>) -> TermError {
    TermError::Unknown { what, name: name.into(), of, candidates: Vec::new(), nearest: None }
}

/// Reads the keys of an entry. An absent ternary, range or optional key matches anything.
///
/// # Errors
/// When a name is unknown or a value does not suit.
pub fn keys(table: &Table, texts: &[&str], values: &dyn Values) -> Result<Vec<KeyMatch>, TermError> {
    let of = format!("{} `{}`", table.kind(), table.name());
    let names: Vec<&str> = table.match_keys().map(|key| key.param.name.as_str()).collect();
    let given = assign("key", &of, &names, texts)?;
    let mut keys = Vec::with_capacity(given.len());
    for (key, text) in table.match_keys().zip(given) {
        keys.push(match text {
            Some(text) if key.match_kind == MatchKind::Exact && key.param.port => {
                KeyMatch::Exact(values.read_port(text, &key.param)?)
            }
            Some(text) => parse_key(key, text, values)?,
            None if key.match_kind.needs_priority() => KeyMatch::Any,
            None => return Err(TermError::MissingValue { of, name: key.param.name.clone() }),
        });
    }
    Ok(keys)
}

/// Reads an action of a table with its arguments.
///
/// # Errors
/// When a name is unknown or a value does not suit.
pub fn call(
    view: &View,
    table: &Table,
    action: &str,
    texts: &[&str],
    values: &dyn Values,
) -> Result<ActionCall, TermError> {
    call_among(&view.actions_of(table), format!("{} `{}`", table.kind(), table.name()), action, texts, values)
}

/// Reads what an entry runs: an action of the table with its arguments, or `member N` or `group N` where its entries name those.
///
/// # Errors
/// When a name is unknown or a value does not suit.
pub fn target(
    view: &View,
    table: &Table,
    action: &str,
    texts: &[&str],
    values: &dyn Values,
) -> Result<Target, TermError> {
    let make: fn(u32) -> Target = match action {
        "member" if table.profile.is_some() => Target::Member,
        "group" if table.profile.is_some() => Target::Group,
        _ => {
            let target = Target::Action(call(view, table, action, texts, values)?);
            check_target(view, table, &target)?;
            return Ok(target);
        }
    };
    let [text] = texts else {
        let what = format!("`{action}`");
        return Err(TermError::Count { what, of: "number", wanted: 1, given: texts.len() });
    };
    let target = make(number_of(action, text)?);
    check_target(view, table, &target)?;
    Ok(target)
}

/// Reads the number of a member or group.
///
/// # Errors
/// When the text is none.
pub fn number_of(what: &str, text: &str) -> Result<u32, TermError> {
    if matches!(what, "member" | "group") && text.contains('@') {
        return Err(TermError::NoWatchPort { text: text.to_owned() });
    }
    let number = value::parse(text, &Param::new(what, 32))?;
    // It has 32 bits.
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Reads an action of an action profile's members with its arguments.
///
/// # Errors
/// When a name is unknown or a value does not suit.
pub fn member(
    view: &View,
    (profile, of): (&Extern, &ActionProfile),
    action: &str,
    texts: &[&str],
    values: &dyn Values,
) -> Result<ActionCall, TermError> {
    let name = format!("`{}`", profile.preamble.name);
    call_among(&view.actions_of_members(of), name, action, texts, values)
}

/// Reads a call of one of these actions; `of` says whose they are.
fn call_among(
    actions: &[&Action],
    of: String,
    action: &str,
    texts: &[&str],
    values: &dyn Values,
) -> Result<ActionCall, TermError> {
    let names: Vec<&str> = actions.iter().map(|action| action.preamble.name.as_str()).collect();
    let position = find("action", action, &names, Some(of.clone()))?;
    let params: Vec<&Param> = match actions.get(position) {
        Some(action) => action.values().collect(),
        None => return Err(nothing("action", action, Some(of))),
    };
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    let of = format!("action `{action}`");
    let given = assign("parameter", &of, &names, texts)?;
    let mut args = Vec::with_capacity(given.len());
    for (param, text) in params.into_iter().zip(given) {
        let Some(text) = text else {
            return Err(TermError::MissingValue { of, name: param.name.clone() });
        };
        args.push(if param.port { values.read_port(text, param)? } else { values.read(text, param)? });
    }
    Ok(ActionCall { action: position, args })
}

/// Keys suit a table in number, kind and width.
///
/// # Errors
/// What is wrong first.
pub fn check_keys(table: &Table, keys: &[KeyMatch]) -> Result<(), TermError> {
    let wanted = table.match_keys().count();
    if keys.len() != wanted {
        let what = format!("{} `{}`", table.kind(), table.name());
        return Err(TermError::Count { what, of: "key", wanted, given: keys.len() });
    }
    table.match_keys().zip(keys).try_for_each(|(key, wanted)| check_key(key, wanted))
}

fn check_key(key: &Key, wanted: &KeyMatch) -> Result<(), TermError> {
    let suits = match (key.match_kind, wanted) {
        (MatchKind::Exact | MatchKind::Selector, KeyMatch::Exact(_))
        | (MatchKind::Lpm, KeyMatch::Prefix(..) | KeyMatch::Any)
        | (MatchKind::Ternary, KeyMatch::Masked(..) | KeyMatch::Any)
        | (MatchKind::Range, KeyMatch::Range(..) | KeyMatch::Any)
        | (MatchKind::Optional, KeyMatch::Exact(_) | KeyMatch::Any) => true,
        (
            MatchKind::Exact
            | MatchKind::Selector
            | MatchKind::Lpm
            | MatchKind::Ternary
            | MatchKind::Range
            | MatchKind::Optional,
            _,
        ) => false,
    };
    if !suits {
        let text = key_text(key, wanted, &Plain);
        return Err(TermError::Kind { text, key: key.param.name.clone(), kind: key.match_kind });
    }
    match wanted {
        KeyMatch::Exact(value) => check_width(value, &key.param),
        KeyMatch::Prefix(value, length) => {
            check_width(value, &key.param)?;
            if *length > key.param.width {
                let (key, width) = (key.param.name.clone(), key.param.width);
                return Err(TermError::PrefixLength { key, width, length: *length });
            }
            Ok(())
        }
        KeyMatch::Masked(value, mask) => {
            check_width(value, &key.param)?;
            check_width(mask, &key.param)
        }
        KeyMatch::Range(low, high) => {
            check_width(low, &key.param)?;
            check_width(high, &key.param)?;
            if value::order(low, high, &key.param).is_gt() {
                let text = key_text(key, wanted, &Plain);
                return Err(TermError::EmptyRange { key: key.param.name.clone(), text });
            }
            Ok(())
        }
        KeyMatch::Any => Ok(()),
    }
}

/// A call suits a table: the action's place in it, and its arguments in number and width. Elements of a value set have the call that says
/// nothing.
///
/// # Errors
/// What is wrong first.
pub fn check_call(view: &View, table: &Table, call: &ActionCall, default: bool) -> Result<(), TermError> {
    if table.is_set() && *call == ActionCall::default() {
        return Ok(());
    }
    let of = format!("{} `{}`", table.kind(), table.name());
    check_among(view, &table.actions, of, call, if default { Place::Default } else { Place::Entries })
}

/// A call suits the members of an action profile, as [`check_call`] has it for a table.
///
/// # Errors
/// What is wrong first.
pub fn check_member(
    view: &View,
    (profile, of): (&Extern, &ActionProfile),
    call: &ActionCall,
) -> Result<(), TermError> {
    check_among(view, &of.actions, format!("`{}`", profile.preamble.name), call, Place::Members)
}

/// A member's action, by its full name, is one that entries of the table may run. Tables that share a profile may list different actions.
///
/// # Errors
/// When it is not.
pub fn check_runs(view: &View, table: &Table, member: u32, action: &str) -> Result<(), TermError> {
    let is_it = |entry: &TableAction| {
        !entry.default_only && view.actions.get(entry.action).is_some_and(|it| it.preamble.name == action)
    };
    if table.actions.iter().any(is_it) {
        return Ok(());
    }
    let profile = view.profile_of(table).map(|profile| profile.preamble.name.clone()).unwrap_or_default();
    Err(TermError::Unlisted { table: table.name().to_owned(), profile, member, action: action.to_owned() })
}

/// What an entry runs suits its table: an action as [`check_call`] has it, or a member or group of the table's action profile. Whether there
/// are such is not looked at.
///
/// # Errors
/// What is wrong first.
pub fn check_target(view: &View, table: &Table, target: &Target) -> Result<(), TermError> {
    let name = || table.name().to_owned();
    let profile = view.profile_of(table);
    let has_groups = profile.and_then(|profile| profile.profile.as_ref()).is_some_and(|it| it.has_groups);
    match (target, profile) {
        (Target::Action(call), None) => check_call(view, table, call, false),
        (Target::Action(call), Some(profile)) => Err(TermError::NoMember {
            table: name(),
            profile: profile.preamble.name.clone(),
            groups: has_groups,
            action: view
                .action(table, call.action)
                .map_or_else(|| call.action.to_string(), |action| action.preamble.name.clone()),
        }),
        (Target::Member(_) | Target::Group(_), None) => {
            Err(TermError::NoProfile { table: name(), what: target_text(view, table, target, &Plain) })
        }
        (Target::Group(_), Some(profile)) if !has_groups => {
            Err(TermError::NoGroups { profile: profile.preamble.name.clone(), of: Some(name()) })
        }
        (Target::Member(_) | Target::Group(_), Some(_)) => Ok(()),
    }
}

/// Where an action stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Default,
    Entries,
    Members,
}

fn check_among(
    view: &View,
    actions: &[TableAction],
    of: String,
    call: &ActionCall,
    place: Place,
) -> Result<(), TermError> {
    let entry = actions.get(call.action);
    let Some((entry, action)) = entry.and_then(|entry| Some((entry, view.actions.get(entry.action)?))) else {
        return Err(nothing("action", &call.action.to_string(), Some(of)));
    };
    let (place, mark, forbidden) = match place {
        Place::Default => ("the default action", "@tableonly", entry.table_only),
        Place::Entries => ("entries", "@defaultonly", entry.default_only),
        Place::Members => ("members", "@defaultonly", entry.default_only),
    };
    if forbidden {
        return Err(TermError::Misplaced { action: action.preamble.name.clone(), of, place, mark });
    }
    if call.args.len() != action.params.len() {
        return Err(TermError::Count {
            what: format!("action `{}`", action.preamble.name),
            of: "argument",
            wanted: action.params.len(),
            given: call.args.len(),
        });
    }
    action.values().zip(&call.args).try_for_each(|(param, arg)| check_width(arg, param))
}

/// Gives each name its text: `NAME=TEXT` by name, others in order.
fn assign<'t>(
    what: &'static str,
    of: &str,
    names: &[&str],
    texts: &[&'t str],
) -> Result<Vec<Option<&'t str>>, TermError> {
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
                let name = names.get(position).copied().unwrap_or(text).into();
                return Err(TermError::Twice { name });
            }
            None => {
                let (noun, wanted) = (if what == "key" { "key" } else { "argument" }, names.len());
                return Err(TermError::Count { what: of.into(), of: noun, wanted, given: texts.len() });
            }
        }
    }
    Ok(given)
}

/// Reads what an entry demands of a key.
///
/// # Errors
/// When the text does not suit the key.
pub fn parse_key(key: &Key, text: &str, values: &dyn Values) -> Result<KeyMatch, TermError> {
    let param = &key.param;
    let text = text.trim();
    let unsuited = || TermError::Kind { text: text.into(), key: param.name.clone(), kind: key.match_kind };
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
        let value = values.read(number, param)?;
        let bits = values.read(mask, param)?;
        covered(text, "mask", &value, &bits, |inside| format!("{}&&&{}", like(number, inside), mask.trim()))?;
        return Ok(KeyMatch::Masked(value, bits));
    }
    if let Some((low, high)) = text.split_once("..") {
        if key.match_kind != MatchKind::Range {
            return Err(unsuited());
        }
        let (low, high) = (values.read(low, param)?, values.read(high, param)?);
        if value::order(&low, &high, param).is_gt() {
            return Err(TermError::EmptyRange { key: param.name.clone(), text: text.into() });
        }
        return Ok(KeyMatch::Range(low, high));
    }
    if let Some((number, length)) = text.split_once('/') {
        let length: u32 = length.trim().parse().map_err(|_| unsuited())?;
        if length > param.width {
            return Err(TermError::PrefixLength { key: param.name.clone(), width: param.width, length });
        }
        let value = values.read(number, param)?;
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
    let number = values.read(text, param)?;
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
) -> Result<(), TermError> {
    let inside = value & mask;
    if inside == *value {
        return Ok(());
    }
    Err(TermError::Uncovered { text: text.into(), what, meant: meant(&inside) })
}

/// The value fits its field.
///
/// # Errors
/// When it has more bits.
pub fn check_width(value: &BigUint, field: &Param) -> Result<(), TermError> {
    if value.bits() > u64::from(field.width) {
        return Err(TermError::Value(ValueError::Range {
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
pub fn key_text(key: &Key, wanted: &KeyMatch, values: &dyn Values) -> String {
    // The prefix of an address is read as an address, whatever the field's name is.
    let mut param = key.param.clone();
    if key.match_kind == MatchKind::Lpm && param.width == 32 {
        param.name.push_str("addr");
    }
    let text = |value: &BigUint| value::format(value, &param);
    match wanted {
        KeyMatch::Exact(value) if key.param.port => values.text(value, &key.param),
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
pub fn keys_text(table: &Table, keys: &[KeyMatch], values: &dyn Values) -> String {
    named_keys(table, keys, values).map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(" ")
}

/// The same by name.
pub fn named_keys<'t>(
    table: &'t Table,
    keys: &[KeyMatch],
    values: &dyn Values,
) -> impl Iterator<Item = (&'t str, String)> {
    let text = |(key, wanted): (&'t Key, &KeyMatch)| (key.param.name.as_str(), key_text(key, wanted, values));
    table.match_keys().zip(keys).map(text)
}

/// An action call: `set_port(port=3)`; nothing for an element of a value set.
#[must_use]
pub fn call_text(view: &View, table: &Table, call: &ActionCall, values: &dyn Values) -> String {
    if table.is_set() {
        return String::new();
    }
    text_of_call(view.action(table, call.action), call, values)
}

/// The action of a member.
#[must_use]
pub fn member_text(view: &View, profile: &ActionProfile, call: &ActionCall, values: &dyn Values) -> String {
    text_of_call(view.actions_of_members(profile).get(call.action).copied(), call, values)
}

/// What an entry runs: `set_port(port=3)`, `member 3`, `group 7`.
#[must_use]
pub fn target_text(view: &View, table: &Table, target: &Target, values: &dyn Values) -> String {
    match target {
        Target::Action(call) => call_text(view, table, call, values),
        Target::Member(number) => format!("member {number}"),
        Target::Group(number) => format!("group {number}"),
    }
}

fn text_of_call(action: Option<&Action>, call: &ActionCall, values: &dyn Values) -> String {
    let Some(action) = action else {
        return format!("action {}", call.action);
    };
    let args = named_args(action, call, values).map(|(name, text)| format!("{name}={text}"));
    format!("{}({})", action.preamble.name, args.collect::<Vec<_>>().join(", "))
}

/// A call's arguments by name.
pub fn named_args<'a>(
    action: &'a Action,
    call: &ActionCall,
    values: &dyn Values,
) -> impl Iterator<Item = (&'a str, String)> {
    let text = |(param, arg): (&'a Param, &BigUint)| (param.name.as_str(), values.text(arg, param));
    action.values().zip(&call.args).map(text)
}
