//! Rules of the project that no lint knows: every dependency is used, tests ask one place whether they may be skipped, externs are known by
//! name in their rooms only, rooms of a crate need one another in one direction, and recipes name files that there are.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp_frontend::hir::FunctionKind;
use p4xdp_test_support::program::of_text;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Folders that have a Cargo.toml.
const CRATES: [&str; 13] = [
    ".",
    "frontend",
    "midend",
    "backend-xdp",
    "control",
    "cost",
    "runtime",
    "packet-tests",
    "p4runtime",
    "server",
    "metrics",
    "tests/support",
    "fuzz",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Dependencies of the sections whose name ends so, as a Cargo.toml of ours lists them: one a line.
fn dependencies<'a>(manifest: &'a str, section: &str) -> BTreeSet<&'a str> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            inside = header.trim_end().trim_end_matches(']').ends_with(section);
        } else if inside && line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            found.insert(line.split(['.', ' ', '=']).next().unwrap());
        }
    }
    found
}

/// All Rust files of a crate, without those of crates below it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.join("Cargo.toml").exists() && !path.ends_with("target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The words of the crate's Rust outside comments, with files of other crates that it takes in by `#[path]`.
fn words(folder: &Path) -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(folder, &mut files);
    let mut words = BTreeSet::new();
    while let Some(file) = files.pop() {
        let text = std::fs::read_to_string(&file).unwrap();
        let paths = text.split("#[path = \"").skip(1).filter_map(|rest| rest.split('"').next());
        files.extend(paths.map(|path| file.with_file_name(path)).filter(|path| path.is_file()));
        // Examples in documentation are compiled too, but what only they use is listed for nothing.
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let parts = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(parts.filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_dependency_is_used() {
    let mut unused = Vec::new();
    let mut inherited = BTreeSet::new();
    for folder in CRATES {
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let own = manifest.replace("[workspace.dependencies]", "[workspace.all]");
        let words = words(&root().join(folder));
        let listed = dependencies(&own, "dependencies");
        assert!(listed.len() > 1, "{folder}: {listed:?}");
        for name in &listed {
            if !words.contains(&name.replace('-', "_")) {
                unused.push(format!("{folder}: {name}"));
            }
        }
        inherited.extend(listed.iter().map(|name| (*name).to_owned()));
    }
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for name in dependencies(&workspace, "workspace.dependencies") {
        if !inherited.contains(name) {
            unused.push(format!("workspace: {name}"));
        }
    }
    assert!(unused.is_empty(), "nothing uses {unused:?}");
}

/// The files of all crates' tests.
fn test_sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in CRATES {
        let tests = root().join(folder).join("tests");
        if tests.is_dir() {
            sources(&tests, &mut files);
        }
    }
    files
}

/// `p4xdp_test_support::needs` alone knows when a test may be skipped.
#[test]
fn one_rule_about_skipping() {
    let files = test_sources();
    assert!(files.len() > 30, "{files:?}");
    let asked = [
        ["var_os(\"", "CI\")"].concat(),
        ["var(\"", "CI\")"].concat(),
        ["geteu", "id"].concat(),
        ["MetadataExt::", "uid"].concat(),
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for words in &asked {
            assert!(!text.contains(words), "{}: `{words}`: ask p4xdp_test_support::needs", file.display());
        }
    }
}

/// Where externs are known by name: in the registry of each stage, and in the files that say what each of them is. What the front end has to
/// know stands in the `.rules` files beside the includes.
const ROOMS_OF_EXTERNS: [&str; 5] = [
    "midend/src/arch.rs",
    "midend/src/interp/arch/",
    "midend/src/interp/externs",
    "backend-xdp/src/externs",
    // C's side of them.
    "backend-xdp/src/c/prelude.rs",
];

/// Words that are no externs where they stand, although there are externs of the same name. Control planes and packet tests have many: their
/// crates are left out.
const ORDINARY_WORDS: [(&str, &str); 6] = [
    // `#assert`, which C's preprocessor once had.
    ("frontend/src/preprocess/directive.rs", "assert"),
    // P4_14.
    ("frontend/src/parse/syntax_error.rs", "action_profile"),
    // C's keyword.
    ("backend-xdp/src/names.rs", "register"),
    // Fields of metadata.
    ("backend-xdp/src/arch/psa.rs", "clone"),
    ("backend-xdp/src/arch/psa.rs", "resubmit"),
    ("backend-xdp/src/arch/ubpf_model.rs", "clone"),
];

/// The extern types and functions that an include declares; what the language's core has is no extern of an architecture.
fn declared_externs(include: &str) -> BTreeSet<String> {
    let program = of_text("main", &format!("#include <{include}>\n")).check().unwrap();
    let types = program.externs.values().map(|declared| &declared.name);
    let functions = program.functions.values().filter(|f| f.kind == FunctionKind::Extern).map(|f| &f.name);
    types.chain(functions).map(|named| named.name.to_string()).collect()
}

/// Names of externs stand in the registries of the stages and in the files of the externs.
#[test]
fn externs_are_known_in_their_rooms() {
    let mut names = BTreeSet::new();
    for include in ["ebpf_model.p4", "pna.p4", "psa.p4", "ubpf_model.p4", "v1model.p4", "xdp_model.p4"] {
        names.extend(declared_externs(include));
    }
    let core = declared_externs("core.p4");
    names.retain(|name| !core.contains(name));
    // Functions that programs declare themselves.
    names.extend(["tcp_conntrack", "verify_ipv4_checksum", "incremental_checksum"].map(str::to_owned));
    for sure in ["CounterArray", "Register", "csum_replace2", "hash", "log_msg", "meter", "register"] {
        assert!(names.contains(sure), "{sure} is not among {names:?}");
    }
    let mut files = Vec::new();
    for stage in ["frontend", "midend", "backend-xdp"] {
        sources(&root().join(stage).join("src"), &mut files);
    }
    let (mut strangers, mut met) = (Vec::new(), BTreeSet::new());
    for file in files {
        let place = file.strip_prefix(root()).unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        // Unit tests write programs.
        let text = text.split("#[cfg(test)]").next().unwrap();
        for name in names.iter().filter(|name| text.contains(&format!("\"{name}\""))) {
            if place.ends_with("tests.rs") || place.contains("/tests/") {
                continue;
            }
            if ROOMS_OF_EXTERNS.iter().any(|room| place.starts_with(room)) {
                met.insert(name);
            } else if !ORDINARY_WORDS.contains(&(place, name.as_str())) {
                strangers.push(format!("{place}: {name}"));
            }
        }
    }
    assert!(strangers.is_empty(), "known outside their rooms: {strangers:#?}");
    assert!(met.len() > 50, "{met:?}");
}

/// What tests share stands in `tests/support` alone. What is behind the words is what a test says instead.
#[test]
fn tests_share_in_one_place() {
    let files = test_sources();
    let shared = [
        (["CARGO_BIN", "_EXE"].concat(), "command::p4xdp"),
        (["Command::new(\"unsh", "are"].concat(), "space::script"),
        (["Command::new(\"bpf", "tool"].concat(), "bpftool"),
        (["\"ip\", \"net", "ns"].concat(), "space::Space"),
        (["NetNs", "::new"].concat(), "space::inside"),
        (["#[path = \"../../", ""].concat(), "p4xdp_test_support"),
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (words, instead) in &shared {
            assert!(!text.contains(words), "{}: `{words}`: use {instead}", file.display());
        }
    }
}

/// Every folder of `testdata` is in the recipe for tests, so that one finds where a test goes.
#[test]
fn the_recipe_for_tests_has_every_folder() {
    let text = std::fs::read_to_string(root().join("docs/extending.md")).unwrap();
    for entry in std::fs::read_dir(root().join("testdata")).unwrap() {
        let name = format!("testdata/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(text.contains(&format!("`{name}")), "docs/extending.md lacks `{name}`");
    }
}

/// What `docs/extending.md` names is there. `NAME` stands for the name of what is added.
#[test]
fn recipes_name_files_that_there_are() {
    let text = std::fs::read_to_string(root().join("docs/extending.md")).unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    let paths: Vec<&str> = quoted.filter(|word| word.contains('/') && !word.contains("NAME")).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "docs/extending.md: there is no `{path}`");
    }
}

/// Rooms that may know which storages of tables there are: a file a strategy, and the registry of each stage.
const ROOMS_OF_STORAGE: [&str; 5] = [
    "control/src/storage/",
    "runtime/src/storage.rs",
    "runtime/src/storage/",
    "backend-xdp/src/tables/",
    "backend-xdp/src/header/storage.rs",
];

/// Kinds of storages of tables are told apart in their rooms only; everybody else asks the strategy.
#[test]
fn storages_are_known_in_their_rooms() {
    let kinds: Vec<String> = ["Hash", "Array", "LpmTrie", "BitVectors", "TupleSpace"]
        .iter()
        .flat_map(|kind| [format!("Storage::{kind}"), format!("Kind::{kind}")])
        .collect();
    let mut files = Vec::new();
    for folder in ["control", "runtime", "backend-xdp", "packet-tests", "midend", "."] {
        sources(&root().join(folder).join("src"), &mut files);
    }
    assert!(files.len() > 200, "{}", files.len());
    let (mut strangers, mut met) = (Vec::new(), BTreeSet::new());
    for file in files {
        let place = file.strip_prefix(root()).unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        for kind in kinds.iter().filter(|kind| text.contains(&format!("{kind}("))) {
            if ROOMS_OF_STORAGE.iter().any(|room| place.starts_with(room)) {
                met.insert(kind.rsplit("::").next());
            } else {
                strangers.push(format!("{place}: {kind}"));
            }
        }
    }
    assert!(strangers.is_empty(), "known outside their rooms: {strangers:#?}");
    assert_eq!(met.len(), 5, "{met:?}");
}

/// The modules of a crate's root, and which others of them each names.
fn rooms(crate_folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = root().join(crate_folder).join("src");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(&folder).unwrap().to_str().unwrap();
        let room = place.split('/').next().unwrap().trim_end_matches(".rs");
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let named = rooms.entry(room.to_owned()).or_default();
        for behind in code.join("\n").split("crate::").skip(1) {
            let names = match behind.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap().split(',').collect(),
                None => vec![behind],
            };
            let first = |name: &str| {
                let end = |c: char| !c.is_alphanumeric() && c != '_';
                name.trim_start().split(end).next().unwrap().to_owned()
            };
            named.extend(names.into_iter().map(first));
        }
    }
    // The root names them all, which is its business.
    rooms.remove("lib");
    let known: BTreeSet<String> = rooms.keys().cloned().collect();
    for (room, named) in &mut rooms {
        named.retain(|other| known.contains(other) && other != room);
    }
    rooms
}

/// The rooms that one needs, and those that they need.
fn reached<'a>(rooms: &'a BTreeMap<String, BTreeSet<String>>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(room) = open.pop() {
        open.extend(rooms[room].iter().map(String::as_str).filter(|needed| found.insert(*needed)));
    }
    found
}

/// Whoever reads a room has to read those that it needs, and not the whole crate.
#[test]
fn rooms_need_one_another_in_one_direction() {
    let mut arrows = 0;
    for folder in
        ["frontend", "midend", "backend-xdp", "control", "runtime", "packet-tests", "p4runtime", "metrics"]
    {
        let rooms = rooms(folder);
        arrows += rooms.values().map(BTreeSet::len).sum::<usize>();
        let is_in_circle = |room: &&str| reached(&rooms, room).contains(room);
        let circles: Vec<&str> = rooms.keys().map(String::as_str).filter(is_in_circle).collect();
        assert!(circles.is_empty(), "{folder}: in circles are {circles:?} of {rooms:#?}");
    }
    assert!(arrows > 100, "{arrows}");
}

/// What was written (AST) and what it means (HIR) end with elaboration: whoever comes behind it has the IR alone.
#[test]
fn trees_of_the_front_end_end_with_elaboration() {
    let mut files = Vec::new();
    for folder in [
        "backend-xdp",
        "control",
        "p4runtime",
        "packet-tests",
        "runtime",
        "midend/src/ir",
        "midend/src/passes",
        "midend/src/interp",
    ] {
        sources(&root().join(folder), &mut files);
    }
    assert!(files.len() > 100, "{}", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for tree in ["ast", "hir", "parse", "typecheck"] {
            let words = format!("p4xdp_frontend::{tree}");
            assert!(!text.contains(&words), "{}: {words}", file.display());
        }
    }
}
