"""The article as the service knows it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(kw_only=True)
class Article:
    id: UUID
    slug: str
    title: str
    body: str
    status: Status
    author: str
    created_at: datetime
    updated_at: datetime
