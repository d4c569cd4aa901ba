"""Reports: the ledgers, reports and notices that documents ask for, as of any day."""
