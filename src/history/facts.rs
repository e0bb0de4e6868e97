//! Owns the names and values of all of history, each held once and known by its number, so that comparing two states of
//! a goal is comparing numbers. Never knows where a value stood.

use super::lines::{ALL, Mask, bit};
use crate::okr::{Field, Fields, Name};
use foldhash::HashMap;
use foldhash::fast::RandomState;
use serde_json::Value;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

/// Number of a full name; names of all of history are counted through.
pub(super) type NameId = u32;

/// Number of the fields that some goal has at some commit; equal numbers are equal fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FactsId(pub(super) u32);

/// Number of a value; equal numbers are equal values.
pub(super) type ValueId = u32;

/// Numbers things in the order in which they come up.
#[derive(Debug)]
pub(super) struct Numbered<T: ?Sized> {
    all: Vec<Arc<T>>,
    places: Places,
}

impl<T: ?Sized> Default for Numbered<T> {
    fn default() -> Self {
        Numbered { all: Vec::new(), places: Places::default() }
    }
}

impl<T: ?Sized + Hash + Eq> Numbered<T> {
    pub(super) fn find(&self, thing: &T) -> Option<u32> {
        self.places.find(thing, |at| *self.all[at as usize] == *thing)
    }

    /// Gives the number of a thing, a new one where it never came up.
    pub(super) fn number<'a, B>(&mut self, thing: B) -> u32
    where
        B: Borrow<T> + Into<Arc<T>> + 'a,
    {
        let (all, known) = (&self.all, thing.borrow());
        let (number, is_new) = self.places.number(known, all.len(), |at| *all[at as usize] == *known);
        if is_new {
            self.all.push(thing.into());
        }
        number
    }

    /// Makes room for so many things more.
    pub(super) fn expect(&mut self, things: usize) {
        self.all.reserve(things);
        self.places.expect(things);
    }

    /// Takes the thing that is the next by number; `None` where it is not new.
    pub(super) fn next<'a, B>(&mut self, thing: B) -> Option<()>
    where
        B: Borrow<T> + Into<Arc<T>> + 'a,
    {
        let next = self.all.len();
        (self.number(thing) as usize == next).then_some(())
    }

    pub(super) fn get(&self, number: u32) -> &Arc<T> {
        &self.all[number as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

/// Where things that are held one behind another are found again, by their hash.
#[derive(Debug, Default)]
pub(super) struct Places {
    state: RandomState,
    /// By the lower half of the hash: there are many of these, and half of it tells nearly all apart.
    numbers: HashMap<u32, u32>,
}

impl Places {
    /// Makes room for so many things more.
    pub(super) fn expect(&mut self, things: usize) {
        self.numbers.reserve(things);
    }

    /// Finds a thing among those of its hash.
    pub(super) fn find<T: Hash + ?Sized>(&self, thing: &T, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.seek(thing, is).ok()
    }

    /// Finds a thing among those of its hash, or takes `next` as its number.
    pub(super) fn number<T: Hash + ?Sized>(&mut self, thing: &T, next: usize, is: impl Fn(u32) -> bool) -> (u32, bool) {
        match self.seek(thing, is) {
            Ok(number) => (number, false),
            Err(free) => {
                let next = u32::try_from(next).expect("history holds fewer than 2^32 things of a kind");
                self.numbers.insert(free, next);
                (next, true)
            }
        }
    }

    /// Finds a thing among those of its hash, or the place that is free for it: of two things of one hash, the second goes
    /// under the next.
    fn seek<T: Hash + ?Sized>(&self, thing: &T, is: impl Fn(u32) -> bool) -> Result<u32, u32> {
        #[allow(clippy::cast_possible_truncation)]
        let mut hash = self.state.hash_one(thing) as u32;
        loop {
            match self.numbers.get(&hash) {
                Some(&number) if is(number) => return Ok(number),
                Some(_) => hash = hash.wrapping_add(1),
                None => return Err(hash),
            }
        }
    }
}

/// Sets of fields, one behind another: a history has hundreds of thousands of small ones.
#[derive(Debug, Default)]
struct Sets {
    /// Fields in order, each with the number of its value.
    all: Vec<(Field, ValueId)>,
    /// Where each set ends.
    ends: Vec<usize>,
    places: Places,
}

impl Sets {
    fn get(&self, number: u32) -> &[(Field, ValueId)] {
        Sets::slice(&self.all, &self.ends, number)
    }

    fn slice<'a>(all: &'a [(Field, ValueId)], ends: &[usize], number: u32) -> &'a [(Field, ValueId)] {
        let at = number as usize;
        let start = if at == 0 { 0 } else { ends[at - 1] };
        &all[start..ends[at]]
    }

    fn number(&mut self, set: &[(Field, ValueId)]) -> u32 {
        let Sets { all, ends, places } = self;
        let (number, is_new) = places.number(set, ends.len(), |other| Sets::slice(all, ends, other) == set);
        if is_new {
            self.all.extend_from_slice(set);
            self.ends.push(self.all.len());
        }
        number
    }
}

/// Values, one behind another.
#[derive(Debug, Default)]
struct Values {
    all: Vec<Arc<Value>>,
    places: Places,
    nothing: Arc<Value>,
}

impl Values {
    fn get(&self, number: ValueId) -> &Arc<Value> {
        &self.all[number as usize]
    }

