//! Every way in which a program can grow. In: the name of a family and a size n. Out: a P4 program of that family whose text grows in
//! proportion to n, save for the families that stay small and ask for much. What the families are is data: `families.txt`.
//!
//! The bench shows how time grows with n; a test runs small members. Nothing here is taken from an existing program.

mod template;

use std::collections::BTreeMap;

/// One way to grow.
pub struct Family {
    pub name: &'static str,
    /// What stands in its programs besides what every program has, by the words that `families.txt` begins with.
    parts: BTreeMap<&'static str, String>,
}

/// All families, by what grows.
#[must_use]
pub fn families() -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    let mut part = "";
    for line in include_str!("families.txt").lines() {
        let text = line.trim_start();
        match line.len() - text.len() {
            _ if text.is_empty() => {}
            0 if text.starts_with('#') => {}
            0 => families.push(Family { name: text, parts: BTreeMap::new() }),
            indent => {
                let family = families.last_mut().expect("a part stands behind a name");
                let mut rest = text;
                if indent == 2 {
                    (part, rest) = text.split_once(' ').unwrap_or((text, ""));
                }
                let whole = family.parts.entry(part).or_default();
                whole.push_str(rest);
                whole.push('\n');
            }
        }
    }
    families
}

impl Family {
    /// The program of size n.
    #[must_use]
    pub fn make(&self, n: usize) -> String {
        let part = |name: &str| self.parts.get(name).map(|text| template::expand(text, n));
        let [declare, locals, run, parser, parse, emit] =
            ["declare", "locals", "run", "parser", "parse", "emit"]
                .map(|name| part(name).unwrap_or_default());
        let types = part("types").unwrap_or_else(|| "struct s { h h; }\n".into());
        let end = if parse.contains("transition") { "" } else { "transition accept;" };
        format!(
            "#include <core.p4>\n#include <xdp_model.p4>\nheader h {{ bit<8> a; bit<16> b; bit<32> c; }}\n{types}{declare}\
             parser p(packet_in b, out s x) {{\n{parser}state start {{ b.extract(x.h);\n{parse}\n{end}}}\n}}\n\
             control c(inout s x, in xdp_input i, out xdp_output o) {{\n{locals}apply {{\no.output_action = xdp_action.XDP_PASS; \
             o.output_port = 0;\n{run}\n}}\n}}\n\
             control d(in s x, packet_out b) {{ apply {{ b.emit(x.h);\n{emit}\n}} }}\nxdp(p(), c(), d()) main;\n"
        )
    }
}
