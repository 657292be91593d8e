//! The house rules, as tests over the files of the repository.
//!
//! Each rule says what is wrong, where, and what to do about it. The files are those that git knows or would add.

#[cfg(test)]
mod arrows;
#[cfg(test)]
mod files;
#[cfg(test)]
mod links;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod text;
#[cfg(test)]
mod words;
