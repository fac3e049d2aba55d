//! The blocks of a PSA program, and the statements and objects that only such programs have: two parsers, two controls, two deparsers,
//! and the metadata that goes between them on each of a packet's ways.

use super::scope::{Pipeline, Scope, StructType, StructVar};
use super::{Blocks, Generator, Path};
use crate::tree::{Kind, Role, Tree, Ty};

/// Metadata as numbers and truths that programs read: text, type, and in which of the controls.
const INGRESS: [(&str, Ty); 4] = [
    ("((bit<32>)istd.ingress_port)", Ty::Bit(32)),
    ("(istd.packet_path == PSA_PacketPath_t.RESUBMIT)", Ty::Bool),
    ("(istd.packet_path == PSA_PacketPath_t.RECIRCULATE)", Ty::Bool),
    ("istd.parser_error", Ty::Error),
];
const EGRESS: [(&str, Ty); 6] = [
    ("((bit<32>)istd.egress_port)", Ty::Bit(32)),
    ("((bit<8>)istd.class_of_service)", Ty::Bit(8)),
    ("((bit<16>)istd.instance)", Ty::Bit(16)),
    ("(istd.packet_path == PSA_PacketPath_t.CLONE_I2E)", Ty::Bool),
    ("(istd.packet_path == PSA_PacketPath_t.NORMAL_MULTICAST)", Ty::Bool),
    ("istd.parser_error", Ty::Error),
];

impl Generator {
    pub(super) fn psa_blocks(&mut self) -> Blocks {
        let mut blocks = vec![self.metadata_type(), self.carried_type()];
        let port = self.size.compiles.is_none().then_some(INGRESS[0]);
        let scope = self.parser_scope(&["resubmitted", "recirculated"], port);
        blocks.extend(self.parser(
            "Prs",
            ", inout meta_t meta, in psa_ingress_parser_input_metadata_t istd, in carried_t resubmitted, \
             in carried_t recirculated",
            scope,
        ));
        let subs = self.sub_controls(1);
        blocks.extend(subs);
        let mut scope = self.header_scope("hdr", true);
        self.add_struct_of(&mut scope, "meta", self.metadata, true);
        // In a test run packets come by no port of the test's.
        let known = INGRESS.iter().skip(usize::from(self.size.compiles.is_some()));
        let mut ingress = known.fold(scope.clone(), |s, (text, ty)| s.with(text, *ty, false));
        ingress = ingress.with("ostd.drop", Ty::Bool, true);
        ingress.exits = true;
        ingress.pipeline = Some(Pipeline::Ingress);
        let port = self.random.between(1, 4);
        let first = format!("        send_to_port(ostd, (PortId_t)32w{port});\n");
        let signature = "inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd, inout psa_ingress_output_metadata_t ostd";
        let (control, probe) = self.switch("Swt", signature, &ingress, &first, true);
        blocks.push(control);
        let tree = self.psa_deparser(
            "DepI",
            "packet_out packet, out carried_t cloned, out carried_t resubmitted, out carried_t normal, \
             inout headers_t hdr, in meta_t meta, in psa_ingress_output_metadata_t istd",
            &[
                ("cloned", "psa_clone_i2e(istd)"),
                (
                    "resubmitted",
                    if self.size.compiles.is_some() { "istd.resubmit" } else { "psa_resubmit(istd)" },
                ),
                ("normal", if self.size.compiles.is_some() { "!istd.drop" } else { "psa_normal(istd)" }),
            ],
        );
        blocks.push(tree);
        // Packets are made for the first parser.
        let plan = std::mem::take(&mut self.plan);
        let read = self.parser_scope(&["normal", "cloned", "again"], Some(EGRESS[0]));
        blocks.extend(self.parser(
            "PrsE",
            ", inout meta_t meta, in psa_egress_parser_input_metadata_t istd, in carried_t normal, in carried_t cloned, \
             in carried_t again",
            read,
        ));
        self.plan = plan;
        let mut egress = EGRESS.iter().fold(scope, |s, (text, ty)| s.with(text, *ty, false));
        egress = egress.with("ostd.drop", Ty::Bool, true);
        egress.exits = true;
        egress.pipeline = Some(Pipeline::Egress);
        let signature = "inout headers_t hdr, inout meta_t meta, in psa_egress_input_metadata_t istd, inout psa_egress_output_metadata_t ostd";
        let (control, _) = self.switch("Egr", signature, &egress, "", false);
        blocks.push(control);
        let tree = self.psa_deparser(
            "DepE",
            "packet_out packet, out carried_t cloned, out carried_t recirculated, inout headers_t hdr, in meta_t meta, \
             in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd",
            &[("cloned", "istd.clone"), ("recirculated", if self.size.compiles.is_some() { "!istd.drop" } else { "psa_recirculate(istd, edstd)" })],
        );
        blocks.push(tree);
        blocks.push(Tree::new(Kind::Fixed).text(
            "IngressPipeline(Prs(), Swt(), DepI()) ip;\nEgressPipeline(PrsE(), Egr(), DepE()) ep;\n\
             PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;\n",
        ));
        if !self.may(Path::Multicast) {
            return Blocks { probe, blocks };
        }
        for line in [
            "mirroring_add 1 5",
            "mirroring_add 2 6",
            "mc_mgrp_create 1",
            "mc_node_create 7 1 2 3",
            "mc_node_associate 1 0",
            "mirroring_add_mc 3 1",
        ] {
            self.entries.push(line.to_owned());
        }
        Blocks { probe, blocks }
    }

