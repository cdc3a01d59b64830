"""The stride table as Parquet, with its units and where it comes from in the file."""

from __future__ import annotations

import io

from analysis.records import STRIDE_COLUMNS
from analysis.run_report import RunReport
from analysis.stride.table import STRIDE_TABLE_VERSION, units_of
from sensor.errors import MissingExtraError


def strides_parquet(report: RunReport) -> bytes:
    """Return the columns of `STRIDE_COLUMNS` as a Parquet file; what is not known is null.

    Raises
    ------
    MissingExtraError
        Without the package that writes it.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(
            'Parquet needs an extra: pip install "runtall[parquet]"; or give a file that ends in .csv'
        ) from error
    kinds = {
        "int": pa.int64(),
        "float": pa.float64(),
        "text": pa.string(),
        "bool": pa.bool_(),
        "maybe": pa.bool_(),
    }
    units = units_of(STRIDE_COLUMNS)
    schema = pa.schema(
        [
            pa.field(name, kinds[kind], metadata={"unit": units[name]} if name in units else None)
            for name, kind in STRIDE_COLUMNS.items()
        ],
        metadata={
            "schema_version": str(STRIDE_TABLE_VERSION),
            "file_hash": report.provenance.file_hash,
            "config_hash": report.provenance.config_hash,
            "runtall_version": report.provenance.version,
        },
    )
    columns = [
        pa.array(report.strides[name], type=kinds[kind], from_pandas=True)
        for name, kind in STRIDE_COLUMNS.items()
    ]
    target = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(columns, schema=schema), target)
    return target.getvalue()
