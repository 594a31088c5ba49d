"""For every rule of the contract: small answers that keep it, and answers that break it and nothing around it."""

from __future__ import annotations

from small_answers import (
    BEST,
    KEY,
    KEY_ARN,
    Answer,
    algorithm,
    channel,
    completion,
    config,
    flexible,
    grouped,
    hyperband,
    item,
    job,
    metrics,
    not_improving,
    own_ranges,
    ranges,
    resource,
    several,
    single,
    source,
    stopping,
    warm,
)

# behaviour: answers that keep it, answers that break it
CASES: dict[str, tuple[list[Answer], list[Answer]]] = {
    "range-bounds-are-numeric-text": (
        [
            ranges("IntegerParameterRanges", MinValue="-1e400", MaxValue="99999999999999999999999"),
            own_ranges("ContinuousParameterRanges", MinValue=".5", MaxValue="1E0"),
        ],
        [
            ranges("IntegerParameterRanges", MinValue=1, MaxValue=2),
            own_ranges("ContinuousParameterRanges", MinValue="low", MaxValue="1"),
            own_ranges("ContinuousParameterRanges", MinValue="0", MaxValue="NaN"),
        ],
    ),
    "created-before-started": (
        [item(CreationTime=1.0, TrainingStartTime=1)],
        [item(CreationTime=2, TrainingStartTime=1.5)],
    ),
    "started-before-ended": (
        [item(TrainingStartTime=1.6e9, TrainingEndTime=1600000000)],
        [item(TrainingStartTime=1600000001, TrainingEndTime=1.6e9)],
    ),
    "failed-job-has-an-end": (
        [item(TrainingJobStatus="Failed", TrainingStartTime=1, TrainingEndTime=2)],
        [item(TrainingJobStatus="Failed", TrainingStartTime=1)],
    ),
    "running-job-has-no-end": (
        [item(TrainingJobStatus="InProgress")],
        [item(TrainingJobStatus="InProgress", TrainingEndTime=2)],
    ),
    "failure-text-of-failed-training-jobs": (
        [item(TrainingJobStatus="Failed", FailureReason="out of memory")],
        [
            item(TrainingJobStatus="Completed", FailureReason="out of memory"),
            item(TrainingJobStatus="Stopped", FailureReason=""),
        ],
    ),
    "succeeded-objective-has-a-metric": (
        [item(ObjectiveStatus="Succeeded", FinalHyperParameterTuningJobObjectiveMetric={"Value": 0.0})],
        [
            item(ObjectiveStatus="Succeeded"),
            item(ObjectiveStatus="Succeeded", FinalHyperParameterTuningJobObjectiveMetric={"MetricName": "m"}),
        ],
    ),
    "describes-the-named-job": (
        [job()],
        [job(HyperParameterTuningJobName="Tuning"), {"HyperParameterTuningJobArn": "a"}],
    ),
    "modified-after-created": (
        [job(CreationTime=1.5, LastModifiedTime=1.5)],
        [job(CreationTime=1.5, LastModifiedTime=1)],
    ),
    "failure-text-of-failed-tuning-jobs": (
        [job(HyperParameterTuningJobStatus="Failed", FailureReason="no capacity")],
        [job(HyperParameterTuningJobStatus="Stopped", FailureReason="no capacity")],
    ),
    "overall-best-needs-identical-data": (
        [job(), warm("TransferLearning")],
        [job(OverallBestTrainingJob=BEST), warm("TransferLearning", OverallBestTrainingJob=BEST)],
    ),
    "completion-details-count-launched-jobs": ([not_improving(0), not_improving(3)], [not_improving(4)]),
    "convergence-time-within-the-job": (
        [completion(100.5), completion(200, 200)],
        [completion(100), completion(201, 200)],
    ),
    "strategy-config-is-for-hyperband": (
        [hyperband(StrategyConfig={"HyperbandStrategyConfig": {}})],
        [config(Strategy="Bayesian", StrategyConfig={"HyperbandStrategyConfig": {}})],
    ),
    "hyperband-config-is-for-hyperband": (
        [hyperband(StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 1}})],
        [config(Strategy="Random", StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 1}})],
    ),
    "hyperband-max-resource-limit": (
        [hyperband(StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 20000}})],
        [hyperband(StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 20001}})],
    ),
    "objective-is-name-and-direction": (
        [
            config(HyperParameterTuningJobObjective={"MetricName": "m", "Type": "Minimize"}),
            several({"TuningObjective": {"MetricName": "m", "Type": "Maximize"}}),
        ],
        [
            config(HyperParameterTuningJobObjective={"Type": "Minimize"}),
            single(TuningObjective={"MetricName": "m"}),
            several({"TuningObjective": {"MetricName": "m", "Type": "Best"}}),
        ],
    ),
    "parallel-within-the-limit": (
        [config(ResourceLimits={"MaxParallelTrainingJobs": 2}) | {"TrainingJobStatusCounters": {"InProgress": 2}}],
        [config(ResourceLimits={"MaxParallelTrainingJobs": 2}) | {"TrainingJobStatusCounters": {"InProgress": 3}}],
    ),
    "logarithmic-range-is-positive": (
        [ranges("IntegerParameterRanges", ScalingType="Logarithmic", MinValue="1e-300", MaxValue="1")],
        [
            ranges("IntegerParameterRanges", ScalingType="Logarithmic", MinValue="0", MaxValue="1"),
            own_ranges("ContinuousParameterRanges", ScalingType="Logarithmic", MinValue="-1e-9", MaxValue="1"),
        ],
    ),
    "reverse-logarithmic-range-below-one": (
        [ranges("ContinuousParameterRanges", ScalingType="ReverseLogarithmic", MinValue="0.0", MaxValue="0.99999")],
        [
            ranges("ContinuousParameterRanges", ScalingType="ReverseLogarithmic", MinValue="0", MaxValue="1.0"),
            own_ranges("ContinuousParameterRanges", ScalingType="ReverseLogarithmic", MinValue="-0.1", MaxValue="0.5"),
        ],
    ),
    "auto-parameters-have-name-and-hint": (
        [config(ParameterRanges={"AutoParameters": [{"Name": "p", "ValueHint": "1"}]})],
        [
            config(ParameterRanges={"AutoParameters": [{"Name": "p"}]}),
            several({"HyperParameterRanges": {"AutoParameters": [{"ValueHint": "1"}]}}),
        ],
    ),
    "hyperband-without-early-stopping": (
        [hyperband(), hyperband(TrainingJobEarlyStoppingType="Off")],
        [hyperband(TrainingJobEarlyStoppingType="Auto")],
    ),
    "image-path-form": (
        [
            algorithm(TrainingImage="123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b:1"),
            algorithm(TrainingImage="localhost:5000/b@sha256:0a"),
            algorithm(TrainingImage="registry/b"),
        ],
        [algorithm(TrainingImage="b"), algorithm(TrainingImage="registry/b:1:2")],
    ),
    "algorithm-name-or-image": (
        [algorithm(AlgorithmName="a"), algorithm(TrainingImage="registry/b")],
        [algorithm(AlgorithmName="a", TrainingImage="registry/b")],
    ),
    "fast-file-without-augmented-manifest": (
        [source("FastFile", S3DataType="S3Prefix")],
        [source("FastFile", S3DataType="AugmentedManifestFile")],
    ),
    "objective-is-a-defined-metric": ([metrics("m", "l", "m")], [metrics("n", "l", "m")]),
    "metric-regex-extracts-a-value": (
        [algorithm(MetricDefinitions=[{"Name": "m", "Regex": r"m=(\d+)"}])],
        [
            algorithm(MetricDefinitions=[{"Name": "m", "Regex": "m=("}]),
            algorithm(MetricDefinitions=[{"Name": "m", "Regex": "m=.*"}]),
        ],
    ),
    "role-is-an-arn": (
        [single(RoleArn="arn:aws-cn:iam::123456789012:role/service-role/x")],
        [single(RoleArn="role/x")],
    ),
    "channels-have-names": ([channel()], [single(InputDataConfig=[{"InputMode": "File"}])]),
    "augmented-manifest-needs-pipe": (
        [source("Pipe", S3DataType="AugmentedManifestFile")],
        [
            source("File", S3DataType="AugmentedManifestFile"),
            channel("Pipe", InputMode="File", DataSource={"S3DataSource": {"S3DataType": "AugmentedManifestFile"}}),
        ],
    ),
    "input-is-an-s3-uri": ([source(S3Uri="s3://b/k")], [source(S3Uri="/k")]),
    "attributes-need-an-augmented-manifest": (
        [source(S3DataType="AugmentedManifestFile", AttributeNames=["a"])],
        [source(S3DataType="S3Prefix", AttributeNames=["a"])],
    ),
    "instance-groups-of-a-source-exist": ([grouped("g", "f", "g")], [grouped("h", "f", "g"), grouped("g")]),
    "directory-path-is-absolute": (
        [channel(DataSource={"FileSystemDataSource": {"DirectoryPath": "/a"}})],
        [channel(DataSource={"FileSystemDataSource": {"DirectoryPath": "a"}})],
    ),
    "content-type-is-a-mime-type": (
        [channel(ContentType="text/csv; label_size=1"), channel(ContentType="csv")],
        [channel(ContentType="text/")],
    ),
    "compression-needs-pipe": (
        [channel("Pipe", CompressionType="Gzip"), channel("File", InputMode="Pipe", CompressionType="Gzip")],
        [channel("File", CompressionType="Gzip"), channel("Pipe", InputMode="File", CompressionType="Gzip")],
    ),
    "record-wrapper-not-in-file-mode": (
        [channel("Pipe", RecordWrapperType="RecordIO")],
        [channel("File", RecordWrapperType="RecordIO")],
    ),
    "channel-mode-or-algorithm-mode": ([channel("File"), channel(None, InputMode="Pipe")], [channel(None)]),
    "security-group-ids": (
        [single(VpcConfig={"SecurityGroupIds": ["sg-0a"]})],
        [single(VpcConfig={"SecurityGroupIds": ["sg-0a", "0a"]})],
    ),
    "artifact-key-forms": (
        [
            single(OutputDataConfig={"KmsKeyId": key})
            for key in (KEY, KEY_ARN, "alias/ExampleAlias", KEY_ARN.replace(f"key/{KEY}", "alias/ExampleAlias"))
        ],
        [single(OutputDataConfig={"KmsKeyId": "arn:aws:s3:::bucket"}), single(OutputDataConfig={"KmsKeyId": "a key"})],
    ),
    "output-is-an-s3-path": (
        [single(OutputDataConfig={"S3OutputPath": "s3://b"})],
        [single(OutputDataConfig={"S3OutputPath": "b"})],
    ),
    "one-resource-config": (
        [flexible(InstanceType="ml.m5.xlarge")],
        [
            single(
                ResourceConfig={"InstanceType": "ml.m5.xlarge"},
                HyperParameterTuningResourceConfig={"InstanceConfigs": [{"InstanceType": "ml.m5.xlarge"}]},
            )
        ],
    ),
    "volume-size-where-volumes-are-needed": (
        [resource(InstanceType="ml.c5.xlarge", VolumeSizeInGB=1)],
        [resource(InstanceType="ml.p2.xlarge")],
    ),
    "no-volume-key-with-local-storage": (
        [resource(InstanceType="ml.g5.xlarge", VolumeKmsKeyId="")],
        [resource(InstanceType="ml.p4d.24xlarge", VolumeKmsKeyId=KEY)],
    ),
    "volume-key-forms": (
        [resource(VolumeKmsKeyId=KEY), flexible(VolumeKmsKeyId=KEY_ARN)],
        [resource(VolumeKmsKeyId="alias/a"), flexible(VolumeKmsKeyId="alias/a")],
    ),
    "instance-groups-are-complete": (
        [resource(InstanceGroups=[{"InstanceType": "ml.m5.xlarge", "InstanceCount": 0, "InstanceGroupName": "g"}])],
        [resource(InstanceGroups=[{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}])],
    ),
    "training-runtime-maximum": ([stopping(MaxRuntimeInSeconds=2419200)], [stopping(MaxRuntimeInSeconds=2419201)]),
    "wait-covers-runtime": (
        [stopping(MaxRuntimeInSeconds=10, MaxWaitTimeInSeconds=10)],
        [stopping(MaxRuntimeInSeconds=10, MaxWaitTimeInSeconds=9)],
    ),
    "wait-time-is-for-spot": (
        [stopping(spot=True, MaxWaitTimeInSeconds=10)],
        [stopping(spot=False, MaxWaitTimeInSeconds=10), stopping(MaxWaitTimeInSeconds=10)],
    ),
    "checkpoints-go-to-s3": (
        [single(CheckpointConfig={"S3Uri": "s3://b"})],
        [single(CheckpointConfig={"S3Uri": "/opt/ml"})],
    ),
    "instance-configs-stand-alone": (
        [flexible(InstanceConfigs=[{"InstanceType": "ml.m5.xlarge"}])],
        [
            flexible(InstanceConfigs=[{"InstanceType": "ml.m5.xlarge"}], **{member: value})
            for member, value in (("InstanceType", "ml.m5.xlarge"), ("InstanceCount", 1), ("VolumeSizeInGB", 0))
        ],
    ),
    "single-instance-config-is-plain": (
        [flexible(InstanceType="ml.m5.xlarge", InstanceCount=1)],
        [flexible(InstanceType="ml.m5.xlarge"), flexible(VolumeSizeInGB=5)],
    ),
    "no-volume-key-with-local-storage-in-tuning": (
        [flexible(InstanceType="ml.g5.xlarge", InstanceCount=1)],
        [
            flexible(InstanceType="ml.g4dn.xlarge", VolumeKmsKeyId=KEY),
            flexible(InstanceConfigs=[{"InstanceType": "ml.p4d.24xlarge"}], VolumeKmsKeyId=KEY),
        ],
    ),
    "allocation-orders-instance-configs": (
        [flexible(AllocationStrategy="Prioritized", InstanceConfigs=[{"InstanceType": "ml.m5.xlarge"}])],
        [flexible(AllocationStrategy="Prioritized")],
    ),
    "instance-configs-of-five-types": (
        [flexible(InstanceConfigs=[{"InstanceType": "ml.c5.2xlarge"}])],
        [flexible(InstanceConfigs=[{"InstanceType": "ml.p3.2xlarge"}])],
    ),
}
