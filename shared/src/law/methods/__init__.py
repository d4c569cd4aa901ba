"""Methods: how each kind of layer works out its part, one file each."""
