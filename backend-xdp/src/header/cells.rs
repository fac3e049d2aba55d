//! Cells in the header: in, cells of the manifest; out, the name of their map and functions that read them, and write them where that is a
//! matter of the value alone. What they are is the manifest's: counts are read one by one, a value is a number, and several numbers are a
//! structure.

use super::line;
use crate::names::identifier;
use p4xdp_control::manifest::Cells;
use p4xdp_control::manifest::cells::{Field, PACKETS};
use p4xdp_control::storage::ByteOrder;

/// Writes all of it; `macro_name` is the macro for the map's name.
pub fn write(out: &mut String, name: &str, macro_name: &str, cells: &Cells, prefix: &str) {
    let Cells { kind, map, size, value_size, locked, .. } = cells;
    let what = if kind.adds_up() {
        format!("{}s{}", kind.noun(), if cells.sparse { " with any index" } else { "" })
    } else {
        let [_, content] = kind.facts().content;
        match cells.fields.as_slice() {
            [field] => format!("{content} of {} bits", field.param.width),
            _ => content.to_owned(),
        }
    };
    line(out, &format!("\n/* {name}: {size} {what} */\n#define {macro_name} \"{map}\"\n"));
    match cells.fields.as_slice() {
        fields if kind.adds_up() => fields.iter().for_each(|field| write_count(out, cells, field, prefix)),
        [field] if field.place.offset == 0 && field.place.size == *value_size && !locked => {
            write_value(out, cells, field, prefix);
        }
        fields => write_structure(out, cells, fields, prefix),
    }
}

/// What packets add to can be read.
fn write_count(out: &mut String, cells: &Cells, field: &Field, prefix: &str) {
    let Cells { kind, map, base, value_size, per_cpu, .. } = cells;
    let [content, _] = kind.facts().content;
    let sum = if *per_cpu { "p4xdp_sum_per_cpu" } else { "p4xdp_read_shared" };
    let unit = &field.param.name;
    let read = if unit == PACKETS { "read".to_owned() } else { format!("read_{unit}") };
    line(
        out,
        &format!(
            "/* 0, or a negative error number: -ENOENT for a {} that nothing has {content}ed. */\n\
             static inline int {prefix}{map}_{read}(int map_fd, __u32 index, __u64 *value)\n{{\n\
             \treturn {sum}(map_fd, index + {base}, {value_size}, {}, value);\n}}",
            kind.noun(),
            field.place.offset
        ),
    );
}

/// A cell is one number.
fn write_value(out: &mut String, cells: &Cells, field: &Field, prefix: &str) {
    let Cells { map, value_size, .. } = cells;
    let bits = value_size * 8;
    if field.initial != 0 {
        let initial = format!("0x{:x}ULL", field.initial);
        return line(
            out,
            &format!(
                "/* Kept as the exclusive or of the value and {initial}, which it is at first. */\n\
                 static inline int {prefix}{map}_read(int map_fd, __u32 index, __u{bits} *value)\n{{\n\
                 \tint result = bpf_map_lookup_elem(map_fd, &index, value);\n\n\
                 \tif (!result)\n\t\t*value ^= {initial};\n\treturn result;\n}}\n\n\
                 static inline int {prefix}{map}_write(int map_fd, __u32 index, __u{bits} value)\n{{\n\
                 \tvalue ^= {initial};\n\treturn bpf_map_update_elem(map_fd, &index, &value, BPF_ANY);\n}}"
            ),
        );
    }
    line(
        out,
        &format!(
            "static inline int {prefix}{map}_read(int map_fd, __u32 index, __u{bits} *value)\n{{\n\
             \treturn bpf_map_lookup_elem(map_fd, &index, value);\n}}\n\n\
             static inline int {prefix}{map}_write(int map_fd, __u32 index, __u{bits} value)\n{{\n\
             \treturn bpf_map_update_elem(map_fd, &index, &value, BPF_ANY);\n}}"
        ),
    );
}

/// A cell is several numbers, or has more in it than its number.
fn write_structure(out: &mut String, cells: &Cells, fields: &[Field], prefix: &str) {
    let Cells { map, base, value_size, locked, .. } = cells;
    let flags = if *locked { "BPF_F_LOCK" } else { "BPF_ANY" };
    let index = if *base > 0 { format!("\tindex += {base};\n") } else { String::new() };
    line(out, &format!("struct {prefix}{map}_cell {{"));
    for field in fields {
        let (bytes, member) = (field.place.size, identifier(&field.param.name));
        let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(" /* {unit} */"));
        let declared = match field.place.order {
            ByteOrder::Host => format!("__u{} {member};{unit}", bytes * 8),
            ByteOrder::Network => format!("__u8 {member}[{bytes}]; /* network order */"),
        };
        line(out, &format!("\t{declared}"));
    }
    let copy = |from_map: bool| -> String {
        let one = |field: &Field| {
            let (place, member) = (&field.place, identifier(&field.param.name));
            let (cell, bytes) = (format!("&cell->{member}"), format!("bytes + {}", place.offset));
            let (to, from) = if from_map { (cell, bytes) } else { (bytes, cell) };
            format!("\tmemcpy({to}, {from}, {});\n", place.size)
        };
        fields.iter().map(one).collect()
    };
    line(
        out,
        &format!(
            "}};\n\n/* 0, or a negative error number. */\n\
             static inline int {prefix}{map}_read(int map_fd, __u32 index, struct {prefix}{map}_cell *cell)\n{{\n\
             \t__u8 bytes[{value_size}];\n\n{index}\
             \tif (bpf_map_lookup_elem_flags(map_fd, &index, bytes, {flags}))\n\t\treturn -errno;\n\
             {}\treturn 0;\n}}",
            copy(true)
        ),
    );
    let rules: Vec<String> = fields.iter().flat_map(rules).collect();
    let refusal = if rules.is_empty() {
        String::new()
    } else {
        format!("\tif ({})\n\t\treturn -EINVAL;\n", rules.join(" ||\n\t    "))
    };
    line(
        out,
        &format!(
            "\n/* 0, or a negative error number: -EINVAL for numbers that do not suit one another. */\n\
             static inline int {prefix}{map}_write(int map_fd, __u32 index, const struct {prefix}{map}_cell *cell)\n{{\n\
             \t__u8 bytes[{value_size}];\n\n{refusal}{index}\tmemset(bytes, 0, sizeof(bytes));\n\
             {}\treturn bpf_map_update_elem(map_fd, &index, bytes, {flags}) ? -errno : 0;\n}}",
            copy(false)
        ),
    );
}

/// What a field must not be, in C.
fn rules(field: &Field) -> Vec<String> {
    let member = identifier(&field.param.name);
    let least = (field.least > 0).then(|| format!("cell->{member} < {}", field.least));
    let below = field.not_below.as_ref().map(|other| format!("cell->{member} < cell->{}", identifier(other)));
    least.into_iter().chain(below).collect()
}
