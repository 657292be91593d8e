//! One client's connection: frames in, answers out, and the bounds on both.
//!
//! The task does whatever can be done without waiting (hand frames to the core, write answers, read more), and then
//! waits for the first of: the socket, an answer from the core, the time-out. A request that is being answered holds
//! back the ones behind it, and so do answers that the client does not take.

use super::Limits;
use super::frames::{BadSize, FrameReader};
use super::mailbox::Mailbox;
use super::outbound::Written;
use crate::driver::Driver;
use runnel_broker::ConnectionId;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

/// Bytes that one read takes; also what may be read ahead of the request that is being answered.
const SCRATCH_SIZE: usize = 128 * 1024;

/// A frame of which so much is missing is read straight into its own buffer.
const LARGE: usize = SCRATCH_SIZE / 2;

/// Requests that one turn hands to the core before other connections have theirs.
const FRAMES_A_TURN_MAX: usize = 64;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) limits: Limits,
    /// One for all, since no task waits while it is in use.
    scratch: RefCell<Box<[u8]>>,
    /// Bytes in all frame readers.
    unfinished_size: Cell<usize>,
}

impl Shared {
    pub(super) fn new(limits: Limits) -> Self {
        let scratch = RefCell::new(vec![0; SCRATCH_SIZE].into_boxed_slice());
        Shared { limits, scratch, unfinished_size: Cell::new(0) }
    }
}

/// Why a connection is over.
#[derive(Debug)]
pub(super) enum End {
    /// The client closed it, perhaps in the middle of a request.
    ByClient {
        unfinished_size: usize,
    },
    /// The core refused it.
    ByCore(String),
    BadSize(BadSize),
    /// Neither a request was completed nor an answer taken for `connections.max.idle.ms`.
    Idle {
        unfinished_size: usize,
        unsent_size: usize,
    },
    /// All clients together have sent too much of requests that are not complete.
    TooMuchUnfinished,
    Io(io::Error),
}

impl End {
    /// Whether it is a client's ordinary way to go.
    pub(super) fn is_ordinary(&self) -> bool {
        match self {
            End::ByClient { unfinished_size } => *unfinished_size == 0,
            End::Idle { unfinished_size, unsent_size } => *unfinished_size == 0 && *unsent_size == 0,
            // Clients that are killed, or close with an answer unread, go like this.
            End::Io(error) => matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe),
            End::ByCore(_) | End::BadSize(_) | End::TooMuchUnfinished => false,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::ByClient { unfinished_size: 0 } => out.write_str("the client closed it"),
            End::ByClient { unfinished_size } => {
                write!(out, "the client closed it, {unfinished_size} bytes into a request")
            }
            End::ByCore(reason) => out.write_str(reason),
            End::BadSize(bad) => bad.fmt(out),
            End::Idle { unfinished_size: 0, unsent_size: 0 } => out.write_str("idle for connections.max.idle.ms"),
            End::Idle { unfinished_size, unsent_size: 0 } => {
                write!(out, "a request was not complete after connections.max.idle.ms ({unfinished_size} bytes came)")
            }
            End::Idle { unsent_size, .. } => {
                write!(out, "it took no answer for connections.max.idle.ms ({unsent_size} bytes are unsent)")
            }
            End::TooMuchUnfinished => out.write_str("too many bytes of unfinished requests wait on all connections"),
            End::Io(error) => error.fmt(out),
        }
    }
}

/// One connection's task.
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) stream: TcpStream,
    pub(super) driver: Rc<Driver>,
    pub(super) mailbox: Rc<Mailbox>,
    pub(super) shared: Rc<Shared>,
}

/// What a turn leaves to be waited for.
enum Rest {
    /// Others have their turn, then this task again.
    Yield,
    Wait {
        read: bool,
        write: bool,
    },
}

/// What a task knows between its turns.
struct Progress {
    reader: FrameReader,
    /// The client will send nothing more.
    at_end: bool,
    /// Last time a request was complete or an answer moved.
    active: Instant,
    /// This connection's part of [`Shared::unfinished_size`].
    counted: usize,
}

impl Connection {
    /// Serves the client until the connection is over.
    pub(super) async fn run(&self) -> End {
        let mut progress = Progress {
            reader: FrameReader::new(self.shared.limits.frame_size_max),
            at_end: false,
            active: Instant::now(),
            counted: 0,
        };
        let end = self.serve(&mut progress).await;
        self.count_unfinished(&mut progress, 0);
        end
    }

