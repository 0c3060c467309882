"""Files of contracts: the line of an error, code that must be stopped, modules beside the file, and a file of several contracts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from assembly import RET, object_of

from lnsym.contract import BadContract, Contract, containment, load_contract_file, registry
from lnsym.contract.containment import ContractOutOfTime, contained
from lnsym.errors import LnsymError

HEAD = "from lnsym.contract import Theorem, contract\n"
LNSYM = [sys.executable, "-c", "from lnsym.cli import main; main()"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))
    monkeypatch.setattr(sys, "path", list(sys.path))


def written(tmp_path: Path, text: str, name: str = "k.py") -> Path:
    path = tmp_path / name
    path.write_text(HEAD + text)
    return path


def statement(body: str) -> str:
    return f'@contract("c")\ndef c(t: Theorem) -> None:\n    {body}\n'


def error_of(path: Path) -> LnsymError:
    with pytest.raises(LnsymError) as caught:
        load_contract_file(path).statement("f")
    assert "\n" not in str(caught.value)
    return caught.value


# -- lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (statement("t.region('a', 0, 8)"), 4, "0 elements"),
        (statement("t.call()"), 2, "ensures nothing"),
        (statement("1 / 0"), 4, "ZeroDivisionError"),
        (statement("t.region('a', 1, 8).elements[7]"), 4, "IndexError"),
        (statement("t.call(t.value('a', 8) + t.value('b', 16))"), 4, "WidthMismatch"),
        (statement("c(t)"), 4, "TypeError"),
        ("\nimport no_such_module_of_mine\n", 3, "ModuleNotFoundError"),
        ("\n\ndef f(:\n", 4, "SyntaxError"),
        ("\ndef f():\n    raise SystemExit\nf()\n", 4, "SystemExit"),
        ('@contract("c", routines="f")\ndef c(t: Theorem) -> None: ...\n', 2, "routines="),
        (statement("t.call()") + statement("t.call()"), 5, "two contracts of the name 'c'"),
    ],
)
def test_an_error_has_the_line_of_the_file(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    message = str(error_of(path))
    assert message.startswith(f"{path}:{line}: ")
    assert said in message


def test_an_error_in_a_module_beside_the_file_has_the_line_that_called_it(tmp_path: Path) -> None:
    (tmp_path / "beside_one.py").write_text("def spec(t):\n\n    t.region('a', 0, 8)\n")
    path = written(tmp_path, "from beside_one import spec\n" + statement("spec(t)"))
    assert str(error_of(path)).startswith(f"{path}:5: ")


def test_a_file_may_be_read_again_after_a_change(tmp_path: Path) -> None:
    path = written(tmp_path, statement("t.call()"))
    assert load_contract_file(path).name == "c"
    path.write_text(HEAD + "\n\n" + statement("t.call()"))
    assert load_contract_file(path).place == f"{path}:4"


# -- code that must be stopped ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "\n    for _ in iter(int, 1): pass",
        "x = [0]\n    for i in x: x.append(0)",
        "import time; time.sleep(100)",
        "\n    while True:\n        try:\n            while True: pass\n        except Exception: pass",
    ],
    ids=["while", "iterator", "for", "sleep", "handler"],
)
def test_an_endless_contract_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setattr(containment, "LEAST_SECONDS", 0.0)
    path = written(tmp_path, statement(body))
    with pytest.raises(BadContract, match=r"k\.py:\d+: the contract did not end within 0.2 s"), contained(0.2):
        load_contract_file(path).statement()


def test_an_endless_file_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "LEAST_SECONDS", 0.0)
    path = written(tmp_path, "while True: pass\n")
    with pytest.raises(BadContract, match=r"k\.py:2: the contract did not end"):
        load_contract_file(path, seconds=0.2)


def test_an_exception_that_is_swallowed_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(containment, "REPEAT_SECONDS", 0.1)

    def swallows_one() -> None:
        with suppress(ContractOutOfTime):
            time.sleep(10)
        time.sleep(10)

    with pytest.raises(ContractOutOfTime), contained(0.1):
        swallows_one()


@pytest.mark.parametrize("body", ["bytearray(1 << 45)", "[0] * (1 << 45)", "x = 'a' * (1 << 45)"])
def test_an_enormous_contract_is_stopped(tmp_path: Path, body: str) -> None:
    assert "MemoryError: the contract takes more memory" in str(error_of(written(tmp_path, statement(body))))


def test_memory_that_grows_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "BYTES", 1 << 28)
    body = "x = []\n    while True: x.append(bytearray(1 << 24))"
    assert "MemoryError" in str(error_of(written(tmp_path, statement(body))))


def test_endless_recursion_is_stopped(tmp_path: Path) -> None:
    text = "def again(t):\n    again(t)\n" + statement("again(t)")
    assert "RecursionError" in str(error_of(written(tmp_path, text)))


@pytest.mark.parametrize("status", [0, 1, 3])
def test_a_contract_does_not_end_the_process(tmp_path: Path, status: int) -> None:
    leave = os._exit
    path = written(tmp_path, statement(f"import os; os._exit({status})"))
    assert "k.py:4: the contract ends the process" in str(error_of(path))
    assert os._exit is leave
    assert "k.py:2: the contract ends the process" in str(
        error_of(written(tmp_path, f"import os; os._exit({status})\n"))
    )


def test_limits_are_those_of_before_afterwards() -> None:
    import resource

    limit, handler = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 500)
    try:
        with contained(10):
            assert signal.getitimer(signal.ITIMER_REAL)[0] <= 10
        assert 490 < signal.getitimer(signal.ITIMER_REAL)[0] <= 500
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM)) == (limit, handler)


# -- modules beside the file -----------------------------------------------------------------------

USES = "from beside_two import spec\n" + statement("t.call(); t.ensure_result(spec(1))")


def test_a_module_beside_the_file_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "beside_two.py").write_text("def spec(x): return x\n")
    assert load_contract_file(written(tmp_path, USES)).statement().result is not None


def test_a_module_beside_the_file_comes_after_all_others(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise ValueError('not this one')\n")
    load_contract_file(written(tmp_path, "import json\n" + statement("t.call()")))
    assert sys.path[-1] == str(tmp_path)


@pytest.mark.parametrize("name", ["isa", "crypto_specs", "programs"])
@pytest.mark.parametrize("as_package", [False, True])
def test_a_users_module_called_as_one_of_lnsyms_breaks_nothing(tmp_path: Path, name: str, as_package: bool) -> None:
    """With the working directory, or the directory of a test, first on the path."""
    if as_package:
        (tmp_path / name).mkdir()
    file = tmp_path / (f"{name}/__init__.py" if as_package else f"{name}.py")
    file.write_text("raise ValueError('the user has one too')\n")
    (tmp_path / "f.o").write_bytes(object_of(RET, name="f"))
    written(tmp_path, statement("a = t.value('a', 64); t.call(a); t.ensure_result(a)"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [*LNSYM, "verify", "f.o", "f", "--contract", "k.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PROVED")


def test_a_users_module_that_was_imported_first_makes_way(tmp_path: Path) -> None:
    (tmp_path / "isa.py").write_text("mine = 1\n")
    code = "import isa; assert isa.mine; import lnsym.machine.decode; import isa as again; assert again.__path__"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)


def test_lnsyms_packages_stay_the_ones_that_were_imported() -> None:
    code = "import isa, sys; first = isa; import lnsym; assert sys.modules['isa'] is first"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# -- several contracts in one file -----------------------------------------------------------------

SEVERAL = """
@contract("one", routines=["f", "both"])
def one(t: Theorem) -> None: ...

@contract("two", routines=["g*", "both"])
def two(t: Theorem) -> None: ...
"""


@pytest.mark.parametrize(
    ("symbols", "chosen"),
    [(["f"], "one"), (["g1", "g2"], "two"), (["a.o:f"], "one"), (["g1@0x1000"], "two"), (["both", "f"], "one")],
)
def test_routines_choose_among_several(tmp_path: Path, symbols: list[str], chosen: str) -> None:
    assert load_contract_file(written(tmp_path, SEVERAL), symbols=symbols).name == chosen


@pytest.mark.parametrize("symbols", [["both"], ["h"], ["f", "g"], []])
def test_where_routines_do_not_choose_the_names_are_listed(tmp_path: Path, symbols: list[str]) -> None:
    with pytest.raises(BadContract, match=r"2 contracts in it \(one, two\).*; name one as .*k\.py:NAME"):
        load_contract_file(written(tmp_path, SEVERAL), symbols=symbols)


def test_the_only_contract_of_a_file_is_for_whatever_is_asked(tmp_path: Path) -> None:
    assert isinstance(load_contract_file(written(tmp_path, statement("t.call()")), symbols=["h"]), Contract)
