"""Writers: a slice of typed rows into the database, set by set, in the transaction of the caller."""
