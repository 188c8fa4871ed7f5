//! A thread for each call, a pool of threads, and rayon.
