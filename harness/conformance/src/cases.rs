//! The rows of the suite as data: which there are, in their order, what each needs, and how it is tried.

use downstream_mock::faults::Fault;

use crate::breach::{Held, Watched};
use crate::faults::{self, NEIGHBOURS, faults_by_group};
use crate::requirements::{self, Entry};
use crate::stage::Stage;
use crate::{REQUIREMENT, Requirement, Rows};

/// A row of the suite that can be tried.
#[derive(Clone, Debug)]
pub struct Case {
    /// `requirement`, or which part of a call the fault concerns.
    pub group: String,
    /// What is tried.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Requirement(&'static Entry),
    Alone(Fault),
    Among(Vec<Fault>),
}

/// The wanted rows, in the order in which they are tried.
#[must_use]
pub fn cases(rows: &Rows) -> Vec<Case> {
    let requirement = |entry: &'static Entry| Case {
        group: REQUIREMENT.into(),
        name: entry.about.name.into(),
        kind: Kind::Requirement(entry),
    };
    let wanted = requirements::all(rows.large).filter(|entry| rows.include(REQUIREMENT, entry.about.name));
    let mut cases: Vec<_> = wanted.map(requirement).collect();
    for (group, faults) in faults_by_group(rows) {
        let case = |name: String, kind| Case { group: group.clone(), name, kind };
        cases.extend(faults.iter().map(|fault| case(fault.name.clone(), Kind::Alone(fault.clone()))));
        let noun = if faults.len() == 1 { "fault" } else { "faults" };
        let name = format!("{} {noun} among {NEIGHBOURS} healthy calls", faults.len());
        cases.push(case(name, Kind::Among(faults)));
    }
    cases.retain(|case| rows.include_whole(&case.name));
    cases
}

/// Every requirement of a model, in the order in which each rests on earlier ones alone.
#[must_use]
pub fn order_of_requirements() -> Vec<Requirement> {
    requirements::all(true).map(|entry| entry.about).collect()
}

/// The requirement that names what every run is watched for.
pub(crate) fn requirement_of(watched: Watched) -> Option<&'static Requirement> {
    requirements::all(true).find(|entry| entry.watched.contains(&watched)).map(|entry| &entry.about)
}

/// The one of two requirements that the other may rest on.
pub(crate) fn earlier(one: &'static str, other: &'static str) -> &'static str {
    let place = |name| requirements::all(true).position(|entry| entry.about.name == name);
    if place(one) <= place(other) { one } else { other }
}

impl Case {
    /// Tries the row once.
    pub(crate) fn hold(&self, stage: &mut Stage<'_>) -> Held {
        match &self.kind {
            Kind::Requirement(entry) => (entry.hold)(stage),
            Kind::Alone(fault) => faults::alone(stage, fault),
            Kind::Among(faults) => faults::among(stage, faults),
        }
    }

    /// The requirement that the row itself tries; none for a fault.
    pub(crate) fn requirement(&self) -> Option<&'static str> {
        match &self.kind {
            Kind::Requirement(entry) => Some(entry.about.name),
            Kind::Alone(_) | Kind::Among(_) => None,
        }
    }

    /// How many descriptors it takes at most, both ends of each connection counted.
    pub(crate) fn descriptors(&self) -> u64 {
        match &self.kind {
            Kind::Requirement(entry) => entry.descriptors,
            Kind::Alone(_) => faults::ALONE_DESCRIPTORS,
            Kind::Among(faults) => faults::among_descriptors(faults.len()),
        }
    }
}