    /// What goes with a packet from one block to the next.
    fn carried_type(&mut self) -> Tree {
        let types: Vec<Ty> = (0..self.random.between(1, 3)).map(|_| self.some_type()).collect();
        let mut tree = Tree::new(Kind::Fixed).text("struct carried_t {\n");
        let mut fields = Vec::new();
        for (i, ty) in types.iter().enumerate() {
            tree = tree.tree(Tree::item(format!("    {} f{i};\n", ty.text())));
            fields.push((format!(".f{i}"), *ty));
        }
        self.struct_types.push(StructType::plain("carried_t", fields));
        self.carried = self.struct_types.len() - 1;
        tree.text("}\n")
    }

    fn add_struct_of(&self, scope: &mut Scope, name: &str, ty: usize, writable: bool) {
        let var = StructVar { text: name.to_owned(), ty, writable };
        scope.add_struct(&self.header_types, &self.struct_types, var);
    }

    fn parser_scope(&self, carried: &[&str], port: Option<(&str, Ty)>) -> Scope {
        let mut scope = self.header_scope("hdr", true);
        self.add_struct_of(&mut scope, "meta", self.metadata, true);
        for name in carried {
            self.add_struct_of(&mut scope, name, self.carried, false);
        }
        match port {
            Some((text, ty)) => scope.with(text, ty, false),
            None => scope,
        }
    }

    /// A deparser, which says what goes along, may learn, and sums.
    fn psa_deparser(&mut self, name: &str, signature: &str, carried: &[(&str, &str)]) -> Tree {
        let mut scope = self.header_scope("hdr", true);
        scope.calls = true;
        self.add_struct_of(&mut scope, "meta", self.metadata, false);
        let (mut objects, mut first) = (Tree::new(Kind::Fixed), Tree::new(Kind::Fixed));
        let path = if name == "DepI" { Path::CloneI2e } else { Path::CloneE2e };
        for (place, when) in carried {
            if *place == "cloned" && !self.may(path) {
                continue;
            }
            if self.random.percent(25) {
                continue;
            }
            let mut inner =
                Scope { vars: Vec::new(), headers: Vec::new(), stacks: Vec::new(), ..scope.clone() };
            self.add_struct_of(&mut inner, place, self.carried, true);
            let target = self.random.of(&inner.vars);
            let value = self.expr(&scope, target.ty, 2);
            first = first.tree(
                Tree::new(Kind::Statement)
                    .text(format!("        if ({when}) {{\n"))
                    .tree(
                        Tree::new(Kind::Statement)
                            .text(format!("        {} = ", target.text))
                            .tree(value)
                            .text(";\n"),
                    )
                    .text("        }\n")
                    .tag("psa: metadata that goes along"),
            );
        }
        if name == "DepI" && self.random.percent(30) {
            let name = self.fresh("learn");
            objects = objects.tree(Tree::item(format!("    Digest<carried_t>() {name};\n")));
            let list = self.list(&scope, self.carried);
            first = first.tree(
                Tree::new(Kind::Statement)
                    .text(format!("        {name}.pack("))
                    .tree(list)
                    .text(");\n")
                    .tag("psa: digest"),
            );
        }
        let targets = scope.written(Ty::Bit(16));
        if !targets.is_empty() && self.random.percent(50) {
            let (name, target) = (self.fresh("sum"), self.random.of(&targets));
            let (kind, add) = self.random.of(&[
                ("InternetChecksum()", "add"),
                ("InternetChecksum()", "subtract"),
                ("Checksum<bit<16>>(PSA_HashAlgorithm_t.CRC16)", "update"),
                ("Checksum<bit<16>>(PSA_HashAlgorithm_t.ONES_COMPLEMENT16)", "update"),
            ]);
            objects = objects.tree(Tree::item(format!("    {kind} {name};\n")));
            for _ in 0..self.random.between(1, 2) {
                let (a, b) = (self.expr(&scope, Ty::Bit(16), 2), self.expr(&scope, Ty::Bit(32), 1));
                first = first.tree(
                    Tree::new(Kind::Statement)
                        .role(Role::Data)
                        .text(format!("        {name}.{add}({{ "))
                        .tree(a)
                        .text(", ")
                        .tree(b)
                        .text(" });\n")
                        .tag("psa: checksum"),
                );
            }
            first = first.tree(Tree::statement(format!("        {target} = {name}.get();\n")));
        }
        if self.random.percent(30) {
            let tree = self.assignment(&scope, 2);
            first = first.tree(tree.tag("psa: assignment in a deparser"));
        }
        self.deparser(name, signature, (objects, first))
    }

