"""Mutants of the definition of training jobs: combinations of members that the documents rule out."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.mutation.mutant import (
    BOTH,
    CONFIG,
    FORMS,
    Group,
    Kind,
    Members,
    channels,
    definitions,
    on_output,
    on_outputs,
    within,
)
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

defined = Group("definitions", DESCRIBE, Kind.ANSWER)

_LOCAL = ("ml.p4d.", "ml.g4dn.", "ml.g5.")
_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"


def _each(breaks: str, path: str, words: str, edit: Callable[[Any], Any]) -> None:
    """Take up an edit of what stands at a path of every definition."""

    def bend(_: Members, answer: Members) -> None:
        for item in definitions(answer, path):
            edit(item)

    name = words.replace(" ", "-").replace("'", "").replace(",", "").lower()
    defined.add(name, words, (breaks,), on_output(DESCRIBE, bend))


def _put(**members: Any) -> Callable[[Any], None]:
    def edit(item: Members) -> None:
        item |= {name: value for name, value in members.items() if name in item}

    return edit


def _force(**members: Any) -> Callable[[Any], None]:
    return lambda item: item.update(members)


def _channel(breaks: str, words: str, edit: Callable[[Members, Members], Any]) -> None:
    """Take up an edit of every channel, given its definition and itself."""

    def bend(_: Members, answer: Members) -> None:
        for definition, channel in channels(answer):
            edit(definition, channel)

    defined.add(words.replace(" ", "-").replace("'", "").lower(), words, (breaks,), on_output(DESCRIBE, bend))


_ALGORITHM, _RESOURCES, _STOPPING = "AlgorithmSpecification", "ResourceConfig", "StoppingCondition"
_FLEXIBLE, _S3 = "HyperParameterTuningResourceConfig", "InputDataConfig[].DataSource.S3DataSource"

_each("image-path-form", _ALGORITHM, "An image has no registry", _put(TrainingImage="image:1"))
_each("image-path-form", _ALGORITHM, "An image path has a space", _put(TrainingImage="registry/an image"))
_each("algorithm-name-or-image", _ALGORITHM, "An algorithm has both a name and an image",
      _force(AlgorithmName="an-algorithm", TrainingImage="registry/image:1"))  # fmt: skip
_each("metric-regex-extracts-a-value", f"{_ALGORITHM}.MetricDefinitions[]", "A metric's expression has no group",
      _put(Regex="loss=[0-9]+"))  # fmt: skip
_each("metric-regex-extracts-a-value", f"{_ALGORITHM}.MetricDefinitions[]", "A metric's expression does not compile",
      _put(Regex="loss=([0-9"))  # fmt: skip
_each("role-is-an-arn", "", "A role is a bare name", _put(RoleArn="a-role-without-an-arn"))
_each("security-group-ids", "VpcConfig", "A security group is no sg", _put(SecurityGroupIds=["group-1"]))
_each(
    "artifact-key-forms", "OutputDataConfig", "The key of artifacts has another form", _force(KmsKeyId="a key, or so")
)
_each("output-is-an-s3-path", "OutputDataConfig", "Output goes to a file path", _put(S3OutputPath="/opt/ml/output"))
_each("checkpoints-go-to-s3", "CheckpointConfig", "Checkpoints go to a file path", _put(S3Uri="file:///checkpoints"))
_each("one-resource-config", "", "Resources are told in both forms",
      lambda item: item.update(ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1})
      if item.get(_FLEXIBLE) else None)  # fmt: skip
_each("volume-size-where-volumes-are-needed", _RESOURCES, "An instance without storage has no volume",
      lambda item: (item.update(InstanceType="ml.c5.xlarge"), item.pop("VolumeSizeInGB", None)))  # fmt: skip
_each("no-volume-key-with-local-storage", _RESOURCES, "Local storage has a volume key",
      _force(InstanceType="ml.g5.xlarge", VolumeKmsKeyId=_KEY))  # fmt: skip
_each("volume-key-forms", _RESOURCES, "The key of a volume has another form", _force(VolumeKmsKeyId="a key, or so"))
_each("instance-groups-are-complete", f"{_RESOURCES}.InstanceGroups[]", "An instance group has no count",
      lambda item: item.pop("InstanceCount", None))  # fmt: skip
_each("instance-groups-are-complete", f"{_RESOURCES}.InstanceGroups[]", "An instance group has no name",
      lambda item: item.pop("InstanceGroupName", None))  # fmt: skip
_each("training-runtime-maximum", _STOPPING, "Training may run for 29 days", _force(MaxRuntimeInSeconds=29 * 86_400))
_each("wait-covers-runtime", _STOPPING, "Waiting is shorter than running",
      lambda item: item.update(MaxWaitTimeInSeconds=item.get("MaxRuntimeInSeconds", 2) - 1))  # fmt: skip
_each("wait-time-is-for-spot", "", "A wait is limited without spot training",
      lambda item: item.pop("EnableManagedSpotTraining", None))  # fmt: skip
_each(
    "instance-configs-stand-alone",
    _FLEXIBLE,
    "Instance configs stand beside one instance type",
    lambda item: item.update(InstanceType="ml.m5.xlarge", InstanceCount=1) if item.get("InstanceConfigs") else None,
)
_each("single-instance-config-is-plain", _FLEXIBLE, "A single instance config has no count",
      lambda item: None if item.get("InstanceConfigs") else item.pop("InstanceCount", None))  # fmt: skip
_each(
    "no-volume-key-with-local-storage-in-tuning",
    _FLEXIBLE,
    "Local storage in tuning has a volume key",
    lambda item: None if item.get("InstanceConfigs") else item.update(InstanceType="ml.g5.xlarge", VolumeKmsKeyId=_KEY),
)
_each("allocation-orders-instance-configs", _FLEXIBLE, "An allocation strategy has nothing to order",
      lambda item: None if item.get("InstanceConfigs") else item.update(AllocationStrategy="Prioritized"))  # fmt: skip
_each("instance-configs-of-five-types", f"{_FLEXIBLE}.InstanceConfigs[]", "An instance config is of a sixth type",
      _put(InstanceType="ml.m4.xlarge"))  # fmt: skip
_each("input-is-an-s3-uri", _S3, "Input is a file path", _put(S3Uri="/opt/ml/input"))
_each("attributes-need-an-augmented-manifest", _S3, "A prefix has attributes",
      lambda item: item.update(AttributeNames=["a"], S3DataType="S3Prefix"))  # fmt: skip
_each("instance-groups-of-a-source-exist", _S3, "A source names a group that there is not",
      _force(InstanceGroupNames=["unheard-of"]))  # fmt: skip
_each("directory-path-is-absolute", "InputDataConfig[].DataSource.FileSystemDataSource", "A directory is relative",
      _put(DirectoryPath="data"))  # fmt: skip
_each("mount-is-ro-or-rw", "InputDataConfig[].DataSource.FileSystemDataSource", "A mount is wo",
      _put(FileSystemAccessMode="wo"))  # fmt: skip


def _augmented(mode: str) -> Callable[[Members, Members], None]:
    def edit(_: Members, channel: Members) -> None:
        source = channel["DataSource"].get("S3DataSource")
        if source is not None:
            source["S3DataType"] = "AugmentedManifestFile"
            channel["InputMode"] = mode

    return edit


_channel("fast-file-without-augmented-manifest", "An augmented manifest comes as fast file", _augmented("FastFile"))
_channel("augmented-manifest-needs-pipe", "An augmented manifest comes as file", _augmented("File"))
_channel("compression-needs-pipe", "Compressed data comes as file",
         lambda _, item: item.update(CompressionType="Gzip", InputMode="File"))  # fmt: skip
_channel("record-wrapper-not-in-file-mode", "Records are wrapped in file mode",
         lambda _, item: item.update(RecordWrapperType="RecordIO", InputMode="File"))  # fmt: skip
_channel(
    "channel-mode-or-algorithm-mode",
    "No input mode is told at all",
    lambda definition, item: (item.pop("InputMode", None), definition[_ALGORITHM].pop("TrainingInputMode", None)),
)
_channel("channels-have-names", "A channel has no name", lambda _, item: item.pop("ChannelName", None))
_channel(
    "content-type-is-a-mime-type",
    "A content type has a slash in front",
    lambda _, item: item.update(ContentType="/csv"),
)


# -- what the suite knows to have been left out at creation


def _left_out(name: str, words: str, path: str, value: Any, *breaks: str) -> None:
    """Take up another default: a member that was not given comes back with a value."""
    *head, last = path.split(".")

    def bend(_: Members, answer: Members) -> None:
        for item in definitions(answer, ".".join(head)):
            item.setdefault(last, value)

    defined.add(name, words, breaks, on_output(DESCRIBE, bend))


def _default(path: str) -> tuple[str, ...]:
    return tuple(f"{DESCRIBE}/output/{form}.{path}/default" for form in FORMS)


_left_out("runtime-of-an-hour", "the runtime, left out, is an hour", f"{_STOPPING}.MaxRuntimeInSeconds", 3600,
          "training-runtime-defaults-to-a-day", *_default(f"{_STOPPING}.MaxRuntimeInSeconds"))  # fmt: skip
_left_out(
    "checkpoints-elsewhere",
    "the path of checkpoints, left out, is another",
    "CheckpointConfig.LocalPath",
    "/opt/other",
    "checkpoint-path-default",
    *_default("CheckpointConfig.LocalPath"),
)


@defined.output("early-stopping-defaults-to-off", f"{DESCRIBE}/output/{CONFIG}.TrainingJobEarlyStoppingType/default")
def early_stopping_unasked(_: Members, answer: Members) -> None:
    """Early stopping, left out, is on."""
    answer[CONFIG].setdefault("TrainingJobEarlyStoppingType", "Auto")


@defined.output(*(f"{DESCRIBE}/output/{form}.InputDataConfig[].CompressionType/present"
                  for form in ("TrainingJobDefinition", "TrainingJobDefinitions[]")))  # fmt: skip
def compression_unasked(_: Members, answer: Members) -> None:
    """Compression, left out, is Gzip."""
    for _definition, channel in channels(answer):
        channel.setdefault("CompressionType", "Gzip")


# -- the strategy


@defined.output("strategy-config-is-for-hyperband", "hyperband-config-is-for-hyperband")
def hyperband_config_with_another_strategy(_: Members, answer: Members) -> None:
    """A Bayesian search has the settings of Hyperband."""
    if answer[CONFIG]["Strategy"] == "Bayesian":
        answer[CONFIG]["StrategyConfig"] = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}


@defined.output("hyperband-max-resource-limit")
def hyperband_without_measure(_: Members, answer: Members) -> None:
    """Hyperband has a larger MaxResource than there may be."""
    for item in within(answer, f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig"):
        item["MaxResource"] = 20_001


@defined.output("hyperband-without-early-stopping")
def hyperband_stops_early(_: Members, answer: Members) -> None:
    """Hyperband stops early besides."""
    if answer[CONFIG]["Strategy"] == "Hyperband":
        answer[CONFIG]["TrainingJobEarlyStoppingType"] = "Auto"


# -- which definitions there are


@defined.output("every-definition-is-launched")
def both_forms(_: Members, answer: Members) -> None:
    """The first of several definitions stands by itself as well."""
    if answer.get("TrainingJobDefinitions"):
        answer["TrainingJobDefinition"] = answer["TrainingJobDefinitions"][0]


@defined.output("every-definition-is-launched")
def a_definition_that_nothing_was_launched_from(_: Members, answer: Members) -> None:
    """The last of several definitions has a name that no training job has."""
    for item in answer.get("TrainingJobDefinitions", ())[-1:]:
        item["DefinitionName"] = "idle"


@defined.output("launched-from-the-definition")
def another_definition(_: Members, answer: Members) -> None:
    """The one definition has another name than the training jobs tell."""
    if "DefinitionName" in answer.get("TrainingJobDefinition", {}):
        answer["TrainingJobDefinition"]["DefinitionName"] = "another"


@defined.output(f"{DESCRIBE}/output/TrainingJobDefinitions/present", "every-definition-is-launched")
def one_of_several_lost(_: Members, answer: Members) -> None:
    """The last of several definitions is lost."""
    if answer.get("TrainingJobDefinitions"):
        answer["TrainingJobDefinitions"].pop()


@defined.output(f"{DESCRIBE}/output/Autotune/present", "autotune-is-on-or-absent")
def autotune_everywhere(_: Members, answer: Members) -> None:
    """Autotune is on, asked for or not."""
    answer.setdefault("Autotune", {"Mode": "Enabled"})


# -- what becomes of text on its way through a server

texts = Group("texts", DESCRIBE, Kind.ANSWER)

_TEXTS = (
    f"{DESCRIBE}/output/TrainingJobDefinition.Environment{{value}}/present",
    f"{DESCRIBE}/output/FailureReason/present",
)
_SEPARATORS = re.compile("[\u0085\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _throughout(value: Any, edit: Callable[[str], Any]) -> Any:
    """Edit every text of an answer; what becomes None is left out."""
    if isinstance(value, dict):
        edited = ((name, _throughout(entry, edit)) for name, entry in value.items())
        return {name: entry for name, entry in edited if entry is not None}
    if isinstance(value, (list, tuple)):
        return [_throughout(entry, edit) for entry in value]
    return edit(value) if isinstance(value, str) else value


def _text(name: str, words: str, edit: Callable[[str], Any]) -> None:
    texts.add(name, words, _TEXTS, on_outputs(BOTH, lambda _, answer: _throughout(answer, edit)), sees=BOTH)


for _name, _words, _edit in (
    ("html", "text is escaped for HTML", html.escape),
    ("ascii", "letters beyond ASCII become question marks", lambda text: text.encode("ascii", "replace").decode()),
    ("latin-1", "UTF-8 is read as Latin-1", lambda text: text.encode().decode("latin-1")),
    ("no-astral", "letters beyond the basic plane are lost", lambda text: _ASTRAL.sub("\ufffd", text)),
    ("composed", "text is brought into normal form C", lambda text: unicodedata.normalize("NFC", text)),
    ("decomposed", "text is brought into normal form D", lambda text: unicodedata.normalize("NFD", text)),
    ("compatible", "text is brought into normal form KC", lambda text: unicodedata.normalize("NFKC", text)),
    ("cut-at-256", "text is cut after 256 characters", lambda text: text[:256]),
    ("cut-at-500", "text is cut after 500 characters", lambda text: text[:500]),
    ("cut-at-a-nul", "text is cut at a control character", lambda text: _CONTROLS.split(text)[0]),
    ("no-separators", "line separators become spaces", lambda text: _SEPARATORS.sub(" ", text)),
    ("no-controls", "control characters are lost", lambda text: _CONTROLS.sub("", text)),
    ("unix-lines", "ends of lines are made alike", lambda text: text.replace("\r\n", "\n").replace("\r", "\n")),
    ("trimmed", "text loses the spaces around it", str.strip),
    ("folded", "spaces in text are folded", lambda text: " ".join(text.split())),
    ("backslashes", "backslashes are doubled", lambda text: text.replace("\\", "\\\\")),
    ("unquoted", "quotes are lost", lambda text: text.replace('"', "")),
    ("percent", "percent signs are decoded", unquote),
    ("no-empty-text", "empty text is left out", lambda text: text or None),
    ("small", "letters are made small", str.lower),
):
    _text(_name, _words, _edit)


GROUPS = (defined, texts)
