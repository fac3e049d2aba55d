//! An action profile or selector in the header: its maps' names, the structure of a member, and functions that make and remove members and
//! groups. Who calls them sees to it that nothing names what is removed, and that what is named is there.

use super::line;
use super::values::{self, open};
use crate::names::Taken;
use p4xdp_control::manifest::{Manifest, Profile};

/// Names that the functions use themselves.
const USED: &[&str] = &["map_fd", "member", "value", "err"];

/// Writes all of it; `name` is the macro with the map's name.
pub(super) fn write(
    out: &mut String,
    manifest: &Manifest,
    full: &str,
    name: &str,
    profile: &Profile,
    prefix: &str,
) {
    let stem = format!("{prefix}{}", profile.map);
    line(
        out,
        &format!("\n/* Action {} {full} */", if profile.groups.is_some() { "selector" } else { "profile" }),
    );
    line(out, &format!("#define {name} \"{}\"", profile.map));
    let known = manifest.view.externs.iter().find(|known| known.preamble.name == full);
    let Some(members) = known.and_then(|known| known.profile.as_ref()) else { return };
    let mut constants = Taken::from_iter([name.to_owned(), format!("{stem}_groups_map").to_uppercase()]);
    let of = (members.actions.as_slice(), profile.actions.as_slice());
    let number = |position| u32::try_from(position).unwrap_or(u32::MAX);
    let actions = values::actions(&manifest.view, of, &stem, number, USED, &mut constants);
    let tag = format!("{stem}_member");
    values::write_numbers(out, &stem, &actions);
    values::write_structure(out, (&stem, &tag), profile.value_size, None, &actions);
    for action in &actions {
        values::write_make(out, &stem, &tag, action);
        let mut arguments = vec!["int map_fd".to_owned(), "__u32 member".to_owned()];
        arguments.extend(action.params.iter().map(|field| field.argument()));
        open(
            out,
            "Makes a member, or replaces it",
            &format!("{stem}_set_member_{}", action.name),
            &arguments,
        );
        line(out, &format!("\tstruct {tag} value;\n\tint err = {};\n", values::call_make(&stem, action)));
        line(out, "\tif (err)\n\t\treturn err;");
        line(out, "\treturn bpf_map_update_elem(map_fd, &member, &value, BPF_ANY) ? -errno : 0;\n}");
    }
    let by_number = |of: &str| vec!["int map_fd".to_owned(), format!("__u32 {of}")];
    open(
        out,
        "Removes a member, which no entry and no group may name; -ENOENT if there is none",
        &format!("{stem}_delete_member"),
        &by_number("member"),
    );
    line(out, "\treturn bpf_map_delete_elem(map_fd, &member) ? -errno : 0;\n}");
    let Some(groups) = &profile.groups else { return };
    let most = groups.most;
    let upper = stem.to_uppercase();
    line(out, &format!("\n#define {upper}_GROUPS_MAP \"{}\"", groups.map));
    line(out, &format!("struct {stem}_group_value {{\n\t__u32 count;\n\t__u32 member[{most}];\n}};"));
    let mut arguments = by_number("group");
    arguments.extend(["const __u32 *members".to_owned(), "__u32 count".to_owned()]);
    open(
        out,
        &format!(
            "Makes a group, or replaces it; -E2BIG if it has more than {most} members. The map is {upper}_GROUPS_MAP"
        ),
        &format!("{stem}_set_group"),
        &arguments,
    );
    line(out, &format!("\tstruct {stem}_group_value value;\n"));
    line(out, &format!("\tif (count > {most})\n\t\treturn -E2BIG;"));
    line(out, "\tmemset(&value, 0, sizeof(value));\n\tvalue.count = count;");
    line(out, "\tif (count)\n\t\tmemcpy(value.member, members, count * sizeof(*members));");
    line(out, "\treturn bpf_map_update_elem(map_fd, &group, &value, BPF_ANY) ? -errno : 0;\n}");
    open(
        out,
        "Removes a group, which no entry may name; -ENOENT if there is none",
        &format!("{stem}_delete_group"),
        &by_number("group"),
    );
    line(out, "\treturn bpf_map_delete_elem(map_fd, &group) ? -errno : 0;\n}");
}
