//! Connections, not more than so many at a time: who comes when there are that many waits until another has gone. One that says nothing is closed: clients
//! begin at once, and answer when they are asked whether they are there.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, Sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::{Connected, TcpConnectInfo};

/// A client says its first words within this time.
const BEGINS_WITHIN: Duration = Duration::from_secs(5);

/// A connection, with its place among those that there may be.
pub(super) struct Connection {
    stream: TcpStream,
    /// When it has said nothing for too long.
    silent: Pin<Box<Sleep>>,
    /// How long that is.
    patience: Duration,
    _place: OwnedSemaphorePermit,
}

/// Takes connections until nobody wants them. `patience` is how long one may say nothing.
pub(super) fn limited(
    listener: TcpListener,
    most: usize,
    patience: Duration,
) -> ReceiverStream<io::Result<Connection>> {
    let (send, receive) = mpsc::channel(1);
    let places = Arc::new(Semaphore::new(most));
    tokio::spawn(async move {
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
            let accepted = tokio::select! {
                () = send.closed() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    // Small messages are not to wait for one another.
                    let _ = stream.set_nodelay(true);
                    let silent = Box::pin(tokio::time::sleep(BEGINS_WITHIN));
                    let connection = Connection { stream, silent, patience, _place: place };
                    if send.send(Ok(connection)).await.is_err() {
                        break;
                    }
                }
                // The connection was gone, or there are too many open files: others may come.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
    });
    ReceiverStream::new(receive)
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_pending() {
            return self.silent.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        if buf.filled().len() > before {
            let until = Instant::now() + self.patience;
            self.silent.as_mut().reset(until);
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
