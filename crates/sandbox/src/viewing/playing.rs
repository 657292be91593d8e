//! A story that is played from a script or a file, a slice at a time, so that others have their turn meanwhile.

use super::{BeginError, Viewing};
use crate::history::{Action, End, HistoryError, ScriptStop, Story, Written, refused};
use crate::script::{Command, Script};
use crate::world::{Extras, Refusal, SETTLE_MAX, WorldSettings};
use runnel_protocol::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// What comes next.
#[derive(Debug)]
enum Step {
    /// Time passes until then.
    Until(Timestamp),
    /// So much time passes.
    For(Duration),
    /// Time passes until only periodic work is left, but not longer than until then, or for the longest time that this
    /// may take.
    Settle { limit: Option<Timestamp> },
    /// A command of a script, with its line.
    Command { line: u32, command: Command },
    /// An entry of a file, with its line.
    Entry { line: u32, action: Action },
}

/// A viewing on its way to where it begins.
#[derive(Debug)]
pub struct Playing {
    viewing: Viewing,
    steps: VecDeque<Step>,
    /// How long it takes in all, without what `settle` takes.
    length: Duration,
    /// What the file says of its end.
    end: Option<End>,
    /// Where it is left standing; nothing for its end.
    left_at: Option<Timestamp>,
    wants_extras: bool,
}

impl Playing {
    /// Begins with a script.
    ///
    /// # Errors
    /// A script with a mistake, or settings that are not Kafka's.
    pub fn of_script(text: &str) -> Result<Playing, BeginError> {
        let script = Script::parse(text)?;
        let story = Story::new(WorldSettings::of(&script))?;
        story.check(&script)?;
        let mut playing = Playing::of_new(story, Duration::ZERO, None);
        playing.wants_extras = Extras::are_missing_for(text);
        for line in script.lines {
            let step = if let Command::Wait(time) = line.command {
                playing.length += time;
                Step::For(time)
            } else if line.command == Command::Settle {
                Step::Settle { limit: None }
            } else {
                Step::Command { line: line.number, command: line.command }
            };
            playing.steps.push_back(step);
        }
        Ok(playing)
    }

    /// Begins with what [`Story::to_file`] has written.
    ///
    /// # Errors
    /// As [`Story::from_file`], as far as it can be told without playing.
    pub fn of_file(text: &str) -> Result<Playing, HistoryError> {
        let written = Written::read(text)?;
        let mut playing = Playing::of_new(written.begin()?, written.length(), Some(written.end));
        playing.wants_extras = Extras::are_missing_for(text);
        for (line, entry) in written.entries {
            playing.steps.push_back(Step::Until(entry.time));
            playing.steps.push_back(Step::Entry { line, action: entry.action });
        }
        playing.steps.push_back(Step::Until(written.end.time));
        Ok(playing)
    }

    fn of_new(story: Story, length: Duration, end: Option<End>) -> Playing {
        Playing {
            viewing: Viewing::of_story(story),
            steps: VecDeque::new(),
            length,
            end,
            left_at: None,
            wants_extras: false,
        }
    }

    /// The same, left standing at a time between its beginning and its end.
    #[must_use]
    pub fn left_at(self, time: Timestamp) -> Playing {
        Playing { left_at: Some(time), ..self }
    }

    /// Whether it has to wait until [`Extras`] are brought.
    pub fn has_to_wait(&self) -> bool {
        self.wants_extras && !Extras::are_there()
    }

    /// Goes on while there is time left; `true` once it is played.
    ///
    /// # Errors
    /// What cannot be done; frames that are not those of the file.
    pub fn go_on(&mut self, mut is_time_left: impl FnMut() -> bool) -> Result<bool, BeginError> {
        while let Some(step) = self.steps.pop_front() {
            match step {
                Step::For(time) => self.steps.push_front(Step::Until(self.viewing.now() + time)),
                Step::Until(time) => {
                    if !self.viewing.advance(time, &mut is_time_left) {
                        self.steps.push_front(Step::Until(time));
                        return Ok(false);
                    }
                }
                Step::Settle { limit } => {
                    let limit = limit.unwrap_or(self.viewing.now() + SETTLE_MAX);
                    if !self.viewing.settle(limit, None, &mut is_time_left) {
                        self.steps.push_front(Step::Settle { limit: Some(limit) });
                        return Ok(false);
                    }
                }
                Step::Command { line, command } => {
                    let done = self.act(|story| story.apply(&command).map(|_| ()));
                    done.map_err(|refusal| BeginError::Script(ScriptStop::Refused { line, refusal }))?;
                }
                Step::Entry { line, action } => {
                    let done = self.act(|story| story.act(action).map(|_| ()));
                    done.map_err(|refusal| BeginError::File(refused(line, &refusal)))?;
                }
            }
            if !self.steps.is_empty() && !is_time_left() {
                return Ok(false);
            }
        }
        if let Some(end) = self.end.take() {
            end.check(self.viewing.story()).map_err(BeginError::File)?;
        }
        Ok(true)
    }

    fn act(&mut self, act: impl FnOnce(&mut Story) -> Result<(), Refusal>) -> Result<(), Refusal> {
        act(&mut self.viewing.story)?;
        self.viewing.kept.forget_from(self.viewing.now());
        self.viewing.look(None);
        Ok(())
    }

    /// How much of it is played, in hundredths.
    pub fn percent(&self) -> u32 {
        let passed = self.viewing.now().since(self.viewing.story().start()).as_millis();
        let share = passed.saturating_mul(100) / self.length.as_millis().max(1);
        u32::try_from(share.min(100)).unwrap_or(100)
    }

    /// What has been played, where it is left.
    pub fn into_viewing(mut self) -> Viewing {
        if let Some(time) = self.left_at {
            self.viewing.seek(time);
        }
        self.viewing
    }

    /// Plays all of it at once.
    pub(super) fn whole(mut self) -> Result<Viewing, BeginError> {
        while !self.go_on(|| true)? {}
        Ok(self.into_viewing())
    }
}
