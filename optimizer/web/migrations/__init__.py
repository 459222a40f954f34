"""Migrations of the table of jobs."""
