"""Makes calls of AWS APIs: a line of stdin holds some, [[service, operation, parameters], ...], a line of stdout their answers."""

import ast
import json
import sys

import boto3
from botocore.exceptions import ClientError


def make(service, operation, parameters=None):
    try:
        answer = getattr(boto3.client(service), operation)(**(parameters or {}))
    except ClientError as error:
        return {"error": error.response["Error"]["Code"]}
    answer.pop("ResponseMetadata", None)
    # moto keeps the policy of a template's role as Python writes it, not as JSON.
    if isinstance(answer.get("PolicyDocument"), str):
        answer["PolicyDocument"] = ast.literal_eval(answer["PolicyDocument"])
    return answer


for line in sys.stdin:
    print(json.dumps([make(*call) for call in json.loads(line)], default=str), flush=True)
