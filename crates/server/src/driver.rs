//! The core's law, kept: one input, then all outputs, then the next input.
//!
//! The cluster lives on the one thread that serves all connections. Whoever has an input hands it in here, and finds
//! the outputs carried out when the call returns: answers in mailboxes, flushes on their way to a blocking thread,
//! events with those who watch.

use crate::clock::Clock;
use crate::http::{Queue, Watchers};
use crate::kafka::{ClientName, Mailbox};
use crate::latency::Latencies;
use crate::store::Store;
use bytes::Bytes;
use runnel_broker::{BlobId, BrokerId, Cluster, ConnectionId, FlushId, Input, Output, StorageError, Timestamp};
use runnel_protocol::{ApiKey, Chunk, Chunks};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The cluster and all that waits for its outputs.
pub(crate) struct Driver {
    state: RefCell<State>,
    /// The cluster wants to be woken earlier than it did before.
    wakeup_moved: Notify,
    /// A flush is done.
    flushed: Notify,
    /// A broker has begun or ceased to take connections.
    lives_changed: Notify,
}

struct State {
    cluster: Cluster<Store>,
    clock: Clock,
    clients: BTreeMap<ConnectionId, Client>,
    inputs: VecDeque<Input>,
    watchers: Watchers,
    /// When the timer's task will wake the cluster.
    wakeup: Option<Timestamp>,
    flushes_under_way: usize,
    connections_opened: u64,
    latencies: Latencies,
    /// Brokers that take no connections. Looked at only while somebody has stopped one.
    away: BTreeSet<BrokerId>,
    /// The cluster is closed and takes no inputs.
    has_stopped: bool,
}

struct Client {
    mailbox: Rc<Mailbox>,
    name: ClientName,
    /// The request that is being answered, and since when. The core takes one at a time from each connection.
    asked: Option<(ApiKey, Instant)>,
}

impl Driver {
    /// Takes over a cluster, and whatever it has to say already.
    pub(crate) fn new(cluster: Cluster<Store>, clock: Clock) -> Rc<Self> {
        let state = State {
            cluster,
            clock,
            clients: BTreeMap::new(),
            inputs: VecDeque::new(),
            watchers: Watchers::default(),
            wakeup: None,
            flushes_under_way: 0,
            connections_opened: 0,
            latencies: Latencies::default(),
            away: BTreeSet::new(),
            has_stopped: false,
        };
        let driver = Rc::new(Driver {
            state: RefCell::new(state),
            wakeup_moved: Notify::new(),
            flushed: Notify::new(),
            lives_changed: Notify::new(),
        });
        // Opening it may have left outputs, and those come before the first input.
        driver.drain(&mut driver.state.borrow_mut());
        driver.handle(Input::Timer);
        driver
    }

