"""Forms of the definitions app."""
