"""How a command is put together: home, settings, provider, studio."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import CredentialsError, SettingsError, SpecError, UsageError
from pipeline.history.database import Database
from pipeline.log import redacted
from pipeline.plan.model import Buyer
from pipeline.providers.contract import Accepted, Answered, Done, Order, ResultForm, Task
from pipeline.providers.jimeng.client import JimengProvider
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.rehearsal import Rehearsal
from pipeline.runner.lock import is_alive
from pipeline.runner.model import Pacing
from pipeline.spec.model import Spec
from pipeline.stages.studio import Studio
from pipeline.wiring import Choice, Place, choose, open_history, open_studio, place, read_specs
from tests.builders import spec
from tests.runner.runner_bench import MODEL, SYNC_MODEL, begin_history

KEYS = {"VOLC_ACCESSKEY": "AKLTEXAMPLE", "VOLC_SECRETKEY": "example-secret"}
LOOPBACK = {"JIMENG_ENDPOINT": "http://127.0.0.1:8091"}
SIMULATED = Choice(simulated=True, credentials=None)
REAL = Choice(simulated=False, credentials=Credentials(access_key="AKLTEXAMPLE", secret_key="example-secret"))


@pytest.fixture(autouse=True)
def _no_credentials_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "nobody"))


def _at(root: Path, environ: Mapping[str, str] | None = None) -> Place:
    return place(root, home=root, environ=environ or {})


@contextmanager
def _studio(at: Place, choice: Choice, *, asks: bool = True) -> Iterator[Studio]:
    begin_history(at.home.root)
    database = Database.at(at.database)
    try:
        with open_studio(at, choice, database, command="run", asks=asks) as studio:
            yield studio
    finally:
        database.close()


def test_the_flag_wins_over_the_environment_which_wins_over_the_folder(tmp_path: Path) -> None:
    flag, environ, near = tmp_path / "flag", tmp_path / "environ", tmp_path / "near"
    (near / "configs").mkdir(parents=True)
    (near / "configs" / "settings.yaml").touch()
    named = {"PIPELINE_HOME": str(environ)}

    assert place(near / "configs", home=flag, environ=named).home.root == flag
    assert place(near / "configs", home=None, environ=named).home.root == environ
    assert place(near / "configs", home=None, environ={}).home.root == near


def test_without_a_home_anywhere_the_working_directory_is_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert place(tmp_path / "elsewhere", home=None, environ={}).home.root == tmp_path


def test_the_homes_own_slots_are_known(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    rows = "wechat.tiny: {width: 90, height: 90, formats: [png]}\n"
    (tmp_path / "configs" / "platforms.yaml").write_text(rows, "utf-8")

    assert _at(tmp_path).catalog["wechat.tiny"].width == 90


def test_the_history_lies_in_the_home_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "h.db"

    assert _at(tmp_path).database == tmp_path / "data" / "history.db"
    assert _at(tmp_path, {"PIPELINE_DATABASE_URL": f"sqlite:///{other}"}).database == other


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="only sqlite"):
        _at(tmp_path, {"PIPELINE_DATABASE_URL": "postgresql://db/pipeline"})


def test_a_history_elsewhere_has_its_locks_and_answers_beside_it(tmp_path: Path) -> None:
    at = _at(tmp_path / "home", {"PIPELINE_DATABASE_URL": f"sqlite:///{tmp_path / 'disk' / 'history.db'}"})

    assert at.home.runs == tmp_path / "disk" / "runs"
    assert at.home.inbox == tmp_path / "disk" / "inbox"
    assert at.home.blobs == tmp_path / "home" / "data" / "blobs"


def test_specs_are_read_with_the_homes_styles_and_shown_as_they_were_typed(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "styles.yaml").write_text('flat: "{prompt},扁平"\n', "utf-8")
    path = tmp_path / "configs" / "week12.yaml"
    image = '{id: cover, prompt: "龙虾", style: flat, slots: [wechat.cover]}'
    path.write_text(f"articles:\n  - {{slug: a, title: A, images: [{image}]}}\n", "utf-8")

    (found,) = read_specs(_at(tmp_path), [path])

    assert found.shown == str(path)
    assert getattr(found.images[0].source, "prompt", "") == "龙虾,扁平"


def test_every_problem_of_every_spec_is_raised_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"week{number}.yaml" for number in (12, 13)]
    for path in paths:
        path.write_text("articles: 7\n", "utf-8")

    with pytest.raises(SpecError) as raised:
        read_specs(_at(tmp_path), paths)

    assert {problem.file for problem in raised.value.problems} == {str(path) for path in paths}


def _said(word: str) -> list[Spec]:
    return [replace(spec(), provider=word)]


@pytest.mark.parametrize(
    ("flag", "said", "environ", "chosen"),
    [
        (None, "auto", KEYS, (False, False)),
        (None, "auto", {}, (True, True)),
        (None, "jimeng", KEYS, (False, False)),
        (None, "jimeng", {}, (False, False)),
        (None, "simulator", KEYS, (True, False)),
        (None, "simulator", {}, (True, False)),
        ("simulator", "jimeng", KEYS, (True, False)),
        ("jimeng", "simulator", KEYS, (False, False)),
        ("jimeng", "auto", {}, (False, False)),
        ("auto", "simulator", {}, (True, True)),
    ],
)
def test_the_flag_then_the_spec_then_the_credentials_choose_the_provider(
    tmp_path: Path,
    flag: str | None,
    said: str,
    environ: dict[str, str],
    chosen: tuple[bool, bool],
) -> None:
    choice = choose(_at(tmp_path, environ), flag, _said(said))

    assert (choice.simulated, choice.loudly) == chosen
    assert (choice.credentials is not None) == (bool(environ) and not choice.simulated)


def test_without_specs_the_credentials_choose(tmp_path: Path) -> None:
    assert choose(_at(tmp_path), None, []).simulated


def test_specs_that_disagree_must_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jimeng, simulator"):
        choose(_at(tmp_path), None, [*_said("jimeng"), *_said("simulator")])


def test_an_unknown_provider_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be auto, jimeng or simulator"):
        choose(_at(tmp_path), "jimmeng", _said("auto"))


def test_credentials_are_hidden_from_the_log_from_then_on(tmp_path: Path) -> None:
    choose(_at(tmp_path, KEYS | {"VOLC_SESSION_TOKEN": "sts-canary"}), None, _said("auto"))

    assert redacted("AKLTEXAMPLE example-secret sts-canary") == "*** *** ***"


def test_a_home_without_a_history_is_said_where_one_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no history yet"), open_history(_at(tmp_path), create=False):
        pass

    assert not (tmp_path / "data").exists()


def test_a_new_history_is_made_and_announced_once(tmp_path: Path) -> None:
    with open_history(_at(tmp_path), create=True) as (_, upgraded):
        first = upgraded
    with open_history(_at(tmp_path), create=False) as (_, again):
        pass

    assert first is not None
    assert first.source is None
    assert again is None


def test_settings_pace_the_real_provider(tmp_path: Path) -> None:
    environ = KEYS | LOOPBACK | {"PIPELINE_CONCURRENCY": "3", "PIPELINE_QPS": "2.5"}

    with _studio(_at(tmp_path, environ), REAL) as studio:
        assert studio.pacing == Pacing(concurrency=3, qps=2.5)
        assert isinstance(studio.provider, JimengProvider)
        assert studio.buyer == Buyer(
            name="jimeng@127.0.0.1:8091",
            endpoint="127.0.0.1:8091",
            account=studio.provider.account,
            simulated=False,
        )


def test_a_rate_is_used_a_little_below_so_that_orders_do_not_crowd(tmp_path: Path) -> None:
    gate = Pacing(concurrency=3, qps=10).gate(30)

    assert (gate.concurrency, gate.doubt_seconds) == (3, 30)
    assert gate.qps is not None
    assert 8 <= gate.qps < 10
    assert Pacing(concurrency=1).gate(1).qps is None


def test_the_simulator_is_paced_as_it_is_set_up_and_never_by_the_accounts_rate(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "settings.yaml").write_text("simulator: {concurrency: 6}\nqps: 1\n", "utf-8")

    with _studio(_at(tmp_path), SIMULATED) as studio:
        assert studio.pacing == Pacing(concurrency=6)
        assert studio.buyer.simulated
        assert studio.label.producer == "simulator"


def test_jimeng_without_credentials_can_not_be_asked(tmp_path: Path) -> None:
    choice = Choice(simulated=False, credentials=None)

    with pytest.raises(CredentialsError, match="no credentials"), _studio(_at(tmp_path), choice):
        pass


def test_jimeng_without_credentials_can_be_planned_for(tmp_path: Path) -> None:
    choice = Choice(simulated=False, credentials=None)

    with _studio(_at(tmp_path), choice, asks=False) as studio:
        assert studio.provider is None
        assert studio.buyer == Buyer(
            name="jimeng", endpoint="visual.volcengineapi.com:443", account="", simulated=False
        )


def test_whoever_only_plans_has_the_same_name_as_whoever_asks(tmp_path: Path) -> None:
    at = _at(tmp_path, KEYS | LOOPBACK)

    with _studio(at, REAL) as asking:
        pass
    with _studio(at, REAL, asks=False) as planning:
        pass

    assert planning.buyer == asking.buyer


def test_a_run_is_alive_and_logged_while_its_studio_is_open(tmp_path: Path) -> None:
    at = _at(tmp_path)

    with _studio(at, SIMULATED) as studio:
        alive = is_alive(at.home.runs, studio.run)

    assert alive
    assert not is_alive(at.home.runs, studio.run)
    (path,) = at.home.logs.iterdir()
    assert studio.run in path.read_text("utf-8")
    assert not any(isinstance(item, logging.FileHandler) for item in logging.getLogger("pipeline").handlers)


def test_whoever_only_looks_writes_no_log(tmp_path: Path) -> None:
    at = _at(tmp_path)

    with _studio(at, SIMULATED, asks=False):
        pass

    assert not at.home.logs.exists()


def test_the_rehearsal_serves_pictures_and_keeps_its_tasks_for_the_next_one(tmp_path: Path) -> None:
    at = _at(tmp_path)
    order = Order(model=MODEL, prompt="一只龙虾", width=1024, height=1024)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "settings.yaml").write_text("simulator: {latency: 0}\n", "utf-8")
    at = _at(tmp_path)

    with _studio(at, SIMULATED) as studio:
        assert isinstance(studio.provider, Rehearsal)
        taken = studio.provider.submit(order, tmp_path / "body")
    assert isinstance(taken, Accepted)
    with _studio(at, SIMULATED) as studio:
        assert studio.provider is not None
        found = studio.provider.poll(Task(model=MODEL, task_id=taken.task_id), ResultForm.URL)
        assert isinstance(found, Done)
        fault = studio.provider.download(found.urls[0], tmp_path / "picture")

    assert fault is None
    assert (tmp_path / "picture").read_bytes().startswith(b"\x89PNG")


def test_the_rehearsal_has_the_synchronous_model_too(tmp_path: Path) -> None:
    order = Order(model=SYNC_MODEL, prompt="一只龙虾", width=512, height=512)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "settings.yaml").write_text("simulator: {latency: 0}\n", "utf-8")

    with _studio(_at(tmp_path), SIMULATED) as studio:
        assert studio.provider is not None
        answer = studio.provider.submit(order, tmp_path / "body")
        assert isinstance(answer, Answered)
        found = studio.provider.read_answer(answer.body)

    assert isinstance(found, Done)
    assert found.pictures[0].startswith(b"\x89PNG")


def test_a_price_for_a_model_that_does_not_exist_is_a_typing_mistake(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "settings.yaml").write_text("prices: {jimeng_t2i_v4: 2000}\n", "utf-8")

    with pytest.raises(SettingsError, match=r"no model jimeng_t2i_v4.*jimeng_t2i_v40"):
        place(tmp_path, home=tmp_path, environ={})
