"""targets.yaml: what it may say, and that whatever else it says is an error with its line."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from conformance.errors import ExitCode, UserError
from conformance.targets.configuration import load_targets, targets_schema
from conformance.targets.launch import launched
from conformance.targets.spec import Kind, Origin, TargetError, TargetSpec

SHIPPED = Path(__file__).resolve().parents[2] / "targets.yaml"


def written(folder: Path, text: str) -> Path:
    path = folder / "targets.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def only(folder: Path, text: str) -> TargetSpec:
    """Read a file whose one entry is called `mine`."""
    return load_targets(written(folder, "targets:\n  mine: " + text + "\n"))["mine"]


def test_the_file_that_ships_has_the_reference_moto_and_aws() -> None:
    targets = load_targets(SHIPPED)
    assert {name: (spec.kind, spec.state.origin) for name, spec in targets.items()} == {
        "reference": (Kind.REFERENCE, Origin.BUILT_IN),
        "moto": (Kind.ENDPOINT, Origin.CREATE),
        "aws": (Kind.AWS, Origin.EXISTING),
    }
    launch = targets["moto"].launch
    assert launch is not None
    assert launch.command == ("moto_server", "-H", "127.0.0.1", "-p", "{port}")
    assert launch.port == 5099
    assert "[moto]" in launch.hint


def test_the_commented_example_that_ships_is_valid_once_it_is_uncommented(tmp_path: Path) -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    start = lines.index("  # mine:")
    example = "\n".join(line.replace("  # ", "  ", 1) for line in lines[start:])
    spec = load_targets(written(tmp_path, "targets:\n" + example))["mine"]
    assert spec.launch is not None
    assert spec.launch.port == 4566
    assert spec.capabilities.auth


def test_the_schema_is_a_schema_and_explains_its_keys() -> None:
    schema = targets_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))


def test_the_reference_is_there_even_where_the_file_does_not_name_it(tmp_path: Path) -> None:
    assert list(load_targets(written(tmp_path, "targets: {}"))) == ["reference"]


def test_the_file_of_the_folder_comes_before_the_one_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "moto" in load_targets()
    written(tmp_path, "targets: {mine: {endpoint_url: http://127.0.0.1:4566}}")
    assert list(load_targets()) == ["reference", "mine"]


def test_a_server_that_the_suite_starts_is_filled_and_any_other_is_only_read(tmp_path: Path) -> None:
    assert only(tmp_path, "{launch: {command: [serve]}}").state.origin is Origin.CREATE
    assert only(tmp_path, "{endpoint_url: http://127.0.0.1:4566}").state.origin is Origin.EXISTING
    assert only(tmp_path, "{endpoint_url: http://127.0.0.1:4566}").read_only


def test_every_key_arrives(tmp_path: Path) -> None:
    spec = only(
        tmp_path,
        """
        endpoint_url: https://localhost:4566/path
        launch: {command: [serve, "{port}"], env: {A: b}, port: 80, ready_s: 1.5, cwd: sub, hint: install it}
        state: {command: [./load.sh, all], timeout_s: 3}
        region: eu-central-1
        credentials: {access_key: AKIA, secret_key: shh, session_token: token}
        capabilities: {auth: true, create: false}
        limits: {connect_s: 1, read_s: 2, total_s: 3, max_body_bytes: 4}
        budget: 10
        pace: 0.5
    """.replace("        ", "    "),
    )
    assert spec.launch is not None
    assert (spec.launch.env["A"], spec.launch.ready_s, spec.launch.cwd) == ("b", 1.5, Path("sub"))
    assert (spec.state.origin, spec.state.command, spec.state.timeout_s) == (Origin.COMMAND, ("./load.sh", "all"), 3.0)
    assert spec.credentials is not None
    assert spec.credentials.secret_key == "shh"  # noqa: S105
    assert (spec.limits.connect_s, spec.limits.max_body_bytes) == (1, 4)
    assert (spec.region, spec.budget, spec.pace, spec.base) == ("eu-central-1", 10, 0.5, tmp_path)
    assert spec.where == f"{tmp_path / 'targets.yaml'}:2"


def test_existing_jobs_are_named_or_bounded(tmp_path: Path) -> None:
    url = "endpoint_url: http://127.0.0.1:4566"
    assert only(tmp_path, f"{{{url}, state: {{existing: {{names: [a, b]}}}}}}").state.names == ("a", "b")
    assert only(tmp_path, f"{{{url}, state: {{existing: {{bound: 7}}}}}}").state.bound == 7
    assert only(tmp_path, f"{{{url}, state: existing}}").state.bound == 50


def test_requests_go_unsigned_only_where_that_is_asked_for(tmp_path: Path) -> None:
    url = "endpoint_url: http://127.0.0.1:4566"
    assert only(tmp_path, f"{{{url}, credentials: none}}").credentials is None
    assert only(tmp_path, f"{{{url}}}").credentials is not None


def test_aws_is_paced_and_has_a_budget_where_nothing_is_said(tmp_path: Path) -> None:
    spec = only(tmp_path, "{kind: aws}")
    assert spec.pace
    assert spec.budget
    assert spec.read_only
    assert spec.credentials is None


@pytest.mark.parametrize(
    ("text", "line", "problem", "hint"),
    [
        ("targets:\n  mine:\n    endpoint_ulr: http://h\n", 3, "no key 'endpoint_ulr'", "did you mean 'endpoint_url'?"),
        ("tragets: {}\n", 1, "no key 'tragets'", "did you mean 'targets'?"),
        ("targets:\n  mine:\n    kind: awss\n", 3, "`targets.mine.kind` can't be 'awss'", "did you mean 'aws'?"),
        ("targets:\n  mine:\n    launch:\n      comand: [x]\n", 4, "no key 'comand'", "did you mean 'command'?"),
        ("targets:\n  mine:\n    launch:\n      port: 1\n", 3, "lacks the key 'command'", "add `command:`"),
        ("targets:\n  mine:\n    launch: {command: serve}\n", 3, "must be a list, not text", "[one, two]"),
        ("targets:\n  m:\n    launch:\n      command:\n        - serve\n        - 80\n", 6, "must be text", "quotes"),
        ("targets:\n  m:\n    launch: {command: [], port: 1}\n", 3, "must not be an empty list", "fix"),
        ("targets:\n  m:\n    launch: {command: [x], port: 70000}\n", 3, "must be at most 65535", "fix"),
        ("targets:\n  m:\n    launch: {command: [x], ready_s: 0}\n", 3, "must be more than 0", "fix"),
        ("targets:\n  m:\n    capabilities: {auth: off}\n", 3, "must be true or false, not text", "true or false"),
        ("targets:\n  m:\n    capabilities: {athu: true}\n", 3, "no key 'athu'", "did you mean 'auth'?"),
        ("targets:\n  m:\n    budget: '5'\n", 3, "must be a whole number, not text", "without quotes"),
        ("targets:\n  m:\n    budget: 5.0\n", 3, "must be a whole number, not a number with a point", "plain number"),
        ("targets:\n  m:\n    state: creat\n", 3, "can't be 'creat'", "did you mean 'create'?"),
        ("targets:\n  m:\n    state: [create]\n", 3, "must be text or a mapping, not a list", "example"),
        ("targets:\n  m:\n    state: {exist: {}}\n", 3, "no key 'exist'", "did you mean 'existing'?"),
        (
            "targets:\n  m:\n    state: {existing: {}, command: [x]}\n",
            3,
            "either existing or a command",
            "one of the two",
        ),
        ("targets:\n  m:\n    state: {existing: {}, timeout_s: 3}\n", 3, "timeout_s belongs to a command", "remove"),
        ("targets:\n  m:\n    state: {existing: {names: [a, a]}}\n", 3, "lists something twice", "fix"),
        ("targets:\n  m:\n    state: existing\n", 2, "there is no endpoint_url", "add `endpoint_url"),
        ("targets:\n  m:\n", 2, "must be a mapping, not nothing", "key: value"),
        ("targets:\n  my server: {}\n", 2, "'my server' is no name for a target", "letters"),
        ("targets:\n  m:\n    endpoint_url: localhost:4566\n", 3, "must start with http", "http://127.0.0.1:4566"),
        ("targets:\n  m:\n    endpoint_url: http://u:geheim@h\n", 3, "user name or a password", "write it like"),
        ("targets:\n  m:\n    endpoint_url: http://h:port\n", 3, "is not a URL", "write it like"),
        ('targets:\n  m:\n    endpoint_url: "http://h\\0x"\n', 3, "has the character NUL", "write it without"),
        ("targets:\n  m:\n    endpoint_url: http://h:0\n", 3, "names port 0", "write it like"),
        ("targets:\n  m:\n    endpoint_url: http://a..b\n", 3, "names a host that can't be one", "write it like"),
        (f"targets:\n  m:\n    endpoint_url: http://{'a' * 64}\n", 3, "names a host that can't be one", "write it"),
        ('targets:\n  "m\\n": {}\n', 2, "is no name for a target", "letters"),
        ('targets:\n  m:\n    region: "us-east-1\\n"\n', 3, "has a character that has no place there", "fix"),
        ("targets:\n  m:\n    pace: 1e-320\n", 3, "must be at least 0.001", "fix"),
        (f"targets:\n  m:\n    launch: {{command: [x], port: {10**20}}}\n", 3, "must be at most 65535", "fix"),
        ("targets:\n  m:\n    endpoint_url: http://h:{port}\n", 3, "only known for a server that is launched", "port"),
        ("targets:\n  m:\n    endpoint_url: http://h?a=b\n", 3, "query", "write it like"),
        ("targets:\n  m: {kind: aws, state: create}\n", 2, "AWS is only ever read", "state: existing"),
        ("targets:\n  m:\n    kind: aws\n    launch: {command: [x]}\n", 4, "is not launched", "remove `launch`"),
        ("targets:\n  m:\n    kind: aws\n    credentials: none\n", 4, "have no place in a file", "profile"),
        ("targets:\n  m:\n    kind: reference\n    state: create\n", 4, "kind reference takes built-in", "built-in"),
        ("targets:\n  m:\n    kind: reference\n    endpoint_url: http://h\n", 4, "picks its own", "remove it"),
        ("targets:\n  m:\n    endpoint_url: http://h\n    state: built-in\n", 4, "can't be built-in", "create"),
        ("targets:\n  m:\n    endpoint_url: http://h\n    profile: dev\n", 4, "belongs to `kind: aws`", "credentials"),
        ("targets:\n  reference:\n    kind: aws\n", 2, "the suite's own server", "another name"),
        ("targets:\n  m: {kind: aws}\n  m: {kind: aws}\n", 3, "written twice", "line 2"),
        ("targets:\n  m: {kind: aws\n", 3, "not well-formed YAML", "syntax"),
        ("- targets\n", 1, "the file is a list", "targets:"),
        ("", 1, "holds no mapping", "fill it"),
    ],
)
def test_a_mistake_is_reported_with_its_line_and_what_to_do(
    tmp_path: Path, text: str, line: int, problem: str, hint: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(TargetError) as caught:
        load_targets(path)
    assert problem in caught.value.problem
    assert caught.value.where == f"{path}:{line}"
    assert hint in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("state", ["create", "existing", "{command: [./x]}"])
def test_aws_itself_is_never_taken_for_an_emulator(tmp_path: Path, state: str) -> None:
    with pytest.raises(TargetError, match="this endpoint is AWS itself") as caught:
        only(tmp_path, f"{{endpoint_url: 'https://api.sagemaker.us-east-1.amazonaws.com', state: {state}}}")
    assert "kind: aws" in caught.value.hint


def test_several_mistakes_are_counted_and_the_first_line_is_reported(tmp_path: Path) -> None:
    path = written(tmp_path, "targets:\n  a: {kind: awss}\n  b: {kindd: aws, budget: 0}\n")
    with pytest.raises(TargetError, match=r"and 2 more in this file") as caught:
        load_targets(path)
    assert caught.value.where.endswith(":2")


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file") as caught:
        load_targets(tmp_path / "target.yaml")
    assert caught.value.where.endswith("target.yaml")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{endpoint_url: http://h, credentials: {access_key: 1, secret_key: geheim}}", "must be text"),
        ("{endpoint_url: http://h, credentials: {access_key: a, secret_key: geheim, toke: geheim}}", "none of its own"),
        ("{endpoint_url: http://h, credentials: geheim}", "credentials"),
        ("{endpoint_url: http://h, credentials: [geheim]}", "credentials"),
        ("{launch: {command: [x], env: {'geheim-of-mine=': b}}}", "no name of a variable"),
        ("{launch: {command: [x], env: {geheim-of-mine: [b]}}}", "must be text"),
        ("{endpoint_url: 'http://h:1', credentials: {geheim-of-mine: b}}", "a key that is none of its own"),
        ("{endpoint_url: 'http://h:1', credentials: {geheim-of-mine: b, geheim-of-mine: c}}", "is written twice"),
        ("{endpoint_url: 'http://h:1', credentials: {access_key: \"geheim-of-mine\\n\", secret_key: b}}", "no place"),
    ],
)
def test_a_secret_is_repeated_in_no_error_wherever_it_is(tmp_path: Path, entry: str, words: str) -> None:
    with pytest.raises(TargetError, match=words) as caught:
        only(tmp_path, entry)
    assert "geheim" not in str(caught.value)
    assert f"{tmp_path / 'targets.yaml'}:2" in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('{launch: {command: ["a\\0"]}}', "NUL"),
        ('{launch: {command: [x], cwd: "a\\0"}}', "NUL"),
        ('{launch: {command: [x], env: {"A\\0": b}}}', "NUL"),
        ('{launch: {command: [x], env: {A: "b\\0"}}}', "NUL"),
        ("{launch: {command: [x], env: {'': b}}}", "no name of a variable"),
        ("{launch: {command: [x]}, endpoint_url: 'http://127.0.0.1:{port}{port}'}", "not a URL"),
        ("{launch: {command: [x]}, endpoint_url: 'http://127.0.0.1:1{port}'}", "not a URL"),
        ("[" * 100_000, "nests deeper"),
        ("{a: " * 100_000, "nests deeper"),
    ],
)
def test_what_no_program_can_take_is_an_error_of_the_file(tmp_path: Path, entry: str, words: str) -> None:
    with pytest.raises(TargetError, match=words) as caught:
        only(tmp_path, entry)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("command", ["~no-such-user/server", "/" + "x" * 5000])
def test_a_program_that_can_not_be_found_is_an_error(tmp_path: Path, command: str) -> None:
    spec = only(tmp_path, f"{{launch: {{command: [{command}], cwd: '{'x' * 300}'}}}}")
    with pytest.raises(TargetError), launched(spec, tmp_path / "log"):
        pytest.fail("there is no such program")


def test_a_secret_is_in_no_repr(tmp_path: Path) -> None:
    spec = only(
        tmp_path,
        "{launch: {command: [x], env: {TOKEN: geheim}}, credentials: {access_key: a, secret_key: geheim}}",
    )
    assert "geheim" not in repr(spec)


ODD = (
    *("", *["~", "0", "-1", "1.5", "1e400", "true", "x", "[]", "{}", "[[x]]", "*a"]),
    *("'\\0'", '"\\ud800"', "{a: {b: c}}", "&a x"),
)
KEYS = (
    *("kind", "endpoint_url", "launch", "state", "region", "profile", "credentials", "capabilities", "limits"),
    *("budget", "pace", "launch: {command", "launch: {command: [x], env", "launch: {command: [x], port"),
    *("launch: {command: [x], ready_s", "launch: {command: [x], cwd", "state: {existing", "state: {command"),
    *("state: {existing: {}, command", "credentials: {access_key", "limits: {connect_s", "capabilities: {auth"),
)


@pytest.mark.parametrize("key", KEYS)
def test_no_odd_value_is_more_than_an_error_with_a_line(tmp_path: Path, key: str) -> None:
    for value in ODD:
        path = written(tmp_path, f"targets:\n  m:\n    {key}: {value}{'}' * key.count('{')}\n")
        error = fault_of(path)
        assert error is None or (error.where.startswith(f"{path}:") and error.hint)


def fault_of(path: Path) -> TargetError | None:
    try:
        load_targets(path)
    except TargetError as error:
        return error
    return None
