//! Compile time: whole processes of `p4xdp check` and `p4xdp build` against `cpp` on the same file, alternated in the same run, and where
//! the time goes. The programs are those of `benches/p4` and `examples`, generated ones of three sizes, p4c's largest if `P4C_DIR` names
//! a checkout, and those that the command line names.
//!
//! `cargo bench [--bench compile] -- [check|build|stages].. [--include DIR].. [PROGRAM.p4]..` prints only these tables;
//! `--write DIR` keeps the generated programs. `-- growth [FAMILY]..` shows instead how time grows with size, for every way of growing; it
//! takes a quarter of an hour and is done only when asked for.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing bench may panic, and it prints"
)]

mod generate;
mod growth;
mod process;
mod shapes;
mod stages;

use generate::Target;
use process::{Cost, alternate};
use std::io::{BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Features of the generated program that is about as large as the largest ones that people write.
const FEATURES: usize = 54;

/// A program to measure.
struct Program {
    path: PathBuf,
    /// How often: less for the giant ones.
    rounds: usize,
}

struct Arguments {
    tables: Vec<String>,
    includes: Vec<PathBuf>,
    programs: Vec<PathBuf>,
    write: Option<PathBuf>,
}

fn main() {
    let arguments = arguments();
    if let Some((first, families)) = arguments.tables.split_first()
        && first == "growth"
    {
        growth::print(families);
        return;
    }
    // `cargo bench -- FILTER` filters all benches.
    let known = ["check", "build", "stages"];
    if arguments.tables.iter().any(|table| !known.contains(&table.as_str())) {
        return;
    }
    let wants = |table: &str| arguments.tables.is_empty() || arguments.tables.iter().any(|t| t == table);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let generated = arguments.write.clone().unwrap_or_else(|| folder.path().to_owned());
    let v1model = programs(&arguments, &generated, Target::V1model);
    if wants("check") {
        check(&v1model, &arguments.includes);
    }
    if wants("build") {
        build(&programs(&arguments, &generated, Target::Xdp), &arguments.includes, folder.path());
    }
    if wants("stages") {
        stages("v1model", &v1model, &arguments.includes);
    }
}

fn arguments() -> Arguments {
    let mut arguments =
        Arguments { tables: Vec::new(), includes: Vec::new(), programs: Vec::new(), write: None };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--include" => arguments.includes.extend(args.next().map(PathBuf::from)),
            "--write" => arguments.write = args.next().map(PathBuf::from),
            "--bench" => {}
            _ if arg.ends_with(".p4") => arguments.programs.push(PathBuf::from(arg)),
            _ => arguments.tables.push(arg),
        }
    }
    arguments
}

/// Small programs first, then larger ones, then the generated ones for the target.
fn programs(arguments: &Arguments, generated: &Path, target: Target) -> Vec<Program> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in [
        "benches/p4",
        "examples/swap",
        "examples/ping",
        "examples/tunnel",
        "examples/switch",
        "examples/router",
    ] {
        let entries = std::fs::read_dir(root.join(folder)).expect("the folder is part of the project");
        paths.extend(entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| {
            p.extension().is_some_and(|e| e == "p4") && p.file_name().is_some_and(|n| n != "headers.p4")
        }));
    }
    if target == Target::V1model
        && let Some(p4c) = std::env::var_os("P4C_DIR")
    {
        let samples = Path::new(&p4c).join("testdata/p4_16_samples");
        for name in ["pins/pins_fabric.p4", "pins/pins_middleblock.p4", "switch_p4_16.p4"] {
            paths.push(samples.join(name));
        }
    }
    paths.sort_by_key(|path| (std::fs::metadata(path).map_or(0, |m| m.len()), path.clone()));
    paths.extend(arguments.programs.iter().cloned());
    let mut programs: Vec<Program> = paths.into_iter().map(|path| Program { path, rounds: 21 }).collect();
    let (name, first) = match target {
        Target::V1model => ("v1model", FEATURES),
        // What is emitted goes through one buffer of limited size: an XDP program of so many headers is not compiled.
        Target::Xdp => ("xdp", 1),
    };
    for (times, rounds) in [(1, 11), (10, 5), (100, 1)] {
        let path = generated.join(format!("{name}-{times}x.p4"));
        std::fs::create_dir_all(generated).expect("the folder can be made");
        let file = std::fs::File::create(&path).expect("the folder is writable");
        generate::program(&mut BufWriter::new(file), target, first * times).expect("the folder is writable");
        programs.push(Program { path, rounds });
    }
    programs
}

