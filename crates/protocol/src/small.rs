//! Ordered maps and sets that stay small: a client's partitions, a request's topics, a cluster's brokers.
//!
//! Up to some hundred entries one sorted list is quicker than a tree in every respect, and it needs much less code for
//! each type, which a page has to load. They have the names of `BTreeMap` and `BTreeSet`, and their order. An entry that
//! is put in or taken out moves all those behind it, so what may grow to many thousands, in no order, stays in a tree.
//! What is collected is put in one by one: to sort first, as trees and `LiteMap` itself do, is more code still.

use litemap::LiteMap;
use std::borrow::Borrow;
use std::fmt;
use std::ops::Index;

pub use litemap::Entry;

/// A pair of a map, taken apart.
type Split<'a, K, V> = fn(&'a (K, V)) -> (&'a K, &'a V);
/// A pair of a map, taken apart to change its value.
type SplitMut<'a, K, V> = fn(&'a mut (K, V)) -> (&'a K, &'a mut V);
/// The entries of a map, in the order of their keys.
pub type Iter<'a, K, V> = std::iter::Map<std::slice::Iter<'a, (K, V)>, Split<'a, K, V>>;
/// As [`Iter`], with values that may be changed.
pub type IterMut<'a, K, V> = std::iter::Map<std::slice::IterMut<'a, (K, V)>, SplitMut<'a, K, V>>;

/// An ordered map that stays small.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SmallMap<K, V>(LiteMap<K, V>);

/// An ordered set that stays small.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SmallSet<T>(SmallMap<T, ()>);

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        SmallMap::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SmallMap<K, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self).finish()
    }
}

impl<K, V> SmallMap<K, V> {
    /// A map without entries.
    pub const fn new() -> Self {
        SmallMap(LiteMap::new())
    }

    /// A map without entries that has room for so many.
    pub fn with_capacity(capacity: usize) -> Self {
        SmallMap(LiteMap::with_capacity(capacity))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The entries, in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.0.as_slice().iter().map(|(key, value)| (key, value))
    }

    /// As [`SmallMap::iter`], with values that may be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        self.0.iter_mut()
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.0.as_slice().iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.0.as_slice().iter().map(|(_, value)| value)
    }

    /// As [`SmallMap::values`], to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The keys alone.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.into_iter().map(|(key, _)| key)
    }

    /// The values alone.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.into_iter().map(|(_, value)| value)
    }

    /// The entry in a place, counted from 0.
    pub fn get_at(&self, index: usize) -> Option<(&K, &V)> {
        self.0.get_indexed(index)
    }

    /// The entry with the smallest key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }
}

impl<K: Ord, V> SmallMap<K, V> {
    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// As [`SmallMap::get`], to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }

    /// The value of a key, with the key as it stands here.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.get_indexed(self.0.find_index(key).ok()?)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Sets the value of a key, and answers what it was before. The key stays as it stood here, if it did.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// Takes an entry out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key)
    }

    /// The place of a key, with a value or without.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, Vec<(K, V)>> {
        self.0.entry(key)
    }

    /// Keeps the entries that are wanted.
    pub fn retain(&mut self, is_wanted: impl FnMut(&K, &V) -> bool) {
        self.0.retain(is_wanted);
    }
}

impl<K: Ord, V> Extend<(K, V)> for SmallMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            if let Some((key, value)) = self.0.try_append(key, value) {
                self.0.insert(key, value);
            }
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = SmallMap::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SmallMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_tuple_vec().into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a SmallMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut SmallMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for SmallMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is in the map")
    }
}

