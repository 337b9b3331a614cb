"""Stock against movements: asked by `verify_records`."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from foundation.records.verification.findings import BALANCE, Finding

# What a container holds is the sum of its movements, and it is where the newest one brought or left it.
_DIFFERENCES = """
SELECT s.id, s.container, s.quantity, coalesce(m.total, 0)
FROM inventory_stockunit s
LEFT JOIN (SELECT stock_unit_id, sum(change) AS total FROM inventory_movement GROUP BY stock_unit_id) m
  ON m.stock_unit_id = s.id
WHERE s.quantity <> coalesce(m.total, 0)
ORDER BY s.id
"""
_WRONG_PLACE = """
SELECT s.id, s.container, p.code, here.code
FROM inventory_stockunit s
JOIN (SELECT DISTINCT ON (stock_unit_id) stock_unit_id, to_place_id FROM inventory_movement
      WHERE change > 0 OR kind = 'move' ORDER BY stock_unit_id, id DESC) m ON m.stock_unit_id = s.id
JOIN inventory_place p ON p.id = s.place_id
JOIN inventory_place here ON here.id = m.to_place_id
WHERE s.place_id <> m.to_place_id
ORDER BY s.id
"""


def stock_differences() -> Iterator[Finding]:
    """Provider of ``records.more_checks``: each container whose quantity or place is not what its movements say."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        for key, container, quantity, total in cursor.fetchall():
            yield Finding(
                BALANCE,
                "inventory_stockunit",
                key,
                detail=f"{container} holds {quantity.normalize():f}, its movements say {total.normalize():f}",
            )
        cursor.execute(_WRONG_PLACE)
        for key, container, place, said in cursor.fetchall():
            yield Finding(
                BALANCE, "inventory_stockunit", key, detail=f"{container} is at {place}, its movements say {said}"
            )
