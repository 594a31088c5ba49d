"""Cases: from the contract to requests, deterministic, and checked against the contract before anything is sent."""
