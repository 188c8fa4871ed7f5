//! Where a model is: in the process that tries the rows, or in one of its own.
//!
//! *What to notice*: a row does not know. It runs the model, and asks the process that holds it what the run has used.

use std::io;

use downstream_call::Model;
use observe::Observed;

use crate::Subject;

/// What holds a model.
pub(crate) trait Place {
    /// The model, which runs while this is borrowed.
    fn model(&mut self) -> &mut dyn Model;

    /// Makes the model again: what a broken row has left in it must not break the next one.
    ///
    /// # Errors
    /// It cannot be made any more.
    fn make_again(&mut self) -> io::Result<()>;

    /// The process that holds it.
    fn observed(&self) -> Observed;

    /// The system's number of the thread that runs it.
    fn thread(&self) -> Option<u32>;
}

/// In this process, on this thread.
pub(crate) struct Inside<'subject> {
    subject: &'subject Subject<'subject>,
    model: Box<dyn Model>,
}

impl<'subject> Inside<'subject> {
    /// # Errors
    /// The model cannot be made.
    pub(crate) fn new(subject: &'subject Subject<'subject>) -> io::Result<Self> {
        Ok(Self { subject, model: (subject.new)()? })
    }
}

impl Place for Inside<'_> {
    fn model(&mut self) -> &mut dyn Model {
        &mut *self.model
    }

    fn make_again(&mut self) -> io::Result<()> {
        self.model = (self.subject.new)()?;
        Ok(())
    }

    fn observed(&self) -> Observed {
        Observed::this()
    }

    fn thread(&self) -> Option<u32> {
        observe::this_thread()
    }
}
