"""The JSON Schema of the definition document, for whoever writes one."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from definitions.criteria.schema import json_schema


def document_schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(json_schema(), json_dumps_params={"indent": 2})