    fn number(&mut self, value: impl Borrow<Value> + Into<Arc<Value>>) -> ValueId {
        let (all, known) = (&self.all, value.borrow());
        let (number, is_new) = self.places.number(known, all.len(), |other| *all[other as usize] == *known);
        if is_new {
            self.all.push(value.into());
        }
        number
    }
}

/// Every name and value that history ever had.
#[derive(Debug, Default)]
pub(super) struct Facts {
    names: Numbered<str>,
    values: Values,
    sets: Sets,
    /// What a set is put together in.
    draft: Vec<(Field, ValueId)>,
    /// Whether any goal ever named an older name of its own.
    pub(super) aliases: bool,
}

impl Facts {
    /// Makes room for what so many versions of files say: to make it bit by bit means to copy all, again and again.
    pub(super) fn expect(&mut self, versions: usize) {
        /// What most versions have of goals that nobody knew, and of values.
        const NEW: usize = 2;
        /// What most goals have of fields.
        const FIELDS: usize = 12;
        self.values.all.reserve(versions * NEW);
        self.values.places.expect(versions * NEW);
        self.sets.all.reserve(versions * NEW * FIELDS);
        self.sets.ends.reserve(versions * NEW);
        self.sets.places.expect(versions * NEW);
    }

    /// Gives a name by its number.
    pub(super) fn text(&self, name: NameId) -> &Arc<str> {
        self.names.get(name)
    }

    /// Finds the number of a name, if history ever had it.
    pub(super) fn find(&self, name: &str) -> Option<NameId> {
        self.names.find(name)
    }

    /// Gives the number of a name.
    pub(super) fn name(&mut self, name: &str) -> NameId {
        self.names.number(name)
    }

    /// Makes room for so many names more.
    pub(super) fn expect_names(&mut self, names: usize) {
        self.names.expect(names);
    }

    /// Takes the name that is the next by number; `None` where it is not new.
    pub(super) fn next_name(&mut self, name: &str) -> Option<()> {
        self.names.next(name)
    }

    /// Counts the names.
    pub(super) fn names(&self) -> usize {
        self.names.len()
    }

    /// Counts the values.
    pub(super) fn values(&self) -> usize {
        self.values.all.len()
    }

    /// Counts the sets of fields.
    pub(super) fn sets(&self) -> usize {
        self.sets.ends.len()
    }

    /// Gives the values from a number on.
    pub(super) fn values_from(&self, number: usize) -> &[Arc<Value>] {
        &self.values.all[number..]
    }

    /// Gives a set as the numbers of its values.
    pub(super) fn set(&self, facts: FactsId) -> &[(Field, ValueId)] {
        self.sets.get(facts.0)
    }

    /// Takes the value that is the next by number; `None` where it is not new.
    pub(super) fn next_value(&mut self, value: Value) -> Option<()> {
        let next = self.values();
        (self.values.number(value) as usize == next).then_some(())
    }

    /// Takes the set that is the next by number; `None` where it is not new or not well-formed.
    pub(super) fn next_set(&mut self, set: &[(Field, ValueId)]) -> Option<()> {
        let next = self.sets();
        let whole = set.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && set.iter().all(|field| (field.1 as usize) < self.values());
        self.aliases |= set.iter().any(|field| field.0 == Field::Aliases);
        (whole && self.sets.number(set) as usize == next).then_some(())
    }

    /// Finds the objective that a key result belongs to, if history ever had it.
    pub(super) fn home(&self, name: &Name) -> Option<NameId> {
        name.key_result.as_ref().and_then(|_| self.find(&Name::objective(&name.cycle, &name.objective).to_string()))
    }

