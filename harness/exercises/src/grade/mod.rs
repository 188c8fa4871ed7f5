//! Grades for a class: what students hand in is built and judged, and nothing that their code says counts by itself.
//!
//! *How it waits*: a few threads take one exercise of one student after the other. Each is built, and then judged, in an
//! *enclosure*: processes of its own, with limits, that end together (`enclosure/`).
//!
//! *What to notice*: of a student's folder only the sources are read ([`Submission::sources`]). Manifests, `main`, the lock, the
//! suite and the mock are the grader's. A verdict is formed in a process in which no code of the student's runs.
//!
//! *What is deliberately missing*: a boundary against hostile code. It is kept from the network, from other processes and from
//! writing files where the system allows that, and it reads with the rights of the user who grades.

mod enclosure;
mod grader;
mod grades;
mod grading;
mod submission;

pub use enclosure::{ENCLOSURE_ARGUMENT, Enclosing, gate, inside};
pub use grader::{Grader, On, Progress, Stop};
pub use grades::{Column, Grade, Gradebook, Graded, Missed, Problem, Student};
pub use submission::{Submission, submissions};
