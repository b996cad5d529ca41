"""What is brought before a review: each card is a sentence and numbers, and each number its rows.

A card is JSON: {"sentence": str, "numbers": [{"label", "value", "of", "url"}], "as_of": ISO instant}.
`value` and `of` are words ready to show, since a frozen number must read the same next year.
"""
