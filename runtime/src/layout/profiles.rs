//! Action profiles of a manifest: members and groups are what their maps have room for.

use super::{Shape, find, map_type, tables, wide_enough};
use libbpf_rs::MapType;
use p4xdp_control::manifest::{Manifest, Profile};

/// What is wrong with a profile first.
pub(super) fn check(
    manifest: &Manifest,
    name: &str,
    profile: &Profile,
    maps: &[Shape],
) -> Result<(), String> {
    let seen = manifest.view.externs.iter().find(|seen| seen.preamble.name == name);
    let Some(of) = seen.and_then(|seen| seen.profile.as_ref()) else {
        return Err("it is no action profile that control planes see".to_owned());
    };
    let actions = manifest.view.actions_of_members(of);
    if actions.len() != profile.actions.len() {
        return Err(format!("it has {} actions, and places for {}", actions.len(), profile.actions.len()));
    }
    for (action, places) in actions.iter().zip(&profile.actions) {
        if action.params.len() != places.len() {
            let action = &action.preamble.name;
            return Err(format!("action `{action}` has places for other parameters than its own"));
        }
        action.values().zip(places).try_for_each(|(param, place)| wide_enough(place, param.width))?;
    }
    if of.has_groups != profile.groups.is_some() {
        return Err("it has groups, or is to have some, and not both".to_owned());
    }
    let mut sizes = std::iter::once(profile.size).chain(profile.groups.iter().map(|groups| groups.size));
    for wanted in profile.maps() {
        let shape = find(maps, &wanted.name)?;
        let kinds: Vec<MapType> = wanted.kinds.iter().map(map_type).collect();
        shape.is(&kinds, wanted.key_size, wanted.value_size)?;
        let size = sizes.next().unwrap_or(0);
        if shape.max_entries != size {
            return Err(format!("map `{}` has {} entries, not {size}", wanted.name, shape.max_entries));
        }
    }
    let leaves = find(maps, &profile.map)?.value.as_deref();
    let places = tables::Actions { named: &actions, places: &profile.actions, beside: &[] };
    tables::values(&places, &profile.action, leaves, profile.value_size, &profile.map)
}
