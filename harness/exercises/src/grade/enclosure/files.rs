//! Files that can be read and not written: every mount of a namespace is made read-only, but for one folder (mount_namespaces(7)).

use std::io;
use std::path::Path;

use rustix::mount::{MountFlags, mount_bind, mount_remount};

/// Systems of the kernel's own, which have rules of their own about who may write.
const OF_THE_KERNEL: [&str; 2] = ["/proc", "/sys"];

/// From here on, only this folder can be written to, by this process and by those below it.
pub(super) fn write_only_in(folder: &Path) -> io::Result<()> {
    let folder = folder.canonicalize()?;
    let here = std::env::current_dir()?;
    // A mount of its own, which stays as it is.
    mount_bind(&folder, &folder)?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo")?;
    for mount in mounts.lines().filter_map(Mount::parse) {
        let is_ours = OF_THE_KERNEL.iter().any(|own| Path::new(&mount.place).starts_with(own));
        if !is_ours && Path::new(&mount.place) != folder {
            mount_remount(&mount.place, mount.flags | MountFlags::BIND | MountFlags::RDONLY, c"")?;
        }
    }
    // This process was in what is below the new mount.
    std::env::set_current_dir(here)
}

/// A line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
struct Mount {
    place: String,
    /// Those that it has: a namespace may not take any of them away.
    flags: MountFlags,
}

impl Mount {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(' ').skip(4);
        let (place, options) = (fields.next()?, fields.next()?);
        let flag = |option| match option {
            "nosuid" => MountFlags::NOSUID,
            "nodev" => MountFlags::NODEV,
            "noexec" => MountFlags::NOEXEC,
            "noatime" => MountFlags::NOATIME,
            "nodiratime" => MountFlags::NODIRATIME,
            "relatime" => MountFlags::RELATIME,
            _ => MountFlags::empty(),
        };
        let flags = options.split(',').map(flag).fold(MountFlags::empty(), |all, flag| all | flag);
        Some(Self { place: unescaped(place), flags })
    }
}

/// Blanks are written as `\040`, and so on.
fn unescaped(place: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(place.to_owned(), |place, (escaped, sign)| place.replace(escaped, sign))
}
