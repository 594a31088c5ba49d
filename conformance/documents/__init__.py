"""Pages of documentation and service models, read into claims, and compared with the contract."""
