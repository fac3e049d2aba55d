//! Maps that are shared: in goes who needs how many cells of which shape, out comes a map and where in it the cells begin. Cells of one shape are one
//! array.

use super::cell::Slot;
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};

/// Shared arrays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool(Vec<Shared>);

#[derive(Clone, Debug)]
struct Shared {
    map: Name,
    kind: MapType,
    slot: Slot,
    cells: u32,
}

impl Pool {
    /// So many cells: the map that they are in, and the index of the first. `name` gives a new map its name.
    pub(crate) fn take(
        &mut self,
        kind: MapType,
        slot: &Slot,
        cells: u32,
        name: impl FnOnce() -> Name,
    ) -> (Name, u32) {
        let fits = |shared: &&mut Shared| {
            shared.kind == kind && shared.slot == *slot && shared.cells.checked_add(cells).is_some()
        };
        if let Some(shared) = self.0.iter_mut().find(fits) {
            let base = shared.cells;
            shared.cells += cells;
            return (shared.map.clone(), base);
        }
        let map = name();
        self.0.push(Shared { map: map.clone(), kind, slot: slot.clone(), cells });
        (map, 0)
    }

    /// The maps.
    pub(crate) fn maps(&self) -> impl Iterator<Item = MapDefinition> {
        self.0.iter().map(|shared| MapDefinition {
            name: shared.map.clone(),
            kind: shared.kind,
            key: code!("__u32"),
            value: shared.slot.ty.clone(),
            max_entries: Some(shared.cells),
        })
    }
}
