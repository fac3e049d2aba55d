//! Loads the XDP programs of objects by aya: in, object files; out, a line for each with what became of it. Fails (1) if one is refused.

use aya::EbpfLoader;
use aya::programs::Program;
use std::error::Error;

fn load(path: &str) -> Result<(), Box<dyn Error>> {
    let mut object = EbpfLoader::new().load_file(path)?;
    for (name, program) in object.programs_mut() {
        match program {
            Program::Xdp(program) => program.load()?,
            _ => return Err(format!("`{name}` is no XDP program").into()),
        }
    }
    Ok(())
}

fn main() {
    let mut refused = false;
    for path in std::env::args().skip(1) {
        match load(&path) {
            Ok(()) => println!("{path}: taken"),
            Err(error) => {
                refused = true;
                println!("{path}: {error}");
            }
        }
    }
    std::process::exit(refused.into());
}
