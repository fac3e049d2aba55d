//! What runs a program in `test` and `run`: from the arguments to an engine with the program loaded.

use super::{Exit, complain, source, trace};
use crate::cli::{CodegenArgs, EngineArg, SourceArgs, TraceFormat};
use crate::driver::Compilation;
use crate::testing::engine::{Engine, EngineError};
use crate::testing::interp::InterpEngine;
use p4xdp_frontend::diagnostic::{Diagnostic, ErrorsReported, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir;

/// A compiled program and the engine that runs it.
pub struct Loaded {
    /// The program as elaborated: names of tables and such.
    pub program: ir::Program,
    /// The compilation, for positions.
    pub compilation: Compilation,
    kind: Kind,
}

enum Kind {
    Interp(Box<InterpEngine>),
}

impl Loaded {
    /// The engine.
    pub fn engine(&mut self) -> &mut dyn Engine {
        match &mut self.kind {
            Kind::Interp(engine) => &mut **engine,
        }
    }

    /// Prints what happened since the last call, if it was asked for.
    pub fn print_trace(&mut self, format: Option<TraceFormat>) {
        if let (Kind::Interp(engine), Some(format)) = (&mut self.kind, format) {
            trace::print(&engine.take_outcomes(), &self.compilation.sources, format);
        }
    }
}

/// Compiles the program and loads it into the engine; findings are printed.
///
/// # Errors
/// The exit status, when that does not work; why has been said.
pub fn load(
    args: &SourceArgs,
    codegen: &CodegenArgs,
    engine: EngineArg,
    trace: Option<TraceFormat>,
) -> Result<Loaded, Exit> {
    let mut compilation = source::compilation(args);
    let loaded = match engine {
        EngineArg::Interp => interpreter(&mut compilation, trace.is_some()),
        EngineArg::Kernel | EngineArg::Veth => {
            let _ = codegen;
            complain("not yet");
            return Err(Exit::Environment);
        }
    };
    source::report(&compilation, args);
    match loaded {
        Ok((program, kind)) => Ok(Loaded { program, compilation, kind }),
        Err(_) => Err(Exit::Rejected),
    }
}

fn interpreter(compilation: &mut Compilation, tracing: bool) -> Result<(ir::Program, Kind), ErrorsReported> {
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
pub fn fail(what: &str, error: &EngineError) -> Exit {
    complain(&format!("{what}: {error}"));
    match error {
        EngineError::Environment(_) => Exit::Environment,
        EngineError::Unsupported(_) | EngineError::Refused(_) => Exit::Rejected,
    }
}
