"""The pure part of settlement: encounters, benefits, yearly accumulators."""
