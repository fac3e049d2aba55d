//! What runs a program in `test` and `run`: from the arguments to an engine with the program loaded.

use super::{Exit, build, complain, output, source, trace};
use crate::cli::{CodegenArgs, EngineArg, RunningArgs, SourceArgs, TraceFormat};
use crate::driver::Compilation;
use p4xdp_frontend::diagnostic::{Diagnostic, ErrorsReported, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir;
use p4xdp_packet_tests::engine::{Engine, EngineError, EngineResult};
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::{kernel, loaded, veth};
use p4xdp_runtime::Object;
use std::sync::Arc;

/// A compiled program and the engine that runs it.
pub struct Loaded {
    /// The program as elaborated: names of tables and such.
    pub program: Arc<ir::Program>,
    /// The compilation, for positions.
    pub compilation: Compilation,
    kind: Kind,
    /// Packets whose traces were taken.
    traced: usize,
}

enum Kind {
    Interp(Box<InterpEngine>),
    Kernel(Box<loaded::Loaded>),
}

impl Loaded {
    /// The engine.
    pub fn engine(&mut self) -> &mut dyn Engine {
        match &mut self.kind {
            Kind::Interp(engine) => &mut **engine,
            Kind::Kernel(engine) => &mut **engine,
        }
    }

    /// What an engine's error is, and where in the program.
    pub fn describe(&self, what: &str, error: &EngineError) -> String {
        let place = match error {
            EngineError::GivenUp { at, .. } => self.compilation.sources.location(at.lo),
            EngineError::Unsupported(_) | EngineError::Refused(_) | EngineError::Environment(_) => None,
        };
        match place {
            Some(place) => format!("{what}: {error} ({}:{}:{})", place.file, place.line, place.column),
            None => format!("{what}: {error}"),
        }
    }

    /// Says what an engine's error is; the exit status that it means.
    pub fn fail(&self, what: &str, error: &EngineError) -> Exit {
        complain(&self.describe(what, error));
        status(error)
    }

    /// Nobody asks where the fields of outputs lie.
    pub fn leave_fields_out(&mut self) {
        if let Kind::Interp(engine) = &mut self.kind {
            engine.machine().set_describing(false);
        }
    }

    /// What happened since the last call, if it was asked for.
    pub fn trace(&mut self, format: Option<TraceFormat>) -> String {
        let format = format.map(output::form);
        match (&mut self.kind, format) {
            (Kind::Interp(engine), Some(format)) => {
                let outcomes = engine.take_outcomes();
                let text = trace::text(&outcomes, self.traced, &self.compilation.sources, format);
                self.traced += outcomes.len();
                text
            }
            (Kind::Interp(_) | Kind::Kernel(_), _) => String::new(),
        }
    }
}

/// Compiles the program and loads it into the engine; findings are printed.
///
/// # Errors
/// The exit status, when that does not work; why has been said.
pub fn load(args: &SourceArgs, running: &RunningArgs) -> Result<Loaded, Exit> {
    let RunningArgs { engine, codegen, cpu_port, trace } = running;
    if trace.is_some() && *engine != EngineArg::Interp {
        complain("`--trace` needs the interpreter: leave `--engine` out");
        return Err(Exit::Environment);
    }
    let mut compilation = source::compilation(args);
    let loaded = match engine {
        EngineArg::Interp => interpreter(&mut compilation, trace.is_some()).map_err(|_| Exit::Rejected),
        EngineArg::Kernel => {
            in_kernel(&mut compilation, codegen, |object| kernel::engine_with(object, *cpu_port))
        }
        EngineArg::Veth => {
            in_kernel(&mut compilation, codegen, |object| veth::engine_with(object, *cpu_port))
        }
    };
    source::report(&compilation, args);
    loaded.map(|(program, kind)| Loaded { program, compilation, kind, traced: 0 })
}

/// Compiles to an object in a temporary directory, which stays if clang refuses, and loads it.
fn in_kernel(
    compilation: &mut Compilation,
    codegen: &CodegenArgs,
    engine: impl FnOnce(&Object) -> EngineResult<loaded::Loaded>,
) -> Result<(Arc<ir::Program>, Kind), Exit> {
    let codegen = build::codegen(codegen)?;
    let program = compilation.optimise().map_err(|_| Exit::Rejected)?;
    let directory = tempfile::tempdir().map_err(|error| {
        complain(&format!("cannot make a temporary directory: {error}"));
        Exit::Environment
    })?;
    let c = directory.path().join("program.c");
    let object = match compilation.object(&c, &codegen) {
        Ok(made) => {
            build::show_warnings(&made);
            made.object
        }
        Err(error) => {
            let _ = directory.keep();
            return Err(build::explain(&error));
        }
    };
    let object = Object::open(&object).map_err(|error| Exit::of(Err(error.into())))?;
    match engine(&object) {
        Ok(loaded) => Ok((program, Kind::Kernel(Box::new(loaded)))),
        Err(error) => Err(fail("loading", &error)),
    }
}

fn interpreter(
    compilation: &mut Compilation,
    tracing: bool,
) -> Result<(Arc<ir::Program>, Kind), ErrorsReported> {
    let program = compilation.elaborate()?;
    match InterpEngine::new(&program) {
        Ok(mut engine) => {
            if tracing {
                engine.keep_traces();
            }
            Ok((program, Kind::Interp(Box::new(engine))))
        }
        Err(unsupported) => {
            let reported = unsupported.0.into_iter().map(|found| compilation.diagnostics.error(found)).last();
            Err(reported.unwrap_or_else(|| {
                let message = "the interpreter cannot run this program";
                compilation.diagnostics.error(Diagnostic::error(codes::E0551, Span::NONE, message))
            }))
        }
    }
}

/// Says what an engine's error is; the exit status that it means.
fn fail(what: &str, error: &EngineError) -> Exit {
    complain(&format!("{what}: {error}"));
    status(error)
}

fn status(error: &EngineError) -> Exit {
    match error {
        EngineError::Environment(_) => Exit::Environment,
        EngineError::Unsupported(_) | EngineError::Refused(_) | EngineError::GivenUp { .. } => Exit::Rejected,
    }
}
