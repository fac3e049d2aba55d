//! One case on several engines: in, program text, entries, packets; out, whether all agree, and if not, how.

use crate::coverage::Coverage;
use crate::expand::expanded;
use crate::generate::Case;
use p4xdp::driver::{Codegen, Compilation, ObjectError, Options};
use p4xdp_control::cells::{BYTES, CellKind, PACKETS};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::FileLoader;
use p4xdp_midend::interp::{Outcome, Verdict};
use p4xdp_midend::ir;
use p4xdp_midend::passes::{PASSES, Pass};
use p4xdp_packet_tests::engine::{Count, Engine, EntryKey, KeyMatch};
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::loaded::Loaded;
use p4xdp_packet_tests::runner::run_entries;
use p4xdp_runtime::Object;
use p4xdp_runtime::harness::Harness;
use p4xdp_runtime::harness::direct::Direct;
use p4xdp_runtime::testrun;
use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a case ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All packets came out alike; what happened to them.
    Agreed(Coverage),
    /// Valid P4 that the back end refuses, with the code.
    Refused(String),
    /// A mistake of ours.
    Failed(Failure),
}

/// What is wrong, by kind; a case shrinks as long as the kind stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Names the kind.
    pub kind: String,
    /// For a person.
    pub detail: String,
}

/// The ending of a case in which something of ours is wrong.
pub fn failed(kind: impl Into<String>, detail: impl Into<String>) -> Ending {
    Ending::Failed(Failure { kind: kind.into(), detail: detail.into() })
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Aborted,
    Dropped,
    Passed(Vec<u8>),
    Sent(Vec<u8>),
    Other(String),
}

/// The program alone, as text in memory.
struct Memory(String);

const NAME: &str = "random.p4";

impl FileLoader for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == Path::new(NAME) {
            Ok(self.0.clone().into_bytes())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

fn compilation(text: &str) -> Compilation {
    let options = Options { program: PathBuf::from(NAME), ..Options::default() };
    Compilation::with_loader(options, Box::new(Memory(text.to_owned())))
}

thread_local! {
    /// Where the last panic of this thread was.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are caught and counted; this notes where they are.
pub fn note_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANIC.with(|last| *last.borrow_mut() = place);
    }));
}

/// Runs something of ours that must not panic.
pub fn guarded<T>(stage: &str, run: impl FnOnce() -> T) -> Result<T, Ending> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_default();
        let place = PANIC.with(|last| last.borrow().clone());
        failed(format!("panic in {stage} at {place}"), text)
    })
}

/// The first error, as code and text.
fn first_error(diagnostics: &Diagnostics) -> (String, String) {
    diagnostics
        .iter()
        .find(|d| !d.code.is_warning())
        .map_or_else(Default::default, |d| (d.code.as_str().to_owned(), d.message.clone()))
}

/// The elaborated program; a random program is well-typed, so anything else is a mistake.
pub fn elaborated(text: &str) -> Result<ir::Program, Ending> {
    let mut compilation = compilation(text);
    match guarded("front end or elaboration", || compilation.elaborate())? {
        Ok(program) => Ok(Arc::unwrap_or_clone(program)),
        Err(_) => {
            let (code, message) = first_error(&compilation.diagnostics);
            Err(failed(format!("refused with {code}"), message))
        }
    }
}

/// Fills tables, groups and sessions, and opens ports.
///
/// # Errors
/// When the engine does not take it.
pub fn fill(program: &ir::Program, case: &Case, engine: &mut dyn Engine, name: &str) -> Result<(), Ending> {
    // A table that is never applied is none.
    let tables: Vec<String> = program.tables.values().map(|t| format!("add {} ", t.name)).collect();
    let meters = program.tables.values().filter_map(|t| t.extern_property("meters"));
    let meters: Vec<String> =
        meters.map(|id| format!("meter_array_set_rates {} ", program.externs[id].name)).collect();
    let profiles = program.tables.values().filter_map(|t| t.action_profile());
    let profiles: Vec<&str> = profiles.map(|id| &*program.externs[id].name).collect();
    let there = |entry: &str| match entry.split(' ').next() {
        Some("add") => tables.iter().any(|t| entry.starts_with(t)),
        Some("member_add" | "group_add") => {
            profiles.iter().any(|profile| entry.split(' ').nth(1) == Some(profile))
        }
        Some("meter_array_set_rates") => meters.iter().any(|m| entry.starts_with(m)),
        Some(_) | None => true,
    };
    let lines: Vec<&str> = case.entries.iter().map(String::as_str).filter(|e| there(e)).collect();
    let failed = |error: String| failed(format!("entries on {name}"), error);
    engine.open_ports(case.ports).map_err(|error| failed(error.to_string()))?;
    run_entries(program, &lines.join("\n"), engine).map_err(|error| failed(error.to_string()))?;
    fill_value_sets(program, engine, name)
}

