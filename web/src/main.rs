//! The page: a stage on which a Kafka can be seen and moved.
//!
//! Nothing here holds a rule of Kafka's: the world, its history and what is drawn come from `runnel_sandbox`. Rooms:
//!
//! - [`page`]: what all parts share: the viewing, the clock, what is selected, how a gesture becomes a command.
//! - [`stage`]: the picture: lanes, wires, parcels; dragging. [`drawing`]: how it gets onto the page.
//! - [`inspector`]: everything about what is selected.
//! - [`timeline`]: the clock, the past, what happened.
//! - [`share`], [`keep`], [`api`]: a run as a link, a run that survives a reload, what a program can ask.
//! - [`course`]: lessons beside the stage, whose goals are checked on what is done there.
//! - [`head`], [`outline`], [`examples`]: the page as a whole, all that is on the stage as a tree, ready worlds.
//! - [`late`]: what the page does not begin with and loads once the first picture stands.
//! - [`opening`]: a run is played before it is shown, a slice at a time.
//! - [`widgets`]: small parts that know nothing of Kafka.

#![expect(unreachable_pub, reason = "the macro that makes components writes `pub` before some of their items")]

mod api;
mod app;
mod course;
mod drawing;
mod examples;
mod head;
mod inspector;
mod keep;
mod late;
mod opening;
mod outline;
mod page;
mod share;
mod stage;
mod terminal;
#[cfg(test)]
mod tests;
mod timeline;
mod widgets;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