    async fn serve(&self, progress: &mut Progress) -> End {
        let mut deadline = pin!(sleep_until(progress.active + self.shared.limits.idle));
        loop {
            self.mailbox.set_task_awake(true);
            let turn = self.turn(progress);
            self.mailbox.set_task_awake(false);
            let (read, write) = match turn {
                Err(end) => return end,
                Ok(Rest::Yield) => {
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(Rest::Wait { read, write }) => (read, write),
            };
            let interest = match (read, write) {
                (true, true) => Some(Interest::READABLE | Interest::WRITABLE),
                (true, false) => Some(Interest::READABLE),
                (false, true) => Some(Interest::WRITABLE),
                (false, false) => None,
            };
            tokio::select! {
                biased;
                () = self.mailbox.news() => {}
                ready = self.ready(interest) => if let Err(error) = ready { return End::Io(error) },
                () = &mut deadline => {
                    if let Some(end) = self.idle_end(progress) {
                        return end;
                    }
                    let idle = self.shared.limits.idle;
                    deadline.as_mut().reset((progress.active + idle).max(Instant::now() + idle / 4));
                }
            }
        }
    }

    async fn ready(&self, interest: Option<Interest>) -> io::Result<()> {
        match interest {
            Some(interest) => self.stream.ready(interest).await.map(|_| ()),
            None => std::future::pending().await,
        }
    }

    /// Does what can be done without waiting.
    fn turn(&self, progress: &mut Progress) -> Result<Rest, End> {
        let mut frame_count = 0;
        loop {
            if frame_count < FRAMES_A_TURN_MAX && self.may_ask() {
                match progress.reader.next_frame() {
                    Err(bad) => return Err(End::BadSize(bad)),
                    Ok(Some(frame)) => {
                        frame_count += 1;
                        progress.active = Instant::now();
                        self.driver.frame(self.id, frame);
                        continue;
                    }
                    Ok(None) => {}
                }
            }
            self.count_unfinished(progress, progress.reader.pending_size());
            // All answers of this round go out together.
            let written = self.write(progress)?;
            if written == Written::All
                && let Some(reason) = self.mailbox.closing()
            {
                return Err(End::ByCore(reason));
            }
            if written == Written::TurnOver || frame_count >= FRAMES_A_TURN_MAX {
                return Ok(Rest::Yield);
            }
            // One whole request may lie ready behind the one that is being answered; more stay with the client.
            let read = !progress.reader.has_next() && !progress.at_end && self.mailbox.closing().is_none();
            if read && self.read(progress)? {
                continue;
            }
            if progress.reader.has_next() && self.may_ask() {
                continue;
            }
            if progress.at_end && (written == Written::All || self.driver.is_busy(self.id)) {
                return Err(End::ByClient { unfinished_size: progress.reader.pending_size() });
            }
            return Ok(Rest::Wait { read: read && !progress.at_end, write: written == Written::Blocked });
        }
    }

    /// Whether the core would take a request of this client now.
    fn may_ask(&self) -> bool {
        self.mailbox.with_outbound(|outbound| outbound.size()) <= self.shared.limits.outbound_size_max
            && self.mailbox.closing().is_none()
            && !self.driver.is_busy(self.id)
    }

    fn write(&self, progress: &mut Progress) -> Result<Written, End> {
        self.mailbox.with_outbound(|outbound| {
            let before = outbound.size();
            if before == 0 {
                return Ok(Written::All);
            }
            let written = outbound.write(&self.stream).map_err(End::Io)?;
            if outbound.size() < before {
                progress.active = Instant::now();
            }
            Ok(written)
        })
    }

    /// Reads once; `false` if nothing is there.
    fn read(&self, progress: &mut Progress) -> Result<bool, End> {
        let result = match progress.reader.room_for_large_frame(LARGE) {
            Some(room) => self.stream.try_read_buf(room),
            None => {
                let mut scratch = self.shared.scratch.borrow_mut();
                let result = self.stream.try_read(&mut scratch);
                if let Ok(size) = result {
                    progress.reader.feed(&scratch[..size]);
                }
                result
            }
        };
        match result {
            Ok(0) => {
                progress.at_end = true;
                Ok(false)
            }
            Ok(_) if self.shared.unfinished_size.get() > self.shared.limits.unfinished_size_max => {
                Err(End::TooMuchUnfinished)
            }
            Ok(_) => {
                self.count_unfinished(progress, progress.reader.pending_size());
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(End::Io(error)),
        }
    }

    fn count_unfinished(&self, progress: &mut Progress, size: usize) {
        let others = self.shared.unfinished_size.get() - progress.counted;
        self.shared.unfinished_size.set(others + size);
        progress.counted = size;
    }

    /// The end of a connection on which nothing moved for too long. A request that waits in the core is not idle: it
    /// has a deadline of its own there.
    fn idle_end(&self, progress: &Progress) -> Option<End> {
        let unsent_size = self.mailbox.with_outbound(|outbound| outbound.size());
        let is_idle = progress.active.elapsed() >= self.shared.limits.idle;
        let waits_for_core = unsent_size == 0 && self.driver.is_busy(self.id);
        (is_idle && !waits_for_core).then(|| End::Idle { unfinished_size: progress.reader.pending_size(), unsent_size })
    }
}
