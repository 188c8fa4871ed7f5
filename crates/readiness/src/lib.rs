//! What the epoll page taught, packed and portable: sockets, readiness, deadlines.
