"""Pages of any style are read together: what each says of an operation, and what could not be read."""

from __future__ import annotations

import pytest

from conformance.documents.claims import PageError
from conformance.documents.documented import Documented, read_pages


def said(documented: Documented, *facets: str) -> set[tuple[object, ...]]:
    """Return direction, path, facet and value of the claims with these facets; of all but `present` without any."""
    return {
        (claim.place.direction, claim.place.path, claim.facet, claim.value)
        for claim in documented.claims
        if claim.facet in facets or (not facets and claim.facet != "present")
    }


def unread(documented: Documented) -> list[tuple[str, str]]:
    return [(item.text, item.why) for item in documented.unread]


BOTO3_RST = """\
**Request Syntax**
::

  response = client.stop({arguments})

{explained}
:returns: {returns}
"""
BOTO3_TEXT = """\
Request Syntax

response = client.stop({arguments})

{explained}
Returns:
{returns}
"""
CLI = """\
Synopsis
========

  stop
{arguments}

Options
=======

{explained}

Output
======

{returns}
"""
API_MARKDOWN = """\
# Stop<a name="API_Stop"></a>

{arguments}
{explained}
## Response Elements<a name="b"></a>

If the action is successful, the service sends back an HTTP 200 response with an empty HTTP body\\.

## Errors<a name="c"></a>

 **Gone**
It is gone\\.
HTTP Status Code: 400
"""
API_TEXT = """\
Stop

{arguments}
{explained}
Response Elements

If the action is successful, the service sends back an HTTP 200 response with an empty HTTP body.

Errors

Gone

It is gone.

HTTP Status Code: 400
"""
FORMS = {
    "boto3-rst": (BOTO3_RST, "Name='string'", ":type Name: string\n:param Name: **[REQUIRED]**\n\n  It.", "None"),
    "boto3-text": (BOTO3_TEXT, "\n    Name='string'\n", "Parameters:\n\nName (string) \u2013\n\n[REQUIRED]\n", "None"),
    "boto3-text-with-fields": (BOTO3_TEXT, "Name='string'", ":type Name: string\n:param Name: [REQUIRED] It.", "None"),
    "cli": (CLI, "  --name <value>", "``--name`` (string)\n\n  It.\n", "None"),
    "api-markdown": (
        API_MARKDOWN,
        '## Request Syntax\n\n```\n{\n   "[Name](#a)": "{{string}}"\n}\n```',
        "## Request Parameters\n\n ** [ Name ](#API_Stop_RequestSyntax) **\nIt\\.\nType: String\nRequired: Yes\n",
        "",
    ),
    "api-text": (
        API_TEXT,
        'Request Syntax\n\n{ "Name": "string" }',
        "Request Parameters\n\nName\n\nIt.\n\nType: String\n\nRequired: Yes\n",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_an_operation_without_output_is_read(form: str) -> None:
    template, arguments, explained, returns = FORMS[form]
    page = template.format(arguments=arguments, explained=explained, returns=returns)
    documented = read_pages({"page": page}, "Stop", ["Name"])
    assert unread(documented) == []
    assert said(documented, "type", "required") == {
        ("input", "Name", "type", "string"),
        ("input", "Name", "required", True),
    }
    assert [path for direction, path in documented.by_path if direction == "output" and path] == []


@pytest.mark.parametrize("form", FORMS)
def test_an_operation_without_input_is_read(form: str) -> None:
    documented = read_pages({"page": FORMS[form][0].format(arguments="", explained="", returns="None")}, "Stop")
    assert unread(documented) == []
    assert [path for _, path in documented.by_path if path not in {"", "Gone"}] == []


def test_nested_options_of_the_aws_cli_have_members_constraints_and_values() -> None:
    page = CLI.format(
        arguments="  [--vpc-config <value>]\n  [--kinds <value>]",
        explained="""\
``--vpc-config`` (structure)

  A network.

  SubnetIds -> (list) [required]

    The subnets.

    Constraints:

    *   min: ``1``

    *   max: ``16``

    *   colour: ``red``

    (string)

      Constraints:

      *   pattern: ``[-0-9a-z]+``

  Mode -> (tagged union structure)

    ( ... recursive ... )Data -> (blob)

JSON Syntax::

  {
    "SubnetIds": ["string", ...],
    "Mode": {
      "Data": blob,
      "Kind": "A"|"B",
      "Again": ,
      "Map": {"X"|"Y": {"Deep": true|false}
        ...}
    }
  }

``--kinds`` (list)

  (string)

Syntax::

  "string" "string" ...

  Where valid values are:
    one
    two
""",
        returns="None",
    )
    documented = read_pages({"cli": page}, "Stop")
    assert unread(documented) == [("*   colour: ``red``", "a constraint of VpcConfig.SubnetIds that is not known")]
    assert said(documented, "min_length", "max_length", "pattern", "enum") == {
        ("input", "VpcConfig.SubnetIds", "min_length", 1),
        ("input", "VpcConfig.SubnetIds", "max_length", 16),
        ("input", "VpcConfig.SubnetIds[]", "pattern", "[-0-9a-z]+"),
        ("input", "VpcConfig.Mode.Kind", "enum", ("A", "B")),
        ("input", "VpcConfig.Mode.Map{key}", "enum", ("X", "Y")),
        ("input", "Kinds[]", "enum", ("one", "two")),
    }
    assert said(documented, "required") == {
        ("input", "VpcConfig", "required", False),
        ("input", "Kinds", "required", False),
        ("input", "VpcConfig.SubnetIds", "required", True),
        ("input", "VpcConfig.Mode", "required", False),
        ("input", "VpcConfig.Mode.Data", "required", False),
    }
    assert documented.by_path["input", "VpcConfig.Mode.Data"]["type"][0].value == "blob"


def test_an_option_is_the_member_that_is_spelled_like_it() -> None:
    page = CLI.format(
        arguments="  --kms-key-id <value>\n  --log-group-name <value>\n  --version-number <value>",
        explained="``--kms-key-id`` (string)\n\n  The KMSKeyId.\n",
        returns="nextToken -> (string)\n\n  A token.",
    )
    names = [path for direction, path in read_pages({"cli": page}, "Stop").by_path if direction == "input"]
    assert names == ["kmsKeyId", "logGroupName", "versionNumber"]
    known = read_pages({"cli": page}, "Stop", ["KMSKeyId", "logGroupName", "version"]).by_path
    assert [path for direction, path in known if direction == "input"] == ["KMSKeyId", "logGroupName", "version"]


def test_what_the_help_of_the_aws_cli_prints_is_read() -> None:
    def bold(text: str) -> str:
        return "".join(f"{letter}\b{letter}" for letter in text)

    page = f"""\
{bold("SYNOPSIS")}
            stop
          --name <value>

{bold("OPTIONS")}
       {bold("--name")} (string)
          It.

       Possible values:

          +\bo {bold("One")}

          +\bo {bold("Two")}

{bold("OUTPUT")}
       Parts -> (list)
          (structure)
              Size -> (integer)
                 Its size.
"""
    documented = read_pages({"help": page}, "Stop")
    assert unread(documented) == []
    assert said(documented) == {
        ("input", "Name", "required", True),
        ("input", "Name", "type", "string"),
        ("input", "Name", "enum", ("One", "Two")),
        ("output", "Parts", "type", "list"),
        ("output", "Parts[]", "type", "structure"),
        ("output", "Parts[].Size", "type", "integer"),
    }


CHANNEL = """\
# Channel<a name="API_Channel"></a>

## Contents<a name="API_Channel_Contents"></a>

 **ChannelName**   <a name="x"></a>
The name\\.
Type: String
Length Constraints: Minimum length of 1\\. Maximum length of 64\\.
Required: Yes

 **Children**   <a name="y"></a>
Type: Array of [Channel](API_Channel.md) objects
Array Members: Fixed number of 2 items\\.
Required: No

 **Tags**   <a name="z"></a>
Type: String to array of strings map
Key Pattern: `[a-z]+`
Value Length Constraints: Maximum length of 9\\.
Map Entries: Maximum number of 16 items\\.
Required: No

## See Also<a name="s"></a>
"""


def test_the_pages_of_types_are_read_where_an_operation_names_them() -> None:
    page = API_MARKDOWN.format(
        arguments='## Request Syntax\n\n{ "Channels": [ { "ChannelName": "string" } ] }',
        explained="""## Request Parameters

 **[Channels](#a)**
Type: Array of [Channel](API_Channel.md) objects
Required: Yes
""",
    )
    documented = read_pages({"API_Stop.md": page, "API_Channel.md": CHANNEL}, "Stop")
    assert unread(documented) == []
    assert said(documented, "min_length", "max_length", "pattern", "required") == {
        ("input", "Channels", "required", True),
        ("input", "Channels[].ChannelName", "min_length", 1),
        ("input", "Channels[].ChannelName", "max_length", 64),
        ("input", "Channels[].ChannelName", "required", True),
        ("input", "Channels[].Children", "min_length", 2),
        ("input", "Channels[].Children", "max_length", 2),
        ("input", "Channels[].Children", "required", False),
        ("input", "Channels[].Tags{key}", "pattern", "[a-z]+"),
        ("input", "Channels[].Tags{value}[]", "max_length", 9),
        ("input", "Channels[].Tags", "max_length", 16),
        ("input", "Channels[].Tags", "required", False),
    }
    (claim,) = documented.by_path["input", "Channels[].ChannelName"]["max_length"]
    assert (claim.document, claim.line) == ("API_Channel.md", 8)
    explained = {item.place.path: item for item in documented.explained}
    assert explained["Channels[].ChannelName"].lines == ((6, "The name."),)
    assert [claim.place.path for claim in documented.claims if claim.place.direction == "error"] == ["Gone", "Gone"]


NOTED = """\
# Channel<a name="API_Channel"></a>

## Contents<a name="API_Channel_Contents"></a>

 ** Mode **   <a name="x"></a>
What it does\\. Possible values are: Idle, Busy\\.
**Note**
Not every client can\\.
Type: String
Valid Values:` BUSY | GONE`
Required: No

 ** Size **   <a name="y"></a>
Sizes can have a maximum of 256 characters\\.
Type: String
Length Constraints: Maximum length of 63\\.
Required: Yes

 ** Weights **   <a name="z"></a>
Type: String to double map
Valid Keys:` SPEED | SIZE`
Valid Range: Minimum value of 1.0E-6\\. Maximum value of 10\\.
Required: No

 ** Note **   <a name="n"></a>
Type: JSON value
Required: No
"""


def test_a_note_is_no_member_and_a_label_prevails_over_its_prose() -> None:
    page = API_MARKDOWN.format(
        arguments='## Request Syntax\n\n{ "Channel": { "Mode": "string", "Note": JSON value } }',
        explained="## Request Parameters\n\n **[Channel](#a)**\nType: [Channel](API_Channel.md) object\nRequired: No\n",
    )
    documented = read_pages({"API_Stop.md": page, "API_Channel.md": NOTED}, "Stop")
    assert [why for _, why in unread(documented)] == ["max_length of Channel.Size, of which its label says otherwise"]
    assert said(documented, "enum", "max_length", "minimum", "maximum", "type") == {
        ("input", "Channel", "type", "structure"),
        ("input", "Channel.Mode", "type", "string"),
        ("input", "Channel.Mode", "enum", ("BUSY", "GONE")),
        ("input", "Channel.Size", "type", "string"),
        ("input", "Channel.Size", "max_length", 63),
        ("input", "Channel.Weights", "type", "map"),
        ("input", "Channel.Weights{key}", "type", "string"),
        ("input", "Channel.Weights{key}", "enum", ("SPEED", "SIZE")),
        ("input", "Channel.Weights{value}", "type", "float"),
        ("input", "Channel.Weights{value}", "minimum", 1e-06),
        ("input", "Channel.Weights{value}", "maximum", 10),
        ("input", "Channel.Note", "type", "document"),
    }


def test_arguments_that_lost_their_indentation_are_no_members() -> None:
    page = BOTO3_TEXT.format(
        arguments="Filters=[{'Key': 'string'}]",
        explained="Parameters\nFilters (list) --\n\n(dict) --\n\nKey (string) --\n",
        returns="None",
    )
    with pytest.raises(PageError, match="has lost the indentation"):
        read_pages({"page.txt": page}, "Stop")


SAVED = """\
Request Syntax
{
"After": "string
",
"Size": number
}
Request Parameters
The request accepts the following data in JSON format.
- After
-
Where the page begins. It is the value of
LastOne
in the page before.Type: String
Pattern:
[a-z]+
Required: No
- Size
-
Type: Integer
Required: No
Response Elements
If the action is successful, the service sends back an HTTP 200 response.
Errors
- Gone
-
It is gone.
HTTP Status Code: 410
"""


def test_what_a_browser_saves_in_pieces_is_read_whole() -> None:
    documented = read_pages({"page.txt": SAVED}, "Stop")
    assert unread(documented) == []
    assert said(documented, "pattern", "required", "http_status") == {
        ("input", "After", "pattern", "[a-z]+"),
        ("input", "After", "required", False),
        ("input", "Size", "required", False),
        ("output", "", "http_status", 200),
        ("error", "Gone", "http_status", 410),
    }
    (pattern,) = documented.by_path["input", "After"]["pattern"]
    assert (pattern.line, pattern.more_lines) == (14, (15,))


def test_errors_are_read_with_links_members_and_two_statuses() -> None:
    errors = """\
 [Denied](API_Denied.md)
Not allowed.
 ** Message **
Why.
HTTP Status Code: 400

 ** Conflict **
Both at once.
HTTP Status Code: 409
HTTP Status Code: 400
"""
    page = API_MARKDOWN.format(arguments="", explained="")
    page = page[: page.index(" **Gone**")] + errors
    documented = read_pages({"page": page}, "Stop")
    assert unread(documented) == []
    assert said(documented, "http_status") == {
        ("output", "", "http_status", 200),
        ("error", "Denied", "http_status", 400),
        ("error", "Conflict", "http_status", 409),
        ("error", "Conflict", "http_status", 400),
    }


def test_of_two_types_with_one_name_the_one_that_is_linked_is_read() -> None:
    page = API_MARKDOWN.format(
        arguments='## Request Syntax\n\n{ "Part": { "ChannelName": "string" } }',
        explained="## Request Parameters\n\n **[Part](#a)**\nType: [Channel](API_streaming_Channel.md) object\n",
    )
    streaming = CHANNEL.replace("of 64", "of 32").replace("(API_Channel.md)", "(API_streaming_Channel.md)")
    pages = {
        "API_Stop.md": page,
        "API_streaming_Channel.md": f"---\nof: a site\n---\n{streaming}",
        "API_Channel.md": CHANNEL,
    }
    documented = read_pages(pages, "Stop")
    assert unread(documented) == []
    assert ("input", "Part.ChannelName", "max_length", 32) in said(documented)
    assert {claim.document for claim in documented.claims} == {"API_Stop.md", "API_streaming_Channel.md"}


def test_a_type_without_its_page_is_reported_where_there_are_pages_of_types() -> None:
    page = API_MARKDOWN.format(
        arguments='## Request Syntax\n\n{ "Other": { "Name": "string" } }',
        explained="## Request Parameters\n\n **[Other](#a)**\nType: [Other](API_Other.md) object\nRequired: Yes\n",
    )
    assert unread(read_pages({"API_Stop.md": page}, "Stop")) == []
    assert [why for _, why in unread(read_pages({"API_Stop.md": page, "API_Channel.md": CHANNEL}, "Stop"))] == [
        "the page of Other, its type, is not among the pages of types"
    ]


def test_what_is_drawn_and_not_explained_is_reported() -> None:
    lost = FORMS["api-markdown"][2].replace("** [ Name ](#API_Stop_RequestSyntax) **", "*** Name ***")
    page = API_MARKDOWN.format(arguments=FORMS["api-markdown"][1], explained=lost)
    assert unread(read_pages({"page": page}, "Stop")) == [
        ('"[Name](#a)": "{{string}}"', "Name is drawn, and not explained")
    ]
    bare = BOTO3_RST.format(arguments="Name='string'", explained="", returns="None")
    assert unread(read_pages({"page": bare}, "Stop")) == [
        ("response = client.stop(Name='string')", "Name is drawn, and not explained")
    ]
    untyped = FORMS["api-markdown"][2].replace("Type: String", "Kind: String")
    page = API_MARKDOWN.format(arguments=FORMS["api-markdown"][1], explained=untyped)
    assert [why for _, why in unread(read_pages({"page": page}, "Stop"))] == ["no label says the type of Name"]


def test_a_stream_and_a_document_are_read() -> None:
    page = """\
**Request Syntax**
::

  response = client.watch(
      Body={...}|[...]|123|123.4|'string'|True|None,
      Filter={'string': {'... recursive ...'}}
  )

:type Body: :ref:`document<document>`
:param Body:
:type Filter: dict
:param Filter:

  - *(string) --*

    - *(dict) --*

:rtype: dict
:returns:

  **Response Syntax**
  ::

    {
        'Events': EventStream({
            'Record': {
                'Data': b'bytes'
            }
        })
    }

  **Response Structure**

  - *(dict) --*

    - **Events** (:class:`.EventStream`) --

      - **Record** *(dict) --*

        - **Data** *(bytes) --*
"""
    documented = read_pages({"page": page}, "Watch")
    assert unread(documented) == []
    assert said(documented, "type") == {
        ("input", "Body", "type", "document"),
        ("input", "Filter", "type", "map"),
        ("input", "Filter{key}", "type", "string"),
        ("input", "Filter{value}", "type", "structure"),
        ("output", "Events", "type", "structure"),
        ("output", "Events.Record", "type", "structure"),
        ("output", "Events.Record.Data", "type", "blob"),
    }


def test_a_heading_in_prose_and_arguments_after_the_answer_mislead_no_reader() -> None:
    page = """\
**Request Syntax**
::
  response = client.stop(
      Name='string'
  )

**Response Syntax**
::
    {
        'Arn': 'string'
    }

**Response Structure**
  - *(dict) --*
    - **Arn** *(string) --*
      **Examples**
      An ARN.
:type Name: string
:param Name: **[REQUIRED]**
  The name. Required if there is none yet.
  **Exceptions**
:rtype: dict
:returns:
"""
    documented = read_pages({"page": page}, "Stop")
    assert unread(documented) == []
    assert said(documented) == {
        ("input", "Name", "type", "string"),
        ("input", "Name", "required", True),
        ("output", "Arn", "type", "string"),
    }
    assert [(item.place.path, item.line) for item in documented.conditions] == [("Name", 20)]


def test_a_page_that_is_none_of_an_operation_is_an_error() -> None:
    with pytest.raises(PageError, match="in no style that is known"):
        read_pages({"page": "# Welcome\n\nThis is a guide.\n"}, "Stop")
