//! Events for programs that wait with tokio: in, a stream of events; out, the same as a `futures` stream of batches.

use super::{Event, Events, failed};
use crate::error::Error;
use crate::sys::waiting;
use futures_core::Stream;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::unix::AsyncFd;

/// Batches of events, none of them empty. It ends with an error alone.
#[derive(Debug)]
pub struct EventStream {
    events: Events,
    /// Readable when the events are.
    ready: AsyncFd<OwnedFd>,
    most: usize,
    is_over: bool,
}

impl EventStream {
    /// Batches of so many events at most. It has to be made, and waited for, within a runtime of tokio's whose I/O is enabled.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn new(events: Events, most: usize) -> Result<EventStream, Error> {
        let ready = events.as_fd().try_clone_to_owned().and_then(waiting::registered).map_err(failed)?;
        Ok(EventStream { events, ready, most, is_over: false })
    }

    /// The events themselves.
    #[must_use]
    pub fn get(&self) -> &Events {
        &self.events
    }
}

impl Stream for EventStream {
    type Item = Result<Vec<Event>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        loop {
            // What was read before is no business of the kernel's any more, so it is asked for first; what comes behind that makes it ready again.
            match this.events.poll(Duration::ZERO, this.most) {
                Ok(batch) if batch.is_empty() => {}
                Ok(batch) => return Poll::Ready(Some(Ok(batch))),
                Err(error) => {
                    this.is_over = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
            match ready!(this.ready.poll_read_ready(context)) {
                Ok(mut guard) => {
                    let still = waiting::wait(guard.get_inner().as_fd(), Duration::ZERO);
                    if !still.map_err(failed)? {
                        guard.clear_ready();
                    }
                }
                Err(error) => {
                    this.is_over = true;
                    return Poll::Ready(Some(Err(failed(error).into())));
                }
            }
        }
    }
}
