"""What was generated or locked still fits, and the archives hold what Lambda needs, and run here as well.

That the generated files are what their generators write is the suite `generated` of the test command.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography import x509

from conftest import ROOT
from stacks import Stack

TSX = ["node", str(ROOT / "node_modules/tsx/dist/cli.mjs")]
FUNCTIONS = {"init-postgres": "pg8000", "init-docdb": "pymongo"}


def test_the_ca_bundle_holds_rds_roots_that_stay_valid() -> None:
    roots = x509.load_pem_x509_certificates((ROOT / "lib/assets/rds-ca-bundle.pem").read_bytes())
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)
    names = [root.subject.rfc4514_string() for root in roots]
    assert len(set(names)) == len(roots) > 60
    assert {"us-east-1", "eu-central-1", "ap-southeast-2"} < {name.split()[2] for name in names}
    for root, name in zip(roots, names, strict=True):
        assert root.issuer == root.subject
        assert re.search(r"CN=Amazon RDS [a-z]+-[a-z]+-\d Root CA (RSA2048|RSA4096|ECC384) G1", name)
        assert root.not_valid_after_utc > soon, f"{name} expires"


def test_the_index_file_names_the_installed_models() -> None:
    package = json.loads((ROOT / "node_modules/@librechat/data-schemas/package.json").read_text())
    data = json.loads((ROOT / "lambda/init-docdb/librechat-indexes.json").read_text())
    assert data["source"] == f"@librechat/data-schemas {package['version']}"


def test_the_drivers_that_are_tested_are_those_that_are_shipped() -> None:
    tested = locked(ROOT / "lambda/requirements-dev.txt")
    for function in FUNCTIONS:
        shipped = locked(ROOT / f"lambda/{function}/requirements.txt")
        assert shipped.items() <= tested.items()


def locked(file: Path) -> dict[str, str]:
    pins = [line.split()[0] for line in file.read_text().splitlines() if line and line[0] not in " #"]
    assert all("==" in pin for pin in pins)
    return dict(pin.split("==") for pin in pins)


@pytest.fixture(scope="module")
def archives() -> dict[str, Path]:
    """Builds what is missing, which is the only time that anything is downloaded."""
    code = (
        "import { ensurePythonBundles as all } from './lib/utils/python-bundle.ts'; console.log(JSON.stringify(all()))"
    )
    done = subprocess.run(
        [*TSX, "--input-type=module", "-e", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-400:]
    return dict(zip(FUNCTIONS, map(Path, json.loads(done.stdout)), strict=True))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_archive_is_reproducible_and_holds_no_waste(archives: dict[str, Path], function: str) -> None:
    with zipfile.ZipFile(archives[function]) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(names)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        assert not [name for name in names if re.search(r"\.pyc$|\.pyi$|__pycache__|/tests?/|RECORD$", name)]
        # What scanners and license reports read.
        assert [name for name in names if name.startswith(FUNCTIONS[function]) and name.endswith("dist-info/METADATA")]
        assert all("cpython-313-aarch64" in name for name in names if name.endswith(".so"))
        for folder in ("common", function):
            for source in (ROOT / "lambda" / folder).glob("*.py"):
                assert archive.read(source.name) == source.read_bytes()
        assert archive.read("rds-ca-bundle.pem") == (ROOT / "lib/assets/rds-ca-bundle.pem").read_bytes()
        assert sum(entry.file_size for entry in archive.infolist()) < 10_000_000


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_archive_runs_alone_on_this_machine(archives: dict[str, Path], function: str, tmp_path: Path) -> None:
    """Delete needs nothing but the files; then the driver, from the archive and nowhere else."""
    with zipfile.ZipFile(archives[function]) as archive:
        archive.extractall(tmp_path)
    module, driver = function.replace("-", "_"), FUNCTIONS[function]
    event = {"RequestType": "Delete", "PhysicalResourceId": "x", "ResourceProperties": {}}
    code = (
        f"import sys; sys.path = [{str(tmp_path)!r}] + [p for p in sys.path if 'site-packages' not in p]; "
        f"import {module}; print({module}.handler({event!r}, None)); import {driver}; print({driver}.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.splitlines()[-2] == str({"PhysicalResourceId": "x"})
    assert done.stdout.splitlines()[-1].startswith(str(tmp_path))


def test_the_fixture_stack_speaks_the_documented_properties() -> None:
    """The contract with the construct, in one place."""
    made = Stack(lambda event, context: {}, 1, "app", "database")
    assert set(made.properties) - {"ServiceToken"} == {
        "MasterSecretArn", "AppSecretArn", "Host", "Port", "Database", "LibreChatVersion",
    }  # fmt: skip
