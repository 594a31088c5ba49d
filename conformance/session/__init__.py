"""What checks ask a target for, once, and share: resources, listings, pages, exchanges."""
