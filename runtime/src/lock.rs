//! One writer at a time: in, the thread's network namespace; out, a lock that ends with the value or the process. A load reads what the
//! running programs have, puts it into a new one and attaches that; a change of a table may read, compute and write back: what another
//! process changes in between would be lost. The lock lies on the namespace itself, so there is no file, and other namespaces do not wait.
//!
//! A thread that holds the lock gets it again: who looks for a program, reads it and changes it takes the lock first, and each change takes it
//! too, for those who make but one. Another thread of the same process waits for it as another process does. So a lock stays with its thread.

use crate::error::{Error, KernelError};
use crate::sys;
use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

/// How long it is waited for. Loading a large program, or copying large tables, takes some seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// Times between attempts: a change takes microseconds, a load much longer.
const FIRST_PAUSE: Duration = Duration::from_micros(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(5);

/// Held while programs are loaded or tables changed. The namespace is that of the thread that took it, which is the only one that can drop
/// it.
#[derive(Debug)]
#[must_use]
pub struct Lock(#[expect(dead_code, reason = "closing the last one gives the lock back")] Rc<File>);

/// Device and inode number of a namespace.
type Namespace = (u64, u64);

thread_local! {
    /// Writer's locks of this thread.
    static HELD: RefCell<Vec<(Namespace, Weak<File>)>> = const { RefCell::new(Vec::new()) };
}

/// For those who change tables, counters and registers, load or unload: one at a time. Take it before looking for the program, so that it
/// is not one which is being replaced.
///
/// # Errors
/// When the namespace cannot be opened, or another process holds the lock for longer than a minute.
pub fn writer() -> Result<Lock, Error> {
    let (file, namespace) = namespace()?;
    let held = HELD.with_borrow_mut(|held| {
        held.retain(|(_, file)| file.strong_count() > 0);
        held.iter().find(|(of, _)| *of == namespace).and_then(|(_, file)| file.upgrade())
    });
    if let Some(file) = held {
        return Ok(Lock(file));
    }
    let file = Rc::new(wait(file, true)?);
    HELD.with_borrow_mut(|held| held.push((namespace, Rc::downgrade(&file))));
    Ok(Lock(file))
}

/// For those who only read, and want nothing to change meanwhile: many at a time.
///
/// # Errors
/// As for [`writer`].
pub fn reader() -> Result<Lock, Error> {
    let (file, _) = namespace()?;
    Ok(Lock(Rc::new(wait(file, false)?)))
}

fn refused(error: io::Error) -> Error {
    KernelError::new("wait for another p4xdp to be done in this network namespace", error).into()
}

fn namespace() -> Result<(File, Namespace), Error> {
    let file = File::open("/proc/thread-self/ns/net").map_err(refused)?;
    let known = file.metadata().map_err(refused)?;
    Ok((file, (known.dev(), known.ino())))
}

fn wait(file: File, exclusive: bool) -> Result<File, Error> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match sys::try_lock(file.as_fd(), exclusive) {
            Ok(()) => return Ok(file),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && start.elapsed() < PATIENCE => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(error) => return Err(refused(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::writer;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn one_thread_has_it_as_often_as_it_likes_and_others_wait() {
        let (send, receive) = mpsc::channel();
        let outer = writer().unwrap();
        let inner = writer().unwrap();
        let other = std::thread::spawn(move || {
            let lock = writer().unwrap();
            send.send(()).unwrap();
            drop(lock);
        });
        drop(outer);
        assert!(receive.recv_timeout(Duration::from_millis(50)).is_err(), "the inner one still holds it");
        drop(inner);
        receive.recv_timeout(Duration::from_secs(60)).unwrap();
        other.join().unwrap();
    }
}
