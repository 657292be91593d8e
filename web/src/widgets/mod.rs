//! Small parts that know nothing of Kafka.

mod bar;
mod dialog;
mod edited;
mod facts;
pub(crate) mod hex;
mod section;
mod words;

pub(crate) use bar::{Bar, in_steps};
pub(crate) use dialog::Dialog;
pub(crate) use edited::{Apply, Edited, element_name};
pub(crate) use facts::{Fact, Facts};
pub(crate) use section::{Folds, Section};
pub(crate) use words::{clock_text, left_text};
