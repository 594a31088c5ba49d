"""The code under test: the best training jobs of a tuning job, by its own metric."""


def best_of(sagemaker, tuning_job, number=3):
    """Return the names of the best training jobs, best first."""
    job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning_job)
    objective = job["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=tuning_job,
        SortBy="FinalObjectiveMetricValue",
        SortOrder="Descending" if objective["Type"] == "Maximize" else "Ascending",
        PaginationConfig={"MaxItems": number, "PageSize": 10},
    )
    return [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]
