"""Starts PostgreSQL and Valkey from wheels, for demos, tests and benchmarks on a bare machine.

Knows processes, ports and directories; knows nothing of Django or of Suanji's tables.
Production points DATABASE_URL and REDIS_URL at real servers instead.
"""
