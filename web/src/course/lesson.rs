//! A lesson: its text beside the stage, bet and goals, hints, solutions, and what is said at the end.

use super::FILE_FRAGMENT;
use super::bet::Bet;
use super::desk::{Desk, title};
use super::goals::GoalRow;
use super::markdown::{joined, to_html};
use super::words::{Meaning, Words};
use crate::share::{Link, link_to, pack_text};
use leptos::prelude::*;
use runnel_lessons::progress::commands_count;
use runnel_lessons::track::{GoalStanding, Standing};
use runnel_lessons::{Block, Lesson, Solution, Tracker, play};
use runnel_sandbox::viewing::Viewing;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A lesson as the story stands.
#[derive(Clone, PartialEq, Debug, Default)]
struct Shown {
    /// Markdown, for each block that is text.
    texts: Vec<String>,
    goals: Vec<GoalStanding>,
    hints: Vec<String>,
    debrief: String,
    is_done: bool,
    commands: u32,
}

impl Shown {
    fn of(tracker: &Tracker, viewing: &Viewing, bet: Option<&str>) -> Shown {
        let (lesson, scene) = (tracker.lesson(), viewing.scene());
        let texts = lesson.blocks.iter().map(|block| match block {
            Block::Prose(text) => joined(&tracker.fill(text, scene, bet)),
            Block::Code { .. } | Block::Run { .. } | Block::Predict(_) | Block::Goal(_) => String::new(),
        });
        Shown {
            texts: texts.collect(),
            goals: tracker.standings(scene),
            hints: lesson.hints.iter().map(|hint| joined(&tracker.fill(hint, scene, bet))).collect(),
            debrief: joined(&tracker.fill(&lesson.debrief, scene, bet)),
            is_done: tracker.is_done(),
            commands: commands_count(viewing),
        }
    }
}

/// What of the lesson has been reached, at this time or ever.
fn reached(lesson: &Lesson, shown: &Shown, ever: &BTreeSet<String>) -> BTreeSet<String> {
    let met = shown.goals.iter().filter(|goal| goal.standing == Standing::Met).map(|goal| goal.name.clone());
    met.chain(lesson.goals.iter().map(|goal| goal.name.clone()).filter(|name| ever.contains(name))).collect()
}

/// How many blocks are shown: what stands behind a bet or a goal would tell how it ends.
fn shown_blocks(lesson: &Lesson, has_bet: bool, reached: &BTreeSet<String>) -> usize {
    let holds_back = |block: &Block| match block {
        Block::Predict(_) => !has_bet,
        Block::Goal(index) => lesson.goals.get(*index).is_some_and(|goal| !reached.contains(&goal.name)),
        Block::Prose(_) | Block::Code { .. } | Block::Run { .. } => false,
    };
    lesson.blocks.iter().position(holds_back).map_or(lesson.blocks.len(), |index| index + 1)
}

/// What the learner has bet on, in words.
fn bet_words(lesson: &Lesson, bet: Option<u32>) -> Option<String> {
    let prediction = lesson.blocks.iter().find_map(|block| match block {
        Block::Predict(prediction) => Some(prediction),
        Block::Prose(_) | Block::Code { .. } | Block::Run { .. } | Block::Goal(_) => None,
    })?;
    Some(prediction.options.get(usize::try_from(bet?).ok()?)?.text.clone())
}

/// The open lesson, followed through time.
#[derive(Clone)]
struct Following {
    desk: Desk,
    lesson: Arc<Lesson>,
    /// Nothing while the stage shows something else.
    shown: Memo<Option<Shown>>,
    bet: Memo<Option<u32>>,
    reached: Memo<BTreeSet<String>>,
    words: Words,
}

impl Following {
    fn new(desk: Desk, lesson: Arc<Lesson>) -> Following {
        let page = desk.page;
        let id = lesson.id.clone();
        let bet = Memo::new(move |_| desk.progress.with(|all| all.lessons.get(&id).and_then(|one| one.bet)));
        let of = lesson.clone();
        let shown = Memo::new(move |_| {
            let words = bet_words(&of, bet.get());
            let is_playing = page.is_playing.get();
            page.view.watch(|viewing| {
                let tracker = Tracker::of(viewing).filter(|tracker| tracker.lesson().id == of.id)?;
                // A story that stands still has its last instant looked at too.
                let now = (!is_playing).then(|| tracker.now(viewing.scene()));
                Some(Shown::of(now.as_ref().unwrap_or(tracker), viewing, words.as_deref()))
            })
        });
        let of = lesson.clone();
        let reached = Memo::new(move |_| {
            let ever = desk.progress.with(|all| all.lessons.get(&of.id).map(|one| one.goals.clone()));
            shown.with(|shown| match shown {
                Some(shown) => self::reached(&of, shown, &ever.unwrap_or_default()),
                None => ever.unwrap_or_default(),
            })
        });
        let words = desk.course.with_value(|course| Words::of(&lesson, &course.glossary));
        let following = Following { desk, lesson, shown, bet, reached, words };
        following.note_progress();
        following
    }

