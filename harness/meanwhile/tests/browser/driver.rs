//! The browser's driver as a process: on a port of its own, and ended with all that it started.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const DRIVER: &str = "chromedriver";
const BROWSER: &str = "chromium";

/// How long the driver may take to end its browsers.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the driver is started, at most.
const TRIES: usize = 10;

/// Which of the programs that are needed is not here.
pub(crate) fn missing() -> Option<&'static str> {
    [BROWSER, DRIVER].into_iter().find(|program| !is_installed(program))
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| Path::new(&folder).join(program).is_file())
}

/// A driver that listens.
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts one on a free port, which it chooses and prints.
    pub(crate) fn start() -> Self {
        // It listens on the same port of IPv4 and of IPv6, and ends if only one of them is free.
        (0..TRIES).find_map(|_| Self::try_start()).expect("the driver says on which port it listens")
    }

    fn try_start() -> Option<Self> {
        let mut process = Command::new(DRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let Some(port) = lines.by_ref().map_while(Result::ok).find_map(|line| port_in(&line)) else {
            process.wait().expect("its end");
            return None;
        };
        // Else the driver would block once the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { process, port })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the driver to end, which ends its browsers too; a signal would leave them.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(|_| ())
    }
}

/// `… was started successfully on port 41234.`
fn port_in(line: &str) -> Option<u16> {
    line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.shut_down().is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
