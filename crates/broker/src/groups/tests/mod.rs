//! Scenarios of this room, each as a sentence.
