"""Reviews: what facts that come late change for settled bills."""
