#!/bin/sh
# Go through a tuning job's training jobs, ten at a time, as a script would: page by page, and in one command.
set -eu
export AWS_ENDPOINT_URL="${AWS_ENDPOINT_URL:-http://127.0.0.1:5098}" AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_PAGER=
list="aws sagemaker list-training-jobs-for-hyper-parameter-tuning-job"
job="${1:-churn-57-in-all-statuses}"

token=""
while :; do
  $list --hyper-parameter-tuning-job-name "$job" --max-results 10 ${token:+--next-token "$token"} \
    --query 'TrainingJobSummaries[].[TrainingJobName, TrainingJobStatus]' --output text
  token=$($list --hyper-parameter-tuning-job-name "$job" --max-results 10 ${token:+--next-token "$token"} \
    --query NextToken --output text)
  [ "$token" != None ] || break
done

# The same in one call: without --max-results the AWS CLI requests all pages.
$list --hyper-parameter-tuning-job-name "$job" --query 'length(TrainingJobSummaries)'
