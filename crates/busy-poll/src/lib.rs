//! Non-blocking sockets, asked again and again.
