//! Metrics over HTTP: `GET /metrics`, in the form that the asker takes. In: what reads a snapshot. Out: a router, which another server can take in,
//! or a server of its own.

use crate::snapshot::Snapshot;
use crate::text::Format;
use axum::Router;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

/// Where metrics are.
pub const PATH: &str = "/metrics";

/// What reads a snapshot; an error is told to who asks. It runs on a thread of its own, where it may take its time, and once at a time.
pub type Source = dyn FnMut() -> Result<Snapshot, String> + Send;

/// A router with metrics at [`PATH`]. It needs a runtime of tokio around it.
pub fn router(source: Box<Source>) -> Router {
    let source = Arc::new(Mutex::new(source));
    Router::new().route(PATH, get(move |headers: HeaderMap| answer(Arc::clone(&source), headers)))
}

async fn answer(source: Arc<Mutex<Box<Source>>>, headers: HeaderMap) -> Response {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let format = Format::accepted(&accepted.collect::<Vec<_>>().join(","));
    let read = move || {
        // A reader that has panicked left nothing half done that the next one would see.
        let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
        source().map(|snapshot| snapshot.text(format))
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(text)) => ([(CONTENT_TYPE, format.content_type())], text).into_response(),
        Ok(Err(reason)) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{reason}\n")).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

/// Serves metrics until the process ends, on this thread; what reads them runs on another one, in the same network namespace.
///
/// # Errors
/// When the system refuses.
pub fn serve(listener: TcpListener, source: Box<Source>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router(source)).await
    })
}
