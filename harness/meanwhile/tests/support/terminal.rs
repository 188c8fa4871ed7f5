//! A terminal of a certain size (pty(7)), and what programs write to it.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::fd::OwnedFd;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Both ends of a terminal. All that is written to it is read at once, as a terminal does.
pub(crate) struct Terminal {
    screen: OwnedFd,
    program: File,
    written: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    pub(crate) fn new(columns: u16) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&screen).and_then(|()| unlockpt(&screen)).expect("a terminal that can be opened");
        let path = ptsname(&screen, Vec::new()).expect("a name");
        let path = path.to_str().expect("a name in ASCII");
        let program = OpenOptions::new().read(true).write(true).open(path).expect("the other end");
        let written = Arc::default();
        let reader = read_all(screen.try_clone().expect("a descriptor").into(), Arc::clone(&written));
        let terminal = Self { screen, program, written, reader };
        terminal.resize(columns);
        terminal
    }

    pub(crate) fn resize(&self, columns: u16) {
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.screen, size).expect("a size");
    }

    /// A standard stream of a program that is started with it.
    pub(crate) fn stream(&self) -> Stdio {
        self.program.try_clone().expect("a descriptor").into()
    }

    /// What has been written so far.
    pub(crate) fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// All that was written, once no program has the terminal any more.
    pub(crate) fn written(self) -> String {
        drop(self.program);
        self.reader.join().expect("it reads");
        let written = self.written.lock().unwrap();
        String::from_utf8_lossy(&written).into_owned()
    }
}

/// Reading fails with EIO when the other end is closed.
fn read_all(mut screen: File, written: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = screen.read(&mut bytes) {
            written.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    })
}
