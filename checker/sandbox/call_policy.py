"""Which system calls are refused in a box, and why.

A refused call gets an error number and never ends a process, so that libraries fall back. What no library needs is "not
there" (ENOSYS), as on a kernel that was built without it. What any process without privileges is refused is "not permitted"
(EPERM). There are two stages: `BOX` holds from bubblewrap on, `JOB` is added before a script begins. Between the two, the
box mounts the folder of a job and gives it namespaces.

Numbers are those of x86_64 and of aarch64, for which there is a TensorFlow. A test compares them with libseccomp's.
"""

from __future__ import annotations

import errno
import platform
from dataclasses import dataclass
from enum import Enum, auto

NEWEST_CALL = 462  # mseal, of Linux 6.10. Both processors count alike from 424 on; what is newer is "not there"
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # of <linux/audit.h>; the place in `Numbers`

NOTHING = 0  # no error: the call seems to work, and does nothing

Numbers = tuple[int | None, int | None]  # on x86_64 and on aarch64, None where there is no such call


def number_here(numbers: Numbers) -> int | None:
    """Return the number of a call on this machine; None where its processor is not known, or has no such call."""
    architecture = ARCHITECTURES.get(platform.machine())
    return None if architecture is None else numbers[architecture[1]]


class Relation(Enum):
    """What a condition asks of an argument. An argument counts as 32 bits, as the kernel takes these."""

    IS_ONE_OF = auto()
    IS_NONE_OF = auto()
    HAS_A_BIT_OF = auto()
    IS_NO_NULL = auto()  # a pointer, of 64 bits


@dataclass(frozen=True)
class Condition:
    """A condition on one argument of a call, counted from 0."""

    argument: int
    test: Relation
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Calls that are refused with an error number, where all conditions hold."""

    calls: dict[str, Numbers]
    error: int = errno.ENOSYS
    conditions: tuple[Condition, ...] = ()


# No file system shows a key, and keys outlive a process.
_KEYS: dict[str, Numbers] = {"add_key": (248, 217), "request_key": (249, 218)}
KEYCTL: Numbers = (250, 219)
_KEYCTL = {"keyctl": KEYCTL}
JOIN_SESSION_KEYRING = 1
# Memory that belongs to no file of the box and, for a part of its life, to no process.
_HIDDEN_MEMORY: dict[str, Numbers] = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
}
# Semaphores and queues of System V, and queues of POSIX. Python's own semaphores are files of /dev/shm.
_QUEUES: dict[str, Numbers] = {
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
}
# Parts of the kernel in which many faults were found, and which no exercise needs.
_LARGE_SURFACES: dict[str, Numbers] = {
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "modify_ldt": (154, None),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
}
# What the user has few of, or what tells of the files of others that a box shows: who opens them, and when.
_WATCHES: dict[str, Numbers] = {
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
}
# The whole machine: its kernel, log, clock and disks.
_MACHINE: dict[str, Numbers] = {
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vhangup": (153, 58),
}
_SOCKETS: dict[str, Numbers] = {"socket": (41, 198), "socketpair": (53, 199)}
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
_AF_NETLINK, _INET = 16, (2, 10)
_PROTOCOLS = (0, 1, 6, 17, 58)  # that of the type, ICMP, TCP, UDP, ICMPv6
_NETLINK_ROUTE = 0

BOX: tuple[Refusal, ...] = (
    Refusal(_SOCKETS, errno.EAFNOSUPPORT, (Condition(0, Relation.IS_NONE_OF, _FAMILIES),)),
    # The C library asks for the interfaces; all other protocols speak to other parts of the kernel.
    Refusal(
        _SOCKETS,
        errno.EPROTONOSUPPORT,
        (Condition(0, Relation.IS_ONE_OF, (_AF_NETLINK,)), Condition(2, Relation.IS_NONE_OF, (_NETLINK_ROUTE,))),
    ),
    # Others, such as SCTP and DCCP, would be loaded into the kernel when they are asked for. Their types have the bit 4.
    Refusal(
        _SOCKETS,
        errno.EPROTONOSUPPORT,
        (Condition(0, Relation.IS_ONE_OF, _INET), Condition(2, Relation.IS_NONE_OF, _PROTOCOLS)),
    ),
    Refusal(
        _SOCKETS, errno.ESOCKTNOSUPPORT, (Condition(0, Relation.IS_ONE_OF, _INET), Condition(1, Relation.HAS_A_BIT_OF, (4,)))
    ),
    # A fresh session keyring may be joined: the box does so, once for itself and once for each job.
    Refusal(_KEYCTL, conditions=(Condition(0, Relation.IS_NONE_OF, (JOIN_SESSION_KEYRING,)),)),
    Refusal({**_KEYS, **_HIDDEN_MEMORY, **_QUEUES, **_LARGE_SURFACES, **_WATCHES, **_MACHINE}),
)

# Mounts and namespaces: without a capability they fail anyway.
_VIEWS: dict[str, Numbers] = {
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
}
# The keeper is process 1 of the job's namespace, and belongs to the same user.
KCMP: Numbers = (312, 272)
_OTHER_PROCESSES: dict[str, Numbers] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438),
    "kcmp": KCMP,
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
_OF_FIRST_ARGUMENT: dict[str, Numbers] = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}
_OF_SECOND_ARGUMENT: dict[str, Numbers] = {"setpriority": (141, 140), "ioprio_set": (251, 30)}
_KEEPER = 1
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, …CGROUP, …UTS, …IPC, …USER, …PID, …NET
_RLIMIT_CORE = 4
_F_SETLEASE, _F_NOTIFY = 1024, 1026
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # type into a terminal

JOB: tuple[Refusal, ...] = (
    Refusal({"clone": (56, 220)}, errno.EPERM, (Condition(0, Relation.HAS_A_BIT_OF, (_NEW_NAMESPACES,)),)),
    # The flags of clone3 lie in memory, where a filter cannot look. The C library falls back on clone.
    Refusal({"clone3": (435, 435)}),
    Refusal({"ioctl": (16, 29)}, errno.EPERM, (Condition(1, Relation.IS_ONE_OF, (_TIOCSTI, _TIOCLINUX)),)),
    # A lease makes others wait who want to write to a file that a box shows.
    Refusal({"fcntl": (72, 25)}, errno.EINVAL, (Condition(1, Relation.IS_ONE_OF, (_F_SETLEASE, _F_NOTIFY)),)),
    # A limit of 1 byte is the only one with which a crash starts no program of the machine. Who sets another is told that
    # it worked: an honest script sets 0.
    Refusal({"setrlimit": (160, 164)}, NOTHING, (Condition(0, Relation.IS_ONE_OF, (_RLIMIT_CORE,)),)),
    Refusal(
        {"prlimit64": (302, 261)},
        NOTHING,
        (Condition(1, Relation.IS_ONE_OF, (_RLIMIT_CORE,)), Condition(2, Relation.IS_NO_NULL)),
    ),
    Refusal(_OF_FIRST_ARGUMENT, errno.EPERM, (Condition(0, Relation.IS_ONE_OF, (_KEEPER,)),)),
    Refusal(_OF_SECOND_ARGUMENT, errno.EPERM, (Condition(1, Relation.IS_ONE_OF, (_KEEPER,)),)),
    Refusal({**_VIEWS, **_OTHER_PROCESSES}, errno.EPERM),
    Refusal(_KEYCTL),
)