    /// Takes the fields of a goal.
    pub(super) fn take(&mut self, fields: Fields) -> FactsId {
        self.aliases |= fields.contains_key(&Field::Aliases);
        self.draft.clear();
        self.draft.extend(fields.into_iter().map(|(field, value)| (field, self.values.number(value))));
        FactsId(self.sets.number(&self.draft))
    }

    /// Takes the fields of a goal that has others in these places.
    pub(super) fn replace(&mut self, facts: FactsId, values: impl Iterator<Item = (Field, Arc<Value>)>) -> FactsId {
        self.draft.clear();
        self.draft.extend_from_slice(self.sets.get(facts.0));
        for (field, value) in values {
            let value = self.values.number(value);
            match self.draft.binary_search_by_key(&field, |entry| entry.0) {
                Ok(at) => self.draft[at].1 = value,
                Err(at) => self.draft.insert(at, (field, value)),
            }
        }
        FactsId(self.sets.number(&self.draft))
    }

    /// Gives the value of a field.
    pub(super) fn value(&self, facts: FactsId, field: Field) -> Option<&Arc<Value>> {
        let set = self.sets.get(facts.0);
        let at = set.binary_search_by_key(&field, |entry| entry.0).ok()?;
        Some(self.values.get(set[at].1))
    }

    /// Gives a value by its number; the one of what is not written for none.
    pub(super) fn value_of(&self, value: Option<ValueId>) -> &Arc<Value> {
        value.map_or(&self.values.nothing, |value| self.values.get(value))
    }

    /// Gives the fields of a goal as a table of their own.
    pub(super) fn fields(&self, facts: FactsId) -> Fields {
        self.sets.get(facts.0).iter().map(|&(field, value)| (field, Value::clone(self.values.get(value)))).collect()
    }

    /// Gives the fields that are written on either side, in order, each with the numbers of its values.
    pub(super) fn beside(
        &self,
        one: Option<FactsId>,
        other: Option<FactsId>,
    ) -> impl Iterator<Item = (Field, Option<ValueId>, Option<ValueId>)> + '_ {
        let set = |facts: Option<FactsId>| facts.map_or(&[][..], |facts| self.sets.get(facts.0));
        let (mut one, mut other) = (set(one), set(other));
        let take = |side: &mut &[(Field, ValueId)], field: Field| {
            let ((_, value), rest) = side.split_first().filter(|(first, _)| first.0 == field)?;
            *side = rest;
            Some(*value)
        };
        std::iter::from_fn(move || {
            let field = match (one.first(), other.first()) {
                (Some(left), Some(right)) => left.0.min(right.0),
                (left, right) => left.or(right)?.0,
            };
            Some((field, take(&mut one, field), take(&mut other, field)))
        })
    }

    /// Says which fields are alike: in two goals those with the same value, or written in neither; all of them where
    /// there is no goal on either side, none where there is one on one side.
    pub(super) fn alike(&self, one: Option<FactsId>, other: Option<FactsId>) -> Mask {
        if one == other {
            return ALL;
        }
        if one.is_none() || other.is_none() {
            return 0;
        }
        let different = self.beside(one, other).filter(|(_, left, right)| left != right);
        different.fold(ALL, |alike, (field, ..)| alike & !bit(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_alike_by_value() {
        let mut facts = Facts::default();
        let fields = |all: &[(Field, Value)]| all.iter().cloned().collect::<Fields>();
        let one = facts.take(fields(&[(Field::Current, json!(1)), (Field::Note, json!("a"))]));
        let two = facts.take(fields(&[(Field::Current, json!(1)), (Field::Unit, json!("ms"))]));
        assert_eq!(facts.alike(Some(one), Some(one)), ALL);
        let differing = ALL & !(1 << Field::Note as u32) & !(1 << Field::Unit as u32);
        assert_eq!(facts.alike(Some(one), Some(two)), differing);
        assert_eq!(facts.alike(Some(two), Some(one)), differing);
        assert_eq!((facts.alike(Some(one), None), facts.alike(None, None)), (0, ALL));
        let replaced = facts.replace(one, [(Field::Note, json!("b").into())].into_iter());
        assert_eq!(facts.fields(replaced), fields(&[(Field::Current, json!(1)), (Field::Note, json!("b"))]));
        assert_eq!(facts.replace(replaced, [(Field::Note, json!("a").into())].into_iter()), one);
    }
}
