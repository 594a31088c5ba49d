"""The contract: YAML files loaded into operations, shapes, facts and behaviours, and the contract's own faults."""
