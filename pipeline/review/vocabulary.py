"""The tables of the page's words: states, decisions, orders, keys, deeds. A language is a module."""

from pipeline.history.states import State
from pipeline.runner.model import News

STATES = {
    State.PLANNED: "planned",
    State.SUBMITTING: "being sent",
    State.SUBMITTED: "being made",
    State.STORED: "stored",
    State.REFUSED: "refused",
    State.FAILED: "failed",
    State.UNKNOWN: "in doubt",
    State.CANCELLED: "cancelled",
}
NEWS = {
    News.PLANNED: "waits for its turn",
    News.QUEUED: "waits for a free place",
    News.SENT: "the order is sent",
    News.SUBMITTED: "is being made",
    News.READY: "is ready and being fetched",
    News.STORED: "is stored",
    News.SERVED: "was bought by another run, and is used",
    News.BACK: "was not taken, and is tried again",
    News.REFUSED: "was refused",
    News.FAILED: "failed",
    News.UNKNOWN: "is in doubt",
    News.CANCELLED: "was not sent",
    News.LEFT: "is left for later",
    News.HALTED: "stopped: the account is not accepted",
    News.STOPPING: "is stopping",
}
CHOICES = {
    "unreviewed": "undecided",
    "selected": "selected",
    "pinned": "pinned",
    "taken": "taken by a run",
    "rejected": "rejected",
    "noted": "with a note",
    "trashed": "in the trash",
    "undone": "taken back",
}
KINDS = {"generate": "not bought yet", "reuse": "not made yet", "render": "not made yet"}
EARLIER = {
    "selected": "selected earlier",
    "pinned": "pinned earlier",
    "taken": "taken earlier",
}
ASSET_STATES = {
    "delivered": "delivered",
    "waiting": "under way",
    "unknown": "in doubt",
    "refused": "refused",
    "failed": "failed",
    "blocked": "blocked",
    "draft": "a draft",
}
WHOSE = {
    "spec": "centred as the spec says",
    "command": "centred as you said",
    "subject": "centred on the subject that was found",
    "centre": "centred",
}
SORTS = {
    "newest": "newest first",
    "oldest": "oldest first",
    "dearest": "dearest first",
    "asset": "by asset",
}
GROUPS = {"week": "week", "month": "month", "spec": "spec", "model": "model"}
LIMITS = {
    "month_images": "pictures this month",
    "month_cost": "cost this month",
    "run_images": "pictures in one run",
}
KEYS = (
    ("j", "the next picture"),
    ("k", "the one before"),
    ("Enter", "open it"),
    ("s", "select it for its asset"),
    ("p", "select and pin it (on an asset's page)"),
    ("x", "reject it"),
    ("m", "mark it, to decide on several at once"),
    ("u", "undo the last decision"),
    ("n", "the next undecided picture (on an asset's page)"),
    ("f", "the slots, and where they are centred (on an asset's page)"),
    ("r", "redo: look at the price of one more"),
    ("[", "the page before"),
    ("]", "the next page"),
    ("/", "search"),
    ("?", "these keys"),
    ("Escape", "close, or leave a field"),
)
SAID = {
    "selected": "Selected.",
    "pinned": "Selected and pinned: it stays even where the spec changes.",
    "rejected": "Rejected: it is not used again. Files that show it stay until another picture comes.",
    "allowed": "The rejection was taken back.",
    "undone": "The last decision was taken back.",
    "nothing": "There was no decision to take back.",
    "noted": "The note is kept.",
    "unnoted": "The note was taken back.",
    "centred": "The crop was moved, and its file made again.",
    "centred_back": "The crop is where it was before, and its file made again.",
    "settled": "Settled.",
    "trashed": "It lies in the trash now.",
    "restored": "It was taken out of the trash.",
}
DONE_MANY = {
    "reject": "Rejected, and not used again:",
    "allow": "No longer rejected:",
    "trash": "In the trash:",
    "restore": "Out of the trash:",
    "note": "Noted on:",
    "unnote": "The note was taken off:",
    "select": "Selected for its asset:",
    "unselect": "The last decision on the asset was taken back:",
}
JOBS = {"REDO": "Redo", "RENDER": "Files", "COLLECT": "Bring in"}
PROVIDERS = (("", "as the spec says"), ("simulator", "the simulator, for nothing"))
