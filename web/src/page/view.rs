//! A viewing that components watch.

use leptos::prelude::*;
use runnel_sandbox::scene::Scene;
use runnel_sandbox::viewing::Viewing;

/// A viewing, and a count that grows whenever there is something else to see.
#[derive(Clone, Copy)]
pub(crate) struct View {
    viewing: StoredValue<Viewing, LocalStorage>,
    frame: RwSignal<u64>,
}

impl View {
    pub(crate) fn new(viewing: Viewing) -> View {
        View { viewing: StoredValue::new_local(viewing), frame: RwSignal::new(0) }
    }

    /// Looks once.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Viewing) -> T) -> T {
        self.viewing.with_value(read)
    }

    /// Looks at the scene once.
    pub(crate) fn scene<T>(&self, read: impl FnOnce(&Scene) -> T) -> T {
        self.with(|viewing| read(viewing.scene()))
    }

    /// Looks, and again whenever something has changed.
    pub(crate) fn watch<T>(&self, read: impl FnOnce(&Viewing) -> T) -> T {
        self.frame.track();
        self.with(read)
    }

    /// Part of the scene; who reads it is told only when it differs.
    pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Scene) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.watch(|viewing| read(viewing.scene())))
    }

    /// Changes the viewing and tells everybody.
    pub(crate) fn update<T>(&self, change: impl FnOnce(&mut Viewing) -> T) -> T {
        let changed = self.viewing.try_update_value(change).expect("the view is not disposed of while it is shown");
        self.tell();
        changed
    }

    /// Shows another viewing; the one that was shown is handed back.
    pub(crate) fn replace(&self, viewing: Viewing) -> Viewing {
        self.update(|shown| std::mem::replace(shown, viewing))
    }

    fn tell(&self) {
        self.frame.update(|frame| *frame = frame.wrapping_add(1));
    }
}
