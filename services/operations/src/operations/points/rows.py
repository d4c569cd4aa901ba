"""Rows: service points as they stand."""

from typing import Final

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from operations.points.domain import Point, PointClosed, PointSet

TABLES: Final = MetaData()

service_points: Final = Table(
    "service_points",
    TABLES,
    *columns_of(Point, "point_id", staff=JSONB),
    Index("service_points_county", "county", "point_id"),
)

ROWS: Final[RowsByEvent] = dict.fromkeys((PointSet, PointClosed), one_row(service_points, "point"))
