//! A call suspends with its whole stack.
