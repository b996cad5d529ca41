"""Marketing's side of a handoff: what sales returned, what rests, and what nearly qualified."""
