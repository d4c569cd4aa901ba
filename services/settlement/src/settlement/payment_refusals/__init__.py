"""Refused payments: visits that a hospital is not paid for since a certification was cancelled."""
