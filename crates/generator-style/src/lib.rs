//! A call yields what it waits for; a loop resumes it.
