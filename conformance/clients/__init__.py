"""Client libraries: boto3 and the AWS CLI, as drivers, laws and checks. Optional."""