/// All that can be seen of a run.
#[derive(Debug, Default)]
pub struct Observed {
    /// What became of each packet.
    pub outcomes: Vec<Outcome>,
    /// Registers and counters at the end.
    state: Vec<String>,
    /// What entries have counted at the end.
    counts: Vec<(EntryKey, Count)>,
    /// What has been met.
    pub coverage: Coverage,
}

/// Cells of registers and counters that programs use.
const CELLS: u64 = 4;

fn interpreted(program: &ir::Program, case: &Case, name: &str, watched: bool) -> Result<Observed, Ending> {
    interpreted_until(program, case, name, watched, |_, _| false)
}

/// Ends at the first packet, by its place, whose outcome is all that is wanted.
fn interpreted_until(
    program: &ir::Program,
    case: &Case,
    name: &str,
    watched: bool,
    is_enough: impl Fn(usize, &Outcome) -> bool,
) -> Result<Observed, Ending> {
    let mut engine = guarded(name, || InterpEngine::new(program))?
        .map_err(|u| failed(format!("{name} refuses"), format!("{:?}", u.0.first().map(|d| &d.message))))?;
    fill(program, case, &mut engine, name)?;
    engine.machine().set_tracing(watched);
    let mut observed = guarded(name, || {
        let mut observed = Observed::default();
        for (at, packet) in case.packets.iter().enumerate() {
            let mut outcome = engine.machine().process(0, packet);
            if watched {
                observed.coverage.add_packet(&outcome);
                outcome.trace.clear();
            }
            let is_enough = is_enough(at, &outcome);
            observed.outcomes.push(outcome);
            if is_enough {
                break;
            }
        }
        observed
    })?;
    for instance in program.externs.values() {
        for cell in 0..CELLS {
            let state = match &*instance.extern_type {
                "register" | "Register" => {
                    engine.machine().register(&instance.name, cell).map(|v| format!("{v:#x}"))
                }
                "counter" | "Counter" | "CounterArray" => {
                    engine.machine().counter(&instance.name, cell).map(|v| format!("{v:?}"))
                }
                _ => continue,
            };
            observed.state.push(format!("{}[{cell}] = {state:?}", instance.name));
        }
    }
    for table in counted(program) {
        let entries = engine.machine().entries(table).unwrap_or_default();
        for (keys, priority, _) in &entries {
            // Which of several with these keys is meant, the priority says, where the interpreter tells it.
            if priority.is_none() && entries.iter().filter(|(other, ..)| other == keys).count() > 1 {
                continue;
            }
            let count = engine.machine().direct_counter(table, keys, *priority, None);
            let count = count.map_err(|error| failed("direct counter", error.to_string()))?;
            let entry = EntryKey { table: table.into(), keys: keys.clone(), priority: *priority };
            observed.counts.push((entry, count));
        }
    }
    Ok(observed)
}

/// Tables with a direct counter.
fn counted(program: &ir::Program) -> impl Iterator<Item = &str> {
    let has = |table: &&ir::Table| table.extern_property("counters").is_some();
    program.tables.values().filter(has).map(|table| &*table.name)
}

/// Every value set gets the same few numbers.
fn fill_value_sets(program: &ir::Program, engine: &mut dyn Engine, name: &str) -> Result<(), Ending> {
    for set in program.value_sets.values() {
        for value in [0u8, 1, 3] {
            let keys: Vec<KeyMatch> = set.keys.iter().map(|_| KeyMatch::Exact(value.into())).collect();
            engine
                .insert_value_set(&set.name, &keys)
                .map_err(|e| failed(format!("value set on {name}"), e.to_string()))?;
        }
    }
    Ok(())
}

