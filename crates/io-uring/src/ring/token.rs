//! The 64 bits that an entry carries and its completion returns. They mean nothing to the kernel.

/// What a completion belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) operation: Operation,
    /// The call's number.
    pub(super) index: u32,
    /// The number of the request that is lent: 24 bits.
    pub(super) request: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    /// A socket or its connection. It completes only if it fails.
    Open,
    Send,
    Receive,
    Close,
    Timeout,
    Watch,
}

impl Token {
    pub(super) const fn pack(self) -> u64 {
        (self.index as u64) << 32 | (self.request as u64) << 8 | self.operation as u64
    }

    pub(super) const fn unpack(token: u64) -> Self {
        const OPERATIONS: [Operation; 6] = [
            Operation::Open,
            Operation::Send,
            Operation::Receive,
            Operation::Close,
            Operation::Timeout,
            Operation::Watch,
        ];
        let operation = OPERATIONS[(token & 0xff) as usize];
        Self { operation, index: (token >> 32) as u32, request: (token >> 8) as u32 & 0xff_ffff }
    }
}
