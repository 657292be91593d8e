//! The course: lessons in Markdown, goals that are checked on what happened, and how far a learner has come.
//!
//! Nothing here draws. A [`Lesson`] is read from its file ([`parse`] tells the format, [`clause`] the language of goals),
//! its scene is set and watched ([`play`]), a [`Tracker`] says which goals are met and why the others are not, and
//! [`progress`] keeps what was reached. [`lint`] is what an author asks before anybody else sees a lesson.
//!
//! ```
//! use runnel_lessons::{Lesson, Tracker, play};
//! use std::sync::Arc;
//! let text = "+++\nid = \"9.9\"\ntitle = \"One record\"\n+++\nSend a record to `orders`.\n\
//!             ```scene\ntopic orders\nproducer shop\n```\n\
//!             ```goal sent \"a record is there\"\nrecords of orders >= 1\n```\n\
//!             ```solution mouse\nsend shop orders\nsettle\n```\n\
//!             ```near-miss \"another topic\"\nsend shop payments\nsettle\n```\n\
//!             ```debrief\nIt has {records of orders at sent}.\n```\n";
//! let lesson = Arc::new(Lesson::parse("example.md", text)?);
//! let mut viewing = play::begin(&lesson)?;
//! assert!(!Tracker::of(&viewing).unwrap().is_done());
//! viewing.run_script("send shop orders\nsettle\nwait 1s")?;
//! assert!(Tracker::of(&viewing).unwrap().is_done());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod clause;
pub mod course;
mod error;
pub mod glossary;
mod lesson;
pub mod lint;
pub mod parse;
pub mod play;
pub mod progress;
pub mod shell;
pub mod text;
pub mod track;

pub use course::Course;
pub use error::LessonError;
pub use lesson::{Block, Check, Choice, Lesson, Lines, NearMiss, Prediction, Solution};
pub use progress::Progress;
pub use track::Tracker;