    /// A statement that asks for something of the packet buffer, or of the library.
    pub(super) fn psa_statement(&mut self, scope: &Scope) -> Tree {
        let ingress = scope.pipeline == Some(Pipeline::Ingress);
        let line = |text: &str| Tree::statement(format!("        {text}\n"));
        let (session, compiles) = (self.random.between(1, 3), self.size.compiles.is_some());
        let clone = format!("ostd.clone = true; ostd.clone_session_id = (CloneSessionId_t)16w{session};");
        // What goes round does so once.
        let once = |path: &str, text: &str| {
            line(&format!("if (istd.packet_path == PSA_PacketPath_t.{path}) {{ {text} }}"))
        };
        match self.random.below(8) {
            0 if ingress => line("ingress_drop(ostd);").tag("psa: ingress_drop"),
            0 => line("egress_drop(ostd);").tag("psa: egress_drop"),
            1 if ingress && compiles && self.may(Path::CloneI2e) => {
                once("NORMAL", &clone).tag("psa: clone i2e")
            }
            1 if ingress && self.may(Path::CloneI2e) => line(&clone).tag("psa: clone i2e"),
            1 if !ingress && self.may(Path::CloneE2e) => once("NORMAL_UNICAST", &clone).tag("psa: clone e2e"),
            2 if ingress => once("NORMAL", "ostd.resubmit = true; ostd.drop = false;").tag("psa: resubmit"),
            3 if ingress && self.may(Path::Recirculate) => {
                once("NORMAL", "send_to_port(ostd, PSA_PORT_RECIRCULATE);").tag("psa: recirculate")
            }
            4 if ingress && self.may(Path::Multicast) => {
                line("multicast(ostd, (MulticastGroup_t)32w1);").tag("psa: multicast")
            }
            5 if ingress => {
                let value = self.expr(scope, Ty::Bit(2), 1);
                around("send_to_port(ostd, (PortId_t)(bit<32>)", value, ")").tag("psa: send_to_port")
            }
            6 if ingress => {
                let value = self.expr(scope, Ty::Bit(8), 1);
                around("ostd.class_of_service = (ClassOfService_t)", value, "").tag("psa: class of service")
            }
            1 | 3 | 4 if compiles => self.assignment(scope, 2),
            _ => self.psa_hash(scope),
        }
    }

    fn psa_hash(&mut self, scope: &Scope) -> Tree {
        let Some((name, width)) = scope.hashes.first().cloned() else { return self.assignment(scope, 2) };
        let targets = scope.written(Ty::Bit(width));
        if targets.is_empty() {
            return self.assignment(scope, 2);
        }
        let (a, b) = (self.expr(scope, Ty::Bit(32), 2), self.expr(scope, Ty::Bit(16), 1));
        let within = self.random.percent(40);
        let (before, after) =
            if within { (format!("{width}w5, "), format!(", {width}w100")) } else { Default::default() };
        Tree::new(Kind::Statement)
            .role(Role::Data)
            .text(format!("        {} = {name}.get_hash({before}{{ ", self.random.of(&targets)))
            .tree(a)
            .text(", ")
            .tree(b)
            .text(format!(" }}{after});\n"))
            .tag("psa: hash")
    }
}

/// A statement around a value.
fn around(before: &str, value: Tree, behind: &str) -> Tree {
    Tree::new(Kind::Statement).text(format!("        {before}")).tree(value).text(format!("{behind};\n"))
}
