"""What a home is set to, and what is said when it cannot be."""

import re
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, SettingsError
from pipeline.home import Home
from pipeline.settings import Settings, is_loopback, load_settings
from pipeline.source.compose import compose
from pipeline.source.nodes import Mapping
from pipeline.source.report import Report

EXAMPLE = Path(__file__).parents[2] / "configs" / "settings.yaml"


def _home(folder: Path, text: str | None = None) -> Home:
    (folder / "configs").mkdir(exist_ok=True)
    if text is not None:
        (folder / "configs" / "settings.yaml").write_text(text, encoding="utf-8")
    return Home(folder)


def _refusal(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load_settings(_home(folder, text), environ)
    assert raised.value.exit_code is ExitCode.USAGE
    return raised.value.message.replace(f"{folder}/configs/", "").splitlines()


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "{}\n", "~\n", "budget:\nlabel:\nprices:\n"])
def test_a_home_that_sets_nothing_has_the_defaults(tmp_path: Path, text: str | None) -> None:
    settings = load_settings(_home(tmp_path, text), {})

    assert settings == Settings()
    assert settings.endpoint == "https://visual.volcengineapi.com"
    assert (settings.concurrency, settings.qps, settings.submit_timeout, settings.connect_timeout) == (
        1,
        None,
        60,
        10,
    )
    assert (settings.currency, settings.prices, settings.budget.month_cost) == ("CNY", {}, None)
    assert (settings.label.text, settings.label.producer, settings.label.corner) == ("AI生成", "jimeng", None)
    assert settings.brand.logo == ""
    assert (settings.jpeg.quality, settings.jpeg.floor) == (90, 60)
    assert (settings.simulator.latency, settings.simulator.concurrency) == (0.5, 4)
    assert (settings.database_url, settings.render_threads, settings.log_level) == (None, None, "info")


def test_every_setting_can_be_set_in_the_file(tmp_path: Path) -> None:
    text = (
        "endpoint: http://127.0.0.1:8080/\nconcurrency: 3\nqps: 0.5\nsubmit_timeout: 90\nconnect_timeout: 5\n"
        "log_level: DEBUG\ndatabase_url: sqlite:///x.db\ncurrency: USD\nprices: {jimeng_t2i_v40: 2000}\n"
        "budget: {run_images: 20, month_images: none, month_cost: 500000}\n"
        "label: {text: AI辅助生成, opacity: 1, producer: my-studio}\njpeg: {quality: 85, floor: 50}\n"
        "render_threads: 2\nsimulator: {latency: 0, concurrency: 8}\n"
    )

    settings = load_settings(_home(tmp_path, text), {})

    assert settings.endpoint == "http://127.0.0.1:8080"
    assert (settings.concurrency, settings.qps, settings.submit_timeout, settings.connect_timeout) == (
        3,
        0.5,
        90,
        5,
    )
    assert (settings.log_level, settings.database_url, settings.render_threads) == (
        "debug",
        "sqlite:///x.db",
        2,
    )
    assert (settings.currency, settings.prices) == ("USD", {"jimeng_t2i_v40": 2000})
    assert (settings.budget.run_images, settings.budget.month_images, settings.budget.month_cost) == (
        20,
        None,
        500000,
    )
    assert (settings.label.text, settings.label.opacity, settings.label.producer) == (
        "AI辅助生成",
        1.0,
        "my-studio",
    )
    assert (settings.jpeg.quality, settings.jpeg.floor) == (85, 50)
    assert (settings.simulator.latency, settings.simulator.concurrency) == (0.0, 8)


