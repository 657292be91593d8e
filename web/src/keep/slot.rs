//! The place in the browser's storage where one tab keeps its work.

use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use web_sys::Storage;

/// Before the name of a tab.
const WORK: &str = "runnel.work.";
const LOCK: &str = "runnel.lock.";
/// Where a tab remembers its own name.
const TAB: &str = "runnel.tab";
/// A tab that has not breathed for so long is gone.
const LOCK_MS: f64 = 10_000.0;
/// Most works; of more the oldest are given up that no open tab holds.
const WORKS_MAX: usize = 12;

/// What a tab was at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// When it was kept.
    pub(crate) saved_ms: f64,
    pub(crate) title: String,
    /// Where it stood.
    pub(crate) now_us: i64,
    /// The story, as `Story::to_file` writes it.
    pub(crate) history: String,
}

/// A tab's own place.
#[derive(Debug)]
pub(super) struct Slot {
    name: RefCell<String>,
    has_work: Cell<bool>,
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn is_locked(storage: &Storage, name: &str) -> bool {
    let breathed = storage.get_item(&format!("{LOCK}{name}")).ok().flatten().and_then(|text| text.parse::<f64>().ok());
    breathed.is_some_and(|at| (js_sys::Date::now() - at).abs() < LOCK_MS)
}

fn new_name() -> String {
    format!("{:.0}-{:.0}", js_sys::Date::now(), js_sys::Math::random() * 1e9)
}

/// A tab that cannot remember its name is a new one after it was loaded again.
fn remember_name(session: Option<&Storage>, name: &str) {
    if let Some(session) = session {
        _ = session.set_item(TAB, name);
    }
}

impl Slot {
    /// The place of this tab: the same after it was loaded again, another one if the tab is a copy.
    pub(super) fn of_tab() -> Slot {
        let session = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
        let known = session.as_ref().and_then(|session| session.get_item(TAB).ok().flatten());
        let is_free = |name: &String| local().is_none_or(|storage| !is_locked(&storage, name));
        let name = known.filter(is_free).unwrap_or_else(new_name);
        remember_name(session.as_ref(), &name);
        let slot = Slot { name: RefCell::new(name), has_work: Cell::new(false) };
        slot.breathe();
        slot
    }

    fn read(storage: &Storage, key: &str) -> Option<Work> {
        serde_json::from_str(&storage.get_item(key).ok().flatten()?).ok()
    }

    /// What this tab was at.
    pub(super) fn load(&self) -> Option<Work> {
        let work = Slot::read(&local()?, &format!("{WORK}{}", self.name.borrow()))?;
        self.has_work.set(true);
        Some(work)
    }

    /// Whether there is something here.
    pub(super) fn has_work(&self) -> bool {
        self.has_work.get()
    }

    /// All works by name.
    fn works(storage: &Storage) -> Vec<(String, Work)> {
        let length = storage.length().unwrap_or_default();
        let keys = (0..length).filter_map(|index| storage.key(index).ok().flatten());
        let names: Vec<String> = keys.filter_map(|key| key.strip_prefix(WORK).map(str::to_owned)).collect();
        let work = |name: String| Slot::read(storage, &format!("{WORK}{name}")).map(|work| (name, work));
        names.into_iter().filter_map(work).collect()
    }

    /// The latest work of any other tab.
    pub(super) fn newest_other(&self) -> Option<Work> {
        let works = Slot::works(&local()?).into_iter().filter(|(name, _)| *name != *self.name.borrow());
        works.map(|(_, work)| work).max_by(|one, other| one.saved_ms.total_cmp(&other.saved_ms))
    }

    /// Keeps work. What was kept before stays, if there is no room for this.
    ///
    /// # Errors
    /// Why not, for the visitor.
    pub(super) fn store(&self, work: &Work) -> Result<(), String> {
        let Some(storage) = local() else {
            return Err("this browser lets the page keep nothing: save your work as a file (Share)".to_owned());
        };
        let text = serde_json::to_string(work).map_err(|error| format!("the work cannot be written: {error}"))?;
        if storage.set_item(&format!("{WORK}{}", self.name.borrow()), &text).is_err() {
            return Err(
                "this browser's storage is full, so your latest steps would not survive a reload. They are all \
                        still here: save them as a file (Share)"
                    .to_owned(),
            );
        }
        if !self.has_work.replace(true) {
            Slot::give_up_oldest(&storage);
        }
        Ok(())
    }

    fn give_up_oldest(storage: &Storage) {
        let mut works = Slot::works(storage);
        works.sort_by(|(_, one), (_, other)| other.saved_ms.total_cmp(&one.saved_ms));
        for (name, _) in works.into_iter().skip(WORKS_MAX).filter(|(name, _)| !is_locked(storage, name)) {
            _ = storage.remove_item(&format!("{WORK}{name}"));
        }
    }

    /// Says that the tab is there.
    pub(super) fn breathe(&self) {
        if let Some(storage) = local() {
            // In a full storage the lock is missing, which only matters for a copy of the tab.
            _ = storage.set_item(&format!("{LOCK}{}", self.name.borrow()), &js_sys::Date::now().to_string());
        }
    }

    /// Takes another place, so that what is kept in this one stays as it is.
    pub(super) fn move_on(&self) {
        self.leave();
        self.name.replace(new_name());
        self.has_work.set(false);
        let session = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
        remember_name(session.as_ref(), &self.name.borrow());
        self.breathe();
    }

    /// Says that the tab goes.
    pub(super) fn leave(&self) {
        if let Some(storage) = local() {
            _ = storage.remove_item(&format!("{LOCK}{}", self.name.borrow()));
        }
    }
}
