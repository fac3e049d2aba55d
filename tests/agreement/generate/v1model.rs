//! The blocks of a `v1model` program, and the statements that only such programs have.

use super::scope::{HeaderVar, Pipeline, Scope, StructType, StructVar};
use super::{Arch, Blocks, Generator, Path};
use crate::tree::{Kind, Role, Tree, Ty};

/// Standard metadata that programs read.
const READ: [(&str, Ty); 5] = [
    ("ingress_port", Ty::Bit(9)),
    ("packet_length", Ty::Bit(32)),
    ("instance_type", Ty::Bit(32)),
    ("parser_error", Ty::Error),
    ("checksum_error", Ty::Bit(1)),
];
/// Standard metadata that programs write, and read.
const WRITTEN: [(&str, Ty); 2] = [("priority", Ty::Bit(3)), ("egress_spec", Ty::Bit(9))];

impl Generator {
    /// The user's and the standard metadata.
    pub(super) fn add_metadata(&self, scope: &mut Scope) {
        let var = StructVar { text: "meta".to_owned(), ty: self.metadata, writable: true };
        scope.add_struct(&self.header_types, &self.struct_types, var);
        // In a test run packets come by no port of the test's.
        let known = |(field, _): &(&str, Ty)| self.size.compiles.is_none() || *field != "ingress_port";
        for (field, ty) in READ.into_iter().filter(known) {
            *scope = scope.with(&format!("std.{field}"), ty, false);
        }
        // A packet that is sent where no device is takes its clones along.
        for (field, ty) in WRITTEN.into_iter().take(if self.size.copies { 1 } else { WRITTEN.len() }) {
            *scope = scope.with(&format!("std.{field}"), ty, true);
        }
    }

    pub(super) fn v1model_blocks(&mut self) -> Blocks {
        let mut blocks = vec![self.metadata_type()];
        let mut scope = self.header_scope("hdr", true);
        self.add_metadata(&mut scope);
        blocks.extend(self.parser("Prs", ", inout meta_t meta, inout standard_metadata_t std", scope));
        let subs = self.sub_controls(1);
        blocks.extend(subs);
        let signature = "inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std";
        let mut scope = self.header_scope("hdr", true);
        self.add_metadata(&mut scope);
        scope.exits = true;
        scope.pipeline = Some(Pipeline::Ingress);
        let port = self.random.between(1, 4);
        let first = format!("        std.egress_spec = {port};\n");
        let (ingress, probe) = self.switch("Swt", signature, &scope, &first, true);
        scope.pipeline = Some(Pipeline::Egress);
        let (egress, _) = self.switch("Egr", signature, &scope, "", false);
        let (verify, compute) = (self.checksums("verify_checksum"), self.checksums("update_checksum"));
        let user = "inout headers_t hdr, inout meta_t meta";
        for (name, body) in [("Ver", verify), ("Com", compute)] {
            let tree = Tree::new(Kind::Fixed).text(format!("control {name}({user}) {{\n    apply {{\n"));
            blocks.push(tree.tree(body).text("    }\n}\n\n"));
        }
        let deparser = self.deparser("Dep", "packet_out packet, in headers_t hdr", Default::default());
        blocks.extend([ingress, egress, deparser]);
        blocks
            .push(Tree::new(Kind::Fixed).text("V1Switch(Prs(), Ver(), Swt(), Egr(), Com(), Dep()) main;\n"));
        if !self.may(Path::Multicast) {
            return Blocks { probe, blocks };
        }
        for (session, port) in [(1, 5), (2, 6)] {
            self.entries.push(format!("mirroring_add {session} {port}"));
        }
        self.entries.push("mc_mgrp_create 1".to_owned());
        self.entries.push("mc_node_create 7 1 2 3".to_owned());
        self.entries.push("mc_node_associate 1 0".to_owned());
        Blocks { probe, blocks }
    }

    pub(super) fn metadata_type(&mut self) -> Tree {
        let types: Vec<Ty> = (0..self.random.between(1, 4)).map(|_| self.some_type()).collect();
        let mut tree = Tree::new(Kind::Fixed).text("struct meta_t {\n");
        let mut fields = Vec::new();
        for (i, ty) in types.iter().enumerate() {
            let kept =
                if self.arch == Arch::V1Model && self.random.percent(50) { "@field_list(1) " } else { "" };
            tree = tree.tree(Tree::item(format!("    {kept}{} f{i};\n", ty.text())));
            fields.push((format!(".f{i}"), *ty));
        }
        self.struct_types.push(StructType::plain("meta_t", fields));
        self.metadata = self.struct_types.len() - 1;
        tree.text("}\n")
    }

