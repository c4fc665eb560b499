"""The embedded stack: private PostgreSQL and Valkey, and the supervisor behind `manage.py up`.

Knows nothing of articles: what concerns them is handed in by the command.
"""