fn check(programs: &[Program], includes: &[PathBuf]) {
    println!("\n`check`, whole processes, alternated with `cpp`: medians in ms");
    println!("| program | lines | cpp | check | on the processor | MB | check / cpp | us a line |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for Program { path, rounds } in programs {
        let commands = [cpp(path, includes), p4xdp("check", path, includes, &[])];
        let Some([cpp, check]) = alternate(*rounds, commands) else {
            println!("| {} | does not compile | | | | | | |", name(path));
            continue;
        };
        let lines = lines(path);
        println!(
            "| {} | {lines} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} |",
            name(path),
            ms(cpp.wall),
            ms(check.wall),
            ms(check.cpu),
            check.peak_kb as f64 / 1024.0,
            ms(check.wall) / ms(cpp.wall),
            ms(check.cpu) * 1000.0 / lines as f64,
        );
    }
}

fn build(programs: &[Program], includes: &[PathBuf], out: &Path) {
    println!("\n`build --emit c`, whole processes, alternated with `cpp`: medians in ms");
    println!("| program | lines | cpp | build | on the processor | MB | build / cpp |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for Program { path, rounds } in programs {
        let out = out.to_string_lossy();
        let commands = [cpp(path, includes), p4xdp("build", path, includes, &["--emit", "c", "-o", &out])];
        let Some([cpp, build]) = alternate(*rounds, commands) else {
            println!("| {} | does not compile | | | | | |", name(path));
            continue;
        };
        let Cost { wall, cpu, peak_kb } = build;
        println!(
            "| {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} |",
            name(path),
            lines(path),
            ms(cpp.wall),
            ms(wall),
            ms(cpu),
            peak_kb as f64 / 1024.0,
            ms(wall) / ms(cpp.wall)
        );
    }
}

/// A table with a row a stage or pass, and a column a program.
fn stages(title: &str, programs: &[Program], includes: &[PathBuf]) {
    let large: Vec<&Program> = programs.iter().filter(|program| lines(&program.path) > 1000).collect();
    let columns: Vec<_> = large
        .iter()
        .map(|program| stages::measure(program.rounds.div_ceil(2), &program.path, includes))
        .collect();
    println!("\nstages of {title} programs, in one process: medians in ms on the processor");
    let names: Vec<String> = large.iter().map(|program| name(&program.path)).collect();
    println!("| stage | {} |", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(names.len()));
    let longest = columns.iter().max_by_key(|column| column.len());
    for (row, (stage, _)) in longest.into_iter().flatten().enumerate() {
        let cell = |column: &Vec<(&str, Duration)>| {
            column.get(row).map_or(String::new(), |(_, time)| format!("{:.2}", ms(*time)))
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        println!("| {stage} | {} |", cells.join(" | "));
    }
    let total = |column: &Vec<(&str, Duration)>| {
        let midend = column
            .iter()
            .skip_while(|(name, _)| *name != "elaborate")
            .take_while(|(name, _)| *name != "emit C");
        let time = midend.map(|(_, time)| *time).sum();
        format!("{:.2}", ms(time))
    };
    println!("| elaborate and passes | {} |", columns.iter().map(total).collect::<Vec<_>>().join(" | "));
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn lines(path: &Path) -> usize {
    // Not the whole file at once: what this process holds counts as a child's memory until the child starts its program.
    std::fs::File::open(path).map_or(0, |file| BufReader::new(file).split(b'\n').count())
}

fn cpp(program: &Path, includes: &[PathBuf]) -> Command {
    let mut command = Command::new("cpp");
    command.args(["-undef", "-nostdinc", "-x", "assembler-with-cpp"]);
    for dir in includes {
        command.arg("-I").arg(dir);
    }
    command.arg("-I").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/p4include")).arg(program);
    command
}

fn p4xdp(verb: &str, program: &Path, includes: &[PathBuf], rest: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p4xdp"));
    command.arg(verb).arg(program);
    for dir in includes {
        command.arg("-I").arg(dir);
    }
    command.args(rest);
    command
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
