//! Where the core's answers for a connection lie until its task has written them.

use super::outbound::Outbound;
use bytes::Bytes;
use std::cell::{Cell, RefCell};
use tokio::sync::Notify;

/// Shared by the driver, which puts answers in, and the connection's task, which writes them.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    outbound: RefCell<Outbound>,
    closing: RefCell<Option<String>>,
    news: Notify,
    /// Whether the task looks at the mailbox of its own accord before it rests.
    task_is_awake: Cell<bool>,
}

impl Mailbox {
    /// Lets `put` add to what goes out, and wakes the task if it rests.
    pub(crate) fn put<T>(&self, put: impl FnOnce(&mut Outbound) -> T) -> T {
        let result = put(&mut self.outbound.borrow_mut());
        self.wake();
        result
    }

    /// Asks for the connection's end, after everything that was put in before. The first reason stays.
    pub(crate) fn close(&self, reason: String) {
        self.closing.borrow_mut().get_or_insert(reason);
        self.wake();
    }

    fn wake(&self) {
        if !self.task_is_awake.get() {
            self.news.notify_one();
        }
    }

    pub(super) fn with_outbound<T>(&self, look: impl FnOnce(&mut Outbound) -> T) -> T {
        look(&mut self.outbound.borrow_mut())
    }

    /// Takes out what is at hand as bytes, for who has no socket; `None` if there is nothing.
    pub(crate) fn take_bytes(&self) -> Option<Bytes> {
        self.outbound.borrow_mut().take_bytes()
    }

    /// Why the connection is to end, if it is.
    pub(crate) fn closing(&self) -> Option<String> {
        self.closing.borrow().clone()
    }

    pub(super) fn set_task_awake(&self, awake: bool) {
        self.task_is_awake.set(awake);
    }

    /// Waits until something is put in. Only while the task is not marked as awake.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }
}
