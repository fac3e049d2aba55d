//! Every fenced example in README.md, ARCHITECTURE.md, docs and the other Markdown files does what it says. What is behind the three
//! backquotes tells what the fence is, and what it needs; a fence that says something else, or nothing, fails:
//!
//! | Fence | What is done with it |
//! | --- | --- |
//! | `p4 [NAME]` | checked as the file NAME; a program with `main` is built down to its object, and the manifest names NAME |
//! | `stf PROG.p4` | passes on the interpreter, with the program at this path of the repository |
//! | `console [FILE..]` | lines behind `$ ` are commands, run in order in a folder with these files of the repository; what needs a device is read as a command line, what needs root is run as root |
//! | `usage` | a line is `p4xdp COMMAND a\|b\|c --option ..`: commands, alternatives and options exist |
//! | `sh` | the shell can read it: it installs something |
//! | `c` | compiles with clang |
//! | `yaml` | Prometheus takes it as its configuration |
//! | `output`, `text` | what a command has printed; a drawing |
//!
//! The examples in explanations of codes (`frontend/src/diagnostic/explain`) have a test of their own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a test")]

use clap::{CommandFactory, Parser};
use p4xdp::cli::Cli;
use p4xdp::driver::{Codegen, make_object};
use p4xdp::frontend::diagnostic::{Format, render};
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::of_file;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

struct Fence {
    place: String,
    info: Vec<String>,
    text: String,
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && name != "explain" && !name.starts_with('.') {
            markdown(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

fn fences() -> Vec<Fence> {
    let mut files = Vec::new();
    markdown(Path::new(ROOT), &mut files);
    files.sort();
    assert!(files.iter().any(|file| file.ends_with("README.md")) && files.len() > 10, "{files:?}");
    let mut fences = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut open: Option<Fence> = None;
        for (number, line) in text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(info), None) => {
                    let place = format!("{}:{}", file.strip_prefix(ROOT).unwrap().display(), number + 1);
                    let info = info.split_whitespace().map(str::to_owned).collect();
                    open = Some(Fence { place, info, text: String::new() });
                }
                (Some(_), Some(_)) => fences.extend(open.take()),
                (None, Some(fence)) => fence.text += &format!("{line}\n"),
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a fence has no end", file.display());
    }
    fences
}

#[test]
fn every_fence_does_what_it_says() {
    let mut wrong = Vec::new();
    let mut kinds: Vec<String> = Vec::new();
    for fence in fences() {
        let info: Vec<&str> = fence.info.iter().map(String::as_str).collect();
        let result = match info.as_slice() {
            ["p4", name @ ..] => p4(name.first().unwrap_or(&"example.p4"), &fence.text),
            ["stf", program] => stf(program, &fence.text),
            ["console", files @ ..] => console(files, &fence.text),
            ["usage"] => fence.text.lines().try_for_each(usage),
            ["sh"] => reads(&["sh", "-n"], &fence.text),
            ["c"] => reads(&["clang", "-fsyntax-only", "-Wall", "-Werror", "-x", "c", "-"], &fence.text),
            ["yaml"] => reads(&["promtool", "check", "config", "--syntax-only", "/dev/stdin"], &fence.text),
            ["output" | "text"] => Ok(()),
            _ => Err("nobody knows what this fence is: see the head of tests/fences.rs".to_owned()),
        };
        wrong.extend(result.err().map(|why| format!("{} ```{}: {why}", fence.place, info.join(" "))));
        kinds.extend(fence.info.into_iter().take(1));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for kind in ["p4", "stf", "console", "usage", "sh"] {
        assert!(kinds.iter().any(|known| known == kind), "there is no fence `{kind}` any more: {kinds:?}");
    }
}

fn p4(name: &str, text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join(name);
    std::fs::write(&program, text).unwrap();
    let mut compilation = of_file(&program);
    let checked = compilation.check().map(|hir| hir.main.is_some());
    let built = match checked {
        Ok(true) => compilation.generate(&Codegen::default()).map(Some),
        Ok(false) => Ok(None),
        Err(reported) => Err(reported),
    };
    let output = built.map_err(|_| {
        let mut said = Vec::new();
        render(compilation.diagnostics.iter(), &compilation.sources, Format::Short, false, &mut said)
            .unwrap();
        String::from_utf8(said).unwrap()
    })?;
    let Some(output) = output else { return Ok(()) };
    make_object(&output, &program.with_extension("c"), &Codegen::default())
        .map_err(|error| error.to_string())?;
    assert_eq!(output.manifest.source, name);
    Ok(())
}

fn stf(program: &str, text: &str) -> Result<(), String> {
    let program = Path::new(ROOT).join(program);
    let mut command = p4xdp();
    command.args(["test", &program.to_string_lossy(), "-"]);
    ends_well(command, text)
}

fn console(files: &[&str], text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(Path::new(ROOT).join(file), &path).unwrap();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(!commands.is_empty(), "no line begins with `$ `: {text}");
    for line in commands {
        let said = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = said.split_whitespace().filter(|word| *word != "sudo").collect();
        let result = match words.as_slice() {
            ["p4xdp", "check" | "build" | "test" | "run" | "explain", ..] => {
                let needs_root = words.windows(2).any(|w| w[0] == "--engine" && w[1] != "interp");
                if needs_root && !met(line, &[Need::Root]) {
                    continue;
                }
                let mut command = p4xdp();
                command.args(&words[1..]).current_dir(folder.path());
                ends_well(command, "")
            }
            ["p4xdp", ..] => {
                Cli::try_parse_from(&words).map(|_| ()).map_err(|error| error.render().to_string())
            }
            ["sh", script] => {
                let script = std::fs::read_to_string(Path::new(ROOT).join(script));
                script.map_err(|error| error.to_string()).and_then(|script| reads(&["sh", "-n"], &script))
            }
            _ => Err("no command that is known here".to_owned()),
        };
        result.map_err(|why| format!("`{line}`: {why}"))?;
    }
    Ok(())
}

fn usage(line: &str) -> Result<(), String> {
    let mut words = line.split_whitespace();
    if words.next() != Some("p4xdp") {
        return Err(format!("`{line}` is no command line of p4xdp"));
    }
    let mut command = Cli::command();
    let name = words.next().unwrap_or_default();
    let found = command.find_subcommand_mut(name).ok_or_else(|| format!("there is no command `{name}`"))?;
    for word in words {
        if let Some(option) = word.strip_prefix("--").and_then(|option| option.split('=').next()) {
            let has = |c: &clap::Command| c.get_arguments().any(|arg| arg.get_long() == Some(option));
            if !has(found) && !found.get_subcommands().any(has) {
                return Err(format!("`{name}` has no option `--{option}`"));
            }
        } else if word.contains('|') && word != "|" {
            let unknown = word.split('|').find(|sub| found.find_subcommand(sub).is_none());
            unknown.map_or(Ok(()), |sub| Err(format!("`{name}` has no command `{sub}`")))?;
        }
    }
    Ok(())
}

fn reads(command: &[&str], text: &str) -> Result<(), String> {
    let mut reader = Command::new(command[0]);
    reader.args(&command[1..]);
    ends_well(reader, text)
}

/// The command takes the text on standard input, and ends with 0.
fn ends_well(mut command: Command, input: &str) -> Result<(), String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap_or_default();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&said)))
}
