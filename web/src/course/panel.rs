//! The column of the course: the list of lessons, or the one that is open.

use super::CourseShown;
use super::desk::Desk;
use super::lesson::LessonView;
use super::list::List;
use crate::page::Page;
use crate::terminal::Terminals;
use leptos::prelude::*;
use runnel_lessons::Course;

#[component]
pub(crate) fn Panel() -> impl IntoView {
    let (page, asked, terminals) =
        (expect_context::<Page>(), expect_context::<CourseShown>(), expect_context::<Terminals>());
    let course = match Course::load() {
        Ok(course) => course,
        Err(error) => return view! { <p class="refused-text" role="alert">{error.to_string()}</p> }.into_any(),
    };
    let desk = Desk::new(page, asked, terminals, course);
    (move || match desk.lesson.get() {
        Some(lesson) => view! { <LessonView desk lesson /> }.into_any(),
        None => view! { <List desk /> }.into_any(),
    })
    .into_any()
}
