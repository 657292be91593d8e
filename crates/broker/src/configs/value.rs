//! Typed values of configs: read from text, and written as Kafka writes them.

/// Kafka's types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "Kafka's own words: <https://kafka.apache.org/documentation/#brokerconfigs>")]
pub enum ValueType {
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Class,
    Password,
}

impl ValueType {
    /// The number in DescribeConfigs from version 3 on; 0 stands for a key of no known type.
    pub fn number(self) -> i8 {
        match self {
            ValueType::Boolean => 1,
            ValueType::String => 2,
            ValueType::Int => 3,
            ValueType::Short => 4,
            ValueType::Long => 5,
            ValueType::Double => 6,
            ValueType::List => 7,
            ValueType::Class => 8,
            ValueType::Password => 9,
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "boolean" => ValueType::Boolean,
            "string" => ValueType::String,
            "int" => ValueType::Int,
            "short" => ValueType::Short,
            "long" => ValueType::Long,
            "double" => ValueType::Double,
            "list" => ValueType::List,
            "class" => ValueType::Class,
            "password" => ValueType::Password,
            _ => return None,
        })
    }
}

/// A value of one of Kafka's types.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number of 16, 32 or 64 bits.
    Number(i64),
    /// A fraction.
    Double(f64),
    /// A string, the name of a class, a password.
    Text(String),
    /// Strings parted by commas.
    List(Vec<String>),
}

impl Value {
    /// Reads a value; spaces around it do not matter.
    ///
    /// # Errors
    /// The reason, as Kafka words it.
    pub(super) fn read(value_type: ValueType, text: &str) -> Result<Value, &'static str> {
        let trimmed = text.trim_matches(|character| character <= ' ');
        match value_type {
            ValueType::Boolean if trimmed.eq_ignore_ascii_case("true") => Ok(Value::Boolean(true)),
            ValueType::Boolean if trimmed.eq_ignore_ascii_case("false") => Ok(Value::Boolean(false)),
            ValueType::Boolean => Err("Expected value to be either true or false"),
            ValueType::Short => {
                trimmed.parse::<i16>().map(|n| Value::Number(n.into())).map_err(|_| "Not a number of type SHORT")
            }
            ValueType::Int => {
                trimmed.parse::<i32>().map(|n| Value::Number(n.into())).map_err(|_| "Not a number of type INT")
            }
            ValueType::Long => trimmed.parse::<i64>().map(Value::Number).map_err(|_| "Not a number of type LONG"),
            ValueType::Double => read_double(trimmed).map(Value::Double).ok_or("Not a number of type DOUBLE"),
            ValueType::String | ValueType::Class | ValueType::Password => Ok(Value::Text(trimmed.to_owned())),
            ValueType::List if trimmed.is_empty() => Ok(Value::List(Vec::new())),
            ValueType::List => {
                let is_space = |character: char| matches!(character, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r');
                Ok(Value::List(trimmed.split(',').map(|item| item.trim_matches(is_space).to_owned()).collect()))
            }
        }
    }

    /// The value as Kafka's answers show it.
    pub fn to_text(&self) -> String {
        match self {
            Value::Boolean(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Double(number) => double_to_text(*number),
            Value::Text(text) => text.clone(),
            Value::List(items) => items.join(","),
        }
    }
}

/// Reads a fraction as Java does: a type suffix is allowed, and `NaN` and `Infinity` are spelled like that. Java's
/// hexadecimal fractions are not read.
fn read_double(text: &str) -> Option<f64> {
    match text.strip_prefix(['+', '-']).unwrap_or(text) {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        _ => {}
    }
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    if !digits.chars().all(|character| matches!(character, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')) {
        return None;
    }
    digits.parse().ok()
}

/// A fraction as Java prints it: plainly from a thousandth to ten million, else with an exponent.
fn double_to_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{number:?}");
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').expect("the exponent form has an exponent");
    if digits.contains('.') { format!("{digits}E{exponent}") } else { format!("{digits}.0E{exponent}") }
}
