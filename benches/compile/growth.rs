//! How time and memory grow with size. In: the families of `shapes`. Out: a row for each: what `p4xdp build --emit c` takes on its programs
//! of size n, 2n and 4n, measured from outside, or with which code they are refused.

use crate::process::{Cost, End, limited};
use crate::shapes::families;
use std::path::Path;
use std::process::Command;

const SIZES: [usize; 3] = [10_000, 20_000, 40_000];
/// Of the processor.
const MOST_SECONDS: u64 = 60;
const MOST_BYTES: u64 = 4 << 30;

/// Prints the table; of all families if none is named.
pub fn print(names: &[String]) {
    let [small, middle, large] = SIZES;
    println!(
        "\n`build --emit c` of programs that grow in one way, whole processes: seconds on the processor, MB at once"
    );
    println!("| what grows | n = {small} | {middle} | {large} | 2n : n | MB |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let folder = tempfile::tempdir().expect("a temporary directory");
    for family in families() {
        if !names.is_empty() && !names.iter().any(|name| name == family.name) {
            continue;
        }
        let mut cells = Vec::new();
        let mut costs: Vec<Cost> = Vec::new();
        for size in SIZES {
            let path = folder.path().join("grown.p4");
            std::fs::write(&path, family.make(size)).expect("the folder is writable");
            let (end, cost) = limited(&mut build(&path, folder.path()), MOST_SECONDS, MOST_BYTES)
                .expect("the command was built with the bench");
            cells.push(cell(&end, cost));
            costs.push(cost);
            if matches!(end, End::Killed) {
                break;
            }
        }
        cells.resize(SIZES.len(), String::new());
        let growth = match costs.as_slice() {
            [.., n, twice] => format!("{:.1}", twice.cpu.as_secs_f64() / n.cpu.as_secs_f64()),
            _ => String::new(),
        };
        let peak = costs.iter().map(|cost| cost.peak_kb).max().unwrap_or_default();
        println!("| {} | {} | {growth} | {} |", family.name, cells.join(" | "), peak / 1024);
    }
}

fn build(program: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p4xdp"));
    command
        .arg("build")
        .arg(program)
        .args(["--emit", "c", "--error-format", "short", "-W", "none", "-o"])
        .arg(out);
    command
}

fn cell(end: &End, cost: Cost) -> String {
    let seconds = cost.cpu.as_secs_f64();
    match end {
        End::Done => format!("{seconds:.2}"),
        End::Refused(said) => {
            let code = said.split_once("error[").and_then(|(_, rest)| rest.get(..5)).unwrap_or("?");
            format!("refused {code} in {seconds:.2}, {} MB", cost.peak_kb / 1024)
        }
        End::Killed => format!("killed after {seconds:.2}"),
    }
}
