//! The clock, the past, and what happened.

mod beside;
mod charts;
mod clock;
mod countdowns;
mod keys;
mod log;
mod plot;
mod scrubber;
mod tabs;
mod time;

use beside::BesideBar;
use clock::{Clock, Pace};
use leptos::prelude::*;
use scrubber::Scrubber;
use tabs::Tabs;

pub(crate) use beside::Compared;
pub(crate) use charts::Charts;
pub(crate) use countdowns::Countdowns;
pub(crate) use log::Log;
pub(crate) use time::{every, go_to};

#[component]
pub(crate) fn Timeline() -> impl IntoView {
    keys::listen();
    view! {
        <section class="timeline" aria-label="Time">
            <BesideBar />
            <div class="time-bar">
                <Clock />
                <Scrubber />
                <Pace />
            </div>
            <Tabs />
        </section>
    }
}
