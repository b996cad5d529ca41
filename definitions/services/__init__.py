"""Writes of the definitions app: one action, one transaction, in one module per noun."""
