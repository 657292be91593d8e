//! Why a condition does not hold, in a sentence with the values of the moment.

use super::look::{Choice, Look, resolve};
use super::search::things;
use crate::clause::{Comparison, Condition, Fact, Name, Noun, Quantifier, Quantity, Term, said};

/// Why a condition does not hold; nothing if it does.
pub(super) fn why_not(look: &Look<'_>, condition: &Condition, choice: &Choice) -> Option<String> {
    let mut choices = vec![choice.clone()];
    for term in &condition.0 {
        let one = Condition(vec![term.clone()]);
        let next: Vec<Choice> = choices.iter().flat_map(|choice| look.choices(&one, choice)).collect();
        if next.is_empty() {
            return Some(why_term(look, term, choices.first().unwrap_or(choice)));
        }
        choices = next;
    }
    None
}

fn why_term(look: &Look<'_>, term: &Term, choice: &Choice) -> String {
    match term {
        Term::Compare { left, comparison, right } => {
            let wanted = match look.value(right, choice) {
                Ok(value) => value,
                Err(reason) => return reason,
            };
            let wanted = match comparison {
                Comparison::Equal => format!("{wanted}"),
                Comparison::NotEqual => format!("another number than {wanted}"),
                Comparison::Less => format!("less than {wanted}"),
                Comparison::LessOrEqual => format!("at most {wanted}"),
                Comparison::More => format!("more than {wanted}"),
                Comparison::MoreOrEqual => format!("at least {wanted}"),
            };
            match look.value(left, choice) {
                Ok(value) => format!("the number of {} is {value}, and {wanted} is wanted", shown(left, choice)),
                Err(reason) => reason,
            }
            .replace("the number of committed", "the committed")
            .replace("the number of lag", "the lag")
        }
        Term::Fact { fact, names } => {
            let shown: Vec<Name> = names.iter().map(|name| Name::Literal(resolve(name, choice).to_owned())).collect();
            let said = said(fact.pattern(), &shown);
            if *fact == Fact::GroupIs {
                let group = names.first().map_or("", |name| resolve(name, choice));
                let wanted = names.get(1).map_or("", |name| resolve(name, choice));
                return format!("{group} is {:?}, and {wanted} is wanted", look.scene.group_state(group));
            }
            let what = if fact.is_happening() { "has not happened" } else { "does not hold" };
            format!("this {what}: {said}")
        }
        Term::Quantified { quantifier, domain, of, variable, condition } => {
            let owner = of.as_ref().map(|name| resolve(name, choice));
            let things = things(look, *domain, owner);
            let place = owner.map_or_else(String::new, |owner| format!(" of {owner}"));
            if things.is_empty() {
                return format!("there is no {domain}{place} yet");
            }
            let with = |thing: &str| {
                let mut choice = choice.clone();
                choice.insert(variable.clone(), thing.to_owned());
                choice
            };
            match quantifier {
                Quantifier::Some => match things.as_slice() {
                    [only] => why_not(look, condition, &with(only)).unwrap_or_default(),
                    _several => format!("there is no {domain} {variable}{place} yet with this: {condition}"),
                },
                Quantifier::Every => {
                    let failing = things.iter().find_map(|thing| why_not(look, condition, &with(thing)));
                    failing.unwrap_or_default()
                }
                Quantifier::No => {
                    let holding = things.iter().find(|thing| look.holds(condition, &with(thing)));
                    let thing = holding.map_or("", String::as_str);
                    format!("this holds for {thing}, and must not: {condition}")
                }
            }
        }
    }
}

/// A quantity with what its variables stand for.
fn shown(quantity: &Quantity, choice: &Choice) -> String {
    match quantity {
        Quantity::Number(number) => number.to_string(),
        Quantity::Of { noun, names } => {
            let names: Vec<Name> = names.iter().map(|name| Name::Literal(resolve(name, choice).to_owned())).collect();
            if *noun == Noun::Age {
                return said("seconds since the oldest record of PARTITION was written", &names);
            }
            said(noun.pattern(), &names)
        }
        Quantity::Peak(of) => format!("{} at its highest", shown(of, choice)),
    }
}
