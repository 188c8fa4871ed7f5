//! Raw epoll and one enum for each call.