def test_the_environment_wins_over_the_file_and_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    home = _home(tmp_path, "concurrency: 3\nqps: 2\nlog_level: error\n")
    environ = {
        "PIPELINE_CONCURRENCY": "5",
        "PIPELINE_QPS": "none",
        "PIPELINE_LOG_LEVEL": "",
        "PIPELINE_SUBMIT_TIMEOUT": "30.5",
        "PIPELINE_DATABASE_URL": "postgresql://host/db",
        "JIMENG_ENDPOINT": "https://example.com:8443/",
        "HOME": "/nowhere",
    }

    settings = load_settings(home, environ)

    assert (settings.concurrency, settings.qps, settings.log_level) == (5, None, "error")
    assert (settings.submit_timeout, settings.database_url) == (30.5, "postgresql://host/db")
    assert settings.endpoint == "https://example.com:8443"


def test_every_wrong_variable_is_named_in_one_run(tmp_path: Path) -> None:
    environ = {"PIPELINE_CONCURRENCY": "many", "PIPELINE_QPS": "0", "JIMENG_ENDPOINT": "http://example.com"}

    assert _refusal(tmp_path, "", **environ) == [
        "JIMENG_ENDPOINT: must begin with https://; http:// is for this machine only, as in http://127.0.0.1:8080",
        "PIPELINE_CONCURRENCY: must be a whole number such as 12, not 'many'",
        "PIPELINE_QPS: must lie in 0.01..1000, not 0",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("concurency: 2", "settings.yaml:1:1: unknown key 'concurency'; did you mean 'concurrency'?"),
        (
            "budget: {month_image: 2}",
            "settings.yaml:1:10: unknown key 'month_image'; did you mean 'month_images'?",
        ),
        ("concurrency: 65", "settings.yaml:1:14: concurrency: must lie in 1..64, not 65"),
        ("concurrency: 0", "settings.yaml:1:14: concurrency: must lie in 1..64, not 0"),
        ("concurrency: ", "settings.yaml:1:13: concurrency: has no value; write one, or take the line out"),
        (
            "log_level: loud",
            "settings.yaml:1:12: log_level: must be one of debug, info, warning, error, not 'loud'",
        ),
        ("prices: {a: 0.2}", "settings.yaml:1:13: a: must be a whole number such as 12, not '0.2'"),
        ("prices: [1]", "settings.yaml:1:9: prices: must be `key: value` lines"),
        ("label: {text: 生成的}", "settings.yaml:1:15: text: must contain AI and 生成"),
        ("label: {text: AI}", "settings.yaml:1:15: text: must contain AI and 生成"),
        (
            "label: {corner: botom-left}",
            "settings.yaml:1:17: corner: must be one of top-left, top-right, bottom-left, ",
        ),
        ("brand: logo.png", "settings.yaml:1:8: brand: must be `logo: ...` and more such lines, or none"),
        ("brand: {at: top-left}", "settings.yaml:1:8: 'logo' is missing here"),
        ("brand: {logo: nowhere.png}", "settings.yaml:1:15: there is no file 'nowhere.png' in "),
        ("brand: {logo: nowhere/a.png}", "settings.yaml:1:15: there is no file 'nowhere/a.png' in "),
        (
            "brand: {logo: setings.yaml}",
            "settings.yaml:1:15: there is no file 'setings.yaml' in ",
        ),
        ("brand: {logo: .}", "settings.yaml:1:15: '.' is a folder; name a picture in it"),
        ("brand: {logo: ''}", "settings.yaml:1:15: the logo's path is empty"),
        (
            "brand: {logo: us.svg}",
            "settings.yaml:1:15: 'us.svg' is a drawing; export it as PNG with a transparent background",
        ),
        (
            f"brand: {{logo: {'a' * 300}}}",
            f"settings.yaml:1:15: '{'a' * 300}' cannot be looked at: File name too long",
        ),
        ("brand: {logo: [a]}", "settings.yaml:1:15: logo: must be text"),
        (
            "brand: {logo: settings.yaml, height: 0.5}",
            "settings.yaml:1:38: height: must lie in 0.03..0.3, not 0.5",
        ),
        ("label: {producer: 即梦}", "settings.yaml:1:19: producer: must be plain ASCII"),
        ("label: {producer: a b}", "settings.yaml:1:19: producer: must be plain ASCII"),
        ("label: {producer: 'a\"b'}", "settings.yaml:1:19: producer: must be plain ASCII"),
        ("label: {producer: ''}", "settings.yaml:1:19: producer: must be plain ASCII"),
        ("jpeg: {quality: 50}", "settings.yaml:1:7: jpeg: floor must not lie above quality"),
        ("- a", "settings.yaml:1:1: this must be `key: value` lines"),
        ("concurrency: *x", "settings.yaml:1:14: `*x` is a YAML alias"),
        ("concurrency： 2", "settings.yaml:1:1: a full-width colon"),
    ],
)
def test_a_mistake_in_the_file_is_said_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = _refusal(tmp_path, text)

    assert problem.startswith(said)