impl<T> Default for SmallSet<T> {
    fn default() -> Self {
        SmallSet::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for SmallSet<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

impl<T> SmallSet<T> {
    /// A set with nothing in it.
    pub const fn new() -> Self {
        SmallSet(SmallMap::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.0.keys()
    }

    /// The smallest.
    pub fn first(&self) -> Option<&T> {
        self.0.first_key_value().map(|(one, ())| one)
    }

    /// The greatest.
    pub fn last(&self) -> Option<&T> {
        self.0.last_key_value().map(|(one, ())| one)
    }
}

impl<T: Ord> SmallSet<T> {
    /// Whether it is there.
    pub fn contains<Q: Ord + ?Sized>(&self, one: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(one)
    }

    /// Puts one in. Returns whether it is new.
    pub fn insert(&mut self, one: T) -> bool {
        self.0.insert(one, ()).is_none()
    }

    /// Takes one out. Returns whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, one: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(one).is_some()
    }

    /// Takes the smallest out.
    pub fn pop_first(&mut self) -> Option<T> {
        let mut all = std::mem::take(&mut self.0).0.into_tuple_vec();
        let first = (!all.is_empty()).then(|| all.remove(0).0);
        self.0.0 = LiteMap::from_sorted_store_unchecked(all);
        first
    }

    /// Keeps those that are wanted.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&T) -> bool) {
        self.0.retain(|one, ()| is_wanted(one));
    }
}

impl<T: Ord> Extend<T> for SmallSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, all: I) {
        self.0.extend(all.into_iter().map(|one| (one, ())));
    }
}

impl<T: Ord> FromIterator<T> for SmallSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        SmallSet(all.into_iter().map(|one| (one, ())).collect())
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SmallSet<T> {
    fn from(all: [T; N]) -> Self {
        all.into_iter().collect()
    }
}

impl<T> IntoIterator for SmallSet<T> {
    type Item = T;
    type IntoIter = std::iter::Map<std::vec::IntoIter<(T, ())>, fn((T, ())) -> T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(one, ())| one)
    }
}

impl<'a, T> IntoIterator for &'a SmallSet<T> {
    type Item = &'a T;
    type IntoIter = std::iter::Map<std::slice::Iter<'a, (T, ())>, fn(&'a (T, ())) -> &'a T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.0.as_slice().iter().map(|(one, ())| one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_key_that_is_set_again_stays_as_it_stood() {
        let mut map = SmallMap::from([("b", 1), ("a", 2), ("b", 3)]);
        assert_eq!(format!("{map:?}"), r#"{"a": 2, "b": 3}"#);
        assert_eq!(map.insert("a", 4), Some(2));
        assert_eq!(map["a"], 4);
        assert_eq!(map.get_key_value("b"), Some((&"b", &3)));
        assert_eq!((map.remove("c"), map.remove("a"), map.len()), (None, Some(4), 1));
    }

    proptest! {
        #[test]
        fn they_are_to_their_users_what_trees_are(steps in prop::collection::vec((any::<bool>(), 0_u8..20, any::<u8>()), 0..60)) {
            let (mut map, mut set) = (SmallMap::new(), SmallSet::new());
            let (mut tree, mut tree_set) = (BTreeMap::new(), BTreeSet::new());
            for (puts_in, key, value) in &steps {
                if *puts_in {
                    prop_assert_eq!(map.insert(*key, *value), tree.insert(*key, *value));
                    prop_assert_eq!(set.insert(*key), tree_set.insert(*key));
                } else {
                    prop_assert_eq!(map.remove(key), tree.remove(key));
                    prop_assert_eq!(set.remove(key), tree_set.remove(key));
                }
                prop_assert!(map.iter().eq(&tree) && set.iter().eq(&tree_set));
                prop_assert_eq!((map.first_key_value(), map.last_key_value()), (tree.first_key_value(), tree.last_key_value()));
                prop_assert_eq!((set.first(), set.last()), (tree_set.first(), tree_set.last()));
            }
            prop_assert_eq!((set.pop_first(), set.len()), (tree_set.pop_first(), tree_set.len()));
            let pairs = steps.iter().map(|(_, key, value)| (*key, *value));
            let collected: SmallMap<u8, u8> = pairs.clone().collect();
            prop_assert!(collected.into_iter().eq(pairs.collect::<BTreeMap<_, _>>()));
        }
    }
}
