"""The simulated hour made by others goes the way of a runner's own file: CSV, import, session, report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from analysis.cli.main import cli
from analysis.report_json import from_json
from tests.bench.revalidation.hour import stride_errors_deg
from tests.support.csv_export import write_imu_csv
from tests.support.datasets import synthetic_hour

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("loss", "limit_deg"), [pytest.param(False, 0.2, id="complete"), pytest.param(True, 0.27, id="5 % lost")]
)
def test_an_hour_imported_from_csv_reads_flexion_to_a_fifth_of_a_degree(tmp_path, capsys, loss, limit_deg):
    hour, imu = synthetic_hour(), synthetic_hour().imu
    lost = hour.lost if loss else None
    chest = write_imu_csv(
        tmp_path / "chest.csv", imu.time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps, lost=lost
    )
    run = CliRunner()
    imported = run.invoke(
        cli,
        ["--home", str(tmp_path / "home"), "import", f"sternum={chest}", "--distance", "11.26km"],
        catch_exceptions=False,
    )
    session = Path(imported.stdout.splitlines()[-1])
    written = tmp_path / "report.json"
    run.invoke(
        cli,
        ["report", str(session), "--json", str(written), "-o", str(tmp_path / "report.html")],
        catch_exceptions=False,
    )
    report = from_json(written.read_text())
    error_deg = stride_errors_deg(report, hour)
    with capsys.disabled():
        rmse_deg, bias_deg = np.sqrt(np.mean(error_deg**2)), error_deg.mean()
        print(f"\nhour from CSV, loss {loss}: {rmse_deg:.3f} deg per stride, bias {bias_deg:+.3f} deg")
    assert rmse_deg <= limit_deg
    assert abs(bias_deg) <= 0.05
    assert report.totals.distance_m == pytest.approx(11260.0, abs=1.0)
    assert json.loads(written.read_text())["zero_source"] == "standing"
