"""The fixtures that all other tests stand on: the right role, a clean database after each test."""

import psycopg2
import pytest
from django.db import DatabaseError, connection

from foundation.core.models import NumberSeries


@pytest.mark.pg15
@pytest.mark.django_db
def test_tests_run_as_the_application_role_which_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("arteria_app", False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'arteria_app'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_application_role_can_make_no_temporary_table() -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute("CREATE TEMPORARY TABLE core_job (id int)")


class TestCommittedDb:
    """Two tests in this order: the second one finds nothing of the first."""

    def test_a_committed_row_is_seen_by_another_connection(
        self, committed_db: None, owner_connection: "psycopg2.extensions.connection"
    ) -> None:
        NumberSeries.objects.create(name="committed", prefix="C-")
        with owner_connection.cursor() as cursor:
            cursor.execute("SELECT name FROM core_numberseries WHERE name = 'committed'")
            assert cursor.fetchall() == [("committed",)]

    def test_and_is_gone_afterwards(self, committed_db: None) -> None:
        assert not NumberSeries.objects.filter(name="committed").exists()
