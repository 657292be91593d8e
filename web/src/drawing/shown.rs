//! An element on the page, and the shape that it has.

use super::Shape;
use leptos::prelude::document;
use web_sys::{Element, Node};

/// The name space of SVG.
const SVG: &str = "http://www.w3.org/2000/svg";

/// An element with what it shows.
pub(super) struct Shown {
    pub(super) element: Element,
    shape: Shape,
    children: Vec<Shown>,
}

impl Shown {
    /// Makes an element; nothing if the browser makes none, and then it is not seen.
    pub(super) fn new(shape: Shape) -> Option<Shown> {
        let element = document().create_element_ns(Some(SVG), shape.tag).ok()?;
        let mut shown = Shown { element, shape: Shape::new(shape.tag), children: Vec::new() };
        shown.change(shape);
        Some(shown)
    }

    /// Changes what differs.
    pub(super) fn change(&mut self, mut shape: Shape) {
        for (name, value) in &shape.attributes {
            let before = self.shape.attributes.iter().find(|(found, _)| found == name);
            if before.is_none_or(|(_, before)| before != value) {
                // A name that is an attribute's is never refused.
                _ = self.element.set_attribute(name, value);
            }
        }
        for (name, _) in &self.shape.attributes {
            if !shape.attributes.iter().any(|(kept, _)| kept == name) {
                _ = self.element.remove_attribute(name);
            }
        }
        if self.shape.text != shape.text {
            self.element.set_text_content(Some(&shape.text));
        }
        let children = std::mem::take(&mut shape.children);
        if !(children.is_empty() && self.children.is_empty()) {
            self.change_children(children);
        }
        self.shape = shape;
    }

    fn change_children(&mut self, shapes: Vec<Shape>) {
        let is_as_before = self.children.len() == shapes.len()
            && self.children.iter().zip(&shapes).all(|(child, shape)| child.is_same(shape));
        if is_as_before {
            for (child, shape) in self.children.iter_mut().zip(shapes) {
                child.change(shape);
            }
        } else {
            self.replace_children(shapes);
        }
    }

    /// Those with a key stay the same elements wherever they go, those without one as long as their order allows it.
    fn replace_children(&mut self, shapes: Vec<Shape>) {
        let mut before: Vec<Option<Shown>> = std::mem::take(&mut self.children).into_iter().map(Some).collect();
        for shape in shapes {
            let found = before.iter_mut().find(|kept| kept.as_ref().is_some_and(|kept| kept.is_same(&shape)));
            let child = match found.and_then(Option::take) {
                Some(mut kept) => {
                    kept.change(shape);
                    Some(kept)
                }
                None => Shown::new(shape),
            };
            self.children.extend(child);
        }
        for gone in before.into_iter().flatten() {
            gone.element.remove();
        }
        let mut place = self.element.first_child();
        for child in &self.children {
            let node: &Node = &child.element;
            if place.as_ref() == Some(node) {
                place = node.next_sibling();
            } else {
                // An element of this document can stand before any child of another one.
                _ = self.element.insert_before(node, place.as_ref());
            }
        }
    }

    fn is_same(&self, shape: &Shape) -> bool {
        self.shape.tag == shape.tag && self.shape.key == shape.key
    }
}
