//! A story that is played from a script or a file, a slice at a time, so that others have their turn meanwhile.

use super::{BeginError, Companion, Follower, SLICE, Viewing};
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

/// What is played.
#[derive(Debug)]
enum Stage {
    /// A story that nobody watches yet: its companion has to know first where the story begins that it is told.
    Set { story: Box<Story>, companion: Box<dyn Companion> },
    /// What is shown at the end.
    Watched(Box<Viewing>),
}

impl Stage {
    fn watched(story: Story) -> Stage {
        Stage::Watched(Box::new(Viewing::of_story(story)))
    }

    fn story(&self) -> &Story {
        match self {
            Stage::Set { story, .. } => story,
            Stage::Watched(viewing) => viewing.story(),
        }
    }

    fn advance(&mut self, time: Timestamp, mut is_time_left: impl FnMut() -> bool) -> bool {
        match self {
            Stage::Watched(viewing) => viewing.advance(time, is_time_left),
            Stage::Set { story, .. } => loop {
                story.run_until((story.now() + SLICE).min(time));
                if story.now() >= time {
                    return true;
                }
                if !is_time_left() {
                    return false;
                }
            },
        }
    }

    fn settle(&mut self, limit: Timestamp, mut is_time_left: impl FnMut() -> bool) -> bool {
        match self {
            Stage::Watched(viewing) => viewing.settle(limit, None, is_time_left),
            Stage::Set { story, .. } => loop {
                let until = (story.now() + SLICE).min(limit);
                if story.settle_until(until) || story.now() >= limit || story.now() < until {
                    return true;
                }
                if !is_time_left() {
                    return false;
                }
            },
        }
    }

    fn act(&mut self, act: impl FnOnce(&mut Story) -> Result<(), Refusal>) -> Result<(), Refusal> {
        match self {
            Stage::Set { story, .. } => act(story),
            Stage::Watched(viewing) => {
                act(&mut viewing.story)?;
                viewing.kept.forget_from(viewing.now());
                viewing.look(None);
                Ok(())
            }
        }
    }
}

/// A viewing on its way to where it begins.
#[derive(Debug)]
pub struct Playing {
    stage: Stage,
    steps: VecDeque<Step>,
    /// How long it takes in all, without what `settle` takes.
    length: Duration,
    /// What the file says of its end.
    end: Option<End>,
    /// Where it is left standing; nothing for its end.
    left_at: Option<Timestamp>,
    wants_extras: bool,
    /// Whether it is played twice.
    is_scene: bool,
}

impl Playing {
    /// Begins with a script.
    ///
    /// # Errors
    /// A script with a mistake, or settings that are not Kafka's.
    pub fn of_script(text: &str) -> Result<Playing, BeginError> {
        Playing::of_text(text, Stage::watched)
    }

    fn of_text(text: &str, stage: impl FnOnce(Story) -> Stage) -> Result<Playing, BeginError> {
        let script = Script::parse(text)?;
        let story = Story::new(WorldSettings::of(&script))?;
        story.check(&script)?;
        let mut playing = Playing::of_new(stage(story), Duration::ZERO, None);
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

    /// Begins with a script that sets a scene; the companion is told of it, and that it begins behind it.
    ///
    /// # Errors
    /// A script with a mistake, or settings that are not Kafka's.
    pub fn of_scene(text: &str, companion: Box<dyn Companion>) -> Result<Playing, BeginError> {
        let playing = Playing::of_text(text, |story| Stage::Set { story: Box::new(story), companion })?;
        Ok(Playing { is_scene: true, ..playing })
    }

    /// Begins with what [`Story::to_file`] has written.
    ///
    /// # Errors
    /// As [`Story::from_file`], as far as it can be told without playing.
    pub fn of_file(text: &str) -> Result<Playing, HistoryError> {
        let written = Written::read(text)?;
        let mut playing = Playing::of_new(Stage::watched(written.begin()?), written.length(), Some(written.end));
        playing.wants_extras = Extras::are_missing_for(text);
        for (line, entry) in written.entries {
            playing.steps.push_back(Step::Until(entry.time));
            playing.steps.push_back(Step::Entry { line, action: entry.action });
        }
        playing.steps.push_back(Step::Until(written.end.time));
        Ok(playing)
    }

    fn of_new(stage: Stage, length: Duration, end: Option<End>) -> Playing {
        Playing { stage, steps: VecDeque::new(), length, end, left_at: None, wants_extras: false, is_scene: false }
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
                Step::For(time) => self.steps.push_front(Step::Until(self.stage.story().now() + time)),
                Step::Until(time) => {
                    if !self.stage.advance(time, &mut is_time_left) {
                        self.steps.push_front(Step::Until(time));
                        return Ok(false);
                    }
                }
                Step::Settle { limit } => {
                    let limit = limit.unwrap_or(self.stage.story().now() + SETTLE_MAX);
                    if !self.stage.settle(limit, &mut is_time_left) {
                        self.steps.push_front(Step::Settle { limit: Some(limit) });
                        return Ok(false);
                    }
                }
                Step::Command { line, command } => {
                    let done = self.stage.act(|story| story.apply(&command).map(|_| ()));
                    done.map_err(|refusal| BeginError::Script(ScriptStop::Refused { line, refusal }))?;
                }
                Step::Entry { line, action } => {
                    let done = self.stage.act(|story| story.act(action).map(|_| ()));
                    done.map_err(|refusal| BeginError::File(refused(line, &refusal)))?;
                }
            }
            if !self.steps.is_empty() && !is_time_left() {
                return Ok(false);
            }
        }
        self.watch();
        if !self.steps.is_empty() {
            return self.go_on(is_time_left);
        }
        if let Some(end) = self.end.take() {
            end.check(self.stage.story()).map_err(BeginError::File)?;
        }
        Ok(true)
    }

    /// A scene that is set is watched from its beginning. It stands just behind it then, so that nothing of it happens at
    /// the instant at which somebody begins.
    fn watch(&mut self) {
        if let Stage::Set { story, companion } = &mut self.stage {
            story.run_until(story.now() + Duration::from_millis(1));
            let (mut story, mut companion) = (Story::clone(story), companion.clone());
            let begin = story.now();
            companion.begin(begin);
            story.rewind_watched();
            let follower = Follower { first: companion.clone(), now: companion };
            self.stage = Stage::Watched(Box::new(Viewing::at_start(story, Some(follower))));
            self.steps.push_back(Step::Until(begin));
        }
    }

    /// How much of it is played, in hundredths.
    pub fn percent(&self) -> u32 {
        let story = self.stage.story();
        let passed = story.now().since(story.start()).as_millis();
        let share =
            u32::try_from((passed.saturating_mul(100) / self.length.as_millis().max(1)).min(100)).unwrap_or(100);
        match self.stage {
            // It is played once more to be watched.
            Stage::Set { .. } => share / 2,
            Stage::Watched(_) if self.is_scene => 50 + share / 2,
            Stage::Watched(_) => share,
        }
    }

    /// What has been played, where it is left.
    pub fn into_viewing(self) -> Viewing {
        let mut viewing = match self.stage {
            Stage::Watched(viewing) => *viewing,
            Stage::Set { story, .. } => Viewing::of_story(*story),
        };
        if let Some(time) = self.left_at {
            viewing.seek(time);
        }
        viewing
    }

    /// Plays all of it at once.
    ///
    /// # Errors
    /// As [`Playing::go_on`].
    pub fn whole(mut self) -> Result<Viewing, BeginError> {
        while !self.go_on(|| true)? {}
        Ok(self.into_viewing())
    }
}
