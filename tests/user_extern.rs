//! Extern functions that the user defines in C: called with the values that P4 gives, and checked against the P4 declaration.
//!
//! Needs root and clang.
#![allow(clippy::expect_used, reason = "it is a test")]

use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::needs::{Need, met};
use std::process::Output;

fn test(extra: &[&str]) -> Output {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/extern/");
    p4xdp()
        .args(["test", &format!("{here}mix.p4"), &format!("{here}mix.stf"), "--engine", "kernel"])
        .args(extra)
        .output()
        .expect("the binary runs")
}

#[test]
fn the_users_function_is_called() {
    if !met("the_users_function_is_called", &[Need::Root]) {
        return;
    }
    let output = test(&["--extern", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/extern/mix.c")]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 passed, 0 failed\n");
}

#[test]
fn without_it_the_program_is_refused() {
    let output = test(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("E0523"));
    assert_eq!(test(&["--extern", "/nonexistent.c"]).status.code(), Some(2));
}

#[test]
fn a_function_of_another_type_is_told() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let wrong = dir.path().join("wrong.c");
    std::fs::write(&wrong, "static __u32 mix(__u32 a) { return a; }\n").expect("writable");
    let output = test(&["--extern", &wrong.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("mix"), "{text}");
}

/// Builds the program with this C as its extern functions: what it says, its status, and the generated C.
fn build(name: &str, c: &str) -> (Output, String) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join(name);
    std::fs::write(&file, c).expect("writable");
    let output = p4xdp()
        .args(["build", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/extern/mix.p4"), "-o"])
        .arg(dir.path())
        .arg("--extern")
        .arg(&file)
        .output()
        .expect("the binary runs");
    let generated = std::fs::read_to_string(dir.path().join("mix.c")).unwrap_or_default();
    (output, generated)
}

#[test]
fn the_users_c_stays_as_it_is() {
    let c = "static __u32 seen;

__u16 mix(__u32 a, __u8 b)
{
	if (a == 0)
		goto zero;
if (seen++ > 3) {
}
unused:
	seen = 5;


	/* three empty lines */
	return a + b;
zero: /* a label with a comment */
	goto unused;
}
";
    let (output, generated) = build("users.c", c);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(generated.contains(c), "{generated}");
}

#[test]
fn a_name_in_a_comment_is_no_definition() {
    let (output, _) =
        build("comment.c", "/* mix(a, b) is elsewhere */\nstatic __u8 other(void) { return 0; }\n");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("E0523") && text.contains("`mix`") && text.contains("mix.p4:27:"), "{text}");
}

#[test]
fn warnings_and_errors_of_the_users_c_are_shown_at_their_places() {
    let c = "__u16 mix(__u32 a, __u8 b)\n{\n\tint left_over;\n\treturn a + b;\n}\n";
    let (output, _) = build("noisy.c", c);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("noisy.c:3:6: warning: unused variable 'left_over'"), "{text}");
    let c = "static int helper(int);\n__u16 mix(__u32 a, __u8 b)\n{\n\treturn helper(a) + b;\n}\n";
    let (output, _) = build("helper.c", c);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("helper.c:1:12: function 'helper' has internal linkage but is not defined"),
        "{text}"
    );
    let (output, _) = build("wrong.c", "__u16 mix(__u32 a, __u8 b)\n{\n\treturn a + c;\n}\n");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("wrong.c:3:13: use of undeclared identifier 'c'"), "{text}");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("clang refused") && text.contains("wrong.c"), "{text}");
}
