//! Random deparsers: headers in any order, some of them twice, never, or under conditions.

use super::Generator;
use crate::tree::{Kind, Tree, Ty};

impl Generator {
    pub(super) fn deparser(&mut self) -> Tree {
        let mut out =
            Tree::new(Kind::Fixed).text("control Dep(in headers_t hdr, packet_out packet) {\n    apply {\n");
        let scope = self.header_scope(false);
        if self.random.percent(15) {
            return out.text("        packet.emit(hdr);\n    }\n}\n\n");
        }
        let mut emitted: Vec<String> = vec!["hdr.probe".to_owned()];
        emitted.extend(self.headers.iter().map(|h| h.text.clone()));
        emitted.extend(self.stacks.iter().map(|s| s.text.clone()));
        // Mostly the order in which they are declared and extracted.
        if self.random.percent(50) {
            for i in (1..emitted.len()).rev() {
                let other = self.random.below(i + 1);
                emitted.swap(i, other);
            }
        }
        for text in emitted {
            if self.random.percent(8) {
                continue;
            }
            let times = if self.random.percent(4) { 2 } else { 1 };
            for _ in 0..times {
                let emit = format!("packet.emit({text});");
                out = out.tree(if self.random.percent(15) {
                    let condition = self.expr(&scope, Ty::Bool, 2);
                    Tree::new(Kind::Item)
                        .text("        if (")
                        .tree(condition)
                        .text(") {\n")
                        .tree(Tree::item(format!("            {emit}\n")))
                        .text("        }\n")
                } else {
                    Tree::item(format!("        {emit}\n"))
                });
            }
        }
        out.text("    }\n}\n\n")
    }
}
