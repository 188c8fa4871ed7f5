//! How a ring is made, its table of direct descriptors, and why the system may refuse one.

use std::io;
use std::marker::PhantomData;
use std::time::Instant;

use io_uring::{IoUring, Probe, Submitter, opcode};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use super::Ring;
use super::lent::Lent;

/// Entries of the submission queue.
pub(super) const ENTRIES: u32 = 1024;

/// The ring's own descriptors: they are not in the process's table.
#[derive(Debug, Default)]
pub(super) struct Table {
    size: usize,
    /// Numbers from here on were never used.
    unused: u32,
    free: Vec<u32>,
}

/// The largest table that the kernel allows, whatever the descriptor limit is (io_uring_register(2)).
const MAX_TABLE: u64 = 1 << 20;

impl Ring {
    /// Sets a ring up for the thread that calls this.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            lent: Lent::new(set_up()?)?,
            table: Table::default(),
            scratch: vec![0; 16 * 1024].into(),
            made: Instant::now(),
            refusals: 0,
            given_up: false,
            one_thread: PhantomData,
        })
    }

    /// Makes room for `calls` sockets at the same time, or for as many as the [limit](table_limit) allows, and returns
    /// how many those are.
    pub(crate) fn make_room(&mut self, calls: usize) -> io::Result<usize> {
        let limit = table_limit();
        let wanted = calls.clamp(1, limit);
        if wanted > self.table.size {
            let submitter = self.lent.submitter();
            if self.table.size > 0 {
                submitter.unregister_files()?;
            }
            let size = wanted.next_power_of_two().min(limit);
            submitter.register_files_sparse(size as u32)?;
            self.table = Table { size, ..Table::default() };
        }
        Ok(wanted)
    }
}

impl Table {
    pub(super) fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.unused += 1;
            self.unused - 1
        })
    }

    pub(super) fn put_back(&mut self, descriptor: u32) {
        self.free.push(descriptor);
    }

    /// Closes the sockets that are still open.
    pub(super) fn close_all(&mut self, submitter: &Submitter<'_>) {
        if self.free.len() < self.unused as usize {
            let closed = vec![-1; self.unused as usize];
            // It can fail only for a table that is shorter.
            _ = submitter.register_files_update(0, &closed);
            self.free = (0..self.unused).collect();
        }
    }
}

/// The number of direct descriptors that one ring can have. They do not count against the process's descriptor limit, but
/// the kernel makes no table that is longer than that limit.
pub(crate) fn table_limit() -> usize {
    getrlimit(Resource::Nofile).current.unwrap_or(MAX_TABLE).clamp(1, MAX_TABLE) as usize
}

fn set_up() -> io::Result<IoUring> {
    let ring = IoUring::builder()
        .setup_single_issuer()
        .setup_defer_taskrun()
        .setup_submit_all()
        .setup_cqsize(4 * ENTRIES)
        .build(ENTRIES)?;
    let mut probe = Probe::new();
    ring.submitter().register_probe(&mut probe)?;
    let needed = [
        opcode::Socket::CODE,
        opcode::Connect::CODE,
        opcode::Send::CODE,
        opcode::Recv::CODE,
        opcode::Close::CODE,
        opcode::LinkTimeout::CODE,
        opcode::PollAdd::CODE,
    ];
    let has_all = needed.into_iter().all(|code| probe.is_supported(code));
    if has_all { Ok(ring) } else { Err(Errno::OPNOTSUPP.into()) }
}

/// An error that explains why there is no ring, with the likely cure.
pub(crate) fn unavailable(error: &io::Error) -> io::Error {
    let why = match Errno::from_io_error(error) {
        Some(Errno::NOSYS) => "the kernel or a container's seccomp filter does not have it",
        Some(Errno::PERM | Errno::ACCESS) => {
            "a container's seccomp filter or kernel.io_uring_disabled forbids it: allow it there"
        }
        Some(Errno::INVAL | Errno::OPNOTSUPP) => "this needs Linux 6.1 or later",
        Some(Errno::NOMEM) => "memory or the limit of locked memory has run out: raise it with ulimit -l",
        Some(Errno::MFILE | Errno::NFILE) => "no descriptor was left: raise the limit with ulimit -n",
        _ => "the kernel refused",
    };
    io::Error::new(
        error.kind(),
        format!("io_uring is not available: {why} ({error}); the other models do without"),
    )
}
