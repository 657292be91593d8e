//! What all parts of the page share.
//!
//! Components read the scene through [`View::memo`], so that each part of the picture changes only when what it shows
//! has changed; they act through [`Page::run`] with a command, the same that could be typed.

mod clock;
mod names;
mod report;
mod view;

pub(crate) use clock::{SPEEDS, now_ms, start_clock};
pub(crate) use names::{Named, free_name};
pub(crate) use report::{Report, Tone};
pub(crate) use view::View;

use crate::late;
use crate::opening::Opening;
use leptos::prelude::*;
use runnel_sandbox::scene::NodeId;
use runnel_sandbox::viewing::Viewing;
use runnel_sandbox::world::{Extras, Happening};

/// Most steps that can be undone.
const UNDO_MAX: usize = 100;

/// What the inspector shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Selection {
    /// Something that stands on the stage.
    Node(NodeId),
    /// A record.
    Record {
        /// Its topic.
        topic: String,
        /// Its partition.
        partition: i32,
        /// Its offset.
        offset: i64,
    },
}

/// What all parts of the page share. It is handed around as a context: `expect_context::<Page>()`.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// The world on the stage.
    pub(crate) view: View,
    /// A second one beside it, to compare with.
    pub(crate) beside: RwSignal<Option<View>>,
    /// What the inspector shows.
    pub(crate) selection: RwSignal<Option<Selection>>,
    /// Whether time passes.
    pub(crate) is_playing: RwSignal<bool>,
    /// How fast: 1 is as in life.
    pub(crate) speed: RwSignal<f64>,
    /// How fast it goes, where the machine cannot follow.
    pub(crate) pace: RwSignal<f64>,
    /// What was last said to the visitor: that something could not be done, or was.
    pub(crate) report: RwSignal<Option<Report>>,
    /// The command that the last gesture equals.
    pub(crate) ghost: RwSignal<String>,
    /// What the world is called.
    pub(crate) title: RwSignal<String>,
    /// Whether the page is dark, once its style says so.
    pub(crate) is_dark: RwSignal<bool>,
    /// A run that is played before it is shown.
    pub(crate) opening: Opening,
    /// A lesson's file that the visitor has opened, by its name and with what is in it, until the course has taken it.
    pub(crate) lesson_file: RwSignal<Option<(String, String)>>,
    undo: StoredValue<Vec<Viewing>, LocalStorage>,
    redo: StoredValue<Vec<Viewing>, LocalStorage>,
    /// How many steps can be undone and done again.
    pub(crate) steps: RwSignal<(usize, usize)>,
}

impl Page {
    /// A page that shows a world.
    pub(crate) fn new(viewing: Viewing, title: &str) -> Page {
        Page {
            view: View::new(viewing),
            beside: RwSignal::new(None),
            selection: RwSignal::new(None),
            is_playing: RwSignal::new(true),
            speed: RwSignal::new(1.0),
            pace: RwSignal::new(1.0),
            report: RwSignal::new(None),
            ghost: RwSignal::new(String::new()),
            title: RwSignal::new(title.to_owned()),
            is_dark: RwSignal::new(false),
            opening: Opening::new(),
            lesson_file: RwSignal::new(None),
            undo: StoredValue::new_local(Vec::new()),
            redo: StoredValue::new_local(Vec::new()),
            steps: RwSignal::new((0, 0)),
        }
    }

    /// Does what a gesture means; what wants more than is loaded is done once that is there. A refusal is said to the
    /// visitor, and nothing is changed.
    pub(crate) fn run(&self, script: &str) -> bool {
        self.ghost.set(script.lines().next().unwrap_or_default().to_owned());
        if Extras::are_missing_for(script) {
            let (page, script) = (*self, script.to_owned());
            leptos::task::spawn_local(async move {
                match late::load_extras().await {
                    Ok(()) => _ = page.run(&script),
                    Err(reason) => page.say(Tone::Refused, reason),
                }
            });
            return true;
        }
        match self.try_run(script) {
            Ok(_) => true,
            Err(reason) => {
                self.say(Tone::Refused, reason);
                false
            }
        }
    }

    /// Does what a script says, all of it or nothing, and tells what happened.
    ///
    /// # Errors
    /// Why not, in words.
    pub(crate) fn try_run(&self, script: &str) -> Result<Vec<Happening>, String> {
        if Extras::are_missing_for(script) {
            // Whoever waits for them does so before: this is where nobody can.
            leptos::task::spawn_local(async { _ = late::load_extras().await });
            return Err("Kafka's tools and codecs are still being loaded: try again in a moment".to_owned());
        }
        let done = self.view.update(|viewing| viewing.run_script(script)).map_err(|stop| stop.to_string())?;
        if done.has_forked {
            self.lay_beside(Viewing::clone(&done.before));
            self.say(Tone::Told, "you changed the past: what came after it stands beside".to_owned());
        }
        self.remember(*done.before);
        Ok(done.happenings)
    }

    fn remember(&self, before: Viewing) {
        self.undo.update_value(|undo| {
            if undo.len() == UNDO_MAX {
                undo.remove(0);
            }
            undo.push(before);
        });
        self.redo.update_value(Vec::clear);
        self.count_steps();
    }

    fn count_steps(&self) {
        self.steps.set((self.undo.with_value(Vec::len), self.redo.with_value(Vec::len)));
    }

    /// Goes back to the moment before the last gesture.
    pub(crate) fn undo(&self) {
        self.swap(self.undo, self.redo);
    }

    /// Does the last gesture that was undone again.
    pub(crate) fn redo(&self) {
        self.swap(self.redo, self.undo);
    }

    fn swap(&self, from: StoredValue<Vec<Viewing>, LocalStorage>, to: StoredValue<Vec<Viewing>, LocalStorage>) {
        let Some(other) = from.try_update_value(Vec::pop).flatten() else { return };
        let current = self.view.replace(other);
        to.update_value(|kept| kept.push(current));
        self.count_steps();
    }

    /// Shows another world. The one that was there can be had back by undo.
    pub(crate) fn open(&self, viewing: Viewing, title: &str) {
        let before = self.begin_anew(viewing, title);
        self.remember(before);
    }

    /// Shows another world in the place of one that nobody wants back, which is handed back.
    pub(crate) fn begin_anew(&self, mut viewing: Viewing, title: &str) -> Viewing {
        viewing.set_flow(self.view.scene(|scene| scene.flow));
        let before = self.view.replace(viewing);
        self.title.set(title.to_owned());
        self.selection.set(None);
        self.beside.set(None);
        before
    }

    /// Puts a second world beside the first.
    pub(crate) fn lay_beside(&self, viewing: Viewing) {
        self.beside.set(Some(View::new(viewing)));
    }

    /// Makes the world that stands beside the one that is acted on, and the other way round.
    pub(crate) fn change_sides(&self) {
        let Some(beside) = self.beside.get_untracked() else { return };
        let other = beside.with(Viewing::clone);
        let current = self.view.replace(other);
        beside.replace(current);
    }

    /// Says something to the visitor.
    pub(crate) fn say(&self, tone: Tone, text: String) {
        self.report.set(Some(Report::new(tone, text)));
    }

    /// Shows something in the inspector.
    pub(crate) fn select(&self, node: NodeId) {
        self.selection.set(Some(Selection::Node(node)));
    }
}
