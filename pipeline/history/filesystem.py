"""Which file system a database would lie on. SQLite's locks do not hold over a network.

Source: sqlite.org/wal.html and sqlite.org/lockingv3.html: locks of network file systems are unreliable,
and a database that two machines write is corrupted sooner or later.
"""

from pathlib import Path

_NETWORK = frozenset(
    {
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.cephfs",
        "fuse.davfs2",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)
_MOUNTS = Path("/proc/self/mounts")


def network_kind(path: Path, mounts: str | None = None) -> str | None:
    """The network file system that `path` lies on (`nfs4`, `cifs`, ...), or None.

    `mounts` is the text of /proc/self/mounts; on a system without one nothing is known, and None is said.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text("utf-8", errors="replace")
        except OSError:
            return None
    real = path.resolve()
    lines = [line.split(" ") for line in mounts.splitlines()]
    found = [
        (len(where.parts), kind)
        for _, point, kind, *_ in (line for line in lines if len(line) > 2)
        if real.is_relative_to(where := Path(_unescaped(point)))
    ]
    _, kind = max(found, default=(0, ""), key=lambda pair: pair[0])
    return kind if kind in _NETWORK else None


def _unescaped(point: str) -> str:
    """A mount point as the kernel writes it: blanks and backslashes are octal."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point
