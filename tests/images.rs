//! Images: objects as OCI images, which others' tools read, and out of which the very object comes again and is loaded; and what can be held of the server's
//! image where no container engine is.
//!
//! Needs root, iproute2, clang, bpftool, umoci, skopeo and python3.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use p4xdp_test_support::command::{self, build, run, sh};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::{root, space};
use serde_json::{Value, json};
use std::path::Path;

/// Two ports for `p4xdp serve`.
const PORTS: &str = "ip link set lo up
    for n in 1 2; do
        ip link add sw$n index 100$n type veth peer name h$n index 101$n
        ip link set sw$n up
        ip link set h$n up
    done";

fn can(commands: &[&'static str]) -> bool {
    let needs: Vec<Need> = commands.iter().map(|command| Need::Command(command)).collect();
    are_met(&[&[Need::Root], &needs[..]].concat())
}

/// What a script of the repository prints.
fn said_by(script: &str, words: &[&str]) -> String {
    let script = root().join(script);
    run(&[&[script.to_str().unwrap()], words].concat()).trim_end().to_owned()
}

/// The image of an example's object, held against what the kernel says of the object that comes out of it.
#[track_caller]
fn image(program: &str, programs: &Value) {
    if !can(&["ip", "unshare", "mount", "bpftool", "umoci", "skopeo", "python3", "tar"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let object = build(program, folder.path());
    let name = Path::new(&object).file_name().unwrap().to_str().unwrap();
    let layout = folder.path().join("layout");
    let layout = layout.to_str().unwrap();
    let make = |tag: &str| said_by("deploy/oci/image", &[&object, &format!("{layout}:{tag}")]);
    let digest = make("1");
    assert_eq!([make("1"), make("2")], [digest.clone(), digest.clone()], "it is the same image");

    let inspect = |words: &[&str]| -> Value {
        let image = format!("oci:{layout}:1");
        serde_json::from_str(&run(&[&["skopeo", "inspect"], words, &[&image]].concat())).unwrap()
    };
    let seen = inspect(&[]);
    assert_eq!(digest, seen["Digest"].as_str().unwrap());
    let label =
        |name: &str| -> Value { serde_json::from_str(seen["Labels"][name].as_str().unwrap()).unwrap() };
    assert_eq!(label("io.ebpf.programs"), *programs);
    let maps = label("io.ebpf.maps");

    // One layer, and in it one file: bpfman takes the first.
    let manifest = inspect(&["--raw"]);
    let layers = manifest["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 1, "{manifest}");
    assert_eq!(layers[0]["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip");
    let hash = layers[0]["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let layer = format!("{layout}/blobs/sha256/{hash}");
    assert_eq!(run(&["tar", "-tzf", &layer]).trim_end(), name);
    let out = folder.path().join("out");
    // umoci checks all that the layout says of itself when it unpacks it.
    sh(&format!("umoci raw unpack --image {layout}:2 {}", out.display()));
    assert_eq!(std::fs::read(out.join(name)).unwrap(), std::fs::read(&object).unwrap());

    // The object is loaded, and its maps are of the types that the label says.
    let said = space::script(
        &out,
        &format!(
            "{PORTS}
            $P load {name} 1=sw1 2=sw2 >/dev/null
            for pin in $(find /sys/fs/bpf/p4xdp -type f); do bpftool -j map show pinned $pin 2>/dev/null && echo || true; done"
        ),
    );
    let mut found = 0;
    for line in said.lines().filter(|line| line.starts_with("{\"id\"")) {
        let map: Value = serde_json::from_str(line).unwrap();
        let (name, kind) = (map["name"].as_str().unwrap(), map["type"].as_str().unwrap());
        // The kernel keeps 15 characters of a name.
        let all = maps.as_object().unwrap();
        if let Some((_, said)) = all.iter().find(|(full, _)| full[..full.len().min(15)] == *name) {
            assert_eq!(said.as_str().unwrap().replace("per_cpu", "percpu"), kind, "{name}");
            found += 1;
        }
    }
    assert!(found >= 3, "{found} maps of {maps} in {said}");
}

#[test]
fn the_image_of_a_program() {
    image("examples/switch/switch.p4", &json!({ "switch_": "xdp" }));
}

#[test]
fn the_image_of_several_programs() {
    image("examples/learn/learn.p4", &json!({ "learn": "xdp", "learn_copy": "xdp" }));
}

/// What is no object makes no image.
#[test]
fn no_image_of_other_files() {
    if !can(&["bpftool", "python3"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("layout");
    let script = root().join("deploy/oci/image");
    let readme = root().join("README.md");
    let output =
        command::output(&[script.to_str().unwrap(), readme.to_str().unwrap(), layout.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("is no object for BPF"), "{said}");
    assert!(!layout.exists());
}

/// Versions stand in several files, and the image has the libraries that the binary wants.
#[test]
fn what_is_said_twice_agrees() {
    let read = |path: &str| std::fs::read_to_string(root().join("deploy").join(path)).unwrap();
    let dockerfile = read("Dockerfile");
    let version = env!("CARGO_PKG_VERSION");
    assert!(dockerfile.contains(&format!("-t p4xdp:{version} ")), "{dockerfile}");
    assert!(
        dockerfile.contains(&format!("FROM rust:{}-bookworm", env!("CARGO_PKG_RUST_VERSION"))),
        "{dockerfile}"
    );

    // Those of Debian's smallest image, and those of the packages that are installed beside them.
    let there = ["libc.so", "libm.so", "libgcc_s.so", "ld-linux"];
    let installed = [("libelf.so", "libelf1"), ("libz.so", "zlib1g")];
    let said = run(&["readelf", "-d", command::binary()]);
    let needed: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1))
        .collect();
    assert!(!needed.is_empty(), "{said}");
    for library in needed {
        let package = installed.iter().find(|(name, _)| library.starts_with(name));
        let known = there.iter().any(|name| library.starts_with(name));
        assert!(known || package.is_some_and(|(_, package)| dockerfile.contains(package)), "{library}");
    }
}
