//! Cells in the header: in, a counter or register of the manifest; out, the name of its map and functions that read its cells, and write them
//! where that is a matter of the value alone.

use super::line;
use p4xdp_control::manifest::cells::PACKETS;
use p4xdp_control::manifest::{CellKind, Cells};

/// Writes all of it; `macro_name` is the macro for the map's name.
pub fn write(out: &mut String, name: &str, macro_name: &str, cells: &Cells, prefix: &str) {
    let Cells { map, size, base, value_size, .. } = cells;
    match cells.kind {
        CellKind::Counter => {
            let kind = if cells.sparse { "counters with any index" } else { "counters" };
            line(out, &format!("\n/* {name}: {size} {kind} */\n#define {macro_name} \"{map}\"\n"));
            let sum = if cells.per_cpu { "p4xdp_sum_per_cpu" } else { "p4xdp_read_shared" };
            for (field, place) in &cells.fields {
                let read =
                    if field.name == PACKETS { "read".to_owned() } else { format!("read_{}", field.name) };
                line(
                    out,
                    &format!(
                        "/* 0, or a negative error number: -ENOENT for a counter that nothing has counted. */\n\
                         static inline int {prefix}{map}_{read}(int map_fd, __u32 index, __u64 *value)\n{{\n\
                         \treturn {sum}(map_fd, index + {base}, {value_size}, {}, value);\n}}",
                        place.offset
                    ),
                );
            }
        }
        CellKind::Register => {
            let bits = value_size * 8;
            let width: u32 = cells.fields.iter().map(|(field, _)| field.width).sum();
            line(
                out,
                &format!(
                    "\n/* {name}: {size} values of {width} bits */\n#define {macro_name} \"{map}\"\n\n\
                     static inline int {prefix}{map}_read(int map_fd, __u32 index, __u{bits} *value)\n{{\n\
                     \treturn bpf_map_lookup_elem(map_fd, &index, value);\n}}\n\n\
                     static inline int {prefix}{map}_write(int map_fd, __u32 index, __u{bits} value)\n{{\n\
                     \treturn bpf_map_update_elem(map_fd, &index, &value, BPF_ANY);\n}}"
                ),
            );
        }
    }
}
