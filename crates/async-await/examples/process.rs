//! `tokio::process`: child processes, awaited beside everything else.
//!
//! *How it waits*: a child's pipes are descriptors like sockets. Its end is reported by a signal (SIGCHLD), or by a pidfd
//! where the kernel has one. The equivalent in asyncio is `create_subprocess_exec`.
//!
//! *What to notice*: three sleeping children run at the same time, while this program has one thread. Dropping a
//! child's handle does not end the child, unless `kill_on_drop` is set: processes are not futures.
//!
//! *What is deliberately missing*: a shell. Each argument goes to the child as it is, so input from users is safe.

use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::runtime::Builder;
use tokio::time::timeout;

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    if cfg!(not(unix)) {
        println!("this example runs sleep, cat and sh: it needs a Unix");
        return Ok(());
    }
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        children_wait_together().await?;
        a_conversation_through_pipes().await?;
        a_child_that_takes_too_long().await?;
        how_a_child_ended().await
    })
}

async fn children_wait_together() -> io::Result<()> {
    let start = Instant::now();
    let sleep = || Command::new("sleep").arg("0.2").status();
    let ended = tokio::try_join!(sleep(), sleep(), sleep())?;
    println!("three children slept 0.2 s each, in {:?}", start.elapsed());
    assert!(ended.0.success() && ended.1.success() && ended.2.success());
    assert!(start.elapsed() < Duration::from_millis(600));
    Ok(())
}

async fn a_conversation_through_pipes() -> io::Result<()> {
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().expect("it is a pipe");
    // Write and read at the same time: a pipe holds 64 KiB, and two programs that only write wait for each other.
    let write = async {
        input.write_all(&[b'x'; 200_000]).await?;
        drop(input); // end of input
        Ok(())
    };
    let ((), output) = tokio::try_join!(write, child.wait_with_output())?;
    println!("cat gave back {} bytes", output.stdout.len());
    assert_eq!(output.stdout.len(), 200_000);
    Ok(())
}

async fn a_child_that_takes_too_long() -> io::Result<()> {
    let mut child = Command::new("sleep").arg("60").kill_on_drop(true).spawn()?;
    let late = timeout(Duration::from_millis(50), child.wait()).await.is_err();
    child.kill().await?; // and waits, so that no zombie is left
    println!("it was late: {late}; now it is gone: {:?}", child.id());
    assert!(late && child.id().is_none());
    Ok(())
}

async fn how_a_child_ended() -> io::Result<()> {
    let status = Command::new("sh").args(["-c", "exit 3"]).status().await?;
    println!("a child's failure is a value: {status}");
    assert_eq!(status.code(), Some(3));
    Ok(())
}
