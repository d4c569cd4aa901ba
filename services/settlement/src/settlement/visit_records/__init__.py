"""Visit records: what a clinic without a network wrote down, entered later, settled as of its day (003 四(十))."""
