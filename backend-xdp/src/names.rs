//! P4 names in, C identifiers out: free of collisions, of the keywords of C and C++, and of the names that the prelude uses.
//!
//! A name is asked for once and kept by whoever asked. Wishes are granted in the order in which they come, so output is
//! deterministic.

use crate::c::code::Name;
use crate::c::prelude;
use rustc_hash::{FxHashMap, FxHashSet};

/// Keywords, the names that generated code uses for itself, and ELF sections, whose symbols clang would take for ours. Names that begin
/// with `bpf_`, `BPF_`, `XDP_`, `xdp_` or two underscores are taken as well, and what the prelude defines.
const RESERVED: &[&str] = &[
    "shared",
    "front",
    "front_length",
    "shared_map",
    "parsed_bytes",
    "zero",
    "_Bool",
    "_Static_assert",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "char",
    "const",
    "continue",
    "ctx",
    "data",
    "data_end",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "false",
    "float",
    "for",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "main",
    "p",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "true",
    "typedef",
    "typeof",
    "union",
    "unsigned",
    "u128",
    "void",
    "volatile",
    "while",
    "verdict",
    "accept",
    "reject",
    "state",
    "linux",
    "unix",
    "license",
    "xdp",
    // C++'s own, since C++ includes control planes' headers.
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "bitand",
    "bitor",
    "catch",
    "char16_t",
    "char32_t",
    "class",
    "compl",
    "const_cast",
    "constexpr",
    "decltype",
    "delete",
    "dynamic_cast",
    "explicit",
    "export",
    "friend",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "reinterpret_cast",
    "static_assert",
    "static_cast",
    "template",
    "this",
    "thread_local",
    "throw",
    "try",
    "typeid",
    "typename",
    "using",
    "virtual",
    "wchar_t",
    "xor",
    "xor_eq",
];

/// The identifiers of one C file. One name space for all of it, labels and structure tags included: a reader then
/// never meets one name with two meanings.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: FxHashSet<String>,
    /// The first number that may still be free behind a name that was asked for before.
    next: FxHashMap<String, usize>,
    /// Names that were kept for somebody, and that he has.
    fetched: FxHashSet<String>,
}

impl Names {
    /// Nothing taken but what C and the prelude take.
    pub fn new() -> Names {
        Names::default()
    }

    /// Hands out identifiers that differ from `name`.
    pub fn besides<T>(&mut self, name: &str, hand_out: impl FnOnce(&mut Names) -> T) -> T {
        let is_new = self.taken.insert(name.to_owned());
        let result = hand_out(self);
        if is_new {
            self.taken.remove(name);
        }
        result
    }

    /// An identifier as near to `wanted` as may be, never handed out before.
    pub fn unique(&mut self, wanted: &str) -> Name {
        let base = identifier(wanted);
        if !is_reserved(&base) && self.taken.insert(base.clone()) {
            return Name::new(&base);
        }
        let n = self.next.entry(base.clone()).or_insert(1);
        loop {
            let name = format!("{base}_{n}");
            *n += 1;
            if self.taken.insert(name.clone()) {
                return Name::new(&name);
            }
        }
    }

    /// An identifier that was handed out to be kept, for the first who asks for it; one near to it for the others.
    pub fn kept(&mut self, name: &str) -> Name {
        let is_first = self.taken.contains(name) && self.fetched.insert(name.to_owned());
        if is_first { Name::new(name) } else { self.unique(name) }
    }

    /// An identifier for a dotted P4 name: the last component if that is free, else as many as it takes.
    pub fn shortest(&mut self, dotted: &str) -> Name {
        let starts: Vec<usize> =
            std::iter::once(0).chain(dotted.match_indices('.').map(|(i, _)| i + 1)).collect();
        for &start in starts.iter().rev() {
            let name = identifier(dotted.get(start..).unwrap_or(dotted));
            if !is_reserved(&name) && !self.taken.contains(&name) {
                self.taken.insert(name.clone());
                return Name::new(&name);
            }
        }
        self.unique(dotted)
    }
}

/// True for what generated code may not define.
pub fn is_reserved(name: &str) -> bool {
    ["p4xdp_", "P4XDP_", "bpf_", "BPF_", "XDP_", "xdp_", "__", "load_", "store_", "int_"]
        .iter()
        .any(|p| name.starts_with(p))
        || RESERVED.contains(&name)
        || prelude::defines(name)
}

/// A P4 name as C writes it: what C does not allow becomes an underscore (`vlan[0]` is `vlan_0`). Structure members
/// need no more than this and [`member`].
pub fn identifier(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => out.push(c),
            ']' => {}
            _ => out.push('_'),
        }
    }
    let trimmed = out.trim_start_matches("__").trim_end_matches('_');
    let mut out = if trimmed.is_empty() { "unnamed".to_owned() } else { trimmed.to_owned() };
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// The names of a structure's members, or whatever else has a name space of its own.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    names: FxHashSet<String>,
    /// The first number that may still be free behind a name that was taken before.
    next: FxHashMap<String, usize>,
}

impl FromIterator<String> for Taken {
    fn from_iter<T: IntoIterator<Item = String>>(names: T) -> Taken {
        Taken { names: names.into_iter().collect(), next: FxHashMap::default() }
    }
}

/// A name for a structure's member: only C's keywords and macros stand in its way.
pub fn member(name: &str, taken: &mut Taken) -> String {
    let mut base = identifier(name);
    if RESERVED.contains(&base.as_str()) {
        base.push('_');
    }
    if taken.names.insert(base.clone()) {
        return base;
    }
    let n = taken.next.entry(base.clone()).or_insert(1);
    loop {
        let name = format!("{base}_{n}");
        *n += 1;
        if taken.names.insert(name.clone()) {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collisions_and_keywords() {
        let mut names = Names::new();
        assert_eq!(&*names.unique("ttl"), "ttl");
        assert_eq!(&*names.unique("ttl"), "ttl_1");
        assert_eq!(&*names.unique("int"), "int_1");
        assert_eq!(&*names.unique("bpf_redirect"), "bpf_redirect_1");
        assert_eq!(&*names.unique("vlan[0]"), "vlan_0");
        assert_eq!(&*names.unique("3com"), "_3com");
        assert_eq!(&*names.unique("a.b"), "a_b");
    }

    #[test]
    fn a_kept_name_is_for_one() {
        let mut names = Names::new();
        assert_eq!(&*names.unique("acl_action"), "acl_action");
        assert_eq!(&*names.kept("acl_action"), "acl_action");
        assert_eq!(&*names.kept("acl_action"), "acl_action_1");
    }

    #[test]
    fn shortest_takes_components_from_the_right() {
        let mut names = Names::new();
        assert_eq!(&*names.shortest("headers.ipv4"), "ipv4");
        assert_eq!(&*names.shortest("inner.ipv4"), "inner_ipv4");
        assert_eq!(&*names.shortest("inner.ipv4"), "inner_ipv4_1");
    }

    #[test]
    fn members_avoid_keywords_only() {
        let mut taken = Taken::default();
        assert_eq!(member("type", &mut taken), "type");
        assert_eq!(member("register", &mut taken), "register_");
        assert_eq!(member("type", &mut taken), "type_1");
    }
}
