"""Invented pages, one of each style, to try the readers on; each begins with an empty line 1."""
# ruff: noqa: RUF001 - the boto3 page has an en dash after every type

from __future__ import annotations

BOTO3_TEXT = """
Request Syntax
client.look(
    Key='string'
)
Parameters:
Key (string) –
[REQUIRED]
Return type:
Response Syntax
{
    'Mode': 'Off'|'Auto',
    'Tags': {
        'string': 'string'
    },
    'Parts': [
        {
            'Size': 123
        },
    ]
}
Response Structure
  • (dict) –
    • Mode (string) –
      One of the following values (the default value is OFF):
      OFF
      Does nothing.
      AUTO
      Does everything.
    • Tags (dict) –
      • (string) –
        • (string) –
    • Parts (list) –
      A list of one or more parts.
      • (dict) –
        • Size (integer) –
          (Optional) The maximum value is 2,000 metres.
Exceptions
  • SageMaker.Client.exceptions.Gone
"""

BOTO3_RST = """
**Request Syntax**
::
  paginator.paginate(
      Key='string',
      PaginationConfig={
          'MaxItems': 123
      }
  )
:type Key: string
:param Key: **[REQUIRED]**
  A key.
:type PaginationConfig: dict
:param PaginationConfig:
  - **MaxItems** *(integer) --*
:rtype: dict
**Response Syntax**
  {
      'Mode': 'On'|'Off'
  }
**Response Structure**
  - *(dict) --*
    - **Mode** *(string) --*
"""

CLI = """
Synopsis
    list
  --some-key <value>
  [--sort-order <value>]
  [--cli-input-json <value>]
Options
``--some-key`` (string)
``--sort-order`` (string)
  The default is ``Up`` .
  Possible values:
  *   ``Up``
  *   ``Down``
``--cli-input-json`` (string)
Output
Tags -> (map)
  key -> (string)
  value -> (string)
Parts -> (list)
  (structure)
    Mode -> (string)
      Valid values are On and Off.
"""

API_TEXT = """
Request Syntax
{ "Key": "string", "Size": number }
Request Parameters
Key
Type: String
Length Constraints: Minimum length of 1. Maximum length of 9.
Pattern: [a-z]*
Required: Yes
Size
The default value is 3.
Type: Integer
Valid Range: Minimum value of 2. Maximum value of 5.
Required: No
Response Syntax
{ "Parts": [ { "Mode": "string" } ] }
Response Elements
If the action is successful, the service sends back an HTTP 200 response.
Parts
Type: Array of Part objects
Errors
Gone
It is gone.
HTTP Status Code: 410
"""

API_MARKDOWN = """
{
"[Key](#a)": "string"
}
** Key ** The key: A, B, or C.
Type: String
Required: Yes
{
"[Part](#b)": {
"[Names](#c)": [ "string" ],
"[Tags](#d)": {
"string" : "string"
},
"[Yes](#e)": boolean
}
}
** Part ** The part.
Type: Part object
ResourceNotFound
It is not there.
HTTP Status Code: 400
"""
