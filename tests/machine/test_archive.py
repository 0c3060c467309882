"""Archives: both dialects of long names, choosing members, and references between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from elf_writer import ALLOC, COMMON, FUNC, GLOBAL, LOCAL, NOTYPE, OBJECT, UNDEF, WEAK, WRITE, ObjectWriter, archive
from hypothesis import given
from hypothesis import strategies as st

from lnsym.errors import (
    AmbiguousMember,
    AmbiguousSymbol,
    ArchiveNeedsSymbol,
    LnsymError,
    MalformedArchive,
    NoSuchMember,
    NoSuchSymbol,
    UnsupportedElf,
)
from lnsym.machine.archive import read_archive
from lnsym.machine.image import list_archive, load_image

BL, RET = 0x94000000, 0xD65F03C0
CALL26 = 283


def caller() -> bytes:
    w = ObjectWriter()
    text = w.text(BL, BL, RET)
    w.symbol("caller", text, 0, 12)
    w.symbol("helper", text, 8, 4, FUNC, LOCAL)
    w.symbol("callee", UNDEF, kind=NOTYPE)
    w.symbol("absent", UNDEF, kind=NOTYPE)
    w.symbol("shared", COMMON, 8, 16, OBJECT)
    w.reloc(text, 0, CALL26, "callee")
    w.reloc(text, 4, CALL26, "absent")
    return w.build()


def callee(binding: int = GLOBAL) -> bytes:
    w = ObjectWriter()
    text = w.text(RET, RET)
    data = w.section(".data", bytes(16), ALLOC | WRITE, 8)
    w.symbol("callee", text, 0, 4, binding=binding)
    w.symbol("helper", text, 4, 4, FUNC, LOCAL)
    w.symbol("shared", data, 0, 16, OBJECT)
    return w.build()


@pytest.fixture(params=[False, True], ids=["gnu", "bsd"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "library.a"
    members = (
        ("readme", b"odd"),
        ("caller-with-a-long-name.o", caller()),
        ("weak.o", callee(WEAK)),
        ("callee.o", callee()),
    )
    path.write_bytes(archive(*members, bsd=request.param))
    return path


NAMES = st.text("abcxyz.-_0189", min_size=1, max_size=40).filter(lambda name: name[0] not in "./")


@given(st.lists(st.tuples(NAMES, st.binary(max_size=50)), max_size=6), st.booleans())
def test_members_come_back(members: list[tuple[str, bytes]], bsd: bool) -> None:
    assert [(m.name, m.data) for m in read_archive(archive(*members, bsd=bsd), "x.a")] == members


def test_member_offset_points_at_its_data() -> None:
    data = archive(("a-name-longer-than-fifteen.o", b"12345"), ("b.o", b"678"))
    for member in read_archive(data, "x.a"):
        assert data[member.offset :].startswith(member.data)


def test_symbol_indexes_are_skipped() -> None:
    data = archive(("/", b"index"), ("a.o", b"x"))
    data = data.replace(b"//              ", b"/               ")
    assert [m.name for m in read_archive(data, "x.a")] == ["a.o"]


def test_the_defining_member_is_loaded(library: Path) -> None:
    image = load_image(library, ["caller"])
    assert image.member == "caller-with-a-long-name.o"
    assert [s.name for s in image.segments] == [".text", "shared"]
    assert set(image.undefined_functions.values()) == {"callee", "absent"}


def test_members_resolve_each_other(library: Path) -> None:
    image = load_image(library, ["caller", "callee.o:callee"])
    assert image.member == "caller-with-a-long-name.o, callee.o"
    assert set(image.undefined_functions.values()) == {"absent"}
    at = image.symbol("caller").address
    target = at + 4 * (int.from_bytes(image.read(at, 4), "little") & 0x3FFFFFF)
    assert target == image.symbol("callee").address
    # A definition takes the place of a COMMON symbol.
    assert image.segment_at(image.symbol("shared").address).name == "callee.o(.data)"  # type: ignore[union-attr]


def test_the_first_global_definition_is_taken(library: Path) -> None:
    assert load_image(library, ["callee"]).member == "weak.o"


def test_local_symbols_need_their_member(library: Path) -> None:
    with pytest.raises(AmbiguousMember, match="MEMBER:helper"):
        load_image(library, ["helper"])
    image = load_image(library, ["callee.o:helper"])
    assert image.member == "callee.o"
    image = load_image(library, ["callee.o:helper", "caller"])
    with pytest.raises(AmbiguousSymbol):
        image.symbol("helper")
    assert image.symbol("callee.o:helper").member == "callee.o"


def test_list_archive(library: Path) -> None:
    listed = dict(list_archive(library))
    assert list(listed) == ["caller-with-a-long-name.o", "weak.o", "callee.o"]
    assert [(s.name, s.address, s.size, s.kind) for s in listed["callee.o"]] == [
        ("callee", 0, 4, "function"),
        ("shared", 0, 16, "data"),
        ("helper", 4, 4, "function"),
    ]


def test_bad_requests(library: Path) -> None:
    with pytest.raises(ArchiveNeedsSymbol, match="4 members"):
        load_image(library)
    with pytest.raises(NoSuchSymbol, match=r"'calleee'; nearest: callee, caller"):
        load_image(library, ["calleee"])
    with pytest.raises(NoSuchSymbol):
        load_image(library, ["absent"])
    with pytest.raises(NoSuchMember, match=r"nearest: callee\.o"):
        load_image(library, ["calle.o:callee"])
    with pytest.raises(NoSuchSymbol):
        load_image(library, ["weak.o:caller"])


@pytest.mark.parametrize(
    "data",
    [
        b"!<arch>\nshort",
        archive(("a.o", b"12345678"))[:-4],
        archive(("a.o", b"1234")).replace(b"`\n", b"xx"),
        archive(("a.o", b"1234")).replace(b"4         `", b"4x        `"),
        archive(("a.o", b"1234")).replace(b"4         `", b"-4        `"),
        archive(("a.o", b"1234")).replace(b"a.o/", b"/99 "),
        archive(("a.o", b"1234")).replace(b"a.o/ ", b"#1/99"),
    ],
)
def test_damaged_archives(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.a"
    path.write_bytes(data)
    with pytest.raises(MalformedArchive):
        load_image(path, ["f"])


def test_thin_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "thin.a"
    path.write_bytes(b"!<thin>\n")
    with pytest.raises(UnsupportedElf, match="thin"):
        load_image(path, ["f"])


def test_damaged_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.a"
    path.write_bytes(archive(("bad.o", callee()[:-64] + b"callee\0")))
    with pytest.raises(LnsymError, match=r"bad\.a\(bad\.o\)"):
        load_image(path, ["callee"])
