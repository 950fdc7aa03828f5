"""Schemas follow the annotations: the files in `schemas/` do not drift, and rows survive a round trip."""

from __future__ import annotations

import json
from dataclasses import asdict

import jsonschema
import pyarrow as pa
import pytest

from medcorpus.ingest import _record_batch
from medcorpus.records import Record
from medcorpus.schema import SCHEMAS, json_schema, records_of, row_schema, schema_files, values_of
from tests.test_records import SOUND

ORIGIN = ("src/k", "src", "train", "en", "MIT", "open", "yes", "a.json", 1)


@pytest.mark.parametrize("name", schema_files())
def test_schema_file_is_what_the_annotations_say(name: str) -> None:
    on_disk = (SCHEMAS / name).read_text(encoding="utf-8")
    assert on_disk == schema_files()[name], "run: python -m medcorpus.schema"


@pytest.mark.parametrize("record", SOUND, ids=lambda r: type(r).__name__)
def test_sound_record_is_valid_json(record: Record) -> None:
    schema = json_schema(type(record))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(asdict(record))), schema)


@pytest.mark.parametrize("record", SOUND, ids=lambda r: type(r).__name__)
def test_unknown_field_is_invalid(record: Record) -> None:
    value = json.loads(json.dumps(asdict(record))) | {"surprise": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, json_schema(type(record)))


@pytest.mark.parametrize("record", SOUND, ids=lambda r: type(r).__name__)
def test_record_survives_the_store(record: Record) -> None:
    schema = row_schema(type(record))
    table = pa.Table.from_batches([_record_batch([(*ORIGIN, *values_of(type(record))(record))], schema)])
    [back] = records_of(table, type(record))
    expected = asdict(record) | {"key": "k", "lang": "en", "split": "train", "license": "MIT"}
    assert json.loads(json.dumps(asdict(back))) == json.loads(json.dumps(expected))