    /// Wakes the cluster whenever it wants to be. Ends with the process.
    pub(crate) async fn keep_time(self: Rc<Self>) {
        loop {
            let (wakeup, now) = {
                let state = &mut *self.state.borrow_mut();
                (state.wakeup, state.clock.now())
            };
            let Some(wakeup) = wakeup else {
                self.wakeup_moved.notified().await;
                continue;
            };
            if wakeup <= now {
                self.state.borrow_mut().wakeup = None;
                self.handle(Input::Timer);
                // Bounded pieces of work come as timers too; connections have their turn between them.
                tokio::task::yield_now().await;
                continue;
            }
            // The timer counts whole milliseconds.
            let wait = wakeup.since(now).max(Duration::from_millis(1));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.wakeup_moved.notified() => {}
            }
        }
    }

    pub(crate) fn opened(
        self: &Rc<Self>,
        connection: ConnectionId,
        broker: BrokerId,
        listener: usize,
        peer: String,
        mailbox: Rc<Mailbox>,
    ) {
        {
            let state = &mut *self.state.borrow_mut();
            state.clients.insert(connection, Client { mailbox, name: ClientName::default(), asked: None });
            state.connections_opened += 1;
        }
        self.handle(Input::ConnectionOpened { connection, broker, listener, peer });
    }

    pub(crate) fn frame(self: &Rc<Self>, connection: ConnectionId, bytes: Bytes) {
        if let Some(client) = self.state.borrow_mut().clients.get_mut(&connection) {
            client.name.learn(&bytes);
            let key = bytes.first_chunk().and_then(|key| ApiKey::from_number(i16::from_be_bytes(*key)));
            client.asked = key.map(|key| (key, Instant::now()));
        }
        self.handle(Input::Frame { connection, bytes });
    }

    /// The connection is over; answers who it was.
    pub(crate) fn closed(self: &Rc<Self>, connection: ConnectionId) -> ClientName {
        let client = self.state.borrow_mut().clients.remove(&connection);
        self.handle(Input::ConnectionClosed { connection });
        client.map(|client| client.name).unwrap_or_default()
    }

    /// Ends a broker, and with it its connections: by a crash, or cleanly.
    pub(crate) fn stop_broker(self: &Rc<Self>, broker: BrokerId, clean: bool) {
        self.state.borrow_mut().away.insert(broker);
        self.handle(Input::BrokerStopped { broker, clean });
        self.lives_changed.notify_waiters();
    }

    /// Begins to start a broker that was stopped.
    pub(crate) fn start_broker(self: &Rc<Self>, broker: BrokerId) {
        self.handle(Input::BrokerStarted { broker });
    }

    /// Whether a broker takes connections.
    pub(crate) fn is_listening(&self, broker: BrokerId) -> bool {
        self.state.borrow().cluster.is_listening(broker)
    }

    /// Resolves when some broker has begun or ceased to take connections since this was called.
    pub(crate) fn lives_changed(&self) -> Notified<'_> {
        self.lives_changed.notified()
    }

    /// Whether a request of the connection is being answered, so that it may send no other.
    pub(crate) fn is_busy(&self, connection: ConnectionId) -> bool {
        let state = self.state.borrow();
        state.has_stopped || state.cluster.is_busy(connection)
    }

    /// Looks at the cluster from outside.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Cluster<Store>, &Counts<'_>) -> T) -> T {
        let state = self.state.borrow();
        let counts = Counts {
            connections: state.clients.len(),
            connections_opened: state.connections_opened,
            watchers: state.watchers.count(),
            latencies: &state.latencies,
        };
        look(&state.cluster, &counts)
    }

    /// Begins to watch, `None` if too many do.
    pub(crate) fn watch(&self) -> Option<(u64, Rc<Queue>)> {
        let state = &mut *self.state.borrow_mut();
        let added = state.watchers.add();
        state.cluster.set_watched(!state.watchers.is_empty());
        added
    }

    pub(crate) fn unwatch(&self, watcher: u64) {
        let state = &mut *self.state.borrow_mut();
        state.watchers.remove(watcher);
        state.cluster.set_watched(!state.watchers.is_empty());
    }

    /// Has everything written down and brought to the disk.
    ///
    /// # Errors
    /// The store's refusal; what was acknowledged before by the rules of the fsync mode is safe all the same.
    pub(crate) async fn stop(self: &Rc<Self>) -> Result<(), StorageError> {
        while self.state.borrow().flushes_under_way > 0 {
            self.flushed.notified().await;
        }
        let job = {
            let state = &mut *self.state.borrow_mut();
            state.has_stopped = true;
            let now = state.clock.now();
            let blobs = state.cluster.close(now)?;
            state.cluster.storage_mut().flush(&blobs)?
        };
        blocking(move || job.run()).await?;
        // The mark says that everything else is on the disk, so it comes last.
        let job = {
            let state = &mut *self.state.borrow_mut();
            let now = state.clock.now();
            state.cluster.mark_clean(now)?;
            state.cluster.storage_mut().flush(&[])?
        };
        blocking(move || job.run()).await
    }

    fn handle(self: &Rc<Self>, input: Input) {
        let state = &mut *self.state.borrow_mut();
        if state.has_stopped {
            return;
        }
        state.inputs.push_back(input);
        while let Some(input) = state.inputs.pop_front() {
            let now = state.clock.now();
            state.cluster.handle_input(now, input);
            self.drain(state);
        }
        let (cluster, away) = (&state.cluster, &mut state.away);
        let away_before = away.len();
        away.retain(|broker| !cluster.is_listening(*broker));
        if away.len() != away_before {
            self.lives_changed.notify_waiters();
        }
        while let Some(line) = state.cluster.poll_log() {
            tracing::warn!("{line}");
        }
        let wakeup = state.cluster.next_wakeup();
        if let Some(at) = wakeup
            && state.wakeup.is_none_or(|armed| at < armed)
        {
            state.wakeup = wakeup;
            self.wakeup_moved.notify_one();
        }
    }

    fn drain(self: &Rc<Self>, state: &mut State) {
        while let Some(output) = state.cluster.poll_output() {
            self.carry_out(state, output);
        }
    }

    fn carry_out(self: &Rc<Self>, state: &mut State, output: Output) {
        match output {
            Output::Send { connection, chunks } => state.send(connection, chunks),
            Output::Close { connection, reason } => {
                if let Some(client) = state.clients.get(&connection) {
                    client.mailbox.close(reason);
                }
            }
            Output::Flush { id, blobs } => self.flush(state, id, &blobs),
            Output::Event(event) => state.watchers.notify(&event),
        }
    }

    /// Has a flush done on a blocking thread; its outcome comes back as an input.
    fn flush(self: &Rc<Self>, state: &mut State, id: FlushId, blobs: &[BlobId]) {
        let job = match state.cluster.storage_mut().flush(blobs) {
            Ok(job) if job.is_empty() => return state.inputs.push_back(Input::Flushed { id, outcome: Ok(()) }),
            Ok(job) => job,
            Err(error) => return state.inputs.push_back(Input::Flushed { id, outcome: Err(error) }),
        };
        state.flushes_under_way += 1;
        let driver = self.clone();
        tokio::task::spawn_local(async move {
            let (job, outcome) = blocking(move || {
                let outcome = job.run();
                (job, outcome)
            })
            .await;
            {
                let state = &mut *driver.state.borrow_mut();
                state.flushes_under_way -= 1;
                if outcome.is_err() {
                    state.cluster.storage_mut().flush_failed(job);
                }
            }
            driver.handle(Input::Flushed { id, outcome });
            driver.flushed.notify_one();
        });
    }
}

impl State {
    fn send(&mut self, connection: ConnectionId, chunks: Chunks) {
        let Some(client) = self.clients.get_mut(&connection) else { return };
        if let Some((key, since)) = client.asked.take() {
            self.latencies.note(key, since.elapsed());
        }
        let storage = self.cluster.storage();
        let sent = client.mailbox.put(|outbound| {
            for chunk in chunks.0 {
                match chunk {
                    Chunk::Bytes(bytes) => outbound.push(bytes),
                    Chunk::Range(range) => storage.send(range, outbound)?,
                }
            }
            Ok(())
        });
        // A frame that was begun cannot be taken back; without its end nothing after it can be understood.
        if let Err::<(), StorageError>(error) = sent {
            client.mailbox.close(format!("its answer could not be read from the store: {error}"));
        }
    }
}

/// What the driver itself counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Counts<'a> {
    pub(crate) connections: usize,
    pub(crate) connections_opened: u64,
    pub(crate) watchers: usize,
    pub(crate) latencies: &'a Latencies,
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("flushes do not panic, and the runtime outlives them")
}
