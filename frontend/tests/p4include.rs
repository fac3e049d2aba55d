//! The includes that come with the compiler pass the front end without a finding, alone and twice, whatever version of
//! their interface is asked for; and what the library hands out may cross threads.

#![allow(clippy::disallowed_methods, reason = "it ends with the front end")]
use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::{Options, Preprocessed};
use p4xdp_frontend::source::{InMemory, SourceMap, embedded_names};
use p4xdp_frontend::{analyze, ast, hir};

#[test]
fn embedded_includes_are_right() {
    let versions = ["V1MODEL_VERSION=20180101", "V1MODEL_VERSION=20200408", "UBPF_MODEL_VERSION=20190101"];
    let names: Vec<&str> = embedded_names().collect();
    assert!(names.len() >= 12);
    for name in names {
        for version in versions {
            let text = format!("#include <{name}>\n#include <{name}>\n");
            let loader = InMemory::new().with("main.p4", text);
            let options = Options { defines: vec![version.to_owned()], ..Options::default() };
            let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
            let result = analyze("main.p4".as_ref(), &options, &loader, &mut sources, &mut sink);
            let mut found = Vec::new();
            render(sink.iter(), &sources, Format::Short, false, &mut found).unwrap();
            assert_eq!(String::from_utf8(found).unwrap(), "", "{name} with {version}");
            assert!(result.is_ok(), "{name} with {version}");
        }
    }
}

/// Our own models declare no name that a program of a user's would think of; v1model, PSA and PNA declare what their documents say.
#[test]
fn includes_declare_no_name_that_users_take() {
    let own = "parser parse() { state start { transition accept; } }
        control filter() { apply {} } control pipeline() { apply {} } control deparser() { apply {} }
        control deparse() { apply {} } control ingress() { apply {} } control egress() { apply {} } control switch_() { apply {} }
        struct headers {} struct metadata {} struct headers_t {} struct meta_t {} header ethernet_t {} header ipv4_t {}
        action drop() {} action forward() {} const bit<8> port = 1;";
    for name in ["core.p4", "xdp_model.p4", "xdp_ext.p4", "ebpf_model.p4", "ubpf_model.p4"] {
        let loader = InMemory::new().with("main.p4", format!("#include <{name}>\n{own}\n"));
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let result = analyze("main.p4".as_ref(), &Options::default(), &loader, &mut sources, &mut sink);
        let mut found = Vec::new();
        render(sink.iter(), &sources, Format::Short, false, &mut found).unwrap();
        assert!(result.is_ok(), "{name}: {}", String::from_utf8(found).unwrap());
    }
}

#[test]
fn results_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<SourceMap>();
    crosses::<Diagnostics>();
    crosses::<Preprocessed>();
    crosses::<ast::Program>();
    crosses::<hir::Program>();
}
