//! What the course remembers: the lessons, how far the learner has come, and where she is.

use super::CourseShown;
use crate::keep::{recall, remember};
use crate::late;
use crate::page::{Page, Tone};
use crate::share::forget_fragment;
use leptos::prelude::*;
use runnel_lessons::{Course, Lesson, Progress, Tracker, play, progress};
use runnel_sandbox::history::Action;
use runnel_sandbox::viewing::Viewing;
use std::sync::Arc;

/// Under which name the browser keeps the progress.
const PROGRESS_KEY: &str = "runnel.progress";
/// Where progress is put that this page cannot read, so that it is not lost.
const UNREAD_KEY: &str = "runnel.progress.unread";
/// A run of more steps is not played again only to look at its goals.
const STEPS_MAX: u64 = 200_000;

/// What the course remembers.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) page: Page,
    pub(super) course: StoredValue<Arc<Course>>,
    pub(super) progress: RwSignal<Progress>,
    /// The lesson that is open; nothing while the list of all is.
    pub(super) lesson: RwSignal<Option<Arc<Lesson>>>,
    /// What stands in the line for commands.
    pub(super) typed: RwSignal<String>,
}

impl Desk {
    /// As the browser kept it.
    pub(super) fn new(page: Page, asked: CourseShown, course: Course) -> Desk {
        let kept = recall(PROGRESS_KEY).map(|text| (Progress::from_json(&text), text));
        let progress = match kept {
            None => Progress::default(),
            Some((Ok(progress), _)) => progress,
            Some((Err(reason), text)) => {
                remember(UNREAD_KEY, &text);
                page.say(Tone::Refused, format!("the progress that this browser kept cannot be read: {reason}"));
                Progress::default()
            }
        };
        let lesson = progress.current.as_deref().and_then(|id| course.lesson(id)).cloned();
        let desk = Desk {
            page,
            course: StoredValue::new(Arc::new(course)),
            progress: RwSignal::new(progress),
            lesson: RwSignal::new(lesson),
            typed: RwSignal::new(String::new()),
        };
        Effect::new(move |_| desk.progress.with(|progress| remember(PROGRESS_KEY, &progress.to_json())));
        Effect::new(move |_| {
            if let Some(id) = asked.wanted.get() {
                asked.wanted.set(None);
                forget_fragment();
                desk.begin_named(&id);
            }
        });
        desk.take_up_when_shown();
        desk
    }

    /// Begins a lesson by its id.
    fn begin_named(self, id: &str) {
        match self.course.with_value(|course| course.lesson(id).cloned()) {
            Some(lesson) => self.begin(lesson),
            None => self.page.say(Tone::Refused, format!("there is no lesson {id:?}: the course has 0.1 to 4.13")),
        }
    }

    /// Sets the scene of a lesson, anew if it was set before.
    pub(super) fn begin(self, lesson: Arc<Lesson>) {
        leptos::task::spawn_local(async move {
            if let Err(reason) = late::load_extras().await {
                return self.page.say(Tone::Refused, reason);
            }
            match play::begin(&lesson) {
                Ok(viewing) => {
                    self.page.open(viewing, &title(&lesson));
                    self.page.is_playing.set(true);
                    self.progress.update(|progress| {
                        progress.current = Some(lesson.id.clone());
                        progress.lesson(&lesson.id).reset();
                    });
                    self.lesson.set(Some(lesson));
                }
                Err(reason) => self.page.say(Tone::Refused, format!("lesson {}: {reason}", lesson.id)),
            }
        });
    }

    /// Shows the list of all lessons.
    pub(super) fn close(self) {
        self.lesson.set(None);
    }

    /// A story of the open lesson that came back without its goals, as after a reload, is followed again.
    fn take_up_when_shown(self) {
        let page = self.page;
        let is_bare = Memo::new(move |_| page.view.watch(|viewing| Tracker::of(viewing).is_none()));
        Effect::new(move |_| {
            let Some(lesson) = self.lesson.get() else { return };
            let is_its_own = page.title.with(|shown| *shown == title(&lesson));
            if is_bare.get() && is_its_own && !page.opening.is_under_way() {
                page.view.update(|viewing| take_up(viewing, &lesson));
            }
        });
    }
}

/// What a lesson's world is called.
pub(super) fn title(lesson: &Lesson) -> String {
    format!("{} {}", lesson.id, lesson.title)
}

fn take_up(viewing: &mut Viewing, lesson: &Arc<Lesson>) {
    if viewing.story().world().steps() > STEPS_MAX {
        return;
    }
    let (now, flow) = (viewing.now(), viewing.scene().flow);
    let mut followed = play::follow(lesson, viewing.story().clone());
    followed.seek(now);
    followed.set_flow(flow);
    *viewing = followed;
}

/// How many commands the learner has used, behind those that set the scene.
pub(super) fn commands_count(viewing: &Viewing, scene_entries: usize) -> u32 {
    let own = viewing.story().entries().iter().skip(scene_entries);
    let counted = own.take_while(|entry| entry.time <= viewing.now()).filter(|entry| match &entry.action {
        Action::Command(command) => progress::counts(command),
        Action::ForeignOpen { .. } | Action::ForeignFrame { .. } | Action::ForeignClose { .. } => false,
    });
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}
