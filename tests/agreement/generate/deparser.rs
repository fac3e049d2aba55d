//! Random deparsers: headers in any order, some of them twice, never, or under conditions.

use super::Generator;
use crate::tree::{Kind, Tree, Ty};

impl Generator {
    /// A deparser with objects in front of its body, and statements at its beginning.
    pub(super) fn deparser(&mut self, name: &str, signature: &str, (objects, first): (Tree, Tree)) -> Tree {
        let out = Tree::new(Kind::Fixed).text(format!("control {name}({signature}) {{\n")).tree(objects);
        let mut out = out.text("    apply {\n").tree(first);
        let scope = self.header_scope("hdr", false);
        if self.random.percent(15) {
            let all = Tree::statement("        packet.emit(hdr);\n").tag("deparser: emit of all");
            return out.tree(all).text("    }\n}\n\n");
        }
        let mut emitted: Vec<String> = vec!["hdr.probe".to_owned()];
        let single = scope.headers.iter().filter(|h| !h.in_union && !h.text.contains('['));
        emitted.extend(single.map(|h| h.text.clone()));
        emitted.extend(scope.stacks.iter().map(|s| s.text.clone()));
        emitted.extend(scope.unions.iter().map(|u| u.text.clone()));
        emitted.extend(scope.union_stacks.iter().map(|s| s.text.clone()));
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
                    Tree::new(Kind::Statement)
                        .text("        if (")
                        .tree(condition)
                        .text(") {\n")
                        .tree(Tree::statement(format!("            {emit}\n")))
                        .text("        }\n")
                        .tag("deparser: emit under a condition")
                } else {
                    Tree::statement(format!("        {emit}\n")).tag("deparser: emit")
                });
            }
        }
        out.text("    }\n}\n\n")
    }
}
