"""Intake: files of accounts, leads, activities and outcomes on their way in."""
