"""Subsidy rules as data: what a programme's document says of a firm, a contract and its use.

Pure: no Django, no clock, no database. See README.md beside this file.
"""
