//! Messages in the header: in, a digest of the manifest; out, the names of its maps, the structure of a message, and a function that reads how many
//! were lost. Reading a ring buffer is libbpf's (`ring_buffer__new`).

use super::line;
use crate::tables::control_plane::{declarations, fields};
use p4xdp_control::manifest::Digest;
use p4xdp_control::view::Param;

/// Writes all of it; `macro_name` is the macro for the ring buffer's name.
pub fn write(out: &mut String, name: &str, macro_name: &str, digest: &Digest, prefix: &str) {
    let Digest { map, size, receiver, fields: list, lost, .. } = digest;
    let receiver = receiver.as_ref().map(|place| (Param::new("receiver", u32::BITS), place));
    let all = receiver.iter().map(|(param, place)| (param, *place));
    let all = all.chain(list.iter().map(|(param, place)| (param, place)));
    line(
        out,
        &format!(
            "\n/* {name}: messages in a ring buffer. Those without room in it are lost, and counted. */\n\
             #define {macro_name} \"{map}\"\n#define {macro_name}_LOST \"{}\"\n\nstruct {prefix}{map}_message {{",
            lost.map
        ),
    );
    declarations(&fields(all, &[]), 0, *size).iter().for_each(|member| line(out, &format!("\t{member}")));
    line(
        out,
        &format!(
            "}};\nstatic_assert(sizeof(struct {prefix}{map}_message) == {size}, \"layout\");\n\n\
             /* How many were lost, by the map of that name: 0, or a negative error number. */\n\
             static inline int {prefix}{map}_lost(int map_fd, __u64 *value)\n{{\n\
             \treturn p4xdp_sum_per_cpu(map_fd, {}, {}, 0, value);\n}}",
            lost.base, lost.value_size
        ),
    );
}
