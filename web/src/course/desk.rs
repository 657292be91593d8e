//! What the course remembers: the lessons, how far the learner has come, and where she is.

use super::{Asked, CourseShown, is_narrow};
use crate::keep::{recall, remember};
use crate::late;
use crate::opening::{self, Source, Wanted};
use crate::page::{Page, Tone, now_ms};
use crate::share::{forget_fragment, unpack_text};
use crate::terminal::Terminals;
use leptos::prelude::*;
use runnel_lessons::track::Filled;
use runnel_lessons::{Course, Lesson, LessonError, Progress, Tracker, play};
use runnel_sandbox::viewing::{BeginError, Viewing};
use std::sync::Arc;

/// Under which name the browser keeps the progress.
const PROGRESS_KEY: &str = "runnel.progress";
/// Where progress is put that this page cannot read, so that it is not lost.
const UNREAD_KEY: &str = "runnel.progress.unread";
/// Where a lesson is kept that is not of the course: the name of its file, a line's end, and what is in it.
const OWN_KEY: &str = "runnel.lesson";
/// What the file of a lesson is called that came with a link.
const LINKED: &str = "lesson.md";
/// How long a scene may take to be set before anything else has its turn, in milliseconds.
const AT_ONCE_MS: f64 = 250.0;
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
    /// The text of a lesson that is not of the course, with the lesson.
    pub(super) own: RwSignal<Option<(Arc<Lesson>, String)>>,
    pub(super) terminals: Terminals,
}

impl Desk {
    /// As the browser kept it.
    pub(super) fn new(page: Page, asked: CourseShown, terminals: Terminals, course: Course) -> Desk {
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
        let own = recall(OWN_KEY).and_then(|kept| {
            let (file, text) = kept.split_once('\n')?;
            Some((own_lesson(&course, file, text).ok()?, text.to_owned()))
        });
        let known = |id: &str| {
            let own = own.as_ref().map(|(lesson, _)| lesson).filter(|lesson| lesson.id == id);
            course.lesson(id).or(own).cloned()
        };
        let lesson = progress.current.as_deref().and_then(known);
        let desk = Desk {
            page,
            course: StoredValue::new(Arc::new(course)),
            progress: RwSignal::new(progress),
            lesson: RwSignal::new(lesson),
            own: RwSignal::new(own),
            terminals,
        };
        Effect::new(move |_| desk.progress.with(|progress| remember(PROGRESS_KEY, &progress.to_json())));
        Effect::new(move |_| {
            if let Some(wanted) = asked.wanted.get() {
                asked.wanted.set(None);
                forget_fragment();
                match wanted {
                    Asked::Lesson(id) => desk.begin_named(&id),
                    Asked::Packed(packed) => match unpack_text(&packed) {
                        Ok(text) => desk.begin_file(LINKED, &text),
                        Err(reason) => page.say(Tone::Refused, format!("this lesson cannot be opened: {reason}")),
                    },
                }
            }
        });
        Effect::new(move |_| {
            if let Some((file, text)) = page.lesson_file.get() {
                page.lesson_file.set(None);
                desk.begin_file(&file, &text);
            }
        });
        terminals.hint.set_value(Some(Box::new(move || desk.next_hint())));
        on_cleanup(move || terminals.hint.set_value(None));
        desk.take_up_when_shown();
        desk
    }

    /// Begins a lesson by its id.
    fn begin_named(self, id: &str) {
        let course = self.course.get_value();
        if let Some(lesson) = course.lesson(id) {
            return self.begin(lesson.clone());
        }
        let mut ids = course.lessons().map(|lesson| lesson.id.as_str());
        let (first, last) = (ids.next().unwrap_or_default(), ids.last().unwrap_or_default());
        self.page.say(Tone::Refused, format!("there is no lesson {id:?}: the course has {first} to {last}"));
    }

    /// Begins a lesson from a file of the visitor's.
    fn begin_file(self, file: &str, text: &str) {
        match self.course.with_value(|course| own_lesson(course, file, text)) {
            Ok(lesson) => {
                remember(OWN_KEY, &format!("{}\n{text}", file.replace('\n', " ")));
                self.own.set(Some((lesson.clone(), text.to_owned())));
                self.begin(lesson);
            }
            Err(error) => self.page.say(Tone::Refused, error.to_string()),
        }
    }

    /// Sets the scene of a lesson, anew if it was set before.
    pub(super) fn begin(self, lesson: Arc<Lesson>) {
        leptos::task::spawn_local(async move {
            if let Err(reason) = late::load_extras().await {
                return self.page.say(Tone::Refused, reason);
            }
            match self.set_scene(&lesson) {
                Ok(()) => {
                    self.terminals.clear();
                    if !is_narrow() {
                        self.terminals.is_wanted.set(true);
                    }
                    self.progress.update(|progress| {
                        progress.current = Some(lesson.id.clone());
                        progress.lesson(&lesson.id).reset();
                    });
                    self.lesson.set(Some(lesson));
                }
                Err(reason) => self.page.say(Tone::Refused, reason),
            }
        });
    }

    /// Sets the scene: at once, or with a line that tells how far it is where that takes longer.
    fn set_scene(self, lesson: &Arc<Lesson>) -> Result<(), String> {
        let what = format!("lesson {}", lesson.id);
        let refused = |reason: BeginError| format!("{what}: {reason}");
        let mut playing = play::scene(lesson).map_err(refused)?;
        let started = now_ms();
        if playing.go_on(|| now_ms() - started < AT_ONCE_MS).map_err(refused)? {
            self.page.open(playing.into_viewing(), &title(lesson));
            self.page.is_playing.set(true);
        } else {
            let wanted = Wanted { playing, title: title(lesson), source: Source::Chosen, what, is_playing: true };
            opening::open(self.page, wanted);
        }
        Ok(())
    }

    /// The next hint of the open lesson, which the course shows from then on too; the last one again when all are shown.
    fn next_hint(self) -> Option<String> {
        let lesson = self.lesson.get_untracked()?;
        let last = lesson.hints.len().checked_sub(1)?;
        let seen = self.progress.with_untracked(|all| all.lessons.get(&lesson.id).map_or(0, |one| one.hints));
        let index = usize::try_from(seen).unwrap_or(last).min(last);
        self.progress.update(|all| {
            let one = all.lesson(&lesson.id);
            one.hints = u32::try_from(index + 1).unwrap_or(u32::MAX);
        });
        let hint = lesson.hints.get(index)?;
        self.page.view.with(|viewing| {
            let filled = Tracker::of(viewing).map(|tracker| tracker.fill(hint, viewing.scene(), None));
            let text = filled.map_or_else(|| hint.words(), |filled| filled.iter().map(Filled::text).collect());
            Some(text.replace(['`', '*'], ""))
        })
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

/// Reads a lesson that is not of the course. One with the id of another one gets a mark, so that each has its progress.
fn own_lesson(course: &Course, file: &str, text: &str) -> Result<Arc<Lesson>, LessonError> {
    let mut lesson = Lesson::parse(file, text)?;
    if course.lesson(&lesson.id).is_some() {
        lesson.id.push('*');
    }
    Ok(Arc::new(lesson))
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