def test_all_mistakes_of_the_file_are_said_in_their_order(tmp_path: Path) -> None:
    problems = _refusal(tmp_path, "b: 1\na: 1\nqps: x\n")

    assert [problem.split(": ")[0] for problem in problems] == [
        f"settings.yaml:{n}" for n in ("1:1", "2:1", "3:6")
    ]


@pytest.mark.parametrize("typed", ["none", '"None"', "~", ""])
def test_a_home_may_say_that_it_has_no_logo(tmp_path: Path, typed: str) -> None:
    assert load_settings(_home(tmp_path, f"brand: {typed}\n"), {}).brand == Settings().brand


def test_a_logo_lies_beside_the_settings(tmp_path: Path) -> None:
    home = _home(
        tmp_path, "brand: {logo: marks/logo.png, at: top-right, height: 0.1}\nlabel: {corner: auto}\n"
    )
    (home.configs / "marks").mkdir()
    (home.configs / "marks" / "logo.png").write_bytes(b"")

    settings = load_settings(home, {})

    assert (settings.brand.logo, settings.brand.at, settings.brand.height) == (
        "marks/logo.png",
        "top-right",
        0.1,
    )
    assert settings.label.corner is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "ftp://localhost",
        "localhost:8080",
        "https://",
        "https://user:pass@example.com",
        "https://example.com/path",
        "https://example.com?x=1",
        "https://example.com:99999",
        "https://example.com:0",
        "https://[::1",
    ],
)
def test_an_endpoint_is_https_or_this_machine_and_nothing_else_and_never_quoted(
    tmp_path: Path, endpoint: str
) -> None:
    (problem,) = _refusal(tmp_path, f'endpoint: "{endpoint}"\n')

    assert problem.startswith("settings.yaml:1:11: endpoint: must be")
    assert "pass" not in problem


@pytest.mark.parametrize(
    "endpoint", ["http://localhost:1", "http://127.9.9.9", "http://[::1]:80", "https://a.b:1"]
)
def test_an_endpoint_of_this_machine_may_be_plain(tmp_path: Path, endpoint: str) -> None:
    assert load_settings(_home(tmp_path), {"JIMENG_ENDPOINT": endpoint}).endpoint == endpoint


def test_this_machine_is_known_by_its_names_only() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "::1"))
    assert not any(is_loopback(host) for host in ("example.com", "0.0.0.0", "10.0.0.1", ""))  # noqa: S104 - a host to refuse


def test_a_database_url_is_never_shown() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://user:secret@host/db"))


def test_the_example_settings_set_nothing_and_uncommented_say_the_defaults(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    uncommented = re.sub(r"(?m)^# (?=( *)[a-z_]+:( |$))(?!Where |`)", "", text)

    as_shipped = load_settings(_home(tmp_path, text), {})
    filled = load_settings(_home(tmp_path, uncommented), {})

    assert as_shipped == filled == Settings()
    tree = compose(uncommented, Report("f"))
    assert isinstance(tree, Mapping)
    assert [entry.key.text for entry in tree.entries] == list(Settings.model_fields)
    default = Settings().model_dump()
    for entry in tree.entries:
        if isinstance(entry.value, Mapping):
            assert {inner.key.text for inner in entry.value.entries} == set(default[entry.key.text])
