"""Take away the temporary files that killed runs left. Never touches what a living run may be writing."""

import time

from pipeline.delivery.layout import spec_folder
from pipeline.log import event
from pipeline.runner.lock import others_alive
from pipeline.spec.model import Spec
from pipeline.stages.studio import Studio
from pipeline.storage import sweep

_ALONE = 5.0
_IN_COMPANY = 3600.0


def tidy(studio: Studio, specs: tuple[Spec, ...]) -> None:
    """Sweep the store, the inbox and these specs' deliveries; old files only while another run is alive."""
    age = _IN_COMPANY if others_alive(studio.home.runs, studio.run) else _ALONE
    now = time.time()  # compared with the files' own times, which no clock of ours sets
    swept = [
        *sweep(studio.home.blobs, now=now, older_than=age, deep=False),
        *sweep(studio.home.inbox, now=now, older_than=age, deep=False),
    ]
    for folder in (spec_folder(studio.output, spec.name) for spec in specs):
        if not folder.is_symlink():  # what lies behind it is somebody else's
            swept += sweep(folder, now=now, older_than=age)
    if swept:
        event("swept", run=studio.run, files=len(swept))
