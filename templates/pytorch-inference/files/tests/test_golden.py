"""The model that is served: its answers to held-out inputs are right, and do not change."""

import json
import os
from typing import Any

import httpx2
import pytest

from .conftest import GOLDEN


async def test_answers_are_right_and_as_they_were(
    client: httpx2.AsyncClient, golden: dict[str, Any]
) -> None:
    response = await client.post("/predictions", json={"inputs": golden["inputs"]})
    assert response.status_code == 200, response.text
    predictions = response.json()["predictions"]
    assert [each["label"] for each in predictions] == golden["labels"]

    if os.environ.get("RENEW_SNAPSHOT"):
        changed = golden | {"probabilities": [each["probability"] for each in predictions]}
        GOLDEN.write_text(json.dumps(changed, indent=2) + "\n", encoding="utf-8")
        golden = changed
    expected = pytest.approx(golden["probabilities"], abs=1e-3)
    assert [each["probability"] for each in predictions] == expected


async def test_every_answer_names_the_model_and_all_labels(
    client: httpx2.AsyncClient, one_input: dict[str, Any]
) -> None:
    answer = (await client.post("/predictions", json={"inputs": [one_input]})).json()
    card = (await client.get("/model")).json()
    assert answer["model"] == {"name": card["name"], "version": card["version"]}
    (prediction,) = answer["predictions"]
    assert list(prediction["probabilities"]) == card["labels"]
    assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert prediction["probability"] == max(prediction["probabilities"].values())


async def test_the_card_says_how_good_the_model_is(client: httpx2.AsyncClient) -> None:
    card = (await client.get("/model")).json()
    assert card["held_out_accuracy"] >= 0.95
    assert card["held_out_samples"] >= 30
