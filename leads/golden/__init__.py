"""Golden leads are laid down, reworded and retired by people, and shown with what each text makes of them."""