fn fate(outcome: &Outcome) -> Fate {
    let bytes = outcome.outputs.first().map(|o| o.bytes.clone()).unwrap_or_default();
    match &outcome.verdict {
        Verdict::Forwarded => Fate::Sent(bytes),
        Verdict::Passed => Fate::Passed(bytes),
        Verdict::Dropped => Fate::Dropped,
        Verdict::Aborted => Fate::Aborted,
        Verdict::Failed(why) => Fate::Other(why.clone()),
    }
}

/// The interpreter on the elaborated program, on the same program written out, and on what each pass makes of it.
/// Where a failure is sought again, what cannot give it is left out.
pub fn passes_agree(case: &Case, sought: Option<&Failure>) -> Ending {
    each_pass(case, sought).unwrap_or_else(|ending| ending)
}

fn each_pass(case: &Case, sought: Option<&Failure>) -> Result<Ending, Ending> {
    let skips = |engine: &str| sought.is_some_and(|f| f.kind.contains(": ") && !f.kind.starts_with(engine));
    let mut program = elaborated(&case.program.print())?;
    let expected = interpreted(&program, case, "interpreter", case.watched)?;
    let written_out = elaborated(&expanded(&case.program)).map_err(|ending| match ending {
        Ending::Failed(failure) => failed(
            format!("written out: {}", failure.kind),
            format!("{}\n{}", failure.detail, expanded(&case.program)),
        ),
        other @ (Ending::Agreed(_) | Ending::Refused(_)) => other,
    })?;
    let name = "interpreter of the program written out";
    let found = interpreted(&written_out, case, name, false)?;
    compare(name, case, &expected, &found)?;
    if sought.is_some_and(|f| f.kind.contains("written out")) {
        return Ok(Ending::Agreed(expected.coverage));
    }
    for pass in PASSES {
        let name = format!("interpreter after pass {}", pass.name);
        after_pass(pass, &mut program, true)?;
        if skips(&name) {
            continue;
        }
        let found = interpreted(&program, case, &name, false)?;
        compare(&name, case, &expected, &found)?;
    }
    Ok(Ending::Agreed(expected.coverage))
}

fn after_pass(pass: &Pass, program: &mut ir::Program, validates: bool) -> Result<(), Ending> {
    guarded(&format!("pass {}", pass.name), || (pass.run)(program))?;
    match p4xdp_midend::validate::validate(program).first() {
        Some(violation) if validates => {
            Err(failed(format!("pass {} leaves invalid IR", pass.name), &violation.message))
        }
        Some(_) | None => Ok(()),
    }
}

/// The interpreter before and after passes that are wrong on purpose, each alone behind the good ones up to the one of a name. One
/// ending each, or one for all.
pub fn faulty_passes_agree(case: &Case, faulty: &[(&str, &Pass)]) -> Vec<Ending> {
    faulty_passes(case, faulty).unwrap_or_else(|ending| vec![ending; faulty.len()])
}

fn faulty_passes(case: &Case, faulty: &[(&str, &Pass)]) -> Result<Vec<Ending>, Ending> {
    let mut program = elaborated(&case.program.print())?;
    let expected = interpreted(&program, case, "interpreter", false)?;
    let mut points = vec![("elaborate", program.clone())];
    let wanted = |name: &str| faulty.iter().any(|(after, _)| *after == name);
    let last = PASSES.iter().rposition(|pass| wanted(pass.name)).map_or(0, |last| last + 1);
    for pass in &PASSES[..last] {
        after_pass(pass, &mut program, false)?;
        if wanted(pass.name) {
            points.push((pass.name, program.clone()));
        }
    }
    let check = |after: &str, pass: &Pass| -> Result<(), Ending> {
        let Some((_, program)) = points.iter().find(|(name, _)| *name == after) else {
            return Err(failed("no such pass", after));
        };
        let mut program = program.clone();
        (pass.run)(&mut program);
        let name = format!("interpreter after a pass that {}", pass.name);
        // A packet more may be one more that is lost in a loop until the interpreter gives up.
        let differs = |at: usize, found: &Outcome| difference(&expected.outcomes[at], found).is_some();
        let found = interpreted_until(&program, case, &name, false, differs)?;
        compare(&name, case, &expected, &found)
    };
    let ending =
        |(after, pass): &(&str, &Pass)| check(after, pass).err().unwrap_or(Ending::Agreed(expected.coverage));
    Ok(faulty.iter().map(ending).collect())
}

