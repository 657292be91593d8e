//! A run that is played a slice at a time, so that the page goes on meanwhile.

use runnel_broker::Timestamp;
use runnel_sandbox::history::Story;
use runnel_sandbox::script::{Command, Script};
use runnel_sandbox::viewing::Viewing;
use runnel_sandbox::world::WorldSettings;
use std::collections::VecDeque;
use std::time::Duration;

/// What comes next.
#[derive(Debug)]
enum Step {
    /// Time passes until then.
    Until(Timestamp),
    /// So much time passes.
    For(Duration),
    /// A command, and the line that it stands in.
    Do { line: u32, command: String },
}

/// A run on its way.
#[derive(Debug)]
pub(crate) struct Playing {
    viewing: Viewing,
    steps: VecDeque<Step>,
    /// How long it takes in all.
    length: Duration,
    /// The file that it must be in the end, down to the hash over all frames.
    file: Option<String>,
    /// Where it is left standing; nothing for its end.
    stands_at: Option<Timestamp>,
}

impl Playing {
    /// Begins with a script.
    ///
    /// # Errors
    /// A script that cannot be read, or settings that are not Kafka's.
    pub(crate) fn of_script(text: &str) -> Result<Playing, String> {
        let script = Script::parse(text).map_err(|error| error.to_string())?;
        let story = Story::new(WorldSettings::of(&script)).map_err(|error| error.to_string())?;
        let mut length = Duration::ZERO;
        let mut steps = VecDeque::new();
        for line in &script.lines {
            if let Command::Wait(time) = &line.command {
                length += *time;
                steps.push_back(Step::For(*time));
            } else {
                steps.push_back(Step::Do { line: line.number, command: line.command.to_string() });
            }
        }
        Ok(Playing { viewing: Viewing::of_story(story), steps, length, file: None, stands_at: None })
    }

    /// Begins with what [`Story::to_file`] has written.
    ///
    /// The core reads files, and says what is wrong with one. Here only what is regular is taken apart; whatever else
    /// there may be, frames of programs outside for one, the core plays in one piece.
    ///
    /// # Errors
    /// As [`Viewing::of_file`].
    pub(crate) fn of_file(text: &str, stands_at: Option<Timestamp>) -> Result<Playing, String> {
        match regular(text) {
            Some(playing) => Ok(Playing { stands_at, ..playing }),
            None => Playing::at_once(text, stands_at),
        }
    }

    fn at_once(text: &str, stands_at: Option<Timestamp>) -> Result<Playing, String> {
        let viewing = Viewing::of_file(text).map_err(|error| error.to_string())?;
        let length = viewing.story().end().since(viewing.story().start());
        Ok(Playing { viewing, steps: VecDeque::new(), length, file: None, stands_at })
    }

    /// Goes on while there is time left; `true` once it is played.
    ///
    /// # Errors
    /// What cannot be done, or is not as its file says.
    pub(crate) fn go_on(&mut self, mut is_time_left: impl FnMut() -> bool) -> Result<bool, String> {
        while let Some(step) = self.steps.front() {
            match step {
                Step::Until(time) => {
                    if !self.viewing.advance(*time, &mut is_time_left) {
                        return Ok(false);
                    }
                }
                Step::For(time) => {
                    let until = self.viewing.now() + *time;
                    if let Some(step) = self.steps.front_mut() {
                        *step = Step::Until(until);
                    }
                    continue;
                }
                Step::Do { line, command } => {
                    let done = self.viewing.run_script(command);
                    done.map_err(|stop| stop.to_string().replacen("line 1:", &format!("line {line}:"), 1))?;
                }
            }
            self.steps.pop_front();
            if !is_time_left() {
                return Ok(false);
            }
        }
        self.check()?;
        Ok(true)
    }

    /// Compares it with its file. What is wrong with a file, the core says best.
    fn check(&mut self) -> Result<(), String> {
        let Some(file) = self.file.take() else { return Ok(()) };
        if self.viewing.story().to_file() != file {
            *self = Playing::at_once(&file, self.stands_at)?;
        }
        Ok(())
    }

    /// How much of it is played, in hundredths.
    pub(crate) fn percent(&self) -> u32 {
        let passed = self.viewing.now().since(self.viewing.story().start()).as_millis();
        let share = passed.saturating_mul(100) / self.length.as_millis().max(1);
        u32::try_from(share.min(100)).unwrap_or(100)
    }

    /// What was played, where it was left.
    pub(crate) fn into_viewing(mut self) -> Viewing {
        if let Some(time) = self.stands_at {
            self.viewing.seek(time);
        }
        self.viewing
    }
}

/// A file whose lines are all as one expects them.
fn regular(text: &str) -> Option<Playing> {
    let mut lines = text.lines().zip(1_u32..);
    let mut head = String::new();
    let start = loop {
        let (line, _) = lines.next()?;
        if let Some(micros) = line.strip_prefix("start ") {
            break micros.parse::<i64>().ok().filter(|micros| (0..=1_i64 << 57).contains(micros))?;
        }
        if ["seed ", "profile ", "brokers "].iter().any(|name| line.starts_with(name)) {
            head.push_str(line);
            head.push('\n');
        }
    };
    let start = Timestamp(start);
    let settings = WorldSettings { start, ..WorldSettings::of(&Script::parse(&head).ok()?) };
    let time = |micros: &str| {
        let micros = micros.parse::<u64>().ok()?;
        Some(start + Duration::from_micros(micros.min(LENGTH_MAX_US)))
    };
    let mut steps = VecDeque::new();
    let end = loop {
        let (line, number) = lines.next()?;
        let Some(entry) = line.strip_prefix('@') else {
            break time(line.strip_prefix("end ")?.split_once(' ')?.0)?;
        };
        let (micros, command) = entry.split_once(' ')?;
        if command.starts_with("outside ") {
            return None;
        }
        steps.push_back(Step::Until(time(micros)?));
        steps.push_back(Step::Do { line: number, command: command.to_owned() });
    };
    steps.push_back(Step::Until(end));
    let viewing = Viewing::of_story(Story::new(settings).ok()?);
    Some(Playing { viewing, steps, length: end.since(start), file: Some(text.to_owned()), stands_at: None })
}

/// No run is longer than 400 days.
const LENGTH_MAX_US: u64 = 400 * 86_400 * 1_000_000;
