"""What is brought before a review: each card is a sentence, numbers, tables and charts, each number its rows.

A card is JSON:

    {"sentence": str,
     "numbers": [{"label", "value", "of", "url"}],
     "tables": [{"title", "columns": [words], "rows": [{"label", "url", "cells": [{"value", "of", "url"}]}]}],
     "charts": [as reviews.charts describes them],
     "as_of": ISO instant}

The first column of a table is that of the labels. `value` and `of` are words ready to show, since a frozen
number must read the same next year. Cards from before there were tables have none; nor have they charts.
"""