fn compare(engine: &str, case: &Case, expected: &Observed, found: &Observed) -> Result<(), Ending> {
    let both = expected.outcomes.iter().zip(&found.outcomes);
    for (at, (packet, (expected, found))) in case.packets.iter().zip(both).enumerate() {
        let Some(kind) = difference(expected, found) else { continue };
        let detail = format!(
            "packet {at}: {}\n  interp: {}\n  {engine}: {}",
            hex(packet),
            outcome(expected),
            outcome(found)
        );
        return Err(failed(format!("{engine}: {kind}"), detail));
    }
    if expected.state != found.state {
        let detail = format!("interp: {:?}\n{engine}: {:?}", expected.state, found.state);
        return Err(failed(format!("{engine}: other registers or counters"), detail));
    }
    Ok(())
}

/// What differs between two outcomes of a packet.
fn difference(expected: &Outcome, found: &Outcome) -> Option<&'static str> {
    if expected.verdict != found.verdict {
        Some("another verdict")
    } else if packets(expected) != packets(found) {
        Some("other packets")
    } else if expected.digests != found.digests {
        Some("other digests")
    } else {
        None
    }
}

/// What leaves, and from where.
fn packets(outcome: &Outcome) -> Vec<(u32, &[u8])> {
    outcome.outputs.iter().map(|o| (o.port, &*o.bytes)).collect()
}

fn outcome(outcome: &Outcome) -> String {
    let outputs: Vec<String> =
        outcome.outputs.iter().map(|o| format!("port {} {}", o.port, hex(&o.bytes))).collect();
    format!("{:?} {} {:?}", outcome.verdict, outputs.join(", "), outcome.digests)
}

/// The interpreter on the elaborated program, and the kernel on the compiled one.
pub fn kernel_agrees(case: &Case, _sought: Option<&Failure>) -> Ending {
    kernel(case, &Codegen::default()).unwrap_or_else(|ending| ending)
}

/// The same with a program that is split wherever it can be.
pub fn split_kernel_agrees(case: &Case, _sought: Option<&Failure>) -> Ending {
    let codegen = Codegen { part_size: Some(1), ..Codegen::default() };
    kernel(case, &codegen).unwrap_or_else(|ending| ending)
}

/// A case compiled, and what the interpreter makes of it.
pub struct Compiled {
    pub program: ir::Program,
    pub expected: Observed,
    pub object: Object,
}

/// Compiles a case.
///
/// # Errors
/// How the case ends, if it ends here.
pub fn compiled(case: &Case, codegen: &Codegen) -> Result<Compiled, Ending> {
    let text = case.program.print();
    let program = elaborated(&text)?;
    let expected = interpreted(&program, case, "interpreter", case.watched)?;
    let mut compilation = compilation(&text);
    let refused = |compilation: &Compilation| {
        let (code, message) = first_error(&compilation.diagnostics);
        let ours = message.contains("internal error") || !code.starts_with("E05");
        if ours {
            failed(format!("back end: {code}"), message)
        } else {
            Ending::Refused(format!("{code} {}", without_numbers(&message)))
        }
    };
    if guarded("back end", || compilation.generate(codegen))?.is_err() {
        return Err(refused(&compilation));
    }
    let folder = tempfile::tempdir().map_err(|e| failed("environment", e.to_string()))?;
    // As users have it made: split if it is too large.
    let object = match compilation.object(&folder.path().join("program.c"), codegen) {
        Ok(made) => made.object,
        Err(ObjectError::Reported(_)) => return Err(refused(&compilation)),
        Err(error) => return Err(failed("clang refuses", error.to_string())),
    };
    let object = Object::open(&object).map_err(|e| failed("object", e.to_string()))?;
    Ok(Compiled { program, expected, object })
}

