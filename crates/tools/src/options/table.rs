//! Which options a command knows, read from its help text: the text is interface, so it is the one place that says so.

use std::collections::BTreeMap;

/// What may follow an option's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// An argument may follow, shown as `[String]`.
    Maybe,
    /// An argument has to follow, shown as `<String>`.
    Argument(Kind),
}

/// What an argument is turned into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Text as it is.
    Text,
    /// A Java `Integer`.
    Integer,
    /// A Java `Long`.
    Long,
}

/// The options of one command.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// What Kafka's tool prints as its help.
    pub(crate) help: &'static str,
    options: BTreeMap<&'static str, Takes>,
}

impl Table {
    /// Reads a help text in joptsimple's two columns: `--name <Type: what>` at the left, a description at the right.
    pub(crate) fn read(help: &'static str) -> Table {
        let mut options = BTreeMap::new();
        let width = help.lines().next().and_then(|line| line.find("Description")).unwrap_or(0);
        let left = help.lines().map(|line| line.get(..width).unwrap_or(line).trim_end());
        let mut open: Option<&'static str> = None;
        for cell in left.skip(2) {
            if let Some(option) = cell.strip_prefix("--") {
                let (name, argument) = option.split_once(' ').unwrap_or((option, ""));
                options.insert(name, takes(argument));
                // A long name leaves its argument to the next line.
                open = argument.is_empty().then_some(name);
            } else if let (Some(name), Some(argument)) = (open.take(), cell.strip_prefix("  ")) {
                options.insert(name, takes(argument));
            }
        }
        Table { help, options }
    }

    /// What follows the option; `None` for a name that the command does not know.
    pub(crate) fn takes(&self, name: &str) -> Option<Takes> {
        self.options.get(name).copied()
    }
}

fn takes(argument: &str) -> Takes {
    match argument.as_bytes().first() {
        Some(b'<') if argument.starts_with("<Integer") => Takes::Argument(Kind::Integer),
        Some(b'<') if argument.starts_with("<Long") => Takes::Argument(Kind::Long),
        Some(b'<') => Takes::Argument(Kind::Text),
        Some(b'[') => Takes::Maybe,
        _ => Takes::Nothing,
    }
}