    /// What is met is kept, and with how few commands.
    fn note_progress(&self) {
        let (desk, shown, id, page) = (self.desk, self.shown, self.lesson.id.clone(), self.desk.page);
        let met = Memo::new(move |_| {
            let met = |goals: &[GoalStanding]| goals.iter().filter(|goal| goal.standing == Standing::Met).count();
            shown.with(|shown| shown.as_ref().map(|shown| (met(&shown.goals), shown.is_done)))
        });
        Effect::new(move |_| {
            if met.get().is_none_or(|(count, _)| count == 0) {
                return;
            }
            let commands = shown.with_untracked(|shown| shown.as_ref().map_or(0, |shown| shown.commands));
            page.view.with(|viewing| {
                let Some(tracker) = Tracker::of(viewing) else { return };
                let now = tracker.now(viewing.scene());
                desk.progress.update(|all| {
                    let one = all.lesson(&id);
                    one.commands = commands;
                    one.note_goals(&now);
                });
            });
        });
    }
}

#[component]
pub(super) fn LessonView(desk: Desk, lesson: Arc<Lesson>) -> impl IntoView {
    // It is read from its beginning, however far the list was scrolled.
    Effect::new(|_| {
        if let Some(column) = document().get_element_by_id("course") {
            column.set_scroll_top(0);
        }
    });
    let following = Following::new(desk, lesson.clone());
    let (shown, bet, reached) = (following.shown, following.bet, following.reached);
    let (words, pressed) = (following.words.clone(), following.words.clone());
    let of = lesson.clone();
    let blocks = Memo::new(move |_| reached.with(|reached| shown_blocks(&of, bet.get().is_some(), reached)));
    let again = lesson.clone();
    let begin_again = move |_| desk.begin(again.clone());
    let of = lesson.clone();
    let is_over = Signal::derive(move || {
        let is_met = |name: &String| reached.with(|reached| reached.contains(name));
        of.goals.iter().all(|goal| is_met(&goal.name))
    });
    let part = {
        let following = following.clone();
        move |index| view! { <Part following=following.clone() index is_over /> }
    };
    let other = lesson.clone();
    view! {
        <div class="lesson-head">
            <button class="quiet" on:click=move |_| desk.close()>"‹ All lessons"</button>
            <button class="quiet begin-again" title="Sets the scene anew" on:click=begin_again>"↺ Begin again"</button>
        </div>
        <article class="lesson" on:click=move |event| pressed.press(&event)>
            <h2 class="panel-title">{title(&lesson)}</h2>
            <Show when=move || shown.with(Option::is_none) && !desk.page.opening.is_shown()>
                <Elsewhere desk lesson=other.clone() />
            </Show>
            <For each=move || 0..blocks.get() key=|index| *index children=part />
            <Meaning words />
            <Help following=following.clone() />
            <Show when=move || is_over.get()>
                <Debrief following=following.clone() />
            </Show>
        </article>
    }
}

/// The stage shows something that does not belong to the lesson.
#[component]
fn Elsewhere(desk: Desk, lesson: Arc<Lesson>) -> impl IntoView {
    view! {
        <div class="elsewhere" role="status">
            <p>"The stage shows something else."</p>
            <button class="primary" on:click=move |_| desk.begin(lesson.clone())>"Set the scene"</button>
        </div>
    }
}

/// One block of the lesson.
#[component]
fn Part(following: Following, index: usize, is_over: Signal<bool>) -> impl IntoView {
    let Following { desk, lesson, shown, words, .. } = following;
    match lesson.blocks.get(index) {
        Some(Block::Prose(_)) => {
            let html = Memo::new(move |_| {
                shown.with(|shown| {
                    let text = shown.as_ref().and_then(|shown| shown.texts.get(index));
                    text.map(|text| words.to_html(index, text)).unwrap_or_default()
                })
            });
            view! { <div class="lesson-text" inner_html=move || html.get()></div> }.into_any()
        }
        Some(Block::Code { text, .. }) => {
            view! { <pre class="lesson-code mono">{text.trim_end().to_owned()}</pre> }.into_any()
        }
        Some(Block::Run { script, .. }) => {
            let script = script.trim_end().to_owned();
            let run = {
                let script = script.clone();
                move |_| desk.terminals.run(script.clone())
            };
            view! {
                <div class="lesson-run">
                    <pre class="lesson-code mono">{script}</pre>
                    <button title="Runs it in the terminal" on:click=run>"▶ Run"</button>
                </div>
            }
            .into_any()
        }
        Some(Block::Predict(prediction)) => {
            view! { <Bet desk id=lesson.id.clone() prediction=prediction.clone() is_told=is_over /> }.into_any()
        }
        Some(Block::Goal(goal)) => {
            let goal = *goal;
            let standing =
                Memo::new(move |_| shown.with(|shown| shown.as_ref().and_then(|shown| shown.goals.get(goal).cloned())));
            view! { <GoalRow standing=standing.into() /> }.into_any()
        }
        None => ().into_any(),
    }
}

