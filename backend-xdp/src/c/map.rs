//! BPF maps as C declares them, in the BTF style that all present-day loaders read.

use super::code::{Code, Known, Name, code};
use super::tree::Tree;

/// Kinds of maps that generated programs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `BPF_MAP_TYPE_HASH`
    Hash,
    /// The same, which takes memory for entries that are there alone.
    HashByNeed,
    /// `BPF_MAP_TYPE_LRU_HASH`
    LruHash,
    /// `BPF_MAP_TYPE_ARRAY`
    Array,
    /// The same, which control planes map into their memory.
    MappedArray,
    /// `BPF_MAP_TYPE_LPM_TRIE`
    LpmTrie,
    /// `BPF_MAP_TYPE_PERCPU_ARRAY`
    PerCpuArray,
    /// `BPF_MAP_TYPE_PERCPU_HASH`
    PerCpuHash,
    /// `BPF_MAP_TYPE_PERF_EVENT_ARRAY`
    PerfEventArray,
    /// `BPF_MAP_TYPE_RINGBUF`, which has no keys and values; its capacity is in bytes.
    RingBuf,
    /// `BPF_MAP_TYPE_DEVMAP`
    DevMap,
    /// `BPF_MAP_TYPE_DEVMAP_HASH`
    DevMapHash,
    /// `BPF_MAP_TYPE_CPUMAP`
    CpuMap,
}

impl MapType {
    fn constant(self) -> Known {
        match self {
            MapType::Hash | MapType::HashByNeed => Known("BPF_MAP_TYPE_HASH"),
            MapType::LruHash => Known("BPF_MAP_TYPE_LRU_HASH"),
            MapType::Array | MapType::MappedArray => Known("BPF_MAP_TYPE_ARRAY"),
            MapType::LpmTrie => Known("BPF_MAP_TYPE_LPM_TRIE"),
            MapType::PerCpuArray => Known("BPF_MAP_TYPE_PERCPU_ARRAY"),
            MapType::PerCpuHash => Known("BPF_MAP_TYPE_PERCPU_HASH"),
            MapType::PerfEventArray => Known("BPF_MAP_TYPE_PERF_EVENT_ARRAY"),
            MapType::RingBuf => Known("BPF_MAP_TYPE_RINGBUF"),
            MapType::DevMap => Known("BPF_MAP_TYPE_DEVMAP"),
            MapType::DevMapHash => Known("BPF_MAP_TYPE_DEVMAP_HASH"),
            MapType::CpuMap => Known("BPF_MAP_TYPE_CPUMAP"),
        }
    }
}

/// A map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapDefinition {
    /// Name, at most 15 bytes, unique.
    pub name: Name,
    /// Kind.
    pub kind: MapType,
    /// C type of the key.
    pub key: Code,
    /// C type of the value.
    pub value: Code,
    /// Capacity; `None` lets the loader choose (one per CPU).
    pub max_entries: Option<u32>,
}

impl MapDefinition {
    /// Writes the definition.
    pub fn emit(&self, out: &mut Tree) {
        out.begin(code!("struct {"));
        out.line(code!("@__uint(type, {});", self.kind.constant()));
        if let Some(n) = self.max_entries {
            out.line(code!("@__uint(max_entries, {});", n));
        }
        match self.kind {
            MapType::LpmTrie | MapType::HashByNeed => {
                out.line(code!("@__uint(map_flags, @BPF_F_NO_PREALLOC);"))
            }
            MapType::MappedArray => out.line(code!("@__uint(map_flags, @BPF_F_MMAPABLE);")),
            MapType::Hash
            | MapType::LruHash
            | MapType::Array
            | MapType::PerCpuArray
            | MapType::PerCpuHash
            | MapType::PerfEventArray
            | MapType::RingBuf
            | MapType::DevMap
            | MapType::DevMapHash
            | MapType::CpuMap => {}
        }
        // The kernel takes no BTF types for perf event arrays, devices and processors.
        match self.kind {
            MapType::PerfEventArray | MapType::DevMap | MapType::DevMapHash | MapType::CpuMap => {
                out.line(code!("@__uint(key_size, sizeof({}));", self.key));
                out.line(code!("@__uint(value_size, sizeof({}));", self.value));
            }
            MapType::RingBuf => {}
            MapType::Hash
            | MapType::HashByNeed
            | MapType::LruHash
            | MapType::Array
            | MapType::MappedArray
            | MapType::LpmTrie
            | MapType::PerCpuArray
            | MapType::PerCpuHash => {
                out.line(code!("@__type(key, {});", self.key));
                out.line(code!("@__type(value, {});", self.value));
            }
        }
        out.end_with(code!("}} {} SEC(\".maps\");", self.name));
        out.blank();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition() {
        let mut out = Tree::default();
        MapDefinition {
            name: Name::new("routes"),
            kind: MapType::LpmTrie,
            key: code!("struct routes_key"),
            value: code!("struct routes_value"),
            max_entries: Some(1024),
        }
        .emit(&mut out);
        assert_eq!(
            out.finish().0,
            "struct {\n\t__uint(type, BPF_MAP_TYPE_LPM_TRIE);\n\t__uint(max_entries, 1024);\n\
             \t__uint(map_flags, BPF_F_NO_PREALLOC);\n\t__type(key, struct routes_key);\n\
             \t__type(value, struct routes_value);\n} routes SEC(\".maps\");\n\n"
        );
    }
}
