"""The embedded stack: starts PostgreSQL, Valkey, web and worker as children, and stops them. Data lies in var/.

Standard library and psycopg2 only: nothing here needs Django, which runs in the children.
"""
