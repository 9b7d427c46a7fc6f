"""The vendor's side: limits, ids, audits, lives, the bill; shared by whoever has the same folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.providers.contract import Order
from pipeline.providers.models import Call
from pipeline.providers.simulator import billing
from pipeline.providers.simulator.orders import Asked, Refused
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World
from tests.providers.simulator_caller import Clock

MODEL = "jimeng_t2i_v40"
ROOT = Path(__file__).parents[2]


def _asked(prompt: str = "龙虾", *, pictures: int = 1) -> Asked:
    return Asked(order=Order(model=MODEL, prompt=prompt, width=2048, height=2048), pictures=pictures)


def _accepted(world: World, prompt: str = "龙虾", *, pictures: int = 1) -> Task:
    task = world.accept(_asked(prompt, pictures=pictures), Call.ASYNC)
    assert isinstance(task, Task)
    return task


@pytest.fixture(params=["memory", "folder"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "tasks" if request.param == "folder" else None


def test_ids_are_text_of_digits_beyond_64_bits_signed_and_never_twice(folder: Path | None) -> None:
    world = World(folder, concurrency=None, clock=Clock())

    ids = [_accepted(world).id for _ in range(50)]

    assert len(set(ids)) == 50
    assert all(len(task_id) in {19, 20} and 2**63 <= int(task_id) < 2**64 for task_id in ids)


def test_equal_orders_are_counted(folder: Path | None) -> None:
    world = World(folder, concurrency=None, clock=Clock())

    counts = [_accepted(world, prompt).nth for prompt in ("a", "b", "a", "a", "b")]

    assert counts == [0, 0, 1, 2, 1]


def test_a_task_goes_from_queue_to_done_by_the_clock(folder: Path | None) -> None:
    clock = Clock()
    world = World(folder, latency=10, clock=clock)
    task = _accepted(world)

    words = []
    for seconds in (0, 3, 6, 1, 43_190, 1):
        clock.advance(seconds)
        words.append(world.status(world.task(task.id), MODEL))

    assert words == ["in_queue", "generating", "generating", "done", "done", "not_found"]


def test_a_task_is_known_under_its_own_model_only(folder: Path | None) -> None:
    world = World(folder, latency=0, clock=Clock())
    task = _accepted(world)

    assert world.status(world.task(task.id), "jimeng_t2i_v31") == "not_found"
    assert world.status(world.task("12345678901234567890"), MODEL) == "not_found"
    assert world.task("../escape") is None


def test_a_synchronous_call_cannot_be_polled() -> None:
    world = World(latency=0, clock=Clock())

    task = world.accept(_asked(), Call.SYNC)

    assert isinstance(task, Task)
    assert world.status(task, MODEL) == "not_found"


def test_running_tasks_are_limited_and_free_their_place_when_done(folder: Path | None) -> None:
    clock = Clock()
    world = World(folder, latency=10, concurrency=2, clock=clock)
    _accepted(world, "a")
    lost = _accepted(world, "b")

    third = world.accept(_asked("c"), Call.ASYNC)
    world.forget(lost.id)
    fourth = world.accept(_asked("d"), Call.ASYNC)
    clock.advance(10)
    fifth, sixth = (world.accept(_asked(prompt), Call.ASYNC) for prompt in "ef")

    assert third == Refused(code=50430)
    assert all(isinstance(task, Task) for task in (fourth, fifth, sixth))


@pytest.mark.parametrize(("qps", "wait"), [(1.0, 1.0), (3.0, 1.0), (0.5, 2.0)])
def test_orders_a_second_are_limited(qps: float, wait: float) -> None:
    clock = Clock()
    world = World(latency=0, concurrency=None, qps=qps, clock=clock)

    in_time = [world.accept(_asked(), Call.ASYNC) for _ in range(max(1, int(qps)))]
    too_soon = world.accept(_asked(), Call.ASYNC)
    clock.advance(wait)
    later = world.accept(_asked(), Call.ASYNC)

    assert all(isinstance(task, Task) for task in in_time)
    assert too_soon == Refused(code=50429)
    assert isinstance(later, Task)


@pytest.mark.parametrize("code", [50411, 50412, 50413, 50518, 50400, 50500])
def test_a_prompt_can_ask_for_its_refusal_at_the_submit(code: int) -> None:
    world = World(clock=Clock())

    assert world.accept(_asked(f"a fox simulate:{code}"), Call.ASYNC) == Refused(code=code)
    assert world.billed() == 0


@pytest.mark.parametrize("code", [50511, 50512, 50519, 50520])
def test_a_prompt_can_ask_for_its_refusal_at_the_poll(code: int) -> None:
    world = World(clock=Clock())

    task = _accepted(world, f"simulate:{code} a fox")

    assert task.verdict == code
    assert world.billed() == 1


def test_unknown_codes_in_a_prompt_mean_nothing() -> None:
    assert _accepted(World(clock=Clock()), "simulate:99999").verdict is None


def test_words_of_the_text_audit_can_be_chosen() -> None:
    usual, strict = World(clock=Clock()), World(audited=("fox", "wolf"), clock=Clock())

    assert usual.accept(_asked("simulate:refused"), Call.ASYNC) == Refused(code=50412)
    assert strict.accept(_asked("a red fox"), Call.ASYNC) == Refused(code=50412)
    assert isinstance(usual.accept(_asked("a red fox"), Call.ASYNC), Task)


def test_every_picture_of_a_task_is_billed_when_it_is_accepted(folder: Path | None) -> None:
    world = World(folder, concurrency=None, clock=Clock())

    first = _accepted(world, "a", pictures=3)
    second = _accepted(world, "b")
    again = _accepted(world, "b")

    lines = {line.prompt: line for line in billing.lines(world.tasks())}
    assert world.billed() == 5
    assert (lines["a"].task_ids, lines["a"].pictures) == ((first.id,), 3)
    assert (set(lines["b"].task_ids), lines["b"].pictures) == ({second.id, again.id}, 2)


def test_verdicts_and_losses_are_kept(folder: Path | None) -> None:
    world = World(folder, latency=0, clock=Clock())
    task = _accepted(world)

    world.judge(task.id, 50511)
    world.forget(task.id)
    world.forget("12345678901234567890")

    kept = world.task(task.id)
    assert kept is not None
    assert (kept.verdict, kept.forgotten) == (50511, True)
    assert world.status(kept, MODEL) == "not_found"
    assert len(world.tasks()) == 1


def test_two_worlds_over_one_folder_share_tasks_counts_limits_and_the_bill(tmp_path: Path) -> None:
    clock = Clock()
    one = World(tmp_path, latency=10, concurrency=2, clock=clock)
    other = World(tmp_path, latency=10, concurrency=2, clock=clock)

    first, second = _accepted(one), _accepted(other)

    assert other.task(first.id) == first
    assert (first.nth, second.nth) == (0, 1)
    assert one.accept(_asked(), Call.ASYNC) == Refused(code=50430)
    assert one.billed() == other.billed() == 2
    one.judge(second.id, 50511)
    seen = other.task(second.id)
    assert seen is not None
    assert seen.verdict == 50511


def test_a_later_world_over_the_folder_goes_on_with_its_tasks(tmp_path: Path) -> None:
    clock = Clock()
    task = _accepted(World(tmp_path, latency=10, clock=clock))

    clock.advance(11)
    later = World(tmp_path, clock=clock)

    assert later.task(task.id) == task
    assert later.status(task, MODEL) == "done"
    assert _accepted(later).nth == 1


def test_a_task_file_is_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    world = World(tmp_path, clock=Clock())

    task = _accepted(world)

    assert {path.name for path in tmp_path.iterdir()} == {f"{task.id}.json", "tasks.lock"}


def test_two_processes_never_count_an_order_twice(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from pipeline.providers.contract import Order\n"
        "from pipeline.providers.models import Call\n"
        "from pipeline.providers.simulator.orders import Asked\n"
        "from pipeline.providers.simulator.world import World\n"
        "world = World(Path(sys.argv[1]), concurrency=None)\n"
        "order = Order(model='jimeng_t2i_v40', prompt='x', width=2048, height=2048)\n"
        "for _ in range(20): world.accept(Asked(order=order, pictures=1), Call.ASYNC)\n"
    )

    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) for _ in range(2)]
    codes = [process.wait(timeout=60) for process in both]

    assert codes == [0, 0]
    assert sorted(task.nth for task in World(tmp_path).tasks()) == list(range(40))
