//! Exceptions, as Java prints them: `class: message`, and `Caused by:` below.

use runnel_protocol::ErrorCode;
use std::fmt;

/// Which class stands for which error code, as Kafka's `Errors` has it.
const CLASSES: &str = include_str!("exceptions.txt");

/// What a future throws.
const EXECUTION: &str = "java.util.concurrent.ExecutionException";

/// A Java exception without its frames.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Exception {
    class: String,
    message: Option<String>,
    /// The error code that it stands for.
    code: Option<ErrorCode>,
    cause: Option<Box<Exception>>,
}

impl Exception {
    /// An exception of a class, by its full name.
    pub(crate) fn new(class: &str, message: impl Into<String>) -> Exception {
        Exception { class: class.to_owned(), message: Some(message.into()), code: None, cause: None }
    }

    /// The exception of an error code, with the server's own message or the one that Kafka's client has for it.
    pub(crate) fn of(code: ErrorCode, message: Option<&str>) -> Exception {
        let class = class_of(code).unwrap_or("org.apache.kafka.common.errors.UnknownServerException");
        let message = message.filter(|message| !message.is_empty()).unwrap_or(code.message());
        Exception { class: class.to_owned(), message: Some(message.to_owned()), code: Some(code), cause: None }
    }

    /// The exception of a number on the wire.
    pub(crate) fn of_number(number: i16, message: Option<&str>) -> Exception {
        Exception::of(ErrorCode::from_number(number).unwrap_or(ErrorCode::UnknownServerError), message)
    }

    /// `java.lang.IllegalArgumentException`.
    pub(crate) fn illegal_argument(message: impl Into<String>) -> Exception {
        Exception::new("java.lang.IllegalArgumentException", message)
    }

    /// The exception that a future throws in place of its own: its message is the class and message of the cause.
    pub(crate) fn execution(self) -> Exception {
        let message = Some(self.to_string());
        Exception { class: EXECUTION.to_owned(), message, code: None, cause: Some(Box::new(self)) }
    }

    /// `java.lang.RuntimeException` around another.
    pub(crate) fn runtime(self) -> Exception {
        Exception {
            class: "java.lang.RuntimeException".to_owned(),
            message: Some(self.to_string()),
            code: None,
            cause: Some(Box::new(self)),
        }
    }

    /// The same with a cause.
    pub(crate) fn caused_by(mut self, cause: Exception) -> Exception {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The same as another class.
    pub(crate) fn with_class(mut self, class: &str) -> Exception {
        self.class = class.to_owned();
        self
    }

    /// What was thrown at first, where a future threw it again.
    pub(crate) fn unwrapped(self) -> Exception {
        match self.cause {
            Some(cause) if self.class == EXECUTION => *cause,
            cause => Exception { cause, ..self },
        }
    }

    /// The class, with its package.
    pub(crate) fn class(&self) -> &str {
        &self.class
    }

    /// The message; Java prints `null` for none.
    pub(crate) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or("null")
    }

    /// The error code that it stands for.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        self.code
    }

    /// The exception and its causes, a line each, as `printStackTrace` without frames.
    pub(crate) fn trace(&self) -> String {
        let mut text = self.to_string();
        let mut cause = &self.cause;
        while let Some(exception) = cause {
            text.push_str(&format!("\nCaused by: {exception}"));
            cause = &exception.cause;
        }
        text
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(out, "{}: {message}", self.class),
            None => out.write_str(&self.class),
        }
    }
}

fn class_of(code: ErrorCode) -> Option<&'static str> {
    let number = code.number().to_string();
    CLASSES.lines().filter_map(|line| line.split_once(' ')).find(|(code, _)| *code == number).map(|(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::{Exception, class_of};
    use runnel_protocol::ErrorCode;

    #[test]
    fn every_code_has_its_class() {
        for code in ErrorCode::all().filter(|code| *code != ErrorCode::None) {
            assert!(class_of(code).is_some(), "{code:?}");
        }
    }

    #[test]
    fn a_future_speaks_of_its_cause() {
        let exception = Exception::of(ErrorCode::GroupIdNotFound, Some("Group absent not found.")).execution();
        assert_eq!(
            exception.trace(),
            "java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.GroupIdNotFoundException: Group \
             absent not found.\nCaused by: org.apache.kafka.common.errors.GroupIdNotFoundException: Group absent not \
             found."
        );
    }
}
