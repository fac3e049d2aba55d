//! The C that p4xdp writes gives nobody a warning: every program of the repository that compiles, with `-Wall -Wextra -Werror` under the clang
//! that `build` takes and every older one that is here. So does its header under a C and a C++ compiler; that half needs libbpf's headers
//! (Debian: libbpf-dev).
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp::driver::Codegen;
use p4xdp_backend_xdp::clang::{Clang, OLDEST};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::of_file;
use p4xdp_test_support::{files, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where programs are looked for.
const FOLDERS: [&str; 3] = ["testdata", "examples", "benches/p4"];

/// How many of them must compile at least, so that the test cannot pass by finding none.
const FEWEST: usize = 90;

/// How the compilers of control planes are called.
const HEADER_COMPILERS: [(&str, &str, &[&str]); 2] =
    [("cc", "c", &["-std=c11", "-D_DEFAULT_SOURCE"]), ("c++", "cpp", &["-std=c++11"])];

#[test]
fn generated_c_and_headers_compile_without_a_warning() {
    let newest = Clang::find(None).unwrap();
    let older = (OLDEST..newest.version).map(|n| PathBuf::from(format!("clang-{n}")));
    let mut clangs: Vec<Clang> = older.filter_map(|path| Clang::find(Some(&path)).ok()).collect();
    clangs.push(newest);
    let needs = [Need::Command("cc"), Need::Command("c++"), Need::File("/usr/include/bpf/bpf.h")];
    let with_headers = met("the half for headers", &needs);

    let programs: Vec<PathBuf> =
        FOLDERS.iter().flat_map(|folder| files(&root().join(folder), "p4")).collect();
    let (programs, checked, complaints) = (Mutex::new(programs), AtomicUsize::new(0), Mutex::new(Vec::new()));
    // Two workers take programs off the list.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let folder = tempfile::tempdir().unwrap();
                loop {
                    let Some(program) = programs.lock().unwrap().pop() else { return };
                    let Ok(output) = of_file(&program).generate(&Codegen::default()) else {
                        continue;
                    };
                    checked.fetch_add(1, Ordering::Relaxed);
                    let mut said = of_c(&output.c, &clangs, folder.path());
                    if with_headers {
                        said.extend(of_header(&output.header, folder.path()));
                    }
                    let said = said.into_iter().map(|text| format!("{}: {text}", program.display()));
                    complaints.lock().unwrap().extend(said);
                }
            });
        }
    });
    let (checked, complaints) = (checked.into_inner(), complaints.into_inner().unwrap());
    assert!(checked >= FEWEST, "only {checked} programs compile");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What the clangs say of a program's C.
fn of_c(text: &str, clangs: &[Clang], folder: &Path) -> Vec<String> {
    let flags = ["-fsyntax-only", "-Wextra", "-Werror"].map(str::to_owned);
    let c = folder.join("program.c");
    std::fs::write(&c, text).unwrap();
    let errors = clangs.iter().filter_map(|clang| clang.compile(&c, &folder.join("program.o"), &flags).err());
    errors.map(|error| format!("{error:?}")).collect()
}

/// What C and C++ compilers say of a header.
fn of_header(text: &str, folder: &Path) -> Vec<String> {
    std::fs::write(folder.join("program.h"), text).unwrap();
    let mut said = Vec::new();
    for (compiler, extension, flags) in HEADER_COMPILERS {
        let source = folder.join("user").with_extension(extension);
        std::fs::write(&source, "#include \"program.h\"\n").unwrap();
        let warnings = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
        let output = Command::new(compiler).args(flags).args(warnings).arg(&source).output().unwrap();
        if !output.status.success() {
            said.push(format!("{compiler}: {}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    said
}
