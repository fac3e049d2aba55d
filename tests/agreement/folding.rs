//! Constants against arithmetic at run time: random formulas whose operands are constants, and the same with operands that come out of a
//! packet. In, a number of programs; out, how many formulas, and which disagree. Each formula is computed three times: of fields, of
//! constants where it stands, and as a constant of the program; all of that before the passes and after them.

use crate::engines::{Ending, Failure, elaborated, guarded};
use crate::generate::formula::{Formulas, Operand, formulas, mark};
use crate::tree::{Tree, Ty};
use p4xdp_midend::ir::Program;
use p4xdp_midend::passes::PASSES;
use p4xdp_packet_tests::interp::InterpEngine;
use std::collections::BTreeMap;

/// Formulas of a program.
const FORMULAS: usize = 8;

/// What a run saw.
#[derive(Debug, Default)]
pub struct Folding {
    /// Formulas that were computed.
    pub formulas: usize,
    /// What disagrees, with a small example.
    pub differences: Vec<String>,
    /// What the formulas were made of.
    pub constructs: BTreeMap<&'static str, (usize, usize)>,
}

/// Runs so many programs.
pub fn run(first: u64, programs: u64) -> Folding {
    let mut found = Folding::default();
    let progress = p4xdp_test_support::progress::Progress::new("constant folding against run time", programs);
    for seed in first..first + programs {
        progress.step();
        let made = formulas(seed, FORMULAS);
        found.formulas += made.formulas.len();
        for (_, tree) in &made.formulas {
            let mut count = BTreeMap::new();
            tree.constructs(&mut count);
            for (construct, times) in count {
                let entry = found.constructs.entry(construct).or_default();
                *entry = (entry.0 + 1, entry.1 + times);
            }
        }
        if let Some(difference) = difference(&made) {
            let (small, difference) = smallest(made, difference);
            found.differences.push(format!("seed {seed}: {difference}\n{}\n", text(&small)));
        }
    }
    found
}

/// The program that computes the formulas.
fn text(made: &Formulas) -> String {
    let mut out = "#include <xdp_model.p4>\n".to_owned();
    crate::generate::enums().iter().for_each(|tree| out.push_str(&tree.print()));
    let given: Vec<Ty> = made.operands.iter().map(|o| o.ty).collect();
    let results: Vec<Ty> = made.formulas.iter().map(|(ty, _)| *ty).collect();
    out.push_str(&header("in_t", &given));
    out.push_str(&header("out_t", &results));
    out.push_str("struct headers_t { in_t i; out_t fields; out_t inline; out_t constant; }\n");
    for (at, operand) in made.operands.iter().enumerate() {
        out.push_str(&format!("const {} K{at} = {};\n", operand.ty.text(), literal(operand)));
    }
    let of = |tree: &Tree, name: &dyn Fn(usize) -> String| {
        let mut text = tree.print();
        for at in 0..made.operands.len() {
            text = text.replace(&mark(at), &name(at));
        }
        text
    };
    let constant = |at: usize| format!("K{at}");
    for (at, (ty, tree)) in made.formulas.iter().enumerate() {
        out.push_str(&format!("const {} R{at} = {};\n", ty.text(), of(tree, &constant)));
    }
    out.push_str(
        "parser Prs(packet_in packet, out headers_t hdr) { state start { packet.extract(hdr.i); transition accept; } }\n\
         control Swt(inout headers_t hdr, in xdp_input imd, out xdp_output omd) {\n    apply {\n        \
         omd.output_action = xdp_action.XDP_PASS;\n        hdr.fields.setValid();\n        hdr.inline.setValid();\n        \
         hdr.constant.setValid();\n",
    );
    for (at, (_, tree)) in made.formulas.iter().enumerate() {
        out.push_str(&format!("        hdr.fields.f{at} = {};\n", of(tree, &|i| format!("hdr.i.f{i}"))));
        out.push_str(&format!("        hdr.inline.f{at} = {};\n", of(tree, &constant)));
        out.push_str(&format!("        hdr.constant.f{at} = R{at};\n"));
    }
    out.push_str(
        "    }\n}\ncontrol Dep(in headers_t hdr, packet_out packet) {\n    apply { packet.emit(hdr.fields); \
         packet.emit(hdr.inline); packet.emit(hdr.constant); }\n}\nxdp(Prs(), Swt(), Dep()) main;\n",
    );
    out
}

