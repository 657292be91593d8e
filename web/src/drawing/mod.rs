//! What is drawn as plain data, and the elements that show it.
//!
//! The stage changes at every picture. A signal for each attribute would make thousands of subscriptions that are all
//! asked at each picture, and code for each of them; so the stage is a function from the scene to [`Shape`]s, and only
//! what differs from what is shown is set on its elements.

mod layer;
mod shown;

pub(crate) use layer::Layer;

use std::borrow::Cow;

/// Text that is often known beforehand.
pub(crate) type Text = Cow<'static, str>;

/// An SVG element as it should be.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shape {
    tag: &'static str,
    /// Tells it from the others around it while they come, go and change places.
    key: Option<String>,
    attributes: Vec<(&'static str, Text)>,
    text: Text,
    children: Vec<Shape>,
}

impl Shape {
    /// An element without attributes.
    pub(crate) fn new(tag: &'static str) -> Shape {
        Shape { tag, key: None, attributes: Vec::new(), text: Text::default(), children: Vec::new() }
    }

    /// An element of a class.
    pub(crate) fn classed(tag: &'static str, class: impl Into<Text>) -> Shape {
        Shape::new(tag).with("class", class)
    }

    /// With an attribute.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Text>) -> Shape {
        self.attributes.push((name, value.into()));
        self
    }

    /// With an attribute that is a number, to a tenth.
    pub(crate) fn at(self, name: &'static str, value: f64) -> Shape {
        self.with(name, number(value))
    }

    /// With a text inside.
    pub(crate) fn saying(mut self, text: impl Into<Text>) -> Shape {
        self.text = text.into();
        self
    }

    /// With another element inside.
    pub(crate) fn holding(mut self, child: Shape) -> Shape {
        self.children.push(child);
        self
    }

    /// With more elements inside.
    pub(crate) fn holding_all(mut self, children: impl IntoIterator<Item = Shape>) -> Shape {
        for child in children {
            self.children.push(child);
        }
        self
    }

    /// The same one as long as this stays the same.
    pub(crate) fn keyed(mut self, key: String) -> Shape {
        self.key = Some(key);
        self
    }
}

/// A number to a tenth, without a zero behind the point.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // Adding zero turns -0 into 0.
    format!("{}", tenths + 0.0)
}
