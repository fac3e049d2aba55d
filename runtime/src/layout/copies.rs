//! The maps by which copies are sent are those that groups and sessions are written to.

use super::{Shape, bytes, find};
use libbpf_rs::MapType;
use p4xdp_control::manifest::copies::{DEVICES, GENERATION, ROLES, Role, RoleKey, SETS, SetKey};
use p4xdp_control::manifest::{self, Copies, Manifest};

pub(super) fn check(manifest: &Manifest, copies: &Copies, maps: &[Shape]) -> Result<(), String> {
    let key = SetKey { group: 0, port: 0, session: 0 }.encode().len();
    find(maps, SETS)?.is(&[MapType::Hash], bytes(key), 4)?;
    find(maps, DEVICES)?.is(&[MapType::ArrayOfMaps], 4, 4)?;
    find(maps, GENERATION)?.is(&[MapType::Array], 4, 4)?;
    let key = RoleKey { set: 0, index: 0, nth: 0 }.encode().len();
    find(maps, ROLES)?.is(&[MapType::Hash], bytes(key), bytes(Role::default().encode().len()))?;
    let Some(name) = &copies.program else { return Ok(()) };
    let egress = manifest.programs.iter().find(|program| program.name == *name);
    match egress.map(|program| program.role) {
        Some(manifest::Role::Egress) => Ok(()),
        Some(_) | None => Err(format!("copies run `{name}`, which is no program for that")),
    }
}