/// Hints, one by one, and solutions.
#[component]
fn Help(following: Following) -> impl IntoView {
    let Following { desk, lesson, shown, .. } = following;
    let (id, count) = (lesson.id.clone(), u32::try_from(lesson.hints.len()).unwrap_or(u32::MAX));
    let seen = Memo::new(move |_| desk.progress.with(|all| all.lessons.get(&id).map_or(0, |one| one.hints)).min(count));
    let id = lesson.id.clone();
    let more = move |_| {
        desk.progress.update(|all| {
            let one = all.lesson(&id);
            one.hints = one.hints.saturating_add(1).min(count);
        });
    };
    let hints = move || {
        let seen = usize::try_from(seen.get()).unwrap_or(usize::MAX);
        let hints = shown.with(|shown| shown.as_ref().map(|shown| shown.hints.clone()).unwrap_or_default());
        let hint = |text: &String| view! { <li class="lesson-text" inner_html=to_html(text)></li> };
        hints.iter().take(seen).map(hint).collect_view()
    };
    let ways = lesson.solutions.iter().map(|solution| view! { <ShowMe desk solution=solution.clone() /> });
    view! {
        <div class="lesson-help">
            <ol class="hint-list">{hints}</ol>
            <button class="quiet" class:none=move || seen.get() == count on:click=more>
                {move || if seen.get() == 0 { "A hint" } else { "Another hint" }}
            </button>
            {ways.collect_view()}
            <ShareLesson desk lesson=lesson.clone() />
        </div>
    }
}

/// A lesson that is not of the course, as a link that holds all of it.
#[component]
fn ShareLesson(desk: Desk, lesson: Arc<Lesson>) -> impl IntoView {
    let own = desk.own.get_untracked().filter(|(own, _)| own.id == lesson.id);
    let link = own.map(|(_, text)| pack_text(&text).and_then(|packed| link_to(&format!("{FILE_FRAGMENT}{packed}"))));
    let shown = |link: Result<String, String>| match link {
        Ok(link) => view! { <Link link /> }.into_any(),
        Err(reason) => view! { <p class="refused-text">{reason}</p> }.into_any(),
    };
    link.map(|link| view! { <details class="show-me"><summary>"Share this lesson"</summary>{shown(link)}</details> })
}

/// A solution, line by line: a press types a line without running it.
#[component]
fn ShowMe(desk: Desk, solution: Solution) -> impl IntoView {
    let name = match solution.hand.as_str() {
        "mouse" => "Show me, as the mouse's commands".to_owned(),
        "terminal" => "Show me, in the terminal".to_owned(),
        hand => format!("Show me: {hand}"),
    };
    let lines = solution.lines.0.into_iter().map(|text| {
        let words = text.words();
        let typed = move |_| {
            let line = desk.page.view.with(|viewing| play::filled(viewing, &text).unwrap_or_else(|stop| stop.text));
            desk.terminals.put(line);
        };
        view! { <li><button class="quiet mono show-line" title="Types it into the terminal; Enter runs it" on:click=typed>{words}</button></li> }
    });
    view! {
        <details class="show-me">
            <summary>{name}</summary>
            <ol>{lines.collect_view()}</ol>
        </details>
    }
}

/// What is said at the end, the score, and where to go on.
#[component]
fn Debrief(following: Following) -> impl IntoView {
    let Following { desk, lesson, shown, .. } = following;
    let html = move || shown.with(|shown| shown.as_ref().map(|shown| to_html(&shown.debrief)).unwrap_or_default());
    let (id, fewest) = (lesson.id.clone(), lesson.commands_count());
    let score = move || {
        let best = desk.progress.with(|all| all.lessons.get(&id).and_then(|one| one.best));
        best.map(|best| format!("Your fewest commands: {best}. The solution takes {fewest}."))
    };
    let next = desk.course.with_value(|course| course.next(&lesson.id).cloned());
    let next = next.map(|next| {
        let name = title(&next);
        view! { <button class="primary" on:click=move |_| desk.begin(next.clone())>"Next: "{name}</button> }
    });
    view! {
        <div class="debrief" role="status">
            <p class="section-title">"Done"</p>
            <div class="lesson-text" inner_html=html></div>
            <p class="crumb">{score}</p>
            {next}
        </div>
    }
}
