//! What a row of the suite demands, in words for the person who has to mend a model.

/// A sentence that every subject must keep.
///
/// *What to notice*: requirements stand in an order in which each rests on earlier ones alone. So the first one that breaks is
/// the one to mend first, however many break with it.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// What must hold, as a sentence; also the name of its row.
    pub name: &'static str,
    /// The line of the contract that it keeps, as `docs/src/suite.md` has it.
    pub contract: &'static str,
    /// The page of the book that teaches it, below `docs/src`.
    pub page: &'static str,
    /// Where the mistake usually is.
    pub look_for: &'static str,
}

/// The lines of the contract.
pub mod contract {
    /// What comes back.
    pub const OUTCOMES: &str = "A run returns one outcome for each call, in the order of the calls.";
    /// How an answer is read.
    pub const ANSWERS: &str = "A call ends as hyper's client ends it, whatever the downstream sends and however it is cut into pieces.";
    /// What a failure is.
    pub const FAILURES: &str = "A call that fails is an outcome: it hides no other call's answer, and neither panics nor ends the run.";
    /// What belongs to the system.
    pub const LEFTOVERS: &str = "A run gives back every descriptor and thread that it took.";
    /// When a call ends.
    pub const DEADLINES: &str =
        "A call is over by its deadline, which counts from the start of the call to its last byte.";
    /// What ends waiting.
    pub const WAKES: &str = "A call that waits notices its answer when it comes, not at its deadline.";
    /// What waiting costs.
    pub const IDLE: &str = "Waiting costs no CPU time.";
    /// What a call may do to the others.
    pub const NEIGHBOURS: &str = "No call delays another one.";
    /// How many calls wait together.
    pub const IN_FLIGHT: &str =
        "As many calls wait at the same time as the run allows and the model can have, and never more.";
    /// What cancelling does.
    pub const CANCELLING: &str =
        "A cancelled run starts no call, and its calls in flight end as soon as the model can end them.";
    /// What is done with a reply.
    pub const WORK: &str = "The run's work is done with each reply, and a panic in it costs that call alone.";
    /// What a trace tells.
    pub const TRACE: &str = "A trace has the milestones of each call in their order.";
    /// The five calls.
    pub const DIAMOND: &str =
        "A diamond makes A, then B, C and D together, then E, and its first failure cancels the rest.";
    /// What a program prints.
    pub const PROTOCOL: &str = "A program prints one line for each call, with its number, and nothing else.";
}