    fn checksums(&mut self, function: &str) -> Tree {
        let mut scope = self.header_scope("hdr", true);
        let meta = StructVar { text: "meta".to_owned(), ty: self.metadata, writable: true };
        scope.add_struct(&self.header_types, &self.struct_types, meta);
        let targets: Vec<String> = scope
            .vars
            .iter()
            .filter(|v| v.ty == Ty::Bit(16) && v.text.starts_with("hdr"))
            .map(|v| v.text.clone())
            .collect();
        let plain: Vec<&HeaderVar> =
            scope.headers.iter().filter(|h| self.header_types[h.ty].varbit.is_none()).collect();
        let mut out = Tree::new(Kind::Fixed);
        if targets.is_empty() || plain.is_empty() {
            return out;
        }
        for _ in 0..self.random.below(3) {
            let ty = plain[self.random.below(plain.len())].clone();
            let fields = self.header_types[ty.ty].fields.clone();
            // Data of whole bytes.
            let list: Vec<String> = fields.iter().map(|(field, _)| format!("{}.{field}", ty.text)).collect();
            let condition = self.expr(&scope, Ty::Bool, 2);
            let algorithm = self.random.of(&["csum16", "crc16", "xor16"]);
            out = out.tree(
                Tree::new(Kind::Statement)
                    .text(format!("        {function}("))
                    .tree(condition)
                    .text(format!(
                        ", {{ {} }}, {}, HashAlgorithm.{algorithm});\n",
                        list.join(", "),
                        self.random.of(&targets)
                    ))
                    .tag(if function.starts_with('v') {
                        "extern: verify_checksum"
                    } else {
                        "extern: update_checksum"
                    }),
            );
        }
        out
    }

    /// A statement that asks for something of the traffic manager, or of the library.
    pub(super) fn pipeline_statement(&mut self, scope: &Scope) -> Tree {
        if self.arch == Arch::Psa {
            return self.psa_statement(scope);
        }
        let ingress = scope.pipeline == Some(Pipeline::Ingress);
        let line = |text: &str| Tree::statement(format!("        {text}\n"));
        // A copy does not copy itself again.
        let once = |text: &str| line(&format!("if (std.instance_type == 0) {{ {text} }}"));
        let compiles = self.size.compiles.is_some();
        match self.random.below(9) {
            0 => line("mark_to_drop(std);").tag("v1model: mark_to_drop"),
            1 if ingress => {
                let port = self.random.below(6);
                line(&format!("std.egress_spec = {port};")).tag("v1model: egress_spec")
            }
            2 if ingress && self.may(Path::Multicast) => line("std.mcast_grp = 1;").tag("v1model: multicast"),
            3 if ingress && self.may(Path::CloneI2e) => {
                once("clone_preserving_field_list(CloneType.I2E, 1, 1);").tag("v1model: clone i2e")
            }
            3 if !ingress && self.may(Path::CloneE2e) => {
                once("clone_preserving_field_list(CloneType.E2E, 2, 1);").tag("v1model: clone e2e")
            }
            4 if ingress && compiles && self.may(Path::Recirculate) && self.random.percent(50) => {
                // At the end of egress nothing tells it from one that has just come.
                once("recirculate_preserving_field_list(1);").tag("v1model: recirculate")
            }
            4 if ingress => once("resubmit_preserving_field_list(1);").tag("v1model: resubmit"),
            4 if !compiles => once("recirculate_preserving_field_list(1);").tag("v1model: recirculate"),
            6 if !compiles || self.size.copies => {
                let length = self.random.between(14, 80);
                line(&format!("truncate({length});")).tag("v1model: truncate")
            }
            2..=6 if compiles => self.assignment(scope, 2),
            5 if ingress => {
                let fields: Vec<String> = scope
                    .vars
                    .iter()
                    .filter(|v| matches!(v.ty, Ty::Bit(w) if w <= 128) && !v.text.contains(".last"))
                    .map(|v| v.text.clone())
                    .collect();
                if fields.is_empty() {
                    return self.assignment(scope, 2);
                }
                let (a, b) = (self.random.of(&fields), self.random.of(&fields));
                line(&format!("digest(1, {{ {a}, {b} }});")).tag("v1model: digest")
            }
            _ => self.hash(scope),
        }
    }

    fn hash(&mut self, scope: &Scope) -> Tree {
        let targets: Vec<(String, u32)> = scope
            .vars
            .iter()
            .filter_map(|v| match v.ty {
                Ty::Bit(width) if v.writable && (16..=64).contains(&width) => Some((v.text.clone(), width)),
                _ => None,
            })
            .collect();
        if targets.is_empty() {
            return self.assignment(scope, 2);
        }
        let (target, width) = self.random.of(&targets);
        let algorithm = self.random.of(&[
            "crc16",
            "crc32",
            "csum16",
            "xor16",
            "identity",
            "crc16_custom",
            "crc32_custom",
        ]);
        let data = self.expr(scope, Ty::Bit(32), 2);
        let more = self.expr(scope, Ty::Bit(16), 2);
        Tree::new(Kind::Statement)
            .role(Role::Data)
            .text(format!("        hash({target}, HashAlgorithm.{algorithm}, {width}w3, {{ "))
            .tree(data)
            .text(", ")
            .tree(more)
            .text(format!(" }}, {width}w1000);\n"))
            .tag("v1model: hash")
    }
}
