//! Lessons' files and their mistakes.
