"""What identity decides, without clock, chance or IO."""
