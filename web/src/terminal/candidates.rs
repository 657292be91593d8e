//! What Tab finds: how the line may go on.

use super::run::Place;
use leptos::prelude::*;
use runnel_lessons::shell::{Candidate, Completion, complete};

/// Most candidates that are shown.
const SHOWN_MAX: usize = 60;
/// Up to so many have what they are beside them.
const TOLD_MAX: usize = 10;

/// Candidates that are shown, and the one that was chosen by going through them.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Found {
    completion: Completion,
    chosen: Option<usize>,
}

impl Found {
    pub(super) fn has_several(&self) -> bool {
        self.completion.candidates.len() > 1
    }

    /// Completes the line, as far as it is clear how; a further time chooses the next candidate. `false` if there is
    /// nothing to complete.
    pub(super) fn next(found: RwSignal<Found>, place: &Place) -> bool {
        let typed = &place.window.typed;
        let line = typed.get_untracked();
        let shown = found.get_untracked();
        let count = shown.completion.candidates.len();
        if count > 1 {
            let next = shown.chosen.map_or(0, |chosen| (chosen + 1) % count);
            found.update(|found| found.chosen = Some(next));
            take(&shown.completion, next, place, false);
            return true;
        }
        let completion = place.page.view.scene(|scene| complete(scene, &line));
        match completion.candidates.as_slice() {
            [] => false,
            [_only] => {
                take(&completion, 0, place, true);
                true
            }
            _several => {
                if completion.common().len() > line.len() - completion.from {
                    typed.set(format!("{}{}", &line[..completion.from], completion.common()));
                }
                found.set(Found { completion, chosen: None });
                true
            }
        }
    }
}

/// Puts a candidate where the word was.
fn take(completion: &Completion, index: usize, place: &Place, is_final: bool) {
    let Some(candidate) = completion.candidates.get(index) else { return };
    let blank = if is_final && candidate.is_whole() { " " } else { "" };
    place.window.typed.update(|line| {
        line.truncate(completion.from);
        line.push_str(&candidate.text);
        line.push_str(blank);
    });
}

#[component]
pub(super) fn Candidates(found: RwSignal<Found>, place: Place) -> impl IntoView {
    let row = move |(index, candidate): (usize, Candidate), is_told: bool| {
        let place = place.clone();
        let choose = move |_| {
            found.with_untracked(|found| take(&found.completion, index, &place, true));
            found.set(Found::default());
            super::window::focus(place.window.number);
        };
        let about = (is_told && !candidate.about.is_empty())
            .then(|| view! { <span class="candidate-about">{candidate.about}</span> });
        view! {
            <li>
                <button class="candidate" class:chosen=move || found.with(|found| found.chosen == Some(index))
                    on:click=choose>
                    {candidate.text}
                    {about}
                </button>
            </li>
        }
    };
    let completion = Memo::new(move |_| found.with(|found| found.completion.clone()));
    let rows = move || {
        let candidates = completion.get().candidates;
        let count = candidates.len();
        let is_told = count <= TOLD_MAX && candidates.iter().any(|candidate| !candidate.about.is_empty());
        let more = (count > SHOWN_MAX)
            .then(|| view! { <li class="quiet-text">{format!("and {} more", count - SHOWN_MAX)}</li> });
        let shown: Vec<_> = candidates.into_iter().enumerate().take(SHOWN_MAX).collect();
        let rows = shown.into_iter().map(|one| row(one, is_told)).collect_view();
        view! { <ul class="candidates" class:told=is_told>{rows}{more}</ul> }
    };
    let rows = StoredValue::new_local(rows);
    view! {
        <Show when=move || completion.with(|completion| completion.candidates.len() > 1)>
            {rows.with_value(|rows| rows())}
        </Show>
    }
}
