//! What maps an object has: in, the object; out, each map with its size. Asks no kernel.

use crate::error::{Error, KernelError};
use crate::{Object, load};
use libbpf_rs::{MapType, num_possible_cpus};
use p4xdp_control::manifest::Settings;

/// A map of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapSize {
    /// Its name.
    pub name: String,
    /// Its type, as the kernel calls it: `LpmTrie`.
    pub kind: String,
    /// Entries at most; of a ring buffer, its bytes.
    pub entries: u32,
    /// Bytes of a key.
    pub key: u32,
    /// Bytes of a value.
    pub value: u32,
    /// CPUs that have a value of their own each; 1 where they share one.
    pub cpus: u64,
}

impl MapSize {
    /// Bytes of all keys and values; the kernel adds some for each entry.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let value = u64::from(self.value.next_multiple_of(8)) * self.cpus;
        let entry = match self.kind.as_str() {
            "RingBuf" => 1,
            // Of an array the key is where the value stands.
            "Array" | "PercpuArray" | "ProgArray" | "PerfEventArray" | "Devmap" | "Cpumap"
            | "ArrayOfMaps" => value,
            _ => value + u64::from(self.key.next_multiple_of(8)),
        };
        entry * u64::from(self.entries)
    }
}

/// The maps of an object, sections of data included, in the object's order.
///
/// # Errors
/// When libbpf cannot read the object.
pub fn maps(object: &Object) -> Result<Vec<MapSize>, Error> {
    let open = load::open(object, Settings::default(), false)?;
    let cpus =
        num_possible_cpus().map_err(|error| KernelError::bpf("count the processors", &error, Vec::new()))?;
    let sizes = open.maps().map(|map| MapSize {
        name: map.name().to_string_lossy().into_owned(),
        kind: format!("{:?}", map.map_type()),
        entries: map.max_entries(),
        key: map.key_size(),
        value: map.value_size(),
        cpus: match map.map_type() {
            MapType::PercpuArray | MapType::PercpuHash | MapType::LruPercpuHash => cpus as u64,
            _ => 1,
        },
    });
    Ok(sizes.collect())
}
