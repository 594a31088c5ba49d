"""The AWS CLI as a program: found, run in an environment of its own, and led through a relay of the suite."""

from conformance.awscli.calls import AwsCli, AwsCliSettings
from conformance.awscli.program import AwsCliError, find, version_of

__all__ = ["AwsCli", "AwsCliError", "AwsCliSettings", "find", "version_of"]
