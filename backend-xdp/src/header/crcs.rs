//! Custom CRCs in the header: functions that set them, by the map that has them.

use super::line;
use super::values::open;
use p4xdp_control::crc::{SECTION, name};
use p4xdp_control::manifest::Manifest;

/// What the functions share.
pub(super) const SUPPORT: &str = include_str!("support/crc.h");

/// The macros with the map's name.
pub(super) fn map_macros(manifest: &Manifest, prefix: &str) -> Vec<String> {
    manifest.custom_crcs.iter().map(|width| map_macro(*width, prefix)).collect()
}

fn map_macro(width: u32, prefix: &str) -> String {
    format!("{prefix}{}_map", name(width)).to_uppercase()
}

/// Writes those that a program uses.
pub(super) fn write(out: &mut String, manifest: &Manifest, prefix: &str) {
    for width in &manifest.custom_crcs {
        let map = map_macro(*width, prefix);
        line(out, &format!("\n/* A custom CRC */\n#define {map} \"{SECTION}\""));
        let arguments = [
            "int map_fd",
            "__u32 polynomial",
            "__u32 initial",
            "__u32 final_xor",
            "int reflect_data",
            "int reflect_remainder",
        ];
        let arguments: Vec<String> = arguments.map(str::to_owned).into();
        let name = name(*width);
        open(
            out,
            &format!("Gives `{name}` other parameters; -ERANGE if one does not fit. The map is {map}"),
            &format!("{prefix}{name}_write"),
            &arguments,
        );
        let call = "polynomial, initial, final_xor, reflect_data, reflect_remainder";
        line(out, &format!("\treturn p4xdp_crc_write(map_fd, {width}, {call});\n}}"));
    }
}
