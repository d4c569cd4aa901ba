"""Methods: how each kind of layer works out its part, and all that is said of it; one file each."""
