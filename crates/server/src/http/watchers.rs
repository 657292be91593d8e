//! Events on their way to those who watch: a bounded queue each, so that a slow one costs itself only.

use runnel_broker::{Event, SCHEMA_VERSION};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Events that wait for one watcher.
const QUEUED_EVENTS_MAX: usize = 4096;

/// Their bytes.
const QUEUED_SIZE_MAX: usize = 2 * 1024 * 1024;

/// Watchers at a time.
const WATCHERS_MAX: usize = 64;

/// All who watch.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    queues: BTreeMap<u64, Rc<Queue>>,
    id_next: u64,
}

/// What waits for one watcher.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: RefCell<Waiting>,
    news: Notify,
}

/// Events in order, or the number of those that were lost.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) events: VecDeque<Utf8Bytes>,
    size: usize,
    /// Above 0, `events` is empty: what is missing cannot be told from events, only from a fresh snapshot.
    pub(crate) missed: u64,
}

/// An event as it travels.
#[derive(Serialize)]
struct Message<'a> {
    schema: u32,
    #[serde(rename = "type")]
    message_type: &'static str,
    #[serde(flatten)]
    event: &'a Event,
}

impl Watchers {
    /// Takes in one more, `None` if there are too many.
    pub(crate) fn add(&mut self) -> Option<(u64, Rc<Queue>)> {
        if self.queues.len() >= WATCHERS_MAX {
            return None;
        }
        self.id_next += 1;
        let queue = Rc::new(Queue::default());
        self.queues.insert(self.id_next, queue.clone());
        Some((self.id_next, queue))
    }

    pub(crate) fn remove(&mut self, id: u64) {
        self.queues.remove(&id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    pub(crate) fn count(&self) -> usize {
        self.queues.len()
    }

    /// Puts an event in every queue. It is written out only if one of them has room.
    pub(crate) fn notify(&self, event: &Event) {
        let mut written: Option<Utf8Bytes> = None;
        for queue in self.queues.values() {
            let mut waiting = queue.waiting.borrow_mut();
            if waiting.missed == 0 {
                let text = written.get_or_insert_with(|| write(event));
                waiting.push(text.clone());
            } else {
                waiting.missed += 1;
            }
            queue.news.notify_one();
        }
    }
}

impl Queue {
    /// Waits until there may be something to take.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Takes everything.
    pub(crate) fn take(&self) -> Waiting {
        self.waiting.take()
    }

    /// Whether events were lost since the last taking.
    pub(crate) fn has_missed(&self) -> bool {
        self.waiting.borrow().missed > 0
    }
}

impl Waiting {
    fn push(&mut self, text: Utf8Bytes) {
        self.size += text.len();
        self.events.push_back(text);
        if self.events.len() > QUEUED_EVENTS_MAX || self.size > QUEUED_SIZE_MAX {
            *self = Waiting { missed: self.events.len() as u64, ..Waiting::default() };
        }
    }
}

fn write(event: &Event) -> Utf8Bytes {
    let message = Message { schema: SCHEMA_VERSION, message_type: "event", event };
    serde_json::to_string(&message).expect("an event has no map with keys that are not text").into()
}

#[cfg(test)]
mod tests {
    use super::{QUEUED_EVENTS_MAX, QUEUED_SIZE_MAX, Waiting, Watchers, write};
    use expect_test::expect;
    use runnel_broker::{BrokerId, Event, EventKind, Timestamp};

    fn event(sequence: u64) -> Event {
        let kind = EventKind::BrokerStarted { partitions: 3 };
        Event { sequence, time: Timestamp::from_millis(5), broker: BrokerId(1), kind }
    }

    #[test]
    fn an_event_is_one_line_of_json() {
        expect![[
            r#"{"schema":1,"type":"event","sequence":7,"time":5000,"broker":1,"kind":"broker_started","partitions":3}"#
        ]]
        .assert_eq(&write(&event(7)));
    }

    #[test]
    fn a_slow_watcher_learns_how_many_it_missed_and_others_get_all() {
        let mut watchers = Watchers::default();
        let (_, slow) = watchers.add().unwrap();
        let (_, quick) = watchers.add().unwrap();
        let count = QUEUED_EVENTS_MAX as u64 + 10;
        let mut taken = 0;
        for sequence in 1..=count {
            watchers.notify(&event(sequence));
            taken += quick.take().events.len() as u64;
        }
        assert_eq!(taken, count);
        assert!(slow.has_missed());
        assert_eq!(slow.take(), Waiting { missed: count, ..Waiting::default() });
        watchers.notify(&event(count + 1));
        assert_eq!(slow.take().events.len(), 1, "after the loss was told, events come again");
    }

    #[test]
    fn large_events_count_by_their_size() {
        let mut waiting = Waiting::default();
        let large = "x".repeat(QUEUED_SIZE_MAX / 2);
        for _ in 0..3 {
            waiting.push(large.as_str().into());
        }
        assert_eq!(waiting, Waiting { missed: 3, ..Waiting::default() });
    }

    #[test]
    fn the_number_of_watchers_is_bounded() {
        let mut watchers = Watchers::default();
        let ids: Vec<u64> = std::iter::from_fn(|| watchers.add().map(|(id, _)| id)).take(1000).collect();
        assert_eq!(ids.len(), super::WATCHERS_MAX);
        watchers.remove(ids[0]);
        assert!(watchers.add().is_some());
    }
}