fn kernel(case: &Case, codegen: &Codegen) -> Result<Ending, Ending> {
    let Compiled { program, expected, object } = compiled(case, codegen)?;
    let place = |_: &_| Ok(Box::new(Direct::new()) as Box<dyn Harness>);
    let mut loaded =
        Loaded::new(&object, place).map_err(|e| failed(verifier_kind(&e.to_string()), e.to_string()))?;
    fill(&program, case, &mut loaded, "kernel")?;
    for (at, (packet, outcome)) in case.packets.iter().zip(&expected.outcomes).enumerate() {
        let expected = fate(outcome);
        // Other bytes stand where the program keeps what it knows, and in front of the packet, each time.
        let dirt = (at as u8).wrapping_mul(0x5b).wrapping_add(0xa5);
        let (verdict, bytes) =
            loaded.program().run_dirty(packet, dirt).map_err(|e| failed("test run", e.to_string()))?;
        let found = match verdict {
            testrun::Verdict::Aborted => Fate::Aborted,
            testrun::Verdict::Drop => Fate::Dropped,
            testrun::Verdict::Pass => Fate::Passed(bytes),
            // Where to, packet tests tell.
            testrun::Verdict::Tx | testrun::Verdict::Redirect => Fate::Sent(bytes),
            other @ testrun::Verdict::Unknown(_) => Fate::Other(other.to_string()),
        };
        if found != expected && !has_no_room(packet, &expected, &found) {
            return Err(different("kernel", at, packet, &expected, &found));
        }
    }
    for (entry, wanted) in &expected.counts {
        let found =
            loaded.direct_counter(entry, None).map_err(|e| failed("kernel: no such entry", e.to_string()))?;
        let table = loaded.program().table(&entry.table).map_err(|e| failed("table", e.to_string()))?;
        let counts = |field: &str| {
            table.direct(CellKind::Counter).is_some_and(|cells| cells.layout().field(field).is_some())
        };
        // The interpreter counts both, whatever the program wants.
        let packets = if counts(PACKETS) { wanted.packets } else { 0 };
        let bytes = if counts(BYTES) { wanted.bytes } else { 0 };
        if found != (Count { packets, bytes }) {
            let detail = format!("{entry:?}\n  interp: {wanted:?}\n  kernel: {found:?}");
            return Err(failed("kernel: other direct counters", detail));
        }
    }
    Ok(Ending::Agreed(expected.coverage))
}

fn different(engine: &str, at: usize, packet: &[u8], expected: &Fate, found: &Fate) -> Ending {
    let kind = match (expected, found) {
        (Fate::Passed(_), Fate::Passed(_)) | (Fate::Sent(_), Fate::Sent(_)) => "other bytes",
        _ => "another verdict",
    };
    let detail =
        format!("packet {at}: {}\n  interp: {}\n  {engine}: {}", hex(packet), shown(expected), shown(found));
    failed(format!("{engine}: {kind}"), detail)
}

/// By so many bytes packets may grow.
pub const ROOM: usize = 150;

/// The kernel gives a program in a test run 216 bytes in front of the packet, some of them metadata here, and leaves at least 14.
fn has_no_room(packet: &[u8], expected: &Fate, found: &Fate) -> bool {
    let (Fate::Passed(bytes) | Fate::Sent(bytes)) = expected else { return false };
    *found == Fate::Aborted && (bytes.len() > packet.len() + ROOM || bytes.len() < 14)
}

fn shown(fate: &Fate) -> String {
    match fate {
        Fate::Aborted => "aborted".to_owned(),
        Fate::Dropped => "dropped".to_owned(),
        Fate::Passed(bytes) => format!("passed {}", hex(bytes)),
        Fate::Sent(bytes) => format!("sent   {}", hex(bytes)),
        Fate::Other(why) => why.clone(),
    }
}

/// Bytes as a packet test writes them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn without_numbers(message: &str) -> String {
    let quoted = message.split('`').step_by(2).collect::<Vec<_>>().join("..");
    quoted.split(|c: char| c.is_ascii_digit()).filter(|s| !s.is_empty()).collect::<Vec<_>>().join("N")
}

/// The kind of refusal is the last sentence of the verifier's log that names no register.
pub fn verifier_kind(message: &str) -> String {
    let telling =
        ["too large", "too complex", "Permission", "invalid", "unbounded", "infinite loop", "misaligned"];
    let found = telling.iter().find(|t| message.contains(**t)).unwrap_or(&"");
    format!("verifier refuses: {found}")
}
