"""Loading, lint and citations of the contract."""
