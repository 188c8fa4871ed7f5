//! One event loop for waiting, rayon for computing.