fn header(name: &str, types: &[Ty]) -> String {
    let mut out = format!("header {name} {{\n");
    for (i, ty) in types.iter().enumerate() {
        out.push_str(&format!("    {} f{i};\n", ty.text()));
    }
    let bits: u32 = types.iter().map(|ty| ty.width()).sum();
    if !bits.is_multiple_of(8) {
        out.push_str(&format!("    bit<{}> pad;\n", 8 - bits % 8));
    }
    out + "}\n"
}

/// An operand as P4 writes it.
fn literal(operand: &Operand) -> String {
    let digits: String = operand.bits.iter().map(|b| if *b { '1' } else { '0' }).collect();
    let width = operand.bits.len();
    match operand.ty {
        Ty::Bool => (digits == "1").to_string(),
        Ty::Int(_) => format!("(int<{width}>){width}w0b{digits}"),
        Ty::Bit(_) | Ty::Choice | Ty::Code | Ty::Error => format!("{width}w0b{digits}"),
    }
}

/// How the results differ, if they do.
fn difference(made: &Formulas) -> Option<String> {
    match compared(made) {
        Ok(None) => None,
        Ok(Some(difference)) => Some(difference),
        Err(Ending::Failed(Failure { kind, detail })) => Some(format!("{kind}: {detail}")),
        Err(other @ (Ending::Agreed(_) | Ending::Refused(_))) => Some(format!("{other:?}")),
    }
}

fn compared(made: &Formulas) -> Result<Option<String>, Ending> {
    let mut bits: Vec<bool> = made.operands.iter().flat_map(|o| o.bits.clone()).collect();
    bits.resize(bits.len().next_multiple_of(8), false);
    let packet: Vec<u8> =
        bits.chunks(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | u8::from(*bit))).collect();
    let mut program = elaborated(&text(made))?;
    let before = parts(&program, &packet, "interpreter")?;
    for pass in PASSES {
        guarded(&format!("pass {}", pass.name), || (pass.run)(&mut program))?;
    }
    let after = parts(&program, &packet, "interpreter after the passes")?;
    let all = [
        ("of constants in place", &before[1]),
        ("as a constant", &before[2]),
        ("of fields after the passes", &after[0]),
        ("of constants in place after the passes", &after[1]),
        ("as a constant after the passes", &after[2]),
    ];
    Ok(all
        .iter()
        .find(|(_, found)| **found != before[0])
        .map(|(how, found)| format!("another result {how}\n  of fields: {}\n  {how}: {}", before[0], found)))
}

/// The three headers that come out.
fn parts(program: &Program, packet: &[u8], name: &str) -> Result<Vec<String>, Ending> {
    let mut engine = guarded(name, || InterpEngine::new(program))?
        .map_err(|_| Ending::Failed(Failure { kind: format!("{name} refuses"), detail: String::new() }))?;
    let outcome = guarded(name, || engine.machine().process(0, packet))?;
    let bytes = outcome.outputs.first().map(|o| o.bytes.clone()).unwrap_or_default();
    let part = (bytes.len() / 3).max(1);
    let mut parts: Vec<String> = bytes.chunks(part).map(crate::engines::hex).collect();
    parts.resize(3, String::new());
    Ok(parts)
}

/// One formula that differs, as small as it gets.
fn smallest(made: Formulas, found: String) -> (Formulas, String) {
    let (mut best, mut detail) = (made.clone(), found);
    for formula in &made.formulas {
        let one = Formulas { formulas: vec![formula.clone()], ..made.clone() };
        if let Some(found) = difference(&one) {
            (best, detail) = (one, found);
            break;
        }
    }
    let mut position = 0;
    while best.formulas.len() == 1 && position < best.formulas[0].1.size() {
        let (ty, tree) = best.formulas[0].clone();
        let smaller = tree.replacements(position).into_iter().find_map(|replacement| {
            let formulas = vec![(ty, tree.with(position, replacement))];
            let one = Formulas { formulas, ..best.clone() };
            difference(&one).map(|found| (one, found))
        });
        match smaller {
            Some((one, found)) => (best, detail) = (one, found),
            None => position += 1,
        }
    }
    (best, detail)
}
