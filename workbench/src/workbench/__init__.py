"""The workbench: for those who write law and software; no image ships it."""
